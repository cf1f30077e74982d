//! The spool as the tasks share it. The disk is waited for on threads that may wait.

use std::{io, path::Path, sync::Arc};

use parking_lot::Mutex;
use proto::printing::v1::{CancelOutcome, Job, JobProgress, JobResult};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{NotWaiting, Received, Spool};
use crate::{clock::ServerClock, job::ProtocolError, record::Step};

/// A spool in use.
#[derive(Clone, Debug)]
pub(crate) struct SpoolHandle {
    spool: Arc<Mutex<Spool>>,
    /// Changes with every slip that is begun and every result.
    changed: watch::Sender<()>,
    /// Cancelled when nothing can be written any more.
    broken: CancellationToken,
}

impl SpoolHandle {
    /// Opens the spool in `folder`; `broken` is cancelled when the disk fails.
    pub(crate) fn open(
        folder: &Path,
        clock: ServerClock,
        broken: CancellationToken,
    ) -> io::Result<Self> {
        Ok(Self {
            spool: Arc::new(Mutex::new(Spool::open(folder, clock)?)),
            changed: watch::Sender::new(()),
            broken,
        })
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Spool) -> T + Send + 'static,
    ) -> T {
        let (spool, broken) = (self.spool.clone(), self.broken.clone());
        let done = tokio::task::spawn_blocking(move || {
            let mut spool = spool.lock();
            let done = work(&mut spool);
            if spool.usable().is_err() {
                broken.cancel();
            }
            done
        });
        done.await.expect("nothing in the spool panics")
    }

    /// Wakes whoever tells what happens.
    pub(crate) fn changed(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// See [`Spool::last_seq`].
    pub(crate) fn last_seq(&self) -> i64 {
        self.spool.lock().last_seq()
    }

    /// See [`Spool::count`].
    pub(crate) fn count(&self, seq: i64) -> Result<(), ProtocolError> {
        self.spool.lock().count(seq)
    }

    /// See [`Spool::receive`].
    pub(crate) async fn receive(&self, job: Job) -> io::Result<Received> {
        self.with(move |spool| spool.receive(job)).await
    }

    /// Ends what is over, and gives the next job of the printer.
    pub(crate) async fn next(&self, printer: &str) -> Option<Job> {
        let printer = printer.to_owned();
        let (any_over, next) = self
            .with(move |spool| {
                let any_over = spool.expire().unwrap_or_else(|error| {
                    tracing::error!(%error, "that a job is over cannot be kept");
                    true
                });
                (any_over, spool.next(&printer).cloned())
            })
            .await;
        if any_over {
            self.changed.send_replace(());
        }
        next
    }

    /// See [`Spool::waiting`].
    pub(crate) fn waiting(&self, printer: &str) -> usize {
        self.spool.lock().waiting(printer)
    }

    /// See [`Spool::begin`].
    pub(crate) async fn begin(&self, step: Step) -> io::Result<Result<(), NotWaiting>> {
        let begun = self.with(move |spool| spool.begin(&step)).await;
        self.changed.send_replace(());
        begun.inspect_err(|error| tracing::error!(%error, "a job cannot be begun"))
    }

    /// See [`Spool::written`]; where the disk fails, less is known after a crash.
    pub(crate) async fn written(&self, step: Step) {
        let kept = self.with(move |spool| spool.written(&step)).await;
        log(kept);
    }

    /// See [`Spool::confirmed`]; where the disk fails, less is known after a crash.
    pub(crate) async fn confirmed(&self, step: Step) {
        let kept = self.with(move |spool| spool.confirmed(&step)).await;
        log(kept);
    }

    /// See [`Spool::finish`]; where the disk fails, it is told all the same.
    pub(crate) async fn finish(&self, result: JobResult) {
        let kept = self.with(move |spool| spool.finish(result)).await;
        log(kept);
        self.changed.send_replace(());
    }

    /// See [`Spool::withdraw`].
    pub(crate) async fn withdraw(&self, job_id: &str, attempt: i32) -> io::Result<CancelOutcome> {
        let job_id = job_id.to_owned();
        self.with(move |spool| spool.withdraw(&job_id, attempt))
            .await
    }

    /// See [`Spool::told`].
    pub(crate) async fn told(&self, job_id: String, attempt: i32) {
        let kept = self.with(move |spool| spool.told(&job_id, attempt)).await;
        log(kept);
    }

    /// See [`Spool::clock_changed`].
    pub(crate) async fn clock_changed(&self) {
        let kept = self.with(Spool::clock_changed).await;
        log(kept);
    }

    /// See [`Spool::untold`].
    pub(crate) fn untold(&self) -> Vec<JobResult> {
        self.spool.lock().untold().cloned().collect()
    }

    /// See [`Spool::progress`].
    pub(crate) fn progress(&self) -> Vec<JobProgress> {
        self.spool.lock().progress().collect()
    }

    /// See [`Spool::results`].
    pub(crate) fn results_of(&self, job_id: &str) -> Vec<JobResult> {
        self.spool.lock().results(job_id)
    }
}

fn log(kept: io::Result<()>) {
    if let Err(error) = kept {
        tracing::error!(%error, "a step cannot be kept");
    }
}
