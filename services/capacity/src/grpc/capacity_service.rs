//! The doors of `CapacityService`.

use chassis::{
    authn::{Actor, RequestExt as _},
    error::{Problem, Violations},
    id::{self, BranchId, OrderId},
    text,
};
use prost::Message as _;
use proto::capacity::v1::{
    GetAvailabilityRequest, GetAvailabilityResponse, GetHoursRequest, GetHoursResponse,
    HoldRequest, HoldResponse, ListOpenStatusesRequest, ListOpenStatusesResponse,
    ListStockMovementsRequest, ListStockMovementsResponse, ListStockRequest, ListStockResponse,
    MoveRequest, MoveResponse, MoveStockRequest, MoveStockResponse, ReleaseRequest,
    ReleaseResponse, SetHoursRequest, SetHoursResponse, SetStockItemRequest, SetStockItemResponse,
    capacity_service_server::CapacityService as Doors,
};
use tonic::{Request, Response, Status};

use super::{convert, hours::service as hours_service, sale, stock::convert as stock_convert};
use crate::{
    app::{
        Core,
        availability::{self, open_statuses},
        holds::{
            place::Desk,
            reschedule::move_hold,
            settle::{News, settle},
        },
        stock::{
            change::{self, MoveStock},
            list,
        },
    },
    domain::{
        availability::Asked,
        holds::fate::Fate,
        stock::{MOST_UNITS, MovementKind as Kind},
    },
};

/// Open statuses of branches a page, where the caller does not say, and at most.
const DEFAULT_STATUSES: i64 = 500;
const MOST_STATUSES: i64 = 1_000;

/// The gRPC service.
pub struct CapacityService {
    core: Core,
    desk: Desk,
}

impl CapacityService {
    /// A service on these use cases.
    #[must_use]
    pub fn new(core: Core) -> Self {
        Self {
            desk: Desk::new(core.clone()),
            core,
        }
    }
}

pub(super) fn branch(raw: &str) -> Result<BranchId, Problem> {
    let mut violations = Violations::new();
    let branch_id = id::parse("branch_id", raw, &mut violations);
    checked(branch_id, violations)
}

/// The value read, or everything that was wrong with it.
pub(super) fn checked<T>(value: Option<T>, violations: Violations) -> Result<T, Problem> {
    violations.into_result()?;
    value.ok_or_else(|| Problem::internal(anyhow::anyhow!("a bad field was not named")))
}

pub(super) fn told<T>(outcome: Result<T, impl Into<Problem>>) -> Result<T, Status> {
    outcome.map_err(|error| Status::from(error.into()))
}

#[tonic::async_trait]
impl Doors for CapacityService {
    async fn get_hours(
        &self,
        request: Request<GetHoursRequest>,
    ) -> Result<Response<GetHoursResponse>, Status> {
        told(hours_service::get_hours(&self.core, &request).await)
    }

    async fn set_hours(
        &self,
        request: Request<SetHoursRequest>,
    ) -> Result<Response<SetHoursResponse>, Status> {
        told(hours_service::set_hours(&self.core, &request).await)
    }

    async fn list_stock(
        &self,
        request: Request<ListStockRequest>,
    ) -> Result<Response<ListStockResponse>, Status> {
        told(self.read_stock(&request).await)
    }

    async fn set_stock_item(
        &self,
        request: Request<SetStockItemRequest>,
    ) -> Result<Response<SetStockItemResponse>, Status> {
        told(self.change_item(&request).await)
    }

    async fn move_stock(
        &self,
        request: Request<MoveStockRequest>,
    ) -> Result<Response<MoveStockResponse>, Status> {
        told(self.record_movement(&request).await)
    }

    async fn list_stock_movements(
        &self,
        request: Request<ListStockMovementsRequest>,
    ) -> Result<Response<ListStockMovementsResponse>, Status> {
        told(self.read_movements(&request).await)
    }

    async fn get_availability(
        &self,
        request: Request<GetAvailabilityRequest>,
    ) -> Result<Response<GetAvailabilityResponse>, Status> {
        told(self.read_availability(&request).await)
    }

    async fn list_open_statuses(
        &self,
        request: Request<ListOpenStatusesRequest>,
    ) -> Result<Response<ListOpenStatusesResponse>, Status> {
        told(self.read_open_statuses(&request).await)
    }

    async fn hold(&self, request: Request<HoldRequest>) -> Result<Response<HoldResponse>, Status> {
        told(self.place_hold(&request).await)
    }

