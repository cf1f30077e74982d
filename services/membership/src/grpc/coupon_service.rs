//! The RPCs of `CouponService`; those about templates and those for members are in files of their own.

use std::collections::BTreeSet;

use chassis::{
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, BenefitRuleId, CouponId, MemberId},
    idempotency::Once,
    request, text, time,
};
use proto::membership::v1::{
    ChangeCouponTemplateStateRequest, ChangeCouponTemplateStateResponse, ClaimCouponRequest,
    ClaimCouponResponse, CouponNotIssued, CreateCouponTemplateRequest,
    CreateCouponTemplateResponse, ExtendCouponsRequest, ExtendCouponsResponse,
    FindCouponByCodeRequest, FindCouponByCodeResponse, GetCouponOfferRequest,
    GetCouponOfferResponse, GetCouponRequest, GetCouponResponse, GetCouponTemplateRequest,
    GetCouponTemplateResponse, IssueCouponsRequest, IssueCouponsResponse,
    ListCouponTemplatesRequest, ListCouponTemplatesResponse, ListCouponsRequest,
    ListCouponsResponse, ListOwnCouponsRequest, ListOwnCouponsResponse, OfferCouponRequest,
    OfferCouponResponse, RedeemCouponRequest, RedeemCouponResponse, TransferCouponRequest,
    TransferCouponResponse, UpdateCouponTemplateRequest, UpdateCouponTemplateResponse,
    VoidCouponsRequest, VoidCouponsResponse, WithdrawCouponOfferRequest,
    WithdrawCouponOfferResponse, coupon_service_server as server,
};
use tonic::Request;

use super::{
    benefit_wire::{count, coupon, coupon_entry, refusal},
    request::reason,
    rpcs::rpcs,
};
use crate::{
    app::{
        Dependencies,
        coupons::{
            self,
            change::{self, Extended},
            counter, issue, pass_on,
        },
    },
    store::coupons::Filter,
};

/// Most coupons or members of one request.
const MOST_AT_ONCE: usize = 1_000;

/// The gRPC service.
pub struct CouponService {
    pub(super) deps: Dependencies,
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
        offer_coupon(OfferCouponRequest) -> OfferCouponResponse;
        withdraw_coupon_offer(WithdrawCouponOfferRequest) -> WithdrawCouponOfferResponse;
        get_coupon_offer(GetCouponOfferRequest) -> GetCouponOfferResponse;
        claim_coupon(ClaimCouponRequest) -> ClaimCouponResponse;
    }
}

impl CouponService {
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
                let issued = issue::issue(tx, identity, clock, template, &members, &reason).await?;
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
        let reason = reason("reason", &asked.reason, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let voided = change::void(&mut tx, request.identity(), &ids, &reason, now).await?;
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
        let extended = change::extend(&mut tx, request.identity(), which, until, now).await?;
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
        let passed = pass_on::transfer(&mut tx, request.identity(), clock, id, to).await?;
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
            counter::find_by_code(&mut tx, identity, branch, &asked.code, now).await?;
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
                let redeemed = counter::redeem(tx, identity, branch, &asked.code, at, now).await?;
                Ok::<_, Problem>(RedeemCouponResponse {
                    coupon: Some(coupon(&redeemed, now)),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }
}

fn coupon_ids(raw: &[String], violations: &mut Violations) -> Vec<CouponId> {
    if raw.is_empty() {
        violations.push("coupon_ids", CommonReason::EmptyTarget);
    }
    request::ids("coupon_ids", raw, MOST_AT_ONCE, violations)
}
