//! ECPay AIO, creating an order (產生訂單): the form that the customer's browser posts.

use chassis::money::Currency;
use chrono::TimeDelta;

use super::{CAPABILITIES, CAPTURE_LATER, check_mac_value};
use crate::{
    Attempt, CallError, Context, Item, NextStep, Report, ReturnUrls, Started, State,
    wire::{cut_bytes, taipei},
};

/// ECPay cuts a longer name before it checks the signature, which then fails. Its documents count
/// bytes in one place and characters in another.
const MAX_ITEM_NAME_BYTES: usize = 200;

/// Words that their firewall takes for commands (code 10400011).
static FIREWALL_WORDS: &[&str] = &[
    "alert",
    "awk",
    "bash",
    "cat",
    "chmod",
    "chown",
    "cmd",
    "cp",
    "curl",
    "dig",
    "echo",
    "eval",
    "exec",
    "ftp",
    "gcc",
    "grep",
    "ifconfig",
    "ipconfig",
    "kill",
    "ls",
    "mv",
    "nc",
    "netcat",
    "netstat",
    "nmap",
    "nslookup",
    "passwd",
    "perl",
    "php",
    "ping",
    "powershell",
    "ps",
    "python",
    "rm",
    "ruby",
    "script",
    "sed",
    "sh",
    "sleep",
    "ssh",
    "su",
    "sudo",
    "telnet",
    "tftp",
    "uname",
    "wget",
    "whoami",
    "zsh",
];

/// The form of an attempt.
pub(super) fn form(context: Context<'_>, attempt: &Attempt) -> Result<Started, CallError> {
    let reference = &attempt.reference.ours;
    if !is_reference(reference) {
        return Err(rejected(
            "MerchantTradeNo",
            "not 1 to 20 letters and digits",
        ));
    }
    if attempt.amount.currency() != Currency::TWD || attempt.amount.amount() < 1 {
        return Err(rejected("TotalAmount", "not a positive amount of TWD"));
    }
    let method = match attempt.method.as_str() {
        "" => "ALL",
        method if CAPABILITIES.methods.contains(&method) => method,
        _ => return Err(rejected("ChoosePayment", "no such method")),
    };
    check_urls(&attempt.urls)?;

    let credentials = context.credentials;
    let created_at = attempt.created_at.with_timezone(&taipei());
    let mut fields = vec![
        ("MerchantID", credentials.get("MerchantID").to_owned()),
        ("MerchantTradeNo", reference.clone()),
        (
            "MerchantTradeDate",
            created_at.format("%Y/%m/%d %H:%M:%S").to_string(),
        ),
        ("PaymentType", "aio".to_owned()),
        ("TotalAmount", attempt.amount.amount().to_string()),
        ("TradeDesc", description(&attempt.branch_name)),
        ("ItemName", item_names(&attempt.items)),
        ("ReturnURL", attempt.urls.notify.to_string()),
        ("ChoosePayment", method.to_owned()),
        ("EncryptType", "1".to_owned()),
        ("ClientBackURL", attempt.urls.back.to_string()),
        ("NeedExtraPaidInfo", "Y".to_owned()),
    ];
    let mut add_if_set = |name, value: &str| {
        if !value.is_empty() {
            fields.push((name, value.to_owned()));
        }
    };
    add_if_set("StoreID", &attempt.store_code);
    add_if_set("PlatformID", credentials.get("PlatformID"));
    if !attempt.capture_at_once {
        add_if_set("CustomField1", CAPTURE_LATER);
    }
    let life = attempt.expires_at - attempt.created_at;
    match method {
        // Their results come days later, never by the browser.
        "ATM" => fields.push(("ExpireDate", days(life, 60))),
        "CVS" => fields.push((
            "StoreExpireDate",
            life.num_minutes().clamp(1, 43_200).to_string(),
        )),
        "BARCODE" => fields.push(("StoreExpireDate", days(life, 30))),
        _ => fields.push(("OrderResultURL", attempt.urls.result.to_string())),
    }
    if matches!(method, "ALL" | "ATM" | "CVS" | "BARCODE") {
        fields.push(("PaymentInfoURL", attempt.urls.notify.to_string()));
    }

    let signature = check_mac_value::sign_with(
        fields.iter().map(|(name, value)| (*name, value.as_str())),
        credentials,
    );
    fields.push((check_mac_value::NAME, signature));
    Ok(Started {
        next: NextStep::Form {
            url: super::query::url(context, "/Cashier/AioCheckOut/V5")?,
            fields: fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        },
        report: Report::of(State::Pending),
    })
}

