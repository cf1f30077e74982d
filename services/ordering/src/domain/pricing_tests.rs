//! Prices, refusals and independence of the cart's layout.

use chassis::sales::Method;

use proptest::prelude::*;

use super::*;
use crate::domain::samples::*;

const HALF: (u128, i32) = (301, 1);

fn quote(cart: &Cart) -> Quote {
    price(&menu(), cart, &FeeSettings::default(), NOON).unwrap()
}

fn refusal(cart: &Cart) -> Vec<(String, String)> {
    let problem = price(&menu(), cart, &FeeSettings::default(), NOON).unwrap_err();
    problem
        .fields
        .into_iter()
        .map(|f| (f.field, f.reason.to_string()))
        .collect()
}

fn at(field: &str, reason: &str) -> (String, String) {
    (field.to_owned(), reason.to_owned())
}

#[test]
fn a_line_is_unit_plus_options_times_quantity() {
    // 珍珠 and 布丁: the cheaper is free.
    let quote = quote(&cart(vec![line(101, 201, 3, &[HALF, (311, 1), (312, 1)])]));
    let line = &quote.lines[0];
    assert_eq!(line.unit_list, twd(35 + 15));
    assert_eq!(line.list, twd(150));
    assert_eq!(quote.total, twd(150));
    let amounts: Vec<_> = line
        .options
        .iter()
        .map(|o| (o.name.as_str(), o.amount))
        .collect();
    assert_eq!(
        amounts,
        [("半糖", twd(0)), ("珍珠", twd(0)), ("布丁", twd(15))]
    );
}

#[test]
fn the_free_quota_takes_single_units_of_an_option() {
    let quote = quote(&cart(vec![line(101, 201, 1, &[HALF, (311, 2)])]));
    assert_eq!(quote.total, twd(45));
}

#[test]
fn the_same_option_twice_counts_together() {
    let quote = quote(&cart(vec![line(101, 201, 1, &[HALF, (311, 1), (311, 1)])]));
    assert_eq!(quote.lines[0].options.len(), 2);
    assert_eq!(quote.total, twd(45));
}

#[test]
fn a_bag_fee_is_on_top_and_in_the_hash() {
    let cart = cart(vec![line(102, 202, 1, &[HALF])]);
    let with_bag = price(&menu(), &cart, &FeeSettings { bag: Some(2) }, NOON).unwrap();
    assert_eq!(with_bag.total, twd(27));
    assert_eq!(with_bag.fees[0].kind, "bag");
    assert_ne!(with_bag.hash, quote(&cart).hash);
}

#[test]
fn every_problem_is_named_at_its_field() {
    let cart = cart(vec![
        line(998, 201, 1, &[]),
        line(101, 999, 1, &[(301, 1), (999, 1)]),
        line(102, 202, 0, &[HALF, (311, 1)]),
        line(102, 203, 100, &[]),
        line(101, 201, 1, &[(301, 1), (302, 1), (311, 3), (312, 2)]),
    ]);
    let found = refusal(&cart);
    for expected in [
        at("lines[0].product_id", "ITEM_NOT_FOUND"),
        at("lines[1].variant_id", "ITEM_NOT_FOUND"),
        at("lines[1].options[1].option_id", "ITEM_NOT_FOUND"),
        at("lines[2].quantity", "VALIDATION_FAILED"),
        at("lines[2].options[1].option_id", "ITEM_NOT_AVAILABLE"),
        at("lines[3].quantity", "ORDER_TOO_LARGE"),
        at("lines[3].options", "OPTION_RULE"),
        at("lines[4].options", "OPTION_RULE"),
    ] {
        assert!(
            found.contains(&expected),
            "{expected:?} is missing in {found:?}"
        );
    }
}

#[test]
fn an_option_rule_names_group_limits_and_what_was_given() {
    let cart = cart(vec![line(102, 202, 1, &[])]);
    let problem = price(&menu(), &cart, &FeeSettings::default(), NOON).unwrap_err();
    assert_eq!(problem.reason, "OPTION_RULE");
    let params = &problem.fields[0].params;
    let named = ["product", "group", "min", "max", "given"].map(|name| params[name].as_str());
    assert_eq!(named, ["翠玉綠茶", "甜度", "1", "1", "0"]);
}

#[test]
fn limits_of_an_order_hold() {
    let tea = || line(102, 202, 1, &[HALF]);
    assert_eq!(refusal(&cart(vec![])), [at("lines", "VALIDATION_FAILED")]);
    assert!(refusal(&cart(vec![tea(); 51])).contains(&at("lines", "ORDER_TOO_LARGE")));
    let many = vec![
        line(101, 201, 99, &[HALF]),
        line(102, 202, 99, &[HALF]),
        line(103, 204, 99, &[]),
    ];
    assert!(refusal(&cart(many.clone())).contains(&at("lines[2]", "AMOUNT_OUT_OF_RANGE")));
    let more = [many, vec![line(103, 204, 4, &[])]].concat();
    assert!(refusal(&cart(more)).contains(&at("lines", "ORDER_TOO_LARGE")));
    let dear = vec![line(103, 204, 9, &[]), line(103, 204, 2, &[])];
    assert_eq!(refusal(&cart(dear)), [at("lines", "AMOUNT_OUT_OF_RANGE")]);
}

