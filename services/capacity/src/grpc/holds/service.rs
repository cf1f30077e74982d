//! The RPCs of `HoldService`.

use chassis::{
    authn::RequestExt as _,
    error::{Problem, Violations},
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
        Core,
        holds::{
            place::Desk,
            reschedule::move_hold,
            settle::{News, settle},
        },
    },
    domain::holds::fate::Fate,
    grpc::{
        convert::instant,
        request::{checked, rpcs},
    },
};

/// The gRPC service.
pub struct HoldService {
    core: Core,
    desk: Desk,
}

impl HoldService {
    /// A service on these use cases.
    #[must_use]
    pub fn new(core: Core) -> Self {
        Self {
            desk: Desk::new(core.clone()),
            core,
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
        let wanted = match &request.get_ref().hold {
            Some(body) => convert::wanted(body, &mut violations),
            None => {
                violations.push("hold", "VALIDATION_FAILED");
                None
            }
        };
        let (branch_id, wanted) = checked(wanted, violations)?;
        let hold = self.desk.hold(request.org()?, branch_id, wanted).await?;
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
                violations.push("wanted_at", "VALIDATION_FAILED");
                None
            }
        };
        let ids = order_id.zip(branch_id).zip(wanted_at);
        let ((order_id, branch_id), wanted_at) = checked(ids, violations)?;
        let org = request.org()?;
        let hold = move_hold(&self.core, org, branch_id, order_id, wanted_at).await?;
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
        let news = News {
            order_id,
            fate: Fate::NeverMade,
            version: 0,
            lapsed_by: None,
        };
        let mut tx = self.core.db.tenant(org).await?;
        let settled = settle(&self.core, &mut tx, &[news]).await?;
        tx.commit().await?;
        self.core.availabilities.forget(org, branch_id);
        Ok(ReleaseHoldResponse {
            released: !settled.given_back.is_empty(),
        })
    }
}
