//! Programmes of points and tiers: versions of rules, each with a start.

use chassis::{
    error::{CommonReason, Violations},
    id::{AccountId, BrandId},
    time,
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::membership::v1 as wire;
use uuid::Uuid;

/// Longest time between saving a version and its start.
const FARTHEST_START: TimeDelta = TimeDelta::days(365);

chassis::text_enum! {
    /// Where a version of a programme stands.
    pub enum VersionState: wire::ProgrammeVersionState {
        /// Takes effect later.
        Pending = "pending",
        /// The one that counts.
        InForce = "in_force",
        /// Replaced by a later one.
        Past = "past",
        /// Withdrawn before it took effect.
        Withdrawn = "withdrawn",
    }
}

/// A version of a programme's rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Version<R> {
    /// Number, from 1.
    pub number: i64,
    /// From when.
    pub effective_at: DateTime<Utc>,
    /// The rules.
    pub rules: R,
    /// When it was saved.
    pub saved_at: DateTime<Utc>,
    /// Who saved it.
    pub saved_by: AccountId,
    /// Withdrawn before it took effect.
    pub withdrawn: bool,
}

/// A programme with its versions.
#[derive(Clone, Debug, PartialEq)]
pub struct Programme<R> {
    /// Id.
    pub id: Uuid,
    /// Brand; all brands of the organisation when `None`.
    pub brand: Option<BrandId>,
    /// Number of the latest version.
    pub version: i64,
    /// Versions, latest start first.
    pub versions: Vec<Version<R>>,
}

impl<R> Programme<R> {
    /// The version that counts at an instant.
    #[must_use]
    pub fn in_force(&self, at: DateTime<Utc>) -> Option<&Version<R>> {
        let started = self.live().filter(|version| version.effective_at <= at);
        started.max_by_key(|version| version.effective_at)
    }

    /// The version with this number.
    #[must_use]
    pub fn numbered(&self, number: i64) -> Option<&Version<R>> {
        self.versions
            .iter()
            .find(|version| version.number == number)
    }

    /// Versions that count at `now` or later, by their start.
    #[must_use]
    pub fn current_and_later(&self, now: DateTime<Utc>) -> Vec<&Version<R>> {
        let from = self.in_force(now).map(|version| version.effective_at);
        let mut found: Vec<_> = self
            .live()
            .filter(|version| version.effective_at > now || Some(version.effective_at) == from)
            .collect();
        found.sort_by_key(|version| version.effective_at);
        found
    }

    /// Versions that a document published now has to carry: those that count since the last change, and later ones.
    #[must_use]
    pub fn to_publish(&self) -> Vec<&Version<R>> {
        let changed_at = self.versions.iter().map(|version| version.saved_at).max();
        self.current_and_later(changed_at.unwrap_or_default())
    }

    /// When another version takes its place.
    #[must_use]
    pub fn ends_at(&self, version: &Version<R>) -> Option<DateTime<Utc>> {
        let later = self.live().map(|other| other.effective_at);
        later.filter(|&start| start > version.effective_at).min()
    }

    /// Where a version stands.
    #[must_use]
    pub fn state(&self, version: &Version<R>, now: DateTime<Utc>) -> VersionState {
        if version.withdrawn {
            VersionState::Withdrawn
        } else if version.effective_at > now {
            VersionState::Pending
        } else if self.in_force(now).map(|current| current.number) == Some(version.number) {
            VersionState::InForce
        } else {
            VersionState::Past
        }
    }

    /// Whether it concerns a brand.
    #[must_use]
    pub fn concerns(&self, brand: BrandId) -> bool {
        self.brand.is_none_or(|own| own == brand)
    }

    fn live(&self) -> impl Iterator<Item = &Version<R>> {
        self.versions.iter().filter(|version| !version.withdrawn)
    }
}

/// Scope of a programme on the wire.
#[must_use]
pub fn scope(brand: Option<BrandId>) -> wire::ProgrammeScope {
    match brand {
        None => wire::ProgrammeScope::Organisation,
        Some(_) => wire::ProgrammeScope::Brand,
    }
}

/// Parses the scope of a programme: a brand goes with the scope of a brand alone.
pub fn parse_scope(
    scope: i32,
    brand: &str,
    violations: &mut Violations,
) -> Option<Option<BrandId>> {
    match wire::ProgrammeScope::try_from(scope) {
        Ok(wire::ProgrammeScope::Organisation) if brand.is_empty() => Some(None),
        Ok(wire::ProgrammeScope::Brand) => {
            chassis::id::parse("brand_id", brand, violations).map(Some)
        }
        Ok(wire::ProgrammeScope::Organisation) => {
            violations.push("brand_id", CommonReason::ValidationFailed);
            None
        }
        _ => {
            violations.push("scope", CommonReason::ValidationFailed);
            None
        }
    }
}

/// Parses when a version takes effect: now when left out, else at most a year ahead.
pub fn parse_start(
    at: Option<&prost_types::Timestamp>,
    now: DateTime<Utc>,
    violations: &mut Violations,
) -> Option<DateTime<Utc>> {
    let Some(at) = at else {
        return Some(now);
    };
    let at = time::parse("effective_at", at, violations)?;
    if at < now {
        violations.push("effective_at", CommonReason::InThePast);
    } else if at > now + FARTHEST_START {
        let most = [("max_days", FARTHEST_START.num_days())];
        violations.push_with("effective_at", CommonReason::SettingRange, most);
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use chassis::clock::ManualClock;

    use super::*;

    fn programme(starts: &[(i64, bool)]) -> Programme<()> {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let versions = starts
            .iter()
            .zip(1..)
            .map(|(&(hour, withdrawn), number)| Version {
                number,
                effective_at: DateTime::UNIX_EPOCH + TimeDelta::hours(hour),
                rules: (),
                saved_at: DateTime::UNIX_EPOCH,
                saved_by: AccountId::new(&clock),
                withdrawn,
            });
        Programme {
            id: Uuid::nil(),
            brand: None,
            version: 0,
            versions: versions.collect(),
        }
    }

    #[test]
    fn the_latest_start_that_was_not_withdrawn_counts() {
        let programme = programme(&[(1, false), (5, false), (3, false), (4, true)]);
        let at = |hour| DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
        let number = |hour| programme.in_force(at(hour)).map(|version| version.number);
        assert_eq!([0, 1, 4, 5].map(number), [None, Some(1), Some(3), Some(2)]);
        let later: Vec<_> = programme
            .current_and_later(at(4))
            .iter()
            .map(|v| v.number)
            .collect();
        assert_eq!(later, [3, 2]);
        assert_eq!(programme.ends_at(&programme.versions[2]), Some(at(5)));
        let states = programme
            .versions
            .iter()
            .map(|version| programme.state(version, at(4)));
        assert_eq!(
            states.collect::<Vec<_>>(),
            [
                VersionState::Past,
                VersionState::Pending,
                VersionState::InForce,
                VersionState::Withdrawn
            ]
        );
    }
}
