//! What the spool promises, at any byte.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::{
    clock::{MachineClock, timestamp},
    job::{LARGEST_DATA, samples::job},
};

/// A spool in a folder, and the hand of its clock in milliseconds.
struct Bench {
    folder: TempDir,
    hand: Arc<AtomicI64>,
}

impl Bench {
    fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            hand: Arc::new(AtomicI64::new(1_000)),
        }
    }

    fn open(&self) -> Spool {
        open(self.folder.path(), self.hand.clone())
    }

    fn reopened(&self, spool: Spool) -> Spool {
        drop(spool);
        self.open()
    }

    fn set(&self, ms: i64) {
        self.hand.store(ms, Ordering::Relaxed);
    }
}

fn open(folder: &Path, hand: Arc<AtomicI64>) -> Spool {
    let machine: MachineClock = Arc::new(move || hand.load(Ordering::Relaxed));
    Spool::open(folder, ServerClock::new(machine)).unwrap()
}

fn attempt(id: &str, seq: i64, attempt: i32) -> Job {
    Job {
        attempt,
        ..job(id, seq)
    }
}

fn step(id: &str, attempt: i32, copy: i32) -> Step {
    Step {
        job_id: id.to_owned(),
        attempt,
        copy,
    }
}

fn next(spool: &Spool) -> Option<&str> {
    spool.next("kitchen").map(|job| job.job_id.as_str())
}

fn outcome_of(received: Received) -> Option<JobOutcome> {
    match received {
        Received::Kept => None,
        Received::Answered(result) => Some(result.outcome()),
    }
}

fn end(spool: &mut Spool, id: &str, attempt: i32, outcome: JobOutcome) {
    spool.begin(&step(id, attempt, 1)).unwrap().unwrap();
    spool.finish(result(id, attempt, outcome)).unwrap();
}

#[test]
fn jobs_wait_in_order_and_urgent_ones_first() {
    let bench = Bench::new();
    let mut spool = bench.open();
    let urgent = Job {
        urgent: true,
        ..job("c", 3)
    };
    let elsewhere = Job {
        printer: "bar".into(),
        ..job("d", 4)
    };
    for job in [job("a", 1), job("b", 2), urgent, elsewhere] {
        spool.count(job.seq).unwrap();
        assert_eq!(spool.receive(job).unwrap(), Received::Kept);
    }
    assert!(spool.count(6).is_err(), "a number is missing");
    drop(spool);
    let mut spool = bench.open();
    assert_eq!(spool.last_seq(), 4);
    assert_eq!(spool.waiting("kitchen"), 3);
    for id in ["c", "a", "b"] {
        assert_eq!(next(&spool), Some(id));
        end(&mut spool, id, 1, JobOutcome::Printed);
    }
    assert_eq!(next(&spool), None);
    assert_eq!(spool.next("bar").unwrap().job_id, "d");
}

#[test]
fn what_comes_again_is_answered_and_not_printed_again() {
    use JobOutcome::{Failed, Printed, Unconfirmed};
    let bench = Bench::new();
    let mut spool = bench.open();
    spool.receive(job("a", 1)).unwrap();
    assert_eq!(spool.receive(job("a", 2)).unwrap(), Received::Kept);
    assert_eq!(spool.waiting("kitchen"), 1);
    end(&mut spool, "a", 1, Unconfirmed);
    assert_eq!(
        outcome_of(spool.receive(job("a", 3)).unwrap()),
        Some(Unconfirmed)
    );

    // The server wants it once more, and has marked the slip.
    let again = attempt("a", 4, 2);
    assert_eq!(outcome_of(spool.receive(again).unwrap()), None);
    end(&mut spool, "a", 2, Printed);
    for number in [1, 2, 3] {
        let known = spool.receive(attempt("a", 5, number)).unwrap();
        assert_eq!(outcome_of(known), Some(Printed), "attempt {number}");
    }

    spool.receive(job("b", 6)).unwrap();
    end(&mut spool, "b", 1, Failed);
    assert_eq!(spool.receive(attempt("b", 7, 2)).unwrap(), Received::Kept);
    assert_eq!(next(&spool), Some("b"));
}

