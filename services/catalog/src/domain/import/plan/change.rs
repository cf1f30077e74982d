//! Says what changes in a product, in the words of the file's columns.

use std::fmt::Display;

use super::{Categories, Groups, columns};
use crate::domain::product::{Product, Variant};

/// `price_cold 30 → 35; category 茶 → 奶茶`.
pub(super) fn describe(
    old: &Product,
    new: &Product,
    categories: &Categories<'_>,
    groups: &Groups<'_>,
) -> String {
    let mut changes = Changes(Vec::new());
    let (before, after) = (&old.details, &new.details);
    changes.note(columns::NAME, &before.name, &after.name);
    let path = |product: &Product| categories.names(&product.details.category_ids).join("|");
    changes.note(columns::CATEGORY, &path(old), &path(new));
    variants(&old.variants, &new.variants, &mut changes);
    let names = |product: &Product| groups.names(&product.details.option_group_ids).join("|");
    changes.note(columns::OPTION_GROUPS, &names(old), &names(new));
    changes.note(columns::NAME_EN, &before.name_en, &after.name_en);
    changes.mention(
        columns::DESCRIPTION,
        before.description != after.description,
    );
    changes.note(columns::ALLERGENS, &before.allergens, &after.allergens);
    let tax = |product: &Product| product.details.tax_type.map_or("", |tax| tax.as_str());
    changes.note(columns::TAX_TYPE, &tax(old), &tax(new));
    changes.note(
        columns::DISPLAY,
        &before.display.as_str(),
        &after.display.as_str(),
    );
    changes.note(
        columns::MIN_PER_ORDER,
        &before.min_per_order,
        &after.min_per_order,
    );
    changes.note(
        columns::MAX_PER_ORDER,
        &before.max_per_order,
        &after.max_per_order,
    );
    changes.note(
        columns::MAKE_SECONDS,
        &before.make_seconds,
        &after.make_seconds,
    );
    changes.note(columns::STATION, &before.station, &after.station);
    changes.note(columns::PRINT_TAG, &before.print_tag, &after.print_tag);
    changes.0.join("; ")
}

/// Cold and hot by their columns, as far as both sides know no other variants.
fn variants(old: &[Variant], new: &[Variant], changes: &mut Changes) {
    let plain = |variants: &[Variant]| {
        variants
            .iter()
            .all(|variant| [columns::COLD, columns::HOT].contains(&&*variant.name))
    };
    if plain(old) && plain(new) {
        let price = |variants: &[Variant], name: &str| {
            let found = variants.iter().find(|variant| variant.name == name);
            found.map_or_else(String::new, |variant| variant.price.to_string())
        };
        for (column, name) in [
            (columns::PRICE_COLD, columns::COLD),
            (columns::PRICE_HOT, columns::HOT),
        ] {
            changes.note(column, &price(old, name), &price(new, name));
        }
    } else {
        let all = |variants: &[Variant]| {
            let items = variants
                .iter()
                .map(|variant| format!("{}:{}", variant.name, variant.price));
            items.collect::<Vec<_>>().join("|")
        };
        changes.note(columns::VARIANTS, &all(old), &all(new));
    }
}

struct Changes(Vec<String>);

impl Changes {
    fn note<T: Display + PartialEq>(&mut self, column: &str, before: &T, after: &T) {
        if before != after {
            let shown = |value: &T| match value.to_string() {
                empty if empty.is_empty() => "—".to_owned(),
                text => text,
            };
            self.0
                .push(format!("{column} {} → {}", shown(before), shown(after)));
        }
    }

    fn mention(&mut self, column: &str, differs: bool) {
        if differs {
            self.0.push(column.to_owned());
        }
    }
}
