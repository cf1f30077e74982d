//! Capacity: when a branch sells and how much is left.
//!
//! It owns business hours, slots, stock, pauses and the holds of orders, and promises that nothing
//! is ever sold twice. It must never know menus, or more of an order than pauses and limits need.

mod app;
mod config;
mod domain;
mod events;
mod grpc;
mod jobs;
mod store;
mod wire;

use anyhow::ensure;
use chassis::service::{App, BoxFuture, Context, Parts};
use chrono::TimeDelta;
use proto::capacity::v1::{
    availability_service_server::AvailabilityServiceServer, hold_service_server::HoldServiceServer,
    hours_service_server::HoursServiceServer, limit_service_server::LimitServiceServer,
    pause_service_server::PauseServiceServer, stock_service_server::StockServiceServer,
};
use sqlx::migrate::Migrator;
use tonic::service::Routes;

pub use config::Config;

/// The schema of the service.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/capacity");

/// A file of 10 MB beside the names of everything in it.
const LARGEST_REQUEST: usize = 24 * 1024 * 1024;

/// The service.
#[derive(Debug)]
pub struct Capacity;

impl App for Capacity {
    const NAME: &'static str = "capacity";

    type Config = Config;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    fn build(ctx: Context, config: Config) -> BoxFuture<'static, anyhow::Result<Parts>> {
        Box::pin(async move {
            ensure!(
                (60..=300).contains(&config.hold_ttl_secs),
                "CAPACITY_HOLD_TTL_SECS must be 60 to 300"
            );
            let deps = app::Dependencies {
                db: ctx.db.clone(),
                clock: ctx.clock.clone(),
                hold_ttl: TimeDelta::seconds(i64::from(config.hold_ttl_secs)),
                schedules: app::hours::schedules::Schedules::new(ctx.clock.clone()),
                pauses: app::pauses::known::KnownPauses::default(),
                limits: app::limits::known::KnownLimits::default(),
                availabilities: app::availability::cache::AvailabilityCache::default(),
            };
            let availability = grpc::AvailabilityService::new(deps.clone());
            let holds = grpc::HoldService::new(deps.clone());
            let hours = grpc::HoursService::new(deps.clone());
            let limits = grpc::LimitService::new(deps.clone());
            let pauses = grpc::PauseService::new(deps.clone());
            let stock = StockServiceServer::new(grpc::StockService::new(deps.clone()));
            Ok(Parts {
                routes: Routes::new(AvailabilityServiceServer::new(availability))
                    .add_service(HoldServiceServer::new(holds))
                    .add_service(HoursServiceServer::new(hours))
                    .add_service(LimitServiceServer::new(limits))
                    .add_service(PauseServiceServer::new(pauses))
                    .add_service(stock.max_decoding_message_size(LARGEST_REQUEST)),
                consumers: events::consumers(&deps),
                snapshots: events::snapshots(),
                jobs: jobs::jobs(&deps, &ctx.peers, &config),
                ..Parts::default()
            })
        })
    }
}
