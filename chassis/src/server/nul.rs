//! Refuses text that PostgreSQL cannot store: NUL, wherever it stands in a request.

use bytes::Bytes;
use prost_reflect::{DynamicMessage, MapKey, MessageDescriptor, Value};

use crate::error::{Problem, Violations};

/// A gRPC message is preceded by a flag and its length.
const PREFIX_BYTES: usize = 5;

/// Refuses a request of the shape `input` with `VALIDATION_FAILED` at every field that holds a NUL.
///
/// Few requests have a zero byte at all, so few are looked into.
pub(super) fn refuse(body: &Bytes, input: &MessageDescriptor) -> Result<(), Problem> {
    let Some(message) = body.get(PREFIX_BYTES..) else {
        return Ok(());
    };
    if !message.contains(&0) {
        return Ok(());
    }
    let Ok(message) = DynamicMessage::decode(input.clone(), message) else {
        // Malformed or compressed: the service refuses it by itself.
        return Ok(());
    };
    let mut violations = Violations::new();
    in_message(&message, "", &mut violations);
    violations.into_result()
}

fn in_message(message: &DynamicMessage, path: &str, violations: &mut Violations) {
    for (field, value) in message.fields() {
        let name = if path.is_empty() {
            field.name().to_owned()
        } else {
            format!("{path}.{}", field.name())
        };
        in_value(value, &name, violations);
    }
}

fn in_value(value: &Value, path: &str, violations: &mut Violations) {
    match value {
        Value::String(text) => in_text(text, path, violations),
        Value::Message(message) => in_message(message, path, violations),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                in_value(item, &format!("{path}[{index}]"), violations);
            }
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                if let MapKey::String(text) = key {
                    in_text(text, path, violations);
                }
                in_value(value, path, violations);
            }
        }
        _ => {}
    }
}

fn in_text(text: &str, path: &str, violations: &mut Violations) {
    if text.contains('\0') {
        violations.push(path, "VALIDATION_FAILED");
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use proto::capacity::v1::{HoldRequest, PlaceHoldRequest, SkuQuantity};

    use super::*;
    use crate::authz::Rules;

    fn refused(request: &PlaceHoldRequest) -> Vec<String> {
        let rule = Rules::global()
            .get("/yizhimai.capacity.v1.HoldService/PlaceHold")
            .unwrap();
        let message = request.encode_to_vec();
        let mut body = vec![0; PREFIX_BYTES];
        body.extend(message);
        match refuse(&body.into(), &rule.input) {
            Ok(()) => Vec::new(),
            Err(problem) => problem
                .fields
                .into_iter()
                .map(|found| found.field)
                .collect(),
        }
    }

    #[test]
    fn a_nul_is_refused_at_its_field_and_a_zero_byte_elsewhere_is_not() {
        let sku = |id: &str| SkuQuantity {
            sku_id: id.to_owned(),
            quantity: 1,
        };
        let request = |branch_id: &str, skus| PlaceHoldRequest {
            hold: Some(HoldRequest {
                branch_id: branch_id.to_owned(),
                skus,
                // An empty message inside: its length is a zero byte.
                wanted_at: Some(prost_types::Timestamp::default()),
                ..Default::default()
            }),
        };
        assert!(refused(&request("b", vec![sku("a")])).is_empty());
        assert_eq!(
            refused(&request("\0", vec![sku("a"), sku("b\0")])),
            ["hold.branch_id", "hold.skus[1].sku_id"]
        );
    }
}
