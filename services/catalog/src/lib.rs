//! The catalogue: brands, branches, what they sell, and the menus published from it.
//!
//! It owns brands, branches, categories, products with variants, option groups and the immutable
//! menu versions. It must never know stock, opening hours, orders or who a customer is.

pub mod app;
pub mod config;
pub mod domain;
pub mod events;
pub mod grpc;
pub mod jobs;
pub mod store;

use chassis::service::{App, BoxFuture, Context, Parts};
use proto::catalog::v1::catalog_service_server::CatalogServiceServer;
use tonic::service::Routes;

use crate::{domain::import::table::MOST_BYTES, grpc::CatalogRpc};

/// Migrations of the catalog database.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/catalog");

/// A file one byte too long still fits, so that it is refused by name, with what comes with it.
const LARGEST_REQUEST: usize = MOST_BYTES + 1024 * 1024;

/// The service.
#[derive(Debug)]
pub struct Catalog;

impl App for Catalog {
    const NAME: &'static str = "catalog";
    type Config = config::Config;

    fn migrator() -> &'static sqlx::migrate::Migrator {
        &MIGRATOR
    }

    fn build(ctx: Context, _config: config::Config) -> BoxFuture<'static, anyhow::Result<Parts>> {
        Box::pin(async move {
            let rpc = CatalogRpc::new(ctx.db.clone(), ctx.clock.clone());
            let server = CatalogServiceServer::new(rpc).max_decoding_message_size(LARGEST_REQUEST);
            Ok(Parts {
                routes: Routes::new(server),
                consumers: Vec::new(),
                snapshots: events::snapshots(),
                jobs: vec![
                    jobs::purge_old_slugs(ctx.db.clone(), ctx.clock.clone()),
                    jobs::purge_menu_versions(ctx.db, ctx.clock),
                ],
                ..Parts::default()
            })
        })
    }
}
