//! The way to RabbitMQ: one connection a process, made anew when it is lost.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties, ErrorKind, ExchangeKind,
    options::{
        BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions, ExchangeDeleteOptions,
        QueueDeclareOptions, QueueDeleteOptions,
    },
    protocol::{AMQPErrorKind, AMQPSoftError},
    types::{AMQPValue, FieldTable},
};
use parking_lot::Mutex;
use tokio::{sync, time::timeout};

use crate::config::AmqpConfig;

const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// The broker; clones share the connection.
#[derive(Clone, Debug)]
pub struct Amqp(Arc<Inner>);

struct Inner {
    config: AmqpConfig,
    name: String,
    connection: sync::Mutex<Option<Connection>>,
    declared_queues: Mutex<Vec<String>>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Amqp")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Amqp {
    /// The broker of `config`, known to it by `name`. Connects when a channel is first asked for.
    #[must_use]
    pub fn new(config: &AmqpConfig, name: &str) -> Self {
        Self(Arc::new(Inner {
            config: config.clone(),
            name: name.to_owned(),
            connection: sync::Mutex::default(),
            declared_queues: Mutex::default(),
        }))
    }

    /// The topic exchange that carries all events.
    #[must_use]
    pub fn exchange(&self) -> String {
        format!("{}yizhimai.events", self.0.config.prefix)
    }

    /// A queue's full name.
    #[must_use]
    pub fn queue(&self, name: &str) -> String {
        format!("{}{name}", self.0.config.prefix)
    }

    /// A new channel in confirm mode, with the exchange declared; connects when need be.
    pub async fn channel(&self) -> anyhow::Result<Channel> {
        let channel = timeout(ANSWER_WITHIN, self.bare_channel())
            .await
            .context("RabbitMQ did not answer in time")??;
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        channel
            .exchange_declare(
                self.exchange().into(),
                ExchangeKind::Topic,
                ExchangeDeclareOptions {
                    durable: true,
                    ..Default::default()
                },
                FieldTable::default(),
            )
            .await?;
        Ok(channel)
    }

    /// Whether the broker has the queue of this full name.
    pub(crate) async fn has_queue(&self, queue: &str) -> anyhow::Result<bool> {
        // A refusal closes its channel, so the question has one of its own.
        let channel = timeout(ANSWER_WITHIN, self.bare_channel()).await??;
        let look = QueueDeclareOptions {
            passive: true,
            ..Default::default()
        };
        match channel
            .queue_declare(queue.into(), look, FieldTable::default())
            .await
        {
            Ok(_) => {
                channel.close(200, "OK".into()).await?;
                Ok(true)
            }
            Err(error) if is_not_found(&error) => Ok(false),
            Err(error) => Err(error).context("look for the queue"),
        }
    }

    /// Succeeds when the broker answers.
    pub async fn ping(&self) -> anyhow::Result<()> {
        let channel = timeout(ANSWER_WITHIN, self.bare_channel()).await??;
        Ok(channel.close(200, "OK".into()).await?)
    }

    /// Ends the connection in good order.
    pub async fn close(&self) {
        // Nothing waits for the result any more; the broker cleans up after a lost connection as well, and
        // one that is broken may never say that it is closed.
        let _ = timeout(ANSWER_WITHIN, async {
            if let Some(connection) = self.0.connection.lock().await.take() {
                let _ = connection.close(200, "OK".into()).await;
            }
        })
        .await;
    }

    /// Full names of the queues declared through this value so far.
    #[must_use]
    pub fn declared_queues(&self) -> Vec<String> {
        self.0.declared_queues.lock().clone()
    }

    /// Deletes the exchange and `queues`, for a platform under a prefix that goes away.
    pub async fn delete(&self, queues: &[String]) -> anyhow::Result<()> {
        let channel = timeout(ANSWER_WITHIN, self.bare_channel()).await??;
        for queue in queues {
            channel
                .queue_delete(queue.as_str().into(), QueueDeleteOptions::default())
                .await?;
        }
        channel
            .exchange_delete(self.exchange().into(), ExchangeDeleteOptions::default())
            .await?;
        Ok(())
    }

    /// Declares a quorum queue by its full name.
    pub(crate) async fn declare_queue(
        &self,
        channel: &Channel,
        queue: &str,
        mut arguments: FieldTable,
    ) -> lapin::Result<()> {
        arguments.insert(
            "x-queue-type".into(),
            AMQPValue::LongString("quorum".into()),
        );
        {
            // Before the broker has it: a caller that gives up waiting for the answer can still delete it.
            let mut declared = self.0.declared_queues.lock();
            if !declared.iter().any(|name| name == queue) {
                declared.push(queue.to_owned());
            }
        }
        let options = QueueDeclareOptions {
            durable: true,
            ..Default::default()
        };
        channel
            .queue_declare(queue.into(), options, arguments)
            .await?;
        Ok(())
    }

    async fn bare_channel(&self) -> anyhow::Result<Channel> {
        let mut held = self.0.connection.lock().await;
        let alive = held
            .take()
            .filter(|connection| connection.status().connected());
        let connection = match alive {
            Some(connection) => connection,
            None => {
                let properties = ConnectionProperties::default()
                    .with_connection_name(self.0.name.as_str().into());
                Connection::connect(self.0.config.url.reveal(), properties)
                    .await
                    .context("connect to RabbitMQ")?
            }
        };
        let channel = connection
            .create_channel()
            .await
            .context("open a channel")?;
        *held = Some(connection);
        Ok(channel)
    }
}

fn is_not_found(error: &lapin::Error) -> bool {
    let not_found = AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND);
    matches!(error.kind(), ErrorKind::ProtocolError(error) if *error.kind() == not_found)
}

/// Publishes straight to a queue and waits until the broker has it safe.
pub(crate) async fn send_to_queue(
    channel: &Channel,
    queue: &str,
    body: &[u8],
    properties: BasicProperties,
) -> anyhow::Result<()> {
    let options = BasicPublishOptions {
        mandatory: true,
        ..Default::default()
    };
    let confirmation = channel
        .basic_publish("".into(), queue.into(), options, body, properties)
        .await?
        .await?;
    let accepted = confirmation.is_ack() && confirmation.take_message().is_none();
    anyhow::ensure!(accepted, "queue {queue} did not take the message");
    Ok(())
}
