//! TSPL as a label printer reads it: lines, and bytes after `BITMAP`.

use super::device::{Answers, Device, Paper};

/// Dots of a millimetre.
const DOTS: usize = 8;
const MOST_DATA: usize = 1 << 20;
/// Larger than any label.
const MOST_DOTS: usize = 4_096;
/// Commands without an effect on the picture; everything else would drop the job on a clone.
const SETUP: &[&str] = &[
    "GAP",
    "DIRECTION",
    "REFERENCE",
    "DENSITY",
    "SPEED",
    "SET",
    "OFFSET",
    "SHIFT",
    "CODEPAGE",
];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// Of a label, in dots.
    Size(usize, usize),
    Clear,
    Bitmap {
        x: usize,
        y: usize,
        row_bytes: usize,
        /// 1 for black, unlike on the wire.
        data: Vec<u8>,
    },
    /// So many labels of what was drawn.
    Print(u32),
}

/// What a piece of the stream held.
#[derive(Debug, Default)]
pub struct Heard {
    pub ops: Vec<Op>,
    /// How often the status was asked for.
    pub questions: usize,
    /// What the printer does not know.
    pub faults: Vec<String>,
}

#[derive(Default)]
pub struct Parser {
    buffer: Vec<u8>,
}

enum Item {
    Op(Op),
    Question,
    Nothing,
    Fault(String),
}

impl Parser {
    pub fn feed(&mut self, bytes: &[u8]) -> Heard {
        self.buffer.extend_from_slice(bytes);
        let mut heard = Heard::default();
        let mut taken = 0;
        while let Some((length, item)) = first(&self.buffer[taken..]) {
            taken += length;
            match item {
                Item::Op(op) => heard.ops.push(op),
                Item::Question => heard.questions += 1,
                Item::Fault(fault) => heard.faults.push(fault),
                Item::Nothing => {}
            }
        }
        self.buffer.drain(..taken);
        heard
    }

    /// Bytes of a command that is not whole yet.
    pub const fn pending(&self) -> usize {
        self.buffer.len()
    }
}

/// How many bytes the first command has, and what it is; none while it is not whole.
fn first(buffer: &[u8]) -> Option<(usize, Item)> {
    match buffer {
        [] | [0x1b] | [0x1b, b'!'] => None,
        [b'\r' | b'\n', ..] => Some((1, Item::Nothing)),
        [0x1b, b'!', b'?', ..] => Some((3, Item::Question)),
        [0x1b, b'!', _, ..] => Some((3, Item::Nothing)),
        [0x1b, byte, ..] => Some((2, Item::Fault(format!("1B {byte:02X}")))),
        _ if buffer.starts_with(b"BITMAP ") => bitmap(buffer),
        _ => {
            let end = buffer.iter().position(|byte| *byte == b'\n')?;
            let line = String::from_utf8_lossy(&buffer[..end]).trim().to_owned();
            Some((end + 1, command(&line)))
        }
    }
}

/// `BITMAP x,y,bytes of a row,height,mode,` and the data.
fn bitmap(buffer: &[u8]) -> Option<(usize, Item)> {
    let commas = buffer.iter().enumerate().filter(|(_, byte)| **byte == b',');
    let end = commas.map(|(at, _)| at).nth(4)?;
    let numbers = String::from_utf8_lossy(&buffer[7..end]).into_owned();
    let numbers: Option<Vec<usize>> = numbers.split(',').map(|n| n.trim().parse().ok()).collect();
    let Some([x, y, row_bytes, height, mode]) = numbers.as_deref() else {
        return Some((end + 1, Item::Fault("BITMAP".to_owned())));
    };
    let size = row_bytes.saturating_mul(*height);
    if *mode != 0 || *row_bytes == 0 || size > MOST_DATA || x.max(y) > &MOST_DOTS {
        return Some((
            end + 1,
            Item::Fault(format!("BITMAP of {size} bytes, mode {mode}")),
        ));
    }
    let data = buffer.get(end + 1..end + 1 + size)?;
    let op = Op::Bitmap {
        x: *x,
        y: *y,
        row_bytes: *row_bytes,
        data: data.iter().map(|byte| !byte).collect(),
    };
    Some((end + 1 + size, Item::Op(op)))
}

