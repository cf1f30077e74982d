//! Carries out refunds through the provider that took the money.

use chassis::id::{OrganisationId, RefundId};
use chrono::TimeDelta;
use payment_adapters::{
    CallError, ManualRefund, RefundReport, RefundRequest, RefundState as Reported,
};

use super::{Dependencies, aggregate::Aggregate, calls, error::Error};
use crate::{
    domain::{attempt::Attempt, refund::RefundState},
    store,
};

/// Refunds of one attempt go one after another, so that "what earlier refunds gave back" is known.
const BEHIND_ANOTHER: TimeDelta = TimeDelta::seconds(15);

/// Calls the provider for a refund that is due, and stores what it came to.
pub async fn carry_out(
    deps: &Dependencies,
    org: OrganisationId,
    id: RefundId,
) -> Result<(), Error> {
    let clock = &*deps.clock;
    let now = clock.now();
    let mut tx = deps.db.tenant(org).await?;
    let Some(refund) = store::refunds::find(&mut tx, id).await? else {
        return Ok(());
    };
    let mut payment = Aggregate::lock(&mut tx, refund.payment).await?;
    // Read again under the lock.
    let found = payment.refunds.iter().find(|found| found.id == id).cloned();
    let refund = found.ok_or_else(|| anyhow::anyhow!("refund {id} is not of its payment"))?;
    if refund.state != RefundState::Pending {
        return Ok(());
    }
    let attempt = payment.attempt(refund.attempt)?.clone();
    let is_behind = payment.refunds.iter().any(|other| {
        other.attempt == refund.attempt
            && other.state == RefundState::Pending
            && (other.requested_at, other.id) < (refund.requested_at, refund.id)
    });
    if is_behind {
        store::refunds::set_next_try(&mut tx, id, now + BEHIND_ANOTHER).await?;
        tx.commit().await?;
        return Ok(());
    }
    let caller = calls::caller(
        deps,
        &mut tx,
        attempt.account,
        attempt.provider,
        attempt.environment,
        attempt.credentials_number,
    )
    .await?;
    let capabilities = caller.adapter().capabilities();
    if is_manual(capabilities.manual_refund, &attempt) {
        payment.settle_refund(clock, id, Ok(by_a_person()))?;
        payment.save(&mut tx, clock).await?;
        tx.commit().await?;
        return Ok(());
    }
    let spacing = capabilities.call_spacing;
    let wait = store::accounts::take_call(&mut tx, attempt.account, now, spacing).await?;
    if let Some(until) = wait {
        store::refunds::set_next_try(&mut tx, id, until).await?;
        tx.commit().await?;
        return Ok(());
    }
    // Stored before it is made: a process that dies in between leaves a call that may have happened.
    for stored in payment.refunds.iter_mut().filter(|found| found.id == id) {
        stored.calls += 1;
    }
    payment.save(&mut tx, clock).await?;
    tx.commit().await?;

    let currency = attempt.amount.currency();
    let money = |amount| chassis::money::Money::new(amount, currency);
    let request = RefundRequest {
        reference: refund.reference.clone(),
        amount: money(refund.amount),
        captured: money(attempt.captured),
        refunded_before: money(attempt.refunded),
        repeated: refund.calls > 0,
        method: attempt.provider_method.clone(),
    };
    let reference = attempt.adapter_reference();
    let outcome = caller
        .adapter()
        .refund(caller.context(clock.now()), &reference, &request)
        .await;
    settle(deps, org, &attempt, id, outcome).await
}

async fn settle(
    deps: &Dependencies,
    org: OrganisationId,
    attempt: &Attempt,
    id: RefundId,
    outcome: Result<RefundReport, CallError>,
) -> Result<(), Error> {
    let clock = &*deps.clock;
    let mut tx = deps.db.tenant(org).await?;
    if let Err(error) = &outcome
        && !matches!(error, CallError::NotYet { .. })
    {
        let provider = attempt.provider;
        tracing::warn!(%provider, refund.id = %id, %error, "a refund's call did not succeed");
        if let CallError::RateLimited { wait } = error {
            let until = clock.now() + TimeDelta::from_std(*wait).unwrap_or_default();
            store::accounts::pause_calls(&mut tx, attempt.account, until).await?;
        }
    }
    let mut payment = Aggregate::lock(&mut tx, attempt.payment).await?;
    payment.settle_refund(clock, id, outcome)?;
    payment.save(&mut tx, clock).await?;
    tx.commit().await?;
    Ok(())
}

/// The provider gives this kind of money back by no call.
fn is_manual(manual: ManualRefund, attempt: &Attempt) -> bool {
    match manual {
        ManualRefund::Never => false,
        ManualRefund::Methods(methods) => methods.contains(&attempt.provider_method.as_str()),
    }
}

fn by_a_person() -> RefundReport {
    RefundReport {
        state: Reported::NeedsPerson,
        theirs: None,
        text: None,
        retry_at: None,
    }
}
