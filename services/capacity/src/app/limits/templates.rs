//! Templates of limits that a brand's headquarters gives its branches.

use chassis::{
    audit,
    authn::Identity,
    db::{OnConstraint as _, TenantTx},
    error::{CommonReason, Problem},
    id::{BrandId, LimitTemplateId, OrganisationId},
};
use proto::capacity::v1::CapacityReason;

use crate::{
    app::{Dependencies, error::Error},
    store::{self, limits::LimitTemplate},
};

/// Most templates of a brand.
const MOST_TEMPLATES: usize = 100;

/// Lists the templates of a brand for callers who have a branch of it. Refuses with `BrandUnknown`,
/// `OUT_OF_SCOPE`.
pub async fn list_templates(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    brand_id: BrandId,
) -> Result<Vec<LimitTemplate>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branches = store::branches::list_of_brand(&mut tx, brand_id).await?;
    if branches.is_empty() {
        return Err(Error::BrandUnknown);
    }
    let mut own = branches.iter();
    if !own.any(|branch| identity.require_branch(brand_id, branch.branch_id).is_ok()) {
        identity.require_brand(brand_id)?;
    }
    let most = i64::try_from(MOST_TEMPLATES).map_err(anyhow::Error::from)?;
    Ok(store::limits::list_templates(&mut tx, brand_id, most).await?)
}

/// Saves a template whose rules are valid; one of version 0 is new. Refuses with `CAPACITY_INVALID`
/// where there are too many, `CODE_TAKEN`, `OUT_OF_SCOPE`, `VERSION_CONFLICT`, `BrandUnknown`, `TemplateUnknown`.
pub async fn save_template(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    mut template: LimitTemplate,
) -> Result<LimitTemplate, Error> {
    identity.require_brand(template.brand_id)?;
    let mut tx = deps.db.tenant(org).await?;
    if !store::branches::brand_exists(&mut tx, template.brand_id).await? {
        return Err(Error::BrandUnknown);
    }
    let known = if template.version == 0 {
        require_capacity(&mut tx, template.brand_id).await?;
        None
    } else {
        Some(find_template(&mut tx, template.brand_id, template.template_id).await?)
    };
    note_change(template.template_id, known.as_ref(), Some(&template));
    let saved = if let Some(known) = known {
        match store::limits::update_template(&mut tx, &template).await {
            Ok(true) => Ok(()),
            Ok(false) => {
                return Err(Problem::version_conflict(template.version, known.version).into());
            }
            Err(error) => Err(error),
        }
    } else {
        store::limits::insert_template(&mut tx, &template).await
    };
    saved.on_constraint("limit_templates_name", || {
        Error::from(
            Problem::new(CommonReason::CodeTaken)
                .message("another template of the brand has the name")
                .field("template.name", CommonReason::CodeTaken),
        )
    })?;
    tx.commit().await?;
    template.version += 1;
    Ok(template)
}

/// Refuses another template with `CAPACITY_INVALID` where the brand has as many as it may.
async fn require_capacity(tx: &mut TenantTx, brand_id: BrandId) -> Result<(), Error> {
    let known = store::limits::list_templates(tx, brand_id, i64::MAX).await?;
    if known.len() < MOST_TEMPLATES {
        return Ok(());
    }
    let params = [("max", MOST_TEMPLATES), ("given", known.len() + 1)];
    Err(Problem::new(CapacityReason::CapacityInvalid)
        .field_with("template", CapacityReason::CapacityInvalid, params)
        .into())
}

async fn find_template(
    tx: &mut TenantTx,
    brand_id: BrandId,
    template_id: LimitTemplateId,
) -> Result<LimitTemplate, Error> {
    let found = store::limits::find_template(tx, template_id).await?;
    let of_brand = found.filter(|template| template.brand_id == brand_id);
    of_brand.ok_or(Error::TemplateUnknown)
}

fn note_change(
    template_id: LimitTemplateId,
    before: Option<&LimitTemplate>,
    after: Option<&LimitTemplate>,
) {
    audit::changed("limit_template", template_id, &before, &after);
}

/// Deletes a template. Refuses with `OUT_OF_SCOPE`, `TemplateUnknown`.
pub async fn delete_template(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    brand_id: BrandId,
    template_id: LimitTemplateId,
) -> Result<(), Error> {
    identity.require_brand(brand_id)?;
    let mut tx = deps.db.tenant(org).await?;
    let template = find_template(&mut tx, brand_id, template_id).await?;
    note_change(template_id, Some(&template), None);
    if !store::limits::delete_template(&mut tx, brand_id, template_id).await? {
        return Err(Error::TemplateUnknown);
    }
    tx.commit().await?;
    Ok(())
}
