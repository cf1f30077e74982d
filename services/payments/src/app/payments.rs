//! Payments as ordering and staff see and change them.

use chassis::{
    authn::Identity,
    db::TenantTx,
    id::{OrderId, OrganisationId, RefundId},
};
use chrono::{DateTime, Utc};
use payment_adapters::Callback;

use super::{
    Dependencies,
    aggregate::{Aggregate, RefundOrder},
    callbacks::{self, Received},
    error::Error,
};
use crate::{
    domain::{
        attempt::{Attempt, AttemptState},
        order::OrderState,
        payment::Payment,
        refund::{ManualEnd, Refund, RefundCause},
    },
    store,
};

/// A payment with everything that hangs on it.
#[derive(Clone, Debug)]
pub struct WholePayment {
    /// The payment.
    pub payment: Payment,
    /// Its attempts.
    pub attempts: Vec<Attempt>,
    /// Its refunds.
    pub refunds: Vec<Refund>,
    /// The order has ended.
    pub closed: bool,
}

impl WholePayment {
    /// Most that can be refunded now.
    #[must_use]
    pub fn refundable(&self) -> i64 {
        self.attempts.iter().map(Attempt::refundable).sum()
    }
}

impl From<Aggregate> for WholePayment {
    fn from(aggregate: Aggregate) -> Self {
        Self {
            closed: aggregate.ended(),
            payment: aggregate.payment,
            attempts: aggregate.attempts,
            refunds: aggregate.refunds,
        }
    }
}

/// The payment of an order.
pub async fn get(
    deps: &Dependencies,
    org: OrganisationId,
    order: OrderId,
) -> Result<WholePayment, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let payment = store::payments::find(&mut tx, order).await?;
    let payment = payment.ok_or(Error::PaymentUnknown)?;
    Ok(WholePayment {
        attempts: store::attempts::list(&mut tx, payment.id).await?,
        refunds: store::refunds::list(&mut tx, payment.id).await?,
        closed: store::orders::state(&mut tx, order).await? == OrderState::Ended,
        payment,
    })
}

/// The payment of an order for a member of staff.
pub async fn get_for_staff(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    order: OrderId,
) -> Result<WholePayment, Error> {
    let found = get(deps, org, order).await?;
    let facts = &found.payment.order;
    identity.require_branch(facts.brand, facts.branch)?;
    Ok(found)
}

/// Changes what an order costs after it was edited.
pub async fn change_due(
    deps: &Dependencies,
    org: OrganisationId,
    order: OrderId,
    total: chassis::money::Money,
) -> Result<WholePayment, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let found = Aggregate::lock_of_order(&mut tx, order).await?;
    let mut payment = found.ok_or(Error::PaymentUnknown)?;
    if payment.payment.order.currency != total.currency() {
        return Err(Error::AmountMismatch);
    }
    // A deposit stays what it was, as far as the order still costs as much.
    let was_whole = payment.payment.required == payment.payment.due;
    let required = if was_whole {
        total.amount()
    } else {
        payment.payment.required.min(total.amount())
    };
    payment.set_due(&*deps.clock, total.amount(), required)?;
    payment.save(&mut tx, &*deps.clock).await?;
    tx.commit().await?;
    Ok(payment.into())
}

/// Closes the payment of an order that ended; `None` where the order never had one.
pub async fn close(
    deps: &Dependencies,
    org: OrganisationId,
    order: OrderId,
    version: i64,
) -> Result<Option<WholePayment>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let mut known = store::orders::lock(&mut tx, order).await?;
    if known.version < version || known.state == OrderState::Open {
        known.version = known.version.max(version);
        known.state = OrderState::Ended;
        store::orders::update(&mut tx, order, &known).await?;
    }
    let closed = end(deps, &mut tx, order).await?;
    tx.commit().await?;
    Ok(closed)
}

/// Ends what stands open of the payment of an order whose end is stored, and gives back what was captured.
pub async fn end(
    deps: &Dependencies,
    tx: &mut TenantTx,
    order: OrderId,
) -> Result<Option<WholePayment>, Error> {
    let Some(mut payment) = Aggregate::lock_of_order(tx, order).await? else {
        return Ok(None);
    };
    if payment.ended() {
        payment.return_excess(&*deps.clock, RefundCause::OrderEnded, None)?;
        query_soon(&mut payment, deps.clock.now());
        payment.save(tx, &*deps.clock).await?;
    }
    Ok(Some(payment.into()))
}

/// Has every attempt that is not settled queried at once, which ends it, captures it or gives it back.
pub fn query_soon(payment: &mut Aggregate, now: DateTime<Utc>) {
    for attempt in &mut payment.attempts {
        if attempt.state.is_open() || attempt.state == AttemptState::Authorized {
            attempt.next_query_at = Some(now);
        }
    }
}

