//! Gives jobs to clouds.
//!
//! A try is noted as held before the first call and as out when the cloud has taken anything of it, or may have. What
//! was certainly not taken waits again; of what may have been taken nobody knows, and it is not given again by itself.

use chassis::error::Problem;
use chrono::{DateTime, Utc};
use print_clouds::{CallError, Content, Job as CloudJob, Vendor};
use print_render::{Document as Drawn, markup};

use super::{Failure, look, served::Served};
use crate::{
    app::dispatch::{self, Dispatched},
    domain::{
        cloud::{self, CLOUD_KEEPS},
        device::{Sighting, State},
        job::{Delivery, Reason},
    },
    store,
};

/// Parts of a slip, each a call.
const MOST_PARTS: usize = 50;

/// Gives the job that the device is to print next.
pub(super) async fn give(served: &mut Served<'_>) -> Result<(), Failure> {
    let (deps, key) = (served.deps, served.key);
    let Some(job) = dispatch::next_job(deps, key).await? else {
        return Ok(());
    };
    if job.delivery != Delivery::None {
        let mut tx = deps.db.tenant(key.org).await?;
        let whole = store::cloud_orders::is_whole(&mut tx, job.job, job.attempt).await?;
        tx.commit().await?;
        // Whoever gave it did not come to the end.
        if !whole {
            dispatch::no_answer(deps, key, job.job, job.attempt).await?;
        }
        return Ok(());
    }
    let Some(parts) = written(served.vendor, &job.slips).await? else {
        tracing::error!(job.id = %job.job, "a slip is more than its cloud takes");
        end(served, &job, Reason::NotRendered).await?;
        return Ok(());
    };
    if served.vendor.cloud().capabilities().queues_while_offline {
        let state = match look(served).await {
            Ok(state) => state,
            Err(failure) => {
                end(served, &job, Reason::Offline).await?;
                return Err(failure);
            }
        };
        if state != State::Online {
            end(served, &job, cloud::reason(state)).await?;
            return Ok(());
        }
    }
    hand_over(served, &job, &parts).await
}

/// The mark-up of a slip in its parts; `None` where the cloud would not take it.
async fn written(vendor: Vendor, slips: &Drawn) -> Result<Option<Vec<String>>, Problem> {
    let slips = slips.clone();
    let write = move || match vendor {
        Vendor::Xpyun => markup::xpyun(&slips),
        Vendor::Feie => markup::feie(&slips),
    };
    let written = tokio::task::spawn_blocking(write).await;
    let parts = written.map_err(Problem::internal)?;
    let most = vendor.cloud().capabilities().max_content_bytes;
    let fits = (1..=MOST_PARTS).contains(&parts.len()) && parts.iter().all(|of| of.len() <= most);
    Ok(fits.then_some(parts))
}

async fn hand_over(served: &Served<'_>, job: &Dispatched, parts: &[String]) -> Result<(), Failure> {
    let (deps, key) = (served.deps, served.key);
    let now = deps.clock.now();
    let queues = served.vendor.cloud().capabilities().queues_while_offline;
    let end = queues.then(|| job.expires_at.min(now + CLOUD_KEEPS));
    if !delivered(served, job, Delivery::Held, "").await? {
        return Ok(());
    }
    let count = i16::try_from(parts.len()).unwrap_or(i16::MAX);
    let mut tx = deps.db.tenant(key.org).await?;
    store::cloud_orders::insert(&mut tx, job.job, job.attempt, count, key.device, end, now).await?;
    tx.commit().await?;
    for (number, text) in (1..=count).zip(parts) {
        match print(served, job, number, text, end).await {
            Ok(reference) => {
                let mut tx = deps.db.tenant(key.org).await?;
                let (id, attempt) = (job.job, job.attempt);
                store::cloud_orders::note_given(&mut tx, id, attempt, number, &reference).await?;
                tx.commit().await?;
                if number == 1 {
                    delivered(served, job, Delivery::Out, &reference).await?;
                }
            }
            Err(Failure::Cloud(error)) if error.may_print() => {
                delivered(served, job, Delivery::Out, "").await?;
                dispatch::no_answer(deps, key, job.job, job.attempt).await?;
                // Others wait until the cloud answers again.
                return Err(Failure::Cloud(error));
            }
            Err(Failure::Cloud(error)) => return not_taken(served, job, error).await,
            Err(failure) => return Err(failure),
        }
    }
    let mut tx = deps.db.tenant(key.org).await?;
    let first = cloud::next_ask(now, deps.clock.now());
    store::cloud_orders::ask_about(&mut tx, job.job, job.attempt, first).await?;
    Ok(tx.commit().await?)
}

async fn print(
    served: &Served<'_>,
    job: &Dispatched,
    number: i16,
    text: &str,
    end: Option<DateTime<Utc>>,
) -> Result<String, Failure> {
    let content = match job.slips.paper.is_label() {
        true => Content::Labels(text),
        false => Content::Slip(text),
    };
    let key = cloud::key(job.job, job.attempt, number);
    let call = served.call()?;
    let given = CloudJob {
        key: &key,
        serial: served.serial(),
        content,
        copies: job.copies,
        voice: cloud::voice(&served.device),
        expires_at: end.unwrap_or(job.expires_at),
    };
    let taken = call.cloud.print(call.context(), &given).await;
    taken.map_err(Failure::Cloud)
}

/// What was certainly not taken waits until the device can be served, counts as a try, or is over.
async fn not_taken(served: &Served<'_>, job: &Dispatched, error: CallError) -> Result<(), Failure> {
    end(served, job, cloud::not_taken(&error)).await?;
    match error {
        CallError::Offline => {
            let sighting = Sighting::of(State::Offline);
            Ok(dispatch::device_state(served.deps, served.key, &sighting).await?)
        }
        CallError::NotTaken { .. } | CallError::TooLarge { .. } | CallError::Rejected { .. } => {
            tracing::warn!(job.id = %job.job, %error, "a cloud does not take a job");
            Ok(())
        }
        error => Err(Failure::Cloud(error)),
    }
}

async fn delivered(
    served: &Served<'_>,
    job: &Dispatched,
    delivery: Delivery,
    reference: &str,
) -> Result<bool, Problem> {
    let (id, attempt) = (job.job, job.attempt);
    dispatch::delivered(served.deps, served.key, id, attempt, delivery, reference).await
}

async fn end(served: &Served<'_>, job: &Dispatched, reason: Reason) -> Result<(), Problem> {
    dispatch::failed(served.deps, served.key, job.job, job.attempt, reason).await?;
    Ok(())
}
