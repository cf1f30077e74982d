use axum::{
    Json,
    extract::{Path, State},
};
use proto::ordering::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Contact;
use crate::{
    auth::Staff,
    rest::{Result, body::Body, convert::present},
    state::Gateway,
};

/// Why somebody's phone is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unmasking {
    /// 1–200 characters; kept in the audit log.
    pub reason: String,
}

/// Who ordered, in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactAnswer {
    /// Who ordered; the phone in E.164 form.
    pub contact: Contact,
}

/// Tells who ordered, with the whole phone; every call is written to the audit log.
///
/// Refuses with `PERMISSION_DENIED`, `REASON_REQUIRED`, `TEXT_TOO_LONG` and `NOT_FOUND`.
#[utoipa::path(
    post, path = "/api/admin/orders/{order_id}/unmask", tag = "orders",
    request_body = Unmasking, responses((status = 200, body = ContactAnswer))
)]
pub async fn unmask_contact(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(order_id): Path<String>,
    Body(input): Body<Unmasking>,
) -> Result<Json<ContactAnswer>> {
    let request = staff.request(pb::UnmaskContactRequest {
        order_id,
        reason: input.reason,
    });
    let answer = gateway
        .ordering()
        .unmask_contact(request)
        .await?
        .into_inner();
    let contact = present(answer.contact, "the contact")?;
    Ok(Json(ContactAnswer {
        contact: Contact {
            name: contact.name,
            phone: contact.phone,
        },
    }))
}
