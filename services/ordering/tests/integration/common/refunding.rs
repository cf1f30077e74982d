//! A fake of payments that gives money back as a test asks.

use std::{collections::HashMap, sync::Arc};

use axum::Router;
use chassis::error::{Problem, Reason};
use parking_lot::Mutex;
use proto::payments::v1::{
    GetPaymentRequest, GetPaymentResponse, Payment, PaymentRefund, PaymentsReason, RefundState,
    RequestRefundRequest, RequestRefundResponse,
};
use tonic::Status;
use url::Url;

use super::fakes::{serve, unary};

/// Payments with the money of some orders.
pub struct RefundingPayments {
    pub url: Url,
    pub state: Arc<Mutex<RefundingState>>,
}

/// What payments knows.
#[derive(Default)]
pub struct RefundingState {
    /// Payments by order.
    pub payments: HashMap<String, Payment>,
    /// Requests that made a refund.
    pub requests: Vec<RequestRefundRequest>,
    /// Refuses every refund.
    pub refusal: Option<Reason>,
    /// Answers nothing.
    pub away: bool,
    /// Makes refunds without saying so.
    pub loses_answers: bool,
}

impl RefundingState {
    /// Says what has become of all refunds.
    pub fn settle(&mut self, state: RefundState, text: &str) {
        for payment in self.payments.values_mut() {
            for refund in &mut payment.refunds {
                refund.set_state(state);
                refund.text = text.to_owned();
            }
            sum_up(payment);
        }
    }
}

fn sum_up(payment: &mut Payment) {
    let sum = |counts: fn(RefundState) -> bool| -> i64 {
        let counted = payment
            .refunds
            .iter()
            .filter(|refund| counts(refund.state()));
        counted.map(|refund| refund.amount).sum()
    };
    payment.refunded = sum(|state| state == RefundState::Succeeded);
    payment.refunding =
        sum(|state| matches!(state, RefundState::Pending | RefundState::NeedsPerson));
}

impl RefundingPayments {
    pub async fn start() -> Self {
        let state = Arc::new(Mutex::new(RefundingState::default()));
        let service = "/yizhimai.payments.v1.PaymentService";
        let known = state.clone();
        let router = unary(
            Router::new(),
            &format!("{service}/GetPayment"),
            move |request| get(&known.lock(), &request.into_inner()),
        );
        let known = state.clone();
        let router = unary(
            router,
            &format!("{service}/RequestRefund"),
            move |request| refund(&mut known.lock(), request.into_inner()),
        );
        Self {
            url: serve(router).await,
            state,
        }
    }
}

fn get(state: &RefundingState, request: &GetPaymentRequest) -> Result<GetPaymentResponse, Status> {
    if state.away {
        return Err(Status::unavailable("payments is away"));
    }
    let found = state.payments.get(&request.order_id);
    let found = found.ok_or_else(|| Problem::not_found("payment"))?;
    Ok(GetPaymentResponse {
        payment: Some(found.clone()),
    })
}

fn refund(
    state: &mut RefundingState,
    request: RequestRefundRequest,
) -> Result<RequestRefundResponse, Status> {
    if state.away {
        return Err(Status::unavailable("payments is away"));
    }
    if let Some(refusal) = &state.refusal {
        return Err(Problem::new(refusal.clone()).into());
    }
    let found = state.payments.get_mut(&request.order_id);
    let payment = found.ok_or_else(|| Problem::not_found("payment"))?;
    let mut refunds = payment.refunds.iter();
    if !refunds.any(|refund| refund.request_key == request.idempotency_key) {
        if request.amount > payment.captured - payment.refunded - payment.refunding {
            return Err(Problem::new(PaymentsReason::RefundExceedsPaid).into());
        }
        payment.refunds.push(PaymentRefund {
            amount: request.amount,
            state: RefundState::Pending.into(),
            request_key: request.idempotency_key.clone(),
            ..Default::default()
        });
        sum_up(payment);
        state.requests.push(request);
    }
    if state.loses_answers {
        return Err(Status::unavailable("the answer was lost"));
    }
    Ok(RequestRefundResponse {
        payment: Some(payment.clone()),
    })
}
