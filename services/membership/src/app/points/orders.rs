//! Points that orders earn.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{OrderId, RefundId},
    time,
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::ordering::v1::{OrderChanged, OrderSnapshot, OrderState};
use uuid::Uuid;

use super::{
    bonuses,
    posting::{self, Credit},
};
use crate::{
    domain::{
        points::{
            entry::{About, AccountKey, EntryKind, NewEntry},
            rules::{Expiry, Rules},
        },
        programme::Programme,
    },
    store::{
        self,
        completed_orders::{self, CompletedOrder},
        points::accounts,
    },
};

/// Awards points of a completed order of a member, and takes them back when the completion is undone; any number
/// of times and in any order.
pub async fn apply(
    tx: &mut TenantTx,
    event: &OrderChanged,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let Some(change) = &event.change else {
        return Ok(());
    };
    let completed = change.to() == OrderState::Completed;
    if !completed && change.from() != OrderState::Completed {
        return Ok(());
    }
    let id: OrderId = change.order_id.parse().map_err(anyhow::Error::from)?;
    let stored = completed_orders::lock(tx, id).await?;
    if stored
        .as_ref()
        .is_some_and(|order| order.version >= change.version)
    {
        return Ok(());
    }
    let programmes = store::points::programmes::list(tx).await?;
    let mut order = match (&event.order, stored) {
        (Some(snapshot), stored) if completed => {
            let Some(order) = read(tx, id, snapshot, stored, &programmes, now).await? else {
                return Ok(());
            };
            order
        }
        (_, Some(order)) => order,
        // Undone before its completion was reported: the version keeps the late report from counting.
        (_, None) => {
            let Some(order) = unreported(tx, change, now).await? else {
                return Ok(());
            };
            order
        }
    };
    order.version = change.version;
    order.completed = completed;
    let source = format!("order:{id}:{}", change.version);
    let cause = if completed {
        Cause::Completed
    } else {
        Cause::Reopened
    };
    set_earned(tx, &programmes, &mut order, cause, &source, now).await?;
    completed_orders::save(tx, &order).await?;
    if completed {
        award_beside(tx, &programmes, &order, now).await?;
    }
    Ok(())
}

/// Why the points of an order change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It was completed.
    Completed,
    /// Its completion was undone.
    Reopened,
    /// Part of it was refunded.
    Refunded(RefundId),
}

/// Brings what an order has earned to what it earns as it is: how many points were taken back.
pub async fn set_earned(
    tx: &mut TenantTx,
    programmes: &[Programme<Rules>],
    order: &mut CompletedOrder,
    cause: Cause,
    source: &str,
    now: DateTime<Utc>,
) -> Result<i32, Problem> {
    let Some((programme, rules)) = rules_of(programmes, order) else {
        return Ok(0);
    };
    let Some(account) = posting::account_of(tx, order.member, programme.id).await? else {
        return Ok(0);
    };
    let (before, left) = (order.earned, order.base_left());
    let after = rules.earned(left, order.factor_bp);
    let about = About {
        order: Some(order.id),
        order_number: order.number.clone(),
        branch: Some(order.branch),
        refund: match cause {
            Cause::Refunded(refund) => Some(refund),
            Cause::Completed | Cause::Reopened => None,
        },
        programme_version: order.programme_version,
        ..About::default()
    };
    let entry = |kind, explanation, name: &str| {
        let source = format!("{source}:{name}");
        let entry = NewEntry {
            about: about.clone(),
            ..NewEntry::new(account, kind, explanation, source, now)
        };
        entry
            .param("goods", left)
            .param("factor_bp", order.factor_bp)
            .param("before", before)
            .param("after", after)
    };
    if after > before {
        let points = after - before;
        let due_at = order.completed_at + TimeDelta::days(rules.wire().waiting_days.into());
        // What waits already goes on waiting; what was credited already is only added to.
        let waits = order.due_at.is_some() || (before == 0 && due_at > now);
        if waits {
            accounts::lock(tx, account).await?;
            let entry =
                entry(EntryKind::Pending, "earned_waiting", "earned").param("points", points);
            posting::post(
                tx,
                &[NewEntry {
                    pending: points,
                    ..entry
                }],
            )
            .await?;
            order.due_at = Some(order.due_at.map_or(due_at, |known| known.max(due_at)));
        } else {
            let entry = entry(EntryKind::Earned, "earned", "earned").param("points", points);
            let credit = Credit {
                entry,
                points,
                rules,
                order: Some(order.id),
            };
            let (lot, _) = posting::credit(tx, credit).await?;
            order.lot = Some(lot);
        }
    } else if after < before {
        let points = before - after;
        let explanation = match cause {
            Cause::Reopened => "reopened_taken_back",
            Cause::Refunded(_) | Cause::Completed => "refund_taken_back",
        };
        let entry = entry(EntryKind::TakenBack, explanation, "taken");
        if order.due_at.is_some() {
            accounts::lock(tx, account).await?;
            let entry = entry.param("points", points);
            posting::post(
                tx,
                &[NewEntry {
                    pending: -points,
                    ..entry
                }],
            )
            .await?;
            if after == 0 {
                order.due_at = None;
            }
        } else {
            posting::take_back(tx, entry, points, order.lot).await?;
        }
    }
    order.earned = after;
    Ok((before - after).max(0))
}

