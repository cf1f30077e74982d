//! Coupons of members: issued, voided, extended, passed on, and redeemed at the counter.

pub mod change;
pub mod counter;
pub mod issue;
pub mod merge;
pub mod pass_on;

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{CommonReason, FieldProblem, Problem},
    id::{BrandId, CouponId, MemberId},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::{benefits::places, coupon_templates};
use crate::{
    domain::benefits::coupon::{Coupon, CouponEntryKind},
    store::{self, coupon_entries::CouponEntry, coupons::Filter},
};

/// How long a member sees coupons that are over.
const SHOWN_AFTER: TimeDelta = TimeDelta::days(90);
/// Most coupons a member sees.
const MOST_SHOWN: i64 = 200;
/// Most things that happened to a coupon that are listed.
const MOST_ENTRIES: i64 = 200;

/// A page of coupons that the caller may see.
pub async fn list(
    tx: &mut TenantTx,
    identity: &Identity,
    filter: &Filter,
    now: DateTime<Utc>,
    after: Option<CouponId>,
    limit: i64,
) -> Result<Vec<Coupon>, Problem> {
    if let Some(template) = filter.template {
        coupon_templates::get(tx, identity, template).await?;
    }
    Ok(store::coupons::list(tx, filter, now, after, limit).await?)
}

/// A coupon with what happened to it.
pub async fn get(
    tx: &mut TenantTx,
    identity: &Identity,
    id: CouponId,
) -> Result<(Coupon, Vec<CouponEntry>), Problem> {
    let found = store::coupons::find_many(tx, &[id]).await?.pop();
    let coupon = found.ok_or_else(|| Problem::not_found("coupon"))?;
    places::require_visible(tx, identity, &coupon.rule, "coupon").await?;
    let entries = store::coupon_entries::list(tx, id, MOST_ENTRIES).await?;
    Ok((coupon, entries))
}

/// Coupons that are about to change, locked in the order of their ids, that the caller may change.
async fn lock(
    tx: &mut TenantTx,
    identity: &Identity,
    ids: &[CouponId],
) -> Result<Vec<Coupon>, Problem> {
    let coupons = store::coupons::lock(tx, ids).await?;
    for (index, id) in ids.iter().enumerate() {
        let Some(coupon) = coupons.iter().find(|coupon| coupon.id == *id) else {
            let field = format!("coupon_ids[{index}]");
            return Err(Problem::not_found("coupon").field(field, CommonReason::NotFound));
        };
        places::require_editable(identity, &coupon.rule)?;
    }
    Ok(coupons)
}

fn refused(problems: Vec<FieldProblem>) -> Result<(), Problem> {
    let Some(first) = problems.first() else {
        return Ok(());
    };
    let mut problem = Problem::new(first.reason.clone());
    problem.params.clone_from(&first.params);
    problem.fields = problems;
    Err(problem)
}

fn by(identity: &Identity, kind: CouponEntryKind, reason: &str, now: DateTime<Utc>) -> CouponEntry {
    CouponEntry {
        at: now,
        kind,
        order: None,
        branch: None,
        actor: identity.actor.name(),
        reason: reason.to_owned(),
    }
}

/// The coupons of a member that can be used in a brand, or those that are over.
pub async fn list_own(
    tx: &mut TenantTx,
    member: MemberId,
    brand: BrandId,
    past: bool,
    now: DateTime<Utc>,
) -> Result<Vec<Coupon>, Problem> {
    let coupons = if past {
        let since = now - SHOWN_AFTER;
        store::coupons::list_past(tx, member, since, now, MOST_SHOWN).await?
    } else {
        store::coupons::list_usable(tx, member, now, MOST_SHOWN).await?
    };
    let here = coupons.into_iter().filter(|coupon| {
        places::brands_of(&coupon.rule).is_none_or(|brands| brands.contains(&brand))
    });
    Ok(here.collect())
}
