use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use proto::staff::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{all, required_time},
    },
    state::Gateway,
};

/// Open sessions.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionList {
    /// Sessions, newest first.
    pub sessions: Vec<Session>,
}

/// An open session.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// Id; not the secret.
    pub session_id: String,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub used_at: DateTime<Utc>,
    /// Address it was opened from.
    pub remote_address: String,
    /// User agent it was opened with.
    pub user_agent: String,
    /// It is the session that asks.
    pub current: bool,
}

/// Lists one's own sessions, newest first.
#[utoipa::path(
    get, path = "/api/admin/sessions", tag = "session",
    responses((status = 200, body = SessionList))
)]
pub async fn list_sessions(
    State(gateway): State<Gateway>,
    staff: Staff,
) -> Result<Json<SessionList>> {
    let request = staff.request(pb::ListMySessionsRequest {});
    let answer = gateway
        .staff()
        .list_my_sessions(request)
        .await?
        .into_inner();
    Ok(Json(SessionList {
        sessions: all(answer.sessions)?,
    }))
}

impl TryFrom<pb::Session> for Session {
    type Error = Rejection;

    fn try_from(session: pb::Session) -> Result<Self> {
        Ok(Self {
            created_at: required_time(session.created_at, "created_at")?,
            used_at: required_time(session.used_at, "used_at")?,
            session_id: session.session_id,
            remote_address: session.remote_address,
            user_agent: session.user_agent,
            current: session.current,
        })
    }
}
