//! What becomes of a hold as its order goes on or ends.

use chassis::{
    db::TenantTx,
    error::{Code, Problem},
    id::{CouponId, OrderId},
};
use chrono::{DateTime, Utc};

use super::{coupon_changes, hold::take_again};
use crate::{
    app::points,
    domain::benefits::{
        code::is_over,
        coupon::CouponEntryKind,
        hold::{ASK_AGAIN, Claim, Hold, HoldState, RETURNED_FOR, Step, Use, step},
    },
    store::{self, coupon_entries::CouponEntry},
};

/// What was given back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GivenBack {
    /// Coupons.
    pub coupons: usize,
    /// Uses of codes.
    pub codes: usize,
}

/// Applies what the state of an order at a version means for its hold; an older version than the one that is known
/// changes nothing, and neither does an order without a hold.
pub async fn settle(
    tx: &mut TenantTx,
    order: OrderId,
    claim: Claim,
    version: i64,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let Some(mut hold) = store::holds::lock(tx, order).await? else {
        return Ok(());
    };
    if version < hold.order_version {
        return Ok(());
    }
    hold.order_version = version;
    match step(hold.state, claim) {
        Step::Stay => {}
        Step::Postpone => hold.ask_at = Some(now + ASK_AGAIN),
        Step::Use => confirm(tx, &mut hold, now).await?,
        Step::Release => release(tx, &mut hold, now).await?,
        Step::TakeAgain => restore(tx, &mut hold, claim, now).await?,
    }
    Ok(store::holds::update(tx, &hold).await?)
}

/// Releases the hold of an order that was never made; whether there was one.
pub async fn release_unmade(
    tx: &mut TenantTx,
    order: OrderId,
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    let Some(mut hold) = store::holds::lock(tx, order).await? else {
        return Ok(false);
    };
    if hold.state != HoldState::Held || hold.order_version > 0 {
        return Ok(false);
    }
    release(tx, &mut hold, now).await?;
    store::holds::update(tx, &hold).await?;
    Ok(true)
}

async fn confirm(tx: &mut TenantTx, hold: &mut Hold, now: DateTime<Utc>) -> Result<(), Problem> {
    let uses = store::holds::list_uses(tx, hold.order).await?;
    let ids: Vec<CouponId> = uses.iter().filter_map(|used| used.coupon).collect();
    if !ids.is_empty() {
        let mut coupons = store::coupons::lock(tx, &ids).await?;
        for coupon in &mut coupons {
            coupon.held -= 1;
            coupon.used += 1;
        }
        let entry = entry(hold, CouponEntryKind::Used, now);
        coupon_changes::save(tx, &mut coupons, &entry, now).await?;
    }
    if hold.points > 0 {
        points::holds::confirm(tx, hold.order, now).await?;
    }
    hold.state = HoldState::Used;
    hold.ask_at = None;
    Ok(())
}

async fn release(tx: &mut TenantTx, hold: &mut Hold, now: DateTime<Utc>) -> Result<(), Problem> {
    let uses = store::holds::list_uses(tx, hold.order).await?;
    let left: Vec<Use> = uses.into_iter().filter(|used| !used.returned).collect();
    let points = hold.points > 0;
    give_back(tx, hold, &left, points, now).await?;
    hold.state = HoldState::Released;
    hold.ask_at = None;
    Ok(())
}

/// Gives back uses of an order, and its points where `points` says so; counters last.
pub async fn give_back(
    tx: &mut TenantTx,
    hold: &Hold,
    uses: &[Use],
    points: bool,
    now: DateTime<Utc>,
) -> Result<GivenBack, Problem> {
    let ids: Vec<CouponId> = uses.iter().filter_map(|used| used.coupon).collect();
    if !ids.is_empty() {
        let mut coupons = store::coupons::lock(tx, &ids).await?;
        let was_used = hold.state == HoldState::Used;
        for coupon in &mut coupons {
            if was_used {
                coupon.used -= 1;
            } else {
                coupon.held -= 1;
            }
            if is_over(coupon.valid_until, now) {
                coupon.valid_until = now + RETURNED_FOR;
            }
        }
        if was_used {
            let entry = entry(hold, CouponEntryKind::Returned, now);
            coupon_changes::save(tx, &mut coupons, &entry, now).await?;
        } else {
            store::coupons::update(tx, &coupons).await?;
        }
    }
    if points {
        points::holds::release(tx, hold.order, now).await?;
    }
    let counters: Vec<_> = uses.iter().flat_map(|used| hold.given_back(used)).collect();
    if !counters.is_empty() {
        store::counters::give_back(tx, &counters).await?;
    }
    Ok(GivenBack {
        coupons: ids.len(),
        codes: uses.iter().filter(|used| used.code.is_some()).count(),
    })
}

/// Takes again what was given back too early, for the order lives. What somebody else has taken meanwhile stays
/// theirs; the order keeps its price.
async fn restore(
    tx: &mut TenantTx,
    hold: &mut Hold,
    claim: Claim,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let uses = store::holds::list_uses(tx, hold.order).await?;
    let held = Hold {
        state: HoldState::Held,
        ask_at: Some(now + ASK_AGAIN),
        ..hold.clone()
    };
    sqlx::query("SAVEPOINT restore").execute(&mut **tx).await?;
    match take_again(tx, &held, uses, now).await {
        Ok(()) => {
            sqlx::query("RELEASE SAVEPOINT restore")
                .execute(&mut **tx)
                .await?;
            *hold = held;
            if claim == Claim::Uses {
                confirm(tx, hold, now).await?;
            }
            Ok(())
        }
        Err(problem) if matches!(problem.code(), Code::Internal | Code::Unavailable) => {
            Err(problem)
        }
        Err(problem) => {
            sqlx::query("ROLLBACK TO SAVEPOINT restore")
                .execute(&mut **tx)
                .await?;
            tracing::error!(
                order.id = %hold.order,
                reason = %problem.reason.as_str(),
                "an order lives whose benefits were given back and are used up"
            );
            Ok(())
        }
    }
}

fn entry(hold: &Hold, kind: CouponEntryKind, now: DateTime<Utc>) -> CouponEntry {
    CouponEntry {
        at: now,
        kind,
        order: Some(hold.order),
        branch: Some(hold.branch),
        actor: String::new(),
        reason: String::new(),
    }
}
