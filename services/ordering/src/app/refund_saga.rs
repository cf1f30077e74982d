//! Carries out refunds of orders: a flow over payments, membership and our own database, each step by
//! itself.
//!
//! 1. Take a step that is due, count the attempt and postpone the next one, in a commit of its own: a process
//!    that dies leaves it due again.
//! 2. Ask payments what became of the refund, by its id; where payments does not know it, request it by that
//!    id, which refunds once however often it is repeated. A step of benefits waits until the money is back, and
//!    asks membership by the same id.
//! 3. Commit what came of it: the step ends when the money is back or was refused for good. One that needs a
//!    person is looked at again until payments reports how that person ended it. A step that failed gives its
//!    amount back to the order and to the day of the account.
//!
//! Nothing is undone: what a provider has given back is not taken again. A step whose outcome is not known
//! stays under way and is attempted ever more rarely, without end, for payments ends every refund itself.

use chassis::{
    error::{Code, Problem},
    id::OrganisationId,
};
use chrono::TimeDelta;
use futures::{StreamExt as _, stream};
use proto::membership::v1::ReturnBenefitsRequest;

use super::{refunds::Refunds, reschedule::is_unclear};
use crate::{
    domain::{
        refund::Refund,
        refund_step::{RefundState, StepKind, StepOutcome, StepState, pause_after},
        refunded_benefits::{ReturnedBenefits, benefit_return},
    },
    store::{
        orders, refund_days,
        refund_steps::{self, Key},
        refunds,
    },
};

/// Steps that one turn of the timer takes.
const A_TURN: i64 = 100;
const AT_ONCE: usize = 4;
/// How often payments is asked about a refund that needs a person.
const WHILE_A_PERSON_SEES_TO_IT: TimeDelta = TimeDelta::minutes(1);

impl Refunds {
    /// Carries out what is due, each step by itself: one that fails stops no other.
    pub async fn carry_out(&self) -> Result<(), sqlx::Error> {
        let mut tx = self
            .app
            .db
            .system("find steps of refunds that are due")
            .await?;
        let due = refund_steps::list_due(&mut tx, self.app.clock.now(), A_TURN).await?;
        tx.rollback().await?;
        stream::iter(due)
            .for_each_concurrent(AT_ONCE, async |(org, key)| {
                if let Err(error) = self.carry_out_step(org, key).await {
                    let cause = error.cause.as_ref().map(|cause| format!("{cause:#}"));
                    tracing::warn!(
                        refund.id = %key.refund, %error, cause,
                        "a step of a refund is not carried out yet"
                    );
                }
            })
            .await;
        Ok(())
    }

    async fn carry_out_step(&self, org: OrganisationId, key: Key) -> Result<(), Problem> {
        let Some(refund) = self.step_1_take(org, key).await? else {
            return Ok(());
        };
        let place = usize::try_from(key.position - 1).ok();
        let step = place.and_then(|place| refund.steps.get(place));
        let step = step.filter(|step| step.kind != StepKind::Cash);
        let step = step.ok_or_else(|| anyhow::anyhow!("no such step is carried out by a timer"))?;
        let outcome = match step.kind {
            StepKind::Benefits => self.step_2_benefits(org, &refund).await?,
            _ => self.step_2_money(org, &refund, step.amount).await?,
        };
        if !outcome.state.has_ended() || outcome.state == step.state {
            return Ok(());
        }
        self.step_3_end(org, key, &refund, step.amount, &outcome)
            .await
    }

    async fn step_1_take(&self, org: OrganisationId, key: Key) -> Result<Option<Refund>, Problem> {
        let now = self.app.clock.now();
        let mut tx = self.app.db.tenant(org).await?;
        let Some(attempts) = refund_steps::take(&mut tx, key, now).await? else {
            return Ok(None);
        };
        let refund = refunds::find(&mut tx, key.refund).await?;
        let attempt = attempts.saturating_add(1);
        let waits_for_person = refund
            .as_ref()
            .is_some_and(|refund| refund.state() == RefundState::NeedsPerson);
        let pause = if waits_for_person {
            WHILE_A_PERSON_SEES_TO_IT
        } else {
            pause_after(attempt)
        };
        refund_steps::begin(&mut tx, key, attempt, now, now + pause).await?;
        tx.commit().await?;
        Ok(refund)
    }

