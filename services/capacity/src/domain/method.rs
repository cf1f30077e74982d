//! How an order reaches the customer, as far as hours, pauses and limits may differ by it.

use serde::{Deserialize, Serialize};

/// A method.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    sqlx::Type,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Method {
    /// 自取.
    #[default]
    Pickup,
    /// 外送.
    Delivery,
    /// 現場.
    OnSite,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 3] = [Self::Pickup, Self::Delivery, Self::OnSite];

    /// Its name in paths of fields and in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pickup => "pickup",
            Self::Delivery => "delivery",
            Self::OnSite => "on_site",
        }
    }
}
