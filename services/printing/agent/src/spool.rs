//! What the agent has and has done, in memory as in the journal.
//!
//! A job is `waiting`, then `printing`, then has a result; each step is in the journal, flushed, before what
//! it allows is done. Whatever the process dies of, a job that was acknowledged is there, and one whose
//! first byte may have left is never printed again by itself.

mod entry;
mod handle;
mod recover;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    io,
    path::Path,
};

use proto::printing::v1::{CancelOutcome, FailureCause, Job, JobOutcome, JobProgress, JobResult};

pub(crate) use handle::SpoolHandle;

use self::entry::{Entry, Running};
use crate::{
    clock::{ServerClock, millis},
    job::{ProtocolError, failed, result},
    journal::Journal,
    record::{Change, Position, Record, Step},
};

/// Jobs without a result.
const MOST_OPEN: usize = 2_000;
/// Data of jobs without a result.
const MOST_OPEN_BYTES: usize = 64 * 1024 * 1024;
/// Finished jobs that are remembered whatever their age, so that one that comes again is not printed again.
const REMEMBERED: usize = 500;
/// Age up to which all finished jobs are remembered.
const REMEMBERED_MS: i64 = 24 * 3_600 * 1_000;
/// Finished jobs that are remembered at most.
const MOST_FINISHED: usize = 20_000;
/// A journal below this length is not written anew.
const LARGE_JOURNAL: u64 = 1024 * 1024;
/// About what a finished job takes in the journal.
const FINISHED_BYTES: u64 = 200;

/// Jobs and results.
#[derive(Debug)]
pub(crate) struct Spool {
    journal: Journal,
    clock: ServerClock,
    last_seq: i64,
    jobs: HashMap<String, Entry>,
    /// Jobs that wait, of each printer the next one first.
    queue: BTreeSet<Place>,
    /// Ids in the order in which they got their results; an id may stand in it several times.
    finished: VecDeque<String>,
    open_bytes: usize,
    /// Length of a journal that is worth being written anew.
    large_journal: u64,
}

/// Where a job stands in the queue of its printer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    printer: String,
    not_urgent: bool,
    seq: i64,
    job_id: String,
}

/// What is answered to a job that came.
#[derive(Debug, PartialEq)]
pub(crate) enum Received {
    /// It is on the disk.
    Kept,
    /// It is finished already, or cannot be kept.
    Answered(JobResult),
}

/// A job was withdrawn, or overtaken, before it was begun.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotWaiting;

impl Spool {
    /// Opens the spool in `folder`. What was being printed when the process died is unconfirmed.
    pub(crate) fn open(folder: &Path, clock: ServerClock) -> io::Result<Self> {
        recover::open(folder, clock)
    }

    /// Number of the last job that is on the disk.
    pub(crate) fn last_seq(&self) -> i64 {
        self.last_seq
    }

    /// Checks that the numbers of jobs have no gaps; must be asked of each job first.
    pub(crate) fn count(&mut self, seq: i64) -> Result<(), ProtocolError> {
        let wanted = self.last_seq + 1;
        if seq != wanted {
            return Err(ProtocolError::Gap { got: seq, wanted });
        }
        self.last_seq = seq;
        Ok(())
    }

    /// Takes a job; it may be acknowledged when this returns [`Received::Kept`].
    pub(crate) fn receive(&mut self, job: Job) -> io::Result<Received> {
        if let Some(entry) = self.jobs.get(&job.job_id) {
            if let Some(known) = entry.answer_to(job.attempt) {
                return Ok(Received::Answered(known.clone()));
            }
            if entry.has(job.attempt) {
                return Ok(Received::Kept);
            }
        }
        let full =
            self.queue.len() >= MOST_OPEN || self.open_bytes + job.data.len() > MOST_OPEN_BYTES;
        if full {
            return Ok(Received::Answered(failed(&job, FailureCause::SpoolFull)));
        }
        if let Err(error) = self.journal.append(&Change::Received(job.clone()).into()) {
            tracing::error!(%error, "a job cannot be kept");
            self.usable()?;
            return Ok(Received::Answered(failed(&job, FailureCause::SpoolFull)));
        }
        self.apply(Change::Received(job));
        Ok(Received::Kept)
    }

    /// The next job of a printer; none while no time is known by which it could be over.
    pub(crate) fn next(&self, printer: &str) -> Option<&Job> {
        self.clock.now_ms()?;
        let first = Place {
            printer: printer.to_owned(),
            not_urgent: false,
            seq: i64::MIN,
            job_id: String::new(),
        };
        let place = self.queue.range(first..).next()?;
        if place.printer != printer {
            return None;
        }
        self.jobs.get(&place.job_id)?.waiting.as_ref()
    }

