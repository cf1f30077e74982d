//! Past orders with the rules of their time, as proof, and with others, as what they would have done.
//!
//! Streaming: orders come in pages and in the order of their time; what is kept is as large as the
//! menu, the count of branches and, where a rule counts its uses, of members. Nothing foresees what
//! customers would have bought otherwise (不含需求變化).

mod report;
mod uses;

use std::{collections::BTreeMap, sync::Arc};

use pricing::{
    Amount, Cart, EnteredPoints, EnteredRule, Fee, Gifts, PointsProgram, Priced, Rate, Request,
    RuleId,
    rules::{Context, Customer, Rule, RuleSet},
};
use uuid::Uuid;

use report::Effects;
pub use report::{BranchEffect, Mismatch, OrderEffect, ProductEffect, ReplayReport};
use uses::Uses;

/// An order with everything that decided its price, and the price.
#[derive(Clone, Debug)]
pub struct PastOrder {
    /// Order.
    pub order: Uuid,
    /// 訂單編號.
    pub number: String,
    /// Member, or what stands for a guest whose uses are counted.
    pub member: Option<Uuid>,
    /// Business day, YYYY-MM-DD.
    pub business_day: String,
    /// What was bought, without gifts.
    pub cart: Cart,
    /// Where, how and when.
    pub context: Context,
    /// Who, as it was then.
    pub customer: Customer,
    /// Codes and coupons that were used, in the versions of then.
    pub entered: Vec<EnteredRule>,
    /// Points that were used.
    pub points: Option<EnteredPoints>,
    /// The points programme of then.
    pub program: Option<Arc<PointsProgram>>,
    /// Fees before delivery rules.
    pub fees: Vec<Fee>,
    /// Gifts that were sold out or declined.
    pub gifts: Gifts,
    /// 總折扣上限 of then.
    pub discount_cap: Option<Rate>,
    /// What it was sold at.
    pub sold: Sold,
}

/// What an order was sold at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sold {
    /// Net of each line of the cart.
    pub nets: Vec<Amount>,
    /// What was to be paid.
    pub total: Amount,
    /// What each version of a rule took off, above zero; gifts with nothing.
    pub off: BTreeMap<(RuleId, i64), Amount>,
}

/// A replay under way.
#[derive(Debug, Default)]
pub struct Replay {
    effects: Effects,
    uses: Uses,
}

/// Replays orders at once; `before` are the rules they were priced by.
pub fn replay(
    orders: &[PastOrder],
    before: &RuleSet,
    after: &RuleSet,
) -> anyhow::Result<ReplayReport> {
    let mut replay = Replay::default();
    replay.page(orders, before, after)?;
    Ok(replay.report())
}

impl Replay {
    /// Replays the next orders, all of which were priced by `before`. Rules of `after` that are not
    /// in `before` act whatever their period is, and count their uses in these orders.
    pub fn page(
        &mut self,
        orders: &[PastOrder],
        before: &RuleSet,
        after: &RuleSet,
    ) -> anyhow::Result<()> {
        let changed = changed(before, after);
        let after = at_any_time(after, &changed)?;
        for order in orders {
            let known = uses::stored(order, before);
            let Some(now) = price(order, before, &known) else {
                self.effects.not_reproduced(order, None);
                continue;
            };
            if !is_as_sold(order, &now) {
                self.effects.not_reproduced(order, Some(now.total));
                continue;
            }
            let mut usage = known;
            usage.retain(|rule, _| !changed.iter().any(|one| one.id == *rule));
            self.uses.fill(&mut usage, &changed, order);
            match price(order, &after, &usage) {
                Some(then) => {
                    self.uses.count(&changed, order, &then);
                    self.effects.add(order, &now, &then);
                }
                None => self.effects.not_reproduced(order, None),
            }
        }
        Ok(())
    }

    /// What was found so far.
    #[must_use]
    pub fn report(&self) -> ReplayReport {
        self.effects.report()
    }
}

/// Rules of `after` that `before` has not, or in another version.
fn changed<'a>(before: &RuleSet, after: &'a RuleSet) -> Vec<&'a Rule> {
    let known = |rule: &&Rule| !before.rules().contains(rule);
    after.rules().iter().filter(known).collect()
}

/// Without the periods of the changed rules: they begin after the orders they are tried on.
fn at_any_time(after: &RuleSet, changed: &[&Rule]) -> anyhow::Result<RuleSet> {
    let rules = after.rules().iter().map(|rule| {
        let mut rule = rule.clone();
        if changed.iter().any(|one| one.id == rule.id) {
            rule.conditions.from = None;
            rule.conditions.until = None;
        }
        rule
    });
    RuleSet::of_brand(rules.collect()).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the rules to replay with: {}", faults.join(", "))
    })
}

fn price(
    order: &PastOrder,
    rules: &RuleSet,
    usage: &pricing::rules::UsageByRule,
) -> Option<Priced> {
    let request = Request {
        customer: &order.customer,
        usage,
        entered: &order.entered,
        points: order.points,
        program: order.program.as_deref(),
        fees: &order.fees,
        gifts: &order.gifts,
        discount_cap: order.discount_cap,
        ..Request::new(&order.cart, rules, order.context.clone())
    };
    pricing::price(&request).ok()
}

/// Whether a price is that of the order, to the dollar.
fn is_as_sold(order: &PastOrder, priced: &Priced) -> bool {
    let nets = priced.lines.iter().map(|line| line.net);
    nets.eq(order.sold.nets.iter().copied()) && priced.total == order.sold.total
}
