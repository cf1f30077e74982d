use std::{fs, io, path::Path};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
};
use sha2::{Digest as _, Sha256};

use crate::encoding::Encoding;

const YEAR: &str = "public, max-age=31536000, immutable";

/// A file with what was compressed beside it when it was built.
#[derive(Clone)]
pub(super) struct File {
    identity: Bytes,
    gzip: Option<Bytes>,
    br: Option<Bytes>,
    headers: HeaderMap,
}

impl File {
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let identity = Bytes::from(fs::read(path)?);
        let sibling = |ending: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            fs::read(name).ok().map(Bytes::from)
        };
        let hash = Sha256::digest(&identity);
        let tag: String = hash
            .iter()
            .take(12)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let caching = if is_hashed(path) { YEAR } else { "no-cache" };
        let mut headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static(media_type(path))),
            (CACHE_CONTROL, HeaderValue::from_static(caching)),
            (VARY, HeaderValue::from_static("accept-encoding")),
        ]);
        if let Ok(tag) = HeaderValue::try_from(format!("W/\"{tag}\"")) {
            headers.insert(ETAG, tag);
        }
        Ok(Self {
            gzip: sibling(".gz"),
            br: sibling(".br"),
            identity,
            headers,
        })
    }

    pub(super) fn respond(&self, request: &HeaderMap) -> Response {
        let (body, encoding) = match (Encoding::accepted(request), &self.br, &self.gzip) {
            (Encoding::Br, Some(br), _) => (br, Encoding::Br),
            (Encoding::Br | Encoding::Gzip, _, Some(gzip)) => (gzip, Encoding::Gzip),
            _ => (&self.identity, Encoding::Identity),
        };
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = self.headers.clone();
        let known = request.get(IF_NONE_MATCH);
        if known.is_some() && known == self.headers.get(ETAG) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        if let Some(name) = encoding.name() {
            response
                .headers_mut()
                .insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        *response.body_mut() = Body::from(body.clone());
        response
    }
}

/// The bundler writes `name-8chars.ext`; such a file never changes under its name.
fn is_hashed(path: &Path) -> bool {
    let stem = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let in_assets = path.components().any(|part| part.as_os_str() == "assets");
    in_assets
        && stem.len() > 9
        && stem.is_char_boundary(stem.len() - 9)
        && stem[stem.len() - 9..].starts_with('-')
}

fn media_type(path: &Path) -> &'static str {
    match path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default()
    {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "wav" => "audio/wav",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_with_a_hash_is_kept_for_a_year() {
        for (path, hashed) in [
            ("dist/assets/index-DiwrgTda.js", true),
            ("dist/assets/admin/index-B_x-9aZQ.css", true),
            ("dist/assets/logo.svg", false),
            ("dist/sw.js", false),
            ("dist/index.html", false),
        ] {
            assert_eq!(is_hashed(Path::new(path)), hashed, "{path}");
        }
    }
}
