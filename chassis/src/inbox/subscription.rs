//! Listening to events as they pass, for live screens: nothing is stored, gaps are signalled.

use std::time::Duration;

use futures::{Stream, StreamExt as _};
use lapin::{
    options::{BasicConsumeOptions, QueueBindOptions, QueueDeclareOptions},
    types::FieldTable,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::Received;
use crate::{amqp::Amqp, backoff::Backoff};

const BUFFER: usize = 4_096;

/// What a listener receives.
#[derive(Clone, Debug)]
pub enum Signal {
    /// Events before this one may have been missed; sent when listening begins, after each lost
    /// connection, and when the listener was too slow.
    Gap,
    /// An event passed.
    Event(Received),
}

/// Listens to the routing keys on a queue of its own that goes away with the connection.
///
/// The connection is made anew when it is lost; dropping the stream ends the listening.
pub fn subscribe(amqp: &Amqp, keys: &[&str]) -> impl Stream<Item = Signal> + Send + Unpin + use<> {
    let (sender, receiver) = mpsc::channel(BUFFER);
    let amqp = amqp.clone();
    let keys: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
    tokio::spawn(async move {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
        loop {
            tokio::select! {
                () = sender.closed() => return,
                outcome = listen(&amqp, &keys, &sender, &mut backoff) => {
                    let Err(error) = outcome else { return };
                    tracing::warn!(error = format!("{error:#}"), "the subscription starts over");
                }
            }
            tokio::select! {
                () = sender.closed() => return,
                () = backoff.wait() => {}
            }
        }
    });
    ReceiverStream::new(receiver)
}

async fn listen(
    amqp: &Amqp,
    keys: &[String],
    sender: &mpsc::Sender<Signal>,
    backoff: &mut Backoff,
) -> anyhow::Result<()> {
    let channel = amqp.channel().await?;
    let options = QueueDeclareOptions {
        exclusive: true,
        auto_delete: true,
        ..Default::default()
    };
    let queue = channel
        .queue_declare("".into(), options, FieldTable::default())
        .await?;
    for key in keys {
        channel
            .queue_bind(
                queue.name().clone(),
                amqp.exchange().into(),
                key.as_str().into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            )
            .await?;
    }
    let options = BasicConsumeOptions {
        no_ack: true,
        exclusive: true,
        ..Default::default()
    };
    let mut deliveries = channel
        .basic_consume(
            queue.name().clone(),
            "".into(),
            options,
            FieldTable::default(),
        )
        .await?;
    backoff.reset();

    let mut gap = true;
    loop {
        if gap && sender.try_send(Signal::Gap).is_ok() {
            gap = false;
        }
        let Some(delivery) = deliveries.next().await else {
            anyhow::bail!("RabbitMQ ended the subscription");
        };
        let Some(event) = Received::from_delivery(&mut delivery?) else {
            continue;
        };
        // A listener that lags must not make the broker keep its events: it reloads instead.
        gap = gap || sender.try_send(Signal::Event(event)).is_err();
    }
}
