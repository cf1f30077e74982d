//! Which methods a checkout offers.

use proto::{
    common::v1::{Channel, Method},
    payments::v1::{
        AllowedMethod, BrandPaymentMethod, ListAllowedMethodsRequest, OrderPaymentMethodsRequest,
        PaymentKind, SavePaymentMethodRequest,
    },
};

use crate::common::{Shop, reason};

fn question(shop: &Shop, amount: i64, method: Method) -> ListAllowedMethodsRequest {
    ListAllowedMethodsRequest {
        brand_id: shop.brand.to_string(),
        branch_id: shop.branch.to_string(),
        method: method.into(),
        channel: Channel::Web.into(),
        amount,
        currency: "TWD".to_owned(),
        ..Default::default()
    }
}

async fn offered(shop: &Shop, amount: i64, method: Method) -> Vec<AllowedMethod> {
    let request = question(shop, amount, method);
    let listed = shop.ordering().list_allowed_methods(request).await.unwrap();
    listed.into_inner().methods
}

fn names(methods: &[AllowedMethod]) -> Vec<&str> {
    methods.iter().map(|method| method.name.as_str()).collect()
}

#[tokio::test]
async fn a_checkout_offers_what_every_limit_allows_in_the_brands_order() {
    let mut shop = Shop::open().await;
    let cash = BrandPaymentMethod {
        kind: PaymentKind::Cash.into(),
        provider: None,
        provider_method: String::new(),
        name: "到店付款".to_owned(),
        methods: vec![Method::Pickup.into()],
        max_amount: Some(1_000),
        ..shop.card()
    };
    let cash = shop.save_method("cash", cash).await;
    let deposit = BrandPaymentMethod {
        name: "訂金".to_owned(),
        min_amount: 500,
        deposit_percent: Some(30),
        ..shop.card()
    };
    shop.save_method("deposit", deposit).await;

    let small = offered(&shop, 165, Method::Pickup).await;
    assert_eq!(names(&small), ["信用卡", "到店付款"]);
    assert_eq!(
        (small[0].pay_now, small[0].online, small[0].test),
        (165, true, true)
    );
    assert_eq!((small[1].pay_now, small[1].online), (0, false));
    let large = offered(&shop, 1_001, Method::Pickup).await;
    assert_eq!(names(&large), ["信用卡", "訂金"]);
    assert_eq!(large[1].pay_now, 300);
    assert_eq!(
        names(&offered(&shop, 165, Method::Delivery).await),
        ["信用卡"]
    );

    let whatever = ListAllowedMethodsRequest {
        any_amount: true,
        ..question(&shop, 0, Method::Pickup)
    };
    let whatever = shop.ordering().list_allowed_methods(whatever).await;
    let whatever = whatever.unwrap().into_inner();
    assert!(whatever.is_set_up);
    assert_eq!(names(&whatever.methods), ["信用卡", "到店付款", "訂金"]);
    let limits = |method: &AllowedMethod| (method.min_amount, method.max_amount);
    assert_eq!(limits(&whatever.methods[1]), (0, Some(1_000)));
    assert_eq!(limits(&whatever.methods[2]), (500, None));
    let elsewhere = ListAllowedMethodsRequest {
        brand_id: shop.branch.to_string(),
        any_amount: true,
        ..question(&shop, 0, Method::Pickup)
    };
    let elsewhere = shop.ordering().list_allowed_methods(elsewhere).await;
    assert!(!elsewhere.unwrap().into_inner().is_set_up);

    let listed = shop.methods_version;
    let ids = [&cash.method_id, &shop.method.method_id].map(Clone::clone);
    let partial = OrderPaymentMethodsRequest {
        brand_id: shop.brand.to_string(),
        version: listed,
        method_ids: ids.to_vec(),
    };
    assert_eq!(
        reason(shop.accounts().order_payment_methods(partial).await),
        "VALIDATION_FAILED"
    );
}

#[tokio::test]
async fn a_method_the_order_may_not_use_starts_no_attempt() {
    let mut shop = Shop::open().await;
    let limited = BrandPaymentMethod {
        min_amount: 200,
        ..shop.card()
    };
    shop.method = shop.save_method("limited", limited).await;
    let order = shop.order(165);
    assert_eq!(reason(shop.start("k", &order).await), "METHOD_NOT_ALLOWED");
    assert!(shop.calls().is_empty());
}

#[tokio::test]
async fn a_deposit_is_enough_for_the_order_to_be_placed() {
    let mut shop = Shop::open().await;
    let deposit = BrandPaymentMethod {
        deposit_percent: Some(30),
        ..shop.card()
    };
    shop.method = shop.save_method("deposit", deposit).await;
    let order = shop.order(1_000);
    let started = shop.start("k", &order).await.unwrap();
    assert_eq!(started.required, 300);
    let repeated = shop.start("k", &order).await.unwrap();
    assert_eq!(repeated.required, 300);
    let attempt = started.attempt.unwrap();
    assert_eq!(attempt.amount, 300);
    shop.captured(&attempt.reference, 300).await;
    let payment = shop.payment(&order).await;
    assert_eq!(
        (payment.required, payment.due, payment.captured),
        (300, 1_000, 300)
    );
    assert_eq!(
        payment.state(),
        proto::payments::v1::PaymentStatus::Captured
    );
}

#[tokio::test]
async fn everything_wrong_with_a_method_is_named_and_a_stale_list_refused() {
    let shop = Shop::open().await;
    let wrong = BrandPaymentMethod {
        kind: PaymentKind::Cash.into(),
        name: String::new(),
        min_amount: 10,
        max_amount: Some(5),
        fee_basis_points: 10_001,
        deposit_percent: Some(100),
        ..shop.card()
    };
    let save = |version, method| SavePaymentMethodRequest {
        idempotency_key: "wrong".to_owned(),
        brand_id: shop.brand.to_string(),
        version,
        method: Some(method),
        ..Default::default()
    };
    let request = save(shop.methods_version, wrong);
    let refused = shop
        .accounts()
        .save_payment_method(request)
        .await
        .unwrap_err();
    let problem = chassis::error::Problem::from_status(&refused);
    let fields: Vec<_> = problem
        .fields
        .iter()
        .map(|field| field.field.as_str())
        .collect();
    for field in [
        "method.provider",
        "method.name",
        "method.max_amount",
        "method.fee_basis_points",
        "method.deposit_percent",
    ] {
        assert!(fields.contains(&field), "{field} in {fields:?}");
    }
    let stale = save(shop.methods_version - 1, shop.card());
    assert_eq!(
        reason(shop.accounts().save_payment_method(stale).await),
        "VERSION_CONFLICT"
    );
}
