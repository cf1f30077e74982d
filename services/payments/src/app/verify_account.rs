//! Verifies an account: one unit is paid at the provider's test site, and the provider is asked for its
//! state.

use chassis::{
    authn::Identity,
    id::{GatewayAccountId, OrganisationId, VerificationId},
    money::{Currency, Money},
    secret::Secret,
};
use chrono::TimeDelta;
use payment_adapters::{
    Attempt, AttemptReference, CallError, Environment, Item, Payer, Report, State,
};
use proto::payments::v1 as proto;
use url::Url;

use super::{Dependencies, accounts, calls, error::Error, start_attempt::return_urls};
use crate::{
    domain::{account::Account, attempt::check_amount, reference},
    store::{
        self,
        verifications::{Verification, VerificationState},
    },
    wire,
};

/// What is paid.
const ONE_UNIT: Money = Money::new(1, Currency::TWD);
/// How long it may be paid.
const TIME: TimeDelta = TimeDelta::minutes(30);

/// Starts a verification and returns what the browser does.
pub async fn start(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    id: GatewayAccountId,
    back_url: &Url,
    token: Option<Secret>,
) -> Result<(Verification, proto::NextStep), Error> {
    let now = deps.clock.now();
    let mut tx = deps.db.tenant(org).await?;
    let account = accounts::lock(&mut tx, identity, id).await?;
    let sets = store::accounts::list_credentials(&mut tx, id).await?;
    let test = sets
        .iter()
        .rev()
        .find(|set| set.environment == Environment::Test);
    let number = test.map_or(account.credentials_number, |set| set.number);
    let mut verification = Verification {
        id: VerificationId::new(&*deps.clock),
        account: id,
        credentials_number: number,
        reference: reference::of_verification(rand::random()),
        state: VerificationState::Pending,
        provider_reference: None,
        extra: Default::default(),
        back_url: back_url.to_string(),
        text: String::new(),
        started_at: now,
        settled_at: None,
    };
    store::verifications::upsert(&mut tx, &verification).await?;
    let caller = caller(deps, &mut tx, &account, number).await?;
    tx.commit().await?;

    let attempt = attempt(deps, &account, &verification, back_url, token)?;
    let started = caller.adapter().start(caller.context(now), &attempt).await;
    let mut next = wire::wait();
    let outcome = started.map(|started| {
        next = wire::next_step(&started.next);
        started.report
    });
    settle(deps, org, &mut verification, outcome).await?;
    Ok((verification, next))
}

async fn caller(
    deps: &Dependencies,
    tx: &mut chassis::db::TenantTx,
    account: &Account,
    number: i32,
) -> Result<calls::Caller, Error> {
    let (id, provider) = (account.id, account.provider);
    calls::caller(deps, tx, id, provider, Environment::Test, number).await
}

fn attempt(
    deps: &Dependencies,
    account: &Account,
    verification: &Verification,
    back_url: &Url,
    token: Option<Secret>,
) -> Result<Attempt, Error> {
    let urls = return_urls(deps, account, &verification.reference, back_url)?;
    Ok(Attempt {
        reference: adapter_reference(verification),
        created_at: verification.started_at,
        expires_at: verification.started_at + TIME,
        amount: ONE_UNIT,
        items: vec![Item {
            name: account.name.clone(),
            quantity: 1,
            unit_amount: ONE_UNIT.amount(),
        }],
        branch_name: account.name.clone(),
        store_code: account.store_code.clone(),
        method: String::new(),
        capture_at_once: account.capture_at_once,
        token,
        payer: Payer {
            name: account.name.clone(),
            ..Payer::default()
        },
        urls,
    })
}

fn adapter_reference(verification: &Verification) -> AttemptReference {
    AttemptReference {
        ours: verification.reference.clone(),
        theirs: verification.provider_reference.clone(),
        extra: verification.extra.clone(),
    }
}

/// Asks the provider for a verification's state and stores it.
pub async fn query(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    id: GatewayAccountId,
    verification: VerificationId,
) -> Result<Verification, Error> {
    let now = deps.clock.now();
    let mut tx = deps.db.tenant(org).await?;
    let account = store::accounts::find(&mut tx, id).await?;
    let account = account.ok_or(Error::AccountUnknown)?;
    accounts::require_place(identity, account.brand, account.branch)?;
    let found = store::verifications::find(&mut tx, id, verification).await?;
    let mut found = found.ok_or_else(|| chassis::error::Problem::not_found("verification"))?;
    if found.state != VerificationState::Pending {
        return Ok(found);
    }
    let caller = caller(deps, &mut tx, &account, found.credentials_number).await?;
    let spacing = caller.adapter().capabilities().call_spacing;
    let wait = store::accounts::take_call(&mut tx, id, now, spacing).await?;
    tx.commit().await?;
    if wait.is_some() {
        return Ok(found);
    }
    let (adapter, reference) = (caller.adapter(), adapter_reference(&found));
    let context = || caller.context(deps.clock.now());
    let mut outcome = adapter.query(context(), &reference, ONE_UNIT).await;
    if let Ok(Report {
        state: State::AwaitsConfirmation,
        ..
    }) = outcome
    {
        outcome = adapter.confirm(context(), &reference, ONE_UNIT).await;
    }
    settle(deps, org, &mut found, outcome).await?;
    Ok(found)
}

/// Stores what a call came to; one without an answer leaves the verification pending.
async fn settle(
    deps: &Dependencies,
    org: OrganisationId,
    verification: &mut Verification,
    outcome: Result<Report, CallError>,
) -> Result<(), Error> {
    let now = deps.clock.now();
    match &outcome {
        Ok(report) => {
            if report.theirs.is_some() {
                verification.provider_reference.clone_from(&report.theirs);
            }
            verification.extra.extend(report.extra.clone());
            match report.state {
                State::Authorized | State::Captured => {
                    let paid = check_amount(report, ONE_UNIT);
                    verification.state = match paid {
                        Ok(()) => VerificationState::Passed,
                        Err(_) => VerificationState::Failed,
                    };
                    verification.text = paid
                        .err()
                        .map(|error| error.to_string())
                        .unwrap_or_default();
                }
                State::Failed | State::Expired | State::Voided => {
                    verification.state = VerificationState::Failed;
                    verification.text = report.code.clone().unwrap_or_default();
                }
                State::Absent
                | State::Pending
                | State::NumberIssued
                | State::AwaitsConfirmation => {}
            }
        }
        Err(
            CallError::Unknown(_)
            | CallError::Unreachable(_)
            | CallError::RateLimited { .. }
            | CallError::NotYet { .. }
            | CallError::Duplicate
            | CallError::WrongState { .. },
        ) => {}
        Err(error) => {
            verification.state = VerificationState::Failed;
            verification.text = error.to_string().chars().take(200).collect();
        }
    }
    if verification.state != VerificationState::Pending {
        verification.settled_at = Some(now);
    }
    let mut tx = deps.db.tenant(org).await?;
    store::verifications::upsert(&mut tx, verification).await?;
    if verification.state == VerificationState::Passed
        && let Some(account) = store::accounts::lock(&mut tx, verification.account).await?
    {
        let verified = Account {
            verified_at: Some(now),
            ..account
        };
        store::accounts::update(&mut tx, &verified).await?;
    }
    tx.commit().await?;
    match outcome {
        Err(error @ (CallError::Unreachable(_) | CallError::RateLimited { .. })) => {
            Err(Error::GatewayUnavailable(error))
        }
        _ => Ok(()),
    }
}
