//! The poll: what the printer says of itself, and what that proves of the job in its hands.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{
    action::{ActionResult, read_results},
    asb::Asb,
    confirm::failure,
    query::Named,
    status::{Class, StatusCode},
};
use crate::{
    DeviceReport, DeviceState, Evidence, Handed, Ink, JobToken, Mac, Malformed, NotPrinted, Phase,
    Remedy,
};

/// Largest poll that is read. Scanners and keyboards that hang on a printer can add to it.
pub const MAX_POLL_BYTES: usize = 64 << 10;

/// The interval that printers have unless somebody changed it.
const USUAL_INTERVAL: Duration = Duration::from_secs(5);
/// No device is given up sooner.
const SHORTEST_SILENCE: Duration = Duration::from_secs(60);
/// No device is waited for longer.
const LONGEST_SILENCE: Duration = Duration::from_secs(600);

/// A poll as it was read. Every field but the status code may be missing, and what has another type
/// than it should counts as missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    /// What the printer says of itself.
    pub status: Option<StatusCode>,
    asb: Option<Asb>,
    /// Its hardware address.
    pub mac: Option<Mac>,
    /// The id that a server gave it.
    pub unique_id: Option<String>,
    /// The try it is at, where it says so.
    pub token: Named,
    /// It is printing, and deaf to offers.
    pub is_printing: bool,
    /// Answers to what it was asked.
    pub results: Vec<ActionResult>,
}

impl Poll {
    /// Reads the body of a poll.
    pub fn read(body: &[u8]) -> Result<Self, Malformed> {
        if body.len() > MAX_POLL_BYTES {
            return Err(Malformed::TooLarge);
        }
        let fields: Map<String, Value> =
            serde_json::from_slice(body).map_err(|_| Malformed::Form)?;
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        Ok(Self {
            status: text("statusCode").and_then(StatusCode::parse),
            asb: text("status").and_then(Asb::parse),
            mac: text("printerMAC").and_then(Mac::parse),
            unique_id: text("uniqueID")
                .filter(|id| (1..=64).contains(&id.len()))
                .map(str::to_owned),
            token: Named::read(text("jobToken")),
            is_printing: fields.get("printingInProgress") == Some(&Value::Bool(true)),
            results: read_results(fields.get("clientAction")),
        })
    }

    fn report(&self) -> DeviceReport {
        let by_bytes = self.asb.map(Asb::state);
        let state = match &self.status {
            Some(status) => status.state().unwrap_or_else(|| {
                by_bytes
                    .filter(|state| *state != DeviceState::Online)
                    .unwrap_or(DeviceState::Error)
            }),
            None => by_bytes.unwrap_or(DeviceState::Online),
        };
        let warned = self.status.as_ref().is_some_and(StatusCode::is_paper_low);
        DeviceReport {
            state,
            paper_low: warned || self.asb.is_some_and(|asb| asb.paper_low),
            code: self
                .status
                .as_ref()
                .map_or_else(String::new, |status| status.text().to_owned()),
        }
    }
}

/// What a poll tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How the printer is.
    pub report: DeviceReport,
    /// What is proved about the try in its hands.
    pub evidence: Option<(JobToken, Evidence)>,
    /// Whether a job may be offered in the reply: the one that was offered before and not fetched, or
    /// the next one. Offering to a printer that is unwell would use up a try for nothing.
    pub may_offer: bool,
}

/// Judges a poll by what the printer has in its hands.
///
/// That it is idle after a fetch proves nothing: the confirmation is on its way or lost. The job is not
/// offered again then, as the printer would print it again.
#[must_use]
pub fn look(poll: &Poll, handed: Option<Handed>) -> Seen {
    let report = poll.report();
    let is_well = report.state == DeviceState::Online;
    let evidence = handed.and_then(|handed| Some((handed.token, proof(poll, handed, is_well)?)));
    let may_offer = is_well
        && !poll.is_printing
        && evidence.is_none()
        && handed.is_none_or(|handed| handed.phase != Phase::Served);
    Seen {
        report,
        evidence,
        may_offer,
    }
}

fn proof(poll: &Poll, handed: Handed, is_well: bool) -> Option<Evidence> {
    let is_about_another = match poll.token {
        Named::Nothing => false,
        Named::Try(token) => token != handed.token,
        Named::Unknown => true,
    };
    if handed.phase != Phase::Served || poll.is_printing || is_about_another {
        return None;
    }
    let status = poll.status.as_ref();
    match status.map(StatusCode::class) {
        // The confirmation with the same code follows; only a printer that names the try is believed
        // before.
        Some(Class::Job) if poll.token == Named::Try(handed.token) => {
            status.and_then(|status| failure(status, handed.phase))
        }
        Some(Class::Job) => None,
        _ if is_well => None,
        // It goes back to polling and would fetch the job again: some of it may be on paper.
        _ => Some(Evidence::NotPrinted(NotPrinted {
            remedy: Remedy::WhenWell,
            ink: Ink::Maybe,
            code: status.map_or_else(String::new, |status| status.text().to_owned()),
        })),
    }
}

/// How long a printer with this poll interval may be silent before it counts as offline.
#[must_use]
pub fn offline_after(interval: Option<Duration>) -> Duration {
    let interval = interval.unwrap_or(USUAL_INTERVAL).min(LONGEST_SILENCE);
    let silence = interval * 2 + Duration::from_secs(5);
    silence.clamp(SHORTEST_SILENCE, LONGEST_SILENCE)
}
