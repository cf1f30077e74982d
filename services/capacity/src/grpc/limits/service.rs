//! The RPCs of `LimitService`.

use std::collections::BTreeSet;

use chassis::{
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId, BrandId, LimitTemplateId},
    request, text,
};
use chrono::TimeDelta;
use proto::capacity::v1::{
    CopyLimitsRequest, CopyLimitsResponse, DeleteLimitTemplateRequest, DeleteLimitTemplateResponse,
    GetLimitsRequest, GetLimitsResponse, GetLoadRequest, GetLoadResponse,
    ListLimitTemplatesRequest, ListLimitTemplatesResponse, ListLimitVersionsRequest,
    ListLimitVersionsResponse, ListLoadRequest, ListLoadResponse, PreviewLimitsRequest,
    PreviewLimitsResponse, SaveLimitTemplateRequest, SaveLimitTemplateResponse, SetLimitsRequest,
    SetLimitsResponse, limit_service_server as server,
};
use tonic::Request;

use super::{convert, parse};
use crate::{
    app::{
        Dependencies,
        find_branch::find_branch,
        limits::{self, CopyLimits, SetLimits, Source},
    },
    grpc::request::{actor, branch, checked, rpcs},
    store::limits::LimitTemplate,
    wire::{day, instant},
};

const MOST_NOTE: usize = 200;
const MOST_TEMPLATE_NAME: usize = 40;
const MOST_COPIES: usize = 100;
const DAYS: std::ops::RangeInclusive<i32> = 1..=14;
const DEFAULT_DAYS: u16 = 7;

/// The gRPC service.
pub struct LimitService {
    deps: Dependencies,
}

impl LimitService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    LimitService: server::LimitService {
        get_limits(GetLimitsRequest) -> GetLimitsResponse;
        set_limits(SetLimitsRequest) -> SetLimitsResponse;
        preview_limits(PreviewLimitsRequest) -> PreviewLimitsResponse;
        list_limit_versions(ListLimitVersionsRequest) -> ListLimitVersionsResponse;
        copy_limits(CopyLimitsRequest) -> CopyLimitsResponse;
        list_limit_templates(ListLimitTemplatesRequest) -> ListLimitTemplatesResponse;
        save_limit_template(SaveLimitTemplateRequest) -> SaveLimitTemplateResponse;
        delete_limit_template(DeleteLimitTemplateRequest) -> DeleteLimitTemplateResponse;
        get_load(GetLoadRequest) -> GetLoadResponse;
        list_load(ListLoadRequest) -> ListLoadResponse;
    }
}

