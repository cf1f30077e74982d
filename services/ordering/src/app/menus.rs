//! Menus by branch, cached in memory.
//!
//! A menu is fetched from catalog once, however many ask at the same time. An event of a new menu
//! drops the old one at once on every replica; should the event be lost, it lives for five seconds.

use std::{collections::HashSet, sync::Arc, time::Duration};

use anyhow::Context as _;
use chassis::{
    client::Peers,
    error::Problem,
    id::{BranchId, OrganisationId},
};
use moka::future;
use proto::catalog::v1::{
    FindItemsRequest, GetMenuSnapshotRequest, catalog_service_client::CatalogServiceClient,
};
use tonic::Status;

use super::menu_snapshot::to_menu;
use crate::domain::menu::Menu;

const TTL: Duration = Duration::from_secs(5);
const MAX_BRANCHES: u64 = 2_000;

type Key = (OrganisationId, BranchId);

/// Menus by branch; clones share the cache.
#[derive(Clone)]
pub struct Menus {
    peers: Peers,
    current: future::Cache<Key, Arc<Menu>>,
}

impl Menus {
    /// An empty cache in front of catalog.
    #[must_use]
    pub fn new(peers: Peers) -> Self {
        Self {
            peers,
            current: future::Cache::builder()
                .max_capacity(MAX_BRANCHES)
                .time_to_live(TTL)
                .build(),
        }
    }

    /// The present menu of a branch, or `NOT_FOUND`.
    pub async fn get(&self, org: OrganisationId, branch: BranchId) -> Result<Arc<Menu>, Problem> {
        let loaded = self
            .current
            .try_get_with((org, branch), self.load(org, branch))
            .await;
        loaded.map_err(|status| Problem::from_status(&status))
    }

    /// Those of `items` (products, variants or options) that exist in the organisation, on a menu or not.
    pub async fn find_items(
        &self,
        org: OrganisationId,
        items: Vec<String>,
    ) -> Result<HashSet<String>, Problem> {
        let mut catalog = CatalogServiceClient::new(self.peers.channel_for("catalog", org));
        let request = FindItemsRequest { item_ids: items };
        let answer = catalog.find_items(request).await?.into_inner();
        Ok(answer.item_ids.into_iter().collect())
    }

    /// Drops the cached menu, because there is a new one.
    pub async fn invalidate(&self, org: OrganisationId, branch: BranchId) {
        self.current.invalidate(&(org, branch)).await;
    }

    /// Drops all cached menus, because events of new ones may have been missed.
    pub fn invalidate_all(&self) {
        self.current.invalidate_all();
    }

    async fn load(&self, org: OrganisationId, branch: BranchId) -> Result<Arc<Menu>, Status> {
        let mut catalog = CatalogServiceClient::new(self.peers.channel_for("catalog", org));
        let request = GetMenuSnapshotRequest {
            branch_id: branch.to_string(),
            ..Default::default()
        };
        let snapshot = catalog
            .get_menu_snapshot(request)
            .await?
            .into_inner()
            .snapshot;
        let menu = snapshot
            .context("catalog answered without a snapshot")
            .and_then(to_menu);
        Ok(Arc::new(menu.map_err(Problem::internal)?))
    }
}
