//! Where an order comes from, as far as pauses and limits may differ by it.

use serde::{Deserialize, Serialize};

/// A channel.
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
pub enum Channel {
    /// The brand's own storefront.
    #[default]
    Web,
    /// The storefront inside LINE.
    Line,
    /// The code on a table.
    QrTable,
    /// Staff at the counter.
    Counter,
    /// Uber Eats.
    UberEats,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 5] = [
        Self::Web,
        Self::Line,
        Self::QrTable,
        Self::Counter,
        Self::UberEats,
    ];

    /// The channel of a name in tables.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }

    /// Orders of a platform were accepted before we receive them: they may overbook.
    #[must_use]
    pub const fn may_overbook(self) -> bool {
        matches!(self, Self::UberEats)
    }

    /// Its name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Line => "line",
            Self::QrTable => "qr_table",
            Self::Counter => "counter",
            Self::UberEats => "uber_eats",
        }
    }
}
