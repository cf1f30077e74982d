//! Queries a provider about an attempt and applies what it says.

use chassis::{
    db::TenantTx,
    id::{AttemptId, OrganisationId},
};
use chrono::TimeDelta;
use payment_adapters::{CallError, Report, State};

use super::{Dependencies, aggregate::Aggregate, callbacks::alarm, calls, error::Error};
use crate::{
    domain::{
        attempt::{Attempt, AttemptState, Fact, check_amount},
        order::OrderState,
        schedule,
    },
    store,
};

/// When a provider is believed that it does not know an attempt whose start had no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BelieveAbsent {
    /// Once the attempt is old enough for what was carried out to show.
    WhenItWouldShow,
    /// The provider has refused to start the attempt.
    AtOnce,
}

/// Queries the provider about an attempt now, as far as the account may be called, and returns the
/// attempt as it is afterwards.
pub async fn query_now(
    deps: &Dependencies,
    org: OrganisationId,
    id: AttemptId,
) -> Result<Attempt, Error> {
    query(deps, org, id, BelieveAbsent::WhenItWouldShow).await
}

/// As [`query_now`], for an attempt that the provider refused because it knows its reference: where it
/// does not, the attempt has failed.
pub async fn query_duplicate(
    deps: &Dependencies,
    org: OrganisationId,
    id: AttemptId,
) -> Result<Attempt, Error> {
    query(deps, org, id, BelieveAbsent::AtOnce).await
}

async fn query(
    deps: &Dependencies,
    org: OrganisationId,
    id: AttemptId,
    believe_absent: BelieveAbsent,
) -> Result<Attempt, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let found = store::attempts::find(&mut tx, id).await?;
    let attempt = found.ok_or(Error::PaymentUnknown)?;
    let caller = calls::caller(
        deps,
        &mut tx,
        attempt.account,
        attempt.provider,
        attempt.environment,
        attempt.credentials_number,
    )
    .await?;
    let now = deps.clock.now();
    let spacing = caller.adapter().capabilities().call_spacing;
    let wait = store::accounts::take_call(&mut tx, attempt.account, now, spacing).await?;
    if let Some(until) = wait {
        store::attempts::set_next_query(&mut tx, id, Some(until)).await?;
        tx.commit().await?;
        return Ok(attempt);
    }
    let wanted = wanted(&mut tx, &attempt).await?;
    tx.commit().await?;

    let outcome = ask(deps, &caller, &attempt, wanted).await;
    apply(deps, org, &attempt, &caller, believe_absent, outcome).await
}

/// What the payment wants of an attempt that is not settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted {
    order: OrderState,
    /// Its money is still missing.
    money: bool,
    /// No later attempt took its place.
    page: bool,
}

async fn wanted(tx: &mut TenantTx, attempt: &Attempt) -> Result<Wanted, Error> {
    let payments = store::payments::list(tx, &[attempt.payment.as_uuid()]).await?;
    let payment = payments.first().ok_or(Error::PaymentUnknown)?;
    let refunds = store::refunds::list(tx, payment.id).await?;
    let attempts = store::attempts::list(tx, payment.id).await?;
    let order = store::orders::state(tx, payment.order.id).await?;
    let money = order != OrderState::Ended && payment.missing(&refunds) > 0;
    let is_last = attempts.last().is_some_and(|last| last.id == attempt.id);
    Ok(Wanted {
        order,
        money,
        page: money && is_last,
    })
}

/// Asks the provider, and lets it go on or end what stands open there.
async fn ask(
    deps: &Dependencies,
    caller: &calls::Caller,
    attempt: &Attempt,
    wanted: Wanted,
) -> Result<Report, CallError> {
    let (adapter, reference, amount) = (
        caller.adapter(),
        attempt.adapter_reference(),
        attempt.amount,
    );
    let context = || caller.context(deps.clock.now());
    let report = adapter.query(context(), &reference, amount).await?;
    if check_amount(&report, amount).is_err() {
        return Ok(report);
    }
    let capabilities = adapter.capabilities();
    match report.state {
        // Asks before it charges, so that nothing is charged that would have to go back.
        State::AwaitsConfirmation if wanted.money => {
            adapter.confirm(context(), &reference, amount).await
        }
        State::Pending | State::NumberIssued | State::AwaitsConfirmation
            if !wanted.page && capabilities.void =>
        {
            let ended = adapter.void(context(), &reference, amount).await;
            ended.or(Ok(report))
        }
        State::Authorized if wanted.order == OrderState::Ended => {
            adapter.void(context(), &reference, amount).await
        }
        State::Authorized if wanted.order == OrderState::Completed => {
            adapter.capture(context(), &reference, amount).await
        }
        _ => Ok(report),
    }
}

/// Applies what the provider said and decides when it is asked again.
async fn apply(
    deps: &Dependencies,
    org: OrganisationId,
    asked: &Attempt,
    caller: &calls::Caller,
    believe_absent: BelieveAbsent,
    outcome: Result<Report, CallError>,
) -> Result<Attempt, Error> {
    let (clock, id) = (&*deps.clock, asked.id);
    let now = clock.now();
    let poll_ages = caller.adapter().capabilities().poll_ages;
    let mut tx = deps.db.tenant(org).await?;
    let mut payment = Aggregate::lock(&mut tx, asked.payment).await?;
    let next = schedule::next_query(asked.created_at, asked.expires_at, now, poll_ages);
    payment.attempt(id)?.next_query_at = next;
    let would_show = schedule::would_show(asked.created_at, now, poll_ages);
    match &outcome {
        Ok(report)
            if report.state == State::Absent
                && believe_absent == BelieveAbsent::WhenItWouldShow
                && !would_show => {}
        Ok(report) => match payment.report(clock, id, report)? {
            Ok(_) => {
                let is_over = now >= asked.expires_at + schedule::GRACE;
                if is_over && payment.attempt(id)?.state.is_open() {
                    payment.fact(clock, id, Fact::TimeOver, None)?;
                }
            }
            Err(mismatch) => alarm(&asked.provider, mismatch),
        },
        Err(CallError::RateLimited { wait }) => {
            let until = now + TimeDelta::from_std(*wait).unwrap_or_default();
            store::accounts::pause_calls(&mut tx, asked.account, until).await?;
            payment.attempt(id)?.next_query_at = next.map(|next| next.max(until));
        }
        Err(CallError::Declined { code, .. }) => {
            payment.attempt(id)?.code.clone_from(code);
            payment.fact(clock, id, Fact::Reported(State::Failed), None)?;
        }
        Err(error) => {
            let provider = asked.provider;
            if matches!(error, CallError::Configuration { .. }) {
                // Keys, contract or clock: every account's attempts meet it until a person has acted.
                alarm(&provider, "configuration");
            }
            tracing::warn!(%provider, attempt.id = %id, %error, "a query had no answer");
        }
    }
    let is_authorized = payment.order != OrderState::Open;
    let attempt = payment.attempt(id)?;
    match attempt.state {
        // What is reserved waits for the order; once that ended, until it is captured or given back.
        AttemptState::Authorized if !is_authorized => attempt.next_query_at = None,
        AttemptState::Captured | AttemptState::Voided | AttemptState::Failed => {
            attempt.next_query_at = None;
        }
        _ => {}
    }
    payment.save(&mut tx, clock).await?;
    let attempt = payment.attempt(id)?.clone();
    tx.commit().await?;
    Ok(attempt)
}
