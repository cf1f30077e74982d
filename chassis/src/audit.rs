//! Who changed what: one record for each call of an RPC declared `audited`.
//!
//! A record goes to the log under the target `audit`, and to the [`AuditSink`] where a service
//! has one.

mod mask;
mod shorten;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use prost_reflect::{DynamicMessage, SerializeOptions};

use crate::{
    authn::{Actor, Identity},
    authz::Rule,
    telemetry,
};

/// What happened in one audited call.
#[derive(Clone, Debug)]
pub struct Record {
    /// When it was answered.
    pub at: DateTime<Utc>,
    /// Path of the RPC.
    pub method: String,
    /// Who called, if anybody was signed in.
    pub caller: Option<Arc<Identity>>,
    /// `OK` or the gRPC code of the refusal.
    pub outcome: String,
    /// The request as JSON, sensitive fields masked and long ones cut short.
    pub request: serde_json::Value,
    /// Trace in which it happened.
    pub trace_id: Option<String>,
}

/// Keeps the records beyond the log.
#[async_trait]
pub trait AuditSink: Send + Sync {
    /// Keeps one record. It runs after the answer is made, so it cannot refuse the call.
    async fn keep(&self, record: Record);
}

impl Record {
    pub(crate) fn new(
        at: DateTime<Utc>,
        rule: &Rule,
        caller: Option<Arc<Identity>>,
        outcome: tonic::Code,
        request: &Bytes,
    ) -> Self {
        Self {
            at,
            method: rule.path.clone(),
            caller,
            outcome: format!("{outcome:?}"),
            request: readable(rule, request),
            trace_id: telemetry::trace_id(),
        }
    }

    pub(crate) fn log(&self) {
        let actor = self.caller.as_ref().map(|identity| &identity.actor);
        let org = self.caller.as_ref().and_then(|identity| identity.org);
        tracing::info!(
            target: "audit",
            {
                rpc.method = self.method,
                actor.kind = actor.map_or("nobody", Actor::kind),
                actor.id = actor.map(Actor::id),
                organisation.id = org.map(|org| org.to_string()),
                outcome = self.outcome,
                request = %self.request,
                trace.id = self.trace_id,
            },
            "audited call"
        );
    }
}

/// The message of a unary request behind its five bytes of frame.
fn readable(rule: &Rule, frame: &Bytes) -> serde_json::Value {
    let message = frame.get(5..).unwrap_or_default();
    let compressed = frame.first().is_some_and(|flag| *flag != 0);
    match DynamicMessage::decode(rule.input.clone(), message) {
        Ok(mut message) if !compressed => {
            mask::mask(&mut message);
            let mut json = message
                .serialize_with_options(serde_json::value::Serializer, &names_as_declared())
                .unwrap_or_default();
            shorten::shorten(&mut json);
            json
        }
        _ => serde_json::Value::Null,
    }
}

fn names_as_declared() -> SerializeOptions {
    SerializeOptions::new().use_proto_field_name(true)
}

#[cfg(test)]
mod tests {
    use proto::staff::v1::SignInRequest;

    use super::*;
    use crate::authz::Rules;

    fn frame(message: &impl prost::Message) -> Bytes {
        let body = message.encode_to_vec();
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[0], &length[..], &body].concat().into()
    }

    #[test]
    fn sensitive_fields_are_masked_in_a_record() {
        let rule = Rules::global()
            .get("/yizhimai.staff.v1.StaffService/SignIn")
            .unwrap();
        let request = SignInRequest {
            organisation_code: "tea".into(),
            account: "mei".into(),
            password: "hunter2".into(),
            remote_address: "10.1.2.3".into(),
            ..SignInRequest::default()
        };
        let record = Record::new(
            DateTime::UNIX_EPOCH,
            rule,
            None,
            tonic::Code::Ok,
            &frame(&request),
        );
        assert_eq!(
            record.request,
            serde_json::json!({
                "organisation_code": "tea",
                "account": "mei",
                "password": "***",
                "remote_address": "***",
            })
        );
        assert_eq!(record.outcome, "Ok");
    }

    #[test]
    fn an_imported_file_is_not_recorded_whole() {
        let rule = Rules::global()
            .get("/yizhimai.catalog.v1.CatalogService/ImportProducts")
            .unwrap();
        let request = proto::catalog::v1::ImportProductsRequest {
            content: vec![0; 3_000].into(),
            ..Default::default()
        };
        let expected = format!("{}… (4000 characters)", "A".repeat(200));
        assert_eq!(
            readable(rule, &frame(&request)),
            serde_json::json!({ "content": expected })
        );
    }

    #[test]
    fn a_malformed_request_is_recorded_without_its_bytes() {
        let rule = Rules::global()
            .get("/yizhimai.staff.v1.StaffService/SignIn")
            .unwrap();
        assert_eq!(
            readable(rule, &Bytes::from_static(b"\0\0\0\0\x01\xff")),
            serde_json::Value::Null
        );
    }
}
