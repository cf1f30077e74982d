//! What a printer is asked once, when it is registered, and what it answers.

use std::time::Duration;

use serde_json::Value;

use crate::text::word;

/// More answers than there are questions.
const MOST_RESULTS: usize = 16;
/// Heads are narrower.
const MOST_DOTS: u32 = 4096;
const LONGEST_INTERVAL: Duration = Duration::from_secs(3600);

/// What a printer can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Its kind.
    ClientType,
    /// Its firmware.
    ClientVersion,
    /// Seconds between two polls.
    GetPollInterval,
    /// The size of its paper and head.
    PageInfo,
}

impl Question {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::ClientType,
        Self::ClientVersion,
        Self::GetPollInterval,
        Self::PageInfo,
    ];

    pub(super) const fn request(self) -> &'static str {
        match self {
            Self::ClientType => "ClientType",
            Self::ClientVersion => "ClientVersion",
            Self::GetPollInterval => "GetPollInterval",
            Self::PageInfo => "PageInfo",
        }
    }
}

/// An answer as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionResult {
    request: String,
    result: Value,
}

pub(super) fn read_results(field: Option<&Value>) -> Vec<ActionResult> {
    let results = field.and_then(Value::as_array).into_iter().flatten();
    results
        .take(MOST_RESULTS)
        .filter_map(|entry| {
            Some(ActionResult {
                request: entry.get("request")?.as_str()?.to_owned(),
                result: entry.get("result")?.clone(),
            })
        })
        .collect()
}

/// What a printer said of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// Its kind, at most 64 characters.
    pub model: Option<String>,
    /// Its firmware, at most 64 characters.
    pub firmware: Option<String>,
    /// How often it polls.
    pub poll_interval: Option<Duration>,
    /// Dots in a row that it prints.
    pub print_width: Option<u32>,
}

/// What the answers tell; what cannot be read is left out.
#[must_use]
pub fn learn(results: &[ActionResult]) -> Learned {
    let text = |question: Question| {
        let found = results
            .iter()
            .find(|result| result.request == question.request())?;
        Some(word(found.result.as_str()?)).filter(|text| !text.is_empty())
    };
    let page = results
        .iter()
        .find(|result| result.request == Question::PageInfo.request());
    Learned {
        model: text(Question::ClientType),
        firmware: text(Question::ClientVersion),
        poll_interval: text(Question::GetPollInterval)
            .and_then(|seconds| seconds.parse().ok())
            .map(Duration::from_secs)
            .filter(|interval| !interval.is_zero() && *interval <= LONGEST_INTERVAL),
        print_width: page.and_then(|page| print_width(&page.result)),
    }
}

/// Millimetres by dots a millimetre, both as text or number.
fn print_width(page: &Value) -> Option<u32> {
    let number = |name: &str| -> Option<f64> {
        match page.get(name)? {
            Value::String(text) => text.trim().parse().ok(),
            Value::Number(number) => number.as_f64(),
            _ => None,
        }
    };
    let dots = number("printWidth")? * number("horizontalResolution")?;
    let is_head = (1.0..=f64::from(MOST_DOTS)).contains(&dots);
    // In bounds, so that the conversion is exact.
    is_head.then_some(dots.round() as u32)
}
