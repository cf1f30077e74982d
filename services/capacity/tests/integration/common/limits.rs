//! Limits of the shop.

use std::collections::BTreeMap;

use chassis::{
    authn::Identity,
    clock::SystemClock,
    error::Problem,
    id::{CategoryId, OrderId, VariantId},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1::{
    Availability, GetAvailabilityRequest, GetLimitsRequest, Hold, HoldLine, HoldRequest,
    LimitMeasure, LimitRule, LimitTarget, LimitTargetKind, LimitWindow, LimitWindowKind, Limits,
    RescheduleHoldRequest, SetLimitsRequest, SlotState,
};
use testkit::identities;

use super::{Shop, response, shown, timestamp};

/// 18:00, 18:15 and 18:30 in Taipei on the day on which tests begin.
pub const SIX: &str = "2026-09-02T10:00:00Z";
pub const QUARTER_PAST: &str = "2026-09-02T10:15:00Z";
pub const HALF_PAST: &str = "2026-09-02T10:30:00Z";

/// A limit of everything on all days.
pub fn rule(measure: LimitMeasure, window: LimitWindow, limit: i64) -> LimitRule {
    LimitRule {
        measure: measure.into(),
        target: Some(LimitTarget {
            kind: LimitTargetKind::All.into(),
            ..LimitTarget::default()
        }),
        window: Some(window),
        limit,
        enabled: true,
        ..LimitRule::default()
    }
}

pub fn each_slot() -> LimitWindow {
    window(LimitWindowKind::Slot, None)
}

pub fn rolling(minutes: i32) -> LimitWindow {
    window(LimitWindowKind::Rolling, Some(minutes))
}

pub fn whole_day() -> LimitWindow {
    window(LimitWindowKind::Day, None)
}

fn window(kind: LimitWindowKind, minutes: Option<i32>) -> LimitWindow {
    LimitWindow {
        kind: kind.into(),
        minutes,
        ..LimitWindow::default()
    }
}

/// Products of a category.
pub fn of_category(category: CategoryId, rule: LimitRule) -> LimitRule {
    let target = LimitTarget {
        kind: LimitTargetKind::Category.into(),
        id: Some(category.to_string()),
        name: Some("蛋糕".to_owned()),
        ..LimitTarget::default()
    };
    LimitRule {
        target: Some(target),
        ..rule
    }
}

/// A line of so many units of something new: a minute and NT$50 each.
pub fn units(quantity: i64) -> HoldLine {
    let id = VariantId::new(&SystemClock).to_string();
    HoldLine {
        product_id: id.clone(),
        variant_id: id,
        quantity,
        amount: 50 * quantity,
        make_seconds: 60,
        ..HoldLine::default()
    }
}

/// Units of a category.
pub fn units_of(category: CategoryId, quantity: i64) -> HoldLine {
    HoldLine {
        category_ids: vec![category.to_string()],
        ..units(quantity)
    }
}

impl Shop {
    pub async fn get_limits(&self) -> Limits {
        let request = GetLimitsRequest {
            branch_id: self.branch.to_string(),
        };
        let answer = self.owner().limits.get_limits(request).await.unwrap();
        answer.into_inner().limits.unwrap()
    }

    /// Sets the limits, whatever their version.
    pub async fn set_limits(&self, rules: Vec<LimitRule>) -> Result<Limits, Problem> {
        let request = SetLimitsRequest {
            branch_id: self.branch.to_string(),
            rules,
            version: self.get_limits().await.version,
            note: "週年慶".to_owned(),
        };
        response(self.owner().limits.set_limits(request).await).map(|answer| answer.limits.unwrap())
    }

    /// A new order of these lines for a slot.
    pub fn cart_at(&self, lines: &[HoldLine], wanted_at: &str) -> HoldRequest {
        HoldRequest {
            lines: lines.to_vec(),
            ..self.order_at(&[], wanted_at)
        }
    }

    /// Books so many units in a slot and returns the order.
    pub async fn book(&self, quantity: i64, wanted_at: &str) -> Result<OrderId, Problem> {
        let held = self
            .hold(self.cart_at(&[units(quantity)], wanted_at))
            .await?;
        Ok(held.order_id.parse().unwrap())
    }

    pub async fn reschedule_to(&self, order: OrderId, to: &str) -> Result<Hold, Problem> {
        let request = RescheduleHoldRequest {
            order_id: order.to_string(),
            branch_id: self.branch.to_string(),
            wanted_at: Some(timestamp(to)),
        };
        response(self.ordering_of(0).holds.reschedule_hold(request).await)
            .map(|answer| answer.hold.unwrap())
    }

    /// What can be sold to a cart, as this caller sees it.
    pub async fn offered_to(
        &self,
        identity: &Identity,
        request: GetAvailabilityRequest,
    ) -> Availability {
        let request = GetAvailabilityRequest {
            branch_id: self.branch.to_string(),
            ..request
        };
        let answer = self
            .client(identity)
            .availability
            .get_availability(request)
            .await;
        answer.unwrap().into_inner().availability.unwrap()
    }

    /// What a customer with these lines may choose.
    pub async fn offered(&self, lines: &[HoldLine]) -> Availability {
        let request = GetAvailabilityRequest {
            lines: lines.to_vec(),
            ..GetAvailabilityRequest::default()
        };
        self.offered_to(&identities::customer(self.org), request)
            .await
    }

    /// Whether a cart of these lines fits in a slot.
    pub async fn has_capacity(&self, lines: &[HoldLine], slot: &str) -> bool {
        let offered = self.offered(lines).await;
        state_of(&offered, slot) != SlotState::Full
    }

    /// Held and committed of a rule by its windows, as stored; windows of which nothing is taken are left out.
    pub async fn counted(&self, rule: &LimitRule) -> BTreeMap<String, (i64, i64)> {
        let rows: Vec<(DateTime<Utc>, i64, i64)> = sqlx::query_as(
            "SELECT starts_at, held, committed FROM limit_counters
             WHERE branch_id = $1 AND rule_id = $2 AND pool = 'all' AND held + committed > 0",
        )
        .bind(self.branch.as_uuid())
        .bind(rule.rule_id.parse::<uuid::Uuid>().unwrap())
        .fetch_all(&mut self.db.superuser().await)
        .await
        .unwrap();
        rows.into_iter()
            .map(|(at, held, committed)| (at.format("%FT%TZ").to_string(), (held, committed)))
            .collect()
    }
}

/// State of the slot beginning then.
pub fn state_of(offered: &Availability, slot: &str) -> SlotState {
    let found = offered
        .slots
        .iter()
        .find(|it| shown(&it.starts_at) == slot)
        .unwrap();
    found.state()
}

/// The overbooked counters: rule, window, counted and limit.
pub fn overbooked(limits: &Limits) -> Vec<(&str, String, i64, i64)> {
    let overbooked = limits.overbooked.iter();
    overbooked
        .map(|it| (it.rule_id(), shown(&it.starts_at), it.used, it.limit))
        .collect()
}
