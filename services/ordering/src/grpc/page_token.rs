//! Page tokens of order lists: the place after which the next page begins.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chassis::id::OrderId;
use chrono::DateTime;
use uuid::Uuid;

use crate::store::order_lists::Place;

/// The token of what comes after `place`.
pub(super) fn write(place: Place) -> String {
    let mut raw = [0; 24];
    raw[..8].copy_from_slice(&place.due_at.timestamp_micros().to_be_bytes());
    raw[8..].copy_from_slice(place.order.as_uuid().as_bytes());
    URL_SAFE_NO_PAD.encode(raw)
}

/// The place of a token; `None` for any other text.
pub(super) fn read(token: &str) -> Option<Place> {
    let raw: [u8; 24] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
    let (due, order) = raw.split_first_chunk::<8>()?;
    let due_at = DateTime::from_timestamp_micros(i64::from_be_bytes(*due))?;
    Some(Place {
        due_at: Some(due_at).filter(|&at| chassis::time::is_bounded(at))?,
        order: OrderId::from_uuid(Uuid::from_slice(order).ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_from_its_token() {
        let place = Place {
            due_at: DateTime::from_timestamp_micros(1_795_000_000_123_456).unwrap(),
            order: OrderId::from_uuid(Uuid::from_u128(7)),
        };
        assert_eq!(read(&write(place)), Some(place));
        let beyond = URL_SAFE_NO_PAD.encode([&i64::to_be_bytes(1 << 60)[..], &[7; 16]].concat());
        for damaged in ["", "x", "AAAA", &beyond] {
            assert_eq!(read(damaged), None);
        }
    }
}
