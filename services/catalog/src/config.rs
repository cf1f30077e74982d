//! Settings of the catalogue.

use serde::{Deserialize, Serialize};

/// Section `CATALOG_`: nothing of its own yet.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Config {}
