//! One job on one printer: every copy written, and what the printer says of it.

use std::io;

use proto::printing::v1::{Barrier, FailureCause, Job, JobOutcome, JobResult, PrintEvidence};
use tokio::time::{Instant, sleep};

use super::{Condition, Patience, Talk};
use crate::{
    escpos, job, printer::talk::Broken, record::Step, spool::SpoolHandle, timing::Timing, tspl,
};

/// How often a label printer is asked whether it has finished, and how long it must then be idle.
const LABEL_POLL: std::time::Duration = std::time::Duration::from_millis(300);
const LABEL_IDLE: std::time::Duration = std::time::Duration::from_secs(1);

/// How printing a job ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Nothing left: the job waits on, or does not wait any more.
    NotBegun,
    /// It has a result.
    Done(JobResult),
}

/// What is needed beside the printer and the job.
pub(crate) struct Around<'a> {
    pub(crate) spool: &'a SpoolHandle,
    pub(crate) timing: &'a Timing,
    pub(crate) patience: Patience,
    /// Takes how the printer is while a slip is under way.
    pub(crate) report: &'a (dyn Fn(Condition) + Sync),
    /// Number of the next barrier.
    pub(crate) barrier: &'a mut u32,
}

/// What the printer says of a copy.
enum Word {
    /// It is out, on this evidence.
    Out(PrintEvidence),
    /// It has executed everything, and is in trouble.
    Doubtful,
    /// Nothing.
    Silence,
    /// The connection ended.
    Lost,
}

/// Prints all copies of a job on a printer that is ready.
pub(crate) async fn print(talk: &mut Talk, job: &Job, around: &mut Around<'_>) -> Ended {
    let mut evidence = PrintEvidence::Completed;
    let mut seen = Vec::new();
    for copy in 1..=job.copies {
        let step = Step {
            job_id: job.job_id.clone(),
            attempt: job.attempt,
            copy,
        };
        if copy > 1 && !helped(talk, around, &mut seen).await {
            return Ended::Done(unconfirmed(
                job,
                copy - 1,
                evidence,
                FailureCause::NoAnswer,
                seen,
            ));
        }
        match around.spool.begin(step.clone()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) if copy == 1 => return Ended::NotBegun,
            Ok(Err(_)) | Err(_) => {
                let cause = FailureCause::Interrupted;
                return Ended::Done(unconfirmed(job, copy - 1, evidence, cause, seen));
            }
        }
        if let Err(Broken { taken, cause }) = talk.write(&job.data, around.timing.stall).await {
            return Ended::Done(broken(job, copy, taken, cause, seen));
        }
        around.spool.written(step.clone()).await;
        match word(talk, job, around, &mut seen).await {
            Word::Out(said) => evidence = evidence.min(said),
            Word::Silence if job.mute_is_printed && !talk.was_heard() => {
                evidence = PrintEvidence::Written;
            }
            silent => {
                let (said, cause) = match silent {
                    Word::Doubtful => (PrintEvidence::Parsed, FailureCause::NoAnswer),
                    Word::Lost => (PrintEvidence::Written, FailureCause::Interrupted),
                    _ => (PrintEvidence::Written, FailureCause::NoAnswer),
                };
                return Ended::Done(unconfirmed(job, copy - 1, said, cause, seen));
            }
        }
        if copy < job.copies {
            around.spool.confirmed(step).await;
        }
    }
    Ended::Done(JobResult {
        evidence: evidence.into(),
        copies_printed: job.copies,
        status_bytes: seen.into(),
        ..job::result(&job.job_id, job.attempt, JobOutcome::Printed)
    })
}

/// Asks whether the copy that was written is out, and waits for the answer; longer while the printer says
/// that it is in trouble, for then it goes on when it is helped.
async fn word(talk: &mut Talk, job: &Job, around: &mut Around<'_>, seen: &mut Vec<u8>) -> Word {
    let barrier = job.barrier();
    if barrier == Barrier::None {
        return Word::Silence;
    }
    let asked = if talk.language() == proto::printing::v1::PrinterLanguage::Tspl {
        label_word(talk, around, seen).await
    } else {
        slip_word(talk, barrier, around, seen).await
    };
    asked.unwrap_or(Word::Lost)
}

