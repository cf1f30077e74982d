//! Pauses something.

use std::collections::{BTreeSet, HashMap};

use chassis::{
    authn::Identity,
    business_day::BusinessDay,
    db::TenantTx,
    error::{CommonReason, Problem},
    id::{BranchId, OrganisationId, PauseId, SkuId},
    idempotency::Once,
    sales::Channel,
};
use chrono::{DateTime, Utc};

use super::PauseScope;
use crate::{
    app::{Dependencies, availability::publish::publish_pauses, error::Error},
    domain::{
        branch_state::BranchState,
        pauses::{BranchPause, End, EndProblem, Pause, Reason, Target},
        stock::StockMode,
    },
    store::{self, branches::Branch, pauses::PauseInBranch},
};

/// More pauses at a time than this are a mistake, and every hold is checked with all of them.
const MOST_LASTING: i64 = 500;

/// A pause that staff create.
#[derive(Clone, Debug)]
pub struct CreatePause {
    /// The same key and request give the first answer again.
    pub once: Once,
    /// What is to be paused.
    pub target: Target,
    /// Its name as staff see it.
    pub target_name: String,
    /// Its scope.
    pub scope: PauseScope,
    /// Channels it concerns; empty for all.
    pub channels: BTreeSet<Channel>,
    /// Why.
    pub reason: Reason,
    /// Note for the other staff.
    pub note: String,
    /// When it ends.
    pub end: End,
    /// Only who has the whole brand may resume it.
    pub locked: bool,
    /// Units whose restocking ends it.
    pub restock_sku_ids: Vec<SkuId>,
    /// Name of who pauses.
    pub actor: String,
}

/// Pauses something; `encode` makes the answer that a repeat will get again.
///
/// Refuses with `NOT_FOUND`, `OUT_OF_SCOPE`, `IN_THE_PAST`, `IN_THE_FUTURE`, `VALIDATION_FAILED`,
/// `SETTING_RANGE` and `IDEMPOTENCY_MISMATCH`.
pub async fn create(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    command: &CreatePause,
    encode: impl Fn(&PauseInBranch) -> Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branches = lock(&mut tx, &command.scope).await?;
    let brand_id = branches[0].brand_id;
    for branch in &branches {
        identity.require_branch(branch.brand_id, branch.branch_id)?;
        if branch.brand_id != brand_id {
            return Err(of_several_brands().into());
        }
    }
    if command.locked || matches!(command.scope, PauseScope::Brand(_)) {
        identity.require_brand(brand_id)?;
    }
    if let Some(answer) = command.once.begin(&mut tx, &*deps.clock).await? {
        return Ok(answer);
    }

    let now = deps.clock.now();
    command.end.check(now).map_err(end_problem)?;
    let branch_ids: BTreeSet<_> = branches.iter().map(|branch| branch.branch_id).collect();
    let most = store::pauses::most_active(&mut tx, &branch_ids).await?;
    if most >= MOST_LASTING {
        let problem =
            Problem::new(CommonReason::SettingRange).message("the branch has too many pauses");
        let params = [("max", MOST_LASTING), ("given", most + 1)];
        return Err(problem
            .field_with("target", CommonReason::SettingRange, params)
            .into());
    }
    let places = places(&mut tx, command, &branches, now).await?;
    let pause = Pause {
        pause_id: PauseId::new(&*deps.clock),
        brand_id,
        whole_brand: matches!(command.scope, PauseScope::Brand(_)),
        branch_count: i64::try_from(places.len()).map_err(anyhow::Error::from)?,
        target: command.target.clone(),
        target_name: command.target_name.clone(),
        channels: command.channels.clone(),
        reason: command.reason,
        note: command.note.clone(),
        end: command.end,
        restock_sku_ids: command.restock_sku_ids.clone(),
        locked: command.locked,
        started_at: now,
        started_by: command.actor.clone(),
        version: 1,
    };
    store::pauses::insert(&mut tx, &pause, &places).await?;
    let answer = encode(&(pause, places[0].clone()));
    command.once.finish(&mut tx, &answer).await?;
    publish_pauses(deps, &mut tx, &branch_ids).await?;
    tx.commit().await?;
    for branch_id in branch_ids {
        deps.availabilities.forget(org, branch_id);
    }
    Ok(answer)
}

/// Locks the branches in scope, at least one; a brand's closed ones need no pause.
async fn lock(tx: &mut TenantTx, scope: &PauseScope) -> Result<Vec<Branch>, Error> {
    let branch_ids: BTreeSet<BranchId> = match scope {
        PauseScope::Branches(branch_ids) => branch_ids.clone(),
        PauseScope::Brand(brand_id) => {
            let branches = store::branches::list_of_brand(tx, *brand_id).await?;
            branches
                .iter()
                .filter(|branch| branch.state != BranchState::Closed)
                .map(|branch| branch.branch_id)
                .collect()
        }
    };
    let branches = store::branches::lock_many(tx, &branch_ids).await?;
    if branches.is_empty() || branches.len() < branch_ids.len() {
        return Err(Error::BranchUnknown);
    }
    Ok(branches)
}

/// When it ends in each branch. What ends by restocking must be counted there, else it never would.
async fn places(
    tx: &mut TenantTx,
    command: &CreatePause,
    branches: &[Branch],
    now: DateTime<Utc>,
) -> Result<Vec<BranchPause>, Error> {
    let mut places = Vec::with_capacity(branches.len());
    let mut uncounted = Vec::new();
    for branch in branches {
        let mut daily = false;
        if command.end == End::Restocked {
            let items =
                store::stock::items::find_many(tx, branch.branch_id, &command.restock_sku_ids)
                    .await?;
            let modes: HashMap<_, _> = items.iter().map(|item| (item.sku_id, item.mode)).collect();
            let counted = |mode: &&StockMode| **mode != StockMode::Untracked;
            if !modes.values().any(|mode| counted(&mode)) {
                uncounted.push(branch.branch_id);
            }
            daily = modes.values().any(|mode| *mode == StockMode::Daily);
        }
        let day_ends_at = BusinessDay::of(now, branch.tz, branch.cutoff_minutes)
            .ends_at(branch.tz, branch.cutoff_minutes);
        let ends_at = command.end.instant(now, day_ends_at, daily);
        places.push(BranchPause::lasting(branch.branch_id, ends_at));
    }
    if !uncounted.is_empty() {
        let mut problem = Problem::new(CommonReason::ValidationFailed).message(
            "nothing of the target is counted there, so no restocking would end the pause",
        );
        for branch_id in uncounted {
            let params = [("not_tracked", branch_id)];
            problem = problem.field_with("end.kind", CommonReason::ValidationFailed, params);
        }
        return Err(problem.into());
    }
    Ok(places)
}

fn end_problem(problem: EndProblem) -> Problem {
    let reason = match problem {
        EndProblem::InThePast => CommonReason::InThePast,
        EndProblem::InTheFuture => CommonReason::InTheFuture,
    };
    Problem::new(reason)
        .message("a pause cannot end then")
        .field_with("end.at", reason, [("max_days", 30)])
}

fn of_several_brands() -> Problem {
    Problem::new(CommonReason::ValidationFailed)
        .message("the branches belong to several brands")
        .field("branch_ids", CommonReason::ValidationFailed)
}
