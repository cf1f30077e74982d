//! Refunds of orders: how much a selection gives back and from where. No I/O.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    business_day::BusinessDay,
    error::{CommonReason, Problem, ToProblem},
    id::{AccountId, BranchId, BrandId, OrderId, OrderLineId, RefundId},
    money::Currency,
    text_enum,
};
use chrono::{DateTime, Utc};
use proto::{
    ordering::v1::{self as wire, OrderingReason},
    payments::v1::PaymentsReason,
};

use super::{
    order::{Order, OrderLine},
    order_history::{EventKind, OrderEvent},
    order_state::OrderState,
    order_terms::PaymentMethod,
    refund_step::{RefundState, RefundStep, StepKind, StepState},
    refunded_benefits::{BenefitsLeft, free_by_coupon},
};

text_enum! {
    /// What was chosen to be refunded.
    pub enum RefundKind: wire::RefundKind {
        /// All that is left.
        Whole = "whole",
        /// Units of lines.
        Units = "units",
        /// A free amount.
        Amount = "amount",
    }
}

/// What is to be refunded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All that is left.
    Whole,
    /// How many units of which lines, in the order of the request.
    Units(Vec<(OrderLineId, usize)>),
    /// A free amount.
    Amount(i64),
}

impl Selection {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> RefundKind {
        match self {
            Self::Whole => RefundKind::Whole,
            Self::Units(_) => RefundKind::Units,
            Self::Amount(_) => RefundKind::Amount,
        }
    }
}

/// Units of a line that are refunded together, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineUnits {
    /// The line.
    pub line: OrderLineId,
    /// Which of its units.
    pub units: Vec<usize>,
}

/// A refund of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Id, which is the key of its request at payments.
    pub id: RefundId,
    /// The order.
    pub order: OrderId,
    /// Brand of the order.
    pub brand: BrandId,
    /// Branch of the order.
    pub branch: BranchId,
    /// What was chosen.
    pub kind: RefundKind,
    /// Units of lines that it refunds.
    pub units: Vec<LineUnits>,
    /// How much.
    pub amount: i64,
    /// Points of the refunded units.
    pub points: u32,
    /// Currency of the order.
    pub currency: Currency,
    /// Reason in words.
    pub reason: String,
    /// Who requested it.
    pub requested_by: AccountId,
    /// Name of that person.
    pub requested_by_name: String,
    /// Who paid out the part on site; empty where there is none.
    pub paid_out_by: String,
    /// When it was requested.
    pub requested_at: DateTime<Utc>,
    /// Business day of the branch then.
    pub business_day: BusinessDay,
    /// Of a test order.
    pub test: bool,
    /// When it was settled.
    pub settled_at: Option<DateTime<Utc>>,
    /// Its steps, in their order.
    pub steps: Vec<RefundStep>,
}

impl Refund {
    /// How far it is.
    #[must_use]
    pub fn state(&self) -> RefundState {
        RefundState::of(&self.steps)
    }

    /// What its steps of a kind give back, failed ones left out.
    #[must_use]
    pub fn reserved(&self, kind: StepKind) -> i64 {
        let steps = self.steps.iter();
        let counted = steps.filter(|step| step.kind == kind && step.state != StepState::Failed);
        counted.map(|step| step.amount).sum()
    }
}

/// What payments has of an order's money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnlineMoney {
    /// Captured and neither refunded nor about to be.
    pub left: i64,
    /// Keys of the refunds that it knows, whatever became of them.
    pub known: BTreeSet<String>,
}

/// What is left to refund of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// By the provider that took it.
    pub online: i64,
    /// On site.
    pub on_site: i64,
    /// Beside money.
    pub benefits: BenefitsLeft,
}

impl Left {
    /// What is left of what payments has and of what was received on site, after `refunds`.
    ///
    /// Payments counts a refund from when it has accepted it; until then it is counted here.
    #[must_use]
    pub fn of(online: &OnlineMoney, received_on_site: i64, refunds: &[Refund]) -> Self {
        let unknown = refunds
            .iter()
            .filter(|refund| !online.known.contains(&refund.id.to_string()));
        let on_its_way: i64 = unknown.map(|refund| refund.reserved(StepKind::Money)).sum();
        let paid_out: i64 = refunds
            .iter()
            .map(|refund| refund.reserved(StepKind::Cash))
            .sum();
        Self {
            online: (online.left - on_its_way).max(0),
            on_site: (received_on_site - paid_out).max(0),
            benefits: BenefitsLeft::default(),
        }
    }

