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
mod http_client;
mod jobs;
mod store;

use anyhow::Context as _;
use chassis::service::{App, BoxFuture, Context, Parts};
use proto::membership::v1::{
    benefit_service_server::BenefitServiceServer, coupon_service_server::CouponServiceServer,
    giving_service_server::GivingServiceServer,
    member_account_service_server::MemberAccountServiceServer,
    member_service_server::MemberServiceServer, points_service_server::PointsServiceServer,
    promo_code_service_server::PromoCodeServiceServer,
    promotion_service_server::PromotionServiceServer, tag_service_server::TagServiceServer,
    tier_service_server::TierServiceServer,
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
        Box::pin(async move { parts(&ctx, config) })
    }
}

/// Wires the service.
pub fn parts(ctx: &Context, config: Config) -> anyhow::Result<Parts> {
    let deps = app::Dependencies {
        db: ctx.db.clone(),
        clock: ctx.clock.clone(),
        peers: ctx.peers.clone(),
        redis: ctx.redis.clone(),
        sign_in: sign_in(config)?,
    };
    let members = MemberServiceServer::new(grpc::MemberService::new(deps.clone()));
    let accounts = MemberAccountServiceServer::new(grpc::MemberAccountService::new(deps.clone()));
    let points = PointsServiceServer::new(grpc::PointsService::new(deps.clone()));
    let tiers = TierServiceServer::new(grpc::TierService::new(deps.clone()));
    let tags = TagServiceServer::new(grpc::TagService::new(deps.clone()));
    let benefits = BenefitServiceServer::new(grpc::BenefitService::new(deps.clone()));
    let promotions = PromotionServiceServer::new(grpc::PromotionService::new(deps.clone()));
    let promo_codes = PromoCodeServiceServer::new(grpc::PromoCodeService::new(deps.clone()));
    let coupons = CouponServiceServer::new(grpc::CouponService::new(deps.clone()));
    let giving = GivingServiceServer::new(grpc::GivingService::new(deps.clone()));
    Ok(Parts {
        routes: Routes::new(members)
            .add_service(accounts)
            .add_service(points)
            .add_service(tiers)
            .add_service(tags)
            .add_service(benefits)
            .add_service(promotions)
            .add_service(promo_codes)
            .add_service(coupons)
            .add_service(giving),
        consumers: events::consumers(&deps),
        snapshots: events::snapshots(),
        jobs: jobs::jobs(&deps),
        ..Parts::default()
    })
}

fn sign_in(config: Config) -> anyhow::Result<app::SignIn> {
    let (line_access_url, line_api_url) = config.line_urls()?;
    let sms = match &config.sms_url {
        Some(url) => Some(app::sms::SmsGateway {
            messages: url.join("/messages").context("MEMBERSHIP_SMS_URL")?,
            token: config.sms_token.clone().unwrap_or_default(),
            sender: config.sms_sender.clone(),
        }),
        None => None,
    };
    Ok(app::SignIn {
        http: http_client::Http::new()?,
        key: config.master_key()?,
        sealer: config.sealer()?,
        sms,
        public_url: config.public_url,
        line_access_url,
        line_api_url,
    })
}
