//! ESC/POS as a printer reads it: command by command, data passed over by its length.

use super::device::{Answers, Device, Paper};

/// Something that is done in the order of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    Raster {
        row_bytes: usize,
        data: Vec<u8>,
        /// Each dot twice as wide, twice as high.
        wide: bool,
        high: bool,
    },
    FeedDots(usize),
    FeedLines(usize),
    /// Dots of a line from now on.
    Pitch(usize),
    Cut,
    Text(u8),
    /// The paper sensor is asked for.
    Sensor,
    /// Everything before it has been printed.
    Barrier([u8; 4]),
    Note(&'static str),
}

/// Something that is done at once, even when the printer is unwell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RealTime {
    Status(u8),
    Recover(u8),
}

/// What a piece of the stream held.
#[derive(Debug, Default)]
pub struct Heard {
    pub ops: Vec<Op>,
    pub real_time: Vec<RealTime>,
    /// What the printer does not know.
    pub faults: Vec<String>,
}

#[derive(Default)]
pub struct Parser {
    buffer: Vec<u8>,
}

enum Item {
    Op(Op),
    RealTime(RealTime),
    Nothing,
    Fault(String),
}

/// How many bytes the first command has, and what it is; none while it is not whole.
type First = Option<(usize, Item)>;

impl Parser {
    pub fn feed(&mut self, bytes: &[u8]) -> Heard {
        self.buffer.extend_from_slice(bytes);
        let mut heard = Heard::default();
        let mut taken = 0;
        while let Some((length, item)) = first(&self.buffer[taken..]) {
            taken += length;
            match item {
                Item::Op(op) => heard.ops.push(op),
                Item::RealTime(real_time) => heard.real_time.push(real_time),
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

fn first(buffer: &[u8]) -> First {
    match *buffer {
        [] => None,
        [0x0a, ..] => Some((1, Item::Op(Op::FeedLines(1)))),
        [0x0d | 0x00, ..] => Some((1, Item::Nothing)),
        [0x10, ref rest @ ..] => real_time(rest),
        [0x1b, ref rest @ ..] => escape(rest),
        [0x1c, ref rest @ ..] => double_byte(rest),
        [0x1d, ref rest @ ..] => group(rest),
        [byte, ..] if byte >= 0x20 => Some((1, Item::Op(Op::Text(byte)))),
        [byte, ..] => Some((1, Item::Fault(format!("{byte:02X}")))),
    }
}

fn real_time(rest: &[u8]) -> First {
    match *rest {
        [0x04, n, ..] => Some((3, Item::RealTime(RealTime::Status(n)))),
        [0x05, n, ..] => Some((3, Item::RealTime(RealTime::Recover(n)))),
        [0x14, _, _, _, ..] => Some((5, Item::Op(Op::Note("drawer")))),
        [] | [0x04 | 0x05 | 0x14, ..] => None,
        [byte, ..] => Some((2, Item::Fault(format!("10 {byte:02X}")))),
    }
}

fn escape(rest: &[u8]) -> First {
    match *rest {
        [b'@', ..] => Some((2, Item::Op(Op::Pitch(30)))),
        [b'2', ..] => Some((2, Item::Op(Op::Pitch(30)))),
        [b'3', n, ..] => Some((3, Item::Op(Op::Pitch(n.into())))),
        [b'd', n, ..] => Some((3, Item::Op(Op::FeedLines(n.into())))),
        [b'J', n, ..] => Some((3, Item::Op(Op::FeedDots(n.into())))),
        [b'a' | b'E' | b'-' | b'M' | b'!' | b't' | b'R' | b'9', _, ..] => Some((3, Item::Nothing)),
        [b'B', _, _, ..] => Some((4, Item::Op(Op::Note("buzzer")))),
        [b'p', _, _, _, ..] => Some((5, Item::Op(Op::Note("drawer")))),
        [b'(', ref sized @ ..] => {
            let (length, kind, _) = sized_part(sized)?;
            let item = match kind {
                b'A' => Item::Op(Op::Note("buzzer")),
                _ => Item::Fault(format!("1B 28 {kind:02X}")),
            };
            Some((2 + length, item))
        }
        [] => None,
        [
            b'3' | b'd' | b'J' | b'a' | b'E' | b'-' | b'M' | b'!' | b't' | b'R' | b'9' | b'B'
            | b'p',
            ..,
        ] => None,
        [byte, ..] => Some((2, Item::Fault(format!("1B {byte:02X}")))),
    }
}

fn double_byte(rest: &[u8]) -> First {
    match *rest {
        [b'&' | b'.', ..] => Some((2, Item::Nothing)),
        [b'!' | b'W', _, ..] => Some((3, Item::Nothing)),
        [b'S', _, _, ..] => Some((4, Item::Nothing)),
        [b'(', ref sized @ ..] => sized_part(sized).map(|(length, ..)| (2 + length, Item::Nothing)),
        [] | [b'!' | b'W' | b'S', ..] => None,
        [byte, ..] => Some((2, Item::Fault(format!("1C {byte:02X}")))),
    }
}

fn group(rest: &[u8]) -> First {
    match *rest {
        [b'v', b'0', mode, xl, xh, yl, yh, ref data @ ..] => {
            let row_bytes = usize::from(xl) + 256 * usize::from(xh);
            let size = row_bytes * (usize::from(yl) + 256 * usize::from(yh));
            if row_bytes == 0 || mode & 0xcf > 3 {
                let fault = format!("1D 76 30 {mode:02X} {xl:02X} {xh:02X}");
                return Some((8, Item::Fault(fault)));
            }
            let data = data.get(..size)?.to_vec();
            let op = Op::Raster {
                row_bytes,
                data,
                wide: mode & 1 != 0,
                high: mode & 2 != 0,
            };
            Some((8 + size, Item::Op(op)))
        }
        [b'V', 0 | 1 | 48 | 49, ..] => Some((3, Item::Op(Op::Cut))),
        [b'V', 65 | 66, _, ..] => Some((4, Item::Op(Op::Cut))),
        [b'r', 1 | 49, ..] => Some((3, Item::Op(Op::Sensor))),
        [b'(', ref sized @ ..] => {
            let (length, kind, data) = sized_part(sized)?;
            let item = match (kind, data) {
                (b'H', &[0x30, 0x30, a, b, c, d]) => Item::Op(Op::Barrier([a, b, c, d])),
                _ => Item::Fault(format!("1D 28 {kind:02X}")),
            };
            Some((2 + length, item))
        }
        [b'!' | b'B' | b'h' | b'w' | b'H' | b'f' | b'a', _, ..] => Some((3, Item::Nothing)),
        [b'L' | b'W', _, _, ..] => Some((4, Item::Nothing)),
        []
        | [b'v' | b'V' | b'r' | b'!' | b'B' | b'h' | b'w' | b'H' | b'f' | b'a' | b'L' | b'W']
        | [b'V', 65 | 66]
        | [b'L' | b'W', _]
        | [b'v', b'0', ..] => None,
        [byte, ..] => Some((2, Item::Fault(format!("1D {byte:02X}")))),
    }
}

/// `kind pL pH data`: its length, kind and data.
fn sized_part(rest: &[u8]) -> Option<(usize, u8, &[u8])> {
    let [kind, low, high, data @ ..] = rest else {
        return None;
    };
    let size = usize::from(*low) + 256 * usize::from(*high);
    Some((3 + size, *kind, data.get(..size)?))
}

/// The byte that answers a real-time question, if the printer answers.
pub fn status(device: &Device, n: u8) -> Option<u8> {
    let bit = |set: bool, bits: u8| if set { bits } else { 0 };
    let out = device.paper == Paper::Out;
    if device.answers == Answers::Mute {
        return None;
    }
    let set = match n {
        1 => bit(!device.is_well(), 0x08),
        2 => bit(device.cover_open, 0x04) | bit(out, 0x20),
        3 => 0,
        4 => bit(device.paper != Paper::Ok, 0x0c) | bit(out, 0x60),
        _ => return None,
    };
    Some(0x12 | set)
}

/// The answer to [`Op::Sensor`], if the printer answers.
pub fn sensor(device: &Device) -> Option<u8> {
    match (device.answers, device.paper) {
        (Answers::Mute, _) => None,
        (_, Paper::Ok) => Some(0x00),
        (_, Paper::Low) => Some(0x03),
        (_, Paper::Out) => Some(0x0f),
    }
}

/// The answer to [`Op::Barrier`], if the printer knows them.
pub fn barrier(device: &Device, id: [u8; 4]) -> Option<Vec<u8>> {
    let [a, b, c, d] = id;
    (device.answers == Answers::Full).then(|| vec![0x37, 0x22, a, b, c, d, 0x00])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_that_looks_like_commands_is_data() {
        let mut stream = vec![0x1b, b'@'];
        let data = [0x1d, 0x56, 0x42, 0x00, 0x1b, 0x40, 0x10, 0x04, 0x01, 0x0a];
        stream.extend([0x1d, 0x76, 0x30, 0x00, 0x05, 0x00, 0x02, 0x00]);
        stream.extend(data);
        stream.extend([0x1b, 0x4a, 0x18, 0x1d, 0x56, 0x42, 0x00, 0x10, 0x04, 0x04]);
        stream.extend([
            0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, b'a', b'b', b'c', b'd',
        ]);
        // Whole, and byte by byte.
        for size in [stream.len(), 1] {
            let mut parser = Parser::default();
            let mut all = Heard::default();
            for part in stream.chunks(size) {
                let heard = parser.feed(part);
                all.ops.extend(heard.ops);
                all.real_time.extend(heard.real_time);
                all.faults.extend(heard.faults);
            }
            assert_eq!(
                all.ops,
                [
                    Op::Pitch(30),
                    Op::Raster {
                        row_bytes: 5,
                        data: data.to_vec(),
                        wide: false,
                        high: false
                    },
                    Op::FeedDots(24),
                    Op::Cut,
                    Op::Barrier(*b"abcd"),
                ]
            );
            assert_eq!(all.real_time, [RealTime::Status(4)]);
            assert!(all.faults.is_empty(), "{:?}", all.faults);
            assert_eq!(parser.pending(), 0);
        }
    }

    #[test]
    fn what_is_unknown_is_said_and_passed_over() {
        let mut parser = Parser::default();
        let heard = parser.feed(&[0x1b, 0x7a, b'A', 0x1d, 0x99, 0x01, 0x1f]);
        assert_eq!(heard.faults, ["1B 7A", "1D 99", "01", "1F"]);
        assert_eq!(heard.ops, [Op::Text(b'A')]);
    }

    #[test]
    fn status_bytes_are_those_of_the_manual() {
        let well = Device::default();
        let open = Device {
            cover_open: true,
            ..well.clone()
        };
        let low = Device {
            paper: Paper::Low,
            ..well.clone()
        };
        let out = Device {
            paper: Paper::Out,
            ..well.clone()
        };
        let bytes = |device: &Device| [1, 2, 3, 4].map(|n| status(device, n).unwrap());
        assert_eq!(bytes(&well), [0x12, 0x12, 0x12, 0x12]);
        assert_eq!(bytes(&open), [0x1a, 0x16, 0x12, 0x12]);
        assert_eq!(bytes(&low), [0x12, 0x12, 0x12, 0x1e]);
        assert_eq!(bytes(&out), [0x1a, 0x32, 0x12, 0x7e]);
        for byte in bytes(&out) {
            assert_eq!(byte & 0x93, 0x12);
        }
        let mute = Device {
            answers: Answers::Mute,
            ..well.clone()
        };
        assert_eq!(
            (status(&mute, 1), sensor(&mute), barrier(&mute, *b"abcd")),
            (None, None, None)
        );
        let cloned = Device {
            answers: Answers::Clone,
            ..well
        };
        assert_eq!(
            (sensor(&cloned), barrier(&cloned, *b"abcd")),
            (Some(0), None)
        );
    }
}
