//! Brands' own pages: their branches and whether each takes orders for now, for crowds of customers.
//!
//! A page is made at most once a second, however many ask and however often something of it changes.
//! Changes are gathered and published to the open pages once a second; what is read after that is new.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use moka::future::Cache;
use parking_lot::Mutex;
use proto::capacity::v1::{BranchOpenStatus, ListOpenStatusesRequest};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::{
    json::{live::BranchesChanged, storefront::StorefrontPage},
    problem::{Rejection, Result},
    shared_json::SharedJson,
    sse::Topic,
    state::Gateway,
    storefronts::Storefront,
};

const TTL: Duration = Duration::from_secs(1);
const PUBLISH_INTERVAL: Duration = Duration::from_secs(1);
/// Longer than a page can be in the making that was begun before the change.
const CHANGED_FOR: Duration = Duration::from_secs(60);
const CAPACITY: u64 = 2_000;
const BRANCHES_PER_CALL: i32 = 1_000;
/// More branches than any brand has; an upstream that never ends its list is given up.
const MAX_CALLS: usize = 20;

/// The pages of brands.
pub struct BrandPages {
    /// By the brand's id and the number of its last change.
    pages: Cache<(String, u64), Arc<SharedJson>>,
    /// Numbers of the last changes that were published, by the brand's id.
    published: Cache<String, u64>,
    changes: AtomicU64,
    /// Brands with changes that are yet to be published.
    changed: Mutex<HashSet<String>>,
}

impl Default for BrandPages {
    fn default() -> Self {
        let cache = || Cache::builder().max_capacity(CAPACITY);
        Self {
            pages: cache().time_to_live(TTL).build(),
            published: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(CHANGED_FOR)
                .build(),
            changes: AtomicU64::new(0),
            changed: Mutex::default(),
        }
    }
}

impl BrandPages {
    /// The page of a brand; refuses with `NOT_FOUND`.
    ///
    /// A branch whose hours cannot be read at present has no state rather than being hidden.
    pub async fn get(&self, gateway: &Gateway, slug: &str) -> Result<Arc<SharedJson>> {
        let storefront = gateway.storefronts().brand(gateway, slug).await?;
        let brand_id = storefront.brand.brand_id.clone();
        let change = self.published.get(&brand_id).await.unwrap_or_default();
        let page = self
            .pages
            .try_get_with((brand_id, change), load(gateway, &storefront));
        page.await
            .map_err(|why| Rejection::internal(anyhow::anyhow!("{why}")))
    }

    /// Notes that something of a brand's page has changed.
    pub fn note_change(&self, brand_id: &str) {
        if !brand_id.is_empty() {
            self.changed.lock().insert(brand_id.to_owned());
        }
    }

    /// Forgets every page: changes may have been missed. The streams end by themselves.
    pub fn forget_all(&self) {
        self.pages.invalidate_all();
    }

    /// Publishes what has changed to the open pages, every second until `shutdown`.
    pub async fn publish_changes(gateway: Gateway, shutdown: CancellationToken) {
        let mut turns = tokio::time::interval(PUBLISH_INTERVAL);
        while shutdown.run_until_cancelled(turns.tick()).await.is_some() {
            let pages = gateway.brand_pages();
            let changed = std::mem::take(&mut *pages.changed.lock());
            for brand_id in changed {
                // What is read from now on is made after the change.
                let number = pages.changes.fetch_add(1, Ordering::Relaxed) + 1;
                pages.published.insert(brand_id.clone(), number).await;
                let hub = gateway.hub();
                hub.publish(&brand_id, Topic::Branch, "branches", &BranchesChanged {});
            }
        }
    }
}

async fn load(
    gateway: &Gateway,
    storefront: &Storefront,
) -> std::result::Result<Arc<SharedJson>, String> {
    let statuses = list_statuses(gateway, storefront).await;
    let statuses = statuses.unwrap_or_else(|status| {
        tracing::warn!(
            brand.id = storefront.brand.brand_id,
            error = %status,
            "a brand's page is shown without its branches' hours"
        );
        HashMap::new()
    });
    let page = StorefrontPage::new(storefront.brand.clone(), &storefront.branches, &statuses);
    let page = page.map_err(|error| format!("{error:?}"))?;
    json(&page)
}

fn json(page: &impl Serialize) -> std::result::Result<Arc<SharedJson>, String> {
    let json = SharedJson::of(page).map_err(|error| error.to_string())?;
    Ok(Arc::new(json))
}

async fn list_statuses(
    gateway: &Gateway,
    storefront: &Storefront,
) -> std::result::Result<HashMap<String, BranchOpenStatus>, tonic::Status> {
    let mut capacity = gateway.as_gateway(Some(storefront.org)).availability();
    let mut statuses = HashMap::with_capacity(storefront.branches.len());
    let mut request = ListOpenStatusesRequest {
        brand_id: storefront.brand.brand_id.clone(),
        page_size: BRANCHES_PER_CALL,
        ..Default::default()
    };
    for _ in 0..MAX_CALLS {
        let answer = capacity.list_open_statuses(request.clone()).await?;
        let answer = answer.into_inner();
        let branches = answer.branches.into_iter();
        statuses.extend(branches.map(|status| (status.branch_id.clone(), status)));
        if answer.next_page_token.is_empty() {
            return Ok(statuses);
        }
        request.page_token = answer.next_page_token;
    }
    Err(tonic::Status::internal(
        "a brand has more branches than are listed",
    ))
}
