//! What ESC/POS printers are asked, and what their answers mean.

use proto::printing::v1::PrinterState;

use crate::printer::Condition;

/// `DLE EOT n`: answered at once, also while the printer is offline.
pub(crate) const fn ask(question: Question) -> [u8; 3] {
    [0x10, 0x04, question as u8]
}

/// `GS r 1`: answered when everything before it has been executed.
pub(crate) const PARSED: [u8; 3] = [0x1D, 0x72, 0x01];

/// `GS ( H` of Epson: answered when everything before it has been printed.
pub(crate) fn process_id(id: [u8; 4]) -> [u8; 11] {
    let [a, b, c, d] = id;
    [0x1D, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, a, b, c, d]
}

/// The number of a barrier as four printable bytes.
pub(crate) fn printable(number: u32) -> [u8; 4] {
    let digit = |shift: u32| b'0' + (number >> (6 * shift) & 0x3F) as u8;
    [digit(3), digit(2), digit(1), digit(0)]
}

/// A question of `DLE EOT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Question {
    Printer = 1,
    OfflineCause = 2,
    Roll = 4,
}

/// What a printer said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// To `DLE EOT`.
    Status(u8),
    /// To `GS r 1`.
    Parsed(u8),
    /// To `GS ( H`.
    Printed([u8; 4]),
}

/// Tells replies apart in a stream of bytes that has no frames and other things between them.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    /// A reply of several bytes of which some have come.
    begun: Vec<u8>,
}

const PRINTED_HEADER: u8 = 0x37;
const PRINTED_KIND: u8 = 0x22;
const PRINTED_BYTES: usize = 7;
const AUTOMATIC_BYTES: usize = 4;

impl Replies {
    /// The next byte; returns the reply that it ends.
    pub(crate) fn read(&mut self, byte: u8) -> Option<Reply> {
        if self.begun.is_empty() {
            return self.first(byte);
        }
        self.begun.push(byte);
        match self.begun[..] {
            [PRINTED_HEADER, kind] if kind != PRINTED_KIND => {
                // It was none: the byte stands for itself.
                self.begun.clear();
                self.first(byte)
            }
            [PRINTED_HEADER, _, a, b, c, d, end] => {
                self.begun.clear();
                (end == 0).then_some(Reply::Printed([a, b, c, d]))
            }
            [PRINTED_HEADER, ..] if self.begun.len() < PRINTED_BYTES => None,
            // Status that the printer tells unasked: four bytes of which the last three look like other replies.
            _ => {
                if self.begun.len() == AUTOMATIC_BYTES {
                    self.begun.clear();
                }
                None
            }
        }
    }

    fn first(&mut self, byte: u8) -> Option<Reply> {
        if byte == PRINTED_HEADER || byte & 0x93 == 0x10 {
            self.begun.push(byte);
            return None;
        }
        if byte & 0x93 == 0x12 {
            return Some(Reply::Status(byte));
        }
        // XON and XOFF have bit 4 set.
        (byte & 0x90 == 0).then_some(Reply::Parsed(byte))
    }
}

/// What the answers to the three questions say, each where it came.
pub(crate) fn condition(
    roll: Option<u8>,
    cause: Option<u8>,
    printer: Option<u8>,
) -> Option<Condition> {
    let bytes: Vec<u8> = [roll, cause, printer].into_iter().flatten().collect();
    if bytes.is_empty() {
        return None;
    }
    let has = |byte: Option<u8>, bits: u8| byte.is_some_and(|byte| byte & bits != 0);
    let state = if has(cause, 0x04) {
        PrinterState::CoverOpen
    } else if has(roll, 0x60) || has(cause, 0x20) {
        PrinterState::PaperOut
    } else if has(cause, 0x40) || has(printer, 0x08) {
        PrinterState::Error
    } else {
        PrinterState::Online
    };
    Some(Condition {
        state,
        paper_low: has(roll, 0x0C),
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replies(bytes: &[u8]) -> Vec<Reply> {
        let mut replies = Replies::default();
        bytes
            .iter()
            .filter_map(|byte| replies.read(*byte))
            .collect()
    }

    #[test]
    fn replies_are_told_apart_from_what_else_a_printer_sends() {
        use Reply::{Parsed, Printed, Status};
        let cases: &[(&[u8], &[Reply])] = &[
            (&[0x12], &[Status(0x12)]),
            (
                &[0x1E, 0x72, 0x7E],
                &[Status(0x1E), Status(0x72), Status(0x7E)],
            ),
            (&[0x00, 0x0C], &[Parsed(0x00), Parsed(0x0C)]),
            (&[0x11, 0x13, 0x12], &[Status(0x12)]),
            (b"\x37\x22AB0z\0", &[Printed(*b"AB0z")]),
            (b"\x37\x22AB0z\x01\x12", &[Status(0x12)]),
            (&[0x37, 0x12], &[Status(0x12)]),
            (b"\x37\x37\x22AB0z\0", &[Printed(*b"AB0z")]),
            // The same bytes unasked, then asked.
            (&[0x14, 0x00, 0x0C, 0x0F, 0x00], &[Parsed(0x00)]),
        ];
        for (bytes, expected) in cases {
            assert_eq!(replies(bytes), *expected, "{bytes:02X?}");
        }
    }

    #[test]
    fn a_printed_id_is_never_taken_for_a_status() {
        let id = printable(0x12 << 18 | 0x0C);
        let mut bytes = vec![PRINTED_HEADER, PRINTED_KIND];
        bytes.extend(id);
        bytes.push(0);
        assert_eq!(replies(&bytes), [Reply::Printed(id)]);
        assert_ne!(printable(1), printable(2));
    }

    #[test]
    fn a_process_id_is_asked_as_epson_wants_it() {
        let wanted = [0x1D, 0x28, 0x48, 6, 0, 0x30, 0x30, b'0', b'0', b'0', b'1'];
        assert_eq!(process_id(printable(1)), wanted);
    }

    #[test]
    fn the_typical_bytes_mean_what_the_sheet_says() {
        use PrinterState::{CoverOpen, Error, Online, PaperOut};
        let ready = Some(0x12);
        for (roll, cause, printer, state, low) in [
            (ready, ready, ready, Online, false),
            (ready, ready, Some(0x1A), Error, false),
            (ready, Some(0x16), Some(0x1A), CoverOpen, false),
            (ready, Some(0x32), Some(0x1A), PaperOut, false),
            (Some(0x1E), ready, ready, Online, true),
            (Some(0x72), ready, ready, PaperOut, false),
            (Some(0x7E), None, None, PaperOut, true),
            (ready, Some(0x52), ready, Error, false),
            (None, None, ready, Online, false),
        ] {
            let found = condition(roll, cause, printer).unwrap();
            assert_eq!(
                (found.state, found.paper_low),
                (state, low),
                "{roll:02X?} {cause:02X?} {printer:02X?}"
            );
        }
        assert!(
            condition(None, None, None).is_none(),
            "mute is not in error"
        );
    }
}
