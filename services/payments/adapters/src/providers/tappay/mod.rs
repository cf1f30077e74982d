//! TapPay: the customer types the card into TapPay's fields in our page, which make a one-time prime
//! of it; pay-by-prime charges. Messages to us are not signed: they are hints, and the record is read.

mod callback;
mod capture;
mod codes;
mod pay;
mod record;
mod refund;
mod request;
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

/// Speaks TapPay's protocol.
#[derive(Debug)]
pub(crate) struct Tappay;

static CAPABILITIES: Capabilities = Capabilities {
    methods: &[],
    separate_capture: true,
    void: true,
    partial_refund: true,
    refund_window: None,
    signed_callback: false,
    fields_in_page: true,
    // A charge may show in the record a minute late.
    poll_ages: &[
        TimeDelta::minutes(1),
        TimeDelta::minutes(2),
        TimeDelta::minutes(5),
    ],
    call_spacing: TimeDelta::milliseconds(200),
    manual_refund: ManualRefund::Never,
};

static FIELDS: &[Field] = &[
    Field {
        name: "app_id",
        secret: false,
        optional: false,
        length: (1, 20),
    },
    Field {
        name: "app_key",
        secret: false,
        optional: false,
        length: (1, 128),
    },
    Field {
        name: "partner_key",
        secret: true,
        optional: false,
        length: (8, 64),
    },
    Field {
        name: "merchant_id",
        secret: false,
        optional: false,
        length: (1, 50),
    },
];

#[async_trait]
impl Adapter for Tappay {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    async fn start(&self, context: Context<'_>, attempt: &Attempt) -> Result<Started, CallError> {
        match &attempt.token {
            None => pay::fields(context, attempt),
            Some(prime) => pay::by_prime(context, attempt, prime).await,
        }
    }

    async fn query(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        _amount: Money,
    ) -> Result<Report, CallError> {
        record::query(context, attempt).await
    }

    async fn capture(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        amount: Money,
    ) -> Result<Report, CallError> {
        capture::capture(context, attempt, amount).await
    }

    async fn void(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        _amount: Money,
    ) -> Result<Report, CallError> {
        capture::void(context, attempt).await
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
        _keys: &[Credentials],
        callback: &Callback,
        _now: DateTime<Utc>,
    ) -> Result<Notice, Rejection> {
        callback::parse(callback)
    }

    fn acknowledge(&self, verdict: Verdict, _asked: Option<&Notice>) -> Acknowledgement {
        acknowledge(verdict)
    }
}

#[cfg(test)]
mod tests;
