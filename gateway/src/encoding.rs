//! Content encodings that a client accepts.

use http::{HeaderMap, header::ACCEPT_ENCODING};

/// An encoding a body may be kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// gzip.
    Gzip,
    /// brotli.
    Br,
}

impl Encoding {
    /// The best the client takes: br before gzip before nothing, whatever weights it gives them.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let mut best = Self::Identity;
        let lines = headers
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|line| line.to_str().ok());
        for offer in lines.flat_map(|line| line.split(',')) {
            let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
            if is_zero(weight) {
                continue;
            }
            match name.trim() {
                "br" => return Self::Br,
                "gzip" | "x-gzip" => best = Self::Gzip,
                _ => {}
            }
        }
        best
    }

    /// As `Content-Encoding` says it.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Br => Some("br"),
        }
    }
}

fn is_zero(weight: &str) -> bool {
    let digits = weight.trim().strip_prefix("q=").unwrap_or("1");
    digits.starts_with('0') && !digits.bytes().any(|digit| matches!(digit, b'1'..=b'9'))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_best_accepted_encoding_is_chosen() {
        for (offer, expected) in [
            ("gzip, deflate, br, zstd", Encoding::Br),
            ("br;q=0, gzip;q=0.5", Encoding::Gzip),
            ("br;q=0.0,gzip;q=0", Encoding::Identity),
            ("br;q=0.001", Encoding::Br),
            ("identity", Encoding::Identity),
            ("", Encoding::Identity),
        ] {
            let headers =
                HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(offer))]);
            assert_eq!(Encoding::accepted(&headers), expected, "{offer}");
        }
    }
}
