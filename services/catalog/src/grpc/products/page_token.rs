//! Page tokens: where a page ended, opaque to the caller.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chassis::error::Violations;

use crate::store::product_pages::Cursor;

/// Writes a token.
pub(super) fn write(cursor: &Cursor) -> String {
    URL_SAFE_NO_PAD.encode(format!(
        "{} {} {} {}",
        cursor.category_position, cursor.category_id, cursor.position, cursor.product_id
    ))
}

/// Reads a token; empty is the first page.
pub(super) fn parse(field: &str, token: &str, violations: &mut Violations) -> Option<Cursor> {
    if token.is_empty() {
        return None;
    }
    let cursor = read(token);
    if cursor.is_none() {
        violations.push(field, "VALIDATION_FAILED");
    }
    cursor
}

fn read(token: &str) -> Option<Cursor> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let mut parts = text.split(' ');
    let cursor = Cursor {
        category_position: parts.next()?.parse().ok()?,
        category_id: parts.next()?.parse().ok()?,
        position: parts.next()?.parse().ok()?,
        product_id: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(cursor)
}

#[cfg(test)]
mod tests {
    use chassis::id::{CategoryId, ProductId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_token_reads_back_and_a_forged_one_does_not() {
        let cursor = Cursor {
            category_position: 3,
            category_id: CategoryId::from_uuid(Uuid::from_u128(1)),
            position: 0,
            product_id: ProductId::from_uuid(Uuid::from_u128(2)),
        };
        assert_eq!(read(&write(&cursor)), Some(cursor));
        let mut violations = Violations::new();
        assert_eq!(parse("page_token", "nonsense", &mut violations), None);
        assert!(!violations.is_empty());
    }
}
