//! A required group of options: three meats out of 雞, 牛 and 豬, at most three of each.

use std::collections::BTreeSet;

use crate::common::{Shop, agreeing_to, fakes, publish};
use chassis::error::Problem;
use proto::{
    capacity::v1::{self as capacity, CapacityReason},
    catalog::v1::MenuPublished,
    ordering::v1::{
        Cart, CartLine, ChosenOption, PlaceOrderRequest, PlaceOrderResponse, PricedQuote,
        QuoteWarning,
    },
};
use testkit::eventually;
use tonic::Status;
use uuid::Uuid;

use fakes::{BEEF, CHICKEN, PORK};

/// Options with their portions, as given.
type Portions = &'static [(Uuid, i32)];

fn roll(shop: &Shop, options: Portions) -> Cart {
    let chosen = options.iter().map(|(option, quantity)| ChosenOption {
        option_id: option.to_string(),
        quantity: *quantity,
    });
    Cart {
        lines: vec![CartLine {
            product_id: fakes::ROLL.to_string(),
            variant_id: fakes::ROLL_ONE.to_string(),
            quantity: 1,
            options: chosen.collect(),
            ..Default::default()
        }],
        ..shop.cart(1)
    }
}

/// Orders `cart` on what `quote` showed, or on another quote where there is none.
async fn order(
    shop: &Shop,
    key: &str,
    cart: Cart,
    quote: Option<&PricedQuote>,
) -> Result<PlaceOrderResponse, Status> {
    let template = shop.request(key, 1).await;
    let agreed = quote.map(agreeing_to).unwrap_or_else(|| template.clone());
    let request = PlaceOrderRequest {
        idempotency_key: template.idempotency_key,
        cart: Some(cart),
        contact: template.contact,
        ..agreed
    };
    shop.place(request).await
}

async fn warnings(shop: &Shop, options: Portions) -> Vec<QuoteWarning> {
    shop.quote(roll(shop, options)).await.unwrap().warnings
}

/// The parameters of the group's rule, of a refusal that names nothing else than options.
fn broken_rule(refused: &Status) -> [String; 4] {
    let problem = Problem::from_status(refused);
    assert_eq!(problem.reason, "OPTION_RULE");
    let of_options = problem
        .fields
        .iter()
        .all(|it| it.field == "lines[0].options");
    assert!(of_options, "{:?}", problem.fields);
    let mut rules = problem.fields.iter().map(|field| &field.params);
    let of_group = rules.find(|params| !params.contains_key("option")).unwrap();
    ["group", "min", "max", "given"].map(|name| of_group[name].clone())
}

#[tokio::test]
async fn quote_and_order_check_both_ends_by_portions_alike() {
    let shop = Shop::open().await;
    let accepted: [Portions; 3] = [
        &[(CHICKEN, 3)],
        &[(CHICKEN, 2), (BEEF, 1)],
        &[(CHICKEN, 1), (CHICKEN, 1), (CHICKEN, 1)],
    ];
    for (place, options) in accepted.into_iter().enumerate() {
        let cart = roll(&shop, options);
        let quote = shop.quote(cart.clone()).await.unwrap();
        let portions = |sold: &[proto::ordering::v1::SoldOption]| {
            sold.iter().map(|option| option.quantity).sum::<i32>()
        };
        assert_eq!(portions(&quote.lines[0].options), 3, "{options:?}");
        let placed = order(&shop, &format!("a{place}"), cart, Some(&quote)).await;
        let placed = placed.unwrap().order.unwrap();
        assert_eq!(portions(&placed.lines[0].options), 3, "{options:?}");
    }
    let refused: [(Portions, &str); 4] = [
        (&[(CHICKEN, 2)], "2"),
        (&[(CHICKEN, 4)], "4"),
        (&[], "0"),
        (&[(CHICKEN, 2), (CHICKEN, 2)], "4"),
    ];
    for (place, (options, given)) in refused.into_iter().enumerate() {
        let cart = roll(&shop, options);
        let of_quote = shop.quote(cart.clone()).await.unwrap_err();
        let expected = ["肉", "3", "3", given];
        assert_eq!(broken_rule(&of_quote), expected, "{options:?}");
        let of_order = order(&shop, &format!("r{place}"), cart, None).await;
        assert_eq!(broken_rule(&of_order.unwrap_err()), expected, "{options:?}");
    }
    assert_eq!(shop.count("orders").await, 3);
}

