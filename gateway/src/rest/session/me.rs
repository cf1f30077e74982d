use axum::extract::State;
use http::HeaderMap;
use proto::staff::v1 as pb;

use crate::{
    auth::{Staff, cookies},
    json::convert::present,
    rest::{
        Result,
        transcoded::{self, WrittenJson},
    },
    state::Gateway,
};

/// Gets who is signed in, and sets the CSRF cookie again.
///
/// Refuses with `UNAUTHENTICATED` and `SESSION_EXPIRED`.
#[utoipa::path(
    get, path = "/api/admin/me", tag = "session",
    responses((status = 200, body = ref("#/components/schemas/Me")))
)]
pub async fn get_me(
    State(gateway): State<Gateway>,
    staff: Staff,
) -> Result<(HeaderMap, WrittenJson)> {
    let request = staff.request(pb::GetMeRequest {});
    let response = gateway.staff().get_me(request).await?.into_inner();
    let me = transcoded::json(&present(response.me, "who is signed in")?)?;
    Ok((cookies::csrf_only(&gateway, staff.session()), me))
}
