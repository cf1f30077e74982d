//! Printing: every slip once, on whatever stands in the branch.
//!
//! It owns printers and print agents, print points with their rules, templates of slips, and the jobs
//! that follow from orders; printers and agents call it directly. It must never decide what an order is
//! or becomes (ordering does, and is told when a slip was printed), and it draws nothing itself.

pub mod app;
pub mod clouds;
mod config;
pub mod domain;
mod events;
mod grpc;
pub mod http;
pub mod jobs;
mod store;

use std::sync::Arc;

use anyhow::Context as _;
use chassis::{
    connections::{self, Timeouts},
    secret::Sealer,
    service::{App, BoxFuture, Context, DeviceServer, Parts},
};
use proto::printing::v1::{
    agent_service_server::AgentServiceServer,
    cloud_account_service_server::CloudAccountServiceServer,
    device_service_server::DeviceServiceServer, print_job_service_server::PrintJobServiceServer,
    print_point_service_server::PrintPointServiceServer,
    template_service_server::TemplateServiceServer,
};
use sqlx::migrate::Migrator;
use tokio::net::TcpListener;
use tonic::service::Routes;

use app::{agent_access::AgentTokens, clouds::Clouds, wakes::Wakes};

pub use config::Config;

/// An agent says little: the most is how its open jobs stand.
const LARGEST_AGENT_MESSAGE: usize = 128 * 1024;

/// The schema of the service.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/printing");

/// The service.
#[derive(Debug)]
pub struct Printing;

impl App for Printing {
    const NAME: &'static str = "printing";

    type Config = Config;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    fn build(ctx: Context, config: Config) -> BoxFuture<'static, anyhow::Result<Parts>> {
        Box::pin(async move {
            let deps = dependencies(&ctx, &config)?;
            let follow = deps.wakes.clone();
            tokio::spawn(follow.follow(ctx.amqp.clone(), ctx.shutdown.clone()));
            serve_devices(&ctx, &deps, &config).await?;
            ctx.serve(clouds::serve(
                deps.clone(),
                config.cloud_devices_at_once,
                ctx.shutdown.clone(),
            ));
            Ok(parts(&ctx, &deps, &config))
        })
    }
}

/// What the use cases work with.
pub fn dependencies(ctx: &Context, config: &Config) -> anyhow::Result<app::Dependencies> {
    let key = config.master_key()?;
    Ok(app::Dependencies {
        db: ctx.db.clone(),
        clock: ctx.clock.clone(),
        peers: ctx.peers.clone(),
        sealer: Sealer::new(key.clone()),
        master_key: key,
        public_url: config.public_url.clone(),
        order_pages: config.order_pages(),
        wakes: Wakes::default(),
        clouds: Clouds::new(config.cloud_endpoints()?)?,
    })
}

/// Wires the service.
fn parts(ctx: &Context, deps: &app::Dependencies, config: &Config) -> Parts {
    let devices = DeviceServiceServer::new(grpc::DeviceService::new(deps.clone()));
    let accounts = CloudAccountServiceServer::new(grpc::CloudAccountService::new(deps.clone()));
    let points = PrintPointServiceServer::new(grpc::PrintPointService::new(deps.clone()));
    let templates = TemplateServiceServer::new(grpc::TemplateService::new(deps.clone()));
    let print_jobs = PrintJobServiceServer::new(grpc::PrintJobService::new(deps.clone()));
    Parts {
        routes: Routes::new(devices)
            .add_service(accounts)
            .add_service(points)
            .add_service(templates)
            .add_service(print_jobs),
        devices: Some(agents(ctx, deps, config)),
        consumers: events::consumers(deps),
        jobs: jobs::jobs(deps),
        ..Parts::default()
    }
}

/// Lets print agents call, at an address where nothing else is served.
fn agents(ctx: &Context, deps: &app::Dependencies, config: &Config) -> DeviceServer {
    let service = grpc::AgentService::new(
        deps.clone(),
        ctx.redis.clone(),
        *config.agent_heartbeat,
        ctx.shutdown.clone(),
    );
    let server = AgentServiceServer::new(service);
    DeviceServer {
        addr: config.agents_addr,
        routes: Routes::new(server.max_decoding_message_size(LARGEST_AGENT_MESSAGE)),
        tokens: Arc::new(AgentTokens(deps.clone())),
    }
}

/// Lets printers call: their server is apart from the gRPC server, and from the gateway.
async fn serve_devices(
    ctx: &Context,
    deps: &app::Dependencies,
    config: &Config,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.addr)
        .await
        .with_context(|| format!("listen on PRINTING_ADDR {}", config.addr))?;
    let timeouts = Timeouts {
        read: *config.read_timeout,
        write: *config.write_timeout,
    };
    let router = http::router(deps.clone(), config.max_in_flight);
    let shutdown = ctx.shutdown.clone();
    tracing::info!(devices.addr = %listener.local_addr()?, "printers are served");
    ctx.serve(async move {
        connections::serve(listener, router, timeouts, shutdown).await;
        Ok(())
    });
    Ok(())
}
