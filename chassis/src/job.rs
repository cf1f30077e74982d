//! Work that a timer starts: reapers, schedulers, sweeps.

use std::{fmt, future::Future, panic::AssertUnwindSafe, sync::LazyLock, time::Duration};

use futures::{
    FutureExt as _,
    future::{BoxFuture, join_all},
};
use opentelemetry::{KeyValue, global, metrics::Counter};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::{error::Problem, id::OrganisationId, telemetry};

static FAILURES: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter(telemetry::SCOPE)
        .u64_counter("job.failures")
        .with_description("Turns of a job, or a tenant's share of one, that failed, by job")
        .build()
});

tokio::task_local! {
    /// The job whose turn it is.
    static NAME: &'static str;
}

type Work = Box<dyn Fn() -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>;

/// Something done again and again. Several processes of a service run the same jobs, so the work
/// must take its rows with `FOR UPDATE SKIP LOCKED` or be harmless when done twice.
pub struct Job {
    name: &'static str,
    period: Duration,
    work: Work,
}

impl Job {
    /// Does `work` every `period`, the first time at once; a failure is logged and the next turn
    /// comes as usual.
    pub fn every<F, Fut>(name: &'static str, period: Duration, work: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        Self {
            name,
            period,
            work: Box::new(move || work().boxed()),
        }
    }

    /// What it does, such as `expire_unpaid_orders`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Does the work once.
    pub async fn run_once(&self) -> anyhow::Result<()> {
        match AssertUnwindSafe((self.work)()).catch_unwind().await {
            Ok(outcome) => outcome,
            Err(panic) => Err(Problem::from_panic(&*panic).into()),
        }
    }

    /// Does the work every period until `shutdown`; a turn under way is finished.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut turns = tokio::time::interval(self.period);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(turns.tick()).await.is_some() {
            let span = tracing::debug_span!("job", job.name = self.name);
            let run = NAME.scope(self.name, self.run_once());
            if let Err(error) = run.instrument(span).await {
                count_failure(self.name);
                tracing::error!(
                    job.name = self.name,
                    error = format!("{error:#}"),
                    "job failed"
                );
            }
        }
    }
}

/// How much one turn of a job does.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Shares at the same time.
    pub at_once: usize,
    /// Shares in all.
    pub a_turn: usize,
}

/// One turn of a job over many tenants: one that fails or panics is logged and counted, and the others
/// still have their share.
#[derive(Debug, Default)]
pub struct JobRun {
    done: usize,
    failed: usize,
}

impl JobRun {
    /// Does the share of one tenant; `None` when it failed, which the next turn may mend.
    pub async fn run<T, E: fmt::Display>(
        &mut self,
        org: OrganisationId,
        work: impl Future<Output = Result<T, E>>,
    ) -> Option<T> {
        let error = match AssertUnwindSafe(work).catch_unwind().await {
            Ok(Ok(done)) => {
                self.done += 1;
                return Some(done);
            }
            Ok(Err(error)) => format!("{error:#}"),
            Err(panic) => format!("{:#}", anyhow::Error::from(Problem::from_panic(&*panic))),
        };
        self.failed += 1;
        let job = NAME.try_with(|name| *name).unwrap_or("none");
        count_failure(job);
        tracing::error!(job.name = job, org.id = %org, error, "job failed for a tenant");
        None
    }

    /// Does up to `limits.a_turn` shares, `limits.at_once` of them at the same time, each taken by `next` when
    /// there is time for it. The turn takes no more once there was nothing to take.
    pub async fn run_concurrently<I, T, E, Next, Work>(
        &mut self,
        limits: Limits,
        next: impl Fn() -> Next,
        work: impl Fn(OrganisationId, I) -> Work,
    ) -> anyhow::Result<()>
    where
        E: fmt::Display,
        Next: Future<Output = anyhow::Result<Option<(OrganisationId, I)>>>,
        Work: Future<Output = Result<T, E>>,
    {
        // One worker takes at a time, so that an idle turn looks once.
        let remaining = tokio::sync::Mutex::new(limits.a_turn);
        let take = || async {
            let mut remaining = remaining.lock().await;
            let taken = match *remaining {
                0 => None,
                _ => next().await?,
            };
            *remaining = taken.as_ref().map_or(0, |_| *remaining - 1);
            anyhow::Ok(taken)
        };
        let workers = (0..limits.at_once).map(|_| async {
            let mut run = Self::default();
            let ended = loop {
                match take().await {
                    Ok(Some((org, share))) => run.run(org, work(org, share)).await,
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error),
                };
            };
            (run, ended)
        });
        let mut outcome = Ok(());
        for (Self { done, failed }, ended) in join_all(workers).await {
            self.done += done;
            self.failed += failed;
            outcome = outcome.and(ended);
        }
        outcome
    }

    /// Does the listed shares, begun in their order and `at_once` of them at the same time.
    pub async fn run_listed<I, T, E, Work>(
        &mut self,
        at_once: usize,
        shares: Vec<(OrganisationId, I)>,
        work: impl Fn(OrganisationId, I) -> Work,
    ) -> anyhow::Result<()>
    where
        E: fmt::Display,
        Work: Future<Output = Result<T, E>>,
    {
        let a_turn = shares.len();
        let shares = parking_lot::Mutex::new(shares.into_iter());
        let next = || std::future::ready(Ok(shares.lock().next()));
        self.run_concurrently(Limits { at_once, a_turn }, next, work)
            .await
    }

    /// Ends the turn, with an error when some of it failed.
    pub fn end(self) -> anyhow::Result<()> {
        let Self { done, failed } = self;
        anyhow::ensure!(
            failed == 0,
            "{failed} of {} shares of the turn failed",
            failed + done
        );
        Ok(())
    }
}

