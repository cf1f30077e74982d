//! What came of work.

use super::{
    code::{Cause, Code},
    status::{Status, report},
    xml::{Element, Node, walk},
};
use crate::{
    DeviceReport, Evidence, Handed, Ink, JobToken, Malformed, NotPrinted, Phase, Remedy, text::word,
};

/// More results than work is given at a time.
const MOST_RESULTS: usize = 64;

/// A result as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrintResult {
    /// Of each job.
    pub jobs: Vec<JobResult>,
    /// Of the XML itself, from firmware that says so.
    pub verdict: Option<Verdict>,
}

/// What came of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobResult {
    /// The try that it names; none where it names none of ours.
    pub token: Option<JobToken>,
    /// Whether it printed, by the printer's word.
    pub success: Option<bool>,
    /// Why not.
    pub code: Code,
    /// The status bits.
    pub status: Option<Status>,
}

/// What a printer makes of the XML itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// It could read it.
    pub success: bool,
    /// Why not, at most 64 characters.
    pub detail: String,
}

impl PrintResult {
    /// Reads a `PrintResponseInfo`, however its tags are closed: the attributes of every `response` with
    /// the `printjobid` that stands nearest.
    pub(super) fn read(xml: &str) -> Result<Self, Malformed> {
        let mut reading = Reading::default();
        walk(xml, |node| reading.take(node))?;
        Ok(reading.result)
    }
}

/// Where the reading is.
#[derive(Default)]
struct Reading {
    result: PrintResult,
    /// The element whose text comes.
    within: String,
    /// The id of the part that is being read.
    token: Option<JobToken>,
    /// Results of this part begin here.
    part: usize,
}

impl Reading {
    fn take(&mut self, node: Node) {
        match node {
            Node::Open(element) => {
                match element.name.as_str() {
                    "ePOSPrint" => {
                        self.token = None;
                        self.part = self.result.jobs.len();
                    }
                    "response" if self.result.jobs.len() < MOST_RESULTS => {
                        self.result.jobs.push(self.job(&element));
                    }
                    "Response" if element.attribute("Success").is_some() => {
                        self.result.verdict = Some(Verdict {
                            success: element.attribute("Success").and_then(flag) == Some(true),
                            detail: String::new(),
                        });
                    }
                    _ => {}
                }
                self.within = element.name;
            }
            Node::Text(text) => self.text(&text),
            Node::Close => self.within.clear(),
        }
    }

    fn text(&mut self, text: &str) {
        match self.within.as_str() {
            "printjobid" => {
                self.token = text.parse().ok();
                // It may stand behind what it names.
                for job in self.result.jobs.iter_mut().skip(self.part) {
                    job.token = job.token.or(self.token);
                }
            }
            "ErrorSummary" | "ErrorDetail" => {
                if let Some(verdict) = &mut self.result.verdict {
                    let detail = format!("{} {text}", verdict.detail);
                    verdict.detail = word(&detail);
                }
            }
            _ => {}
        }
    }

    fn job(&self, response: &Element) -> JobResult {
        JobResult {
            token: self.token,
            success: response.attribute("success").and_then(flag),
            code: Code::read(response.attribute("code").unwrap_or_default()),
            status: response.attribute("status").and_then(Status::decimal),
        }
    }
}

fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

impl JobResult {
    /// What it proves, of a try that has not ended.
    fn evidence(&self) -> Option<Evidence> {
        let is_printed = self.status.is_some_and(Status::is_printed);
        match self.success {
            Some(true) if is_printed => Some(Evidence::Printed),
            // "Accepted" without the bit that says "complete".
            Some(true) | None => Some(Evidence::Unclear),
            Some(false) => {
                let Some((remedy, ink)) = self.code.cause().remedy() else {
                    return self.undecided();
                };
                let ink = if is_printed { Ink::Maybe } else { ink };
                Some(Evidence::NotPrinted(NotPrinted {
                    remedy,
                    ink,
                    code: self.code.text().to_owned(),
                }))
            }
        }
    }

    /// What a code proves that is no failure: it goes on, or nobody knows.
    fn undecided(&self) -> Option<Evidence> {
        (self.code.cause() != Cause::Going).then_some(Evidence::Unclear)
    }

    /// How the device is.
    #[must_use]
    pub fn report(&self) -> DeviceReport {
        report(&self.code, self.status)
    }
}

/// What a result proves about each try that it names. `phase_of` is asked for the tries of this printer;
/// `handed` is the one in its hands, which the verdict on the XML itself is about.
#[must_use]
pub fn conclude(
    result: &PrintResult,
    handed: Option<Handed>,
    phase_of: impl Fn(JobToken) -> Option<Phase>,
) -> Vec<(JobToken, Evidence)> {
    let is_open = |token: &JobToken| phase_of(*token).is_some_and(|phase| phase != Phase::Closed);
    let mut proved: Vec<(JobToken, Evidence)> = Vec::new();
    for job in &result.jobs {
        let Some(token) = job.token.filter(is_open) else {
            continue;
        };
        let is_new = proved.iter().all(|(known, _)| *known != token);
        if let Some(evidence) = job.evidence()
            && is_new
        {
            proved.push((token, evidence));
        }
    }
    let refused = result.verdict.as_ref().filter(|verdict| !verdict.success);
    if let (Some(verdict), Some(handed), true) = (refused, handed, result.jobs.is_empty())
        && handed.phase == Phase::Served
    {
        let evidence = Evidence::NotPrinted(NotPrinted {
            remedy: Remedy::Nothing,
            ink: Ink::No,
            code: verdict.detail.clone(),
        });
        proved.push((handed.token, evidence));
    }
    proved
}

/// Whether a printer that asks for work may be given some. While it has a try in its hands and time to
/// confirm it, it may not: asking proves nothing, and what it has could print twice.
#[must_use]
pub fn may_offer(handed: Option<Handed>) -> bool {
    handed.is_none_or(|handed| !matches!(handed.phase, Phase::Offered | Phase::Served))
}
