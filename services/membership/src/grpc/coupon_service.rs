//! The RPCs of `CouponService`.

use std::collections::BTreeSet;

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, BenefitRuleId, CouponId, MemberId},
    idempotency::Once,
    request, text, time,
};
use proto::membership::v1::{
    self as wire, BenefitClass, ChangeCouponTemplateStateRequest,
    ChangeCouponTemplateStateResponse, CouponNotIssued, CreateCouponTemplateRequest,
    CreateCouponTemplateResponse, ExtendCouponsRequest, ExtendCouponsResponse,
    FindCouponByCodeRequest, FindCouponByCodeResponse, GetCouponRequest, GetCouponResponse,
    GetCouponTemplateRequest, GetCouponTemplateResponse, IssueCouponsRequest, IssueCouponsResponse,
    ListCouponTemplatesRequest, ListCouponTemplatesResponse, ListCouponsRequest,
    ListCouponsResponse, ListOwnCouponsRequest, ListOwnCouponsResponse, MembershipReason,
    RedeemCouponRequest, RedeemCouponResponse, TransferCouponRequest, TransferCouponResponse,
    UpdateCouponTemplateRequest, UpdateCouponTemplateResponse, VoidCouponsRequest,
    VoidCouponsResponse, coupon_service_server as server,
};
use tonic::Request;

use super::{
    benefit_wire::{count, coupon, coupon_entry, parse_draft, parse_validity, refusal, template},
    rpcs::rpcs,
};
use crate::{
    app::{
        Dependencies,
        benefits::places,
        coupon_templates::{self, TemplateDraft},
        coupons::{self, Extended},
    },
    domain::benefits::coupon_template::Validity,
    store::{coupon_templates::Cursor, coupons::Filter},
};

/// Most coupons or members of one request.
const MOST_AT_ONCE: usize = 1_000;
const MOST_ISSUED: i32 = 10_000_000;
const LONGEST_URL: usize = 500;

/// The gRPC service.
pub struct CouponService {
    deps: Dependencies,
}

impl CouponService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    CouponService: server::CouponService {
        list_coupon_templates(ListCouponTemplatesRequest) -> ListCouponTemplatesResponse;
        get_coupon_template(GetCouponTemplateRequest) -> GetCouponTemplateResponse;
        create_coupon_template(CreateCouponTemplateRequest) -> CreateCouponTemplateResponse;
        update_coupon_template(UpdateCouponTemplateRequest) -> UpdateCouponTemplateResponse;
        change_coupon_template_state(ChangeCouponTemplateStateRequest)
            -> ChangeCouponTemplateStateResponse;
        issue_coupons(IssueCouponsRequest) -> IssueCouponsResponse;
        list_coupons(ListCouponsRequest) -> ListCouponsResponse;
        get_coupon(GetCouponRequest) -> GetCouponResponse;
        void_coupons(VoidCouponsRequest) -> VoidCouponsResponse;
        extend_coupons(ExtendCouponsRequest) -> ExtendCouponsResponse;
        transfer_coupon(TransferCouponRequest) -> TransferCouponResponse;
        find_coupon_by_code(FindCouponByCodeRequest) -> FindCouponByCodeResponse;
        redeem_coupon(RedeemCouponRequest) -> RedeemCouponResponse;
        list_own_coupons(ListOwnCouponsRequest) -> ListOwnCouponsResponse;
    }
}

