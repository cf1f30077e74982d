//! What follows from events of orders: payments end with their orders, and what was completed is booked.

use chassis::{
    business_day::{self, BusinessDay},
    db::TenantTx,
    error::Violations,
    id::{LedgerTransactionId, OrderId},
    money::Currency,
    time,
};
use chrono::{DateTime, Utc};
use proto::ordering::v1::{OrderChange, OrderChanged, OrderState as Wire, PaymentMethod};

use super::{Dependencies, aggregate::Aggregate, error::Error, payments};
use crate::{
    domain::{
        ledger::{self, Entry, Sale, TransactionKind},
        order::OrderState,
    },
    store::{self, ledger::Booking, orders::KnownOrder},
};

/// Takes in an event of an order; one that is older than what is known changes nothing.
pub async fn apply(
    deps: &Dependencies,
    tx: &mut TenantTx,
    event: &OrderChanged,
) -> Result<(), Error> {
    let Some(change) = &event.change else {
        return Err(anyhow::anyhow!("an event of an order without its change").into());
    };
    let ends = matches!(
        change.to(),
        Wire::Expired | Wire::Cancelled | Wire::Rejected
    );
    let completes = change.to() == Wire::Completed;
    let reopens = change.from() == Wire::Completed;
    if !ends && !completes && !reopens {
        return Ok(());
    }
    let order: OrderId = change.order_id.parse().map_err(anyhow::Error::from)?;
    let mut known = store::orders::lock(tx, order).await?;
    if known.version >= change.version {
        return Ok(());
    }
    known.version = change.version;
    known.state = match (ends, completes) {
        (true, _) => OrderState::Ended,
        (_, true) => OrderState::Completed,
        _ => OrderState::Open,
    };
    if let Some(snapshot) = &event.order {
        known.number = Some(snapshot.order_number.clone());
    }
    let books = Books::read(order, change)?;
    book_cash(deps, tx, &books, change, &mut known).await?;
    match (&event.order, completes) {
        (Some(snapshot), true) if known.completion.is_none() => {
            let id = LedgerTransactionId::new(&*deps.clock);
            let source = format!("completion:{order}:{}", change.version);
            let entries = ledger::completion(&Sale::of(snapshot));
            if books
                .book(deps, tx, id, source, TransactionKind::Completion, entries)
                .await?
            {
                known.completion = Some(id);
            }
        }
        (_, false) => reverse(deps, tx, &books, change, &mut known).await?,
        _ => {}
    }
    store::orders::update(tx, order, &known).await?;
    if ends {
        payments::end(deps, tx, order).await?;
    } else if completes {
        // What is only authorised is captured when the order is completed.
        if let Some(mut payment) = Aggregate::lock_of_order(tx, order).await? {
            payments::query_soon(&mut payment, deps.clock.now());
            payment.save(tx, &*deps.clock).await?;
        }
    }
    Ok(())
}

/// Books the difference between what was taken on site and what the ledger has of it.
async fn book_cash(
    deps: &Dependencies,
    tx: &mut TenantTx,
    books: &Books,
    change: &OrderChange,
    known: &mut KnownOrder,
) -> Result<(), Error> {
    // Ordering's release before this one does not say what was taken on site.
    let received = match change.payment_method() {
        PaymentMethod::OnSite => change.paid,
        _ => change.paid_on_site,
    };
    if received == known.cash_received {
        return Ok(());
    }
    let difference = received - known.cash_received;
    let (kind, entries) = if difference > 0 {
        (
            TransactionKind::CashReceived,
            ledger::cash_received(difference),
        )
    } else {
        (
            TransactionKind::CashRefunded,
            ledger::cash_refunded(-difference),
        )
    };
    let id = LedgerTransactionId::new(&*deps.clock);
    let source = format!("cash:{}:{}", books.order, change.version);
    books.book(deps, tx, id, source, kind, entries).await?;
    known.cash_received = received;
    Ok(())
}

/// Takes the booked completion of an order back.
async fn reverse(
    deps: &Dependencies,
    tx: &mut TenantTx,
    books: &Books,
    change: &OrderChange,
    known: &mut KnownOrder,
) -> Result<(), Error> {
    let Some(completion) = known.completion.take() else {
        return Ok(());
    };
    let entries = ledger::reversal(&store::ledger::entries(tx, completion).await?);
    let id = LedgerTransactionId::new(&*deps.clock);
    let source = format!("reversal:{}:{}", books.order, change.version);
    books
        .book(deps, tx, id, source, TransactionKind::Reversal, entries)
        .await?;
    Ok(())
}

/// Where an order's bookings belong.
struct Books {
    order: OrderId,
    brand: chassis::id::BrandId,
    branch: chassis::id::BranchId,
    business_day: BusinessDay,
    currency: Currency,
    test: bool,
    at: DateTime<Utc>,
}

impl Books {
    fn read(order: OrderId, change: &OrderChange) -> Result<Self, Error> {
        let mut violations = Violations::new();
        let day = business_day::parse("business_day", &change.business_day, &mut violations);
        let at = change.at.as_ref().and_then(time::from_wire);
        let read = || -> anyhow::Result<Self> {
            Ok(Self {
                order,
                brand: change.brand_id.parse()?,
                branch: change.branch_id.parse()?,
                business_day: day.ok_or_else(|| anyhow::anyhow!("no business day"))?,
                currency: change.currency.parse()?,
                test: change.test,
                at: at.ok_or_else(|| anyhow::anyhow!("no instant"))?,
            })
        };
        Ok(read()?)
    }

    async fn book(
        &self,
        deps: &Dependencies,
        tx: &mut TenantTx,
        id: LedgerTransactionId,
        source: String,
        kind: TransactionKind,
        entries: Vec<Entry>,
    ) -> Result<bool, Error> {
        let booking = Booking {
            id,
            source,
            kind,
            order: Some(self.order),
            payment: None,
            brand: self.brand,
            branch: self.branch,
            business_day: self.business_day,
            test: self.test,
            currency: self.currency,
            occurred_at: self.at,
            entries,
        };
        Ok(store::ledger::book(tx, &booking, deps.clock.now()).await?)
    }
}
