//! What ordering knows of orders that another service named.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, stream};
use proto::ordering::v1 as ordering;
use serde::Serialize;
use utoipa::ToSchema;

use super::OrderState;
use crate::{auth::Staff, rest::convert::text, state::Gateway};

/// At most this many branches and business days are asked about, each for this many pages.
const MOST_LISTS: usize = 60;
const MOST_PAGES: usize = 5;
const AT_ONCE: usize = 4;

/// An order by the names that staff know it by.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct KnownOrder {
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
}

impl From<ordering::Order> for KnownOrder {
    fn from(order: ordering::Order) -> Self {
        Self {
            order_number: text(order.order_number),
            pickup_number: text(order.pickup_number),
            contact_name: text(order.contact_name),
            state: OrderState::from_wire_or_none(order.state),
            total: order.total.map(|total| total.amount),
        }
    }
}

/// Asks ordering for the orders of branches on business days, in these states or in all, as far as the
/// caller may see them and ordering answers in a bounded number of questions.
pub async fn known_orders(
    gateway: &Gateway,
    staff: &Staff,
    lists: BTreeSet<(String, String)>,
    states: &[ordering::OrderState],
) -> BTreeMap<String, ordering::Order> {
    let states: Vec<i32> = states.iter().map(|state| i32::from(*state)).collect();
    let found: Vec<Vec<ordering::Order>> = stream::iter(lists.into_iter().take(MOST_LISTS))
        .map(|(branch_id, business_day)| {
            let request = ordering::ListOrdersRequest {
                branch_id,
                business_day,
                states: states.clone(),
                page_size: 100,
                ..Default::default()
            };
            list(gateway, staff, request)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    found
        .into_iter()
        .flatten()
        .map(|order| (order.order_id.clone(), order))
        .collect()
}

async fn list(
    gateway: &Gateway,
    staff: &Staff,
    mut request: ordering::ListOrdersRequest,
) -> Vec<ordering::Order> {
    let mut orders = Vec::new();
    for _ in 0..MOST_PAGES {
        let page = staff.request(request.clone());
        match gateway.ordering().list_orders(page).await {
            Ok(answer) => {
                let answer = answer.into_inner();
                orders.extend(answer.orders);
                let Some(next) = answer.next_page_token else {
                    break;
                };
                request.page_token = next;
            }
            // Without their names the orders can still be decided on.
            Err(status) => {
                tracing::debug!(error = %status, "ordering did not list orders");
                break;
            }
        }
    }
    orders
}
