//! Kinds of coupons, the rules that give them by themselves, and some that staff gave.

use anyhow::Context as _;
use reqwest::Method;
use serde_json::{Value, json};

use super::{client::Staff, rules};

/// Name among staff, name as customers see it, amount off, goods from which, and whether it can be passed on.
type Plan = (&'static str, &'static str, i64, i64, bool);

const WELCOME: Plan = ("新會員 30 元券", "折 30 元", 30, 100, false);
const TIER: Plan = ("升等 80 元券", "升等折 80 元", 80, 200, false);
const MONTHLY: Plan = ("金卡每月 20 元券", "金卡折 20 元", 20, 60, false);
const BIRTHDAY: Plan = ("生日 50 元券", "生日折 50 元", 50, 150, true);
const FRIENDS: Plan = ("好友分享 25 元券", "折 25 元", 25, 100, true);
const DAYS_BEFORE_BIRTHDAY: i32 = 7;
/// Most members that a request lists.
const PAGE: i32 = 50;

/// Creates the coupons of a brand, and the rules that give them: on joining, for a tier, every month, for birthdays.
pub async fn set_up(staff: &Staff, brand_id: &str) -> anyhow::Result<()> {
    let path = "/tiers/programmes";
    let programmes = staff.call(Method::GET, path, Value::Null).await?;
    let tiers = programmes["programmes"][0]["versions"][0]["rules"]["tiers"].as_array();
    let tiers = tiers.context("there are no tiers")?;
    // The base tier stands first, and everybody has it.
    let above: Vec<&Value> = tiers[1..].iter().map(|tier| &tier["tier_id"]).collect();
    let highest = above.last().context("there is one tier alone")?;
    for (name, plan, when) in [
        ("入會禮", WELCOME, json!({"occasion": "joined"})),
        (
            "升等禮",
            TIER,
            json!({"occasion": "tier_reached", "tier_ids": above}),
        ),
        (
            "金卡每月禮",
            MONTHLY,
            json!({"occasion": "monthly", "tier_ids": [highest]}),
        ),
        (
            "生日禮",
            BIRTHDAY,
            json!({"occasion": "birthday", "days_before": DAYS_BEFORE_BIRTHDAY}),
        ),
    ] {
        let mut rule = when;
        rule["name"] = name.into();
        rule["template_id"] = create(staff, brand_id, plan).await?.into();
        let body = json!({ "rule": rule });
        staff.call(Method::POST, "/giving-rules", body).await?;
    }
    Ok(())
}

/// Gives every member a coupon that can be passed on.
pub async fn give(staff: &Staff, brand_id: &str) -> anyhow::Result<()> {
    let template = create(staff, brand_id, FRIENDS).await?;
    let find = json!({ "page_size": PAGE });
    let found = staff.call(Method::POST, "/members/find", find).await?;
    let members = found["members"].as_array().context("nobody is a member")?;
    let ids: Vec<&Value> = members.iter().map(|member| &member["member_id"]).collect();
    let issue = json!({ "member_ids": ids, "reason": "開幕感謝" });
    let path = format!("/coupon-templates/{template}/coupons");
    let issued = staff.call(Method::POST, &path, issue).await?;
    anyhow::ensure!(
        issued["issued_count"].as_u64() == u64::try_from(ids.len()).ok(),
        "some members got no coupon: {issued}"
    );
    Ok(())
}

/// Creates a kind of coupon that can be issued at once, and answers its id.
async fn create(
    staff: &Staff,
    brand_id: &str,
    (internal_name, name, off, from, transferable): Plan,
) -> anyhow::Result<String> {
    let effect = json!({"order": {"thresholds": [{"at": from, "off": {"amount": off}}]}});
    let template = json!({"template": {
        "internal_name": internal_name,
        "rule": rules::rule(name, brand_id, effect),
        "terms": format!("每筆訂單限用一張，滿 {from} 元可用。"),
        "validity": {"days": 30},
        "transferable": transferable,
    }});
    rules::activate(staff, template).await
}
