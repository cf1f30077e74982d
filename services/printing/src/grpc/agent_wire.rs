//! What agents say and are told ↔ domain.

use chassis::{
    error::{CommonReason, Problem, Violations},
    id::{PrintAgentId, PrintJobId},
};
use chrono::{DateTime, Utc};
use proto::printing::v1::{
    AgentHello, Barrier, FailureCause, Job, JobChunk, JobOutcome, JobResult, OpenLineRequest,
    PrinterLanguage, PrinterState, PrinterStatus, open_line_request::Message as Told,
    open_line_response::Message as Say,
};

use super::agent_service::LONGEST_VERSION;
use crate::{
    app::agent_slips::{self, Bytes, Language},
    domain::{
        device::{Device, Sighting, State},
        job::Reason,
    },
};

/// Printers of an agent.
const MOST_PRINTERS: usize = 32;
const LONGEST_NAME: usize = 32;
const LONGEST_ADDRESS: usize = 200;
/// Data of one message.
const PART_BYTES: usize = 256 * 1024;

/// An agent as it introduced itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hello {
    pub(super) version: String,
    pub(super) last_seq: i64,
    pub(super) printers: Vec<Printer>,
}

/// A printer of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Printer {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) language: Language,
}

impl Hello {
    /// The printer that a device is: the one at its address, whose name may stand for it.
    pub(super) fn printer_of(&self, device: &Device) -> Option<&Printer> {
        let place = device.agent_address.as_str();
        let tcp = format!("tcp:{place}");
        let is = |of: &&Printer| {
            of.language == Language::of(device.paper)
                && (of.name == place
                    || of.address.eq_ignore_ascii_case(place)
                    || of.address.eq_ignore_ascii_case(&tcp))
        };
        self.printers.iter().find(is)
    }

    pub(super) fn has(&self, printer: &str) -> bool {
        self.printers.iter().any(|of| of.name == printer)
    }
}

