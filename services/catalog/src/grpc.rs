//! The gRPC door: a file for each group of RPCs, and one where proto and domain meet.

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

use chassis::{authn::Identity, clock::SharedClock, db::Db, error::Problem, id::OrganisationId};

pub use catalog_service::CatalogRpc;

/// A call of somebody who is signed in.
struct Call<'a> {
    db: &'a Db,
    clock: &'a SharedClock,
    identity: &'a Identity,
    org: OrganisationId,
}

/// The value an id parsed to; call it after the violations have been turned into a refusal.
fn given<T>(parsed: Option<T>) -> Result<T, Problem> {
    parsed.ok_or_else(|| Problem::internal(anyhow::anyhow!("an id that is wrong was let through")))
}
