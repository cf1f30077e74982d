//! Replays: the orders of the last days with and without a rule.
//!
//! Orders are read from ordering's list by cursor, page by page, and priced as values; nothing is written but the
//! progress and the result. A process that dies leaves the replay to another one, which begins anew.

use std::collections::BTreeMap;

use anyhow::Context as _;
use benefit_rules::{PastOrder, Replay as Pricing, ReplayReport, Sold};
use chassis::{
    authn::Identity,
    clock::Clock,
    db::{OnConstraint as _, StoreError, TenantTx},
    error::Problem,
    id::{BenefitRuleId, BranchId, BrandId, OrganisationId, ReplayId},
    sales::{Channel, Method},
    snapshot::Key,
    text_enum::WireEnum as _,
    time,
};
use chrono::{DateTime, TimeDelta, Utc};
use pricing::{
    Amount, Cart, Charge, Fee, FeeKind, FeeName, Line, ProductId, RuleId, VariantId,
    rules::{Context, Customer, Member, RuleSet},
};
use proto::{
    common::v1::{ListSnapshotRequest, snapshot_service_client::SnapshotServiceClient},
    membership::v1::{
        BenefitRule, MembershipReason, ReplayBranch, ReplayOrder, ReplayProduct, ReplayResult,
        RuleDocument,
    },
    ordering::v1::{OrderChanged, OrderKind, OrderSnapshot, OrderState},
};
use uuid::Uuid;

use super::{
    Dependencies,
    rule_preview::{BranchMenu, moment},
};
use crate::store::{
    self,
    replays::{Replay, ReplayState},
};

/// Most orders that are read.
const MOST_ORDERS: usize = 200_000;
const PAGE: i32 = 200;
const LARGEST_PAGE_BYTES: usize = 64 * 1024 * 1024;
/// How long a process keeps a replay from others between two pages.
const LEASE: TimeDelta = TimeDelta::seconds(60);
const MOST_PRODUCTS: usize = 100;

/// Starts a replay.
pub async fn start(
    tx: &mut TenantTx,
    identity: &Identity,
    clock: &dyn Clock,
    brand: BrandId,
    promotion: Option<BenefitRuleId>,
    rule: BenefitRule,
    days: i32,
) -> Result<Replay, Problem> {
    identity.require_brand(brand)?;
    if !store::branches::has_brand(tx, brand).await? {
        return Err(Problem::not_found("brand"));
    }
    let replay = Replay {
        id: ReplayId::new(clock),
        brand,
        promotion,
        rule,
        days,
        state: ReplayState::Running,
        orders_read: 0,
        result: None,
        started_at: clock.now(),
        finished_at: None,
    };
    store::replays::insert(tx, &replay)
        .await
        .on_constraint("replays_running", || {
            Running(Problem::new(MembershipReason::ReplayRunning))
        })
        .map_err(|Running(problem)| problem)?;
    Ok(replay)
}

/// A refusal on the way through a constraint.
struct Running(Problem);

impl From<StoreError> for Running {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

/// A replay of a brand that the caller may see.
pub async fn get(tx: &mut TenantTx, identity: &Identity, id: ReplayId) -> Result<Replay, Problem> {
    let found = store::replays::find(tx, id).await?;
    let found = found.ok_or_else(|| Problem::not_found("replay"))?;
    super::benefits::places::listed_brands(tx, identity, Some(found.brand)).await?;
    Ok(found)
}

/// Carries out one replay that nobody works on; whether there was one.
pub async fn run_due(deps: &Dependencies) -> anyhow::Result<bool> {
    let now = deps.clock.now();
    let mut tx = deps.db.system("take a replay").await?;
    let taken = store::replays::take_due(&mut tx, now, now + LEASE).await?;
    tx.commit().await?;
    let Some((org, id)) = taken else {
        return Ok(false);
    };
    let outcome = run(deps, org, id).await;
    let result = match &outcome {
        Ok(result) => Some(result),
        Err(error) => {
            tracing::error!(replay.id = %id, error = format!("{error:#}"), "a replay failed");
            None
        }
    };
    let mut tx = deps.db.tenant(org).await?;
    store::replays::finish(&mut tx, id, result, deps.clock.now()).await?;
    tx.commit().await?;
    Ok(true)
}

/// What orders are priced with: menus of branches as they are now, and the rules of the time of each order.
struct Pricer<'a> {
    deps: &'a Dependencies,
    org: OrganisationId,
    replay: &'a Replay,
    menus: BTreeMap<BranchId, Option<BranchMenu>>,
    documents: BTreeMap<i64, RuleDocument>,
    replayed: Pricing,
    names: BTreeMap<ProductId, String>,
    read: usize,
    unread: usize,
}

