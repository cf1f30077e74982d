//! Starts an attempt to pay: its reference is stored before the provider is called.

use chassis::{
    db::TenantTx,
    id::{AttemptId, OrganisationId, PaymentId, PaymentMethodId},
    money::Money,
    secret::Secret,
};
use chrono::{DateTime, TimeDelta, Utc};
use payment_adapters::{CallError, Item, NextStep, Payer, ReturnUrls, Started, State};
use prost::Message as _;
use proto::payments::v1 as proto;
use url::Url;

use super::{
    Dependencies, aggregate::Aggregate, callbacks::alarm, calls, error::Error,
    methods::allowed_account, query_attempt,
};
use crate::{
    domain::{
        account::Account,
        attempt::{Attempt, AttemptState, Fact, MOST_ATTEMPTS},
        method::Purchase,
        payment::{OrderFacts, Payment, PaymentState},
        reference, schedule,
    },
    store, wire,
};

/// How long an attempt may be under way before a repeat of its request begins another one; longer than
/// any call to a provider.
const UNDER_WAY: TimeDelta = TimeDelta::seconds(60);
/// How often a reference that the provider says it knows already is replaced by another one.
const DUPLICATES: usize = 2;

/// An attempt to start.
#[derive(Clone, Debug)]
pub struct StartAttempt {
    /// Idempotency key.
    pub key: String,
    /// Digest of the request.
    pub hash: Vec<u8>,
    /// The order.
    pub order: OrderFacts,
    /// Name of its branch.
    pub branch_name: String,
    /// What it costs.
    pub total: i64,
    /// What the provider's page shows; they sum up to the total.
    pub items: Vec<Item>,
    /// When it expires unpaid.
    pub expires_at: DateTime<Utc>,
    /// Method it is paid by.
    pub method: PaymentMethodId,
    /// Page of the shop.
    pub back_url: Url,
    /// One-time token of the provider's fields.
    pub token: Option<Secret>,
    /// Who pays; it is passed on to the provider and not stored.
    pub payer: Payer,
}

/// An attempt that was started.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The attempt.
    pub attempt: Attempt,
    /// What the browser does.
    pub next: proto::NextStep,
    /// What has to be captured before the order is placed.
    pub required: i64,
}

/// Starts an attempt, or returns the one that the key started before.
pub async fn start(
    deps: &Dependencies,
    org: OrganisationId,
    command: &StartAttempt,
) -> Result<Answer, Error> {
    for tried in 0..DUPLICATES {
        let prepared = match prepare(deps, org, command, tried > 0).await? {
            Prepared::Known(answer) => return Ok(*answer),
            Prepared::New(prepared) => prepared,
        };
        let context = prepared.caller.context(deps.clock.now());
        let started = prepared
            .caller
            .adapter()
            .start(context, &prepared.attempt)
            .await;
        if matches!(started, Err(CallError::Duplicate)) {
            // The provider says that it knows the reference: what it says of its money counts, and
            // where there is none the customer gets another reference instead of an error.
            mark_unknown(deps, org, &prepared).await?;
            let settled = query_attempt::query_duplicate(deps, org, prepared.id).await?;
            if matches!(
                settled.state,
                AttemptState::Captured | AttemptState::Authorized
            ) {
                return Ok(answer(settled, prepared.required));
            }
            continue;
        }
        return finish(deps, org, &prepared, started).await;
    }
    Err(Error::GatewayUnavailable(CallError::Duplicate))
}

struct New {
    id: AttemptId,
    payment: PaymentId,
    required: i64,
    attempt: payment_adapters::Attempt,
    caller: calls::Caller,
}

enum Prepared {
    Known(Box<Answer>),
    New(Box<New>),
}

fn answer(attempt: Attempt, required: i64) -> Answer {
    Answer {
        next: next_step(&attempt),
        attempt,
        required,
    }
}

