//! The servers the platform stands on, private to one home: PostgreSQL, Redis, RabbitMQ.

pub mod postgres;
pub mod rabbitmq;
pub mod redis;

use std::time::Duration;

use anyhow::bail;

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
