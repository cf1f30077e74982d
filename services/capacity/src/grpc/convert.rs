//! Between the messages and the domain, both ways.

use std::collections::BTreeMap;

use chassis::{
    business_day::BusinessDay,
    error::Violations,
    id::{self, BranchId, LimitRuleId, SkuId},
};
use chrono::{DateTime, Utc};
use prost_types::Timestamp;
use proto::capacity::v1 as wire;

use super::{pauses::convert as pauses_convert, sale};
use crate::{
    app::holds::place::Held,
    domain::{
        availability::{
            Availability, SkuLeft, SlotOffer,
            open_status::{OpenState, OpenStatus},
        },
        holds::plan::Wanted,
        hours::calendar::SlotTime,
        limits::{book::Fullness, demand::BY_HOURS},
        local_time::{is_of_business, parse_date},
        stock::MOST_UNITS,
    },
};

const MOST_SKUS: usize = 200;

/// An instant on the wire.
pub fn timestamp(at: DateTime<Utc>) -> Timestamp {
    let nanos = i32::try_from(at.timestamp_subsec_nanos()).unwrap_or_default();
    Timestamp {
        seconds: at.timestamp(),
        nanos,
    }
}

/// Reads an instant; one before 1970 or after 2200 is noted at `field`.
pub fn instant(field: &str, at: &Timestamp, violations: &mut Violations) -> Option<DateTime<Utc>> {
    let nanos = u32::try_from(at.nanos).ok();
    let instant = nanos.and_then(|nanos| DateTime::from_timestamp(at.seconds, nanos));
    // What lies outside is no time of an order and breaks date arithmetic.
    let sane = instant.filter(|at| is_of_business(at.date_naive()));
    if sane.is_none() {
        violations.push(field, "VALIDATION_FAILED");
    }
    sane
}

/// Reads a business day that may be left out; one before 1970 or after 2200 is noted at `field`.
pub fn day(field: &str, day: &str, violations: &mut Violations) -> Option<BusinessDay> {
    if day.is_empty() {
        return None;
    }
    let parsed = parse_date(day).map(BusinessDay::on);
    if parsed.is_none() {
        violations.push(field, "VALIDATION_FAILED");
    }
    parsed
}

/// Reads what is to be held; the same unit named twice is summed.
pub fn wanted(
    body: &wire::HoldRequestBody,
    violations: &mut Violations,
) -> Option<(BranchId, Wanted)> {
    let order_id = id::parse("hold.order_id", &body.order_id, violations);
    let hold_key = id::parse("hold.hold_key", &body.hold_key, violations);
    let branch_id = id::parse("hold.branch_id", &body.branch_id, violations);
    let wanted_at = body
        .wanted_at
        .as_ref()
        .and_then(|at| instant("hold.wanted_at", at, violations));
    let skus = skus("hold.skus", &body.skus, violations);
    let lines = sale::lines("hold.lines", &body.lines, violations);
    let channel = sale::channel("hold.channel", body.channel, violations);
    let method = sale::method("hold.method", body.method, violations);
    let (order_id, hold_key) = (order_id?, hold_key?);
    Some((
        branch_id?,
        Wanted {
            order_id,
            hold_key,
            skus,
            wanted_at,
            test: body.test,
            lines,
            channel,
            method,
        },
    ))
}

/// Reads how much of each unit is wanted; the same unit named twice is summed.
pub fn skus(
    field: &str,
    wanted: &[wire::SkuQuantity],
    violations: &mut Violations,
) -> BTreeMap<SkuId, i64> {
    if wanted.len() > MOST_SKUS {
        violations.push_with(field, "VALIDATION_FAILED", [("max", MOST_SKUS)]);
    }
    let mut skus = BTreeMap::<SkuId, i64>::new();
    for (index, sku) in wanted.iter().take(MOST_SKUS).enumerate() {
        let field = format!("{field}[{index}]");
        if !(1..=MOST_UNITS).contains(&sku.quantity) {
            let params = [("min", 1), ("max", MOST_UNITS)];
            violations.push_with(format!("{field}.quantity"), "VALIDATION_FAILED", params);
        } else if let Some(sku_id) = id::parse(&format!("{field}.sku_id"), &sku.sku_id, violations)
        {
            *skus.entry(sku_id).or_default() += sku.quantity;
        }
    }
    skus
}

/// A hold on the wire.
pub fn hold_state(held: &Held) -> wire::HoldState {
    let hold = &held.hold;
    wire::HoldState {
        order_id: hold.order_id.to_string(),
        expires_at: Some(timestamp(hold.expires_at)),
        promised_at: Some(timestamp(hold.promised_at)),
        slot_starts_at: Some(timestamp(hold.slot_starts_at)),
        business_day: hold.business_day.to_string(),
        time_zone: held.tz.name().to_owned(),
        cutoff_minutes: held.cutoff_minutes.into(),
    }
}

