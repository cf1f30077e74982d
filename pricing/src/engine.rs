//! Prices a cart under each set of rules that may be combined and decides between them.

use std::{cell::RefCell, cmp::Reverse, rc::Rc};

use crate::{
    amount::Amount,
    bill::{Bill, UsedPoints},
    candidate::Candidate,
    cart::Line,
    explanation::{Earned, Reason, Stage},
    groups::{Groups, Mask},
    ids::RuleId,
    points::{Earning, Redeeming},
    priced::{Outcome, Priced},
    request::{Error, Request},
    rules::{Context, Customer, target::Picks},
    stacking::{Class, Stacks, plans},
    stages::{a_item, b_multi, c_to_f_in_turn, earning, g_points, h_fees},
};

/// Prices a cart.
///
/// Never refuses what the customer entered: it is used, or named with the reason.
pub fn price(request: &Request<'_>) -> Result<Priced, Error> {
    request.check()?;
    let groups = Groups::of(request.cart);
    let engine = Engine::new(request, &groups);
    let decision = engine.decide();
    Priced::new(&engine, &decision)
}

/// Something the customer entered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entered {
    /// A code or coupon, by its candidate.
    Rule(usize),
    Points,
}

pub(crate) struct Engine<'a> {
    pub request: &'a Request<'a>,
    pub groups: &'a Groups,
    /// Rules that act automatically in the order of their rank, then what was entered.
    pub candidates: Vec<Candidate<'a>>,
    /// How many act automatically.
    pub automatic: usize,
    plans: Vec<Vec<usize>>,
    redeeming: Option<(&'a Redeeming, Mask)>,
    earning: Mask,
    /// What stages A to D made of sets of rules: trying a code changes none of it as a rule.
    goods: RefCell<Vec<(Vec<usize>, Rc<Bill<'a>>)>>,
}

/// What a plan comes to beside what was entered.
pub(crate) struct Variant<'a> {
    /// Rules that act automatically and stand beside all that was entered.
    pub rules: Vec<usize>,
    pub bill: Bill<'a>,
}

/// All plans, and which is taken.
pub(crate) struct Choice<'a> {
    pub variants: Vec<Variant<'a>>,
    pub taken: usize,
}

/// What is taken in the end.
pub(crate) struct Decision<'a> {
    pub choice: Choice<'a>,
    pub used: Vec<Entered>,
    /// Of each entered rule.
    pub entered: Vec<Outcome>,
    pub points: Option<Outcome>,
}

impl<'a> Choice<'a> {
    pub fn bill(&self) -> &Bill<'a> {
        &self.variants[self.taken].bill
    }
}

impl<'a> Engine<'a> {
    fn new(request: &'a Request<'a>, groups: &'a Groups) -> Self {
        let picks = Picks::of(request.cart, groups);
        let mut ordinary = Mask::NONE;
        let mut offered = Mask::NONE;
        for (index, group) in groups.items.iter().enumerate() {
            let line = &request.cart.lines()[group.line];
            if line.offered_by.is_some() {
                offered = offered.with(index);
            } else if !line.excluded {
                ordinary = ordinary.with(index);
            }
        }
        let entered = request.entered.iter().map(|entered| &entered.rule);
        let candidates: Vec<_> = request
            .rules
            .rules()
            .iter()
            .chain(entered)
            .map(|rule| Candidate::new(request, groups, &picks, (ordinary, offered), rule))
            .collect();
        let automatic = request.rules.rules().len();
        let may_act: Vec<_> = (0..automatic)
            .filter(|&index| candidates[index].refused.is_none())
            .collect();
        let program = request.program;
        let redeeming = program.and_then(|program| program.redeeming.as_ref());
        let earning = program.and_then(|program| program.earning.as_ref());
        Self {
            plans: plans(&candidates, &may_act),
            redeeming: redeeming.map(|redeeming| (redeeming, picks.mask(&redeeming.target))),
            earning: earning.map_or(Mask::NONE, |earning| picks.mask(&earning.target)),
            request,
            groups,
            candidates,
            automatic,
            goods: RefCell::default(),
        }
    }

    fn stacks(&self, entered: Entered) -> Option<Stacks> {
        match entered {
            Entered::Rule(index) => Some(self.candidates[index].rule.stacks()),
            Entered::Points => self.redeeming.map(|(redeeming, _)| Stacks {
                class: Class::Points,
                beside: redeeming.beside,
                order: false,
            }),
        }
    }

