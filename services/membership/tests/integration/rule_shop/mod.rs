//! An organisation with a brand, a branch, members, and ordering beside it.

pub mod ordering;

use chassis::{
    authn::{Identity, Scope},
    error::Problem,
    id::{BranchId, BrandId, CouponId, MemberId, OrderId, OrganisationId},
    outbox::Event,
};
use membership::Membership;
use proto::{
    membership::v1::{
        BenefitClass, BenefitEffect, BenefitRule, BenefitUse, ChangeCouponTemplateStateRequest,
        ChangePromotionStateRequest, Coupon, CouponTemplate, CouponTemplateDraft,
        CouponTemplateState, CouponValidity, CreateCouponTemplateRequest, CreatePromoCodeRequest,
        CreatePromotionRequest, EnteredBenefit, FindBenefitsRequest, FindBenefitsResponse,
        HoldBenefitsRequest, HoldBenefitsResponse, IssueCouponsRequest, ListCouponsRequest,
        OrderEffect, OrderThreshold, PriceCut, PromoCode, PromoCodeDraft, Promotion,
        PromotionDraft, PromotionStep, RuleLimits, benefit_effect::Effect,
        benefit_service_client::BenefitServiceClient, coupon_service_client::CouponServiceClient,
        create_promo_code_request::Codes, price_cut::Cut,
        promo_code_service_client::PromoCodeServiceClient,
        promotion_service_client::PromotionServiceClient,
    },
    ordering::v1::{OrderChange, OrderChanged, OrderState},
};
use testkit::{CallerChannel, TestService, identities};
use tonic::Status;

pub use ordering::Ordering;

pub struct Shop {
    pub org: OrganisationId,
    pub brand: BrandId,
    pub branch: BranchId,
    pub ordering: Ordering,
    pub service: TestService<Membership>,
}

impl Shop {
    pub async fn open() -> Self {
        let ordering = Ordering::start().await;
        let url = ordering.url();
        let variables = [
            ("PEERS_ORDERING_URL", url.as_str()),
            ("TELEMETRY_LOG", "warn"),
        ];
        let service = TestService::start(&variables).await;
        let shop = Self {
            org: testkit::organisation(),
            brand: BrandId::new(service.clock()),
            branch: BranchId::new(service.clock()),
            ordering,
            service,
        };
        shop.add_branch(shop.brand, shop.branch).await;
        shop
    }

    /// A branch as catalog would have published it.
    pub async fn add_branch(&self, brand: BrandId, branch: BranchId) {
        let mut superuser = self.service.db().superuser().await;
        sqlx::query(
            "INSERT INTO branches (org_id, branch_id, brand_id, version) VALUES ($1, $2, $3, 1)",
        )
        .bind(self.org.as_uuid())
        .bind(branch.as_uuid())
        .bind(brand.as_uuid())
        .execute(&mut superuser)
        .await
        .unwrap();
    }

    /// A member without a phone.
    pub async fn member(&self) -> MemberId {
        let member = MemberId::new(self.service.clock());
        let mut superuser = self.service.db().superuser().await;
        sqlx::query(
            "DO $$ BEGIN
                 ALTER TABLE members ALTER COLUMN name_key SET DEFAULT '';
             EXCEPTION WHEN undefined_column THEN NULL;
             END $$",
        )
        .execute(&mut superuser)
        .await
        .unwrap();
        sqlx::query(
            "INSERT INTO members (org_id, member_id, version, state, name, joined_at)
             VALUES ($1, $2, 1, 'active', '', $3)",
        )
        .bind(self.org.as_uuid())
        .bind(member.as_uuid())
        .bind(testkit::noon())
        .execute(&mut superuser)
        .await
        .unwrap();
        member
    }

    pub fn owner(&self) -> Identity {
        identities::owner(self.org)
    }

    /// Somebody of some brands or branches, with every permission.
    pub fn staff_of(&self, scope: Scope) -> Identity {
        Identity {
            scope,
            ..self.owner()
        }
    }

    pub fn benefits(&self) -> BenefitServiceClient<CallerChannel> {
        self.benefits_of(self.org)
    }

