//! Counters: the parts in which limits are counted, and what orders take of them.

use chassis::{id::LimitRuleId, sales::Channel};
use chrono::{DateTime, Utc};

use super::{Measure, Rule, Window};

/// How full a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fullness {
    /// 可訂.
    Open,
    /// 將滿: at 80 % or more.
    Filling,
    /// 已滿.
    Full,
}

impl Fullness {
    /// How full a counter is.
    #[must_use]
    pub const fn of(used: i64, limit: i64) -> Self {
        if used >= limit {
            Self::Full
        } else if used * 100 >= limit * 80 {
            Self::Filling
        } else {
            Self::Open
        }
    }
}

/// Which part of a limit a counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pool {
    /// Everything.
    All,
    /// What came by a channel that has a share.
    Share(Channel),
    /// What did not come by the counter, which has units kept for it.
    Unreserved,
}

impl Pool {
    /// Its name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Share(channel) => channel.as_str(),
            Self::Unreserved => "unreserved",
        }
    }

    /// The pool of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "all" => Some(Self::All),
            "unreserved" => Some(Self::Unreserved),
            _ => Channel::from_word(name).map(Self::Share),
        }
    }
}

/// A counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterKey {
    /// Start of its window.
    pub starts_at: DateTime<Utc>,
    /// Its rule.
    pub rule_id: LimitRuleId,
    /// Which part of the limit.
    pub pool: Pool,
}

/// What an order takes of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// The counter.
    pub key: CounterKey,
    /// How much.
    pub amount: i64,
    /// The limit of the counter.
    pub limit: i64,
}

/// What an order took of a counter of limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The counter.
    pub key: CounterKey,
    /// How much.
    pub amount: i64,
}

impl From<&Take> for Taken {
    fn from(take: &Take) -> Self {
        Self {
            key: take.key,
            amount: take.amount,
        }
    }
}

/// What orders add to a counter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CounterIncrement {
    /// How much.
    pub amount: i64,
    /// Of that, what platforms took beyond the limit.
    pub beyond: i64,
    /// The limit.
    pub limit: i64,
}

/// What settled orders do to a counter of limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CounterChange {
    /// Change of what is held.
    pub held: i64,
    /// Change of what is committed.
    pub committed: i64,
}

/// What an order demands of a counter.
#[derive(Clone, Copy, Debug)]
pub(super) struct CounterDemand<'limits> {
    /// `None` for the orders a slot takes by the hours.
    pub(super) rule: Option<&'limits Rule>,
    /// Its place among the limits.
    pub(super) index: Option<usize>,
    pub(super) key: CounterKey,
    pub(super) amount: i64,
    pub(super) limit: i64,
}

impl Rule {
    /// How much of it is taken matters even while it has capacity: work queues up, or is laid into slots before.
    #[must_use]
    pub fn is_queue(&self) -> bool {
        self.measure == Measure::MakeMinutes && self.window == Window::Slot
    }

    pub(super) fn works_early(&self) -> bool {
        self.early_hours > 0 && self.is_queue()
    }

    /// The counters of a window that an order of a channel is counted by, with their limits.
    pub(super) fn pools(
        &self,
        channel: Channel,
        limit: i64,
    ) -> impl Iterator<Item = (Pool, i64)> + use<> {
        let share = self.shares.get(&channel);
        let share = share.map(|percent| (Pool::Share(channel), limit * i64::from(*percent) / 100));
        let reserved = self.reserved_for_counter > 0 && channel != Channel::Counter;
        let unreserved = reserved.then(|| {
            let kept = match self.measure {
                Measure::MakeMinutes => self.reserved_for_counter * 60,
                Measure::Orders | Measure::Units | Measure::Amount => self.reserved_for_counter,
            };
            (Pool::Unreserved, (limit - kept).max(0))
        });
        [Some((Pool::All, limit)), share, unreserved]
            .into_iter()
            .flatten()
    }
}
