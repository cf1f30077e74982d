//! Strips become dots.

use super::{
    Page, Run,
    strip::{self, Mark, Strip},
};
use crate::{Bitmap, Paper, font};

/// A page of strips, one below the other.
pub(crate) fn paint(paper: Paper, strips: &[Strip]) -> Page {
    let margin = paper.margin();
    let height = paper
        .height()
        .unwrap_or_else(|| strip::height(strips) + 2 * margin);
    let mut page = Page {
        bitmap: Bitmap::new(paper.width(), height),
        runs: Vec::new(),
    };
    let mut y = margin;
    for strip in strips {
        for mark in &strip.marks {
            match mark {
                Mark::Text(run) => {
                    let mut run = run.clone();
                    run.x += margin;
                    run.y += y;
                    letters(&mut page.bitmap, &run);
                    page.runs.push(run);
                }
                Mark::Fill(left, top, width, height) => {
                    page.bitmap.fill(left + margin, top + y, *width, *height);
                }
                Mark::Invert(left, top, width, height) => {
                    page.bitmap.invert(left + margin, top + y, *width, *height);
                }
                Mark::Picture(left, top, picture) => {
                    page.bitmap
                        .draw((left + margin) as i32, (top + y) as i32, picture);
                }
            }
        }
        y += strip.height;
    }
    page
}

fn letters(bitmap: &mut Bitmap, run: &Run) {
    let mut x = run.x as i32;
    for c in run.text.chars() {
        if c != ' ' {
            let glyph = font::glyph(c, run.px, run.bold);
            bitmap.draw(x + glyph.left, run.y as i32 + glyph.top, &glyph.bitmap);
        }
        x += (run.px / 2 * font::columns(c)) as i32;
    }
}
