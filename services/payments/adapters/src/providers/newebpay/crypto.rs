//! NewebPay MPG, encryption: AES-256-CBC with PKCS#7 as lower-case hex, and SHA-256 over it.

use aes::cipher::{
    BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7,
};
use sha2::{Digest as _, Sha256};

use crate::{Credentials, wire::same};

/// The keys of a store.
#[derive(Clone, Copy)]
pub(super) struct Keys<'a> {
    pub(super) key: &'a str,
    pub(super) iv: &'a str,
}

impl<'a> Keys<'a> {
    /// Those of an account.
    pub(super) fn of(credentials: &'a Credentials) -> Self {
        Self {
            key: credentials.get("HashKey"),
            iv: credentials.get("HashIV"),
        }
    }

    /// Encrypts; `None` when the keys have a wrong length.
    pub(super) fn encrypt(self, plaintext: &str) -> Option<String> {
        let cipher =
            cbc::Encryptor::<aes::Aes256>::new_from_slices(self.key.as_bytes(), self.iv.as_bytes())
                .ok()?;
        Some(hex::encode(
            cipher.encrypt_padded_vec::<Pkcs7>(plaintext.as_bytes()),
        ))
    }

    /// Decrypts; `None` when it is not hex, not padded as it must be, or not UTF-8. Nothing but the
    /// padding is taken away.
    pub(super) fn decrypt(self, cipher_hex: &str) -> Option<String> {
        let bytes = hex::decode(cipher_hex).ok()?;
        let cipher =
            cbc::Decryptor::<aes::Aes256>::new_from_slices(self.key.as_bytes(), self.iv.as_bytes())
                .ok()?;
        let plaintext = cipher.decrypt_padded_vec::<Pkcs7>(&bytes).ok()?;
        String::from_utf8(plaintext).ok()
    }

    /// `TradeSha` or `HashData_` of an encrypted text.
    pub(super) fn sha(self, cipher_hex: &str) -> String {
        digest(&format!(
            "HashKey={}&{cipher_hex}&HashIV={}",
            self.key, self.iv
        ))
    }

    /// Whether `sha` belongs to an encrypted text.
    pub(super) fn verify(self, cipher_hex: &str, sha: &str) -> bool {
        same(&sha.to_ascii_uppercase(), &self.sha(cipher_hex))
    }

    /// `CheckValue`, which signs a query.
    pub(super) fn check_value(self, amount: &str, merchant: &str, order: &str) -> String {
        digest(&format!(
            "IV={}&Amt={amount}&MerchantID={merchant}&MerchantOrderNo={order}&Key={}",
            self.iv, self.key
        ))
    }

    /// `CheckCode`, which signs the answer to a query or a void.
    pub(super) fn check_code(
        self,
        amount: &str,
        merchant: &str,
        order: &str,
        trade: &str,
    ) -> String {
        digest(&format!(
            "HashIV={}&Amt={amount}&MerchantID={merchant}&MerchantOrderNo={order}\
             &TradeNo={trade}&HashKey={}",
            self.iv, self.key
        ))
    }
}

fn digest(text: &str) -> String {
    hex::encode_upper(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEYS: Keys<'static> = Keys {
        key: "Fs5cX1TGqYM2PpdbE14a9H83YQSQF5jn",
        iv: "C6AcmfqJILwgnhIP",
    };

    proptest! {
        #[test]
        fn what_is_encrypted_comes_back_to_the_byte(text: String) {
            let cipher = KEYS.encrypt(&text).unwrap();
            prop_assert!(KEYS.verify(&cipher, &KEYS.sha(&cipher)));
            prop_assert_eq!(KEYS.decrypt(&cipher), Some(text));
        }

        #[test]
        fn an_altered_text_is_found(text: String, place: prop::sample::Index) {
            let cipher = KEYS.encrypt(&text).unwrap();
            let sha = KEYS.sha(&cipher);
            let mut altered = cipher.into_bytes();
            let place = place.index(altered.len());
            altered[place] = if altered[place] == b'0' { b'1' } else { b'0' };
            prop_assert!(!KEYS.verify(std::str::from_utf8(&altered).unwrap(), &sha));
        }

        #[test]
        fn no_text_makes_decryption_panic(text: String, bytes: Vec<u8>) {
            let _ = KEYS.decrypt(&text);
            let _ = KEYS.decrypt(&hex::encode(bytes));
        }
    }

    #[test]
    fn keys_of_another_length_encrypt_nothing() {
        let short = Keys {
            key: "short",
            iv: "C6AcmfqJILwgnhIP",
        };
        assert_eq!(short.encrypt("x"), None);
        assert_eq!(short.decrypt("00"), None);
    }
}
