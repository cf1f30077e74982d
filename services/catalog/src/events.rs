//! What the catalogue publishes, and lists for the consumers of it; it consumes nothing.

use async_trait::async_trait;
use chassis::{
    clock::Clock,
    db::{SystemTx, TenantTx},
    error::Problem,
    id::{BranchId, BrandId},
    outbox::{self, Event},
    service::Snapshot,
    snapshot::{Key, Source},
};
use proto::catalog::v1::{BranchChanged, BrandChanged, MenuPublished};

use crate::{
    domain::{branch::Branch, brand::Brand, menu::Version},
    grpc::convert,
    store,
};
use uuid::Uuid;

/// What other services may keep a copy of.
#[must_use]
pub fn snapshots() -> Vec<Snapshot> {
    vec![
        Snapshot::new("catalog.brand", Brands),
        Snapshot::new("catalog.branch", Branches),
    ]
}

struct Brands;

#[async_trait]
impl Source for Brands {
    async fn keys(&self, tx: &mut SystemTx, after: Key, limit: i64) -> Result<Vec<Key>, Problem> {
        Ok(store::brands::list_keys(tx, after, limit).await?)
    }

    async fn events(&self, tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Event>, Problem> {
        let mut events = Vec::with_capacity(ids.len());
        for &id in ids {
            let brand = store::brands::find(tx, BrandId::from_uuid(id)).await?;
            events.extend(brand.as_ref().map(brand_event));
        }
        Ok(events)
    }
}

struct Branches;

#[async_trait]
impl Source for Branches {
    async fn keys(&self, tx: &mut SystemTx, after: Key, limit: i64) -> Result<Vec<Key>, Problem> {
        Ok(store::branches::list_keys(tx, after, limit).await?)
    }

    async fn events(&self, tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Event>, Problem> {
        let mut events = Vec::with_capacity(ids.len());
        for &id in ids {
            let branch = store::branches::find(tx, BranchId::from_uuid(id)).await?;
            events.extend(branch.as_ref().map(branch_event));
        }
        Ok(events)
    }
}

/// Publishes that a brand was created or changed.
pub async fn brand_changed(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    brand: &Brand,
) -> Result<(), Problem> {
    outbox::publish(tx, clock, &[brand_event(brand)]).await
}

fn brand_event(brand: &Brand) -> Event {
    let body = BrandChanged {
        brand: Some(convert::brand(brand)),
    };
    Event::new(
        "catalog.brand.changed.v1",
        brand.id.as_uuid(),
        brand.version,
        &body,
    )
}

/// Publishes that a branch was created or changed.
pub async fn branch_changed(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    branch: &Branch,
) -> Result<(), Problem> {
    outbox::publish(tx, clock, &[branch_event(branch)]).await
}

fn branch_event(branch: &Branch) -> Event {
    let body = BranchChanged {
        branch: Some(convert::branch(branch)),
    };
    Event::new(
        "catalog.branch.changed.v1",
        branch.id.as_uuid(),
        branch.version,
        &body,
    )
}

/// Publishes that branches have new menus. The aggregate is the branch and its version the menu's
/// number, so that a consumer can tell a late one from the present one.
pub async fn menus_published(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    versions: &[Version],
) -> Result<(), Problem> {
    let event = |version: &Version| {
        let body = MenuPublished {
            branch_id: version.branch_id.to_string(),
            menu_version_id: version.id.to_string(),
            number: version.number,
        };
        let branch = version.branch_id.as_uuid();
        Event::new("catalog.menu.published.v1", branch, version.number, &body)
    };
    let events: Vec<Event> = versions.iter().map(event).collect();
    outbox::publish(tx, clock, &events).await
}
