//! Between the messages of hours and special days and the domain, both ways.

use std::collections::BTreeMap;

use chassis::{
    error::{CommonReason, Violations},
    id::{self, BranchId, BrandId, SpecialDayId},
    sales::Method,
    text,
    text_enum::WireEnum as _,
};
use chrono::{DateTime, Utc};
use proto::capacity::v1 as wire;

use crate::{
    app::hours::{
        affected_orders::StartedDecisions,
        set::{CurrentHours, PlannedHours},
        special_days::Owner,
    },
    domain::hours::{
        DayPeriod, Hours, MethodHours, OutsideHours, Period, RawHours, RawMethodHours,
        affected_orders::{Action, BookedOrder, Decision, Decisions},
        offer::OfferedDay,
        special_days::{Day, RawDay, SpecialDay},
        versions::{HoursVersion, State, Versions},
    },
    wire::{instant, named, timestamp},
};

/// Most decisions of a request, and orders listed in a response.
pub const MOST_ORDERS: usize = 200;

/// Parses hours; violations are pushed below `prefix`.
pub fn hours(prefix: &str, hours: &wire::Hours, violations: &mut Violations) -> Option<Hours> {
    if wire::OutsideHours::try_from(hours.outside_hours).is_err() {
        violations.push(
            format!("{prefix}.outside_hours"),
            CommonReason::ValidationFailed,
        );
    }
    let period = |period: &wire::Period| (period.weekday, period.open_minute, period.close_minute);
    let raw_method = |own: &wire::MethodHours| RawMethodHours {
        method: Method::from_wire(own.method),
        own_week: own.own_week,
        periods: own.periods.iter().map(period).collect(),
        last_order_minutes: own.last_order_minutes,
        lead_minutes: own.lead_minutes,
    };
    let raw = RawHours {
        periods: hours.periods.iter().map(period).collect(),
        methods: hours.methods.iter().map(raw_method).collect(),
        slot_minutes: hours.slot_minutes,
        lead_minutes: hours.lead_minutes,
        days_ahead: hours.days_ahead,
        last_order_minutes: hours.last_order_minutes,
        max_orders_per_slot: hours.max_orders_per_slot,
        outside: match hours.outside_hours() {
            wire::OutsideHours::Unspecified | wire::OutsideHours::FutureOnly => {
                OutsideHours::FutureOnly
            }
            wire::OutsideHours::None => OutsideHours::None,
        },
    };
    Hours::parse(prefix, &raw, violations)
}

/// Reads hours that shall count from a time on.
pub fn planned(
    asked: &wire::Hours,
    effective_at: Option<&prost_types::Timestamp>,
    replaces: i64,
    violations: &mut Violations,
) -> Option<PlannedHours> {
    let effective_at = effective_at.map(|at| instant("effective_at", at, violations));
    let hours = hours("hours", asked, violations);
    Some(PlannedHours {
        hours: hours?,
        effective_at: match effective_at {
            Some(at) => Some(at?),
            None => None,
        },
        replaces: number(replaces),
    })
}

/// A number of a version; 0 is none.
pub const fn number(number: i64) -> Option<i64> {
    if number == 0 { None } else { Some(number) }
}

/// Hours on the wire.
pub fn wire_hours(branch_id: BranchId, hours: &Hours, version: i64) -> wire::Hours {
    let periods = |periods: &[Period]| {
        let period = |period: &Period| wire::Period {
            weekday: period.weekday.into(),
            open_minute: period.open_minute.into(),
            close_minute: period.close_minute.into(),
        };
        periods.iter().map(period).collect()
    };
    let own = |(&method, own): (&Method, &MethodHours)| wire::MethodHours {
        method: method.to_wire(),
        own_week: own.periods.is_some(),
        periods: periods(own.periods.as_deref().unwrap_or_default()),
        last_order_minutes: own.last_order_minutes.map(i32::from),
        lead_minutes: own.lead_minutes.map(i32::from),
    };
    let outside = match hours.outside {
        OutsideHours::FutureOnly => wire::OutsideHours::FutureOnly,
        OutsideHours::None => wire::OutsideHours::None,
    };
    wire::Hours {
        branch_id: branch_id.to_string(),
        periods: periods(&hours.periods),
        slot_minutes: hours.slot_minutes.into(),
        lead_minutes: hours.lead_minutes.into(),
        days_ahead: hours.days_ahead.into(),
        last_order_minutes: hours.last_order_minutes.into(),
        max_orders_per_slot: hours
            .max_orders_per_slot
            .and_then(|limit| limit.try_into().ok()),
        version,
        methods: hours.methods.iter().map(own).collect(),
        outside_hours: outside.into(),
    }
}

