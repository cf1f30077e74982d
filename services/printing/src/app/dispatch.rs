//! What whoever serves devices works with: HTTP for printers that poll, the stream of agents, the callers of clouds.
//!
//! A device is offered the first job of its queue, [`next_job`]; only its own, one at a time. Who serves it says how far
//! that came: [`delivered`], then [`printed`] or [`failed`]. What is said again, late or about another device's job
//! changes nothing that it should not: evidence is matched by job and device, never by what is current. While the lease of an
//! attempt runs, asking again gives the same job with the same slips.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{DeviceId, OrganisationId, PrintJobId},
    outbox,
};
use chrono::{DateTime, Utc};
use print_render::Document as Drawn;

use super::{Dependencies, fallback, secrets, settle, slips};
use crate::{
    domain::{
        device::{Change, Channel, Device, Sighting, Status},
        heads::Heads,
        job::{Delivery, Job, Next, Outcome, Reason, State},
    },
    events, store,
};

/// Jobs that are skipped at a time because nobody wants them any more.
const MOST_SKIPPED: usize = 200;

/// A device of an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceKey {
    /// Organisation.
    pub org: OrganisationId,
    /// Device.
    pub device: DeviceId,
}

/// A job as a device gets it.
#[derive(Clone, Debug)]
pub struct Dispatched {
    /// Job; the same in every attempt.
    pub job: PrintJobId,
    /// Number of the attempt.
    pub attempt: i16,
    /// Device.
    pub device: Device,
    /// Copies that the channel makes, or the bytes repeat; never both.
    pub copies: u8,
    /// How far the attempt came before.
    pub delivery: Delivery,
    /// Until when the attempt counts.
    pub lease_until: DateTime<Utc>,
    /// After which time nobody wants it any more.
    pub expires_at: DateTime<Utc>,
    /// The slips.
    pub slips: Drawn,
}

/// The device whose secret address is called, and how it should speak; `None` for a secret that no device has.
pub async fn find_device(
    deps: &Dependencies,
    secret: &str,
) -> Result<Option<(DeviceKey, Channel)>, Problem> {
    let mut tx = deps.db.system("find the device of an address").await?;
    let found = store::devices::find_by_secret(&mut tx, &secrets::digest(secret)).await?;
    tx.commit().await?;
    Ok(found.map(|(org, device, channel)| (DeviceKey { org, device }, channel)))
}

/// The job that a device is to print next: the one that it was offered before as long as that attempt counts, else the
/// first of its queue, which counts as sent from now on. `None` when nothing is to be printed now, and while the device
/// is not online.
pub async fn next_job(deps: &Dependencies, key: DeviceKey) -> Result<Option<Dispatched>, Problem> {
    let mut skipped = 0;
    loop {
        let mut tx = deps.db.tenant(key.org).await?;
        if !store::print_jobs::has_open(&mut tx, key.device).await? {
            return Ok(None);
        }
        let Some((device, status)) = lock_device(&mut tx, key.device).await? else {
            return Ok(None);
        };
        if !status.is_online() {
            return Ok(None);
        }
        let now = deps.clock.now();
        if let Some(sent) = store::print_jobs::lock_sent(&mut tx, key.device).await? {
            // A slip that was asked back is not handed out once more.
            if sent.withdraw_until.is_some_and(|until| until > now) {
                return Ok(None);
            }
            if sent.lease_until.is_some_and(|until| until > now) {
                return draw(deps, tx, sent, device).await;
            }
            // What comes of it may concern its order, whose row is locked before that of the job.
            tx.rollback().await?;
            settle_overdue(deps, key.org, sent.id).await?;
            skipped += 1;
        } else {
            let first = store::print_jobs::lock_first(&mut tx, key.device, device.paired).await?;
            let Some(mut job) = first else {
                return Ok(None);
            };
            let order = match job.order {
                Some(order) => store::orders::find(&mut tx, order).await?,
                None => None,
            };
            let from = job.state;
            match job.next(&status, order.map(|order| order.state), now) {
                Next::Wait => return Ok(None),
                Next::Send => {
                    let moved_from = moved_from(&mut tx, &job).await?;
                    let heads = job.send(&status, &moved_from, now);
                    store::print_attempts::insert(
                        &mut tx,
                        job.id,
                        job.attempt,
                        key.device,
                        &heads,
                        now,
                    )
                    .await?;
                    settle::store(deps, &mut tx, &job, from).await?;
                    return draw(deps, tx, job, device).await;
                }
                Next::Expire(reason) => job.expire(reason, now),
                Next::Cancel(reason) => job.drop_for_order(reason, now),
            }
            store::print_jobs::update(&mut tx, &job).await?;
            let announced = events::job_changed(&job, now);
            outbox::publish(&mut tx, &*deps.clock, announced.as_slice()).await?;
            tx.commit().await?;
            skipped += 1;
        }
        if skipped >= MOST_SKIPPED {
            return Ok(None);
        }
    }
}

