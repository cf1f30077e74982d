//! Devices that their vendor's cloud drives: when it is called, and what its refusals mean for them.

use chassis::id::CloudAccountId;
use chrono::{DateTime, TimeDelta, Utc};
use print_clouds::{CallError, PrinterState, Vendor};
use proto::printing::v1 as wire;

use super::{
    device::{Channel, Device, Settings, Sighting, State},
    job::Reason,
};

/// How long a vendor that keeps jobs for printers that are off may keep a try: it ends before our own attempt does,
/// so that a slip that did not come out by then waits with us again.
pub const CLOUD_KEEPS: TimeDelta = TimeDelta::seconds(40);
/// How long after that end a job that was not printed counts as one that will not be.
pub const SETTLED_AFTER: TimeDelta = TimeDelta::seconds(10);
/// How long a cloud is asked about a job.
const ASK_FOR: TimeDelta = TimeDelta::hours(6);
/// Waits between questions about a job of an age of less than the first.
const ASKS: [(TimeDelta, TimeDelta); 4] = [
    (TimeDelta::seconds(10), TimeDelta::seconds(1)),
    (TimeDelta::seconds(70), TimeDelta::seconds(3)),
    (TimeDelta::minutes(10), TimeDelta::seconds(30)),
    (ASK_FOR, TimeDelta::minutes(5)),
];
/// Waits after calls that failed one after the other; the last one stays.
const RETRIES: [TimeDelta; 5] = [
    TimeDelta::seconds(5),
    TimeDelta::seconds(10),
    TimeDelta::seconds(30),
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
];
/// Tries to take a removed device out of its account.
pub const MOST_REMOVALS: i16 = 20;

chassis::text_enum! {
    /// Why a cloud does not serve a device.
    pub enum Problem: wire::CloudProblem {
        /// The organisation has no account there.
        NoAccount = "no_account",
        /// User or key are refused.
        AccountRefused = "account_refused",
        /// It does not know the printer, or as somebody else's.
        PrinterUnknown = "printer_unknown",
        /// It cannot be reached or understood.
        Unreachable = "unreachable",
    }
}

impl Channel {
    /// Whose cloud drives devices of it.
    #[must_use]
    pub const fn vendor(self) -> Option<Vendor> {
        match self {
            Self::Xpyun => Some(Vendor::Xpyun),
            Self::Feie => Some(Vendor::Feie),
            Self::StarCloudprnt | Self::EpsonSdp | Self::Agent => None,
        }
    }
}

/// The channel of a vendor.
#[must_use]
pub const fn channel(vendor: Vendor) -> Channel {
    match vendor {
        Vendor::Xpyun => Channel::Xpyun,
        Vendor::Feie => Channel::Feie,
    }
}

/// An organisation's account at a cloud; its key is apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudAccount {
    /// Id.
    pub id: CloudAccountId,
    /// Cloud.
    pub channel: Channel,
    /// The user that the cloud knows it by.
    pub user: String,
    /// The last four characters of its key.
    pub key_last_four: String,
    /// Since when the cloud has refused it.
    pub refused_at: Option<DateTime<Utc>>,
    /// Version.
    pub version: i64,
}

/// How a device is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// User of the account that it was added to; empty for none.
    pub added_to: String,
    /// Why it is not served.
    pub problem: Option<Problem>,
    /// Version of the account that it was last served with; 0 for none.
    pub account_version: i64,
    /// Calls that failed one after the other.
    pub failures: i16,
    /// When the cloud is next asked how it is.
    pub state_due_at: DateTime<Utc>,
}

impl Link {
    /// Whether it is left alone for now: nothing changed since it could not be served.
    #[must_use]
    pub fn rests(&self, account_version: i64, now: DateTime<Utc>) -> bool {
        self.problem.is_some() && self.state_due_at > now && self.account_version == account_version
    }

    /// The cloud has said how the device is.
    pub fn seen(&mut self, settings: &Settings, now: DateTime<Utc>) {
        self.problem = None;
        self.failures = 0;
        self.state_due_at = now + state_every(settings);
    }

    /// It cannot be served now.
    pub fn fail(&mut self, problem: Problem, now: DateTime<Utc>) {
        if problem == Problem::PrinterUnknown {
            self.added_to = String::new();
        }
        self.failures = self.failures.saturating_add(1);
        self.state_due_at = now + retry_after(problem, self.failures);
        self.problem = Some(problem);
    }
}

/// How often a cloud is asked how a device is: twice in the time after which it counts as offline.
fn state_every(settings: &Settings) -> TimeDelta {
    settings.offline_after() / 2
}

fn retry_after(problem: Problem, failures: i16) -> TimeDelta {
    // What a person has to change is not tried often.
    if matches!(problem, Problem::NoAccount | Problem::AccountRefused) {
        return RETRIES[RETRIES.len() - 1];
    }
    let index = usize::try_from(failures - 1).unwrap_or_default();
    RETRIES[index.min(RETRIES.len() - 1)]
}

