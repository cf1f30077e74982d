use axum::extract::{Path, State};
use http::StatusCode;
use proto::staff::v1 as pb;

use crate::{auth::Staff, rest::Result, state::Gateway};

/// Ends one of one's own sessions; an unknown one is not an error.
#[utoipa::path(
    delete, path = "/api/admin/sessions/{session_id}", tag = "session", responses((status = 204))
)]
pub async fn end_session(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(session_id): Path<String>,
) -> Result<StatusCode> {
    let request = staff.request(pb::EndMySessionRequest { session_id });
    gateway.staff().end_my_session(request).await?;
    Ok(StatusCode::NO_CONTENT)
}
