//! Refunds give back points, coupons and codes beside the money.

use chassis::authn::Identity;
use proto::{
    membership::v1::BenefitRule,
    ordering::v1::{
        Cart, ListOrderRefundsRequest, ListOrderRefundsResponse, Order, OrderRefund,
        OrderRefundState, OrderState, RefundSelection, RefundStepKind, RefundStepState,
        RefundUnits, RequestOrderRefundRequest, refund_service_client::RefundServiceClient,
    },
};
use testkit::{CallerChannel, eventually};
use tonic::Status;

use crate::common::{
    membership::{Club, amount, item_off, of_product, order_off, percent, promotion},
    to, transitioned,
};

const RED: u128 = 10;
const GREEN: u128 = 11;

fn manager(club: &Club) -> Identity {
    let mut identity = club.shop.counter_identity();
    identity.actions.insert("order.refund".to_owned());
    identity
}

fn refunds(club: &Club) -> RefundServiceClient<CallerChannel> {
    RefundServiceClient::new(club.shop.service.channel_as(&manager(club)))
}

/// Three red teas at 35 of which 20 points and a code pay a part, handed over and paid on site.
async fn sold(coupon: Option<BenefitRule>) -> (Club, Order) {
    let club = Club::open(Vec::new()).await;
    club.sells(RED, "紅茶", 35);
    club.points(100, 10_000);
    club.code("SAVE", promotion(1, order_off(0, amount(3))));
    club.sells(GREEN, "綠茶", 30);
    let green: &[(u128, i32)] = if coupon.is_some() { &[(GREEN, 1)] } else { &[] };
    let coupons = coupon.into_iter().map(|rule| club.coupon(rule));
    let cart = Cart {
        codes: vec!["SAVE".to_owned()],
        coupons: coupons.collect(),
        points: 20,
        ..club.cart(&[&[(RED, 3)], green].concat())
    };
    let order = club.place(&mut club.member(), "k", &cart).await.unwrap();
    let mut request = to(&order.order.unwrap(), OrderState::Completed);
    request.cash_received = true;
    let order = transitioned(&mut club.shop.counter(), request).await;
    (club, order.unwrap())
}

async fn refund(
    club: &Club,
    key: &str,
    order: &Order,
    selection: RefundSelection,
) -> Result<OrderRefund, Status> {
    let request = RequestOrderRefundRequest {
        idempotency_key: key.to_owned(),
        order_id: order.order_id.clone(),
        selection: Some(selection),
        reason: "少一杯".to_owned(),
        paid_out_by: "阿明".to_owned(),
        ..Default::default()
    };
    let response = refunds(club).request_order_refund(request).await?;
    Ok(response.into_inner().refund.unwrap())
}

async fn list(club: &Club, order: &Order) -> ListOrderRefundsResponse {
    let request = ListOrderRefundsRequest {
        order_id: order.order_id.clone(),
    };
    let response = refunds(club).list_order_refunds(request).await.unwrap();
    response.into_inner()
}

async fn units(club: &Club, order: &Order, quantity: i32) -> RefundSelection {
    let line_id = list(club, order).await.lines[0].line_id.clone();
    RefundSelection {
        units: vec![RefundUnits { line_id, quantity }],
        ..Default::default()
    }
}

fn whole() -> RefundSelection {
    RefundSelection {
        whole: true,
        ..Default::default()
    }
}

/// The last refund once it is in `state`; time passes meanwhile.
async fn until(club: &Club, order: &Order, state: OrderRefundState) -> OrderRefund {
    let last = async || list(club, order).await.refunds.pop();
    eventually(async || {
        club.shop.advance(2);
        last().await.is_some_and(|refund| refund.state() == state)
    })
    .await;
    last().await.unwrap()
}

/// E2, with 102 off the list: 105 less 3 by the code and 20 by points.
#[tokio::test]
async fn a_unit_gives_its_money_and_its_points_back_and_the_code_stays_used() {
    let (club, order) = sold(None).await;
    assert_eq!(order.total.as_ref().unwrap().amount, 82);
    assert_eq!(order.lines[0].unit_nets, [28, 27, 27]);
    assert_eq!(order.lines[0].unit_points, [7, 7, 6]);

    let one = units(&club, &order, 1).await;
    let asked = refund(&club, "r1", &order, one.clone()).await.unwrap();
    assert_eq!((asked.amount, asked.points), (27, 6));
    assert_eq!(asked.steps[1].kind(), RefundStepKind::Benefits);
    let done = until(&club, &order, OrderRefundState::Succeeded).await;
    let returned = done.steps[1].returned.as_ref().unwrap();
    assert_eq!((returned.points_returned, returned.points_taken), (6, 4));
    {
        let state = club.membership.state.lock();
        let request = &state.returned[0];
        assert_eq!(
            (request.points, request.goods_left, request.whole),
            (6, 55, false)
        );
        assert_eq!(request.refund_id, done.refund_id);
        assert!(request.coupon_ids.is_empty());
    }
    assert_eq!(list(&club, &order).await.lines[0].points, [7, 7]);

    let rest = units(&club, &order, 2).await;
    let asked = refund(&club, "r2", &order, rest).await.unwrap();
    assert_eq!((asked.amount, asked.points), (55, 14));
    until(&club, &order, OrderRefundState::Succeeded).await;
    let state = club.membership.state.lock();
    let last = state.returned.last().unwrap();
    assert_eq!((last.points, last.goods_left, last.whole), (14, 0, true));
}

#[tokio::test]
async fn the_whole_order_gives_everything_back_even_while_membership_is_away() {
    let (club, order) = sold(None).await;
    club.membership.state.lock().away = true;
    let asked = refund(&club, "r", &order, whole()).await.unwrap();
    assert_eq!((asked.amount, asked.points), (82, 20));
    assert_eq!(asked.state(), OrderRefundState::Pending);
    assert_eq!(asked.steps[0].state(), RefundStepState::Done);

    club.membership.state.lock().away = false;
    until(&club, &order, OrderRefundState::Succeeded).await;
    let state = club.membership.state.lock();
    assert!(
        state
            .returned
            .iter()
            .all(|one| one.whole && one.points == 20)
    );
}

/// 商品兌換 refunded as a line returns the coupon.
#[tokio::test]
async fn an_item_for_a_coupon_returns_the_coupon() {
    let free = of_product(GREEN, promotion(2, item_off(percent(10_000))));
    let (club, order) = sold(Some(free.clone())).await;
    assert_eq!(order.lines[1].unit_nets, [0]);
    let line_id = list(&club, &order).await.lines[1].line_id.clone();
    let chosen = RefundSelection {
        units: vec![RefundUnits {
            line_id,
            quantity: 1,
        }],
        ..Default::default()
    };
    let asked = refund(&club, "r", &order, chosen).await.unwrap();
    assert_eq!((asked.amount, asked.points), (0, 0));
    until(&club, &order, OrderRefundState::Succeeded).await;
    let state = club.membership.state.lock();
    assert_eq!(state.returned[0].coupon_ids, [free.rule_id]);
}
