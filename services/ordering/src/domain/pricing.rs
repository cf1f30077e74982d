//! The price of a cart, stage by stage; docs/rules.md, Price stages.
//!
//! Here are the stages that read the menu, 0 unit price and 1 options, and what refuses a cart; the
//! rest is the engine's.

use std::collections::BTreeMap;

use chassis::{
    error::{CommonReason, Problem, Reason, Violations},
    id::ProductId,
    money::Money,
};
use proto::{
    capacity::v1::CapacityReason, catalog::v1::CatalogReason, ordering::v1::OrderingReason,
};

use chrono::{DateTime, Utc};

use super::{
    benefit_outcome::PricedCart,
    cart::{Cart, CartLine},
    engine,
    menu::Menu,
    options,
    price_inputs::PriceInputs,
    priced_with::PricedWith,
    quote::{Fee, HashInput, PricedLine, Quote, hash},
};
pub use pricing::MAX_LINES;

/// The menu does not have it; catalog knows whether it exists at all.
pub const ITEM_NOT_FOUND: CatalogReason = CatalogReason::ItemNotFound;
/// Most units of a line.
pub const MAX_LINE_UNITS: i32 = pricing::MAX_LINE_UNITS.cast_signed();
/// Most units of an order.
pub const MAX_ORDER_UNITS: i64 = 300;
/// Most of one option for a unit.
pub const MAX_OPTION_UNITS: i32 = 10;
/// Highest amount of a line and of an order.
pub const MAX_AMOUNT: i64 = pricing::MAX_AMOUNT.minor();

/// A branch's settings of the fees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeeSettings {
    /// 袋子費 of an order, in the minor unit; none by default.
    pub bag: Option<i64>,
}

/// Prices a guest's cart from a menu without rules as of `now`, or refuses it naming every problem at its
/// field.
pub fn price(
    menu: &Menu,
    cart: &Cart,
    fees: &FeeSettings,
    now: DateTime<Utc>,
) -> Result<Quote, Problem> {
    price_with(menu, cart, fees, now, &PriceInputs::none())
}

/// Prices a cart from a menu as of `now`, or refuses it naming every problem at its field.
pub fn price_with(
    menu: &Menu,
    cart: &Cart,
    fees: &FeeSettings,
    now: DateTime<Utc>,
    inputs: &PriceInputs,
) -> Result<Quote, Problem> {
    let mut violations = Violations::new();
    check_size(cart, &mut violations);

    let mut lines = Vec::with_capacity(cart.lines.len());
    for (index, line) in cart.lines.iter().enumerate() {
        lines.extend(price_line(menu, line, index, &mut violations));
    }
    check_per_order_limits(menu, cart, &mut violations);
    violations.into_result()?;

    let mut fees = fees_of(menu, fees);
    let priced = engine::price(menu, cart, &lines, &fees, now, inputs)?;
    let outcome = PricedCart {
        menu,
        inputs,
        priced: &priced,
        now,
    };
    outcome.settle_lines(&mut lines);
    outcome.settle_fees(&mut fees);
    lines.extend(outcome.gift_lines());
    let benefits = outcome.benefits(&lines, &fees);
    let offers = outcome.offers();
    let priced_with = PricedWith::of(inputs, now, cart.wanted_at, benefits.as_ref());

    let total = Money::new(priced.total.minor(), menu.currency);
    let list_total = lines.iter().map(|line| line.list.amount()).sum();
    let hash = hash(&HashInput {
        method: cart.method,
        wanted_at: cart.wanted_at,
        groups: &priced.groups,
        fees: &fees,
        total,
        benefits: benefits.as_ref(),
    });
    Ok(Quote {
        menu_version: menu.version,
        menu_number: menu.number,
        method: cart.method,
        wanted_at: cart.wanted_at,
        lines,
        list_total: Money::new(list_total, menu.currency),
        fees,
        total,
        hash,
        benefits,
        offers,
        priced_with,
    })
}

fn check_size(cart: &Cart, violations: &mut Violations) {
    if cart.lines.is_empty() {
        violations.push_with("lines", CommonReason::ValidationFailed, [("min", 1)]);
    }
    if cart.lines.len() > MAX_LINES {
        let params = [("max", MAX_LINES), ("given", cart.lines.len())];
        violations.push_with("lines", CapacityReason::OrderTooLarge, params);
    }
    let units: i64 = cart
        .lines
        .iter()
        .map(|line| i64::from(line.quantity.max(0)))
        .sum();
    if units > MAX_ORDER_UNITS {
        let params = [("max_units", MAX_ORDER_UNITS), ("given", units)];
        violations.push_with("lines", CapacityReason::OrderTooLarge, params);
    }
    for (index, line) in cart.lines.iter().enumerate() {
        check_quantity(
            format!("lines[{index}].quantity"),
            line.quantity,
            MAX_LINE_UNITS,
            violations,
        );
        for (option, chosen) in line.options.iter().enumerate() {
            let field = format!("lines[{index}].options[{option}].quantity");
            check_quantity(field, chosen.quantity, MAX_OPTION_UNITS, violations);
        }
    }
}

