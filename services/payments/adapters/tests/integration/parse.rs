//! What fuzz targets and property tests do with a callback parser.

use bytes::Bytes;
use chrono::DateTime;
use payment_adapters::{Callback, Credentials, Provider, Verdict};

/// Headers that a provider signs with.
const HEADERS: [&str; 3] = ["digest", "stripe-signature", "x-line-authorization"];

/// Reads `data` as a callback: its first line are the signature and the query, the rest is the body.
pub fn parse(provider: Provider, data: &[u8]) {
    let adapter = provider.adapter();
    let values = adapter
        .fields()
        .iter()
        .map(|field| (field.name.to_owned(), "0".repeat(field.length.0)))
        .collect();
    let keys = Credentials::parse(adapter.fields(), values).expect("values of the right length");

    let end = data.iter().position(|&byte| byte == b'\n');
    let (line, body) = end.map_or((&b""[..], data), |end| (&data[..end], &data[end + 1..]));
    let line = String::from_utf8_lossy(line).into_owned();
    let callback = Callback {
        headers: HEADERS
            .iter()
            .map(|name| ((*name).to_owned(), line.clone()))
            .collect(),
        query: line,
        body: Bytes::copy_from_slice(body),
    };
    let now = DateTime::from_timestamp(1_768_449_690, 0).expect("an instant");
    match adapter.parse_callback(&[keys], &callback, now) {
        Ok(notice) => adapter.acknowledge(Verdict::Accepted, Some(&notice)),
        Err(rejection) => adapter.acknowledge(Verdict::Rejected(rejection), None),
    };
}
