//! Rules of brands, kept in memory as ordering prices by them.
//!
//! A brand's document is read from membership once, however many ask at the same time, and again behind the
//! orders: when an event says that there is a new one, and once a minute should the event be lost. What is known
//! goes on being used while membership is away; a brand that was never asked about has no rules until membership
//! answers, for an order that uses no benefit must not need membership. A document is converted once for each
//! menu that is priced by it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chassis::{
    client::Peers,
    error::{CommonReason, Problem},
    id::{BranchId, BrandId, MenuVersionId, OrganisationId, ProductId, VariantId},
};
use moka::{future, sync};
use pricing::{
    Amount,
    rules::{Rule, RuleSet},
};
use proto::membership::v1::{
    GetRuleDocumentRequest, RuleDocument, benefit_service_client::BenefitServiceClient,
};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::domain::{branch_rules::BranchRules, menu::Menu};

/// What is older is read again, for an event may have been lost.
const FRESH_FOR: Duration = Duration::from_secs(60);
/// What could not be read is tried again after this time.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// Longest wait of the first order of a brand.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// What nobody ordered from for so long is forgotten.
const KEEP: Duration = Duration::from_secs(60 * 60);
const MAX_BRANDS: u64 = 2_000;
const MAX_BRANCHES: u64 = 4_000;

type Key = (OrganisationId, BrandId);

/// Rules by brand and branch; clones share what is known.
#[derive(Clone)]
pub struct RuleDocuments {
    peers: Peers,
    documents: future::Cache<Key, Arc<Known>>,
    of_branches: sync::Cache<(OrganisationId, BranchId), Arc<Converted>>,
}

/// What is known of a brand.
struct Known {
    /// `None` when membership could not be asked yet.
    document: Option<Arc<RuleDocument>>,
    read_again_at: Mutex<Instant>,
}

/// A document as one menu is priced by it.
struct Converted {
    document: Arc<RuleDocument>,
    menu: MenuVersionId,
    rules: Arc<BranchRules>,
}

impl RuleDocuments {
    /// An empty cache in front of membership.
    #[must_use]
    pub fn new(peers: Peers) -> Self {
        Self {
            peers,
            documents: future::Cache::builder()
                .max_capacity(MAX_BRANDS)
                .time_to_idle(KEEP)
                .build(),
            of_branches: sync::Cache::builder()
                .max_capacity(MAX_BRANCHES)
                .time_to_idle(KEEP)
                .build(),
        }
    }

    /// The present rules of a menu's branch.
    pub async fn of_branch(&self, org: OrganisationId, menu: &Menu) -> Arc<BranchRules> {
        let known = self.known((org, menu.brand)).await;
        let Some(document) = &known.document else {
            return BranchRules::none();
        };
        let key = (org, menu.branch);
        let before = self.of_branches.get(&key);
        if let Some(before) = &before
            && before.menu == menu.version
            && Arc::ptr_eq(&before.document, document)
        {
            return Arc::clone(&before.rules);
        }
        let rules = match convert(document, menu) {
            Ok(rules) => Arc::new(rules),
            Err(error) => {
                let error = format!("{error:#}");
                tracing::error!(brand.id = %menu.brand, error, "the rules of a brand cannot be used");
                before.map_or_else(BranchRules::none, |before| Arc::clone(&before.rules))
            }
        };
        let converted = Converted {
            document: Arc::clone(document),
            menu: menu.version,
            rules: Arc::clone(&rules),
        };
        self.of_branches.insert(key, Arc::new(converted));
        rules
    }

    /// Reads a brand's rules again, because there are new ones. A first read that is under way may have begun
    /// before them, so it is waited for.
    pub async fn published(&self, org: OrganisationId, brand: BrandId) {
        let key = (org, brand);
        let known = self.known(key).await;
        self.read_again(key, known).await;
    }

    /// Reads all rules again when they are needed next, because events of new ones may have been missed.
    pub fn read_all_again(&self) {
        for (_, known) in &self.documents {
            known.is_to_be_read_at(Instant::now());
        }
    }

