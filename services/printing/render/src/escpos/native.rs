//! ESC/POS with the printer's own letters, for devices whose profile asks for it.
//!
//! A line is sent as text only where plain Big5 has all of it; any other, and whatever is framed or
//! white on black, is raster. Latin letters above ASCII leave the double-byte mode first, or they
//! would pair up.

use encoding_rs::BIG5;

use super::{Settings, framed, raster};
use crate::{
    Document, Paper, Run, font,
    layout::{Kind, Letters, Mark, Strip, pages, paint},
};

/// Page 16 of Epson's: Windows 1252.
const LATIN_PAGE: &[u8] = &[0x1B, b't', 16];
const DOUBLE_BYTE_ON: &[u8] = &[0x1C, b'&'];
const DOUBLE_BYTE_OFF: &[u8] = &[0x1C, b'.'];

/// Bytes of a document in the printer's letters where it has them, Big5.
pub fn encode_native(document: &Document, settings: &Settings) -> Vec<u8> {
    let bodies = pages(document, Letters::Device);
    let bodies = bodies.iter().map(|strips| body(document.paper, strips));
    framed(bodies.collect(), settings)
}

fn body(paper: Paper, strips: &[Strip]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut drawn = Vec::new();
    for strip in strips {
        match line(strip, paper.margin()) {
            Some(line) => {
                flush(&mut out, paper, &mut drawn);
                out.extend(line);
            }
            None => drawn.push(strip.clone()),
        }
    }
    flush(&mut out, paper, &mut drawn);
    out
}

fn flush(out: &mut Vec<u8>, paper: Paper, strips: &mut Vec<Strip>) {
    if !strips.is_empty() {
        raster(out, &paint(paper, strips).bitmap);
        strips.clear();
    }
}

/// The bytes of a line; none where it has to be drawn.
fn line(strip: &Strip, margin: u32) -> Option<Vec<u8>> {
    let plain = matches!(strip.kind, Kind::Line(_));
    let letters = strip.marks.iter().all(|mark| matches!(mark, Mark::Text(_)));
    if !plain || !letters || strip.marks.is_empty() {
        return None;
    }
    let mut out = vec![0x1B, b'3', u8::try_from(strip.height).ok()?];
    for run in strip.runs() {
        out.extend(text(run, margin)?);
    }
    out.push(b'\n');
    Some(out)
}

fn text(run: &Run, margin: u32) -> Option<Vec<u8>> {
    let times = run.px / 24;
    if times == 0 || !run.px.is_multiple_of(24) {
        return None;
    }
    // Double-byte letters know no more than double size.
    if times > 2 && !run.text.is_ascii() {
        return None;
    }
    let [xl, xh] = u16::try_from(run.x + margin).ok()?.to_le_bytes();
    let mut out = vec![0x1B, b'$', xl, xh];
    let size = (times - 1) as u8;
    // Single-byte and double-byte letters have styles of their own.
    out.extend_from_slice(&[0x1D, b'!', size << 4 | size]);
    out.extend_from_slice(&[0x1B, b'E', u8::from(run.bold)]);
    out.extend_from_slice(&[0x1C, b'!', if size > 0 { 0x0C } else { 0 }]);
    let mut double = None;
    for c in run.text.chars() {
        let (bytes, wide) = letter(c)?;
        if double != Some(wide) && (wide || !c.is_ascii()) {
            if wide {
                out.extend_from_slice(DOUBLE_BYTE_ON);
            } else {
                out.extend_from_slice(DOUBLE_BYTE_OFF);
                out.extend_from_slice(LATIN_PAGE);
            }
            double = Some(wide);
        }
        out.extend_from_slice(&bytes);
    }
    Some(out)
}

/// How a printer writes a character, and whether by two bytes; none where it cannot, or where it
/// would take another width than was measured.
fn letter(c: char) -> Option<(Vec<u8>, bool)> {
    if c.is_ascii() {
        return Some((vec![c as u8], false));
    }
    if let 0xA1..=0xFF = u32::from(c)
        && font::columns(c) == 1
    {
        return Some((vec![c as u8], false));
    }
    let mut text = [0; 4];
    let (bytes, _, failed) = BIG5.encode(c.encode_utf8(&mut text));
    let plain = !failed && bytes.len() == 2 && is_plain(bytes[0], bytes[1]);
    (plain && font::columns(c) == 2).then(|| (bytes.to_vec(), true))
}

/// Whether it is Big5 as of 1984; the encoder also gives what ETEN and Hong Kong added.
const fn is_plain(lead: u8, trail: u8) -> bool {
    match lead {
        0xA1 | 0xA2 | 0xA4..=0xC5 | 0xC9..=0xF8 => true,
        0xA3 => trail <= 0xBF,
        0xC6 => trail <= 0x7E,
        0xF9 => trail <= 0xD5,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Metrics;

    #[test]
    fn what_was_added_to_big5_is_drawn() {
        for c in "堃喆峯着裏€①あД".chars() {
            assert_eq!(letter(c), None, "{c}");
        }
        assert_eq!(letter('記'), Some((vec![0xB0, 0x4F], true)));
        assert_eq!(letter('，'), Some((vec![0xA1, 0x41], true)));
        assert_eq!(letter('é'), Some((vec![0xE9], false)));
        assert_eq!(letter('$'), Some((b"$".to_vec(), false)));
    }

    #[test]
    fn nothing_the_encoder_gives_passes_unless_it_is_plain() {
        for c in ('\u{80}'..='\u{2FFFF}').filter(|c| font::has(*c)) {
            if let Some((bytes, true)) = letter(c) {
                assert!(
                    bytes[0] < 0xFA && (bytes[0], bytes[1]) < (0xF9, 0xD6),
                    "{c}: {bytes:?}"
                );
            }
        }
    }

    #[test]
    fn metrics_are_those_of_the_device() {
        let metrics = Metrics {
            paper: Paper::Mm58,
            letters: Letters::Device,
            shrunk: false,
        };
        for size in [
            crate::Size::Small,
            crate::Size::Normal,
            crate::Size::Large,
            crate::Size::Huge,
            crate::Size::Giant,
        ] {
            assert_eq!(metrics.px(size) % 24, 0);
        }
    }
}
