//! Booked orders that a change of hours leaves outside, with what ordering knows of them.

use chrono::{DateTime, Utc};
use proto::{capacity::v1 as pb, ordering::v1 as ordering};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{required_time, stamp, text},
        orders::{OrderState, known_orders},
        quotes::FulfilmentMethod,
        wire_enum::wire_enum,
    },
    state::Gateway,
};

/// States in which an order is still to come.
const OPEN: [ordering::OrderState; 6] = [
    ordering::OrderState::PendingPayment,
    ordering::OrderState::Placed,
    ordering::OrderState::Accepted,
    ordering::OrderState::Preparing,
    ordering::OrderState::Ready,
    ordering::OrderState::Delivering,
];

wire_enum! {
    /// What shall become of a booked order outside the hours.
    OrderDecisionKind = pb::Decision {
        /// 保留: it stays.
        Keep,
        /// 取消: it is cancelled once the hours are saved.
        Cancel,
        /// 改時間: it is moved to `wanted_at` once the hours are saved.
        Move,
        /// 改到下一個有空的時段: as `move`, to the first slot after its time that takes it then.
        MoveNext,
    }
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
    /// Orders without a decision of their own stay, those as well that no preview lists.
    #[serde(default)]
    pub keep_others: bool,
    /// Why orders are moved, 1–200 characters, as their customers read it; needed where one is.
    #[serde(default)]
    pub move_reason: String,
}

/// Decisions that were saved with a change and are being carried out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StartedDecisions {
    /// The batch to follow; it is known moments later.
    #[schema(format = Uuid)]
    pub batch_id: String,
    /// Orders that are cancelled or moved.
    pub orders: i32,
}

impl Decisions {
    /// The message.
    pub fn into_wire(self) -> pb::OrderDecisions {
        let orders = self.orders.into_iter().map(|one| pb::OrderDecision {
            order_id: one.order_id,
            decision: one.decision.to_wire(),
            wanted_at: one.wanted_at.map(stamp),
        });
        pb::OrderDecisions {
            orders: orders.collect(),
            keep_others: self.keep_others,
            move_reason: self.move_reason,
        }
    }
}

impl From<pb::StartedDecisions> for StartedDecisions {
    fn from(started: pb::StartedDecisions) -> Self {
        Self {
            batch_id: started.batch_id,
            orders: started.orders,
        }
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
}

/// Booked orders outside the hours.
#[derive(Debug, Serialize, ToSchema)]
pub struct Affected {
    /// Branches with such orders, the one with the earliest first; the 200 earliest orders in all.
    pub branches: Vec<AffectedBranch>,
    /// How many orders there are in all.
    pub total: i32,
    /// How many of them are not among those listed; only `keep_others` decides about them.
    pub unlisted: i32,
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
        let listed = i32::try_from(orders.len()).unwrap_or(i32::MAX);
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
        Self {
            branches,
            total,
            unlisted: total.saturating_sub(listed).max(0),
        }
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
