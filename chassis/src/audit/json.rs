//! Messages as JSON, through their descriptors.

use prost_reflect::{DynamicMessage, SerializeOptions};
use serde_json::Value;

use crate::authz::Rules;

/// Largest JSON of a request that is kept; what is larger is left out but for its size.
const LARGEST: usize = 16 * 1024;

/// The message with reflection.
pub(super) fn reflect<T: prost::Message + prost::Name>(message: &T) -> Option<DynamicMessage> {
    let pool = Rules::global().descriptors();
    let descriptor = pool.get_message_by_name(&T::full_name())?;
    DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).ok()
}

/// Field names as in the proto, numbers as numbers; `defaults` writes fields that were not set, too.
pub(super) fn write(message: &DynamicMessage, defaults: bool) -> Value {
    let options = SerializeOptions::new()
        .use_proto_field_name(true)
        .stringify_64_bit_integers(false)
        .skip_default_fields(!defaults);
    message
        .serialize_with_options(serde_json::value::Serializer, &options)
        .unwrap_or_default()
}

/// The JSON as text of bounded size.
pub(super) fn bounded(json: &Value) -> String {
    let text = json.to_string();
    if text.len() <= LARGEST {
        return text;
    }
    serde_json::json!({ "omitted_bytes": text.len() }).to_string()
}
