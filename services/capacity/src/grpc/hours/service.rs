//! The RPCs of `HoursService`.

use chassis::{
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId},
    idempotency::Once,
    request,
};
use prost::Message as _;
use proto::capacity::v1::{
    GetHoursRequest, GetHoursResponse, ListHoursVersionsRequest, ListHoursVersionsResponse,
    ListSpecialDaysRequest, ListSpecialDaysResponse, PreviewHoursRequest, PreviewHoursResponse,
    RemoveSpecialDayRequest, RemoveSpecialDayResponse, SaveSpecialDayRequest,
    SaveSpecialDayResponse, SetHoursRequest, SetHoursResponse, WithdrawHoursRequest,
    WithdrawHoursResponse, hours_service_server as server,
    list_special_days_request::Owner as WireOwner, preview_hours_request::Change as WireChange,
};
use tonic::Request;

use super::convert;
use crate::{
    app::{
        Dependencies,
        hours::{
            preview::{Change, PreviewQuery, preview},
            set::{self, SetHours, WithdrawHours},
            special_days::{self, Owner, RemoveSpecialDay, SaveSpecialDay},
        },
    },
    grpc::request::{actor, branch, checked, rpcs},
    wire::{instant, method},
};

/// The gRPC service.
pub struct HoursService {
    deps: Dependencies,
}

impl HoursService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    HoursService: server::HoursService {
        get_hours(GetHoursRequest) -> GetHoursResponse;
        set_hours(SetHoursRequest) -> SetHoursResponse;
        list_hours_versions(ListHoursVersionsRequest) -> ListHoursVersionsResponse;
        withdraw_hours(WithdrawHoursRequest) -> WithdrawHoursResponse;
        preview_hours(PreviewHoursRequest) -> PreviewHoursResponse;
        list_special_days(ListSpecialDaysRequest) -> ListSpecialDaysResponse;
        save_special_day(SaveSpecialDayRequest) -> SaveSpecialDayResponse;
        remove_special_day(RemoveSpecialDayRequest) -> RemoveSpecialDayResponse;
    }
}

impl HoursService {
    async fn get_hours(
        &self,
        request: &Request<GetHoursRequest>,
    ) -> Result<GetHoursResponse, Problem> {
        let branch_id = branch(&request.get_ref().branch_id)?;
        let now = set::get_hours(&self.deps, request.identity(), request.org()?, branch_id).await?;
        let (hours, pending) = convert::hours_now(branch_id, &now);
        Ok(GetHoursResponse { hours, pending })
    }

    async fn set_hours(
        &self,
        request: &Request<SetHoursRequest>,
    ) -> Result<SetHoursResponse, Problem> {
        let asked = request.get_ref();
        let hours = asked.hours.clone().unwrap_or_default();
        let mut violations = Violations::new();
        let branch_id = id::parse::<BranchId>("hours.branch_id", &hours.branch_id, &mut violations);
        let effective_at = asked.effective_at.as_ref();
        let planned = convert::planned(&hours, effective_at, asked.replaces, &mut violations);
        let decisions = convert::decisions(asked.decisions.as_ref(), &mut violations);
        let (branch_id, planned) = checked(branch_id.zip(planned), violations)?;
        let command = SetHours {
            branch_id,
            planned,
            restores: convert::number(asked.restores),
            version: hours.version,
            decisions,
            actor: actor(request.identity()),
        };
        let identity = request.identity();
        let (now, started) = set::set_hours(&self.deps, identity, request.org()?, &command).await?;
        let (hours, pending) = convert::hours_now(branch_id, &now);
        Ok(SetHoursResponse {
            hours,
            pending,
            started: started.map(convert::started),
        })
    }

    async fn list_hours_versions(
        &self,
        request: &Request<ListHoursVersionsRequest>,
    ) -> Result<ListHoursVersionsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse("branch_id", &asked.branch_id, &mut violations);
        let page = request::page_or(20, asked.page_size, &asked.page_token, &mut violations);
        let branch_id = checked(branch_id, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let range = (page.after.unwrap_or(i64::MAX), page.limit());
        let found = set::list_versions(&self.deps, identity, org, branch_id, range).await?;
        let (versions, known) = found;
        let page = page.page(versions, |last| last.number);
        let now = self.deps.clock.now();
        Ok(ListHoursVersionsResponse {
            next_page_token: page.next_page_token,
            versions: convert::hours_versions(branch_id, &page.items, &known, now),
        })
    }

