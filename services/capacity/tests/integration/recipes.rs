//! Components that drinks share, and what is made of them.

use crate::common::{Shop, hold, reason};
use chassis::{clock::SystemClock, id::SkuId};
use futures::future::join_all;
use proto::capacity::v1::{Component, MovementKind, StockMode};

/// E7: 珍珠 has 3 portions, the cart wants 4 in two lines of 2.
#[tokio::test]
async fn a_component_is_summed_over_the_whole_order() {
    let shop = Shop::open().await;
    let pearls = shop.component("珍珠", 3).await;
    let milk_tea = shop.made_of(&[(pearls, 1)]).await;
    let pearl_option = shop.made_of(&[(pearls, 1)]).await;
    let refused = shop
        .hold(shop.order(&[(milk_tea, 2), (pearl_option, 2)]))
        .await
        .unwrap_err();
    assert_eq!(refused.reason, "OUT_OF_STOCK");
    let mut response: Vec<_> = refused
        .fields
        .iter()
        .map(|field| {
            let of = |name: &str| field.params[name].as_str();
            (of("sku_id"), of("component"), of("wanted"), of("left"))
        })
        .collect();
    response.sort_unstable();
    let mut both = [milk_tea.to_string(), pearl_option.to_string()];
    both.sort_unstable();
    assert_eq!(
        response,
        both.each_ref().map(|id| (id.as_str(), "珍珠", "4", "3"))
    );
    assert_eq!(shop.counters(pearls).await, (3, 0, 3), "nothing was taken");

    shop.held(&[(milk_tea, 2), (pearl_option, 1)]).await;
    assert_eq!(shop.counters(pearls).await, (3, 3, 0));
}

#[tokio::test]
async fn a_sold_out_component_makes_all_that_need_it_sold_out() {
    let shop = Shop::open().await;
    let (pearls, cups) = (
        shop.component("珍珠", 7).await,
        shop.component("杯子", 100).await,
    );
    let single = shop.made_of(&[(pearls, 1), (cups, 1)]).await;
    let double = shop.made_of(&[(pearls, 2), (cups, 1)]).await;
    let plain = shop.made_of(&[(cups, 1)]).await;
    assert_eq!(shop.shown(single).await, Some((7, 5)));
    assert_eq!(shop.shown(double).await, Some((3, 5)));
    assert_eq!(shop.shown(pearls).await, None, "nobody buys a component");

    shop.held(&[(double, 3), (single, 1)]).await;
    let left = [
        shop.shown(single).await,
        shop.shown(double).await,
        shop.shown(plain).await,
    ];
    assert_eq!(left.map(|it| it.unwrap().0), [0, 0, 96]);
    let sellable: Vec<_> = shop
        .list()
        .await
        .recipes
        .iter()
        .map(|it| it.sellable)
        .collect();
    assert_eq!(sellable, [Some(0), Some(0), Some(96)]);
}

#[tokio::test]
async fn a_units_own_stock_and_its_components_both_limit_it() {
    let shop = Shop::open().await;
    let pearls = shop.component("珍珠", 5).await;
    let special = shop.daily(3).await;
    shop.set_recipe(shop.recipe(special, &[(pearls, 1)], 0))
        .await
        .unwrap();
    assert_eq!(shop.shown(special).await, Some((3, 5)));
    shop.record_movement(pearls, MovementKind::Counted, 2)
        .await
        .unwrap();
    assert_eq!(shop.shown(special).await, Some((2, 5)));
    assert_eq!(
        reason(shop.hold(shop.order(&[(special, 3)])).await),
        "OUT_OF_STOCK"
    );
    shop.held(&[(special, 2)]).await;
    assert_eq!(shop.counters(special).await, (3, 2, 1));
}

