//! A database of Redis for one test.

use chassis::{config::RedisConfig, secret::Secret};
use redis::{Client, Commands as _, Connection, ExistenceCheck, SetExpiry, SetOptions};
use url::Url;

use crate::server;

/// Longer than any test, so that a lease outlives its test only when the test was killed.
const LEASE_SECS: u64 = 300;

/// One of the numbered databases, empty at first and leased to this test; freed with this value.
#[derive(Debug)]
pub struct TestRedis {
    number: u8,
}

impl TestRedis {
    /// A free database; waits when all are in use.
    pub async fn new() -> Self {
        loop {
            if let Some(number) = (1..=15).find(|&number| lease(number)) {
                let _: () = ::redis::cmd("FLUSHDB").query(&mut connect(number)).unwrap();
                return Self { number };
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    /// The section `REDIS_` that leads here.
    #[must_use]
    pub fn config(&self) -> RedisConfig {
        RedisConfig {
            url: Secret::new(url(self.number)),
        }
    }
}

impl Drop for TestRedis {
    fn drop(&mut self) {
        let _: Result<(), _> = ::redis::cmd("FLUSHDB").query(&mut connect(self.number));
        let _: Result<(), _> = connect(0).del(key(self.number));
    }
}

fn lease(number: u8) -> bool {
    let options = SetOptions::default()
        .conditional_set(ExistenceCheck::NX)
        .with_expiration(SetExpiry::EX(LEASE_SECS));
    connect(0).set_options(key(number), 1, options).unwrap()
}

fn key(number: u8) -> String {
    format!("testkit:database:{number}")
}

fn url(number: u8) -> String {
    let mut url = Url::parse(&server("TEST_REDIS_URL")).unwrap();
    url.set_path(&number.to_string());
    url.into()
}

fn connect(number: u8) -> Connection {
    Client::open(url(number)).unwrap().get_connection().unwrap()
}
