//! Another organisation's payments, accounts and methods do not exist.

use proto::payments::v1::{
    ClosePaymentRequest, GetOrderPaymentRequest, GetPaymentRequest, RequestRefundRequest,
    UpdateGatewayAccountRequest,
};
use testkit::identities;

use crate::common::{Shop, of_branch, reason};

#[tokio::test]
async fn another_organisation_finds_and_changes_nothing() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    shop.captured(&reference, 165).await;
    let stranger = testkit::organisation();
    let mut service = shop.payments_as(&identities::service("ordering", stranger));
    let get = GetPaymentRequest {
        order_id: order.order_id.clone(),
    };
    assert_eq!(reason(service.get_payment(get).await), "NOT_FOUND");
    let close = ClosePaymentRequest {
        order_id: order.order_id.clone(),
        order_version: 9,
    };
    let closed = service.close_payment(close).await.unwrap().into_inner();
    assert_eq!(closed.payment, None);
    let refund = RequestRefundRequest {
        idempotency_key: "r".to_owned(),
        order_id: order.order_id.clone(),
        amount: 1,
        reason: "x".to_owned(),
        ..Default::default()
    };
    assert_eq!(reason(service.request_refund(refund).await), "NOT_FOUND");
    let update = UpdateGatewayAccountRequest {
        account_id: shop.account.account_id.clone(),
        version: 1,
        name: "x".to_owned(),
        capture: 1,
        ..Default::default()
    };
    let mut accounts = shop.accounts_as(&identities::owner(stranger));
    assert_eq!(
        reason(accounts.update_gateway_account(update).await),
        "NOT_FOUND"
    );
    let payment = shop.payment(&order).await;
    assert_eq!(
        (payment.captured, payment.refunded, payment.closed),
        (165, 0, false)
    );
}

#[tokio::test]
async fn another_branch_sees_no_payment() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    shop.pay("k", &order).await;
    let get = GetOrderPaymentRequest {
        order_id: order.order_id.clone(),
    };
    let own = of_branch(shop.owner(), shop.branch);
    shop.payments_as(&own)
        .get_order_payment(get.clone())
        .await
        .unwrap();
    let other = chassis::id::BranchId::new(shop.service.clock());
    let other = of_branch(shop.owner(), other);
    let refused = shop.payments_as(&other).get_order_payment(get).await;
    assert_eq!(reason(refused), "OUT_OF_SCOPE");
}
