//! Work that a timer starts: reapers, schedulers, sweeps.

use std::{fmt, future::Future, panic::AssertUnwindSafe, time::Duration};

use futures::{FutureExt as _, future::BoxFuture};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

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
            Err(_) => anyhow::bail!("the job panicked"),
        }
    }

    /// Does the work every period until `shutdown`; a turn under way is finished.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut turns = tokio::time::interval(self.period);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(turns.tick()).await.is_some() {
            let span = tracing::debug_span!("job", job.name = self.name);
            if let Err(error) = self.run_once().instrument(span).await {
                tracing::error!(
                    job.name = self.name,
                    error = format!("{error:#}"),
                    "job failed"
                );
            }
        }
    }
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
            let turn = counter.fetch_add(1, Ordering::SeqCst);
            let token = token.clone();
            async move {
                match turn {
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
}
