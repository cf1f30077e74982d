//! Epson's ePOS-Print XML: what stands in `PrintData` of Server Direct Print.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{Bitmap, Page};

/// Most bytes of a request.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;

/// Rows of one picture.
const BAND: u32 = 512;

/// White rows from here on are fed and not sent.
const FEED_FROM: u32 = 24;

/// What a printer does beside printing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Settings {
    /// Times everything is printed, with a cut after each; the channel must not repeat it too.
    pub copies: u8,
    /// Cuts behind each piece.
    pub cut: bool,
    /// Opens the drawer, once and first.
    pub drawer: bool,
    /// Sounds, once and first.
    pub buzzer: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            copies: 1,
            cut: true,
            drawer: false,
            buzzer: false,
        }
    }
}

/// More than a printer takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the slip takes {bytes} bytes where a printer takes {MAX_BYTES}")]
pub struct TooLarge {
    /// Bytes it takes.
    pub bytes: usize,
}

/// The `epos-print` element of pages.
///
/// # Errors
///
/// Where it is more than a printer takes.
pub fn encode(pages: &[Page], settings: &Settings) -> Result<String, TooLarge> {
    let mut once = String::new();
    for page in pages {
        raster(&mut once, &page.bitmap);
        once.push_str(if settings.cut {
            r#"<cut type="feed"/>"#
        } else {
            r#"<feed line="5"/>"#
        });
    }
    let mut xml =
        String::from(r#"<epos-print xmlns="http://www.epson-pos.com/schemas/2011/03/epos-print">"#);
    if settings.drawer {
        xml.push_str(r#"<pulse drawer="drawer_1" time="pulse_100"/>"#);
    }
    if settings.buzzer {
        xml.push_str(r#"<sound pattern="pattern_a" repeat="1"/>"#);
    }
    for _ in 0..settings.copies {
        xml.push_str(&once);
    }
    xml.push_str("</epos-print>");
    if xml.len() > MAX_BYTES {
        return Err(TooLarge { bytes: xml.len() });
    }
    Ok(xml)
}

fn raster(xml: &mut String, bitmap: &Bitmap) {
    let mut y = 0;
    while y < bitmap.height() {
        let blank = |y: &u32| bitmap.is_blank(*y);
        let white = (y..bitmap.height()).take_while(blank).count() as u32;
        if white >= FEED_FROM {
            feed(xml, white);
            y += white;
            continue;
        }
        let mut end = y + white.max(1);
        let mut run = 0;
        while end < bitmap.height() && end - y < BAND && run < FEED_FROM {
            run = if bitmap.is_blank(end) { run + 1 } else { 0 };
            end += 1;
        }
        if run >= FEED_FROM {
            end -= run;
        }
        let (width, rows) = (bitmap.width(), end - y);
        let data = STANDARD.encode(bitmap.rows(y, end));
        let _ = write!(
            xml,
            r#"<image width="{width}" height="{rows}" color="color_1" mode="mono">{data}</image>"#
        );
        y = end;
    }
}

fn feed(xml: &mut String, mut rows: u32) {
    while rows > 0 {
        let some = rows.min(255);
        let _ = write!(xml, r#"<feed unit="{some}"/>"#);
        rows -= some;
    }
}
