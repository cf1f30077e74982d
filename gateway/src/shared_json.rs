//! A JSON answer that many take: written once, and compressed once for each encoding.

use std::{
    io::{self, Read as _},
    sync::OnceLock,
};

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use flate2::{Compression, read::GzEncoder};
use http::{
    HeaderMap, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY},
};
use serde::Serialize;

use crate::encoding::Encoding;

/// Slots and branches repeat themselves: even the quickest level leaves a twentieth, and it is done often.
const BROTLI_QUALITY: i32 = 3;
const BROTLI_WINDOW: i32 = 18;

/// The answer in the encodings that were asked for so far.
#[derive(Debug)]
pub struct SharedJson {
    json: Bytes,
    gzip: OnceLock<Bytes>,
    br: OnceLock<Bytes>,
}

impl SharedJson {
    /// Writes a value.
    pub fn of(value: &impl Serialize) -> serde_json::Result<Self> {
        Ok(Self {
            json: serde_json::to_vec(value)?.into(),
            gzip: OnceLock::new(),
            br: OnceLock::new(),
        })
    }

    /// The answer to a request, in the best encoding that it takes.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let mut encoding = Encoding::accepted(request);
        let body = self.body(encoding).unwrap_or_else(|_| {
            encoding = Encoding::Identity;
            self.json.clone()
        });
        let headers = [
            (CONTENT_TYPE, "application/json"),
            (CACHE_CONTROL, "no-store"),
            (VARY, "accept-encoding"),
        ];
        let mut response = (headers, Body::from(body)).into_response();
        if let Some(name) = encoding.name() {
            response
                .headers_mut()
                .insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        response
    }

    fn body(&self, encoding: Encoding) -> io::Result<Bytes> {
        match encoding {
            Encoding::Identity => Ok(self.json.clone()),
            Encoding::Gzip => kept(&self.gzip, || gzip(&self.json)),
            Encoding::Br => kept(&self.br, || brotli(&self.json)),
        }
    }
}

fn kept(place: &OnceLock<Bytes>, make: impl FnOnce() -> io::Result<Vec<u8>>) -> io::Result<Bytes> {
    if let Some(body) = place.get() {
        return Ok(body.clone());
    }
    let body = make()?.into();
    Ok(place.get_or_init(|| body).clone())
}

fn gzip(json: &[u8]) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    GzEncoder::new(json, Compression::fast()).read_to_end(&mut body)?;
    Ok(body)
}

fn brotli(mut json: &[u8]) -> io::Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW,
        ..Default::default()
    };
    let mut body = Vec::new();
    brotli::BrotliCompress(&mut json, &mut body, &params)?;
    Ok(body)
}
