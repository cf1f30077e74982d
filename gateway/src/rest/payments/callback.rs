use axum::{
    extract::{Path, Request, State},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use chassis::error::{CommonReason, Problem};
use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE};
use proto::payments::v1::{FormField, Provider, ReceiveCallbackRequest, ReceiveCallbackResponse};

use crate::{
    auth::Peer,
    problem::{Rejection, Result},
    rest::body,
    state::Gateway,
};

/// Largest message of a provider.
const LIMIT_BYTES: usize = 64 * 1024;
/// The headers that providers sign with or need to be read; no other is passed on.
const HEADERS: [&str; 2] = ["content-type", "stripe-signature"];

/// Passes a provider's message to payments as it arrived, and its response back as it is.
pub async fn receive(
    State(gateway): State<Gateway>,
    peer: Peer,
    Path((provider, account_id)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    gateway.limits().payment_callback(&peer).await?;
    let headers = needed(request.headers());
    let query = request.uri().query().unwrap_or_default().to_owned();
    let body = body::read(request, "body", LIMIT_BYTES).await?;
    let provider = parse(&provider).ok_or_else(|| Problem::not_found("account"))?;
    let message = ReceiveCallbackRequest {
        provider: provider.into(),
        account_id,
        headers,
        query,
        body,
        remote_address: peer.address.to_string(),
    };
    let own = gateway.as_gateway(None);
    let response = own.payments().receive_callback(message).await;
    // Providers send again what is not acknowledged, so a failure never is.
    let response = response.map_err(|status| {
        let (provider, code) = (provider.as_str_name(), status.code());
        tracing::warn!(provider, ?code, "a callback was not passed on");
        Rejection::new(CommonReason::TemporarilyUnavailable).message("send it again later")
    })?;
    exactly(response.into_inner())
}

pub(super) fn needed(headers: &HeaderMap) -> Vec<FormField> {
    let of = |name: &'static str| {
        let values = headers.get_all(name).iter();
        values.filter_map(move |value| {
            Some(FormField {
                name: name.to_owned(),
                value: value.to_str().ok()?.to_owned(),
            })
        })
    };
    HEADERS.into_iter().flat_map(of).collect()
}

fn parse(word: &str) -> Option<Provider> {
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let name = format!("PROVIDER_{}", word.to_ascii_uppercase());
    Provider::from_str_name(&name).filter(|found| *found != Provider::Unspecified)
}

/// The response that payments wants the provider to get.
fn exactly(response: ReceiveCallbackResponse) -> Result<Response> {
    let internal = |what| Rejection::internal(anyhow::anyhow!("payments answers with no {what}"));
    let status = u16::try_from(response.status).ok();
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.ok_or_else(|| internal("status"))?;
    let media = HeaderValue::try_from(response.content_type);
    let media = media.map_err(|_| internal("content type"))?;
    let body: Bytes = response.body;
    Ok((status, [(CONTENT_TYPE, media)], body).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_providers_are_known() {
        assert_eq!(parse("ecpay"), Some(Provider::Ecpay));
        assert_eq!(parse("stripe"), Some(Provider::Stripe));
        for unknown in ["", "ECPAY", "unspecified", "paypal", "ecpay/"] {
            assert_eq!(parse(unknown), None, "{unknown:?}");
        }
    }
}
