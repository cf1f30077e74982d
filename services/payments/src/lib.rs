//! Payments: what customers pay, what goes back, and the ledger of both.
//!
//! It owns accounts at providers, payment methods, the payment of each order with its attempts and
//! refunds, the double-entry ledger, and the settlement files that say what providers paid out. It must
//! never decide whether an order may be paid or how much (ordering does), and it speaks to providers
//! through `payment-adapters` alone.

mod app;
mod config;
mod domain;
mod events;
mod grpc;
pub mod jobs;
mod store;
mod wire;

use chassis::service::{App, BoxFuture, Context, Parts};
use payment_adapters::{Http, HttpSettings, Provider};
use proto::payments::v1::{
    gateway_account_service_server::GatewayAccountServiceServer,
    ledger_service_server::LedgerServiceServer, payment_service_server::PaymentServiceServer,
    settlement_service_server::SettlementServiceServer,
};
use sqlx::migrate::Migrator;
use tonic::service::Routes;

pub use app::Adapters;
pub use config::Config;

/// The schema of the service.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/payments");

/// A settlement file one byte too long still fits, so that it is refused by name.
const LARGEST_REQUEST: usize = domain::settlement::file::MOST_BYTES + 1024 * 1024;

/// The service.
#[derive(Debug)]
pub struct Payments;

impl App for Payments {
    const NAME: &'static str = "payments";

    type Config = Config;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    fn build(ctx: Context, config: Config) -> BoxFuture<'static, anyhow::Result<Parts>> {
        Box::pin(async move { parts(&ctx, config, Provider::adapter) })
    }
}

/// Wires the service with these adapters.
pub fn parts(ctx: &Context, config: Config, adapters: Adapters) -> anyhow::Result<Parts> {
    let deps = app::Dependencies {
        db: ctx.db.clone(),
        clock: ctx.clock.clone(),
        adapters,
        http: Http::new(HttpSettings::default())?,
        sealer: config.sealer()?,
        endpoints: config.provider_endpoints()?,
        public_url: config.public_url,
        offer_test_accounts: config.offer_test_accounts,
        redeliveries: app::Redeliveries::default(),
    };
    let payments = PaymentServiceServer::new(grpc::PaymentService::new(deps.clone()));
    let accounts = GatewayAccountServiceServer::new(grpc::GatewayAccountService::new(deps.clone()));
    let ledger = LedgerServiceServer::new(grpc::LedgerService::new(deps.clone()));
    let settlements = grpc::SettlementService::new(deps.clone());
    let settlements =
        SettlementServiceServer::new(settlements).max_decoding_message_size(LARGEST_REQUEST);
    Ok(Parts {
        routes: Routes::new(payments)
            .add_service(accounts)
            .add_service(ledger)
            .add_service(settlements),
        consumers: events::consumers(&deps),
        snapshots: events::snapshots(&deps),
        jobs: jobs::jobs(&deps),
        ..Parts::default()
    })
}