    /// Whether two things may be in one order.
    fn together(&self, one: Stacks, other: Entered) -> bool {
        self.stacks(other).is_none_or(|other| one.with(other))
    }

    /// The id that explanations name.
    pub fn id(&self, entered: Entered) -> Option<RuleId> {
        match entered {
            Entered::Rule(index) => Some(self.candidates[index].rule.id),
            Entered::Points => self.request.program.map(|program| program.id),
        }
    }

    /// Takes what the customer entered, one after another, as long as it does not make the order
    /// more expensive or the customer insists.
    fn decide(&self) -> Decision<'a> {
        let mut used = Vec::new();
        let mut choice = self.choose(&used, None);
        let mut refused: Vec<(Entered, Reason)> = Vec::new();
        for one in self.in_order() {
            match self.attempt(one, &used, &choice) {
                Ok(with) => {
                    used.push(one);
                    choice = with;
                    self.drop_idle(&mut used, &mut choice, &mut refused);
                }
                Err(reason) => refused.push((one, reason)),
            }
        }
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
            choice,
            used,
            entered,
            points,
        }
    }

    /// Refuses what no longer acts beside what came later; the rules it excluded may act again.
    fn drop_idle(
        &self,
        used: &mut Vec<Entered>,
        choice: &mut Choice<'a>,
        refused: &mut Vec<(Entered, Reason)>,
    ) {
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
        let insisted = match one {
            Entered::Rule(index) => {
                if let Some(reason) = &self.candidates[index].refused {
                    return Err(reason.clone());
                }
                self.request.entered[index - self.automatic].insisted
            }
            Entered::Points => self.request.points.is_some_and(|points| points.insisted),
        };
        let (beside, against): (Vec<_>, Vec<_>) = used
            .iter()
            .copied()
            .partition(|&other| self.together(stacks, other));
        let with = self.choose(&[beside.as_slice(), &[one]].concat(), Some(one));
        if !self.acts(with.bill(), one) {
            return Err(self.reason(with.bill(), one));
        }
        let total = with.bill().total();
        let raises_total = total > without.bill().total() && !insisted;
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

    /// Whether something entered is used: an offer alone uses nothing.
    pub fn acts(&self, bill: &Bill<'_>, one: Entered) -> bool {
        match one {
            Entered::Rule(index) => bill.is_used(index),
            Entered::Points => bill.points_used().is_some(),
        }
    }

    fn reason(&self, bill: &Bill<'_>, one: Entered) -> Reason {
        let noted = match one {
            Entered::Rule(index) => bill.reason_of(index).cloned(),
            Entered::Points => bill.points.clone().err(),
        };
        noted.unwrap_or(Reason::NoEffect)
    }

    /// Prices all plans beside what was entered and takes the cheapest, the first of equals; where
    /// something is tried, the cheapest in which it acts.
    fn choose(&self, used: &[Entered], tried: Option<Entered>) -> Choice<'a> {
        let stands_beside = |&index: &usize| {
            let stacks = self.candidates[index].rule.stacks();
            used.iter().all(|&one| self.together(stacks, one))
        };
        let variant = |plan: &Vec<usize>| {
            let rules: Vec<_> = plan.iter().copied().filter(stands_beside).collect();
            Variant {
                bill: self.bill(&rules, used),
                rules,
            }
        };
        let variants: Vec<_> = self.plans.iter().map(variant).collect();
        let idle = |bill: &Bill<'_>| tried.is_some_and(|one| !self.acts(bill, one));
        let cheapest = variants
            .iter()
            .enumerate()
            .min_by_key(|(_, variant)| (idle(&variant.bill), variant.bill.cost()));
        let taken = cheapest.map_or(0, |(taken, _)| taken);
        Choice { variants, taken }
    }

    fn bill(&self, rules: &[usize], used: &[Entered]) -> Bill<'a> {
        let mut bill = Bill::clone(&self.after_tiers(rules));
        let candidates = &self.candidates;
        let mut entered: Vec<_> = used
            .iter()
            .filter_map(|one| match one {
                Entered::Rule(index) => Some(*index),
                Entered::Points => None,
            })
            .collect();
        entered.sort_by_key(|&index| candidates[index].rule.rank());
        for stage in [Stage::Code, Stage::Coupon] {
            c_to_f_in_turn::run(&mut bill, candidates, &self.of_stage(&entered, stage));
        }
        if used.contains(&Entered::Points) {
            bill.points = self.use_points(&mut bill);
        }
        let mut all = [rules, &entered].concat();
        all.sort_by_key(|&index| candidates[index].rule.rank());
        let fees = self.of_stage(&all, Stage::Fees);
        h_fees::run(&mut bill, self.request.fees, candidates, &fees);
        let multiply = self.of_stage(&all, Stage::Earning);
        if self.earning_rule().is_some() {
            earning::run(&mut bill, candidates, &multiply);
        } else {
            bill.rejected
                .extend(multiply.into_iter().map(|index| (index, Reason::NoEffect)));
        }
        bill
    }

    fn use_points(&self, bill: &mut Bill<'a>) -> Result<Option<UsedPoints>, Reason> {
        let request = self.request;
        let (Some(program), Some(requested)) = (request.program, request.points) else {
            return Err(Reason::NotEligibleMember);
        };
        let Some((redeeming, mask)) = self.redeeming else {
            return Err(Reason::NotEligibleMember);
        };
        match request.customer {
            Customer::Guest => Err(Reason::NeedsLogin),
            Customer::Member(member) => {
                let requested = (requested.points, member.points);
                g_points::run(bill, (program, redeeming), mask, requested).map(Some)
            }
        }
    }

    /// What stages A to D make of a set of rules, found out once.
    fn after_tiers(&self, rules: &[usize]) -> Rc<Bill<'a>> {
        let known = self
            .goods
            .borrow()
            .iter()
            .find_map(|(known, bill)| (known.as_slice() == rules).then(|| Rc::clone(bill)));
        known.unwrap_or_else(|| {
            let mut bill = Bill::new(self.request, self.groups);
            let candidates = &self.candidates;
            a_item::run(&mut bill, candidates, &self.of_stage(rules, Stage::Item));
            b_multi::run(&mut bill, candidates, &self.of_stage(rules, Stage::Multi));
            for stage in [Stage::Order, Stage::Tier] {
                c_to_f_in_turn::run(&mut bill, candidates, &self.of_stage(rules, stage));
            }
            let bill = Rc::new(bill);
            self.goods
                .borrow_mut()
                .push((rules.to_vec(), Rc::clone(&bill)));
            bill
        })
    }

    fn of_stage(&self, rules: &[usize], stage: Stage) -> Vec<usize> {
        let of_stage = |index: &usize| self.candidates[*index].stage == stage;
        rules.iter().copied().filter(of_stage).collect()
    }

    /// Why a rule that acts automatically does nothing, where the cart concerns it.
    pub fn rejection(&self, decision: &Decision<'_>, index: usize) -> Option<Reason> {
        let candidate = &self.candidates[index];
        let bill = decision.choice.bill();
        if bill.acts(index) || !candidate.concerns {
            return None;
        }
        if let Some(reason) = &candidate.refused {
            return Some(reason.clone());
        }
        let stacks = candidate.rule.stacks();
        let against: Vec<_> = decision
            .used
            .iter()
            .filter(|&&one| !self.together(stacks, one))
            .filter_map(|&one| self.id(one))
            .collect();
        if !against.is_empty() {
            return Some(Reason::NotCombinable {
                with: against,
                total: None,
            });
        }
        if let Some(reason) = bill.reason_of(index) {
            return Some(reason.clone());
        }
        let of_rule = decision
            .choice
            .variants
            .iter()
            .filter(|one| one.rules.contains(&index));
        let best = of_rule.max_by_key(|one| one.bill.saving_of(index))?;
        if best.bill.acts(index) {
            let saving = best.bill.saving_of(index);
            return Some(Reason::LostToBetter { saving });
        }
        best.bill.reason_of(index).cloned()
    }

    /// How the order earns points, if it earns any.
    fn earning_rule(&self) -> Option<&'a Earning> {
        let request = self.request;
        let earning = request.program?.earning.as_ref()?;
        let Context {
            method, channel, ..
        } = &request.context;
        let earns = (earning.methods.is_empty() || earning.methods.contains(method))
            && (earning.channels.is_empty() || earning.channels.contains(channel))
            && matches!(request.customer, Customer::Member(_));
        earns.then_some(earning)
    }

    /// Points that are earned.
    pub fn earned(&self, bill: &Bill<'_>) -> Option<Earned> {
        let earning = self.earning_rule()?;
        Some(earning::earned(
            bill,
            &self.candidates,
            earning,
            self.earning,
        ))
    }

    /// Goods at list price.
    pub fn list(&self) -> Amount {
        self.request.cart.lines().iter().map(Line::list).sum()
    }
}
