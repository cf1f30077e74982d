//! The service's own section of the configuration, `CAPACITY_`.

use serde::{Deserialize, Serialize};

/// Section `CAPACITY_`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// How long a hold lives until its order exists, 60–300.
    pub hold_ttl_secs: u32,
    /// How long settled holds, past slots and past daily buckets are kept, in days.
    pub keep_days: u32,
    /// How long stock movements are kept one by one, in days; older months are folded into one movement a unit.
    pub keep_movements_days: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            hold_ttl_secs: 120,
            keep_days: 120,
            keep_movements_days: 400,
        }
    }
}
