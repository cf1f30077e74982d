//! Tiers through the RPCs.

use chassis::{clock::Clock as _, id::MemberId, time};
use chrono::TimeDelta;
use proto::membership::v1::{
    DailyHours, ExclusiveHours, GetMemberTiersRequest, GetRuleDocumentRequest, ProductTarget,
    ProgrammeScope, SaveTierProgrammeRequest, SetMemberTierRequest, Tier, TierBenefits,
    TierChangeCause, TierChangeMode, TierCondition, TierDowngrade, TierProgramme, TierRules,
    TierWindow, benefit_service_client::BenefitServiceClient,
};
use testkit::{eventually, identities};

use crate::points_shop::{Shop, reason};

fn tier(name: &str, spend: i64) -> Tier {
    Tier {
        name: name.to_owned(),
        colour: "#c0a020".to_owned(),
        upgrade: (spend > 0).then(|| TierCondition {
            spend,
            ..Default::default()
        }),
        validity_days: 365,
        downgrade: TierDowngrade::OneTier.into(),
        benefits: Some(TierBenefits {
            points_factor_bp: 10_000,
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn request(key: &str, version: i64, tiers: Vec<Tier>) -> SaveTierProgrammeRequest {
    SaveTierProgrammeRequest {
        idempotency_key: key.to_owned(),
        version,
        scope: ProgrammeScope::Organisation.into(),
        rules: Some(TierRules {
            tiers,
            window: TierWindow::RollingYear.into(),
        }),
        mode: TierChangeMode::Recalculate.into(),
        ..Default::default()
    }
}

async fn save(shop: &Shop) -> TierProgramme {
    let request = request("first", 0, vec![tier("一般", 0), tier("金", 5_000)]);
    let saved = shop.tiers().save_tier_programme(request).await.unwrap();
    saved.into_inner().programme.unwrap()
}

#[tokio::test]
async fn an_order_lifts_a_member_and_the_member_sees_what_is_missing() {
    let shop = Shop::open().await;
    save(&shop).await;
    let get = async || {
        let request = GetMemberTiersRequest {
            member_id: shop.member.to_string(),
        };
        let mut found = shop
            .tiers()
            .get_member_tiers(request)
            .await
            .unwrap()
            .into_inner()
            .tiers;
        found.remove(0)
    };
    let base = get().await;
    assert_eq!(base.missing.unwrap().spend, 5_000);
    shop.complete(4_700, "").await;
    eventually(async || get().await.progress.unwrap().spend == 4_700).await;
    assert_eq!(get().await.missing.unwrap().spend, 300);
    shop.complete(600, "").await;
    eventually(async || get().await.tier.unwrap().name == "金").await;
    let gold = get().await;
    assert_eq!(gold.changes[0].cause(), TierChangeCause::Reached);
    assert_eq!(gold.next_tier, None);
}

#[tokio::test]
async fn what_a_tier_has_alone_is_published_for_it_and_those_above() {
    let shop = Shop::open().await;
    let mut silver = tier("銀", 2_000);
    let category = MemberId::new(shop.service.clock()).to_string();
    let benefits = silver.benefits.as_mut().unwrap();
    benefits.exclusive_products = Some(ProductTarget {
        category_ids: vec![category.clone()],
        ..Default::default()
    });
    benefits.exclusive_hours = vec![ExclusiveHours {
        branch_ids: vec![shop.branch.to_string()],
        weekdays: vec![5],
        hours: Some(DailyHours {
            from_minute: 1_200,
            to_minute: 1_260,
        }),
        ..Default::default()
    }];
    let tiers = vec![tier("一般", 0), silver, tier("金", 5_000)];
    let saved = shop
        .tiers()
        .save_tier_programme(request("first", 0, tiers))
        .await;
    let programme = saved.unwrap().into_inner().programme.unwrap();
    let tiers = programme.versions[0].rules.clone().unwrap().tiers;
    let asked = GetRuleDocumentRequest {
        brand_id: shop.brand.to_string(),
        version: 0,
    };
    let ordering = identities::service("ordering", shop.org);
    let mut benefits = BenefitServiceClient::new(shop.service.channel_as(&ordering));
    let document = benefits
        .get_rule_document(asked)
        .await
        .unwrap()
        .into_inner();
    let exclusives = document.document.unwrap().tier_exclusives;
    assert_eq!(exclusives.len(), 1);
    let exclusive = &exclusives[0];
    let above: Vec<&str> = tiers[1..]
        .iter()
        .map(|tier| tier.tier_id.as_str())
        .collect();
    assert_eq!(exclusive.tier_ids, above);
    assert_eq!(exclusive.tier_name, "銀");
    assert_eq!(
        exclusive.products.as_ref().unwrap().category_ids,
        [category]
    );
    assert_eq!(exclusive.hours[0].weekdays, [5]);
    assert_eq!(exclusive.ends_at, None);
}

#[tokio::test]
async fn a_tier_with_members_is_left_out_only_with_another_in_its_place() {
    let shop = Shop::open().await;
    let programme = save(&shop).await;
    let tiers = programme.versions[0].rules.clone().unwrap().tiers;
    let set = SetMemberTierRequest {
        member_id: shop.member.to_string(),
        programme_id: programme.programme_id.clone(),
        tier_id: tiers[1].tier_id.clone(),
        valid_until: Some(time::to_wire(
            shop.service.clock().now() + TimeDelta::days(90),
        )),
        reason: "補償".to_owned(),
    };
    let gold = shop
        .tiers()
        .set_member_tier(set.clone())
        .await
        .unwrap()
        .into_inner()
        .tier
        .unwrap();
    assert!(gold.manual);
    let unreasoned = SetMemberTierRequest {
        reason: String::new(),
        ..set
    };
    assert_eq!(
        reason(shop.tiers().set_member_tier(unreasoned).await),
        "REASON_REQUIRED"
    );

    shop.service.clock().advance(TimeDelta::seconds(1));
    let mut without = request("second", 1, vec![tiers[0].clone(), tier("鑽石", 9_000)]);
    without.programme_id = programme.programme_id;
    let refused = shop.tiers().save_tier_programme(without.clone()).await;
    assert_eq!(reason(refused), "TIER_IN_USE");
    without.idempotency_key = "third".to_owned();
    without.replacements = vec![proto::membership::v1::TierReplacement {
        tier_id: tiers[1].tier_id.clone(),
        to_place: 1,
    }];
    shop.tiers().save_tier_programme(without).await.unwrap();
    shop.service.clock().advance(TimeDelta::seconds(1));
    let falling = request(
        "falling",
        2,
        vec![tier("一般", 0), tier("銀", 9), tier("金", 5)],
    );
    assert_eq!(
        reason(shop.tiers().save_tier_programme(falling).await),
        "TIERS_INVALID"
    );
}
