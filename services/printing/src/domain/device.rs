//! Printers: what they are, and how they are.

use chassis::{
    error::{CommonReason, Violations},
    id::{BranchId, BrandId, DeviceId, PrintAgentId},
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::printing::v1 as wire;
use serde::{Deserialize, Serialize};

chassis::text_enum! {
    /// How a printer is reached.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Channel: wire::PrintChannel {
        /// It polls by Star CloudPRNT.
        #[sqlx(rename = "star_cloudprnt")]
        StarCloudprnt = "star_cloudprnt",
        /// It polls by Epson Server Direct Print.
        EpsonSdp = "epson_sdp",
        /// By a print agent in its branch.
        Agent = "agent",
        /// By the cloud of Xpyun.
        Xpyun = "xpyun",
        /// By the cloud of Feie.
        Feie = "feie",
    }
}

impl Channel {
    /// The printer calls us: what it has not fetched can be taken back at once.
    #[must_use]
    pub const fn polls(self) -> bool {
        matches!(self, Self::StarCloudprnt | Self::EpsonSdp)
    }

    /// Its vendor's cloud is called.
    #[must_use]
    pub const fn is_cloud(self) -> bool {
        matches!(self, Self::Xpyun | Self::Feie)
    }
}

chassis::text_enum! {
    /// What a printer prints on.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text")]
    pub enum Paper: wire::Paper {
        /// 出單機 58 mm.
        #[sqlx(rename = "58mm")]
        Mm58 = "58mm",
        /// 出單機 80 mm.
        #[sqlx(rename = "80mm")]
        Mm80 = "80mm",
        /// 貼紙機 40×25 mm.
        #[sqlx(rename = "label_40x25")]
        Label40x25 = "label_40x25",
    }
}

chassis::text_enum! {
    /// State of a printer.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum State: wire::DeviceState {
        /// 線上.
        Online = "online",
        /// 離線.
        Offline = "offline",
        /// 缺紙.
        PaperOut = "paper_out",
        /// 開蓋.
        CoverOpen = "cover_open",
        /// 異常.
        Fault = "fault",
    }
}

chassis::text_enum! {
    /// Buzzer of a printer.
    #[derive(Default, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Buzzer: wire::Buzzer {
        /// It stays silent.
        #[default]
        None = "none",
        /// Commands of Epson.
        Epson = "epson",
        /// Commands of clones.
        Clone = "clone",
    }
}

/// What differs between models.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Seconds without a sign of life after which it is offline.
    pub offline_after_secs: u16,
    /// Buzzer.
    pub buzzer: Buzzer,
    /// A cutter is fitted.
    pub cutter: bool,
    /// Bytes that were written count as printed.
    pub trusts_writing: bool,
    /// Gap of the stock of labels in tenths of a millimetre.
    pub label_gap_tenths_mm: u8,
    /// Black and white are swapped in bitmaps.
    pub inverted_bitmap: bool,
    /// Only the commands that every clone knows.
    pub minimal_commands: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            offline_after_secs: 60,
            buzzer: Buzzer::None,
            cutter: true,
            trusts_writing: false,
            label_gap_tenths_mm: 20,
            inverted_bitmap: false,
            minimal_commands: false,
        }
    }
}

impl Settings {
    /// How long it may be silent.
    #[must_use]
    pub fn offline_after(&self) -> TimeDelta {
        TimeDelta::seconds(self.offline_after_secs.into())
    }
}

/// A printer as staff sets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Id.
    pub id: DeviceId,
    /// Brand of its branch.
    pub brand: BrandId,
    /// Branch it stands in.
    pub branch: BranchId,
    /// 裝置序號.
    pub serial: String,
    /// 裝置名稱.
    pub name: String,
    /// How it is reached.
    pub channel: Channel,
    /// Paper in it.
    pub paper: Paper,
    /// Model; empty for not known.
    pub model: String,
    /// Agent it is connected to.
    pub agent: Option<PrintAgentId>,
    /// Where the agent finds it.
    pub agent_address: String,
    /// What differs between models.
    pub settings: Settings,
    /// It was paired.
    pub paired: bool,
    /// It is no longer used.
    pub archived: bool,
    /// Version.
    pub version: i64,
}

/// How a printer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// State.
    pub state: State,
    /// Why, in words of its own.
    pub reason: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Its paper ends soon.
    pub paper_low: bool,
    /// Firmware as it tells it.
    pub firmware: String,
    /// When it was last heard of.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// After which instant it counts as offline; `None` while it does.
    pub offline_at: Option<DateTime<Utc>>,
    /// When it last came back: slips that were due before are late.
    pub recovered_at: Option<DateTime<Utc>>,
    /// Version.
    pub version: i64,
}

