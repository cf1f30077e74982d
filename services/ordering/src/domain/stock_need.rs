//! What a cart takes from stock: units of each stock-keeping unit, summed over lines and options.

use std::collections::BTreeMap;

use chassis::id::SkuId;

use super::quote::PricedLine;

/// Demand for one stock-keeping unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Units.
    pub quantity: i64,
    /// Name as the customer knows it.
    pub name: String,
    /// Positions of the lines that need it.
    pub lines: Vec<usize>,
}

/// Sums what the lines take; the same unit in several lines and options counts together.
#[must_use]
pub fn stock_need<'a>(lines: impl IntoIterator<Item = &'a PricedLine>) -> BTreeMap<SkuId, Need> {
    let mut needs = BTreeMap::new();
    for (index, line) in lines.into_iter().enumerate() {
        let units = i64::from(line.quantity);
        let sku = SkuId::from_uuid(line.variant.as_uuid());
        add(&mut needs, sku, units, index, || item_name(line));
        for option in &line.options {
            let sku = SkuId::from_uuid(option.option.as_uuid());
            let quantity = units * i64::from(option.quantity);
            add(&mut needs, sku, quantity, index, || option.name.clone());
        }
    }
    needs
}

fn add(
    needs: &mut BTreeMap<SkuId, Need>,
    sku: SkuId,
    quantity: i64,
    line: usize,
    name: impl FnOnce() -> String,
) {
    let need = needs.entry(sku).or_insert_with(|| Need {
        quantity: 0,
        name: name(),
        lines: Vec::new(),
    });
    need.quantity += quantity;
    if need.lines.last() != Some(&line) {
        need.lines.push(line);
    }
}

fn item_name(line: &PricedLine) -> String {
    format!("{} {}", line.product_name, line.variant_name)
        .trim_end()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        pricing::{FeeSettings, price},
        samples::*,
    };

    #[test]
    fn the_same_unit_in_several_lines_counts_together() {
        let cart = cart(vec![
            line(101, 201, 2, &[(301, 1), (311, 2)]),
            line(102, 202, 1, &[(301, 1)]),
            line(101, 201, 1, &[(302, 1)]),
        ]);
        let quote = price(&menu(), &cart, &FeeSettings::default(), NOON).unwrap();
        let needs = stock_need(&quote.lines);
        let of = |n: u128| {
            let need = &needs[&id!(SkuId, n)];
            (need.quantity, need.name.as_str(), need.lines.clone())
        };
        assert_eq!(of(201), (3, "紅玉紅茶 L", vec![0, 2]));
        assert_eq!(of(311), (4, "珍珠", vec![0]));
        assert_eq!(of(301), (3, "半糖", vec![0, 1]));
    }
}
