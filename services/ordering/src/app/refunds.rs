//! Refunds of orders as staff quotes, requests and sees them.

use chassis::{
    audit,
    authn::Identity,
    db::TenantTx,
    error::{Problem, ToProblem as _},
    id::{OrderId, OrganisationId, RefundId},
    idempotency::Once,
    outbox,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    Ordering,
    refund_money::{RefundMoney, money_of},
    transition_order::{not_staff, staff},
};
use crate::{
    domain::{
        order::Order,
        order_history::EventActor,
        order_terms::{PaymentMethod, PaymentState},
        refund::{
            Error, Left, OnlineMoney, PricedRefund, Refund, Selection, price, received_on_site,
            require_refundable,
        },
        refund_step::{RefundState, RefundStep, StepKind},
        refunded_benefits::{benefits_left, concerns_membership},
    },
    events,
    store::{order_events, orders, refund_days, refunds},
};

/// The sensitive action, which limits how much an account refunds.
const ACTION: &str = "order.refund";

/// Use cases of refunds; clones share everything.
#[derive(Clone)]
pub struct Refunds {
    pub(super) app: Ordering,
    pub(super) money: RefundMoney,
}

/// A request to refund an order.
#[derive(Clone, Debug)]
pub struct RequestRefund {
    /// The order.
    pub order: OrderId,
    /// What is to be refunded.
    pub selection: Selection,
    /// Why.
    pub reason: String,
    /// Who pays out the part on site; empty where it is not known.
    pub paid_out_by: String,
    /// Amount that was shown before.
    pub expected_amount: Option<i64>,
}

/// What a refund would come to.
#[derive(Clone, Debug)]
pub struct QuotedRefund {
    /// What it gives back.
    pub priced: PricedRefund,
    /// What is left before it.
    pub left: Left,
    /// Most that the caller refunds at once.
    pub limit_each: Option<i64>,
    /// What is left of the most that the caller refunds today.
    pub limit_left_today: Option<i64>,
}

/// The refunds of an order.
#[derive(Clone, Debug)]
pub struct RefundsOfOrder {
    /// The order.
    pub order: Order,
    /// Its refunds, the first one first.
    pub refunds: Vec<Refund>,
    /// What was paid on site and is not refunded.
    pub left_on_site: i64,
}

impl Refunds {
    /// Use cases of refunds, which ask payments about money.
    #[must_use]
    pub const fn new(app: Ordering, money: RefundMoney) -> Self {
        Self { app, money }
    }

    /// Computes what a refund would give back.
    pub async fn quote(
        &self,
        org: OrganisationId,
        caller: &Identity,
        order: OrderId,
        selection: &Selection,
    ) -> Result<QuotedRefund, Problem> {
        let (account, _) = caller.staff()?;
        let (order, online) = self.read(org, caller, order).await?;
        let mut tx = self.app.db.tenant(org).await?;
        let known = refunds::list(&mut tx, order.id).await?;
        let left = left(&mut tx, &order, &online, &known).await?;
        let today = order.day_rule.day_of(self.app.clock.now());
        let used = refund_days::get(&mut tx, account, today).await?;
        tx.commit().await?;
        let priced = price(&order.lines, &known, left, selection);
        let limit = caller.limit(ACTION);
        Ok(QuotedRefund {
            priced: priced.map_err(|error| error.to_problem())?,
            left,
            limit_each: limit.each,
            limit_left_today: limit.left_of_day(used),
        })
    }

    /// Requests a refund, or returns the one that the key requested before.
    pub async fn request(
        &self,
        org: OrganisationId,
        caller: &Identity,
        once: &Once,
        request: &RequestRefund,
    ) -> Result<Refund, Problem> {
        // A repeated request needs no answer of payments.
        let mut tx = self.app.db.tenant(org).await?;
        if let Some(refund) = self.recall(&mut tx, caller, once).await? {
            return Ok(refund);
        }
        tx.rollback().await?;
        let (order, online) = self.read(org, caller, request.order).await?;

        let mut tx = self.app.db.tenant(org).await?;
        if let Some(refund) = self.recall(&mut tx, caller, once).await? {
            return Ok(refund);
        }
        let refund = self
            .insert(&mut tx, caller, &online, order.id, request)
            .await?;
        once.finish(&mut tx, refund.id.as_uuid().as_bytes()).await?;
        tx.commit().await?;
        Ok(refund)
    }

    /// The refund that the key requested before; otherwise the key is taken for this transaction.
    async fn recall(
        &self,
        tx: &mut TenantTx,
        caller: &Identity,
        once: &Once,
    ) -> Result<Option<Refund>, Problem> {
        let Some(known) = once.begin(tx, &*self.app.clock).await? else {
            return Ok(None);
        };
        let id = Uuid::from_slice(&known).map_err(Problem::internal)?;
        let refund = refunds::find(tx, RefundId::from_uuid(id)).await?;
        let refund = refund.ok_or_else(|| Problem::not_found("refund"))?;
        caller.require_branch(refund.brand, refund.branch)?;
        Ok(Some(refund))
    }