/// Requests a refund for staff in the transaction of its idempotency key, which refunds once even after the
/// key's first response is forgotten.
pub async fn request_refund(
    deps: &Dependencies,
    tx: &mut TenantTx,
    order: OrderId,
    mut request: RefundOrder,
    by_hand_after_window: bool,
) -> Result<WholePayment, Error> {
    let found = Aggregate::lock_of_order(tx, order).await?;
    let mut payment = found.ok_or(Error::PaymentUnknown)?;
    let mut known = payment.refunds.iter();
    if known.any(|refund| refund.request_key == request.request_key) {
        return Ok(payment.into());
    }
    match check_windows(deps, &payment.attempts) {
        Err(Error::RefundWindowClosed { .. }) if by_hand_after_window => request.by_hand = true,
        checked => checked?,
    }
    payment.request_refund(&*deps.clock, request)?;
    payment.save(tx, &*deps.clock).await?;
    Ok(payment.into())
}

/// Ends a refund that needs a person, for a member of staff.
pub async fn settle_refund(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    order: OrderId,
    refund: RefundId,
    end: ManualEnd,
) -> Result<WholePayment, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let found = Aggregate::lock_of_order(&mut tx, order).await?;
    let mut payment = found.ok_or(Error::PaymentUnknown)?;
    let facts = &payment.payment.order;
    identity.require_branch(facts.brand, facts.branch)?;
    payment.settle_by_person(&*deps.clock, refund, end)?;
    payment.save(&mut tx, &*deps.clock).await?;
    tx.commit().await?;
    Ok(payment.into())
}

/// Refuses where the provider of everything that is left to refund refunds no longer.
fn check_windows(deps: &Dependencies, attempts: &[Attempt]) -> Result<(), Error> {
    let now = deps.clock.now();
    let mut closed = None;
    for attempt in attempts.iter().filter(|attempt| attempt.refundable() > 0) {
        let window = deps.adapter(attempt.provider).capabilities().refund_window;
        match window.zip(attempt.paid_at) {
            Some((window, paid_at)) if now - paid_at > window => {
                closed = Some(window.num_days());
            }
            _ => return Ok(()),
        }
    }
    match closed {
        Some(days) => Err(Error::RefundWindowClosed { days }),
        None => Ok(()),
    }
}

/// Where a browser goes on that came back from a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// Organisation.
    pub org: Option<OrganisationId>,
    /// Order; `None` for a payment that verified an account.
    pub order: Option<OrderId>,
    /// Page to go on to.
    pub back_url: String,
}

/// What a customer's browser brought back from a provider.
#[derive(Clone, Debug)]
pub struct BrowserReturn {
    /// Reference in the address.
    pub reference: String,
    /// The request.
    pub callback: Callback,
    /// Address it came from.
    pub remote_address: String,
}

/// Notes that a browser came back: the provider is queried soon, unless the browser brought a signed copy of
/// the result.
pub async fn note_return(deps: &Dependencies, returned: BrowserReturn) -> Result<Returned, Error> {
    let reference = &returned.reference;
    let mut system = deps.db.system("find the attempt of a return").await?;
    let found = store::attempts::find_anywhere(&mut system, reference).await?;
    let verification = store::verifications::find_back_url(&mut system, reference).await?;
    system.rollback().await?;
    let Some((org, id)) = found else {
        let back_url = verification.ok_or(Error::PaymentUnknown)?;
        return Ok(Returned {
            org: None,
            order: None,
            back_url,
        });
    };
    let mut tx = deps.db.tenant(org).await?;
    let attempt = store::attempts::find(&mut tx, id).await?;
    let attempt = attempt.ok_or(Error::PaymentUnknown)?;
    let payments = store::payments::list(&mut tx, &[attempt.payment.as_uuid()]).await?;
    let order = payments.first().ok_or(Error::PaymentUnknown)?.order.id;
    tx.rollback().await?;
    let received = Received {
        provider: attempt.provider,
        account: attempt.account,
        callback: returned.callback,
        remote_address: returned.remote_address,
    };
    // The customer goes on to the order whatever becomes of it.
    if let Err(error) = callbacks::receive_return(deps, org, &attempt, &received).await {
        tracing::warn!(attempt.id = %id, %error, "a browser's return was not read");
    }
    let mut tx = deps.db.tenant(org).await?;
    store::attempts::hurry(&mut tx, id, deps.clock.now()).await?;
    tx.commit().await?;
    Ok(Returned {
        org: Some(org),
        order: Some(order),
        back_url: attempt.back_url,
    })
}
