//! The whole service on PostgreSQL, Redis and RabbitMQ, with a scripted provider.

mod accounts;
mod attempts;
mod callbacks;
mod common;
mod ledger;
mod methods;
mod order_events;
mod queries;
mod refunds;
mod tenancy;