    /// In all.
    #[must_use]
    pub const fn total(self) -> i64 {
        self.online + self.on_site
    }
}

/// What a selection gives back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedRefund {
    /// How much.
    pub amount: i64,
    /// Where it comes from.
    pub from: Left,
    /// Units of lines.
    pub units: Vec<LineUnits>,
    /// Points of these units.
    pub points: u32,
}

/// Why nothing is refunded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The order waits for its payment.
    #[error("an order that is {} has nothing to refund", state.as_str())]
    NotPaid {
        /// Its state.
        state: OrderState,
    },
    /// Another platform took the money.
    #[error("the platform that took the money refunds it")]
    OfPlatform,
    /// The order has no such line.
    #[error("the order has no such line")]
    UnknownLine {
        /// Which of the selected units.
        index: usize,
    },
    /// More units than are left of a line.
    #[error("only {max} units of the line are left")]
    TooManyUnits {
        /// Which of the selected units.
        index: usize,
        /// Units that are left.
        max: usize,
    },
    /// The selection gives back nothing.
    #[error("the selection gives back nothing")]
    Nothing,
    /// More than is left.
    #[error("at most {max} can be refunded")]
    ExceedsPaid {
        /// What is left.
        max: i64,
    },
    /// The amount differs from the one that was shown.
    #[error("the refund comes to {actual} by now")]
    AmountChanged {
        /// What was shown.
        expected: i64,
        /// What it comes to.
        actual: i64,
    },
    /// It is not known who pays out the part on site.
    #[error("who pays out the part on site is to be named")]
    PayerRequired,
}

impl ToProblem for Error {
    fn to_problem(&self) -> Problem {
        let problem = match self {
            Self::NotPaid { state } => {
                Problem::new(OrderingReason::IllegalTransition).param("state", state.as_str())
            }
            Self::OfPlatform => Problem::new(OrderingReason::OrderLocked),
            Self::UnknownLine { index } => Problem::new(CommonReason::ValidationFailed).field(
                format!("selection.units[{index}].line_id"),
                CommonReason::NotFound,
            ),
            Self::TooManyUnits { index, max } => Problem::new(CommonReason::ValidationFailed)
                .field_with(
                    format!("selection.units[{index}].quantity"),
                    CommonReason::ValidationFailed,
                    [("max", max)],
                ),
            Self::Nothing => Problem::new(CommonReason::AmountOutOfRange)
                .param("min", 1)
                .field_with("selection", CommonReason::AmountOutOfRange, [("min", 1)]),
            Self::ExceedsPaid { max } => Problem::new(PaymentsReason::RefundExceedsPaid)
                .param("max", max)
                .field_with(
                    "selection",
                    PaymentsReason::RefundExceedsPaid,
                    [("max", max)],
                ),
            Self::AmountChanged { expected, actual } => {
                Problem::version_conflict(*expected, *actual)
            }
            Self::PayerRequired => Problem::new(CommonReason::ValidationFailed)
                .field("paid_out_by", CommonReason::ValidationFailed),
        };
        problem.message(self.to_string())
    }
}

/// Refuses an order whose money is not there yet, or was taken by another platform.
pub fn require_refundable(order: &Order) -> Result<(), Error> {
    if order.terms.payment_method == PaymentMethod::Platform {
        return Err(Error::OfPlatform);
    }
    match order.progress.state {
        state @ OrderState::PendingPayment => Err(Error::NotPaid { state }),
        _ => Ok(()),
    }
}

/// Money that was received on site, by the history of the order.
#[must_use]
pub fn received_on_site(history: &[OrderEvent]) -> i64 {
    let mut versions: Vec<i64> = Vec::with_capacity(history.len());
    for entry in history {
        let before = versions.last().copied().unwrap_or_default();
        versions.push(match entry.kind {
            // On site money is taken when the order is handed over.
            EventKind::Transitioned if entry.to == OrderState::Completed => before + entry.received,
            EventKind::Undone => {
                let kept = usize::try_from(entry.base_version - 1).ok();
                let kept = kept.and_then(|kept| versions.get(kept));
                kept.copied().unwrap_or_default()
            }
            _ => before,
        });
    }
    versions.last().copied().unwrap_or_default()
}

