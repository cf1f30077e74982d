//! Invariant 1 at the gateway.

use futures::{StreamExt as _, stream};
use integration_tests::{Customer, Platform};

#[tokio::test]
async fn five_hundred_buyers_of_a_hundred_units_get_exactly_a_hundred() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(9_999).await?;
    let tea = &shop.items[0];
    shop.stock(tea, 100).await?;

    let answers: Vec<_> = stream::iter(0..500)
        .map(|_| async { Customer::of(&shop)?.buy(&[(tea, 1)]).await })
        .buffer_unordered(64)
        .collect()
        .await;
    let mut sold = 0;
    for answer in answers {
        let answer = answer?;
        match answer.status {
            201 => sold += 1,
            _ => assert_eq!(answer.reason(), "OUT_OF_STOCK", "{answer:?}"),
        }
    }
    assert_eq!(sold, 100);
    assert_eq!(shop.available(tea).await?, 0);
    devtool::doctor::doctor(&platform.home).await
}

#[tokio::test]
async fn a_slot_never_takes_more_orders_than_its_limit() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(20).await?;
    let tea = &shop.items[0];
    let customer = Customer::of(&shop)?;
    let offered = customer
        .call(reqwest::Method::GET, "/availability", None, None)
        .await?;
    // Far enough ahead that it does not begin meanwhile.
    let slot = &offered.body["slots"][8]["starts_at"];

    let answers: Vec<_> = stream::iter(0..100)
        .map(|_| async {
            let customer = Customer::of(&shop)?;
            let mut cart = Customer::cart(&[(tea, 1)]);
            cart["wanted_at"] = slot.clone();
            let quote = customer.quote(&cart).await?;
            let order = customer.order(&cart, &quote.body);
            customer.place(&integration_tests::new_key(), &order).await
        })
        .buffer_unordered(32)
        .collect()
        .await;
    let mut booked = 0;
    for answer in answers {
        let answer = answer?;
        match answer.status {
            201 => booked += 1,
            _ => assert_eq!(answer.reason(), "SLOT_FULL", "{answer:?}"),
        }
    }
    assert_eq!(booked, 20);
    devtool::doctor::doctor(&platform.home).await
}