/// Parses the first message of a line.
pub(super) fn hello(message: OpenLineRequest, agent: &PrintAgentId) -> Result<Hello, Problem> {
    let Some(Told::Hello(hello)) = message.message else {
        return Err(
            Problem::new(CommonReason::ValidationFailed).message("a line begins with a hello")
        );
    };
    let mut violations = Violations::new();
    let AgentHello {
        agent_id,
        version,
        last_seq,
        printers,
    } = hello;
    if agent_id.parse() != Ok(*agent) {
        violations.push("hello.agent_id", CommonReason::ValidationFailed);
    }
    if version.is_empty() || version.len() > LONGEST_VERSION {
        violations.push("hello.version", CommonReason::ValidationFailed);
    }
    if !(0..i64::MAX / 2).contains(&last_seq) {
        violations.push("hello.last_seq", CommonReason::ValidationFailed);
    }
    if printers.len() > MOST_PRINTERS {
        let params = [("max", MOST_PRINTERS)];
        violations.push_with("hello.printers", CommonReason::ValidationFailed, params);
    }
    let mut known: Vec<Printer> = Vec::with_capacity(printers.len().min(MOST_PRINTERS));
    for (index, raw) in printers.into_iter().take(MOST_PRINTERS).enumerate() {
        let language = match raw.language() {
            PrinterLanguage::EscPos => Some(Language::EscPos),
            PrinterLanguage::Tspl => Some(Language::Tspl),
            PrinterLanguage::Unspecified => None,
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let named = (1..=LONGEST_NAME).contains(&raw.name.len()) && raw.name.chars().all(fits);
        let placed = raw.address.len() <= LONGEST_ADDRESS;
        let fresh = known.iter().all(|of| of.name != raw.name);
        match language {
            Some(language) if named && placed && fresh => known.push(Printer {
                name: raw.name,
                address: raw.address,
                language,
            }),
            _ => violations.push(
                format!("hello.printers[{index}]"),
                CommonReason::ValidationFailed,
            ),
        }
    }
    violations.into_result()?;
    Ok(Hello {
        version,
        last_seq,
        printers: known,
    })
}

/// A job as the messages it is sent in.
pub(super) fn job(
    seq: i64,
    (id, attempt): (PrintJobId, i16),
    printer: &Printer,
    device: &Device,
    bytes: Bytes,
    expires_at: DateTime<Utc>,
) -> Vec<Say> {
    let data = bytes::Bytes::from(bytes.data);
    let first = data.slice(..data.len().min(PART_BYTES));
    let barrier = if agent_slips::tells_when_printed(device) {
        Barrier::ProcessId
    } else {
        Barrier::Parsed
    };
    let language = match bytes.language {
        Language::EscPos => PrinterLanguage::EscPos,
        Language::Tspl => PrinterLanguage::Tspl,
    };
    let job = Say::Job(Job {
        job_id: id.to_string(),
        seq,
        printer: printer.name.clone(),
        attempt: attempt.into(),
        language: language.into(),
        copies: bytes.times.into(),
        expires_at: Some(chassis::time::to_wire(expires_at)),
        barrier: barrier.into(),
        // The queue is the server's: what comes first is sent first.
        urgent: false,
        mute_is_printed: device.settings.trusts_writing,
        size_bytes: i32::try_from(data.len()).unwrap_or(i32::MAX),
        data: first,
    });
    let rest = (PART_BYTES..data.len()).step_by(PART_BYTES).map(|from| {
        let to = data.len().min(from + PART_BYTES);
        let data = data.slice(from..to);
        Say::JobChunk(JobChunk { seq, data })
    });
    std::iter::once(job).chain(rest).collect()
}

/// A job and its attempt as an agent names them; `None` for what we never sent.
pub(super) fn attempt_of(job_id: &str, attempt: i32) -> Option<(PrintJobId, i16)> {
    Some((job_id.parse().ok()?, i16::try_from(attempt).ok()?))
}

/// Whether a printer can take a job.
pub(super) fn is_online(status: &PrinterStatus) -> bool {
    status.state() == PrinterState::Online
}

/// What an agent says of a printer.
pub(super) fn sighting(status: &PrinterStatus) -> Sighting {
    let state = match status.state() {
        PrinterState::Online => State::Online,
        PrinterState::Offline | PrinterState::Unspecified => State::Offline,
        PrinterState::PaperOut => State::PaperOut,
        PrinterState::CoverOpen => State::CoverOpen,
        PrinterState::Error => State::Fault,
    };
    let bytes = status.status_bytes.iter().take(8);
    let words: Vec<_> = bytes.map(|byte| format!("{byte:02X}")).collect();
    Sighting {
        reason: match state {
            State::Fault => words.join(" "),
            _ => String::new(),
        },
        paper_low: (state != State::Offline).then_some(status.paper_low),
        ..Sighting::of(state)
    }
}

/// Why a printer that gives back what it has not begun does so.
pub(super) fn trouble(status: Option<&PrinterStatus>) -> Reason {
    match status.map(PrinterStatus::state) {
        Some(PrinterState::PaperOut) => Reason::PaperOut,
        Some(PrinterState::CoverOpen) => Reason::CoverOpen,
        _ => Reason::Offline,
    }
}

/// Why an attempt led to nothing.
pub(super) fn failure(result: &JobResult) -> Reason {
    if result.outcome() == JobOutcome::Expired {
        return Reason::TooOld;
    }
    match result.cause() {
        FailureCause::WrongLanguage | FailureCause::BadJob => Reason::NotUnderstood,
        FailureCause::NoPrinter => Reason::Fault,
        FailureCause::SpoolFull
        | FailureCause::Interrupted
        | FailureCause::Stalled
        | FailureCause::NoAnswer
        | FailureCause::Unspecified => Reason::NotTransferred,
    }
}

#[cfg(test)]
mod tests {
    use chassis::id::{BranchId, BrandId, DeviceId, OrganisationId};
    use proto::printing::v1::AgentPrinter;
    use uuid::Uuid;

    use super::*;
    use crate::domain::device::{Channel, Paper, Settings};

    const AGENT: u128 = 7;

    fn said(change: impl FnOnce(&mut AgentHello)) -> Result<Hello, Problem> {
        let printer = |name: &str, address: &str, language: PrinterLanguage| AgentPrinter {
            name: name.into(),
            address: address.into(),
            language: language.into(),
        };
        let agent = PrintAgentId::from_uuid(Uuid::from_u128(AGENT));
        let mut hello = AgentHello {
            agent_id: agent.to_string(),
            version: "0.1.0".into(),
            last_seq: 3,
            printers: vec![
                printer("kitchen", "tcp:192.168.1.50:9100", PrinterLanguage::EscPos),
                printer("labels", "usb:0483:5743", PrinterLanguage::Tspl),
            ],
        };
        change(&mut hello);
        let message = Some(Told::Hello(hello));
        super::hello(OpenLineRequest { message }, &agent)
    }

    fn device(agent_address: &str, paper: Paper) -> Device {
        let id = Uuid::from_u128(1);
        Device {
            id: DeviceId::from_uuid(id),
            brand: BrandId::from_uuid(id),
            branch: BranchId::from_uuid(id),
            serial: "A1B2".into(),
            name: "廚房".into(),
            channel: Channel::Agent,
            paper,
            model: String::new(),
            agent: Some(PrintAgentId::from_uuid(Uuid::from_u128(AGENT))),
            agent_address: agent_address.into(),
            settings: Settings::default(),
            paired: true,
            archived: false,
            version: 1,
        }
    }

    #[test]
    fn a_device_is_the_printer_at_its_address_that_speaks_its_language() {
        let hello = said(|_| {}).unwrap();
        let found = |address: &str, paper| {
            let printer = hello.printer_of(&device(address, paper));
            printer.map(|of| of.name.as_str())
        };
        assert_eq!(found("192.168.1.50:9100", Paper::Mm80), Some("kitchen"));
        assert_eq!(found("usb:0483:5743", Paper::Label40x25), Some("labels"));
        assert_eq!(found("USB:0483:5743", Paper::Label40x25), Some("labels"));
        assert_eq!(found("usb:0483:5743", Paper::Mm58), None);
        assert_eq!(found("192.168.1.51:9100", Paper::Mm80), None);
    }

    #[test]
    fn a_hello_that_cannot_be_meant_is_refused_at_its_fields() {
        let fields = |change: fn(&mut AgentHello)| -> Vec<String> {
            let refused = said(change).unwrap_err();
            refused.fields.into_iter().map(|of| of.field).collect()
        };
        assert_eq!(fields(|of| of.agent_id.push('0')), ["hello.agent_id"]);
        assert_eq!(fields(|of| of.version.clear()), ["hello.version"]);
        assert_eq!(fields(|of| of.last_seq = -1), ["hello.last_seq"]);
        assert_eq!(
            fields(|of| of.printers[1].language = 9),
            ["hello.printers[1]"]
        );
        assert_eq!(
            fields(|of| of.printers[0].name = "k k".into()),
            ["hello.printers[0]"]
        );
        let twice = |of: &mut AgentHello| of.printers.push(of.printers[0].clone());
        assert_eq!(fields(twice), ["hello.printers[2]"]);
        let many = |of: &mut AgentHello| {
            of.printers = (0..33)
                .map(|number| AgentPrinter {
                    name: number.to_string(),
                    ..of.printers[0].clone()
                })
                .collect();
        };
        assert_eq!(fields(many), ["hello.printers"]);
    }

    #[test]
    fn a_large_job_goes_in_parts() {
        let hello = said(|_| {}).unwrap();
        let bytes = |length: usize| Bytes {
            language: Language::EscPos,
            times: 2,
            data: (0..length).map(|index| index as u8).collect(),
        };
        let id = PrintJobId::from_uuid(Uuid::from_u128(5));
        for (length, parts) in [(1, 1), (PART_BYTES, 1), (PART_BYTES + 1, 2), (600_000, 3)] {
            let wanted = bytes(length);
            let said = job(
                9,
                (id, 1),
                &hello.printers[0],
                &device("", Paper::Mm58),
                wanted.clone(),
                DateTime::UNIX_EPOCH,
            );
            assert_eq!(said.len(), parts, "{length}");
            let mut data: Vec<u8> = Vec::new();
            for part in &said {
                match part {
                    Say::Job(job) => {
                        assert_eq!((job.size_bytes, job.copies), (length as i32, 2));
                        data.extend(&job.data);
                    }
                    Say::JobChunk(chunk) => data.extend(&chunk.data),
                    other => panic!("{other:?}"),
                }
            }
            assert!(data == wanted.data);
        }
    }

    #[test]
    fn only_epson_s_models_are_asked_whether_they_have_printed() {
        let of = |model: &str, paper| {
            let device = Device {
                model: model.into(),
                ..device("", paper)
            };
            agent_slips::tells_when_printed(&device)
        };
        assert!(of("TM-T82III", Paper::Mm80) && of("tm-m30", Paper::Mm80));
        assert!(!of("XP-58", Paper::Mm58) && !of("TM-L90", Paper::Label40x25));
    }

    #[test]
    fn unused_ids_are_none() {
        let _ = OrganisationId::from_uuid(Uuid::nil());
        assert_eq!(attempt_of("7", 1), None);
        assert_eq!(attempt_of(&Uuid::nil().to_string(), 70_000), None);
    }
}
