//! Prices past orders by the menu and the rules of their time, and by a rule that is tried.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use benefit_rules::{Document, Mismatch, Replay as Pricing, Trial, past_order};
use chassis::{
    error::Problem,
    id::{BranchId, CouponId, OrganisationId},
};
use pricing::{Amount, ProductId, RuleId};
use proto::{
    membership::v1::{BenefitRule, MembershipReason, RuleDocument},
    ordering::v1::{EnteredKind, OrderKind, OrderSnapshot, OrderState, PricedEntry},
};
use uuid::Uuid;

use crate::{
    app::{Dependencies, rule_preview::BranchMenu},
    store::{self, replays::Replay},
};

/// Menus, and rules for menus, that are kept; orders come in the order of time, and menus change rarely.
const MOST_KEPT: usize = 1_000;

type RuleKey = (Uuid, i64);
type MenuKey = (BranchId, String);

/// What orders are priced with.
pub struct Pricer<'a> {
    deps: &'a Dependencies,
    org: OrganisationId,
    replay: &'a Replay,
    menus: HashMap<MenuKey, Option<Arc<BranchMenu>>>,
    documents: BTreeMap<i64, RuleDocument>,
    rules: HashMap<(MenuKey, i64), Arc<Rules>>,
    /// Versions of codes, and coupons, as rules.
    entered: HashMap<RuleKey, BenefitRule>,
    /// What was found.
    pub replayed: Pricing,
    /// Names of products as they were sold last.
    pub names: BTreeMap<ProductId, String>,
    /// Orders that were read.
    pub read: usize,
}

/// The rules of a brand for one menu, with those that are tried instead.
struct Rules {
    document: Document,
    trial: Trial,
}

impl<'a> Pricer<'a> {
    /// Prices for a replay.
    pub fn new(deps: &'a Dependencies, org: OrganisationId, replay: &'a Replay) -> Self {
        Self {
            deps,
            org,
            replay,
            menus: HashMap::new(),
            documents: BTreeMap::new(),
            rules: HashMap::new(),
            entered: HashMap::new(),
            replayed: Pricing::default(),
            names: BTreeMap::new(),
            read: 0,
        }
    }

    /// Prices the orders of a page that count: of the brand, real, and sold.
    pub async fn take(&mut self, mut orders: Vec<OrderSnapshot>) -> anyhow::Result<()> {
        let brand = self.replay.brand.to_string();
        orders.retain(|order| order.brand_id == brand && counts(order));
        self.read_rules_of(&orders).await?;
        for order in orders {
            self.read += 1;
            for line in &order.lines {
                if let Ok(product) = line.product_id.parse() {
                    let product = ProductId::from_uuid(product);
                    self.names.insert(product, line.product_name.clone());
                }
            }
            if let Err(error) = self.price(&order).await? {
                tracing::debug!(order.id = %order.order_id, error = format!("{error:#}"), "an order has no price any more");
                self.replayed.unpriced(mismatch(&order)?);
            }
        }
        Ok(())
    }

    /// Prices an order; the inner error is why it has no price.
    async fn price(&mut self, order: &OrderSnapshot) -> anyhow::Result<anyhow::Result<()>> {
        let branch: BranchId = order.branch_id.parse()?;
        let key = (branch, order.menu_version_id.clone());
        let Some(menu) = self.menu(&key).await? else {
            return Ok(Err(anyhow::anyhow!("the menu is not kept any more")));
        };
        let with = order.priced_with.as_ref();
        let version = with.map_or(order.rules_version, |with| with.rules_version);
        if !self.knows_document(version).await? {
            return Ok(Err(anyhow::anyhow!("the rules are not kept any more")));
        }
        let rules = match self.rules_for(&menu, key, version) {
            Ok(rules) => rules,
            Err(error) => return Ok(Err(error)),
        };
        let list_price = |product, variant| menu.list_price(product, variant);
        let rule_of = |entry: &PricedEntry| {
            let wire = self.entered.get(&key_of(entry)?)?;
            benefit_rules::rule(wire, &list_price).ok().flatten()
        };
        Ok(past_order(order, &*menu, &rules.document, &rule_of)
            .map(|past| self.replayed.next(&past, &rules.trial)))
    }

