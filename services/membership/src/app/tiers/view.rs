//! The tiers of a member, as people read and set them.

use chassis::{authn::Identity, db::TenantTx, error::Problem, id::MemberId};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    change::{self, Move, governing},
    programmes as app_programmes,
};
use crate::{
    app::scope,
    domain::{
        calendar,
        programme::Programme,
        tiers::{
            judging::{Cause, Progress, Standing},
            rules::Tier,
        },
    },
    store::tiers::{
        members::{self, TierChange},
        programmes::TierVersion,
    },
};

/// Most changes that are shown.
const MOST_CHANGES: i64 = 50;

/// The tier of a member in a programme.
#[derive(Clone, Debug)]
pub struct MemberTierView {
    /// Programme.
    pub programme: Programme<TierVersion>,
    /// Tier.
    pub tier: Tier,
    /// Since and until when, and why.
    pub standing: Standing,
    /// When the member joined.
    pub joined_at: DateTime<Utc>,
    /// Next tier.
    pub next: Option<Tier>,
    /// What counts now.
    pub progress: Progress,
    /// What is missing for the next tier.
    pub missing: Progress,
    /// Changes, newest first.
    pub changes: Vec<TierChange>,
}

/// The tier of a member in a programme; `None` where the programme has not begun.
pub async fn of_member(
    tx: &mut TenantTx,
    programme: Programme<TierVersion>,
    member: MemberId,
    now: DateTime<Utc>,
) -> Result<Option<MemberTierView>, Problem> {
    let joined_at = members::lock_member(tx, member).await?;
    let joined_at = joined_at.ok_or_else(|| Problem::not_found("member"))?;
    let (Some(version), Some(current)) = (
        governing(&programme, joined_at, now),
        programme.in_force(now),
    ) else {
        return Ok(None);
    };
    let rules = &version.rules.rules;
    let standing = members::find(tx, programme.id, member).await?;
    let standing = standing.unwrap_or_else(|| Standing::base(rules));
    let shown = &current.rules.rules;
    let place = shown.place(standing.tier).unwrap_or(0);
    let from = rules.window_start(now, standing.since);
    let progress = members::progress(tx, programme.brand, &[(member, from)]).await?;
    let progress = progress.get(&member).copied().unwrap_or_default();
    let next = rules
        .place(standing.tier)
        .and_then(|place| rules.tiers.get(place + 1));
    let upgrade = next.and_then(|next| next.wire.upgrade.as_ref());
    let missing = upgrade.map_or_else(Progress::default, |upgrade| progress.missing(upgrade));
    let tier = shown.tiers.get(place).cloned();
    let Some(tier) = tier else {
        return Ok(None);
    };
    let changes = members::list_changes(tx, programme.id, member, MOST_CHANGES).await?;
    Ok(Some(MemberTierView {
        tier,
        standing,
        joined_at,
        next: next.cloned(),
        progress,
        missing,
        changes,
        programme,
    }))
}

/// A tier that staff sets.
#[derive(Clone, Debug)]
pub struct Set {
    /// Member.
    pub member: MemberId,
    /// Programme.
    pub programme: Uuid,
    /// Tier.
    pub tier: Uuid,
    /// Until when.
    pub valid_until: Option<DateTime<Utc>>,
    /// Why.
    pub reason: String,
}

/// Sets the tier of a member: it before and after.
pub async fn set(
    tx: &mut TenantTx,
    identity: &Identity,
    set: Set,
    now: DateTime<Utc>,
) -> Result<MemberTierView, Problem> {
    let (by, _) = identity.staff()?;
    let programme = app_programmes::get(tx, identity, set.programme).await?;
    match programme.brand {
        Some(brand) => identity.require_brand(brand)?,
        None => scope::require_wide(identity)?,
    }
    let version = programme.in_force(now);
    let version = version.ok_or_else(|| Problem::not_found("tier"))?;
    let rules = &version.rules.rules;
    let place = rules
        .place(set.tier)
        .ok_or_else(|| Problem::not_found("tier"))?;
    let joined = members::lock_member(tx, set.member).await?;
    joined.ok_or_else(|| Problem::not_found("member"))?;
    let before = members::find(tx, programme.id, set.member).await?;
    let before = before.unwrap_or_else(|| Standing::base(rules));
    let standing = Standing {
        valid_until: set.valid_until,
        due_at: set.valid_until.map(calendar::next_run),
        ..Standing::moved(rules, place, Cause::Manual, now)
    };
    let moved = Move {
        member: set.member,
        from: before.tier,
        to: standing,
        by: Some((by, set.reason)),
    };
    change::save(tx, programme.id, &[moved], now).await?;
    let view = of_member(tx, programme, set.member, now).await?;
    view.ok_or_else(|| Problem::not_found("tier"))
}
