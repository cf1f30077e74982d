//! The doors of `HoursService`, and those of the hours in `CapacityService`.

use chassis::{
    authn::{Actor, Identity, RequestExt as _},
    error::{Problem, Violations},
    id::{self, BranchId},
};
use prost::Message as _;
use proto::capacity::v1::{
    GetHoursRequest, GetHoursResponse, ListHoursVersionsRequest, ListHoursVersionsResponse,
    ListSpecialDaysRequest, ListSpecialDaysResponse, PreviewHoursRequest, PreviewHoursResponse,
    RemoveSpecialDayRequest, RemoveSpecialDayResponse, SaveSpecialDayRequest,
    SaveSpecialDayResponse, SetHoursRequest, SetHoursResponse, WithdrawHoursRequest,
    WithdrawHoursResponse, hours_service_server::HoursService as Doors,
    list_special_days_request::Owner as WireOwner, preview_hours_request::Change as WireChange,
};
use sha2::{Digest as _, Sha256};
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{
        Core,
        hours::{
            preview::{Ask, Change, preview},
            set::{self, SetHours, WithdrawHours},
            special_days::{self, Owner, RemoveSpecialDay, SaveSpecialDay},
        },
        once::Once,
    },
    grpc::{
        capacity_service::{branch, checked, told},
        convert::instant,
        sale,
    },
};

/// The gRPC service.
pub struct HoursService {
    core: Core,
}

impl HoursService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(core: Core) -> Self {
        Self { core }
    }
}

#[tonic::async_trait]
impl Doors for HoursService {
    async fn list_hours_versions(
        &self,
        request: Request<ListHoursVersionsRequest>,
    ) -> Result<Response<ListHoursVersionsResponse>, Status> {
        told(self.read_versions(&request).await)
    }

    async fn withdraw_hours(
        &self,
        request: Request<WithdrawHoursRequest>,
    ) -> Result<Response<WithdrawHoursResponse>, Status> {
        told(self.withdraw(&request).await)
    }

    async fn preview_hours(
        &self,
        request: Request<PreviewHoursRequest>,
    ) -> Result<Response<PreviewHoursResponse>, Status> {
        told(self.foresee(&request).await)
    }

    async fn list_special_days(
        &self,
        request: Request<ListSpecialDaysRequest>,
    ) -> Result<Response<ListSpecialDaysResponse>, Status> {
        told(self.read_special_days(&request).await)
    }

    async fn save_special_day(
        &self,
        request: Request<SaveSpecialDayRequest>,
    ) -> Result<Response<SaveSpecialDayResponse>, Status> {
        told(self.keep_special_day(&request).await)
    }

    async fn remove_special_day(
        &self,
        request: Request<RemoveSpecialDayRequest>,
    ) -> Result<Response<RemoveSpecialDayResponse>, Status> {
        told(self.drop_special_day(&request).await)
    }
}

/// Tells a branch's hours.
pub async fn get_hours(
    core: &Core,
    request: &Request<GetHoursRequest>,
) -> Result<Response<GetHoursResponse>, Problem> {
    let branch_id = branch(&request.get_ref().branch_id)?;
    let now = set::get_hours(core, request.identity(), request.org()?, branch_id).await?;
    let (hours, pending) = convert::hours_now(branch_id, &now);
    Ok(Response::new(GetHoursResponse { hours, pending }))
}

/// Replaces a branch's hours.
pub async fn set_hours(
    core: &Core,
    request: &Request<SetHoursRequest>,
) -> Result<Response<SetHoursResponse>, Problem> {
    let asked = request.get_ref();
    let hours = asked.hours.clone().unwrap_or_default();
    let mut violations = Violations::new();
    let branch_id = id::parse::<BranchId>("hours.branch_id", &hours.branch_id, &mut violations);
    let effective_at = asked.effective_at.as_ref();
    let planned = convert::planned(&hours, effective_at, asked.replaces, &mut violations);
    let decisions = convert::decisions(asked.decisions.as_ref(), &mut violations);
    let (branch_id, planned) = checked(branch_id.zip(planned), violations)?;
    let ask = SetHours {
        branch_id,
        planned,
        restores: convert::number(asked.restores),
        version: hours.version,
        decisions,
        actor: actor(request.identity()),
    };
    let identity = request.identity();
    let (now, started) = set::set_hours(core, identity, request.org()?, &ask).await?;
    let (hours, pending) = convert::hours_now(branch_id, &now);
    Ok(Response::new(SetHoursResponse {
        hours,
        pending,
        started: started.map(convert::started),
    }))
}

