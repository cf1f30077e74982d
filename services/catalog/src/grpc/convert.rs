//! Proto ↔ domain.

use chassis::{
    error::Violations,
    id::{self, BrandId},
    money::Currency,
    text,
};
use proto::catalog::v1 as wire;

use super::snapshot::timestamp;
use crate::domain::{
    accent, branch as branches, brand as brands,
    category::{self, Category},
    menu::Version,
    option_group::{self as groups, OptionGroup},
    product::{self as products, Display, Product, TaxType, VariantDraft},
    publish_check::Finding,
    slug,
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

/// Parses what the owner of a brand decides; `None` when a violation was noted that leaves nothing
/// to go on with.
pub fn brand_details(
    brand: Option<&wire::Brand>,
    violations: &mut Violations,
) -> Option<brands::Details> {
    let Some(brand) = brand else {
        violations.push("brand", "VALIDATION_FAILED");
        return None;
    };
    let raw_currency = if brand.currency.is_empty() { "TWD" } else { &brand.currency };
    let currency: Option<Currency> = raw_currency.parse().ok();
    if currency.is_none() {
        violations.push("brand.currency", "VALIDATION_FAILED");
    }
    Some(brands::Details {
        slug: slug::parse_brand("brand.slug", &brand.slug, violations),
        name: text::bounded("brand.name", &brand.name, 1..=60, violations),
        accent: accent::parse("brand.accent", &brand.accent, violations),
        introduction: text::bounded_multiline(
            "brand.introduction",
            &brand.introduction,
            0..=2_000,
            violations,
        ),
        currency: currency?,
    })
}

/// A brand on the wire.
pub fn brand(brand: &brands::Brand) -> wire::Brand {
    wire::Brand {
        brand_id: brand.id.to_string(),
        slug: brand.details.slug.clone(),
        name: brand.details.name.clone(),
        currency: brand.details.currency.to_string(),
        accent: brand.details.accent.clone(),
        introduction: brand.details.introduction.clone(),
        version: brand.version,
    }
}

/// Parses what the owner of a branch decides, as [`brand_details`].
pub fn branch_details(
    branch: Option<&wire::Branch>,
    violations: &mut Violations,
) -> Option<branches::Details> {
    let Some(branch) = branch else {
        violations.push("branch", "VALIDATION_FAILED");
        return None;
    };
    let state = match wire::BranchState::try_from(branch.state) {
        Ok(wire::BranchState::Setup) => Some(branches::State::Setup),
        Ok(wire::BranchState::Live) => Some(branches::State::Live),
        Ok(wire::BranchState::Suspended) => Some(branches::State::Suspended),
        Ok(wire::BranchState::Closed) => Some(branches::State::Closed),
        Ok(wire::BranchState::Unspecified) | Err(_) => {
            violations.push("branch.state", "VALIDATION_FAILED");
            None
        }
    };
    let phone = match branch.phone.trim() {
        "" => String::new(),
        raw => text::phone("branch.phone", raw, violations),
    };
    Some(branches::Details {
        code: text::bounded("branch.code", &branch.code, 1..=20, violations),
        slug: slug::parse("branch.slug", &branch.slug, violations),
        name: text::bounded("branch.name", &branch.name, 1..=60, violations),
        phone,
        address: text::bounded("branch.address", &branch.address, 0..=200, violations),
        time_zone: branches::parse_time_zone("branch.time_zone", &branch.time_zone, violations),
        cutoff_minutes: branches::parse_cutoff(
            "branch.cutoff_minutes",
            branch.cutoff_minutes,
            violations,
        ),
        state: state?,
    })
}

/// A branch on the wire.
pub fn branch(branch: &branches::Branch) -> wire::Branch {
    let details = &branch.details;
    let state = match details.state {
        branches::State::Setup => wire::BranchState::Setup,
        branches::State::Live => wire::BranchState::Live,
        branches::State::Suspended => wire::BranchState::Suspended,
        branches::State::Closed => wire::BranchState::Closed,
    };
    wire::Branch {
        branch_id: branch.id.to_string(),
        brand_id: branch.brand_id.to_string(),
        code: details.code.clone(),
        slug: details.slug.clone(),
        name: details.name.clone(),
        phone: details.phone.clone(),
        address: details.address.clone(),
        time_zone: details.time_zone.name().to_owned(),
        cutoff_minutes: details.cutoff_minutes.into(),
        state: state.into(),
        version: branch.version,
    }
}

/// A category on the wire.
pub fn category(category: &Category) -> wire::Category {
    wire::Category {
        category_id: category.id.to_string(),
        name: category.name.clone(),
        position: category.position,
        version: category.version,
    }
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
        option_group_ids: ids("product.option_group_ids", &product.option_group_ids, violations),
        tax_type: tax_type("product.tax_type", product.tax_type, violations),
        display: display("product.display", product.display, violations),
        min_per_order: or_default(product.min_per_order, 1),
        max_per_order: or_default(product.max_per_order, 99),
        make_seconds: product.make_seconds,
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
    ProductDraft { details, variants, position }
}

fn ids<T: id::Id>(field: &str, raw: &[String], violations: &mut Violations) -> Vec<T> {
    let mut ids = Vec::with_capacity(raw.len());
    for (index, raw) in raw.iter().enumerate() {
        ids.extend(id::parse::<T>(&format!("{field}[{index}]"), raw, violations));
    }
    ids
}

fn or_default(number: i32, default: i32) -> i32 {
    if number == 0 { default } else { number }
}

fn tax_type(field: &str, raw: i32, violations: &mut Violations) -> Option<TaxType> {
    match wire::TaxType::try_from(raw) {
        Ok(wire::TaxType::Unspecified) => None,
        Ok(wire::TaxType::Taxable) => Some(TaxType::Taxable),
        Ok(wire::TaxType::ZeroRated) => Some(TaxType::ZeroRated),
        Ok(wire::TaxType::Exempt) => Some(TaxType::Exempt),
        Err(_) => {
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
    let tax_type = match details.tax_type {
        None => wire::TaxType::Unspecified,
        Some(TaxType::Taxable) => wire::TaxType::Taxable,
        Some(TaxType::ZeroRated) => wire::TaxType::ZeroRated,
        Some(TaxType::Exempt) => wire::TaxType::Exempt,
    };
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
        category_ids: details.category_ids.iter().map(ToString::to_string).collect(),
        variants: variants.collect(),
        option_group_ids: details.option_group_ids.iter().map(ToString::to_string).collect(),
        tax_type: tax_type.into(),
        display: display.into(),
        min_per_order: details.min_per_order,
        max_per_order: details.max_per_order,
        make_seconds: details.make_seconds,
        position: product.position,
        allergens: details.allergens.clone(),
        version: product.version,
    }
}

/// Parses the texts and ids of an option group; its numbers are the domain's to check.
pub fn option_group_draft(group: &wire::OptionGroup, violations: &mut Violations) -> groups::Draft {
    let mut options = Vec::with_capacity(group.options.len());
    for (index, option) in group.options.iter().enumerate() {
        let path = format!("option_group.options[{index}]");
        options.push(groups::ChoiceDraft {
            id: id::parse_optional(&format!("{path}.option_id"), &option.option_id, violations),
            name: text::bounded(&format!("{path}.name"), &option.name, 1..=60, violations),
            price: option.price,
            max_quantity: option.max_quantity,
            default_chosen: option.default_chosen,
        });
    }
    groups::Draft {
        name: text::bounded("option_group.name", &group.name, 1..=60, violations),
        min: group.min,
        max: group.max,
        free_count: group.free_count,
        options,
    }
}

/// An option group on the wire.
pub fn option_group(group: &OptionGroup) -> wire::OptionGroup {
    let options = group.options.iter().map(|option| wire::Option {
        option_id: option.id.to_string(),
        name: option.name.clone(),
        price: option.price,
        max_quantity: option.max_quantity.into(),
        default_chosen: option.default_chosen,
    });
    wire::OptionGroup {
        option_group_id: group.id.to_string(),
        name: group.name.clone(),
        min: group.min.into(),
        max: group.max.into(),
        free_count: group.free_count.into(),
        options: options.collect(),
        version: group.version,
    }
}

/// A finding on the wire.
pub fn finding(finding: &Finding) -> wire::PublishFinding {
    wire::PublishFinding {
        reason: finding.reason.to_owned(),
        blocking: finding.blocking,
        entity: finding.entity.name().to_owned(),
        entity_id: finding.entity_id.to_string(),
        entity_name: finding.entity_name.clone(),
    }
}

/// A line of the list of versions on the wire.
pub fn version(version: &Version) -> wire::MenuVersion {
    wire::MenuVersion {
        menu_version_id: version.id.to_string(),
        branch_id: version.branch_id.to_string(),
        number: version.number,
        published_at: Some(timestamp(version.published_at)),
        published_by: version.published_by.clone(),
        product_count: version.product_count,
    }
}
