//! Refunds: never more than was captured, and only done when they are done.

use chrono::TimeDelta;
use payment_adapters::{CallError, RefundReport, RefundState as Reported};
use proto::payments::v1::{
    Payment, PaymentStatus, RefundState, RequestRefundRequest, RequestRefundResponse,
};
use tonic::Status;

use crate::common::{Shop, reason, script};

async fn paid(shop: &Shop, total: i64) -> proto::payments::v1::PayableOrder {
    let order = shop.order(total);
    let reference = shop.pay("pay", &order).await;
    shop.captured(&reference, total).await;
    order
}

fn request(
    order: &proto::payments::v1::PayableOrder,
    key: &str,
    amount: i64,
) -> RequestRefundRequest {
    RequestRefundRequest {
        idempotency_key: key.to_owned(),
        order_id: order.order_id.clone(),
        amount,
        reason: "客人要求".to_owned(),
    }
}

async fn refund(
    shop: &Shop,
    order: &proto::payments::v1::PayableOrder,
    key: &str,
    amount: i64,
) -> Result<Payment, Status> {
    let answer = shop
        .staff()
        .request_refund(request(order, key, amount))
        .await?;
    let RequestRefundResponse { payment } = answer.into_inner();
    Ok(payment.unwrap())
}

#[tokio::test]
async fn parts_are_refunded_until_nothing_is_left() {
    let shop = Shop::open().await;
    let order = paid(&shop, 165).await;
    let requested = refund(&shop, &order, "r1", 27).await.unwrap();
    assert_eq!(requested.refunds[0].state(), RefundState::Pending);
    assert_eq!((requested.refunded, requested.refunding), (0, 27));
    let part = shop.until(&order, |payment| payment.refunded == 27).await;
    assert_eq!(part.state(), PaymentStatus::PartlyRefunded);
    assert_eq!(part.refunds[0].requested_by, "王小明");
    assert_eq!(
        reason(refund(&shop, &order, "r2", 139).await),
        "REFUND_EXCEEDS_PAID"
    );
    refund(&shop, &order, "r3", 138).await.unwrap();
    let all = shop.until(&order, |payment| payment.refunded == 165).await;
    assert_eq!(all.state(), PaymentStatus::Refunded);
    assert_eq!(shop.balance("clearing").await, 0);
    let refunds: Vec<_> = shop
        .calls()
        .into_iter()
        .filter(|call| call.starts_with("refund"))
        .collect();
    assert!(refunds[0].ends_with(" 27 after 0"), "{refunds:?}");
    assert!(refunds[1].ends_with(" 138 after 27"), "{refunds:?}");
}

#[tokio::test]
async fn two_refunds_at_once_never_give_back_more_than_was_paid() {
    let shop = Shop::open().await;
    let order = paid(&shop, 165).await;
    let (one, two) = tokio::join!(
        refund(&shop, &order, "r1", 100),
        refund(&shop, &order, "r2", 100)
    );
    let refused = [one, two]
        .into_iter()
        .filter_map(Result::err)
        .collect::<Vec<_>>();
    assert_eq!(refused.len(), 1);
    for status in refused {
        assert_eq!(reason::<()>(Err(status)), "REFUND_EXCEEDS_PAID");
    }
    assert_eq!(
        shop.until(&order, |payment| payment.refunded > 0)
            .await
            .refunded,
        100
    );
}

#[tokio::test]
async fn the_same_key_refunds_once() {
    let shop = Shop::open().await;
    let order = paid(&shop, 165).await;
    let first = refund(&shop, &order, "r", 27).await.unwrap();
    assert_eq!(refund(&shop, &order, "r", 27).await.unwrap(), first);
    assert_eq!(
        reason(refund(&shop, &order, "r", 28).await),
        "IDEMPOTENCY_MISMATCH"
    );
    assert_eq!(shop.payment(&order).await.refunds.len(), 1);
}