/// The job that a device was offered and now names, with the slips of its attempt; `None` when it has no such attempt
/// that still counts.
pub async fn find_job(
    deps: &Dependencies,
    key: DeviceKey,
    id: PrintJobId,
) -> Result<Option<Dispatched>, Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let (Some(device), Some(job)) = (
        store::devices::find(&mut tx, key.device).await?,
        store::print_jobs::find(&mut tx, id).await?,
    ) else {
        return Ok(None);
    };
    let counts = job.state == State::Sent
        && job.device == key.device
        && job
            .lease_until
            .is_some_and(|until| until > deps.clock.now());
    if !counts {
        return Ok(None);
    }
    draw(deps, tx, job, device).await
}

/// Reads what the slips of a job's attempt show, ends the transaction, and draws them.
async fn draw(
    deps: &Dependencies,
    mut tx: TenantTx,
    job: Job,
    device: Device,
) -> Result<Option<Dispatched>, Problem> {
    let org = tx.org();
    let heads = heads(&mut tx, &job).await?;
    let facts = slips::load(deps, &mut tx, &job, &device).await?;
    tx.commit().await?;
    let attempt = job.attempt;
    let drawn = match facts {
        Some(facts) => tokio::task::spawn_blocking(move || facts.draw(&heads, attempt).ok())
            .await
            .map_err(Problem::internal)?,
        None => None,
    };
    let Some(slips) = drawn else {
        tracing::error!(job.id = %job.id, "the slips of a job cannot be drawn");
        let key = DeviceKey {
            org,
            device: device.id,
        };
        failed(deps, key, job.id, job.attempt, Reason::NotRendered).await?;
        return Ok(None);
    };
    Ok(Some(Dispatched {
        job: job.id,
        attempt: job.attempt,
        device,
        copies: u8::try_from(job.copies).unwrap_or(1),
        delivery: job.delivery,
        lease_until: job.lease_until.unwrap_or_else(|| deps.clock.now()),
        expires_at: job.expires_at,
        slips,
    }))
}

async fn heads(tx: &mut TenantTx, job: &Job) -> Result<Heads, Problem> {
    let attempts = store::print_attempts::list(tx, job.id).await?;
    let attempt = attempts.into_iter().find(|of| of.number == job.attempt);
    Ok(attempt.map(|of| of.heads).unwrap_or_default())
}

async fn moved_from(tx: &mut TenantTx, job: &Job) -> Result<String, Problem> {
    let Some(device) = job.moved_from else {
        return Ok(String::new());
    };
    let device = store::devices::find(tx, device).await?;
    Ok(device.map(|device| device.name).unwrap_or_default())
}

async fn lock_device(tx: &mut TenantTx, id: DeviceId) -> Result<Option<(Device, Status)>, Problem> {
    let Some(status) = store::device_states::lock(tx, id).await? else {
        return Ok(None);
    };
    let device = store::devices::find(tx, id).await?;
    let device = device.filter(|device| !device.archived);
    Ok(device.map(|device| (device, status)))
}

