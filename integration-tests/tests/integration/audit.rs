//! Who changed what, over all services: a change is recorded where it happened and read in one place.

use std::time::Duration;

use devtool::demo::{
    chain::PASSWORD,
    client::{Staff, text},
};
use integration_tests::{Customer, Platform, Shop};
use reqwest::Method;
use serde_json::{Value, json};

/// The records that a filter finds, newest first, once there are as many.
async fn records(staff: &Staff, filter: &str, count: usize) -> anyhow::Result<Vec<Value>> {
    let path = format!("/audit-records?{filter}");
    for _ in 0..100 {
        let page = staff.call(Method::GET, &path, Value::Null).await?;
        let records = page["records"].as_array().cloned().unwrap_or_default();
        if records.len() >= count {
            return Ok(records);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("no {count} records of {filter}")
}

async fn product(shop: &Shop, id: &str) -> anyhow::Result<Value> {
    let path = format!("/products/{id}");
    let found = shop.owner.call(Method::GET, &path, Value::Null).await?;
    Ok(found["product"].clone())
}

#[tokio::test]
async fn changes_in_every_service_are_found_with_before_and_after() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(100).await?;
    let tea = &shop.items[0];
    let owner = &shop.owner;

    // catalog
    let mut renamed = product(&shop, &tea.product_id).await?;
    let name = text(&renamed, "/name")?.to_owned();
    renamed["name"] = json!("蜜香紅茶");
    for given in ["product_id", "brand_id"] {
        renamed.as_object_mut().and_then(|it| it.remove(given));
    }
    let path = format!("/products/{}", tea.product_id);
    owner.call(Method::PUT, &path, renamed).await?;
    // capacity
    shop.stock(tea, 7).await?;
    // ordering
    let placed = Customer::of(&shop)?.buy(&[(tea, 1)]).await?;
    let order_id = text(&placed.body, "/order/order_id")?.to_owned();
    let phone = text(&placed.body, "/order/contact_phone")?.to_owned();
    shop.transition(&placed.body["order"], json!({"to": "accepted"}))
        .await?;
    let unmask = json!({"reason": "通知缺貨"});
    let path = format!("/orders/{order_id}/unmask");
    owner.call(Method::POST, &path, unmask).await?;

    let of_product = format!("object_id={}", tea.product_id);
    let changes = records(
        owner,
        &format!("{of_product}&action=catalog.UpdateProduct"),
        1,
    )
    .await?;
    let change = &changes[0];
    assert_eq!(change["actor_kind"], "staff");
    assert_eq!(change["outcome"], "OK");
    assert_eq!(change["brand_id"], shop.brand_id.as_str());
    let expected = json!({"field": "name", "before": name, "after": "蜜香紅茶"});
    let fields = change["changes"].as_array();
    assert!(
        fields.is_some_and(|fields| fields.contains(&expected)),
        "{change}"
    );

    let of_branch = format!("branch_id={}", shop.branch_id);
    let stock = records(
        owner,
        &format!("{of_branch}&action=capacity.RecordStockMovement"),
        1,
    )
    .await?;
    assert_eq!(stock[0]["object_type"], "stock_item");

    let of_order = records(owner, &format!("object_id={order_id}"), 2).await?;
    let [unmasked, accepted, ..] = of_order.as_slice() else {
        anyhow::bail!("two records of the order, found {of_order:?}");
    };
    assert_eq!(unmasked["action"], "ordering.UnmaskContact");
    assert_eq!(unmasked["reason"], "通知缺貨");
    assert_eq!(accepted["action"], "ordering.TransitionOrder");
    assert_eq!(accepted["branch_id"], shop.branch_id.as_str());
    assert_eq!(
        accepted["changes"],
        json!([{"field": "state", "before": "placed", "after": "accepted"}])
    );
    for record in &of_order {
        assert!(!record.to_string().contains(&phone), "{record}");
    }
    Ok(())
}

#[tokio::test]
async fn an_attempt_without_authority_is_recorded_and_not_shown_to_who_made_it()
-> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(100).await?;
    let person = json!({
        "account": "counter", "name": "阿明", "role": "counter", "password": PASSWORD,
        "scope": {"organisation": false, "brand_ids": [], "branch_ids": [shop.branch_id]},
    });
    shop.owner.call(Method::POST, "/accounts", person).await?;
    let gateway = &platform.endpoints.gateway;
    let counter = Staff::sign_in(gateway, &shop.organisation, "counter", PASSWORD).await?;
    let count = json!({"kind": "counted", "quantity": 1, "reason": "x"});
    let item = format!(
        "/branches/{}/stock/{}/movements",
        shop.branch_id, shop.items[0].variant_id
    );
    let refused = counter.call(Method::POST, &item, count).await;
    assert!(refused.is_err(), "{refused:?}");

    let attempts = records(&shop.owner, "action=capacity.RecordStockMovement", 1).await?;
    assert_eq!(attempts[0]["outcome"], "PERMISSION_DENIED");
    assert_eq!(attempts[0]["account_name"], "阿明");
    let refused = counter
        .call(Method::GET, "/audit-records", Value::Null)
        .await;
    assert!(refused.is_err(), "{refused:?}");
    Ok(())
}
