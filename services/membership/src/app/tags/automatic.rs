//! Automatic tags: their rules are applied to everybody in rounds, and to a member whenever an order of the member
//! changes what counts.

use std::collections::BTreeSet;

use chassis::{
    db::TenantTx,
    error::{CommonReason, Problem},
    id::{BranchId, BrandId, MemberId},
};
use chrono::{DateTime, Utc};
use proto::membership::v1::MembershipReason;
use uuid::Uuid;

use crate::{
    app::tiers::named,
    domain::{calendar, tag_rule::TagRule},
    store::{
        self, new_id,
        tags::{
            TagSource,
            batches::{self, TagBatch},
            owners::{self, Origin},
            rules,
        },
    },
};

/// Members looked at in one transaction.
const A_BATCH: i64 = 2_000;

/// Refuses a rule that names brands, branches or tiers that are not there.
pub async fn check(tx: &mut TenantTx, rule: &TagRule) -> Result<(), Problem> {
    let missing = |field: String| {
        Err(Problem::not_found("what a rule names").field(field, CommonReason::NotFound))
    };
    let brands = store::brands::list(tx).await?;
    let is_brand = |id: &Uuid| brands.contains(&BrandId::from_uuid(*id));
    if let Some(index) = rule.brands.iter().position(|brand| !is_brand(brand)) {
        return missing(format!("rule.brand_ids[{index}]"));
    }
    let branches: Vec<BranchId> = rule
        .branches
        .iter()
        .copied()
        .map(BranchId::from_uuid)
        .collect();
    let known = store::brands::of_branches(tx, &branches).await?;
    let is_branch = |id: &BranchId| known.iter().any(|(branch, _)| branch == id);
    if let Some(index) = branches.iter().position(|branch| !is_branch(branch)) {
        return missing(format!("rule.branch_ids[{index}]"));
    }
    if let Some(index) = named::first_unknown(tx, &rule.tiers).await? {
        return missing(format!("rule.tier_ids[{index}]"));
    }
    Ok(())
}

/// Refuses to give or take tags by hand of which a rule says who has them.
pub async fn require_manual(
    tx: &mut TenantTx,
    tags: &[Uuid],
    field: impl Fn(usize) -> String,
) -> Result<(), Problem> {
    let automatic = rules::automatic(tx, tags).await?;
    let Some(index) = tags.iter().position(|tag| automatic.contains(tag)) else {
        return Ok(());
    };
    let reason = MembershipReason::TagAutomatic;
    Err(Problem::new(reason)
        .message("a rule says who has the tag")
        .field(field(index), reason))
}

/// Applies the rules that act to one member.
pub async fn apply_to(
    tx: &mut TenantTx,
    member: MemberId,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let active = rules::list_active(tx).await?;
    if active.is_empty() {
        return Ok(());
    }
    let members = owners::lock_members(tx, &[member.as_uuid()]).await?;
    if members.is_empty() {
        return Ok(());
    }
    let owned = owners::ids_of_member(tx, member).await?;
    let origin = origin(None, now);
    for (tag, rule) in active {
        let base = named::base_programmes(tx, &rule.tiers).await?;
        let meets = !rules::met_by(tx, &rule, &base, &members, now)
            .await?
            .is_empty();
        match (meets, owned.contains(&tag)) {
            (true, false) => drop(owners::give(tx, tag, &members, origin).await?),
            (false, true) => drop(owners::take(tx, tag, &members, origin).await?),
            _ => {}
        }
    }
    Ok(())
}

const fn origin(batch: Option<Uuid>, now: DateTime<Utc>) -> Origin {
    Origin {
        source: TagSource::Rule,
        operator: None,
        batch,
        at: now,
    }
}

/// Goes on with the round of a rule over all members; whether there is more of it.
pub async fn go_round(tx: &mut TenantTx, tag: Uuid, now: DateTime<Utc>) -> Result<bool, Problem> {
    let Some(mut round) = rules::lock_round(tx, tag, now).await? else {
        return Ok(false);
    };
    let members = rules::members_after(tx, round.after, A_BATCH).await?;
    let base = named::base_programmes(tx, &round.rule.tiers).await?;
    let (gets, loses) = differences(tx, tag, &round.rule, &base, &members, now).await?;
    let concerned: Vec<Uuid> = gets.union(&loses).copied().collect();
    if !concerned.is_empty() {
        // An order may have changed them meanwhile; once they are locked they stay as they are.
        let locked = owners::lock_members(tx, &concerned).await?;
        let (gets, loses) = differences(tx, tag, &round.rule, &base, &locked, now).await?;
        change(tx, tag, true, &gets, &mut round.given, now).await?;
        change(tx, tag, false, &loses, &mut round.taken, now).await?;
    }
    let is_last = i64::try_from(members.len()).unwrap_or(0) < A_BATCH;
    if is_last {
        rules::end_round(tx, tag, now, calendar::next_tag_round(now)).await?;
    } else {
        round.after = members.last().copied();
        rules::save_round(tx, tag, &round).await?;
    }
    Ok(!is_last)
}

/// Of these members, who is to get a tag and who is to lose it.
async fn differences(
    tx: &mut TenantTx,
    tag: Uuid,
    rule: &TagRule,
    base: &[Uuid],
    members: &[Uuid],
    now: DateTime<Utc>,
) -> Result<(BTreeSet<Uuid>, BTreeSet<Uuid>), Problem> {
    let met: BTreeSet<Uuid> = rules::met_by(tx, rule, base, members, now)
        .await?
        .into_iter()
        .collect();
    let owners: BTreeSet<Uuid> = rules::owners(tx, tag, members).await?.into_iter().collect();
    Ok((&met - &owners, &owners - &met))
}

/// Gives a tag to members or takes it, as part of the round's batch, which begins with its first member.
async fn change(
    tx: &mut TenantTx,
    tag: Uuid,
    added: bool,
    members: &BTreeSet<Uuid>,
    batch: &mut Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if members.is_empty() {
        return Ok(());
    }
    let members: Vec<Uuid> = members.iter().copied().collect();
    let id = batch.unwrap_or_else(|| new_id(now));
    let changed = if added {
        owners::give(tx, tag, &members, origin(Some(id), now)).await?
    } else {
        owners::take(tx, tag, &members, origin(Some(id), now)).await?
    };
    let changed = i32::try_from(changed).unwrap_or(i32::MAX);
    if changed == 0 {
        return Ok(());
    }
    if batch.is_none() {
        let begun = TagBatch {
            id,
            tag,
            added,
            at: now,
            operator: None,
            matched: 0,
            changed: 0,
            undone_at: None,
            undone_by: None,
        };
        batches::insert(tx, &begun).await?;
        *batch = Some(id);
    }
    batches::add_changed(tx, id, changed).await?;
    Ok(())
}

/// How many members meet a rule, and how many would get and lose the tag that it is for.
pub async fn preview(
    tx: &mut TenantTx,
    rule: &TagRule,
    tag: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(i64, i64, i64), Problem> {
    check(tx, rule).await?;
    if let Some(tag) = tag
        && store::tags::find(tx, tag).await?.is_none()
    {
        return Err(Problem::not_found("tag").field("tag_id", CommonReason::NotFound));
    }
    let base = named::base_programmes(tx, &rule.tiers).await?;
    Ok(rules::count_met(tx, rule, &base, tag, now).await?)
}