/// What a printer, its agent or its cloud says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// State; `Offline` where its agent or cloud cannot reach it.
    pub state: State,
    /// Why, in words of its own, at most 200 characters are kept.
    pub reason: String,
    /// Its paper ends soon; `None` where nothing is known.
    pub paper_low: Option<bool>,
    /// Its firmware; `None` where nothing is known.
    pub firmware: Option<String>,
}

impl Sighting {
    /// It is there, and nothing is wrong with it.
    #[must_use]
    pub const fn online() -> Self {
        Self::of(State::Online)
    }

    /// It is in this state.
    #[must_use]
    pub const fn of(state: State) -> Self {
        Self {
            state,
            reason: String::new(),
            paper_low: None,
            firmware: None,
        }
    }
}

/// How a sighting changes a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Not enough to store it: the same as before, and seen lately.
    None,
    /// It was seen, and is as it was.
    Seen,
    /// What others are told of has changed.
    Changed,
}

/// Longest text of a reason or a firmware that is kept, in characters.
const LONGEST_WORDS: usize = 200;
/// A sign of life is stored this often at most.
const SEEN_EVERY: TimeDelta = TimeDelta::seconds(10);

impl Status {
    /// How a printer is that was never heard of.
    #[must_use]
    pub const fn unseen(now: DateTime<Utc>) -> Self {
        Self {
            state: State::Offline,
            reason: String::new(),
            since: now,
            paper_low: false,
            firmware: String::new(),
            last_seen_at: None,
            offline_at: None,
            recovered_at: None,
            version: 1,
        }
    }

    /// Whether it can print.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.state == State::Online
    }

    /// Takes in what was said of the printer at `now`.
    pub fn see(&mut self, sighting: &Sighting, settings: &Settings, now: DateTime<Utc>) -> Change {
        let away_until_now = self.offline_at.is_some_and(|at| at <= now);
        let before = (self.state, self.paper_low);
        let reason = shortened(&sighting.reason);
        let firmware = sighting.firmware.as_deref().map(shortened);
        let words = (self.reason.clone(), self.firmware.clone());

        let is_back = sighting.state == State::Online && (!self.is_online() || away_until_now);
        if is_back && self.last_seen_at.is_some() {
            self.recovered_at = Some(now);
        }
        if sighting.state != self.state {
            self.state = sighting.state;
            self.since = now;
        }
        self.reason = reason;
        self.paper_low = sighting.paper_low.unwrap_or(self.paper_low);
        self.firmware = firmware.unwrap_or_else(|| self.firmware.clone());

        let seen_lately = self
            .last_seen_at
            .is_some_and(|at| now - at < SEEN_EVERY && now >= at);
        // Of a printer that its agent or cloud cannot reach nothing was heard.
        if sighting.state == State::Offline {
            self.offline_at = None;
        } else if !seen_lately || self.offline_at.is_none() {
            self.last_seen_at = Some(now);
            self.offline_at = Some(now + settings.offline_after());
        }
        let changed = before != (self.state, self.paper_low)
            || words != (self.reason.clone(), self.firmware.clone())
            || is_back;
        if changed {
            self.version += 1;
            Change::Changed
        } else if seen_lately || sighting.state == State::Offline {
            Change::None
        } else {
            Change::Seen
        }
    }

    /// Nothing was heard of it for too long; false when that is not so.
    pub fn miss(&mut self, now: DateTime<Utc>) -> bool {
        if self.offline_at.is_none_or(|at| at > now) {
            return false;
        }
        self.state = State::Offline;
        self.reason = String::new();
        self.since = now;
        self.offline_at = None;
        self.version += 1;
        true
    }
}

fn shortened(words: &str) -> String {
    chassis::text::typed(words)
        .chars()
        .take(LONGEST_WORDS)
        .collect()
}

/// Parses a 裝置序號: 3–40 letters, digits and `-`, as capital letters.
pub fn parse_serial(raw: &str, violations: &mut Violations) -> String {
    let serial = raw.trim().to_ascii_uppercase();
    let is_serial = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    if !(3..=40).contains(&serial.len()) || !serial.chars().all(is_serial) {
        let params = [("min", 3), ("max", 40)];
        violations.push_with("serial", CommonReason::ValidationFailed, params);
    }
    serial
}

