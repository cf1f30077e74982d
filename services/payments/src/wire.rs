//! Values of the domain in messages, for several services and events.

use chassis::{outbox::Event, time};
use payment_adapters::{NextStep, Provider};
use proto::payments::v1 as wire;

use crate::domain::{
    attempt::Attempt,
    payment::Payment,
    refund::{Refund, RefundState},
};

/// A provider's number on the wire.
pub fn provider(provider: Provider) -> i32 {
    let provider = match provider {
        Provider::Ecpay => wire::Provider::Ecpay,
        Provider::Linepay => wire::Provider::Linepay,
        Provider::Newebpay => wire::Provider::Newebpay,
        Provider::Tappay => wire::Provider::Tappay,
        Provider::Jkopay => wire::Provider::Jkopay,
        Provider::Stripe => wire::Provider::Stripe,
    };
    provider.into()
}

/// The provider with this number on the wire.
pub fn parse_provider(number: i32) -> Option<Provider> {
    Provider::ALL
        .into_iter()
        .find(|found| provider(*found) == number)
}

/// What the browser does.
pub fn next_step(next: &NextStep) -> wire::NextStep {
    match next {
        NextStep::Form { url, fields } => wire::NextStep {
            kind: wire::NextStepKind::Form.into(),
            url: url.to_string(),
            fields: fields
                .iter()
                .map(|(name, value)| wire::FormField {
                    name: name.clone(),
                    value: value.clone(),
                })
                .collect(),
            ..Default::default()
        },
        NextStep::Redirect { url, app } => wire::NextStep {
            kind: wire::NextStepKind::Redirect.into(),
            url: url.to_string(),
            app_url: app.as_ref().map(ToString::to_string).unwrap_or_default(),
            ..Default::default()
        },
        NextStep::Fields { script, settings } => wire::NextStep {
            kind: wire::NextStepKind::Fields.into(),
            script_url: script.to_string(),
            settings_json: settings.to_string(),
            ..Default::default()
        },
        NextStep::Nothing => wait(),
    }
}

/// Nothing to do but to wait for the attempt's state.
pub fn wait() -> wire::NextStep {
    wire::NextStep {
        kind: wire::NextStepKind::Wait.into(),
        ..Default::default()
    }
}

/// An attempt on the wire.
pub fn attempt(attempt: &Attempt) -> wire::PaymentAttempt {
    wire::PaymentAttempt {
        attempt_id: attempt.id.to_string(),
        number: attempt.number.into(),
        reference: attempt.reference.clone(),
        method_id: attempt.method.to_string(),
        method_name: attempt.method_name.clone(),
        kind: attempt.kind.to_wire(),
        provider: provider(attempt.provider),
        account_id: attempt.account.to_string(),
        state: attempt.state.to_wire(),
        amount: attempt.amount.amount(),
        captured: attempt.captured,
        refunded: attempt.refunded,
        provider_reference: attempt.provider_reference.clone().unwrap_or_default(),
        instrument: attempt.instrument.clone().into_iter().collect(),
        code: attempt.code.clone(),
        test: attempt.environment == payment_adapters::Environment::Test,
        created_at: Some(time::to_wire(attempt.created_at)),
        expires_at: Some(time::to_wire(attempt.expires_at)),
        paid_at: attempt.paid_at.map(time::to_wire),
    }
}

fn refund(refund: &Refund) -> wire::PaymentRefund {
    let requested_by = refund.requested_by.as_ref();
    let settled_by = refund.settled_by.as_ref();
    wire::PaymentRefund {
        refund_id: refund.id.to_string(),
        attempt_id: refund.attempt.to_string(),
        amount: refund.amount,
        state: refund.state.to_wire(),
        cause: refund.cause.to_wire(),
        reason: refund.reason.clone(),
        requested_by: requested_by
            .map(|(_, name)| name.clone())
            .unwrap_or_default(),
        provider_reference: refund.provider_reference.clone().unwrap_or_default(),
        text: refund.text.clone(),
        requested_at: Some(time::to_wire(refund.requested_at)),
        settled_at: refund.settled_at.map(time::to_wire),
        request_key: refund.request_key.clone(),
        settled_by: settled_by.map(|(_, name)| name.clone()).unwrap_or_default(),
        note: refund.note.clone(),
    }
}

