use proptest::prelude::*;

use super::*;
use crate::domain::{
    pricing::{FeeSettings, price},
    quote::Fee,
    samples::{NOON, cart, line, menu, twd},
};

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(minute * 60, 0).unwrap()
}

/// A quote of two lines with a bag, as soon as possible.
fn quote() -> Quote {
    let lines = vec![line(103, 204, 1, &[]), line(103, 204, 2, &[])];
    price(&menu(), &cart(lines), &FeeSettings { bag: Some(2) }, NOON).unwrap()
}

fn agreed(quote: &Quote, promised_at: Option<DateTime<Utc>>) -> Agreed {
    let amounts = quote.lines.iter().map(|line| line.net.amount());
    let fees = quote.fees.iter();
    Agreed {
        hash: quote.hash.clone(),
        quoted_at: at(0),
        promised_at,
        line_amounts: amounts.collect(),
        fee_amounts: fees
            .map(|fee| (fee.kind.clone(), fee.amount.amount()))
            .collect(),
    }
}

#[test]
fn a_chosen_slot_is_that_slot_or_nothing() {
    let agreed = agreed(&quote(), Some(at(30)));
    assert!(agreed.allows(Some(at(30)), at(30)));
    assert!(!agreed.allows(Some(at(30)), at(15)));
    assert!(!agreed.allows(Some(at(30)), at(45)));
}

#[test]
fn who_saw_no_time_has_agreed_to_none() {
    assert!(!agreed(&quote(), None).allows(None, at(5)));
}

#[test]
fn the_same_quote_differs_in_nothing() {
    let quote = quote();
    let agreed = agreed(&quote, Some(at(15)));
    assert_eq!(agreed.differences(&quote, Some(at(15))), []);
    assert_eq!(agreed.differences(&quote, Some(at(10))), []);
}

#[test]
fn each_line_fee_and_time_that_differs_is_named() {
    let seen = quote();
    let agreed = agreed(&seen, Some(at(15)));
    let mut fresh = seen.clone();
    fresh.lines[1].net = twd(99);
    fresh.fees = vec![Fee {
        kind: "service".into(),
        name: "服務費".into(),
        list: twd(5),
        adjustments: Vec::new(),
        amount: twd(5),
    }];
    let found = agreed.differences(&fresh, Some(at(20)));
    let expected = [
        Difference::Line {
            line: 1,
            name: fresh.lines[1].product_name.clone(),
            was: seen.lines[1].net.amount(),
            now: 99,
        },
        Difference::Fee {
            kind: "service".into(),
            name: Some("服務費".into()),
            was: None,
            now: Some(5),
        },
        Difference::Fee {
            kind: "bag".into(),
            name: None,
            was: Some(2),
            now: None,
        },
        Difference::Promise {
            was: Some(at(15)),
            now: Some(at(20)),
        },
    ];
    assert_eq!(found, expected);
}

#[test]
fn who_does_not_say_what_they_saw_is_told_of_the_time_only() {
    let quote = quote();
    let silent = Agreed {
        line_amounts: Vec::new(),
        fee_amounts: BTreeMap::new(),
        ..agreed(&quote, Some(at(15)))
    };
    assert_eq!(silent.differences(&quote, None).len(), 1);
    assert_eq!(silent.differences(&quote, Some(at(15))), []);
}

proptest! {
    #[test]
    fn as_soon_as_possible_may_be_sooner_but_never_later(seen in 0_i64..10_000, promised in 0_i64..10_000) {
        let quote = quote();
        let agreed = agreed(&quote, Some(at(seen)));
        prop_assert_eq!(agreed.allows(None, at(promised)), promised <= seen);
        let differences = agreed.differences(&quote, Some(at(promised)));
        prop_assert_eq!(differences.is_empty(), promised <= seen);
    }
}
