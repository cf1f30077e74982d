//! What a rule would do beside others, found before it is enabled. Nothing real is priced here but
//! products of a menu.

mod relation;
mod worst;

use std::sync::Arc;

use pricing::{
    Amount, Cart, CategoryId, Error, Exclusive, Priced, ProductId, Request, RuleId, VariantId,
    rules::{Context, Customer, MAX_EXCLUSIVE, MAX_RULES, Rule, RuleFault, RuleSet},
};

pub use relation::Relation;
pub use worst::WorstCase;

/// Most products of a report; those with the largest discounts stay.
const MAX_WORST: usize = 100;

/// What is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem {
    /// Product.
    pub product: ProductId,
    /// Variant.
    pub variant: VariantId,
    /// Categories of the product.
    pub categories: Vec<CategoryId>,
    /// Price without options.
    pub list: Amount,
    /// What it costs to make, where that is known.
    pub cost: Option<Amount>,
    /// 不列入優惠.
    pub excluded: bool,
}

/// A rule that meets the one that is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The other rule.
    pub rule: RuleId,
    /// Its name.
    pub name: Arc<str>,
    /// How the two stand to each other.
    pub relation: Relation,
}

/// What is to be known before a rule is enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnablingReport {
    /// Rules that it meets, in the order of their rank.
    pub conflicts: Vec<Conflict>,
    /// Most rules that act together on one unit.
    pub depth: usize,
    /// What products cost least with all rules, the largest discount first.
    pub worst: Vec<WorstCase>,
    /// Products of the whole menu that may cost less than they cost to make, or nothing at all.
    pub below_floor: usize,
    /// What to look at: stable words.
    pub warnings: Vec<&'static str>,
    /// Why it cannot act beside the others at all.
    pub faults: Vec<RuleFault>,
}

/// Checks a rule beside those that are active or scheduled in one branch, on its menu.
#[must_use]
pub fn check_enabling(rule: &Rule, others: &[Rule], menu: &[MenuItem]) -> EnablingReport {
    let mut others: Vec<&Rule> = others.iter().filter(|other| other.id != rule.id).collect();
    others.sort_by_key(|other| other.rank());
    let meeting: Vec<&Rule> = others
        .iter()
        .copied()
        .filter(|other| relation::meet(rule, other))
        .collect();
    let conflicts = meeting.iter().filter_map(|other| {
        let relation = relation::between(rule, other, menu)?;
        Some(Conflict {
            rule: other.id,
            name: Arc::clone(&other.name),
            relation,
        })
    });
    let worst::Worst {
        depth,
        mut cases,
        below_floor,
    } = worst::find(rule, &meeting, menu);
    cases.truncate(MAX_WORST);
    EnablingReport {
        conflicts: conflicts.collect(),
        depth,
        worst: cases,
        below_floor,
        warnings: warnings(rule, &others),
        faults: faults(rule, &others),
    }
}

/// 「群組只有一個」: a group of one excludes nothing.
fn warnings(rule: &Rule, others: &[&Rule]) -> Vec<&'static str> {
    let alone = matches!(rule.exclusive, Exclusive::Group(_))
        && others.iter().all(|other| other.exclusive != rule.exclusive);
    alone.then_some("GROUP_OF_ONE").into_iter().collect()
}

/// Faults of the rule, and those it has only beside the others.
fn faults(rule: &Rule, others: &[&Rule]) -> Vec<RuleFault> {
    if !is_automatic(rule) {
        return rule.check().err().into_iter().collect();
    }
    let automatic = others.iter().copied().filter(|other| is_automatic(other));
    let all: Vec<_> = automatic.chain([rule]).cloned().collect();
    let at_once = most_at_once(&all, rule);
    let mut faults: Vec<_> = RuleSet::of_brand(all).err().unwrap_or_default();
    faults.extend(at_once);
    faults
}

/// Whether the rules that meet one are too many for a branch.
fn most_at_once(all: &[Rule], rule: &Rule) -> Vec<RuleFault> {
    let meeting: Vec<_> = all
        .iter()
        .filter(|other| other.id == rule.id || relation::meet(rule, other))
        .collect();
    let alone = meeting.iter().filter(|other| other.stands_alone()).count();
    let too_many = (meeting.len() > MAX_RULES).then_some(RuleFault::TooManyRules(meeting.len()));
    let too_many_alone = (rule.stands_alone() && alone > MAX_EXCLUSIVE)
        .then_some(RuleFault::TooManyExclusive(alone));
    too_many.into_iter().chain(too_many_alone).collect()
}

const fn is_automatic(rule: &Rule) -> bool {
    use pricing::Class;
    matches!(rule.class, Class::Promotion | Class::Tier)
}

/// A cart without a rule and with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// With all others.
    pub before: Priced,
    /// With the rule as well.
    pub after: Priced,
}

/// Prices a sample cart with a rule beside others; a code or coupon is entered.
pub fn preview(
    rule: &Rule,
    others: &RuleSet,
    cart: &Cart,
    context: &Context,
    customer: &Customer,
) -> anyhow::Result<Preview> {
    let before = without(others, rule.id)?;
    let request = |rules| Request {
        customer,
        ..Request::new(cart, rules, context.clone())
    };
    let priced_before = pricing::price(&request(&before))?;
    let after: Result<Priced, Error> = if is_automatic(rule) {
        pricing::price(&request(&with(&before, rule)?))
    } else {
        let entered = [pricing::EnteredRule {
            rule: rule.clone(),
            insisted: false,
        }];
        pricing::price(&Request {
            entered: &entered,
            ..request(&before)
        })
    };
    Ok(Preview {
        before: priced_before,
        after: after?,
    })
}

/// The rules with another version of one, or with one more.
pub fn with(rules: &RuleSet, rule: &Rule) -> anyhow::Result<RuleSet> {
    let others = rules.rules().iter().filter(|other| other.id != rule.id);
    set(others.chain([rule]))
}

/// The rules without one.
pub fn without(rules: &RuleSet, rule: RuleId) -> anyhow::Result<RuleSet> {
    set(rules.rules().iter().filter(|other| other.id != rule))
}

fn set<'a>(rules: impl Iterator<Item = &'a Rule>) -> anyhow::Result<RuleSet> {
    RuleSet::of_brand(rules.cloned().collect()).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the rules do not go together: {}", faults.join(", "))
    })
}
