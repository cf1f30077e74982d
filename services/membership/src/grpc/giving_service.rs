//! The RPCs of `GivingService`.

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{Problem, Violations},
    id::{self, GivingRuleId},
    idempotency::Once,
    request, time,
};
use proto::membership::v1::{
    self as wire, ChangeGivingRuleStateRequest, ChangeGivingRuleStateResponse,
    CreateGivingRuleRequest, CreateGivingRuleResponse, ListGivingRulesRequest,
    ListGivingRulesResponse, UpdateGivingRuleRequest, UpdateGivingRuleResponse,
    giving_service_server as server,
};
use tonic::Request;

use super::{benefit_wire::count, rpcs::rpcs};
use crate::{
    app::{
        Dependencies,
        giving::rules::{self, ShownRule},
    },
    domain::benefits::giving::GivingDraft,
};

/// The gRPC service.
pub struct GivingService {
    deps: Dependencies,
}

impl GivingService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    GivingService: server::GivingService {
        list_giving_rules(ListGivingRulesRequest) -> ListGivingRulesResponse;
        create_giving_rule(CreateGivingRuleRequest) -> CreateGivingRuleResponse;
        update_giving_rule(UpdateGivingRuleRequest) -> UpdateGivingRuleResponse;
        change_giving_rule_state(ChangeGivingRuleStateRequest) -> ChangeGivingRuleStateResponse;
    }
}

impl GivingService {
    async fn list_giving_rules(
        &self,
        request: &Request<ListGivingRulesRequest>,
    ) -> Result<ListGivingRulesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let template = id::parse_optional("template_id", &asked.template_id, &mut violations);
        let page = request::page_or(100, asked.page_size, &asked.page_token, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let page_of = (page.after, page.limit());
        let (identity, ended) = (request.identity(), asked.with_ended);
        let found = rules::list(&mut tx, identity, ended, template, page_of).await?;
        tx.rollback().await?;
        let page = page.page(found, |last| last.rule.id);
        Ok(ListGivingRulesResponse {
            rules: page.items.iter().map(rule).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn create_giving_rule(
        &self,
        request: &Request<CreateGivingRuleRequest>,
    ) -> Result<CreateGivingRuleResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CreateGivingRule", key, asked, &mut violations);
        let draft = GivingDraft::parse(asked.rule.as_ref(), &mut violations);
        let draft = violations.finish(draft)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (identity, clock) = (request.identity(), &*self.deps.clock);
        let response = once
            .run(&mut tx, clock, async |tx| {
                let created = rule(&rules::create(tx, identity, clock, draft).await?);
                audit::after(&created);
                Ok::<_, Problem>(CreateGivingRuleResponse {
                    rule: Some(created),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn update_giving_rule(
        &self,
        request: &Request<UpdateGivingRuleRequest>,
    ) -> Result<UpdateGivingRuleResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("rule_id", &asked.rule_id, &mut violations);
        let draft = GivingDraft::parse(asked.rule.as_ref(), &mut violations);
        let (id, draft): (GivingRuleId, _) = violations.finish((id, draft))?;
        let (identity, now) = (request.identity(), self.deps.clock.now());
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (before, after) =
            rules::update(&mut tx, identity, id, asked.version, draft, now).await?;
        let after = changed(&before, &after);
        tx.commit().await?;
        Ok(UpdateGivingRuleResponse { rule: Some(after) })
    }

    async fn change_giving_rule_state(
        &self,
        request: &Request<ChangeGivingRuleStateRequest>,
    ) -> Result<ChangeGivingRuleStateResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("rule_id", &asked.rule_id, &mut violations);
        let state = request::choice("state", asked.state, &mut violations);
        let (id, state) = violations.finish((id, state))?;
        let (identity, now) = (request.identity(), self.deps.clock.now());
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (before, after) =
            rules::change_state(&mut tx, identity, id, asked.version, state, now).await?;
        let after = changed(&before, &after);
        tx.commit().await?;
        Ok(ChangeGivingRuleStateResponse { rule: Some(after) })
    }
}

/// A rule after a change, both sides of which are noted for the audit record.
fn changed(before: &ShownRule, after: &ShownRule) -> wire::GivingRule {
    let after = rule(after);
    audit::before(&rule(before));
    audit::after(&after);
    after
}

fn rule(shown: &ShownRule) -> wire::GivingRule {
    let rule = &shown.rule;
    wire::GivingRule {
        rule_id: rule.id.to_string(),
        version: rule.version,
        rule: Some(rule.draft.to_wire()),
        state: rule.state.to_wire(),
        coupon_name: shown.coupon_name.clone(),
        given_count: count(rule.given),
        last_given_at: rule.last_given_at.map(time::to_wire),
        stopped_by: rule.stopped_by.clone(),
        updated_at: Some(time::to_wire(rule.updated_at)),
    }
}
