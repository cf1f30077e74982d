//! Lets something be sold again.

use std::collections::BTreeSet;

use chassis::{
    authn::Identity,
    error::Problem,
    id::{BranchId, OrganisationId, PauseId},
};
use chrono::{DateTime, Utc};

use super::announce;
use crate::{
    app::{Core, error::Error},
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

/// Ends a pause in one branch or everywhere, and tells it as of the branch or its first one.
///
/// What has ended there already is told as it is. Refuses with `NOT_FOUND`, `OUT_OF_SCOPE`,
/// `FIELD_LOCKED` and `VersionConflict`.
pub async fn resume(
    core: &Core,
    identity: &Identity,
    org: OrganisationId,
    ask: &ResumePause,
) -> Result<PauseInBranch, Error> {
    let now = core.clock.now();
    let mut tx = core.db.tenant(org).await?;
    let chosen = |(_, place): &PauseInBranch| ask.branch_id.is_none_or(|id| id == place.branch_id);
    let mut found = store::pauses::find(&mut tx, ask.pause_id).await?;
    found.retain(chosen);
    let branch_ids: BTreeSet<_> = found.iter().map(|(_, place)| place.branch_id).collect();
    store::branches::lock_many(&mut tx, &branch_ids).await?;
    // What was read before the lock may be over; its branches cannot have become others.
    let mut found = store::pauses::find(&mut tx, ask.pause_id).await?;
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
        return Ok(told(found, now));
    }
    if pause.locked && identity.require_brand(pause.brand_id).is_err() {
        return Err(Problem::new("FIELD_LOCKED")
            .message("headquarters has locked the pause")
            .field("pause_id", "FIELD_LOCKED")
            .into());
    }
    if pause.version != ask.version {
        return Err(Error::VersionConflict {
            given: ask.version,
            current: pause.version,
        });
    }
    let ending = (now, Ending::Resumed, ask.actor.as_str());
    store::pauses::end(&mut tx, &[ask.pause_id].into(), &lasting, ending).await?;
    // In one branch it has just ended; elsewhere it is as whoever reads it knows it.
    if ask.branch_id.is_none() && !store::pauses::raise(&mut tx, ask.pause_id, ask.version).await? {
        return Err(anyhow::anyhow!("pause {} changed under its lock", ask.pause_id).into());
    }
    announce(core, &mut tx, &lasting).await?;
    let mut found = store::pauses::find(&mut tx, ask.pause_id).await?;
    found.retain(|pause| branch_ids.contains(&pause.1.branch_id));
    tx.commit().await?;
    for branch_id in lasting {
        core.availabilities.forget(org, branch_id);
    }
    Ok(told(found, now))
}

/// The first of those found, of which there is one.
fn told(found: Vec<PauseInBranch>, now: DateTime<Utc>) -> PauseInBranch {
    let (pause, place) = found
        .into_iter()
        .next()
        .expect("a pause that was found has a branch");
    (pause, place.settled(now))
}
