//! HTTP and JSON for RPCs that declare their HTTP form beside them (`google.api.http`).
//!
//! The crate reads the forms out of descriptors, makes request messages of HTTP requests and JSON of
//! response messages, and describes it all as OpenAPI. It does no I/O and knows no service: who calls
//! whom, with which identity, is the gateway's part.
//!
//! The JSON is the protos' own: fields keep their names, integers are numbers, an enum value is its
//! word in lower case without the enum's prefix, a timestamp is RFC 3339 text, an amount of money the number of its
//! minor units. Only a field marked
//! `optional`, or one of a `oneof`, may be null or left out, as may lists and maps; a field the message
//! does not have is refused. `google.api.field_behavior` says what differs in requests: `OPTIONAL` may
//! be left out of them, `OUTPUT_ONLY` is refused in them. ADR 0095 says why.

mod behavior;
mod codec;
mod comments;
mod decode;
mod encode;
mod endpoint;
mod openapi;
mod plan;
mod rule;
mod shape;
mod wire;
mod words;

pub use codec::MessageCodec;
pub use encode::{Incomplete, JsonWriter};
pub use endpoint::{Endpoint, HttpCall, Violation};
pub use openapi::describe;