async fn slip_word(
    talk: &mut Talk,
    barrier: Barrier,
    around: &mut Around<'_>,
    seen: &mut Vec<u8>,
) -> io::Result<Word> {
    *around.barrier = around.barrier.wrapping_add(1);
    let id = escpos::printable(*around.barrier);
    let ask = match barrier {
        Barrier::ProcessId => escpos::process_id(id).to_vec(),
        _ => escpos::PARSED.to_vec(),
    };
    (talk.parsed, talk.printed) = (None, None);
    let asked = talk.write(&ask, around.timing.stall).await;
    asked.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
    let mut wait = Wait::begin(around);
    loop {
        // Its word may come while it is asked how it is.
        if talk.printed == Some(id) {
            return Ok(Word::Out(PrintEvidence::Completed));
        }
        if talk.parsed.is_some() && barrier != Barrier::ProcessId {
            return parsed(talk, around, seen).await;
        }
        if wait.is_over() {
            return Ok(Word::Silence);
        }
        let pause = (Instant::now() + around.timing.ask_again).min(wait.until);
        if !talk.hear(pause).await? {
            let condition = talk.condition(around.patience.status).await?;
            wait.noted(condition, around, seen);
        }
    }
}

/// Everything was executed, which is paper only where the printer is well.
async fn parsed(talk: &mut Talk, around: &Around<'_>, seen: &mut Vec<u8>) -> io::Result<Word> {
    let condition = talk.condition(around.patience.status).await?;
    let Some(condition) = condition else {
        return Ok(Word::Out(PrintEvidence::Parsed));
    };
    let well = condition.is_ready();
    seen.clone_from(&condition.bytes);
    (around.report)(condition);
    Ok(if well {
        Word::Out(PrintEvidence::Parsed)
    } else {
        Word::Doubtful
    })
}

async fn label_word(
    talk: &mut Talk,
    around: &mut Around<'_>,
    seen: &mut Vec<u8>,
) -> io::Result<Word> {
    let mut wait = Wait::begin(around);
    let mut was_printing = false;
    let mut idle_since = None;
    while !wait.is_over() {
        let said = talk.ask(&tspl::ASK, around.patience.status).await?;
        let condition = said.map(tspl::condition);
        let well = condition.as_ref().is_some_and(Condition::is_ready);
        wait.noted(condition, around, seen);
        if said.is_some_and(tspl::is_printing) || !well {
            was_printing |= said.is_some_and(tspl::is_printing);
            idle_since = None;
        } else {
            let since = *idle_since.get_or_insert_with(Instant::now);
            if was_printing || since.elapsed() >= LABEL_IDLE {
                return Ok(Word::Out(PrintEvidence::Parsed));
            }
        }
        sleep(LABEL_POLL).await;
    }
    Ok(Word::Silence)
}

/// Waits, between two copies, until the printer is ready; false when it is not helped in time.
async fn helped(talk: &mut Talk, around: &mut Around<'_>, seen: &mut Vec<u8>) -> bool {
    let mut wait = Wait::begin(around);
    while !wait.is_over() {
        match talk.condition(around.patience.status).await {
            Ok(None) => return true,
            Ok(Some(condition)) if condition.is_ready() => {
                (around.report)(condition);
                return true;
            }
            Ok(troubled) => wait.noted(troubled, around, seen),
            Err(_) => return false,
        }
        sleep(around.timing.ask_again).await;
    }
    false
}

/// How long is waited for a printer's word.
struct Wait {
    until: Instant,
    longest: Instant,
}

impl Wait {
    fn begin(around: &Around<'_>) -> Self {
        let now = Instant::now();
        Self {
            until: now + around.patience.answer,
            longest: now + around.timing.blocked,
        }
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Reports how the printer is, and begins anew while it is in trouble.
    fn noted(&mut self, condition: Option<Condition>, around: &Around<'_>, seen: &mut Vec<u8>) {
        let Some(condition) = condition else {
            return;
        };
        if !condition.is_ready() {
            self.until = (Instant::now() + around.patience.answer).min(self.longest);
        }
        seen.clone_from(&condition.bytes);
        (around.report)(condition);
    }
}

fn unconfirmed(
    job: &Job,
    copies_printed: i32,
    evidence: PrintEvidence,
    cause: FailureCause,
    seen: Vec<u8>,
) -> JobResult {
    JobResult {
        evidence: evidence.into(),
        cause: cause.into(),
        copies_printed,
        status_bytes: seen.into(),
        ..job::result(&job.job_id, job.attempt, JobOutcome::Unconfirmed)
    }
}

/// Where no byte of the first copy was taken, nothing is on paper.
fn broken(job: &Job, copy: i32, taken: usize, cause: FailureCause, seen: Vec<u8>) -> JobResult {
    if copy == 1 && taken == 0 && cause == FailureCause::Interrupted {
        return JobResult {
            status_bytes: seen.into(),
            ..job::failed(job, cause)
        };
    }
    unconfirmed(job, copy - 1, PrintEvidence::Begun, cause, seen)
}
