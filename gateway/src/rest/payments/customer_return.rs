use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse as _, Response},
};
use chassis::error::Problem;
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, LOCATION, REFRESH},
};
use proto::payments::v1::NoteReturnRequest;

use crate::{
    auth::Peer,
    problem::{Rejection, Result},
    rest::body,
    state::Gateway,
};

/// Most of a form that is read before the answer, so that the browser is not cut off while it sends.
const LIMIT_BYTES: usize = 64 * 1024;
const LONGEST_REFERENCE: usize = 20;
/// Pause before the browser of a customer asks again while payments is away.
const RETRY_SECS: u32 = 5;

/// Leads a customer whom a provider sent back to the page of the order, or staff to that of the account.
/// What the browser brings proves nothing and is dropped: payments asks the provider.
pub async fn go_on(
    State(gateway): State<Gateway>,
    peer: Peer,
    Path(reference): Path<String>,
    request: Request,
) -> Result<Response> {
    gateway.limits().payment_return(&peer).await?;
    let _ = body::read(request, "body", LIMIT_BYTES).await;
    if !is_reference(&reference) {
        return Err(Problem::not_found("payment").into());
    }
    let refresh = format!("{RETRY_SECS}; url=/api/payments/returns/{reference}");
    let own = gateway.as_gateway(None);
    let request = NoteReturnRequest { reference };
    match own.payments().note_return(request).await {
        Ok(returned) => redirect(&returned.get_ref().back_url),
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
