//! Serves the devices of vendors' clouds for as long as the process lives.
//!
//! A device is served in turns ([`crate::app::clouds`]), by whichever process takes its lease first; when its next turn
//! is due stands in its row. Each cloud has a lane of its own, so that one that does not answer holds up no other.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chassis::{db::SystemTx, error::Problem};
use chrono::{DateTime, TimeDelta, Utc};
use futures::{
    FutureExt as _, StreamExt as _,
    future::{AbortHandle, Abortable, BoxFuture},
    stream::FuturesUnordered,
};
use print_clouds::Vendor;
use tokio::{sync::Notify, task::JoinSet, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{
        Dependencies, clouds,
        dispatch::{self, DeviceKey},
        wakes::Wake,
    },
    domain::{cloud, device::Channel},
    store,
};

/// How often it is looked for what is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked for devices that are new, whose jobs wake their turns from then on.
const LIST_EVERY: Duration = Duration::from_secs(5);
/// Devices of a page.
const A_PAGE: i64 = 500;
/// Longest turn; whatever call it was in, nobody knows what came of it.
const LONGEST_TURN: Duration = Duration::from_secs(45);
/// How long a device is kept from others: longer than a turn.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// When a turn that failed is taken again.
const AGAIN: TimeDelta = TimeDelta::seconds(5);

/// Serves until `shutdown`, `at_once` devices of each cloud at the same time; turns under way are finished.
pub async fn serve(
    deps: Dependencies,
    at_once: usize,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    if at_once == 0 {
        return Ok(());
    }
    let woken = Arc::new(Notify::new());
    let lanes = Vendor::ALL
        .into_iter()
        .map(|vendor| run_lane(&deps, cloud::channel(vendor), at_once, &woken, &shutdown));
    let lanes = futures::future::join_all(lanes);
    let _ = tokio::join!(lanes, follow(&deps, &woken, &shutdown));
    Ok(())
}

/// Takes turns with the devices of a cloud.
async fn run_lane(
    deps: &Dependencies,
    channel: Channel,
    at_once: usize,
    woken: &Notify,
    shutdown: &CancellationToken,
) {
    let mut turns = JoinSet::new();
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // Registered before it is looked, so that nothing is missed in between.
        let notified = woken.notified();
        tokio::pin!(notified);
        notified.as_mut().enable();
        while turns.len() < at_once && !shutdown.is_cancelled() {
            match take(deps, channel).await {
                Ok(Some((key, lease_end))) => {
                    turns.spawn(take_turn(deps.clone(), key, lease_end));
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(error = %error, "devices of clouds cannot be looked for");
                    break;
                }
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = ticks.tick() => {}
            () = notified => {}
            Some(ended) = turns.join_next(), if !turns.is_empty() => log_panic(ended),
        }
    }
    while let Some(ended) = turns.join_next().await {
        log_panic(ended);
    }
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a turn with a device of a cloud broke off");
    }
}

/// Takes the device that is due the longest.
async fn take(
    deps: &Dependencies,
    channel: Channel,
) -> Result<Option<(DeviceKey, DateTime<Utc>)>, Problem> {
    let now = deps.clock.now();
    let lease_end = now + LEASE;
    let mut tx: SystemTx = deps.db.system("take a device of a cloud").await?;
    let taken = store::cloud_devices::take_due(&mut tx, channel, now, lease_end).await?;
    tx.commit().await?;
    Ok(taken.map(|(org, device)| (DeviceKey { org, device }, lease_end)))
}

async fn take_turn(deps: Dependencies, key: DeviceKey, lease_end: DateTime<Utc>) {
    let turn = tokio::time::timeout(LONGEST_TURN, clouds::turn(&deps, key)).await;
    let next = match turn {
        Ok(Ok(next)) => next,
        Ok(Err(error)) => {
            tracing::error!(device.id = %key.device, error = %error, "a device of a cloud is not served");
            Some(deps.clock.now() + AGAIN)
        }
        Err(_) => {
            tracing::error!(device.id = %key.device, "a turn with a device of a cloud took too long");
            Some(deps.clock.now() + AGAIN)
        }
    };
    let Some(next) = next else {
        return;
    };
    if let Err(error) = release(&deps, key, lease_end, next).await {
        tracing::warn!(device.id = %key.device, error = %error, "a device of a cloud is due at the end of its lease");
    }
}

async fn release(
    deps: &Dependencies,
    key: DeviceKey,
    lease_end: DateTime<Utc>,
    next: DateTime<Utc>,
) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    store::cloud_devices::release(&mut tx, key.device, lease_end, next).await?;
    Ok(tx.commit().await?)
}

type Waiting = FuturesUnordered<Abortable<BoxFuture<'static, (DeviceKey, Wake)>>>;

/// Lets a device be due as soon as there may be work for it.
async fn follow(deps: &Dependencies, woken: &Notify, shutdown: &CancellationToken) {
    let mut waiting: Waiting = FuturesUnordered::new();
    let mut known: HashMap<DeviceKey, AbortHandle> = HashMap::new();
    let mut ticks = tokio::time::interval(LIST_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => match list(deps).await {
                Ok(found) => {
                    known.retain(|key, handle| {
                        let stays = found.contains(key);
                        if !stays {
                            handle.abort();
                        }
                        stays
                    });
                    for key in found {
                        if known.contains_key(&key) {
                            continue;
                        }
                        // What was made before somebody listened woke nobody.
                        let wake = deps.wakes.of(key.device);
                        deps.wakes.wake(key.device);
                        known.insert(key, await_work(&waiting, key, wake));
                    }
                }
                Err(error) => tracing::warn!(error = %error, "devices of clouds cannot be listed"),
            },
            Some(Ok((key, wake))) = waiting.next(), if !waiting.is_empty() => {
                match make_due(deps, key).await {
                    Ok(()) => woken.notify_waiters(),
                    Err(error) => tracing::warn!(error = %error, "a device of a cloud is not woken"),
                }
                known.insert(key, await_work(&waiting, key, wake));
            }
        }
    }
}

fn await_work(waiting: &Waiting, key: DeviceKey, wake: Wake) -> AbortHandle {
    let (handle, registration) = AbortHandle::new_pair();
    let work = async move {
        wake.wait().await;
        (key, wake)
    };
    waiting.push(Abortable::new(work.boxed(), registration));
    handle
}

async fn list(deps: &Dependencies) -> Result<Vec<DeviceKey>, Problem> {
    let mut all: Vec<DeviceKey> = Vec::new();
    loop {
        let page = dispatch::cloud_devices(deps, all.last().copied(), A_PAGE).await?;
        let is_last = page.len() < usize::try_from(A_PAGE).unwrap_or(usize::MAX);
        all.extend(page);
        if is_last {
            return Ok(all);
        }
    }
}

async fn make_due(deps: &Dependencies, key: DeviceKey) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    store::cloud_devices::wake(&mut tx, key.device, deps.clock.now()).await?;
    Ok(tx.commit().await?)
}
