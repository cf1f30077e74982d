//! What an agent says of its jobs.

use chassis::{error::Problem, id::PrintJobId};
use proto::printing::v1::{
    CancelAck, CancelOutcome, JobAck, JobOutcome, JobProgress, JobResult, ResultAck,
    open_line_response::Message as Say,
};

use super::{AgentLine, Served};
use crate::{
    app::{
        agent_lines,
        dispatch::{self, DeviceKey},
    },
    domain::job::{Delivery, Reason},
    grpc::agent_wire::{attempt_of, failure, is_online, trouble},
};

impl AgentLine {
    /// A job is safe with the agent.
    pub(super) async fn acknowledged(&self, ack: &JobAck) -> Result<(), Problem> {
        let sent = |of: &&Served| {
            of.sent
                .is_some_and(|(job, _)| job.to_string() == ack.job_id)
        };
        let Some((key, (job, attempt))) = self
            .served
            .iter()
            .find(sent)
            .and_then(|of| Some((of.key, of.sent?)))
        else {
            return Ok(());
        };
        dispatch::delivered(&self.deps, key, job, attempt, Delivery::Held, "").await?;
        Ok(())
    }

    /// How a job stands that has no result.
    pub(super) async fn progress(&mut self, progress: &JobProgress) -> Result<(), Problem> {
        let Some((job, attempt)) = attempt_of(&progress.job_id, progress.attempt) else {
            return Ok(());
        };
        let Some(key) = self.device_of(job, attempt).await? else {
            return Ok(());
        };
        let delivery = if progress.begun {
            Delivery::Out
        } else {
            Delivery::Held
        };
        dispatch::delivered(&self.deps, key, job, attempt, delivery, "").await?;
        let served = self.served.iter().find(|of| of.key == key);
        let state = served.and_then(|of| self.states.get(&of.printer.name));
        if !progress.begun && state.is_some_and(|state| !is_online(state)) {
            self.ask_back(job, attempt).await?;
        }
        Ok(())
    }

    /// What became of a job.
    pub(super) async fn result(&mut self, result: JobResult) -> Result<(), Problem> {
        if let Some((job, attempt)) = attempt_of(&result.job_id, result.attempt)
            && let Some(key) = self.device_of(job, attempt).await?
        {
            self.settle(key, job, attempt, &result).await?;
            let index = self.served.iter().position(|of| of.key == key);
            if let Some(index) = index {
                if self.served[index].sent.is_some_and(|(sent, _)| sent == job) {
                    self.served[index].sent = None;
                }
                self.offer(index).await?;
            }
        }
        self.say(Say::ResultAck(ResultAck {
            job_id: result.job_id,
            attempt: result.attempt,
        }))
        .await
    }

    async fn settle(
        &self,
        key: DeviceKey,
        job: PrintJobId,
        attempt: i16,
        result: &JobResult,
    ) -> Result<(), Problem> {
        match result.outcome() {
            JobOutcome::Printed => {
                dispatch::printed(&self.deps, key, job, Some(attempt)).await?;
            }
            JobOutcome::Unconfirmed => {
                agent_lines::in_doubt(&self.deps, key, job, attempt).await?;
            }
            JobOutcome::Withdrawn => {
                let reason = self.trouble_of(key);
                agent_lines::given_back(&self.deps, key, job, attempt, reason).await?;
            }
            JobOutcome::Failed | JobOutcome::Expired | JobOutcome::Unspecified => {
                let reason = failure(result);
                dispatch::failed(&self.deps, key, job, attempt, reason).await?;
            }
        }
        Ok(())
    }

    /// Whether a job is given back.
    pub(super) async fn cancelled(&mut self, ack: &CancelAck) -> Result<(), Problem> {
        let Some((job, attempt)) = attempt_of(&ack.job_id, ack.attempt) else {
            return Ok(());
        };
        let Some(key) = self.device_of(job, attempt).await? else {
            return Ok(());
        };
        match ack.outcome() {
            CancelOutcome::Withdrawn => {
                for served in &mut self.served {
                    served.sent.take_if(|sent| *sent == (job, attempt));
                }
                let reason = self.trouble_of(key);
                agent_lines::given_back(&self.deps, key, job, attempt, reason).await
            }
            CancelOutcome::Printing => {
                dispatch::delivered(&self.deps, key, job, attempt, Delivery::Out, "").await?;
                Ok(())
            }
            // Its result is told again.
            CancelOutcome::Finished | CancelOutcome::Unspecified => Ok(()),
        }
    }

    /// Why a device that gives a job back does so.
    fn trouble_of(&self, key: DeviceKey) -> Reason {
        let served = self.served.iter().find(|of| of.key == key);
        let state = served.and_then(|of| self.states.get(&of.printer.name));
        trouble(state)
    }

    /// The device of an attempt, where it hangs on this agent.
    pub(super) async fn device_of(
        &self,
        job: PrintJobId,
        attempt: i16,
    ) -> Result<Option<DeviceKey>, Problem> {
        let sent = self
            .served
            .iter()
            .find(|of| of.sent == Some((job, attempt)));
        match sent {
            Some(served) => Ok(Some(served.key)),
            None => agent_lines::device_of(&self.deps, self.key, job, attempt).await,
        }
    }
}
