//! PNG: for Star printers and for whoever looks at a slip before it is paper.

use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use crate::{Bitmap, Page};

/// White rows above and below the line between two pieces.
const GAP: u32 = 24;

/// A picture as a PNG file of one bit a dot.
pub fn png(bitmap: &Bitmap) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, bitmap.width().max(1), bitmap.height().max(1));
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::NoFilter);
    // PNG has no black of its own: grey of one bit is white where the bit is set.
    let mut samples: Vec<u8> = bitmap.data().iter().map(|byte| !byte).collect();
    if samples.is_empty() {
        samples.push(0xFF);
    }
    let written = encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&samples));
    written.expect("memory takes every picture that has its dots");
    file
}

/// All pages, so many times, as one picture: a PNG cannot cut, so a dashed line says where to tear.
pub fn stacked(pages: &[Page], copies: u8) -> Bitmap {
    let width = pages
        .iter()
        .map(|page| page.bitmap.width())
        .max()
        .unwrap_or(8);
    let once: u32 = pages
        .iter()
        .map(|page| page.bitmap.height() + 2 * GAP + 2)
        .sum();
    let total = (once * u32::from(copies)).saturating_sub(2 * GAP + 2);
    let mut all = Bitmap::new(width, total.max(1));
    let mut y = 0;
    for _ in 0..copies {
        for page in pages {
            if y > 0 {
                for dash in 0..width.div_ceil(16) {
                    all.fill(dash * 16, y + GAP, 8, 2);
                }
                y += 2 * GAP + 2;
            }
            all.draw(0, y as i32, &page.bitmap);
            y += page.bitmap.height();
        }
    }
    all
}