/// The device gets, or has, what was sent with an attempt; bytes leave for a printer only after this said true: a printer fetched it, a cloud accepted it under the name `reference`,
/// an agent wrote it ([`Delivery::Out`]), or an agent keeps it and may still give it back ([`Delivery::Held`], which it
/// says again while it does). The attempt counts for another minute. False when it does not count any more.
pub async fn delivered(
    deps: &Dependencies,
    key: DeviceKey,
    id: PrintJobId,
    attempt: i16,
    delivery: Delivery,
    reference: &str,
) -> Result<bool, Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let Some(mut job) = store::print_jobs::lock(&mut tx, id).await? else {
        return Ok(false);
    };
    let now = deps.clock.now();
    if job.device != key.device || job.state != State::Sent || job.attempt != attempt {
        return Ok(false);
    }
    if job.deliver(attempt, delivery, now) {
        store::print_jobs::update(&mut tx, &job).await?;
    }
    store::print_attempts::note_delivered(&mut tx, id, attempt, reference, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// There is paper of a job, all copies of it. However late that comes, and whatever became of the job since, it is printed. Without
/// an attempt the last one on the device is meant. False when the device never had the job, which changes nothing.
pub async fn printed(
    deps: &Dependencies,
    key: DeviceKey,
    id: PrintJobId,
    attempt: Option<i16>,
) -> Result<bool, Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let Some(mut job) = settle::lock(&mut tx, id).await? else {
        return Ok(false);
    };
    let tries = store::print_attempts::list(&mut tx, id).await?;
    let own = tries
        .iter()
        .rev()
        .find(|of| of.device == key.device && attempt.is_none_or(|number| of.number == number));
    let Some(own) = own else {
        return Ok(false);
    };
    let now = deps.clock.now();
    let from = job.state;
    store::print_attempts::note_end(&mut tx, id, own.number, None, now).await?;
    if job.print(now) {
        settle::store(deps, &mut tx, &job, from).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// An attempt led to nothing. A job that is tried again waits, or goes to the substitute of its print point when its
/// tries are over. What does not concern the present attempt changes nothing.
pub async fn failed(
    deps: &Dependencies,
    key: DeviceKey,
    id: PrintJobId,
    attempt: i16,
    reason: Reason,
) -> Result<Outcome, Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let Some(mut job) = settle::lock(&mut tx, id).await? else {
        return Ok(Outcome::Ignored);
    };
    if job.device != key.device {
        return Ok(Outcome::Ignored);
    }
    let (from, now) = (job.state, deps.clock.now());
    let outcome = job.fail(attempt, reason, now);
    if outcome != Outcome::Ignored {
        store::print_attempts::note_end(&mut tx, id, attempt, Some(reason), now).await?;
        fallback::after(deps, &mut tx, &mut job, from, outcome).await?;
        tx.commit().await?;
    }
    Ok(outcome)
}

/// Settles a job whose attempt, or time to be given back, is over: it is tried again, or nobody knows.
pub async fn settle_overdue(
    deps: &Dependencies,
    org: OrganisationId,
    id: PrintJobId,
) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let Some(mut job) = settle::lock(&mut tx, id).await? else {
        return Ok(());
    };
    let (from, now) = (job.state, deps.clock.now());
    if job.not_given_back(now) {
        settle::store(deps, &mut tx, &job, from).await?;
        return Ok(tx.commit().await?);
    }
    let prints_again = match job.point {
        Some(point) => store::print_points::find(&mut tx, point).await?,
        None => None,
    };
    let prints_again = prints_again.is_some_and(|point| point.prints_again);
    let attempt = job.attempt;
    let outcome = job.lease_over(prints_again, now);
    if outcome != Outcome::Ignored {
        let reason = Some(Reason::NoAnswer);
        store::print_attempts::note_end(&mut tx, id, attempt, reason, now).await?;
        fallback::after(deps, &mut tx, &mut job, from, outcome).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Nobody will know of an attempt that a device has whether it was printed: its lease is over now, and its print point
/// says what follows. What does not concern the present attempt changes nothing.
pub async fn no_answer(
    deps: &Dependencies,
    key: DeviceKey,
    id: PrintJobId,
    attempt: i16,
) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let Some(mut job) = store::print_jobs::lock(&mut tx, id).await? else {
        return Ok(());
    };
    if job.device != key.device || !job.wait_no_longer(attempt, deps.clock.now()) {
        return Ok(());
    }
    store::print_jobs::update(&mut tx, &job).await?;
    tx.commit().await?;
    settle_overdue(deps, key.org, id).await
}

/// Takes in what was said of a device; others are told of what changed.
pub async fn device_state(
    deps: &Dependencies,
    key: DeviceKey,
    sighting: &Sighting,
) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let Some((device, mut status)) = lock_device(&mut tx, key.device).await? else {
        return Ok(());
    };
    let (from, now) = (status.state, deps.clock.now());
    let change = status.see(sighting, &device.settings, now);
    match change {
        Change::None => return Ok(()),
        Change::Seen => store::device_states::update(&mut tx, key.device, &status).await?,
        Change::Changed => {
            store::device_states::update(&mut tx, key.device, &status).await?;
            let changed = events::device_changed(&device, &status, from, now);
            outbox::publish(&mut tx, &*deps.clock, &[changed]).await?;
        }
    }
    tx.commit().await?;
    // One that was as it is has no work that was not offered.
    if change == Change::Changed {
        deps.wakes.wake(key.device);
    }
    Ok(())
}

