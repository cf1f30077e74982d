//! Stock as staff see it.

use std::collections::HashMap;

use chassis::{
    authn::Identity,
    business_day::BusinessDay,
    db::TenantTx,
    id::{BranchId, BrandId, OrganisationId, SkuId},
};

use super::change::ItemToday;
use crate::{
    app::{Dependencies, error::Error, find_branch::find_branch},
    domain::stock::{
        Bucket, StockItem, StockMode, file,
        import::{Name, Stock, export},
        recipes::RecipePart,
    },
    store::{self, branches::Branch, holds::PromisedOrder, stock::components::Component},
};

/// Orders whose parts are read to find those that are short.
const ORDERS_READ: i64 = 1_000;
/// Most orders listed as short.
const ORDERS_LISTED: usize = 50;

/// Everything a branch counts.
#[derive(Clone, Debug)]
pub struct StockList {
    /// Brand of the branch.
    pub brand_id: BrandId,
    /// Stock items with their counters.
    pub items: Vec<ItemToday>,
    /// Components of the brand.
    pub components: Vec<Component>,
    /// Recipes of the brand.
    pub recipes: Vec<RecipeToday>,
}

/// A recipe, and what the branch's components suffice for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipeToday {
    /// Variant or option.
    pub sku_id: SkuId,
    /// Components; none where the recipe ended.
    pub parts: Vec<RecipePart>,
    /// Version.
    pub version: i64,
    /// Units that can be made today; `None` when no component is counted.
    pub sellable: Option<i64>,
}

/// Lists what a branch counts.
pub async fn list(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
) -> Result<StockList, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = find_branch(&mut tx, identity, branch_id).await?;
    let items = items(&mut tx, &branch, branch.business_day(deps.clock.now())).await?;
    let components = store::stock::components::list(&mut tx, branch.brand_id).await?;
    let (recipes, versions) = store::stock::recipes::list(&mut tx, branch.brand_id).await?;
    let left: HashMap<_, _> = items
        .iter()
        .filter(|it| it.item.mode != StockMode::Untracked)
        .map(|it| (it.item.sku_id, it.bucket.available()))
        .collect();
    let recipe = |(sku_id, version)| RecipeToday {
        sku_id,
        parts: recipes.parts.get(&sku_id).cloned().unwrap_or_default(),
        version,
        sellable: recipes.sellable(sku_id, |id| left.get(&id).copied()),
    };
    let mut recipes: Vec<_> = versions.into_iter().map(recipe).collect();
    recipes.sort_unstable_by_key(|recipe| recipe.sku_id);
    Ok(StockList {
        brand_id: branch.brand_id,
        items,
        components,
        recipes,
    })
}

/// Lists the orders that the shortfalls of a unit concern: of each bucket the newest, as many as
/// its shortfall covers.
pub async fn list_short(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    (branch_id, sku_id): (BranchId, SkuId),
) -> Result<Vec<PromisedOrder>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = find_branch(&mut tx, identity, branch_id).await?;
    let today = branch.business_day(deps.clock.now());
    let mut short: HashMap<_, _> =
        store::stock::buckets::find_many(&mut tx, branch_id, &[sku_id], today)
            .await?
            .into_iter()
            .filter(|(_, bucket)| bucket.shortfall > 0)
            .map(|((_, day), bucket)| (day, bucket.shortfall))
            .collect();
    let days: Vec<_> = short.keys().copied().collect();
    let mut orders =
        store::holds::list_promised(&mut tx, branch_id, sku_id, &days, today, ORDERS_READ).await?;
    orders.retain(|order| {
        let lacking = short.entry(order.bucket_day).or_default();
        let concerned = *lacking > 0;
        *lacking -= order.quantity;
        concerned
    });
    orders.truncate(ORDERS_LISTED);
    Ok(orders)
}

/// Writes a branch's stock as a file that imports to the same.
pub async fn export_file(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch_id: BranchId,
    mut names: Vec<Name>,
) -> Result<Vec<u8>, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let branch = find_branch(&mut tx, identity, branch_id).await?;
    let today = branch.business_day(deps.clock.now());
    name_components(&mut tx, &branch, &mut names).await?;
    let (items, buckets) = counted(&mut tx, &branch, today).await?;
    let rows = export(&Stock {
        names: &names,
        items: &items.into_iter().map(|item| (item.sku_id, item)).collect(),
        buckets: &buckets,
        today,
    });
    Ok(file::write(&rows)?)
}

/// Adds the names of the brand's components, which only we know.
pub async fn name_components(
    tx: &mut TenantTx,
    branch: &Branch,
    names: &mut Vec<Name>,
) -> Result<(), Error> {
    let components = store::stock::components::list(tx, branch.brand_id).await?;
    names.extend(components.into_iter().map(|component| Name {
        sku_id: component.sku_id,
        code: String::new(),
        name: component.name,
        detail: String::new(),
    }));
    Ok(())
}

/// The items of a branch with their buckets of today and later.
pub async fn counted(
    tx: &mut TenantTx,
    branch: &Branch,
    today: BusinessDay,
) -> Result<(Vec<StockItem>, HashMap<(SkuId, BusinessDay), Bucket>), Error> {
    let items = store::stock::items::list(tx, branch.branch_id).await?;
    let ids: Vec<_> = items.iter().map(|item| item.sku_id).collect();
    let buckets = store::stock::buckets::find_many(tx, branch.branch_id, &ids, today).await?;
    Ok((items, buckets))
}

async fn items(
    tx: &mut TenantTx,
    branch: &Branch,
    today: BusinessDay,
) -> Result<Vec<ItemToday>, Error> {
    let (items, buckets) = counted(tx, branch, today).await?;
    let mut by_sku = HashMap::<SkuId, HashMap<(SkuId, BusinessDay), Bucket>>::new();
    for (key, bucket) in buckets {
        by_sku.entry(key.0).or_default().insert(key, bucket);
    }
    let mut of = |item: StockItem| {
        let buckets = by_sku.remove(&item.sku_id).unwrap_or_default();
        ItemToday::new(item, &buckets, today)
    };
    Ok(items.into_iter().map(&mut of).collect())
}
