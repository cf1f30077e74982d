//! Components of a brand and what is made of them.

use chassis::{
    audit,
    authn::Identity,
    db::OnConstraint as _,
    db::TenantTx,
    error::{CommonReason, Problem, check_version},
    id::{BrandId, OrganisationId, SkuId},
    idempotency::Once,
};

use crate::{
    app::{Dependencies, availability::publish::publish_changes, error::Error},
    domain::{availability::changes::VisibleChanges, stock::recipes::RecipePart},
    store::{
        self,
        stock::{components::Component, recipes::Version},
    },
};

const VERSIONS_LISTED: i64 = 50;

/// Makes or changes a component; `once` makes a creation safe to repeat, `encode` its answer.
///
/// Refuses with `NameTaken`, `ComponentUsed`, `ComponentUnknown`, `VERSION_CONFLICT`, `BrandUnknown`
/// and `IDEMPOTENCY_MISMATCH`.
pub async fn save_component(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    mut component: Component,
    once: Option<&Once>,
    encode: impl Fn(&Component) -> Vec<u8>,
) -> Result<Vec<u8>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    require_brand(&mut tx, identity, component.brand_id).await?;
    let before = if let Some(once) = once {
        if let Some(given) = once.begin(&mut tx, &*deps.clock).await? {
            return Ok(given);
        }
        component.version = 0;
        None
    } else {
        Some(lock_component(&mut tx, &component).await?)
    };
    component.version += 1;
    audit::changed(
        "component",
        component.sku_id,
        &before.as_ref(),
        &Some(&component),
    );
    if component.archived {
        let using =
            store::stock::recipes::using(&mut tx, component.brand_id, &[component.sku_id]).await?;
        if !using.parts.is_empty() {
            return Err(Error::ComponentUsed {
                recipes: using.parts.len(),
            });
        }
    }
    store::stock::components::upsert(&mut tx, &component)
        .await
        .on_constraint("components_name", || Error::NameTaken)?;
    let answer = encode(&component);
    if let Some(once) = once {
        once.finish(&mut tx, &answer).await?;
    }
    tx.commit().await?;
    Ok(answer)
}

/// The component as it is, locked, where it still has the version that the change was made on.
async fn lock_component(tx: &mut TenantTx, change: &Component) -> Result<Component, Error> {
    let current = store::stock::components::lock(tx, change.brand_id, change.sku_id)
        .await?
        .ok_or(Error::ComponentUnknown)?;
    check_version(change.version, current.version)?;
    Ok(current)
}

/// Replaces the recipe of a variant or option read at `version`, and returns the next version.
///
/// Orders keep what they took; what is sellable changes in every branch of the brand at once.
/// Refuses with `VERSION_CONFLICT`, `BrandUnknown`, and every component that is not there.
pub async fn set_recipe(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    (brand_id, sku_id): (BrandId, SkuId),
    parts: Vec<RecipePart>,
    version: i64,
    actor: String,
) -> Result<i64, Error> {
    let mut tx = deps.db.tenant(org).await?;
    require_brand(&mut tx, identity, brand_id).await?;
    let ids: Vec<_> = parts.iter().map(|part| part.component_id).collect();
    let there = store::stock::components::share(&mut tx, brand_id, &ids).await?;
    let unknown = ids.iter().enumerate().filter(|(_, id)| !there.contains(id));
    let mut problem = Problem::new(CommonReason::ValidationFailed).message("no such component");
    for (index, _) in unknown {
        let field = format!("recipe.parts[{index}].component_id");
        problem = problem.field(field, CommonReason::NotFound);
    }
    // What is itself a component has no parts: recipes are one level deep.
    if !store::stock::components::share(&mut tx, brand_id, &[sku_id])
        .await?
        .is_empty()
    {
        problem = problem.field("recipe.sku_id", CommonReason::ValidationFailed);
    }
    if !problem.fields.is_empty() {
        return Err(problem.into());
    }
    let branches = store::branches::lock_brand(&mut tx, brand_id).await?;
    let current = store::stock::recipes::versions(&mut tx, brand_id, sku_id, 1).await?;
    let before = current.first().map_or(&[][..], |recipe| &recipe.parts);
    audit::changed("recipe", sku_id, before, &parts[..]);
    let current = current.first().map_or(0, |recipe| recipe.version);
    check_version(version, current)?;
    let recipe = Version {
        version: current + 1,
        parts,
        at: deps.clock.now(),
        actor,
    };
    store::stock::recipes::insert(&mut tx, brand_id, sku_id, &recipe).await?;
    let changes = VisibleChanges {
        sku_ids: [sku_id].into(),
        ..VisibleChanges::default()
    };
    for branch_id in &branches {
        publish_changes(deps, &mut tx, *branch_id, &changes).await?;
    }
    tx.commit().await?;
    for branch_id in branches {
        deps.availabilities.forget(org, branch_id);
    }
    Ok(recipe.version)
}

/// Lists the versions of a recipe, newest first.
pub async fn list_versions(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    (brand_id, sku_id): (BrandId, SkuId),
) -> Result<Vec<Version>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    require_brand(&mut tx, identity, brand_id).await?;
    Ok(store::stock::recipes::versions(&mut tx, brand_id, sku_id, VERSIONS_LISTED).await?)
}

async fn require_brand(
    tx: &mut TenantTx,
    identity: &Identity,
    brand_id: BrandId,
) -> Result<(), Error> {
    if !store::branches::brand_exists(tx, brand_id).await? {
        return Err(Error::BrandUnknown);
    }
    Ok(identity.require_brand(brand_id)?)
}
