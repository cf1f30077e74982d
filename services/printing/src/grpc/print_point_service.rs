//! The RPCs of `PrintPointService`.

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{Problem, Violations},
    id::{self, BranchId, PrintPointId, PrintRuleId},
    idempotency::Once,
    request::{self, PageRequest},
};
use proto::printing::v1::{
    CheckBrandPrintRoutesRequest, CheckBrandPrintRoutesResponse, CheckPrintRoutesRequest,
    CheckPrintRoutesResponse, CreatePrintPointRequest, CreatePrintPointResponse,
    CreatePrintRuleRequest, CreatePrintRuleResponse, DeletePrintPointRequest,
    DeletePrintPointResponse, DeletePrintRuleRequest, DeletePrintRuleResponse,
    GetPrintSettingsRequest, GetPrintSettingsResponse, ListPrintPointsRequest,
    ListPrintPointsResponse, ListPrintRulesRequest, ListPrintRulesResponse,
    UpdatePrintPointRequest, UpdatePrintPointResponse, UpdatePrintRuleRequest,
    UpdatePrintRuleResponse, UpdatePrintSettingsRequest, UpdatePrintSettingsResponse,
    print_point_service_server as server,
};
use tonic::Request;

use super::{convert, print_routes, request::rpcs};
use crate::{
    app::{Dependencies, print_points, print_routes as routes, print_rules},
    store,
};

/// Branches whose print points are checked at a time.
const MOST_BRANCHES: usize = 2_000;

/// The gRPC service.
pub struct PrintPointService {
    deps: Dependencies,
}

impl PrintPointService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    PrintPointService: server::PrintPointService {
        list_print_points(ListPrintPointsRequest) -> ListPrintPointsResponse;
        create_print_point(CreatePrintPointRequest) -> CreatePrintPointResponse;
        update_print_point(UpdatePrintPointRequest) -> UpdatePrintPointResponse;
        delete_print_point(DeletePrintPointRequest) -> DeletePrintPointResponse;
        list_print_rules(ListPrintRulesRequest) -> ListPrintRulesResponse;
        create_print_rule(CreatePrintRuleRequest) -> CreatePrintRuleResponse;
        update_print_rule(UpdatePrintRuleRequest) -> UpdatePrintRuleResponse;
        delete_print_rule(DeletePrintRuleRequest) -> DeletePrintRuleResponse;
        get_print_settings(GetPrintSettingsRequest) -> GetPrintSettingsResponse;
        update_print_settings(UpdatePrintSettingsRequest) -> UpdatePrintSettingsResponse;
        check_print_routes(CheckPrintRoutesRequest) -> CheckPrintRoutesResponse;
        check_brand_print_routes(CheckBrandPrintRoutesRequest) -> CheckBrandPrintRoutesResponse;
    }
}

