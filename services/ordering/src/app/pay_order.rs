//! Starts an attempt to pay an order that waits for its payment; payments carries it out and reports.

use anyhow::Context as _;
use chassis::{
    error::{CommonReason, Problem},
    id::{OrderId, OrganisationId, PaymentMethodId},
};
use proto::{
    ordering::v1::OrderingReason,
    payments::v1::{
        AttemptState, NextStep, NextStepKind, PayableItem, PayableOrder, Payer, PaymentAttempt,
        PaymentsReason, StartAttemptRequest, StartAttemptResponse,
    },
};

use super::{
    Ordering,
    payments::{Purchase, attempt_number},
    quote::to_timestamp,
};
use crate::{
    domain::{
        online_payment::{ChosenMethod, OnlinePayment, PaymentProgress},
        order::Order,
        order_state::OrderState,
        quote::PricedLine,
    },
    store::orders,
};

/// Most items that payments takes; beyond, the order is one.
const MAX_ITEMS: usize = 200;

/// A request to pay an order.
#[derive(Clone)]
pub struct PayOrder {
    /// Idempotency key.
    pub key: String,
    /// Method.
    pub method: PaymentMethodId,
    /// One-time token of the provider's fields; empty for none.
    pub token: String,
    /// Page of the order.
    pub back_url: String,
}

impl Ordering {
    /// Starts an attempt and returns what the browser does next. Whatever the refusal, the order stays.
    pub async fn pay_order(
        &self,
        org: OrganisationId,
        id: OrderId,
        request: PayOrder,
    ) -> Result<(Order, NextStep), Problem> {
        let mut tx = self.db.tenant(org).await?;
        let order = orders::get(&mut tx, id).await?;
        tx.commit().await?;
        let online = waiting(&order)?;
        if self.clock.now() >= online.pay_by {
            return Err(Problem::new(PaymentsReason::PaymentClosed)
                .message("the time to pay the order is over"));
        }
        if let Some(kind) = order
            .benefits
            .as_ref()
            .and_then(|benefits| benefits.payment_kind.as_deref())
        {
            let purchase = Purchase {
                brand: order.brand,
                branch: order.branch,
                method: order.method,
                channel: order.terms.channel,
                test: order.terms.test,
            };
            let methods = &self.payment_methods;
            methods
                .require_kind(org, &purchase, (order.total, kind), request.method)
                .await?;
        }
        // Without the name of the branch the provider's page shows less, and takes the money all the same.
        let menu = self.menus.get(org, order.branch).await;
        let branch_name = menu.map_or_else(|_| String::new(), |menu| menu.branch_name.clone());
        let attempt = StartAttemptRequest {
            idempotency_key: request.key,
            order: Some(payable(&order, online, branch_name)),
            method_id: request.method.to_string(),
            back_url: request.back_url,
            token: request.token,
        };
        let started = self.payments.start_attempt(org, attempt).await;
        let started = started.map_err(with_own_fields)?;
        let next = started
            .next
            .clone()
            .context("payments answered without a next step")?;
        let order = self.note_attempt(org, id, &started, next.kind()).await?;
        Ok((order, next))
    }

    /// Notes the attempt at its order, unless its outcome was reported already.
    async fn note_attempt(
        &self,
        org: OrganisationId,
        id: OrderId,
        started: &StartAttemptResponse,
        next: NextStepKind,
    ) -> Result<Order, Problem> {
        let attempt = started
            .attempt
            .as_ref()
            .context("payments answered without the attempt")?;
        let chosen = ChosenMethod {
            id: attempt.method_id.parse().context("the id of a method")?,
            name: attempt.method_name.clone(),
            pay_now: started.required,
        };
        let number = attempt_number(attempt.number)?;
        self.change_waiting(org, id, |online| {
            online.start(&chosen, number, progress_of(attempt, next))
        })
        .await
    }

    /// Notes that the customer came back from a provider, which proves nothing.
    pub async fn note_payment_return(
        &self,
        org: OrganisationId,
        id: OrderId,
    ) -> Result<(), Problem> {
        self.change_waiting(org, id, OnlinePayment::note_return)
            .await?;
        Ok(())
    }

