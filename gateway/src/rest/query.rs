//! Query strings, refused with the parameter's name.

use std::error::Error as _;

use axum::extract::{FromRequestParts, Query};
use chassis::error::CommonReason;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Rejection;

/// The parameters of a query string.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        Query::<T>::try_from_uri(&parts.uri)
            .map(|Query(value)| Self(value))
            .map_err(|refused| {
                let text = refused
                    .source()
                    .map_or_else(|| refused.to_string(), ToString::to_string);
                let field = text.split_once(": ").map_or("query", |(path, _)| path);
                Rejection::new(CommonReason::ValidationFailed)
                    .field(field, CommonReason::ValidationFailed)
                    .message("a parameter of the query is malformed")
            })
    }
}

/// The items of a comma-separated parameter.
pub fn items(list: Option<&str>) -> Vec<String> {
    list.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}
