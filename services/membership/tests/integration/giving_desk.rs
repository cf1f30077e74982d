//! What staff of an organisation does with coupons and rules that give them.

use chassis::{
    clock::Clock as _,
    id::{MemberId, OrganisationId},
};
use chrono::{DateTime, Utc};
use membership::Membership;
use proto::membership::v1::{
    ChangeCouponTemplateStateRequest, Coupon, CouponTemplate, CouponTemplateDraft,
    CouponTemplateState, CreateCouponTemplateRequest, CreateGivingRuleRequest, GivingDraft,
    GivingRule, ListCouponsRequest, ListGivingRulesRequest,
    coupon_service_client::CouponServiceClient, giving_service_client::GivingServiceClient,
};
use testkit::{CallerChannel, TestService, eventually, identities};
use tonic::Status;

use crate::{points_shop::Shop, rule_shop::template_draft};

/// What staff of an organisation does with coupons.
pub struct Desk<'a> {
    pub service: &'a TestService<Membership>,
    pub org: OrganisationId,
}

impl<'a> Desk<'a> {
    pub fn of(shop: &'a Shop) -> Self {
        Self {
            service: &shop.service,
            org: shop.org,
        }
    }

    pub fn channel(&self) -> CallerChannel {
        self.service.channel_as(&identities::owner(self.org))
    }

    pub fn rules(&self) -> GivingServiceClient<CallerChannel> {
        GivingServiceClient::new(self.channel())
    }

    pub fn coupons(&self) -> CouponServiceClient<CallerChannel> {
        CouponServiceClient::new(self.channel())
    }

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
        self.template_is(&created, CouponTemplateState::Active)
            .await
    }

    pub async fn template_is(
        &self,
        template: &CouponTemplate,
        state: CouponTemplateState,
    ) -> CouponTemplate {
        let request = ChangeCouponTemplateStateRequest {
            template_id: template.template_id.clone(),
            version: template.version,
            state: state.into(),
        };
        let changed = self.coupons().change_coupon_template_state(request).await;
        changed.unwrap().into_inner().template.unwrap()
    }

    pub async fn create(&self, draft: GivingDraft) -> Result<GivingRule, Status> {
        let request = CreateGivingRuleRequest {
            idempotency_key: draft
                .name
                .bytes()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            rule: Some(draft),
        };
        let created = self.rules().create_giving_rule(request).await?;
        Ok(created.into_inner().rule.unwrap())
    }

    pub async fn rule(&self, id: &str) -> GivingRule {
        let request = ListGivingRulesRequest {
            with_ended: true,
            ..Default::default()
        };
        let listed = self.rules().list_giving_rules(request).await.unwrap();
        let mut rules = listed.into_inner().rules.into_iter();
        rules.find(|rule| rule.rule_id == id).unwrap()
    }

    pub async fn coupons_of(&self, member: MemberId) -> Vec<Coupon> {
        let request = ListCouponsRequest {
            member_id: member.to_string(),
            ..Default::default()
        };
        let listed = self.coupons().list_coupons(request).await.unwrap();
        listed.into_inner().coupons
    }

    /// Waits until nobody is due and no round is.
    pub async fn settled(&self) {
        eventually(async || {
            let mut superuser = self.service.db().superuser().await;
            let waits: i64 = sqlx::query_scalar(
                "SELECT (SELECT count(*) FROM giving_due)
                     + (SELECT count(*) FROM giving_rules WHERE round_at <= $1)",
            )
            .bind(self.service.clock().now())
            .fetch_one(&mut superuser)
            .await
            .unwrap();
            waits == 0
        })
        .await;
    }

    pub async fn set_birthday(&self, member: MemberId, birthday: &str) {
        let mut superuser = self.service.db().superuser().await;
        sqlx::query("UPDATE members SET birthday = $2::date WHERE member_id = $1")
            .bind(member.as_uuid())
            .bind(birthday)
            .execute(&mut superuser)
            .await
            .unwrap();
    }

    pub async fn advance_to(&self, at: &str) {
        let at: DateTime<Utc> = at.parse().unwrap();
        let clock = self.service.clock();
        clock.advance(at - clock.now());
        self.settled().await;
    }
}
