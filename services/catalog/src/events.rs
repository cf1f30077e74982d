//! What the catalogue publishes; it consumes nothing.

use chassis::{
    clock::Clock,
    db::TenantTx,
    error::Problem,
    outbox::{self, Event},
};
use proto::catalog::v1::{BranchChanged, BrandChanged, MenuPublished};

use crate::{
    domain::{branch::Branch, brand::Brand, menu::Version},
    grpc::convert,
};

/// Tells that a brand was created or changed.
pub async fn brand_changed(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    brand: &Brand,
) -> Result<(), Problem> {
    let body = BrandChanged {
        brand: Some(convert::brand(brand)),
    };
    let event = Event::new(
        "catalog.brand.changed.v1",
        brand.id.as_uuid(),
        brand.version,
        &body,
    );
    outbox::publish(tx, clock, &[event]).await
}

/// Tells that a branch was created or changed.
pub async fn branch_changed(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    branch: &Branch,
) -> Result<(), Problem> {
    let body = BranchChanged {
        branch: Some(convert::branch(branch)),
    };
    let event = Event::new(
        "catalog.branch.changed.v1",
        branch.id.as_uuid(),
        branch.version,
        &body,
    );
    outbox::publish(tx, clock, &[event]).await
}

/// Tells that branches have new menus. The aggregate is the branch and its version the menu's
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
