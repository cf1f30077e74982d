//! How many codes and coupons an order may have, and which of more than that count.

use pricing::*;

use crate::common::*;

const ONE: Places = Places {
    codes: 1,
    coupons: 1,
};

fn with_one_place(entered: Vec<EnteredRule>) -> Order {
    Order {
        places: ONE,
        ..Order::of(vec![line(1, 100, 1)]).enter(entered)
    }
}

fn instead_of(n: u128, total: i64) -> Reason {
    Reason::NotCombinable {
        with: vec![rule_id(n)],
        total: Some(dollars(total)),
    }
}

#[test]
fn a_code_that_does_nothing_takes_no_place() {
    let mut far = code(1, off_from(0, 50));
    far.rule = from_spend(far.rule, 130);
    let mut elsewhere = code(2, off_from(0, 50));
    elsewhere.rule.target = products(&[99]);
    let priced = with_one_place(vec![far, elsewhere, code(3, off_from(0, 10))]).price();
    assert_eq!(priced.total, dollars(90));
    let gap = Reason::MinSpend { gap: dollars(30) };
    assert_eq!(not_used(&priced.entered[0]), &gap);
    assert_eq!(not_used(&priced.entered[1]).code(), "EXCLUDED_ITEMS");
    assert!(priced.entered[2].is_used());
}

#[test]
fn of_more_codes_than_places_the_one_that_saves_most_counts() {
    let [small, large] = [code(1, off_from(0, 10)), code(2, off_from(0, 15))];
    for entered in [
        vec![small.clone(), large.clone()],
        vec![large.clone(), small.clone()],
    ] {
        let smaller = usize::from(entered[0] == large);
        let priced = with_one_place(entered).price();
        assert_eq!(priced.total, dollars(85));
        assert_eq!(
            not_used(&priced.entered[smaller]),
            &instead_of(2, 90),
            "the customer may choose it all the same"
        );
    }
    let equal = with_one_place(vec![code(2, off_from(0, 10)), code(1, off_from(0, 10))]).price();
    assert!(equal.entered[1].is_used(), "equals go by rank");
    assert_eq!(not_used(&equal.entered[0]), &instead_of(1, 90));
}

#[test]
fn the_code_that_the_customer_chose_keeps_the_place() {
    let mut chosen = code(1, off_from(0, 10));
    chosen.insisted = true;
    let priced = with_one_place(vec![code(2, off_from(0, 15)), chosen]).price();
    assert_eq!(priced.total, dollars(90));
    assert_eq!(not_used(&priced.entered[0]), &instead_of(1, 85));
}

#[test]
fn codes_and_coupons_have_places_of_their_own() {
    let entered = vec![code(1, off_from(0, 10)), coupon(2, off_from(0, 20))];
    let priced = with_one_place(entered).price();
    assert_eq!(priced.total, dollars(70));
}

#[test]
fn of_three_coupons_for_two_places_the_two_best_count() {
    let coupons = [10, 30, 20];
    let entered = coupons.iter().zip(1..);
    let entered = entered.map(|(&off, n)| coupon(n, off_from(0, off)));
    let order = Order {
        places: Places { coupons: 2, ..ONE },
        ..Order::of(vec![line(1, 100, 1)]).enter(entered.collect())
    };
    let priced = order.price();
    assert_eq!(priced.total, dollars(50));
    assert_eq!(not_used(&priced.entered[0]), &instead_of(3, 60));
}

#[test]
fn a_place_that_becomes_free_is_given_to_who_waits() {
    let [delivery, goods] = [code(1, FREE_DELIVERY), code(2, off_from(0, 10))];
    // The coupon takes the whole fee first, which leaves nothing to the better code.
    let mut coupon = coupon(3, FREE_DELIVERY);
    coupon.rule.priority = 1;
    let order = |entered| with_one_place(entered).fees(vec![delivery_fee(30)]);
    let without = order(vec![delivery.clone(), goods.clone()]).price();
    assert_eq!(without.total, dollars(100));
    assert_eq!(not_used(&without.entered[1]), &instead_of(1, 120));

    let priced = order(vec![delivery, goods, coupon]).price();
    assert_eq!(priced.total, dollars(90));
    assert_eq!(not_used(&priced.entered[0]), &Reason::NoEffect);
    assert!(priced.entered[1].is_used());
    assert!(priced.entered[2].is_used());
}