#[tokio::test]
async fn an_order_gives_back_exactly_what_it_took_whatever_the_recipe_became() {
    let shop = Shop::open().await;
    let (pearls, cups) = (
        shop.component("珍珠", 10).await,
        shop.component("杯子", 10).await,
    );
    let drink = shop.made_of(&[(pearls, 2), (cups, 1)]).await;
    let (released, returned) = (
        shop.held(&[(drink, 1)]).await,
        shop.held(&[(drink, 2)]).await,
    );
    shop.publish_placed(returned, 1).await;
    shop.eventually_counts(pearls, (6, 2, 4)).await;

    let changed = shop
        .set_recipe(shop.recipe(drink, &[(pearls, 5)], 1))
        .await
        .unwrap();
    assert_eq!(changed.version, 2);
    assert!(shop.release(released).await);
    shop.publish_cancelled(returned, 2, true).await;
    shop.eventually_counts(pearls, (10, 0, 10)).await;
    shop.eventually_counts(cups, (10, 0, 10)).await;

    shop.held(&[(drink, 1)]).await;
    assert_eq!(shop.counters(pearls).await, (10, 5, 5), "the new recipe");
    let stale = shop.recipe(drink, &[], 1);
    assert_eq!(reason(shop.set_recipe(stale).await), "VERSION_CONFLICT");
    shop.set_recipe(shop.recipe(drink, &[], 2)).await.unwrap();
    assert_eq!(
        shop.shown(drink).await,
        None,
        "without a recipe nothing limits it"
    );
}

/// Many buyers at two processes, each drink with another share of the same component.
#[tokio::test]
async fn concurrent_orders_never_take_more_of_a_component_than_there_is() {
    let shop = Shop::with_replicas(2).await;
    let pearls = shop.component("珍珠", 50).await;
    let drinks = [
        shop.made_of(&[(pearls, 1)]).await,
        shop.made_of(&[(pearls, 2)]).await,
        shop.made_of(&[(pearls, 3)]).await,
    ];
    let orders = (0..90).map(|n| {
        let body = shop.order(&[(drinks[n % 3], 1), (drinks[(n + 1) % 3], 1)]);
        hold(shop.ordering_of(n % 2), body)
    });
    let granted: i64 = join_all(orders)
        .await
        .into_iter()
        .enumerate()
        .filter(|(_, outcome)| outcome.is_ok())
        .map(|(n, _)| [3, 5, 4][n % 3])
        .sum();
    let (on_hand, held, left) = shop.counters(pearls).await;
    assert_eq!((on_hand, held), (50, granted));
    assert!(
        left < 3,
        "an order of 3 would still have fitted into {left}"
    );
}

#[tokio::test]
async fn components_have_names_of_their_own_and_stay_while_they_are_used() {
    let shop = Shop::open().await;
    let pearls = shop.named_component("珍珠").await.unwrap();
    assert_eq!(reason(shop.named_component(" 珍珠 ").await), "CODE_TAKEN");
    let id: SkuId = pearls.sku_id.parse().unwrap();
    let drink = shop.made_of(&[(id, 1)]).await;
    let archived = |version| Component {
        archived: true,
        version,
        ..pearls.clone()
    };
    let refused = shop.save_component(archived(1)).await.unwrap_err();
    assert_eq!(refused.fields[0].field, "component.archived");
    assert_eq!(refused.fields[0].params["recipes"], "1");
    shop.set_recipe(shop.recipe(drink, &[], 1)).await.unwrap();
    assert_eq!(
        reason(shop.save_component(archived(7)).await),
        "VERSION_CONFLICT"
    );
    shop.save_component(archived(1)).await.unwrap();
    assert!(shop.list().await.components.is_empty());
    shop.named_component("珍珠")
        .await
        .expect("the name is free again");
}

#[tokio::test]
async fn a_recipe_names_every_part_that_cannot_be() {
    let shop = Shop::open().await;
    let (pearls, variant) = (shop.component("珍珠", 1).await, shop.running(1).await);
    let unknown = SkuId::new(&SystemClock);
    let recipe = shop.recipe(pearls, &[(variant, 1), (unknown, 1)], 0);
    let refused = shop.set_recipe(recipe).await.unwrap_err();
    let fields: Vec<_> = refused.fields.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "recipe.parts[0].component_id",
            "recipe.parts[1].component_id",
            "recipe.sku_id"
        ]
    );
}

#[tokio::test]
async fn a_component_that_is_not_counted_limits_nothing() {
    let shop = Shop::open().await;
    let pearls = shop.component("珍珠", 0).await;
    let drink = shop.made_of(&[(pearls, 1)]).await;
    assert_eq!(shop.shown(drink).await, Some((0, 5)));
    shop.set_item(pearls, StockMode::Untracked, 0, 1)
        .await
        .unwrap();
    assert_eq!(shop.shown(drink).await, None);
    shop.held(&[(drink, 40)]).await;
}
