//! A rule beside a cart: what of the cart it is about, and whether it may act at all.

use crate::{
    amount::{Amount, Exact},
    explanation::{Reason, Stage},
    groups::{Groups, Mask},
    request::Request,
    rules::{Effect, OfferedItem, Rule, Target, target::Picks},
};

/// A rule beside a cart.
pub(crate) struct Candidate<'a> {
    pub rule: &'a Rule,
    pub stage: Stage,
    /// Groups it may take from.
    pub mask: Mask,
    /// Groups that count for its minimum and thresholds.
    pub counted: Mask,
    /// Groups that fit each slot of a set, with the units of it a set takes; of offered items, those
    /// that were bought as this offer, with how many may be.
    pub slots: Vec<(Mask, u32)>,
    /// Most it may take off.
    pub most_off: Option<Amount>,
    /// Why it may not act, whatever the amounts are.
    pub refused: Option<Reason>,
    /// Whether the cart has something that the rule is about.
    pub concerns: bool,
    /// What becomes of its gift.
    pub gift: GiftState,
}

/// What becomes of a gift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GiftState {
    /// It is given.
    Given,
    /// 贈品已送完.
    SoldOut,
    /// The customer does not want it.
    Declined,
}

impl<'a> Candidate<'a> {
    /// `ordinary` are the groups that rules may take from, `offered` those bought as an offer.
    pub fn new(
        request: &Request<'_>,
        groups: &Groups,
        picks: &Picks,
        (ordinary, offered): (Mask, Mask),
        rule: &'a Rule,
    ) -> Self {
        let target = picks.mask(&rule.target);
        let mask = target & ordinary;
        let counted = match rule.conditions.minimum.counts_excluded {
            true => target.without(offered),
            false => mask,
        };
        let slot = |target: &Target, units| (picks.mask(target) & mask, units);
        let (mask, slots) = match &rule.effect {
            Effect::NthUnit { n, .. } | Effect::AnyN { n, .. } => (mask, vec![(mask, *n)]),
            Effect::BuyGet {
                buy,
                get,
                get_from: None,
                ..
            } => (mask, vec![(mask, buy + get)]),
            Effect::BuyGet {
                buy,
                get,
                get_from: Some(from),
                ..
            } => {
                let got = picks.mask(from) & ordinary;
                (mask | got, vec![(mask, *buy), (got, *get)])
            }
            Effect::Bundle { slots, .. } => {
                let slots = slots.iter().map(|one| slot(&one.target, one.units));
                (mask, slots.collect())
            }
            Effect::AddOn(items) => {
                let bought = |item: &OfferedItem| (bought(request, groups, rule, item), item.most);
                (mask, items.iter().map(bought).collect())
            }
            _ => (mask, Vec::new()),
        };
        let most_off = rule.limits.most_off(rule.id, request.usage);
        let judged = rule.conditions.judge(&request.context, request.customer);
        let refused = judged.err().or(most_off.as_ref().err().cloned());
        Self {
            rule,
            stage: rule.stage(),
            mask,
            counted,
            slots,
            most_off: most_off.unwrap_or_default(),
            refused,
            concerns: !target.is_empty() || !mask.is_empty(),
            gift: gift_state(request, rule),
        }
    }

    /// What of a unit's amount it takes from: all, or what is beyond the extras.
    pub fn part(&self, groups: &Groups, unit: usize, net: Amount) -> Amount {
        if self.rule.with_extras {
            net
        } else {
            (net - groups.items[groups.of_unit[unit]].extras).at_least_zero()
        }
    }

    /// A saving within what it may take off.
    pub fn within_limit(&self, saving: Exact) -> Exact {
        self.most_off.map_or(saving, |most| saving.min(most.into()))
    }

    /// Most times it acts in one order.
    pub fn most_times(&self) -> usize {
        self.rule
            .limits
            .per_order
            .map_or(usize::MAX, |most| most as usize)
    }
}

fn gift_state(request: &Request<'_>, rule: &Rule) -> GiftState {
    let Effect::Gift { gift, .. } = &rule.effect else {
        return GiftState::Given;
    };
    if request.gifts.declined.contains(&rule.id) {
        GiftState::Declined
    } else if request
        .gifts
        .sold_out
        .contains(&(gift.product, gift.variant))
    {
        GiftState::SoldOut
    } else {
        GiftState::Given
    }
}

/// Groups that were bought as an offered item.
fn bought(request: &Request<'_>, groups: &Groups, rule: &Rule, item: &OfferedItem) -> Mask {
    let mut mask = Mask::NONE;
    for (index, group) in groups.items.iter().enumerate() {
        let line = &request.cart.lines()[group.line];
        if line.offered_by == Some(rule.id)
            && (line.product, line.variant) == (item.product, item.variant)
        {
            mask = mask.with(index);
        }
    }
    mask
}
