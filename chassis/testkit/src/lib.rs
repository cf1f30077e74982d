//! What tests of services stand on: a database a test, a broker and a Redis of their own, a clock
//! that is moved by the test, callers by role, and waiting for a condition.
//!
//! A dev-dependency only. It may know the chassis, never a service. The servers it uses are named by
//! `TEST_POSTGRES_URL`, `TEST_AMQP_URL` and `TEST_REDIS_URL`.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod amqp;
mod background;
mod db;
mod eventually;
pub mod identities;
pub mod keys;
mod proxy;
mod redis;
mod service;

pub use amqp::{TestAmqp, amqp_url};
pub use chassis::clock::ManualClock;
pub use db::{TestDb, assert_no_unpublished};
pub use eventually::{eventually, eventually_within};
pub use redis::TestRedis;
pub use service::{CallerChannel, Listener, TestService};

use chassis::id::OrganisationId;
use chrono::{DateTime, Utc};

/// A Wednesday noon in Taipei, at which tests begin unless they say otherwise.
#[must_use]
pub fn noon() -> DateTime<Utc> {
    "2026-09-02T04:00:00Z".parse().unwrap()
}

/// A clock standing at [`noon`].
#[must_use]
pub fn clock() -> ManualClock {
    ManualClock::at(noon())
}

/// An organisation that no other test has.
#[must_use]
pub fn organisation() -> OrganisationId {
    OrganisationId::new(&chassis::clock::SystemClock)
}

fn server(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run the tests by `./dev test`"))
}

/// A short name that no other test has at any time.
fn unique() -> String {
    let id = organisation().as_uuid().simple().to_string();
    // The time of a UUIDv7 to the millisecond, and some of its randomness.
    format!("{}{}", &id[..12], &id[24..])
}
