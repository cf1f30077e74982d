//! Coupons at the counter of a branch.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{CommonReason, Problem},
    id::{BranchId, BrandId},
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::membership::v1::MembershipReason;

use super::{MOST_ENTRIES, by};
use crate::{
    app::benefits::coupon_changes,
    domain::benefits::{
        code_text,
        coupon::{Coupon, CouponEntryKind},
        refusal::Refusal,
    },
    store::{self, coupon_entries::CouponEntry},
};

/// How long ago a coupon may have been scanned offline.
const OFFLINE: TimeDelta = TimeDelta::hours(24);
/// How far the clock of a till may be ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// A coupon at the counter of a branch, with why it cannot be redeemed there and then.
pub async fn find_by_code(
    tx: &mut TenantTx,
    identity: &Identity,
    branch: BranchId,
    code: &str,
    at: DateTime<Utc>,
) -> Result<(Coupon, Result<(), Refusal>), Problem> {
    let brand = brand_of(tx, identity, branch).await?;
    let coupon = match code_text::normalised_coupon(code) {
        Some(code) => store::coupons::find_by_code(tx, &code).await?,
        None => None,
    };
    let coupon = coupon.ok_or_else(unknown_code)?;
    let judged = judge(tx, &coupon, brand, branch, at).await?;
    Ok((coupon, judged))
}

fn unknown_code() -> Problem {
    Problem::new(MembershipReason::CodeInvalid)
        .message("no coupon has this code")
        .field("code", MembershipReason::CodeInvalid)
}

async fn brand_of(
    tx: &mut TenantTx,
    identity: &Identity,
    branch: BranchId,
) -> Result<BrandId, Problem> {
    let brand = store::branches::find_brand(tx, branch).await?;
    let brand = brand
        .ok_or_else(|| Problem::not_found("branch").field("branch_id", CommonReason::NotFound))?;
    identity.require_branch(brand, branch)?;
    Ok(brand)
}

async fn judge(
    tx: &mut TenantTx,
    coupon: &Coupon,
    brand: BrandId,
    branch: BranchId,
    at: DateTime<Utc>,
) -> Result<Result<(), Refusal>, Problem> {
    if !coupon.is_for_branch(brand, branch) {
        return Ok(Err(Refusal::new(MembershipReason::CouponNotHere)));
    }
    let Err(refusal) = coupon.check_use(at, 0) else {
        return Ok(Ok(()));
    };
    if refusal.reason.as_str() != "COUPON_USED" {
        return Ok(Err(refusal));
    }
    // A conflict says when, where and by whom.
    let entries = store::coupon_entries::list(tx, coupon.id, MOST_ENTRIES).await?;
    let last = entries.into_iter().find(|entry| {
        matches!(
            entry.kind,
            CouponEntryKind::Used | CouponEntryKind::Redeemed
        )
    });
    let Some(last) = last else {
        return Ok(Err(refusal));
    };
    let mut refusal = refusal
        .param("used_at", last.at.to_rfc3339())
        .param("by", &last.actor);
    if let Some(branch) = last.branch {
        refusal = refusal.param("branch_id", branch);
    }
    Ok(Err(refusal))
}

/// 核銷: takes one use of a coupon at the counter of a branch.
pub async fn redeem(
    tx: &mut TenantTx,
    identity: &Identity,
    branch: BranchId,
    code: &str,
    scanned_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Coupon, Problem> {
    let at = scanned_at.unwrap_or(now);
    let wrong = |reason| Problem::new(reason).field("redeemed_at", reason);
    if at < now - OFFLINE {
        return Err(wrong(CommonReason::InThePast).param("hours", OFFLINE.num_hours()));
    }
    if at > now + AHEAD {
        return Err(wrong(CommonReason::InTheFuture));
    }
    let brand = brand_of(tx, identity, branch).await?;
    let code = code_text::normalised_coupon(code).ok_or_else(unknown_code)?;
    let found = store::coupons::find_by_code(tx, &code)
        .await?
        .ok_or_else(unknown_code)?;
    let mut locked = store::coupons::lock(tx, &[found.id]).await?;
    let coupon = locked.first_mut().ok_or_else(unknown_code)?;
    if let Err(refusal) = judge(tx, coupon, brand, branch, at).await? {
        let mut problem =
            Problem::new(refusal.reason.clone()).message("the coupon cannot be redeemed");
        for (name, value) in &refusal.params {
            problem = problem.param(*name, value);
        }
        problem.fields.push(refusal.at("code"));
        return Err(problem);
    }
    coupon.used += 1;
    let entry = CouponEntry {
        branch: Some(branch),
        ..by(identity, CouponEntryKind::Redeemed, "", at)
    };
    coupon_changes::save(tx, &mut locked, &entry, now).await?;
    locked.pop().ok_or_else(unknown_code)
}
