//! When a provider is queried about an attempt, and when a refund is tried again.

use chrono::{DateTime, TimeDelta, Utc};

/// Ages at which an attempt is queried, before the daily queries.
const AGES: [TimeDelta; 6] = [
    TimeDelta::seconds(5),
    TimeDelta::seconds(15),
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
    TimeDelta::minutes(60),
];
const DAY: TimeDelta = TimeDelta::days(1);
/// The last query.
const LAST: TimeDelta = TimeDelta::days(7);
/// How long after its expiry an attempt is still given to the customer at the provider.
pub const GRACE: TimeDelta = TimeDelta::minutes(5);
/// Waits between the tries of a refund; the last one repeats.
const REFUND_WAITS: [TimeDelta; 5] = [
    TimeDelta::seconds(30),
    TimeDelta::minutes(2),
    TimeDelta::minutes(10),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
];
/// Longest that a refund is tried before a person has to act.
const REFUND_PATIENCE: TimeDelta = TimeDelta::days(7);

/// When an attempt that was created at `created_at` and expires at `expires_at` is queried after `now`;
/// `None` when never again. The provider's own ages keep it from being asked earlier or more often than
/// it allows: an age of ours waits for the next of `poll_ages`.
#[must_use]
pub fn next_query(
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
    poll_ages: &[TimeDelta],
) -> Option<DateTime<Utc>> {
    let age = (now - created_at).max(TimeDelta::zero());
    let own = AGES.into_iter().find(|own| *own > age).unwrap_or_else(|| {
        let days = i32::try_from(age.num_days()).unwrap_or(i32::MAX - 1);
        DAY * (days + 1)
    });
    // One query when its time is over, so that an unpaid attempt ends at the time shown to the customer.
    let over = expires_at + GRACE - created_at;
    let own = if over > age { own.min(over) } else { own };
    let wait = own.max(allowed_after(age, poll_ages));
    let last = LAST.max(over + TimeDelta::days(2));
    (wait <= last).then(|| created_at + wait)
}

/// Whether what was carried out at the provider would show in its answers by now: before the first of
/// `poll_ages` "unknown" proves nothing.
#[must_use]
pub fn would_show(created_at: DateTime<Utc>, now: DateTime<Utc>, poll_ages: &[TimeDelta]) -> bool {
    let first = poll_ages.first().copied().unwrap_or_default();
    now - created_at >= first
}

/// The first age after `age` at which the provider allows a query; beyond the last one, that again.
fn allowed_after(age: TimeDelta, poll_ages: &[TimeDelta]) -> TimeDelta {
    let next = poll_ages.iter().find(|poll| **poll > age);
    match (next, poll_ages.last()) {
        (Some(next), _) => *next,
        (None, Some(last)) => age + *last,
        (None, None) => age,
    }
}

/// When a refund is tried again after `calls` tries; `None` when a person has to act.
#[must_use]
pub fn next_refund_try(
    requested_at: DateTime<Utc>,
    now: DateTime<Utc>,
    calls: i32,
) -> Option<DateTime<Utc>> {
    let last = REFUND_WAITS.len() - 1;
    let index = usize::try_from(calls.max(1) - 1).unwrap_or_default();
    let next = now + REFUND_WAITS[index.min(last)];
    (next - requested_at <= REFUND_PATIENCE).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ages(expires: TimeDelta, poll_ages: &[TimeDelta]) -> Vec<i64> {
        let created_at = DateTime::UNIX_EPOCH;
        let mut now = created_at;
        let mut found = Vec::new();
        while let Some(next) = next_query(created_at, created_at + expires, now, poll_ages) {
            found.push((next - created_at).num_seconds());
            now = next;
            assert!(found.len() < 200, "it never ends");
        }
        found
    }

    #[test]
    fn queries_come_at_our_ages_then_daily_for_seven_days_and_when_the_time_is_over() {
        let days = [1, 2, 3, 4, 5, 6, 7].map(|day| day * 86_400);
        let mut expected = vec![5, 15, 60, 300, 900, 1_200, 3_600];
        expected.extend(days);
        assert_eq!(ages(TimeDelta::minutes(15), &[]), expected);
    }

    #[test]
    fn a_provider_is_not_asked_before_or_more_often_than_it_allows() {
        let hourly = [TimeDelta::minutes(10), TimeDelta::minutes(70)];
        let found = ages(TimeDelta::minutes(15), &hourly);
        assert_eq!(found[..2], [600, 4_200]);
        assert!(found.windows(2).all(|pair| pair[1] - pair[0] >= 3_600));
    }

    #[test]
    fn what_was_carried_out_shows_from_the_first_age_on() {
        let at = DateTime::UNIX_EPOCH;
        let ages = [TimeDelta::minutes(1), TimeDelta::minutes(2)];
        let after = |seconds| would_show(at, at + TimeDelta::seconds(seconds), &ages);
        assert_eq!([after(0), after(59), after(60)], [false, false, true]);
        assert!(would_show(at, at, &[]));
    }

    #[test]
    fn a_number_that_is_paid_days_later_is_followed_until_then() {
        let found = ages(TimeDelta::days(10), &[]);
        let over = TimeDelta::days(10) + GRACE;
        assert!(found.contains(&over.num_seconds()));
    }

    #[test]
    fn a_refund_is_tried_less_and_less_often_until_a_person_has_to_act() {
        let at = DateTime::UNIX_EPOCH;
        let first = next_refund_try(at, at, 1).unwrap();
        let later = next_refund_try(at, at, 9).unwrap();
        assert_eq!((first - at, later - at), (REFUND_WAITS[0], REFUND_WAITS[4]));
        assert_eq!(next_refund_try(at, at + REFUND_PATIENCE, 9), None);
    }
}