impl CouponService {
    async fn list_coupon_templates(
        &self,
        request: &Request<ListCouponTemplatesRequest>,
    ) -> Result<ListCouponTemplatesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse_optional("brand_id", &asked.brand_id, &mut violations);
        let state = request::optional_choice("state", asked.state, &mut violations);
        let searched = text::bounded("text", &asked.text, 0..=60, &mut violations);
        let page = request::page_or(20, asked.page_size, &asked.page_token, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let page_of = (page.after.as_ref(), page.limit());
        let identity = request.identity();
        let found =
            coupon_templates::list(&mut tx, identity, brand, state, &searched, page_of).await?;
        tx.rollback().await?;
        let page = page.page(found, |last| Cursor {
            updated_at: last.template.updated_at,
            id: last.template.id,
        });
        Ok(ListCouponTemplatesResponse {
            templates: page.items.iter().map(template).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn get_coupon_template(
        &self,
        request: &Request<GetCouponTemplateRequest>,
    ) -> Result<GetCouponTemplateResponse, Problem> {
        let id = template_id(&request.get_ref().template_id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let identity = request.identity();
        let found = coupon_templates::get(&mut tx, identity, id).await?;
        tx.rollback().await?;
        Ok(GetCouponTemplateResponse {
            template: Some(template(&found)),
            editable: places::require_editable(identity, &found.template.rule).is_ok(),
        })
    }

    async fn create_coupon_template(
        &self,
        request: &Request<CreateCouponTemplateRequest>,
    ) -> Result<CreateCouponTemplateResponse, Problem> {
        let asked = request.get_ref();
        let id = BenefitRuleId::new(&*self.deps.clock);
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CreateCouponTemplate", key, asked, &mut violations);
        let draft = parse_template(asked.template.as_ref(), id, &mut violations);
        let draft = violations.finish(draft)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let clock = &*self.deps.clock;
        let identity = request.identity();
        let response = once
            .run(&mut tx, clock, async |tx| {
                let created =
                    coupon_templates::create(tx, identity, id, draft, clock.now()).await?;
                let created = template(&created);
                audit::after(&created);
                Ok::<_, Problem>(CreateCouponTemplateResponse {
                    template: Some(created),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn update_coupon_template(
        &self,
        request: &Request<UpdateCouponTemplateRequest>,
    ) -> Result<UpdateCouponTemplateResponse, Problem> {
        let asked = request.get_ref();
        let id = template_id(&asked.template_id)?;
        let mut violations = Violations::new();
        let draft = parse_template(asked.template.as_ref(), id, &mut violations);
        let draft = violations.finish(draft)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let identity = request.identity();
        let (before, after) =
            coupon_templates::update(&mut tx, identity, id, asked.version, draft, now).await?;
        let after = template(&after);
        audit::before(&template(&before));
        audit::after(&after);
        tx.commit().await?;
        Ok(UpdateCouponTemplateResponse {
            template: Some(after),
        })
    }

    async fn change_coupon_template_state(
        &self,
        request: &Request<ChangeCouponTemplateStateRequest>,
    ) -> Result<ChangeCouponTemplateStateResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("template_id", &asked.template_id, &mut violations);
        let state = request::choice("state", asked.state, &mut violations);
        let (id, state) = violations.finish((id, state))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let identity = request.identity();
        let (before, after) =
            coupon_templates::change_state(&mut tx, identity, id, asked.version, state, now)
                .await?;
        let after = template(&after);
        audit::before(&template(&before));
        audit::after(&after);
        tx.commit().await?;
        Ok(ChangeCouponTemplateStateResponse {
            template: Some(after),
        })
    }

    async fn issue_coupons(
        &self,
        request: &Request<IssueCouponsRequest>,
    ) -> Result<IssueCouponsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("IssueCoupons", key, asked, &mut violations);
        let template = id::parse("template_id", &asked.template_id, &mut violations);
        let raw = &asked.member_ids;
        let members: Vec<MemberId> = request::ids("member_ids", raw, MOST_AT_ONCE, &mut violations);
        if raw.is_empty() {
            violations.push("member_ids", CommonReason::EmptyTarget);
        }
        let different: BTreeSet<_> = members.iter().collect();
        if different.len() != members.len() {
            violations.push("member_ids", CommonReason::ValidationFailed);
        }
        let reason = text::bounded("reason", &asked.reason, 0..=200, &mut violations);
        let template = violations.finish(template)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let clock = &*self.deps.clock;
        let identity = request.identity();
        let response = once
            .run(&mut tx, clock, async |tx| {
                let issued =
                    coupons::issue(tx, identity, clock, template, &members, &reason).await?;
                let not_issued = issued
                    .refused
                    .iter()
                    .map(|(member, refused)| CouponNotIssued {
                        member_id: member.to_string(),
                        reason: refused.reason.to_string(),
                    });
                Ok::<_, Problem>(IssueCouponsResponse {
                    issued_count: count(issued.count),
                    batch_id: issued.batch.to_string(),
                    not_issued: not_issued.collect(),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn list_coupons(
        &self,
        request: &Request<ListCouponsRequest>,
    ) -> Result<ListCouponsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let filter = Filter {
            member: id::parse_optional("member_id", &asked.member_id, &mut violations),
            template: id::parse_optional("template_id", &asked.template_id, &mut violations),
            state: request::optional_choice("state", asked.state, &mut violations),
        };
        if asked.member_id.is_empty() && asked.template_id.is_empty() {
            violations.push("member_id", CommonReason::ValidationFailed);
        }
        let page = request::page_or(20, asked.page_size, &asked.page_token, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let identity = request.identity();
        let (after, limit): (Option<CouponId>, _) = (page.after, page.limit());
        let found = coupons::list(&mut tx, identity, &filter, now, after, limit).await?;
        tx.rollback().await?;
        let page = page.page(found, |last| last.id);
        Ok(ListCouponsResponse {
            coupons: page.items.iter().map(|found| coupon(found, now)).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn get_coupon(
        &self,
        request: &Request<GetCouponRequest>,
    ) -> Result<GetCouponResponse, Problem> {
        let mut violations = Violations::new();
        let id = id::parse("coupon_id", &request.get_ref().coupon_id, &mut violations);
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (found, entries) = coupons::get(&mut tx, request.identity(), id).await?;
        tx.rollback().await?;
        Ok(GetCouponResponse {
            coupon: Some(coupon(&found, self.deps.clock.now())),
            entries: entries.iter().map(coupon_entry).collect(),
        })
    }

    async fn void_coupons(
        &self,
        request: &Request<VoidCouponsRequest>,
    ) -> Result<VoidCouponsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let ids = coupon_ids(&asked.coupon_ids, &mut violations);
        let before = violations.len();
        let reason = text::bounded("reason", &asked.reason, 0..=200, &mut violations);
        if reason.is_empty() && violations.len() == before {
            violations.push("reason", CommonReason::ReasonRequired);
        }
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let voided = coupons::void(&mut tx, request.identity(), &ids, &reason, now).await?;
        tx.commit().await?;
        Ok(VoidCouponsResponse {
            voided_count: count(voided),
        })
    }

    async fn extend_coupons(
        &self,
        request: &Request<ExtendCouponsRequest>,
    ) -> Result<ExtendCouponsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let template: Option<BenefitRuleId> =
            id::parse_optional("template_id", &asked.template_id, &mut violations);
        let which = match template {
            Some(template) if asked.coupon_ids.is_empty() => Extended::Template(template),
            Some(_) => {
                violations.push("template_id", CommonReason::ValidationFailed);
                Extended::Coupons(Vec::new())
            }
            None => Extended::Coupons(coupon_ids(&asked.coupon_ids, &mut violations)),
        };
        let until =
            time::parse_required("valid_until", asked.valid_until.as_ref(), &mut violations);
        let now = self.deps.clock.now();
        if until.is_some_and(|until| until < now) {
            violations.push("valid_until", CommonReason::InThePast);
        }
        let until = violations.finish(until)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let extended = coupons::extend(&mut tx, request.identity(), which, until, now).await?;
        tx.commit().await?;
        Ok(ExtendCouponsResponse {
            extended_count: count(extended),
        })
    }

    async fn transfer_coupon(
        &self,
        request: &Request<TransferCouponRequest>,
    ) -> Result<TransferCouponResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("coupon_id", &asked.coupon_id, &mut violations);
        let to = id::parse("to_member_id", &asked.to_member_id, &mut violations);
        let (id, to) = violations.finish((id, to))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let clock = &*self.deps.clock;
        let passed = coupons::transfer(&mut tx, request.identity(), clock, id, to).await?;
        tx.commit().await?;
        Ok(TransferCouponResponse {
            coupon: Some(coupon(&passed, clock.now())),
        })
    }

    async fn find_coupon_by_code(
        &self,
        request: &Request<FindCouponByCodeRequest>,
    ) -> Result<FindCouponByCodeResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let branch = violations.finish(branch)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let identity = request.identity();
        let (found, judged) =
            coupons::find_by_code(&mut tx, identity, branch, &asked.code, now).await?;
        tx.rollback().await?;
        let (reason, params) = judged.err().as_ref().map(refusal).unwrap_or_default();
        Ok(FindCouponByCodeResponse {
            coupon: Some(coupon(&found, now)),
            reason,
            params,
        })
    }

    async fn redeem_coupon(
        &self,
        request: &Request<RedeemCouponRequest>,
    ) -> Result<RedeemCouponResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("RedeemCoupon", key, asked, &mut violations);
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let at = asked.redeemed_at.as_ref();
        let at = time::parse_optional("redeemed_at", at, &mut violations);
        let branch = violations.finish(branch)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let clock = &*self.deps.clock;
        let identity = request.identity();
        let response = once
            .run(&mut tx, clock, async |tx| {
                let now = clock.now();
                let redeemed = coupons::redeem(tx, identity, branch, &asked.code, at, now).await?;
                Ok::<_, Problem>(RedeemCouponResponse {
                    coupon: Some(coupon(&redeemed, now)),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn list_own_coupons(
        &self,
        request: &Request<ListOwnCouponsRequest>,
    ) -> Result<ListOwnCouponsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let brand = violations.finish(brand)?;
        let member = request.identity().member_id();
        let member = member.ok_or_else(|| {
            Problem::new(MembershipReason::NeedsLogin).message("only for members who are signed in")
        })?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let found = coupons::list_own(&mut tx, member, brand, asked.past, now).await?;
        tx.rollback().await?;
        Ok(ListOwnCouponsResponse {
            coupons: found.iter().map(|found| coupon(found, now)).collect(),
        })
    }
}

fn template_id(raw: &str) -> Result<BenefitRuleId, Problem> {
    let mut violations = Violations::new();
    let id = id::parse("template_id", raw, &mut violations);
    violations.finish(id)
}

fn coupon_ids(raw: &[String], violations: &mut Violations) -> Vec<CouponId> {
    if raw.is_empty() {
        violations.push("coupon_ids", CommonReason::EmptyTarget);
    }
    request::ids("coupon_ids", raw, MOST_AT_ONCE, violations)
}

fn parse_template(
    sent: Option<&wire::CouponTemplateDraft>,
    id: BenefitRuleId,
    violations: &mut Violations,
) -> Option<TemplateDraft> {
    let nothing = wire::CouponTemplateDraft::default();
    let sent = request::required("template", sent, violations).unwrap_or(&nothing);
    let fields = (
        sent.internal_name.as_str(),
        "",
        sent.rule.as_ref(),
        &sent.cost_shares[..],
    );
    let fields = parse_draft("template", id, BenefitClass::Coupon, fields, violations);
    let period = fields.rule.conditions.as_ref();
    if period.is_some_and(|period| period.starts_at.is_some() || period.ends_at.is_some()) {
        violations.push(
            "template.rule.conditions.starts_at",
            CommonReason::ValidationFailed,
        );
    }
    let terms = text::bounded_multiline("template.terms", &sent.terms, 0..=2_000, violations);
    let picture_url = picture_url(&sent.picture_url, violations);
    let validity: Option<Validity> =
        parse_validity("template.validity", sent.validity.as_ref(), violations);
    let mut range = |name: &str, value, most| {
        let field = format!("template.{name}");
        request::in_range(
            &field,
            value,
            1..=most,
            CommonReason::SettingRange,
            violations,
        )
    };
    let uses = if sent.uses_per_coupon == 0 {
        1
    } else {
        sent.uses_per_coupon
    };
    let uses_per_coupon = range("uses_per_coupon", uses, 99);
    let issue_limit = sent
        .issue_limit
        .map(|limit| range("issue_limit", limit, MOST_ISSUED));
    let per_member_limit = sent
        .per_member_limit
        .map(|limit| range("per_member_limit", limit, 999));
    Some(TemplateDraft {
        internal_name: fields.internal_name,
        rule: fields.rule,
        terms,
        picture_url,
        validity: validity?,
        uses_per_coupon,
        issue_limit,
        per_member_limit,
        transferable: sent.transferable,
        cost_shares: fields.cost_shares,
    })
}

fn picture_url(raw: &str, violations: &mut Violations) -> String {
    let url = raw.trim();
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    let is_web = url
        .strip_prefix("https://")
        .is_some_and(|rest| !rest.is_empty());
    if !url.is_empty() && (!plain || !is_web || url.len() > LONGEST_URL) {
        let params = [("max", LONGEST_URL)];
        violations.push_with(
            "template.picture_url",
            CommonReason::ValidationFailed,
            params,
        );
    }
    url.to_owned()
}
