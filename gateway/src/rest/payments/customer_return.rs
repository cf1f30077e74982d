use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse as _, Response},
};
use chassis::error::Problem;
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, LOCATION, REFRESH},
};
use proto::{
    ordering::v1::NotePaymentReturnRequest,
    payments::v1::{NoteReturnRequest, NoteReturnResponse},
};

use super::callback::needed;
use crate::{
    auth::Peer,
    problem::{Rejection, Result},
    rest::body,
    state::Gateway,
};

/// Most of a form that is passed on.
const LIMIT_BYTES: usize = 64 * 1024;
const LONGEST_REFERENCE: usize = 20;
/// Pause before the browser of a customer asks again while payments is away.
const RETRY_SECS: u32 = 5;

/// Leads a customer whom a provider sent back to the page of the order, or staff to that of the account.
/// What the browser brings is passed on as it is: payments uses a copy of the result that the provider has
/// signed, and asks the provider otherwise.
pub async fn go_on(
    State(gateway): State<Gateway>,
    peer: Peer,
    Path(reference): Path<String>,
    request: Request,
) -> Result<Response> {
    gateway.limits().payment_return(&peer).await?;
    let headers = needed(request.headers());
    let query = request.uri().query().unwrap_or_default().to_owned();
    // Read also where it is too long, so that the browser is not cut off while it sends.
    let body = body::read(request, "body", LIMIT_BYTES).await;
    if !is_reference(&reference) {
        return Err(Problem::not_found("payment").into());
    }
    let refresh = format!("{RETRY_SECS}; url=/api/payments/returns/{reference}");
    let own = gateway.as_gateway(None);
    let request = NoteReturnRequest {
        reference,
        headers,
        query,
        body: body.unwrap_or_default(),
        remote_address: peer.address.to_string(),
    };
    match own.payments().note_return(request).await {
        Ok(returned) => {
            let returned = returned.into_inner();
            note_at_order(&gateway, &returned).await;
            redirect(&returned.back_url)
        }
        Err(status) => {
            let mut response = Rejection::from(status).into_response();
            if response.status().is_server_error() {
                let refresh = HeaderValue::try_from(refresh);
                let refresh = refresh.map_err(|error| Rejection::internal(error.into()))?;
                response.headers_mut().insert(REFRESH, refresh);
            }
            Ok(response)
        }
    }
}

/// Has the order show that its payment is being confirmed. Without that its page shows the same a little
/// later, so that a failure does not keep the customer here.
async fn note_at_order(gateway: &Gateway, returned: &NoteReturnResponse) {
    let (Ok(org), false) = (
        returned.organisation_id.parse(),
        returned.order_id.is_empty(),
    ) else {
        return;
    };
    let request = NotePaymentReturnRequest {
        order_id: returned.order_id.clone(),
    };
    let own = gateway.as_gateway(Some(org));
    if let Err(error) = own.ordering().note_payment_return(request).await {
        tracing::warn!(order.id = returned.order_id, %error, "a return was not noted at its order");
    }
}

fn is_reference(text: &str) -> bool {
    (1..=LONGEST_REFERENCE).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whatever the method was, the page is got.
fn redirect(to: &str) -> Result<Response> {
    let to = HeaderValue::try_from(to);
    let to = to.map_err(|error| Rejection::internal(error.into()))?;
    let headers = [
        (LOCATION, to),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}
