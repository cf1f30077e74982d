//! Refunds: never more than was captured, and only done when they are done.

use chassis::{
    clock::SystemClock,
    id::{AccountId, BranchId},
};
use chrono::TimeDelta;
use payment_adapters::{CallError, RefundReport, RefundState as Reported};
use proto::payments::v1::{
    Payment, PaymentStatus, RefundState, RequestRefundRequest, RequestRefundResponse,
    SettleRefundRequest,
};
use tonic::Status;

use crate::common::{Shop, of_branch, reason, script};

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
        requested_by_account_id: AccountId::new(&SystemClock).to_string(),
        requested_by_name: "王小明".to_owned(),
        by_hand_after_window: false,
    }
}

async fn refund(
    shop: &Shop,
    order: &proto::payments::v1::PayableOrder,
    key: &str,
    amount: i64,
) -> Result<Payment, Status> {
    let answer = shop
        .ordering()
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
    assert_eq!(part.refunds[0].request_key, "r1");
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
    let request = request(&order, "r", 27);
    let send = async |request: RequestRefundRequest| {
        let answer = shop.ordering().request_refund(request).await?;
        Ok::<_, Status>(answer.into_inner().payment.unwrap())
    };
    let first = send(request.clone()).await.unwrap();
    assert_eq!(send(request.clone()).await.unwrap(), first);
    let other = RequestRefundRequest {
        amount: 28,
        ..request.clone()
    };
    assert_eq!(reason(send(other).await), "IDEMPOTENCY_MISMATCH");

    // The key is still that of its refund when its first response is forgotten.
    let mut superuser = shop.service.db().superuser().await;
    sqlx::query("DELETE FROM idempotency_keys")
        .execute(&mut superuser)
        .await
        .unwrap();
    send(request).await.unwrap();
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
    assert_eq!(payment.refunds[0].text, "1124 amount");
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
    let refund_id = shop.until(&order, by_hand).await.refunds[0]
        .refund_id
        .clone();
    assert!(!shop.calls().iter().any(|call| call.starts_with("refund")));

    let settle = SettleRefundRequest {
        order_id: order.order_id.clone(),
        refund_id,
        given_back: true,
        note: "轉帳到客人帳戶".to_owned(),
    };
    let without = SettleRefundRequest {
        note: String::new(),
        ..settle.clone()
    };
    assert_eq!(
        reason(shop.staff().settle_refund(without).await),
        "REASON_REQUIRED"
    );
    let elsewhere = of_branch(shop.owner(), BranchId::new(shop.service.clock()));
    let refused = shop
        .payments_as(&elsewhere)
        .settle_refund(settle.clone())
        .await;
    assert_eq!(reason(refused), "OUT_OF_SCOPE");
    for _ in 0..2 {
        let settled = shop.staff().settle_refund(settle.clone()).await.unwrap();
        let payment = settled.into_inner().payment.unwrap();
        assert_eq!((payment.refunded, payment.refunding), (165, 0));
        assert_eq!(payment.refunds[0].settled_by, "王小明");
    }
    assert_eq!(shop.balance("bank").await, -165);
    assert_eq!(shop.balance("customer").await, 0);
    let waived = SettleRefundRequest {
        given_back: false,
        ..settle
    };
    assert_eq!(
        reason(shop.staff().settle_refund(waived).await),
        "ILLEGAL_TRANSITION"
    );
}

#[tokio::test]
async fn a_refund_needs_a_reason_and_the_providers_time_and_no_staff_requests_it_here() {
    let shop = Shop::open().await;
    let order = paid(&shop, 165).await;
    let without = RequestRefundRequest {
        reason: " ".to_owned(),
        ..request(&order, "r", 10)
    };
    assert_eq!(
        reason(shop.ordering().request_refund(without).await),
        "REASON_REQUIRED"
    );
    let refused = shop.staff().request_refund(request(&order, "r", 10)).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
    shop.advance(TimeDelta::days(181));
    assert_eq!(
        reason(refund(&shop, &order, "r", 10).await),
        "REFUND_WINDOW_CLOSED"
    );
    let by_hand = RequestRefundRequest {
        by_hand_after_window: true,
        ..request(&order, "by-hand", 10)
    };
    let requested = shop.ordering().request_refund(by_hand).await.unwrap();
    let payment = requested.into_inner().payment.unwrap();
    assert_eq!(payment.refunds[0].state(), RefundState::NeedsPerson);
    assert_eq!((payment.refunded, payment.refunding), (0, 10));
    assert!(!shop.calls().iter().any(|call| call.starts_with("refund")));
}
