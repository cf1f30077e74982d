//! Lets something be sold again.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    audit,
    authn::Identity,
    error::{CommonReason, Problem, check_version},
    id::{BranchId, OrganisationId, PauseId},
};
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{
    app::{Dependencies, availability::publish::publish_pauses, error::Error},
    domain::pauses::Ending,
    store::{self, pauses::PauseInBranch},
};

/// A pause that staff end.
#[derive(Clone, Debug)]
pub struct ResumePause {
    /// The pause.
    pub pause_id: PauseId,
    /// Only in this branch; `None` for all of its branches.
    pub branch_id: Option<BranchId>,
    /// Version it was read at.
    pub version: i64,
    /// Name of who resumes.
    pub actor: String,
}

/// Ends a pause in one branch or everywhere, and returns it as of the branch or its first one.
///
/// What has ended there already is returned as it is. Refuses with `NOT_FOUND`, `OUT_OF_SCOPE`,
/// `FIELD_LOCKED` and `VERSION_CONFLICT`.
pub async fn resume(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    command: &ResumePause,
) -> Result<PauseInBranch, Error> {
    let now = deps.clock.now();
    let mut tx = deps.db.tenant(org).await?;
    let chosen =
        |(_, place): &PauseInBranch| command.branch_id.is_none_or(|id| id == place.branch_id);
    let mut found = store::pauses::find(&mut tx, command.pause_id).await?;
    found.retain(chosen);
    let branch_ids: BTreeSet<_> = found.iter().map(|(_, place)| place.branch_id).collect();
    store::branches::lock_many(&mut tx, &branch_ids).await?;
    // What was read before the lock may be over; its branches cannot have become others.
    let mut found = store::pauses::find(&mut tx, command.pause_id).await?;
    found.retain(|pause| branch_ids.contains(&pause.1.branch_id));
    let Some((pause, _)) = found.first() else {
        return Err(Problem::not_found("pause").into());
    };
    for branch_id in &branch_ids {
        identity.require_branch(pause.brand_id, *branch_id)?;
    }
    let lasting: BTreeSet<_> = found
        .iter()
        .filter(|(_, place)| place.clone().settled(now).ended_at.is_none())
        .map(|(_, place)| place.branch_id)
        .collect();
    if lasting.is_empty() {
        return Ok(first_of(found, now));
    }
    if pause.locked && identity.require_brand(pause.brand_id).is_err() {
        return Err(Problem::new(CommonReason::FieldLocked)
            .message("headquarters has locked the pause")
            .field("pause_id", CommonReason::FieldLocked)
            .into());
    }
    check_version(command.version, pause.version)?;
    let before = ended(&found, now);
    let ending = (now, Ending::Resumed, command.actor.as_str());
    store::pauses::end(&mut tx, &[command.pause_id].into(), &lasting, ending).await?;
    // In one branch it has just ended; elsewhere the version that was read is still current.
    if command.branch_id.is_none()
        && !store::pauses::raise(&mut tx, command.pause_id, command.version).await?
    {
        return Err(anyhow::anyhow!("pause {} changed under its lock", command.pause_id).into());
    }
    publish_pauses(deps, &mut tx, &lasting).await?;
    let mut found = store::pauses::find(&mut tx, command.pause_id).await?;
    found.retain(|pause| branch_ids.contains(&pause.1.branch_id));
    audit::changed("pause", command.pause_id, &before, &ended(&found, now));
    tx.commit().await?;
    for branch_id in lasting {
        deps.availabilities.forget(org, branch_id);
    }
    Ok(first_of(found, now))
}

/// When and how a pause ended, by branch; nothing where it lasts.
fn ended(found: &[PauseInBranch], now: DateTime<Utc>) -> Ended {
    let places = found.iter().map(|(_, place)| place.clone().settled(now));
    let ended = places.map(|place| (place.branch_id, place.ended_at.zip(place.ending)));
    Ended {
        ended: ended.collect(),
    }
}

#[derive(Serialize)]
struct Ended {
    ended: BTreeMap<BranchId, Option<(DateTime<Utc>, Ending)>>,
}

/// The first of those found, of which there is one.
fn first_of(found: Vec<PauseInBranch>, now: DateTime<Utc>) -> PauseInBranch {
    let (pause, place) = found
        .into_iter()
        .next()
        .expect("a pause that was found has a branch");
    (pause, place.settled(now))
}
