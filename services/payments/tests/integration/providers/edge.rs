//! An HTTP server in the place of the gateway's edge: passes callbacks on as they arrive and answers with
//! exactly what payments returns; a browser that comes back is led on to the shop.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::{any, get},
};
use parking_lot::Mutex;
use proto::payments::v1::{FormField, NoteReturnRequest, Provider, ReceiveCallbackRequest};
use tokio::net::TcpListener;

use crate::common::Payments;

#[derive(Clone)]
pub struct Edge {
    pub url: String,
    payments: Arc<Mutex<Option<Payments>>>,
}

impl Edge {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let edge = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            payments: Arc::default(),
        };
        let router = Router::new()
            .route("/api/payments/callbacks/{provider}/{account}", any(receive))
            .route("/api/payments/returns/{reference}", any(came_back))
            .route("/shop/order", get(|| async { "order" }))
            .with_state(edge.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        edge
    }

    /// Where the shop shows the order.
    pub fn order_page(&self) -> String {
        format!("{}/shop/order", self.url)
    }

    /// Calls payments by this client, whose token must still be valid, from now on.
    pub fn connect(&self, payments: Payments) {
        *self.payments.lock() = Some(payments);
    }

    fn payments(&self) -> Option<Payments> {
        self.payments.lock().clone()
    }
}

fn fields(headers: &HeaderMap) -> Vec<FormField> {
    let fields = headers.iter().map(|(name, value)| FormField {
        name: name.to_string(),
        value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
    });
    fields.collect()
}

async fn receive(
    State(edge): State<Edge>,
    Path((provider, account_id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(mut payments) = edge.payments() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let provider = format!("PROVIDER_{}", provider.to_uppercase());
    let request = ReceiveCallbackRequest {
        provider: Provider::from_str_name(&provider)
            .unwrap_or_default()
            .into(),
        account_id,
        headers: fields(&headers),
        query: query.unwrap_or_default(),
        body,
        remote_address: "203.0.113.7".to_owned(),
    };
    match payments.receive_callback(request).await {
        Ok(response) => {
            let answer = response.into_inner();
            let status = u16::try_from(answer.status).unwrap();
            (
                StatusCode::from_u16(status).unwrap(),
                [(header::CONTENT_TYPE, answer.content_type)],
                answer.body,
            )
                .into_response()
        }
        Err(status) => (StatusCode::SERVICE_UNAVAILABLE, status.to_string()).into_response(),
    }
}

async fn came_back(
    State(edge): State<Edge>,
    Path(reference): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(mut payments) = edge.payments() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let request = NoteReturnRequest {
        reference,
        headers: fields(&headers),
        query: query.unwrap_or_default(),
        body,
        remote_address: "203.0.113.8".to_owned(),
    };
    match payments.note_return(request).await {
        Ok(noted) => Redirect::to(&noted.into_inner().back_url).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
