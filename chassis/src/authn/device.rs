//! Tokens of devices, which stand in branches and call from outside.

use std::sync::Arc;

use async_trait::async_trait;

use super::Identity;
use crate::error::Problem;

/// Knows the tokens of paired devices. Only the service that paired a device has it, and asks it at the
/// address for devices alone: there no identity token counts, and elsewhere no device's.
#[async_trait]
pub trait DeviceTokens: Send + Sync {
    /// Which device the token belongs to; refuses every other token with `UNAUTHENTICATED`.
    async fn verify(&self, token: &str) -> Result<Arc<Identity>, Problem>;
}