#[test]
fn limits_of_a_product_count_over_the_cart() {
    let mut menu = menu();
    let tea = menu.products.get_mut(&id!(ProductId, 102)).unwrap();
    (tea.min_per_order, tea.max_per_order) = (2, 3);
    let priced = |quantities: &[i32]| {
        let lines = quantities
            .iter()
            .map(|q| line(102, 202, *q, &[HALF]))
            .collect();
        price(&menu, &cart(lines), &FeeSettings::default(), NOON)
    };
    assert!(priced(&[1, 2]).is_ok());
    assert_eq!(priced(&[1]).unwrap_err().reason, "MIN_QUANTITY");
    let problem = priced(&[2, 2]).unwrap_err();
    assert_eq!(problem.reason, "ORDER_TOO_LARGE");
    assert_eq!(problem.fields.len(), 2);
}

#[test]
fn a_menu_published_again_is_the_same_quote_until_a_price_differs() {
    let cart = cart(vec![line(101, 201, 1, &[HALF]), line(102, 203, 2, &[HALF])]);
    let seen = quote(&cart);
    let mut menu = menu();
    menu.version = id!(MenuVersionId, 999);
    menu.number += 1;
    let tea = menu.products.get_mut(&id!(ProductId, 102)).unwrap();
    tea.name = "翡翠綠茶".into();
    let again = price(&menu, &cart, &FeeSettings::default(), NOON).unwrap();
    assert_eq!(again.hash, seen.hash);
    assert_eq!(again.menu_number, seen.menu_number + 1);

    let tea = menu.products.get_mut(&id!(ProductId, 102)).unwrap();
    tea.variants[1].price = twd(40);
    let dearer = price(&menu, &cart, &FeeSettings::default(), NOON).unwrap();
    assert_ne!(dearer.hash, seen.hash);
}

#[test]
fn method_and_slot_are_in_the_hash() {
    let asap = cart(vec![line(102, 202, 1, &[HALF])]);
    let later = Cart {
        wanted_at: Some(chrono::DateTime::UNIX_EPOCH),
        ..asap.clone()
    };
    let here = Cart {
        method: Method::OnSite,
        ..asap.clone()
    };
    let hashes = [&asap, &later, &here].map(|cart| quote(cart).hash);
    assert!(hashes[0] != hashes[1] && hashes[0] != hashes[2] && hashes[1] != hashes[2]);
}

/// Lines of a few products, variants and options, in any order.
fn carts() -> impl Strategy<Value = Vec<CartLine>> {
    let red = (1..5_i32, 0..3_i32, 0..2_i32).prop_map(|(quantity, pearls, pudding)| {
        let options = [HALF, (311, pearls), (312, pudding)];
        let chosen: Vec<_> = options
            .into_iter()
            .filter(|(_, quantity)| *quantity > 0)
            .collect();
        line(101, 201, quantity, &chosen)
    });
    let green = (1..5_i32, 202..204_u128, 301..303_u128)
        .prop_map(|(quantity, variant, sweet)| line(102, variant, quantity, &[(sweet, 1)]));
    prop::collection::vec(prop_oneof![red, green], 1..9)
}

proptest! {
    #[test]
    fn the_order_of_lines_does_not_matter(lines in carts(), seed in any::<u64>()) {
        let mut shuffled = lines.clone();
        let places = shuffled.len();
        for place in 0..places {
            let other = usize::try_from(seed.rotate_left(u32::try_from(place * 7).unwrap()) % places as u64).unwrap();
            shuffled.swap(place, other);
        }
        let (one, other) = (quote(&cart(lines)), quote(&cart(shuffled)));
        prop_assert_eq!((one.hash, one.total), (other.hash, other.total));
    }

    #[test]
    fn lines_of_one_unit_cost_the_same_as_lines_of_many(lines in carts(), note in "[a-z]{0,5}") {
        let single: Vec<_> = lines
            .iter()
            .flat_map(|line| {
                let unit = CartLine { quantity: 1, note: note.clone(), ..line.clone() };
                vec![unit; usize::try_from(line.quantity).unwrap()]
            })
            .collect();
        let (one, other) = (quote(&cart(lines)), quote(&cart(single)));
        prop_assert_eq!((one.hash, one.total), (other.hash, other.total));
    }

    #[test]
    fn the_total_is_the_sum_of_all_units_and_fees(lines in carts(), bag in prop::option::of(1..9_i64)) {
        let fees = FeeSettings { bag };
        let quote = price(&menu(), &cart(lines), &fees, NOON).unwrap();
        let units = quote.lines.iter().flat_map(|line| &line.unit_nets);
        let nets: i64 = units.map(|net| net.amount()).sum();
        let fees: i64 = quote.fees.iter().map(|fee| fee.amount.amount()).sum();
        prop_assert_eq!(nets + fees, quote.total.amount());
        for line in &quote.lines {
            let units: i64 = line.unit_nets.iter().map(|net| net.amount()).sum();
            prop_assert_eq!(units, line.net.amount());
            prop_assert_eq!(line.unit_nets.len(), usize::try_from(line.quantity).unwrap());
            prop_assert_eq!(line.unit_list.amount() * i64::from(line.quantity), line.list.amount());
        }
    }
}
