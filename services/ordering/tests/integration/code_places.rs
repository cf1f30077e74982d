//! A brand that takes one code an order: which of several counts, and what the customer is told of the others.

use proto::ordering::v1::{Cart, EnteredOutcome, PricedQuote};

use crate::common::membership::{Club, amount, order_off, promotion, total};

const BOX: u128 = 10;

/// A box of 100 in a brand of one code; FAR needs 130, SMALL takes 10 off, LARGE 15.
async fn one_code() -> Club {
    let club = Club::open(Vec::new()).await;
    club.membership.state.lock().document.max_codes = 1;
    club.sells(BOX, "禮盒", 100);
    club.code("FAR", promotion(1, order_off(130, amount(50))));
    club.code("SMALL", promotion(2, order_off(0, amount(10))));
    club.code("LARGE", promotion(3, order_off(0, amount(15))));
    club
}

fn with(club: &Club, codes: &[&str], insisted: &[&str]) -> Cart {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Cart {
        codes: owned(codes),
        insisted: owned(insisted),
        ..club.cart(&[(BOX, 1)])
    }
}

fn outcome<'a>(quote: &'a PricedQuote, code: &str) -> &'a EnteredOutcome {
    let mut entered = quote.benefits.as_ref().unwrap().entered.iter();
    entered.find(|outcome| outcome.entered == code).unwrap()
}

#[tokio::test]
async fn a_code_out_of_reach_leaves_the_place_to_the_next_one() {
    let club = one_code().await;
    let mut guest = club.guest();
    for codes in [["FAR", "SMALL"], ["SMALL", "FAR"]] {
        let quote = club.quote(&mut guest, &with(&club, &codes, &[])).await;
        assert_eq!(total(&quote), 90);
        assert!(outcome(&quote, "SMALL").used);
        let far = outcome(&quote, "FAR");
        assert_eq!(
            (far.reason.as_str(), far.params["gap"].as_str()),
            ("MIN_SPEND", "30"),
            "it is named with what would mend it"
        );
    }
    let cart = with(&club, &["FAR", "SMALL"], &[]);
    club.place(&mut guest, "k", &cart).await.unwrap();
    let held = club.membership.state.lock().held[0].uses.clone();
    assert_eq!(held.len(), 1, "what does nothing is not consumed");
    assert_eq!(held[0].position, 1);
}

#[tokio::test]
async fn of_two_good_codes_the_cheaper_order_counts_and_the_other_can_be_chosen() {
    let club = one_code().await;
    let mut guest = club.guest();
    let codes = ["SMALL", "LARGE"];
    let quote = club.quote(&mut guest, &with(&club, &codes, &[])).await;
    assert_eq!(total(&quote), 85);
    let small = outcome(&quote, "SMALL");
    assert_eq!(
        (
            small.used,
            small.reason.as_str(),
            small.total_with,
            small.total_without
        ),
        (false, "NOT_COMBINABLE", Some(90), Some(85))
    );

    let chosen = with(&club, &codes, &["SMALL"]);
    let quote = club.quote(&mut guest, &chosen).await;
    assert_eq!((total(&quote), outcome(&quote, "SMALL").used), (90, true));
    assert_eq!(outcome(&quote, "LARGE").total_with, Some(85));
    let order = club.place(&mut guest, "k", &chosen).await.unwrap();
    assert_eq!(order.order.unwrap().total.unwrap().amount, 90);

    // Who changes their mind again gets what they chose last.
    let again = with(&club, &codes, &["SMALL", "LARGE"]);
    let quote = club.quote(&mut guest, &again).await;
    assert_eq!((total(&quote), outcome(&quote, "LARGE").used), (85, true));
}

#[tokio::test]
async fn the_same_code_twice_is_named_and_counts_once() {
    let club = one_code().await;
    let mut guest = club.guest();
    let twice = with(&club, &["SMALL", "SMALL"], &[]);
    let quote = club.quote(&mut guest, &twice).await;
    assert_eq!(total(&quote), 90);
    let entered = &quote.benefits.as_ref().unwrap().entered;
    let found: Vec<_> = entered
        .iter()
        .map(|outcome| (outcome.used, outcome.reason.as_str()))
        .collect();
    assert_eq!(found, [(true, ""), (false, "NOT_COMBINABLE")]);
}
