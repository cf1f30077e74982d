//! What an order comes to while stages act on it, and what they noted.

use std::{rc::Rc, sync::Arc};

use crate::{
    allocation::spread,
    amount::Amount,
    candidate::{Candidate, GiftState},
    effects::{Goods, Measured},
    explanation::{Explanation, Reason, Stage},
    groups::{Groups, Mask},
    ids::RuleId,
    portions::Portions,
    request::Request,
    rules::{GiftItem, OfferedItem},
    stacking::Class,
    stages::h_fees::Fee,
};

/// The state of a computation.
#[derive(Clone)]
pub(crate) struct Bill<'a> {
    pub groups: &'a Groups,
    /// Amount of each unit now.
    pub nets: Vec<Amount>,
    /// What 總折扣上限 leaves.
    pub cap_left: Option<Amount>,
    pub applied: Vec<Rc<Applied>>,
    pub gifts: Vec<GivenGift>,
    pub offers: Vec<(usize, OfferedItem)>,
    /// Candidates that do nothing.
    pub rejected: Vec<(usize, Reason)>,
    /// Points used, or why none are, where any were requested.
    pub points: Result<Option<UsedPoints>, Reason>,
    /// Amount of each fee now, before delivery rules until stage H.
    pub fees: Vec<Amount>,
    pub multipliers: Vec<usize>,
}

/// Points used.
#[derive(Clone, Copy)]
pub(crate) struct UsedPoints {
    pub used: u32,
    /// Fewer than requested, because of the cap.
    pub capped: bool,
}

/// What a rule did to amounts.
pub(crate) struct Applied {
    /// The candidate; none for points.
    pub candidate: Option<usize>,
    pub rule: RuleId,
    pub version: i64,
    pub name: Arc<str>,
    pub stage: Stage,
    /// Units with what they lose; empty for a fee.
    pub shares: Vec<(usize, i64)>,
    /// The fee it acts on.
    pub fee: Option<usize>,
    pub off: Amount,
    pub why: Explanation,
}

impl Applied {
    /// What a candidate took from units, or from a fee when there are none.
    pub fn new(
        index: usize,
        candidate: &Candidate<'_>,
        shares: Vec<(usize, i64)>,
        why: Explanation,
    ) -> Self {
        let rule = candidate.rule;
        Self {
            candidate: Some(index),
            rule: rule.id,
            version: rule.version,
            name: Arc::clone(&rule.name),
            stage: candidate.stage,
            shares,
            fee: None,
            off: why.off,
            why,
        }
    }
}

/// A gift and what becomes of it.
#[derive(Clone)]
pub(crate) struct GivenGift {
    pub candidate: usize,
    pub gift: GiftItem,
    pub quantity: u32,
    pub state: GiftState,
}

impl GivenGift {
    pub fn is_given(&self) -> bool {
        self.state == GiftState::Given
    }

    /// List amount of what is given.
    pub fn worth(&self) -> Amount {
        match self.state {
            GiftState::Given => self.gift.list * i64::from(self.quantity),
            GiftState::SoldOut | GiftState::Declined => Amount::ZERO,
        }
    }
}

/// Amounts of groups on entry to a stage.
pub(crate) struct Entry {
    full: Vec<Amount>,
    beyond_extras: Vec<Amount>,
    units: Vec<u32>,
    gifts: u32,
    fees: Amount,
}

impl<'a> Bill<'a> {
    pub fn new(request: &Request<'_>, groups: &'a Groups) -> Self {
        let lines = request.cart.lines();
        let list = |group: &usize| lines[groups.items[*group].line].unit_list();
        let nets: Vec<_> = groups.of_unit.iter().map(list).collect();
        let goods = nets.iter().copied().sum();
        Self {
            groups,
            nets,
            cap_left: request.discount_cap.map(|cap| cap.floor(goods)),
            applied: Vec::new(),
            gifts: Vec::new(),
            offers: Vec::new(),
            rejected: Vec::new(),
            points: Ok(None),
            fees: request.fees.iter().map(Fee::fixed).collect(),
            multipliers: Vec::new(),
        }
    }

    pub fn points_used(&self) -> Option<&UsedPoints> {
        self.points.as_ref().ok().and_then(Option::as_ref)
    }

    pub fn goods(&self) -> Amount {
        self.nets.iter().copied().sum()
    }

    pub fn total(&self) -> Amount {
        self.goods() + self.fees.iter().copied().sum()
    }

    pub fn entry(&self) -> Entry {
        let items = &self.groups.items;
        let mut full = Vec::with_capacity(items.len());
        let mut beyond_extras = Vec::with_capacity(items.len());
        for item in items {
            let nets = &self.nets[item.units.clone()];
            full.push(nets.iter().copied().sum());
            beyond_extras.push(
                nets.iter()
                    .map(|net| (*net - item.extras).at_least_zero())
                    .sum(),
            );
        }
        let given = self.gifts.iter().filter(|gift| gift.is_given());
        Entry {
            full,
            beyond_extras,
            units: items.iter().map(|item| item.units.len() as u32).collect(),
            gifts: given.map(|gift| gift.quantity).sum(),
            fees: self.fees.iter().copied().sum(),
        }
    }

