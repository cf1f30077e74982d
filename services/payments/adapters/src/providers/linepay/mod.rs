//! LINE Pay, Online API v3 (v4 differs by its path only).
//!
//! Money moves when we call confirm, after the customer agreed on LINE Pay's page. There is no signed
//! callback: the browser's return is a hint, and the state is asked for.

mod callback;
mod codes;
mod confirm;
mod create;
mod details;
mod refund;
mod request;
mod sign;
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

/// Speaks LINE Pay's protocol.
#[derive(Debug)]
pub(crate) struct Linepay;

static CAPABILITIES: Capabilities = Capabilities {
    methods: &[],
    separate_capture: true,
    void: true,
    partial_refund: true,
    refund_window: Some(TimeDelta::days(60)),
    signed_callback: false,
    fields_in_page: false,
    poll_ages: &[
        TimeDelta::seconds(5),
        TimeDelta::seconds(10),
        TimeDelta::seconds(20),
        TimeDelta::seconds(30),
    ],
    call_spacing: TimeDelta::seconds(1),
    manual_refund: ManualRefund::Never,
};

static FIELDS: &[Field] = &[
    Field {
        name: "channelId",
        secret: false,
        optional: false,
        length: (1, 64),
    },
    Field {
        name: "channelSecret",
        secret: true,
        optional: false,
        length: (8, 128),
    },
    Field {
        name: "deviceProfileId",
        secret: false,
        optional: true,
        length: (1, 64),
    },
];

#[async_trait]
impl Adapter for Linepay {
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
        details::query(context, attempt).await
    }

    async fn confirm(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        amount: Money,
    ) -> Result<Report, CallError> {
        confirm::confirm(context, attempt, amount).await
    }

    async fn capture(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        amount: Money,
    ) -> Result<Report, CallError> {
        confirm::capture(context, attempt, amount).await
    }

    async fn void(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        _amount: Money,
    ) -> Result<Report, CallError> {
        confirm::void(context, attempt).await
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