    pub fn benefits_of(&self, org: OrganisationId) -> BenefitServiceClient<CallerChannel> {
        let identity = identities::service("ordering", org);
        BenefitServiceClient::new(self.service.channel_as(&identity))
    }

    pub fn promotions(&self) -> PromotionServiceClient<CallerChannel> {
        self.promotions_as(&self.owner())
    }

    pub fn promotions_as(&self, identity: &Identity) -> PromotionServiceClient<CallerChannel> {
        PromotionServiceClient::new(self.service.channel_as(identity))
    }

    pub fn codes(&self) -> PromoCodeServiceClient<CallerChannel> {
        PromoCodeServiceClient::new(self.service.channel_as(&self.owner()))
    }

    pub fn coupons(&self) -> CouponServiceClient<CallerChannel> {
        self.coupons_as(&self.owner())
    }

    pub fn coupons_as(&self, identity: &Identity) -> CouponServiceClient<CallerChannel> {
        CouponServiceClient::new(self.service.channel_as(identity))
    }

    pub async fn create_promotion(
        &self,
        key: &str,
        rule: BenefitRule,
    ) -> Result<Promotion, Status> {
        let request = CreatePromotionRequest {
            idempotency_key: key.to_owned(),
            promotion: Some(promotion_draft(rule)),
        };
        let created = self.promotions().create_promotion(request).await?;
        Ok(created.into_inner().promotion.unwrap())
    }

    pub async fn step(
        &self,
        promotion: &Promotion,
        step: PromotionStep,
    ) -> Result<Promotion, Status> {
        let request = ChangePromotionStateRequest {
            promotion_id: promotion.promotion_id.clone(),
            version: promotion.version,
            step: step.into(),
        };
        let changed = self.promotions().change_promotion_state(request).await?;
        Ok(changed.into_inner().promotion.unwrap())
    }

    /// A promotion that acts.
    pub async fn enabled(&self, key: &str, rule: BenefitRule) -> Promotion {
        let promotion = self.create_promotion(key, rule).await.unwrap();
        self.step(&promotion, PromotionStep::Enable).await.unwrap()
    }

    pub async fn create_code(&self, code: &str, rule: BenefitRule) -> Result<PromoCode, Status> {
        let request = CreatePromoCodeRequest {
            idempotency_key: OrderId::new(self.service.clock()).to_string(),
            promo_code: Some(code_draft(rule)),
            codes: Some(Codes::Code(code.to_owned())),
            disabled: false,
        };
        let created = self.codes().create_promo_code(request).await?;
        Ok(created.into_inner().promo_code.unwrap())
    }

    /// A template whose coupons are valid for 30 days.
    pub async fn template(&self, change: impl FnOnce(&mut CouponTemplateDraft)) -> CouponTemplate {
        let mut draft = template_draft();
        change(&mut draft);
        let request = CreateCouponTemplateRequest {
            idempotency_key: format!("template-{}", draft.internal_name),
            template: Some(draft),
        };
        let created = self
            .coupons()
            .create_coupon_template(request)
            .await
            .unwrap();
        let created = created.into_inner().template.unwrap();
        let request = ChangeCouponTemplateStateRequest {
            template_id: created.template_id,
            version: created.version,
            state: CouponTemplateState::Active.into(),
        };
        let active = self
            .coupons()
            .change_coupon_template_state(request)
            .await
            .unwrap();
        active.into_inner().template.unwrap()
    }

