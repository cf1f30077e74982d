//! A job in the language of a printer that an agent drives.

use print_render::{Document as Drawn, escpos, layout, tspl};

use crate::domain::device::{Buzzer, Device, Paper};

/// What a printer understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Slips.
    EscPos,
    /// Labels.
    Tspl,
}

impl Language {
    /// That of a paper.
    #[must_use]
    pub const fn of(paper: Paper) -> Self {
        match paper {
            Paper::Mm58 | Paper::Mm80 => Self::EscPos,
            Paper::Label40x25 => Self::Tspl,
        }
    }
}

/// Bytes for a printer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// Their language.
    pub language: Language,
    /// How often the agent writes them: labels multiply themselves.
    pub times: u8,
    /// The bytes.
    pub data: Vec<u8>,
}

/// Draws slips for a device. Takes milliseconds of computing.
#[must_use]
pub fn encode(slips: &Drawn, device: &Device, copies: u8) -> Bytes {
    let pages = layout(slips);
    let settings = &device.settings;
    match Language::of(device.paper) {
        Language::EscPos => Bytes {
            language: Language::EscPos,
            times: copies,
            data: escpos::encode(
                &pages,
                &escpos::Settings {
                    copies: 1,
                    cut: if settings.cutter {
                        escpos::Cut::Partial
                    } else {
                        escpos::Cut::Feed
                    },
                    drawer: false,
                    buzzer: match settings.buzzer {
                        Buzzer::None => escpos::Buzzer::None,
                        Buzzer::Epson => escpos::Buzzer::Epson,
                        Buzzer::Clone => escpos::Buzzer::Clone,
                    },
                },
            ),
        },
        Language::Tspl => Bytes {
            language: Language::Tspl,
            times: 1,
            data: tspl::encode(
                &pages,
                &tspl::Settings {
                    copies,
                    gap_mm: settings.label_gap_tenths_mm.div_ceil(10),
                    inverted: settings.inverted_bitmap,
                    minimal: settings.minimal_commands,
                    ..tspl::Settings::default()
                },
            ),
        },
    }
}

/// Whether a printer tells when it has printed, as Epson's do, whose models are called TM-….
#[must_use]
pub fn tells_when_printed(device: &Device) -> bool {
    let model = device.model.trim().to_ascii_uppercase();
    Language::of(device.paper) == Language::EscPos && model.starts_with("TM-")
}
