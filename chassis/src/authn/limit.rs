//! How much a caller may by a sensitive action.

use serde::{Deserialize, Serialize};

use crate::error::{CommonReason, Problem};

/// Limit of a sensitive action, in the unit that the action counts in: of a refund the minor unit of the
/// order's currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionLimit {
    /// Most each time; `None` for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<i64>,
    /// Most in a business day; `None` for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<i64>,
}

impl ActionLimit {
    /// What is left of the day after `used`.
    #[must_use]
    pub fn left_of_day(&self, used: i64) -> Option<i64> {
        self.day.map(|day| (day - used).max(0))
    }

    /// Refuses with `ACTION_LIMIT` what is more than the limit, `used` being what the caller did by the
    /// action on this business day before.
    pub fn check(&self, action: &str, amount: i64, used: i64) -> Result<(), Problem> {
        let refused = |limit: &str, max: i64| {
            Problem::new(CommonReason::ActionLimit)
                .message(format!("more than the caller may by {action}"))
                .param("action", action)
                .param("limit", limit)
                .param("max", max)
        };
        if let Some(each) = self.each.filter(|each| amount > *each) {
            return Err(refused("each", each));
        }
        match self.left_of_day(used) {
            Some(left) if amount > left => Err(refused("day", left)),
            _ => Ok(()),
        }
    }

    /// Whether nobody with this limit can do more than somebody with the other one.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        let within = |own: Option<i64>, theirs: Option<i64>| match (own, theirs) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(theirs)) => own <= theirs,
        };
        within(self.each, other.each) && within(self.day, other.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: ActionLimit = ActionLimit {
        each: Some(1_000),
        day: Some(1_500),
    };

    #[test]
    fn a_limit_counts_each_time_and_over_the_day() {
        for (amount, used, refused) in [
            (1_000, 0, None),
            (1_001, 0, Some(("each", "1000"))),
            (1_000, 500, None),
            (1_000, 501, Some(("day", "999"))),
            (1, 1_500, Some(("day", "0"))),
            (1, 9_000, Some(("day", "0"))),
        ] {
            let checked = LIMIT.check("order.refund", amount, used);
            let named = checked.as_ref().err().map(|problem| {
                assert_eq!(problem.reason, "ACTION_LIMIT");
                assert_eq!(problem.params["action"], "order.refund");
                (
                    problem.params["limit"].as_str(),
                    problem.params["max"].as_str(),
                )
            });
            assert_eq!(named, refused, "{amount} after {used}");
        }
        let unlimited = ActionLimit::default();
        assert!(unlimited.check("order.refund", i64::MAX, i64::MAX).is_ok());
    }

    #[test]
    fn no_limit_is_within_no_limit_alone() {
        let unlimited = ActionLimit::default();
        assert!(LIMIT.is_within(&unlimited) && LIMIT.is_within(&LIMIT));
        assert!(!unlimited.is_within(&LIMIT));
    }
}
