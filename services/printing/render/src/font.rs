//! The embedded font and its glyphs as dots.
//!
//! Noto Sans Mono CJK TC, cut down by `font/subset.sh`; the licence lies beside it. Glyphs are kept
//! in two generations of bounded size: whatever is used stays, whatever a stranger's text brought in
//! goes, and what is drawn never depends on what is kept.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use ab_glyph::{Font, FontRef, PxScale, point};

use crate::Bitmap;

/// Drawn for what the font lacks.
pub(crate) const MISSING: char = '〓';

/// Glyphs of a generation: at 24 dots about 100 bytes each.
const KEPT: usize = 2_048;

/// Part of the em above the baseline.
const ASCENT: f32 = 0.88;

static FACE: LazyLock<FontRef<'static>> = LazyLock::new(|| {
    FontRef::try_from_slice(include_bytes!("../font/NotoSansMonoCJKtc-subset.otf"))
        .expect("the embedded font is sound")
});

static GLYPHS: LazyLock<Mutex<Glyphs>> = LazyLock::new(Mutex::default);

/// A character as dots.
pub(crate) struct Glyph {
    /// Its black.
    pub(crate) bitmap: Bitmap,
    /// Where its corner lies from the corner of its cell.
    pub(crate) left: i32,
    /// The same downwards.
    pub(crate) top: i32,
}

#[derive(Default)]
struct Glyphs {
    young: HashMap<(char, u32, bool), Arc<Glyph>>,
    old: HashMap<(char, u32, bool), Arc<Glyph>>,
}

/// Whether the font has a character.
pub(crate) fn has(c: char) -> bool {
    FACE.glyph_id(c).0 != 0
}

/// How many columns of half an em a character takes on our own paper.
///
/// Latin letters take one, whatever accent they carry; the font's own width decides the rest.
pub(crate) fn columns(c: char) -> u32 {
    if c.is_ascii() {
        return 1;
    }
    let latin = matches!(c, '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}');
    let id = FACE.glyph_id(c);
    if id.0 == 0 {
        return 2;
    }
    let half_em = FACE.units_per_em().unwrap_or(1_000.0) * 0.56;
    if (latin && c.is_alphabetic()) || FACE.h_advance_unscaled(id) <= half_em {
        1
    } else {
        2
    }
}

/// A character in a cell `px` high.
pub(crate) fn glyph(c: char, px: u32, bold: bool) -> Arc<Glyph> {
    let key = (c, px, bold);
    let mut glyphs = GLYPHS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(glyph) = glyphs.young.get(&key) {
        return Arc::clone(glyph);
    }
    let glyph = match glyphs.old.remove(&key) {
        Some(glyph) => glyph,
        None => Arc::new(drawn(c, px, bold)),
    };
    if glyphs.young.len() >= KEPT {
        glyphs.old = std::mem::take(&mut glyphs.young);
    }
    glyphs.young.insert(key, Arc::clone(&glyph));
    glyph
}

fn drawn(c: char, px: u32, bold: bool) -> Glyph {
    let c = if has(c) { c } else { MISSING };
    let face = &*FACE;
    let em = face.units_per_em().unwrap_or(1_000.0);
    let id = face.glyph_id(c);
    let cell = px as f32 / 2.0 * columns(c) as f32;
    let advance = face.h_advance_unscaled(id) * px as f32 / em;
    let squeeze = if advance > cell { cell / advance } else { 1.0 };
    let y = px as f32 * face.height_unscaled() / em;
    let scale = PxScale { x: y * squeeze, y };
    let indent = (cell - advance * squeeze) / 2.0;
    let baseline = (px as f32 * ASCENT).round();
    let at = id.with_scale_and_position(scale, point(indent, baseline));
    let Some(outline) = face.outline_glyph(at) else {
        return Glyph {
            bitmap: Bitmap::new(0, 0),
            left: 0,
            top: 0,
        };
    };
    let bounds = outline.px_bounds();
    // Small strokes fade before they are half covered.
    let threshold = if px <= 20 { 0.45 } else { 0.5 };
    let thicker = if bold { 1 + px / 40 } else { 0 };
    let width = bounds.width() as u32 + thicker;
    let mut thin = Bitmap::new(width, bounds.height() as u32);
    outline.draw(|x, y, coverage| {
        if coverage >= threshold {
            thin.set(x, y);
        }
    });
    let mut bitmap = thin.clone();
    for step in 1..=thicker {
        bitmap.draw(step as i32, 0, &thin);
    }
    Glyph {
        bitmap,
        left: bounds.min.x as i32 - (thicker / 2) as i32,
        top: bounds.min.y as i32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_what_big5_lacks_and_shows_what_it_lacks() {
        for c in "堃喆峯着裏€ㄅ①½éựỉ℃…【】〓你好".chars() {
            assert!(has(c), "{c}");
        }
        for c in ['🧋', '한', 'ع', '\u{E000}'] {
            assert!(!has(c), "{c}");
            let shown = glyph(c, 24, false);
            let missing = glyph(MISSING, 24, false);
            assert_eq!(shown.bitmap, missing.bitmap);
        }
    }

    #[test]
    fn glyphs_stay_in_their_cells() {
        for px in [20, 24, 36, 48, 72] {
            for c in "堃國Wmé½gjÅ（｜Ḁ".chars().filter(|c| has(*c)) {
                let glyph = glyph(c, px, true);
                let cell = (px / 2 * columns(c)) as i32;
                let right = glyph.left + glyph.bitmap.width() as i32;
                assert!(
                    glyph.left >= -3 && right <= cell + 3,
                    "{c} at {px}: {right} of {cell}"
                );
            }
        }
    }

    #[test]
    fn what_is_kept_is_bounded_and_changes_nothing() {
        let before = glyph('茶', 24, false).bitmap.clone();
        for c in ('\u{4E00}'..'\u{9FA0}').filter(|c| has(*c)).take(3 * KEPT) {
            glyph(c, 20, false);
        }
        let glyphs = GLYPHS.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(glyphs.young.len() <= KEPT && glyphs.old.len() <= KEPT);
        drop(glyphs);
        assert_eq!(glyph('茶', 24, false).bitmap, before);
    }
}