async fn run(
    deps: &Dependencies,
    org: OrganisationId,
    id: ReplayId,
) -> anyhow::Result<ReplayResult> {
    let mut tx = deps.db.tenant(org).await?;
    let replay = store::replays::find(&mut tx, id)
        .await?
        .context("the replay is gone")?;
    let documents =
        store::rule_documents::list_since(&mut tx, replay.brand, since(&replay)).await?;
    tx.rollback().await?;
    let mut pricer = Pricer {
        deps,
        org,
        replay: &replay,
        menus: BTreeMap::new(),
        documents: documents
            .into_iter()
            .map(|document| (published(&document), document))
            .collect(),
        replayed: Pricing::default(),
        names: BTreeMap::new(),
        read: 0,
        unread: 0,
    };
    let mut token = first_token(org, since(&replay));
    let mut truncated = false;
    loop {
        let (orders, next) = page(deps, org, &token).await?;
        pricer.take(orders).await?;
        let mut tx = deps.db.tenant(org).await?;
        let read = i32::try_from(pricer.read).unwrap_or(i32::MAX);
        store::replays::progress(&mut tx, id, read, deps.clock.now() + LEASE).await?;
        tx.commit().await?;
        match next {
            Some(next) if pricer.read < MOST_ORDERS => token = next,
            Some(_) => {
                truncated = true;
                break;
            }
            None => break,
        }
    }
    Ok(result(&pricer, truncated))
}

fn since(replay: &Replay) -> DateTime<Utc> {
    replay.started_at - TimeDelta::days(replay.days.into())
}

fn published(document: &RuleDocument) -> i64 {
    document.published_at.as_ref().map_or(0, |at| at.seconds)
}

/// Before the first order of an organisation that was created at an instant: ids begin with the time.
fn first_token(org: OrganisationId, at: DateTime<Utc>) -> String {
    let millis = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    let id = Uuid::from_u128(millis << 80);
    Key { org, id }.to_string()
}

/// A page of the organisation's orders with where the next one begins.
async fn page(
    deps: &Dependencies,
    org: OrganisationId,
    token: &str,
) -> anyhow::Result<(Vec<OrderSnapshot>, Option<String>)> {
    let request = ListSnapshotRequest {
        subject: "ordering.every_order".to_owned(),
        page_token: token.to_owned(),
        page_size: PAGE,
    };
    let response = SnapshotServiceClient::new(deps.peers.channel("ordering"))
        .max_decoding_message_size(LARGEST_PAGE_BYTES)
        .list_snapshot(request)
        .await
        .context("read the orders of the last days")?
        .into_inner();
    let own = org.to_string();
    // Organisations follow each other; what comes after ours is not looked at.
    let all_own = response
        .items
        .iter()
        .all(|item| item.organisation_id == own);
    let mut orders = Vec::with_capacity(response.items.len());
    for item in response
        .items
        .iter()
        .filter(|item| item.organisation_id == own)
    {
        let event: OrderChanged = prost::Message::decode(&item.body[..])?;
        orders.extend(event.order);
    }
    orders.sort_by_key(|order| order.created_at.as_ref().map(|at| (at.seconds, at.nanos)));
    let next = response.next_page_token;
    let next = (all_own && !next.is_empty()).then_some(next);
    Ok((orders, next))
}

