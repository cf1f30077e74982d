//! What a spool is after its process died, at whatever byte.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    io,
    path::Path,
};

use proto::printing::v1::{FailureCause, JobOutcome, JobResult, PrintEvidence};

use super::{LARGE_JOURNAL, Spool, entry::Running};
use crate::{
    clock::{ServerClock, millis},
    job::result,
    journal::Journal,
    record::Change,
};

/// Reads the journal of `folder`. What was being printed has the result 可能已印: its bytes may have left.
pub(super) fn open(folder: &Path, clock: ServerClock) -> io::Result<Spool> {
    let (journal, found) = Journal::open(folder)?;
    if found.torn_bytes > 0 {
        tracing::warn!(bytes = found.torn_bytes, "the journal had a torn end");
    }
    let mut spool = Spool {
        journal,
        clock,
        last_seq: 0,
        jobs: HashMap::new(),
        queue: BTreeSet::new(),
        finished: VecDeque::new(),
        open_bytes: 0,
        large_journal: LARGE_JOURNAL,
    };
    let mut newest_ms = 0;
    for change in found.records.into_iter().filter_map(|record| record.change) {
        if let Change::Finished(JobResult {
            finished_at: Some(at),
            ..
        }) = &change
        {
            newest_ms = newest_ms.max(millis(at));
        }
        spool.apply(change);
    }
    let offset_ms = spool.clock.offset_ms();
    spool.clock.restore(offset_ms, newest_ms - offset_ms);

    let printing = spool
        .jobs
        .values()
        .filter_map(|entry| entry.printing.as_ref());
    let interrupted: Vec<_> = printing.map(interrupted).collect();
    for unconfirmed in interrupted {
        spool.finish(unconfirmed)?;
    }
    spool.forget();
    spool.compact();
    Ok(spool)
}

fn interrupted(running: &Running) -> JobResult {
    let evidence = if running.written {
        PrintEvidence::Written
    } else {
        PrintEvidence::Begun
    };
    JobResult {
        evidence: evidence.into(),
        cause: FailureCause::Interrupted.into(),
        copies_printed: running.confirmed,
        ..result(&running.job_id, running.attempt, JobOutcome::Unconfirmed)
    }
}
