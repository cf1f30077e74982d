//! A provider whose words a test writes. Each test has a merchant of its own.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::LazyLock,
};

use async_trait::async_trait;
use bytes::Bytes;
use chassis::{
    money::Money,
    service::{App, BoxFuture, Context as ServiceContext, Parts},
};
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use parking_lot::Mutex;
use payment_adapters::{
    Acknowledgement, Adapter, Attempt, AttemptReference, CallError, Callback, Capabilities,
    Context, Credentials, Field, ManualRefund, NextStep, Notice, RefundReport, RefundRequest,
    RefundState, Rejection, Report, Started, State, Verdict,
};
use sqlx::migrate::Migrator;

static MERCHANTS: LazyLock<Mutex<BTreeMap<String, Script>>> = LazyLock::new(Mutex::default);

/// What a merchant's provider says, and what it was asked.
#[derive(Debug, Default)]
pub struct Script {
    /// Outcomes of the next starts; a form when there are none.
    pub starts: VecDeque<Result<Started, CallError>>,
    /// What a query says of a reference; pending where there is nothing.
    pub states: BTreeMap<String, Result<Report, CallError>>,
    /// Outcomes of the next refunds; succeeded when there are none.
    pub refunds: VecDeque<Result<RefundReport, CallError>>,
    /// What was asked, such as `start 7K2MXP01…`.
    pub calls: Vec<String>,
}

/// Changes or reads the script of a merchant.
pub fn script<T>(merchant: &str, work: impl FnOnce(&mut Script) -> T) -> T {
    work(MERCHANTS.lock().entry(merchant.to_owned()).or_default())
}

fn called<T>(context: Context<'_>, call: String, work: impl FnOnce(&mut Script) -> T) -> T {
    script(context.credentials.get("MerchantID"), |script| {
        script.calls.push(call);
        work(script)
    })
}

/// A report of `state` with an amount.
pub fn report(state: State, amount: Option<Money>) -> Report {
    Report {
        amount,
        theirs: Some("T1".to_owned()),
        ..Report::of(state)
    }
}

/// A start whose form waits for the customer.
pub fn form() -> Started {
    Started {
        next: NextStep::Form {
            url: "https://provider.example/pay".parse().unwrap(),
            fields: vec![("MerchantTradeNo".to_owned(), "x".to_owned())],
        },
        report: Report::of(State::Pending),
    }
}

#[derive(Debug)]
struct Scripted;

static CAPABILITIES: Capabilities = Capabilities {
    methods: &["Credit", "ATM"],
    separate_capture: true,
    void: true,
    partial_refund: true,
    refund_window: Some(TimeDelta::days(180)),
    signed_callback: true,
    fields_in_page: false,
    poll_ages: &[],
    call_spacing: TimeDelta::zero(),
    manual_refund: ManualRefund::Methods(&["ATM"]),
};

static FIELDS: [Field; 2] = [
    Field {
        name: "MerchantID",
        secret: false,
        optional: false,
        length: (1, 60),
    },
    Field {
        name: "HashKey",
        secret: true,
        optional: false,
        length: (16, 16),
    },
];

#[derive(serde::Deserialize)]
struct Body {
    key: Option<String>,
    merchant: String,
    reference: String,
    event: String,
    state: String,
    amount: i64,
    currency: String,
    #[serde(default)]
    simulated: bool,
}

#[async_trait]
impl Adapter for Scripted {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    async fn start(&self, context: Context<'_>, attempt: &Attempt) -> Result<Started, CallError> {
        called(
            context,
            format!("start {}", attempt.reference.ours),
            |script| script.starts.pop_front().unwrap_or_else(|| Ok(form())),
        )
    }

    async fn query(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        _: Money,
    ) -> Result<Report, CallError> {
        called(context, format!("query {}", attempt.ours), |script| {
            let said = script.states.get(&attempt.ours).cloned();
            said.unwrap_or_else(|| Ok(Report::of(State::Pending)))
        })
    }

    async fn void(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        _: Money,
    ) -> Result<Report, CallError> {
        called(context, format!("void {}", attempt.ours), |_| {
            Ok(Report::of(State::Voided))
        })
    }

    async fn capture(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        amount: Money,
    ) -> Result<Report, CallError> {
        called(context, format!("capture {}", attempt.ours), |_| {
            Ok(report(State::Captured, Some(amount)))
        })
    }

    async fn refund(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        refund: &RefundRequest,
    ) -> Result<RefundReport, CallError> {
        let (amount, before) = (refund.amount.amount(), refund.refunded_before.amount());
        let repeated = if refund.repeated { " again" } else { "" };
        let call = format!("refund {} {amount} after {before}{repeated}", attempt.ours);
        called(context, call, |script| {
            script.refunds.pop_front().unwrap_or_else(|| {
                Ok(RefundReport {
                    state: RefundState::Succeeded,
                    theirs: Some("R1".to_owned()),
                    text: None,
                    retry_at: None,
                })
            })
        })
    }

    fn parse_callback(
        &self,
        keys: &[Credentials],
        callback: &Callback,
        _: DateTime<Utc>,
    ) -> Result<Notice, Rejection> {
        let body: Body =
            serde_json::from_slice(&callback.body).map_err(|_| Rejection::Malformed)?;
        let is_signed = |key: &String| keys.iter().any(|own| own.get("HashKey") == key);
        if body.key.as_ref().is_some_and(|key| !is_signed(key)) {
            return Err(Rejection::Signature);
        }
        let amount = Money::new(body.amount, body.currency.parse().unwrap());
        let state = match body.state.as_str() {
            "captured" => State::Captured,
            "authorized" => State::Authorized,
            "failed" => State::Failed,
            "number_issued" => State::NumberIssued,
            _ => State::Pending,
        };
        let money = matches!(state, State::Captured | State::Authorized).then_some(amount);
        Ok(Notice {
            reference: body.reference,
            event: body.event,
            merchant: Some(body.merchant),
            theirs: None,
            report: body.key.is_some().then(|| report(state, money)),
            simulated: body.simulated,
            asks_for: None,
        })
    }

    fn acknowledge(&self, verdict: Verdict, _: Option<&Notice>) -> Acknowledgement {
        let body = match verdict {
            Verdict::Accepted | Verdict::Mismatch => "1|OK",
            Verdict::Rejected(_) => "0|CheckMacValue Error",
            Verdict::Refused | Verdict::NotStored => "0|",
        };
        Acknowledgement {
            status: StatusCode::OK,
            content_type: "text/plain",
            body: Bytes::from_static(body.as_bytes()),
        }
    }
}

/// Payments with the scripted provider in the place of every provider.
pub struct ScriptedPayments;

impl App for ScriptedPayments {
    const NAME: &'static str = "payments";

    type Config = payments::Config;

    fn migrator() -> &'static Migrator {
        &payments::MIGRATOR
    }

    fn build(
        ctx: ServiceContext,
        config: payments::Config,
    ) -> BoxFuture<'static, anyhow::Result<Parts>> {
        Box::pin(async move { payments::parts(&ctx, config, |_| &Scripted) })
    }
}
