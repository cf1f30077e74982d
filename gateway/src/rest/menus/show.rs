use axum::{
    extract::{Path, Request, State},
    response::Response,
};

use super::document::MenuDocument;
use crate::{rest::Result, state::Gateway};

/// Gets the present menu of a branch; send the `ETag` back as `If-None-Match`.
#[utoipa::path(
    get, path = "/api/shop/{brand}/{branch}/menu", tag = "shop",
    responses((status = 200, body = MenuDocument), (status = 304))
)]
pub async fn get_menu(
    State(gateway): State<Gateway>,
    Path((brand, branch)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    gateway
        .menus()
        .answer(&gateway, &brand, &branch, request.headers())
        .await
}