fn count_failure(job: &'static str) {
    FAILURES.add(1, &[KeyValue::new("job", job)]);
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("name", &self.name)
            .field("period", &self.period)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use super::*;

    #[tokio::test]
    async fn a_job_goes_on_after_an_error_and_after_a_panic() {
        let turns = Arc::new(AtomicU32::new(0));
        let shutdown = CancellationToken::new();
        let (counter, token) = (turns.clone(), shutdown.clone());
        let job = Job::every("stumble", Duration::from_millis(1), move || {
            let run = counter.fetch_add(1, Ordering::SeqCst);
            let token = token.clone();
            async move {
                match run {
                    0 => anyhow::bail!("no luck"),
                    1 => panic!("worse"),
                    2 => Ok(()),
                    _ => {
                        token.cancel();
                        Ok(())
                    }
                }
            }
        });
        job.run(shutdown).await;
        assert_eq!(turns.load(Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn one_tenants_failure_leaves_the_others_their_share() {
        let org = |number| OrganisationId::from_uuid(uuid::Uuid::from_u128(number));
        let mut run = JobRun::default();
        let failing = async { Err::<(), _>(anyhow::anyhow!("no luck")) };
        assert_eq!(run.run(org(1), failing).await, None);
        let panicking = async { panic!("worse") };
        assert_eq!(run.run::<(), anyhow::Error>(org(2), panicking).await, None);
        let fine = async { Ok::<_, anyhow::Error>(7) };
        assert_eq!(run.run(org(3), fine).await, Some(7));
        assert_eq!(
            run.end().unwrap_err().to_string(),
            "2 of 3 shares of the turn failed"
        );
    }

    #[tokio::test]
    async fn shares_are_done_at_the_same_time_up_to_the_bounds() {
        let org = OrganisationId::from_uuid(uuid::Uuid::from_u128(1));
        let (under_way, most, taken) = (AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0));
        let work = |_, number: u32| {
            let (under_way, most) = (&under_way, &most);
            async move {
                let now = under_way.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                tokio::task::yield_now().await;
                under_way.fetch_sub(1, Ordering::SeqCst);
                anyhow::ensure!(number != 4, "no luck");
                Ok(())
            }
        };
        let next = || async {
            let number = taken.fetch_add(1, Ordering::SeqCst);
            Ok((number < 10).then_some((org, number)))
        };
        let limits = Limits {
            at_once: 3,
            a_turn: 7,
        };
        for (turn, shares) in [(1, 7), (2, 3), (3, 0)] {
            let mut run = JobRun::default();
            run.run_concurrently(limits, next, work).await.unwrap();
            assert_eq!(run.done + run.failed, shares, "turn {turn}");
            assert_eq!(run.end().is_err(), turn == 1);
        }
        assert_eq!(most.load(Ordering::SeqCst), 3);
        assert_eq!(
            taken.load(Ordering::SeqCst),
            12,
            "looked once in vain a turn"
        );
    }

    #[tokio::test]
    async fn a_turn_that_cannot_take_ends_what_it_has_and_fails() {
        let org = OrganisationId::from_uuid(uuid::Uuid::from_u128(1));
        let taken = AtomicU32::new(0);
        let next = || async {
            match taken.fetch_add(1, Ordering::SeqCst) {
                0 => Ok(Some((org, ()))),
                _ => Err(anyhow::anyhow!("no database")),
            }
        };
        let limits = Limits {
            at_once: 2,
            a_turn: 5,
        };
        let mut run = JobRun::default();
        let work = |_, ()| async { Ok::<_, anyhow::Error>(()) };
        let outcome = run.run_concurrently(limits, next, work).await;
        assert_eq!(outcome.unwrap_err().to_string(), "no database");
        assert_eq!((run.done, run.failed), (1, 0));
    }
}
