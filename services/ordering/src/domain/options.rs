//! Stage 1 of pricing: options of one unit, the group's free quota first.

use std::collections::BTreeMap;

use chassis::{
    error::{Reason, Violations},
    id::OptionId,
    money::{Currency, Money},
};
use pricing::{Amount, Free, charge_options};
use proto::ordering::v1::OrderingReason;

use super::{
    cart::{CartLine, ChosenOption},
    menu::{Menu, OptionGroup, Product},
    pricing::ITEM_NOT_FOUND,
    quote::SoldOption,
};

/// Prices the options of a line for one unit, in the menu's order; notes every broken rule at `path`.
pub(super) fn price(
    menu: &Menu,
    product: &Product,
    line: &CartLine,
    path: &str,
    violations: &mut Violations,
) -> Vec<SoldOption> {
    let wanted = merge(&line.options);
    refuse_foreign_options(menu, product, &line.options, path, violations);

    let mut sold = Vec::with_capacity(wanted.len());
    for group in product.groups.iter().filter_map(|id| menu.groups.get(id)) {
        check_group(group, product, &wanted, path, violations);
        sold.extend(price_group(menu.currency, group, &wanted));
    }
    sold
}

/// The same option twice counts together.
fn merge(options: &[ChosenOption]) -> BTreeMap<OptionId, i32> {
    let mut wanted = BTreeMap::new();
    for chosen in options {
        let quantity: &mut i32 = wanted.entry(chosen.option).or_default();
        *quantity = quantity.saturating_add(chosen.quantity);
    }
    wanted
}

fn refuse_foreign_options(
    menu: &Menu,
    product: &Product,
    options: &[ChosenOption],
    path: &str,
    violations: &mut Violations,
) {
    for (index, chosen) in options.iter().enumerate() {
        let of_product = product
            .groups
            .iter()
            .filter_map(|id| menu.groups.get(id))
            .any(|group| {
                group
                    .options
                    .iter()
                    .any(|option| option.id == chosen.option)
            });
        if of_product {
            continue;
        }
        let reason = if menu.knows_option(chosen.option) {
            Reason::from(OrderingReason::ItemNotAvailable)
        } else {
            ITEM_NOT_FOUND.into()
        };
        let params = [
            ("option_id", chosen.option.to_string()),
            ("product", product.name.clone()),
        ];
        violations.push_with(format!("{path}.options[{index}].option_id"), reason, params);
    }
}

fn check_group(
    group: &OptionGroup,
    product: &Product,
    wanted: &BTreeMap<OptionId, i32>,
    path: &str,
    violations: &mut Violations,
) {
    let mut given = 0_i64;
    for option in &group.options {
        let Some(&quantity) = wanted.get(&option.id) else {
            continue;
        };
        given += i64::from(quantity);
        if quantity > option.max_quantity {
            let params = [
                ("product", product.name.clone()),
                ("group", group.name.clone()),
                ("option", option.name.clone()),
                ("min", "0".to_owned()),
                ("max", option.max_quantity.to_string()),
                ("given", quantity.to_string()),
            ];
            violations.push_with(
                format!("{path}.options"),
                OrderingReason::OptionRule,
                params,
            );
        }
    }
    if given < i64::from(group.min) || given > i64::from(group.max) {
        let params = [
            ("product", product.name.clone()),
            ("group", group.name.clone()),
            ("min", group.min.to_string()),
            ("max", group.max.to_string()),
            ("given", given.to_string()),
        ];
        violations.push_with(
            format!("{path}.options"),
            OrderingReason::OptionRule,
            params,
        );
    }
}

/// What each chosen option adds after the group's free quota, in the menu's order.
fn price_group(
    currency: Currency,
    group: &OptionGroup,
    wanted: &BTreeMap<OptionId, i32>,
) -> Vec<SoldOption> {
    let chosen: Vec<_> = group
        .options
        .iter()
        .filter_map(|option| Some((option, *wanted.get(&option.id)?)))
        .filter(|(_, quantity)| *quantity > 0)
        .collect();
    let prices: Vec<_> = chosen
        .iter()
        .map(|(option, quantity)| (Amount::new(option.price.amount()), quantity.unsigned_abs()))
        .collect();
    let quota = u32::try_from(group.free_count).unwrap_or(0);
    let charged = charge_options(&prices, quota, Free::Cheapest);

    chosen
        .into_iter()
        .zip(charged)
        .map(|((option, quantity), charged)| SoldOption {
            option: option.id,
            group_name: group.name.clone(),
            name: option.name.clone(),
            quantity,
            amount: Money::new(charged.minor(), currency),
        })
        .collect()
}
