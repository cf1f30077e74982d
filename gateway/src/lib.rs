//! The platform's edge to the web: REST and server-sent events for both web apps, and their files.
//!
//! It owns sessions' cookies, rate limits, caches of what every customer reads, and how a rejection
//! looks in HTTP. It must never contain a rule of the business nor touch a database of a service.
//!
//! To add an endpoint for staff that only calls an RPC, declare `google.api.http` beside the RPC: there
//! is nothing to write here. Another one is a file under `rest/<resource>/` and its handler in that
//! resource's `routes()`. `gateway openapi` prints both.

pub mod assets;
pub mod auth;
pub mod availability;
pub mod brand_pages;
pub mod config;
pub mod encoding;
pub mod events;
pub mod json;
pub mod menu;
pub mod observe;
pub mod order_keys;
pub mod path_params;
pub mod problem;
pub mod rate_limit;
pub mod rest;
pub mod security_headers;
pub mod server;
pub mod shared_json;
pub mod small_body;
pub mod sse;
pub mod state;
pub mod storefronts;
pub mod upstreams;
