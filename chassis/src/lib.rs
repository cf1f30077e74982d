//! The microservice chassis: what every service needs and none should write again.
//!
//! It owns configuration, telemetry, the gRPC server and clients, identity, authorisation and
//! audit, tenant transactions, the outbox and the inbox, ids, money, business days and the
//! orderly start and end of a process. It must never know what an order, a product or any other
//! thing of one service is: whatever only one service needs belongs there.
//!
//! A service implements [`service::App`] and passes itself to [`service::main`].

pub mod amqp;
pub mod audit;
pub mod authn;
pub mod authz;
mod backoff;
mod bus_metrics;
pub mod business_day;
pub mod client;
pub mod clock;
pub mod coalesce;
pub mod config;
pub mod connections;
pub mod db;
pub mod deadline;
pub mod error;
pub mod http_client;
pub mod id;
pub mod idempotency;
pub mod inbox;
pub mod job;
pub mod money;
pub mod network;
pub mod order_link;
pub mod outbox;
pub mod redis;
pub mod request;
pub mod sales;
pub mod secret;
pub mod server;
pub mod service;
pub mod shutdown;
pub mod snapshot;
pub mod telemetry;
pub mod text;
pub mod text_enum;
pub mod text_file;
pub mod time;
mod trace_context;