/// Takes in that nothing was heard of a device for too long.
pub async fn device_silent(deps: &Dependencies, key: DeviceKey) -> Result<(), Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let Some((device, mut status)) = lock_device(&mut tx, key.device).await? else {
        return Ok(());
    };
    let (from, now) = (status.state, deps.clock.now());
    if status.miss(now) {
        store::device_states::update(&mut tx, key.device, &status).await?;
        let changed = events::device_changed(&device, &status, from, now);
        outbox::publish(&mut tx, &*deps.clock, &[changed]).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The attempt that an agent shall give back, where it has not printed it; `None` for none.
pub async fn withdrawal(
    deps: &Dependencies,
    key: DeviceKey,
) -> Result<Option<(PrintJobId, i16)>, Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let sent = store::print_jobs::lock_sent(&mut tx, key.device).await?;
    let asked = sent.filter(|job| job.withdraw_until.is_some());
    Ok(asked.map(|job| (job.id, job.attempt)))
}

/// An agent gives back what it was asked for and will not print it. False when it was not asked, or too late.
pub async fn given_back(
    deps: &Dependencies,
    key: DeviceKey,
    id: PrintJobId,
    attempt: i16,
) -> Result<bool, Problem> {
    let mut tx = deps.db.tenant(key.org).await?;
    let Some(mut job) = settle::lock(&mut tx, id).await? else {
        return Ok(false);
    };
    let (from, now) = (job.state, deps.clock.now());
    if job.device != key.device || !job.given_back(attempt, now) {
        return Ok(false);
    }
    let reason = job.reason.unwrap_or(Reason::OrderCancelled);
    store::print_attempts::note_end(&mut tx, id, attempt, Some(reason), now).await?;
    settle::store(deps, &mut tx, &job, from).await?;
    tx.commit().await?;
    Ok(true)
}

/// Devices in use that a vendor's cloud drives, of all organisations, a page of at most `limit` after the one that the page
/// before ended with.
pub async fn cloud_devices(
    deps: &Dependencies,
    after: Option<DeviceKey>,
    limit: i64,
) -> Result<Vec<DeviceKey>, Problem> {
    let first = (
        OrganisationId::from_uuid(uuid::Uuid::nil()),
        DeviceId::from_uuid(uuid::Uuid::nil()),
    );
    let after = after.map_or(first, |key| (key.org, key.device));
    let mut tx = deps.db.system("list devices of clouds").await?;
    let found = store::devices::list_of_clouds(&mut tx, after, limit).await?;
    tx.commit().await?;
    let keys = found
        .into_iter()
        .map(|(org, device)| DeviceKey { org, device });
    Ok(keys.collect())
}
