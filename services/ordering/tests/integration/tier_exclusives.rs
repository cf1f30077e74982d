//! Products and times that are for some tiers alone.

use chassis::error::Problem;
use proto::{
    membership::v1::{DailyHours, ExclusiveHours, TierExclusive},
    ordering::v1::{Cart, PlaceTestOrderRequest},
};
use testkit::eventually;

use crate::common::{
    Client, fields,
    membership::{Club, id, target},
    reason,
};

const BOX: u128 = 10;
const TEA: u128 = 11;
const GOLD: u128 = 950;
const DIAMOND: u128 = 951;

/// 100 for a box that gold and diamond may order, 35 for tea.
async fn club(hours: Vec<ExclusiveHours>) -> Club {
    let club = Club::open(Vec::new()).await;
    club.sells(BOX, "限定禮盒", 100);
    club.sells(TEA, "紅茶", 35);
    club.membership.state.lock().document.tier_exclusives = vec![TierExclusive {
        tier_ids: vec![id(GOLD).to_string(), id(DIAMOND).to_string()],
        tier_name: "金卡".to_owned(),
        products: Some(target(BOX)),
        hours,
        ..Default::default()
    }];
    club
}

fn becomes(club: &Club, tier: u128) {
    club.membership.state.lock().member.tier_id = id(tier).to_string();
}

async fn warned(club: &Club, client: &mut Client, cart: &Cart) -> Vec<(String, String)> {
    let quote = club.quote(client, cart).await;
    let warnings = quote.warnings.into_iter();
    warnings
        .map(|warning| (warning.field, warning.reason))
        .collect()
}

fn at(field: &str, reason: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), reason.to_owned())]
}

#[tokio::test]
async fn a_product_of_a_tier_is_ordered_by_those_who_have_it() {
    let club = club(Vec::new()).await;
    let cart = club.cart(&[(TEA, 1), (BOX, 1)]);
    let mut guest = club.guest();
    let refused = warned(&club, &mut guest, &cart).await;
    assert_eq!(refused, at("lines[1].product_id", "NEEDS_LOGIN"));
    let request = club.request(&mut guest, "guest", &cart).await;
    let status = guest.place_order(request).await.unwrap_err();
    assert_eq!(fields(&status), at("lines[1].product_id", "NEEDS_LOGIN"));

    let mut member = club.member();
    let refused = warned(&club, &mut member, &cart).await;
    assert_eq!(refused, at("lines[1].product_id", "TIER_REQUIRED"));
    let request = club.request(&mut member, "member", &cart).await;
    let status = member.place_order(request).await.unwrap_err();
    let problem = Problem::from_status(&status);
    assert_eq!(
        (problem.reason.to_string(), problem.params["tier"].as_str()),
        ("TIER_REQUIRED".to_owned(), "金卡")
    );
    assert!(
        club.shop.capacity.state.lock().holds.is_empty(),
        "nothing was held for them"
    );
    let tea = club.cart(&[(TEA, 1)]);
    club.place(&mut guest, "tea", &tea).await.unwrap();

    for (key, tier) in [("gold", GOLD), ("diamond", DIAMOND)] {
        becomes(&club, tier);
        assert!(warned(&club, &mut member, &cart).await.is_empty());
        club.place(&mut member, key, &cart).await.unwrap();
    }

    // Who cannot be looked up is not taken for somebody without a tier.
    club.membership.state.lock().away = true;
    let request = club.request(&mut member, "away", &cart).await;
    assert_eq!(
        reason(member.place_order(request).await),
        "TEMPORARILY_UNAVAILABLE"
    );
}

#[tokio::test]
async fn staff_may_test_what_is_for_a_tier() {
    let club = club(Vec::new()).await;
    let cart = club.cart(&[(BOX, 1)]);
    let mut identity = club.shop.counter_identity();
    identity.actions.insert("test.order".to_owned());
    let mut staff = club.shop.client(&identity);
    let order = club.request(&mut staff, "test", &cart).await;
    let request = PlaceTestOrderRequest { order: Some(order) };
    staff.place_test_order(request).await.unwrap();
}

/// As soon as possible is judged by the time that is promised.
#[tokio::test]
async fn a_time_of_a_tier_is_ordered_by_those_who_have_it() {
    let always = ExclusiveHours {
        hours: Some(DailyHours {
            from_minute: 0,
            to_minute: 1_440,
        }),
        ..Default::default()
    };
    let club = club(vec![always]).await;
    let cart = club.cart(&[(TEA, 1)]);
    let mut guest = club.guest();
    let refused = warned(&club, &mut guest, &cart).await;
    assert_eq!(refused, at("wanted_at", "NEEDS_LOGIN"));
    let request = club.request(&mut guest, "guest", &cart).await;
    let status = guest.place_order(request).await.unwrap_err();
    assert_eq!(fields(&status), at("wanted_at", "NEEDS_LOGIN"));
    eventually(async || club.shop.capacity.state.lock().released.len() == 1).await;

    let mut member = club.member();
    becomes(&club, GOLD);
    assert!(warned(&club, &mut member, &cart).await.is_empty());
    club.place(&mut member, "gold", &cart).await.unwrap();
}
