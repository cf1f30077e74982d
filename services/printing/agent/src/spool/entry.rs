//! One job in the spool, with all its attempts.

use std::collections::VecDeque;

use proto::printing::v1::{Job, JobOutcome, JobProgress, JobResult};

use crate::{
    clock::millis,
    record::{Change, Step},
};

/// Results of one job that are kept.
const MOST_RESULTS: usize = 8;

/// What is known of a job.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// The attempt that waits.
    pub(super) waiting: Option<Job>,
    /// The attempt that is being printed.
    pub(super) printing: Option<Running>,
    /// What became of attempts, oldest first.
    pub(super) results: VecDeque<Kept>,
    /// How often the job stands among the finished ones.
    places: u32,
}

/// An attempt that is being printed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Running {
    pub(super) job_id: String,
    pub(super) attempt: i32,
    /// The copy whose bytes leave.
    pub(super) copy: i32,
    /// All of its bytes have left.
    pub(super) written: bool,
    /// Copies that the printer confirmed.
    pub(super) confirmed: i32,
}

/// A result.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) result: JobResult,
    /// The server has it.
    told: bool,
}

impl Entry {
    /// The result that answers an attempt that is asked for: any that printed, its own, or a later one's.
    pub(super) fn answer_to(&self, attempt: i32) -> Option<&JobResult> {
        let results = || self.results.iter().map(|kept| &kept.result);
        let printed = results().find(|result| result.outcome() == JobOutcome::Printed);
        printed.or_else(|| results().rfind(|result| result.attempt >= attempt))
    }

    /// Whether the attempt, or a later one, is here.
    pub(super) fn has(&self, attempt: i32) -> bool {
        let waiting = self.waiting.as_ref().map(|job| job.attempt);
        let printing = self.printing.as_ref().map(|running| running.attempt);
        [waiting, printing]
            .into_iter()
            .flatten()
            .any(|here| here >= attempt)
    }

    /// Whether a copy may be begun: the first of an attempt that waits while none is printed and its time
    /// is not over, or the next of the one that is printed.
    pub(super) fn may_begin(&self, step: &Step, now_ms: Option<i64>) -> bool {
        match &self.printing {
            Some(running) => running.attempt == step.attempt && running.copy + 1 == step.copy,
            None => self.waiting.as_ref().is_some_and(|job| {
                let until = job.expires_at.as_ref().map(millis);
                let in_time = now_ms.is_some_and(|now| until.is_some_and(|until| now < until));
                job.attempt == step.attempt && step.copy == 1 && in_time
            }),
        }
    }

    /// Begins a copy; returns the job where it was waiting until now.
    pub(super) fn begin(&mut self, step: &Step) -> Option<Job> {
        let before = self.printing.take();
        self.printing = Some(Running {
            job_id: step.job_id.clone(),
            attempt: step.attempt,
            copy: step.copy,
            written: false,
            confirmed: before.map_or(0, |before| before.confirmed),
        });
        self.waiting.take_if(|job| job.attempt == step.attempt)
    }

    /// Keeps a result; returns the job that need not wait any more.
    pub(super) fn finish(&mut self, done: JobResult) -> Option<Job> {
        let attempt = done.attempt;
        let printed = done.outcome() == JobOutcome::Printed;
        self.printing.take_if(|running| running.attempt == attempt);
        self.results.retain(|kept| kept.result.attempt != attempt);
        self.results.push_back(Kept {
            result: done,
            told: false,
        });
        if self.results.len() > MOST_RESULTS {
            self.results.pop_front();
        }
        self.places += 1;
        self.waiting
            .take_if(|job| printed || job.attempt <= attempt)
    }

    /// The server has the result of an attempt.
    pub(super) fn told(&mut self, attempt: i32) {
        for kept in &mut self.results {
            kept.told |= kept.result.attempt == attempt;
        }
    }

    /// Results that the server does not have.
    pub(super) fn untold(&self) -> impl Iterator<Item = &JobResult> {
        self.results
            .iter()
            .filter(|kept| !kept.told)
            .map(|kept| &kept.result)
    }

    /// How the attempts stand that have no result.
    pub(super) fn progress(&self) -> impl Iterator<Item = JobProgress> {
        let printing = self.printing.iter().map(|running| JobProgress {
            job_id: running.job_id.clone(),
            attempt: running.attempt,
            begun: true,
            copies_printed: running.confirmed,
        });
        let waiting = self.waiting.iter().map(|job| JobProgress {
            job_id: job.job_id.clone(),
            attempt: job.attempt,
            begun: false,
            copies_printed: 0,
        });
        printing.chain(waiting)
    }

    /// Whether all is told, and so long ago that it will not be asked for again.
    pub(super) fn is_forgettable(&self, now_ms: Option<i64>) -> bool {
        let newest = self
            .results
            .back()
            .and_then(|kept| kept.result.finished_at.as_ref());
        let age = now_ms.zip(newest).map(|(now, newest)| now - millis(newest));
        self.untold().next().is_none() && age.is_some_and(|age| age > super::REMEMBERED_MS)
    }

    /// Leaves its oldest place among the finished; true when it has no other and is not at work.
    pub(super) fn leave_finished(&mut self) -> bool {
        self.places = self.places.saturating_sub(1);
        self.places == 0 && self.waiting.is_none() && self.printing.is_none()
    }

    /// The changes that make it what it is.
    pub(super) fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        let step = |attempt, copy, job_id: &str| Step {
            job_id: job_id.to_owned(),
            attempt,
            copy,
        };
        for kept in &self.results {
            let (id, attempt) = (&kept.result.job_id, kept.result.attempt);
            changes.push(Change::Finished(kept.result.clone()));
            if kept.told {
                changes.push(Change::Told(step(attempt, 0, id)));
            }
        }
        if let Some(running) = &self.printing {
            let at = |copy| step(running.attempt, copy, &running.job_id);
            changes.push(Change::Begun(at(running.copy)));
            if running.confirmed > 0 {
                changes.push(Change::Confirmed(at(running.confirmed)));
            }
            if running.written {
                changes.push(Change::Written(at(running.copy)));
            }
        }
        changes.extend(self.waiting.clone().map(Change::Received));
        changes
    }
}
