//! What the chain gives its members: a points programme, three tiers, and a few tags, some of them by rules.

use reqwest::Method;
use serde_json::{Value, json};

use super::client::Staff;

/// Saves the programme of points, the tiers and the tags of the organisation.
pub async fn set_up(staff: &Staff) -> anyhow::Result<()> {
    staff
        .call(
            Method::POST,
            "/points/programmes",
            json!({
                "version": 0, "scope": "organisation", "effective_at": null,
                "rules": {
                    "unit_name": "點",
                    "earning": {
                        "every": 10, "points": 1, "target": null, "methods": [],
                        "channels": ["web", "line", "qr_table", "counter"],
                    },
                    "redeeming": {
                        "worth_of_100": 100, "min_points": 10, "step": 1, "min_spend": 0,
                        "cap_bp": 5_000, "target": null, "not_beside": [],
                    },
                    "waiting_days": 0, "expiry": "next_year_end", "expiry_months": 0,
                    "join_bonus": 20, "birthday_bonus": 50, "first_order_bonus": 10, "profile_bonus": 30,
                    "weekday_factors": [{"weekday": 3, "factor_bp": 20_000, "adds": false}],
                },
            }),
        )
        .await?;
    let tier = |name: &str, colour: &str, spend: i64, discount_bp: i32, factor_bp: i32| {
        let upgrade = json!({
            "all": true, "spend": spend, "orders": 0, "single_order": 0, "points_earned": 0,
        });
        json!({
            "name": name, "colour": colour, "upgrade": if spend > 0 { upgrade } else { Value::Null },
            "validity_days": 365, "renewal": null, "downgrade": "one_tier", "grace_days": 30,
            "benefits": {
                "discount_bp": discount_bp, "target": null, "max_discount": null,
                "points_factor_bp": factor_bp, "points_factor_adds": false,
                "free_delivery_from": null,
            },
        })
    };
    staff
        .call(
            Method::POST,
            "/tiers/programmes",
            json!({
                "version": 0, "scope": "organisation", "effective_at": null, "mode": "recalculate",
                "rules": {
                    "window": "rolling_year",
                    "tiers": [
                        tier("一般", "#7a7a7a", 0, 0, 10_000),
                        tier("銀卡", "#8fa3ad", 3_000, 300, 10_000),
                        tier("金卡", "#c0a020", 8_000, 500, 15_000),
                    ],
                },
            }),
        )
        .await?;
    for (name, colour, group, rule) in [
        (
            "常客",
            "#2f6b4f",
            "來店",
            json!({"window_days": 90, "min_orders": 2}),
        ),
        (
            "新朋友",
            "#2f7f86",
            "來店",
            json!({"joined_within_days": 30}),
        ),
        ("本月壽星", "#a0578f", "來店", json!({"birth_month": true})),
        ("上班族", "#3a5f8a", "客群", Value::Null),
        ("學生", "#8a5f3a", "客群", Value::Null),
        ("喜歡奶茶", "#b3402e", "口味", Value::Null),
    ] {
        let tag = json!({"name": name, "colour": colour, "group_name": group, "rule": rule});
        staff.call(Method::POST, "/tags", tag).await?;
    }
    Ok(())
}