/// The sum alone would be three.
#[tokio::test]
async fn fewer_than_none_of_an_option_makes_up_for_nothing() {
    let shop = Shop::open().await;
    let cart = roll(&shop, &[(CHICKEN, 3), (BEEF, 3), (PORK, -3)]);
    for refused in [
        shop.quote(cart.clone()).await.unwrap_err(),
        order(&shop, "k", cart, None).await.unwrap_err(),
    ] {
        let problem = Problem::from_status(&refused);
        assert_eq!(problem.reason, "VALIDATION_FAILED");
        assert_eq!(problem.fields[0].field, "lines[0].options[2].quantity");
    }
}

fn paused(options: &[Uuid]) -> Vec<capacity::PublicPause> {
    let pause = |option: &Uuid| capacity::PublicPause {
        target: Some(capacity::PauseTarget {
            kind: capacity::PauseTargetKind::Option.into(),
            id: Some(option.to_string()),
            ..Default::default()
        }),
        reason: capacity::PauseReason::Equipment.into(),
        ..Default::default()
    };
    options.iter().map(pause).collect()
}

/// Publishes the menu with at most `most` portions of beef in a roll.
async fn publish_with_beef(shop: &Shop, most: i32) {
    {
        let mut state = shop.catalog.state.lock();
        state.beef_max = most;
        state.number += 1;
    }
    let published = MenuPublished {
        branch_id: shop.branch().to_string(),
        ..Default::default()
    };
    publish(shop, &published).await;
}

#[tokio::test]
async fn pauses_take_the_product_down_once_the_minimum_is_out_of_the_question() {
    let shop = Shop::open().await;
    shop.capacity.state.lock().pauses = paused(&[CHICKEN, PORK]);
    let beef: Portions = &[(BEEF, 3)];
    assert_eq!(warnings(&shop, beef).await, []);
    let cart = roll(&shop, beef);
    let quote = shop.quote(cart.clone()).await.unwrap();
    order(&shop, "k1", cart, Some(&quote)).await.unwrap();

    publish_with_beef(&shop, 2).await;
    let mixed: Portions = &[(BEEF, 2), (PORK, 1)];
    eventually(async || shop.quote(roll(&shop, beef)).await.is_err()).await;
    let refused = shop.quote(roll(&shop, beef)).await.unwrap_err();
    assert_eq!(Problem::from_status(&refused).reason, "OPTION_RULE");
    let found = warnings(&shop, mixed).await;
    let reported: Vec<_> = found
        .iter()
        .map(|it| {
            (
                &*it.field,
                &*it.reason,
                &*it.params["name"],
                &*it.params["group"],
            )
        })
        .collect();
    assert_eq!(reported, [("lines[0]", "PAUSED", "三肉捲", "肉")]);

    shop.capacity.state.lock().pauses = paused(&[CHICKEN]);
    eventually(async || warnings(&shop, mixed).await.is_empty()).await;
    let cart = roll(&shop, mixed);
    let quote = shop.quote(cart.clone()).await.unwrap();
    order(&shop, "k2", cart, Some(&quote)).await.unwrap();
}

#[tokio::test]
async fn sold_out_choices_are_named_by_quote_and_refusal() {
    let shop = Shop::open().await;
    shop.capacity.state.lock().left = [(CHICKEN, 0), (BEEF, 2), (PORK, 0)]
        .map(|(option, left)| (option.to_string(), left))
        .into();
    let every: [(Portions, &[(&str, &str)]); 3] = [
        (&[(BEEF, 3)], &[("牛", "2")]),
        (&[(BEEF, 2), (CHICKEN, 1)], &[("雞", "0")]),
        (&[(CHICKEN, 1), (PORK, 2)], &[("雞", "0"), ("豬", "0")]),
    ];
    for (options, expected) in every {
        let found = warnings(&shop, options).await;
        assert!(found.iter().all(|warning| warning.reason == "OUT_OF_STOCK"));
        let short: BTreeSet<_> = found
            .iter()
            .map(|warning| (&*warning.params["name"], &*warning.params["left"]))
            .collect();
        assert_eq!(short, expected.iter().copied().collect(), "{options:?}");
    }

    let cart = roll(&shop, &[(BEEF, 2), (CHICKEN, 1)]);
    let quote = shop.quote(cart.clone()).await.unwrap();
    let params = [
        ("sku_id", CHICKEN.to_string()),
        ("wanted", "1".to_owned()),
        ("left", "0".to_owned()),
    ];
    let refusal = Problem::new(CapacityReason::OutOfStock).field_with(
        "skus[0]",
        CapacityReason::OutOfStock,
        params,
    );
    shop.capacity.state.lock().refusal = Some(refusal);
    let refused = order(&shop, "k", cart, Some(&quote)).await.unwrap_err();
    let problem = Problem::from_status(&refused);
    assert_eq!(problem.reason, "OUT_OF_STOCK");
    assert_eq!(problem.fields[0].params["name"], "雞");
    assert_eq!(shop.count("orders").await, 0);
}
