//! Client of payments: the methods that an order may be paid by, attempts to pay it, and how they stand.

use std::time::Duration;

use anyhow::Context as _;
use chassis::{
    client::{PeerChannel, Peers},
    error::{CommonReason, Problem},
    id::{BranchId, BrandId, OrderId, OrganisationId},
    money::{Currency, Money},
    sales::{Channel, Method},
};
use proto::payments::v1::{
    self as wire, GetPaymentRequest, ListAllowedMethodsRequest, ListAllowedMethodsResponse,
    PaymentChanged, PaymentStatus, StartAttemptRequest, StartAttemptResponse,
    payment_service_client::PaymentServiceClient,
};

use crate::domain::{online_payment::PaymentReport, order_terms::PaymentState};

/// Longest wait for how a payment stands; the timer that needs it comes again.
const GET_WITHIN: Duration = Duration::from_secs(3);

/// Payments, as ordering needs it; clones share the connections.
#[derive(Clone)]
pub struct Payments {
    peers: Peers,
}

/// A sale whose methods of payment are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Purchase {
    /// Brand.
    pub brand: BrandId,
    /// Branch.
    pub branch: BranchId,
    /// How the customer gets it.
    pub method: Method,
    /// Where it comes from.
    pub channel: Channel,
    /// A test order.
    pub test: bool,
}

/// How the payment of an order stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentStanding {
    /// The payment.
    pub report: PaymentReport,
    /// An attempt may still bring its money: the customer is at the provider, or nobody knows.
    pub under_way: bool,
}

impl Payments {
    /// Calls payments through `peers`.
    #[must_use]
    pub const fn new(peers: Peers) -> Self {
        Self { peers }
    }

    /// The methods that a purchase of this amount may be paid by, in the order of checkout.
    pub async fn list_methods(
        &self,
        org: OrganisationId,
        purchase: &Purchase,
        amount: Money,
    ) -> Result<Vec<wire::AllowedMethod>, Problem> {
        let request = ListAllowedMethodsRequest {
            amount: amount.amount(),
            ..methods_request(purchase, amount.currency())
        };
        let response = self.client(org).list_allowed_methods(request).await?;
        Ok(response.into_inner().methods)
    }

    /// The methods for purchases like this one whatever they cost, each with its limits.
    pub async fn list_methods_with_limits(
        &self,
        org: OrganisationId,
        purchase: &Purchase,
        currency: Currency,
    ) -> Result<ListAllowedMethodsResponse, Problem> {
        let request = ListAllowedMethodsRequest {
            any_amount: true,
            ..methods_request(purchase, currency)
        };
        let response = self.client(org).list_allowed_methods(request).await?;
        Ok(response.into_inner())
    }

    /// Starts an attempt to pay an order.
    pub async fn start_attempt(
        &self,
        org: OrganisationId,
        request: StartAttemptRequest,
    ) -> Result<StartAttemptResponse, Problem> {
        let response = self.client(org).start_attempt(request).await?;
        Ok(response.into_inner())
    }

    /// How the payment of an order stands; `None` where no attempt was ever started.
    pub async fn find(
        &self,
        org: OrganisationId,
        order: OrderId,
    ) -> Result<Option<PaymentStanding>, Problem> {
        let request = GetPaymentRequest {
            order_id: order.to_string(),
        };
        let mut client = self.client(org);
        let response = tokio::time::timeout(GET_WITHIN, client.get_payment(request)).await;
        let response = response.map_err(|_| Problem::new(CommonReason::DeadlineExceeded))?;
        let payment = match response {
            Ok(response) => response.into_inner().payment,
            Err(status) => {
                let problem = Problem::from_status(&status);
                return if problem.is(CommonReason::NotFound) {
                    Ok(None)
                } else {
                    Err(problem)
                };
            }
        };
        let payment = payment.context("payments answered without the payment")?;
        Ok(Some(standing(&payment)?))
    }

    fn client(&self, org: OrganisationId) -> PaymentServiceClient<PeerChannel> {
        PaymentServiceClient::new(self.peers.channel_for("payments", org))
    }
}

fn methods_request(purchase: &Purchase, currency: Currency) -> ListAllowedMethodsRequest {
    ListAllowedMethodsRequest {
        brand_id: purchase.brand.to_string(),
        branch_id: purchase.branch.to_string(),
        method: purchase.method.to_wire(),
        channel: purchase.channel.to_wire(),
        currency: currency.to_string(),
        test: purchase.test,
        ..Default::default()
    }
}

fn standing(payment: &wire::Payment) -> anyhow::Result<PaymentStanding> {
    use wire::AttemptState::{Pending, Unknown};
    let attempts = payment.attempts.iter();
    let attempt = attempts.clone().map(|attempt| attempt.number).max();
    Ok(PaymentStanding {
        report: PaymentReport {
            version: payment.version,
            state: payment_state(payment.state())?,
            required: payment.required,
            captured: payment.captured,
            refunded: payment.refunded,
            refunding: payment.refunding,
            attempt: attempt_number(attempt.unwrap_or_default())?,
        },
        under_way: attempts
            .map(wire::PaymentAttempt::state)
            .any(|state| matches!(state, Pending | Unknown)),
    })
}

/// What an event of a payment reports of it.
pub fn report(changed: &PaymentChanged) -> anyhow::Result<PaymentReport> {
    Ok(PaymentReport {
        version: changed.version,
        state: payment_state(changed.state())?,
        required: changed.required,
        captured: changed.captured,
        refunded: changed.refunded,
        refunding: changed.refunding,
        attempt: attempt_number(changed.attempt_number)?,
    })
}

/// The number of an attempt, off the wire.
pub fn attempt_number(number: i32) -> anyhow::Result<i16> {
    number.try_into().context("the number of an attempt")
}

fn payment_state(status: PaymentStatus) -> anyhow::Result<PaymentState> {
    Ok(match status {
        PaymentStatus::Unspecified => anyhow::bail!("a payment without a state"),
        PaymentStatus::Pending | PaymentStatus::Expired => PaymentState::Unpaid,
        PaymentStatus::Authorized => PaymentState::Authorized,
        PaymentStatus::Captured => PaymentState::Paid,
        PaymentStatus::PartlyRefunded => PaymentState::PartlyRefunded,
        PaymentStatus::Refunded => PaymentState::Refunded,
        PaymentStatus::Failed => PaymentState::Failed,
    })
}
