//! Promotions and promo codes of a brand. What acts begins with amounts that no order of the
//! demo comes to by itself, so that its prices stay those of the menu.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Staff, text};
use crate::infra::wait_until;

const LIMIT: Duration = Duration::from_secs(20);

/// Creates what a marketing person would have set up.
pub async fn set_up(staff: &Staff, brand_id: &str) -> anyhow::Result<()> {
    let spend = promotion(
        "滿千折百",
        brand_id,
        json!({"order": {"thresholds": [
            {"at": 1000, "off": {"amount": 100}},
            {"at": 2000, "off": {"amount": 250}},
        ]}}),
    );
    enable(staff, spend).await?;
    for (name, effect) in [
        ("任選三杯 99 元", json!({"any_n": {"n": 3, "price": 99}})),
        (
            "買二送一",
            json!({"buy_get": {"buy": 2, "get": 1, "off": {"percent_bp": 10_000}}}),
        ),
        (
            "第二件半價",
            json!({"nth_unit": {"n": 2, "off": {"percent_bp": 5_000}}}),
        ),
    ] {
        let draft = promotion(name, brand_id, effect);
        staff.call(Method::POST, "/promotions", draft).await?;
    }
    promo_codes(staff, brand_id).await
}

/// Creates a promotion and enables it.
pub(crate) async fn enable(staff: &Staff, promotion: Value) -> anyhow::Result<()> {
    // Membership knows a new brand by an event, so the first try may come too early.
    let mut created = Value::Null;
    wait_until("the brand in membership", LIMIT, async || {
        match staff
            .call(Method::POST, "/promotions", promotion.clone())
            .await
        {
            Ok(promotion) => {
                created = promotion;
                true
            }
            Err(_) => false,
        }
    })
    .await?;
    let path = format!(
        "/promotions/{}/state",
        text(&created, "/promotion/promotion_id")?
    );
    let step = json!({"version": created["promotion"]["version"], "step": "enable"});
    staff.call(Method::POST, &path, step).await?;
    Ok(())
}

fn promotion(name: &str, brand_id: &str, effect: Value) -> Value {
    json!({"promotion": {
        "internal_name": name,
        "rule": rule(name, brand_id, effect),
    }})
}

/// A rule of a brand without any other condition.
pub(crate) fn rule(name: &str, brand_id: &str, effect: Value) -> Value {
    json!({
        "name": name,
        "conditions": {"brand_ids": [brand_id]},
        "effect": effect,
    })
}

async fn promo_codes(staff: &Staff, brand_id: &str) -> anyhow::Result<()> {
    let mut limited = rule(
        "夏日折 50",
        brand_id,
        json!({"order": {"thresholds": [{"at": 300, "off": {"amount": 50}}]}}),
    );
    limited["limits"] = json!({"total": 500, "per_member": 1, "budget": 20_000});
    let single = json!({
        "promo_code": {"internal_name": "夏日傳單", "rule": limited},
        "code": "SUMMER50",
    });
    staff.call(Method::POST, "/promo-codes", single).await?;
    let batch = json!({
        "promo_code": {
            "internal_name": "開幕抽獎",
            "rule": rule("九折", brand_id, json!({"order": {"thresholds": [
                {"at": 0, "off": {"percent_bp": 1_000}}]}})),
        },
        "batch": {"count": 200, "prefix": "TEA"},
    });
    staff.call(Method::POST, "/promo-codes", batch).await?;
    Ok(())
}

/// Creates a coupon template that coupons can be issued of, and answers its id.
pub(crate) async fn activate(staff: &Staff, template: Value) -> anyhow::Result<String> {
    let created = staff
        .call(Method::POST, "/coupon-templates", template)
        .await?;
    let id = text(&created, "/template/template_id")?;
    let path = format!("/coupon-templates/{id}/state");
    let active = json!({"version": created["template"]["version"], "state": "active"});
    staff.call(Method::POST, &path, active).await?;
    Ok(id.to_owned())
}