impl LimitService {
    async fn get_limits(
        &self,
        request: &Request<GetLimitsRequest>,
    ) -> Result<GetLimitsResponse, Problem> {
        let branch_id = branch(&request.get_ref().branch_id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let branch = find_branch(&mut tx, request.identity(), branch_id).await?;
        let found = limits::get(&self.deps, &mut tx, &branch).await?;
        Ok(GetLimitsResponse {
            limits: Some(convert::limits(&found)),
        })
    }

    async fn set_limits(
        &self,
        request: &Request<SetLimitsRequest>,
    ) -> Result<SetLimitsResponse, Problem> {
        let (asked, identity) = (request.get_ref(), request.identity());
        let (branch_id, org) = (branch(&asked.branch_id)?, request.org()?);
        let minutes = limits::slot_minutes(&self.deps, identity, org, branch_id).await?;
        let mut violations = Violations::new();
        let clock = &*self.deps.clock;
        let (read, slots) = (&asked.rules, Some(minutes));
        let rules = parse::rules(clock, "rules", read, slots, &mut violations);
        let note = text::bounded("note", &asked.note, 0..=MOST_NOTE, &mut violations);
        violations.into_result()?;
        let change = SetLimits {
            branch_id,
            rules,
            version: asked.version,
            note,
            actor: actor(identity),
        };
        let found = limits::set(&self.deps, identity, org, change).await?;
        Ok(SetLimitsResponse {
            limits: Some(convert::limits(&found)),
        })
    }

    async fn preview_limits(
        &self,
        request: &Request<PreviewLimitsRequest>,
    ) -> Result<PreviewLimitsResponse, Problem> {
        let (asked, identity) = (request.get_ref(), request.identity());
        let (branch_id, org) = (branch(&asked.branch_id)?, request.org()?);
        let minutes = limits::slot_minutes(&self.deps, identity, org, branch_id).await?;
        let mut violations = Violations::new();
        let clock = &*self.deps.clock;
        let (read, slots) = (&asked.rules, Some(minutes));
        let rules = parse::rules(clock, "rules", read, slots, &mut violations);
        let day = day("business_day", &asked.business_day, &mut violations);
        violations.into_result()?;
        let found = limits::preview(&self.deps, identity, org, branch_id, &rules, day).await?;
        Ok(convert::preview(&found, &rules))
    }

    async fn list_limit_versions(
        &self,
        request: &Request<ListLimitVersionsRequest>,
    ) -> Result<ListLimitVersionsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse::<BranchId>("branch_id", &asked.branch_id, &mut violations);
        let page = request::page_or(20, asked.page_size, &asked.page_token, &mut violations);
        let branch_id = checked(branch_id, violations)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        find_branch(&mut tx, request.identity(), branch_id).await?;
        let before = page.after.unwrap_or(i64::MAX);
        let versions = limits::versions(&mut tx, branch_id, before, page.limit()).await?;
        let page = page.page(versions, |last| last.version);
        Ok(ListLimitVersionsResponse {
            next_page_token: page.next_page_token,
            versions: page.items.iter().map(convert::version).collect(),
        })
    }

    async fn copy_limits(
        &self,
        request: &Request<CopyLimitsRequest>,
    ) -> Result<CopyLimitsResponse, Problem> {
        let (asked, identity) = (request.get_ref(), request.identity());
        let mut violations = Violations::new();
        let from = if asked.template_id.is_empty() {
            id::parse("from_branch_id", &asked.from_branch_id, &mut violations).map(Source::Branch)
        } else {
            id::parse("template_id", &asked.template_id, &mut violations).map(Source::Template)
        };
        let count = asked.to_branch_ids.len();
        if count == 0 || count > MOST_COPIES {
            let params = [("min", 1), ("max", MOST_COPIES), ("given", count)];
            violations.push_with("to_branch_ids", CommonReason::ValidationFailed, params);
        }
        let to: BTreeSet<BranchId> = asked
            .to_branch_ids
            .iter()
            .take(MOST_COPIES)
            .enumerate()
            .filter_map(|(index, raw)| {
                id::parse(&format!("to_branch_ids[{index}]"), raw, &mut violations)
            })
            .collect();
        let command = CopyLimits {
            from: checked(from, violations)?,
            to,
            actor: actor(identity),
        };
        let given = limits::copy(&self.deps, identity, request.org()?, &command).await?;
        Ok(CopyLimitsResponse {
            limits: given.iter().map(convert::limits).collect(),
        })
    }

    async fn list_limit_templates(
        &self,
        request: &Request<ListLimitTemplatesRequest>,
    ) -> Result<ListLimitTemplatesResponse, Problem> {
        let mut violations = Violations::new();
        let raw = &request.get_ref().brand_id;
        let brand_id = id::parse::<BrandId>("brand_id", raw, &mut violations);
        let brand_id = checked(brand_id, violations)?;
        let found =
            limits::list_templates(&self.deps, request.identity(), request.org()?, brand_id)
                .await?;
        Ok(ListLimitTemplatesResponse {
            templates: found.iter().map(convert::template).collect(),
        })
    }