impl Pricer<'_> {
    /// Prices the orders of a page that count: of the brand, real, and sold.
    async fn take(&mut self, orders: Vec<OrderSnapshot>) -> anyhow::Result<()> {
        let brand = self.replay.brand.to_string();
        for order in orders {
            let sold = matches!(
                order.state(),
                OrderState::Placed
                    | OrderState::Accepted
                    | OrderState::Preparing
                    | OrderState::Ready
                    | OrderState::Delivering
                    | OrderState::Completed
            );
            let ours = order.brand_id == brand && sold && !order.test;
            if !ours || order.kind() == OrderKind::Platform {
                continue;
            }
            self.read += 1;
            self.price(&order).await?;
        }
        Ok(())
    }

    async fn price(&mut self, order: &OrderSnapshot) -> anyhow::Result<()> {
        let branch: BranchId = order.branch_id.parse()?;
        if !self.menus.contains_key(&branch) {
            // A branch without a menu has no prices any more.
            let menu = BranchMenu::read(self.deps, self.org, branch).await.ok();
            self.menus.insert(branch, menu);
        }
        let Some(Some(menu)) = self.menus.get(&branch) else {
            self.unread += 1;
            return Ok(());
        };
        for line in &order.lines {
            if let Ok(product) = line.product_id.parse() {
                self.names
                    .insert(ProductId::from_uuid(product), line.product_name.clone());
            }
        }
        let Some(past) = past_order(order, menu) else {
            self.unread += 1;
            return Ok(());
        };
        let list_price = |product, variant| menu.list_price(product, variant);
        let placed = order.placed_at.as_ref().map_or(0, |at| at.seconds);
        let document = self
            .documents
            .range(..=placed)
            .next_back()
            .map(|(_, document)| document);
        let before = match document {
            Some(document) => benefit_rules::document(document, &list_price)?.rules,
            None => RuleSet::default(),
        };
        let Some(rule) = benefit_rules::rule(&self.replay.rule, &list_price)? else {
            self.unread += 1;
            return Ok(());
        };
        let before_without = match self.replay.promotion {
            Some(promotion) => {
                benefit_rules::without(&before, RuleId::from_uuid(promotion.as_uuid()))?
            }
            None => before.clone(),
        };
        let after = benefit_rules::with(&before_without, &rule)?;
        self.replayed.page(&[past], &before, &after)
    }
}

