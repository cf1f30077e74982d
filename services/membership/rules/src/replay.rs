//! Past orders with the rules of their time, as proof, and with others, as what they would have done.
//!
//! Streaming: orders come in pages and in the order of their time; what is kept is as large as the
//! menu, the count of branches and, where a rule counts its uses, of members. Nothing foresees what
//! customers would have bought otherwise (不含需求變化).

mod past_order;
mod report;
mod uses;

use std::{collections::BTreeMap, sync::Arc};

use pricing::{
    Amount, Cart, EnteredPoints, EnteredRule, Fee, Gifts, Places, PointsProgram, Priced, Rate,
    Request, RuleId,
    rules::{Context, Customer, Rule, RuleSet},
};
use uuid::Uuid;

pub use past_order::{PastMenu, past_order};
use report::Effects;
pub use report::{
    BranchEffect, DayEffect, DaySales, Mismatch, OrderEffect, ProductEffect, ReplayReport,
};
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
    /// Codes and coupons that were entered, in the versions of then.
    pub entered: Vec<EnteredRule>,
    /// How many of them it could have.
    pub places: Places,
    /// Points that were asked for.
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
    /// What each version of a rule that was used took off goods and fees, gifts at list price.
    pub off: BTreeMap<(RuleId, i64), Amount>,
}

/// Rules of then, and others to be tried on the orders that were priced by them.
#[derive(Clone, Debug)]
pub struct Trial {
    before: RuleSet,
    /// Without the periods of what changed: those begin after the orders.
    after: RuleSet,
    /// Rules of `after` that `before` has not, or in another version.
    changed: Vec<Rule>,
}

impl Trial {
    /// Tries `after` on orders that were priced by `before`. Rules of `after` that are not in `before` act
    /// whatever their period is, and count their uses in these orders.
    pub fn new(before: RuleSet, after: &RuleSet) -> anyhow::Result<Self> {
        let changed = after.rules().iter();
        let changed = changed.filter(|rule| !before.rules().contains(rule));
        let changed: Vec<_> = changed.cloned().collect();
        let after = at_any_time(after, &changed)?;
        Ok(Self {
            before,
            after,
            changed,
        })
    }
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
    let trial = Trial::new(before.clone(), after)?;
    let mut replay = Replay::default();
    for order in orders {
        replay.next(order, &trial);
    }
    Ok(replay.report())
}

impl Replay {
    /// Replays the next order, in the order of time.
    pub fn next(&mut self, order: &PastOrder, trial: &Trial) {
        let known = uses::stored(order, &trial.before);
        let now = price(order, &trial.before, &known);
        let now = match now {
            Some(now) if is_as_sold(order, &now) => now,
            now => {
                let now = now.map(|now| now.total);
                return self.effects.not_reproduced(Mismatch::of(order, now));
            }
        };
        let changed = &trial.changed;
        let mut usage = known;
        usage.retain(|rule, _| !changed.iter().any(|one| one.id == *rule));
        self.uses.fill(&mut usage, changed, order);
        match price(order, &trial.after, &usage) {
            Some(then) => {
                self.uses.count(changed, order, &then);
                self.effects.add(order, &now, &then);
            }
            None => self.effects.not_reproduced(Mismatch::of(order, None)),
        }
    }

    /// Counts an order that has no price any more, because something of it is not known.
    pub fn unpriced(&mut self, order: Mismatch) {
        self.effects.not_reproduced(order);
    }

    /// What was found so far.
    #[must_use]
    pub fn report(&self) -> ReplayReport {
        self.effects.report()
    }
}

fn at_any_time(after: &RuleSet, changed: &[Rule]) -> anyhow::Result<RuleSet> {
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
        places: order.places,
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
