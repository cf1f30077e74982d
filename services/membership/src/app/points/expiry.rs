//! Points that end, and members who are notified before.

use std::collections::BTreeMap;

use chassis::{
    clock::Clock,
    db::TenantTx,
    error::Problem,
    outbox::{self, Event},
    time,
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::membership::v1::PointsExpiring;

use super::posting;
use crate::{
    domain::points::entry::{AccountKey, EntryKind, NewEntry},
    store::points::accounts::{self, Expiring},
};

/// Days before the end at which members are notified, the nearest first.
pub const NOTICES: [i16; 2] = [7, 30];
/// Lots that one transaction notifies of.
pub const LOTS_A_BATCH: i64 = 1_000;

/// Ends the points of an account whose time has come.
pub async fn expire(tx: &mut TenantTx, key: AccountKey, now: DateTime<Utc>) -> Result<(), Problem> {
    accounts::lock(tx, key).await?;
    let lots = accounts::open_lots(tx, key).await?;
    let ended: Vec<_> = lots
        .iter()
        .filter(|lot| lot.has_expired(now) && lot.available() > 0)
        .map(|lot| (lot.id, -lot.available()))
        .collect();
    if ended.is_empty() {
        return Ok(());
    }
    let source = format!("expired:{}", now.timestamp_micros());
    let entry = NewEntry {
        lots: ended,
        ..NewEntry::new(key, EntryKind::Expired, "expired", source, now)
    };
    let points = -entry.points();
    posting::post(tx, &[entry.param("points", points)]).await?;
    Ok(())
}

/// Publishes that points end soon; how many lots there were.
pub async fn notify(tx: &mut TenantTx, clock: &dyn Clock, days: i16) -> Result<usize, Problem> {
    let now = clock.now();
    let until = now + TimeDelta::days(days.into());
    let lots = accounts::take_expiring(tx, now, until, days, LOTS_A_BATCH).await?;
    let mut sums = BTreeMap::<(AccountKey, DateTime<Utc>), (i32, uuid::Uuid)>::new();
    for Expiring {
        lot,
        account,
        points,
        expires_at,
    } in &lots
    {
        let (sum, _) = sums.entry((*account, *expires_at)).or_insert((0, *lot));
        *sum += points;
    }
    let events = sums
        .into_iter()
        .map(|((account, expires_at), (points, lot))| {
            let body = PointsExpiring {
                member_id: account.member.to_string(),
                programme_id: account.programme.to_string(),
                points,
                expires_at: Some(time::to_wire(expires_at)),
                days: days.into(),
            };
            // The notice of 7 days comes after that of 30.
            Event::new(
                "membership.points.expiring.v1",
                lot,
                i64::from(31 - days),
                &body,
            )
        });
    let events: Vec<Event> = events.collect();
    outbox::publish(tx, clock, &events).await?;
    Ok(lots.len())
}