    pub fn reject(&mut self, candidate: usize, reason: Reason) {
        self.rejected.push((candidate, reason));
    }

    /// What a candidate takes now, looking at units that `used` leaves.
    pub fn goods_for<'b>(&'b self, used: &'b [bool]) -> Goods<'b> {
        Goods {
            groups: self.groups,
            nets: &self.nets,
            used,
        }
    }

    /// Takes portions from their units, within the candidate's limits; notes why or why not.
    ///
    /// Where 總折扣上限 is reached, what was entered is refused rather than cut.
    pub fn apply(&mut self, index: usize, candidate: &Candidate<'_>, portions: &Portions) -> bool {
        let requested = portions.off();
        // What it took for another item that it offers counts for its limit.
        let left = |most: Amount| (most - self.saving_of(index)).at_least_zero();
        let own = candidate
            .most_off
            .map_or(requested, |most| left(most).min(requested));
        let automatic = matches!(candidate.rule.class, Class::Promotion | Class::Tier);
        let off = self.cap_left.map_or(own, |left| left.min(own));
        if requested == Amount::ZERO || own == Amount::ZERO {
            self.reject(index, Reason::NoEffect);
            return false;
        }
        if off == Amount::ZERO || off < own && !automatic {
            self.reject(index, Reason::DiscountCap);
            return false;
        }
        let shares = self.take(portions, off);
        let why = Explanation {
            action: portions.action,
            times: portions.times,
            off,
            limited: off < requested,
        };
        if let Some(left) = &mut self.cap_left {
            *left -= off;
        }
        self.applied
            .push(Rc::new(Applied::new(index, candidate, shares, why)));
        true
    }

    /// Takes at most `most` from the units of portions, the first portions first.
    pub fn take(&mut self, portions: &Portions, mut most: Amount) -> Vec<(usize, i64)> {
        let mut shares = Vec::with_capacity(portions.units.len());
        let mut from = 0;
        for cut in &portions.cuts {
            let units = &portions.units[from..cut.end];
            let parts = &portions.parts[from..cut.end];
            from = cut.end;
            let off = cut.off.min(most);
            if off == Amount::ZERO {
                continue;
            }
            most -= off;
            for (&unit, share) in units.iter().zip(spread(self.groups, off, units, parts)) {
                if share > 0 {
                    self.nets[unit] -= Amount::new(share);
                    shares.push((unit, share));
                }
            }
        }
        shares
    }

    /// What a candidate saves in this bill, gifts at their list price.
    pub fn saving_of(&self, candidate: usize) -> Amount {
        let applied = self
            .applied
            .iter()
            .filter(|action| action.candidate == Some(candidate));
        let gifts = self.gifts.iter().filter(|gift| gift.candidate == candidate);
        applied.map(|action| action.off).sum::<Amount>() + gifts.map(GivenGift::worth).sum()
    }

    /// Whether a candidate takes something off or gives something in this bill.
    pub fn is_used(&self, candidate: usize) -> bool {
        self.saving_of(candidate) > Amount::ZERO
            || self
                .gifts
                .iter()
                .any(|gift| gift.candidate == candidate && gift.is_given())
    }

    /// Whether a candidate does anything in this bill, offering included.
    pub fn acts(&self, candidate: usize) -> bool {
        self.is_used(candidate)
            || self
                .offers
                .iter()
                .any(|(offering, _)| *offering == candidate)
            || self.multipliers.contains(&candidate)
    }

    /// Why a candidate does nothing in this bill, where that was noted.
    pub fn reason_of(&self, candidate: usize) -> Option<&Reason> {
        let mut rejected = self.rejected.iter();
        rejected
            .find(|(index, _)| *index == candidate)
            .map(|(_, reason)| reason)
    }

    /// What bills are compared by: what is to be paid less what is given.
    pub fn cost(&self) -> Amount {
        self.total() - self.gifts.iter().map(GivenGift::worth).sum()
    }
}

impl Entry {
    /// What counts for a candidate.
    pub fn measure(&self, candidate: &Candidate<'_>) -> Measured {
        let amounts = if candidate.rule.with_extras {
            &self.full
        } else {
            &self.beyond_extras
        };
        let minimum = &candidate.rule.conditions.minimum;
        let mut measured = Measured::default();
        for group in candidate.counted.iter() {
            measured.spend += amounts[group];
            measured.units += self.units[group];
        }
        if minimum.counts_gifts {
            measured.units += self.gifts;
        }
        if minimum.counts_fees {
            measured.spend += self.fees;
        }
        measured
    }

    /// The same, or why the candidate may not act.
    pub fn judge(&self, candidate: &Candidate<'_>) -> Result<Measured, Reason> {
        let measured = self.measure(candidate);
        let minimum = &candidate.rule.conditions.minimum;
        if candidate.counted == Mask::NONE {
            return Err(Reason::ExcludedItems);
        }
        if measured.spend < minimum.spend {
            return Err(Reason::MinSpend {
                gap: minimum.spend - measured.spend,
            });
        }
        if measured.units < minimum.units {
            return Err(Reason::MinQuantity {
                gap: minimum.units - measured.units,
            });
        }
        Ok(measured)
    }
}
