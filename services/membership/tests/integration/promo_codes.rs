//! Promo codes: what they answer, and how they are made and switched.

use chassis::time;
use chrono::TimeDelta;
use proto::membership::v1::{
    AudienceKind, BenefitRule, CopyPromoCodeRequest, CreatePromoCodeRequest,
    ExportPromoCodesRequest, FindBenefitsRequest, GetPromoCodeRequest, ListPromoCodeUsesRequest,
    PromoCodeBatch, PromoCodeState, RuleAudience, RuleConditions, RuleLimits,
    SwitchPromoCodesRequest, copy_promo_code_request, create_promo_code_request::Codes,
};
use proto::ordering::v1::OrderState;

use crate::rule_shop::{Shop, code_draft, code_use, limited, off, problem, reason};

fn batch(key: &str, batch: PromoCodeBatch) -> CreatePromoCodeRequest {
    CreatePromoCodeRequest {
        idempotency_key: key.to_owned(),
        promo_code: Some(code_draft(off(10))),
        codes: Some(Codes::Batch(batch)),
        disabled: false,
    }
}

#[tokio::test]
async fn case_and_width_of_a_code_do_not_matter() {
    let shop = Shop::open().await;
    shop.create_code("Summer50", off(50)).await.unwrap();
    for typed in ["summer50", "ＳＵＭＭＥＲ５０", " SUMMER50"] {
        let found = shop.try_code(None, typed).await;
        assert_eq!((found.entered.as_str(), found.reason.as_str()), (typed, ""));
    }
    let taken = shop.create_code("SUMMER50", off(1)).await;
    assert_eq!(reason(taken), "CODE_TAKEN");
}

#[tokio::test]
async fn wrong_and_not_yet_started_and_not_yours_are_one_answer() {
    let shop = Shop::open().await;
    let with = |conditions| BenefitRule {
        conditions: Some(conditions),
        ..off(50)
    };
    let later = RuleConditions {
        starts_at: Some(time::to_wire(testkit::noon() + TimeDelta::hours(1))),
        ..RuleConditions::default()
    };
    let guests = RuleConditions {
        audience: Some(RuleAudience {
            kind: AudienceKind::Guests.into(),
            ..RuleAudience::default()
        }),
        ..RuleConditions::default()
    };
    shop.create_code("LATER", with(later)).await.unwrap();
    shop.create_code("GUESTS", with(guests)).await.unwrap();
    let member = Some(shop.member().await);
    for code in ["LATER", "GUESTS", "NOBODY", "夏天"] {
        let found = shop.try_code(member, code).await;
        assert_eq!(found.reason, "CODE_INVALID", "{code}");
        assert!(found.params.is_empty() && found.rule.is_none(), "{code}");
    }
}

#[tokio::test]
async fn a_code_says_what_is_over_and_who_must_sign_in() {
    let shop = Shop::open().await;
    let members = RuleConditions {
        audience: Some(RuleAudience {
            kind: AudienceKind::Members.into(),
            ..RuleAudience::default()
        }),
        ..RuleConditions::default()
    };
    let members = BenefitRule {
        conditions: Some(members),
        ..off(50)
    };
    let promo_code = shop.create_code("MEMBERS", members).await.unwrap();
    assert_eq!(shop.try_code(None, "MEMBERS").await.reason, "NEEDS_LOGIN");
    let member = Some(shop.member().await);
    assert_eq!(shop.try_code(member, "MEMBERS").await.reason, "");

    shop.service.clock().advance(TimeDelta::hours(1));
    let switch = SwitchPromoCodesRequest {
        promo_code_ids: vec![promo_code.promo_code_id.clone()],
        enabled: false,
    };
    let switched = shop
        .codes()
        .switch_promo_codes(switch.clone())
        .await
        .unwrap();
    assert_eq!(switched.into_inner().changed_count, 1);
    let switched = shop.codes().switch_promo_codes(switch).await.unwrap();
    assert_eq!(switched.into_inner().changed_count, 0);
    assert_eq!(
        shop.try_code(member, "MEMBERS").await.reason,
        "CODE_EXPIRED"
    );
    let get = GetPromoCodeRequest {
        promo_code_id: promo_code.promo_code_id,
    };
    let shown = shop
        .codes()
        .get_promo_code(get)
        .await
        .unwrap()
        .into_inner()
        .promo_code
        .unwrap();
    assert_eq!(shown.state(), PromoCodeState::Disabled);
    let since = testkit::noon() + TimeDelta::hours(1);
    assert_eq!(shown.state_changed_at, Some(time::to_wire(since)));
    // Its text may be used again.
    shop.create_code("MEMBERS", off(1)).await.unwrap();
}

