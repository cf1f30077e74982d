//! Coupons: issued, kept as they were issued, redeemed once.

use chassis::authn::{Identity, Plan};
use chassis::{
    id::{BranchId, MemberId},
    time,
};
use chrono::TimeDelta;
use proto::membership::v1::{
    BenefitRule, CouponEntryKind, CouponState, ExtendCouponsRequest, FindBenefitsRequest,
    GetCouponRequest, IssueCouponsRequest, ListOwnCouponsRequest, RedeemCouponRequest,
    RuleConditions, TransferCouponRequest, UpdateCouponTemplateRequest, VoidCouponsRequest,
};

use crate::rule_shop::{Shop, coupon_use, off, problem, reason, template_draft};

fn redeem(shop: &Shop, key: &str, code: &str) -> RedeemCouponRequest {
    RedeemCouponRequest {
        idempotency_key: key.to_owned(),
        branch_id: shop.branch.to_string(),
        code: code.to_owned(),
        redeemed_at: None,
    }
}

#[tokio::test]
async fn limits_of_issuing_are_kept() {
    let shop = Shop::open().await;
    let template = shop
        .template(|draft| {
            draft.issue_limit = Some(3);
            draft.per_member_limit = Some(1);
        })
        .await;
    let members = [shop.member().await, shop.member().await];
    let request = |key: &str, members: &[MemberId]| IssueCouponsRequest {
        idempotency_key: key.to_owned(),
        template_id: template.template_id.clone(),
        member_ids: members.iter().map(ToString::to_string).collect(),
        reason: String::new(),
    };
    let first = shop
        .coupons()
        .issue_coupons(request("a", &members))
        .await
        .unwrap()
        .into_inner();
    assert_eq!((first.issued_count, first.not_issued.len()), (2, 0));
    let again = shop
        .coupons()
        .issue_coupons(request("a", &members))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(again, first);
    let nobody = MemberId::new(shop.service.clock());
    let third = [members[0], nobody, shop.member().await];
    let third = shop
        .coupons()
        .issue_coupons(request("b", &third))
        .await
        .unwrap()
        .into_inner();
    let mut reasons: Vec<_> = third
        .not_issued
        .iter()
        .map(|refused| refused.reason.as_str())
        .collect();
    reasons.sort_unstable();
    assert_eq!(
        (third.issued_count, reasons),
        (1, vec!["ISSUE_LIMIT", "NOT_FOUND"])
    );
    let more = [shop.member().await];
    let refused = problem(shop.coupons().issue_coupons(request("c", &more)).await);
    assert_eq!(
        (refused.reason.as_str(), refused.params["left"].as_str()),
        ("ISSUE_LIMIT", "0")
    );
}

#[tokio::test]
async fn an_issued_coupon_keeps_what_it_was_issued_with() {
    let shop = Shop::open().await;
    let member = shop.member().await;
    let template = shop.template(|draft| draft.terms = "舊".to_owned()).await;
    shop.issue(&template, &[member]).await;
    let mut draft = template_draft();
    draft.rule = Some(off(99));
    draft.terms = "新".to_owned();
    let update = UpdateCouponTemplateRequest {
        template_id: template.template_id.clone(),
        version: template.version,
        template: Some(draft),
    };
    shop.coupons().update_coupon_template(update).await.unwrap();
    let coupon = shop.coupons_of(member).await.remove(0);
    assert_eq!(
        (coupon.terms.as_str(), coupon.name.as_str()),
        ("舊", "折 50")
    );
    let other = shop.member().await;
    let newer = shop.issue(&template, &[other]).await;
    assert_eq!((newer.terms.as_str(), newer.name.as_str()), ("新", "折 99"));
}

#[tokio::test]
async fn a_coupon_is_redeemed_once_and_a_conflict_says_when_and_where() {
    let shop = Shop::open().await;
    let member = shop.member().await;
    let template = shop.template(|_| {}).await;
    let coupon = shop.issue(&template, &[member]).await;
    shop.service.clock().advance(TimeDelta::minutes(1));
    let first = shop
        .coupons()
        .redeem_coupon(redeem(&shop, "a", &coupon.code))
        .await
        .unwrap();
    assert_eq!(
        first.into_inner().coupon.unwrap().state(),
        CouponState::Used
    );
    // The till sends it again, for it has not heard.
    shop.coupons()
        .redeem_coupon(redeem(&shop, "a", &coupon.code))
        .await
        .unwrap();
    let conflict = problem(
        shop.coupons()
            .redeem_coupon(redeem(&shop, "b", &coupon.code))
            .await,
    );
    assert_eq!(conflict.reason.as_str(), "COUPON_USED");
    assert_eq!(conflict.params["branch_id"], shop.branch.to_string());
    assert_eq!(
        conflict.params["used_at"],
        (testkit::noon() + TimeDelta::minutes(1)).to_rfc3339()
    );
    let wrong = shop
        .coupons()
        .redeem_coupon(redeem(&shop, "c", "23456789ABCD"))
        .await;
    assert_eq!(reason(wrong), "CODE_INVALID");
    let get = GetCouponRequest {
        coupon_id: coupon.coupon_id,
    };
    let entries = shop
        .coupons()
        .get_coupon(get)
        .await
        .unwrap()
        .into_inner()
        .entries;
    let kinds: Vec<_> = entries.iter().map(|entry| entry.kind()).collect();
    assert_eq!(kinds, [CouponEntryKind::Redeemed, CouponEntryKind::Issued]);
}

