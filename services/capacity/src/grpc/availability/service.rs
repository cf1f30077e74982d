//! The RPCs of `AvailabilityService`.

use chassis::{
    authn::{Actor, RequestExt as _},
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId, OrderId},
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

/// Open statuses of branches a page, where the caller does not say, and at most.
const DEFAULT_STATUSES: i64 = 500;
const MOST_STATUSES: i64 = 1_000;

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
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse::<BranchId>("branch_id", &asked.branch_id, &mut violations);
        let cart = AvailabilityQuery {
            method: method("method", asked.method, &mut violations),
            channel: channel("channel", asked.channel, &mut violations),
            lines: lines("lines", &asked.lines, &mut violations),
            skus: skus("skus", &asked.skus, &mut violations),
            day: day("business_day", &asked.business_day, &mut violations),
            rescheduled: None,
        };
        let not_before = asked.not_before.as_ref();
        let not_before = not_before.and_then(|at| instant("not_before", at, &mut violations));
        let order_id = (!asked.order_id.is_empty())
            .then(|| id::parse::<OrderId>("order_id", &asked.order_id, &mut violations))
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
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand_id = id::parse("brand_id", &asked.brand_id, &mut violations);
        let method = method("method", asked.method, &mut violations);
        let size = match asked.page_size {
            0 => DEFAULT_STATUSES,
            size => i64::from(size),
        };
        if !(1..=MOST_STATUSES).contains(&size) {
            let params = [("min", 1), ("max", MOST_STATUSES)];
            violations.push_with("page_size", CommonReason::ValidationFailed, params);
        }
        let after = (!asked.page_token.is_empty())
            .then(|| id::parse("page_token", &asked.page_token, &mut violations))
            .flatten();
        let brand_id = checked(brand_id, violations)?;
        let org = request.org()?;
        let found = open_statuses::list(&self.deps, org, brand_id, method, after, size).await?;
        let is_full = i64::try_from(found.len()).is_ok_and(|found| found == size);
        let last = found.last().filter(|_| is_full);
        Ok(ListOpenStatusesResponse {
            next_page_token: last.map(|(id, _)| id.to_string()).unwrap_or_default(),
            branches: found.iter().map(convert::open_status).collect(),
        })
    }
}
