//! Products.

use chassis::{
    error::Violations,
    id::{self, BrandId},
    text,
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
        category_ids: ids("product.category_ids", &product.category_ids, violations),
        option_group_ids: ids(
            "product.option_group_ids",
            &product.option_group_ids,
            violations,
        ),
        tax_type: tax_type("product.tax_type", product.tax_type, violations),
        display: display("product.display", product.display, violations),
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

fn ids<T: id::Id>(field: &str, raw: &[String], violations: &mut Violations) -> Vec<T> {
    let mut ids = Vec::with_capacity(raw.len());
    for (index, raw) in raw.iter().enumerate() {
        ids.extend(id::parse::<T>(
            &format!("{field}[{index}]"),
            raw,
            violations,
        ));
    }
    ids
}

fn or_default(number: i32, default: i32) -> i32 {
    if number == 0 { default } else { number }
}

fn tax_type(field: &str, raw: Option<i32>, violations: &mut Violations) -> Option<TaxType> {
    match wire::TaxType::try_from(raw?) {
        Ok(wire::TaxType::Taxable) => Some(TaxType::Taxable),
        Ok(wire::TaxType::ZeroRated) => Some(TaxType::ZeroRated),
        Ok(wire::TaxType::Exempt) => Some(TaxType::Exempt),
        Ok(wire::TaxType::Unspecified) | Err(_) => {
            violations.push(field, "VALIDATION_FAILED");
            None
        }
    }
}

fn display(field: &str, raw: i32, violations: &mut Violations) -> Display {
    display_filter(field, raw, violations).unwrap_or_else(|| {
        if raw == 0 {
            violations.push(field, "VALIDATION_FAILED");
        }
        Display::Listed
    })
}

/// Parses a display state to filter by; unspecified means all.
pub fn display_filter(field: &str, raw: i32, violations: &mut Violations) -> Option<Display> {
    match wire::DisplayState::try_from(raw) {
        Ok(wire::DisplayState::Unspecified) => None,
        Ok(wire::DisplayState::Listed) => Some(Display::Listed),
        Ok(wire::DisplayState::Hidden) => Some(Display::Hidden),
        Ok(wire::DisplayState::Delisted) => Some(Display::Delisted),
        Err(_) => {
            violations.push(field, "VALIDATION_FAILED");
            None
        }
    }
}

/// A product on the wire.
pub fn product(product: &Product, brand: BrandId) -> wire::Product {
    let details = &product.details;
    let tax_type = details.tax_type.map(|tax| match tax {
        TaxType::Taxable => wire::TaxType::Taxable,
        TaxType::ZeroRated => wire::TaxType::ZeroRated,
        TaxType::Exempt => wire::TaxType::Exempt,
    });
    let display = match details.display {
        Display::Listed => wire::DisplayState::Listed,
        Display::Hidden => wire::DisplayState::Hidden,
        Display::Delisted => wire::DisplayState::Delisted,
    };
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
        tax_type: tax_type.map(i32::from),
        display: display.into(),
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