    async fn r#move(
        &self,
        request: Request<MoveRequest>,
    ) -> Result<Response<MoveResponse>, Status> {
        told(self.move_hold(&request).await)
    }

    async fn release(
        &self,
        request: Request<ReleaseRequest>,
    ) -> Result<Response<ReleaseResponse>, Status> {
        told(self.give_back(&request).await)
    }
}

impl CapacityService {
    async fn read_stock(
        &self,
        request: &Request<ListStockRequest>,
    ) -> Result<Response<ListStockResponse>, Problem> {
        let branch_id = branch(&request.get_ref().branch_id)?;
        let (org, identity) = (request.org()?, request.identity());
        let list = list::list(&self.core, identity, org, branch_id).await?;
        Ok(Response::new(stock_convert::stock_list(branch_id, &list)))
    }

    async fn change_item(
        &self,
        request: &Request<SetStockItemRequest>,
    ) -> Result<Response<SetStockItemResponse>, Problem> {
        let asked = request.get_ref().item.clone().unwrap_or_default();
        let mut violations = Violations::new();
        let item = stock_convert::stock_item(&asked, &mut violations);
        let (branch_id, item) = checked(item, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let item = change::set_item(&self.core, identity, org, branch_id, item).await?;
        let item = stock_convert::item_today(branch_id, &item);
        Ok(Response::new(SetStockItemResponse { item: Some(item) }))
    }

    async fn record_movement(
        &self,
        request: &Request<MoveStockRequest>,
    ) -> Result<Response<MoveStockResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse("branch_id", &asked.branch_id, &mut violations);
        let sku_id = id::parse("sku_id", &asked.sku_id, &mut violations);
        let once = stock_convert::once(&asked.idempotency_key, asked, &mut violations);
        let kind = stock_convert::staff_movement_kind(asked.kind());
        if kind.is_none() {
            violations.push("kind", "VALIDATION_FAILED");
        }
        let allowed = match kind {
            Some(Kind::Adjusted) => -MOST_UNITS..=MOST_UNITS,
            Some(Kind::Counted) => 0..=MOST_UNITS,
            _ => 1..=MOST_UNITS,
        };
        if !allowed.contains(&asked.quantity) {
            let params = [("min", *allowed.start()), ("max", *allowed.end())];
            violations.push_with("quantity", "VALIDATION_FAILED", params);
        }
        let reason = text::bounded("reason", &asked.reason, 0..=200, &mut violations);
        let ids = branch_id.zip(sku_id).zip(kind);
        let ((branch_id, sku_id), kind) = checked(ids, violations)?;
        let identity = request.identity();
        let ask = MoveStock {
            once,
            branch_id,
            sku_id,
            kind,
            quantity: asked.quantity,
            reason,
            actor: stock_convert::actor(identity),
        };
        let answer = change::move_stock(
            &self.core,
            identity,
            request.org()?,
            &ask,
            |item, movement| {
                let item = Some(stock_convert::item_today(branch_id, item));
                let movement = Some(stock_convert::movement(movement));
                MoveStockResponse { item, movement }.encode_to_vec()
            },
        );
        let answer = MoveStockResponse::decode(answer.await?.as_slice());
        Ok(Response::new(answer.map_err(Problem::internal)?))
    }

    async fn read_movements(
        &self,
        request: &Request<ListStockMovementsRequest>,
    ) -> Result<Response<ListStockMovementsResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse("branch_id", &asked.branch_id, &mut violations);
        let sku_id = id::parse("sku_id", &asked.sku_id, &mut violations);
        let size = match asked.page_size {
            0 => 50,
            size @ (20 | 50 | 100) => size,
            _ => {
                violations.push("page_size", "VALIDATION_FAILED");
                50
            }
        };
        let before = match asked.page_token.as_str() {
            "" => i64::MAX,
            token => token.parse().unwrap_or_else(|_| {
                violations.push("page_token", "VALIDATION_FAILED");
                0
            }),
        };
        let ids = checked(branch_id.zip(sku_id), violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let limit = i64::from(size);
        let mut movements =
            change::list_movements(&self.core, identity, org, ids, before, limit + 1).await?;
        let more = i64::try_from(movements.len()).is_ok_and(|found| found > limit);
        movements.truncate(size.unsigned_abs() as usize);
        let last = movements.last().filter(|_| more);
        Ok(Response::new(ListStockMovementsResponse {
            next_page_token: last.map(|last| last.seq.to_string()),
            movements: movements.iter().map(stock_convert::movement).collect(),
        }))
    }