/// Parses where an agent finds a printer: `host:port`, or `usb:` with two numbers of four hexadecimal
/// digits and, where a branch has two of a kind, the serial of one.
pub fn parse_agent_address(raw: &str, violations: &mut Violations) -> String {
    let address = raw.trim();
    let valid = match address.strip_prefix("usb:") {
        Some(usb) => is_usb(usb),
        None => is_host_and_port(address),
    };
    if !valid {
        violations.push("agent_address", CommonReason::ValidationFailed);
    }
    address.to_owned()
}

fn is_usb(usb: &str) -> bool {
    let mut parts = usb.split(':');
    let is_number = |part: Option<&str>| {
        part.is_some_and(|part| part.len() == 4 && part.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    let is_serial =
        |part: &str| (1..=60).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_graphic());
    is_number(parts.next())
        && is_number(parts.next())
        && parts.next().is_none_or(is_serial)
        && parts.next().is_none()
}

fn is_host_and_port(address: &str) -> bool {
    let Some((host, port)) = address.rsplit_once(':') else {
        return false;
    };
    let is_host = |host: &str| {
        (1..=100).contains(&host.len())
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
    };
    is_host(host) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(secs)
    }

    fn seen(status: &mut Status, state: State, secs: i64) -> Change {
        status.see(&Sighting::of(state), &Settings::default(), at(secs))
    }

    #[test]
    fn a_printer_that_is_silent_for_a_minute_is_offline_and_has_recovered_when_it_is_back() {
        let mut status = Status::unseen(at(0));
        assert_eq!(seen(&mut status, State::Online, 1), Change::Changed);
        assert_eq!(status.recovered_at, None, "it was never there before");
        assert_eq!(seen(&mut status, State::Online, 5), Change::None);
        assert_eq!(seen(&mut status, State::Online, 20), Change::Seen);
        assert!(!status.miss(at(79)));
        assert!(status.miss(at(80)));
        assert_eq!((status.state, status.since), (State::Offline, at(80)));
        assert_eq!(seen(&mut status, State::Online, 90), Change::Changed);
        assert_eq!(status.recovered_at, Some(at(90)));
    }

    #[test]
    fn a_printer_that_was_away_unnoticed_has_recovered_too() {
        let mut status = Status::unseen(at(0));
        seen(&mut status, State::Online, 0);
        assert_eq!(seen(&mut status, State::Online, 600), Change::Changed);
        assert_eq!(status.recovered_at, Some(at(600)));
    }

    #[test]
    fn one_without_paper_is_there_and_recovers_with_paper() {
        let mut status = Status::unseen(at(0));
        seen(&mut status, State::Online, 0);
        assert_eq!(seen(&mut status, State::PaperOut, 5), Change::Changed);
        assert_eq!(seen(&mut status, State::PaperOut, 30), Change::Seen);
        assert!(!status.miss(at(60)));
        assert_eq!(seen(&mut status, State::Online, 70), Change::Changed);
        assert_eq!(status.recovered_at, Some(at(70)));
    }

    #[test]
    fn what_an_agent_cannot_reach_was_not_seen() {
        let mut status = Status::unseen(at(0));
        seen(&mut status, State::Online, 0);
        assert_eq!(seen(&mut status, State::Offline, 5), Change::Changed);
        assert_eq!(status.last_seen_at, Some(at(0)));
        assert_eq!(seen(&mut status, State::Offline, 300), Change::None);
        assert!(!status.miss(at(300)));
    }

    #[test]
    fn addresses_of_an_agents_printers_are_checked() {
        for (address, valid) in [
            ("192.168.1.50:9100", true),
            ("printer.local:9100", true),
            ("[fe80::1]:9100", true),
            ("usb:0519:2013", true),
            ("usb:0519:2013:A1", true),
            ("", false),
            ("192.168.1.50", false),
            ("192.168.1.50:0", false),
            ("192.168.1.50:99999", false),
            ("usb:519:2013", false),
            ("usb:0519:2013:", false),
            ("usb:0519:2013:a:b", false),
            ("a b:9100", false),
        ] {
            let mut violations = Violations::new();
            parse_agent_address(address, &mut violations);
            assert_eq!(violations.is_empty(), valid, "{address}");
        }
    }

    #[test]
    fn serials_are_capital_letters_digits_and_dashes() {
        let mut violations = Violations::new();
        assert_eq!(
            parse_serial(" 36nvny3qngc344b ", &mut violations),
            "36NVNY3QNGC344B"
        );
        assert!(violations.is_empty());
        for wrong in ["", "AB", "A B C", "一二三", &"A".repeat(41)] {
            let mut violations = Violations::new();
            parse_serial(wrong, &mut violations);
            assert_eq!(violations.len(), 1, "{wrong}");
        }
    }
}
