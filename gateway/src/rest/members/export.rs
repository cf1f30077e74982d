use axum::{
    body::{Body as HttpBody, Bytes},
    extract::State,
    response::IntoResponse,
};
use chrono::{DateTime, Utc};
use futures::stream;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use proto::membership::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use super::sign_in::{GivenConsentKind, MemberGender};
use crate::{
    auth::Staff,
    json::convert::stamp,
    rest::{Result, body::Body},
    state::Gateway,
};

/// Which members, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportMembers {
    /// Why, 1–200 characters.
    pub reason: String,
    /// Personal data as it is, not masked; needs `member.unmask` too.
    #[serde(default)]
    pub unmasked: bool,
    /// Only these.
    #[serde(default)]
    pub filter: ExportFilter,
}

/// As in the list of members; what is left out does not matter.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportFilter {
    /// Part of the name, or of the phone.
    #[serde(default)]
    pub text: String,
    /// States by their words.
    #[serde(default)]
    pub states: Vec<ExportState>,
    /// Joined at or after.
    #[serde(default)]
    pub joined_from: Option<DateTime<Utc>>,
    /// Joined before.
    #[serde(default)]
    pub joined_until: Option<DateTime<Utc>>,
    /// Ordered at or after.
    #[serde(default)]
    pub last_order_from: Option<DateTime<Utc>>,
    /// Last ordered before, or never.
    #[serde(default)]
    pub last_order_until: Option<DateTime<Utc>>,
    /// At least so many completed orders.
    #[serde(default)]
    pub min_orders: Option<i32>,
    /// At most so many completed orders.
    #[serde(default)]
    pub max_orders: Option<i32>,
    /// Spent at least.
    #[serde(default)]
    pub min_spent: Option<i64>,
    /// Spent at most.
    #[serde(default)]
    pub max_spent: Option<i64>,
    /// Born in this month, 1–12.
    #[serde(default)]
    pub birth_month: Option<i32>,
    /// Joined in this branch.
    #[serde(default)]
    pub source_branch_id: Option<String>,
    /// Linked with LINE, or not.
    #[serde(default)]
    pub has_line: Option<bool>,
    /// Gender.
    #[serde(default)]
    pub gender: Option<MemberGender>,
    /// Agreed to this kind of marketing.
    #[serde(default)]
    pub marketing: Option<GivenConsentKind>,
    /// With one of these tiers, at most 10.
    #[serde(default)]
    pub tier_ids: Vec<String>,
    /// With one of these tags, at most 50.
    #[serde(default)]
    pub tag_ids: Vec<String>,
}

/// A state of members.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// 正常.
    Active,
    /// 黑名單: may not order.
    Blocked,
    /// 黑名單: pays in advance.
    Prepays,
    /// 已合併.
    Merged,
    /// 已刪除.
    Erased,
}

impl From<ExportState> for pb::MemberState {
    fn from(state: ExportState) -> Self {
        match state {
            ExportState::Active => Self::Active,
            ExportState::Blocked => Self::Blocked,
            ExportState::Prepays => Self::Prepays,
            ExportState::Merged => Self::Merged,
            ExportState::Erased => Self::Erased,
        }
    }
}

impl From<ExportFilter> for pb::MemberFilter {
    fn from(filter: ExportFilter) -> Self {
        let states = filter.states.into_iter();
        Self {
            text: filter.text,
            states: states
                .map(|state| pb::MemberState::from(state).into())
                .collect(),
            joined_from: filter.joined_from.map(stamp),
            joined_until: filter.joined_until.map(stamp),
            last_order_from: filter.last_order_from.map(stamp),
            last_order_until: filter.last_order_until.map(stamp),
            min_orders: filter.min_orders,
            max_orders: filter.max_orders,
            min_spent: filter.min_spent,
            max_spent: filter.max_spent,
            birth_month: filter.birth_month,
            gender: filter.gender.map(|gender| pb::Gender::from(gender).into()),
            source_branch_id: filter.source_branch_id,
            has_line: filter.has_line,
            marketing: filter
                .marketing
                .map(|kind| pb::ConsentKind::from(kind).into()),
            tier_ids: filter.tier_ids,
            tag_ids: filter.tag_ids,
        }
    }
}

/// Exports members as CSV with the exporting account and the time in its first line.
///
/// Refuses with `VALIDATION_FAILED`, `REASON_REQUIRED`, `TEXT_TOO_LONG`, `EXPORT_TOO_LARGE`, `OUT_OF_SCOPE` and `REAUTH_REQUIRED`.
#[utoipa::path(
    post, path = "/api/admin/members/export", tag = "members", request_body = ExportMembers,
    responses((status = 200, body = String, content_type = "text/csv"))
)]
pub async fn export_members(
    State(gateway): State<Gateway>,
    staff: Staff,
    Body(input): Body<ExportMembers>,
) -> Result<impl IntoResponse> {
    // The token in memory may not know of a password entered lately.
    let staff = staff.exchanged_anew(&gateway).await?;
    let request = staff.request(pb::StartMemberExportRequest {
        filter: Some(input.filter.into()),
        unmasked: input.unmasked,
        reason: input.reason,
    });
    let started = gateway.member_lists().start_member_export(request).await?;
    let export_id = started.into_inner().export_id;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"members.csv\""),
        (CACHE_CONTROL, "no-store"),
    ];
    let parts = stream::try_unfold(Some(String::new()), move |token| {
        let (gateway, staff, export_id) = (gateway.clone(), staff.clone(), export_id.clone());
        async move { read_part(&gateway, &staff, export_id, token).await }
    });
    Ok((headers, HttpBody::from_stream(parts)))
}

type Part = Option<(Bytes, Option<String>)>;

/// The part that `token` names, and the token of the next.
async fn read_part(
    gateway: &Gateway,
    staff: &Staff,
    export_id: String,
    token: Option<String>,
) -> std::result::Result<Part, tonic::Status> {
    let Some(page_token) = token else {
        return Ok(None);
    };
    let request = staff.request(pb::ReadMemberExportRequest {
        export_id,
        page_token,
    });
    let read = gateway.member_lists().read_member_export(request).await?;
    let read = read.into_inner();
    Ok(Some((read.csv, read.next_page_token)))
}
