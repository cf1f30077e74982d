//! NewebPay MPG, payment page (幕前支付): the form that the customer's browser posts.

use chassis::money::Currency;
use chrono::TimeDelta;
use url::form_urlencoded;

use super::{CAPABILITIES, crypto::Keys};
use crate::{Attempt, CallError, Context, Item, NextStep, Report, Started, State, wire::taipei};

const VERSION: &str = "2.3";
const MAX_DESCRIPTION_CHARS: usize = 50;

/// The form of an attempt.
pub(super) fn form(context: Context<'_>, attempt: &Attempt) -> Result<Started, CallError> {
    let merchant = context.credentials.get("MerchantID");
    let cipher_hex = Keys::of(context.credentials)
        .encrypt(&trade_info(context, attempt)?)
        .ok_or_else(|| rejected("HashKey", "keys of a wrong length"))?;
    let sha = Keys::of(context.credentials).sha(&cipher_hex);
    let url = super::query::url(context, "/MPG/mpg_gateway")?;
    let fields = [
        ("MerchantID", merchant.to_owned()),
        ("TradeInfo", cipher_hex),
        ("TradeSha", sha),
        ("Version", VERSION.to_owned()),
    ];
    Ok(Started {
        next: NextStep::Form {
            url,
            fields: fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        },
        report: Report::of(State::Pending),
    })
}

/// `TradeInfo` before encryption.
fn trade_info(context: Context<'_>, attempt: &Attempt) -> Result<String, CallError> {
    let reference = &attempt.reference.ours;
    if !is_reference(reference) {
        return Err(rejected(
            "MerchantOrderNo",
            "not 1 to 30 letters and digits",
        ));
    }
    let amount = attempt.amount.amount();
    if attempt.amount.currency() != Currency::TWD || !(1..=9_999_999_999).contains(&amount) {
        return Err(rejected("Amt", "not a positive amount of TWD"));
    }
    let method = attempt.method.as_str();
    if !method.is_empty() && !CAPABILITIES.methods.contains(&method) {
        return Err(rejected("method", "no such method"));
    }
    let urls = &attempt.urls;
    if urls.notify == urls.result {
        return Err(rejected("NotifyURL", "the same as ReturnURL"));
    }
    if [&urls.notify, &urls.result, &urls.back]
        .iter()
        .any(|url| url.as_str().len() > 200)
    {
        return Err(rejected("NotifyURL", "an address is too long"));
    }

    let life = (attempt.expires_at - attempt.created_at).min(TimeDelta::days(180));
    let mut info = form_urlencoded::Serializer::new(String::new());
    info.append_pair("MerchantID", context.credentials.get("MerchantID"))
        .append_pair("RespondType", "JSON")
        .append_pair("TimeStamp", &context.now.timestamp().to_string())
        .append_pair("Version", VERSION)
        .append_pair("LangType", "zh-tw")
        .append_pair("MerchantOrderNo", reference)
        .append_pair("Amt", &amount.to_string())
        .append_pair("ItemDesc", &description(&attempt.items))
        .append_pair("TradeLimit", &life.num_seconds().clamp(60, 900).to_string())
        .append_pair("ReturnURL", urls.result.as_str())
        .append_pair("NotifyURL", urls.notify.as_str())
        // Numbers to pay with are reported to the browser only.
        .append_pair("CustomerURL", urls.result.as_str())
        .append_pair("ClientBackURL", urls.back.as_str());
    if matches!(method, "" | "VACC" | "CVS" | "BARCODE") {
        let ends = (attempt.created_at + life).with_timezone(&taipei());
        info.append_pair("ExpireDate", &ends.format("%Y%m%d").to_string());
        if method == "CVS" {
            info.append_pair("ExpireTime", &ends.format("%H%M%S").to_string());
        }
    }
    if !method.is_empty() {
        info.append_pair(method, "1");
    }
    Ok(info.finish())
}

