//! A program of points: what they are worth, and how they are earned.

use std::sync::Arc;

use crate::{
    amount::{Amount, MAX_AMOUNT, Rate},
    ids::{Channel, Method, RuleId},
    rules::Target,
    stacking::Classes,
};

/// One version of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointsProgram {
    /// Id; adjustments name it as their rule.
    pub id: RuleId,
    /// Version.
    pub version: i64,
    /// Name of the unit as the customer sees it.
    pub name: Arc<str>,
    /// How points are used; not at all when missing.
    pub redeeming: Option<Redeeming>,
    /// How points are earned; not at all when missing.
    pub earning: Option<Earning>,
}

/// How points are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redeeming {
    /// What 100 points are worth in the minor unit: 1 to 10,000.
    pub worth_of_100: u32,
    /// Fewest at a time.
    pub min_points: u32,
    /// Only multiples of this, at least 1.
    pub step: u32,
    /// Goods must come to this on entry to the stage.
    pub min_spend: Amount,
    /// Most of the goods that points pay, rounded down.
    pub cap: Rate,
    /// Goods they may pay.
    pub target: Target,
    /// Classes they may stand beside.
    pub beside: Classes,
}

/// How points are earned: 每 NT$ N 得 P 點.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earning {
    /// N: 1 to 1,000.
    pub every: Amount,
    /// P: 1 to 100.
    pub points: u32,
    /// Goods that earn.
    pub target: Target,
    /// Methods that earn; all when empty.
    pub methods: Vec<Method>,
    /// Channels that earn; all when empty.
    pub channels: Vec<Channel>,
}

/// What is wrong with a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the points program has a number out of range")]
pub struct PointsProgramFault;

impl PointsProgram {
    /// Refuses numbers out of range.
    pub fn check(&self) -> Result<(), PointsProgramFault> {
        let redeeming = self.redeeming.as_ref().is_none_or(|redeeming| {
            (1..=10_000).contains(&redeeming.worth_of_100)
                && redeeming.step > 0
                && redeeming.min_spend.in_range()
                && (Rate::bp(1)..=Rate::WHOLE).contains(&redeeming.cap)
        });
        let earning = self.earning.as_ref().is_none_or(|earning| {
            (1..=1_000).contains(&earning.every.minor()) && (1..=100).contains(&earning.points)
        });
        (redeeming && earning)
            .then_some(())
            .ok_or(PointsProgramFault)
    }
}

impl Redeeming {
    /// What points are worth, rounded down; no more than any cart comes to.
    #[must_use]
    pub fn worth(&self, points: u32) -> Amount {
        Amount::new(i64::from(points) * i64::from(self.worth_of_100) / 100).min(MAX_AMOUNT)
    }

    /// Of at most `requested` points, the fewest that are worth as much as may be used of `most`.
    pub(crate) fn usable(&self, requested: u32, most: Amount) -> u32 {
        let worth = i64::from(self.worth_of_100);
        let largest = ((most.minor() + 1) * 100 - 1) / worth;
        let step = i64::from(self.step);
        let points = largest.min(i64::from(requested)) / step * step;
        let value = points * worth / 100;
        let min_points = (value * 100 + worth - 1) / worth;
        let points = (min_points + step - 1) / step * step;
        u32::try_from(points).unwrap_or(0)
    }
}

impl Earning {
    /// Points of an amount: ⌊⌊net ÷ N⌋ × P × factor⌋.
    #[must_use]
    pub fn points(&self, net: Amount, factor: Rate) -> u32 {
        let times = net.minor() / self.every.minor();
        let points = factor.floor(Amount::new(times * i64::from(self.points)));
        u32::try_from(points.minor()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_point_is_used_that_is_worth_nothing() {
        let usable = |worth_of_100, step, requested, most| {
            let redeeming = Redeeming {
                worth_of_100,
                min_points: 1,
                step,
                min_spend: Amount::ZERO,
                cap: Rate::WHOLE,
                target: Target::default(),
                beside: Classes::ALL,
            };
            redeeming.usable(requested, Amount::new(most))
        };
        assert_eq!(usable(100, 1, 30, 28), 28);
        assert_eq!(usable(100, 10, 30, 28), 20);
        assert_eq!(usable(1, 1, 250, 1_000), 200);
        assert_eq!(usable(1, 1, 99, 1_000), 0);
        assert_eq!(usable(250, 1, 3, 7), 3);
        assert_eq!(usable(250, 1, 3, 6), 2);
        assert_eq!(usable(10_000, 1, 9, 250), 2);
        assert_eq!(usable(30, 50, 100, 20), 50);
    }
}
