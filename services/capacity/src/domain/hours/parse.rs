//! Validates hours.

mod periods;

pub use periods::parse_day_periods;

use std::collections::BTreeMap;

use chassis::{
    error::{CommonReason, Violations},
    sales::Method,
};

use self::periods::parse_week;
use super::weekly::{DAY_MINUTES, Hours, MethodHours, OutsideHours};

const SLOT_LENGTHS: [i32; 6] = [5, 10, 15, 20, 30, 60];

/// Hours as received.
#[derive(Clone, Debug, Default)]
pub struct RawHours {
    /// Weekday, opening and close of each period of the branch.
    pub periods: Vec<(i32, i32, i32)>,
    /// What methods have for themselves.
    pub methods: Vec<RawMethodHours>,
    /// Length of a slot in minutes.
    pub slot_minutes: i32,
    /// Minutes between ordering and the earliest promise.
    pub lead_minutes: i32,
    /// Days ahead that may be ordered for.
    pub days_ahead: i32,
    /// Minutes before close when ordering ends.
    pub last_order_minutes: i32,
    /// Most orders in one slot.
    pub max_orders_per_slot: Option<i32>,
    /// What may be ordered while closed.
    pub outside: OutsideHours,
}

/// What a method has for itself, as received.
#[derive(Clone, Debug, Default)]
pub struct RawMethodHours {
    /// The method, where it is one.
    pub method: Option<Method>,
    /// It has a week of its own.
    pub own_week: bool,
    /// Weekday, opening and close of each period of that week.
    pub periods: Vec<(i32, i32, i32)>,
    /// Minutes before close when ordering ends.
    pub last_order_minutes: Option<i32>,
    /// Minutes between ordering and the earliest promise.
    pub lead_minutes: Option<i32>,
}

impl Hours {
    /// Validates hours; every violation is pushed at its field below `prefix`.
    ///
    /// Notes `HOURS_INVALID`, `HOURS_OVERLAP`, `SETTING_RANGE` and `VALIDATION_FAILED`.
    pub fn parse(prefix: &str, raw: &RawHours, violations: &mut Violations) -> Option<Self> {
        let found_before = violations.len();
        let lead = (raw.lead_minutes, 0..=DAY_MINUTES);
        ranged(&format!("{prefix}.lead_minutes"), lead, violations);
        let ahead = (raw.days_ahead, 0..=60);
        ranged(&format!("{prefix}.days_ahead"), ahead, violations);
        let last_order = (raw.last_order_minutes, 0..=180);
        ranged(
            &format!("{prefix}.last_order_minutes"),
            last_order,
            violations,
        );
        if let Some(limit) = raw.max_orders_per_slot {
            let limit = (limit, 0..=9_999);
            ranged(&format!("{prefix}.max_orders_per_slot"), limit, violations);
        }
        if !SLOT_LENGTHS.contains(&raw.slot_minutes) {
            violations.push_with(
                format!("{prefix}.slot_minutes"),
                CommonReason::SettingRange,
                [
                    ("given", raw.slot_minutes.to_string()),
                    ("allowed", "5, 10, 15, 20, 30, 60".to_owned()),
                ],
            );
        }
        let periods = parse_week(prefix, &raw.periods, violations);
        let methods = parse_methods(prefix, &raw.methods, violations);
        if violations.len() > found_before {
            return None;
        }
        Some(Self {
            periods,
            methods,
            slot_minutes: narrow(raw.slot_minutes),
            lead_minutes: narrow(raw.lead_minutes),
            days_ahead: narrow(raw.days_ahead),
            last_order_minutes: narrow(raw.last_order_minutes),
            max_orders_per_slot: raw.max_orders_per_slot.map(i64::from),
            outside: raw.outside,
        })
    }
}

fn ranged(
    field: &str,
    (given, allowed): (i32, std::ops::RangeInclusive<i32>),
    violations: &mut Violations,
) {
    if !allowed.contains(&given) {
        violations.push_with(
            field,
            CommonReason::SettingRange,
            [
                ("given", given),
                ("min", *allowed.start()),
                ("max", *allowed.end()),
            ],
        );
    }
}

fn narrow(value: i32) -> u16 {
    u16::try_from(value).expect("settings were checked against their ranges")
}

fn parse_methods(
    prefix: &str,
    raw: &[RawMethodHours],
    violations: &mut Violations,
) -> BTreeMap<Method, MethodHours> {
    let mut methods = BTreeMap::new();
    for (index, raw) in raw.iter().enumerate() {
        let field = format!("{prefix}.methods[{index}]");
        let known = raw
            .method
            .filter(|method| !methods.contains_key(method) && index < Method::ALL.len());
        let Some(method) = known else {
            violations.push(format!("{field}.method"), CommonReason::ValidationFailed);
            // The rest of a list that is too long says nothing more.
            if index >= Method::ALL.len() {
                break;
            }
            continue;
        };
        if !raw.own_week && !raw.periods.is_empty() {
            violations.push(format!("{field}.periods"), CommonReason::ValidationFailed);
        }
        if let Some(minutes) = raw.last_order_minutes {
            let last_order = (minutes, 0..=180);
            ranged(
                &format!("{field}.last_order_minutes"),
                last_order,
                violations,
            );
        }
        if let Some(minutes) = raw.lead_minutes {
            let lead = (minutes, 0..=DAY_MINUTES);
            ranged(&format!("{field}.lead_minutes"), lead, violations);
        }
        let periods = parse_week(&field, &raw.periods, violations);
        let own = MethodHours {
            periods: raw.own_week.then_some(periods),
            last_order_minutes: raw
                .last_order_minutes
                .and_then(|minutes| minutes.try_into().ok()),
            lead_minutes: raw.lead_minutes.and_then(|minutes| minutes.try_into().ok()),
        };
        methods.insert(method, own);
    }
    methods.retain(|_, own| *own != MethodHours::default());
    methods
}

#[cfg(test)]
mod tests;
