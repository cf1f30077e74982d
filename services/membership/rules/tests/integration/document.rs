//! A brand's document as values.

use benefit_rules::{document, rule};
use pricing::{
    Amount, ProductId, RuleId, VariantId,
    rules::{Effect as Does, MAX_EXCLUSIVE},
};
use proto::membership::v1::{
    AddOnEffect, AddOnItem, BenefitRule, Exclusivity, GiftEffect, PointsEarning, PointsRedeeming,
    PointsTerms, RuleDocument, RuleLimits, benefit_effect::Effect,
};
use uuid::Uuid;

use crate::common::*;

/// A menu of product 7 alone, at 45.
fn menu(product: ProductId, _: VariantId) -> Option<Amount> {
    (product.as_uuid() == Uuid::from_u128(7)).then_some(Amount::new(45))
}

fn gift(product: u128) -> BenefitRule {
    promotion(Effect::Gift(GiftEffect {
        product_id: id(product),
        variant_id: id(70),
        quantity: 1,
        repeats: false,
    }))
}

fn terms(version: i64, starts: i64) -> PointsTerms {
    PointsTerms {
        programme_id: id(900),
        version,
        effective_at: Some(prost_types::Timestamp {
            seconds: starts,
            nanos: 0,
        }),
        unit_name: "點".to_owned(),
        redeeming: Some(PointsRedeeming {
            worth_of_100: 100,
            min_points: 1,
            step: 1,
            cap_bp: 10_000,
            ..PointsRedeeming::default()
        }),
        earning: Some(PointsEarning {
            every: 10,
            points: 1,
            ..PointsEarning::default()
        }),
    }
}

fn numbered(n: u128, wire: BenefitRule) -> BenefitRule {
    BenefitRule {
        rule_id: id(n),
        ..wire
    }
}

#[test]
fn a_gift_has_its_list_price_and_is_none_off_the_menu() {
    let given = rule(&gift(7), &menu).unwrap().unwrap();
    assert!(matches!(given.effect, Does::Gift { gift, .. } if gift.list == Amount::new(45)));
    assert_eq!(rule(&gift(8), &menu).unwrap(), None);
}

#[test]
fn of_an_offer_stays_what_is_on_the_menu() {
    let item = |product| AddOnItem {
        product_id: id(product),
        variant_id: id(70),
        price: 20,
        most: 1,
    };
    let offer = |products: &[u128]| {
        let items = products.iter().map(|product| item(*product)).collect();
        promotion(Effect::AddOn(AddOnEffect { items }))
    };
    let offered = rule(&offer(&[8, 7]), &menu).unwrap().unwrap();
    assert!(matches!(offered.effect, Does::AddOn(items) if items.len() == 1));
    assert_eq!(rule(&offer(&[8]), &menu).unwrap(), None);
}

#[test]
fn a_stored_rule_that_is_unsound_is_an_error_with_its_fields() {
    let error = rule(&promotion(item(0)), &menu).unwrap_err();
    let text = format!("{error:#}");
    assert!(
        text.contains(&id(1)) && text.contains("percent_bp"),
        "{text}"
    );
}

#[test]
fn a_document_knows_its_limits_and_which_programme_is_in_force() {
    let counted = |limits| BenefitRule {
        limits: Some(limits),
        ..promotion(item(500))
    };
    let per_day = RuleLimits {
        per_day: Some(1),
        ..RuleLimits::default()
    };
    let per_order = RuleLimits {
        per_order: Some(1),
        ..RuleLimits::default()
    };
    let wire = RuleDocument {
        version: 3,
        rules: vec![
            numbered(1, counted(per_day)),
            numbered(2, counted(per_order)),
            numbered(3, gift(8)),
        ],
        points_terms: vec![terms(2, 200), terms(1, 100)],
        discount_cap_bp: Some(4_000),
        max_coupons: 3,
        ..RuleDocument::default()
    };
    let document = document(&wire, &menu).unwrap();
    assert_eq!((document.version, document.rules.rules().len()), (3, 2));
    let first = RuleId::from_uuid(Uuid::from_u128(1));
    assert!(document.limited.iter().eq([&first]));
    assert_eq!((document.max_codes, document.max_coupons), (1, 3));
    assert_eq!(document.discount_cap.unwrap().as_bp(), 4_000);
    let version = |seconds| {
        let at = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
        document.points_at(at).map(|program| program.version)
    };
    assert_eq!(
        [99, 100, 199, 200].map(version),
        [None, Some(1), Some(1), Some(2)]
    );
}

#[test]
fn an_empty_document_is_that_of_a_brand_without_rules() {
    let document = document(&RuleDocument::default(), &menu).unwrap();
    assert_eq!(
        (document.version, document.max_codes, document.max_coupons),
        (0, 1, 1)
    );
    assert!(document.rules.rules().is_empty() && document.points.is_empty());
}

#[test]
fn branches_of_a_brand_may_together_have_more_exclusive_rules_than_one() {
    let alone = |n| BenefitRule {
        exclusivity: Exclusivity::Order.into(),
        ..numbered(n, promotion(item(500)))
    };
    let count = MAX_EXCLUSIVE as u128 + 1;
    let wire = RuleDocument {
        rules: (1..=count).map(alone).collect(),
        ..RuleDocument::default()
    };
    assert!(document(&wire, &menu).is_ok());
    let twice = RuleDocument {
        rules: vec![alone(1), alone(1)],
        ..RuleDocument::default()
    };
    assert!(document(&twice, &menu).is_err());
}
