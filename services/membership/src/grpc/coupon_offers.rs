//! The RPCs of `CouponService` for members: their coupons, and passing them on by links.

use chassis::{
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, BrandId, CouponId},
    time,
};
use proto::membership::v1::{
    ClaimCouponRequest, ClaimCouponResponse, GetCouponOfferRequest, GetCouponOfferResponse,
    ListOwnCouponsRequest, ListOwnCouponsResponse, OfferCouponRequest, OfferCouponResponse,
    OfferedCoupon, WithdrawCouponOfferRequest, WithdrawCouponOfferResponse,
};
use tonic::Request;

use super::{CouponService, benefit_wire::coupon, request::signed_in};
use crate::{
    app::coupons::{self, pass_on},
    store,
};

/// Longest text of a link.
const LONGEST_TOKEN: usize = 100;

impl CouponService {
    pub(super) async fn list_own_coupons(
        &self,
        request: &Request<ListOwnCouponsRequest>,
    ) -> Result<ListOwnCouponsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let brand = violations.finish(brand)?;
        let member = signed_in(request.identity())?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let found = coupons::list_own(&mut tx, member, brand, asked.past, now).await?;
        let ids: Vec<CouponId> = found.iter().map(|found| found.id).collect();
        let offered = store::coupon_offers::list_open(&mut tx, &ids, now).await?;
        tx.rollback().await?;
        let shown = found.iter().map(|found| proto::membership::v1::Coupon {
            offered_until: offered.get(&found.id).map(|until| time::to_wire(*until)),
            ..coupon(found, now)
        });
        Ok(ListOwnCouponsResponse {
            coupons: shown.collect(),
        })
    }

    pub(super) async fn offer_coupon(
        &self,
        request: &Request<OfferCouponRequest>,
    ) -> Result<OfferCouponResponse, Problem> {
        let asked = request.get_ref();
        let id = coupon_of(&asked.brand_id, &asked.coupon_id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let now = self.deps.clock.now();
        let (token, expires_at) = pass_on::offer(&mut tx, request.identity(), id, now).await?;
        tx.commit().await?;
        Ok(OfferCouponResponse {
            token,
            expires_at: Some(time::to_wire(expires_at)),
        })
    }

    pub(super) async fn withdraw_coupon_offer(
        &self,
        request: &Request<WithdrawCouponOfferRequest>,
    ) -> Result<WithdrawCouponOfferResponse, Problem> {
        let asked = request.get_ref();
        let id = coupon_of(&asked.brand_id, &asked.coupon_id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        pass_on::withdraw(&mut tx, request.identity(), id).await?;
        tx.commit().await?;
        Ok(WithdrawCouponOfferResponse {})
    }

    pub(super) async fn get_coupon_offer(
        &self,
        request: &Request<GetCouponOfferRequest>,
    ) -> Result<GetCouponOfferResponse, Problem> {
        let asked = request.get_ref();
        check_token(&asked.brand_id, &asked.token)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let offered = pass_on::find_offer(&mut tx, &asked.token, self.deps.clock.now()).await?;
        tx.rollback().await?;
        let coupon = &offered.coupon;
        Ok(GetCouponOfferResponse {
            coupon: Some(OfferedCoupon {
                name: coupon.rule.name.clone(),
                terms: coupon.terms.clone(),
                picture_url: coupon.picture_url.clone(),
                rule: Some(coupon.rule()),
                uses: coupon.uses_left(),
                valid_from: Some(time::to_wire(coupon.valid_from)),
                valid_until: Some(time::to_wire(coupon.valid_until)),
                from: offered.from,
                expires_at: Some(time::to_wire(offered.expires_at)),
                own: request.identity().member_id() == Some(coupon.member),
            }),
        })
    }

    pub(super) async fn claim_coupon(
        &self,
        request: &Request<ClaimCouponRequest>,
    ) -> Result<ClaimCouponResponse, Problem> {
        let asked = request.get_ref();
        check_token(&asked.brand_id, &asked.token)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let clock = &*self.deps.clock;
        let claimed = pass_on::claim(&mut tx, request.identity(), clock, &asked.token).await?;
        tx.commit().await?;
        Ok(ClaimCouponResponse {
            coupon: Some(coupon(&claimed, clock.now())),
        })
    }
}

fn coupon_of(brand: &str, coupon: &str) -> Result<CouponId, Problem> {
    let mut violations = Violations::new();
    let brand: Option<BrandId> = id::parse("brand_id", brand, &mut violations);
    let coupon = id::parse("coupon_id", coupon, &mut violations);
    let (_, coupon) = violations.finish((brand, coupon))?;
    Ok(coupon)
}

fn check_token(brand: &str, token: &str) -> Result<(), Problem> {
    let mut violations = Violations::new();
    let _: Option<BrandId> = id::parse("brand_id", brand, &mut violations);
    if token.is_empty() || token.len() > LONGEST_TOKEN {
        violations.push("token", CommonReason::ValidationFailed);
    }
    violations.into_result()
}