    async fn save_limit_template(
        &self,
        request: &Request<SaveLimitTemplateRequest>,
    ) -> Result<SaveLimitTemplateResponse, Problem> {
        let nothing = proto::capacity::v1::LimitTemplate::default();
        let asked = request.get_ref().template.as_ref().unwrap_or(&nothing);
        let mut violations = Violations::new();
        let clock = &*self.deps.clock;
        let template_id = if asked.template_id.is_empty() {
            Some(LimitTemplateId::new(clock))
        } else {
            id::parse("template.template_id", &asked.template_id, &mut violations)
        };
        let brand_id = id::parse("template.brand_id", &asked.brand_id, &mut violations);
        let length = 1..=MOST_TEMPLATE_NAME;
        let name = text::bounded("template.name", &asked.name, length, &mut violations);
        let read = &asked.rules;
        let rules = parse::rules(clock, "template.rules", read, None, &mut violations);
        if asked.template_id.is_empty() != (asked.version == 0) {
            violations.push("template.version", CommonReason::ValidationFailed);
        }
        let (template_id, brand_id) = checked(template_id.zip(brand_id), violations)?;
        let template = LimitTemplate {
            template_id,
            brand_id,
            name,
            rules,
            version: asked.version,
        };
        let (identity, org) = (request.identity(), request.org()?);
        let saved = limits::save_template(&self.deps, identity, org, template).await?;
        Ok(SaveLimitTemplateResponse {
            template: Some(convert::template(&saved)),
        })
    }

    async fn delete_limit_template(
        &self,
        request: &Request<DeleteLimitTemplateRequest>,
    ) -> Result<DeleteLimitTemplateResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand_id = id::parse("brand_id", &asked.brand_id, &mut violations);
        let template_id = id::parse("template_id", &asked.template_id, &mut violations);
        let (brand_id, template_id) = checked(brand_id.zip(template_id), violations)?;
        let (identity, org) = (request.identity(), request.org()?);
        limits::delete_template(&self.deps, identity, org, brand_id, template_id).await?;
        Ok(DeleteLimitTemplateResponse {})
    }

    async fn get_load(
        &self,
        request: &Request<GetLoadRequest>,
    ) -> Result<GetLoadResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse::<BranchId>("branch_id", &asked.branch_id, &mut violations);
        let from = day("from_day", &asked.from_day, &mut violations);
        let days = match asked.days {
            0 => DEFAULT_DAYS,
            days if DAYS.contains(&days) => u16::try_from(days).unwrap_or(DEFAULT_DAYS),
            days => {
                let params = [
                    ("given", days),
                    ("min", *DAYS.start()),
                    ("max", *DAYS.end()),
                ];
                violations.push_with("days", CommonReason::ValidationFailed, params);
                DEFAULT_DAYS
            }
        };
        let branch_id = checked(branch_id, violations)?;
        let (identity, org) = (request.identity(), request.org()?);
        let found = limits::loads(&self.deps, identity, org, branch_id, from, days).await?;
        Ok(convert::loads(&found))
    }

    async fn list_load(
        &self,
        request: &Request<ListLoadRequest>,
    ) -> Result<ListLoadResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse::<BranchId>("branch_id", &asked.branch_id, &mut violations);
        let mut time = |name: &str, at: Option<&prost_types::Timestamp>| match at {
            Some(at) => instant(name, at, &mut violations),
            None => {
                violations.push(name, CommonReason::ValidationFailed);
                None
            }
        };
        let (from, to) = (
            time("from", asked.from.as_ref()),
            time("to", asked.to.as_ref()),
        );
        let within = from.zip(to).filter(|(from, to)| {
            let length = *to - *from;
            length > TimeDelta::zero() && length <= TimeDelta::days(1)
        });
        if from.is_some() && to.is_some() && within.is_none() {
            violations.push("to", CommonReason::ValidationFailed);
        }
        let (branch_id, within) = checked(branch_id.zip(within), violations)?;
        let (identity, org) = (request.identity(), request.org()?);
        let found = limits::fillings(&self.deps, identity, org, branch_id, within).await?;
        Ok(convert::filling(&found))
    }
}