fn command(line: &str) -> Item {
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    match name {
        "CLS" => Item::Op(Op::Clear),
        "SIZE" => size(rest).map_or_else(|| Item::Fault(line.to_owned()), Item::Op),
        "PRINT" => {
            let mut numbers = rest.split(',').map(|number| number.trim().parse::<u32>());
            let sets = numbers.next().unwrap_or(Ok(1));
            let copies = numbers.next().unwrap_or(Ok(1));
            match (sets, copies) {
                (Ok(sets), Ok(copies)) => Item::Op(Op::Print(sets.saturating_mul(copies))),
                _ => Item::Fault(line.to_owned()),
            }
        }
        "" => Item::Nothing,
        name if SETUP.contains(&name) => Item::Nothing,
        _ => Item::Fault(line.chars().take(80).collect()),
    }
}

fn size(rest: &str) -> Option<Op> {
    let (width, height) = rest.split_once(',')?;
    let dots = |text: &str| {
        let number = text.trim().strip_suffix("mm")?.trim();
        let dots = number.parse::<usize>().ok()? * DOTS;
        (8..=MOST_DOTS).contains(&dots).then_some(dots)
    };
    Some(Op::Size(dots(width)?, dots(height)?))
}

/// The byte that answers the question for the status, if the printer answers.
pub fn status(device: &Device) -> Option<u8> {
    if device.answers == Answers::Mute {
        return None;
    }
    let open = u8::from(device.cover_open);
    let out = u8::from(device.paper == Paper::Out) << 2;
    Some(open | out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_with_whatever_their_bytes_hold() {
        let mut stream = b"SIZE 40 mm,25 mm\r\nGAP 2 mm,0 mm\r\nCLS\r\nBITMAP 0,0,2,2,0,".to_vec();
        stream.extend([b'\n', 0x1b, 0x21, b'?']);
        stream.extend(b"\r\nPRINT 1,2\r\n\x1b!?");
        for size in [stream.len(), 1] {
            let mut parser = Parser::default();
            let mut all = Heard::default();
            for part in stream.chunks(size) {
                let heard = parser.feed(part);
                all.ops.extend(heard.ops);
                all.questions += heard.questions;
                all.faults.extend(heard.faults);
            }
            assert_eq!(
                all.ops,
                [
                    Op::Size(320, 200),
                    Op::Clear,
                    Op::Bitmap {
                        x: 0,
                        y: 0,
                        row_bytes: 2,
                        data: vec![!b'\n', !0x1b, !0x21, !b'?']
                    },
                    Op::Print(2),
                ]
            );
            assert_eq!((all.questions, parser.pending()), (1, 0));
            assert!(all.faults.is_empty(), "{:?}", all.faults);
        }
    }

    #[test]
    fn what_a_clone_would_drop_the_job_for_is_said() {
        let mut parser = Parser::default();
        let heard = parser.feed(
            b"TEXT 1,1,\"1\",0,1,1,\"x\"\r\nSIZE 4000 mm,1 mm\r\nPRINT x\r\nBITMAP 0,0,1,1,2,",
        );
        assert_eq!(heard.faults.len(), 4, "{:?}", heard.faults);
    }

    #[test]
    fn the_status_is_one_byte_of_bits() {
        let well = Device::default();
        assert_eq!(status(&well), Some(0));
        let unwell = Device {
            cover_open: true,
            paper: Paper::Out,
            ..well.clone()
        };
        assert_eq!(status(&unwell), Some(5));
        let mute = Device {
            answers: Answers::Mute,
            ..well
        };
        assert_eq!(status(&mute), None);
    }
}