    async fn withdraw_hours(
        &self,
        request: &Request<WithdrawHoursRequest>,
    ) -> Result<WithdrawHoursResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse::<BranchId>("branch_id", &asked.branch_id, &mut violations);
        let decisions = convert::decisions(asked.decisions.as_ref(), &mut violations);
        let branch_id = checked(branch_id, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let command = WithdrawHours {
            branch_id,
            number: asked.number,
            version: asked.version,
            decisions,
            actor: actor(identity),
        };
        let (now, started) = set::withdraw_hours(&self.deps, identity, org, &command).await?;
        let (hours, pending) = convert::hours_now(branch_id, &now);
        Ok(WithdrawHoursResponse {
            hours,
            pending,
            started: started.map(convert::started),
        })
    }

    async fn preview_hours(
        &self,
        request: &Request<PreviewHoursRequest>,
    ) -> Result<PreviewHoursResponse, Problem> {
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
        let method = method("method", asked.method, &mut violations);
        let from = asked.from.as_ref();
        let from = from.map(|at| instant("from", at, &mut violations));
        let change = read_change(asked.change.as_ref(), &mut violations);
        let (branch_id, change) = checked(branch_id.zip(change), violations)?;
        let command = PreviewQuery {
            branch_id,
            method,
            change,
            from: from.flatten(),
        };
        let found = preview(&self.deps, request.identity(), request.org()?, &command).await?;
        let listed = if asked.count_only {
            0
        } else {
            convert::MOST_ORDERS
        };
        let affected = found.affected.iter().take(listed);
        let overridden = found.overridden.iter().take(convert::MOST_ORDERS);
        Ok(PreviewHoursResponse {
            days: found.days.iter().map(convert::offered_day).collect(),
            affected: affected.map(convert::affected).collect(),
            affected_total: i32::try_from(found.affected.len()).unwrap_or(i32::MAX),
            overridden: overridden
                .map(|day| convert::wire_special_day(day, true))
                .collect(),
        })
    }

    async fn list_special_days(
        &self,
        request: &Request<ListSpecialDaysRequest>,
    ) -> Result<ListSpecialDaysResponse, Problem> {
        let mut violations = Violations::new();
        let owner = match &request.get_ref().owner {
            Some(WireOwner::BranchId(raw)) => {
                id::parse("branch_id", raw, &mut violations).map(Owner::Branch)
            }
            Some(WireOwner::BrandId(raw)) => {
                id::parse("brand_id", raw, &mut violations).map(Owner::Brand)
            }
            None => {
                violations.push("owner", CommonReason::ValidationFailed);
                None
            }
        };
        let owner = checked(owner, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let found = special_days::list(&self.deps, identity, org, owner).await?;
        let days = found
            .iter()
            .map(|(day, overridden)| convert::wire_special_day(day, *overridden));
        Ok(ListSpecialDaysResponse {
            special_days: days.collect(),
        })
    }

    async fn save_special_day(
        &self,
        request: &Request<SaveSpecialDayRequest>,
    ) -> Result<SaveSpecialDayResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let once = Once::parse(
            "SaveSpecialDay",
            &asked.idempotency_key,
            asked,
            &mut violations,
        );
        let sent = asked.special_day.clone().unwrap_or_default();
        let read = convert::special_day(&sent, &mut violations);
        let decisions = convert::decisions(asked.decisions.as_ref(), &mut violations);
        let (special_day_id, owner, day) = checked(read, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let command = SaveSpecialDay {
            once,
            special_day_id,
            owner,
            day,
            version: sent.version,
            decisions,
            actor: actor(identity),
        };
        let answer = special_days::save(&self.deps, identity, org, &command, |day, started| {
            let answer = SaveSpecialDayResponse {
                special_day: Some(convert::wire_special_day(day, false)),
                started: started.map(convert::started),
            };
            answer.encode_to_vec()
        });
        let answer = SaveSpecialDayResponse::decode(answer.await?.as_slice());
        answer.map_err(Problem::internal)
    }

    async fn remove_special_day(
        &self,
        request: &Request<RemoveSpecialDayRequest>,
    ) -> Result<RemoveSpecialDayResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let special_day_id = id::parse("special_day_id", &asked.special_day_id, &mut violations);
        let decisions = convert::decisions(asked.decisions.as_ref(), &mut violations);
        let command = RemoveSpecialDay {
            special_day_id: checked(special_day_id, violations)?,
            version: asked.version,
            decisions,
        };
        let (org, identity) = (request.org()?, request.identity());
        let started = special_days::remove(&self.deps, identity, org, &command).await?;
        Ok(RemoveSpecialDayResponse {
            started: started.map(convert::started),
        })
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