fn check_quantity(field: String, given: i32, max: i32, violations: &mut Violations) {
    let reason = match given {
        ..=0 => Reason::from(CommonReason::ValidationFailed),
        _ if given > max => CapacityReason::OrderTooLarge.into(),
        _ => return,
    };
    violations.push_with(field, reason, [("min", 1), ("max", max), ("given", given)]);
}

/// Stages 0 to 2 of one line; `None` when it cannot be priced, with the reason noted.
fn price_line(
    menu: &Menu,
    line: &CartLine,
    index: usize,
    violations: &mut Violations,
) -> Option<PricedLine> {
    let path = format!("lines[{index}]");
    let Some(product) = menu.products.get(&line.product) else {
        let params = [("product_id", line.product.to_string())];
        violations.push_with(format!("{path}.product_id"), ITEM_NOT_FOUND, params);
        return None;
    };
    let options = options::price(menu, product, line, &path, violations);
    let Some(variant) = product
        .variants
        .iter()
        .find(|variant| variant.id == line.variant)
    else {
        let params = [
            ("product", product.name.clone()),
            ("variant_id", line.variant.to_string()),
        ];
        violations.push_with(format!("{path}.variant_id"), ITEM_NOT_FOUND, params);
        return None;
    };

    let amounts = options.iter().map(|option| option.amount);
    let unit_list = amounts
        .into_iter()
        .try_fold(variant.price, Money::checked_add);
    let list = unit_list
        .clone()
        .and_then(|unit| unit.checked_mul(i64::from(line.quantity.max(0))))
        .ok()
        .filter(|list| list.amount() <= MAX_AMOUNT);
    let (Ok(unit_list), Some(list)) = (unit_list, list) else {
        violations.push_with(&path, CommonReason::AmountOutOfRange, [("max", MAX_AMOUNT)]);
        return None;
    };
    Some(PricedLine {
        product: line.product,
        categories: product.categories.clone(),
        variant: line.variant,
        product_name: product.name.clone(),
        variant_name: variant.name.clone(),
        tax_type: product.tax_type,
        quantity: line.quantity,
        unit_list,
        list,
        adjustments: Vec::new(),
        net: list,
        unit_nets: Vec::new(),
        unit_points: Vec::new(),
        options,
        choices: Vec::new(),
        note: line.note.clone(),
        nickname: None,
        station: product.station.clone(),
        print_tag: product.print_tag.clone(),
        make_seconds: product.make_seconds,
        offered_by: line.offered_by,
        offer_gone: false,
        gift_of: None,
    })
}

/// Minimum and maximum of a product count over the whole cart and are reported at each of its lines.
fn check_per_order_limits(menu: &Menu, cart: &Cart, violations: &mut Violations) {
    let mut units: BTreeMap<ProductId, i64> = BTreeMap::new();
    for line in &cart.lines {
        *units.entry(line.product).or_default() += i64::from(line.quantity.max(0));
    }
    for (index, line) in cart.lines.iter().enumerate() {
        let Some(product) = menu.products.get(&line.product) else {
            continue;
        };
        let given = units[&line.product];
        let reason = if given < i64::from(product.min_per_order) {
            Reason::from(OrderingReason::MinQuantity)
        } else if given > i64::from(product.max_per_order) {
            CapacityReason::OrderTooLarge.into()
        } else {
            continue;
        };
        let params = [
            ("product", product.name.clone()),
            ("min", product.min_per_order.to_string()),
            ("max", product.max_per_order.to_string()),
            ("given", given.to_string()),
        ];
        violations.push_with(format!("lines[{index}].quantity"), reason, params);
    }
}

/// Fees at list price.
fn fees_of(menu: &Menu, settings: &FeeSettings) -> Vec<Fee> {
    let bag = settings.bag.filter(|amount| *amount > 0);
    let bag = bag.map(|amount| Money::new(amount, menu.currency));
    let bag = bag.map(|amount| Fee {
        kind: "bag".to_owned(),
        name: "袋子費".to_owned(),
        list: amount,
        adjustments: Vec::new(),
        amount,
    });
    bag.into_iter().collect()
}

#[cfg(test)]
#[path = "pricing_tests.rs"]
mod tests;