/// The hours in force on the wire, and what is to come.
pub fn hours_now(
    branch_id: BranchId,
    now: &CurrentHours,
) -> (Option<wire::Hours>, Vec<wire::HoursVersion>) {
    let pending = now
        .pending
        .iter()
        .map(|version| hours_version(branch_id, version, State::Pending));
    (
        Some(wire_hours(branch_id, &now.hours, now.version)),
        pending.collect(),
    )
}

/// A version of hours on the wire.
pub fn hours_version(
    branch_id: BranchId,
    version: &HoursVersion,
    state: State,
) -> wire::HoursVersion {
    let state = match state {
        State::Pending => wire::HoursVersionState::Pending,
        State::InForce => wire::HoursVersionState::InForce,
        State::Past => wire::HoursVersionState::Past,
        State::Withdrawn => wire::HoursVersionState::Withdrawn,
    };
    let withdrawn = version.withdrawn.as_ref();
    wire::HoursVersion {
        number: version.number,
        hours: Some(wire_hours(branch_id, &version.hours, version.number)),
        effective_at: Some(timestamp(version.effective_at)),
        state: state.into(),
        saved_at: Some(timestamp(version.saved_at)),
        saved_by: named(&version.saved_by),
        restored_from: version.restored_from,
        withdrawn_at: withdrawn.map(|(at, _)| timestamp(*at)),
        withdrawn_by: withdrawn.map(|(_, by)| by.clone()),
    }
}

/// Versions on the wire, each with what became of it.
pub fn hours_versions(
    branch_id: BranchId,
    versions: &[HoursVersion],
    known: &Versions,
    now: DateTime<Utc>,
) -> Vec<wire::HoursVersion> {
    versions
        .iter()
        .map(|version| hours_version(branch_id, version, known.state_of(version, now)))
        .collect()
}

/// Reads decisions about orders; none at all where there is no message.
pub fn decisions(asked: Option<&wire::OrderDecisions>, violations: &mut Violations) -> Decisions {
    let Some(asked) = asked else {
        return Decisions::default();
    };
    if asked.orders.len() > MOST_ORDERS {
        violations.push_with(
            "decisions.orders",
            CommonReason::ValidationFailed,
            [("max", MOST_ORDERS)],
        );
    }
    let mut by_order = BTreeMap::new();
    for (index, one) in asked.orders.iter().take(MOST_ORDERS).enumerate() {
        let field = format!("decisions.orders[{index}]");
        let order_id = id::parse(&format!("{field}.order_id"), &one.order_id, violations);
        let decision = decision(&field, one, violations);
        let Some((order_id, decision)) = order_id.zip(decision) else {
            continue;
        };
        if by_order.insert(order_id, decision).is_some() {
            violations.push(format!("{field}.order_id"), CommonReason::ValidationFailed);
        }
    }
    let reschedules = |decision: &Decision| {
        matches!(
            decision,
            Decision::Act(Action::Reschedule(_) | Action::RescheduleNext)
        )
    };
    let field = "decisions.reschedule_reason";
    let reschedule_reason =
        text::bounded_multiline(field, &asked.reschedule_reason, 0..=200, violations);
    if reschedule_reason.is_empty() && by_order.values().any(reschedules) {
        violations.push(field, CommonReason::ReasonRequired);
    }
    Decisions {
        by_order,
        keep_others: asked.keep_others,
        reschedule_reason,
    }
}

