//! Books what was paid out on site for refunds of orders.

use chassis::{
    business_day,
    db::TenantTx,
    error::Violations,
    id::{LedgerTransactionId, RefundId},
    time,
};
use proto::ordering::v1::OrderRefundChanged;

use super::{Dependencies, error::Error};
use crate::{
    domain::ledger::{self, TransactionKind},
    store::{self, ledger::Booking},
};

/// Books the part of a requested refund that was paid out on site, once.
pub async fn book(
    deps: &Dependencies,
    tx: &mut TenantTx,
    refund: &OrderRefundChanged,
) -> Result<(), Error> {
    if refund.on_site == 0 {
        return Ok(());
    }
    let booking = read(deps, refund)?;
    store::ledger::book(tx, &booking, deps.clock.now()).await?;
    Ok(())
}

fn read(deps: &Dependencies, refund: &OrderRefundChanged) -> anyhow::Result<Booking> {
    let mut violations = Violations::new();
    let day = business_day::parse("business_day", &refund.business_day, &mut violations);
    let at = refund.at.as_ref().and_then(time::from_wire);
    let id: RefundId = refund.refund_id.parse()?;
    Ok(Booking {
        id: LedgerTransactionId::new(&*deps.clock),
        source: format!("cash_refund:{id}"),
        kind: TransactionKind::CashRefunded,
        order: Some(refund.order_id.parse()?),
        payment: None,
        brand: refund.brand_id.parse()?,
        branch: refund.branch_id.parse()?,
        business_day: day.ok_or_else(|| anyhow::anyhow!("no business day"))?,
        test: refund.test,
        currency: refund.currency.parse()?,
        occurred_at: at.ok_or_else(|| anyhow::anyhow!("no instant"))?,
        entries: ledger::cash_refunded(refund.on_site),
    })
}
