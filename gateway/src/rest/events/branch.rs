use axum::{
    extract::{Path, State},
    response::Response,
};
use http::HeaderMap;

use crate::{auth::Staff, rest::Result, sse, state::Gateway};

/// Streams what happens in a branch: `order`, `availability`, `menu` and `reload`.
///
/// Reconnecting with `Last-Event-ID` misses nothing within the retention, otherwise the stream
/// begins with `reload`.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/events", tag = "events",
    responses((status = 200, body = String, content_type = "text/event-stream"))
)]
pub async fn watch_branch(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    sse::for_staff(&gateway, staff, branch_id, &headers).await
}
