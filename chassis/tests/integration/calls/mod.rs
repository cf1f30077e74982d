//! Calls between services as they really travel: client, socket, server, handler.

mod admission;
mod audit;
mod devices;
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
    Problem::from_status(status).reason.to_string()
}
