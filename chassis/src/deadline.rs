//! How long the caller still waits, carried from call to call.
//!
//! The server opens a scope for each call and the clients used inside pass on what is left.

use std::{future::Future, time::Duration};

use http::{HeaderMap, HeaderValue, header::HeaderName};
use tokio::time::Instant;

static GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

tokio::task_local! {
    static DEADLINE: Instant;
}

/// Runs `work` as part of a call that must be answered by `deadline`.
pub async fn scope<F: Future>(deadline: Instant, work: F) -> F::Output {
    DEADLINE.scope(deadline, work).await
}

/// When the call that this is part of must be answered; none outside a call.
pub fn current() -> Option<Instant> {
    DEADLINE.try_with(|deadline| *deadline).ok()
}

/// Time left until `deadline`; zero when it has passed.
pub fn remaining(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

/// What the caller said it waits; none when it did not say or said nonsense.
pub(crate) fn read(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(&GRPC_TIMEOUT)?.to_str().ok()?;
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if count.len() > 8 {
        return None;
    }
    let count: u64 = count.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(count * 3_600)),
        "M" => Some(Duration::from_secs(count * 60)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

/// Tells the peer how long we wait.
pub(crate) fn write(headers: &mut HeaderMap, left: Duration) {
    // The format has eight digits: whole milliseconds reach to more than a day.
    let millis = left.as_millis().min(99_999_999);
    let value = HeaderValue::from_str(&format!("{millis}m")).expect("digits are a header value");
    headers.insert(GRPC_TIMEOUT.clone(), value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(timeout: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(GRPC_TIMEOUT.clone(), HeaderValue::from_static(timeout))])
    }

    #[test]
    fn a_timeout_is_read_in_every_unit() {
        for (text, expected) in [
            ("2H", Some(Duration::from_secs(7_200))),
            ("3M", Some(Duration::from_secs(180))),
            ("15S", Some(Duration::from_secs(15))),
            ("250m", Some(Duration::from_millis(250))),
            ("7u", Some(Duration::from_micros(7))),
            ("9n", Some(Duration::from_nanos(9))),
            ("", None),
            ("S", None),
            ("15", None),
            ("-1S", None),
            ("123456789S", None),
        ] {
            assert_eq!(read(&headers(text)), expected, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let mut headers = HeaderMap::new();
        write(&mut headers, Duration::from_millis(1_234));
        assert_eq!(read(&headers), Some(Duration::from_millis(1_234)));
    }

    #[tokio::test]
    async fn the_deadline_is_known_inside_its_scope_only() {
        let deadline = Instant::now() + Duration::from_secs(1);
        assert_eq!(current(), None);
        assert_eq!(scope(deadline, async { current() }).await, Some(deadline));
    }
}