#[tokio::test]
async fn an_unanswered_refund_is_asked_about_before_it_is_repeated() {
    let shop = Shop::open().await;
    let order = paid(&shop, 165).await;
    script(&shop.merchant, |script| {
        let lost = CallError::Unknown("no answer in time".to_owned());
        script.refunds.push_back(Err(lost));
    });
    refund(&shop, &order, "r", 27).await.unwrap();
    let refunds = || {
        let calls = shop.calls().into_iter();
        calls
            .filter(|call| call.starts_with("refund"))
            .collect::<Vec<_>>()
    };
    testkit::eventually(async || refunds().len() == 1).await;
    let waiting = "SELECT count(*) FROM refunds WHERE text <> '' AND state = 'pending'";
    testkit::eventually(async || shop.count(waiting).await == 1).await;
    assert_eq!(shop.payment(&order).await.refunded, 0);
    shop.advance(TimeDelta::minutes(5));
    shop.until(&order, |payment| payment.refunded == 27).await;
    assert!(refunds()[1].ends_with(" again"), "{:?}", refunds());
}

#[tokio::test]
async fn a_refusal_for_good_gives_the_amount_free_again_and_says_why() {
    let shop = Shop::open().await;
    let order = paid(&shop, 165).await;
    script(&shop.merchant, |script| {
        let refused = CallError::RefundRefused {
            code: "1124".to_owned(),
            text: "amount".to_owned(),
        };
        script.refunds.push_back(Err(refused));
        script.refunds.push_back(Ok(RefundReport {
            state: Reported::NeedsPerson,
            theirs: None,
            text: Some("by hand".to_owned()),
            retry_at: None,
        }));
    });
    refund(&shop, &order, "r1", 100).await.unwrap();
    let failed = |payment: &Payment| payment.refunds[0].state() == RefundState::Failed;
    let payment = shop.until(&order, failed).await;
    assert!(payment.refunds[0].text.contains("1124"));
    assert_eq!(
        (payment.refunding, payment.state()),
        (0, PaymentStatus::Captured)
    );

    shop.advance(TimeDelta::seconds(1));
    refund(&shop, &order, "r2", 165).await.unwrap();
    let by_hand = |payment: &Payment| payment.refunds[1].state() == RefundState::NeedsPerson;
    let payment = shop.until(&order, by_hand).await;
    assert_eq!((payment.refunded, payment.refunding), (0, 165));
    assert_eq!(shop.balance("clearing").await, 165);
}

#[tokio::test]
async fn money_that_no_call_gives_back_becomes_a_persons_task() {
    let mut shop = Shop::open().await;
    let atm = proto::payments::v1::BrandPaymentMethod {
        kind: proto::payments::v1::PaymentKind::Atm.into(),
        provider_method: "ATM".to_owned(),
        ..shop.card()
    };
    shop.method = shop.save_method("atm", atm).await;
    let order = paid(&shop, 165).await;
    refund(&shop, &order, "r", 165).await.unwrap();
    let by_hand = |payment: &Payment| payment.refunds[0].state() == RefundState::NeedsPerson;
    shop.until(&order, by_hand).await;
    assert!(!shop.calls().iter().any(|call| call.starts_with("refund")));
}

#[tokio::test]
async fn a_refund_needs_a_reason_the_action_and_the_providers_time() {
    let shop = Shop::open().await;
    let order = paid(&shop, 165).await;
    let without = RequestRefundRequest {
        reason: " ".to_owned(),
        ..request(&order, "r", 10)
    };
    assert_eq!(
        reason(shop.staff().request_refund(without).await),
        "REASON_REQUIRED"
    );
    let mut clerk = shop.owner();
    clerk.actions.remove("order.refund");
    let refused = shop
        .payments_as(&clerk)
        .request_refund(request(&order, "r", 10))
        .await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
    shop.advance(TimeDelta::days(181));
    assert_eq!(
        reason(refund(&shop, &order, "r", 10).await),
        "REFUND_WINDOW_CLOSED"
    );
}
