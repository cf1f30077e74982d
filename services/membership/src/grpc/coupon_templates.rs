//! The RPCs of `CouponService` about templates.

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, BenefitRuleId},
    idempotency::Once,
    request, text,
};
use proto::membership::v1::{
    self as wire, BenefitClass, ChangeCouponTemplateStateRequest,
    ChangeCouponTemplateStateResponse, CreateCouponTemplateRequest, CreateCouponTemplateResponse,
    GetCouponTemplateRequest, GetCouponTemplateResponse, ListCouponTemplatesRequest,
    ListCouponTemplatesResponse, UpdateCouponTemplateRequest, UpdateCouponTemplateResponse,
};
use tonic::Request;

use super::{
    CouponService,
    benefit_wire::{parse_draft, parse_validity, template},
};
use crate::{
    app::{
        benefits::places,
        coupon_templates::{self, TemplateDraft},
    },
    domain::benefits::coupon_template::Validity,
    store::coupon_templates::Cursor,
};

const MOST_ISSUED: i32 = 10_000_000;
const LONGEST_URL: usize = 500;

impl CouponService {
    pub(super) async fn list_coupon_templates(
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

    pub(super) async fn get_coupon_template(
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

    pub(super) async fn create_coupon_template(
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

    pub(super) async fn update_coupon_template(
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

    pub(super) async fn change_coupon_template_state(
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
}

fn template_id(raw: &str) -> Result<BenefitRuleId, Problem> {
    let mut violations = Violations::new();
    let id = id::parse("template_id", raw, &mut violations);
    violations.finish(id)
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
