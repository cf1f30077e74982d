//! Rules of brands, kept in memory as ordering prices by them.
//!
//! A brand's document is read from membership once, however many ask at the same time, and again behind the
//! orders: when an event says that there is a new one, and once a minute should the event be lost. What is known
//! goes on being used while membership is away; a brand that was never asked about has no rules until membership
//! answers, for an order that uses no benefit must not need membership. A document is converted once for each
//! menu that is priced by it.

use std::{sync::Arc, time::Duration};

use chassis::{
    client::Peers,
    error::{CommonReason, Problem},
    id::{BranchId, BrandId, MenuVersionId, OrganisationId, ProductId, VariantId},
};
use moka::sync;
use pricing::{
    Amount,
    rules::{Rule, RuleSet},
};
use proto::membership::v1::{
    GetRuleDocumentRequest, RuleDocument, benefit_service_client::BenefitServiceClient,
};

use super::renewing::{Renewing, Settings};
use crate::domain::{branch_rules::BranchRules, menu::Menu, tier_exclusive::TierExclusive};

/// What is older is read again, for an event may have been lost.
const FRESH_FOR: Duration = Duration::from_secs(60);
/// What nobody ordered from for so long is forgotten.
const KEEP: Duration = Duration::from_secs(60 * 60);
const MAX_BRANDS: u64 = 2_000;
const MAX_BRANCHES: u64 = 4_000;

type Key = (OrganisationId, BrandId);

/// Rules by brand and branch; clones share what is known.
#[derive(Clone)]
pub struct RuleDocuments {
    documents: Renewing<Key, Arc<RuleDocument>>,
    of_branches: sync::Cache<(OrganisationId, BranchId), Arc<Converted>>,
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
        let settings = Settings {
            what: "the rules of a brand",
            most: MAX_BRANDS,
            fresh_for: FRESH_FOR,
        };
        Self {
            documents: Renewing::new(settings, move |key, before| {
                read(peers.clone(), key, before)
            }),
            of_branches: sync::Cache::builder()
                .max_capacity(MAX_BRANCHES)
                .time_to_idle(KEEP)
                .build(),
        }
    }

    /// The present rules of a menu's branch.
    pub async fn of_branch(&self, org: OrganisationId, menu: &Menu) -> Arc<BranchRules> {
        let document = self.documents.get((org, menu.brand)).await;
        let Some(document) = &document else {
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

    /// Reads a brand's rules again, because there are new ones.
    pub async fn published(&self, org: OrganisationId, brand: BrandId) {
        self.documents.renew((org, brand)).await;
    }

    /// Reads all rules again when they are needed next, because events of new ones may have been missed.
    pub fn read_all_again(&self) {
        self.documents.renew_all();
    }
}

/// The same document stays, so that nothing is converted again. Where no membership is configured there are no
/// rules.
async fn read(
    peers: Peers,
    (org, brand): Key,
    before: Option<Arc<RuleDocument>>,
) -> Result<Arc<RuleDocument>, Problem> {
    if !peers.is_configured("membership") {
        return Ok(Arc::default());
    }
    let channel = peers.channel_for("membership", org);
    let request = GetRuleDocumentRequest {
        brand_id: brand.to_string(),
        version: 0,
    };
    let response = BenefitServiceClient::new(channel)
        .get_rule_document(request)
        .await?;
    let document = response.into_inner().document;
    let document =
        document.ok_or_else(|| Problem::new(CommonReason::Internal).message("no rule document"))?;
    let same = before.filter(|before| before.version == document.version);
    Ok(same.unwrap_or_else(|| Arc::new(document)))
}

/// The rules as a menu is priced by them; those of other branches are left out.
fn convert(published: &RuleDocument, menu: &Menu) -> anyhow::Result<BranchRules> {
    let document = benefit_rules::document(published, &list_price(menu))?;
    let exclusives = published.tier_exclusives.iter();
    let exclusives = exclusives
        .map(|sent| TierExclusive::of(sent, menu.branch))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let branch = pricing::BranchId::from_uuid(menu.branch.as_uuid());
    let is_here = |rule: &&Rule| {
        let branches = &rule.conditions.branches;
        branches.is_empty() || branches.contains(&branch)
    };
    let rules = document.rules.rules().iter().filter(is_here).cloned();
    let rules = RuleSet::of_brand(rules.collect());
    let rules = rules.map_err(|faults| anyhow::anyhow!("rules of a branch: {faults:?}"))?;
    Ok(BranchRules {
        exclusives: exclusives.into_iter().flatten().collect(),
        ..BranchRules::from(benefit_rules::Document { rules, ..document })
    })
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
