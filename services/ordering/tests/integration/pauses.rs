//! What is paused is warned of in a quote, and an order for it is refused at its line.

use crate::common::{Shop, fakes};
use chassis::error::Problem;
use proto::{
    capacity::v1::{self as capacity, CapacityReason},
    common::v1::{Channel, Method},
};

#[tokio::test]
async fn a_hold_says_what_pauses_and_limits_are_judged_by() {
    let shop = Shop::open().await;
    shop.place(shop.request("k1", 3).await).await.unwrap();
    let asked = shop.capacity.state.lock().asked.take().unwrap();
    assert_eq!(asked.channel(), Channel::Web);
    assert_eq!(asked.method(), Method::Pickup);
    let line = capacity::HoldLine {
        product_id: fakes::TEA.to_string(),
        variant_id: fakes::TEA_M.to_string(),
        option_ids: vec![fakes::HALF.to_string()],
        category_ids: vec![fakes::DRINKS.to_string()],
        quantity: 3,
        amount: 75,
        make_seconds: 45,
        station: fakes::STATION.to_owned(),
        print_tag: fakes::PRINT_TAG.to_owned(),
    };
    assert_eq!(asked.lines, [line]);
}

#[tokio::test]
async fn a_paused_option_of_a_required_group_is_warned_of_with_its_group() {
    let shop = Shop::open().await;
    shop.capacity.state.lock().pauses = vec![capacity::PublicPause {
        target: Some(capacity::PauseTarget {
            kind: capacity::PauseTargetKind::Option.into(),
            id: Some(fakes::HALF.to_string()),
            ..Default::default()
        }),
        reason: capacity::PauseReason::Equipment.into(),
        ..Default::default()
    }];
    let warnings = shop.quote(shop.cart(1)).await.unwrap().warnings;
    assert_eq!(warnings.len(), 1);
    assert_eq!(
        (warnings[0].field.as_str(), warnings[0].reason.as_str()),
        ("lines[0]", "PAUSED")
    );
    assert_eq!(warnings[0].params["name"], "翠玉綠茶");
    assert_eq!(warnings[0].params["group"], "甜度");
    assert_eq!(warnings[0].params["why"], "equipment");
}

#[tokio::test]
async fn a_paused_station_is_warned_of_at_the_lines_it_makes() {
    for (station, paused) in [("廚房", false), (fakes::STATION, true)] {
        let shop = Shop::open().await;
        shop.capacity.state.lock().pauses = vec![capacity::PublicPause {
            target: Some(capacity::PauseTarget {
                kind: capacity::PauseTargetKind::Station.into(),
                name: Some(station.to_owned()),
                ..Default::default()
            }),
            reason: capacity::PauseReason::Staffing.into(),
            ..Default::default()
        }];
        let warnings = shop.quote(shop.cart(1)).await.unwrap().warnings;
        let reported: Vec<_> = warnings
            .iter()
            .map(|found| (&*found.field, &*found.reason, &*found.params["name"]))
            .collect();
        let expected = [("lines[0]", "PAUSED", "翠玉綠茶")];
        assert_eq!(reported, expected[..usize::from(paused)], "{station}");
    }
}

#[tokio::test]
async fn an_order_for_what_was_paused_meanwhile_is_refused_by_name() {
    let shop = Shop::open().await;
    let request = shop.request("k1", 1).await;
    let params = [
        ("target", "option".to_owned()),
        ("target_id", fakes::HALF.to_string()),
        ("why", "equipment".to_owned()),
    ];
    let refusal =
        Problem::new(CapacityReason::Paused).field_with("lines[0]", CapacityReason::Paused, params);
    shop.capacity.state.lock().refusal = Some(refusal);
    let refused = Problem::from_status(&shop.place(request).await.unwrap_err());
    assert_eq!(refused.reason, "PAUSED");
    assert_eq!(refused.fields[0].field, "lines[0]");
    assert_eq!(refused.fields[0].params["name"], "半糖");
    assert_eq!(shop.count("orders").await, 0);
}
