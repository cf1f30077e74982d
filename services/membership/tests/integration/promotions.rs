//! Promotions from draft to end, and the documents they are published in.

use chassis::{
    authn::Scope,
    id::{BranchId, BrandId},
    time,
};
use chrono::TimeDelta;
use proto::membership::v1::{
    BenefitRule, BenefitSettings, Exclusivity, GetPromotionRequest, GetRuleDocumentRequest,
    ListPromotionVersionsRequest, ListPromotionsRequest, PriceCut, PromotionState, PromotionStep,
    RuleConditions, RuleDocument, RulesPublished, UpdateBenefitSettingsRequest,
    UpdatePromotionRequest, benefit_effect::Effect, price_cut::Cut,
};

use crate::rule_shop::{Shop, off, problem, promotion_draft, reason};

async fn document(shop: &Shop, brand: BrandId) -> RuleDocument {
    let request = GetRuleDocumentRequest {
        brand_id: brand.to_string(),
        version: 0,
    };
    let found = shop.benefits().get_rule_document(request).await.unwrap();
    found.into_inner().document.unwrap()
}

fn from_to(from: Option<TimeDelta>, to: Option<TimeDelta>) -> RuleConditions {
    let at = |delta| time::to_wire(testkit::noon() + delta);
    RuleConditions {
        starts_at: from.map(at),
        ends_at: to.map(at),
        ..RuleConditions::default()
    }
}

#[tokio::test]
async fn a_promotion_acts_from_enabling_to_its_end() {
    let shop = Shop::open().await;
    let draft = shop.create_promotion("a", off(10)).await.unwrap();
    assert_eq!(draft.state(), PromotionState::Draft);
    assert_eq!(document(&shop, shop.brand).await.version, 0);

    let mut events = shop
        .service
        .listen(&["membership.rules.published.v1"])
        .await;
    let active = shop.step(&draft, PromotionStep::Enable).await.unwrap();
    assert_eq!(active.state(), PromotionState::Active);
    let published: RulesPublished = events.next().await.decode().unwrap();
    assert_eq!(
        (published.brand_id, published.version),
        (shop.brand.to_string(), 1)
    );
    let rules = document(&shop, shop.brand).await.rules;
    assert_eq!(rules[0].rule_id, active.promotion_id);

    let paused = shop.step(&active, PromotionStep::Pause).await.unwrap();
    assert_eq!(document(&shop, shop.brand).await.rules, []);
    let resumed = shop.step(&paused, PromotionStep::Resume).await.unwrap();
    let ended = shop.step(&resumed, PromotionStep::End).await.unwrap();
    assert_eq!(ended.state(), PromotionState::Ended);
    let again = problem(shop.step(&ended, PromotionStep::Resume).await);
    assert_eq!(
        (again.reason.as_str(), again.params["state"].as_str()),
        ("ILLEGAL_TRANSITION", "ended")
    );
}

#[tokio::test]
async fn start_and_end_act_by_themselves() {
    let shop = Shop::open().await;
    let hour = TimeDelta::hours(1);
    let rule = BenefitRule {
        conditions: Some(from_to(Some(hour), Some(hour * 2))),
        ..off(10)
    };
    let promotion = shop.enabled("a", rule).await;
    let state = async || {
        let request = GetPromotionRequest {
            promotion_id: promotion.promotion_id.clone(),
        };
        let found = shop.promotions().get_promotion(request).await.unwrap();
        found.into_inner().promotion.unwrap().state()
    };
    assert_eq!(state().await, PromotionState::Scheduled);
    shop.service.clock().advance(hour);
    assert_eq!(state().await, PromotionState::Active);
    shop.service.clock().advance(hour + TimeDelta::seconds(1));
    assert_eq!(state().await, PromotionState::Ended);
}

#[tokio::test]
async fn a_change_of_an_active_promotion_is_a_new_version() {
    let shop = Shop::open().await;
    let promotion = shop.enabled("a", off(10)).await;
    let request = |version, amount| UpdatePromotionRequest {
        promotion_id: promotion.promotion_id.clone(),
        version,
        promotion: Some(promotion_draft(off(amount))),
    };
    let stale = shop.promotions().update_promotion(request(1, 20)).await;
    assert_eq!(reason(stale), "VERSION_CONFLICT");
    let changed = shop
        .promotions()
        .update_promotion(request(promotion.version, 20))
        .await
        .unwrap();
    let changed = changed.into_inner().promotion.unwrap();
    assert_eq!(changed.rule.as_ref().unwrap().version, 2);
    assert_eq!(document(&shop, shop.brand).await.rules[0].version, 2);
    // The document that orders were priced by stays as it was.
    let first = GetRuleDocumentRequest {
        brand_id: shop.brand.to_string(),
        version: 1,
    };
    let first = shop
        .benefits()
        .get_rule_document(first)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first.document.unwrap().rules[0].version, 1);
    let versions = ListPromotionVersionsRequest {
        promotion_id: promotion.promotion_id.clone(),
    };
    let versions = shop
        .promotions()
        .list_promotion_versions(versions)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(versions.versions.len(), 2);
}