/// A payment on the wire, with its attempts and refunds.
pub fn payment(
    payment: &Payment,
    attempts: &[Attempt],
    refunds: &[Refund],
    closed: bool,
) -> wire::Payment {
    wire::Payment {
        payment_id: payment.id.to_string(),
        order_id: payment.order.id.to_string(),
        order_number: payment.order.number.clone(),
        brand_id: payment.order.brand.to_string(),
        branch_id: payment.order.branch.to_string(),
        state: payment.state.to_wire(),
        currency: payment.order.currency.to_string(),
        due: payment.due,
        required: payment.required,
        captured: payment.captured,
        refunded: payment.refunded,
        refunding: payment.refund_reserved - payment.refunded,
        test: payment.order.test,
        closed,
        version: payment.version,
        created_at: Some(time::to_wire(payment.created_at)),
        attempts: attempts.iter().map(attempt).collect(),
        refunds: refunds.iter().map(refund).collect(),
    }
}

/// What happened to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// An attempt was authorised.
    Authorized,
    /// An attempt was captured.
    Captured,
    /// An authorisation was given back.
    Voided,
    /// An attempt was declined.
    Failed,
    /// An attempt was not paid in time.
    Expired,
    /// A refund was requested.
    RefundRequested,
    /// A refund succeeded, failed or needs a person.
    RefundSettled(RefundState),
}

impl Happening {
    const fn key(self) -> &'static str {
        match self {
            Self::Authorized => "payments.payment.authorized.v1",
            Self::Captured => "payments.payment.captured.v1",
            Self::Voided => "payments.payment.voided.v1",
            Self::Failed => "payments.payment.failed.v1",
            Self::Expired => "payments.payment.expired.v1",
            Self::RefundRequested => "payments.payment.refund_requested.v1",
            Self::RefundSettled(RefundState::Succeeded) => "payments.payment.refunded.v1",
            Self::RefundSettled(_) => "payments.payment.refund_failed.v1",
        }
    }
}

/// `payments.payment.*.v1` about an attempt and, where there is one, a refund of it.
pub fn changed(
    payment: &Payment,
    happening: Happening,
    attempt: Option<&Attempt>,
    refund: Option<&Refund>,
    at: chrono::DateTime<chrono::Utc>,
) -> Event {
    let amount = match happening {
        Happening::Authorized | Happening::Captured => {
            attempt.map_or(0, |attempt| attempt.amount.amount())
        }
        Happening::RefundRequested | Happening::RefundSettled(_) => {
            refund.map_or(0, |refund| refund.amount)
        }
        Happening::Voided | Happening::Failed | Happening::Expired => 0,
    };
    let body = wire::PaymentChanged {
        payment_id: payment.id.to_string(),
        order_id: payment.order.id.to_string(),
        brand_id: payment.order.brand.to_string(),
        branch_id: payment.order.branch.to_string(),
        version: payment.version,
        state: payment.state.to_wire(),
        due: payment.due,
        required: payment.required,
        captured: payment.captured,
        refunded: payment.refunded,
        refunding: payment.refund_reserved - payment.refunded,
        currency: payment.order.currency.to_string(),
        attempt_id: attempt
            .map(|found| found.id.to_string())
            .unwrap_or_default(),
        attempt_number: attempt.map_or(0, |found| found.number.into()),
        attempt_state: attempt.map_or(0, |found| found.state.to_wire()),
        amount,
        method_id: attempt
            .map(|found| found.method.to_string())
            .unwrap_or_default(),
        kind: attempt.map_or(0, |found| found.kind.to_wire()),
        provider: attempt.map_or(0, |found| provider(found.provider)),
        refund_id: refund.map(|found| found.id.to_string()).unwrap_or_default(),
        refund_cause: refund.map_or(0, |found| found.cause.to_wire()),
        refund_state: refund.map_or(0, |found| found.state.to_wire()),
        code: attempt.map(|found| found.code.clone()).unwrap_or_default(),
        test: payment.order.test,
        at: Some(time::to_wire(at)),
        refund_request_key: refund
            .map(|found| found.request_key.clone())
            .unwrap_or_default(),
    };
    Event::new(
        happening.key(),
        payment.id.as_uuid(),
        payment.version,
        &body,
    )
}
