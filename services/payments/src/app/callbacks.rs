//! Messages of providers: verified, compared with their attempt, stored once and applied in one
//! transaction; the acknowledgement follows the commit.

use std::sync::LazyLock;

use chassis::{
    db::TenantTx,
    id::{GatewayAccountId, OrganisationId},
    telemetry,
};
use opentelemetry::{KeyValue, global, metrics::Counter};
use payment_adapters::{
    Acknowledgement, Adapter, Callback, Credentials, Environment, Notice, Provider, Question,
    Rejection, Report, Verdict,
};
use sha2::{Digest as _, Sha256};

use super::{Dependencies, aggregate::Aggregate, calls, error::Error, query_attempt, redeliveries};
use crate::{
    domain::{
        account::{self, Account},
        attempt::{Attempt, Mismatch, check_amount},
    },
    store::{
        self,
        callbacks::{Message, Outcome},
    },
};

/// Largest message.
pub const LARGEST_BODY: usize = 64 * 1024;
/// Longest reference and event that are kept.
const LONGEST_REFERENCE: usize = 100;
const LONGEST_EVENT: usize = 200;

static ALARMS: LazyLock<Counter<u64>> = LazyLock::new(|| {
    global::meter(telemetry::SCOPE)
        .u64_counter("payments.alarms")
        .with_description("Messages and reports of providers that were not believed, by why")
        .build()
});

/// Counts and logs what was not believed.
pub fn alarm(provider: &Provider, why: impl std::fmt::Display) {
    let labels = [
        KeyValue::new("provider", provider.as_str()),
        KeyValue::new("why", why.to_string()),
    ];
    ALARMS.add(1, &labels);
    tracing::warn!(%provider, %why, "a provider's message was not believed");
}

/// A message as the gateway passes it on.
#[derive(Clone, Debug)]
pub struct Received {
    /// Provider, as the address says.
    pub provider: Provider,
    /// Account, as the address says.
    pub account: GatewayAccountId,
    /// The message.
    pub callback: Callback,
    /// Address it came from.
    pub remote_address: String,
}

/// Receives a message and returns the exact response; `None` when no account has the address.
pub async fn receive(
    deps: &Dependencies,
    received: &Received,
) -> Result<Option<Acknowledgement>, Error> {
    let key = redeliveries::key(received);
    if let Some(known) = deps.redeliveries.find(&key, received).await {
        return Ok(Some(known));
    }
    let provider = received.provider;
    let mut tx = deps.db.system("find the account of a callback").await?;
    let org = store::accounts::find_organisation(&mut tx, received.account, provider).await?;
    tx.rollback().await?;
    let Some(org) = org else { return Ok(None) };
    let adapter = deps.adapter(provider);
    let (verdict, notice) = judge(deps, org, adapter, received).await?;
    let acknowledgement = adapter.acknowledge(verdict, notice.as_ref());
    // A question is answered by how the payment stands at that moment.
    let reports = |notice: &Notice| notice.report.is_some() && notice.asks_for.is_none();
    if matches!(verdict, Verdict::Accepted) && notice.as_ref().is_some_and(reports) {
        deps.redeliveries.remember(key, &acknowledgement);
    }
    Ok(Some(acknowledgement))
}

async fn judge(
    deps: &Dependencies,
    org: OrganisationId,
    adapter: &'static dyn Adapter,
    received: &Received,
) -> Result<(Verdict, Option<Notice>), Error> {
    let now = deps.clock.now();
    let mut tx = deps.db.tenant(org).await?;
    let found = store::accounts::find(&mut tx, received.account).await?;
    let account = found.ok_or(Error::AccountUnknown)?;
    let sets = store::accounts::list_credentials(&mut tx, account.id).await?;
    let sets = account::verifying(&sets, now);
    let keys = calls::open(deps, &mut tx, account.id, account.provider, &sets).await?;
    let message = message(received, deps);
    let parsed = if received.callback.body.len() > LARGEST_BODY {
        Err(Rejection::Malformed)
    } else {
        adapter.parse_callback(&keys, &received.callback, now)
    };
    let notice = match parsed {
        Ok(notice) => notice,
        Err(rejection) => {
            alarm(&account.provider, rejection);
            store::callbacks::insert_rejected(&mut tx, &message, &rejection.to_string()).await?;
            tx.commit().await?;
            return Ok((Verdict::Rejected(rejection), None));
        }
    };
    let verdict = accept(deps, tx, &account, &keys, &message, &notice).await?;
    Ok((verdict, Some(notice)))
}

