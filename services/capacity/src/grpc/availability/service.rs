//! The RPCs of `AvailabilityService`.

use chassis::{
    authn::{Actor, RequestExt as _},
    error::{Problem, Violations},
    id::{self, BranchId, OrderId},
    request,
};
use proto::capacity::v1::{
    GetAvailabilityRequest, GetAvailabilityResponse, ListOpenStatusesRequest,
    ListOpenStatusesResponse, availability_service_server as server,
};
use tonic::Request;

use super::convert;
use crate::{
    app::{
        Dependencies,
        availability::{self, open_statuses},
    },
    domain::availability::AvailabilityQuery,
    grpc::{
        holds::{lines, skus},
        request::{checked, rpcs},
    },
    wire::{channel, day, instant, method},
};

/// Most open statuses of branches in one page.
const MAX_STATUSES: i32 = 1_000;

/// The gRPC service.
pub struct AvailabilityService {
    deps: Dependencies,
}

impl AvailabilityService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    AvailabilityService: server::AvailabilityService {
        get_availability(GetAvailabilityRequest) -> GetAvailabilityResponse;
        list_open_statuses(ListOpenStatusesRequest) -> ListOpenStatusesResponse;
    }
}

impl AvailabilityService {
    async fn get_availability(
        &self,
        request: &Request<GetAvailabilityRequest>,
    ) -> Result<GetAvailabilityResponse, Problem> {
        let body = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse::<BranchId>("branch_id", &body.branch_id, &mut violations);
        let cart = AvailabilityQuery {
            method: method("method", body.method, &mut violations),
            channel: channel("channel", body.channel, &mut violations),
            lines: lines("lines", &body.lines, &mut violations),
            skus: skus("skus", &body.skus, &mut violations),
            day: day("business_day", &body.business_day, &mut violations),
            rescheduled: None,
        };
        let not_before = body.not_before.as_ref();
        let not_before = not_before.and_then(|at| instant("not_before", at, &mut violations));
        let order_id = (!body.order_id.is_empty())
            .then(|| id::parse::<OrderId>("order_id", &body.order_id, &mut violations))
            .flatten();
        let branch_id = checked(branch_id, violations)?;
        let (identity, org) = (request.identity(), request.org()?);
        let for_customer = matches!(identity.actor, Actor::Customer { .. });
        let found = match order_id.filter(|_| !for_customer) {
            Some(order_id) => {
                availability::get_for_reschedule(&self.deps, org, branch_id, order_id, &cart)
                    .await?
            }
            None => availability::get(&self.deps, org, branch_id, &cart, not_before).await?,
        };
        identity.require_branch(found.brand_id, branch_id)?;
        let mut availability = convert::availability(branch_id, &found.availability);
        if for_customer {
            for slot in &mut availability.slots {
                slot.full_rule_ids.clear();
            }
        }
        let availability = Some(availability);
        Ok(GetAvailabilityResponse { availability })
    }

    async fn list_open_statuses(
        &self,
        request: &Request<ListOpenStatusesRequest>,
    ) -> Result<ListOpenStatusesResponse, Problem> {
        let body = request.get_ref();
        let mut violations = Violations::new();
        let brand_id = id::parse("brand_id", &body.brand_id, &mut violations);
        let method = method("method", body.method, &mut violations);
        let (size, token) = (body.page_size, &body.page_token);
        let page = request::bulk_page(MAX_STATUSES, size, token, &mut violations);
        let brand_id = checked(brand_id, violations)?;
        let org = request.org()?;
        let limit = page.limit();
        let found = open_statuses::list(&self.deps, org, brand_id, method, page.after, limit);
        let page = page.page(found.await?, |(branch_id, _)| *branch_id);
        Ok(ListOpenStatusesResponse {
            branches: page.items.iter().map(convert::open_status).collect(),
            next_page_token: page.next_page_token.unwrap_or_default(),
        })
    }
}
