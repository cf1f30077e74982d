//! Who calls: staff by the session cookie, customers by brand, branch and device.

pub mod cookies;
pub mod csrf;
pub mod device;
mod identities;
mod peer;
mod shop;
mod staff;

pub use device::Device;
pub use identities::{Exchanged, Identities};
pub use peer::Peer;
pub use shop::{Customers, Shop};
pub use staff::Staff;

use chassis::error::Problem;
use tonic::metadata::{Ascii, MetadataValue};

/// The metadata value that carries a token.
type Bearer = MetadataValue<Ascii>;

fn bearer(token: &str) -> Result<Bearer, Problem> {
    format!("Bearer {token}")
        .parse()
        .map_err(|_| Problem::internal(anyhow::anyhow!("odd token")))
}

fn with_token<T>(message: T, token: &Bearer) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    request
        .metadata_mut()
        .insert("authorization", token.clone());
    request
}
