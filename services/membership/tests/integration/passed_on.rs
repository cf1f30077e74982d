//! Coupons that members pass on by links.

use chassis::{
    authn::{Identity, Plan},
    id::MemberId,
};
use chrono::TimeDelta;
use proto::membership::v1::{
    ClaimCouponRequest, Coupon, CouponState, GetCouponOfferRequest, ListOwnCouponsRequest,
    OfferCouponRequest, OfferedCoupon, RedeemCouponRequest, WithdrawCouponOfferRequest,
    coupon_service_client::CouponServiceClient,
};
use testkit::CallerChannel;
use tonic::Status;

use crate::rule_shop::{Shop, reason};

/// Who is called as a member, or as a guest.
struct Person<'a> {
    shop: &'a Shop,
    coupons: CouponServiceClient<CallerChannel>,
}

impl<'a> Person<'a> {
    fn member(shop: &'a Shop, member: MemberId) -> Self {
        let identity = Identity::member("phone", member, shop.org, Plan::Basic);
        Self {
            shop,
            coupons: shop.coupons_as(&identity),
        }
    }

    fn guest(shop: &'a Shop) -> Self {
        let identity = Identity::customer("phone", shop.org, Plan::Basic);
        Self {
            shop,
            coupons: shop.coupons_as(&identity),
        }
    }

    async fn offer(&mut self, coupon: &str) -> Result<String, Status> {
        let request = OfferCouponRequest {
            brand_id: self.shop.brand.to_string(),
            coupon_id: coupon.to_owned(),
        };
        let offered = self.coupons.offer_coupon(request).await?;
        Ok(offered.into_inner().token)
    }

    async fn withdraw(&mut self, coupon: &str) -> Result<(), Status> {
        let request = WithdrawCouponOfferRequest {
            brand_id: self.shop.brand.to_string(),
            coupon_id: coupon.to_owned(),
        };
        self.coupons.withdraw_coupon_offer(request).await.map(drop)
    }

    async fn look(&mut self, token: &str) -> Result<OfferedCoupon, Status> {
        let request = GetCouponOfferRequest {
            brand_id: self.shop.brand.to_string(),
            token: token.to_owned(),
        };
        let found = self.coupons.get_coupon_offer(request).await?;
        Ok(found.into_inner().coupon.unwrap())
    }

    async fn claim(&mut self, token: &str) -> Result<Coupon, Status> {
        let request = ClaimCouponRequest {
            brand_id: self.shop.brand.to_string(),
            token: token.to_owned(),
        };
        let claimed = self.coupons.claim_coupon(request).await?;
        Ok(claimed.into_inner().coupon.unwrap())
    }

    async fn own(&mut self, past: bool) -> Vec<Coupon> {
        let request = ListOwnCouponsRequest {
            brand_id: self.shop.brand.to_string(),
            past,
        };
        let listed = self.coupons.list_own_coupons(request).await.unwrap();
        listed.into_inner().coupons
    }
}

#[tokio::test]
async fn a_link_is_taken_once() {
    let shop = Shop::open().await;
    let (owner, friend, third) = (
        shop.member().await,
        shop.member().await,
        shop.member().await,
    );
    let template = shop.template(|draft| draft.transferable = true).await;
    let coupon = shop.issue(&template, &[owner]).await;
    let mut giving = Person::member(&shop, owner);
    let token = giving.offer(&coupon.coupon_id).await.unwrap();
    let own = giving.own(false).await.remove(0);
    assert!(own.offered_until.is_some());

    let shown = Person::guest(&shop).look(&token).await.unwrap();
    assert_eq!((shown.name.as_str(), shown.own), ("折 50", false));
    assert!(giving.look(&token).await.unwrap().own);
    assert_eq!(
        reason(Person::guest(&shop).claim(&token).await),
        "NEEDS_LOGIN"
    );
    // Taking the own coupon changes nothing.
    assert_eq!(
        giving.claim(&token).await.unwrap().coupon_id,
        coupon.coupon_id
    );

    let mut taking = Person::member(&shop, friend);
    let taken = taking.claim(&token).await.unwrap();
    assert_eq!(taken.member_id, friend.to_string());
    assert_ne!(
        (&taken.coupon_id, &taken.code),
        (&coupon.coupon_id, &coupon.code)
    );
    assert_eq!(taken.valid_until, coupon.valid_until);
    let again = taking.claim(&token).await.unwrap();
    assert_eq!(again.coupon_id, taken.coupon_id);
    let late = Person::member(&shop, third).claim(&token).await;
    assert_eq!(reason(late), "COUPON_OFFER_OVER");
    assert_eq!(reason(taking.look(&token).await), "COUPON_OFFER_OVER");
    assert_eq!(giving.own(false).await, []);
    let past = giving.own(true).await.remove(0);
    assert_eq!(past.state(), CouponState::Transferred);
    assert_eq!(taking.own(false).await.len(), 1);
}

