//! What must hold of every cart and every set of rules.

use pricing::{Line, Priced};
use proptest::prelude::*;

use crate::{random::orders, requests::Order};

/// `PRICING_CASES` says how many; `./dev test` asks for 100,000.
fn config() -> ProptestConfig {
    let cases = std::env::var("PRICING_CASES").ok();
    ProptestConfig {
        cases: cases.and_then(|cases| cases.parse().ok()).unwrap_or(4_000),
        max_shrink_iters: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Units of the same items on lines of one unit each, the last first.
fn other_layout(order: &Order) -> Order {
    let single = |line: &Line| {
        let one = Line {
            quantity: 1,
            ..line.clone()
        };
        vec![one; line.quantity as usize]
    };
    let mut lines: Vec<_> = order.lines.iter().flat_map(single).collect();
    lines.reverse();
    Order {
        lines,
        ..order.clone()
    }
}

/// Every explanation adds up again.
fn check_sums(order: &Order, priced: &Priced) {
    let mut all = 0;
    for (line, priced) in order.lines.iter().zip(&priced.lines) {
        for (place, unit) in priced.units.iter().enumerate() {
            let off: i64 = priced
                .adjustments
                .iter()
                .map(|one| one.per_unit[place].minor())
                .sum();
            assert_eq!(line.unit_list().minor() + off, unit.net.minor());
            assert!(unit.net.minor() >= 0);
            all += unit.net.minor();
        }
        for adjustment in &priced.adjustments {
            let shares: i64 = adjustment.per_unit.iter().map(|one| one.minor()).sum();
            assert_eq!(shares, adjustment.amount.minor());
        }
    }
    assert_eq!(all, priced.goods.minor());
    for fee in &priced.fees {
        let off: i64 = fee.adjustments.iter().map(|one| one.amount.minor()).sum();
        assert_eq!(fee.list.minor() + off, fee.net.minor());
        all += fee.net.minor();
    }
    assert_eq!(all, priced.total.minor());
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn pricing_and_its_reference_agree(order in orders()) {
        let (priced, reference) = order.both();
        check_sums(&order, &priced);
        prop_assert_eq!(order.in_terms_of_reference(&priced), reference);
    }

    #[test]
    fn totals_do_not_depend_on_layout(order in orders()) {
        let other = other_layout(&order);
        let (one, two) = (order.both().0, other.both().0);
        prop_assert_eq!(order.in_terms_of_reference(&one), other.in_terms_of_reference(&two));
    }
}
