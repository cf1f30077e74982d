//! The servers the platform stands on, private to one home: PostgreSQL, Redis, RabbitMQ.

pub mod postgres;
pub mod rabbitmq;
pub mod redis;

use std::{env, time::Duration};

use anyhow::bail;

use crate::process::Spec;

/// Set in a supervisor's environment, it lets the servers answer before the disk has what they wrote.
pub const UNFLUSHED: &str = "DEV_UNFLUSHED";

/// A server that does not wait for the disk where [`UNFLUSHED`] is set. Tests kill processes and never
/// cut the power, and on a machine that still writes what it has just built every flush takes seconds.
#[must_use]
pub fn hurried(mut server: Spec) -> Spec {
    if env::var_os(UNFLUSHED).is_some() {
        let name = "LD_PRELOAD".to_owned();
        server
            .environment
            .insert(name, "libeatmydata.so".to_owned());
    }
    server
}

/// Asks again until the answer is yes, or the time is over.
pub async fn wait_until<F>(what: &str, limit: Duration, mut ready: F) -> anyhow::Result<()>
where
    F: AsyncFnMut() -> bool,
{
    let deadline = tokio::time::Instant::now() + limit;
    while !ready().await {
        if tokio::time::Instant::now() > deadline {
            bail!("{what} was not ready after {} s", limit.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