    /// Refunds of an order of one of the caller's branches.
    pub async fn list(
        &self,
        org: OrganisationId,
        caller: &Identity,
        order: OrderId,
    ) -> Result<RefundsOfOrder, Problem> {
        let mut tx = self.app.db.tenant(org).await?;
        let order = orders::get(&mut tx, order).await?;
        caller.require_branch(order.brand, order.branch)?;
        let refunds = refunds::list(&mut tx, order.id).await?;
        let left = left(&mut tx, &order, &OnlineMoney::default(), &refunds).await?;
        tx.commit().await?;
        Ok(RefundsOfOrder {
            order,
            refunds,
            left_on_site: left.on_site,
        })
    }

    /// The order, and what payments has of its money; no transaction is open while payments is asked.
    async fn read(
        &self,
        org: OrganisationId,
        caller: &Identity,
        order: OrderId,
    ) -> Result<(Order, OnlineMoney), Problem> {
        let mut tx = self.app.db.tenant(org).await?;
        let order = orders::get(&mut tx, order).await?;
        tx.commit().await?;
        caller.require_branch(order.brand, order.branch)?;
        require_refundable(&order).map_err(|error| error.to_problem())?;
        if order.terms.payment_method != PaymentMethod::Online {
            return Ok((order, OnlineMoney::default()));
        }
        let payment = self.money.find(org, order.id).await?;
        Ok((order, money_of(payment.as_ref())))
    }

    /// Inserts a refund of the order, which stays locked until the transaction ends: of two simultaneous
    /// refunds the second one is priced after the first.
    async fn insert(
        &self,
        tx: &mut TenantTx,
        caller: &Identity,
        online: &OnlineMoney,
        order: OrderId,
        request: &RequestRefund,
    ) -> Result<Refund, Problem> {
        let (account, EventActor::Staff { name, .. }) = staff(caller)? else {
            return Err(not_staff());
        };
        let refuse = |error: Error| error.to_problem();
        let order = orders::lock(tx, order).await?;
        require_refundable(&order).map_err(refuse)?;
        let known = refunds::list(tx, order.id).await?;
        let left = left(tx, &order, online, &known).await?;
        let priced = price(&order.lines, &known, left, &request.selection).map_err(refuse)?;
        let actual = priced.amount;
        if let Some(expected) = request.expected_amount.filter(|shown| *shown != actual) {
            return Err(refuse(Error::AmountChanged { expected, actual }));
        }
        if priced.from.on_site > 0 && request.paid_out_by.is_empty() {
            return Err(refuse(Error::PayerRequired));
        }
        let now = self.app.clock.now();
        let business_day = order.day_rule.day_of(now);
        if !order.terms.test {
            let used = refund_days::add(tx, account, business_day, actual).await?;
            caller.limit(ACTION).check(ACTION, actual, used)?;
        }
        let parts = [
            (StepKind::Money, priced.from.online),
            (StepKind::Cash, priced.from.on_site),
        ];
        let parts = parts.into_iter().filter(|(_, amount)| *amount > 0);
        let benefits = concerns_membership(&order).then_some((StepKind::Benefits, 0));
        let mut refund = Refund {
            id: RefundId::new(&*self.app.clock),
            order: order.id,
            brand: order.brand,
            branch: order.branch,
            kind: request.selection.kind(),
            units: priced.units,
            amount: actual,
            points: priced.points,
            currency: order.total.currency(),
            reason: request.reason.clone(),
            requested_by: account,
            requested_by_name: name,
            paid_out_by: match priced.from.on_site {
                0 => String::new(),
                _ => request.paid_out_by.clone(),
            },
            requested_at: now,
            business_day,
            test: order.terms.test,
            settled_at: None,
            steps: parts
                .chain(benefits)
                .map(|(kind, amount)| RefundStep::new(kind, amount, now))
                .collect(),
        };
        if refund.state() != RefundState::Pending {
            refund.settled_at = Some(now);
        }
        refunds::insert(tx, &refund).await?;
        if priced.from.on_site > 0 {
            let state = match left.on_site - priced.from.on_site {
                0 => PaymentState::Refunded,
                _ => PaymentState::PartlyRefunded,
            };
            refunds::set_payment_state(tx, order.id, state).await?;
        }
        let requested = json!({ "amount": refund.amount, "kind": refund.kind.as_str() });
        audit::changed(
            "order",
            order.id,
            &json!({}),
            &json!({ "refund": requested }),
        );
        outbox::publish(tx, &*self.app.clock, &[events::refund_requested(&refund)]).await?;
        Ok(refund)
    }
}

/// What is left to refund of an order.
async fn left(
    tx: &mut TenantTx,
    order: &Order,
    online: &OnlineMoney,
    known: &[Refund],
) -> Result<Left, Problem> {
    let history = order_events::list(tx, order.id).await?;
    Ok(Left {
        benefits: benefits_left(order, known),
        ..Left::of(online, received_on_site(&history), known)
    })
}
