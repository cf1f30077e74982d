//! Hours as they were saved one after the other, and which of them count at a time.

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};

use chassis::error::{CommonReason, Violations};

use super::{schedule::UpcomingHours, weekly::Hours};

const MOST_AHEAD: TimeDelta = TimeDelta::days(365);

/// Hours as they were saved once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoursVersion {
    /// Number of the change; later changes have higher ones.
    pub number: i64,
    /// The hours.
    pub hours: Hours,
    /// From when they count.
    pub effective_at: DateTime<Utc>,
    /// Saved for a later time than the moment they were saved at.
    pub scheduled: bool,
    /// Number of the version they restored.
    pub restored_from: Option<i64>,
    /// When they were saved.
    pub saved_at: DateTime<Utc>,
    /// Name of who saved them.
    pub saved_by: String,
    /// When and by whom they were withdrawn before they took effect.
    pub withdrawn: Option<(DateTime<Utc>, String)>,
}

/// What became of saved hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// 待生效.
    Pending,
    /// 生效中.
    InForce,
    /// 已過去.
    Past,
    /// 已撤回.
    Withdrawn,
}

/// The versions that count now or later, by their time; of one instant the later change wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions(Vec<HoursVersion>);

impl Versions {
    /// What of these counts; withdrawn ones never do.
    #[must_use]
    pub fn of(mut versions: Vec<HoursVersion>) -> Self {
        versions.retain(|version| version.withdrawn.is_none());
        versions.sort_by_key(|version| (version.effective_at, version.number));
        Self(versions)
    }

    /// With one more.
    #[must_use]
    pub fn with(&self, version: HoursVersion) -> Self {
        let mut versions = self.0.clone();
        versions.push(version);
        Self::of(versions)
    }

    /// Without a pending one.
    #[must_use]
    pub fn without(&self, number: i64) -> Self {
        let others = self.0.iter().filter(|version| version.number != number);
        Self(others.cloned().collect())
    }

    /// The version in force at a moment; `None` while none was ever set.
    #[must_use]
    pub fn in_force(&self, now: DateTime<Utc>) -> Option<&HoursVersion> {
        self.0.iter().rfind(|version| version.effective_at <= now)
    }

    /// Those that wait for their time, earliest first.
    pub fn pending(&self, now: DateTime<Utc>) -> impl Iterator<Item = &HoursVersion> {
        self.0
            .iter()
            .filter(move |version| version.effective_at > now)
    }

    /// A pending one by its number.
    #[must_use]
    pub fn find_pending(&self, number: i64, now: DateTime<Utc>) -> Option<&HoursVersion> {
        self.pending(now).find(|version| version.number == number)
    }

    /// The hours in force at a moment, and those that take over later.
    #[must_use]
    pub fn seen_at(&self, now: DateTime<Utc>) -> (Hours, Vec<UpcomingHours>) {
        let hours = self
            .in_force(now)
            .map_or_else(Hours::default, |version| version.hours.clone());
        let later = self.pending(now).map(|version| UpcomingHours {
            from: version.effective_at,
            hours: version.hours.clone(),
        });
        (hours, later.collect())
    }

    /// What became of a version, known to this list or not.
    #[must_use]
    pub fn state_of(&self, version: &HoursVersion, now: DateTime<Utc>) -> State {
        if version.withdrawn.is_some() {
            State::Withdrawn
        } else if version.effective_at > now {
            State::Pending
        } else if self
            .in_force(now)
            .is_some_and(|known| known.number == version.number)
        {
            State::InForce
        } else {
            State::Past
        }
    }
}

/// Checks from when a change shall count: a full minute from now on to 365 days.
///
/// Notes `IN_THE_PAST`, `SETTING_RANGE` and `VALIDATION_FAILED`.
pub fn check_effective_at(
    field: &str,
    effective_at: DateTime<Utc>,
    now: DateTime<Utc>,
    violations: &mut Violations,
) {
    if effective_at <= now {
        violations.push(field, CommonReason::InThePast);
    } else if effective_at > now + MOST_AHEAD {
        let days = (effective_at - now).num_days();
        let params = [("given", days), ("min", 0), ("max", MOST_AHEAD.num_days())];
        violations.push_with(field, CommonReason::SettingRange, params);
    } else if effective_at.second() != 0 || effective_at.nanosecond() != 0 {
        violations.push(field, CommonReason::ValidationFailed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(raw: &str) -> DateTime<Utc> {
        raw.parse().unwrap()
    }

    fn version(number: i64, effective_at: &str, scheduled: bool) -> HoursVersion {
        HoursVersion {
            number,
            hours: Hours {
                lead_minutes: u16::try_from(number).unwrap(),
                ..Hours::default()
            },
            effective_at: at(effective_at),
            scheduled,
            restored_from: None,
            saved_at: at("2026-09-01T00:00:00Z"),
            saved_by: String::new(),
            withdrawn: None,
        }
    }

    #[test]
    fn each_version_counts_from_its_time_until_the_next() {
        let versions = Versions::of(vec![
            version(2, "2026-09-05T00:00:00Z", true),
            version(1, "2026-09-01T00:00:00Z", false),
            // Saved after the pending one and at once: it counts until that takes over.
            version(3, "2026-09-02T00:00:00Z", false),
        ]);
        let number_at = |raw| versions.in_force(at(raw)).map(|version| version.number);
        assert_eq!(number_at("2026-08-31T00:00:00Z"), None);
        assert_eq!(number_at("2026-09-01T12:00:00Z"), Some(1));
        assert_eq!(number_at("2026-09-04T23:59:59Z"), Some(3));
        assert_eq!(number_at("2026-09-05T00:00:00Z"), Some(2));

        let now = at("2026-09-03T00:00:00Z");
        let (hours, later) = versions.seen_at(now);
        assert_eq!(hours.lead_minutes, 3);
        assert_eq!(later.len(), 1);
        assert_eq!(later[0].from, at("2026-09-05T00:00:00Z"));
        assert!(versions.find_pending(3, now).is_none());
        assert_eq!(versions.without(2).pending(now).count(), 0);
    }

    #[test]
    fn what_became_of_a_version_is_told() {
        let mut withdrawn = version(4, "2026-09-06T00:00:00Z", true);
        withdrawn.withdrawn = Some((at("2026-09-02T00:00:00Z"), "王店長".to_owned()));
        let all = [
            version(1, "2026-09-01T00:00:00Z", false),
            version(2, "2026-09-05T00:00:00Z", true),
            version(3, "2026-09-02T00:00:00Z", false),
            withdrawn,
        ];
        let versions = Versions::of(all.to_vec());
        let now = at("2026-09-03T00:00:00Z");
        assert_eq!(
            all.map(|version| versions.state_of(&version, now)),
            [
                State::Past,
                State::Pending,
                State::InForce,
                State::Withdrawn
            ]
        );
    }

    #[test]
    fn a_change_counts_from_a_full_minute_within_a_year() {
        let now = at("2026-09-03T12:00:30Z");
        for (raw, reason) in [
            ("2026-09-03T12:00:00Z", Some("IN_THE_PAST")),
            ("2026-09-03T12:01:00Z", None),
            ("2026-09-03T12:01:30Z", Some("VALIDATION_FAILED")),
            ("2027-09-03T12:00:00Z", None),
            ("2027-09-03T12:01:00Z", Some("SETTING_RANGE")),
        ] {
            let mut violations = Violations::new();
            check_effective_at("effective_at", at(raw), now, &mut violations);
            let found = violations.into_result().err();
            assert_eq!(
                found.as_ref().map(|problem| &*problem.reason),
                reason,
                "{raw}"
            );
        }
    }
}
