//! How large things are: on our own raster, or in the fonts of a printer.

use crate::{Paper, Size, font};

/// Whose letters are measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Letters {
    /// Ours, of any height.
    Own,
    /// A printer's, 24 dots high or a multiple, their widths ours: what is not of them is rastered.
    Device,
    /// A push cloud's: as a printer's, and whatever is not ASCII is two columns wide.
    Cloud,
}

/// Sizes on a paper.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Metrics {
    /// Paper.
    pub(crate) paper: Paper,
    /// Letters.
    pub(crate) letters: Letters,
    /// Everything one step smaller, so that it may fit.
    pub(crate) shrunk: bool,
}

impl Metrics {
    /// Dots between the margins.
    pub(crate) const fn width(self) -> u32 {
        self.paper.content_width()
    }

    /// Rows a picture may have.
    pub(crate) const fn tallest(self) -> u32 {
        match self.paper.content_height() {
            Some(height) => height,
            None => 480,
        }
    }

    /// Height of a cell; a column is half of it.
    pub(crate) const fn px(self, size: Size) -> u32 {
        let size = if self.shrunk { smaller(size) } else { size };
        match (self.letters, size) {
            (Letters::Own, Size::Small) => 20,
            (_, Size::Small | Size::Normal) => 24,
            (Letters::Own, Size::Large) => 36,
            (Letters::Device | Letters::Cloud, Size::Large) | (_, Size::Huge) => 48,
            // Labels have no room for more, clouds no such letters.
            (Letters::Cloud, Size::Giant) => 48,
            (_, Size::Giant) if self.paper.is_label() => 48,
            (_, Size::Giant) => 72,
        }
    }

    /// Rows from line to line.
    pub(crate) const fn line(px: u32) -> u32 {
        match px {
            0..=20 => 25,
            21..=24 => 30,
            25..=36 => 44,
            37..=48 => 58,
            _ => 84,
        }
    }

    /// Columns of a character.
    pub(crate) fn columns(self, c: char) -> u32 {
        match self.letters {
            Letters::Own | Letters::Device => font::columns(c),
            Letters::Cloud if c.is_ascii() => 1,
            Letters::Cloud => 2,
        }
    }
}

const fn smaller(size: Size) -> Size {
    match size {
        Size::Small | Size::Normal => Size::Small,
        Size::Large => Size::Normal,
        Size::Huge => Size::Large,
        Size::Giant => Size::Huge,
    }
}
