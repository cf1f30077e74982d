//! TSPL: labels as one picture each.

use crate::{Page, Paper};

/// What a label printer needs to know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Settings {
    /// Times each label is printed; numbered before, so that 1/5 comes twice.
    pub copies: u8,
    /// Millimetres between two labels.
    pub gap_mm: u8,
    /// Turned by 180°.
    pub upside_down: bool,
    /// Heat, 0 to 15.
    pub density: u8,
    /// For firmware that takes 1 for black.
    pub inverted: bool,
    /// Only the commands every firmware has: an unknown one makes some drop the whole job.
    pub minimal: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            copies: 1,
            gap_mm: 2,
            upside_down: false,
            density: 8,
            inverted: false,
            minimal: false,
        }
    }
}

/// Bytes of labels.
pub fn encode(pages: &[Page], settings: &Settings) -> Vec<u8> {
    let mut out = Vec::new();
    let line = |out: &mut Vec<u8>, text: &str| {
        out.extend_from_slice(text.as_bytes());
        out.extend_from_slice(b"\r\n");
    };
    let size = pages
        .first()
        .map(|page| (page.bitmap.width() / 8, page.bitmap.height() / 8));
    let label = Paper::Label40x25;
    let (wide, high) = size.unwrap_or((label.width() / 8, 25));
    line(&mut out, &format!("SIZE {wide} mm,{high} mm"));
    line(&mut out, &format!("GAP {} mm,0 mm", settings.gap_mm));
    line(
        &mut out,
        &format!("DIRECTION {}", u8::from(!settings.upside_down)),
    );
    if !settings.minimal {
        line(&mut out, "REFERENCE 0,0");
        line(&mut out, "SET TEAR ON");
    }
    line(&mut out, &format!("DENSITY {}", settings.density.min(15)));
    for page in pages {
        let bitmap = &page.bitmap;
        line(&mut out, "CLS");
        let head = format!("BITMAP 0,0,{},{},0,", bitmap.stride(), bitmap.height());
        out.extend_from_slice(head.as_bytes());
        // 0 is black here.
        let flip = if settings.inverted { 0 } else { 0xFF };
        out.extend(bitmap.data().iter().map(|byte| byte ^ flip));
        line(&mut out, "");
        line(&mut out, &format!("PRINT 1,{}", settings.copies));
    }
    out
}
