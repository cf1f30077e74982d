//! A reader of ESC/POS that shares nothing with what writes it: it knows the length of each command
//! it meets, follows the modes, paints raster, and panics at anything else.

use print_render::Bitmap;

/// What a printer would do.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    Init,
    /// Rows fed, in dots.
    Feed(u32),
    /// `GS v 0`: bytes a row, rows, data.
    Raster(usize, usize, Vec<u8>),
    /// Letters at a column of dots: text, times as large, bold.
    Text(u32, String, u8, bool),
    NewLine,
    Cut,
    Drawer,
    Buzzer,
}

#[derive(Default)]
struct Modes {
    double_byte: bool,
    bold: bool,
    /// Size of single-byte letters.
    size: u8,
    /// Size of double-byte letters; what a printer keeps apart.
    wide_size: u8,
    x: u32,
    page: u8,
}

/// Everything a stream makes a printer do. As printers sold here, it starts in double-byte mode.
pub fn read(bytes: &[u8]) -> Vec<Act> {
    let mut modes = Modes {
        double_byte: true,
        ..Modes::default()
    };
    let mut acts: Vec<Act> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        at += match *rest {
            [0x1B, b'@', ..] => {
                acts.push(Act::Init);
                2
            }
            [0x1B, b'J', rows, ..] => {
                acts.push(Act::Feed(rows.into()));
                3
            }
            [0x1B, b'd', lines, ..] => {
                acts.push(Act::Feed(u32::from(lines) * 30));
                3
            }
            [0x1B, b'3', _, ..] => 3,
            [0x1B, b't', page, ..] => {
                modes.page = page;
                3
            }
            [0x1B, b'E', on, ..] => {
                modes.bold = on == 1;
                3
            }
            [0x1B, b'$', low, high, ..] => {
                modes.x = u16::from_le_bytes([low, high]).into();
                4
            }
            [0x1B, b'p', 0, 0x19, 0xFA, ..] => {
                acts.push(Act::Drawer);
                5
            }
            [0x1B, b'(', b'A', low, high, ..] => {
                acts.push(Act::Buzzer);
                5 + usize::from(u16::from_le_bytes([low, high]))
            }
            [0x1B, b'B', _, _, ..] => {
                acts.push(Act::Buzzer);
                4
            }
            [0x1C, b'&', ..] => {
                modes.double_byte = true;
                2
            }
            [0x1C, b'.', ..] => {
                modes.double_byte = false;
                2
            }
            [0x1C, b'!', mode, ..] => {
                modes.wide_size = if mode & 0x0C == 0x0C { 2 } else { 1 };
                3
            }
            [0x1D, b'!', size, ..] => {
                assert_eq!(size >> 4, size & 0x0F, "letters are not stretched");
                modes.size = (size & 0x0F) + 1;
                3
            }
            [0x1D, b'V', b'B', 0, ..] => {
                acts.push(Act::Cut);
                4
            }
            [0x1D, b'v', b'0', 0, xl, xh, yl, yh, ..] => {
                let wide = usize::from(u16::from_le_bytes([xl, xh]));
                let rows = usize::from(u16::from_le_bytes([yl, yh]));
                let data = rest[8..8 + wide * rows].to_vec();
                acts.push(Act::Raster(wide, rows, data));
                8 + wide * rows
            }
            [b'\n', ..] => {
                acts.push(Act::NewLine);
                1
            }
            [byte, ..] => letter(&mut acts, &mut modes, byte, rest),
            [] => unreachable!("there is a byte"),
        };
    }
    acts
}

fn letter(acts: &mut Vec<Act>, modes: &mut Modes, byte: u8, rest: &[u8]) -> usize {
    let (text, taken, size) = if byte < 0x80 {
        assert!(byte >= 0x20, "{byte:02X} is no letter");
        ((byte as char).to_string(), 1, modes.size)
    } else if modes.double_byte {
        assert!(byte < 0xFA, "{byte:02X} leads no Big5 letter");
        let (text, _, failed) = encoding_rs::BIG5.decode(&rest[..2]);
        assert!(!failed, "{:?} is no letter", &rest[..2]);
        (text.into_owned(), 2, modes.wide_size)
    } else {
        assert_eq!(modes.page, 16, "a page for Latin letters");
        ((byte as char).to_string(), 1, modes.size)
    };
    match acts.last_mut() {
        Some(Act::Text(x, known, times, bold))
            if *x == modes.x && *times == size && *bold == modes.bold =>
        {
            known.push_str(&text);
        }
        _ => acts.push(Act::Text(modes.x, text, size, modes.bold)),
    }
    taken
}

/// The pieces of paper a stream without letters prints, each up to its cut.
pub fn paper(bytes: &[u8], width: u32) -> Vec<Bitmap> {
    let stride = (width / 8) as usize;
    let mut pieces = Vec::new();
    let mut rows: Vec<u8> = Vec::new();
    for act in read(bytes) {
        match act {
            Act::Feed(dots) => rows.resize(rows.len() + dots as usize * stride, 0),
            Act::Raster(wide, _, data) => {
                assert_eq!(wide, stride);
                rows.extend(data);
            }
            Act::Cut => {
                let height = (rows.len() / stride) as u32;
                let piece = Bitmap::from_data(width, height, std::mem::take(&mut rows));
                pieces.push(piece.unwrap());
            }
            Act::Init | Act::Drawer | Act::Buzzer => {}
            Act::Text(..) | Act::NewLine => panic!("letters in {act:?}"),
        }
    }
    assert!(rows.is_empty(), "paper that is not cut off");
    pieces
}