#[tokio::test]
async fn what_was_scanned_offline_counts_from_then() {
    let shop = Shop::open().await;
    let member = shop.member().await;
    let template = shop
        .template(|draft| draft.validity.as_mut().unwrap().days = Some(1))
        .await;
    let coupon = shop.issue(&template, &[member]).await;
    let scanned = testkit::noon() + TimeDelta::hours(1);
    shop.service.clock().advance(TimeDelta::hours(20));
    let now = shop
        .coupons()
        .redeem_coupon(redeem(&shop, "a", &coupon.code))
        .await;
    assert_eq!(reason(now), "COUPON_EXPIRED");
    let offline = |key: &str| RedeemCouponRequest {
        redeemed_at: Some(time::to_wire(scanned)),
        ..redeem(&shop, key, &coupon.code)
    };
    shop.coupons().redeem_coupon(offline("b")).await.unwrap();
    shop.service.clock().advance(TimeDelta::hours(6));
    let late = problem(shop.coupons().redeem_coupon(offline("c")).await);
    assert_eq!(
        (late.reason.as_str(), late.fields[0].field.as_str()),
        ("IN_THE_PAST", "redeemed_at")
    );
}

#[tokio::test]
async fn a_coupon_is_for_its_member_and_branch() {
    let shop = Shop::open().await;
    let (member, other) = (shop.member().await, shop.member().await);
    let elsewhere = BranchId::new(shop.service.clock());
    shop.add_branch(shop.brand, elsewhere).await;
    let template = shop
        .template(|draft| {
            draft.rule = Some(BenefitRule {
                conditions: Some(RuleConditions {
                    branch_ids: vec![elsewhere.to_string()],
                    ..RuleConditions::default()
                }),
                ..off(50)
            });
        })
        .await;
    let coupon = shop.issue(&template, &[member]).await;
    let here = shop
        .coupons()
        .redeem_coupon(redeem(&shop, "a", &coupon.code))
        .await;
    assert_eq!(reason(here), "COUPON_NOT_HERE");
    let find = |member| FindBenefitsRequest {
        coupon_ids: vec![coupon.coupon_id.clone()],
        ..shop.find_request(member)
    };
    let found =
        |answer: proto::membership::v1::FindBenefitsResponse| answer.coupons[0].reason.clone();
    assert_eq!(
        found(shop.find(find(Some(other))).await.unwrap()),
        "COUPON_NOT_YOURS"
    );
    assert_eq!(found(shop.find(find(None)).await.unwrap()), "NEEDS_LOGIN");
    assert_eq!(found(shop.find(find(Some(member))).await.unwrap()), "");
    let held = shop
        .hold_for(Some(other), "", vec![coupon_use(&coupon.coupon_id, 50)])
        .await;
    assert_eq!(reason(held), "COUPON_NOT_YOURS");
    let own = ListOwnCouponsRequest {
        brand_id: shop.brand.to_string(),
        past: false,
    };
    let customer = Identity::member("device", member, shop.org, Plan::Max);
    let listed = shop
        .coupons_as(&customer)
        .list_own_coupons(own.clone())
        .await
        .unwrap();
    assert_eq!(listed.into_inner().coupons.len(), 1);
    let guest = testkit::identities::customer(shop.org);
    let refused = shop.coupons_as(&guest).list_own_coupons(own).await;
    assert_eq!(reason(refused), "NEEDS_LOGIN");
}

#[tokio::test]
async fn voided_and_passed_on_coupons_are_over_and_extended_ones_live_on() {
    let shop = Shop::open().await;
    let (member, other) = (shop.member().await, shop.member().await);
    let template = shop.template(|draft| draft.transferable = true).await;
    let coupon = shop.issue(&template, &[member]).await;
    let transfer = TransferCouponRequest {
        coupon_id: coupon.coupon_id.clone(),
        to_member_id: other.to_string(),
    };
    let passed = shop
        .coupons()
        .transfer_coupon(transfer)
        .await
        .unwrap()
        .into_inner()
        .coupon
        .unwrap();
    assert_eq!(
        (passed.member_id.as_str(), passed.uses_left),
        (other.to_string().as_str(), 1)
    );
    let over = shop
        .coupons()
        .redeem_coupon(redeem(&shop, "a", &coupon.code))
        .await;
    assert_eq!(reason(over), "COUPON_TRANSFERRED");

    let until = testkit::noon() + TimeDelta::days(90);
    let extend = ExtendCouponsRequest {
        template_id: template.template_id.clone(),
        valid_until: Some(time::to_wire(until)),
        ..ExtendCouponsRequest::default()
    };
    let extended = shop
        .coupons()
        .extend_coupons(extend)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(extended.extended_count, 1);
    shop.service.clock().advance(TimeDelta::days(60));
    assert_eq!(shop.coupons_of(other).await[0].state(), CouponState::Unused);

    let void = |reason: &str| VoidCouponsRequest {
        coupon_ids: vec![passed.coupon_id.clone()],
        reason: reason.to_owned(),
    };
    assert_eq!(
        reason(shop.coupons().void_coupons(void("")).await),
        "REASON_REQUIRED"
    );
    shop.coupons().void_coupons(void("發錯")).await.unwrap();
    let over = shop
        .coupons()
        .redeem_coupon(redeem(&shop, "b", &passed.code))
        .await;
    assert_eq!(reason(over), "COUPON_VOIDED");
    assert_eq!(shop.taken("issued").await, 0);
}
