//! Star's automatic status bytes, as hexadecimal pairs. The status code decides; these add the warning
//! of low paper, and a cause where the code names none.

use crate::device::DeviceState;

/// More bytes than any model sends.
const MOST_BYTES: usize = 64;

/// What the bytes say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Asb {
    cover_open: bool,
    paper_out: bool,
    error: bool,
    pub(super) paper_low: bool,
}

impl Asb {
    /// Reads `23 86 00 00 …`, at least seven bytes; none when it is not that.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes: Vec<u8> = text
            .split_ascii_whitespace()
            .take(MOST_BYTES)
            .map(|pair| {
                u8::from_str_radix(pair, 16)
                    .ok()
                    .filter(|_| pair.len() == 2)
            })
            .collect::<Option<_>>()?;
        // A header, the version, then the printer's status.
        let [_, _, printer, error, mechanism, paper, _, ..] = bytes[..] else {
            return None;
        };
        Some(Self {
            cover_open: printer & 0x20 != 0,
            // Unrecoverable, the cutter, the mechanism; a jam, the head.
            error: error & 0x2c != 0 || mechanism & 0x06 != 0,
            paper_out: paper & 0x08 != 0,
            paper_low: paper & 0x06 != 0,
        })
    }

    /// What keeps the printer from printing, if anything.
    pub(super) const fn state(self) -> DeviceState {
        if self.paper_out {
            DeviceState::PaperOut
        } else if self.cover_open {
            DeviceState::CoverOpen
        } else if self.error {
            DeviceState::Error
        } else {
            DeviceState::Online
        }
    }
}
