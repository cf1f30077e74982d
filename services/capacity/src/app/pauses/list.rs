//! Pauses as staff see them.

use chassis::{
    authn::Identity,
    id::{BranchId, OrganisationId, PauseId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    app::{Dependencies, error::Error, find_branch::find_branch},
    domain::hours::schedule::LAST_INSTANT,
    store::{self, pauses::PauseInBranch},
};

/// Lists the pauses that last in a branch, the next to end first.
pub async fn list_active(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
) -> Result<Vec<PauseInBranch>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    find_branch(&mut tx, identity, branch_id).await?;
    let mut found = store::pauses::list_active(&mut tx, branch_id).await?;
    let now = deps.clock.now();
    found.retain(|(_, place)| place.ends_at.is_none_or(|end| now < end));
    found.sort_by_key(|(pause, place)| (place.ends_at.is_none(), place.ends_at, pause.pause_id));
    Ok(found)
}

/// Lists pauses that ended in a branch, the latest first, from a place in the history on.
pub async fn list_ended(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
    before: Option<(DateTime<Utc>, PauseId)>,
    limit: i64,
) -> Result<Vec<PauseInBranch>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    find_branch(&mut tx, identity, branch_id).await?;
    let last = || (LAST_INSTANT, PauseId::from_uuid(Uuid::max()));
    let before = before.unwrap_or_else(last);
    Ok(store::pauses::list_ended(&mut tx, branch_id, before, limit).await?)
}
