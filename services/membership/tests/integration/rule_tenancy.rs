//! Another organisation's rules, codes, coupons and holds do not exist.

use chassis::id::RefundId;
use proto::membership::v1::{
    FindBenefitsRequest, GetCouponRequest, GetPromoCodeRequest, GetPromotionRequest,
    GetRuleDocumentRequest, ReleaseBenefitsRequest, ReturnBenefitsRequest, RuleLimits,
    coupon_service_client::CouponServiceClient, promo_code_service_client::PromoCodeServiceClient,
    promotion_service_client::PromotionServiceClient,
};
use testkit::identities;

use crate::rule_shop::{Shop, code_use, limited, off, reason};

#[tokio::test]
async fn another_organisation_finds_and_changes_nothing() {
    let shop = Shop::open().await;
    let member = shop.member().await;
    let promotion = shop.enabled("a", off(10)).await;
    let code = shop
        .create_code("SUMMER50", limited(50, RuleLimits::default()))
        .await
        .unwrap();
    let template = shop.template(|_| {}).await;
    let coupon = shop.issue(&template, &[member]).await;
    let found = shop.try_code(None, "SUMMER50").await;
    let order = shop
        .hold_for(None, "", vec![code_use(&found, 50)])
        .await
        .unwrap();

    let stranger = testkit::organisation();
    let channel = shop.service.channel_as(&identities::owner(stranger));
    let get = GetPromotionRequest {
        promotion_id: promotion.promotion_id,
    };
    let mut promotions = PromotionServiceClient::new(channel.clone());
    assert_eq!(reason(promotions.get_promotion(get).await), "NOT_FOUND");
    let get = GetPromoCodeRequest {
        promo_code_id: code.promo_code_id,
    };
    let mut codes = PromoCodeServiceClient::new(channel.clone());
    assert_eq!(reason(codes.get_promo_code(get).await), "NOT_FOUND");
    let get = GetCouponRequest {
        coupon_id: coupon.coupon_id.clone(),
    };
    let mut coupons = CouponServiceClient::new(channel);
    assert_eq!(reason(coupons.get_coupon(get).await), "NOT_FOUND");

    let mut service = shop.benefits_of(stranger);
    let document = GetRuleDocumentRequest {
        brand_id: shop.brand.to_string(),
        version: 0,
    };
    let document = service
        .get_rule_document(document)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(document.document.unwrap().version, 0);
    let find = FindBenefitsRequest {
        codes: vec!["SUMMER50".to_owned()],
        coupon_ids: vec![coupon.coupon_id],
        ..shop.find_request(Some(member))
    };
    let answer = service.find_benefits(find).await.unwrap().into_inner();
    assert_eq!(answer.member, None);
    assert_eq!(answer.codes[0].reason, "CODE_INVALID");
    assert_eq!(answer.coupons[0].reason, "COUPON_NOT_YOURS");
    let release = ReleaseBenefitsRequest {
        order_id: order.to_string(),
    };
    let release = service
        .release_benefits(release)
        .await
        .unwrap()
        .into_inner();
    assert!(!release.released);
    let refund = ReturnBenefitsRequest {
        order_id: order.to_string(),
        refund_id: RefundId::new(shop.service.clock()).to_string(),
        whole: true,
        ..ReturnBenefitsRequest::default()
    };
    let refund = service.return_benefits(refund).await.unwrap().into_inner();
    assert_eq!(refund.codes_returned, 0);
    assert_eq!(shop.taken("total").await, 1);
}
