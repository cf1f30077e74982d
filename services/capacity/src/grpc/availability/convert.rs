//! Availability on the wire.

use chassis::id::{BranchId, SkuId};
use proto::capacity::v1 as wire;

use crate::{
    domain::{
        availability::{
            Availability, SkuRemaining, SlotOffer,
            open_status::{OpenState, OpenStatus},
        },
        hours::calendar::SlotTime,
        limits::counter::Fullness,
    },
    grpc::{limits::rule_id, pauses::public_pause},
    wire::timestamp,
};

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
    let sku = |left: &SkuRemaining| wire::SkuAvailability {
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
        stock_day: found.stock.day.to_string(),
        skus: found.stock.skus.iter().map(sku).collect(),
        order_limits: found.stock.order_limits.iter().map(order_limit).collect(),
        earliest_slot_at: found.earliest_slot_at.map(timestamp),
        pauses: found.pauses.iter().map(public_pause).collect(),
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
