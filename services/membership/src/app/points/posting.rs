//! The one way points change: entries, with the events that report them.

use chassis::{
    clock::ManualClock,
    db::TenantTx,
    error::Problem,
    id::OrderId,
    outbox::{self, Event},
};
use chrono::{DateTime, Utc};
use proto::membership::v1::PointsChanged;
use uuid::Uuid;

use crate::{
    domain::points::{
        account::{self, Balances},
        entry::{About, AccountKey, EntryKind, NewEntry},
        rules::Rules,
    },
    store::{
        self, new_id,
        points::{accounts, entries},
    },
};

/// Adds entries and publishes each: their ids with the balance after them.
pub async fn post(tx: &mut TenantTx, added: &[NewEntry]) -> Result<Vec<(Uuid, i32)>, Problem> {
    let stored = entries::insert(tx, added).await?;
    let Some(last) = added.last() else {
        return Ok(stored);
    };
    let events = added.iter().zip(&stored).map(|(entry, (id, balance))| {
        let body = PointsChanged {
            member_id: entry.account.member.to_string(),
            entry_id: id.to_string(),
            kind: entry.kind.to_string(),
            points: entry.points(),
            balance: *balance,
            order_id: entry
                .about
                .order
                .map(|id| id.to_string())
                .unwrap_or_default(),
        };
        Event::new("membership.points.changed.v1", *id, 1, &body)
    });
    let events: Vec<Event> = events.collect();
    // The events happen when the entries do.
    outbox::publish(tx, &ManualClock::at(last.at), &events).await?;
    Ok(stored)
}

/// Points to credit.
#[derive(Clone, Debug)]
pub struct Credit<'a> {
    /// Entry without its lots.
    pub entry: NewEntry,
    /// Points, above 0.
    pub points: i32,
    /// Rules that say when they end.
    pub rules: &'a Rules,
    /// Order that earned them.
    pub order: Option<OrderId>,
}

/// Credits points to a lot of their own, and pays off what the member owes: the lot and the entry.
pub async fn credit(tx: &mut TenantTx, credit: Credit<'_>) -> Result<(Uuid, Uuid), Problem> {
    let Credit {
        mut entry,
        points,
        rules,
        order,
    } = credit;
    let balances = accounts::lock(tx, entry.account).await?;
    let lot = accounts::NewLot {
        id: new_id(entry.at),
        account: entry.account,
        credited: points,
        credited_at: entry.at,
        expires_at: rules.expires_at(entry.at),
        inactivity_months: rules.inactivity_months(),
        order,
    };
    accounts::insert_lot(tx, &lot).await?;
    entry.lots = vec![(lot.id, points)];
    let (source, at, about) = (entry.source.clone(), entry.at, entry.about.clone());
    let added = post(tx, &[entry]).await?;
    let balances = Balances {
        balance: balances.balance + points,
        ..balances
    };
    settle_debt(tx, lot.account, balances, &source, about, at).await?;
    let (id, _) = added.first().copied().unwrap_or_default();
    Ok((lot.id, id))
}

/// Takes what the member owes from points that came in.
pub async fn settle_debt(
    tx: &mut TenantTx,
    account: AccountKey,
    balances: Balances,
    source: &str,
    about: About,
    at: DateTime<Utc>,
) -> Result<(), Problem> {
    let owed = balances.debt.min(balances.available());
    if owed <= 0 {
        return Ok(());
    }
    let lots = accounts::open_lots(tx, account).await?;
    let taken = account::take(&lots, owed);
    let source = format!("{source}:debt");
    let entry = NewEntry {
        lots: taken
            .into_iter()
            .map(|(lot, points)| (lot, -points))
            .collect(),
        debt: -owed,
        about,
        ..NewEntry::new(account, EntryKind::TakenBack, "debt_settled", source, at)
    };
    let left = balances.debt - owed;
    post(tx, &[entry.param("points", owed).param("debt", left)]).await?;
    Ok(())
}

/// Takes points back, of `first` before all other lots; what is not there any more, the member owes.
pub async fn take_back(
    tx: &mut TenantTx,
    mut entry: NewEntry,
    points: i32,
    first: Option<Uuid>,
) -> Result<(), Problem> {
    let balances = accounts::lock(tx, entry.account).await?;
    let lots = accounts::open_lots(tx, entry.account).await?;
    let taken = account::take_first_of(&lots, first, points.min(balances.available()));
    entry.lots = taken
        .into_iter()
        .map(|(lot, points)| (lot, -points))
        .collect();
    entry.debt = points + entry.points();
    let owed = entry.debt;
    post(tx, &[entry.param("points", points).param("owed", owed)]).await?;
    Ok(())
}

/// Member and programme of an order's points, as the account that has them.
pub async fn account_of(
    tx: &mut TenantTx,
    member: chassis::id::MemberId,
    programme: Uuid,
) -> Result<Option<AccountKey>, Problem> {
    let member = store::points::accounts::find_member(tx, member).await?;
    Ok(member.map(|member| AccountKey { member, programme }))
}