#[tokio::test]
async fn ten_wrong_codes_are_enough_for_ten_minutes() {
    let shop = Shop::open().await;
    shop.create_code("RIGHT", off(50)).await.unwrap();
    let request = |code: &str, key: &str| FindBenefitsRequest {
        codes: vec![code.to_owned()],
        attempt_keys: vec![key.to_owned()],
        ..shop.find_request(None)
    };
    for number in 0..10 {
        let found = shop
            .find(request(&format!("WRONG{number}"), "device 1"))
            .await
            .unwrap();
        assert_eq!(found.codes[0].reason, "CODE_INVALID");
    }
    let refused = problem(shop.find(request("RIGHT", "device 1")).await);
    assert_eq!(refused.reason.as_str(), "RATE_LIMITED");
    let other = shop.find(request("RIGHT", "device 2")).await.unwrap();
    assert_eq!(other.codes[0].reason, "");
}

#[tokio::test]
async fn a_batch_has_its_codes_and_each_its_own_uses() {
    let shop = Shop::open().await;
    let wanted = PromoCodeBatch {
        count: 1_000,
        prefix: "tea".to_owned(),
        ..PromoCodeBatch::default()
    };
    let created = shop
        .codes()
        .create_promo_code(batch("b", wanted))
        .await
        .unwrap();
    let created = created.into_inner().promo_code.unwrap();
    assert_eq!(
        (created.code_count, created.prefix.as_str()),
        (1_000, "TEA")
    );
    let export = ExportPromoCodesRequest {
        promo_code_id: created.promo_code_id.clone(),
    };
    let csv = shop
        .codes()
        .export_promo_codes(export.clone())
        .await
        .unwrap()
        .into_inner()
        .csv;
    let codes: Vec<_> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap())
        .collect();
    assert_eq!(codes.len(), 1_000);
    assert!(
        codes
            .iter()
            .all(|code| code.starts_with("TEA") && code.len() == 13)
    );

    let (first, second) = (codes[0].to_owned(), codes[1].to_owned());
    let found = shop.try_code(None, &first).await;
    shop.hold_for(None, "+886911000001", vec![code_use(&found, 10)])
        .await
        .unwrap();
    assert_eq!(shop.try_code(None, &first).await.reason, "CODE_USED_UP");
    assert_eq!(shop.try_code(None, &second).await.reason, "");
    // Two codes of one batch do not add up.
    let both = FindBenefitsRequest {
        codes: vec![second, codes[2].to_owned()],
        ..shop.find_request(None)
    };
    let both = shop.find(both).await.unwrap();
    assert_eq!(both.codes[1].reason, "NOT_COMBINABLE");
    let uses = ListPromoCodeUsesRequest {
        promo_code_id: created.promo_code_id,
        ..ListPromoCodeUsesRequest::default()
    };
    let uses = shop
        .codes()
        .list_promo_code_uses(uses)
        .await
        .unwrap()
        .into_inner()
        .uses;
    assert_eq!(
        (uses.len(), uses[0].code.as_str(), uses[0].held),
        (1, first.as_str(), true)
    );
}

#[tokio::test]
async fn a_code_too_many_is_refused_at_its_field() {
    let shop = Shop::open().await;
    let too_many = PromoCodeBatch {
        count: 100_001,
        ..PromoCodeBatch::default()
    };
    let refused = problem(shop.codes().create_promo_code(batch("b", too_many)).await);
    assert_eq!(refused.fields[0].field, "batch.count");
    let csv: String = (0..=100_000)
        .map(|number| format!("C{number:06}\n"))
        .collect();
    let file = PromoCodeBatch {
        csv,
        ..PromoCodeBatch::default()
    };
    let refused = problem(shop.codes().create_promo_code(batch("c", file)).await);
    assert_eq!(
        (refused.fields[0].field.as_str(), refused.reason.as_str()),
        ("batch.csv", "FILE_TOO_LARGE")
    );
    assert_eq!(shop.count("SELECT count(*) FROM promo_code_texts").await, 0);
}

