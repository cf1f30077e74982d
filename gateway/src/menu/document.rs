use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use proto::catalog::v1::GetMenuDocumentResponse;

use crate::{
    encoding::Encoding,
    problem::{Rejection, Result},
};

/// A menu in all its encodings with the headers ready to send.
pub(super) struct Document {
    /// As catalog knows it.
    pub(super) etag: String,
    /// Number of the version.
    pub(super) number: i64,
    identity: Variant,
    gzip: Variant,
    br: Variant,
}

struct Variant {
    body: Bytes,
    headers: HeaderMap,
}

impl Document {
    pub(super) fn new(answer: GetMenuDocumentResponse) -> Result<Self> {
        let variant = |body: Bytes, encoding| Variant::new(body, encoding, &answer.etag);
        Ok(Self {
            identity: variant(answer.identity.clone(), Encoding::Identity)?,
            gzip: variant(answer.gzip.clone(), Encoding::Gzip)?,
            br: variant(answer.br.clone(), Encoding::Br)?,
            etag: answer.etag,
            number: answer.number,
        })
    }

    pub(super) fn respond(&self, request: &HeaderMap) -> Response {
        let variant = match Encoding::accepted(request) {
            Encoding::Br => &self.br,
            Encoding::Gzip => &self.gzip,
            Encoding::Identity => &self.identity,
        };
        let known = request
            .get_all(IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let unchanged = known
            .flat_map(|line| line.split(','))
            .any(|tag| self.is_tagged(tag));
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = variant.headers.clone();
        if unchanged {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().remove(CONTENT_LENGTH);
        } else {
            *response.body_mut() = Body::from(variant.body.clone());
        }
        response
    }

    /// Whether a tag of `If-None-Match` names this document in any encoding.
    fn is_tagged(&self, tag: &str) -> bool {
        let tag = tag.trim();
        let opaque = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
        tag == "*"
            || opaque
                .strip_prefix(self.etag.as_str())
                .is_some_and(|rest| matches!(rest, "" | "-br" | "-gzip"))
    }
}

impl Variant {
    fn new(body: Bytes, encoding: Encoding, etag: &str) -> Result<Self> {
        let suffix = encoding
            .name()
            .map(|name| format!("-{name}"))
            .unwrap_or_default();
        let tag = HeaderValue::try_from(format!("\"{etag}{suffix}\""));
        let tag = tag.map_err(|error| Rejection::internal(error.into()))?;
        let mut headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (VARY, HeaderValue::from_static("accept-encoding")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (CONTENT_LENGTH, HeaderValue::from(body.len())),
            (ETAG, tag),
        ]);
        if let Some(name) = encoding.name() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        Ok(Self { body, headers })
    }
}