#[test]
fn a_later_attempt_takes_the_place_of_one_that_waits_and_waits_for_one_that_is_printed() {
    let bench = Bench::new();
    let mut spool = bench.open();
    spool.receive(job("a", 1)).unwrap();
    spool.receive(attempt("a", 2, 2)).unwrap();
    assert_eq!(spool.waiting("kitchen"), 1);
    assert_eq!(spool.begin(&step("a", 1, 1)).unwrap(), Err(NotWaiting));
    spool.begin(&step("a", 2, 1)).unwrap().unwrap();

    spool.receive(attempt("a", 3, 3)).unwrap();
    assert_eq!(spool.begin(&step("a", 3, 1)).unwrap(), Err(NotWaiting));
    spool.finish(result("a", 2, JobOutcome::Printed)).unwrap();
    assert_eq!(
        next(&spool),
        None,
        "it is printed: the third would be a second slip"
    );
    assert_eq!(spool.open_bytes, 0);
}

#[test]
fn what_was_being_printed_is_unconfirmed_after_a_crash() {
    let bench = Bench::new();
    let mut spool = bench.open();
    for (seq, id) in [(1, "a"), (2, "b"), (3, "c")] {
        let job = Job {
            copies: 2,
            ..job(id, seq)
        };
        spool.receive(job).unwrap();
    }
    spool.begin(&step("a", 1, 1)).unwrap().unwrap();
    spool.begin(&step("b", 1, 1)).unwrap().unwrap();
    spool.written(&step("b", 1, 1)).unwrap();
    spool.confirmed(&step("b", 1, 1)).unwrap();
    spool.begin(&step("b", 1, 2)).unwrap().unwrap();
    spool.written(&step("b", 1, 2)).unwrap();
    drop(spool);

    let mut spool = bench.open();
    let mut told: Vec<_> = spool.untold().cloned().collect();
    told.sort_by(|a, b| a.job_id.cmp(&b.job_id));
    let said: Vec<_> = told
        .iter()
        .map(|done| (done.outcome(), done.cause(), done.copies_printed))
        .collect();
    let interrupted = |copies| (JobOutcome::Unconfirmed, FailureCause::Interrupted, copies);
    assert_eq!(said, [interrupted(0), interrupted(1)]);
    assert_eq!(next(&spool), Some("c"));
    for done in told {
        spool.told(&done.job_id, done.attempt).unwrap();
    }
    assert_eq!(bench.reopened(spool).untold().count(), 0);
}

#[test]
fn a_job_whose_time_is_over_is_not_begun() {
    let bench = Bench::new();
    let mut spool = bench.open();
    spool.receive(job("a", 1)).unwrap();
    assert!(!spool.expire().unwrap());
    bench.set(1_000_000);
    assert_eq!(spool.begin(&step("a", 1, 1)).unwrap(), Err(NotWaiting));
    assert!(spool.expire().unwrap());
    assert_eq!(next(&spool), None);
    let over = spool.untold().next().unwrap();
    assert_eq!(over.outcome(), JobOutcome::Expired);

    // It may be asked for again, for longer.
    let longer = Job {
        expires_at: Some(timestamp(2_000_000)),
        ..attempt("a", 2, 2)
    };
    spool.receive(longer).unwrap();
    assert_eq!(next(&spool), Some("a"));
}

#[test]
fn nothing_is_begun_while_no_time_is_believed() {
    let bench = Bench::new();
    bench.set(900_000);
    let mut spool = bench.open();
    spool.receive(job("a", 1)).unwrap();
    spool.receive(job("b", 2)).unwrap();
    end(&mut spool, "a", 1, JobOutcome::Printed);
    // The battery of the clock is empty.
    bench.set(5_000);
    let spool = bench.reopened(spool);
    assert_eq!(next(&spool), None);
    spool.clock.learn(&timestamp(950_000));
    assert_eq!(next(&spool), Some("b"));
}