    /// Jobs that wait for a printer.
    pub(crate) fn waiting(&self, printer: &str) -> usize {
        self.queue
            .iter()
            .filter(|place| place.printer == printer)
            .count()
    }

    /// Ends the jobs whose time is over; true where there were some.
    pub(crate) fn expire(&mut self) -> io::Result<bool> {
        let Some(now) = self.clock.now_ms() else {
            return Ok(false);
        };
        let over: Vec<_> = self
            .queue
            .iter()
            .filter_map(|place| self.jobs.get(&place.job_id)?.waiting.as_ref())
            .filter(|job| job.expires_at.as_ref().is_some_and(|at| millis(at) <= now))
            .map(|job| result(&job.job_id, job.attempt, JobOutcome::Expired))
            .collect();
        let any = !over.is_empty();
        for expired in over {
            self.finish(expired)?;
        }
        Ok(any)
    }

    /// Must return before the first byte of a copy leaves.
    pub(crate) fn begin(&mut self, step: &Step) -> io::Result<Result<(), NotWaiting>> {
        let now = self.clock.now_ms();
        let entry = self.jobs.get(&step.job_id);
        if !entry.is_some_and(|entry| entry.may_begin(step, now)) {
            return Ok(Err(NotWaiting));
        }
        self.journal.append(&Change::Begun(step.clone()).into())?;
        self.apply(Change::Begun(step.clone()));
        Ok(Ok(()))
    }

    /// Every byte of a copy was written.
    pub(crate) fn written(&mut self, step: &Step) -> io::Result<()> {
        self.journal.append(&Change::Written(step.clone()).into())?;
        self.apply(Change::Written(step.clone()));
        Ok(())
    }

    /// The printer confirmed a copy.
    pub(crate) fn confirmed(&mut self, step: &Step) -> io::Result<()> {
        self.journal
            .append(&Change::Confirmed(step.clone()).into())?;
        self.apply(Change::Confirmed(step.clone()));
        Ok(())
    }

    /// Keeps what became of an attempt, and tells it until the server has it.
    pub(crate) fn finish(&mut self, mut done: JobResult) -> io::Result<()> {
        done.finished_at = Some(self.clock.stamp());
        let kept = self.journal.append(&Change::Finished(done.clone()).into());
        // It is true all the same; should the process die it is told as unconfirmed.
        self.apply(Change::Finished(done));
        self.forget();
        self.compact();
        kept
    }

    /// Withdraws the attempts of a job up to one; those that are not begun will not be printed once this
    /// returns.
    pub(crate) fn withdraw(&mut self, job_id: &str, attempt: i32) -> io::Result<CancelOutcome> {
        let entry = self.jobs.get(job_id);
        if let Some(known) = entry.and_then(|entry| entry.answer_to(attempt)) {
            return Ok(match known.outcome() {
                JobOutcome::Withdrawn => CancelOutcome::Withdrawn,
                _ => CancelOutcome::Finished,
            });
        }
        let printing = entry.and_then(|entry| entry.printing.as_ref());
        let printing = printing.map(|running| running.attempt);
        if printing == Some(attempt) {
            return Ok(CancelOutcome::Printing);
        }
        // Also one that is not here: it may be on its way.
        self.finish(result(job_id, attempt, JobOutcome::Withdrawn))?;
        Ok(match printing {
            Some(printing) if printing < attempt => CancelOutcome::Printing,
            _ => CancelOutcome::Withdrawn,
        })
    }

    /// The server has the result of an attempt.
    pub(crate) fn told(&mut self, job_id: &str, attempt: i32) -> io::Result<()> {
        let step = Step {
            job_id: job_id.to_owned(),
            attempt,
            copy: 0,
        };
        // One that is lost is told twice.
        self.journal
            .append_lazily(&Change::Told(step.clone()).into())?;
        self.apply(Change::Told(step));
        Ok(())
    }

    /// Results that the server does not have, as far as is known here.
    pub(crate) fn untold(&self) -> impl Iterator<Item = &JobResult> {
        self.jobs.values().flat_map(Entry::untold)
    }

    /// How the jobs stand that have no result.
    pub(crate) fn progress(&self) -> impl Iterator<Item = JobProgress> {
        self.jobs.values().flat_map(Entry::progress)
    }

    /// The results of a job that is finished.
    pub(crate) fn results(&self, job_id: &str) -> Vec<JobResult> {
        self.jobs.get(job_id).map_or_else(Vec::new, |entry| {
            entry
                .results
                .iter()
                .map(|kept| kept.result.clone())
                .collect()
        })
    }