fn next_step(attempt: &Attempt) -> proto::NextStep {
    let stored = attempt.next_step.as_deref();
    let next = stored.and_then(|bytes| proto::NextStep::decode(bytes).ok());
    next.unwrap_or_else(wire::wait)
}

/// Notes that nobody knows what became of an attempt's start.
async fn mark_unknown(deps: &Dependencies, org: OrganisationId, new: &New) -> Result<(), Error> {
    let mut tx = deps.db.tenant(org).await?;
    let mut payment = Aggregate::lock(&mut tx, new.payment).await?;
    payment.fact(&*deps.clock, new.id, Fact::CallUnknown, None)?;
    payment.save(&mut tx, &*deps.clock).await?;
    tx.commit().await?;
    Ok(())
}

/// What a repeat of the request that started `known` gets; `None` when it begins another attempt.
fn repeated(
    command: &StartAttempt,
    known: &Attempt,
    required: i64,
    now: DateTime<Utc>,
) -> Result<Option<Answer>, Error> {
    if known.request_hash != command.hash {
        return Err(Error::key_mismatch());
    }
    let is_answered = known.next_step.is_some() || known.state == AttemptState::Unknown;
    if is_answered && known.state != AttemptState::Failed {
        return Ok(Some(answer(known.clone(), required)));
    }
    if known.state == AttemptState::Created && now - known.created_at < UNDER_WAY {
        return Err(Error::under_way());
    }
    Ok(None)
}

/// Stores the payment where there is none, and the attempt. Not the first time, the key's own attempt is
/// the one that got no page.
async fn prepare(
    deps: &Dependencies,
    org: OrganisationId,
    command: &StartAttempt,
    again: bool,
) -> Result<Prepared, Error> {
    let now = deps.clock.now();
    let order = &command.order;
    let mut tx = deps.db.tenant(org).await?;
    store::payments::insert(&mut tx, &new_payment(deps, command)).await?;
    let locked = Aggregate::lock_of_order(&mut tx, order.id).await?;
    let mut payment = locked.ok_or(Error::PaymentUnknown)?;
    let mut newest_first = payment.attempts.iter().rev();
    let known = newest_first.find(|attempt| attempt.request_key == command.key);
    if let Some(known) = known.filter(|_| !again).cloned() {
        if command.token.is_some() && waits_for_token(&known) && !payment.ended() {
            return resume(deps, tx, payment, command, &known).await;
        }
        if let Some(answer) = repeated(command, &known, payment.payment.required, now)? {
            return Ok(Prepared::Known(Box::new(answer)));
        }
    }
    if payment.ended() || command.expires_at <= now {
        return Err(Error::Closed);
    }
    if payment.payment.order.currency != order.currency {
        return Err(Error::AmountMismatch);
    }
    let purchase = Purchase {
        branch: order.branch,
        method: order.method,
        channel: order.channel,
        amount: command.total,
    };
    let methods = store::methods::list(&mut tx, order.brand).await?;
    let method = methods
        .into_iter()
        .find(|method| method.id == command.method && method.allows(&purchase))
        .ok_or(Error::MethodNotAllowed)?;
    let required = method.pay_now(command.total);
    payment.set_due(&*deps.clock, command.total, required)?;
    let missing = payment.payment.missing(&payment.refunds);
    if missing == 0 {
        payment.save(&mut tx, &*deps.clock).await?;
        tx.commit().await?;
        return Err(Error::AlreadyPaid);
    }
    let number = i16::try_from(payment.attempts.len()).unwrap_or(MOST_ATTEMPTS) + 1;
    if number > MOST_ATTEMPTS {
        return Err(Error::AttemptsExhausted);
    }
    let accounts = store::accounts::list(&mut tx, order.brand).await?;
    let account = allowed_account(deps, &accounts, &method, order.branch, order.test);
    let account = account.ok_or(Error::MethodNotAllowed)?;
    let caller = calls::caller(
        deps,
        &mut tx,
        account.id,
        account.provider,
        account.environment,
        account.credentials_number,
    )
    .await?;
    let poll_ages = caller.adapter().capabilities().poll_ages;
    let attempt = Attempt {
        id: AttemptId::new(&*deps.clock),
        payment: payment.payment.id,
        number,
        reference: reference::of_attempt(&order.number, number, rand::random()),
        request_key: command.key.clone(),
        request_hash: command.hash.clone(),
        method: method.id,
        method_name: method.name.clone(),
        kind: method.kind,
        provider: account.provider,
        provider_method: method.provider_method.clone(),
        account: account.id,
        credentials_number: account.credentials_number,
        environment: account.environment,
        capture_at_once: account.capture_at_once,
        amount: Money::new(missing, order.currency),
        state: AttemptState::Created,
        captured: 0,
        refund_reserved: 0,
        refunded: 0,
        provider_reference: None,
        extra: Default::default(),
        instrument: Default::default(),
        code: String::new(),
        next_step: None,
        back_url: command.back_url.to_string(),
        created_at: now,
        expires_at: command.expires_at,
        paid_at: None,
        next_query_at: schedule::next_query(now, command.expires_at, now, poll_ages),
    };
    let new = New {
        id: attempt.id,
        payment: attempt.payment,
        required,
        attempt: for_adapter(deps, command, &attempt, account)?,
        caller,
    };
    for earlier in &mut payment.attempts {
        if earlier.state.is_open() {
            // Ended where the provider can end it, so that an old page is not paid as well.
            earlier.next_query_at = Some(now);
        }
    }
    payment.attempts.push(attempt);
    payment.save(&mut tx, &*deps.clock).await?;
    tx.commit().await?;
    Ok(Prepared::New(Box::new(new)))
}