#[test]
fn what_is_withdrawn_is_not_printed_whenever_it_comes() {
    use CancelOutcome::{Finished, Printing, Withdrawn};
    let bench = Bench::new();
    let mut spool = bench.open();
    spool.receive(job("waits", 1)).unwrap();
    spool.receive(job("prints", 2)).unwrap();
    spool.receive(job("done", 3)).unwrap();
    spool.begin(&step("prints", 1, 1)).unwrap().unwrap();
    end(&mut spool, "done", 1, JobOutcome::Unconfirmed);
    for (id, outcome) in [
        ("waits", Withdrawn),
        ("waits", Withdrawn),
        ("prints", Printing),
        ("done", Finished),
        ("on its way", Withdrawn),
    ] {
        assert_eq!(spool.withdraw(id, 1).unwrap(), outcome, "{id}");
    }
    let mut spool = bench.reopened(spool);
    assert_eq!(next(&spool), None);
    for id in ["waits", "on its way"] {
        let answer = spool.receive(job(id, 4)).unwrap();
        assert_eq!(outcome_of(answer), Some(JobOutcome::Withdrawn), "{id}");
        let later = spool.receive(attempt(id, 5, 2)).unwrap();
        assert_eq!(later, Received::Kept, "the server wants it after all: {id}");
    }
}

#[test]
fn withdrawing_and_beginning_at_once_has_one_winner() {
    let bench = Bench::new();
    let mut spool = bench.open();
    spool.receive(job("a", 1)).unwrap();
    spool.withdraw("a", 1).unwrap();
    assert_eq!(spool.begin(&step("a", 1, 1)).unwrap(), Err(NotWaiting));
}

#[test]
fn a_full_spool_says_so_and_takes_jobs_again_when_it_has_room() {
    let bench = Bench::new();
    let mut spool = bench.open();
    let large = |id: &str, seq| Job {
        data: vec![0; LARGEST_DATA].into(),
        ..job(id, seq)
    };
    let most = MOST_OPEN_BYTES / LARGEST_DATA;
    for number in 0..most {
        let kept = spool
            .receive(large(&number.to_string(), number as i64))
            .unwrap();
        assert_eq!(kept, Received::Kept);
    }
    let Received::Answered(full) = spool.receive(large("x", 99)).unwrap() else {
        panic!("there is no room");
    };
    assert_eq!(full.cause(), FailureCause::SpoolFull);
    end(&mut spool, "0", 1, JobOutcome::Printed);
    assert_eq!(spool.receive(large("x", 100)).unwrap(), Received::Kept);
}

#[test]
fn the_last_500_and_those_of_a_day_are_remembered() {
    let bench = Bench::new();
    let mut spool = bench.open();
    for number in 0..600 {
        let id = number.to_string();
        spool.receive(job(&id, number)).unwrap();
        end(&mut spool, &id, 1, JobOutcome::Printed);
        if number != 3 {
            spool.told(&id, 1).unwrap();
        }
    }
    assert_eq!(spool.jobs.len(), 600, "they are young");
    bench.set(REMEMBERED_MS + 2_000);
    spool.clock.learn(&timestamp(REMEMBERED_MS + 2_000));
    spool
        .finish(result("last", 1, JobOutcome::Withdrawn))
        .unwrap();
    assert_eq!(spool.jobs.len(), 598, "the fourth was not told");
    spool.told("3", 1).unwrap();
    spool
        .finish(result("very last", 1, JobOutcome::Withdrawn))
        .unwrap();
    assert_eq!(spool.jobs.len(), REMEMBERED);
    assert_eq!(bench.reopened(spool).jobs.len(), REMEMBERED);
}

/// What is done to a spool.
#[derive(Clone, Copy, Debug)]
enum Act {
    Receive(u8, i32),
    Begin(u8),
    Finish(u8),
    Withdraw(u8, i32),
    Told(u8),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let id = 0_u8..6;
    let act = prop_oneof![
        3 => (id.clone(), 1..4).prop_map(|(id, attempt)| Act::Receive(id, attempt)),
        3 => id.clone().prop_map(Act::Begin),
        2 => id.clone().prop_map(Act::Finish),
        1 => (id.clone(), 1..4).prop_map(|(id, attempt)| Act::Withdraw(id, attempt)),
        1 => id.prop_map(Act::Told),
    ];
    prop::collection::vec(act, 1..40)
}

/// What was promised to somebody outside once the journal was so long.
#[derive(Debug)]
enum Promise {
    /// Acknowledged: it is not lost.
    Kept(String),
    /// Its first byte may be out: the attempt is not begun again.
    Begun(String, i32),
    /// It will not be printed.
    Withdrawn(String, i32),
    /// It has this result.
    Ended(String, i32, JobOutcome),
}