/// Units of the order's lines that are refunded or about to be.
#[must_use]
pub fn taken_units(refunds: &[Refund]) -> BTreeMap<OrderLineId, BTreeSet<usize>> {
    let mut taken: BTreeMap<OrderLineId, BTreeSet<usize>> = BTreeMap::new();
    for refund in refunds {
        if refund.state() == RefundState::Failed {
            continue;
        }
        for part in &refund.units {
            taken.entry(part.line).or_default().extend(&part.units);
        }
    }
    taken
}

/// Units of a line that are left, in the order in which they are refunded: the last one first.
pub fn units_left<'a>(
    line: &'a OrderLine,
    taken: &'a BTreeMap<OrderLineId, BTreeSet<usize>>,
) -> impl Iterator<Item = (usize, i64)> + 'a {
    let taken = taken.get(&line.id);
    let units = line.item.unit_nets.iter().enumerate().rev();
    units
        .filter(move |(unit, _)| !taken.is_some_and(|taken| taken.contains(unit)))
        .map(|(unit, net)| (unit, net.amount()))
}

/// Lines that a refund can name: those that no revision removed.
pub fn present(lines: &[OrderLine]) -> impl Iterator<Item = &OrderLine> {
    lines.iter().filter(|line| line.revision_out.is_none())
}

/// What a selection gives back of what is left: units each at its own net, and first what a provider took.
pub fn price(
    lines: &[OrderLine],
    refunds: &[Refund],
    left: Left,
    selection: &Selection,
) -> Result<PricedRefund, Error> {
    let (amount, units) = match selection {
        Selection::Whole => (left.total(), Vec::new()),
        Selection::Amount(amount) => (*amount, Vec::new()),
        Selection::Units(wanted) => price_units(lines, refunds, wanted)?,
    };
    let points = match selection {
        Selection::Whole => left.benefits.points,
        Selection::Amount(_) => 0,
        Selection::Units(_) => points_of(lines, &units).min(left.benefits.points),
    };
    let is_whole = matches!(selection, Selection::Whole);
    let gives_benefits =
        points > 0 || (is_whole && left.benefits.held) || return_coupons(lines, &units);
    let max = left.total();
    if amount > max || (max == 0 && !gives_benefits) {
        return Err(Error::ExceedsPaid { max });
    }
    if amount < 0 || (amount == 0 && !gives_benefits) {
        return Err(Error::Nothing);
    }
    let online = amount.min(left.online);
    Ok(PricedRefund {
        amount,
        from: Left {
            online,
            on_site: amount - online,
            benefits: BenefitsLeft::default(),
        },
        units,
        points,
    })
}

/// Whether units were free for a coupon, which goes back instead of money.
fn return_coupons(lines: &[OrderLine], units: &[LineUnits]) -> bool {
    units.iter().any(|part| {
        let line = present(lines).find(|line| line.id == part.line);
        line.is_some_and(|line| {
            let mut units = part.units.iter();
            units.any(|unit| free_by_coupon(&line.item, *unit).is_some())
        })
    })
}

/// Points used on units.
fn points_of(lines: &[OrderLine], units: &[LineUnits]) -> u32 {
    let points = units.iter().flat_map(|part| {
        let line = present(lines).find(|line| line.id == part.line);
        let points = line.map(|line| line.item.unit_points.as_slice());
        let units = part.units.iter();
        units.filter_map(move |unit| points?.get(*unit))
    });
    points.sum()
}

fn price_units(
    lines: &[OrderLine],
    refunds: &[Refund],
    wanted: &[(OrderLineId, usize)],
) -> Result<(i64, Vec<LineUnits>), Error> {
    let taken = taken_units(refunds);
    let mut amount = 0;
    let mut parts = Vec::with_capacity(wanted.len());
    for (index, (id, quantity)) in wanted.iter().enumerate() {
        let line = present(lines).find(|line| line.id == *id);
        let line = line.ok_or(Error::UnknownLine { index })?;
        let chosen: Vec<(usize, i64)> = units_left(line, &taken).take(*quantity).collect();
        if chosen.len() < *quantity {
            let max = chosen.len();
            return Err(Error::TooManyUnits { index, max });
        }
        amount += chosen.iter().map(|(_, net)| net).sum::<i64>();
        parts.push(LineUnits {
            line: *id,
            units: chosen.into_iter().map(|(unit, _)| unit).collect(),
        });
    }
    Ok((amount, parts))
}

#[cfg(test)]
#[path = "refund_tests.rs"]
mod tests;