/// When a cloud is next asked about a job of which it says that it waits; `None` when it is not asked any more.
#[must_use]
pub fn next_ask(given_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let age = now - given_at;
    let wait = ASKS.iter().find(|(until, _)| age < *until);
    wait.map(|(_, wait)| now + *wait)
}

/// What a cloud says of a printer.
#[must_use]
pub const fn sighting(state: PrinterState) -> Sighting {
    Sighting::of(match state {
        PrinterState::Ready => State::Online,
        // The vendors say no more than that something is wrong.
        PrinterState::Unwell => State::Fault,
        PrinterState::Offline => State::Offline,
    })
}

/// Why a job did not come out of a printer in this state.
#[must_use]
pub const fn reason(state: State) -> Reason {
    match state {
        State::Online => Reason::NoAnswer,
        State::Offline => Reason::Offline,
        State::PaperOut => Reason::PaperOut,
        State::CoverOpen => Reason::CoverOpen,
        State::Fault => Reason::Fault,
    }
}

/// What a failed call says of serving a device.
#[must_use]
pub const fn problem(error: &CallError) -> Problem {
    match error {
        CallError::Configuration { .. } => Problem::AccountRefused,
        CallError::UnknownPrinter { .. } => Problem::PrinterUnknown,
        _ => Problem::Unreachable,
    }
}

/// Why a job was not taken that was certainly not: one that waits for the cloud or a person is no try.
#[must_use]
pub const fn not_taken(error: &CallError) -> Reason {
    match error {
        CallError::NotTaken { .. } => Reason::NotTransferred,
        CallError::TooLarge { .. } | CallError::Rejected { .. } => Reason::Refused,
        _ => Reason::Offline,
    }
}

/// The vendor's name of a part of a try.
#[must_use]
pub fn key(job: chassis::id::PrintJobId, attempt: i16, part: i16) -> String {
    format!("{}.{attempt}.{part}", job.as_uuid().simple())
}

/// Whether the serial of a device has its vendor's form; true for channels without one.
#[must_use]
pub fn is_serial(channel: Channel, serial: &str) -> bool {
    channel
        .vendor()
        .is_none_or(|vendor| vendor.cloud().is_serial(serial))
}

/// Whether the printer sounds when it prints.
#[must_use]
pub fn voice(device: &Device) -> print_clouds::Voice {
    match device.settings.buzzer {
        super::device::Buzzer::None => print_clouds::Voice::Silent,
        _ => print_clouds::Voice::NewOrder,
    }
}

#[cfg(test)]
mod tests {
    use chassis::id::PrintJobId;
    use uuid::Uuid;

    use super::*;
    use crate::domain::job::LEASE;

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(secs)
    }

    fn link() -> Link {
        Link {
            added_to: "shop".to_owned(),
            problem: None,
            account_version: 1,
            failures: 0,
            state_due_at: at(0),
        }
    }

    #[test]
    fn a_cloud_is_asked_often_at_first_and_not_after_six_hours() {
        let ask = |age: i64| next_ask(at(0), at(age)).map(|next| (next - at(age)).num_seconds());
        assert_eq!(ask(0), Some(1));
        assert_eq!(ask(10), Some(3));
        assert_eq!(ask(100), Some(30));
        assert_eq!(ask(3_600), Some(300));
        assert_eq!(ask(6 * 3_600), None);
    }

    #[test]
    fn a_try_is_over_at_the_cloud_before_it_is_with_us() {
        assert!(CLOUD_KEEPS + SETTLED_AFTER + TimeDelta::seconds(3) < LEASE);
    }

    #[test]
    fn a_device_with_a_problem_rests_until_its_time_or_another_account() {
        let mut link = link();
        link.fail(Problem::Unreachable, at(0));
        assert!(link.rests(1, at(4)) && !link.rests(1, at(5)) && !link.rests(2, at(1)));
        assert_eq!(link.added_to, "shop");
        link.fail(Problem::PrinterUnknown, at(5));
        assert!(link.rests(1, at(14)) && link.added_to.is_empty());
        link.fail(Problem::AccountRefused, at(15));
        assert!(link.rests(1, at(15 + 299)));
        link.seen(&Settings::default(), at(400));
        assert_eq!((link.failures, link.state_due_at), (0, at(430)));
        assert!(!link.rests(1, at(400)));
    }

    #[test]
    fn a_device_that_is_well_is_asked_before_it_counts_as_offline() {
        for secs in [30, 60, 600] {
            let settings = Settings {
                offline_after_secs: secs,
                ..Settings::default()
            };
            assert!(state_every(&settings) < settings.offline_after());
        }
    }

    #[test]
    fn the_key_of_a_try_is_one_that_vendors_take() {
        let job = PrintJobId::from_uuid(Uuid::max());
        let key = key(job, i16::MAX, i16::MAX);
        assert!(key.len() <= 50, "{key}");
    }
}
