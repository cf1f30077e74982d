//! The ledger as people read it.

use std::collections::HashMap;

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::Problem,
    id::{OrderId, OrganisationId},
    money::Currency,
    request::{Page, PageRequest},
};
use chrono::{DateTime, Utc};

use super::{Dependencies, accounts::require_place, error::Error};
use crate::{
    domain::ledger::{Entry, Source},
    store::{
        self,
        ledger_view::{AttemptText, Cursor, Filter, Place, RefundText, StoredTransaction},
    },
};

/// A transaction with what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownTransaction {
    /// The transaction.
    pub stored: StoredTransaction,
    /// Currency of its entries.
    pub currency: Currency,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Attempt whose money was captured or refunded.
    pub attempt: Option<AttemptText>,
    /// Refund that was carried out.
    pub refund: Option<RefundText>,
}

/// Lists what is booked of an order, the first transaction first. Not found where the order has no
/// payment and nothing is booked.
pub async fn list_of_order(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    order: OrderId,
) -> Result<Vec<ShownTransaction>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let found = store::ledger_view::list_of_order(&mut tx, order).await?;
    if found.is_empty() {
        let payment = store::payments::find(&mut tx, order).await?;
        let payment = payment.ok_or_else(|| Problem::not_found("ledger of the order"))?;
        identity.require_branch(payment.order.brand, payment.order.branch)?;
    }
    for transaction in &found {
        identity.require_branch(transaction.brand, transaction.branch)?;
    }
    show(&mut tx, found).await
}

/// Lists a page of transactions, newest first.
pub async fn list(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    filter: &Filter,
    page: &PageRequest<Cursor>,
) -> Result<Page<ShownTransaction>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    check_place(&mut tx, identity, filter.place).await?;
    let found = store::ledger_view::list(&mut tx, filter, page.after, page.limit()).await?;
    let Page {
        items,
        next_page_token,
    } = page.page(found, Cursor::of);
    Ok(Page {
        items: show(&mut tx, items).await?,
        next_page_token,
    })
}

/// Balances of accounts at an instant, by currency.
pub async fn balances(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    place: Place,
    at: DateTime<Utc>,
) -> Result<Vec<(Currency, Entry)>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    check_place(&mut tx, identity, place).await?;
    Ok(store::ledger_totals::balances(&mut tx, place, at).await?)
}

/// Refuses a place outside the caller's scope, and one that the organisation does not have.
async fn check_place(tx: &mut TenantTx, identity: &Identity, place: Place) -> Result<(), Error> {
    require_place(identity, place.brand, place.branch)?;
    let is_known = match place.branch {
        Some(branch) => store::branches::find_brand(tx, branch).await? == Some(place.brand),
        None => store::branches::has_brand(tx, place.brand).await?,
    };
    if is_known {
        Ok(())
    } else {
        Err(Problem::not_found("branch").into())
    }
}

/// Adds entries, attempts and refunds to transactions.
async fn show(
    tx: &mut TenantTx,
    transactions: Vec<StoredTransaction>,
) -> Result<Vec<ShownTransaction>, Error> {
    let ids: Vec<_> = transactions
        .iter()
        .map(|found| found.id.as_uuid())
        .collect();
    let mut entries = store::ledger_view::entries_of(tx, &ids).await?;
    let sources: Vec<_> = transactions
        .iter()
        .map(|found| Source::parse(&found.source))
        .collect();

    let of_refunds = sources.iter().flatten().filter_map(|source| match source {
        Source::Refund(id) => Some(id.as_uuid()),
        Source::Capture(_) => None,
    });
    let refunds = store::ledger_view::refunds(tx, &of_refunds.collect::<Vec<_>>()).await?;
    let refunds: HashMap<_, _> = refunds.into_iter().map(|found| (found.id, found)).collect();

    let of_captures = sources.iter().flatten().filter_map(|source| match source {
        Source::Capture(id) => Some(id.as_uuid()),
        Source::Refund(_) => None,
    });
    let of_attempts = refunds.values().map(|refund| refund.attempt.as_uuid());
    let of_attempts: Vec<_> = of_captures.chain(of_attempts).collect();
    let attempts = store::ledger_view::attempts(tx, &of_attempts).await?;
    let attempts: HashMap<_, _> = attempts
        .into_iter()
        .map(|found| (found.id, found))
        .collect();

    let mut shown = Vec::with_capacity(transactions.len());
    for (stored, source) in transactions.into_iter().zip(sources) {
        let (currency, entries) = entries
            .remove(&stored.id)
            .ok_or_else(|| anyhow::anyhow!("transaction {} has no entries", stored.id))?;
        let refund = match source {
            Some(Source::Refund(id)) => refunds.get(&id).cloned(),
            _ => None,
        };
        let attempt = match source {
            Some(Source::Capture(id)) => Some(id),
            _ => refund.as_ref().map(|refund| refund.attempt),
        };
        shown.push(ShownTransaction {
            stored,
            currency,
            entries,
            attempt: attempt.and_then(|id| attempts.get(&id).cloned()),
            refund,
        });
    }
    Ok(shown)
}