    /// Keeps what the server's clock is, for a time without it.
    pub(crate) fn clock_changed(&mut self) -> io::Result<()> {
        let position = Change::Position(self.position());
        self.journal.append(&position.into())
    }

    fn position(&self) -> Position {
        Position {
            last_seq: self.last_seq,
            clock_offset_ms: self.clock.offset_ms(),
            written_at_ms: self.clock.machine_ms(),
        }
    }

    fn usable(&self) -> io::Result<()> {
        if self.journal.is_broken() {
            return Err(io::Error::other("the journal cannot be written any more"));
        }
        Ok(())
    }

    /// What a step changes in memory, whether it is taken now or read from the journal.
    fn apply(&mut self, change: Change) {
        match change {
            Change::Received(job) => {
                self.last_seq = self.last_seq.max(job.seq);
                let replaced = self
                    .jobs
                    .get_mut(&job.job_id)
                    .and_then(|entry| entry.waiting.take());
                if let Some(replaced) = replaced {
                    self.leave_queue(&replaced);
                }
                self.queue.insert(Place::of(&job));
                self.open_bytes += job.data.len();
                let entry = self.jobs.entry(job.job_id.clone()).or_default();
                entry.waiting = Some(job);
            }
            Change::Begun(step) => {
                let entry = self.jobs.entry(step.job_id.clone()).or_default();
                if let Some(job) = entry.begin(&step) {
                    self.leave_queue(&job);
                }
            }
            Change::Written(step) => self.running(&step, |running| running.written = true),
            Change::Confirmed(step) => {
                self.running(&step, |running| running.confirmed = step.copy);
            }
            Change::Finished(done) => {
                let job_id = done.job_id.clone();
                let entry = self.jobs.entry(job_id.clone()).or_default();
                if let Some(waiting) = entry.finish(done) {
                    self.leave_queue(&waiting);
                }
                self.finished.push_back(job_id);
            }
            Change::Told(step) => {
                if let Some(entry) = self.jobs.get_mut(&step.job_id) {
                    entry.told(step.attempt);
                }
            }
            Change::Position(position) => {
                self.last_seq = position.last_seq;
                self.clock
                    .restore(position.clock_offset_ms, position.written_at_ms);
            }
        }
    }

    fn running(&mut self, step: &Step, change: impl FnOnce(&mut Running)) {
        let entry = self.jobs.get_mut(&step.job_id);
        let running = entry.and_then(|entry| entry.printing.as_mut());
        if let Some(running) = running.filter(|running| running.attempt == step.attempt) {
            change(running);
        }
    }

    fn leave_queue(&mut self, job: &Job) {
        self.queue.remove(&Place::of(job));
        self.open_bytes -= job.data.len();
    }

    /// Forgets finished jobs that are old and told; beyond the most, the oldest whatever they are.
    fn forget(&mut self) {
        let now = self.clock.now_ms();
        while self.finished.len() > REMEMBERED {
            let Some(job_id) = self.finished.front().cloned() else {
                return;
            };
            if let Some(entry) = self.jobs.get_mut(&job_id) {
                if self.finished.len() <= MOST_FINISHED && !entry.is_forgettable(now) {
                    return;
                }
                if entry.leave_finished() {
                    self.jobs.remove(&job_id);
                }
            }
            self.finished.pop_front();
        }
    }

    /// Writes the journal anew where most of it is of no use any more.
    fn compact(&mut self) {
        let useful = self.open_bytes as u64 + self.finished.len() as u64 * FINISHED_BYTES;
        if self.journal.len() < self.large_journal.max(2 * useful) {
            return;
        }
        let mut seen = HashSet::new();
        let finished = self.finished.iter().filter(|id| seen.insert(*id));
        let finished = finished.filter_map(|id| self.jobs.get(id));
        let unfinished = self.jobs.values().filter(|entry| entry.results.is_empty());
        let changes = finished.chain(unfinished).flat_map(Entry::changes);
        let position = Change::Position(self.position());
        let records: Vec<Record> = std::iter::once(position)
            .chain(changes)
            .map(Record::from)
            .collect();
        if let Err(error) = self.journal.rewrite(&records) {
            tracing::error!(%error, "the journal cannot be written anew");
        }
    }
}

impl Place {
    fn of(job: &Job) -> Self {
        Self {
            printer: job.printer.clone(),
            not_urgent: !job.urgent,
            seq: job.seq,
            job_id: job.job_id.clone(),
        }
    }
}
