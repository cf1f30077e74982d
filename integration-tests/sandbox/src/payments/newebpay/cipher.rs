//! `TradeInfo`, `TradeSha` and the check codes, written apart from the platform's own.

use aes::{
    Aes256,
    cipher::{Array, BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _},
};
use sha2::{Digest as _, Sha256};

const BLOCK: usize = 16;

/// A store's keys; `key` has 32 bytes and `iv` 16.
pub struct Keys {
    pub key: String,
    pub iv: String,
}

impl Keys {
    /// AES-256-CBC with PKCS#7 padding, as lower-case hex.
    pub fn encrypt(&self, text: &str) -> String {
        let (cipher, mut previous) = self.start();
        let padding = BLOCK - text.len() % BLOCK;
        let mut bytes = text.as_bytes().to_vec();
        bytes.resize(
            text.len() + padding,
            u8::try_from(padding).expect("at most 16"),
        );
        for chunk in bytes.chunks_exact_mut(BLOCK) {
            let mut block = Array::from(previous);
            block
                .iter_mut()
                .zip(chunk.iter())
                .for_each(|(byte, plain)| *byte ^= plain);
            cipher.encrypt_block(&mut block);
            chunk.copy_from_slice(&block);
            previous = block.into();
        }
        hex::encode(bytes)
    }

    /// The text, when `hex` is whole blocks with a valid padding and UTF-8.
    pub fn decrypt(&self, hex: &str) -> Option<String> {
        let mut bytes = hex::decode(hex).ok()?;
        if bytes.is_empty() || bytes.len() % BLOCK != 0 {
            return None;
        }
        let (cipher, mut previous) = self.start();
        for chunk in bytes.chunks_exact_mut(BLOCK) {
            let encrypted: [u8; BLOCK] = (&*chunk).try_into().ok()?;
            let mut block = Array::from(encrypted);
            cipher.decrypt_block(&mut block);
            block
                .iter_mut()
                .zip(previous)
                .for_each(|(byte, before)| *byte ^= before);
            chunk.copy_from_slice(&block);
            previous = encrypted;
        }
        let padding = usize::from(*bytes.last()?);
        let text = bytes.len().checked_sub(padding)?;
        let padded = (1..=BLOCK).contains(&padding)
            && bytes[text..]
                .iter()
                .all(|byte| usize::from(*byte) == padding);
        bytes.truncate(text);
        padded.then(|| String::from_utf8(bytes).ok()).flatten()
    }

    /// `TradeSha` of an encrypted text; also `HashData_`.
    pub fn sha(&self, hex: &str) -> String {
        digest(&format!("HashKey={}&{hex}&HashIV={}", self.key, self.iv))
    }

    /// `CheckValue` of a query.
    pub fn check_value(&self, amount: &str, merchant: &str, reference: &str) -> String {
        digest(&format!(
            "IV={}&Amt={amount}&MerchantID={merchant}&MerchantOrderNo={reference}&Key={}",
            self.iv, self.key
        ))
    }

    /// `CheckCode` of an answer.
    pub fn check_code(&self, amount: i64, merchant: &str, reference: &str, trade: &str) -> String {
        digest(&format!(
            "HashIV={}&Amt={amount}&MerchantID={merchant}&MerchantOrderNo={reference}\
             &TradeNo={trade}&HashKey={}",
            self.iv, self.key
        ))
    }

    fn start(&self) -> (Aes256, [u8; BLOCK]) {
        let mut key = [0; 32];
        let mut iv = [0; BLOCK];
        copy(&mut key, self.key.as_bytes());
        copy(&mut iv, self.iv.as_bytes());
        (Aes256::new(&Array::from(key)), iv)
    }
}

fn copy(target: &mut [u8], source: &[u8]) {
    target
        .iter_mut()
        .zip(source)
        .for_each(|(to, from)| *to = *from);
}

fn digest(text: &str) -> String {
    hex::encode_upper(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys {
            key: "Fs5cX1TGqYM2PpdbE14a9H83YQSQF5jn".to_owned(),
            iv: "C6AcmfqJILwgnhIP".to_owned(),
        }
    }

    #[test]
    fn the_published_examples_come_out() {
        let plain = "RespondType=JSON&Version=1.1&Amt=55&MerchantOrderNo=YZM_20260115_A00001\
                     &TimeStamp=1768453200&IndexType=1&CloseType=2";
        let hex = "33c9635408c276b3ba2da4a04f7ba043995f2ce53c3083b79f04249c7c9d6a7af480ea5fcdf7fab4\
                   81a81f4d2cffcb01e36d707fe09ada9a745bb68c10e447e040e31615909aca5b63986e31b79a9f3b\
                   b28acbd4b2268eeab32485c3f2ebdceaaaf072bd72749b8013e2b79d089f17af739109d97470b6b7\
                   22c5b4f670b31ce2";
        assert_eq!(keys().encrypt(plain), hex);
        assert_eq!(keys().decrypt(hex).unwrap(), plain);
        let sha = "5023012CA2EFBC7107656F20E8D081D60BEC5CDCCAE4FE892410B25EFD2B6F3F";
        assert_eq!(keys().sha(hex), sha);
        let value = "83D352E0DB1888DEC90D5EB85946D871E987F150BB3823D7A9FA72CEF05B6DAD";
        let reference = "YZM_20260115_A00001";
        assert_eq!(keys().check_value("165", "MS127874575", reference), value);
        let code = "91853CF56984990407CE517D99597158DE3B0CC5CA58B2A93D95B3AA56DDFCEA";
        let trade = "26011512000000123";
        assert_eq!(
            keys().check_code(165, "MS127874575", reference, trade),
            code
        );
    }

    #[test]
    fn a_changed_text_does_not_decrypt_to_the_same() {
        let hex = keys().encrypt("Amt=1");
        let flipped = format!(
            "{}{}",
            &hex[..31],
            if hex.ends_with('0') { '1' } else { '0' }
        );
        assert_ne!(keys().decrypt(&flipped).as_deref(), Some("Amt=1"));
        assert_eq!(keys().decrypt("00"), None);
        assert_eq!(keys().decrypt(""), None);
    }
}
