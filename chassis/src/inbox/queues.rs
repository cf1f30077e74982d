//! The queues of one consumer and the ways between them.

use std::time::Duration;

use lapin::{
    BasicProperties, Channel,
    options::QueueBindOptions,
    types::{AMQPValue, FieldTable, LongString},
};

use crate::amqp::{Amqp, send_to_queue};

/// Deliveries lost with a dying process count too; ours ends in the dead letters far earlier.
const DELIVERY_LIMIT: i64 = 100;
const ATTEMPT: &str = "x-attempt";
const ERROR: &str = "x-error";

/// Names of the queues, and the delays of the retry queues.
#[derive(Clone, Debug)]
pub(super) struct Queues {
    pub(super) main: String,
    pub(super) dead: String,
    retries: Vec<(String, Duration)>,
}

impl Queues {
    pub(super) fn new(amqp: &Amqp, name: &str, delays: &[Duration]) -> Self {
        let main = amqp.queue(name);
        let retries = delays
            .iter()
            .map(|delay| (format!("{main}.retry.{}ms", delay.as_millis()), *delay))
            .collect();
        Self {
            dead: format!("{main}.dlq"),
            main,
            retries,
        }
    }

    /// Declares all of them and binds the main one to `keys`.
    pub(super) async fn declare(
        &self,
        amqp: &Amqp,
        channel: &Channel,
        keys: &[String],
    ) -> lapin::Result<()> {
        amqp.declare_queue(channel, &self.dead, FieldTable::default())
            .await?;
        let mut arguments = dead_letters_to(&self.dead);
        arguments.insert(
            "x-delivery-limit".into(),
            AMQPValue::LongLongInt(DELIVERY_LIMIT),
        );
        amqp.declare_queue(channel, &self.main, arguments).await?;
        for (retry, delay) in &self.retries {
            let mut arguments = dead_letters_to(&self.main);
            let millis = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
            arguments.insert("x-message-ttl".into(), AMQPValue::LongLongInt(millis));
            amqp.declare_queue(channel, retry, arguments).await?;
        }
        for key in keys {
            channel
                .queue_bind(
                    self.main.as_str().into(),
                    amqp.exchange().into(),
                    key.as_str().into(),
                    QueueBindOptions::default(),
                    FieldTable::default(),
                )
                .await?;
        }
        Ok(())
    }

    /// Puts a failed message aside: to the next retry queue, or to the dead letters after the last.
    /// Returns whether it is dead.
    pub(super) async fn put_aside(
        &self,
        channel: &Channel,
        body: &[u8],
        properties: &BasicProperties,
        error: &str,
    ) -> anyhow::Result<bool> {
        let attempt = attempt_of(properties) + 1;
        let retry = usize::try_from(attempt - 1)
            .ok()
            .and_then(|index| self.retries.get(index));
        let queue = retry.map_or(self.dead.as_str(), |(queue, _)| queue);
        send_to_queue(channel, queue, body, marked(properties, attempt, error)).await?;
        Ok(retry.is_none())
    }

    /// Buries a message that no retry can help.
    pub(super) async fn bury(
        &self,
        channel: &Channel,
        body: &[u8],
        properties: &BasicProperties,
        error: &str,
    ) -> anyhow::Result<()> {
        let properties = marked(properties, attempt_of(properties) + 1, error);
        send_to_queue(channel, &self.dead, body, properties).await
    }
}

/// The properties of a message that starts over, as if it had never failed.
pub(super) fn unmarked(properties: &BasicProperties) -> BasicProperties {
    let mut headers = properties
        .headers()
        .clone()
        .unwrap_or_default()
        .inner()
        .clone();
    headers.retain(|name, _| name.as_str().starts_with("cloudEvents:"));
    properties.clone().with_headers(headers.into())
}

fn attempt_of(properties: &BasicProperties) -> i64 {
    let headers = properties.headers().as_ref();
    match headers.and_then(|headers| headers.inner().get(ATTEMPT)) {
        Some(AMQPValue::LongLongInt(attempt)) => *attempt,
        _ => 0,
    }
}

fn marked(properties: &BasicProperties, attempt: i64, error: &str) -> BasicProperties {
    let mut headers = properties.headers().clone().unwrap_or_default();
    let error: String = error.chars().take(500).collect();
    headers.insert(ATTEMPT.into(), AMQPValue::LongLongInt(attempt));
    headers.insert(ERROR.into(), AMQPValue::LongString(LongString::from(error)));
    properties.clone().with_headers(headers)
}

/// Dead letters are moved under confirms, so that none is lost between two queues.
fn dead_letters_to(queue: &str) -> FieldTable {
    let mut arguments = FieldTable::default();
    for (name, value) in [
        ("x-dead-letter-exchange", ""),
        ("x-dead-letter-routing-key", queue),
        ("x-dead-letter-strategy", "at-least-once"),
        ("x-overflow", "reject-publish"),
    ] {
        arguments.insert(name.into(), AMQPValue::LongString(value.into()));
    }
    arguments
}
