//! `OrderDecisionService`: the outcome of decisions that were saved with a change of hours.

use chassis::{
    authn::RequestExt as _,
    error::{Problem, Violations},
    id::{self, BranchId, BrandId, DecisionBatchId},
    request::{self, PageRequest},
};
use proto::{
    capacity::v1::Decision,
    ordering::v1::{self as wire, order_decision_service_server},
};
use tonic::{Request, Response, Status};

use super::parse;
use crate::{
    app::{Ordering, quote::to_timestamp},
    domain::order_decision::{Action, DecisionBatch, DecisionState},
    store::order_decisions::{self, Counted, Outcome, Tally},
};

/// The service; clones share what they work with.
#[derive(Clone)]
pub struct OrderDecisionService {
    app: Ordering,
}

impl OrderDecisionService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(app: Ordering) -> Self {
        Self { app }
    }

    async fn get_batch(
        &self,
        request: &Request<wire::GetDecisionBatchRequest>,
    ) -> Result<wire::GetDecisionBatchResponse, Problem> {
        let (org, caller) = (request.org()?, request.identity());
        let id = parse::one_id("batch_id", &request.get_ref().batch_id)?;
        let mut tx = self.app.db.tenant(org).await?;
        let batch = order_decisions::find_batch(&mut tx, id).await?;
        let batch = batch.ok_or_else(|| Problem::not_found("batch of decisions"))?;
        let mut orders = order_decisions::list_outcomes(&mut tx, id).await?;
        tx.commit().await?;

        let mut refused = None;
        orders.retain(|order| {
            let seen = caller.require_branch(batch.brand, order.decision.branch);
            let is_seen = seen.is_ok();
            refused = refused.take().or(seen.err());
            is_seen
        });
        if orders.is_empty() {
            return Err(refused.unwrap_or_else(|| Problem::not_found("batch of decisions")));
        }
        Ok(wire::GetDecisionBatchResponse {
            batch: Some(batch_to_wire(&batch, tally(&orders))),
            orders: orders.iter().map(outcome_to_wire).collect(),
        })
    }

    async fn list_batches(
        &self,
        request: &Request<wire::ListDecisionBatchesRequest>,
    ) -> Result<wire::ListDecisionBatchesResponse, Problem> {
        let (org, caller) = (request.org()?, request.identity());
        let (brand, page) = page(request.get_ref())?;
        let branches: Vec<BranchId> = caller.scope.branches.iter().copied().collect();
        let counted = if caller.scope.allows_brand(brand) {
            Counted::All
        } else {
            Counted::Of(&branches)
        };
        let mut tx = self.app.db.tenant(org).await?;
        let (before, limit) = (page.after, page.limit());
        let found = order_decisions::list_of_brand(&mut tx, brand, counted, before, limit).await?;
        tx.commit().await?;

        let page = page.page(found, |(batch, _)| batch.id);
        Ok(wire::ListDecisionBatchesResponse {
            next_page_token: page.next_page_token,
            batches: page
                .items
                .iter()
                .map(|(batch, tally)| batch_to_wire(batch, *tally))
                .collect(),
        })
    }
}

#[tonic::async_trait]
impl order_decision_service_server::OrderDecisionService for OrderDecisionService {
    async fn get_decision_batch(
        &self,
        request: Request<wire::GetDecisionBatchRequest>,
    ) -> Result<Response<wire::GetDecisionBatchResponse>, Status> {
        Ok(Response::new(self.get_batch(&request).await?))
    }

    async fn list_decision_batches(
        &self,
        request: Request<wire::ListDecisionBatchesRequest>,
    ) -> Result<Response<wire::ListDecisionBatchesResponse>, Status> {
        Ok(Response::new(self.list_batches(&request).await?))
    }
}

fn page(
    request: &wire::ListDecisionBatchesRequest,
) -> Result<(BrandId, PageRequest<DecisionBatchId>), Problem> {
    let mut violations = Violations::new();
    let brand = id::parse("brand_id", &request.brand_id, &mut violations);
    let page = request::page_or(20, request.page_size, &request.page_token, &mut violations);
    brand
        .filter(|_| violations.is_empty())
        .map(|brand| (brand, page))
        .ok_or_else(|| parse::refused(violations))
}

fn tally(orders: &[Outcome]) -> Tally {
    let mut tally = Tally::default();
    for order in orders {
        *match order.state {
            DecisionState::Waiting => &mut tally.waiting,
            DecisionState::Done => &mut tally.done,
            DecisionState::Failed => &mut tally.failed,
        } += 1;
    }
    tally
}

fn batch_to_wire(batch: &DecisionBatch, tally: Tally) -> wire::DecisionBatch {
    let count = |orders: i64| i32::try_from(orders).unwrap_or(i32::MAX);
    wire::DecisionBatch {
        batch_id: batch.id.to_string(),
        started_at: Some(to_timestamp(batch.started_at)),
        decided_by: batch.account_name.clone(),
        reschedule_reason: batch.reschedule_reason.clone(),
        waiting: count(tally.waiting),
        done: count(tally.done),
        failed: count(tally.failed),
    }
}

fn outcome_to_wire(outcome: &Outcome) -> wire::OrderOutcome {
    let decision = &outcome.decision;
    let action = match decision.action {
        Action::Cancel => Decision::Cancel,
        Action::Reschedule => Decision::Reschedule,
        Action::RescheduleNext => Decision::RescheduleNext,
    };
    let state = match outcome.state {
        DecisionState::Waiting => wire::OutcomeState::Waiting,
        DecisionState::Done => wire::OutcomeState::Done,
        DecisionState::Failed => wire::OutcomeState::Failed,
    };
    let names = outcome.names.as_ref();
    wire::OrderOutcome {
        order_id: decision.order.to_string(),
        branch_id: decision.branch.to_string(),
        order_number: names.map(|names| names.order_number.clone()),
        pickup_number: names.map(|names| names.pickup_number.clone()),
        contact_name: names.map(|names| names.contact_name.clone()),
        promised_at: Some(to_timestamp(decision.promised_at)),
        decision: action.into(),
        wanted_at: decision.wanted_at.map(to_timestamp),
        state: state.into(),
        reason: Some(outcome.reason.clone()).filter(|reason| !reason.is_empty()),
    }
}
