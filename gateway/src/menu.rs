//! Menu documents, served from memory.
//!
//! A document is revalidated when its publishing is announced, and every five seconds for the
//! case that the announcement was lost; catalog answers with nothing while the ETag still holds.

mod document;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use axum::response::Response;
use chassis::{error::CommonReason, telemetry};
use http::HeaderMap;
use opentelemetry::{global, metrics::Counter};
use parking_lot::RwLock;
use proto::catalog::v1::GetMenuDocumentRequest;

use crate::{
    problem::{Rejection, Result},
    state::Gateway,
    storefronts::Place,
};
use document::Document;

const CHECK_INTERVAL: Duration = Duration::from_secs(5);
const RETRY_DELAY: Duration = Duration::from_secs(1);

type ByBranch = HashMap<Box<str>, Arc<Slot>>;

/// Documents by the brand's and the branch's slug.
pub struct Menus {
    slots: RwLock<HashMap<Box<str>, ByBranch>>,
    started: Instant,
    answers: Counter<u64>,
}

struct Slot {
    branch_id: String,
    document: ArcSwap<Document>,
    /// Milliseconds since the start at which the document counts as old.
    old_at: AtomicU64,
    /// How often a new document was announced, and how much of that the document has seen.
    announced: AtomicU64,
    seen: AtomicU64,
    refreshing: tokio::sync::Mutex<()>,
}

impl Slot {
    fn expire(&self) {
        self.announced.fetch_add(1, Ordering::AcqRel);
    }

    fn is_outdated(&self) -> bool {
        self.seen.load(Ordering::Acquire) < self.announced.load(Ordering::Acquire)
    }
}

impl Default for Menus {
    fn default() -> Self {
        let answers = global::meter(telemetry::SCOPE)
            .u64_counter("gateway.menu.answers")
            .with_description("Menus asked for, which no other measurement counts")
            .build();
        Self {
            slots: RwLock::default(),
            started: Instant::now(),
            answers,
        }
    }
}

impl Menus {
    /// The menu of an address, encoded as the client likes it, or that the client has it already.
    ///
    /// Refuses with `NOT_FOUND`.
    pub async fn answer(
        &self,
        gateway: &Gateway,
        brand: &str,
        branch: &str,
        headers: &HeaderMap,
    ) -> Result<Response> {
        self.answers.add(1, &[]);
        let slot = self.slot(gateway, brand, branch).await?;
        Ok(slot.document.load().respond(headers))
    }

    /// Number of a place's present menu; `None` before the first publishing.
    pub async fn number(&self, gateway: &Gateway, place: &Place) -> Option<i64> {
        let brand = &place.storefront.brand.slug;
        let slot = self.slot(gateway, brand, &place.branch.slug).await.ok()?;
        Some(slot.document.load().number)
    }

    /// Makes a branch's document be checked at its next reading.
    pub fn expire(&self, branch_id: &str) {
        let slots = self.slots.read();
        for slot in slots.values().flat_map(HashMap::values) {
            if slot.branch_id == branch_id {
                slot.expire();
            }
        }
    }

    /// Makes every document be checked at its next reading.
    pub fn expire_all(&self) {
        for slot in self.slots.read().values().flat_map(HashMap::values) {
            slot.expire();
        }
    }

    async fn slot(&self, gateway: &Gateway, brand: &str, branch: &str) -> Result<Arc<Slot>> {
        let known = self
            .slots
            .read()
            .get(brand)
            .and_then(|slots| slots.get(branch))
            .cloned();
        let Some(slot) = known else {
            return self.load(gateway, brand, branch).await;
        };
        if slot.is_outdated() || self.now() >= slot.old_at.load(Ordering::Acquire) {
            self.refresh(gateway, brand, branch, &slot).await?;
        }
        Ok(slot)
    }

    async fn load(&self, gateway: &Gateway, brand: &str, branch: &str) -> Result<Arc<Slot>> {
        let place = gateway.storefronts().place(gateway, brand, branch).await?;
        let old_at = self.after(CHECK_INTERVAL);
        let document = fetch(gateway, &place, "").await?;
        let document = document.ok_or_else(|| Rejection::internal(anyhow::anyhow!("no menu")))?;
        let slot = Arc::new(Slot {
            branch_id: place.branch.branch_id.clone(),
            document: ArcSwap::from_pointee(document),
            old_at: AtomicU64::new(old_at),
            announced: AtomicU64::new(0),
            seen: AtomicU64::new(0),
            refreshing: tokio::sync::Mutex::new(()),
        });
        self.slots
            .write()
            .entry(brand.into())
            .or_default()
            .insert(branch.into(), slot.clone());
        Ok(slot)
    }

    /// Checks the document with catalog. One reader does; the others take what there is, unless a
    /// new one was announced: then they wait, for a screen that was notified of it must not get the old.
    async fn refresh(
        &self,
        gateway: &Gateway,
        brand: &str,
        branch: &str,
        slot: &Arc<Slot>,
    ) -> Result<()> {
        let _guard = if slot.is_outdated() {
            let guard = slot.refreshing.lock().await;
            if !slot.is_outdated() {
                return Ok(());
            }
            guard
        } else {
            let Ok(guard) = slot.refreshing.try_lock() else {
                return Ok(());
            };
            guard
        };
        // Read before asking: what is announced meanwhile makes it old again.
        let announced = slot.announced.load(Ordering::Acquire);
        slot.old_at
            .store(self.after(CHECK_INTERVAL), Ordering::Release);
        match self.revalidate(gateway, brand, branch, slot).await {
            Err(refused) if refused.is(CommonReason::NotFound) => {
                let mut slots = self.slots.write();
                slots
                    .get_mut(brand)
                    .and_then(|branches| branches.remove(branch));
                Err(refused)
            }
            Err(refused) => {
                tracing::warn!(
                    branch.id = slot.branch_id,
                    problem.reason = refused.reason(),
                    "a menu could not be checked and is served as it was"
                );
                slot.seen.store(announced, Ordering::Release);
                slot.old_at
                    .store(self.after(RETRY_DELAY), Ordering::Release);
                Ok(())
            }
            Ok(()) => {
                slot.seen.store(announced, Ordering::Release);
                Ok(())
            }
        }
    }

    async fn revalidate(
        &self,
        gateway: &Gateway,
        brand: &str,
        branch: &str,
        slot: &Slot,
    ) -> Result<()> {
        let place = gateway.storefronts().place(gateway, brand, branch).await?;
        if place.branch.branch_id != slot.branch_id {
            return Err(Rejection::new(CommonReason::NotFound));
        }
        let known = slot.document.load().etag.clone();
        if let Some(fresh) = fetch(gateway, &place, &known).await? {
            slot.document.store(Arc::new(fresh));
        }
        Ok(())
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn after(&self, pause: Duration) -> u64 {
        self.now()
            .saturating_add(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX))
    }
}

/// The present document; `None` when it is the one with the ETag known.
async fn fetch(gateway: &Gateway, place: &Place, known_etag: &str) -> Result<Option<Document>> {
    let request = GetMenuDocumentRequest {
        branch_id: place.branch.branch_id.clone(),
        known_etag: known_etag.to_owned(),
    };
    let mut catalog = gateway.as_gateway(Some(place.org())).catalog();
    let answer = catalog.get_menu_document(request).await?.into_inner();
    if !known_etag.is_empty() && answer.etag == known_etag {
        return Ok(None);
    }
    Document::new(answer).map(Some)
}
