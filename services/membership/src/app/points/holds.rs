//! Points that orders use.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{MemberId, OrderId, RefundId},
};
use chrono::{DateTime, Utc};
use proto::membership::v1::MembershipReason;
use uuid::Uuid;

use super::{
    orders::{self, Cause},
    posting,
};
use crate::{
    app::{orders as app_orders, tiers},
    domain::points::{
        account::{self, Balances, RETURNED_LASTS},
        entry::{About, AccountKey, EntryKind, NewEntry},
    },
    store::{
        self,
        completed_orders::{self, RefundEffect},
        points::{
            accounts,
            holds::{self, Hold, HoldState},
        },
    },
};

/// Points of a member that an order may use, those that `order` holds itself included.
pub async fn available(
    tx: &mut TenantTx,
    member: MemberId,
    brand: chassis::id::BrandId,
    order: Option<OrderId>,
) -> Result<u32, Problem> {
    let programmes = store::points::programmes::list(tx).await?;
    let Some(programme) = programmes
        .iter()
        .find(|programme| programme.concerns(brand))
    else {
        return Ok(0);
    };
    let key = AccountKey {
        member,
        programme: programme.id,
    };
    let Some(balances) = accounts::find(tx, key).await? else {
        return Ok(0);
    };
    let own = match order {
        Some(order) => holds::held_by(tx, order, key).await?,
        None => 0,
    };
    Ok(u32::try_from(balances.available() + own).unwrap_or(0))
}

/// Holds points for an order, those that end first. Refuses with `POINTS_INSUFFICIENT` at `points`.
pub async fn hold(
    tx: &mut TenantTx,
    member: MemberId,
    order: OrderId,
    programme: Uuid,
    points: u32,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let wanted = i32::try_from(points).unwrap_or(i32::MAX);
    let key = AccountKey { member, programme };
    accounts::lock(tx, key).await?;
    match holds::lock(tx, order).await? {
        Some(hold) if hold.state == HoldState::Used => return Ok(()),
        Some(hold) if hold.state == HoldState::Held => {
            if hold.account == key && hold.points == wanted {
                return Ok(());
            }
            let_go(tx, order, &hold, now).await?;
        }
        _ => {}
    }
    if wanted == 0 {
        return Ok(());
    }
    let mut lots = accounts::open_lots(tx, key).await?;
    lots.retain(|lot| !lot.has_expired(now));
    let taken = account::take(&lots, wanted);
    let found: i32 = taken.iter().map(|(_, points)| points).sum();
    if found < wanted {
        let reason = MembershipReason::PointsInsufficient;
        return Err(Problem::new(reason)
            .message("the member has too few points")
            .param("balance", found)
            .field_with("points", reason, [("balance", found)]));
    }
    accounts::hold(tx, key, &taken).await?;
    holds::insert(tx, order, key, &taken, now).await?;
    Ok(())
}

/// Makes a hold final; repeated, it changes nothing.
pub async fn confirm(tx: &mut TenantTx, order: OrderId, now: DateTime<Utc>) -> Result<(), Problem> {
    let Some(hold) = holds::lock(tx, order).await? else {
        return Ok(());
    };
    if hold.state != HoldState::Held {
        return Ok(());
    }
    let used: Vec<(Uuid, i32)> = holds::lots(tx, order)
        .await?
        .into_iter()
        .map(|lot| (lot.lot, -lot.points))
        .collect();
    accounts::lock(tx, hold.account).await?;
    accounts::hold(tx, hold.account, &used).await?;
    let source = format!("order:{order}:{}:redeemed", hold.attempt);
    let entry = NewEntry {
        lots: used,
        about: about(order, None),
        ..NewEntry::new(hold.account, EntryKind::Redeemed, "redeemed", source, now)
    };
    posting::post(tx, &[entry.param("points", hold.points)]).await?;
    holds::set_state(tx, order, HoldState::Used).await?;
    Ok(())
}

/// Gives all held or used points of an order back; repeated, it changes nothing.
pub async fn release(tx: &mut TenantTx, order: OrderId, now: DateTime<Utc>) -> Result<(), Problem> {
    let Some(hold) = holds::lock(tx, order).await? else {
        return Ok(());
    };
    match hold.state {
        HoldState::Released => return Ok(()),
        HoldState::Held => let_go(tx, order, &hold, now).await?,
        HoldState::Used => {
            let source = format!("order:{order}:{}:returned", hold.attempt);
            let left = hold.points - hold.returned;
            let entry = NewEntry {
                about: about(order, None),
                ..NewEntry::new(
                    hold.account,
                    EntryKind::Returned,
                    "order_returned",
                    source,
                    now,
                )
            };
            give_back(tx, order, entry, left).await?;
        }
    }
    holds::set_state(tx, order, HoldState::Released).await?;
    Ok(())
}

