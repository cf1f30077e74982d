//! An event as it travels: CloudEvents in the AMQP binding, attributes as headers, protobuf body.

use chrono::{DateTime, SecondsFormat, Utc};
use lapin::{
    BasicProperties,
    types::{AMQPValue, FieldTable},
};
use uuid::Uuid;

use crate::id::{EventId, OrganisationId};

/// Names of the headers.
mod header {
    pub(super) const ID: &str = "cloudEvents:id";
    pub(super) const TYPE: &str = "cloudEvents:type";
    pub(super) const SOURCE: &str = "cloudEvents:source";
    pub(super) const SPEC_VERSION: &str = "cloudEvents:specversion";
    pub(super) const TIME: &str = "cloudEvents:time";
    pub(super) const ORGANISATION: &str = "cloudEvents:organisation";
    pub(super) const AGGREGATE: &str = "cloudEvents:aggregate";
    pub(super) const VERSION: &str = "cloudEvents:version";
    pub(super) const TRACEPARENT: &str = "cloudEvents:traceparent";
}

/// What is said about an event beside its body.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Envelope {
    pub(crate) id: EventId,
    pub(crate) org: OrganisationId,
    pub(crate) type_: String,
    pub(crate) aggregate: Uuid,
    pub(crate) version: i64,
    pub(crate) at: DateTime<Utc>,
    pub(crate) traceparent: String,
}

impl Envelope {
    /// The message's properties; `source` is the publishing service.
    pub(crate) fn to_properties(&self, source: &str) -> BasicProperties {
        let mut headers = FieldTable::default();
        let mut set = |name: &str, value: &str| {
            headers.insert(name.into(), AMQPValue::LongString(value.into()));
        };
        set(header::SPEC_VERSION, "1.0");
        set(header::ID, &self.id.to_string());
        set(header::TYPE, &self.type_);
        set(header::SOURCE, source);
        set(
            header::TIME,
            &self.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        );
        set(header::ORGANISATION, &self.org.to_string());
        set(header::AGGREGATE, &self.aggregate.to_string());
        if !self.traceparent.is_empty() {
            set(header::TRACEPARENT, &self.traceparent);
        }
        headers.insert(header::VERSION.into(), AMQPValue::LongLongInt(self.version));
        BasicProperties::default()
            .with_delivery_mode(2)
            .with_content_type("application/protobuf".into())
            .with_headers(headers)
    }

    /// Reads the envelope back; `None` when a required header is absent or malformed.
    pub(crate) fn from_properties(properties: &BasicProperties) -> Option<Self> {
        let headers = properties.headers().as_ref()?.inner();
        let text = |name: &str| match headers.get(name)? {
            AMQPValue::LongString(value) => std::str::from_utf8(value.as_bytes()).ok(),
            _ => None,
        };
        let AMQPValue::LongLongInt(version) = headers.get(header::VERSION)? else {
            return None;
        };
        Some(Self {
            id: text(header::ID)?.parse().ok()?,
            org: text(header::ORGANISATION)?.parse().ok()?,
            type_: text(header::TYPE)?.to_owned(),
            aggregate: text(header::AGGREGATE)?.parse().ok()?,
            version: *version,
            at: text(header::TIME)?.parse().ok()?,
            traceparent: text(header::TRACEPARENT).unwrap_or_default().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn an_envelope_survives_the_journey() {
        let clock =
            ManualClock::at(DateTime::from_timestamp_micros(1_788_000_000_123_456).unwrap());
        let envelope = Envelope {
            id: EventId::new(&clock),
            org: OrganisationId::new(&clock),
            type_: "ordering.order.placed.v1".into(),
            aggregate: EventId::new(&clock).as_uuid(),
            version: 7,
            at: crate::clock::Clock::now(&clock),
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into(),
        };
        let properties = envelope.to_properties("ordering");
        assert_eq!(Envelope::from_properties(&properties), Some(envelope));
        assert_eq!(Envelope::from_properties(&BasicProperties::default()), None);
    }
}