    /// Issues a coupon to each of some members; returns that of the first.
    pub async fn issue(&self, template: &CouponTemplate, members: &[MemberId]) -> Coupon {
        let request = IssueCouponsRequest {
            idempotency_key: format!("issue-{}-{}", template.template_id, members[0]),
            template_id: template.template_id.clone(),
            member_ids: members.iter().map(ToString::to_string).collect(),
            reason: String::new(),
        };
        let issued = self
            .coupons()
            .issue_coupons(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(issued.not_issued, []);
        let coupons = self.coupons_of(members[0]).await.into_iter();
        let mut of_template = coupons.filter(|coupon| coupon.template_id == template.template_id);
        of_template.next().unwrap()
    }

    pub async fn coupons_of(&self, member: MemberId) -> Vec<Coupon> {
        let request = ListCouponsRequest {
            member_id: member.to_string(),
            ..ListCouponsRequest::default()
        };
        self.coupons()
            .list_coupons(request)
            .await
            .unwrap()
            .into_inner()
            .coupons
    }

    pub fn find_request(&self, member: Option<MemberId>) -> FindBenefitsRequest {
        FindBenefitsRequest {
            brand_id: self.brand.to_string(),
            branch_id: self.branch.to_string(),
            member_id: member.map(|member| member.to_string()).unwrap_or_default(),
            business_day: "2026-09-02".to_owned(),
            ..FindBenefitsRequest::default()
        }
    }

    pub async fn find(&self, request: FindBenefitsRequest) -> Result<FindBenefitsResponse, Status> {
        Ok(self.benefits().find_benefits(request).await?.into_inner())
    }

    /// What a code answers a member, or a guest.
    pub async fn try_code(&self, member: Option<MemberId>, code: &str) -> EnteredBenefit {
        let request = FindBenefitsRequest {
            codes: vec![code.to_owned()],
            ..self.find_request(member)
        };
        self.find(request).await.unwrap().codes.remove(0)
    }

    pub fn hold_request(
        &self,
        member: Option<MemberId>,
        uses: Vec<BenefitUse>,
    ) -> HoldBenefitsRequest {
        let order = OrderId::new(self.service.clock());
        HoldBenefitsRequest {
            order_id: order.to_string(),
            hold_key: order.to_string(),
            brand_id: self.brand.to_string(),
            branch_id: self.branch.to_string(),
            member_id: member.map(|member| member.to_string()).unwrap_or_default(),
            business_day: "2026-09-02".to_owned(),
            uses,
            ..HoldBenefitsRequest::default()
        }
    }

    pub async fn hold(&self, request: HoldBenefitsRequest) -> Result<HoldBenefitsResponse, Status> {
        Ok(self.benefits().hold_benefits(request).await?.into_inner())
    }

    /// Holds uses for a new order of a member, or of a guest with this phone.
    pub async fn hold_for(
        &self,
        member: Option<MemberId>,
        guest_phone: &str,
        uses: Vec<BenefitUse>,
    ) -> Result<OrderId, Status> {
        let request = HoldBenefitsRequest {
            guest_phone: guest_phone.to_owned(),
            ..self.hold_request(member, uses)
        };
        let held = self.hold(request).await?;
        Ok(held.order_id.parse().unwrap())
    }

    /// Lets ordering say that an order is in a state.
    pub async fn order_is(&self, order: OrderId, to: OrderState, version: i64) {
        self.ordering.knows(order, to, version).await;
        let change = OrderChange {
            order_id: order.to_string(),
            brand_id: self.brand.to_string(),
            branch_id: self.branch.to_string(),
            version,
            to: to.into(),
            holds_benefits: true,
            ..OrderChange::default()
        };
        let body = OrderChanged {
            change: Some(change),
            order: None,
        };
        let event = Event::new("ordering.order.placed.v1", order.as_uuid(), version, &body);
        self.service.deliver(self.org, &[event]).await;
    }

    /// A number that SQL counts, seen from above all policies.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut superuser = self.service.db().superuser().await;
        sqlx::query_scalar(sql)
            .fetch_one(&mut superuser)
            .await
            .unwrap()
    }

    /// How much was taken from a rule's counter.
    pub async fn taken(&self, kind: &str) -> i64 {
        let mut superuser = self.service.db().superuser().await;
        sqlx::query_scalar(
            "SELECT coalesce(sum(taken), 0)::bigint FROM rule_counters WHERE kind = $1",
        )
        .bind(kind)
        .fetch_one(&mut superuser)
        .await
        .unwrap()
    }

