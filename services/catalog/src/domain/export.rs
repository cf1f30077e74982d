//! Products as a file that imports to the same.

use std::collections::HashMap;

use chassis::{id::OptionGroupId, text};

use super::{
    catalogue::Catalogue,
    import::{
        cells,
        columns::{self, COLD, HOT},
    },
    product::{Product, Variant},
};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Writes all products of a catalogue, in its order, under all columns.
pub fn write(catalogue: &Catalogue) -> anyhow::Result<Vec<u8>> {
    let categories = catalogue.categories_by_id();
    let groups = group_references(catalogue);
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    writer.write_record(columns::ALL)?;
    for product in &catalogue.products {
        let details = &product.details;
        let mut names = details
            .category_ids
            .iter()
            .filter_map(|id| categories.get(id))
            .map(|category| category.name.as_str());
        let main = names.next().unwrap_or_default();
        let option_groups = details
            .option_group_ids
            .iter()
            .filter_map(|id| groups.get(id));
        let prices = Prices::of(product);
        // In the order of `columns::ALL`.
        let cells = [
            details.code.clone(),
            main.to_owned(),
            details.name.clone(),
            prices.cold,
            prices.hot,
            prices.variants,
            cells::join(names),
            cells::join(option_groups),
            details.name_en.clone(),
            details.description.clone(),
            details.allergens.clone(),
            details.tax_type.map_or("", |tax| tax.as_str()).to_owned(),
            details.display.as_str().to_owned(),
            details.min_per_order.to_string(),
            details.max_per_order.to_string(),
            details.make_seconds.to_string(),
            details.station.clone(),
            details.print_tag.clone(),
        ];
        writer.write_record(cells.map(|cell| cells::defuse(&cell)))?;
    }
    Ok(writer.into_inner()?)
}

/// A group goes by its name, or by its id where another has the same name or the name reads like
/// an id.
fn group_references(catalogue: &Catalogue) -> HashMap<OptionGroupId, String> {
    let mut uses: HashMap<String, usize> = HashMap::new();
    for group in &catalogue.option_groups {
        *uses.entry(text::folded(&group.name)).or_default() += 1;
    }
    let reference = |name: &str, id: OptionGroupId| {
        let is_clear = uses[&text::folded(name)] == 1 && name.parse::<OptionGroupId>().is_err();
        if is_clear {
            name.to_owned()
        } else {
            id.to_string()
        }
    };
    let groups = catalogue.option_groups.iter();
    groups
        .map(|group| (group.id, reference(&group.name, group.id)))
        .collect()
}

#[derive(Default)]
struct Prices {
    cold: String,
    hot: String,
    variants: String,
}

impl Prices {
    fn of(product: &Product) -> Self {
        let price = |variant: &Variant| variant.price.to_string();
        match product.variants.as_slice() {
            [cold] if cold.name == COLD => Self {
                cold: price(cold),
                ..Self::default()
            },
            [hot] if hot.name == HOT => Self {
                hot: price(hot),
                ..Self::default()
            },
            [cold, hot] if cold.name == COLD && hot.name == HOT => Self {
                cold: price(cold),
                hot: price(hot),
                ..Self::default()
            },
            others => {
                let items = others.iter().map(|it| format!("{}:{}", it.name, it.price));
                Self {
                    variants: cells::join(items),
                    ..Self::default()
                }
            }
        }
    }
}
