//! Templates of slips.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{Problem, check_version},
    id::{BrandId, OrganisationId, PrintTemplateId},
};

use super::{Dependencies, refusals, scope};
use crate::{domain::template::Template, store};

/// Templates that a brand may have.
pub const MOST_TEMPLATES: i64 = 100;

/// A page of the templates of a brand.
pub async fn list(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    brand: BrandId,
    after: Option<&(String, PrintTemplateId)>,
    limit: i64,
) -> Result<Vec<Template>, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    scope::any_of_brand(&mut tx, identity, brand).await?;
    Ok(store::templates::list(&mut tx, brand, after, limit).await?)
}

/// Creates a template, in the transaction of its idempotency key.
pub async fn create(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    template: &Template,
) -> Result<(), Problem> {
    scope::brand(tx, identity, template.brand).await?;
    if store::templates::count(tx, template.brand).await? >= MOST_TEMPLATES {
        return Err(refusals::limit("templates", MOST_TEMPLATES));
    }
    Ok(store::templates::insert(tx, template, deps.clock.now()).await?)
}

/// Loads a template that is locked, and checks who wants to change it.
pub async fn lock(
    tx: &mut TenantTx,
    identity: &Identity,
    id: PrintTemplateId,
) -> Result<Template, Problem> {
    let template = store::templates::lock(tx, id).await?;
    let template = template.ok_or_else(|| Problem::not_found("print template"))?;
    identity.require_brand(template.brand)?;
    Ok(template)
}

/// Changes name and layout of a template whose row is locked.
pub async fn update(
    tx: &mut TenantTx,
    before: &Template,
    version: i64,
    after: Template,
) -> Result<Template, Problem> {
    check_version(version, before.version)?;
    let after = Template {
        version: before.version + 1,
        ..after
    };
    store::templates::update(tx, &after).await?;
    Ok(after)
}

/// Archives a template whose row is locked.
pub async fn archive(tx: &mut TenantTx, template: &Template, version: i64) -> Result<(), Problem> {
    check_version(version, template.version)?;
    Ok(store::templates::archive(tx, template.id).await?)
}
