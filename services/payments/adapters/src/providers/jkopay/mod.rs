//! 街口 OnlinePay: the customer confirms in JKOPAY's app and the money moves at once. Its messages are
//! not signed: they are hints, and the state is inquired.

mod callback;
mod codes;
mod create;
mod digest;
mod inquiry;
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
    Report, Started, Verdict,
};

/// Speaks JKOPAY's protocol.
#[derive(Debug)]
pub(crate) struct Jkopay;

static CAPABILITIES: Capabilities = Capabilities {
    methods: &[],
    separate_capture: false,
    void: false,
    partial_refund: true,
    refund_window: Some(TimeDelta::days(180)),
    signed_callback: false,
    fields_in_page: false,
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
        name: "store_id",
        secret: false,
        optional: false,
        length: (1, 36),
    },
    Field {
        name: "api_key",
        secret: true,
        optional: false,
        length: (4, 255),
    },
    Field {
        name: "secret_key",
        secret: true,
        optional: false,
        length: (4, 255),
    },
];

#[async_trait]
impl Adapter for Jkopay {
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
        inquiry::query(context, attempt).await
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

    fn acknowledge(&self, verdict: Verdict, asked: Option<&Notice>) -> Acknowledgement {
        callback::acknowledge(verdict, asked)
    }
}

#[cfg(test)]
mod tests;
