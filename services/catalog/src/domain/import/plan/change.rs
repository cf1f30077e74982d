//! What changes in a product, by the file's columns, and what of it is taken away.

use std::collections::HashMap;

use chassis::text;

use super::{Categories, Groups, columns};
use crate::domain::product::{Product, Variant};

/// Most characters of a value that is reported.
const LONGEST_VALUE: usize = 60;

/// What a row changes in one column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnChange {
    /// Column.
    pub column: &'static str,
    /// Before, shortened to what a line can show; empty for nothing.
    pub before: String,
    /// After.
    pub after: String,
    /// What is there no more: items of a list, or the value of a cell that is emptied.
    pub removed: Vec<String>,
}

/// How many products lose the same thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Column.
    pub column: &'static str,
    /// The item of a list that is removed; empty where the cell holds a single value.
    pub item: String,
    /// How many products lose it.
    pub products: usize,
}

/// The changes of one product; empty when it stays as it is.
pub(super) fn between(
    old: &Product,
    new: &Product,
    categories: &Categories<'_>,
    groups: &Groups<'_>,
) -> Vec<ColumnChange> {
    let mut changes = Changes(Vec::new());
    let (before, after) = (&old.details, &new.details);
    changes.value(columns::CODE, &before.code, &after.code);
    changes.value(columns::NAME, &before.name, &after.name);
    let names = |product: &Product| categories.names(&product.details.category_ids);
    let (mut from, to) = (names(old), names(new));
    changes.replaced(columns::CATEGORY, from.first(), to.first());
    // Another main category is a move; only what it stands in besides can be lost.
    from.retain(|name| Some(name) != names(old).first());
    let others: Vec<&str> = to.iter().skip(1).copied().collect();
    changes.list(columns::MORE_CATEGORIES, &from, &others, &to);
    variants(&old.variants, &new.variants, &mut changes);
    let names = |product: &Product| groups.names(&product.details.option_group_ids);
    let (from, to) = (names(old), names(new));
    changes.list(columns::OPTION_GROUPS, &from, &to, &to);
    changes.value(columns::NAME_EN, &before.name_en, &after.name_en);
    changes.value(
        columns::DESCRIPTION,
        &before.description,
        &after.description,
    );
    changes.value(columns::ALLERGENS, &before.allergens, &after.allergens);
    let tax = |product: &Product| product.details.tax_type.map_or("", |tax| tax.as_str());
    changes.value(columns::TAX_TYPE, tax(old), tax(new));
    let display = |product: &Product| product.details.display.as_str();
    changes.value(columns::DISPLAY, display(old), display(new));
    for (column, before, after) in [
        (
            columns::MIN_PER_ORDER,
            before.min_per_order,
            after.min_per_order,
        ),
        (
            columns::MAX_PER_ORDER,
            before.max_per_order,
            after.max_per_order,
        ),
        (
            columns::MAKE_SECONDS,
            before.make_seconds,
            after.make_seconds,
        ),
    ] {
        changes.value(column, &before.to_string(), &after.to_string());
    }
    changes.value(columns::STATION, &before.station, &after.station);
    changes.value(columns::PRINT_TAG, &before.print_tag, &after.print_tag);
    changes.0
}

/// Sums up what many products lose, the most frequent first.
#[must_use]
pub fn sum_up<'a>(changes: impl IntoIterator<Item = &'a ColumnChange>) -> Vec<Removal> {
    let mut products: HashMap<(&'static str, &str), usize> = HashMap::new();
    for change in changes {
        let is_list = columns::LISTS.contains(&change.column);
        for item in &change.removed {
            let item = if is_list { item.as_str() } else { "" };
            *products.entry((change.column, item)).or_default() += 1;
        }
    }
    let mut removals: Vec<Removal> = products
        .into_iter()
        .map(|((column, item), products)| Removal {
            column,
            item: item.to_owned(),
            products,
        })
        .collect();
    removals.sort_by(|one, other| {
        let order = other.products.cmp(&one.products);
        order.then_with(|| (one.column, &one.item).cmp(&(other.column, &other.item)))
    });
    removals
}

/// Cold and hot by their own columns, the others as a list.
fn variants(old: &[Variant], new: &[Variant], changes: &mut Changes) {
    let price = |variants: &[Variant], name: &str| {
        let found = variants.iter().find(|variant| variant.name == name);
        found.map_or_else(String::new, |variant| variant.price.to_string())
    };
    for (column, name) in [
        (columns::PRICE_COLD, columns::COLD),
        (columns::PRICE_HOT, columns::HOT),
    ] {
        changes.value(column, &price(old, name), &price(new, name));
    }
    let others = |variants: &[Variant]| -> Vec<Variant> {
        let plain = [columns::COLD, columns::HOT];
        let others = variants.iter().filter(|it| !plain.contains(&&*it.name));
        others.cloned().collect()
    };
    let (from, to) = (others(old), others(new));
    let priced = |variants: &[Variant]| -> Vec<String> {
        let items = variants.iter();
        items
            .map(|it| format!("{}:{}", it.name, it.price))
            .collect()
    };
    let gone = from
        .iter()
        .filter(|gone| new.iter().all(|kept| kept.id != gone.id));
    let removed = gone.map(|variant| variant.name.clone()).collect();
    let (before, after) = (priced(&from).join("|"), priced(&to).join("|"));
    let is_reordered = old.iter().map(|it| it.id).ne(new.iter().map(|it| it.id));
    if before != after {
        changes.push(columns::VARIANTS, &before, &after, removed);
    } else if is_reordered && changes.0.iter().all(|it| !is_price(it.column)) {
        let (before, after) = (priced(old).join("|"), priced(new).join("|"));
        changes.push(columns::VARIANTS, &before, &after, Vec::new());
    }
}

fn is_price(column: &str) -> bool {
    [columns::PRICE_COLD, columns::PRICE_HOT].contains(&column)
}

struct Changes(Vec<ColumnChange>);

impl Changes {
    fn value(&mut self, column: &'static str, before: &str, after: &str) {
        if before == after {
            return;
        }
        let is_emptied = after.is_empty();
        let removed = is_emptied.then(|| shortened(before)).into_iter().collect();
        self.push(column, before, after, removed);
    }

    /// A value that is never taken away, only replaced.
    fn replaced(&mut self, column: &'static str, before: Option<&&str>, after: Option<&&str>) {
        let shown = |name: Option<&&str>| name.copied().unwrap_or_default().to_owned();
        if before != after {
            self.push(column, &shown(before), &shown(after), Vec::new());
        }
    }

    /// A list; what of `from` is not in `kept` is removed.
    fn list(&mut self, column: &'static str, from: &[&str], to: &[&str], kept: &[&str]) {
        if from == to {
            return;
        }
        let removed = from.iter().filter(|item| !kept.contains(item));
        let removed = removed.map(|item| (*item).to_owned()).collect();
        self.push(column, &from.join("|"), &to.join("|"), removed);
    }

    fn push(&mut self, column: &'static str, before: &str, after: &str, removed: Vec<String>) {
        self.0.push(ColumnChange {
            column,
            before: shortened(before),
            after: shortened(after),
            removed,
        });
    }
}

fn shortened(value: &str) -> String {
    let line = text::typed(value);
    if line.chars().count() <= LONGEST_VALUE {
        return line;
    }
    let kept: String = line.chars().take(LONGEST_VALUE - 1).collect();
    format!("{kept}…")
}
