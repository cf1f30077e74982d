//! Ordering: quotes, orders with their states and history, order and pickup numbers.
//!
//! It owns what was sold, to whom, for how much and how far it has come. It must never decide what
//! can be sold (catalog), whether there is enough of it (capacity) or whether it was paid online, and it
//! moves no money (payments): it calls them.

pub mod app;
pub mod config;
pub mod domain;
pub mod events;
pub mod grpc;
pub mod jobs;
pub mod store;

use std::sync::Arc;

use anyhow::ensure;
use chassis::{
    order_link::LinkKey,
    service::{App, BoxFuture, Context, Parts},
};
use chrono::TimeDelta;
use proto::ordering::v1::{
    order_decision_service_server::OrderDecisionServiceServer,
    ordering_service_server::OrderingServiceServer, refund_service_server::RefundServiceServer,
};
use tonic::service::Routes;

use crate::{
    app::{
        benefits::Benefits, capacity::Capacity, commit_orders, day_rules::DayRules, menus::Menus,
        payment_methods::PaymentMethods, payments::Payments, prepaying::PrepayingPhones, recall,
        refund_money::RefundMoney, refunds::Refunds, rule_documents::RuleDocuments,
    },
    config::Config,
    domain::pricing::FeeSettings,
    grpc::{
        order_decision_service::OrderDecisionService, ordering_service::OrderingService,
        refund_service::RefundService,
    },
};

/// Migrations of the ordering database.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/ordering");

/// Shortest and longest time that an order may wait for its payment.
const PAY_WITHIN: [TimeDelta; 2] = [TimeDelta::minutes(5), TimeDelta::minutes(60)];

/// The service.
pub struct Ordering;

impl App for Ordering {
    const NAME: &'static str = "ordering";
    type Config = Config;

    fn migrator() -> &'static sqlx::migrate::Migrator {
        &MIGRATOR
    }

    fn build(ctx: Context, config: Config) -> BoxFuture<'static, anyhow::Result<Parts>> {
        Box::pin(async move {
            let menus = Menus::new(ctx.peers.clone());
            let rules = RuleDocuments::new(ctx.peers.clone());
            tokio::spawn(events::follow_menus(
                ctx.amqp.clone(),
                menus.clone(),
                ctx.shutdown.clone(),
            ));
            tokio::spawn(events::follow_rules(
                ctx.amqp.clone(),
                rules.clone(),
                ctx.shutdown.clone(),
            ));
            let commits =
                commit_orders::commits(ctx.db.clone(), ctx.clock.clone(), config.commit_batch);
            let payments = Payments::new(ctx.peers.clone());
            let pay_within = TimeDelta::from_std(*config.pay_within)?;
            let [shortest, longest] = PAY_WITHIN;
            ensure!(
                (shortest..=longest).contains(&pay_within),
                "ORDERING_PAY_WITHIN must be 5 to 60 minutes"
            );
            let app = app::Ordering {
                db: ctx.db.clone(),
                clock: ctx.clock.clone(),
                menus,
                rules,
                day_rules: DayRules::default(),
                benefits: Benefits::new(ctx.peers.clone()),
                capacity: Capacity::new(ctx.peers.clone()),
                payment_methods: PaymentMethods::new(payments.clone()),
                payments,
                prepaying: PrepayingPhones::new(ctx.db.clone(), ctx.clock.clone()),
                commits: Arc::new(commits),
                recalls: Arc::new(recall::recalls(ctx.db.clone())),
                link_key: LinkKey::new(config.link_key.reveal().as_bytes()),
                fees: FeeSettings::default(),
                quote_validity: TimeDelta::from_std(*config.quote_validity)?,
                pay_within,
            };
            let consumers = events::consumers(&app);
            let snapshots = events::snapshots(ctx.clock);
            let refunds = Refunds::new(app.clone(), RefundMoney::new(ctx.peers));
            let mut jobs = jobs::jobs(&app);
            jobs.push(jobs::carry_out_refunds(refunds.clone()));
            Ok(Parts {
                routes: Routes::new(OrderingServiceServer::new(OrderingService::new(
                    app.clone(),
                )))
                .add_service(OrderDecisionServiceServer::new(OrderDecisionService::new(
                    app,
                )))
                .add_service(RefundServiceServer::new(RefundService::new(refunds))),
                consumers,
                jobs,
                snapshots,
                ..Parts::default()
            })
        })
    }
}
