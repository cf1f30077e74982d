//! The gRPC server: a file for each group of RPCs, and one that converts between proto and domain.

mod branches;
mod brands;
mod catalog_service;
mod categories;
pub mod convert;
mod files;
mod items;
mod menus;
mod option_groups;
mod products;
mod publishing;
mod snapshot;

use chassis::{authn::Identity, clock::SharedClock, db::Db, id::OrganisationId};

pub use catalog_service::CatalogRpc;

/// A call of a signed-in caller.
struct Call<'a> {
    db: &'a Db,
    clock: &'a SharedClock,
    identity: &'a Identity,
    org: OrganisationId,
}
