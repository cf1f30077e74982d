//! Which rules stand together.

use crate::{candidate::Candidate, rules::Rule};

/// Who brings a rule into an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// 促銷: acts automatically.
    Promotion,
    /// VIP: acts automatically.
    Tier,
    /// 優惠碼: entered.
    Code,
    /// 優惠券: entered.
    Coupon,
    /// 點數: entered.
    Points,
}

/// A set of classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classes(u8);

impl Classes {
    /// All.
    pub const ALL: Self = Self(0b1_1111);

    /// All but `class`.
    #[must_use]
    pub const fn without(self, class: Class) -> Self {
        Self(self.0 & !(1 << class as u8))
    }

    /// Whether `class` is one of them.
    #[must_use]
    pub const fn has(self, class: Class) -> bool {
        self.0 >> class as u8 & 1 == 1
    }
}

/// What a rule excludes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Exclusive {
    /// 無.
    #[default]
    None,
    /// 同組互斥: only the best of a group acts.
    Group(String),
    /// 整單獨享: no promotion and no benefit of a tier beside it.
    Order,
}

/// What decides whether two things stand together.
#[derive(Clone, Copy)]
pub(crate) struct Stacks {
    pub class: Class,
    pub beside: Classes,
    pub order: bool,
}

impl Stacks {
    pub fn with(self, other: Self) -> bool {
        self.allows(other) && other.allows(self)
    }

    fn allows(self, other: Self) -> bool {
        let automatic = matches!(other.class, Class::Promotion | Class::Tier);
        self.beside.has(other.class) && !(self.order && automatic)
    }
}

impl Rule {
    pub(crate) fn stacks(&self) -> Stacks {
        Stacks {
            class: self.class,
            beside: self.beside,
            order: self.exclusive == Exclusive::Order,
        }
    }

    /// Whether it excludes all others of its own class, so that it is priced by itself.
    #[must_use]
    pub fn stands_alone(&self) -> bool {
        self.exclusive == Exclusive::Order || !self.beside.has(self.class)
    }
}

/// The sets of rules that act automatically and are compared: first what can be combined, then each
/// rule that stands alone. Of what can be combined there are two sets when promotions and tiers
/// exclude each other: one with all promotions, one with all tiers.
///
/// `rules` are places of `candidates`, in the order of their rank, as all sets are.
pub(crate) fn plans(candidates: &[Candidate<'_>], rules: &[usize]) -> Vec<Vec<usize>> {
    let rule = |index: usize| candidates[index].rule;
    let (alone, combinable): (Vec<_>, Vec<_>) = rules
        .iter()
        .copied()
        .partition(|&index| rule(index).stands_alone());
    let first = |class: Class| -> Vec<usize> {
        let allows_all = |&index: &usize| {
            let own = rule(index);
            own.class == class
                || combinable.iter().all(|&other| {
                    rule(other).class != class || own.stacks().with(rule(other).stacks())
                })
        };
        combinable.iter().copied().filter(allows_all).collect()
    };
    let mut plans = vec![first(Class::Promotion)];
    if plans[0].len() < combinable.len() {
        plans.push(first(Class::Tier));
    }
    for own in alone {
        let beside = |&index: &usize| {
            index == own
                || !rule(index).stands_alone() && rule(index).stacks().with(rule(own).stacks())
        };
        plans.push(rules.iter().copied().filter(beside).collect());
    }
    plans
}

/// Of rules that exclude each other as a group, keeps the one with the largest value, the first of
/// equals. Gives the others.
pub(crate) fn keep_best_of_groups<V: Ord + Copy>(
    candidates: &[Candidate<'_>],
    rules: &mut Vec<usize>,
    value: impl Fn(usize) -> V,
) -> Vec<(usize, V)> {
    let group = |index: usize| match &candidates[index].rule.exclusive {
        Exclusive::Group(group) => Some(group.as_str()),
        Exclusive::None | Exclusive::Order => None,
    };
    let mut best: Vec<(&str, usize, V)> = Vec::new();
    let mut lost = Vec::new();
    for &index in rules.iter() {
        let Some(name) = group(index) else {
            continue;
        };
        let value = value(index);
        match best.iter_mut().find(|(other, ..)| *other == name) {
            None => best.push((name, index, value)),
            Some(held) if value > held.2 => {
                lost.push((held.1, held.2));
                (held.1, held.2) = (index, value);
            }
            Some(_) => lost.push((index, value)),
        }
    }
    rules.retain(|index| !lost.iter().any(|(other, _)| other == index));
    lost
}
