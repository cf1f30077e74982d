//! Proto ↔ domain.

mod option_group;
mod product;

use chassis::{
    error::{CommonReason, Violations},
    money::Currency,
    request, text,
};
use proto::{ProblemReason as _, catalog::v1 as wire};

pub use option_group::{option_group, option_group_draft};
pub use product::{ProductDraft, product, product_draft};

use crate::domain::{
    accent, branch as branches, brand as brands, category::Category, menu::Version,
    publish_check::Finding, slug,
};

/// Parses what the owner of a brand decides; `None` when a violation was noted that leaves nothing
/// to go on with.
pub fn brand_details(
    brand: Option<&wire::Brand>,
    violations: &mut Violations,
) -> Option<brands::Details> {
    let brand = request::required("brand", brand, violations)?;
    let raw_currency = if brand.currency.is_empty() {
        "TWD"
    } else {
        &brand.currency
    };
    let currency: Option<Currency> = raw_currency.parse().ok();
    if currency.is_none() {
        violations.push("brand.currency", CommonReason::ValidationFailed);
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
    let branch = request::required("branch", branch, violations)?;
    let state = request::choice("branch.state", branch.state, violations);
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
        state: details.state.to_wire(),
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

/// A finding on the wire.
pub fn finding(finding: &Finding) -> wire::PublishFinding {
    wire::PublishFinding {
        reason: finding.reason.word().to_owned(),
        blocking: finding.blocking,
        entity: finding.entity.name().to_owned(),
        entity_id: finding.entity_id.to_string(),
        entity_name: finding.entity_name.clone(),
        product_names: finding.product_names.clone(),
    }
}

/// A line of the list of versions on the wire.
pub fn version(version: &Version) -> wire::MenuVersion {
    wire::MenuVersion {
        menu_version_id: version.id.to_string(),
        branch_id: version.branch_id.to_string(),
        number: version.number,
        published_at: Some(chassis::time::to_wire(version.published_at)),
        published_by: version.published_by.clone(),
        product_count: version.product_count,
    }
}