    /// Changes the online payment of an order as long as the order waits for it; `change` says whether it
    /// did.
    async fn change_waiting(
        &self,
        org: OrganisationId,
        id: OrderId,
        change: impl FnOnce(&mut OnlinePayment) -> bool,
    ) -> Result<Order, Problem> {
        let mut tx = self.db.tenant(org).await?;
        let mut order = orders::lock(&mut tx, id).await?;
        let waits = order.progress.state == OrderState::PendingPayment;
        let online = order.online.as_mut().filter(|_| waits);
        if online.is_some_and(change) {
            self.write_payment(&mut tx, &order, &[]).await?;
            tx.commit().await?;
        }
        Ok(order)
    }
}

/// The payment that an order waits for.
fn waiting(order: &Order) -> Result<&OnlinePayment, Problem> {
    let state = order.progress.state;
    let online = order
        .online
        .as_ref()
        .filter(|_| state == OrderState::PendingPayment);
    online.ok_or_else(|| {
        Problem::new(OrderingReason::IllegalTransition)
            .message("the order does not wait for its payment")
            .param("state", state.as_str())
    })
}

/// How far paying is after an attempt was started.
fn progress_of(attempt: &PaymentAttempt, next: NextStepKind) -> PaymentProgress {
    match attempt.state() {
        AttemptState::Failed => PaymentProgress::Declined,
        AttemptState::Expired | AttemptState::Voided => PaymentProgress::Open,
        // Nothing is under way before the card is entered.
        _ if next == NextStepKind::Fields => PaymentProgress::Open,
        AttemptState::Created | AttemptState::Pending
            if matches!(next, NextStepKind::Form | NextStepKind::Redirect) =>
        {
            PaymentProgress::AtProvider
        }
        _ => PaymentProgress::Confirming,
    }
}

/// Refused fields of payments by the names they have here.
fn with_own_fields(mut problem: Problem) -> Problem {
    for field in &mut problem.fields {
        match field.field.as_str() {
            "method_id" => field.field = "payment_method_id".to_owned(),
            "token" => field.field = "provider_token".to_owned(),
            "idempotency_key" | "back_url" => {}
            // What ordering itself says of the order is never the customer's fault.
            _ => {
                return Problem::internal(anyhow::anyhow!("payments refused the order: {problem}"));
            }
        }
    }
    if problem.is(CommonReason::NotFound) {
        return Problem::internal(anyhow::anyhow!("payments does not know: {problem}"));
    }
    problem
}

/// The order as payments needs it.
fn payable(order: &Order, online: &OnlinePayment, branch_name: String) -> PayableOrder {
    PayableOrder {
        order_id: order.id.to_string(),
        order_number: order.order_number.as_str().to_owned(),
        brand_id: order.brand.to_string(),
        branch_id: order.branch.to_string(),
        branch_name,
        method: order.method.to_wire(),
        channel: order.terms.channel.to_wire(),
        business_day: order.business_day.to_string(),
        test: order.terms.test,
        currency: order.total.currency().to_string(),
        total: order.total.amount(),
        items: items(order),
        expires_at: Some(to_timestamp(online.pay_by)),
        payer: Some(Payer {
            name: order.contact.name.clone(),
            phone: order.contact.phone.clone(),
            email: String::new(),
        }),
    }
}

/// What the provider's page shows; their sum is the total.
fn items(order: &Order) -> Vec<PayableItem> {
    let fees = order.fees.iter().map(|fee| PayableItem {
        name: fee.name.clone(),
        quantity: 1,
        unit_amount: fee.amount.amount(),
    });
    let mut items: Vec<PayableItem> = order.items().flat_map(units).chain(fees).collect();
    items.retain(|item| item.unit_amount != 0);
    let sum: i64 = items
        .iter()
        .map(|item| i64::from(item.quantity) * item.unit_amount)
        .sum();
    if items.len() > MAX_ITEMS || sum != order.total.amount() {
        items = vec![PayableItem {
            name: order.order_number.as_str().to_owned(),
            quantity: 1,
            unit_amount: order.total.amount(),
        }];
    }
    items
}

/// The units of a line, those at the same net together.
fn units(line: &PricedLine) -> Vec<PayableItem> {
    let name = match line.variant_name.as_str() {
        "" => line.product_name.clone(),
        variant => format!("{} {variant}", line.product_name),
    };
    let by_net = line.unit_nets.chunk_by(|one, other| one == other);
    let item = |units: &[chassis::money::Money]| PayableItem {
        name: name.clone(),
        quantity: i32::try_from(units.len()).unwrap_or(i32::MAX),
        unit_amount: units[0].amount(),
    };
    by_net.map(item).collect()
}
