//! Checking and publishing a brand's catalogue.

use std::collections::BTreeMap;

use chassis::{
    audit,
    db::TenantTx,
    error::{Problem, Violations},
    id::{self, BranchId, MenuVersionId},
    idempotency::Once,
    request,
};
use proto::catalog::v1::{
    CheckPublishRequest, CheckPublishResponse, PriceChange, PublishChange, PublishRequest,
    PublishResponse,
};

use super::{Call, convert, snapshot};
use crate::{
    app::access,
    domain::{
        Error,
        branch::Branch,
        brand::Brand,
        catalogue::Catalogue,
        document,
        menu::{Menu, Version},
        menu_diff::{self, Difference},
        publish_check,
    },
    events,
    store::{self, menus::Stored},
};

/// Menus rendered and written at a time, so that a chain's publication fits into memory.
const BATCH: usize = 50;
/// Branches that a brand can have.
const MOST_BRANCHES: usize = 2_000;
/// Price changes reported for a branch.
const MOST_PRICES: usize = 200;

pub(super) async fn check(
    call: &Call<'_>,
    request: &CheckPublishRequest,
) -> Result<CheckPublishResponse, Problem> {
    let mut violations = Violations::new();
    let brand_id = id::parse("brand_id", &request.brand_id, &mut violations);
    let named = request::ids(
        "branch_ids",
        &request.branch_ids,
        MOST_BRANCHES,
        &mut violations,
    );
    let brand_id = violations.finish(brand_id)?;

    let mut tx = call.db.tenant(call.org).await?;
    let brand = access::view_brand(&mut tx, call.identity, brand_id).await?;
    let branches = access::branches(&mut tx, call.identity, brand.id, &named).await?;
    let whole = store::catalogue::load(&mut tx, brand.id).await?;
    let orderable = whole.orderable();
    let mut differences = Vec::with_capacity(branches.len());
    for branch in &branches {
        let before = current_content(&mut tx, branch.id).await?;
        differences.push((branch.id, menu_diff::compare(&before, &orderable)));
    }
    tx.commit().await?;

    let mut findings = publish_check::check(&whole, &orderable);
    let prices = differences
        .iter()
        .flat_map(|(_, difference)| &difference.prices);
    findings.extend(publish_check::warn_of_prices(prices));
    Ok(CheckPublishResponse {
        findings: findings.iter().map(convert::finding).collect(),
        changes: differences
            .iter()
            .map(|(branch, it)| change(*branch, it))
            .collect(),
    })
}

/// What a branch sells by its present menu; nothing when it has none.
async fn current_content(tx: &mut TenantTx, branch: BranchId) -> Result<Catalogue, Problem> {
    let Some(bytes) = store::menus::find_snapshot(tx, branch, None).await? else {
        return Ok(Catalogue::default());
    };
    Ok(snapshot::decode_content(&bytes)?)
}

fn change(branch: BranchId, difference: &Difference) -> PublishChange {
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let prices = difference
        .prices
        .iter()
        .take(MOST_PRICES)
        .map(|price| PriceChange {
            product_id: price.product_id.to_string(),
            product_name: price.product_name.clone(),
            variant_name: price.variant_name.clone(),
            before: price.before,
            after: price.after,
        });
    PublishChange {
        branch_id: branch.to_string(),
        added: count(difference.added),
        removed: count(difference.removed),
        changed: count(difference.changed),
        prices: prices.collect(),
    }
}

pub(super) async fn publish(
    call: &Call<'_>,
    request: &PublishRequest,
) -> Result<PublishResponse, Problem> {
    let clock = &**call.clock;
    let mut violations = Violations::new();
    let once = Once::parse(
        "Publish",
        &request.idempotency_key,
        request,
        &mut violations,
    );
    let brand_id = id::parse("brand_id", &request.brand_id, &mut violations);
    let named = request::ids(
        "branch_ids",
        &request.branch_ids,
        MOST_BRANCHES,
        &mut violations,
    );
    let brand_id = violations.finish(brand_id)?;

    let mut tx = call.db.tenant(call.org).await?;
    // The lock keeps the catalogue as it was checked; the scope is that of the branches.
    let brand = store::brands::lock(&mut tx, brand_id).await?;
    let branches = access::branches(&mut tx, call.identity, brand.id, &named).await?;
    let publish = async |tx: &mut TenantTx| publish_all(tx, call, brand, branches).await;
    let response = once.run(&mut tx, clock, publish).await?;
    tx.commit().await?;
    Ok(response)
}

async fn publish_all(
    tx: &mut TenantTx,
    call: &Call<'_>,
    brand: Brand,
    branches: Vec<Branch>,
) -> Result<PublishResponse, Problem> {
    let clock = &**call.clock;
    let whole = store::catalogue::load(tx, brand.id).await?;
    let content = whole.orderable();
    let mut blocking = publish_check::check(&whole, &content);
    blocking.retain(|finding| finding.blocking);
    if !blocking.is_empty() {
        return Err(Error::Unpublishable(blocking).into());
    }

    let ids: Vec<BranchId> = branches.iter().map(|branch| branch.id).collect();
    let numbers = store::branches::next_menu_numbers(tx, &ids).await?;
    let menus = |passed: i64| {
        let numbers = numbers.iter().map(|number| number - passed);
        let menus = ids
            .iter()
            .zip(numbers.map(|number| (number > 0).then_some(number)));
        BTreeMap::from([("menu", menus.collect::<BTreeMap<_, _>>())])
    };
    audit::changed("brand", brand.id, &menus(1), &menus(0));
    let menu = |(branch, number): (Branch, i64)| Menu {
        id: MenuVersionId::new(clock),
        number,
        published_at: clock.now(),
        brand: brand.clone(),
        branch,
        content: content.clone(),
    };
    let mut versions = Vec::with_capacity(ids.len());
    let mut numbered = branches.into_iter().zip(numbers).map(menu);
    loop {
        let menus: Vec<Menu> = numbered.by_ref().take(BATCH).collect();
        if menus.is_empty() {
            break;
        }
        let stored = render(menus, call.identity.actor.name()).await?;
        store::menus::insert(tx, &stored).await?;
        versions.extend(stored.into_iter().map(|stored| stored.version));
    }
    events::menus_published(tx, clock, &versions).await?;
    Ok(PublishResponse {
        versions: versions.iter().map(convert::version).collect(),
    })
}

/// Compressing takes its time: not on a thread that others wait for.
async fn render(menus: Vec<Menu>, published_by: String) -> Result<Vec<Stored>, Problem> {
    let rendered = tokio::task::spawn_blocking(move || {
        let stored = menus.iter().map(|menu| {
            let version = Version {
                id: menu.id,
                branch_id: menu.branch.id,
                number: menu.number,
                published_at: menu.published_at,
                published_by: published_by.clone(),
                product_count: i32::try_from(menu.content.products.len()).unwrap_or(i32::MAX),
            };
            let bodies = document::render(menu)?;
            anyhow::Ok(Stored {
                version,
                bodies,
                snapshot: snapshot::encode(menu),
            })
        });
        stored.collect::<anyhow::Result<Vec<Stored>>>()
    });
    Ok(rendered.await.map_err(Problem::internal)??)
}