/// An availability on the wire.
pub fn availability(branch_id: BranchId, found: &Availability) -> wire::Availability {
    // Every storefront polls this: the day's name is written once a day, not once a slot.
    let mut day = None;
    let mut named = |slot: &SlotTime| match &day {
        Some((known, name)) if *known == slot.business_day => String::clone(name),
        _ => {
            let name = slot.business_day.to_string();
            day = Some((slot.business_day, name.clone()));
            name
        }
    };
    let slot = |offer: &SlotOffer| {
        let slot = &offer.slot;
        let state = match offer.fullness {
            _ if slot.past => wire::SlotState::Past,
            Fullness::Open => wire::SlotState::Open,
            Fullness::Filling => wire::SlotState::Filling,
            Fullness::Full => wire::SlotState::Full,
        };
        wire::Slot {
            starts_at: Some(timestamp(slot.starts_at)),
            state: state.into(),
            business_day: named(slot),
            full_rule_ids: offer.full.iter().map(rule_id).collect(),
        }
    };
    let sku = |left: &SkuLeft| wire::SkuAvailability {
        sku_id: left.sku_id.to_string(),
        available: left.available,
        show_last: i32::try_from(left.show_last).unwrap_or_default(),
    };
    let order_limit = |(sku_id, max): &(SkuId, i64)| wire::OrderLimit {
        sku_id: sku_id.to_string(),
        max: *max,
    };
    wire::Availability {
        branch_id: branch_id.to_string(),
        as_of: Some(timestamp(found.as_of)),
        state: open_state(found.state).into(),
        time_zone: found.tz.name().to_owned(),
        cutoff_minutes: found.cutoff_minutes.into(),
        opens_at: found.opens_at.map(timestamp),
        last_order_at: found.last_order_at.map(timestamp),
        promised_at: found.promised_at.map(timestamp),
        slots: found.slots.iter().map(slot).collect(),
        stock_day: found.goods.day.to_string(),
        skus: found.goods.skus.iter().map(sku).collect(),
        order_limits: found.goods.order_limits.iter().map(order_limit).collect(),
        earliest_slot_at: found.earliest_slot_at.map(timestamp),
        pauses: found
            .pauses
            .iter()
            .map(pauses_convert::public_pause)
            .collect(),
        by_cart: found.by_cart,
    }
}

const fn open_state(state: OpenState) -> wire::OpenState {
    match state {
        OpenState::Open => wire::OpenState::Open,
        OpenState::Paused => wire::OpenState::Paused,
        OpenState::OutsideHours => wire::OpenState::OutsideHours,
        OpenState::Setup => wire::OpenState::Setup,
        OpenState::Suspended => wire::OpenState::Suspended,
        OpenState::Closed => wire::OpenState::Closed,
    }
}

/// Whether a branch takes orders for now, on the wire.
pub fn open_status((branch_id, status): &(BranchId, OpenStatus)) -> wire::BranchOpenStatus {
    wire::BranchOpenStatus {
        branch_id: branch_id.to_string(),
        state: open_state(status.state).into(),
        opens_at: status.opens_at.map(timestamp),
        last_order_at: status.last_order_at.map(timestamp),
        promised_at: status
            .promise
            .map(|(_, promised_at)| timestamp(promised_at)),
    }
}

/// A text on the wire that is absent where it is empty.
pub fn named(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A rule of limits on the wire: what the hours say has no id.
pub fn rule_id(rule_id: &LimitRuleId) -> String {
    if *rule_id == BY_HOURS {
        String::new()
    } else {
        rule_id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_and_instants_from_1970_to_2200_are_read() {
        let days = [
            ("1970-01-01", true),
            ("2200-12-31", true),
            ("2201-01-01", false),
            ("1969-12-31", false),
            ("-262143-01-01", false),
            ("+262142-12-31", false),
            ("2026-9-2", false),
        ];
        for (raw, fine) in days {
            let mut violations = Violations::new();
            let read = day("business_day", raw, &mut violations);
            assert_eq!(
                (read.is_some(), violations.is_empty()),
                (fine, fine),
                "{raw}"
            );
        }
        let instants = [
            (0, true),
            (7_289_654_399, true),
            (7_289_654_400, false),
            (-1, false),
            (8_210_266_876_799, false),
            (i64::MAX, false),
            (i64::MIN, false),
        ];
        for (seconds, fine) in instants {
            let at = Timestamp { seconds, nanos: 0 };
            let read = instant("wanted_at", &at, &mut Violations::new());
            assert_eq!(read.is_some(), fine, "{seconds}");
        }
    }

    #[test]
    fn a_unit_named_twice_is_summed_and_faults_are_all_named() {
        let sku = uuid::Uuid::from_u128(1).to_string();
        let units = |quantity| wire::SkuQuantity {
            sku_id: sku.clone(),
            quantity,
        };
        let mut body = wire::HoldRequestBody {
            order_id: sku.clone(),
            hold_key: sku.clone(),
            branch_id: sku.clone(),
            skus: vec![units(2), units(3)],
            ..Default::default()
        };
        let (_, read) = wanted(&body, &mut Violations::new()).unwrap();
        assert_eq!(read.skus.into_values().collect::<Vec<_>>(), [5]);

        body.skus.push(units(0));
        body.branch_id.clear();
        // 2201-01-01T00:00:00Z.
        body.wanted_at = Some(Timestamp {
            seconds: 7_289_654_400,
            nanos: 0,
        });
        let mut violations = Violations::new();
        assert!(wanted(&body, &mut violations).is_none());
        let fields = violations.into_result().unwrap_err().fields;
        let fields: Vec<_> = fields.iter().map(|found| found.field.as_str()).collect();
        assert_eq!(
            fields,
            ["hold.branch_id", "hold.wanted_at", "hold.skus[2].quantity"]
        );
    }
}
