//! A small menu for tests: red tea L 35, green tea M 25 / L 30, sweetness (required), toppings.

use std::collections::HashMap;

use chassis::{
    money::{Currency, Money},
    sales::Method,
};

use super::{cart::*, menu::*};

/// An id made from a small number, ordered as the numbers are.
macro_rules! id {
    ($kind:ident, $n:expr) => {
        chassis::id::$kind::from_uuid(uuid::Uuid::from_u128($n))
    };
}
pub(crate) use id;

/// When carts of tests are priced.
pub const NOON: chrono::DateTime<chrono::Utc> =
    chrono::DateTime::from_timestamp(1_795_320_000, 0).expect("an instant");

/// New Taiwan dollars.
pub fn twd(amount: i64) -> Money {
    Money::new(amount, Currency::TWD)
}

fn option(n: u128, name: &str, price: i64, max_quantity: i32) -> MenuOption {
    MenuOption {
        id: id!(OptionId, n),
        name: name.into(),
        price: twd(price),
        max_quantity,
    }
}

fn product(
    name: &str,
    (station, print_tag): (&str, &str),
    variants: &[(u128, &str, i64)],
    groups: &[u128],
) -> Product {
    Product {
        name: name.into(),
        categories: vec![id!(CategoryId, 501)],
        variants: variants
            .iter()
            .map(|(n, name, price)| Variant {
                id: id!(VariantId, *n),
                name: (*name).into(),
                price: twd(*price),
            })
            .collect(),
        groups: groups.iter().map(|n| id!(OptionGroupId, *n)).collect(),
        tax_type: TaxType::Taxable,
        min_per_order: 1,
        max_per_order: 99,
        make_seconds: 45,
        station: station.into(),
        print_tag: print_tag.into(),
    }
}

/// How the branch counts days.
pub const DAY_RULE: DayRule = DayRule {
    tz: chrono_tz::Asia::Taipei,
    cutoff_minutes: 240,
};

/// The menu.
pub fn menu() -> Menu {
    let sweetness = OptionGroup {
        name: "甜度".into(),
        min: 1,
        max: 1,
        free_count: 0,
        options: vec![option(301, "半糖", 0, 1), option(302, "全糖", 0, 1)],
    };
    let toppings = OptionGroup {
        name: "加料".into(),
        min: 0,
        max: 4,
        free_count: 1,
        options: vec![
            option(311, "珍珠", 10, 2),
            option(312, "布丁", 15, 2),
            option(313, "椰果", 5, 2),
        ],
    };
    Menu {
        version: id!(MenuVersionId, 1),
        number: 7,
        brand: id!(BrandId, 2),
        branch: id!(BranchId, 3),
        branch_name: "信義店".into(),
        currency: Currency::TWD,
        products: HashMap::from([
            (
                id!(ProductId, 101),
                product("紅玉紅茶", ("吧台", "冷飲"), &[(201, "L", 35)], &[401, 402]),
            ),
            (
                id!(ProductId, 102),
                product(
                    "翠玉綠茶",
                    ("吧台", "冷飲"),
                    &[(202, "M", 25), (203, "L", 30)],
                    &[401],
                ),
            ),
            (
                id!(ProductId, 103),
                product("茶葉禮盒", ("", "禮盒"), &[(204, "", 999_999)], &[]),
            ),
        ]),
        groups: HashMap::from([
            (id!(OptionGroupId, 401), sweetness),
            (id!(OptionGroupId, 402), toppings),
        ]),
    }
}

/// A cart line; options as (id, quantity).
pub fn line(product: u128, variant: u128, quantity: i32, options: &[(u128, i32)]) -> CartLine {
    CartLine {
        product: id!(ProductId, product),
        variant: id!(VariantId, variant),
        quantity,
        options: options
            .iter()
            .map(|(n, quantity)| ChosenOption {
                option: id!(OptionId, *n),
                quantity: *quantity,
            })
            .collect(),
        note: String::new(),
        offered_by: None,
    }
}

/// A cart for pick-up as soon as possible.
pub fn cart(lines: Vec<CartLine>) -> Cart {
    Cart {
        branch: id!(BranchId, 3),
        method: Method::Pickup,
        wanted_at: None,
        lines,
        entered: Entered::default(),
    }
}