/// Credits points that waited, once they are due.
pub async fn credit_due(tx: &mut TenantTx, id: OrderId, now: DateTime<Utc>) -> Result<(), Problem> {
    let Some(mut order) = completed_orders::lock(tx, id).await? else {
        return Ok(());
    };
    if order.due_at.is_none_or(|due_at| due_at > now) {
        return Ok(());
    }
    let programmes = store::points::programmes::list(tx).await?;
    if let Some((programme, rules)) = rules_of(&programmes, &order)
        && let Some(account) = posting::account_of(tx, order.member, programme.id).await?
        && order.earned > 0
    {
        let source = format!("order:{id}:{}:credited", order.version);
        let entry = NewEntry {
            pending: -order.earned,
            about: About {
                order: Some(id),
                order_number: order.number.clone(),
                branch: Some(order.branch),
                programme_version: order.programme_version,
                ..About::default()
            },
            ..NewEntry::new(account, EntryKind::Earned, "credited", source, now)
        };
        let credit = Credit {
            entry: entry.param("points", order.earned),
            points: order.earned,
            rules,
            order: Some(id),
        };
        let (lot, _) = posting::credit(tx, credit).await?;
        order.lot = Some(lot);
    }
    order.due_at = None;
    completed_orders::save(tx, &order).await?;
    Ok(())
}

/// Programme and rules that an order earns by.
fn rules_of<'a>(
    programmes: &'a [Programme<Rules>],
    order: &CompletedOrder,
) -> Option<(&'a Programme<Rules>, &'a Rules)> {
    let id = order.programme?;
    let programme = programmes.iter().find(|programme| programme.id == id)?;
    let version = programme
        .numbered(order.programme_version)
        .or_else(|| programme.in_force(order.completed_at))?;
    Some((programme, &version.rules))
}

/// A completed order, with what was refunded of it before.
async fn read(
    tx: &mut TenantTx,
    id: OrderId,
    snapshot: &OrderSnapshot,
    stored: Option<CompletedOrder>,
    programmes: &[Programme<Rules>],
    now: DateTime<Utc>,
) -> Result<Option<CompletedOrder>, Problem> {
    let member = snapshot.member_id.parse().map_err(anyhow::Error::from)?;
    let Some(member) = accounts::find_member(tx, member).await? else {
        return Ok(None);
    };
    let goods = snapshot.goods_total.max(0);
    let left = completed_orders::least_left(tx, id).await?;
    let completed_at = snapshot.completed_at.as_ref().and_then(time::from_wire);
    // What the quote promised: programme, version, base and factor are those the order was priced by.
    let programme = snapshot.programme_id.parse::<Uuid>().ok();
    let known = programmes.iter().any(|known| Some(known.id) == programme);
    let earned = stored.as_ref().map_or(0, |order| order.earned);
    Ok(Some(CompletedOrder {
        id,
        member,
        brand: snapshot.brand_id.parse().map_err(anyhow::Error::from)?,
        branch: snapshot.branch_id.parse().map_err(anyhow::Error::from)?,
        number: snapshot.order_number.clone(),
        version: 0,
        completed: true,
        completed_at: completed_at.unwrap_or(now),
        goods,
        goods_left: left.unwrap_or(goods).min(goods),
        programme: programme.filter(|_| known),
        programme_version: snapshot.programme_version,
        base: snapshot.earning_base.clamp(0, goods),
        factor_bp: snapshot.points_factor_bp,
        earned,
        due_at: stored.as_ref().and_then(|order| order.due_at),
        lot: stored.as_ref().and_then(|order| order.lot),
    }))
}

/// An order whose completion was undone before it was reported.
async fn unreported(
    tx: &mut TenantTx,
    change: &proto::ordering::v1::OrderChange,
    now: DateTime<Utc>,
) -> Result<Option<CompletedOrder>, Problem> {
    let member = change.member_id.parse().map_err(anyhow::Error::from)?;
    let Some(member) = accounts::find_member(tx, member).await? else {
        return Ok(None);
    };
    Ok(Some(CompletedOrder {
        id: change.order_id.parse().map_err(anyhow::Error::from)?,
        member,
        brand: change.brand_id.parse().map_err(anyhow::Error::from)?,
        branch: change.branch_id.parse().map_err(anyhow::Error::from)?,
        number: String::new(),
        version: 0,
        completed: false,
        completed_at: now,
        goods: 0,
        goods_left: 0,
        programme: None,
        programme_version: 0,
        base: 0,
        factor_bp: 10_000,
        earned: 0,
        due_at: None,
        lot: None,
    }))
}

/// What a completed order does to points beside what it earns: lots that end without orders last on, and the first
/// order has its bonus.
async fn award_beside(
    tx: &mut TenantTx,
    programmes: &[Programme<Rules>],
    order: &CompletedOrder,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    for programme in programmes
        .iter()
        .filter(|programme| programme.concerns(order.brand))
    {
        let account = AccountKey {
            member: order.member,
            programme: programme.id,
        };
        let by_inactivity = programme
            .versions
            .iter()
            .any(|version| matches!(version.rules.expiry(), Expiry::Inactivity(_)));
        if by_inactivity {
            accounts::extend_by_order(tx, account, order.completed_at).await?;
        }
        if let Some(version) = programme.in_force(now)
            && version.rules.wire().first_order_bonus > 0
            && !completed_orders::has_other(tx, order.member, programme.brand, order.id).await?
        {
            bonuses::award(tx, account, version, bonuses::Bonus::FirstOrder, now).await?;
        }
    }
    Ok(())
}
