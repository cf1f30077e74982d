//! What the lines of print agents work with: who is connected, which devices hang on an agent, and what became of
//! their jobs.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use chassis::{error::Problem, id::PrintJobId};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::{
    Dependencies,
    agent_access::AgentKey,
    dispatch::{self, DeviceKey},
};
use crate::{
    domain::{
        device::{Channel, Device},
        job::{Delivery, Reason},
    },
    store,
};

/// The lines that are open in this process, one an agent.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    open: Arc<Mutex<HashMap<AgentKey, (u64, CancellationToken)>>>,
    last: Arc<AtomicU64>,
}

/// An open line; others of the agent are over while it lives.
#[derive(Debug)]
pub struct Place {
    lines: Lines,
    key: AgentKey,
    number: u64,
    replaced: CancellationToken,
}

impl Lines {
    /// Opens a line, which ends the one that the agent had before.
    #[must_use]
    pub fn enter(&self, key: AgentKey) -> Place {
        let number = self.last.fetch_add(1, Ordering::Relaxed);
        let replaced = CancellationToken::new();
        let before = self.open.lock().insert(key, (number, replaced.clone()));
        if let Some((_, before)) = before {
            before.cancel();
        }
        Place {
            lines: self.clone(),
            key,
            number,
            replaced,
        }
    }

    /// How many are open.
    #[must_use]
    pub fn count(&self) -> usize {
        self.open.lock().len()
    }
}

impl Place {
    /// Cancelled when the agent has opened another line.
    #[must_use]
    pub const fn replaced(&self) -> &CancellationToken {
        &self.replaced
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.lines.open.lock();
        if open
            .get(&self.key)
            .is_some_and(|(number, _)| *number == self.number)
        {
            open.remove(&self.key);
        }
    }
}

/// The devices that hang on an agent.
pub async fn devices(deps: &Dependencies, key: AgentKey) -> Result<Vec<Device>, Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let mut devices = store::devices::list_of_agent(&mut tx, key.agent).await?;
    devices.retain(|device| device.channel == Channel::Agent);
    Ok(devices)
}

/// Notes that an agent is connected.
pub async fn seen(deps: &Dependencies, key: AgentKey, software: &str) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    store::agents::note_seen(&mut tx, key.agent, software, deps.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// The device of a job's attempt, where it hangs on the agent; `None` for every other job.
pub async fn device_of(
    deps: &Dependencies,
    key: AgentKey,
    job: PrintJobId,
    attempt: i16,
) -> Result<Option<DeviceKey>, Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let attempts = store::print_attempts::list(&mut tx, job).await?;
    let Some(of) = attempts.into_iter().find(|of| of.number == attempt) else {
        return Ok(None);
    };
    let device = store::devices::find(&mut tx, of.device).await?;
    let own = device.filter(|device| device.agent == Some(key.agent));
    Ok(own.map(|device| DeviceKey {
        org: key.org,
        device: device.id,
    }))
}

/// An agent will not print an attempt. What it was asked to give back is cancelled, or waits for another device;
/// what it was asked for because its printer is in trouble waits until that is over.
pub async fn given_back(
    deps: &Dependencies,
    device: DeviceKey,
    job: PrintJobId,
    attempt: i16,
    trouble: Reason,
) -> Result<(), Problem> {
    if !dispatch::given_back(deps, device, job, attempt).await? {
        dispatch::failed(deps, device, job, attempt, trouble).await?;
    }
    Ok(())
}

/// An attempt may be on paper, and its agent cannot find out: no more time is given for an answer.
pub async fn in_doubt(
    deps: &Dependencies,
    device: DeviceKey,
    job: PrintJobId,
    attempt: i16,
) -> Result<(), Problem> {
    dispatch::delivered(deps, device, job, attempt, Delivery::Out, "").await?;
    dispatch::no_answer(deps, device, job, attempt).await
}

#[cfg(test)]
mod tests {
    use chassis::id::{OrganisationId, PrintAgentId};
    use uuid::Uuid;

    use super::*;

    fn key(number: u128) -> AgentKey {
        AgentKey {
            org: OrganisationId::from_uuid(Uuid::from_u128(1)),
            agent: PrintAgentId::from_uuid(Uuid::from_u128(number)),
        }
    }

    #[test]
    fn an_agent_has_one_line_and_the_latest_one_counts() {
        let lines = Lines::default();
        let first = lines.enter(key(1));
        let other = lines.enter(key(2));
        let second = lines.enter(key(1));
        assert!(first.replaced().is_cancelled());
        assert!(!second.replaced().is_cancelled() && !other.replaced().is_cancelled());
        drop(first);
        assert_eq!(lines.count(), 2, "the second one stays");
        drop((second, other));
        assert_eq!(lines.count(), 0);
    }
}
