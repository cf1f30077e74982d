//! Benefits when membership refuses, is away or loses its answer: nothing is dropped silently, nothing held twice.

use chassis::{clock::SystemClock, error::Problem, id::MemberId};
use proto::{
    membership::v1::MembershipReason,
    ordering::v1::{Cart, OrderState, PlaceTestOrderRequest},
};

use crate::common::{
    fields,
    membership::{Club, amount, first_outcome, order_off, promotion, total},
    reason,
};

const TEA: u128 = 10;

/// A shop with a tea at 100 and a code for 30 off.
async fn club() -> (Club, Cart) {
    let club = Club::open(Vec::new()).await;
    club.sells(TEA, "茶", 100);
    club.code("SAVE", promotion(1, order_off(0, amount(30))));
    let cart = Cart {
        codes: vec!["SAVE".to_owned()],
        ..club.cart(&[(TEA, 1)])
    };
    (club, cart)
}

#[tokio::test]
async fn a_code_that_cannot_be_looked_up_is_named_and_not_dropped() {
    let (club, cart) = club().await;
    let mut guest = club.guest();
    let seen = club.request(&mut guest, "k", &cart).await;
    club.membership.state.lock().away = true;

    let quote = club.quote(&mut guest, &cart).await;
    assert_eq!(total(&quote), 100);
    let warned: Vec<_> = quote
        .warnings
        .iter()
        .map(|one| (one.field.as_str(), one.reason.as_str()))
        .collect();
    assert_eq!(warned, [("codes[0]", "TEMPORARILY_UNAVAILABLE")]);
    assert_eq!(first_outcome(&quote).reason, "TEMPORARILY_UNAVAILABLE");

    let refused = guest.place_order(seen.clone()).await.unwrap_err();
    assert_eq!(
        fields(&refused),
        [("codes[0]".to_owned(), "TEMPORARILY_UNAVAILABLE".to_owned())]
    );
    assert!(club.shop.capacity.state.lock().holds.is_empty());

    club.membership.state.lock().away = false;
    let order = guest.place_order(seen).await.unwrap().into_inner().order;
    assert_eq!(order.unwrap().total.unwrap().amount, 70);
}

#[tokio::test]
async fn rules_that_are_known_act_while_membership_is_away() {
    let club = Club::open(vec![promotion(1, order_off(0, amount(10)))]).await;
    club.sells(TEA, "茶", 100);
    let cart = club.cart(&[(TEA, 1)]);
    let mut guest = club.guest();
    assert_eq!(total(&club.quote(&mut guest, &cart).await), 90);
    club.membership.state.lock().away = true;
    club.publish().await;
    let order = club.place(&mut guest, "k", &cart).await.unwrap();
    assert_eq!(order.order.unwrap().total.unwrap().amount, 90);

    // A member orders too, warned that tier and points could not be looked up.
    let mut member = club.member();
    let quote = club.quote(&mut member, &cart).await;
    assert_eq!(quote.warnings[0].field, "member");
    let order = club.place(&mut member, "m", &cart).await.unwrap();
    assert_eq!(
        order.order.unwrap().member_id,
        Some(club.member.to_string())
    );
}

#[tokio::test]
async fn what_membership_refuses_to_hold_is_refused_at_its_field_and_the_stock_released() {
    let (club, cart) = club().await;
    let mut guest = club.guest();
    let request = club.request(&mut guest, "k", &cart).await;
    let used_up = MembershipReason::CodeUsedUp;
    club.membership.state.lock().refusal = Some(Problem::new(used_up).field("codes[0]", used_up));
    let refused = guest.place_order(request).await.unwrap_err();
    assert_eq!(Problem::from_status(&refused).reason, "CODE_USED_UP");
    assert_eq!(
        fields(&refused),
        [("codes[0]".to_owned(), "CODE_USED_UP".to_owned())]
    );
    {
        let state = club.shop.capacity.state.lock();
        assert!(state.holds.is_empty());
        assert_eq!(state.released.len(), 1);
    }
    assert_eq!(club.shop.count("orders").await, 0);
}

