//! The whole service on PostgreSQL, Redis and RabbitMQ; whoever serves devices is played by the tests.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod agents;
mod authz;
mod cloud_accounts;
mod cloud_workers;
mod clouds;
mod common;
mod dead_printers;
mod devices;
mod epson_printers;
mod late_answers;
mod order_events;
mod prep_lists;
mod print_jobs;
mod print_points;
mod print_routes;
mod real_agent;
mod routing;
mod star_printers;
mod templates;
mod tenancy;
