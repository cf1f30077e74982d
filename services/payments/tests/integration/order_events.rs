//! What follows from events of orders.

use chassis::{clock::Clock as _, outbox::Event, service::App, time};
use proto::{
    ordering::v1::{
        OrderChange, OrderChanged, OrderRefundChanged, OrderRefundState, OrderSnapshot, OrderState,
        PaymentMethod, SnapshotLine, TaxTotal,
    },
    payments::v1::{PayableOrder, PaymentStatus, RefundCause},
};
use testkit::eventually;
use uuid::Uuid;

use crate::common::Shop;

pub struct Step {
    pub key: &'static str,
    pub version: i64,
    pub from: OrderState,
    pub to: OrderState,
    pub paid: i64,
    pub method: PaymentMethod,
    /// Of an order that is also paid online: what was taken on site.
    pub paid_on_site: i64,
}

fn event<A: App>(shop: &Shop<A>, order: &PayableOrder, step: &Step) -> Event {
    let change = OrderChange {
        order_id: order.order_id.clone(),
        brand_id: shop.brand.to_string(),
        branch_id: shop.branch.to_string(),
        version: step.version,
        from: step.from.into(),
        to: step.to.into(),
        at: Some(time::to_wire(shop.service.clock().now())),
        business_day: "2026-09-02".to_owned(),
        currency: "TWD".to_owned(),
        total: order.total,
        paid: step.paid,
        payment_method: step.method.into(),
        paid_on_site: step.paid_on_site,
        ..Default::default()
    };
    let snapshot = OrderSnapshot {
        order_number: order.order_number.clone(),
        total: order.total,
        lines: vec![SnapshotLine {
            list: order.total,
            net: order.total,
            ..Default::default()
        }],
        tax_totals: vec![TaxTotal {
            tax_type: "taxable".to_owned(),
            amount: order.total,
        }],
        ..Default::default()
    };
    let body = OrderChanged {
        change: Some(change),
        order: (step.to == OrderState::Completed).then_some(snapshot),
    };
    let id: Uuid = order.order_id.parse().unwrap();
    Event::new(step.key, id, step.version, &body)
}

/// Publishes an event again and again until it was consumed.
pub async fn until<A: App>(
    shop: &Shop<A>,
    order: &PayableOrder,
    step: Step,
    done: impl AsyncFn() -> bool,
) {
    eventually(async || {
        shop.service
            .deliver(shop.org, &[event(shop, order, &step)])
            .await;
        done().await
    })
    .await;
}

pub const fn completed(version: i64, paid: i64, method: PaymentMethod) -> Step {
    Step {
        key: "ordering.order.completed.v1",
        version,
        from: OrderState::Ready,
        to: OrderState::Completed,
        paid,
        method,
        paid_on_site: 0,
    }
}

#[tokio::test]
async fn a_cancelled_order_gives_its_money_back() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    shop.captured(&reference, 165).await;
    let step = Step {
        key: "ordering.order.cancelled.v1",
        version: 3,
        from: OrderState::Accepted,
        to: OrderState::Cancelled,
        paid: 165,
        method: PaymentMethod::Online,
        paid_on_site: 0,
    };
    until(&shop, &order, step, async || {
        shop.payment(&order).await.refunded == 165
    })
    .await;
    let payment = shop.payment(&order).await;
    assert_eq!(payment.state(), PaymentStatus::Refunded);
    assert_eq!(payment.refunds.len(), 1);
    assert_eq!(payment.refunds[0].cause(), RefundCause::OrderEnded);
    assert_eq!(shop.balance("clearing").await, 0);
}

#[tokio::test]
async fn an_order_that_was_handed_over_and_paid_leaves_nothing_owed() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    shop.captured(&reference, 165).await;
    let step = completed(5, 165, PaymentMethod::Online);
    until(&shop, &order, step, async || {
        shop.balance("revenue").await != 0
    })
    .await;
    assert_eq!(shop.balance("customer").await, 0);
    assert_eq!(shop.balance("clearing").await, 165);
    assert_eq!(shop.balance("revenue").await, -157);
    assert_eq!(shop.balance("tax").await, -8);
}

