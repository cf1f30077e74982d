//! The points of a member as people read them.

use std::collections::HashMap;

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::Problem,
    id::MemberId,
    request::{Page, PageRequest},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::programmes;
use crate::{
    app::scope,
    domain::{
        points::{account::Balances, rules::Rules},
        programme::Programme,
    },
    store::{
        self,
        completed_orders::{self, CompletedOrder},
        points::{
            accounts,
            entries::{self, Cursor, Filter, KindSum, LotChange, LotView, StoredEntry},
        },
    },
};

/// Most lots and most waiting points of an account that are shown.
const MOST_SHOWN: i64 = 200;

/// The account of a member in a programme.
#[derive(Clone, Debug)]
pub struct AccountView {
    /// Programme.
    pub programme: Programme<Rules>,
    /// Its sums.
    pub balances: Balances,
    /// Lots with points left.
    pub lots: Vec<LotView>,
    /// Points that wait.
    pub pending: Vec<CompletedOrder>,
}

/// Accounts of a member in these programmes; at an instant of the past without holds and waiting points.
pub async fn accounts_of(
    tx: &mut TenantTx,
    member: MemberId,
    programmes: Vec<Programme<Rules>>,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<AccountView>, Problem> {
    let is_now = at >= now;
    let then = entries::balances_at(tx, member, at).await?;
    let mut lots = entries::lots_at(tx, member, at, MOST_SHOWN).await?;
    if !is_now {
        lots.iter_mut().for_each(|lot| lot.held = 0);
    }
    let pending = if is_now {
        completed_orders::list_pending(tx, member, MOST_SHOWN).await?
    } else {
        Vec::new()
    };
    let mut shown = Vec::new();
    for programme in programmes {
        let key = crate::domain::points::entry::AccountKey {
            member,
            programme: programme.id,
        };
        let sums = then.iter().find(|(id, ..)| *id == programme.id);
        let small = |sum: i64| i32::try_from(sum).unwrap_or(i32::MAX);
        let mut balances =
            sums.map_or_else(Balances::default, |(_, points, pending, debt)| Balances {
                balance: small(*points),
                held: 0,
                pending: small(*pending),
                debt: small(*debt),
            });
        if is_now && let Some(current) = accounts::find(tx, key).await? {
            balances = current;
        }
        let of_programme = |id: Uuid| id == programme.id;
        let (id, lots_all) = (programme.id, &lots);
        shown.push(AccountView {
            lots: lots_all
                .iter()
                .filter(|lot| of_programme(lot.programme))
                .cloned()
                .collect(),
            pending: pending
                .iter()
                .filter(|order| order.programme == Some(id))
                .cloned()
                .collect(),
            programme,
            balances,
        });
    }
    Ok(shown)
}

/// Programmes that concern a caller of staff.
pub async fn visible(
    tx: &mut TenantTx,
    identity: &Identity,
) -> Result<Vec<Programme<Rules>>, Problem> {
    let mut found = Vec::new();
    for programme in store::points::programmes::list(tx).await? {
        if scope::sees_programme(tx, identity, programme.brand).await? {
            found.push(programme);
        }
    }
    Ok(found)
}

/// An entry with the lots it changed.
pub type ShownEntry = (StoredEntry, Vec<LotChange>);

/// A page of entries, newest first.
pub async fn list_entries(
    tx: &mut TenantTx,
    filter: &Filter,
    page: &PageRequest<Cursor>,
) -> Result<Page<ShownEntry>, Problem> {
    let found = entries::list(tx, filter, page.after, page.limit()).await?;
    let Page {
        items,
        next_page_token,
    } = page.page(found, Cursor::of);
    let ids: Vec<Uuid> = items.iter().map(|entry| entry.id).collect();
    let mut changes: HashMap<_, _> = entries::lot_changes(tx, &ids).await?;
    let items = items.into_iter().map(|entry| {
        let lots = changes.remove(&entry.id).unwrap_or_default();
        (entry, lots)
    });
    Ok(Page {
        items: items.collect(),
        next_page_token,
    })
}

/// Sums of a programme within a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodSums {
    /// By kind, in the order of the kinds.
    pub sums: Vec<KindSum>,
    /// Points at the beginning.
    pub before: i64,
    /// Points at the end.
    pub after: i64,
    /// What they are worth then.
    pub liability: i64,
}

/// Sums of a programme's entries within a period.
pub async fn sums(
    tx: &mut TenantTx,
    identity: &Identity,
    programme: Uuid,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<PeriodSums, Problem> {
    let programme = programmes::get(tx, identity, programme).await?;
    let mut sums = entries::sums(tx, programme.id, from, until).await?;
    sums.sort_by_key(|sum| sum.kind);
    let before = entries::outstanding_before(tx, programme.id, from).await?;
    let after = before + sums.iter().map(|sum| sum.points).sum::<i64>();
    let version = programme.in_force(until);
    let liability = version.map_or(0, |version| version.rules.worth(after));
    Ok(PeriodSums {
        sums,
        before,
        after,
        liability,
    })
}
