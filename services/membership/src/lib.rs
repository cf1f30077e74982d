//! Membership: who the customers of an organisation are, and what they get for it.
//!
//! It owns members with their addresses, consents and sessions, points, tiers, tags, promotions,
//! promo codes and coupons, and counts what orders use of them. It must never price an order
//! (ordering does, with the rules that are published here) and never sees money.

mod app;
mod config;
mod domain;
mod events;
mod grpc;
mod jobs;
mod store;

use chassis::service::{App, BoxFuture, Context, Parts};
use proto::membership::v1::{
    benefit_service_server::BenefitServiceServer, coupon_service_server::CouponServiceServer,
    promo_code_service_server::PromoCodeServiceServer,
    promotion_service_server::PromotionServiceServer,
};
use sqlx::migrate::Migrator;
use tonic::service::Routes;

pub use config::Config;

/// The schema of the service.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/membership");

/// The service.
#[derive(Debug)]
pub struct Membership;

impl App for Membership {
    const NAME: &'static str = "membership";

    type Config = Config;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    fn build(ctx: Context, config: Config) -> BoxFuture<'static, anyhow::Result<Parts>> {
        Box::pin(async move { Ok(parts(&ctx, config)) })
    }
}

/// Wires the service.
#[must_use]
pub fn parts(ctx: &Context, _config: Config) -> Parts {
    let deps = app::Dependencies {
        db: ctx.db.clone(),
        clock: ctx.clock.clone(),
        peers: ctx.peers.clone(),
        redis: ctx.redis.clone(),
    };
    Parts {
        routes: Routes::default()
            .add_service(BenefitServiceServer::new(grpc::BenefitService::new(
                deps.clone(),
            )))
            .add_service(PromotionServiceServer::new(grpc::PromotionService::new(
                deps.clone(),
            )))
            .add_service(PromoCodeServiceServer::new(grpc::PromoCodeService::new(
                deps.clone(),
            )))
            .add_service(CouponServiceServer::new(grpc::CouponService::new(
                deps.clone(),
            ))),
        consumers: events::consumers(&deps),
        snapshots: Vec::new(),
        jobs: jobs::jobs(&deps),
    }
}