    async fn read_availability(
        &self,
        request: &Request<GetAvailabilityRequest>,
    ) -> Result<Response<GetAvailabilityResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse::<BranchId>("branch_id", &asked.branch_id, &mut violations);
        let cart = Asked {
            method: sale::method("method", asked.method, &mut violations),
            channel: sale::channel("channel", asked.channel, &mut violations),
            lines: sale::lines("lines", &asked.lines, &mut violations),
            skus: convert::skus("skus", &asked.skus, &mut violations),
            day: convert::day("business_day", &asked.business_day, &mut violations),
            moving: None,
        };
        let not_before = asked.not_before.as_ref();
        let not_before =
            not_before.and_then(|at| convert::instant("not_before", at, &mut violations));
        let order_id = (!asked.order_id.is_empty())
            .then(|| id::parse::<OrderId>("order_id", &asked.order_id, &mut violations))
            .flatten();
        let branch_id = checked(branch_id, violations)?;
        let (identity, org) = (request.identity(), request.org()?);
        let for_customer = matches!(identity.actor, Actor::Customer { .. });
        let found = match order_id.filter(|_| !for_customer) {
            Some(order_id) => {
                availability::get_for_move(&self.core, org, branch_id, order_id, &cart).await?
            }
            None => availability::get(&self.core, org, branch_id, &cart, not_before).await?,
        };
        identity.require_branch(found.brand_id, branch_id)?;
        let mut availability = convert::availability(branch_id, &found.availability);
        if for_customer {
            for slot in &mut availability.slots {
                slot.full_rule_ids.clear();
            }
        }
        let availability = Some(availability);
        Ok(Response::new(GetAvailabilityResponse { availability }))
    }

    async fn read_open_statuses(
        &self,
        request: &Request<ListOpenStatusesRequest>,
    ) -> Result<Response<ListOpenStatusesResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand_id = id::parse("brand_id", &asked.brand_id, &mut violations);
        let method = sale::method("method", asked.method, &mut violations);
        let size = match asked.page_size {
            0 => DEFAULT_STATUSES,
            size => i64::from(size),
        };
        if !(1..=MOST_STATUSES).contains(&size) {
            let params = [("min", 1), ("max", MOST_STATUSES)];
            violations.push_with("page_size", "VALIDATION_FAILED", params);
        }
        let after = (!asked.page_token.is_empty())
            .then(|| id::parse("page_token", &asked.page_token, &mut violations))
            .flatten();
        let brand_id = checked(brand_id, violations)?;
        let org = request.org()?;
        let found = open_statuses::list(&self.core, org, brand_id, method, after, size).await?;
        let is_full = i64::try_from(found.len()).is_ok_and(|found| found == size);
        let last = found.last().filter(|_| is_full);
        Ok(Response::new(ListOpenStatusesResponse {
            next_page_token: last.map(|(id, _)| id.to_string()).unwrap_or_default(),
            branches: found.iter().map(convert::open_status).collect(),
        }))
    }

    async fn place_hold(
        &self,
        request: &Request<HoldRequest>,
    ) -> Result<Response<HoldResponse>, Problem> {
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
        Ok(Response::new(HoldResponse {
            hold: Some(convert::hold_state(&hold)),
        }))
    }

    async fn move_hold(
        &self,
        request: &Request<MoveRequest>,
    ) -> Result<Response<MoveResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let order_id = id::parse("order_id", &asked.order_id, &mut violations);
        let branch_id = id::parse::<BranchId>("branch_id", &asked.branch_id, &mut violations);
        let wanted_at = match &asked.wanted_at {
            Some(at) => convert::instant("wanted_at", at, &mut violations),
            None => {
                violations.push("wanted_at", "VALIDATION_FAILED");
                None
            }
        };
        let ids = order_id.zip(branch_id).zip(wanted_at);
        let ((order_id, branch_id), wanted_at) = checked(ids, violations)?;
        let org = request.org()?;
        let hold = move_hold(&self.core, org, branch_id, order_id, wanted_at).await?;
        Ok(Response::new(MoveResponse {
            hold: Some(convert::hold_state(&hold)),
        }))
    }

    async fn give_back(
        &self,
        request: &Request<ReleaseRequest>,
    ) -> Result<Response<ReleaseResponse>, Problem> {
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
        Ok(Response::new(ReleaseResponse {
            released: !settled.given_back.is_empty(),
        }))
    }
}
