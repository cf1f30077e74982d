//! Status codes: three or four digits and a text. The first digit decides: unknown codes of a class
//! behave like the class.

use crate::{
    device::DeviceState,
    text::{decoded, word},
};

/// What a printer says of itself in a poll, and of a job in a confirmation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusCode {
    number: u16,
    text: String,
}

/// The classes, by the first digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// 2: online.
    Online,
    /// 4: the printer is unwell.
    Printer,
    /// 5: the job cannot be handled.
    Job,
    /// No class of the protocol.
    Other,
}

impl StatusCode {
    /// Reads `200 OK`, percent-encoded or not; none when no code begins it.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let text = word(&decoded(raw));
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let number = text.get(..digits)?;
        if !(3..=4).contains(&digits) {
            return None;
        }
        let number = number.parse().ok()?;
        Some(Self { number, text })
    }

    /// The number.
    #[must_use]
    pub const fn number(&self) -> u16 {
        self.number
    }

    /// Number and text, at most 64 characters.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) const fn class(&self) -> Class {
        let first = if self.number >= 1000 {
            self.number / 1000
        } else {
            self.number / 100
        };
        match first {
            2 => Class::Online,
            4 => Class::Printer,
            5 => Class::Job,
            _ => Class::Other,
        }
    }

    /// The state it names; none for a printer error without a known cause. What is said of a job says
    /// nothing against the device.
    #[must_use]
    pub const fn state(&self) -> Option<DeviceState> {
        match (self.class(), self.number) {
            (Class::Printer, 410) => Some(DeviceState::PaperOut),
            (Class::Printer, 420) => Some(DeviceState::CoverOpen),
            // A jam, the roll's position.
            (Class::Printer, 411 | 412) => Some(DeviceState::Error),
            (Class::Printer, _) => None,
            _ => Some(DeviceState::Online),
        }
    }

    pub(super) const fn is_paper_low(&self) -> bool {
        matches!(self.number, 210 | 211)
    }
}
