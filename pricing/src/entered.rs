//! What becomes of what the customer entered: codes, coupons, points, tried one after another.

use std::cmp::Reverse;

use crate::{
    bill::Bill,
    engine::{Choice, Engine},
    explanation::Reason,
    ids::RuleId,
    priced::Outcome,
    stacking::Class,
};

/// Something the customer entered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entered {
    /// A code or coupon, by its candidate.
    Rule(usize),
    Points,
}

/// What is taken in the end.
pub(crate) struct Decision<'a> {
    pub choice: Choice<'a>,
    pub used: Vec<Entered>,
    /// Of each entered rule.
    pub entered: Vec<Outcome>,
    pub points: Option<Outcome>,
}

/// What was decided so far.
struct Deciding<'a> {
    used: Vec<Entered>,
    choice: Choice<'a>,
    refused: Vec<(Entered, Reason)>,
    /// Those of them that found no place.
    without_place: Vec<Entered>,
}

/// What something comes to in the place of something else.
struct Swap<'a> {
    other: Entered,
    with: Choice<'a>,
}

impl<'a> Engine<'a> {
    /// Takes what the customer entered, one after another, as long as it does not make the order
    /// more expensive or the customer insists.
    pub fn decide(&self) -> Decision<'a> {
        let mut deciding = Deciding {
            used: Vec::new(),
            choice: self.choose(&[], None),
            refused: Vec::new(),
            without_place: Vec::new(),
        };
        for one in self.in_order() {
            self.decide_one(one, &mut deciding);
        }
        // What had a place may have become idle since.
        for one in std::mem::take(&mut deciding.without_place) {
            if !self.is_full(one, &deciding.used) {
                deciding.refused.retain(|(other, _)| *other != one);
                self.decide_one(one, &mut deciding);
            }
        }
        let refused = &deciding.refused;
        let outcome = |one| {
            let refused = refused.iter().find(|(other, _)| *other == one);
            refused.map_or(Outcome::Used, |(_, reason)| {
                Outcome::NotUsed(reason.clone())
            })
        };
        let entered = self.automatic..self.candidates.len();
        let entered = entered.map(|index| outcome(Entered::Rule(index))).collect();
        let points = self.request.points.map(|_| outcome(Entered::Points));
        Decision {
            choice: deciding.choice,
            used: deciding.used,
            entered,
            points,
        }
    }

    fn decide_one(&self, one: Entered, deciding: &mut Deciding<'a>) {
        let tried = if self.is_full(one, &deciding.used) {
            self.take_place(one, deciding)
        } else {
            self.attempt(one, &deciding.used, &deciding.choice)
        };
        match tried {
            Ok(with) => {
                deciding.used.push(one);
                deciding.choice = with;
                self.drop_idle(deciding);
            }
            Err(reason) => deciding.refused.push((one, reason)),
        }
    }

    /// The order has as many of its class as it may have. What has no effect takes no place.
    fn is_full(&self, one: Entered, used: &[Entered]) -> bool {
        let Some(class) = self.class(one) else {
            return false;
        };
        let most = match class {
            Class::Code => self.request.places.codes,
            _ => self.request.places.coupons,
        };
        self.used_of(class, used).count() >= most
    }

    fn class(&self, one: Entered) -> Option<Class> {
        match one {
            Entered::Rule(index) => Some(self.candidates[index].rule.class),
            Entered::Points => None,
        }
    }

    fn used_of(&self, class: Class, used: &[Entered]) -> impl Iterator<Item = Entered> {
        let of_class = used.iter().copied();
        of_class.filter(move |&other| self.class(other) == Some(class))
    }

    /// The order with one thing in the place of another of its class, where that makes it cheaper and
    /// the customer does not insist on the other.
    fn take_place(&self, one: Entered, deciding: &mut Deciding<'a>) -> Result<Choice<'a>, Reason> {
        let used = &deciding.used;
        let others = self.class(one).map(|class| self.used_of(class, used));
        let (mut best, mut failed) = (None::<Swap<'a>>, None);
        for other in others.into_iter().flatten() {
            let rest: Vec<_> = used.iter().copied().filter(|&one| one != other).collect();
            match self.attempt(one, &rest, &self.choose(&rest, None)) {
                Ok(with) => {
                    let rank =
                        |other, with: &Choice<'_>| (self.insists(other), with.bill().total());
                    let is_better = best
                        .as_ref()
                        .is_none_or(|best| rank(other, &with) < rank(best.other, &best.with));
                    if is_better {
                        best = Some(Swap { other, with });
                    }
                }
                Err(reason) => failed = failed.or(Some(reason)),
            }
        }
        let Some(Swap { other, with }) = best else {
            return Err(failed.unwrap_or(Reason::NoEffect));
        };
        let total = deciding.choice.bill().total();
        if self.insists(other) || with.bill().total() >= total {
            deciding.without_place.push(one);
            return Err(self.instead_of(other, with.bill()));
        }
        deciding.used.retain(|&one| one != other);
        let reason = self.instead_of(one, deciding.choice.bill());
        deciding.refused.push((other, reason));
        deciding.without_place.push(other);
        Ok(with)
    }

    fn instead_of(&self, other: Entered, bill: &Bill<'_>) -> Reason {
        Reason::NotCombinable {
            with: self.id(other).into_iter().collect(),
            total: Some(bill.total()),
        }
    }

    /// Refuses what no longer acts beside what came later; the rules it excluded may act again.
    fn drop_idle(&self, deciding: &mut Deciding<'a>) {
        let Deciding {
            used,
            choice,
            refused,
            ..
        } = deciding;
        let idle = |one: &Entered| !self.acts(choice.bill(), *one);
        let dropped: Vec<_> = used.iter().copied().filter(idle).collect();
        if dropped.is_empty() {
            return;
        }
        used.retain(|one| !dropped.contains(one));
        refused.extend(
            dropped
                .into_iter()
                .map(|one| (one, self.reason(choice.bill(), one))),
        );
        let again = self.choose(used, None);
        let all_act = used.iter().all(|&one| self.acts(again.bill(), one));
        if all_act && again.bill().total() <= choice.bill().total() {
            *choice = again;
        }
    }

    /// What was entered, in the order of trying: what the customer insists on, then codes, coupons,
    /// points; by rank among each.
    fn in_order(&self) -> Vec<Entered> {
        let mut order: Vec<_> = (self.automatic..self.candidates.len()).collect();
        order.sort_by_key(|&index| {
            let entered = &self.request.entered[index - self.automatic];
            (
                Reverse(entered.insisted),
                entered.rule.class,
                entered.rule.rank(),
            )
        });
        let mut order: Vec<_> = order.into_iter().map(Entered::Rule).collect();
        if let Some(points) = self.request.points {
            let place = if points.insisted { 0 } else { order.len() };
            order.insert(place, Entered::Points);
        }
        order
    }

    fn insists(&self, one: Entered) -> bool {
        match one {
            Entered::Rule(index) => self.request.entered[index - self.automatic].insisted,
            Entered::Points => self.request.points.is_some_and(|points| points.insisted),
        }
    }

    /// The order with one thing more, or why it stays without.
    fn attempt(
        &self,
        one: Entered,
        used: &[Entered],
        without: &Choice<'a>,
    ) -> Result<Choice<'a>, Reason> {
        let Some(stacks) = self.stacks(one) else {
            return Err(Reason::NotEligibleMember);
        };
        if let Entered::Rule(index) = one
            && let Some(reason) = &self.candidates[index].refused
        {
            return Err(reason.clone());
        }
        let (beside, against): (Vec<_>, Vec<_>) = used
            .iter()
            .copied()
            .partition(|&other| self.together(stacks, other));
        let with = self.choose(&[beside.as_slice(), &[one]].concat(), Some(one));
        if !self.acts(with.bill(), one) {
            return Err(self.reason(with.bill(), one));
        }
        let total = with.bill().total();
        let raises_total = total > without.bill().total() && !self.insists(one);
        if against.is_empty() && !raises_total {
            return Ok(with);
        }
        let with = match against.is_empty() {
            true => self.lost(without.bill(), with.bill()),
            false => against
                .into_iter()
                .filter_map(|other| self.id(other))
                .collect(),
        };
        Err(Reason::NotCombinable {
            with,
            total: Some(total),
        })
    }

    /// Rules that act before and not after.
    fn lost(&self, before: &Bill<'_>, after: &Bill<'_>) -> Vec<RuleId> {
        (0..self.candidates.len())
            .filter(|&index| before.acts(index) && !after.acts(index))
            .map(|index| self.candidates[index].rule.id)
            .collect()
    }
}
