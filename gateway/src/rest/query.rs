//! Query strings, refused with the parameter's name.

use std::error::Error as _;

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::problem::Rejection;

/// The parameters of a query string.
#[derive(Debug)]
pub struct Params<T>(pub T);

/// The two parameters of every list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// 20, 50 or 100; 50 when left out.
    pub page_size: Option<i32>,
    /// Token of the page before; left out for the first.
    pub page_token: Option<String>,
}

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
                Rejection::new("VALIDATION_FAILED")
                    .field(field, "VALIDATION_FAILED")
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
