//! Calls between services as they really travel: client, socket, door, handler.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod admission;
mod replicas;
mod resilience;
mod stub;

use chassis::error::Problem;
use stub::Stub;
use tonic::Status;

fn agreeable() -> Stub {
    Stub::new(|_| async { Ok(()) })
}

fn reason(status: &Status) -> String {
    Problem::from_status(status).reason.into_owned()
}
