//! When a pause ends.

use chrono::{DateTime, TimeDelta, Utc};

/// Most minutes of a pause of N minutes: a day.
pub const MOST_MINUTES: i32 = 1_440;
/// How far away an instant may be.
pub const FARTHEST: TimeDelta = TimeDelta::days(30);

/// When a pause is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// 今天: at the end of the branch's business day.
    Today,
    /// After so many minutes.
    Minutes(u16),
    /// At an instant.
    At(DateTime<Utc>),
    /// 直到補貨.
    Restocked,
    /// When it is resumed.
    Manual,
}

/// Why a pause cannot end then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndProblem {
    /// That is over.
    InThePast,
    /// That is too far away.
    InTheFuture,
}

impl End {
    /// Stable name of its kind.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Minutes(_) => "minutes",
            Self::At(_) => "at",
            Self::Restocked => "restocked",
            Self::Manual => "manual",
        }
    }

    /// Whether a pause that begins now can end so.
    pub fn check(self, now: DateTime<Utc>) -> Result<(), EndProblem> {
        match self {
            Self::At(at) if at <= now => Err(EndProblem::InThePast),
            Self::At(at) if at > now + FARTHEST => Err(EndProblem::InTheFuture),
            _ => Ok(()),
        }
    }

    /// The instant at which a pause that begins at `now` ends by itself.
    ///
    /// A unit with a daily amount is restocked by the next day at the latest: `daily` says it is one.
    #[must_use]
    pub fn instant(
        self,
        now: DateTime<Utc>,
        day_ends_at: DateTime<Utc>,
        daily: bool,
    ) -> Option<DateTime<Utc>> {
        match self {
            Self::Today => Some(day_ends_at),
            Self::Minutes(minutes) => Some(now + TimeDelta::minutes(minutes.into())),
            Self::At(at) => Some(at),
            Self::Restocked if daily => Some(day_ends_at),
            Self::Restocked | Self::Manual => None,
        }
    }
}