    async fn step_2_money(
        &self,
        org: OrganisationId,
        refund: &Refund,
        amount: i64,
    ) -> Result<StepOutcome, Problem> {
        let id = refund.id.to_string();
        let payment = self.money.find(org, refund.order).await?;
        let known = payment.and_then(|payment| StepOutcome::of_payment(&payment, &id));
        if let Some(outcome) = known {
            return Ok(outcome);
        }
        match self.money.request(org, refund, amount).await {
            Ok(payment) => {
                let outcome = StepOutcome::of_payment(&payment, &id);
                outcome.ok_or_else(|| anyhow::anyhow!("payments made no refund").into())
            }
            Err(problem) if is_refusal(&problem) => Ok(StepOutcome::refused(&problem.reason)),
            Err(problem) => Err(problem),
        }
    }

    async fn step_2_benefits(
        &self,
        org: OrganisationId,
        refund: &Refund,
    ) -> Result<StepOutcome, Problem> {
        if let Some(outcome) = StepOutcome::without_money(&refund.steps) {
            return Ok(outcome);
        }
        let mut tx = self.app.db.tenant(org).await?;
        let order = orders::get(&mut tx, refund.order).await?;
        let refunds = refunds::list(&mut tx, refund.order).await?;
        tx.commit().await?;
        let back = benefit_return(&order, &refunds, refund);
        let request = ReturnBenefitsRequest {
            order_id: refund.order.to_string(),
            refund_id: refund.id.to_string(),
            whole: back.whole,
            points: back.points.cast_signed(),
            goods_left: back.goods_left,
            coupon_ids: back.coupons.iter().map(ToString::to_string).collect(),
        };
        match self.app.benefits.give_back(org, request).await {
            Ok(response) => Ok(StepOutcome::returned(ReturnedBenefits {
                points_returned: response.points_returned,
                points_taken: response.points_taken,
                coupons_returned: response.coupons_returned,
                codes_returned: response.codes_returned,
            })),
            Err(problem) if is_refusal(&problem) => {
                Ok(StepOutcome::benefits_refused(&problem.reason))
            }
            Err(problem) => Err(problem),
        }
    }

    async fn step_3_end(
        &self,
        org: OrganisationId,
        key: Key,
        refund: &Refund,
        amount: i64,
        outcome: &StepOutcome,
    ) -> Result<(), Problem> {
        let now = self.app.clock.now();
        let mut tx = self.app.db.tenant(org).await?;
        // Payments reports how a person ended a refund that it knows.
        let goes_on = outcome.state == StepState::NeedsPerson && outcome.problem.is_empty();
        let due_at = goes_on.then_some(now + WHILE_A_PERSON_SEES_TO_IT);
        if !refund_steps::set_outcome(&mut tx, key, outcome, now, due_at).await? {
            return Ok(());
        }
        refund_steps::hasten_benefits(&mut tx, key.refund, now).await?;
        if outcome.state == StepState::Failed && amount > 0 && !refund.test {
            let (account, day) = (refund.requested_by, refund.business_day);
            refund_days::subtract(&mut tx, account, day, amount).await?;
        }
        let after = refunds::find(&mut tx, key.refund).await?;
        if after.is_some_and(|after| after.state() != RefundState::Pending) {
            refunds::settle(&mut tx, key.refund, now).await?;
        }
        tx.commit().await?;
        if outcome.state != StepState::Done {
            tracing::warn!(
                refund.id = %key.refund, order.id = %refund.order, state = %outcome.state,
                reason = outcome.problem, "a refund did not give the money back"
            );
        }
        Ok(())
    }
}

/// Payments refused the request itself; a refusal of us as the caller is a fault of the set-up, which is
/// mended without the refund.
fn is_refusal(problem: &Problem) -> bool {
    !is_unclear(problem)
        && !matches!(
            problem.code(),
            Code::Unauthenticated | Code::Forbidden | Code::TooMany
        )
}
