//! Client of payments for refunds: what it has of an order's money, and requests to give it back.

use chassis::{
    client::{PeerChannel, Peers},
    error::{CommonReason, Problem},
    id::{OrderId, OrganisationId},
};
use proto::payments::v1::{
    GetPaymentRequest, Payment, RequestRefundRequest, payment_service_client::PaymentServiceClient,
};

use crate::domain::refund::{OnlineMoney, Refund};

/// Payments, as refunds need it.
#[derive(Clone)]
pub struct RefundMoney {
    peers: Peers,
}

impl RefundMoney {
    /// Calls payments through `peers`.
    #[must_use]
    pub const fn new(peers: Peers) -> Self {
        Self { peers }
    }

    fn payments(&self, org: OrganisationId) -> PaymentServiceClient<PeerChannel> {
        PaymentServiceClient::new(self.peers.channel_for("payments", org))
    }

    /// The payment of an order; `None` where nothing was paid online.
    pub async fn find(
        &self,
        org: OrganisationId,
        order: OrderId,
    ) -> Result<Option<Payment>, Problem> {
        let request = GetPaymentRequest {
            order_id: order.to_string(),
        };
        match self.payments(org).get_payment(request).await {
            Ok(response) => Ok(response.into_inner().payment),
            Err(status) => {
                let problem = Problem::from_status(&status);
                if problem.is(CommonReason::NotFound) {
                    return Ok(None);
                }
                Err(problem)
            }
        }
    }

    /// Requests a refund by its id; repeated, it returns the payment as it is.
    pub async fn request(
        &self,
        org: OrganisationId,
        refund: &Refund,
        amount: i64,
    ) -> Result<Payment, Problem> {
        let request = RequestRefundRequest {
            idempotency_key: refund.id.to_string(),
            order_id: refund.order.to_string(),
            amount,
            reason: refund.reason.clone(),
            requested_by_account_id: refund.requested_by.to_string(),
            requested_by_name: refund.requested_by_name.clone(),
            by_hand_after_window: true,
        };
        let response = self.payments(org).request_refund(request).await;
        let response = response.map_err(|status| Problem::from_status(&status))?;
        let payment = response.into_inner().payment;
        payment.ok_or_else(|| Problem::internal(anyhow::anyhow!("a refund without its payment")))
    }
}

/// What payments has of an order's money.
#[must_use]
pub fn money_of(payment: Option<&Payment>) -> OnlineMoney {
    let Some(payment) = payment else {
        return OnlineMoney::default();
    };
    let keys = payment.refunds.iter().map(|refund| &refund.request_key);
    OnlineMoney {
        left: payment.captured - payment.refunded - payment.refunding,
        known: keys.filter(|key| !key.is_empty()).cloned().collect(),
    }
}
