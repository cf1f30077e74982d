//! 藍新 NewebPay, MPG (manual NDNF): the customer's browser posts an encrypted form, the result comes
//! back encrypted.

mod callback;
mod codes;
mod create;
mod crypto;
mod query;
mod refund;
#[cfg(test)]
mod tests;
mod trade;
mod vector;
mod wallet;

use std::time::Duration;

use async_trait::async_trait;
use chassis::money::Money;
use chrono::{DateTime, TimeDelta, Utc};

pub(crate) use self::vector::vector;
use crate::{
    Acknowledgement, Adapter, Attempt, AttemptReference, CallError, Callback, Capabilities,
    Context, Credentials, Field, ManualRefund, Notice, RefundReport, RefundRequest, Rejection,
    Report, Started, Verdict,
};

/// Longest wait for an answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Speaks NewebPay MPG.
#[derive(Debug)]
pub(crate) struct Newebpay;

static FIELDS: [Field; 3] = [
    Field {
        name: "MerchantID",
        secret: false,
        optional: false,
        length: (1, 15),
    },
    Field {
        name: "HashKey",
        secret: true,
        optional: false,
        length: (32, 32),
    },
    Field {
        name: "HashIV",
        secret: true,
        optional: false,
        length: (16, 16),
    },
];

static CAPABILITIES: Capabilities = Capabilities {
    methods: &[
        "CREDIT",
        "APPLEPAY",
        "ANDROIDPAY",
        "SAMSUNGPAY",
        "LINEPAY",
        "UNIONPAY",
        "CREDITAE",
        "WEBATM",
        "VACC",
        "CVS",
        "BARCODE",
        "ESUNWALLET",
        "TAIWANPAY",
        "TWQR",
        "EZPWECHAT",
        "EZPALIPAY",
        "BITOPAY",
    ],
    // Whether a store captures by itself is set at NewebPay, and no callback says which: what is paid
    // counts as captured.
    separate_capture: false,
    void: true,
    partial_refund: true,
    refund_window: None,
    signed_callback: true,
    fields_in_page: false,
    poll_ages: &[
        TimeDelta::minutes(10),
        TimeDelta::minutes(20),
        TimeDelta::hours(1),
    ],
    call_spacing: TimeDelta::milliseconds(200),
    manual_refund: ManualRefund::Methods(&["WEBATM", "VACC", "CVS", "BARCODE", "BITOPAY"]),
};

#[async_trait]
impl Adapter for Newebpay {
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        &FIELDS
    }

    async fn start(&self, context: Context<'_>, attempt: &Attempt) -> Result<Started, CallError> {
        create::form(context, attempt)
    }

    async fn query(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        amount: Money,
    ) -> Result<Report, CallError> {
        query::report(context, attempt, amount).await
    }

    async fn capture(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        amount: Money,
    ) -> Result<Report, CallError> {
        refund::capture(context, attempt, amount).await
    }

    async fn void(
        &self,
        context: Context<'_>,
        attempt: &AttemptReference,
        amount: Money,
    ) -> Result<Report, CallError> {
        refund::void(context, attempt, amount).await
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
        _now: DateTime<Utc>,
    ) -> Result<Notice, Rejection> {
        callback::parse(keys, &callback.body)
    }

    fn acknowledge(&self, verdict: Verdict, _asked: Option<&Notice>) -> Acknowledgement {
        callback::acknowledge(verdict)
    }
}
