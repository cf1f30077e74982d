//! ESC/POS: raster in bands, feeds, cut, drawer, buzzer.

mod native;

pub use native::encode_native;

use crate::{Bitmap, Page};

/// Rows of a band: more than some buffers hold come out as letters.
const BAND: u32 = 128;

/// White rows from here on are fed and not sent.
const FEED_FROM: u32 = 24;

const INIT: &[u8] = b"\x1b@";
const CUT: &[u8] = b"\x1dVB\x00";
const FEED_FIVE_LINES: &[u8] = b"\x1bd\x05";
const DRAWER: &[u8] = &[0x1B, b'p', 0, 0x19, 0xFA];
const BUZZER_EPSON: &[u8] = &[0x1B, b'(', b'A', 5, 0, 97, 100, 2, 2, 2];
const BUZZER_CLONE: &[u8] = &[0x1B, b'B', 2, 2];

/// What a printer can do and shall.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Settings {
    /// Times everything is printed, with a cut after each; the channel must not repeat it too.
    pub copies: u8,
    /// At the end of every piece.
    pub cut: Cut,
    /// Opens the drawer, once and first.
    pub drawer: bool,
    /// Sounds, once and first.
    pub buzzer: Buzzer,
}

/// How a piece ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cut {
    /// Fed to the cutter and cut but for a bit.
    Partial,
    /// Fed to where it can be torn off: most printers for 58 mm have no cutter.
    Feed,
}

/// Whose command sounds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Buzzer {
    /// None.
    None,
    /// Epson's.
    Epson,
    /// That of Xprinter and others.
    Clone,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            copies: 1,
            cut: Cut::Partial,
            drawer: false,
            buzzer: Buzzer::None,
        }
    }
}

/// Bytes of pages as raster: no letter of the printer's own is used.
pub fn encode(pages: &[Page], settings: &Settings) -> Vec<u8> {
    let bodies = pages.iter().map(|page| {
        let mut body = Vec::new();
        raster(&mut body, &page.bitmap);
        body
    });
    framed(bodies.collect(), settings)
}

/// Pieces between what begins and ends them.
fn framed(bodies: Vec<Vec<u8>>, settings: &Settings) -> Vec<u8> {
    let mut out = INIT.to_vec();
    if settings.drawer {
        out.extend_from_slice(DRAWER);
    }
    match settings.buzzer {
        Buzzer::None => {}
        Buzzer::Epson => out.extend_from_slice(BUZZER_EPSON),
        Buzzer::Clone => out.extend_from_slice(BUZZER_CLONE),
    }
    for _ in 0..settings.copies {
        for body in &bodies {
            out.extend_from_slice(body);
            out.extend_from_slice(match settings.cut {
                Cut::Partial => CUT,
                Cut::Feed => FEED_FIVE_LINES,
            });
        }
    }
    out
}

/// Bands of a picture, long white runs fed.
fn raster(out: &mut Vec<u8>, bitmap: &Bitmap) {
    let mut y = 0;
    while y < bitmap.height() {
        let white = blank_run(bitmap, y);
        if white >= FEED_FROM {
            feed(out, white);
            y += white;
            continue;
        }
        // Ink with the short white runs in it, up to the next long one.
        let mut end = y + white;
        while end < bitmap.height() {
            let white = blank_run(bitmap, end);
            if white >= FEED_FROM {
                break;
            }
            end += white.max(1);
        }
        let mut from = y;
        while from < end {
            let rows = (end - from).min(BAND);
            band(out, bitmap, from, rows);
            from += rows;
        }
        y = end;
    }
}

fn blank_run(bitmap: &Bitmap, from: u32) -> u32 {
    (from..bitmap.height())
        .take_while(|y| bitmap.is_blank(*y))
        .count() as u32
}

fn feed(out: &mut Vec<u8>, mut rows: u32) {
    while rows > 0 {
        let some = rows.min(255);
        out.extend_from_slice(&[0x1B, b'J', some as u8]);
        rows -= some;
    }
}

fn band(out: &mut Vec<u8>, bitmap: &Bitmap, from: u32, rows: u32) {
    let [xl, xh] = (bitmap.stride() as u16).to_le_bytes();
    let [yl, yh] = (rows as u16).to_le_bytes();
    out.extend_from_slice(&[0x1D, b'v', b'0', 0, xl, xh, yl, yh]);
    out.extend_from_slice(bitmap.rows(from, from + rows));
}
