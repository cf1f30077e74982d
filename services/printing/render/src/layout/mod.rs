//! A document becomes pages of dots.

mod flow;
mod label;
mod metrics;
mod paint;
mod paragraph;
mod strip;

pub(crate) use metrics::{Letters, Metrics};
pub(crate) use paint::paint;
pub(crate) use strip::{Kind, Mark, Strip};

use crate::{Bitmap, Document, font};

/// A receipt or a label, and where on it stands what.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Its dots.
    pub bitmap: Bitmap,
    /// Its text, from above.
    pub runs: Vec<Run>,
}

/// Letters on a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Run {
    /// Left of its first cell.
    pub x: u32,
    /// Top of its cells.
    pub y: u32,
    /// Height of its cells, half of it the width of a column.
    pub px: u32,
    /// Thicker strokes.
    pub bold: bool,
    /// Dots it takes.
    pub width: u32,
    /// What it says.
    pub text: String,
}

/// Pages of a document: what is cut off as one piece, or a label.
///
/// The same document gives the same dots on every run and machine.
pub fn layout(document: &Document) -> Vec<Page> {
    pages(document, Letters::Own)
        .iter()
        .map(|strips| paint(document.paper, strips))
        .collect()
}

/// Strips of each page, in these letters.
pub(crate) fn pages(document: &Document, letters: Letters) -> Vec<Vec<Strip>> {
    let paper = document.paper;
    let mut pages = Vec::new();
    for sheet in &document.sheets {
        if paper.is_label() {
            pages.extend(label::labels(sheet, paper, letters));
            continue;
        }
        let metrics = Metrics {
            paper,
            letters,
            shrunk: false,
        };
        let parts = [&sheet.head, &sheet.body, &sheet.foot];
        pages.push(
            parts
                .into_iter()
                .flat_map(|part| flow::strips(part, metrics))
                .collect(),
        );
    }
    pages
}

impl Page {
    /// Characters shown as 〓, because the font lacks them; for the log.
    pub fn missing(&self) -> Vec<char> {
        let mut missing: Vec<char> = self.runs.iter().flat_map(|run| run.text.chars()).collect();
        missing.retain(|c| !font::has(*c));
        missing.sort_unstable();
        missing.dedup();
        missing
    }
}
