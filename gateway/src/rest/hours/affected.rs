//! Booked orders that a change of hours leaves outside, with what ordering knows of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};
use proto::{capacity::v1 as pb, ordering::v1 as ordering};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{required_time, text},
        orders::OrderState,
        wire_enum::wire_enum,
    },
    state::Gateway,
};

/// At most this many branches and business days are asked about at ordering, each for this many pages.
const MOST_LISTS: usize = 12;
const MOST_PAGES: usize = 2;
const AT_ONCE: usize = 4;

wire_enum! {
    /// What shall become of a booked order outside the hours.
    OrderDecisionKind = pb::Decision {
        /// 保留: it stays.
        Keep,
        /// 取消: it is cancelled once the hours are saved, and the customer is told.
        Cancel,
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
}

/// What shall become of booked orders outside the hours.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// For each order, at most 200.
    #[serde(default)]
    pub orders: Vec<OrderDecision>,
    /// Orders without a decision of their own stay.
    #[serde(default)]
    pub keep_others: bool,
}

impl Decisions {
    /// The messages.
    pub fn into_wire(self) -> (Vec<pb::OrderDecision>, bool) {
        let decisions = self.orders.into_iter().map(|one| pb::OrderDecision {
            order_id: one.order_id,
            decision: one.decision.to_wire(),
        });
        (decisions.collect(), self.keep_others)
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
    /// The orders, earliest first, at most 200.
    pub orders: Vec<AffectedOrder>,
    /// How many there are in all.
    pub total: i32,
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
        self.state = OrderState::from_wire_or_none(order.state);
        self.total = order.total.map(|total| total.amount);
        self.version = Some(order.version);
    }
}

/// Adds what ordering knows of the orders, as far as the caller may see it and ordering answers in a
/// bounded number of questions.
pub async fn enrich(gateway: &Gateway, staff: &Staff, orders: &mut [AffectedOrder]) {
    let lists: BTreeSet<_> = orders
        .iter()
        .map(|order| (order.branch_id.clone(), order.business_day.clone()))
        .collect();
    let known: Vec<Vec<ordering::Order>> = stream::iter(lists.into_iter().take(MOST_LISTS))
        .map(|(branch_id, business_day)| list(gateway, staff, branch_id, business_day))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut known: BTreeMap<_, _> = known
        .into_iter()
        .flatten()
        .map(|order| (order.order_id.clone(), order))
        .collect();
    for order in orders {
        if let Some(found) = known.remove(&order.order_id) {
            order.know(found);
        }
    }
}

async fn list(
    gateway: &Gateway,
    staff: &Staff,
    branch_id: String,
    business_day: String,
) -> Vec<ordering::Order> {
    let open = [
        ordering::OrderState::PendingPayment,
        ordering::OrderState::Placed,
        ordering::OrderState::Accepted,
        ordering::OrderState::Preparing,
        ordering::OrderState::Ready,
        ordering::OrderState::Delivering,
    ];
    let mut request = ordering::ListOrdersRequest {
        branch_id,
        business_day,
        states: open.map(i32::from).to_vec(),
        page_size: 100,
        ..Default::default()
    };
    let mut orders = Vec::new();
    for _ in 0..MOST_PAGES {
        let request_page = staff.request(request.clone());
        match gateway.ordering().list_orders(request_page).await {
            Ok(answer) => {
                let answer = answer.into_inner();
                orders.extend(answer.orders);
                if answer.next_page_token.is_empty() {
                    break;
                }
                request.page_token = answer.next_page_token;
            }
            // The orders are told without their names: the hours can still be decided.
            Err(status) => {
                tracing::debug!(error = %status, "ordering did not tell of affected orders");
                break;
            }
        }
    }
    orders
}
