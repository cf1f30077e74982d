//! Coupons that are passed on: by staff, or by a link that one other member can take a coupon by.

use chassis::{
    authn::Identity,
    clock::Clock,
    db::TenantTx,
    error::{CommonReason, Problem},
    id::{CouponId, MemberId},
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::membership::v1::MembershipReason;

use super::{by, issue::take_of_members, lock, refused};
use crate::{
    app::{benefits::coupon_changes, members},
    domain::benefits::{
        code_text,
        coupon::{Coupon, CouponEnd, CouponEntryKind},
        offer,
        refusal::Refusal,
    },
    store::{
        self,
        coupons::{Batch, NewCoupon},
    },
};

/// How long a link can be taken.
const OFFERED_FOR: TimeDelta = TimeDelta::hours(72);

/// Passes a coupon on to another member: this one ends, and the other gets one like it with the uses that are left.
pub async fn transfer(
    tx: &mut TenantTx,
    identity: &Identity,
    clock: &dyn Clock,
    id: CouponId,
    to: MemberId,
) -> Result<Coupon, Problem> {
    let coupon = lock(tx, identity, &[id]).await?.remove(0);
    if coupon.member == to {
        return Ok(coupon);
    }
    check(&coupon, clock.now())?;
    if store::coupons::list_receivers(tx, &[to]).await?.is_empty() {
        let problem = Problem::not_found("member");
        return Err(problem.field("to_member_id", CommonReason::NotFound));
    }
    pass_on(tx, identity, clock, coupon, to).await
}

/// Refuses a coupon that cannot be passed on, or not any more.
fn check(coupon: &Coupon, now: DateTime<Utc>) -> Result<(), Problem> {
    if !coupon.transferable {
        return Err(Problem::new(MembershipReason::NotTransferable)
            .message("coupons of this kind cannot be passed on"));
    }
    let usable = coupon.check_use(now.max(coupon.valid_from), 0);
    if coupon.held == 0 && usable.is_ok() {
        return Ok(());
    }
    let used = || Refusal::new(MembershipReason::CouponUsed).held_by(coupon.order);
    let refusal = usable.err().unwrap_or_else(used);
    refused(vec![refusal.at("coupon_id")])
}

/// Ends a coupon that is locked and gives another member one like it, which counts among those the member got.
async fn pass_on(
    tx: &mut TenantTx,
    identity: &Identity,
    clock: &dyn Clock,
    mut coupon: Coupon,
    to: MemberId,
) -> Result<Coupon, Problem> {
    let now = clock.now();
    let template = store::coupon_templates::find(tx, coupon.template).await?;
    let template = template.ok_or_else(|| Problem::not_found("coupon template"))?;
    let (_, full) = take_of_members(tx, &template.template, &[to]).await?;
    if !full.is_empty() {
        return Err(Problem::new(MembershipReason::IssueLimit)
            .message("the member has the most coupons of this kind already"));
    }
    let passed = NewCoupon {
        id: CouponId::new(clock),
        member: to,
        code: code_text::random_coupon(rand::random()),
    };
    let batch = Batch {
        id: coupon.batch,
        template: coupon.template,
        rule_version: coupon.rule.version,
        valid_from: coupon.valid_from,
        valid_until: coupon.valid_until,
        uses_allowed: coupon.uses_left(),
        issued_at: now,
    };
    store::coupons::insert(tx, &batch, std::slice::from_ref(&passed)).await?;
    let entry = by(identity, CouponEntryKind::Transferred, "", now);
    store::coupon_entries::append(tx, clock, &[passed.id], &entry).await?;
    coupon.ended = Some(CouponEnd::Transferred);
    coupon_changes::save(tx, std::slice::from_mut(&mut coupon), &entry, now).await?;
    let new = store::coupons::find_many(tx, &[passed.id]).await?;
    coupon_changes::announce(tx, &new, None, now).await?;
    new.into_iter()
        .next()
        .ok_or_else(|| Problem::not_found("coupon"))
}

/// A coupon of the member who asks, locked.
async fn lock_own(tx: &mut TenantTx, identity: &Identity, id: CouponId) -> Result<Coupon, Problem> {
    let member = members::caller(identity)?;
    let coupon = store::coupons::lock(tx, &[id]).await?.pop();
    coupon
        .filter(|coupon| coupon.member == member)
        .ok_or_else(|| Problem::not_found("coupon"))
}

/// Makes a link by which another member can take a coupon of the member who asks: its text, and until when. The link
/// before is over.
pub async fn offer(
    tx: &mut TenantTx,
    identity: &Identity,
    id: CouponId,
    now: DateTime<Utc>,
) -> Result<(String, DateTime<Utc>), Problem> {
    let coupon = lock_own(tx, identity, id).await?;
    check(&coupon, now)?;
    let token = offer::new_token(rand::random());
    let expires_at = coupon.valid_until.min(now + OFFERED_FOR);
    store::coupon_offers::upsert(tx, id, &offer::hash(&token), expires_at).await?;
    Ok((token, expires_at))
}

/// Ends the link of a coupon of the member who asks.
pub async fn withdraw(tx: &mut TenantTx, identity: &Identity, id: CouponId) -> Result<(), Problem> {
    lock_own(tx, identity, id).await?;
    Ok(store::coupon_offers::delete(tx, id).await?)
}

/// What a link passes on.
#[derive(Clone, Debug)]
pub struct Offered {
    /// The coupon.
    pub coupon: Coupon,
    /// First character of the owner's name; empty when it is unknown.
    pub from: String,
    /// Until when it can be taken.
    pub expires_at: DateTime<Utc>,
}

/// What a link passes on now.
pub async fn find_offer(
    tx: &mut TenantTx,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Offered, Problem> {
    let offer = store::coupon_offers::find(tx, &offer::hash(token)).await?;
    let offer = offer.ok_or_else(over)?;
    let coupon = store::coupons::find_many(tx, &[offer.coupon]).await?.pop();
    let coupon = coupon.ok_or_else(over)?;
    if offer.claimed.is_some() || offer.expires_at <= now || check(&coupon, now).is_err() {
        return Err(over());
    }
    let owner = store::members::find(tx, coupon.member).await?;
    let name = owner.map(|owner| owner.name).unwrap_or_default();
    Ok(Offered {
        from: name.chars().take(1).collect(),
        expires_at: offer.expires_at,
        coupon,
    })
}

/// Takes the coupon that a link passes on for the member who asks; repeated, it gives the same one.
pub async fn claim(
    tx: &mut TenantTx,
    identity: &Identity,
    clock: &dyn Clock,
    token: &str,
) -> Result<Coupon, Problem> {
    let member = members::caller(identity)?;
    let (hash, now) = (offer::hash(token), clock.now());
    let found = store::coupon_offers::find(tx, &hash).await?;
    let found = found.ok_or_else(over)?;
    // The coupon is locked first, as wherever it changes; then what the link says holds.
    let coupon = store::coupons::lock(tx, &[found.coupon]).await?.pop();
    let coupon = coupon.ok_or_else(over)?;
    let found = store::coupon_offers::find(tx, &hash).await?;
    let found = found.ok_or_else(over)?;
    if let Some(claimed) = found.claimed {
        let claimed = store::coupons::find_many(tx, &[claimed]).await?.pop();
        return claimed
            .filter(|claimed| claimed.member == member)
            .ok_or_else(over);
    }
    if found.expires_at <= now || check(&coupon, now).is_err() {
        return Err(over());
    }
    if coupon.member == member {
        return Ok(coupon);
    }
    if store::coupons::list_receivers(tx, &[member])
        .await?
        .is_empty()
    {
        return Err(members::unknown());
    }
    let passed = pass_on(tx, identity, clock, coupon, member).await?;
    store::coupon_offers::set_claimed(tx, found.coupon, passed.id).await?;
    Ok(passed)
}

fn over() -> Problem {
    Problem::new(MembershipReason::CouponOfferOver).message("the coupon can no longer be taken")
}