/// The browser was shown the provider's fields, and nothing was started by them yet.
fn waits_for_token(known: &Attempt) -> bool {
    known.state.is_open() && next_step(known).kind() == proto::NextStepKind::Fields
}

/// Goes on with an attempt whose card was entered into the provider's fields. What the browser does next
/// is replaced under the lock, so that a second request with a token finds nothing to go on with.
async fn resume(
    deps: &Dependencies,
    mut tx: TenantTx,
    mut payment: Aggregate,
    command: &StartAttempt,
    known: &Attempt,
) -> Result<Prepared, Error> {
    if known.request_hash != command.hash {
        return Err(Error::key_mismatch());
    }
    let account = store::accounts::find(&mut tx, known.account).await?;
    let account = account.ok_or(Error::AccountUnknown)?;
    let caller = calls::caller(
        deps,
        &mut tx,
        known.account,
        known.provider,
        known.environment,
        known.credentials_number,
    )
    .await?;
    payment.attempt(known.id)?.next_step = Some(wire::wait().encode_to_vec());
    payment.save(&mut tx, &*deps.clock).await?;
    tx.commit().await?;
    Ok(Prepared::New(Box::new(New {
        id: known.id,
        payment: known.payment,
        required: payment.payment.required,
        attempt: for_adapter(deps, command, known, &account)?,
        caller,
    })))
}

fn new_payment(deps: &Dependencies, command: &StartAttempt) -> Payment {
    Payment {
        id: PaymentId::new(&*deps.clock),
        order: command.order.clone(),
        due: command.total,
        required: command.total,
        captured: 0,
        refund_reserved: 0,
        refunded: 0,
        returned: 0,
        state: PaymentState::Pending,
        version: 1,
        created_at: deps.clock.now(),
    }
}