    /// What the counters have too much or too little by, compared with the uses of living holds.
    pub async fn miscounted(&self) -> i64 {
        self.count(
            "SELECT count(*) FROM (
                 SELECT counter.taken, (
                     SELECT coalesce(sum(
                         CASE counter.kind WHEN 'budget' THEN used.amount ELSE 1 END
                     ), 0)
                     FROM benefit_uses AS used
                     JOIN benefit_holds AS hold USING (org_id, order_id)
                     WHERE used.org_id = counter.org_id AND used.rule_id = counter.rule_id
                         AND NOT used.returned AND hold.state <> 'released'
                         AND counter.kind = ANY(used.counters)
                         AND (counter.kind <> 'customer' OR hold.customer = counter.key)
                         AND (counter.kind <> 'code' OR used.code_id::text = counter.key)
                 ) AS uses
                 FROM rule_counters AS counter
                 WHERE counter.kind IN ('total', 'budget', 'customer', 'code')
             ) AS counted
             WHERE taken <> uses",
        )
        .await
    }
}

/// 折 `amount` of every order.
pub fn off(amount: i64) -> BenefitRule {
    let threshold = OrderThreshold {
        at: 0,
        off: Some(PriceCut {
            cut: Some(Cut::Amount(amount)),
        }),
    };
    BenefitRule {
        name: format!("折 {amount}"),
        effect: Some(BenefitEffect {
            effect: Some(Effect::Order(OrderEffect {
                thresholds: vec![threshold],
                ..OrderEffect::default()
            })),
        }),
        ..BenefitRule::default()
    }
}

/// As [`off`], with limits.
pub fn limited(amount: i64, limits: RuleLimits) -> BenefitRule {
    BenefitRule {
        limits: Some(limits),
        ..off(amount)
    }
}

pub fn promotion_draft(rule: BenefitRule) -> PromotionDraft {
    PromotionDraft {
        internal_name: format!("活動 {}", rule.name),
        rule: Some(rule),
        ..PromotionDraft::default()
    }
}

pub fn code_draft(rule: BenefitRule) -> PromoCodeDraft {
    PromoCodeDraft {
        internal_name: format!("優惠碼 {}", rule.name),
        rule: Some(rule),
        ..PromoCodeDraft::default()
    }
}

pub fn template_draft() -> CouponTemplateDraft {
    CouponTemplateDraft {
        internal_name: "折價券".to_owned(),
        rule: Some(off(50)),
        validity: Some(CouponValidity {
            days: Some(30),
            ..CouponValidity::default()
        }),
        ..CouponTemplateDraft::default()
    }
}

/// What an order uses of a promotion.
pub fn promotion_use(promotion: &Promotion, amount: i64) -> BenefitUse {
    BenefitUse {
        rule_id: promotion.promotion_id.clone(),
        rule_version: 1,
        benefit_class: BenefitClass::Promotion.into(),
        amount,
        ..BenefitUse::default()
    }
}

/// What an order uses of a code that was found.
pub fn code_use(found: &EnteredBenefit, amount: i64) -> BenefitUse {
    let rule = found.rule.as_ref().unwrap();
    BenefitUse {
        rule_id: rule.rule_id.clone(),
        rule_version: rule.version,
        benefit_class: BenefitClass::Code.into(),
        amount,
        code_id: found.code_id.clone(),
        ..BenefitUse::default()
    }
}

/// What an order uses of a coupon.
pub fn coupon_use(coupon: &str, amount: i64) -> BenefitUse {
    let _: CouponId = coupon.parse().unwrap();
    BenefitUse {
        rule_id: coupon.to_owned(),
        rule_version: 1,
        benefit_class: BenefitClass::Coupon.into(),
        amount,
        coupon_id: coupon.to_owned(),
        ..BenefitUse::default()
    }
}

/// The problem of a refusal.
pub fn problem<T>(answer: Result<T, Status>) -> Problem {
    let Err(status) = answer else {
        panic!("it should have been refused")
    };
    Problem::from_status(&status)
}

/// The reason of a refusal.
pub fn reason<T>(answer: Result<T, Status>) -> String {
    problem(answer).reason.to_string()
}
