//! Jobs as they come over the line: put together from their parts and checked.

use bytes::{Bytes, BytesMut};
use proto::printing::v1::{
    FailureCause, Job, JobChunk, JobOutcome, JobResult, PrintEvidence, PrinterLanguage,
};

use crate::config::PrinterConfig;

/// Data of a job.
pub(crate) const LARGEST_DATA: usize = 2 * 1024 * 1024;
/// Data of one message.
const LARGEST_PART: usize = 256 * 1024;
const MOST_COPIES: i32 = 5;
const LONGEST_ID: usize = 64;

/// What breaks the rules of the stream; the line is given up and begun anew.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProtocolError {
    /// A part belongs to no job.
    #[error("part of job number {0}, which was not begun")]
    StrayPart(i64),
    /// A job begins before all parts of the one before have come.
    #[error("job number {0} is not whole")]
    Unfinished(i64),
    /// A job's data is longer than it says, or than is allowed.
    #[error("job number {0} has too much data")]
    TooMuch(i64),
    /// A number does not follow the last one.
    #[error("job number {got} where {wanted} was expected")]
    Gap {
        /// What came.
        got: i64,
        /// What should have come.
        wanted: i64,
    },
}

/// Puts jobs together.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    begun: Option<(Job, BytesMut)>,
}

impl Assembly {
    /// A job with its first part; returns it where nothing is missing.
    pub(crate) fn begin(&mut self, mut job: Job) -> Result<Option<Job>, ProtocolError> {
        if let Some((before, _)) = &self.begun {
            return Err(ProtocolError::Unfinished(before.seq));
        }
        let wanted = usize::try_from(job.size_bytes).unwrap_or(usize::MAX);
        let first = std::mem::take(&mut job.data);
        if wanted > LARGEST_DATA || first.len() > wanted.min(LARGEST_PART) {
            return Err(ProtocolError::TooMuch(job.seq));
        }
        if first.len() == wanted {
            job.data = first;
            return Ok(Some(job));
        }
        let mut data = BytesMut::with_capacity(wanted);
        data.extend_from_slice(&first);
        self.begun = Some((job, data));
        Ok(None)
    }

    /// The next part; returns the job with its last one.
    pub(crate) fn go_on(&mut self, chunk: &JobChunk) -> Result<Option<Job>, ProtocolError> {
        let Some((job, data)) = self
            .begun
            .as_mut()
            .filter(|(job, _)| job.seq == chunk.seq && !chunk.data.is_empty())
        else {
            return Err(ProtocolError::StrayPart(chunk.seq));
        };
        let wanted = usize::try_from(job.size_bytes).unwrap_or_default();
        if chunk.data.len() > LARGEST_PART || data.len() + chunk.data.len() > wanted {
            return Err(ProtocolError::TooMuch(chunk.seq));
        }
        data.extend_from_slice(&chunk.data);
        if data.len() < wanted {
            return Ok(None);
        }
        Ok(self.begun.take().map(|(job, data)| Job {
            data: data.freeze(),
            ..job
        }))
    }
}

/// Why a whole job cannot be printed here; nothing where it can.
pub(crate) fn refusal(job: &Job, printers: &[PrinterConfig]) -> Option<FailureCause> {
    let fits = (1..=LONGEST_ID).contains(&job.job_id.len())
        && job.attempt >= 1
        && (1..=MOST_COPIES).contains(&job.copies)
        && job.expires_at.is_some()
        && !job.data.is_empty();
    // `PRINT 1,n` multiplies already: both together would print n × n.
    let multiplied_twice = job.language() == PrinterLanguage::Tspl && job.copies != 1;
    if !fits || multiplied_twice {
        return Some(FailureCause::BadJob);
    }
    let Some(printer) = printers.iter().find(|one| one.name == job.printer) else {
        return Some(FailureCause::NoPrinter);
    };
    (printer.language != job.language()).then_some(FailureCause::WrongLanguage)
}

/// The result of a job of which nothing came to paper.
pub(crate) fn failed(job: &Job, cause: FailureCause) -> JobResult {
    JobResult {
        cause: cause.into(),
        ..result(&job.job_id, job.attempt, JobOutcome::Failed)
    }
}