/// The attempt as its adapter needs it. Part of an order's amount is one item, named by the order.
fn for_adapter(
    deps: &Dependencies,
    command: &StartAttempt,
    attempt: &Attempt,
    account: &Account,
) -> Result<payment_adapters::Attempt, Error> {
    let items = if attempt.amount.amount() == command.total {
        command.items.clone()
    } else {
        vec![Item {
            name: command.order.number.clone(),
            quantity: 1,
            unit_amount: attempt.amount.amount(),
        }]
    };
    Ok(payment_adapters::Attempt {
        reference: attempt.adapter_reference(),
        created_at: attempt.created_at,
        expires_at: attempt.expires_at,
        amount: attempt.amount,
        items,
        branch_name: command.branch_name.clone(),
        store_code: account.store_code.clone(),
        method: attempt.provider_method.clone(),
        capture_at_once: attempt.capture_at_once,
        token: command.token.clone(),
        payer: command.payer.clone(),
        urls: return_urls(deps, account, &attempt.reference, &command.back_url)?,
    })
}

/// Addresses of ours that a provider gets.
pub fn return_urls(
    deps: &Dependencies,
    account: &Account,
    reference: &str,
    back: &Url,
) -> Result<ReturnUrls, Error> {
    let join = |path: &str| deps.public_url.join(path).map_err(anyhow::Error::from);
    Ok(ReturnUrls {
        notify: callback_url(deps, account)?,
        result: join(&format!("/api/payments/returns/{reference}"))?,
        back: back.clone(),
    })
}

/// Where a provider reports to about an account.
pub fn callback_url(deps: &Dependencies, account: &Account) -> Result<Url, Error> {
    let path = format!(
        "/api/payments/callbacks/{}/{}",
        account.provider, account.id
    );
    let url = deps.public_url.join(&path).map_err(anyhow::Error::from)?;
    Ok(url)
}

/// Takes in what the start came to.
async fn finish(
    deps: &Dependencies,
    org: OrganisationId,
    new: &New,
    started: Result<Started, CallError>,
) -> Result<Answer, Error> {
    let clock = &*deps.clock;
    let mut tx = deps.db.tenant(org).await?;
    let mut payment = Aggregate::lock(&mut tx, new.payment).await?;
    let refused = match started {
        Ok(started) => {
            let next = wire::next_step(&started.next).encode_to_vec();
            payment.attempt(new.id)?.next_step = Some(next);
            if matches!(started.next, NextStep::Fields { .. }) {
                // Nothing is under way there before the card is entered.
                payment.attempt(new.id)?.record_details(&started.report);
            } else {
                // A form that the browser posts is on its way, whatever the provider knows of it.
                payment.fact(clock, new.id, Fact::Reported(State::Pending), None)?;
                if let Err(mismatch) = payment.report(clock, new.id, &started.report)? {
                    alarm(&payment.attempt(new.id)?.provider, mismatch);
                }
            }
            None
        }
        Err(CallError::Unknown(_)) => {
            payment.fact(clock, new.id, Fact::CallUnknown, None)?;
            None
        }
        Err(error) => {
            let code = match &error {
                CallError::Declined { code, .. }
                | CallError::WrongState { code, .. }
                | CallError::Configuration { code, .. }
                | CallError::Rejected { code, .. } => code.clone(),
                _ => String::new(),
            };
            payment.attempt(new.id)?.code.clone_from(&code);
            payment.fact(clock, new.id, Fact::NotStarted, None)?;
            if let CallError::RateLimited { wait } = &error {
                let wait = TimeDelta::from_std(*wait).unwrap_or_default();
                let account = payment.attempt(new.id)?.account;
                store::accounts::pause_calls(&mut tx, account, clock.now() + wait).await?;
            }
            Some(match error {
                CallError::Declined { .. } => Error::Declined { code },
                error => Error::GatewayUnavailable(error),
            })
        }
    };
    payment.save(&mut tx, clock).await?;
    let attempt = payment.attempt(new.id)?.clone();
    tx.commit().await?;
    match refused {
        None => Ok(answer(attempt, new.required)),
        Some(error) => {
            let provider = attempt.provider;
            tracing::warn!(%provider, attempt.id = %new.id, %error, "an attempt was not started");
            Err(error)
        }
    }
}