fn act(spool: &mut Spool, act: Act, seq: i64) -> Option<Promise> {
    let running = |spool: &Spool, id: &str| {
        let printing = spool.jobs.get(id)?.printing.as_ref()?;
        Some(printing.attempt)
    };
    match act {
        Act::Receive(id, number) => {
            let id = id.to_string();
            let kept = spool.receive(attempt(&id, seq, number)).unwrap();
            (kept == Received::Kept).then_some(Promise::Kept(id))
        }
        Act::Begin(id) => {
            let id = id.to_string();
            let number = spool.jobs.get(&id)?.waiting.as_ref()?.attempt;
            let begun = spool.begin(&step(&id, number, 1)).unwrap();
            begun.is_ok().then_some(Promise::Begun(id, number))
        }
        Act::Finish(id) => {
            let id = id.to_string();
            let number = running(spool, &id)?;
            let outcomes = [
                JobOutcome::Printed,
                JobOutcome::Failed,
                JobOutcome::Unconfirmed,
            ];
            let outcome = outcomes[seq as usize % 3];
            spool.finish(result(&id, number, outcome)).unwrap();
            Some(Promise::Ended(id, number, outcome))
        }
        Act::Withdraw(id, number) => {
            let id = id.to_string();
            let outcome = spool.withdraw(&id, number).unwrap();
            (outcome == CancelOutcome::Withdrawn).then_some(Promise::Withdrawn(id, number))
        }
        Act::Told(id) => {
            spool.told(&id.to_string(), 1).unwrap();
            None
        }
    }
}

fn holds(spool: &Spool, promise: &Promise) -> bool {
    let entry = |id: &String| spool.jobs.get(id);
    let waits = |id: &String| entry(id).and_then(|entry| entry.waiting.as_ref());
    let waiting = |id: &String, attempt: i32| waits(id).is_some_and(|job| job.attempt <= attempt);
    match promise {
        Promise::Kept(id) => {
            entry(id).is_some_and(|entry| entry.waiting.is_some() || !entry.results.is_empty())
        }
        Promise::Begun(id, number) => {
            let answered = entry(id).is_some_and(|entry| entry.answer_to(*number).is_some());
            answered && !waiting(id, *number)
        }
        Promise::Withdrawn(id, number) => !waiting(id, *number),
        Promise::Ended(id, number, outcome) => entry(id).is_some_and(|entry| {
            let kept = entry.results.iter().map(|kept| &kept.result);
            kept.into_iter()
                .any(|kept| kept.attempt == *number && kept.outcome() == *outcome)
        }),
    }
}

proptest! {
    /// The journal is cut at any byte: what had been promised by then holds, and no slip is begun twice.
    #[test]
    fn whatever_was_promised_holds_after_a_cut_at_any_byte(
        acts in acts(),
        cut in any::<prop::sample::Index>(),
        large_journal in prop_oneof![Just(0), Just(u64::MAX)],
    ) {
        let bench = Bench::new();
        let mut spool = bench.open();
        spool.large_journal = large_journal;
        let mut shortest = spool.journal.len();
        let mut promised: Vec<(u64, Promise)> = Vec::new();
        for (seq, act_) in (1..).zip(acts) {
            let before = spool.journal.len();
            let promise = act(&mut spool, act_, seq);
            let len = spool.journal.len();
            if len < before {
                // Written anew, which is all there or not at all.
                shortest = len;
                promised.iter_mut().for_each(|(at, _)| *at = len);
            }
            promised.extend(promise.map(|promise| (len, promise)));
        }
        let len = spool.journal.len();
        drop(spool);

        let path = bench.folder.path().join("journal");
        let cut = shortest + cut.index((len - shortest) as usize + 1) as u64;
        let file = fs::OpenOptions::new().write(true).open(path).unwrap();
        file.set_len(cut).unwrap();
        let spool = bench.open();
        for (at, promise) in &promised {
            if *at <= cut {
                prop_assert!(holds(&spool, promise), "{promise:?} at {at} of {cut}");
            }
        }
        prop_assert!(spool.jobs.values().all(|entry| entry.printing.is_none()));
        let open: usize = spool.jobs.values().filter_map(|entry| entry.waiting.as_ref())
            .map(|job| job.data.len()).sum();
        prop_assert_eq!(spool.open_bytes, open);
    }
}