    async fn known(&self, key: Key) -> Arc<Known> {
        let first = async {
            let read = self.read(key);
            match tokio::time::timeout(FIRST_WAIT, read).await {
                Ok(Ok(document)) => Known::new(Some(Arc::new(document)), FRESH_FOR),
                _ => Known::new(None, RETRY_AFTER),
            }
        };
        let known = self.documents.get_with(key, first).await;
        if known.take_turn() {
            let (documents, before) = (self.clone(), Arc::clone(&known));
            let again = async move { documents.read_again(key, before).await };
            tokio::spawn(again.in_current_span());
        }
        known
    }

    /// Replaces what is known by what membership has, unless it cannot be asked.
    async fn read_again(&self, key: Key, before: Arc<Known>) {
        match self.read(key).await {
            Ok(document) => {
                let version = before.document.as_ref().map(|known| known.version);
                let document = match &before.document {
                    // The same document stays, so that nothing is converted again.
                    Some(known) if version == Some(document.version) => Arc::clone(known),
                    _ => Arc::new(document),
                };
                let known = Known::new(Some(document), FRESH_FOR);
                self.documents.insert(key, known).await;
            }
            Err(error) => {
                tracing::warn!(brand.id = %key.1, %error, "could not read the rules of a brand");
                before.is_to_be_read_at(Instant::now() + RETRY_AFTER);
            }
        }
    }

    /// Where no membership is configured there are no rules.
    async fn read(&self, (org, brand): Key) -> Result<RuleDocument, Problem> {
        if !self.peers.is_configured("membership") {
            return Ok(RuleDocument::default());
        }
        let channel = self.peers.channel_for("membership", org);
        let request = GetRuleDocumentRequest {
            brand_id: brand.to_string(),
            version: 0,
        };
        let response = BenefitServiceClient::new(channel)
            .get_rule_document(request)
            .await?;
        let document = response.into_inner().document;
        document.ok_or_else(|| Problem::new(CommonReason::Internal).message("no rule document"))
    }
}

impl Known {
    fn new(document: Option<Arc<RuleDocument>>, fresh_for: Duration) -> Arc<Self> {
        Arc::new(Self {
            document,
            read_again_at: Mutex::new(Instant::now() + fresh_for),
        })
    }

    fn is_to_be_read_at(&self, at: Instant) {
        *self.turn() = at;
    }

    /// It is to be read again, and the caller is the first to find that out.
    fn take_turn(&self) -> bool {
        let now = Instant::now();
        let mut at = self.turn();
        let is_due = now >= *at;
        if is_due {
            *at = now + FRESH_FOR;
        }
        is_due
    }

    fn turn(&self) -> std::sync::MutexGuard<'_, Instant> {
        let turn = self.read_again_at.lock();
        turn.unwrap_or_else(PoisonError::into_inner)
    }
}

/// The rules as a menu is priced by them; those of other branches are left out.
fn convert(document: &RuleDocument, menu: &Menu) -> anyhow::Result<BranchRules> {
    let document = benefit_rules::document(document, &list_price(menu))?;
    let branch = pricing::BranchId::from_uuid(menu.branch.as_uuid());
    let is_here = |rule: &&Rule| {
        let branches = &rule.conditions.branches;
        branches.is_empty() || branches.contains(&branch)
    };
    let rules = document.rules.rules().iter().filter(is_here).cloned();
    let rules = RuleSet::of_brand(rules.collect());
    let rules = rules.map_err(|faults| anyhow::anyhow!("rules of a branch: {faults:?}"))?;
    Ok(BranchRules::from(benefit_rules::Document {
        rules,
        ..document
    }))
}

/// What something costs on a menu without options.
pub(super) fn list_price(
    menu: &Menu,
) -> impl Fn(pricing::ProductId, pricing::VariantId) -> Option<Amount> {
    move |product, variant| {
        let product = ProductId::from_uuid(product.as_uuid());
        let variant = VariantId::from_uuid(variant.as_uuid());
        let variants = &menu.products.get(&product)?.variants;
        let found = variants.iter().find(|known| known.id == variant)?;
        Some(Amount::new(found.price.amount()))
    }
}
