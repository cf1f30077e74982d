//! Who calls: staff by the session cookie, customers by brand, branch, device and the member's session.

pub mod cookies;
pub mod csrf;
mod customer;
pub mod device;
mod identities;
mod members;
mod peer;
mod shop;
mod staff;

pub use customer::{Customer, Customers};
pub use device::Device;
pub use identities::{Exchanged, Identities};
pub use members::Members;
pub use peer::Peer;
pub use shop::Shop;
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
