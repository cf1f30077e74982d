//! Products.

use chassis::{
    error::Violations,
    id::{self, BrandId},
    request, text,
};
use proto::catalog::v1 as wire;

use crate::domain::{
    category,
    product::{self as products, Display, Product, TaxType, VariantDraft},
};

/// A product as the caller wants it, parsed.
pub struct ProductDraft {
    /// What the owner decides.
    pub details: products::Details,
    /// Variants in order.
    pub variants: Vec<VariantDraft>,
    /// Place in the main category.
    pub position: i32,
}

/// Parses a product as the caller wants it. A maximum per order of 0 means 99, a minimum of 0
/// means 1.
pub fn product_draft(product: &wire::Product, violations: &mut Violations) -> ProductDraft {
    let mut bounded = |field: &str, raw: &str, least: usize, most: usize| {
        text::bounded(&format!("product.{field}"), raw, least..=most, violations)
    };
    let code = bounded("code", &product.code, 0, 32);
    let name = bounded("name", &product.name, 1, 60);
    let name_en = bounded("name_en", &product.name_en, 0, 60);
    let allergens = bounded("allergens", &product.allergens, 0, 200);
    let mut label = |field: &str, raw: &str| {
        let longest = products::LONGEST_LABEL;
        text::bounded_label(&format!("product.{field}"), raw, 0..=longest, violations)
    };
    let station = label("station", &product.station);
    let print_tag = label("print_tag", &product.print_tag);
    let description = text::bounded_multiline(
        "product.description",
        &product.description,
        0..=2_000,
        violations,
    );
    let details = products::Details {
        code,
        name,
        name_en,
        description,
        allergens,
        category_ids: request::ids(
            "product.category_ids",
            &product.category_ids,
            products::MOST_CATEGORIES,
            violations,
        ),
        option_group_ids: request::ids(
            "product.option_group_ids",
            &product.option_group_ids,
            products::MOST_OPTION_GROUPS,
            violations,
        ),
        tax_type: product
            .tax_type
            .and_then(|raw| request::choice("product.tax_type", raw, violations)),
        display: request::choice("product.display", product.display, violations)
            .unwrap_or(Display::Listed),
        min_per_order: or_default(product.min_per_order, 1),
        max_per_order: or_default(product.max_per_order, 99),
        make_seconds: product.make_seconds,
        station,
        print_tag,
    };
    details.check("product.", violations);
    let mut variants = Vec::with_capacity(product.variants.len());
    for (index, variant) in product.variants.iter().enumerate() {
        let path = format!("product.variants[{index}]");
        variants.push(VariantDraft {
            id: id::parse_optional(
                &format!("{path}.variant_id"),
                &variant.variant_id,
                violations,
            ),
            name: text::bounded(&format!("{path}.name"), &variant.name, 0..=60, violations),
            price: variant.price,
        });
    }
    products::check_variants("product.variants", &variants, violations);
    let position = category::parse_position("product.position", product.position, violations);
    ProductDraft {
        details,
        variants,
        position,
    }
}

fn or_default(number: i32, default: i32) -> i32 {
    if number == 0 { default } else { number }
}

/// A product on the wire.
pub fn product(product: &Product, brand: BrandId) -> wire::Product {
    let details = &product.details;
    let variants = product.variants.iter().map(|variant| wire::Variant {
        variant_id: variant.id.to_string(),
        name: variant.name.clone(),
        price: variant.price,
    });
    wire::Product {
        product_id: product.id.to_string(),
        brand_id: brand.to_string(),
        code: details.code.clone(),
        name: details.name.clone(),
        name_en: details.name_en.clone(),
        description: details.description.clone(),
        category_ids: details
            .category_ids
            .iter()
            .map(ToString::to_string)
            .collect(),
        variants: variants.collect(),
        option_group_ids: details
            .option_group_ids
            .iter()
            .map(ToString::to_string)
            .collect(),
        tax_type: details.tax_type.map(TaxType::to_wire),
        display: details.display.to_wire(),
        min_per_order: details.min_per_order,
        max_per_order: details.max_per_order,
        make_seconds: details.make_seconds,
        station: details.station.clone(),
        print_tag: details.print_tag.clone(),
        position: product.position,
        allergens: details.allergens.clone(),
        version: product.version,
    }
}
