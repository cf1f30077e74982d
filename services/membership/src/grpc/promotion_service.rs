//! The RPCs of `PromotionService`.

use chassis::{
    audit,
    authn::RequestExt as _,
    business_day,
    error::{CommonReason, Problem, Violations},
    id::{self, BenefitRuleId},
    idempotency::Once,
    request, text, time,
};
use chrono::TimeDelta;
use proto::membership::v1::{
    self as wire, BenefitClass, ChangePromotionStateRequest, ChangePromotionStateResponse,
    CheckPromotionRequest, CheckPromotionResponse, CreatePromotionRequest, CreatePromotionResponse,
    DeletePromotionRequest, DeletePromotionResponse, GetBenefitSettingsRequest,
    GetBenefitSettingsResponse, GetPromotionRequest, GetPromotionResponse,
    GetPromotionResultRequest, GetPromotionResultResponse, GetReplayRequest, GetReplayResponse,
    ListPromotionVersionsRequest, ListPromotionVersionsResponse, ListPromotionsRequest,
    ListPromotionsResponse, PreviewRuleRequest, PreviewRuleResponse, PromotionVersion,
    StartReplayRequest, StartReplayResponse, UpdateBenefitSettingsRequest,
    UpdateBenefitSettingsResponse, UpdatePromotionRequest, UpdatePromotionResponse,
    promotion_service_server as server,
};
use tonic::Request;

use super::{
    benefit_wire::{parse_draft, promotion, required},
    rpcs::rpcs,
    samples::{enabling_report, replay, sample_class, sample_customer, sample_price},
};
use crate::{
    app::{
        Dependencies,
        benefits::{places, settings},
        promotion_result,
        promotions::{self, PromotionDraft},
        replays,
        rule_preview::{self, BranchMenu},
        saved_rule,
    },
    store::{self, benefit_settings::BenefitSettings, promotions::Cursor},
};

/// Longest period of a result.
const MOST_DAYS: TimeDelta = TimeDelta::days(92);
/// Most sample carts of a request.
const MOST_CARTS: usize = 10;

/// The gRPC service.
pub struct PromotionService {
    deps: Dependencies,
}

impl PromotionService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    PromotionService: server::PromotionService {
        list_promotions(ListPromotionsRequest) -> ListPromotionsResponse;
        get_promotion(GetPromotionRequest) -> GetPromotionResponse;
        list_promotion_versions(ListPromotionVersionsRequest) -> ListPromotionVersionsResponse;
        create_promotion(CreatePromotionRequest) -> CreatePromotionResponse;
        update_promotion(UpdatePromotionRequest) -> UpdatePromotionResponse;
        delete_promotion(DeletePromotionRequest) -> DeletePromotionResponse;
        change_promotion_state(ChangePromotionStateRequest) -> ChangePromotionStateResponse;
        preview_rule(PreviewRuleRequest) -> PreviewRuleResponse;
        check_promotion(CheckPromotionRequest) -> CheckPromotionResponse;
        start_replay(StartReplayRequest) -> StartReplayResponse;
        get_replay(GetReplayRequest) -> GetReplayResponse;
        get_promotion_result(GetPromotionResultRequest) -> GetPromotionResultResponse;
        get_benefit_settings(GetBenefitSettingsRequest) -> GetBenefitSettingsResponse;
        update_benefit_settings(UpdateBenefitSettingsRequest) -> UpdateBenefitSettingsResponse;
    }
}

