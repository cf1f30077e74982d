//! Ids of another organisation are not found by any operation of the admin.

use integration_tests::{Customer, Platform};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn another_organisations_ids_answer_not_found_everywhere() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let (theirs, ours) = (platform.shop(100).await?, platform.shop(100).await?);
    let tea = &theirs.items[0];
    theirs.stock(tea, 5).await?;
    let placed = Customer::of(&theirs)?.buy(&[(tea, 1)]).await?;
    let order = placed.body["order"]["order_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();

    let (brand, branch) = (&theirs.brand_id, &theirs.branch_id);
    let (product, sku) = (&tea.product_id, &tea.variant_id);
    let calls = [
        (
            Method::GET,
            format!("/brands/{brand}/categories"),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/brands/{brand}/products"),
            Value::Null,
        ),
        (Method::GET, format!("/products/{product}"), Value::Null),
        (
            Method::POST,
            format!("/products/{product}/archive"),
            json!({"version": 1}),
        ),
        (
            Method::GET,
            format!("/brands/{brand}/option-groups"),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/brands/{brand}/products/export"),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/brands/{brand}/publish-check"),
            Value::Null,
        ),
        (
            Method::POST,
            format!("/brands/{brand}/publish"),
            json!({"branch_ids": [branch]}),
        ),
        (
            Method::GET,
            format!("/branches/{branch}/print-devices"),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/branches/{branch}/print-points"),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/branches/{branch}/print-jobs"),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/branches/{branch}/menus"),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/branches/{branch}/hours"),
            Value::Null,
        ),
        (
            Method::POST,
            format!("/branches/{branch}/hours/preview"),
            json!({}),
        ),
        (
            Method::GET,
            format!("/branches/{branch}/hours/versions"),
            Value::Null,
        ),
        (
            Method::POST,
            format!("/branches/{branch}/hours/versions/1/withdraw"),
            json!({"version": 1}),
        ),
        (
            Method::GET,
            format!("/branches/{branch}/special-days"),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/brands/{brand}/special-days"),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/branches/{branch}/stock"),
            Value::Null,
        ),
        (
            Method::POST,
            format!("/branches/{branch}/stock/{sku}/movements"),
            json!({"kind": "received", "quantity": 5, "reason": "x"}),
        ),
        (
            Method::GET,
            format!("/branches/{branch}/stock/{sku}/movements"),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/branches/{branch}/availability"),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/branches/{branch}/orders"),
            Value::Null,
        ),
        (Method::GET, format!("/orders/{order}"), Value::Null),
        (Method::GET, format!("/orders/{order}/ledger"), Value::Null),
        (
            Method::GET,
            format!("/brands/{brand}/ledger?from=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z"),
            Value::Null,
        ),
        (
            Method::GET,
            format!("/brands/{brand}/ledger/balances?branch_id={branch}"),
            Value::Null,
        ),
        (
            Method::POST,
            format!("/orders/{order}/transition"),
            json!({"to": "accepted", "version": 1}),
        ),
        (
            Method::POST,
            format!("/orders/{order}/undo"),
            json!({"version": 1}),
        ),
        (Method::GET, format!("/orders/{order}/slots"), Value::Null),
        (
            Method::POST,
            format!("/orders/{order}/reschedule"),
            json!({"version": 1, "wanted_at": "2030-01-01T04:00:00Z", "reason": "x"}),
        ),
    ];
    for (method, path, body) in calls {
        let answer = ours.owner.call(method.clone(), &path, body).await;
        let problem = answer
            .err()
            .map(|problem| problem.to_string())
            .unwrap_or_default();
        assert!(
            problem.contains("NOT_FOUND"),
            "{method} {path} answered: {problem:?}"
        );
    }
    assert_eq!(
        theirs.available(tea).await?,
        4,
        "nothing of theirs was changed"
    );
    Ok(())
}

#[tokio::test]
async fn a_customers_link_works_at_its_own_shop_only() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let (theirs, ours) = (platform.shop(100).await?, platform.shop(100).await?);
    let placed = Customer::of(&theirs)?.buy(&[(&theirs.items[0], 1)]).await?;
    let token = placed.body["access_token"].as_str().unwrap_or_default();
    let path = format!("/orders/{token}");

    let own = Customer::of(&theirs)?
        .call(Method::GET, &path, None, None)
        .await?;
    assert_eq!(own.status, 200);
    let other = Customer::of(&ours)?
        .call(Method::GET, &path, None, None)
        .await?;
    assert_eq!((other.status, other.reason()), (404, "NOT_FOUND"));
    let forged = format!("/orders/{}", token.chars().rev().collect::<String>());
    let forged = Customer::of(&theirs)?
        .call(Method::GET, &forged, None, None)
        .await?;
    assert_eq!((forged.status, forged.reason()), (404, "NOT_FOUND"));
    Ok(())
}