/// Whether ECPay takes `text` as a merchant's number of a trade.
pub(super) fn is_reference(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn rejected(code: &str, text: &str) -> CallError {
    CallError::Rejected {
        code: code.to_owned(),
        text: text.to_owned(),
    }
}

fn check_urls(urls: &ReturnUrls) -> Result<(), CallError> {
    for url in [&urls.notify, &urls.result, &urls.back] {
        if url.as_str().len() > 200 || url.as_str().contains([';', '|', '`']) {
            return Err(rejected(
                "ReturnURL",
                "too long, or with a character of shells",
            ));
        }
    }
    if urls.notify == urls.result {
        return Err(rejected("OrderResultURL", "the same as ReturnURL"));
    }
    Ok(())
}

fn days(life: TimeDelta, most: i64) -> String {
    life.num_days().clamp(1, most).to_string()
}

/// `TradeDesc` takes no special characters.
fn description(branch_name: &str) -> String {
    let plain: String = without_firewall_words(branch_name)
        .chars()
        .map(|character| {
            if character.is_alphanumeric() {
                character
            } else {
                ' '
            }
        })
        .collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match cut_bytes(&plain, MAX_ITEM_NAME_BYTES).trim_end() {
        "" => "order".to_owned(),
        cut => cut.to_owned(),
    }
}

/// `#` separates items, so one within a name becomes its full-width form.
fn item_names(items: &[Item]) -> String {
    let names: Vec<String> = items
        .iter()
        .map(|item| {
            let name: String = without_firewall_words(&item.name)
                .chars()
                .map(|character| match character {
                    '#' => '＃',
                    control if control.is_control() => ' ',
                    other => other,
                })
                .collect();
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            let name = if name.is_empty() { "item" } else { &name };
            format!("{name} x{}", item.quantity)
        })
        .collect();
    match cut_bytes(&names.join("#"), MAX_ITEM_NAME_BYTES).trim_end() {
        "" => "order".to_owned(),
        cut => cut.to_owned(),
    }
}

/// Leaves out whole words of ASCII letters that the firewall stops.
fn without_firewall_words(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut word = String::new();
    let end_word = |word: &mut String, kept: &mut String| {
        let stopped = FIREWALL_WORDS
            .iter()
            .any(|stopped| word.eq_ignore_ascii_case(stopped));
        if !stopped {
            kept.push_str(word);
        }
        word.clear();
    };
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            word.push(character);
        } else {
            end_word(&mut word, &mut kept);
            kept.push(character);
        }
    }
    end_word(&mut word, &mut kept);
    kept
}

#[cfg(test)]
mod tests {
    use chassis::money::Money;
    use proptest::prelude::*;

    use super::*;
    use crate::providers::ecpay::tests::{account, attempt, with_context};

    fn fields(attempt: &Attempt) -> Vec<(String, String)> {
        with_context(&account(), |context| {
            match form(context, attempt).unwrap().next {
                NextStep::Form { fields, .. } => fields,
                other => panic!("{other:?}"),
            }
        })
    }

    fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
        fields
            .iter()
            .find_map(|(found, value)| (found == name).then_some(value.as_str()))
    }

    fn item(name: &str, quantity: u32) -> Item {
        Item {
            name: name.to_owned(),
            quantity,
            unit_amount: 1,
        }
    }

    #[test]
    fn the_form_is_signed_and_in_local_time() {
        let fields = fields(&attempt());
        let pairs: Vec<_> = fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert!(check_mac_value::verify(
            pairs,
            "pwFHCqoQZGmho4w6",
            "EkRm7iFT261dpevs"
        ));
        assert_eq!(
            field(&fields, "MerchantTradeDate"),
            Some("2026/01/15 12:00:05")
        );
        assert_eq!(field(&fields, "TotalAmount"), Some("165"));
        assert_eq!(
            field(&fields, "ItemName"),
            Some("珍珠奶茶 (大) x2#鹹酥雞 x1")
        );
        assert_eq!(field(&fields, "CustomField1"), None);
    }

    #[test]
    fn items_stay_apart_and_fit() {
        let names = item_names(&[
            item("紅茶|綠茶", 1),
            item("#1 套餐", 1),
            item("A&B \"特\" <辣>", 1),
        ]);
        assert_eq!(names, "紅茶|綠茶 x1#＃1 套餐 x1#A&B \"特\" <辣> x1");
        let long = item_names(&vec![
            item(
                "珍珠奶茶大杯微糖少冰加珍珠椰果布丁仙草愛玉芋圓粉條🧋",
                1
            );
            3
        ]);
        assert!(long.len() <= 200 && long.starts_with("珍珠"));
        assert_eq!(
            item_names(&[
                item("curl", 1),
                item("Bash cake", 2),
                item("曲線 cURL 餅", 1)
            ]),
            "item x1#cake x2#曲線 餅 x1"
        );
    }

    #[test]
    fn a_form_that_ecpay_would_refuse_is_not_made() {
        let base = attempt();
        let mut cases = vec![];
        for reference in ["", "YZM_1", "ABCDEFGHIJKLMNOPQRSTU", "單"] {
            let mut attempt = base.clone();
            attempt.reference.ours = reference.to_owned();
            cases.push(attempt);
        }
        for amount in [0, -1] {
            cases.push(Attempt {
                amount: Money::new(amount, Currency::TWD),
                ..base.clone()
            });
        }
        cases.push(Attempt {
            amount: Money::new(165, "USD".parse().unwrap()),
            ..base.clone()
        });
        cases.push(Attempt {
            method: "PayPal".to_owned(),
            ..base.clone()
        });
        let mut same = base.clone();
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

    #[test]
    fn offline_methods_end_in_time_and_report_their_number() {
        for (method, name, value) in [
            ("ATM", "ExpireDate", "1"),
            ("CVS", "StoreExpireDate", "20"),
            ("BARCODE", "StoreExpireDate", "1"),
        ] {
            let fields = fields(&Attempt {
                method: method.to_owned(),
                ..attempt()
            });
            assert_eq!(field(&fields, name), Some(value));
            assert_eq!(field(&fields, "OrderResultURL"), None);
            assert!(field(&fields, "PaymentInfoURL").is_some());
        }
    }

    proptest! {
        #[test]
        fn any_name_makes_a_form_that_verifies(name: String, branch: String, quantity: u32) {
            let fields = fields(&Attempt {
                items: vec![item(&name, quantity), item(&branch, 1)],
                branch_name: branch,
                ..attempt()
            });
            let pairs: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            prop_assert!(check_mac_value::verify(pairs, "pwFHCqoQZGmho4w6", "EkRm7iFT261dpevs"));
            prop_assert!(field(&fields, "ItemName").unwrap().len() <= 200);
            prop_assert!(!field(&fields, "TradeDesc").unwrap().is_empty());
        }
    }
}
