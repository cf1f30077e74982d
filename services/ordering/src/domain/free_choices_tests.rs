//! Free choices times quantity: the quota counts for each unit, and every place shows one price.

use std::collections::BTreeMap;

use super::{
    agreed::{Agreed, Difference},
    cart::CartLine,
    menu::{Menu, MenuOption},
    pricing::{FeeSettings, price},
    quote::Quote,
    samples::{NOON, cart, id, line, menu, twd},
};

const GRASS: u128 = 321;
const PEARL: u128 = 322;
const COCONUT: u128 = 323;
const PUDDING: u128 = 324;

/// Black tea at 35 with toppings at 5, 10, 10 and 15, of which the cheapest are free.
fn with_free(free_count: i32) -> Menu {
    let mut menu = menu();
    let tea = menu.products.get_mut(&id!(ProductId, 101)).unwrap();
    tea.groups = vec![id!(OptionGroupId, 402)];
    let toppings = menu.groups.get_mut(&id!(OptionGroupId, 402)).unwrap();
    (toppings.min, toppings.max, toppings.free_count) = (0, 5, free_count);
    let option = |n, name: &str, price| MenuOption {
        id: id!(OptionId, n),
        name: name.into(),
        price: twd(price),
        max_quantity: 3,
    };
    toppings.options = vec![
        option(GRASS, "仙草", 5),
        option(PEARL, "珍珠", 10),
        option(COCONUT, "椰果", 10),
        option(PUDDING, "布丁", 15),
    ];
    menu
}

fn quote(menu: &Menu, lines: Vec<CartLine>) -> Quote {
    price(menu, &cart(lines), &FeeSettings::default(), NOON).unwrap()
}

fn rich(quantity: i32) -> CartLine {
    line(101, 201, quantity, &[(PUDDING, 1), (PEARL, 2), (GRASS, 1)])
}

fn lines(first: i32) -> Vec<CartLine> {
    vec![
        rich(first),
        line(101, 201, 2, &[(PEARL, 3)]),
        line(101, 201, 1, &[]),
    ]
}

fn nets(quote: &Quote) -> Vec<i64> {
    quote.lines.iter().map(|line| line.net.amount()).collect()
}

#[test]
fn the_quota_counts_for_each_unit() {
    let three = quote(&with_free(2), lines(3));
    assert_eq!(nets(&three), [180, 90, 35]);
    assert_eq!(three.total, twd(305));
    let units: Vec<_> = three.lines.iter().map(|line| line.unit_list).collect();
    assert_eq!(units, [twd(60), twd(45), twd(35)]);
    assert_eq!(quote(&with_free(2), lines(2)).total, twd(245));
}

#[test]
fn how_the_cart_is_written_changes_nothing() {
    let menu = with_free(2);
    let seen = quote(&menu, lines(2));
    let mut other = vec![
        line(101, 201, 1, &[]),
        line(101, 201, 2, &[(PEARL, 1), (PEARL, 2)]),
        rich(1),
        rich(1),
    ];
    other[2].options.reverse();
    let other = quote(&menu, other);
    assert_eq!((other.hash, other.total), (seen.hash, seen.total));
}

#[test]
fn a_smaller_quota_is_told_line_by_line() {
    let seen = quote(&with_free(2), lines(2));
    let fresh = quote(&with_free(1), lines(2));
    assert_ne!(fresh.hash, seen.hash);
    assert_eq!(fresh.total, twd(285));
    let agreed = Agreed {
        line_amounts: nets(&seen),
        hash: seen.hash,
        quoted_at: chrono::DateTime::UNIX_EPOCH,
        promised_at: Some(chrono::DateTime::UNIX_EPOCH),
        fee_amounts: BTreeMap::new(),
    };
    let differences: Vec<_> = agreed
        .differences(&fresh, agreed.promised_at)
        .into_iter()
        .filter_map(|difference| match difference {
            Difference::Line { line, was, now, .. } => Some((line, was, now)),
            Difference::Fee { .. } | Difference::Promise { .. } => None,
        })
        .collect();
    assert_eq!(differences, [(0, 120, 140), (1, 90, 110)]);
}