fn decision(
    field: &str,
    asked: &wire::OrderDecision,
    violations: &mut Violations,
) -> Option<Decision> {
    let action = match asked.decision() {
        wire::Decision::Unspecified => {
            violations.push(format!("{field}.decision"), CommonReason::ValidationFailed);
            return None;
        }
        wire::Decision::Keep => return Some(Decision::Keep),
        wire::Decision::Cancel => Action::Cancel,
        wire::Decision::RescheduleNext => Action::RescheduleNext,
        wire::Decision::Reschedule => {
            let field = format!("{field}.wanted_at");
            let Some(wanted_at) = &asked.wanted_at else {
                violations.push(field, CommonReason::ValidationFailed);
                return None;
            };
            Action::Reschedule(instant(&field, wanted_at, violations)?)
        }
    };
    Some(Decision::Act(action))
}

/// Started decisions on the wire.
pub fn started(started: StartedDecisions) -> wire::StartedDecisions {
    wire::StartedDecisions {
        batch_id: started.batch_id.to_string(),
        orders: i32::try_from(started.orders).unwrap_or(i32::MAX),
    }
}

/// A booked order on the wire.
pub fn affected(order: &BookedOrder) -> wire::AffectedOrder {
    wire::AffectedOrder {
        order_id: order.order_id.to_string(),
        branch_id: order.branch_id.to_string(),
        promised_at: Some(timestamp(order.promised_at)),
        slot_starts_at: Some(timestamp(order.slot_starts_at)),
        business_day: order.business_day.to_string(),
    }
}

/// Reads a special day: which one, whose, and what it shall be.
pub fn special_day(
    asked: &wire::SpecialDay,
    violations: &mut Violations,
) -> Option<(Option<SpecialDayId>, Owner, Day)> {
    let special_day_id = (!asked.special_day_id.is_empty()).then(|| {
        id::parse(
            "special_day.special_day_id",
            &asked.special_day_id,
            violations,
        )
    });
    let owner = match &asked.branch_id {
        None => id::parse::<BrandId>("special_day.brand_id", &asked.brand_id, violations)
            .map(Owner::Brand),
        Some(raw) => id::parse("special_day.branch_id", raw, violations).map(Owner::Branch),
    };
    let raw = RawDay {
        name: asked.name.clone(),
        from: asked.from_date.clone(),
        to: asked.to_date.clone(),
        periods: asked
            .periods
            .iter()
            .map(|period| (period.open_minute, period.close_minute))
            .collect(),
        locked: asked.locked,
        of_branch: asked.branch_id.is_some(),
    };
    let day = Day::parse("special_day", &raw, violations);
    let special_day_id = match special_day_id {
        Some(special_day_id) => Some(special_day_id?),
        None => None,
    };
    Some((special_day_id, owner?, day?))
}

/// A special day on the wire.
pub fn wire_special_day(special: &SpecialDay, overridden: bool) -> wire::SpecialDay {
    let day = &special.day;
    let period = |period: &DayPeriod| wire::DayPeriod {
        open_minute: period.open_minute.into(),
        close_minute: period.close_minute.into(),
    };
    wire::SpecialDay {
        special_day_id: special.special_day_id.to_string(),
        brand_id: special.brand_id.to_string(),
        branch_id: special.branch_id.map(|branch_id| branch_id.to_string()),
        name: day.name.clone(),
        from_date: day.from.to_string(),
        to_date: day.to.to_string(),
        periods: day.periods.iter().map(period).collect(),
        locked: day.locked,
        version: special.version,
        overridden,
    }
}

