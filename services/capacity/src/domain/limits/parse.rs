//! Which rules are valid.

use std::ops::RangeInclusive;

use chassis::error::Violations;
use proto::capacity::v1::CapacityReason;

use super::{Days, LimitTarget, Measure, Rule, Window};

const MOST: i64 = 9_999;
/// Most dollars of a rule by amount.
const MOST_AMOUNT: i64 = 9_999_999;
const LONGEST_SLOT: u32 = 60;
const INVALID: CapacityReason = CapacityReason::CapacityInvalid;

/// Validates rules by their places, each violation at its field; for slots of so many minutes, or for any
/// where no branch is meant.
pub fn validate<'rule>(
    field: &str,
    rules: impl Iterator<Item = (usize, &'rule Rule)>,
    slot_minutes: Option<u32>,
    violations: &mut Violations,
) {
    for (index, rule) in rules {
        let mut faults = Faults {
            field: format!("{field}[{index}]"),
            violations,
        };
        check_amounts(rule, slot_minutes, &mut faults);
        check_window(rule, slot_minutes, &mut faults);
        check_days(rule, &mut faults);
        if let LimitTarget::Tag(name) | LimitTarget::Station(name) = &rule.target
            && name.is_empty()
        {
            faults.push("target.name");
        }
    }
}

struct Faults<'violations> {
    field: String,
    violations: &'violations mut Violations,
}

impl Faults<'_> {
    fn push(&mut self, name: &str) {
        self.violations
            .push(format!("{}.{name}", self.field), INVALID);
    }

    fn ranged(&mut self, name: &str, given: i64, range: RangeInclusive<i64>) {
        if !range.contains(&given) {
            let params = [
                ("given", given),
                ("min", *range.start()),
                ("max", *range.end()),
            ];
            self.violations
                .push_with(format!("{}.{name}", self.field), INVALID, params);
        }
    }
}

fn check_amounts(rule: &Rule, slot_minutes: Option<u32>, faults: &mut Faults<'_>) {
    let most = match rule.measure {
        Measure::Amount => MOST_AMOUNT,
        Measure::Orders | Measure::Units | Measure::MakeMinutes => MOST,
    };
    faults.ranged("limit", rule.limit, 0..=most);
    let by_slot = rule.measure == Measure::MakeMinutes && rule.window == Window::Slot;
    faults.ranged("people", rule.people, 0..=if by_slot { 99 } else { 0 });
    if rule.people > 0 && rule.limit > 0 {
        faults.push("limit");
    }
    let limit = rule
        .shown(rule.limit(slot_minutes.unwrap_or(LONGEST_SLOT)))
        .max(0);
    faults.ranged("reserved_for_counter", rule.reserved_for_counter, 0..=limit);
    let total: i64 = rule
        .shares
        .values()
        .map(|percent| i64::from(*percent))
        .sum();
    faults.ranged("shares", total, 0..=100);
    let early = i64::from(rule.early_hours);
    faults.ranged("early_hours", early, 0..=if by_slot { 12 } else { 0 });
    // Work done early lies in other slots than the one whose parts would be kept apart.
    let parted = !rule.shares.is_empty() || rule.reserved_for_counter > 0;
    if by_slot && early > 0 && parted {
        faults.push("early_hours");
    }
}

fn check_window(rule: &Rule, slot_minutes: Option<u32>, faults: &mut Faults<'_>) {
    match &rule.window {
        Window::Slot | Window::Day => {}
        Window::Rolling(minutes) => {
            faults.ranged("window.minutes", i64::from(*minutes), 15..=240);
            if let Some(slot_minutes) = slot_minutes
                && u32::from(*minutes) % slot_minutes != 0
            {
                let params = [
                    ("given", u32::from(*minutes)),
                    ("slot_minutes", slot_minutes),
                ];
                faults.violations.push_with(
                    format!("{}.window.minutes", faults.field),
                    INVALID,
                    params,
                );
            }
        }
        Window::Daypart { name, from, to } => {
            if name.is_empty() {
                faults.push("window.name");
            }
            faults.ranged("window.from_minute", i64::from(*from), 0..=1_439);
            faults.ranged("window.to_minute", i64::from(*to), 1..=1_440);
            if from == to {
                faults.push("window.to_minute");
            }
        }
    }
}

fn check_days(rule: &Rule, faults: &mut Faults<'_>) {
    let Days::Week { weekdays, from, to } = &rule.days else {
        return;
    };
    if !weekdays.iter().all(|weekday| (1..=7).contains(weekday)) {
        faults.push("days.weekdays");
    }
    if from.zip(*to).is_some_and(|(from, to)| from > to) {
        faults.push("days.to_date");
    }
}