impl PromotionService {
    async fn list_promotions(
        &self,
        request: &Request<ListPromotionsRequest>,
    ) -> Result<ListPromotionsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse_optional("brand_id", &asked.brand_id, &mut violations);
        let states = asked.states.iter().enumerate();
        let states = states.filter_map(|(index, state)| {
            request::choice(&format!("states[{index}]"), *state, &mut violations)
        });
        let states = states.collect();
        let searched = text::bounded("text", &asked.text, 0..=60, &mut violations);
        let page = request::page_or(20, asked.page_size, &asked.page_token, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let (after, limit) = (page.after.as_ref(), page.limit());
        let identity = request.identity();
        let page_of = (after, limit);
        let found =
            promotions::list(&mut tx, identity, brand, states, &searched, now, page_of).await?;
        tx.rollback().await?;
        let page = page.page(found, |last| Cursor {
            updated_at: last.promotion.updated_at,
            id: last.promotion.id,
        });
        Ok(ListPromotionsResponse {
            promotions: page.items.iter().map(promotion).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn get_promotion(
        &self,
        request: &Request<GetPromotionRequest>,
    ) -> Result<GetPromotionResponse, Problem> {
        let id = promotion_id(&request.get_ref().promotion_id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let identity = request.identity();
        let found = promotions::get(&mut tx, identity, id, self.deps.clock.now()).await?;
        tx.rollback().await?;
        Ok(GetPromotionResponse {
            promotion: Some(promotion(&found)),
            editable: places::require_editable(identity, &found.promotion.rule).is_ok(),
        })
    }

    async fn list_promotion_versions(
        &self,
        request: &Request<ListPromotionVersionsRequest>,
    ) -> Result<ListPromotionVersionsResponse, Problem> {
        let id = promotion_id(&request.get_ref().promotion_id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let saved = promotions::list_versions(&mut tx, request.identity(), id, now).await?;
        tx.rollback().await?;
        let versions = saved.into_iter().map(|saved| PromotionVersion {
            rule: Some(saved.rule),
            saved_at: Some(time::to_wire(saved.saved_at)),
            saved_by: saved.saved_by,
        });
        Ok(ListPromotionVersionsResponse {
            versions: versions.collect(),
        })
    }

    async fn create_promotion(
        &self,
        request: &Request<CreatePromotionRequest>,
    ) -> Result<CreatePromotionResponse, Problem> {
        let asked = request.get_ref();
        let id = BenefitRuleId::new(&*self.deps.clock);
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CreatePromotion", key, asked, &mut violations);
        let draft = parse_promotion(asked.promotion.as_ref(), id, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let clock = &*self.deps.clock;
        let identity = request.identity();
        let response = once
            .run(&mut tx, clock, async |tx| {
                let created = promotions::create(tx, identity, id, draft, clock.now()).await?;
                let created = promotion(&created);
                audit::after(&created);
                Ok::<_, Problem>(CreatePromotionResponse {
                    promotion: Some(created),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn update_promotion(
        &self,
        request: &Request<UpdatePromotionRequest>,
    ) -> Result<UpdatePromotionResponse, Problem> {
        let asked = request.get_ref();
        let id = promotion_id(&asked.promotion_id)?;
        let mut violations = Violations::new();
        let draft = parse_promotion(asked.promotion.as_ref(), id, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let identity = request.identity();
        let (before, after) =
            promotions::update(&mut tx, identity, id, asked.version, draft, now).await?;
        let warnings = promotions::warnings(&mut tx, &after.promotion.rule, now).await?;
        let after = promotion(&after);
        audit::before(&promotion(&before));
        audit::after(&after);
        tx.commit().await?;
        Ok(UpdatePromotionResponse {
            promotion: Some(after),
            warnings,
        })
    }

    async fn delete_promotion(
        &self,
        request: &Request<DeletePromotionRequest>,
    ) -> Result<DeletePromotionResponse, Problem> {
        let id = promotion_id(&request.get_ref().promotion_id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let deleted = promotions::delete(&mut tx, request.identity(), id, now).await?;
        audit::before(&promotion(&deleted));
        tx.commit().await?;
        Ok(DeletePromotionResponse {})
    }

    async fn change_promotion_state(
        &self,
        request: &Request<ChangePromotionStateRequest>,
    ) -> Result<ChangePromotionStateResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("promotion_id", &asked.promotion_id, &mut violations);
        let step = request::choice("step", asked.step, &mut violations);
        let (id, step) = violations.finish((id, step))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let identity = request.identity();
        let (before, after) =
            promotions::change_state(&mut tx, identity, id, asked.version, step, now).await?;
        let warnings = promotions::warnings(&mut tx, &after.promotion.rule, now).await?;
        let after = promotion(&after);
        audit::before(&promotion(&before));
        audit::after(&after);
        tx.commit().await?;
        Ok(ChangePromotionStateResponse {
            promotion: Some(after),
            warnings,
        })
    }

    async fn preview_rule(
        &self,
        request: &Request<PreviewRuleRequest>,
    ) -> Result<PreviewRuleResponse, Problem> {
        let asked = request.get_ref();
        let org = request.org()?;
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let class = request::choice("benefit_class", asked.benefit_class, &mut violations);
        let id = self.rule_id(&asked.promotion_id, &mut violations);
        let class_of_rule = class.map_or(BenefitClass::Promotion, sample_class);
        let rule = asked.rule.as_ref();
        let rule = saved_rule::check(rule, class_of_rule, id, "rule", &mut violations);
        if !(1..=MOST_CARTS).contains(&asked.carts.len()) {
            let params = [("min", 1), ("max", MOST_CARTS)];
            violations.push_with("carts", CommonReason::ValidationFailed, params);
        }
        let branch = violations.finish(branch)?;
        let now = self.deps.clock.now();
        let customer = sample_customer(asked.member.as_ref(), rule_preview::moment(now).month);
        let menu = BranchMenu::read(&self.deps, org, branch).await?;
        let carts = &asked.carts;
        let priced =
            rule_preview::preview_carts(&self.deps, org, &menu, &rule, carts, &customer).await?;
        Ok(PreviewRuleResponse {
            prices: priced
                .iter()
                .map(|sample| sample_price(&rule, sample))
                .collect(),
        })
    }

    async fn check_promotion(
        &self,
        request: &Request<CheckPromotionRequest>,
    ) -> Result<CheckPromotionResponse, Problem> {
        let asked = request.get_ref();
        let org = request.org()?;
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let id = self.rule_id(&asked.promotion_id, &mut violations);
        let class = BenefitClass::Promotion;
        let rule = saved_rule::check(asked.rule.as_ref(), class, id, "rule", &mut violations);
        let branch = violations.finish(branch)?;
        let menu = BranchMenu::read(&self.deps, org, branch).await?;
        let report = rule_preview::check(&self.deps, org, &menu, &rule).await?;
        Ok(enabling_report(&report, &menu))
    }

    async fn start_replay(
        &self,
        request: &Request<StartReplayRequest>,
    ) -> Result<StartReplayResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("StartReplay", key, asked, &mut violations);
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let promotion = id::parse_optional("promotion_id", &asked.promotion_id, &mut violations);
        let id = self.rule_id(&asked.promotion_id, &mut Violations::new());
        let class = BenefitClass::Promotion;
        let rule = saved_rule::check(asked.rule.as_ref(), class, id, "rule", &mut violations);
        let reason = CommonReason::SettingRange;
        let days = request::in_range("days", asked.days, 1..=31, reason, &mut violations);
        let brand = violations.finish(brand)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let clock = &*self.deps.clock;
        let identity = request.identity();
        let response = once
            .run(&mut tx, clock, async |tx| {
                let started =
                    replays::start(tx, identity, clock, brand, promotion, rule, days).await?;
                Ok::<_, Problem>(StartReplayResponse {
                    replay: Some(replay(&started)),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn get_replay(
        &self,
        request: &Request<GetReplayRequest>,
    ) -> Result<GetReplayResponse, Problem> {
        let mut violations = Violations::new();
        let id = id::parse("replay_id", &request.get_ref().replay_id, &mut violations);
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let found = replays::get(&mut tx, request.identity(), id).await?;
        tx.rollback().await?;
        Ok(GetReplayResponse {
            replay: Some(replay(&found)),
        })
    }

    /// Id of the promotion that a rule replaces, or a new one.
    fn rule_id(&self, raw: &str, violations: &mut Violations) -> BenefitRuleId {
        let known = id::parse_optional("promotion_id", raw, violations);
        known.unwrap_or_else(|| BenefitRuleId::new(&*self.deps.clock))
    }

    async fn get_promotion_result(
        &self,
        request: &Request<GetPromotionResultRequest>,
    ) -> Result<GetPromotionResultResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("promotion_id", &asked.promotion_id, &mut violations);
        let from = business_day::parse("from", &asked.from, &mut violations);
        let to = business_day::parse("to", &asked.to, &mut violations);
        if let (Some(from), Some(to)) = (from, to)
            && (to.date() < from.date() || to.date() - from.date() >= MOST_DAYS)
        {
            let params = [("max_days", MOST_DAYS.num_days())];
            violations.push_with("to", CommonReason::PeriodInvalid, params);
        }
        let (id, from, to) = violations.finish((id, from, to))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        promotions::get(&mut tx, request.identity(), id, now).await?;
        let (from, to) = (from.date(), to.date());
        let days = store::promotion_orders::list_days(&mut tx, id, from, to).await?;
        let identity = request.identity();
        let branches = promotion_result::branches_in_scope(&mut tx, identity, &days).await?;
        tx.rollback().await?;
        let org = request.org()?;
        let days =
            promotion_result::beside_sales(&self.deps, org, &days, &branches, (from, to)).await;
        Ok(GetPromotionResultResponse { days })
    }

    async fn get_benefit_settings(
        &self,
        request: &Request<GetBenefitSettingsRequest>,
    ) -> Result<GetBenefitSettingsResponse, Problem> {
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &request.get_ref().brand_id, &mut violations);
        let brand = violations.finish(brand)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        places::listed_brands(&mut tx, request.identity(), Some(brand)).await?;
        let found = store::benefit_settings::get(&mut tx, brand).await?;
        tx.rollback().await?;
        Ok(GetBenefitSettingsResponse {
            settings: Some(settings_to_wire(&found)),
            version: found.version,
        })
    }

    async fn update_benefit_settings(
        &self,
        request: &Request<UpdateBenefitSettingsRequest>,
    ) -> Result<UpdateBenefitSettingsResponse, Problem> {
        let asked = request.get_ref();
        let sent = required("settings", asked.settings.as_ref())?;
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let mut range = |name: &str, value, range| {
            let reason = CommonReason::SettingRange;
            request::in_range(
                &format!("settings.{name}"),
                value,
                range,
                reason,
                &mut violations,
            )
        };
        let changed = BenefitSettings {
            version: asked.version,
            discount_cap_bp: sent
                .discount_cap_bp
                .map(|cap| range("discount_cap_bp", cap, 1..=10_000)),
            max_codes: range("max_codes", sent.max_codes, 1..=3),
            max_coupons: range("max_coupons", sent.max_coupons, 1..=3),
        };
        let brand = violations.finish(brand)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let identity = request.identity();
        let (before, after) = settings::update(&mut tx, identity, brand, changed, now).await?;
        audit::before(&settings_to_wire(&before));
        audit::after(&settings_to_wire(&after));
        tx.commit().await?;
        Ok(UpdateBenefitSettingsResponse {
            settings: Some(settings_to_wire(&after)),
            version: after.version,
        })
    }
}

fn promotion_id(raw: &str) -> Result<BenefitRuleId, Problem> {
    let mut violations = Violations::new();
    let id = id::parse("promotion_id", raw, &mut violations);
    violations.finish(id)
}

fn settings_to_wire(settings: &BenefitSettings) -> wire::BenefitSettings {
    wire::BenefitSettings {
        discount_cap_bp: settings.discount_cap_bp,
        max_codes: settings.max_codes,
        max_coupons: settings.max_coupons,
    }
}

fn parse_promotion(
    sent: Option<&wire::PromotionDraft>,
    id: BenefitRuleId,
    violations: &mut Violations,
) -> PromotionDraft {
    let nothing = wire::PromotionDraft::default();
    let sent = request::required("promotion", sent, violations).unwrap_or(&nothing);
    let fields = (
        sent.internal_name.as_str(),
        sent.note.as_str(),
        sent.rule.as_ref(),
        &sent.cost_shares[..],
    );
    let fields = parse_draft("promotion", id, BenefitClass::Promotion, fields, violations);
    PromotionDraft {
        internal_name: fields.internal_name,
        note: fields.note,
        rule: fields.rule,
        cost_shares: fields.cost_shares,
    }
}