fn message(received: &Received, deps: &Dependencies) -> Message {
    let body = &received.callback.body;
    Message {
        account: received.account,
        body_hash: Sha256::digest(body).to_vec(),
        size_bytes: i32::try_from(body.len()).unwrap_or(i32::MAX),
        remote_address: received.remote_address.chars().take(100).collect(),
        received_at: deps.clock.now(),
    }
}

/// Reads what the customer's browser brought back about an attempt. A signed copy of the provider's result
/// counts as its callback; one that is not signed proves nothing, and one about another payment is stored
/// and alarmed. Everything else is dropped: anybody may write into the address of a browser.
pub async fn receive_return(
    deps: &Dependencies,
    org: OrganisationId,
    attempt: &Attempt,
    returned: &Received,
) -> Result<(), Error> {
    let callback = &returned.callback;
    if callback.body.len().max(callback.query.len()) > LARGEST_BODY {
        return Ok(());
    }
    let mut tx = deps.db.tenant(org).await?;
    let found = store::accounts::find(&mut tx, returned.account).await?;
    let account = found.ok_or(Error::AccountUnknown)?;
    let sets = store::accounts::list_credentials(&mut tx, account.id).await?;
    let now = deps.clock.now();
    let sets = account::verifying(&sets, now);
    let keys = calls::open(deps, &mut tx, account.id, account.provider, &sets).await?;
    let adapter = deps.adapter(account.provider);
    let Ok(notice) = adapter.parse_callback(&keys, callback, now) else {
        return Ok(());
    };
    let message = message(returned, deps);
    let names_another = notice.reference != attempt.reference
        || notice.theirs.as_ref().is_some_and(|theirs| {
            let known = attempt.provider_reference.as_ref();
            known.is_some_and(|known| known != theirs)
        });
    if names_another {
        mismatched(tx, &account, &message, &notice, Mismatch::Reference).await?;
    } else if notice.report.is_some() {
        accept(deps, tx, &account, &keys, &message, &notice).await?;
    }
    Ok(())
}

/// Judges a message that was verified, or that is not signed.
async fn accept(
    deps: &Dependencies,
    mut tx: TenantTx,
    account: &Account,
    keys: &[Credentials],
    message: &Message,
    notice: &Notice,
) -> Result<Verdict, Error> {
    let attempt =
        store::attempts::find_by_reference(&mut tx, account.id, &notice.reference).await?;
    let is_verification = attempt.is_none()
        && store::verifications::exists(&mut tx, account.id, &notice.reference).await?;
    let fits = fits(deps, account, keys, notice, attempt.as_ref());
    let (attempt, report) = match fits {
        Ok(attempt) => (attempt, notice.report.as_ref()),
        // Its state is queried when somebody looks at it.
        Err(Mismatch::Reference) if is_verification => return Ok(Verdict::Accepted),
        Err(mismatch) => return mismatched(tx, account, message, notice, mismatch).await,
    };
    if let Some(Question::MayCharge) = notice.asks_for {
        let payment = Aggregate::lock(&mut tx, attempt.payment).await?;
        let is_right = report.is_none_or(|report| check_amount(report, attempt.amount).is_ok());
        let is_missing = payment.payment.missing(&payment.refunds) > 0;
        let may_charge = is_right && is_missing && attempt.state.is_open() && !payment.ended();
        return Ok(if may_charge {
            Verdict::Accepted
        } else {
            Verdict::Refused
        });
    }
    match report {
        Some(report) => applied(deps, tx, account, message, notice, attempt, report).await,
        None => hinted(deps, tx, message, notice, attempt).await,
    }
}