#[tokio::test]
async fn a_link_is_over_with_time_use_and_the_owner_s_will() {
    let shop = Shop::open().await;
    let (owner, friend) = (shop.member().await, shop.member().await);
    let template = shop.template(|draft| draft.transferable = true).await;
    let coupon = shop.issue(&template, &[owner]).await;
    let (mut giving, mut taking) = (Person::member(&shop, owner), Person::member(&shop, friend));
    let over = "COUPON_OFFER_OVER";
    let first = giving.offer(&coupon.coupon_id).await.unwrap();
    let second = giving.offer(&coupon.coupon_id).await.unwrap();
    assert_eq!(reason(taking.claim(&first).await), over);
    giving.withdraw(&coupon.coupon_id).await.unwrap();
    giving.withdraw(&coupon.coupon_id).await.unwrap();
    assert_eq!(reason(taking.claim(&second).await), over);
    assert_eq!(reason(taking.claim("AAAAAAAAAAAAAAAAAAAAAA").await), over);

    let third = giving.offer(&coupon.coupon_id).await.unwrap();
    shop.service.clock().advance(TimeDelta::hours(72));
    (giving, taking) = (Person::member(&shop, owner), Person::member(&shop, friend));
    assert_eq!(reason(taking.claim(&third).await), over);
    assert_eq!(giving.own(false).await[0].offered_until, None);

    let fourth = giving.offer(&coupon.coupon_id).await.unwrap();
    let redeem = RedeemCouponRequest {
        idempotency_key: "used".to_owned(),
        branch_id: shop.branch.to_string(),
        code: coupon.code.clone(),
        redeemed_at: None,
    };
    shop.coupons().redeem_coupon(redeem).await.unwrap();
    assert_eq!(reason(taking.claim(&fourth).await), over);
    assert_eq!(reason(giving.offer(&coupon.coupon_id).await), "COUPON_USED");
}

#[tokio::test]
async fn only_who_has_a_coupon_that_may_be_passed_on_does() {
    let shop = Shop::open().await;
    let (owner, friend) = (shop.member().await, shop.member().await);
    let kept = shop.template(|_| {}).await;
    let kept = shop.issue(&kept, &[owner]).await;
    let mut giving = Person::member(&shop, owner);
    assert_eq!(
        reason(giving.offer(&kept.coupon_id).await),
        "NOT_TRANSFERABLE"
    );
    let template = shop
        .template(|draft| {
            draft.internal_name = "可轉贈".to_owned();
            draft.transferable = true;
            draft.per_member_limit = Some(1);
        })
        .await;
    let coupon = shop.issue(&template, &[owner]).await;
    let mut taking = Person::member(&shop, friend);
    assert_eq!(reason(taking.offer(&coupon.coupon_id).await), "NOT_FOUND");
    assert_eq!(
        reason(taking.withdraw(&coupon.coupon_id).await),
        "NOT_FOUND"
    );
    let mut guest = Person::guest(&shop);
    assert_eq!(reason(guest.offer(&coupon.coupon_id).await), "NEEDS_LOGIN");

    // Who has as many of the kind as one may have takes no more, and the coupon stays.
    shop.issue(&template, &[friend]).await;
    let token = giving.offer(&coupon.coupon_id).await.unwrap();
    assert_eq!(reason(taking.claim(&token).await), "ISSUE_LIMIT");
    assert_eq!(giving.own(false).await.len(), 2);

    // Another organisation's members find nothing behind the link.
    let stranger = testkit::organisation();
    let identity = Identity::member("phone", friend, stranger, Plan::Basic);
    let mut stranger = Person {
        shop: &shop,
        coupons: shop.coupons_as(&identity),
    };
    assert_eq!(reason(stranger.look(&token).await), "COUPON_OFFER_OVER");
    assert_eq!(reason(stranger.claim(&token).await), "COUPON_OFFER_OVER");
}

#[tokio::test]
async fn of_two_who_take_it_at_once_one_gets_it() {
    let shop = Shop::open().await;
    let owner = shop.member().await;
    let template = shop.template(|draft| draft.transferable = true).await;
    let coupon = shop.issue(&template, &[owner]).await;
    let token = Person::member(&shop, owner)
        .offer(&coupon.coupon_id)
        .await
        .unwrap();
    let members = [
        shop.member().await,
        shop.member().await,
        shop.member().await,
    ];
    let tries = members.iter().map(|member| {
        let mut person = Person::member(&shop, *member);
        let token = token.clone();
        async move { person.claim(&token).await }
    });
    let answers = futures::future::join_all(tries).await;
    let taken = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(taken, 1);
    let living = "SELECT count(*) FROM coupons WHERE ended IS NULL";
    assert_eq!(shop.count(living).await, 1);
}
