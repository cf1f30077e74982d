//! Booked orders that a change of hours leaves outside, with what ordering knows of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use proto::{capacity::v1 as pb, ordering::v1 as ordering};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{required_time, text},
        orders::{OrderState, known_orders},
        quotes::FulfilmentMethod,
    },
    state::Gateway,
};

/// Decisions of one change, as capacity takes them.
const MOST_DECISIONS: usize = 200;

/// States in which an order is still to come.
const OPEN: [ordering::OrderState; 6] = [
    ordering::OrderState::PendingPayment,
    ordering::OrderState::Placed,
    ordering::OrderState::Accepted,
    ordering::OrderState::Preparing,
    ordering::OrderState::Ready,
    ordering::OrderState::Delivering,
];

/// What shall become of a booked order outside the hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderDecisionKind {
    /// 保留: it stays.
    Keep,
    /// 取消: it is cancelled once the hours are saved, and the customer is told.
    Cancel,
    /// 改時間: it is moved to `wanted_at` once the hours are saved, and the customer is told.
    Move,
    /// 改到下一個有空的時段: as `move`, to the first slot after its time that takes it then.
    MoveNext,
}

/// What shall become of one booked order.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderDecision {
    /// The order.
    pub order_id: String,
    /// The decision.
    pub decision: OrderDecisionKind,
    /// Slot it is moved to; needed for `move`, not read otherwise.
    pub wanted_at: Option<DateTime<Utc>>,
}

/// What shall become of booked orders outside the hours.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// For each order, of whichever branch that the change concerns; each order once.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub orders: Vec<OrderDecision>,
    /// Orders without a decision of their own stay.
    #[serde(default)]
    pub keep_others: bool,
    /// Why orders are moved, 1–200 characters, as their customers read it; needed where one is.
    #[serde(default)]
    pub move_reason: String,
}

/// A booked order that goes to another slot.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotChange {
    /// The order.
    pub order_id: String,
    /// Start of the slot; `None` for the first one after its time that takes it.
    pub wanted_at: Option<DateTime<Utc>>,
    /// Why, as the customer reads it.
    pub reason: String,
}

impl Decisions {
    /// The orders to be moved once the hours are saved; refused before anything is when there are too
    /// many decisions or two about one order, or a slot or the reason is missing.
    pub fn slot_changes(&self) -> Result<Vec<SlotChange>> {
        if self.orders.len() > MOST_DECISIONS {
            return Err(Rejection::new("VALIDATION_FAILED")
                .param("max", MOST_DECISIONS)
                .field("decisions.orders", "VALIDATION_FAILED"));
        }
        let (mut changes, mut faults) = (Vec::new(), Vec::new());
        let mut named = BTreeSet::new();
        let mut moves = false;
        for (index, one) in self.orders.iter().enumerate() {
            let field = |name| format!("decisions.orders[{index}].{name}");
            if !named.insert(&one.order_id) {
                faults.push((field("order_id"), "VALIDATION_FAILED"));
            }
            let wanted_at = match one.decision {
                OrderDecisionKind::Keep | OrderDecisionKind::Cancel => continue,
                OrderDecisionKind::Move => one.wanted_at,
                OrderDecisionKind::MoveNext => None,
            };
            moves = true;
            if wanted_at.is_none() && one.decision == OrderDecisionKind::Move {
                faults.push((field("wanted_at"), "VALIDATION_FAILED"));
            }
            changes.push(SlotChange {
                order_id: one.order_id.clone(),
                wanted_at,
                reason: self.move_reason.clone(),
            });
        }
        let letters = self.move_reason.trim().chars().count();
        for (wrong, reason) in [
            (letters == 0, "REASON_REQUIRED"),
            (letters > 200, "TEXT_TOO_LONG"),
        ] {
            if moves && wrong {
                faults.push(("decisions.move_reason".to_owned(), reason));
            }
        }
        if faults.is_empty() {
            return Ok(changes);
        }
        let refused = Rejection::new("VALIDATION_FAILED");
        let refused = faults
            .into_iter()
            .fold(refused, |refused, (field, reason)| {
                refused.field(field, reason)
            });
        Err(refused)
    }

