//! One printer's queue: first in, first out, and nobody else's trouble.

use std::{sync::Arc, time::Duration};

use proto::printing::v1::{Job, PrinterState};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    board::Board,
    clock::ServerClock,
    config::PrinterConfig,
    printer::{Around, Condition, Ended, Patience, Talk, print},
    spool::SpoolHandle,
    timing::Timing,
    wire::Connector,
};

/// Prints the jobs of one printer.
pub(crate) struct Worker {
    pub(crate) printer: PrinterConfig,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) spool: SpoolHandle,
    pub(crate) board: Arc<Board>,
    pub(crate) clock: ServerClock,
    pub(crate) timing: Timing,
    /// Time between two looks at the printer while it is idle.
    pub(crate) idle: watch::Receiver<Duration>,
    /// Wakes it when there is a job.
    pub(crate) wake: Arc<Notify>,
    /// The printer said nothing when it was asked for its word on the last slip.
    pub(crate) mute: bool,
    /// Number of the last barrier.
    pub(crate) barrier: u32,
}

/// What comes after a turn.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// Another turn.
    Turn,
    /// Another one after a pause: the printer cannot take the job now.
    Retry,
    /// Nothing is to be done until a job comes.
    Idle,
}

impl Worker {
    /// Works until `stop`; a slip under way is finished.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        self.look().await;
        while !stop.is_cancelled() {
            match self.turn().await {
                Next::Turn => {}
                Next::Retry => {
                    let pause = tokio::time::sleep(self.timing.retry);
                    stop.run_until_cancelled(pause).await;
                }
                Next::Idle => self.rest(&stop).await,
            }
        }
    }

    /// Waits for a job, and looks at the printer when none comes; soon where it is in trouble, for jobs are
    /// not sent to it until it is out of it.
    async fn rest(&mut self, stop: &CancellationToken) {
        let idle = *self.idle.borrow_and_update();
        let online = self.board.state(&self.printer.name) == PrinterState::Online;
        let idle = if online { idle } else { self.timing.retry };
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.wake.notified() => {}
            _ = self.idle.changed() => {}
            () = tokio::time::sleep(idle) => self.look().await,
        }
    }

    async fn turn(&mut self) -> Next {
        let Some(job) = self.spool.next(&self.printer.name).await else {
            return Next::Idle;
        };
        let Some(mut talk) = self.ready().await else {
            return Next::Retry;
        };
        let ended = self.print(&mut talk, &job).await;
        // One that was not even heard when it was asked for its word is not waited for again.
        self.mute = !talk.was_heard() && matches!(ended, Ended::Done(_));
        talk.close().await;
        match ended {
            Ended::NotBegun => {
                // Withdrawn, or the disk is full: the next turn sees which.
                let still = self.spool.next(&self.printer.name).await;
                let same = still.is_some_and(|next| next.job_id == job.job_id);
                if same { Next::Retry } else { Next::Turn }
            }
            Ended::Done(result) => {
                let (printer, outcome) = (&self.printer.name, result.outcome().as_str_name());
                tracing::info!(printer, job.id = job.job_id, outcome, "a job is done");
                self.spool.finish(result).await;
                Next::Turn
            }
        }
    }

    async fn print(&mut self, talk: &mut Talk, job: &Job) -> Ended {
        let report = {
            let (spool, board, clock) =
                (self.spool.clone(), self.board.clone(), self.clock.clone());
            let name = self.printer.name.clone();
            move |seen| board.note(&name, seen, spool.waiting(&name), clock.stamp())
        };
        let mut around = Around {
            spool: &self.spool,
            timing: &self.timing,
            patience: Patience::new(&self.timing, self.mute && !talk.was_heard()),
            report: &report,
            barrier: &mut self.barrier,
        };
        print(talk, job, &mut around).await
    }

    /// The printer, connected and able to begin a slip.
    async fn ready(&mut self) -> Option<Talk> {
        let connection = match self.connector.connect().await {
            Ok(connection) => connection,
            Err(error) => {
                tracing::debug!(printer = self.printer.name, %error, "a printer is not reached");
                self.note(Condition::silent(PrinterState::Offline));
                // What comes back may be another printer.
                self.mute = false;
                return None;
            }
        };
        let mut talk = Talk::new(connection, self.printer.language);
        let patience = Patience::new(&self.timing, self.mute);
        let said = talk.condition(patience.status).await;
        let condition = match said {
            Ok(said) => said.unwrap_or(Condition::silent(PrinterState::Online)),
            Err(error) => {
                tracing::debug!(printer = self.printer.name, %error, "a printer hung up");
                Condition::silent(PrinterState::Offline)
            }
        };
        let ready = condition.is_ready();
        self.note(condition);
        if ready {
            return Some(talk);
        }
        talk.close().await;
        None
    }

    async fn look(&mut self) {
        if let Some(talk) = self.ready().await {
            self.mute &= !talk.was_heard();
            talk.close().await;
        }
    }

    fn note(&self, seen: Condition) {
        let waiting = self.spool.waiting(&self.printer.name);
        self.board
            .note(&self.printer.name, seen, waiting, self.clock.stamp());
    }
}
