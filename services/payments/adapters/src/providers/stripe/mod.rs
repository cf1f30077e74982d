//! Stripe, PaymentIntents: for businesses outside Taiwan. The customer types the card into Stripe's
//! fields in our page. Callbacks are signed, and every POST carries an idempotency key.

mod callback;
mod codes;
mod create;
mod intent;
mod money;
mod refund;
mod request;
mod sign;
mod transition;
mod vector;

use async_trait::async_trait;
use chassis::money::Money;
use chrono::{DateTime, TimeDelta, Utc};

pub(crate) use vector::vector;

use crate::{
    Acknowledgement, Adapter, Attempt, AttemptReference, CallError, Callback, Capabilities,
    Context, Credentials, Field, ManualRefund, Notice, RefundReport, RefundRequest, Rejection,
    Report, Started, Verdict, calls::acknowledge,
};

/// Speaks Stripe's protocol.
#[derive(Debug)]
pub(crate) struct Stripe;

static CAPABILITIES: Capabilities = Capabilities {
    methods: &[],
    separate_capture: true,
    void: true,
    partial_refund: true,
    refund_window: None,
    signed_callback: true,
    fields_in_page: true,
    poll_ages: &[
        TimeDelta::seconds(30),
        TimeDelta::minutes(2),
        TimeDelta::minutes(5),
    ],
    call_spacing: TimeDelta::milliseconds(50),
    manual_refund: ManualRefund::Never,
};

static FIELDS: &[Field] = &[
    Field {
        name: "publishable_key",
        secret: false,
        optional: false,
        length: (8, 255),
    },
    Field {
        name: "secret_key",
        secret: true,
        optional: false,
        length: (8, 255),
    },
    Field {
        name: "webhook_secret",
        secret: true,
        optional: false,
        length: (8, 255),
    },
];

#[async_trait]
impl Adapter for Stripe {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn start(&self, context: Context<'_>, attempt: &Attempt) -> Result<Started, CallError> {
        create::start(context, attempt).await
    }

    async fn query(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        _amount: Money,
    ) -> Result<Report, CallError> {
        transition::query(context, attempt).await
    }

    async fn capture(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        amount: Money,
    ) -> Result<Report, CallError> {
        transition::capture(context, attempt, amount).await
    }

    async fn void(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        _amount: Money,
    ) -> Result<Report, CallError> {
        transition::void(context, attempt).await
    }

    async fn refund(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        refund: &RefundRequest,
    ) -> Result<RefundReport, CallError> {
        refund::refund(context, attempt, refund).await
    }

    fn parse_callback(
        &self,
        keys: &[Credentials],
        callback: &Callback,
        now: DateTime<Utc>,
    ) -> Result<Notice, Rejection> {
        callback::parse(keys, callback, now)
    }

    fn acknowledge(&self, verdict: Verdict, _asked: Option<&Notice>) -> Acknowledgement {
        acknowledge(verdict)
    }
}

#[cfg(test)]
mod tests;
