//! The RPCs of `HoldService`.

use chassis::{
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId},
};
use proto::capacity::v1::{
    PlaceHoldRequest, PlaceHoldResponse, ReleaseHoldRequest, ReleaseHoldResponse,
    RescheduleHoldRequest, RescheduleHoldResponse, hold_service_server as server,
};
use tonic::Request;

use super::convert;
use crate::{
    app::{
        Dependencies,
        holds::{
            place::HoldBatcher,
            reschedule::reschedule,
            settle::{OrderUpdate, settle},
        },
    },
    domain::holds::state::OrderStatus,
    grpc::request::{checked, rpcs},
    wire::instant,
};

/// The gRPC service.
pub struct HoldService {
    deps: Dependencies,
    batcher: HoldBatcher,
}

impl HoldService {
    /// A service on these use cases.
    #[must_use]
    pub fn new(deps: Dependencies) -> Self {
        Self {
            batcher: HoldBatcher::new(deps.clone()),
            deps,
        }
    }
}

rpcs! {
    HoldService: server::HoldService {
        place_hold(PlaceHoldRequest) -> PlaceHoldResponse;
        reschedule_hold(RescheduleHoldRequest) -> RescheduleHoldResponse;
        release_hold(ReleaseHoldRequest) -> ReleaseHoldResponse;
    }
}

impl HoldService {
    async fn place_hold(
        &self,
        request: &Request<PlaceHoldRequest>,
    ) -> Result<PlaceHoldResponse, Problem> {
        let mut violations = Violations::new();
        let hold = match &request.get_ref().hold {
            Some(body) => convert::hold_request(body, &mut violations),
            None => {
                violations.push("hold", CommonReason::ValidationFailed);
                None
            }
        };
        let (branch_id, hold) = checked(hold, violations)?;
        let hold = self.batcher.hold(request.org()?, branch_id, hold).await?;
        Ok(PlaceHoldResponse {
            hold: Some(convert::hold(&hold)),
        })
    }

    async fn reschedule_hold(
        &self,
        request: &Request<RescheduleHoldRequest>,
    ) -> Result<RescheduleHoldResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let order_id = id::parse("order_id", &asked.order_id, &mut violations);
        let branch_id = id::parse::<BranchId>("branch_id", &asked.branch_id, &mut violations);
        let wanted_at = match &asked.wanted_at {
            Some(at) => instant("wanted_at", at, &mut violations),
            None => {
                violations.push("wanted_at", CommonReason::ValidationFailed);
                None
            }
        };
        let ids = order_id.zip(branch_id).zip(wanted_at);
        let ((order_id, branch_id), wanted_at) = checked(ids, violations)?;
        let org = request.org()?;
        let hold = reschedule(&self.deps, org, branch_id, order_id, wanted_at).await?;
        Ok(RescheduleHoldResponse {
            hold: Some(convert::hold(&hold)),
        })
    }

    async fn release_hold(
        &self,
        request: &Request<ReleaseHoldRequest>,
    ) -> Result<ReleaseHoldResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let order_id = id::parse("order_id", &asked.order_id, &mut violations);
        let branch_id = id::parse::<BranchId>("branch_id", &asked.branch_id, &mut violations);
        let (order_id, branch_id) = checked(order_id.zip(branch_id), violations)?;
        let org = request.org()?;
        let update = OrderUpdate {
            order_id,
            status: OrderStatus::NeverMade,
            version: 0,
            lapsed_by: None,
        };
        let mut tx = self.deps.db.tenant(org).await?;
        let settled = settle(&self.deps, &mut tx, &[update]).await?;
        tx.commit().await?;
        self.deps.availabilities.forget(org, branch_id);
        Ok(ReleaseHoldResponse {
            released: !settled.given_back.is_empty(),
        })
    }
}
