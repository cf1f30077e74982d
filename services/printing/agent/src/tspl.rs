//! What TSPL printers are asked, and what their answers mean.

use proto::printing::v1::PrinterState;

use crate::printer::Condition;

/// `ESC ! ?`: answered at once with one byte.
pub(crate) const ASK: [u8; 3] = [0x1B, 0x21, 0x3F];

const HEAD_OPEN: u8 = 0x01;
const JAM: u8 = 0x02;
const NO_PAPER: u8 = 0x04;
const NO_RIBBON: u8 = 0x08;
const PAUSED: u8 = 0x10;
const PRINTING: u8 = 0x20;
const OTHER: u8 = 0x80;

/// Whether it is printing.
pub(crate) const fn is_printing(byte: u8) -> bool {
    byte & PRINTING != 0
}

/// What an answer says. Bit 6 differs by model and says nothing.
pub(crate) fn condition(byte: u8) -> Condition {
    let state = if byte & HEAD_OPEN != 0 {
        PrinterState::CoverOpen
    } else if byte & NO_PAPER != 0 {
        PrinterState::PaperOut
    } else if byte & (JAM | NO_RIBBON | PAUSED | OTHER) != 0 {
        PrinterState::Error
    } else {
        PrinterState::Online
    };
    Condition {
        state,
        paper_low: false,
        bytes: vec![byte],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bit_means_what_the_sheet_says() {
        use PrinterState::{CoverOpen, Error, Online, PaperOut};
        for (byte, state) in [
            (0x00, Online),
            (0x20, Online),
            (0x40, Online),
            (0x01, CoverOpen),
            (0x05, CoverOpen),
            (0x04, PaperOut),
            (0x02, Error),
            (0x08, Error),
            (0x10, Error),
            (0x80, Error),
        ] {
            assert_eq!(condition(byte).state, state, "{byte:02X}");
        }
        assert!(is_printing(0x20) && !is_printing(0x40));
    }
}