/// The customer's own attempt before is not somebody else's use.
#[tokio::test]
async fn a_lost_answer_holds_once_and_the_retry_makes_the_order_of_that_hold() {
    let (club, cart) = club().await;
    let mut guest = club.guest();
    let request = club.request(&mut guest, "k", &cart).await;
    club.membership.state.lock().loses_answers = true;
    let refused = guest.place_order(request.clone()).await.map(|_| ());
    assert_eq!(reason(refused), "TEMPORARILY_UNAVAILABLE");
    assert!(
        club.shop.capacity.state.lock().released.is_empty(),
        "it may be held"
    );

    club.membership.state.lock().loses_answers = false;
    let order = guest.place_order(request).await.unwrap().into_inner();
    let order = order.order.unwrap();
    let state = club.membership.state.lock();
    assert_eq!(state.holds.len(), 1);
    assert!(state.holds.values().all(|held| *held == order.order_id));
    let asked = state.found.last().unwrap();
    assert_eq!(
        asked.order_id, order.order_id,
        "its own hold is not counted"
    );
    assert!(state.released.is_empty());
    assert_eq!(order.state(), OrderState::Placed);
}

/// Membership remembers a key that capacity has forgotten: the retry after it succeeds.
#[tokio::test]
async fn a_hold_of_another_order_is_released() {
    let (club, cart) = club().await;
    let mut guest = club.guest();
    let request = club.request(&mut guest, "k", &cart).await;
    club.membership.state.lock().loses_answers = true;
    assert!(guest.place_order(request.clone()).await.is_err());
    let other = MemberId::new(&SystemClock).to_string();
    {
        let mut state = club.membership.state.lock();
        state.loses_answers = false;
        for order in state.holds.values_mut() {
            other.clone_into(order);
        }
    }
    let refused = guest.place_order(request.clone()).await.map(|_| ());
    assert_eq!(reason(refused), "TEMPORARILY_UNAVAILABLE");
    assert_eq!(club.membership.state.lock().released, [other]);
    assert!(guest.place_order(request).await.is_ok());
}

#[tokio::test]
async fn fishing_for_codes_is_reported_as_such() {
    let (club, cart) = club().await;
    let mut guest = club.guest();
    let quote = club
        .quote(
            &mut guest,
            &Cart {
                codes: vec!["WRONG".to_owned()],
                ..cart
            },
        )
        .await;
    assert_eq!(first_outcome(&quote).reason, "CODE_INVALID");
    assert!(
        quote.warnings.is_empty(),
        "the order is possible without it"
    );
    let asked = club.membership.state.lock().found.last().unwrap().clone();
    assert_eq!(asked.attempt_keys, ["device:1"]);
}

#[tokio::test]
async fn a_blocked_member_may_not_order_and_a_prepaying_one_not_on_site() {
    let club = Club::open(Vec::new()).await;
    club.sells(TEA, "茶", 100);
    let cart = club.cart(&[(TEA, 1)]);
    let mut member = club.member();
    club.membership.state.lock().member.blocked = true;
    let quote = club.quote(&mut member, &cart).await;
    assert_eq!(quote.warnings[0].reason, "MEMBER_BLOCKED");
    let refused = club.place(&mut member, "k", &cart).await;
    assert_eq!(reason(refused), "MEMBER_BLOCKED");

    {
        let mut state = club.membership.state.lock();
        state.member.blocked = false;
        state.member.prepays = true;
    }
    let refused = club.place(&mut member, "k2", &cart).await;
    assert_eq!(reason(refused), "PREPAY_REQUIRED");
}

#[tokio::test]
async fn a_test_order_tries_a_code_and_uses_none() {
    let (club, cart) = club().await;
    let mut identity = club.shop.counter_identity();
    identity.actions.insert("test.order".to_owned());
    let mut staff = club.shop.client(&identity);
    let order = club.request(&mut staff, "k", &cart).await;
    let request = PlaceTestOrderRequest { order: Some(order) };
    let placed = staff.place_test_order(request).await.unwrap().into_inner();
    assert_eq!(placed.order.unwrap().total.unwrap().amount, 70);
    assert!(club.membership.state.lock().held.is_empty());
}
