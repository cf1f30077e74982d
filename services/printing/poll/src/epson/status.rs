//! Epson's status bits.

use super::code::{Cause, Code};
use crate::{DeviceReport, DeviceState};

/// The status bits of a result or of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(u32);

impl Status {
    const NO_RESPONSE: u32 = 0x1;
    const PRINTED: u32 = 0x2;
    const OFFLINE: u32 = 0x8;
    const COVER_OPEN: u32 = 0x20;
    /// Mechanical, cutter, unrecoverable, recoverable by itself, spooler stopped.
    const ERRORS: u32 = 0x400 | 0x800 | 0x2000 | 0x4000 | 0x8000_0000;
    const NEAR_END: u32 = 0x2_0000;
    const PAPER_END: u32 = 0x8_0000;

    /// Reads a decimal number, as results have it.
    #[must_use]
    pub fn decimal(text: &str) -> Option<Self> {
        // Some firmware writes the highest bit as a sign.
        let number: i64 = text.trim().parse().ok()?;
        u32::try_from(number)
            .ok()
            .or_else(|| i32::try_from(number).ok().map(i32::cast_unsigned))
            .map(Self)
    }

    /// Reads `0x0F00003C`, as notifications have it.
    #[must_use]
    pub fn hexadecimal(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text
            .strip_prefix("0x")
            .or_else(|| text.strip_prefix("0X"))?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_number
            .then(|| u32::from_str_radix(digits, 16).ok().map(Self))
            .flatten()
    }

    const fn has(self, bits: u32) -> bool {
        self.0 & bits != 0
    }

    /// The print is complete.
    #[must_use]
    pub const fn is_printed(self) -> bool {
        self.has(Self::PRINTED)
    }

    /// How the device is by these bits.
    #[must_use]
    pub const fn state(self) -> DeviceState {
        if self.has(Self::PAPER_END) {
            DeviceState::PaperOut
        } else if self.has(Self::COVER_OPEN) {
            DeviceState::CoverOpen
        } else if self.has(Self::ERRORS | Self::OFFLINE | Self::NO_RESPONSE) {
            DeviceState::Error
        } else {
            DeviceState::Online
        }
    }

    /// Its paper is nearly used up.
    #[must_use]
    pub const fn is_paper_low(self) -> bool {
        self.has(Self::NEAR_END)
    }
}

/// How the device is by a result's code and bits. What is said of the data says nothing against it.
pub(super) fn report(code: &Code, status: Option<Status>) -> DeviceReport {
    let by_code = match code.cause() {
        Cause::PaperOut => Some(DeviceState::PaperOut),
        Cause::CoverOpen => Some(DeviceState::CoverOpen),
        Cause::Broken | Cause::Passing | Cause::WaitsForPaper => Some(DeviceState::Error),
        _ => None,
    };
    let by_bits = status.map_or(DeviceState::Online, Status::state);
    DeviceReport {
        state: by_code.unwrap_or(by_bits),
        paper_low: status.is_some_and(Status::is_paper_low),
        code: code.text().to_owned(),
    }
}
