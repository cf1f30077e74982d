//! Payments: what customers pay, what goes back, and the ledger of both.
//!
//! It owns accounts at providers, payment methods, the payment of each order with its attempts and
//! refunds, and the double-entry ledger. It must never decide whether an order may be paid or how much
//! (ordering does), and it speaks to providers through `payment-adapters` alone.

mod config;
mod grpc;

use chassis::service::{App, Context, Parts};
use proto::payments::v1::{
    gateway_account_service_server::GatewayAccountServiceServer,
    payment_service_server::PaymentServiceServer,
};
use sqlx::migrate::Migrator;
use tonic::service::Routes;

pub use config::Config;

/// The schema of the service.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/payments");

/// The service.
#[derive(Debug)]
pub struct Payments;

impl App for Payments {
    const NAME: &'static str = "payments";

    type Config = Config;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(_ctx: Context, _config: Config) -> anyhow::Result<Parts> {
        Ok(Parts {
            routes: Routes::new(PaymentServiceServer::new(grpc::PaymentService))
                .add_service(GatewayAccountServiceServer::new(grpc::GatewayAccountService)),
            ..Parts::default()
        })
    }
}
