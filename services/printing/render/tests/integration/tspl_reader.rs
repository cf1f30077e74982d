//! A reader of TSPL by §11.1 of the sheet: lines up to LF, and after five numbers of a `BITMAP` as
//! many bytes as they say.

use print_render::Bitmap;

/// A label a printer would make.
#[derive(Debug, PartialEq)]
pub struct Label {
    pub bitmap: Bitmap,
    /// Sets and copies of its `PRINT`.
    pub printed: (u32, u32),
}

/// What a stream makes of labels: its commands but `BITMAP`, and the labels.
pub fn read(bytes: &[u8]) -> (Vec<String>, Vec<Label>) {
    let mut commands = Vec::new();
    let mut labels = Vec::new();
    let mut size = (0, 0);
    let mut page = None;
    let mut at = 0;
    while at < bytes.len() {
        if let Some(rest) = bytes[at..].strip_prefix(b"BITMAP ") {
            let mut numbers = Vec::new();
            let mut used = 0;
            for part in rest.split(|byte| *byte == b',').take(5) {
                let number: u32 = String::from_utf8(part.to_vec()).unwrap().parse().unwrap();
                numbers.push(number);
                used += part.len() + 1;
            }
            let [x, y, wide, rows, mode] = numbers.try_into().unwrap();
            assert_eq!(mode, 0, "overwrites");
            let length = (wide * rows) as usize;
            let painted = page.as_mut().unwrap();
            paint(painted, x, y, wide, &rest[used..used + length]);
            at += b"BITMAP ".len() + used + length;
            assert_eq!(&bytes[at..at + 2], b"\r\n");
            at += 2;
            continue;
        }
        let end = at + bytes[at..].iter().position(|byte| *byte == b'\n').unwrap();
        let line = String::from_utf8(bytes[at..end].to_vec()).unwrap();
        let line = line.strip_suffix('\r').unwrap().to_owned();
        at = end + 1;
        if let Some(rest) = line.strip_prefix("SIZE ") {
            let sides: Vec<u32> = rest
                .split(" mm")
                .filter_map(|side| side.trim_matches(',').parse().ok())
                .collect();
            size = (sides[0] * 8, sides[1] * 8);
        } else if line == "CLS" {
            page = Some(Bitmap::new(size.0, size.1));
        } else if let Some(rest) = line.strip_prefix("PRINT ") {
            let (sets, copies) = rest.split_once(',').unwrap();
            labels.push(Label {
                bitmap: page.clone().unwrap(),
                printed: (sets.parse().unwrap(), copies.parse().unwrap()),
            });
        }
        commands.push(line);
    }
    (commands, labels)
}

fn paint(page: &mut Bitmap, x: u32, y: u32, wide: u32, data: &[u8]) {
    for (at, byte) in (0..).zip(data) {
        for bit in 0..8 {
            // 0 is black.
            if byte & (0x80 >> bit) == 0 {
                page.set(x + at % wide * 8 + bit, y + at / wide);
            }
        }
    }
}
