//! Members who join as customers do: by a code that the sandbox's SMS gateway shows; some of them order. The
//! organisation has LINE Login at the sandbox.

use anyhow::Context as _;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use super::{
    client::{Staff, checked, text},
    orders,
};
use crate::endpoints::Endpoints;

/// Version of the texts that customers of the demonstration agree to.
const TEXTS: &str = "2026-12";
const CODE_DIGITS: usize = 6;

/// Somebody who joins: name, phone, birthday, gender and whether they agree to marketing by SMS.
pub(crate) type Person<'a> = (&'a str, &'a str, &'a str, &'a str, bool);

/// Who joins, and how many orders they complete.
const MEMBERS: [(Person<'_>, usize); 6] = [
    (("王小明", "0912000001", "1990-04-12", "male", true), 3),
    (("陳美玲", "0912000002", "1985-12-24", "female", true), 2),
    (("林志豪", "0912000003", "2001-07-30", "male", false), 1),
    (("張雅婷", "0912000004", "1996-12-05", "female", true), 0),
    (("Amy Chen", "0912000005", "", "not_given", false), 0),
    (("李建國", "0912000006", "1962-02-28", "male", false), 0),
];

/// A member who is signed in.
pub(crate) struct Member {
    /// Id.
    pub(crate) member_id: String,
    /// What the browser sends as `Cookie`.
    pub(crate) cookies: String,
    /// The browser.
    pub(crate) browser: Client,
}

/// Sets LINE Login and lets the members join at a brand, and order in its branch.
pub async fn load(
    staff: &Staff,
    endpoints: &Endpoints,
    (brand, branch): (&str, &str),
) -> anyhow::Result<()> {
    let login = json!({
        "version": 0, "channel_id": "2006000001",
        "channel_secret": "5f4dcc3b5aa765d61d8327deb882cf99", "enabled": true,
    });
    staff.call(Method::PUT, "/line-login", login).await?;
    let shop = format!("{}/api/shop/{brand}/{branch}", endpoints.gateway);
    let menu = orders::menu(&Client::new(), &shop).await?;
    for (person, completed) in &MEMBERS {
        let joined = join(endpoints, brand, person).await;
        let member = joined.with_context(|| format!("joining as {}", person.0))?;
        for index in 0..*completed {
            orders::complete_one(staff, &member.browser, (&shop, &menu), index).await?;
        }
    }
    Ok(())
}

/// Joins at a brand, by its slug.
pub(crate) async fn join(
    endpoints: &Endpoints,
    brand: &str,
    (name, phone, birthday, gender, marketing): &Person<'_>,
) -> anyhow::Result<Member> {
    let browser = Client::builder().cookie_store(true).build()?;
    let base = format!("{}/api/members/{brand}", endpoints.gateway);
    let body = json!({ "phone": phone, "purpose": "sign_in" });
    let sent = browser.post(format!("{base}/codes")).json(&body).send();
    let sent = sent.await?;
    let mut cookies = cookies_of(&sent);
    checked("the code", sent).await?;
    let consent =
        |kind: &str, agreed: bool| json!({ "kind": kind, "agreed": agreed, "text_version": TEXTS });
    let body = json!({
        "phone": phone, "code": code(endpoints, &browser, phone).await?, "name": name,
        "birthday": birthday, "gender": gender,
        "consents": [consent("terms", true), consent("marketing_sms", *marketing)],
    });
    let signed_in = browser.post(format!("{base}/sign-in")).json(&body).send();
    let signed_in = signed_in.await?;
    cookies.extend(cookies_of(&signed_in));
    let joined = checked("joining", signed_in).await?;
    Ok(Member {
        member_id: text(&joined, "/me/member_id")?.to_owned(),
        cookies: cookies.join("; "),
        browser,
    })
}

fn cookies_of(answer: &Response) -> Vec<String> {
    let set = answer.cookies();
    set.map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
        .collect()
}

/// The code that was sent to a phone last.
async fn code(endpoints: &Endpoints, browser: &Client, phone: &str) -> anyhow::Result<String> {
    let control = endpoints.sandbox.get(sandbox::CONTROL);
    let control = control.context("the sandbox is not running")?;
    let number = phone.strip_prefix('0').unwrap_or(phone);
    let url = format!("{control}/sms/messages?to=%2B886{number}");
    let messages: Value = checked("the texts", browser.get(url).send().await?).await?;
    let text = messages[0]["text"].as_str().unwrap_or_default();
    let parts = text.split(|c: char| !c.is_ascii_digit());
    let code = parts.into_iter().find(|part| part.len() == CODE_DIGITS);
    Ok(code.context("no code was sent")?.to_owned())
}
