//! 同品項: all units of a cart with the same product, variant and options, whatever line they are on.

use std::collections::BTreeMap;

use chassis::id::{OptionId, ProductId, VariantId};
use chassis::money::Money;

use super::quote::PricedLine;

/// What makes two units the same item. Its order is the order in which rules and hashes see items.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemKey {
    /// Product.
    pub product: ProductId,
    /// Variant.
    pub variant: VariantId,
    /// Options with their quantities, by id.
    pub options: Vec<(OptionId, i32)>,
}

/// All units of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemGroup {
    /// Units on all lines.
    pub units: i64,
    /// List price of one.
    pub unit_list: Money,
    /// Net of all units, minor units.
    pub net: i64,
}

impl ItemKey {
    /// Key of a priced line; its note does not matter.
    #[must_use]
    pub fn of(line: &PricedLine) -> Self {
        let mut options: Vec<_> = line
            .options
            .iter()
            .map(|sold| (sold.option, sold.quantity))
            .collect();
        options.sort_unstable();
        Self {
            product: line.product,
            variant: line.variant,
            options,
        }
    }
}

/// Groups lines into items, in the order of their keys.
#[must_use]
pub fn item_groups(lines: &[PricedLine]) -> Vec<(ItemKey, ItemGroup)> {
    let mut groups: BTreeMap<ItemKey, ItemGroup> = BTreeMap::new();
    for line in lines {
        let group = groups.entry(ItemKey::of(line)).or_insert(ItemGroup {
            units: 0,
            unit_list: line.unit_list,
            net: 0,
        });
        group.units += i64::from(line.quantity);
        group.net += line.net.amount();
    }
    groups.into_iter().collect()
}