/// A result without evidence.
pub(crate) fn result(job_id: &str, attempt: i32, outcome: JobOutcome) -> JobResult {
    JobResult {
        job_id: job_id.to_owned(),
        attempt,
        outcome: outcome.into(),
        evidence: PrintEvidence::Unspecified.into(),
        cause: FailureCause::Unspecified.into(),
        copies_printed: 0,
        status_bytes: Bytes::new(),
        finished_at: None,
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::clock::timestamp;

    /// A job for the printer `kitchen` that ends at 1,000 seconds.
    pub(crate) fn job(id: &str, seq: i64) -> Job {
        Job {
            job_id: id.to_owned(),
            seq,
            printer: "kitchen".into(),
            attempt: 1,
            language: PrinterLanguage::EscPos.into(),
            copies: 1,
            expires_at: Some(timestamp(1_000_000)),
            size_bytes: 4,
            data: Bytes::from_static(b"slip"),
            ..Job::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{samples::job, *};

    fn part(seq: i64, data: &[u8]) -> JobChunk {
        JobChunk {
            seq,
            data: Bytes::copy_from_slice(data),
        }
    }

    #[test]
    fn a_job_is_put_together_from_its_parts() {
        let mut assembly = Assembly::default();
        let whole = assembly.begin(job("a", 1)).unwrap().unwrap();
        assert_eq!(whole, job("a", 1));

        let mut long = job("b", 2);
        long.size_bytes = 9;
        assert_eq!(assembly.begin(long).unwrap(), None);
        assert_eq!(assembly.go_on(&part(2, b"12")).unwrap(), None);
        let whole = assembly.go_on(&part(2, b"345")).unwrap().unwrap();
        assert_eq!(&whole.data[..], b"slip12345");
        assert!(assembly.go_on(&part(2, b"6")).is_err(), "it is over");
    }

    #[test]
    fn what_is_no_job_is_refused_before_it_takes_memory() {
        let mut assembly = Assembly::default();
        let sized = |size_bytes| Job {
            size_bytes,
            ..job("a", 1)
        };
        for size_bytes in [-1, 3, 2 * 1024 * 1024 + 1] {
            let refused = assembly.begin(sized(size_bytes)).unwrap_err();
            assert!(matches!(refused, ProtocolError::TooMuch(1)), "{size_bytes}");
        }
        assert_eq!(assembly.begin(sized(6)).unwrap(), None);
        assert!(assembly.begin(job("b", 2)).is_err(), "one is not whole");
        assert!(assembly.go_on(&part(2, b"1")).is_err(), "of another job");
        assert!(assembly.go_on(&part(1, b"")).is_err(), "nothing");
        assert!(assembly.go_on(&part(1, b"123")).is_err(), "too long");
        assert!(assembly.go_on(&part(1, b"12")).unwrap().is_some());
    }

    #[test]
    fn a_job_says_why_it_cannot_be_printed() {
        let printers = [PrinterConfig {
            name: "kitchen".into(),
            address: "tcp:h:9100".parse().unwrap(),
            language: PrinterLanguage::EscPos,
        }];
        let refused = |change: fn(&mut Job)| {
            let mut job = job("a", 1);
            change(&mut job);
            refusal(&job, &printers)
        };
        use FailureCause::{BadJob, NoPrinter, WrongLanguage};
        assert_eq!(refused(|_| {}), None);
        assert_eq!(refused(|job| job.copies = 5), None);
        assert_eq!(refused(|job| job.copies = 6), Some(BadJob));
        assert_eq!(refused(|job| job.copies = 0), Some(BadJob));
        assert_eq!(refused(|job| job.attempt = 0), Some(BadJob));
        assert_eq!(refused(|job| job.expires_at = None), Some(BadJob));
        assert_eq!(refused(|job| job.job_id.clear()), Some(BadJob));
        assert_eq!(refused(|job| job.data.clear()), Some(BadJob));
        assert_eq!(refused(|job| job.printer = "bar".into()), Some(NoPrinter));
        let tspl = |job: &mut Job| job.language = PrinterLanguage::Tspl.into();
        assert_eq!(refused(tspl), Some(WrongLanguage));
    }

    #[test]
    fn labels_that_multiply_themselves_are_not_multiplied_again() {
        let printers = [PrinterConfig {
            name: "kitchen".into(),
            address: "tcp:h:9100".parse().unwrap(),
            language: PrinterLanguage::Tspl,
        }];
        let mut label = job("a", 1);
        label.language = PrinterLanguage::Tspl.into();
        assert_eq!(refusal(&label, &printers), None);
        label.copies = 2;
        assert_eq!(refusal(&label, &printers), Some(FailureCause::BadJob));
    }
}
