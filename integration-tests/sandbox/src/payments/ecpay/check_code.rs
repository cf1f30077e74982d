//! `CheckMacValue`, written apart from the platform's own so that each checks the other.

use md5::Md5;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

use crate::fields::Fields;

const NAME: &str = "CheckMacValue";

pub struct Keys {
    pub key: String,
    pub iv: String,
}

impl Keys {
    pub fn sha256(&self, fields: &Fields) -> String {
        hex::encode_upper(Sha256::digest(self.text(fields)))
    }

    pub fn md5(&self, fields: &Fields) -> String {
        hex::encode_upper(Md5::digest(self.text(fields)))
    }

    pub fn sign(&self, fields: &mut Fields) {
        fields.remove(NAME);
        let value = self.sha256(fields);
        fields.set(NAME, value);
    }

    pub fn verifies(&self, fields: &Fields) -> bool {
        fields.text(NAME).eq_ignore_ascii_case(&self.sha256(fields))
    }

    fn text(&self, fields: &Fields) -> String {
        let mut pairs: Vec<_> = fields.iter().filter(|(name, _)| *name != NAME).collect();
        pairs.sort_by_key(|(name, _)| name.to_ascii_lowercase());
        let mut text = format!("HashKey={}", self.key);
        for (name, value) in pairs {
            text += &format!("&{name}={value}");
        }
        text += &format!("&HashIV={}", self.iv);
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        // .NET leaves these three as they are.
        let encoded = encoded.to_ascii_lowercase().replace("%21", "!");
        encoded.replace("%28", "(").replace("%29", ")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys {
            key: "pwFHCqoQZGmho4w6".to_owned(),
            iv: "EkRm7iFT261dpevs".to_owned(),
        }
    }

    #[test]
    fn the_published_examples_come_out() {
        let fields = Fields::from([
            ("TradeDesc", "促銷方案"),
            ("PaymentType", "aio"),
            ("MerchantTradeDate", "2023/03/12 15:30:23"),
            ("MerchantTradeNo", "ecpay20230312153023"),
            ("MerchantID", "3002607"),
            ("ReturnURL", "https://www.ecpay.com.tw/receive.php"),
            ("ItemName", "Apple iphone 15"),
            ("TotalAmount", "30000"),
            ("ChoosePayment", "ALL"),
            ("EncryptType", "1"),
        ]);
        let expected = "6C51C9E6888DE861FD62FB1DD17029FC742634498FD813DC43D4243B5685B840";
        assert_eq!(keys().sha256(&fields), expected);
        let fields = Fields::from([
            ("MerchantID", "3002607"),
            ("ItemName", "Tom's Shop"),
            ("TotalAmount", "100"),
        ]);
        let expected = "CF0A3D4901D99459D8641516EC57210700E8A5C9AB26B1D021301E9CB93EF78D";
        assert_eq!(keys().sha256(&fields), expected);
        let fields = Fields::from([
            ("MerchantID", "3002607"),
            ("MerchantTradeNo", "YZM20260115A00001P01"),
            ("TotalAmount", "165"),
            ("ItemName", "a~b!c*d(e)f'g/h?i=j&k l-m_n.o%p+q@r:s;t,u$v"),
        ]);
        let expected = "4CD1563705F508A08EA4555F5AE6AC4193F5254928548820B17A2D4FDD600F20";
        assert_eq!(keys().sha256(&fields), expected);
    }
}
