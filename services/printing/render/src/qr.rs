//! QR codes as dots, with their quiet zone.

use qrcode::{Color, EcLevel, QrCode};

use crate::Bitmap;

/// White modules around a code.
const QUIET: u32 = 4;

/// Dots of a module that every scanner reads from thermal paper.
const FEWEST_DOTS: u32 = 3;

/// More make a code only larger.
const MOST_DOTS: u32 = 8;

/// A code at most `limit` dots wide and high, its modules as large as fit; none where they would be
/// too small to read, or the text is too long.
pub(crate) fn bitmap(text: &str, limit: u32) -> Option<Bitmap> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let modules = code.width() as u32;
    let dots = (limit / (modules + 2 * QUIET)).min(MOST_DOTS);
    if dots < FEWEST_DOTS {
        return None;
    }
    let mut bitmap = Bitmap::new(modules + 2 * QUIET, modules + 2 * QUIET);
    for (at, color) in (0..).zip(code.to_colors()) {
        if color == Color::Dark {
            bitmap.set(QUIET + at % modules, QUIET + at / modules);
        }
    }
    Some(bitmap.enlarged(dots))
}