impl PrintPointService {
    async fn list_print_points(
        &self,
        request: &Request<ListPrintPointsRequest>,
    ) -> Result<ListPrintPointsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let page: PageRequest<(String, PrintPointId)> =
            request::page(asked.page_size, &asked.page_token, &mut violations);
        let branch = violations.finish(branch)?;
        let (org, identity) = (request.org()?, request.identity());
        let (after, limit) = (page.after.as_ref(), page.limit());
        let found = print_points::list(&self.deps, identity, org, branch, after, limit).await?;
        let page = page.page(found, |last| (last.name.clone(), last.id));
        Ok(ListPrintPointsResponse {
            print_points: page.items.iter().map(convert::print_point).collect(),
            next_page_token: page.next_page_token.unwrap_or_default(),
        })
    }

    async fn create_print_point(
        &self,
        request: &Request<CreatePrintPointRequest>,
    ) -> Result<CreatePrintPointResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CreatePrintPoint", key, asked, &mut violations);
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let given = request::required("print_point", asked.print_point.as_ref(), &mut violations);
        let id = PrintPointId::new(&*self.deps.clock);
        let point = given.zip(branch).and_then(|(given, branch)| {
            convert::parse_print_point(given, id, branch, &mut violations)
        });
        let point = violations.finish(point)?;
        let identity = request.identity();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let created = print_points::create(&self.deps, tx, identity, point.clone()).await?;
                let created = convert::print_point(&created);
                audit::after(&created);
                Ok::<_, Problem>(CreatePrintPointResponse {
                    print_point: Some(created),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn update_print_point(
        &self,
        request: &Request<UpdatePrintPointRequest>,
    ) -> Result<UpdatePrintPointResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("print_point_id", &asked.print_point_id, &mut violations);
        let given = request::required("print_point", asked.print_point.as_ref(), &mut violations);
        let (id, given) = violations.finish((id, given))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let before = print_points::lock(&mut tx, request.identity(), id).await?;
        let mut violations = Violations::new();
        let after = convert::parse_print_point(given, id, before.branch, &mut violations);
        let after = violations.finish(after)?;
        let after =
            print_points::update(&self.deps, &mut tx, &before, given.version, after).await?;
        audit::before(&convert::print_point(&before));
        let point = convert::print_point(&after);
        audit::after(&point);
        tx.commit().await?;
        Ok(UpdatePrintPointResponse {
            print_point: Some(point),
        })
    }

    async fn delete_print_point(
        &self,
        request: &Request<DeletePrintPointRequest>,
    ) -> Result<DeletePrintPointResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("print_point_id", &asked.print_point_id, &mut violations);
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let point = print_points::lock(&mut tx, request.identity(), id).await?;
        print_points::archive(&self.deps, &mut tx, &point, asked.version).await?;
        audit::removed(&convert::print_point(&point));
        tx.commit().await?;
        Ok(DeletePrintPointResponse {})
    }

    async fn list_print_rules(
        &self,
        request: &Request<ListPrintRulesRequest>,
    ) -> Result<ListPrintRulesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let point = id::parse("print_point_id", &asked.print_point_id, &mut violations);
        let point = violations.finish(point)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let point = print_points::get(&mut tx, request.identity(), point).await?;
        let rules = store::print_rules::list_of(&mut tx, &[point.id]).await?;
        Ok(ListPrintRulesResponse {
            rules: rules.iter().map(convert::print_rule).collect(),
        })
    }

    async fn create_print_rule(
        &self,
        request: &Request<CreatePrintRuleRequest>,
    ) -> Result<CreatePrintRuleResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CreatePrintRule", key, asked, &mut violations);
        let point = id::parse("print_point_id", &asked.print_point_id, &mut violations);
        let given = request::required("rule", asked.rule.as_ref(), &mut violations);
        let id = PrintRuleId::new(&*self.deps.clock);
        let rule = given.zip(point).and_then(|(given, point)| {
            convert::parse_print_rule(given, id, point, &mut violations)
        });
        let rule = violations.finish(rule)?;
        let identity = request.identity();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                print_rules::create(&self.deps, tx, identity, &rule).await?;
                let created = convert::print_rule(&rule);
                audit::after(&created);
                Ok::<_, Problem>(CreatePrintRuleResponse {
                    rule: Some(created),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn update_print_rule(
        &self,
        request: &Request<UpdatePrintRuleRequest>,
    ) -> Result<UpdatePrintRuleResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("rule_id", &asked.rule_id, &mut violations);
        let given = request::required("rule", asked.rule.as_ref(), &mut violations);
        let (id, given) = violations.finish((id, given))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let before = print_rules::lock(&mut tx, request.identity(), id).await?;
        let mut violations = Violations::new();
        let after = convert::parse_print_rule(given, id, before.point, &mut violations);
        let after = violations.finish(after)?;
        let after = print_rules::update(&mut tx, &before, given.version, after).await?;
        audit::before(&convert::print_rule(&before));
        let rule = convert::print_rule(&after);
        audit::after(&rule);
        tx.commit().await?;
        Ok(UpdatePrintRuleResponse { rule: Some(rule) })
    }

    async fn delete_print_rule(
        &self,
        request: &Request<DeletePrintRuleRequest>,
    ) -> Result<DeletePrintRuleResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("rule_id", &asked.rule_id, &mut violations);
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let rule = print_rules::lock(&mut tx, request.identity(), id).await?;
        print_rules::archive(&mut tx, &rule, asked.version).await?;
        audit::removed(&convert::print_rule(&rule));
        tx.commit().await?;
        Ok(DeletePrintRuleResponse {})
    }

    async fn get_print_settings(
        &self,
        request: &Request<GetPrintSettingsRequest>,
    ) -> Result<GetPrintSettingsResponse, Problem> {
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &request.get_ref().branch_id, &mut violations);
        let branch = violations.finish(branch)?;
        let (org, identity) = (request.org()?, request.identity());
        let settings = print_points::settings(&self.deps, identity, org, branch).await?;
        Ok(GetPrintSettingsResponse {
            settings: Some(convert::branch_settings(&settings)),
        })
    }

    async fn update_print_settings(
        &self,
        request: &Request<UpdatePrintSettingsRequest>,
    ) -> Result<UpdatePrintSettingsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let given = request::required("settings", asked.settings.as_ref(), &mut violations);
        let settings =
            given.and_then(|given| convert::parse_branch_settings(given, &mut violations));
        let (branch, settings) = violations.finish((branch, settings))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (identity, version) = (request.identity(), settings.version);
        let (before, after) =
            print_points::save_settings(&mut tx, identity, branch, version, settings).await?;
        let shown = [before, after].map(|settings| {
            serde_json::json!({
                "accepts_after_printing": settings.accepts_after_printing,
                "keep_minutes": settings.keep_minutes,
            })
        });
        audit::changed("print_settings", branch, &shown[0], &shown[1]);
        tx.commit().await?;
        Ok(UpdatePrintSettingsResponse {
            settings: Some(convert::branch_settings(&after)),
        })
    }

    async fn check_print_routes(
        &self,
        request: &Request<CheckPrintRoutesRequest>,
    ) -> Result<CheckPrintRoutesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let methods = convert::methods_or_all("methods", &asked.methods, &mut violations);
        let products = print_routes::parse_products(&asked.products, &mut violations);
        let branch = violations.finish(branch)?;
        let (org, identity) = (request.org()?, request.identity());
        let found = routes::unrouted(&self.deps, identity, org, branch, products, methods).await?;
        Ok(CheckPrintRoutesResponse {
            unrouted: found.iter().map(print_routes::unrouted).collect(),
        })
    }

    async fn check_brand_print_routes(
        &self,
        request: &Request<CheckBrandPrintRoutesRequest>,
    ) -> Result<CheckBrandPrintRoutesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let named: Vec<BranchId> = request::ids(
            "branch_ids",
            &asked.branch_ids,
            MOST_BRANCHES,
            &mut violations,
        );
        let methods = convert::methods_or_all("methods", &asked.methods, &mut violations);
        let products = print_routes::parse_products(&asked.products, &mut violations);
        let page: PageRequest<BranchId> =
            request::page(asked.page_size, &asked.page_token, &mut violations);
        let brand = violations.finish(brand)?;
        let (org, identity) = (request.org()?, request.identity());
        let (menu, span) = ((products, methods), (page.after, page.limit()));
        let found =
            routes::unrouted_of_brand(&self.deps, identity, org, brand, &named, menu, span).await?;
        let page = page.page(found, |(branch, _)| *branch);
        let missing = page.items.iter().filter(|(_, found)| !found.is_empty());
        Ok(CheckBrandPrintRoutesResponse {
            branches: missing.map(print_routes::of_branch).collect(),
            next_page_token: page.next_page_token.unwrap_or_default(),
        })
    }
}
