//! The service's own section of the configuration, `MEMBERSHIP_`.

use serde::{Deserialize, Serialize};

/// Section `MEMBERSHIP_`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Config {}
