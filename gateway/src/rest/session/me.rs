//! Who is signed in.

use axum::{Json, extract::State};
use http::HeaderMap;
use proto::{options::v1 as options, staff::v1 as pb};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::{Staff, cookies},
    problem::Rejection,
    rest::{Result, accounts::Account, convert::present, wire_enum::wire_enum},
    state::Gateway,
};

wire_enum! {
    /// Plan of an organisation, lowest first.
    Plan = options::Plan {
        /// 基本.
        Basic,
        /// 進階.
        Advanced,
        /// MAX.
        Max,
    }
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Account.
    pub account: Account,
    /// Organisation.
    pub organisation: Organisation,
}

/// The headquarters of a chain.
#[derive(Debug, Serialize, ToSchema)]
pub struct Organisation {
    /// Id.
    #[schema(format = Uuid)]
    pub organisation_id: String,
    /// Code typed at sign-in.
    pub code: String,
    /// Name.
    pub name: String,
    /// Plan.
    pub plan: Plan,
}

/// Tells who is signed in, and sets the CSRF cookie again.
///
/// Refuses with `UNAUTHENTICATED` and `SESSION_EXPIRED`.
#[utoipa::path(get, path = "/api/admin/me", tag = "session", responses((status = 200, body = Me)))]
pub async fn get_me(State(gateway): State<Gateway>, staff: Staff) -> Result<(HeaderMap, Json<Me>)> {
    let answer = gateway
        .staff()
        .get_me(staff.request(pb::GetMeRequest {}))
        .await?
        .into_inner();
    let me = present(answer.me, "who is signed in")?.try_into()?;
    Ok((cookies::csrf_only(&gateway, staff.session()), Json(me)))
}

impl TryFrom<pb::Me> for Me {
    type Error = Rejection;

    fn try_from(me: pb::Me) -> Result<Self> {
        let organisation = present(me.organisation, "the organisation")?;
        Ok(Self {
            account: present(me.account, "the account")?.try_into()?,
            organisation: Organisation {
                plan: Plan::from_wire(organisation.plan)?,
                organisation_id: organisation.organisation_id,
                code: organisation.code,
                name: organisation.name,
            },
        })
    }
}
