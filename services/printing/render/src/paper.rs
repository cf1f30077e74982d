//! Papers and what of them can be printed on, at 203 dpi: 8 dots a millimetre.

use serde::{Deserialize, Serialize};

/// What a printer holds.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
pub enum Paper {
    /// Roll of 58 mm.
    #[serde(rename = "58mm")]
    Mm58,
    /// Roll of 80 mm.
    #[serde(rename = "80mm")]
    Mm80,
    /// Labels of 40 × 25 mm.
    #[serde(rename = "label_40x25")]
    Label40x25,
}

impl Paper {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mm58, Self::Mm80, Self::Label40x25];

    /// The word for it in data.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mm58 => "58mm",
            Self::Mm80 => "80mm",
            Self::Label40x25 => "label_40x25",
        }
    }

    /// Dots from edge to edge; a multiple of eight.
    pub const fn width(self) -> u32 {
        match self {
            Self::Mm58 => 384,
            Self::Mm80 => 576,
            Self::Label40x25 => 320,
        }
    }

    /// Rows of a label; none for a roll.
    pub const fn height(self) -> Option<u32> {
        match self {
            Self::Mm58 | Self::Mm80 => None,
            Self::Label40x25 => Some(200),
        }
    }

    /// Dots kept clear at every edge: labels never lie exactly where the printer believes.
    pub const fn margin(self) -> u32 {
        match self {
            Self::Mm58 | Self::Mm80 => 0,
            Self::Label40x25 => 8,
        }
    }

    /// Dots between the margins.
    pub const fn content_width(self) -> u32 {
        self.width() - 2 * self.margin()
    }

    /// Rows between the margins; none for a roll.
    pub const fn content_height(self) -> Option<u32> {
        match self.height() {
            Some(height) => Some(height - 2 * self.margin()),
            None => None,
        }
    }

    /// Whether it comes in pieces of one size.
    pub const fn is_label(self) -> bool {
        self.height().is_some()
    }
}
