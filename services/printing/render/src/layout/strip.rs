//! Strips: rows of paper from edge to edge that stay together.

use std::sync::Arc;

use super::Run;
use crate::{Align, Bitmap, Rule};

/// Rows that stay together.
#[derive(Clone, Debug)]
pub(crate) struct Strip {
    /// How many.
    pub(crate) height: u32,
    /// What is on them, from their upper left corner, in the order it is painted.
    pub(crate) marks: Vec<Mark>,
    /// What they are.
    pub(crate) kind: Kind,
}

/// What a strip is to a printer that sets its own letters.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// A line of text.
    Line(Align),
    /// A line of text with a frame or white on black around it.
    Adorned,
    /// A line across.
    Rule(Rule),
    /// Upper or lower end of a frame.
    Frame,
    /// A QR code of this text.
    Qr(String),
    /// A picture.
    Picture,
    /// The ruler.
    Ruler,
    /// Nothing.
    Space,
}

/// Black on a strip.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// Letters.
    Text(Run),
    /// A black rectangle: corner, width, height.
    Fill(u32, u32, u32, u32),
    /// Black and white changed.
    Invert(u32, u32, u32, u32),
    /// A picture at its corner.
    Picture(u32, u32, Arc<Bitmap>),
}

impl Strip {
    /// White rows.
    pub(crate) const fn space(height: u32) -> Self {
        Self {
            height,
            marks: Vec::new(),
            kind: Kind::Space,
        }
    }

    /// Its letters.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &Run> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Text(run) => Some(run),
            _ => None,
        })
    }
}

/// How high they are together.
pub(crate) fn height(strips: &[Strip]) -> u32 {
    strips.iter().map(|strip| strip.height).sum()
}
