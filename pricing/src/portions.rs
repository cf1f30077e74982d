//! What a rule takes: amounts, each from some units.

use crate::{
    amount::{Amount, Exact, Rate},
    explanation::Action,
};

/// What a rule takes, before its limits.
#[derive(Clone, Debug)]
pub(crate) struct Portions {
    pub action: Action,
    /// Units of all portions, one portion after the other, sorted in each.
    pub units: Vec<usize>,
    /// What each of these units has to take from.
    pub parts: Vec<i64>,
    pub cuts: Vec<Cut>,
    /// Units of sets, whether they become cheaper or not.
    pub taken: Vec<usize>,
    /// How many units, sets or thresholds.
    pub times: u32,
}

/// A portion.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// Its end among the units.
    pub end: usize,
    /// Rounded, not above what the units have.
    pub off: Amount,
    /// Unrounded.
    pub exact: Exact,
}

impl Portions {
    /// No portion yet.
    pub const fn new(action: Action, times: u32) -> Self {
        Self {
            action,
            units: Vec::new(),
            parts: Vec::new(),
            cuts: Vec::new(),
            taken: Vec::new(),
            times,
        }
    }

    /// Adds a portion of sorted units with their parts.
    pub fn push(&mut self, units: impl IntoIterator<Item = (usize, Amount)>, take: Take) {
        let from = self.units.len();
        for (unit, part) in units {
            self.units.push(unit);
            self.parts.push(part.minor());
        }
        let sum = Amount::new(self.parts[from..].iter().sum());
        let exact = match take {
            Take::Rate(rate) => rate.exact(sum),
            Take::Amount(amount) => amount.min(sum).into(),
        };
        let off = exact.half_up();
        self.cuts.push(Cut {
            end: self.units.len(),
            off,
            exact,
        });
    }

    /// What it saves, unrounded.
    pub fn exact(&self) -> Exact {
        let mut sum = Exact::ZERO;
        for cut in &self.cuts {
            sum += cut.exact;
        }
        sum
    }

    /// What it saves, rounded where the rules round.
    pub fn off(&self) -> Amount {
        self.cuts.iter().map(|cut| cut.off).sum()
    }
}

/// How much a portion is.
#[derive(Clone, Copy)]
pub(crate) enum Take {
    Rate(Rate),
    Amount(Amount),
}
