use axum::{
    Json,
    extract::{Path, State},
};
use proto::ordering::v1 as pb;
use serde::{
    Deserialize, Serialize,
    de::{IntoDeserializer as _, value},
};
use utoipa::{IntoParams, ToSchema};

use super::{Order, OrderState};
use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{all, text},
        query::{Page, Params, items},
    },
    state::Gateway,
};

/// Which orders to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrderFilter {
    /// The list of this business day: open orders whose slot is on it and those closed on it. Open
    /// orders of any day when left out.
    #[param(format = Date)]
    pub business_day: Option<String>,
    /// Only these states, separated by commas; closed ones need a business day.
    pub states: Option<String>,
    /// Order number, pickup number, last three digits of the phone, or name.
    pub text: Option<String>,
    /// List test orders too.
    pub with_tests: Option<bool>,
}

/// A page of orders; phones are masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderList {
    /// Orders of this page.
    pub orders: Vec<Order>,
    /// Token of the next page, null at the end.
    pub next_page_token: Option<String>,
}

/// Lists orders of a branch: the open ones by due time, or a business day's, a page at a time.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/orders", tag = "orders",
    params(OrderFilter, Page), responses((status = 200, body = OrderList))
)]
pub async fn list_orders(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Params(filter): Params<OrderFilter>,
    Params(page): Params<Page>,
) -> Result<Json<OrderList>> {
    let request = staff.request(pb::ListOrdersRequest {
        branch_id,
        states: states(filter.states.as_deref())?,
        business_day: filter.business_day.unwrap_or_default(),
        text: filter.text.unwrap_or_default(),
        with_tests: filter.with_tests.unwrap_or_default(),
        page_size: page.page_size.unwrap_or_default(),
        page_token: page.page_token.unwrap_or_default(),
    });
    let answer = gateway.ordering().list_orders(request).await?.into_inner();
    Ok(Json(OrderList {
        orders: all(answer.orders)?,
        next_page_token: text(answer.next_page_token),
    }))
}

fn states(list: Option<&str>) -> Result<Vec<i32>> {
    let parse = |name: String| {
        let name: value::StringDeserializer<value::Error> = name.into_deserializer();
        OrderState::deserialize(name)
            .map(OrderState::to_wire)
            .map_err(|error| {
                Rejection::new("VALIDATION_FAILED")
                    .message(error.to_string())
                    .field("states", "VALIDATION_FAILED")
            })
    };
    items(list).into_iter().map(parse).collect()
}