/// What a refund of an order does to points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointsReturn {
    /// Refund.
    pub refund: RefundId,
    /// The whole order was refunded.
    pub whole: bool,
    /// Used points that go back to their lots.
    pub points: u32,
    /// Goods that are left, minor units, of which points are earned.
    pub goods_left: i64,
}

/// Returns used points and takes back earned ones for a refund, once: how many of each.
pub async fn return_for_refund(
    tx: &mut TenantTx,
    order: OrderId,
    what: PointsReturn,
    now: DateTime<Utc>,
) -> Result<(u32, u32), Problem> {
    let goods_left = if what.whole {
        0
    } else {
        what.goods_left.max(0)
    };
    let earlier = completed_orders::begin_refund(tx, order, what.refund, goods_left, now).await?;
    if let Some(effect) = earlier {
        return Ok(counts(effect));
    }
    // Points come back first, so that they can be taken.
    let returned = match holds::lock(tx, order).await? {
        Some(hold) if hold.state == HoldState::Used => {
            let left = hold.points - hold.returned;
            let points = i32::try_from(what.points).unwrap_or(i32::MAX).min(left);
            let points = if what.whole { left } else { points };
            let source = format!("refund:{}:returned", what.refund);
            let entry = NewEntry {
                about: about(order, Some(what.refund)),
                ..NewEntry::new(
                    hold.account,
                    EntryKind::Returned,
                    "refund_returned",
                    source,
                    now,
                )
            };
            give_back(tx, order, entry, points).await?;
            points
        }
        _ => 0,
    };
    let mut taken = 0;
    if let Some(mut completed) = completed_orders::lock(tx, order).await? {
        completed.goods_left = completed.goods_left.min(goods_left);
        let programmes = store::points::programmes::list(tx).await?;
        let (cause, source) = (
            Cause::Refunded(what.refund),
            format!("refund:{}", what.refund),
        );
        taken = orders::set_earned(tx, &programmes, &mut completed, cause, &source, now).await?;
        completed_orders::save(tx, &completed).await?;
        tiers::revoke::apply(tx, &completed, now).await?;
        app_orders::count_anew(tx, completed.member, now).await?;
    }
    let effect = RefundEffect { returned, taken };
    completed_orders::end_refund(tx, order, what.refund, effect).await?;
    Ok(counts(effect))
}

fn counts(effect: RefundEffect) -> (u32, u32) {
    let count = |points| u32::try_from(points).unwrap_or(0);
    (count(effect.returned), count(effect.taken))
}

fn about(order: OrderId, refund: Option<RefundId>) -> About {
    About {
        order: Some(order),
        refund,
        ..About::default()
    }
}

/// Lets held points go.
async fn let_go(
    tx: &mut TenantTx,
    order: OrderId,
    hold: &Hold,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let lots = holds::lots(tx, order).await?;
    let changes: Vec<(Uuid, i32)> = lots.iter().map(|lot| (lot.lot, -lot.points)).collect();
    let balances = accounts::lock(tx, hold.account).await?;
    accounts::hold(tx, hold.account, &changes).await?;
    revive(tx, &changes, now).await?;
    let balances = Balances {
        held: balances.held - hold.points,
        ..balances
    };
    let source = format!("order:{order}:{}:released", hold.attempt);
    posting::settle_debt(tx, hold.account, balances, &source, about(order, None), now).await
}

/// Gives used points of an order back to their lots.
async fn give_back(
    tx: &mut TenantTx,
    order: OrderId,
    mut entry: NewEntry,
    points: i32,
) -> Result<(), Problem> {
    if points == 0 {
        return Ok(());
    }
    let balances = accounts::lock(tx, entry.account).await?;
    let used = holds::lots(tx, order).await?;
    let back = account::give_back(&used, points);
    holds::note_returned(tx, order, &back).await?;
    revive(tx, &back, entry.at).await?;
    entry.lots = back;
    let (account, source, at) = (entry.account, entry.source.clone(), entry.at);
    let about = entry.about.clone();
    posting::post(tx, &[entry.param("points", points)]).await?;
    let balances = Balances {
        balance: balances.balance + points,
        ..balances
    };
    posting::settle_debt(tx, account, balances, &source, about, at).await
}

/// Points of lots that have ended last for a while when they come back.
async fn revive(
    tx: &mut TenantTx,
    lots: &[(Uuid, i32)],
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let ids: Vec<Uuid> = lots.iter().map(|(lot, _)| *lot).collect();
    accounts::revive(tx, &ids, now, now + RETURNED_LASTS).await?;
    Ok(())
}
