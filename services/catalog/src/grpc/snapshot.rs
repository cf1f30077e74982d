//! The menu as other services read it: encoded once at publishing, decoded to compare.

use anyhow::{Context as _, anyhow};
use chassis::{error::Violations, time};
use prost::Message as _;
use proto::catalog::v1::MenuSnapshot;

use super::convert;
use crate::domain::{
    catalogue::Catalogue, category::Category, menu::Menu, option_group::OptionGroup,
    product::Product,
};

/// Encodes a menu.
pub(super) fn encode(menu: &Menu) -> Vec<u8> {
    let content = &menu.content;
    let snapshot = MenuSnapshot {
        menu_version_id: menu.id.to_string(),
        number: menu.number,
        brand: Some(convert::brand(&menu.brand)),
        branch: Some(convert::branch(&menu.branch)),
        categories: content.categories.iter().map(convert::category).collect(),
        products: content
            .products
            .iter()
            .map(|it| convert::product(it, menu.brand.id))
            .collect(),
        option_groups: content
            .option_groups
            .iter()
            .map(convert::option_group)
            .collect(),
        published_at: Some(time::to_wire(menu.published_at)),
    };
    snapshot.encode_to_vec()
}

/// Decodes a menu as it goes over the wire.
pub(super) fn decode(bytes: &[u8]) -> anyhow::Result<MenuSnapshot> {
    MenuSnapshot::decode(bytes).context("decode menu_versions.snapshot")
}

/// Decodes what a published menu sells.
pub(super) fn decode_content(bytes: &[u8]) -> anyhow::Result<Catalogue> {
    let snapshot = decode(bytes)?;
    let products = snapshot.products.iter().map(product);
    let option_groups = snapshot.option_groups.iter().map(option_group);
    let categories = snapshot.categories.iter().map(|category| {
        Ok(Category {
            id: category.category_id.parse()?,
            name: category.name.clone(),
            position: category.position,
            version: category.version,
        })
    });
    Ok(Catalogue {
        categories: categories.collect::<anyhow::Result<_>>()?,
        products: products.collect::<anyhow::Result<_>>()?,
        option_groups: option_groups.collect::<anyhow::Result<_>>()?,
    })
}

fn product(wire: &proto::catalog::v1::Product) -> anyhow::Result<Product> {
    let mut violations = Violations::new();
    let draft = convert::product_draft(wire, &mut violations);
    violations
        .into_result()
        .context("read a published product")?;
    let variants = draft.variants.into_iter().map(|variant| {
        let id = variant
            .id
            .ok_or_else(|| anyhow!("a published variant has no id"))?;
        Ok(crate::domain::product::Variant {
            id,
            name: variant.name,
            price: variant.price,
        })
    });
    Ok(Product {
        id: wire.product_id.parse()?,
        details: draft.details,
        variants: variants.collect::<anyhow::Result<_>>()?,
        position: wire.position,
        version: wire.version,
    })
}

fn option_group(wire: &proto::catalog::v1::OptionGroup) -> anyhow::Result<OptionGroup> {
    let options = wire.options.iter().map(|option| {
        Ok(crate::domain::option_group::Choice {
            id: option.option_id.parse()?,
            name: option.name.clone(),
            price: option.price,
            max_quantity: i16::try_from(option.max_quantity)?,
            default_chosen: option.default_chosen,
        })
    });
    Ok(OptionGroup {
        id: wire.option_group_id.parse()?,
        name: wire.name.clone(),
        min: i16::try_from(wire.min)?,
        max: i16::try_from(wire.max)?,
        free_count: i16::try_from(wire.free_count)?,
        options: options.collect::<anyhow::Result<_>>()?,
        version: wire.version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    #[test]
    fn a_published_menu_reads_back_as_it_was() {
        let mut menu = samples::menu();
        menu.content.products[0].details.description = "兩行\n說明".to_owned();
        menu.content.products[0].details.allergens = "奶".to_owned();
        menu.content.products[0].details.station = "吧台".to_owned();
        menu.content.products[0].details.print_tag = "冷飲".to_owned();
        let bytes = encode(&menu);
        assert_eq!(decode_content(&bytes).unwrap(), menu.content);
        let wire = decode(&bytes).unwrap();
        assert_eq!(wire.brand, Some(convert::brand(&menu.brand)));
        assert_eq!(wire.branch, Some(convert::branch(&menu.branch)));
        assert_eq!(wire.published_at, Some(time::to_wire(menu.published_at)));
    }
}
