//! The whole service on PostgreSQL, Redis and RabbitMQ.

mod common;
mod coupons;
mod holds;
mod promo_codes;
mod promotions;
mod rule_tenancy;
