//! What becomes of points when two members are merged: they move lot by lot, so that they end when they would have.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{MemberId, MemberMergeId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::posting;
use crate::{
    domain::points::{
        account::Balances,
        entry::{About, AccountKey, EntryKind, NewEntry},
    },
    store::{
        self, new_id,
        points::{accounts, entries},
    },
};

/// Moves what `from` has to `into`, and remembers the merging with it. Points that open orders hold stay until the
/// orders end.
pub async fn merge(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    from: MemberId,
    into: MemberId,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    store::completed_orders::merge(tx, from, into).await?;
    for programme in store::points::programmes::list(tx).await? {
        let (from, into) = (key(from, programme.id), key(into, programme.id));
        let Some(found) = accounts::find(tx, from).await? else {
            continue;
        };
        let source = format!("merge:{merge}");
        let moved = Moved {
            points: found.available(),
            pending: found.pending,
            debt: found.debt,
        };
        move_points(tx, from, into, moved, &source, now).await?;
    }
    Ok(())
}

/// Moves what a merging moved back, as far as it was not used since.
pub async fn undo(
    tx: &mut TenantTx,
    merge: MemberMergeId,
    from: MemberId,
    into: MemberId,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let source = format!("merge:{merge}");
    store::completed_orders::undo_merge(tx, from, into).await?;
    for programme in store::points::programmes::list(tx).await? {
        let (from, into) = (key(from, programme.id), key(into, programme.id));
        let given = entries::find_changes(tx, into.member, programme.id, &source).await?;
        let Some(given) = given else {
            continue;
        };
        let now_there = accounts::lock(tx, into).await?;
        let moved = Moved {
            points: given.points.min(now_there.available()),
            pending: given.pending.min(now_there.pending),
            debt: given.debt.min(now_there.debt),
        };
        move_points(tx, into, from, moved, &format!("{source}:undone"), now).await?;
    }
    Ok(())
}

const fn key(member: MemberId, programme: Uuid) -> AccountKey {
    AccountKey { member, programme }
}

/// What moves.
#[derive(Clone, Copy, Debug)]
struct Moved {
    points: i32,
    pending: i32,
    debt: i32,
}

async fn move_points(
    tx: &mut TenantTx,
    from: AccountKey,
    into: AccountKey,
    moved: Moved,
    source: &str,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    accounts::lock(tx, from).await?;
    let before = accounts::lock(tx, into).await?;
    if moved.points == 0 && moved.pending == 0 && moved.debt == 0 {
        return Ok(());
    }
    let lots = accounts::open_lots(tx, from).await?;
    let taken = crate::domain::points::account::take(&lots, moved.points);
    let mut given = Vec::with_capacity(taken.len());
    for &(lot, points) in &taken {
        let id = new_id(now);
        accounts::copy_lot(tx, lot, id, into, points).await?;
        given.push((id, points));
    }
    let out = NewEntry {
        lots: taken
            .into_iter()
            .map(|(lot, points)| (lot, -points))
            .collect(),
        pending: -moved.pending,
        debt: -moved.debt,
        ..NewEntry::new(
            from,
            EntryKind::Merged,
            "merged_into",
            source.to_owned(),
            now,
        )
    };
    let come = NewEntry {
        lots: given,
        pending: moved.pending,
        debt: moved.debt,
        ..NewEntry::new(
            into,
            EntryKind::Merged,
            "merged_from",
            source.to_owned(),
            now,
        )
    };
    let points = moved.points;
    posting::post(
        tx,
        &[out.param("points", points), come.param("points", points)],
    )
    .await?;
    let balances = Balances {
        balance: before.balance + moved.points,
        pending: before.pending + moved.pending,
        debt: before.debt + moved.debt,
        ..before
    };
    posting::settle_debt(tx, into, balances, source, About::default(), now).await
}