impl HoursService {
    async fn read_versions(
        &self,
        request: &Request<ListHoursVersionsRequest>,
    ) -> Result<Response<ListHoursVersionsResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse("branch_id", &asked.branch_id, &mut violations);
        let size = match asked.page_size {
            0 => 20,
            size @ (20 | 50 | 100) => size,
            _ => {
                violations.push("page_size", "VALIDATION_FAILED");
                20
            }
        };
        let before = match asked.page_token.as_str() {
            "" => i64::MAX,
            token => token.parse().unwrap_or_else(|_| {
                violations.push("page_token", "VALIDATION_FAILED");
                0
            }),
        };
        let branch_id = checked(branch_id, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let page = (before, i64::from(size) + 1);
        let found = set::list_versions(&self.core, identity, org, branch_id, page).await?;
        let (mut versions, known) = found;
        let more = versions.len() > size.unsigned_abs() as usize;
        versions.truncate(size.unsigned_abs() as usize);
        let last = versions.last().filter(|_| more);
        let now = self.core.clock.now();
        Ok(Response::new(ListHoursVersionsResponse {
            next_page_token: last.map(|last| last.number.to_string()),
            versions: convert::hours_versions(branch_id, &versions, &known, now),
        }))
    }

    async fn withdraw(
        &self,
        request: &Request<WithdrawHoursRequest>,
    ) -> Result<Response<WithdrawHoursResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse::<BranchId>("branch_id", &asked.branch_id, &mut violations);
        let decisions = convert::decisions(asked.decisions.as_ref(), &mut violations);
        let branch_id = checked(branch_id, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let ask = WithdrawHours {
            branch_id,
            number: asked.number,
            version: asked.version,
            decisions,
            actor: actor(identity),
        };
        let (now, started) = set::withdraw_hours(&self.core, identity, org, &ask).await?;
        let (hours, pending) = convert::hours_now(branch_id, &now);
        Ok(Response::new(WithdrawHoursResponse {
            hours,
            pending,
            started: started.map(convert::started),
        }))
    }

