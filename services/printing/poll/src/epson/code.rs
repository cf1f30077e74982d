//! Result codes of Epson.

use crate::{Ink, Remedy, text::word};

/// A result code as it was sent, and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    text: String,
    cause: Cause,
}

/// What a result code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No code.
    None,
    /// No paper.
    PaperOut,
    /// The cover is open.
    CoverOpen,
    /// Too hot, or a low battery: it recovers by itself.
    Passing,
    /// The cutter, the mechanism, or worse.
    Broken,
    /// Paper waits in the slot.
    WaitsForPaper,
    /// The data.
    Data,
    /// The printer's own head was busy or could not be reached.
    Busy,
    /// The print did not end in time: some of it may be on paper.
    Slow,
    /// It still goes on.
    Going,
    /// The printer knows no such job any more.
    Forgotten,
    /// A code that is in no manual.
    Unknown,
}

impl Code {
    /// Reads the value of `code`.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = word(text);
        let cause = match text.as_str() {
            "" => Cause::None,
            "EPTR_REC_EMPTY" => Cause::PaperOut,
            "EPTR_COVER_OPEN" => Cause::CoverOpen,
            "EPTR_AUTOMATICAL" | "EPTR_BATTERY_LOW" => Cause::Passing,
            "EPTR_CUTTER" | "EPTR_MECHANICAL" | "EPTR_UNRECOVERABLE" => Cause::Broken,
            "ERROR_WAIT_EJECT" => Cause::WaitsForPaper,
            "SchemaError" | "DeviceNotFound" | "RequestEntityTooLarge" => Cause::Data,
            "EX_BADPORT" | "EX_DEVICE_BUSY" | "EX_ENPC_TIMEOUT" | "TooManyRequests" => Cause::Busy,
            "EX_TIMEOUT" | "EX_SPOOLER" | "PrintSystemError" => Cause::Slow,
            "Printing" | "JobSpooling" => Cause::Going,
            "JobNotFound" => Cause::Forgotten,
            _ => Cause::Unknown,
        };
        Self { text, cause }
    }

    /// The code as it was sent, at most 64 characters.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it means.
    #[must_use]
    pub const fn cause(&self) -> Cause {
        self.cause
    }
}

impl Cause {
    /// What helps a job that failed so, and whether there may be ink; none when it is not known to have
    /// failed.
    pub(super) const fn remedy(self) -> Option<(Remedy, Ink)> {
        match self {
            Self::Data => Some((Remedy::Nothing, Ink::No)),
            Self::PaperOut | Self::CoverOpen | Self::Passing => {
                Some((Remedy::WhenWell, Ink::Maybe))
            }
            Self::Busy => Some((Remedy::Retry, Ink::No)),
            Self::Slow => Some((Remedy::Retry, Ink::Maybe)),
            Self::Broken | Self::WaitsForPaper => Some((Remedy::Person, Ink::Maybe)),
            Self::None | Self::Unknown => Some((Remedy::Retry, Ink::Maybe)),
            Self::Going | Self::Forgotten => None,
        }
    }
}
