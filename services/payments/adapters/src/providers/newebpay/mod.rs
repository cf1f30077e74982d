//! Not written yet.

use async_trait::async_trait;
use chassis::money::Money;
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Acknowledgement, Adapter, Attempt, AttemptReference, CallError, Callback, Capabilities, Context,
    Credentials, Field, ManualRefund, Notice, RefundReport, RefundRequest, Rejection, Report,
    Started, Verdict,
};

/// Not written yet.
#[derive(Debug)]
pub(crate) struct Newebpay;

static CAPABILITIES: Capabilities = Capabilities {
    methods: &[],
    separate_capture: false,
    void: false,
    partial_refund: false,
    refund_window: None,
    signed_callback: false,
    fields_in_page: false,
    poll_ages: &[],
    call_spacing: TimeDelta::zero(),
    manual_refund: ManualRefund::Never,
};

#[async_trait]
impl Adapter for Newebpay {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        &[]
    }

    async fn start(&self, _: Context<'_>, _: &Attempt) -> Result<Started, CallError> {
        Err(CallError::Unsupported)
    }

    async fn query(
        &self,
        _: Context<'_>,
        _: &AttemptReference,
        _: Money,
    ) -> Result<Report, CallError> {
        Err(CallError::Unsupported)
    }

    async fn refund(
        &self,
        _: Context<'_>,
        _: &AttemptReference,
        _: &RefundRequest,
    ) -> Result<RefundReport, CallError> {
        Err(CallError::Unsupported)
    }

    fn parse_callback(
        &self,
        _: &[Credentials],
        _: &Callback,
        _: DateTime<Utc>,
    ) -> Result<Notice, Rejection> {
        Err(Rejection::Malformed)
    }

    fn acknowledge(&self, _: Verdict, _: Option<&Notice>) -> Acknowledgement {
        Acknowledgement {
            status: http::StatusCode::NOT_IMPLEMENTED,
            content_type: "text/plain",
            body: bytes::Bytes::new(),
        }
    }
}

/// What a test vector expects.
pub(crate) fn vector(_kind: &str, _inputs: &serde_json::Value) -> Option<serde_json::Value> {
    None
}
