//! Prices a cart under each set of rules that may be combined and decides between them.

use std::{cell::RefCell, rc::Rc};

use crate::{
    amount::Amount,
    bill::{Bill, UsedPoints},
    candidate::Candidate,
    cart::Line,
    entered::{Decision, Entered},
    explanation::{Earned, Reason, Stage},
    groups::{Groups, Mask},
    ids::RuleId,
    points::{Earning, Redeeming},
    priced::Priced,
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

    pub fn stacks(&self, entered: Entered) -> Option<Stacks> {
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
    pub fn together(&self, one: Stacks, other: Entered) -> bool {
        self.stacks(other).is_none_or(|other| one.with(other))
    }

    /// The id that explanations name.
    pub fn id(&self, entered: Entered) -> Option<RuleId> {
        match entered {
            Entered::Rule(index) => Some(self.candidates[index].rule.id),
            Entered::Points => self.request.program.map(|program| program.id),
        }
    }

    /// Whether something entered is used: an offer alone uses nothing.
    pub fn acts(&self, bill: &Bill<'_>, one: Entered) -> bool {
        match one {
            Entered::Rule(index) => bill.is_used(index),
            Entered::Points => bill.points_used().is_some(),
        }
    }

    pub fn reason(&self, bill: &Bill<'_>, one: Entered) -> Reason {
        let noted = match one {
            Entered::Rule(index) => bill.reason_of(index).cloned(),
            Entered::Points => bill.points.clone().err(),
        };
        noted.unwrap_or(Reason::NoEffect)
    }

    /// Prices all plans beside what was entered and takes the cheapest, the first of equals; where
    /// something is tried, the cheapest in which it acts.
    pub fn choose(&self, used: &[Entered], tried: Option<Entered>) -> Choice<'a> {
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