    /// The messages.
    pub fn into_wire(self) -> (Vec<pb::OrderDecision>, bool) {
        let decisions = self.orders.into_iter().map(|one| pb::OrderDecision {
            order_id: one.order_id,
            decision: one.decision.to_wire(),
        });
        (decisions.collect(), self.keep_others)
    }
}

impl OrderDecisionKind {
    /// An order that is moved is kept by capacity until ordering has moved it.
    fn to_wire(self) -> i32 {
        let decision = match self {
            Self::Keep | Self::Move | Self::MoveNext => pb::Decision::Keep,
            Self::Cancel => pb::Decision::Cancel,
        };
        decision.into()
    }
}

/// A booked order outside the hours; what ordering did not tell is null.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AffectedOrder {
    /// The order.
    #[schema(format = Uuid)]
    pub order_id: String,
    /// Its branch.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Promised time.
    pub promised_at: DateTime<Utc>,
    /// Business day it belongs to.
    #[schema(format = Date)]
    pub business_day: String,
    /// 訂單編號.
    pub order_number: Option<String>,
    /// 取件號碼.
    pub pickup_number: Option<String>,
    /// Name of who ordered.
    pub contact_name: Option<String>,
    /// How it reaches the customer: each method has its own slots.
    pub method: Option<FulfilmentMethod>,
    /// State.
    pub state: Option<OrderState>,
    /// What is to be paid, in the minor unit.
    pub total: Option<i64>,
    /// Version for a step of the order.
    #[serde(skip)]
    pub version: Option<i64>,
}

/// Booked orders outside the hours.
#[derive(Debug, Serialize, ToSchema)]
pub struct Affected {
    /// Branches with such orders, the one with the earliest first; the 200 earliest orders in all.
    pub branches: Vec<AffectedBranch>,
    /// How many orders there are in all.
    pub total: i32,
}

/// A branch with booked orders outside the hours.
#[derive(Debug, Serialize, ToSchema)]
pub struct AffectedBranch {
    /// The branch.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Its orders, earliest first.
    pub orders: Vec<AffectedOrder>,
}

impl Affected {
    /// Puts orders, earliest first, to their branches.
    pub fn new(orders: Vec<AffectedOrder>, total: i32) -> Self {
        let mut branches: Vec<AffectedBranch> = Vec::new();
        for order in orders {
            let known = branches
                .iter_mut()
                .find(|branch| branch.branch_id == order.branch_id);
            match known {
                Some(branch) => branch.orders.push(order),
                None => branches.push(AffectedBranch {
                    branch_id: order.branch_id.clone(),
                    orders: vec![order],
                }),
            }
        }
        Self { branches, total }
    }
}

impl TryFrom<pb::AffectedOrder> for AffectedOrder {
    type Error = Rejection;

    fn try_from(order: pb::AffectedOrder) -> Result<Self> {
        Ok(Self {
            order_id: order.order_id,
            branch_id: order.branch_id,
            promised_at: required_time(order.promised_at, "the promised time")?,
            business_day: order.business_day,
            order_number: None,
            pickup_number: None,
            contact_name: None,
            method: None,
            state: None,
            total: None,
            version: None,
        })
    }
}

impl AffectedOrder {
    fn know(&mut self, order: ordering::Order) {
        self.order_number = text(order.order_number);
        self.pickup_number = text(order.pickup_number);
        self.contact_name = text(order.contact_name);
        self.method = FulfilmentMethod::from_wire_or_none(order.method);
        self.state = OrderState::from_wire_or_none(order.state);
        self.total = order.total.map(|total| total.amount);
        self.version = Some(order.version);
    }
}

/// Adds what ordering knows of the orders, as far as the caller may see it.
pub async fn enrich(gateway: &Gateway, staff: &Staff, orders: &mut [AffectedOrder]) {
    let lists = orders
        .iter()
        .map(|order| (order.branch_id.clone(), order.business_day.clone()))
        .collect();
    let mut known = known_orders(gateway, staff, lists, &OPEN).await;
    for order in orders {
        if let Some(found) = known.remove(&order.order_id) {
            order.know(found);
        }
    }
}