    /// The menu that an order was sold from.
    async fn menu(&mut self, key: &MenuKey) -> Result<Option<Arc<BranchMenu>>, Problem> {
        if let Some(known) = self.menus.get(key) {
            return Ok(known.clone());
        }
        if self.menus.len() >= MOST_KEPT {
            self.menus.clear();
        }
        let (branch, version) = key;
        let menu = BranchMenu::read_version(self.deps, self.org, *branch, version).await;
        let menu = match menu {
            Ok(menu) => Some(Arc::new(menu)),
            Err(problem) if problem.is(MembershipReason::NoMenu) => None,
            Err(problem) => return Err(problem),
        };
        self.menus.insert(key.clone(), menu.clone());
        Ok(menu)
    }

    /// The version of the brand's rules for a menu, with the rule that is tried.
    fn rules_for(
        &mut self,
        menu: &BranchMenu,
        menu_key: MenuKey,
        version: i64,
    ) -> anyhow::Result<Arc<Rules>> {
        let key = (menu_key, version);
        if let Some(known) = self.rules.get(&key) {
            return Ok(Arc::clone(known));
        }
        let list_price = |product, variant| menu.list_price(product, variant);
        // Version 0 is that of a brand without rules.
        let wire = self.documents.entry(version).or_default();
        let document = benefit_rules::document(wire, &list_price)?;
        let without = match self.replay.promotion {
            Some(promotion) => {
                let promotion = RuleId::from_uuid(promotion.as_uuid());
                benefit_rules::without(&document.rules, promotion)?
            }
            None => document.rules.clone(),
        };
        let after = match benefit_rules::rule(&self.replay.rule, &list_price)? {
            Some(rule) => benefit_rules::with(&without, &rule)?,
            // It gives what this branch does not have.
            None => without,
        };
        let trial = Trial::new(document.rules.clone(), &after)?;
        if self.rules.len() >= MOST_KEPT {
            self.rules.clear();
        }
        let rules = Arc::new(Rules { document, trial });
        self.rules.insert(key, Arc::clone(&rules));
        Ok(rules)
    }

    /// Reads a version of the brand's rules where it is not read yet; whether it is kept.
    async fn knows_document(&mut self, version: i64) -> anyhow::Result<bool> {
        if version == 0 || self.documents.contains_key(&version) {
            return Ok(true);
        }
        let mut tx = self.deps.db.tenant(self.org).await?;
        let brand = self.replay.brand;
        let found = store::rule_documents::find(&mut tx, brand, Some(version)).await?;
        tx.rollback().await?;
        let is_kept = found.is_some();
        self.documents.extend(found.map(|found| (version, found)));
        Ok(is_kept)
    }

    /// Reads the rules of codes and coupons of a page at once.
    async fn read_rules_of(&mut self, orders: &[OrderSnapshot]) -> anyhow::Result<()> {
        let entries = orders
            .iter()
            .filter_map(|order| order.priced_with.as_ref())
            .flat_map(|with| &with.entered);
        let (mut codes, mut coupons) = (Vec::new(), Vec::new());
        for entry in entries {
            let Some(key) = key_of(entry).filter(|key| !self.entered.contains_key(key)) else {
                continue;
            };
            match entry.kind() {
                EnteredKind::Coupon => coupons.push(CouponId::from_uuid(key.0)),
                _ => codes.push(key),
            }
        }
        if codes.is_empty() && coupons.is_empty() {
            return Ok(());
        }
        let mut tx = self.deps.db.tenant(self.org).await?;
        for rule in store::rule_versions::find_many(&mut tx, &codes).await? {
            self.entered
                .insert((rule.rule_id.parse()?, rule.version), rule);
        }
        for coupon in store::coupons::find_many(&mut tx, &coupons).await? {
            let rule = coupon.rule();
            self.entered
                .insert((coupon.id.as_uuid(), rule.version), rule);
        }
        tx.rollback().await?;
        Ok(())
    }
}

fn key_of(entry: &PricedEntry) -> Option<RuleKey> {
    Some((entry.rule_id.parse().ok()?, entry.rule_version))
}

/// A real order that was sold. Those of platforms have prices of their own.
fn counts(order: &OrderSnapshot) -> bool {
    let sold = matches!(
        order.state(),
        OrderState::Placed
            | OrderState::Accepted
            | OrderState::Preparing
            | OrderState::Ready
            | OrderState::Delivering
            | OrderState::Completed
    );
    sold && !order.test && order.kind() != OrderKind::Platform
}

fn mismatch(order: &OrderSnapshot) -> anyhow::Result<Mismatch> {
    Ok(Mismatch {
        order: order.order_id.parse()?,
        number: order.order_number.clone(),
        branch: pricing::BranchId::from_uuid(order.branch_id.parse()?),
        sold: Amount::new(order.total),
        now: None,
    })
}