#[tokio::test]
async fn every_fault_of_a_rule_is_named_at_its_field() {
    let shop = Shop::open().await;
    let mut free = off(10);
    if let Some(Effect::Order(order)) = free
        .effect
        .as_mut()
        .and_then(|effect| effect.effect.as_mut())
    {
        order.thresholds[0].off = Some(PriceCut {
            cut: Some(Cut::PercentBp(0)),
        });
    }
    let ends_first = BenefitRule {
        name: String::new(),
        conditions: Some(from_to(Some(TimeDelta::hours(1)), Some(TimeDelta::zero()))),
        ..free
    };
    let refused = problem(shop.create_promotion("a", ends_first).await);
    let found: Vec<_> = refused
        .fields
        .iter()
        .map(|field| (field.field.as_str(), field.reason.as_str()))
        .collect();
    assert!(
        found
            .iter()
            .any(|(field, _)| *field == "promotion.rule.name"),
        "{found:?}"
    );
    assert!(
        found.iter().any(|(_, reason)| *reason == "PERIOD_INVALID"),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|(field, _)| field.contains("thresholds[0]")),
        "{found:?}"
    );
    let unknown = BenefitRule {
        conditions: Some(RuleConditions {
            branch_ids: vec![BranchId::new(shop.service.clock()).to_string()],
            ..RuleConditions::default()
        }),
        ..off(10)
    };
    let refused = problem(shop.create_promotion("b", unknown).await);
    assert_eq!(
        refused.fields[0].field,
        "promotion.rule.conditions.branch_ids[0]"
    );
    assert_eq!(shop.count("SELECT count(*) FROM promotions").await, 0);
}

#[tokio::test]
async fn a_branch_has_at_most_twenty_rules_that_stand_alone() {
    let shop = Shop::open().await;
    let alone = || BenefitRule {
        exclusivity: Exclusivity::Order.into(),
        ..off(10)
    };
    for number in 0..20 {
        shop.enabled(&format!("{number}"), alone()).await;
    }
    let draft = shop.create_promotion("more", alone()).await.unwrap();
    let refused = problem(shop.step(&draft, PromotionStep::Enable).await);
    assert_eq!(
        (refused.reason.as_str(), refused.params["max"].as_str()),
        ("TOO_MANY_EXCLUSIVE", "20")
    );
    assert_eq!(document(&shop, shop.brand).await.rules.len(), 20);
}

#[tokio::test]
async fn a_brand_sees_and_changes_what_concerns_it() {
    let shop = Shop::open().await;
    let other = BrandId::new(shop.service.clock());
    let far = BranchId::new(shop.service.clock());
    shop.add_branch(other, far).await;
    let of_all = shop.create_promotion("all", off(10)).await.unwrap();
    let elsewhere = BenefitRule {
        conditions: Some(RuleConditions {
            branch_ids: vec![far.to_string()],
            ..RuleConditions::default()
        }),
        ..off(20)
    };
    let elsewhere = shop.enabled("elsewhere", elsewhere).await;
    // A rule of branches is for their brands alone.
    assert_eq!(document(&shop, other).await.rules.len(), 1);
    assert_eq!(document(&shop, shop.brand).await.rules.len(), 0);

    let of_brand = shop.staff_of(Scope {
        brands: [shop.brand].into(),
        ..Scope::default()
    });
    let mut staff = shop.promotions_as(&of_brand);
    let listed = staff
        .list_promotions(ListPromotionsRequest::default())
        .await
        .unwrap()
        .into_inner();
    let ids: Vec<_> = listed
        .promotions
        .iter()
        .map(|found| found.promotion_id.as_str())
        .collect();
    assert_eq!(ids, [of_all.promotion_id.as_str()]);
    let get = |id: &str| GetPromotionRequest {
        promotion_id: id.to_owned(),
    };
    assert_eq!(
        reason(staff.get_promotion(get(&elsewhere.promotion_id)).await),
        "NOT_FOUND"
    );
    let seen = staff
        .get_promotion(get(&of_all.promotion_id))
        .await
        .unwrap()
        .into_inner();
    assert!(!seen.editable);
    let update = UpdatePromotionRequest {
        promotion_id: of_all.promotion_id.clone(),
        version: of_all.version,
        promotion: Some(promotion_draft(off(1))),
    };
    assert_eq!(reason(staff.update_promotion(update).await), "OUT_OF_SCOPE");
}

#[tokio::test]
async fn what_a_brand_allows_is_published_with_its_rules() {
    let shop = Shop::open().await;
    let request = |version| UpdateBenefitSettingsRequest {
        brand_id: shop.brand.to_string(),
        version,
        settings: Some(BenefitSettings {
            discount_cap_bp: Some(5_000),
            max_codes: 2,
            max_coupons: 3,
        }),
    };
    shop.promotions()
        .update_benefit_settings(request(0))
        .await
        .unwrap();
    let again = shop.promotions().update_benefit_settings(request(0)).await;
    assert_eq!(reason(again), "VERSION_CONFLICT");
    let document = document(&shop, shop.brand).await;
    assert_eq!(
        (
            document.discount_cap_bp,
            document.max_codes,
            document.max_coupons
        ),
        (Some(5_000), 2, 3)
    );
}