#[tokio::test]
async fn a_copy_has_the_rule_and_waits_to_be_switched_on() {
    let shop = Shop::open().await;
    let original = shop
        .create_code(
            "SUMMER50",
            limited(
                50,
                RuleLimits {
                    total: Some(3),
                    ..RuleLimits::default()
                },
            ),
        )
        .await
        .unwrap();
    let request = CopyPromoCodeRequest {
        idempotency_key: "k".to_owned(),
        promo_code_id: original.promo_code_id,
        codes: Some(copy_promo_code_request::Codes::Code("AUTUMN50".to_owned())),
    };
    let copy = shop
        .codes()
        .copy_promo_code(request.clone())
        .await
        .unwrap()
        .into_inner();
    let again = shop
        .codes()
        .copy_promo_code(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(copy, again);
    let copy = copy.promo_code.unwrap();
    assert_eq!(
        (copy.state(), copy.code.as_str()),
        (PromoCodeState::Disabled, "AUTUMN50")
    );
    assert_eq!(copy.rule.unwrap().limits.unwrap().total, Some(3));
    assert_eq!(shop.try_code(None, "AUTUMN50").await.reason, "CODE_EXPIRED");
}

/// Case C07: a use is held with the order and judged without the order's own hold.
#[tokio::test]
async fn a_code_is_not_used_up_by_ones_own_failed_payment() {
    let shop = Shop::open().await;
    let once = RuleLimits {
        total: Some(1),
        per_member: Some(1),
        ..RuleLimits::default()
    };
    shop.create_code("SUMMER50", limited(50, once))
        .await
        .unwrap();
    let (m, n) = (Some(shop.member().await), Some(shop.member().await));
    let found = shop.try_code(m, "SUMMER50").await;
    let order = shop
        .hold_for(m, "", vec![code_use(&found, 50)])
        .await
        .unwrap();
    shop.order_is(order, OrderState::PendingPayment, 1).await;

    // (a) The order itself may be priced again with its code.
    let own = FindBenefitsRequest {
        codes: vec!["SUMMER50".to_owned()],
        order_id: order.to_string(),
        ..shop.find_request(m)
    };
    assert_eq!(shop.find(own).await.unwrap().codes[0].reason, "");
    // (b) A new cart names the open order; (c) to somebody else the code is used up.
    let again = shop.try_code(m, "SUMMER50").await;
    assert_eq!(
        (again.reason.as_str(), again.params["order_id"].as_str()),
        ("PER_MEMBER_LIMIT", order.to_string().as_str())
    );
    let refused = problem(shop.hold_for(m, "", vec![code_use(&found, 50)]).await);
    assert_eq!(refused.reason.as_str(), "PER_MEMBER_LIMIT");
    assert_eq!(refused.fields[0].field, "codes[0]");
    assert_eq!(refused.fields[0].params["order_id"], order.to_string());
    let other = shop.try_code(n, "SUMMER50").await;
    assert_eq!(
        (other.reason.as_str(), other.params.len()),
        ("CODE_USED_UP", 0)
    );
    let refused = problem(shop.hold_for(n, "", vec![code_use(&found, 50)]).await);
    assert_eq!(
        (refused.reason.as_str(), refused.params.len()),
        ("CODE_USED_UP", 0)
    );

    // (d) The order expires unpaid and N uses the code; (e) late money changes nothing.
    shop.order_is(order, OrderState::Expired, 2).await;
    testkit::eventually(async || shop.try_code(n, "SUMMER50").await.reason.is_empty()).await;
    let second = shop
        .hold_for(n, "", vec![code_use(&found, 50)])
        .await
        .unwrap();
    shop.order_is(second, OrderState::Placed, 1).await;
    testkit::eventually(async || {
        shop.count("SELECT count(*) FROM benefit_holds WHERE state = 'used'")
            .await
            == 1
    })
    .await;
    assert_eq!(
        (shop.taken("total").await, shop.taken("budget").await),
        (1, 50)
    );
    assert_eq!(shop.miscounted().await, 0);
}
