//! ECPay AIO, check code (檢查碼機制): SHA-256 over all fields, encoded as .NET encodes forms.

use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

use crate::{Credentials, wire::same};

/// The name of the signature among the fields.
pub(super) const NAME: &str = "CheckMacValue";

/// The signature of `fields`; one that is called `CheckMacValue` is left out.
pub(super) fn sign<'a>(
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    hash_key: &str,
    hash_iv: &str,
) -> String {
    let mut fields: Vec<_> = fields
        .into_iter()
        .filter(|(name, _)| *name != NAME)
        .collect();
    fields.sort_by_cached_key(|(name, _)| name.to_ascii_lowercase());

    let mut text = format!("HashKey={hash_key}");
    for (name, value) in fields {
        text.push('&');
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    text.push_str("&HashIV=");
    text.push_str(hash_iv);
    hex::encode_upper(Sha256::digest(dotnet_encode(&text)))
}

/// The signature of `fields` with the account's keys.
pub(super) fn sign_with<'a>(
    fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    credentials: &Credentials,
) -> String {
    sign(
        fields,
        credentials.get("HashKey"),
        credentials.get("HashIV"),
    )
}

/// Whether `fields` carry their own signature.
pub(super) fn verify<'a, F>(fields: F, hash_key: &str, hash_iv: &str) -> bool
where
    F: IntoIterator<Item = (&'a str, &'a str)> + Clone,
{
    let received = fields
        .clone()
        .into_iter()
        .find_map(|(name, value)| (name == NAME).then_some(value));
    received.is_some_and(|received| {
        same(
            &received.to_ascii_uppercase(),
            &sign(fields, hash_key, hash_iv),
        )
    })
}

/// Lower case comes after encoding: before it, letters beyond ASCII would change.
fn dotnet_encode(text: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    encoded
        .to_ascii_lowercase()
        .replace("%21", "!")
        .replace("%28", "(")
        .replace("%29", ")")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_encoded_as_dotnet_does() {
        assert_eq!(
            dotnet_encode("A b-_.!*()~'/=&+É"),
            "a+b-_.!*()%7e%27%2f%3d%26%2b%c3%89"
        );
    }

    fn fields() -> impl Strategy<Value = Vec<(String, String)>> {
        prop::collection::btree_map("[A-Z][A-Za-z0-9]{0,11}", any::<String>(), 1..12)
            .prop_map(|fields| fields.into_iter().collect())
    }

    fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
        fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect()
    }

    proptest! {
        #[test]
        fn signed_fields_verify_and_altered_ones_do_not(mut fields in fields(), place: prop::sample::Index) {
            let signature = sign(pairs(&fields), "key", "iv");
            fields.push((NAME.to_owned(), signature));
            prop_assert!(verify(pairs(&fields), "key", "iv"));
            prop_assert!(!verify(pairs(&fields), "other", "iv"));

            let place = place.index(fields.len() - 1);
            fields[place].1.push('x');
            prop_assert!(!verify(pairs(&fields), "key", "iv"));
        }
    }
}
