//! An event as its consumer sees it.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use lapin::{BasicProperties, message::Delivery};
use uuid::Uuid;

use crate::{
    error::Problem,
    id::{EventId, OrganisationId},
    outbox::Envelope,
};

/// An event that arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// Same for every repeat of the event.
    pub id: EventId,
    /// Organisation in which it happened.
    pub org: OrganisationId,
    /// Such as `ordering.order.placed.v1`.
    pub type_: String,
    /// What it happened to.
    pub aggregate: Uuid,
    /// The aggregate's version, which tells late from new.
    pub version: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Protobuf.
    pub body: Bytes,
    pub(crate) traceparent: String,
}

impl Received {
    /// The body as the message that goes with the event's type.
    pub fn decode<T: prost::Message + Default>(&self) -> Result<T, Problem> {
        T::decode(self.body.clone()).map_err(|error| {
            let context = format!("decode event {} of type {}", self.id, self.type_);
            Problem::internal(anyhow::Error::from(error).context(context))
        })
    }

    /// Reads a delivery; `None` when it is not one of our events.
    pub(super) fn from_delivery(delivery: &mut Delivery) -> Option<Self> {
        let envelope = Envelope::from_properties(&delivery.properties)?;
        let body = std::mem::take(&mut delivery.data).into();
        Some(Self::new(envelope, body))
    }

    pub(super) fn new(envelope: Envelope, body: Bytes) -> Self {
        Self {
            id: envelope.id,
            org: envelope.org,
            type_: envelope.type_,
            aggregate: envelope.aggregate,
            version: envelope.version,
            at: envelope.at,
            body,
            traceparent: envelope.traceparent,
        }
    }
}

/// An event with the properties it travels under, should it have to travel again.
pub(super) struct Message {
    pub(super) event: Received,
    pub(super) properties: BasicProperties,
}
