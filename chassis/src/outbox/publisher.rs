//! Publishes a batch of events and learns of each whether a queue took it.

use std::{collections::HashSet, time::Duration};

use anyhow::Context as _;
use futures::{future::maybe_done, poll};
use lapin::{Channel, options::BasicPublishOptions};
use tokio::time::timeout;
use tracing::Span;

use super::{Envelope, row::Row};
use crate::{id::EventId, trace_context};

const CONFIRM_WITHIN: Duration = Duration::from_secs(30);

/// Publishes to one exchange as one service.
#[derive(Debug)]
pub(super) struct Publisher {
    pub(super) channel: Channel,
    pub(super) exchange: String,
    pub(super) source: &'static str,
}

impl Publisher {
    /// Publishes `rows` in their order and waits for every confirm. Returns the events that no queue
    /// took; of an error nothing is known, and all must be published again.
    pub(super) async fn publish(&self, rows: &[Row]) -> anyhow::Result<HashSet<EventId>> {
        timeout(CONFIRM_WITHIN, self.publish_and_wait(rows))
            .await
            .context("RabbitMQ did not confirm in time")?
    }

    async fn publish_and_wait(&self, rows: &[Row]) -> anyhow::Result<HashSet<EventId>> {
        // Open until the confirms, for the traces of those that are recorded.
        let _spans: Vec<Span> = rows
            .iter()
            .filter_map(|row| span_of(&row.envelope))
            .collect();
        let options = BasicPublishOptions {
            mandatory: true,
            ..Default::default()
        };
        let mut sends = Vec::with_capacity(rows.len());
        for Row { envelope, body, .. } in rows {
            let mut send = Box::pin(maybe_done(self.channel.basic_publish(
                self.exchange.as_str().into(),
                envelope.type_.as_str().into(),
                options,
                body,
                envelope.to_properties(self.source),
            )));
            // The first poll queues the message in its order; awaiting would wait for the socket,
            // once an event instead of once a batch.
            let _ = poll!(send.as_mut());
            sends.push(send);
        }
        let mut confirms = Vec::with_capacity(rows.len());
        for mut send in sends {
            send.as_mut().await;
            let sent = send
                .as_mut()
                .take_output()
                .expect("the send was awaited just now");
            confirms.push(sent.context("publish")?);
        }
        let mut unrouted = HashSet::new();
        for confirm in confirms {
            let confirmation = confirm.await?;
            anyhow::ensure!(confirmation.is_ack(), "RabbitMQ refused an event");
            // When the broker confirms several at once, the client library may pass a returned
            // message to the confirm of another: only its own headers say which event it is.
            if let Some(returned) = confirmation.take_message() {
                let envelope = Envelope::from_properties(&returned.delivery.properties)
                    .context("RabbitMQ returned a message that is no event")?;
                unrouted.insert(envelope.id);
            }
        }
        Ok(unrouted)
    }
}

/// The span of a recorded trace's event on its way to the bus.
fn span_of(envelope: &Envelope) -> Option<Span> {
    // The last two digits of a traceparent are its flags; 01 is "recorded".
    if !envelope.traceparent.ends_with("01") {
        return None;
    }
    let name = format!("publish {}", envelope.type_);
    let span = tracing::info_span!("publish", otel.name = name, otel.kind = "producer");
    trace_context::follow(&span, &envelope.traceparent);
    Some(span)
}
