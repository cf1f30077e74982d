//! Catalog's snapshot of a menu, made into what prices are computed from.

use anyhow::Context as _;
use chassis::money::{Currency, Money};
use proto::catalog::v1 as wire;

use crate::domain::menu::{Menu, MenuOption, OptionGroup, Product, TaxType, Variant};

/// Indexes a snapshot; refuses one that catalog should never have published.
pub fn to_menu(snapshot: wire::MenuSnapshot) -> anyhow::Result<Menu> {
    let brand = snapshot.brand.context("a snapshot without its brand")?;
    let branch = snapshot.branch.context("a snapshot without its branch")?;
    let currency = brand.currency.parse()?;
    let products = snapshot.products.into_iter().filter(is_orderable);
    let products =
        products.map(|product| Ok((product.product_id.parse()?, to_product(product, currency)?)));
    let groups = snapshot
        .option_groups
        .into_iter()
        .map(|group| Ok((group.option_group_id.parse()?, to_group(group, currency)?)));
    Ok(Menu {
        version: snapshot.menu_version_id.parse()?,
        number: snapshot.number,
        brand: brand.brand_id.parse()?,
        currency,
        branch: branch.branch_id.parse()?,
        branch_name: branch.name,
        products: products.collect::<anyhow::Result<_>>()?,
        groups: groups.collect::<anyhow::Result<_>>()?,
    })
}

fn is_orderable(product: &wire::Product) -> bool {
    matches!(
        product.display(),
        wire::DisplayState::Listed | wire::DisplayState::Hidden
    )
}

fn to_product(product: wire::Product, currency: Currency) -> anyhow::Result<Product> {
    let tax_type = match product.tax_type() {
        wire::TaxType::Taxable => TaxType::Taxable,
        wire::TaxType::ZeroRated => TaxType::ZeroRated,
        wire::TaxType::Exempt => TaxType::Exempt,
        wire::TaxType::Unspecified => anyhow::bail!("a published product without tax type"),
    };
    let variants = product.variants.into_iter().map(|variant| {
        Ok(Variant {
            id: variant.variant_id.parse()?,
            name: variant.name,
            price: Money::new(variant.price, currency),
        })
    });
    let groups = product.option_group_ids.iter().map(|id| Ok(id.parse()?));
    let categories = product.category_ids.iter().map(|id| Ok(id.parse()?));
    Ok(Product {
        name: product.name,
        categories: categories.collect::<anyhow::Result<_>>()?,
        variants: variants.collect::<anyhow::Result<_>>()?,
        groups: groups.collect::<anyhow::Result<_>>()?,
        tax_type,
        min_per_order: product.min_per_order,
        max_per_order: product.max_per_order,
        make_seconds: product.make_seconds,
        station: product.station,
        print_tag: product.print_tag,
    })
}

fn to_group(group: wire::OptionGroup, currency: Currency) -> anyhow::Result<OptionGroup> {
    let options = group.options.into_iter().map(|option| {
        Ok(MenuOption {
            id: option.option_id.parse()?,
            name: option.name,
            price: Money::new(option.price, currency),
            max_quantity: option.max_quantity,
        })
    });
    Ok(OptionGroup {
        name: group.name,
        min: group.min,
        max: group.max,
        free_count: group.free_count,
        options: options.collect::<anyhow::Result<_>>()?,
    })
}