/// An order as values; none where it uses what is not known any more, such as a code or a combo.
fn past_order(order: &OrderSnapshot, menu: &BranchMenu) -> Option<PastOrder> {
    let live = order.lines.iter().filter(|line| line.revision_out == 0);
    let (mut lines, mut nets, mut off) = (Vec::new(), Vec::new(), BTreeMap::new());
    for line in live {
        if !line.choices.is_empty() {
            return None;
        }
        let product = ProductId::from_uuid(line.product_id.parse().ok()?);
        let variant = VariantId::from_uuid(line.variant_id.parse().ok()?);
        let extras: i64 = line.options.iter().map(|option| option.amount).sum();
        let options = line.options.iter().map(|option| {
            Some(pricing::ChosenOption {
                option: pricing::OptionId::from_uuid(option.option_id.parse().ok()?),
                quantity: option.quantity.unsigned_abs(),
            })
        });
        lines.push(Line {
            options: options.collect::<Option<_>>()?,
            extras: Amount::new(extras),
            categories: menu.categories(product, variant),
            ..Line::new(
                product,
                variant,
                Amount::new(line.unit_list - extras),
                line.quantity.unsigned_abs(),
            )
        });
        nets.push(Amount::new(line.net));
        for adjustment in &line.adjustments {
            // Codes, coupons and points are of their customer; orders with them are left out.
            if matches!(adjustment.stage.as_str(), "E" | "F" | "G") {
                return None;
            }
            let rule = RuleId::from_uuid(adjustment.rule_id.parse().ok()?);
            let taken: &mut Amount = off.entry((rule, adjustment.rule_version)).or_default();
            *taken += Amount::new(-adjustment.amount);
        }
    }
    let fees = order.fees.iter().map(|fee| Fee {
        kind: if fee.kind == "delivery" {
            FeeKind::Delivery
        } else {
            FeeKind::Other(FeeName::new(fee.kind.clone()))
        },
        charge: Charge::Fixed(Amount::new(fee.list)),
    });
    let placed = time::from_wire(order.placed_at.as_ref()?)?;
    let wanted = order.wanted_at.as_ref().or(order.promised_at.as_ref());
    let wanted = wanted.and_then(time::from_wire).unwrap_or(placed);
    let member = order.member_id.parse::<Uuid>().ok();
    Some(PastOrder {
        order: order.order_id.parse().ok()?,
        number: order.order_number.clone(),
        member,
        business_day: order.business_day.clone(),
        cart: Cart::new(lines).ok()?,
        context: Context {
            brand: pricing::BrandId::from_uuid(order.brand_id.parse().ok()?),
            branch: pricing::BranchId::from_uuid(order.branch_id.parse().ok()?),
            channel: pricing::Channel::new(Channel::from_wire(order.channel)?.as_str()),
            method: pricing::Method::new(Method::from_wire(order.method)?.as_str()),
            payment: None,
            placed: moment(placed),
            wanted: moment(wanted),
        },
        customer: match member {
            Some(_) => Customer::Member(Member::default()),
            None => Customer::Guest,
        },
        entered: Vec::new(),
        points: None,
        program: None,
        fees: fees.collect(),
        gifts: pricing::Gifts::default(),
        discount_cap: None,
        sold: Sold {
            nets,
            total: Amount::new(order.total),
            off,
        },
    })
}

fn result(pricer: &Pricer<'_>, truncated: bool) -> ReplayResult {
    let report: ReplayReport = pricer.replayed.report();
    let count = |number: u64| i32::try_from(number).unwrap_or(i32::MAX);
    let branches = report.branches.iter().map(|effect| ReplayBranch {
        branch_id: effect.branch.to_string(),
        touched: count(effect.touched),
        net_before: effect.net_before.minor(),
        net_after: effect.net_after.minor(),
    });
    let products = report
        .products
        .iter()
        .take(MOST_PRODUCTS)
        .map(|effect| ReplayProduct {
            product_id: effect.product.to_string(),
            name: pricer
                .names
                .get(&effect.product)
                .cloned()
                .unwrap_or_default(),
            units: count(effect.units),
            net_before: effect.net_before.minor(),
            net_after: effect.net_after.minor(),
        });
    let largest = report.largest.iter().map(|effect| ReplayOrder {
        order_id: effect.order.to_string(),
        order_number: effect.number.clone(),
        branch_id: effect.branch.to_string(),
        net_before: effect.net_before.minor(),
        net_after: effect.net_after.minor(),
    });
    ReplayResult {
        orders: i32::try_from(pricer.read).unwrap_or(i32::MAX),
        reproduced: count(report.reproduced),
        truncated,
        touched: count(report.touched),
        net_before: report.net_before.minor(),
        net_after: report.net_after.minor(),
        branches: branches.collect(),
        products: products.collect(),
        largest: largest.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_begins_with_the_first_order_of_the_period() {
        let at: DateTime<Utc> = "2026-09-02T04:00:00Z".parse().unwrap();
        let clock = chassis::clock::ManualClock::at(at);
        let org = OrganisationId::new(&clock);
        let token = first_token(org, at);
        let (_, id) = token.split_once('/').unwrap();
        let first: Uuid = id.parse().unwrap();
        assert!(first < chassis::id::OrderId::new(&clock).as_uuid());
        clock.advance(TimeDelta::milliseconds(-1));
        assert!(first > chassis::id::OrderId::new(&clock).as_uuid());
    }
}