/// Whether NewebPay takes `text` as an order number.
pub(super) fn is_reference(text: &str) -> bool {
    (1..=30).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn rejected(code: &str, text: &str) -> CallError {
    CallError::Rejected {
        code: code.to_owned(),
        text: text.to_owned(),
    }
}

/// `ItemDesc` takes neither quotes nor line breaks.
fn description(items: &[Item]) -> String {
    let names: Vec<String> = items
        .iter()
        .map(|item| format!("{} x{}", item.name, item.quantity))
        .collect();
    let plain: String = names
        .join(", ")
        .chars()
        .map(|character| match character {
            '\'' | '"' | '`' | '\\' | '‘' | '’' | '“' | '”' => ' ',
            control if control.is_control() => ' ',
            other => other,
        })
        .collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = plain.chars().take(MAX_DESCRIPTION_CHARS).collect();
    match cut.trim_end() {
        "" => "order".to_owned(),
        cut => cut.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chassis::money::Money;
    use proptest::prelude::*;

    use super::*;
    use crate::providers::newebpay::tests::{KEYS, account, attempt, with_context};

    fn info(attempt: &Attempt) -> BTreeMap<String, String> {
        let started = with_context(&account(), |context| form(context, attempt)).unwrap();
        let NextStep::Form { fields, .. } = started.next else {
            panic!("no form");
        };
        let fields: BTreeMap<_, _> = fields.into_iter().collect();
        assert!(KEYS.verify(&fields["TradeInfo"], &fields["TradeSha"]));
        let info = KEYS.decrypt(&fields["TradeInfo"]).unwrap();
        form_urlencoded::parse(info.as_bytes())
            .into_owned()
            .collect()
    }

    #[test]
    fn the_form_says_what_is_paid() {
        let info = info(&Attempt {
            method: "CREDIT".to_owned(),
            ..attempt()
        });
        assert_eq!(info["MerchantOrderNo"], "YZM20260115A00001P01");
        assert_eq!(info["Amt"], "165");
        assert_eq!(info["ItemDesc"], "珍珠奶茶 (大) x2, 鹹酥雞 x1");
        assert_eq!(
            info["TimeStamp"],
            attempt().created_at.timestamp().to_string()
        );
        assert_eq!(info["TradeLimit"], "900");
        assert_eq!(info["CREDIT"], "1");
        assert_ne!(info["NotifyURL"], info["ReturnURL"]);
        assert!(!info.contains_key("ExpireDate"));
    }

    #[test]
    fn a_number_to_pay_with_ends_with_the_attempt() {
        let info = info(&Attempt {
            method: "CVS".to_owned(),
            ..attempt()
        });
        assert_eq!(
            (&*info["ExpireDate"], &*info["ExpireTime"]),
            ("20260115", "122005")
        );
    }

    #[test]
    fn a_form_that_newebpay_would_refuse_is_not_made() {
        let base = attempt();
        let mut cases = vec![
            Attempt {
                amount: Money::new(0, Currency::TWD),
                ..base.clone()
            },
            Attempt {
                amount: Money::new(165, "JPY".parse().unwrap()),
                ..base.clone()
            },
            Attempt {
                method: "Credit".to_owned(),
                ..base.clone()
            },
        ];
        for reference in ["", "A-1", "1234567890123456789012345678901"] {
            let mut attempt = base.clone();
            attempt.reference.ours = reference.to_owned();
            cases.push(attempt);
        }
        let mut same = base;
        same.urls.result = same.urls.notify.clone();
        cases.push(same);
        for attempt in cases {
            let made = with_context(&account(), |context| form(context, &attempt));
            assert!(
                matches!(made, Err(CallError::Rejected { .. })),
                "{attempt:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_name_becomes_a_description(name: String, quantity: u32) {
            let items = [Item { name, quantity, unit_amount: 1 }];
            let text = description(&items);
            prop_assert!((1..=50).contains(&text.chars().count()));
            prop_assert!(!text.contains(['"', '\'', '\n', '\r', '\\']));
        }
    }
}