    async fn foresee(
        &self,
        request: &Request<PreviewHoursRequest>,
    ) -> Result<Response<PreviewHoursResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let is_of_brand = matches!(
            &asked.change,
            Some(WireChange::SpecialDay(day)) if day.branch_id.is_none()
        );
        let branch_id = match asked.branch_id.as_str() {
            "" if is_of_brand => Some(None),
            raw => id::parse("branch_id", raw, &mut violations).map(Some),
        };
        let method = sale::method("method", asked.method, &mut violations);
        let from = asked.from.as_ref();
        let from = from.map(|at| instant("from", at, &mut violations));
        let change = read_change(asked.change.as_ref(), &mut violations);
        let (branch_id, change) = checked(branch_id.zip(change), violations)?;
        let ask = Ask {
            branch_id,
            method,
            change,
            from: from.flatten(),
        };
        let found = preview(&self.core, request.identity(), request.org()?, &ask).await?;
        let listed = if asked.count_only {
            0
        } else {
            convert::MOST_ORDERS
        };
        let affected = found.affected.iter().take(listed);
        let overridden = found.overridden.iter().take(convert::MOST_ORDERS);
        Ok(Response::new(PreviewHoursResponse {
            days: found.days.iter().map(convert::offered_day).collect(),
            affected: affected.map(convert::affected).collect(),
            affected_total: i32::try_from(found.affected.len()).unwrap_or(i32::MAX),
            overridden: overridden
                .map(|day| convert::wire_special_day(day, true))
                .collect(),
        }))
    }

    async fn read_special_days(
        &self,
        request: &Request<ListSpecialDaysRequest>,
    ) -> Result<Response<ListSpecialDaysResponse>, Problem> {
        let mut violations = Violations::new();
        let owner = match &request.get_ref().owner {
            Some(WireOwner::BranchId(raw)) => {
                id::parse("branch_id", raw, &mut violations).map(Owner::Branch)
            }
            Some(WireOwner::BrandId(raw)) => {
                id::parse("brand_id", raw, &mut violations).map(Owner::Brand)
            }
            None => {
                violations.push("owner", "VALIDATION_FAILED");
                None
            }
        };
        let owner = checked(owner, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let found = special_days::list(&self.core, identity, org, owner).await?;
        let days = found
            .iter()
            .map(|(day, overridden)| convert::wire_special_day(day, *overridden));
        Ok(Response::new(ListSpecialDaysResponse {
            special_days: days.collect(),
        }))
    }

    async fn keep_special_day(
        &self,
        request: &Request<SaveSpecialDayRequest>,
    ) -> Result<Response<SaveSpecialDayResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        if !(1..=128).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            violations.push("idempotency_key", "VALIDATION_FAILED");
        }
        let sent = asked.special_day.clone().unwrap_or_default();
        let read = convert::special_day(&sent, &mut violations);
        let decisions = convert::decisions(asked.decisions.as_ref(), &mut violations);
        let (special_day_id, owner, day) = checked(read, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let ask = SaveSpecialDay {
            once: Once {
                key: key.clone(),
                body_hash: Sha256::digest(asked.encode_to_vec()).to_vec(),
            },
            special_day_id,
            owner,
            day,
            version: sent.version,
            decisions,
            actor: actor(identity),
        };
        let answer = special_days::save(&self.core, identity, org, &ask, |day, started| {
            let answer = SaveSpecialDayResponse {
                special_day: Some(convert::wire_special_day(day, false)),
                started: started.map(convert::started),
            };
            answer.encode_to_vec()
        });
        let answer = SaveSpecialDayResponse::decode(answer.await?.as_slice());
        Ok(Response::new(answer.map_err(Problem::internal)?))
    }

    async fn drop_special_day(
        &self,
        request: &Request<RemoveSpecialDayRequest>,
    ) -> Result<Response<RemoveSpecialDayResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let special_day_id = id::parse("special_day_id", &asked.special_day_id, &mut violations);
        let decisions = convert::decisions(asked.decisions.as_ref(), &mut violations);
        let ask = RemoveSpecialDay {
            special_day_id: checked(special_day_id, violations)?,
            version: asked.version,
            decisions,
        };
        let (org, identity) = (request.org()?, request.identity());
        let started = special_days::remove(&self.core, identity, org, &ask).await?;
        Ok(Response::new(RemoveSpecialDayResponse {
            started: started.map(convert::started),
        }))
    }
}

fn read_change(asked: Option<&WireChange>, violations: &mut Violations) -> Option<Change> {
    Some(match asked {
        None => Change::Nothing,
        Some(WireChange::Hours(asked)) => {
            let hours = asked.hours.clone().unwrap_or_default();
            let effective_at = asked.effective_at.as_ref();
            let planned = convert::planned(&hours, effective_at, asked.replaces, violations);
            Change::Hours(planned?)
        }
        Some(WireChange::WithdrawnNumber(number)) => Change::Withdraw(*number),
        Some(WireChange::SpecialDay(asked)) => {
            let (special_day_id, owner, day) = convert::special_day(asked, violations)?;
            Change::Save(special_day_id, owner, day)
        }
        Some(WireChange::RemovedSpecialDayId(raw)) => {
            Change::Remove(id::parse("removed_special_day_id", raw, violations)?)
        }
    })
}

fn actor(identity: &Identity) -> String {
    match &identity.actor {
        Actor::Staff { name, .. } => name.clone(),
        _ => String::new(),
    }
}