/// What is offered on a day, on the wire.
pub fn offered_day(day: &OfferedDay) -> wire::OfferedDay {
    let openings = day.openings.iter().map(|(opening, last_order_at)| {
        let last_order_at = last_order_at.map(timestamp);
        wire::OfferedOpening {
            from: Some(timestamp(opening.from)),
            to: Some(timestamp(opening.to)),
            last_order_at,
        }
    });
    wire::OfferedDay {
        business_day: day.business_day.to_string(),
        openings: openings.collect(),
        special_day: day.special_day.as_deref().map(str::to_owned),
        slots: day.slots.iter().copied().map(timestamp).collect(),
        beyond: day.beyond,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn week() -> Vec<wire::Period> {
        vec![wire::Period {
            weekday: 5,
            open_minute: 1020,
            close_minute: 120,
        }]
    }

    #[test]
    fn hours_come_back_as_they_were() {
        let sent = wire::Hours {
            branch_id: Uuid::nil().to_string(),
            periods: week(),
            slot_minutes: 15,
            lead_minutes: 20,
            days_ahead: 7,
            last_order_minutes: 30,
            max_orders_per_slot: Some(4),
            version: 3,
            methods: vec![wire::MethodHours {
                method: Method::Delivery.to_wire(),
                own_week: true,
                periods: week(),
                last_order_minutes: Some(45),
                lead_minutes: Some(5),
            }],
            outside_hours: wire::OutsideHours::None.into(),
        };
        let parsed = hours("hours", &sent, &mut Violations::new()).unwrap();
        let branch_id = BranchId::from_uuid(Uuid::nil());
        assert_eq!(wire_hours(branch_id, &parsed, 3), sent);
    }

    #[test]
    fn a_special_day_comes_back_as_it_was() {
        let id = Uuid::from_u128(7).to_string();
        let sent = wire::SpecialDay {
            special_day_id: id.clone(),
            brand_id: id,
            branch_id: None,
            name: "中秋節".to_owned(),
            from_date: "2026-09-25".to_owned(),
            to_date: "2026-09-27".to_owned(),
            periods: vec![wire::DayPeriod {
                open_minute: 1020,
                close_minute: 120,
            }],
            locked: true,
            version: 2,
            overridden: false,
        };
        let (special_day_id, owner, day) = special_day(&sent, &mut Violations::new()).unwrap();
        let Owner::Brand(brand_id) = owner else {
            panic!("it is the brand's");
        };
        let special = SpecialDay {
            special_day_id: special_day_id.unwrap(),
            brand_id,
            branch_id: None,
            day,
            version: 2,
        };
        assert_eq!(wire_special_day(&special, false), sent);
    }

    #[test]
    fn every_fault_of_decisions_is_named() {
        let order_id = |n| Uuid::from_u128(n).to_string();
        let one = |order_id: String, decision: wire::Decision| wire::OrderDecision {
            order_id,
            decision: decision.into(),
            wanted_at: None,
        };
        let asked = wire::OrderDecisions {
            orders: vec![
                one(order_id(1), wire::Decision::Keep),
                one("?".to_owned(), wire::Decision::Cancel),
                one(order_id(2), wire::Decision::Unspecified),
                one(order_id(3), wire::Decision::Reschedule),
                one(order_id(1), wire::Decision::RescheduleNext),
            ],
            keep_others: true,
            reschedule_reason: " ".to_owned(),
        };
        let mut violations = Violations::new();
        let read = decisions(Some(&asked), &mut violations);
        assert_eq!(read.by_order.len(), 1);
        let found = violations.into_result().unwrap_err().fields;
        let found: Vec<_> = found
            .iter()
            .map(|found| (found.field.as_str(), found.reason.as_ref()))
            .collect();
        assert_eq!(
            found,
            [
                ("decisions.orders[1].order_id", "VALIDATION_FAILED"),
                ("decisions.orders[2].decision", "VALIDATION_FAILED"),
                ("decisions.orders[3].wanted_at", "VALIDATION_FAILED"),
                ("decisions.orders[4].order_id", "VALIDATION_FAILED"),
                ("decisions.reschedule_reason", "REASON_REQUIRED"),
            ]
        );
    }

    #[test]
    fn more_decisions_than_a_change_takes_are_refused_as_a_whole() {
        let one = |n| wire::OrderDecision {
            order_id: Uuid::from_u128(n).to_string(),
            decision: wire::Decision::Keep.into(),
            wanted_at: None,
        };
        let asked = wire::OrderDecisions {
            orders: (0..201).map(one).collect(),
            ..Default::default()
        };
        let mut violations = Violations::new();
        decisions(Some(&asked), &mut violations);
        let found = violations.into_result().unwrap_err().fields;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].field, "decisions.orders");
        assert_eq!(found[0].params["max"], "200");
    }
}
