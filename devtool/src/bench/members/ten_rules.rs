//! Ten promotions that act at the same time, and the look whether ordering knows them.

use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::super::orders::{cart, quote};
use crate::{
    demo::rules::{enable, rule},
    infra::wait_until,
    shop::Shop,
};

/// The promotion that is enabled last; it takes off every cart.
const LAST: &str = "每筆折一元";
const LIMIT: Duration = Duration::from_secs(30);

/// Enables them and waits until quotes follow.
pub async fn enable_all(shop: &Shop) -> anyhow::Result<()> {
    for promotion in all(shop)? {
        enable(&shop.owner, promotion).await?;
    }
    let cart = cart(shop);
    wait_until("the promotions in ordering", LIMIT, async || {
        let quoted = quote(shop, &cart, None).await;
        quoted.is_ok_and(|quoted| quoted.to_string().contains(LAST))
    })
    .await
}

/// Of most types: some act on every cart, one for members alone, some say what is missing.
fn all(shop: &Shop) -> anyhow::Result<Vec<Value>> {
    let first = shop.items.first().context("nothing is sold")?;
    let at = |at: i64, off: Value| json!({"order": {"thresholds": [{"at": at, "off": off}]}});
    let of = |name: &str, effect: Value| rule(name, &shop.brand_id, effect);

    let mut five_off = of("紅玉折五元", json!({"item": {"off": {"amount": 5}}}));
    five_off["target"] = json!({"product_ids": [first.product_id]});
    let mut members = of("會員折三元", at(0, json!({"amount": 3})));
    members["conditions"]["audience"] = json!({"kind": "members"});
    let mut lunch = of("午間九五折", at(0, json!({"percent_bp": 500})));
    lunch["conditions"]["hours"] = json!([{"from_minute": 0, "to_minute": 1440}]);
    let rules = [
        five_off,
        of(
            "第四件半價",
            json!({"nth_unit": {"n": 4, "off": {"percent_bp": 5_000}}}),
        ),
        of("任選九件 300 元", json!({"any_n": {"n": 9, "price": 300}})),
        of(
            "買二送一折十元",
            json!({"buy_get": {"buy": 2, "get": 1, "off": {"amount": 10}}}),
        ),
        of("滿千折百", at(1_000, json!({"amount": 100}))),
        of("滿五百折三十", at(500, json!({"amount": 30}))),
        of(
            "外送免運",
            json!({"delivery": {"off": {"percent_bp": 10_000}}}),
        ),
        members,
        lunch,
        of(LAST, at(0, json!({"amount": 1}))),
    ];
    let named = rules
        .into_iter()
        .map(|rule| json!({"promotion": {"internal_name": rule["name"], "rule": rule}}));
    Ok(named.collect())
}