/// The attempt of a message, when merchant, reference and mode fit.
fn fits<'a>(
    deps: &Dependencies,
    account: &Account,
    keys: &[Credentials],
    notice: &Notice,
    attempt: Option<&'a Attempt>,
) -> Result<&'a Attempt, Mismatch> {
    let fields = deps.adapter(account.provider).fields();
    if let Some(named) = &notice.merchant
        && !keys
            .iter()
            .any(|own| account::is_merchant(fields, own, named))
    {
        return Err(Mismatch::Merchant);
    }
    let attempt = attempt.ok_or(Mismatch::Reference)?;
    if notice.simulated && attempt.environment == Environment::Live {
        return Err(Mismatch::Simulated);
    }
    Ok(attempt)
}

/// Stores a message that does not fit; a redelivery could not cure it, so it is acknowledged. It is an
/// event of its own, so that the right message about the same thing is not taken for a redelivery.
async fn mismatched(
    mut tx: TenantTx,
    account: &Account,
    message: &Message,
    notice: &Notice,
    mismatch: Mismatch,
) -> Result<Verdict, Error> {
    alarm(&account.provider, mismatch);
    let (reference, event) = names(notice);
    let (outcome, reason) = (Outcome::Mismatch, mismatch.to_string());
    let event: String = format!("{reason}: {event}")
        .chars()
        .take(LONGEST_EVENT)
        .collect();
    store::callbacks::insert(&mut tx, message, &reference, &event, outcome, &reason).await?;
    tx.commit().await?;
    Ok(Verdict::Mismatch)
}

/// Stores a signed message and applies it in the same transaction; a redelivery only is counted.
async fn applied(
    deps: &Dependencies,
    mut tx: TenantTx,
    account: &Account,
    message: &Message,
    notice: &Notice,
    attempt: &Attempt,
    report: &Report,
) -> Result<Verdict, Error> {
    let clock = &*deps.clock;
    if let Err(mismatch) = check_amount(report, attempt.amount) {
        return mismatched(tx, account, message, notice, mismatch).await;
    }
    let (reference, event) = names(notice);
    // Before the payment is locked, so that a storm of redeliveries waits for nothing else.
    let is_first =
        store::callbacks::insert(&mut tx, message, &reference, &event, Outcome::Ignored, "")
            .await?;
    if !is_first {
        tx.commit().await?;
        return Ok(Verdict::Accepted);
    }
    let mut payment = Aggregate::lock(&mut tx, attempt.payment).await?;
    if payment.report(clock, attempt.id, report)? == Ok(true) {
        let outcome = Outcome::Applied;
        store::callbacks::set_outcome(&mut tx, account.id, &reference, &event, outcome).await?;
    }
    payment.save(&mut tx, clock).await?;
    tx.commit().await?;
    Ok(Verdict::Accepted)
}

/// Stores an unsigned message and asks the provider; where that does not answer, the sweeper asks again.
async fn hinted(
    deps: &Dependencies,
    mut tx: TenantTx,
    message: &Message,
    notice: &Notice,
    attempt: &Attempt,
) -> Result<Verdict, Error> {
    let org = tx.org();
    let (reference, event) = names(notice);
    let outcome = Outcome::Hint;
    let is_first =
        store::callbacks::insert(&mut tx, message, &reference, &event, outcome, "").await?;
    if is_first {
        let now = deps.clock.now();
        store::attempts::hurry(&mut tx, attempt.id, now).await?;
    }
    tx.commit().await?;
    if is_first && let Err(error) = query_attempt::query_now(deps, org, attempt.id).await {
        tracing::warn!(attempt.id = %attempt.id, %error, "a hint could not be followed yet");
    }
    Ok(Verdict::Accepted)
}

fn names(notice: &Notice) -> (String, String) {
    (
        notice.reference.chars().take(LONGEST_REFERENCE).collect(),
        notice.event.chars().take(LONGEST_EVENT).collect(),
    )
}
