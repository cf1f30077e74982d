//! The whole service on PostgreSQL, Redis and RabbitMQ, with LINE Login and the SMS gateway of the sandbox.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod account;
mod common;
mod coupons;
mod giving;
mod giving_desk;
mod holds;
mod line_login;
mod member_list;
mod member_marks;
mod member_orders;
mod merging;
mod passed_on;
mod points;
mod points_shop;
mod promo_codes;
mod promotion_results;
mod promotions;
mod rule_shop;
mod rule_tenancy;
mod sign_in;
mod tag_rules;
mod tags;
mod tenancy_of_members;
mod tiers;