#[tokio::test]
async fn the_rest_of_a_deposit_is_cash_and_goes_back_with_the_completion() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    shop.captured(&reference, 165).await;
    // 165 of 550 is the deposit.
    let order = PayableOrder {
        total: 550,
        ..order
    };
    let handed_over = Step {
        paid_on_site: 385,
        ..completed(5, 550, PaymentMethod::Online)
    };
    until(&shop, &order, handed_over, async || {
        shop.balance("revenue").await != 0
    })
    .await;
    let balances = async || {
        let mut found = [0; 5];
        for (account, balance) in ["clearing", "cash", "customer", "revenue", "tax"]
            .iter()
            .zip(&mut found)
        {
            *balance = shop.balance(account).await;
        }
        found
    };
    assert_eq!(balances().await, [165, 385, 0, -524, -26]);
    let undone = Step {
        key: "ordering.order.undone.v1",
        version: 6,
        from: OrderState::Completed,
        to: OrderState::Ready,
        paid: 165,
        method: PaymentMethod::Online,
        paid_on_site: 0,
    };
    until(&shop, &order, undone, async || {
        shop.balance("cash").await == 0
    })
    .await;
    assert_eq!(balances().await, [165, 0, -165, 0, 0]);
    let booked =
        "SELECT count(*) FROM ledger_transactions WHERE kind IN ('cash_received', 'cash_refunded')";
    assert_eq!(shop.count(booked).await, 2);
}

#[tokio::test]
async fn a_completion_that_is_undone_is_taken_back_and_an_older_event_changes_nothing() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let step = completed(4, 165, PaymentMethod::OnSite);
    until(&shop, &order, step, async || {
        shop.balance("cash").await == 165
    })
    .await;
    assert_eq!(shop.balance("customer").await, 0);
    let undone = Step {
        key: "ordering.order.undone.v1",
        version: 5,
        from: OrderState::Completed,
        to: OrderState::Ready,
        paid: 0,
        method: PaymentMethod::OnSite,
        paid_on_site: 0,
    };
    until(&shop, &order, undone, async || {
        shop.balance("cash").await == 0
    })
    .await;
    for account in ["customer", "revenue", "tax"] {
        assert_eq!(shop.balance(account).await, 0, "{account}");
    }
    let stale = completed(4, 165, PaymentMethod::OnSite);
    let again = completed(6, 165, PaymentMethod::OnSite);
    shop.service
        .deliver(shop.org, &[event(&shop, &order, &stale)])
        .await;
    until(&shop, &order, again, async || {
        shop.balance("cash").await == 165
    })
    .await;
    assert_eq!(shop.balance("revenue").await, -157);
}

#[tokio::test]
async fn what_was_paid_out_on_site_is_booked_once() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let refund_id = chassis::id::RefundId::new(shop.service.clock());
    let body = OrderRefundChanged {
        refund_id: refund_id.to_string(),
        order_id: order.order_id.clone(),
        brand_id: shop.brand.to_string(),
        branch_id: shop.branch.to_string(),
        state: OrderRefundState::Succeeded.into(),
        amount: 55,
        on_site: 27,
        currency: "TWD".to_owned(),
        business_day: "2026-09-02".to_owned(),
        test: false,
        at: Some(time::to_wire(shop.service.clock().now())),
    };
    let key = "ordering.refund.requested.v1";
    let event = || Event::new(key, refund_id.as_uuid(), 1, &body);
    // Each is another event to the inbox; the ledger knows the refund.
    eventually(async || {
        shop.service.deliver(shop.org, &[event(), event()]).await;
        shop.balance("cash").await != 0
    })
    .await;
    assert_eq!(shop.balance("cash").await, -27);
    assert_eq!(shop.balance("customer").await, 27);
}
