//! 綠界 ECPay, AIO (全方位金流): the customer's browser posts a signed form, the result comes back as a
//! signed form.

mod callback;
mod card;
mod check_mac_value;
mod codes;
mod create;
mod query;
mod refund;
#[cfg(test)]
mod tests;
mod vector;

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
const TIMEOUT: Duration = Duration::from_secs(15);

/// How long ECPay refuses an address or merchant that asks too often.
const LOCKED: Duration = Duration::from_secs(30 * 60);

/// `CustomField1` of an attempt whose money is captured later: ECPay echoes it, signed, so that its
/// "paid" is read as authorised.
const CAPTURE_LATER: &str = "capture_later";

/// Where a report keeps the number by which card details are asked.
const CARD_NUMBER: &str = "gwsr";

/// Where a report keeps the amount with which card details are asked.
const AUTHORIZED_AMOUNT: &str = "TradeAmt";

/// Speaks ECPay AIO.
#[derive(Debug)]
pub(crate) struct Ecpay;

static FIELDS: [Field; 5] = [
    Field {
        name: "MerchantID",
        secret: false,
        optional: false,
        length: (1, 10),
    },
    Field {
        name: "HashKey",
        secret: true,
        optional: false,
        length: (16, 16),
    },
    Field {
        name: "HashIV",
        secret: true,
        optional: false,
        length: (16, 16),
    },
    Field {
        name: "PlatformID",
        secret: false,
        optional: true,
        length: (1, 10),
    },
    // Without it a card's state cannot be asked, so cards are refunded by a person.
    Field {
        name: "CreditCheckCode",
        secret: true,
        optional: true,
        length: (1, 32),
    },
];

static CAPABILITIES: Capabilities = Capabilities {
    methods: &[
        "Credit",
        "ATM",
        "CVS",
        "BARCODE",
        "WebATM",
        "ApplePay",
        "TWQR",
        "BNPL",
        "WeiXin",
        "DigitalPayment",
    ],
    separate_capture: true,
    void: true,
    partial_refund: true,
    refund_window: None,
    signed_callback: true,
    fields_in_page: false,
    // Before ten minutes "not paid" says nothing.
    poll_ages: &[
        TimeDelta::minutes(10),
        TimeDelta::minutes(20),
        TimeDelta::hours(1),
    ],
    call_spacing: TimeDelta::milliseconds(200),
    manual_refund: ManualRefund::Methods(&[
        "ATM",
        "CVS",
        "BARCODE",
        "WebATM",
        "TWQR",
        "BNPL",
        "WeiXin",
        "DigitalPayment",
    ]),
};

#[async_trait]
impl Adapter for Ecpay {
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
        _amount: Money,
    ) -> Result<Report, CallError> {
        query::trade(context, attempt).await
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
        _amount: Money,
    ) -> Result<Report, CallError> {
        refund::void(context, attempt).await
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
