//! Refunds of orders: never more than was paid, each step once, within what an account may.

use std::collections::BTreeSet;

use chassis::{
    authn::{ActionLimit, Identity, Level, Scope},
    error::Problem,
};
use proto::{
    ordering::v1::{
        GetOrderRequest, ListOrderRefundsRequest, ListOrderRefundsResponse, Order, OrderRefund,
        OrderRefundChanged, OrderRefundState, OrderState, PaymentState, QuoteRefundRequest,
        RefundSelection, RefundStepKind, RefundStepState, RefundUnits, RequestOrderRefundRequest,
        UndoTransitionRequest, refund_service_client::RefundServiceClient,
    },
    payments::v1::{Payment, PaymentsReason, RefundState},
};
use testkit::{CallerChannel, eventually, identities};
use tonic::Status;

use crate::common::{Shop, fields, reason, refunding::RefundingPayments, to, transitioned};

type Refunds = RefundServiceClient<CallerChannel>;

/// A shop whose orders are paid through a fake of payments.
struct Till {
    shop: Shop,
    payments: RefundingPayments,
}

impl Till {
    async fn open() -> Self {
        let payments = RefundingPayments::start().await;
        let url = payments.url.to_string();
        let shop = Shop::open_with(&[("PEERS_PAYMENTS_URL", url.as_str())]).await;
        Self { shop, payments }
    }

    /// Somebody of the branch who may refund.
    fn manager(&self) -> Identity {
        let mut identity = self.shop.counter_identity();
        identity.actions.insert("order.refund".to_owned());
        identity
    }

    fn refunds_as(&self, identity: &Identity) -> Refunds {
        RefundServiceClient::new(self.shop.service.channel_as(identity))
    }

    fn refunds(&self) -> Refunds {
        self.refunds_as(&self.manager())
    }

    async fn sql(&self, sql: &'static str, order: &Order) {
        let id: uuid::Uuid = order.order_id.parse().unwrap();
        let mut superuser = self.shop.service.db().superuser().await;
        sqlx::query(sql)
            .bind(id)
            .execute(&mut superuser)
            .await
            .unwrap();
    }

    /// An order of two cups at 25 that was paid online.
    async fn paid_online(&self, key: &str) -> Order {
        let (order, _) = self.shop.placed(key).await;
        let paid = "UPDATE orders
             SET payment_method = 'online', payment_state = 'paid', paid = total
             WHERE order_id = $1";
        self.sql(paid, &order).await;
        let payment = Payment {
            order_id: order.order_id.clone(),
            captured: 50,
            ..Default::default()
        };
        let mut state = self.payments.state.lock();
        state.payments.insert(order.order_id.clone(), payment);
        order
    }

    /// An order of two cups at 25 that was handed over and paid on site.
    async fn paid_on_site(&self, key: &str) -> Order {
        let (order, _) = self.shop.placed(key).await;
        let mut request = to(&order, OrderState::Completed);
        request.cash_received = true;
        transitioned(&mut self.shop.counter(), request)
            .await
            .unwrap()
    }

    async fn list(&self, order: &Order) -> ListOrderRefundsResponse {
        let request = ListOrderRefundsRequest {
            order_id: order.order_id.clone(),
        };
        let mut client = self.refunds();
        client
            .list_order_refunds(request)
            .await
            .unwrap()
            .into_inner()
    }

    async fn request(&self, request: RequestOrderRefundRequest) -> Result<OrderRefund, Status> {
        let response = self.refunds().request_order_refund(request).await?;
        Ok(response.into_inner().refund.unwrap())
    }

    async fn refund(
        &self,
        key: &str,
        order: &Order,
        selection: RefundSelection,
    ) -> Result<OrderRefund, Status> {
        self.request(request(key, order, selection)).await
    }

    async fn units(&self, order: &Order, quantity: i32) -> RefundSelection {
        let line_id = self.list(order).await.lines[0].line_id.clone();
        RefundSelection {
            units: vec![RefundUnits { line_id, quantity }],
            ..Default::default()
        }
    }

    /// The last refund of an order, once it is in `state`; time passes meanwhile.
    async fn until(&self, order: &Order, state: OrderRefundState) -> OrderRefund {
        let last = async || self.list(order).await.refunds.pop();
        eventually(async || {
            self.shop.advance(2);
            last().await.is_some_and(|refund| refund.state() == state)
        })
        .await;
        last().await.unwrap()
    }

    async fn payment_state(&self, order: &Order) -> PaymentState {
        let request = GetOrderRequest {
            order_id: order.order_id.clone(),
        };
        let response = self.shop.counter().get_order(request).await.unwrap();
        response.into_inner().order.unwrap().payment_state()
    }

    fn accepted(&self) -> usize {
        self.payments.state.lock().requests.len()
    }
}

fn whole() -> RefundSelection {
    RefundSelection {
        whole: true,
        ..Default::default()
    }
}

fn amount(amount: i64) -> RefundSelection {
    RefundSelection {
        amount: Some(amount),
        ..Default::default()
    }
}

fn request(key: &str, order: &Order, selection: RefundSelection) -> RequestOrderRefundRequest {
    RequestOrderRefundRequest {
        idempotency_key: key.to_owned(),
        order_id: order.order_id.clone(),
        selection: Some(selection),
        reason: "少一杯".to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn units_go_back_one_after_another_until_none_is_left() {
    let till = Till::open().await;
    let order = till.paid_online("k").await;
    let one = till.units(&order, 1).await;
    let refund = till.refund("r1", &order, one.clone()).await.unwrap();
    assert_eq!(
        (refund.amount, refund.state()),
        (25, OrderRefundState::Pending)
    );
    assert_eq!(refund.requested_by, "王小明");
    assert_eq!(refund.steps[0].kind(), RefundStepKind::Money);

    eventually(async || till.accepted() == 1).await;
    let asked = till.payments.state.lock().requests[0].clone();
    assert_eq!(
        (asked.idempotency_key, asked.amount),
        (refund.refund_id, 25)
    );
    assert_eq!(asked.requested_by_name, "王小明");
    let waiting = till.list(&order).await;
    assert_eq!(waiting.refunds[0].state(), OrderRefundState::Pending);
    assert_eq!(
        (waiting.lines[0].refunded, waiting.lines[0].nets.as_slice()),
        (1, [25].as_slice())
    );

    till.payments
        .state
        .lock()
        .settle(RefundState::Succeeded, "");
    let done = till.until(&order, OrderRefundState::Succeeded).await;
    assert_eq!(done.steps[0].state(), RefundStepState::Done);
    assert!(done.settled_at.is_some());

    till.refund("r2", &order, one.clone()).await.unwrap();
    let none_left = till.refund("r3", &order, one).await.unwrap_err();
    assert_eq!(Problem::from_status(&none_left).reason, "VALIDATION_FAILED");
    assert_eq!(fields(&none_left)[0].0, "selection.units[0].quantity");
    assert_eq!(
        reason(till.refund("r4", &order, whole()).await),
        "REFUND_EXCEEDS_PAID"
    );
}

#[tokio::test]
async fn of_two_refunds_at_once_that_are_more_than_was_paid_one_is_refused() {
    let till = Till::open().await;
    let order = till.paid_online("k").await;
    let (one, two) = tokio::join!(
        till.refund("r1", &order, amount(30)),
        till.refund("r2", &order, amount(30))
    );
    let refused: Vec<_> = [one, two].into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 1);
    let problem = Problem::from_status(&refused[0]);
    assert_eq!(
        (problem.reason.as_str(), problem.params["max"].as_str()),
        ("REFUND_EXCEEDS_PAID", "20")
    );
    eventually(async || till.accepted() == 1).await;
    let rest = till.refund("r3", &order, whole()).await.unwrap();
    assert_eq!(rest.amount, 20);
}

#[tokio::test]
async fn a_refund_that_was_interrupted_goes_on_and_gives_back_once() {
    let till = Till::open().await;
    let order = till.paid_online("k").await;
    till.payments.state.lock().loses_answers = true;
    let refund = till.refund("r", &order, whole()).await.unwrap();
    eventually(async || till.accepted() == 1).await;
    till.payments.state.lock().away = true;
    till.shop.advance(10);
    let waiting = till.until(&order, OrderRefundState::Pending).await;
    assert_eq!(waiting.steps[0].state(), RefundStepState::Running);
    {
        let mut state = till.payments.state.lock();
        (state.away, state.loses_answers) = (false, false);
        state.settle(RefundState::Succeeded, "");
    }
    till.until(&order, OrderRefundState::Succeeded).await;
    let state = till.payments.state.lock();
    assert_eq!(state.requests.len(), 1);
    let payment = &state.payments[&order.order_id];
    assert_eq!(payment.refunds.len(), 1);
    assert_eq!(payment.refunds[0].request_key, refund.refund_id);
}

#[tokio::test]
async fn a_repeated_key_gets_its_refund_even_while_payments_is_away() {
    let till = Till::open().await;
    let order = till.paid_online("k").await;
    let first = till.refund("r", &order, amount(30)).await.unwrap();
    eventually(async || till.accepted() == 1).await;
    till.payments.state.lock().away = true;
    let again = till.refund("r", &order, amount(30)).await.unwrap();
    assert_eq!(again.refund_id, first.refund_id);
    assert_eq!(
        reason(till.refund("r", &order, amount(10)).await),
        "IDEMPOTENCY_MISMATCH"
    );
    assert_eq!(
        reason(till.refund("other", &order, amount(10)).await),
        "TEMPORARILY_UNAVAILABLE"
    );
    assert_eq!(till.list(&order).await.refunds.len(), 1);
}

#[tokio::test]
async fn what_failed_can_be_refunded_again() {
    let till = Till::open().await;
    let order = till.paid_online("k").await;
    let both = till.units(&order, 2).await;
    till.refund("r1", &order, both.clone()).await.unwrap();
    eventually(async || till.accepted() == 1).await;
    till.payments
        .state
        .lock()
        .settle(RefundState::Failed, "1124 amount");
    let failed = till.until(&order, OrderRefundState::Failed).await;
    assert_eq!(failed.steps[0].text, "1124 amount");
    assert_eq!(till.list(&order).await.lines[0].nets, [25, 25]);
    assert_eq!(till.refund("r2", &order, both).await.unwrap().amount, 50);
}

#[tokio::test]
async fn beyond_the_providers_time_a_person_has_to_pay_back() {
    let till = Till::open().await;
    let order = till.paid_online("k").await;
    till.payments.state.lock().refusal = Some(PaymentsReason::RefundWindowClosed.into());
    till.refund("r1", &order, amount(20)).await.unwrap();
    let refund = till.until(&order, OrderRefundState::NeedsPerson).await;
    assert_eq!(
        refund.steps[0].problem.as_deref(),
        Some("REFUND_WINDOW_CLOSED")
    );
    // It is still owed, so that it is not left for another refund.
    let too_much = till.refund("r2", &order, amount(31)).await;
    assert_eq!(reason(too_much), "REFUND_EXCEEDS_PAID");
}

#[tokio::test]
async fn what_a_person_gave_back_by_other_means_is_done() {
    let till = Till::open().await;
    let order = till.paid_online("k").await;
    till.refund("r", &order, whole()).await.unwrap();
    eventually(async || till.accepted() == 1).await;
    let settle = |state| till.payments.state.lock().settle(state, "");
    settle(RefundState::NeedsPerson);
    till.until(&order, OrderRefundState::NeedsPerson).await;
    settle(RefundState::Succeeded);
    till.shop.advance(60);
    let done = till.until(&order, OrderRefundState::Succeeded).await;
    assert_eq!(done.steps[0].state(), RefundStepState::Done);
}

#[tokio::test]
async fn what_was_paid_on_site_is_paid_out_on_site_at_once_by_somebody() {
    let till = Till::open().await;
    let mut events = till.shop.service.listen(&["ordering.refund.*.v1"]).await;
    let order = till.paid_on_site("k").await;
    assert_eq!(till.list(&order).await.left_on_site, 50);
    let mut command = request("r1", &order, amount(20));
    let refused = till.request(command.clone()).await.unwrap_err();
    assert_eq!(fields(&refused)[0].0, "paid_out_by");
    command.paid_out_by = "陳店員".to_owned();
    let refund = till.request(command).await.unwrap();
    assert_eq!(refund.state(), OrderRefundState::Succeeded);
    assert_eq!(
        (refund.steps.len(), refund.steps[0].kind()),
        (1, RefundStepKind::Cash)
    );
    assert_eq!(refund.paid_out_by, "陳店員");
    assert!(refund.settled_at.is_some());

    let event = events.next().await;
    let body: OrderRefundChanged = event.decode().unwrap();
    assert_eq!(event.type_, "ordering.refund.requested.v1");
    assert_eq!(
        (body.amount, body.on_site, body.order_id),
        (20, 20, order.order_id.clone())
    );

    assert_eq!(till.list(&order).await.left_on_site, 30);
    assert_eq!(
        till.payment_state(&order).await,
        PaymentState::PartlyRefunded
    );
    // Taking the step back would take back money that is no longer there.
    let undo = UndoTransitionRequest {
        order_id: order.order_id.clone(),
        version: order.version,
    };
    let undone = till.shop.counter().undo_transition(undo).await;
    assert_eq!(reason(undone), "ILLEGAL_TRANSITION");
}

#[tokio::test]
async fn an_account_refunds_within_its_limits_whatever_happens_at_once() {
    let till = Till::open().await;
    let mut manager = till.manager();
    let limit = ActionLimit {
        each: Some(30),
        day: Some(40),
    };
    manager.limits.insert("order.refund".to_owned(), limit);
    let orders = [till.paid_online("k1").await, till.paid_online("k2").await];
    let refund = async |key: &str, order: &Order, of: i64| {
        let request = request(key, order, amount(of));
        till.refunds_as(&manager)
            .request_order_refund(request)
            .await
    };
    let too_much = refund("r0", &orders[0], 31).await.unwrap_err();
    let problem = Problem::from_status(&too_much);
    assert_eq!(
        (problem.reason.as_str(), problem.params["limit"].as_str()),
        ("ACTION_LIMIT", "each")
    );

    let (one, two) = tokio::join!(refund("r1", &orders[0], 30), refund("r2", &orders[1], 30));
    let refused: Vec<_> = [one, two].into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 1);
    let problem = Problem::from_status(&refused[0]);
    assert_eq!(
        (
            problem.params["limit"].as_str(),
            problem.params["max"].as_str()
        ),
        ("day", "10")
    );

    let quote = QuoteRefundRequest {
        order_id: orders[0].order_id.clone(),
        selection: Some(amount(1)),
    };
    let quoted = till
        .refunds_as(&manager)
        .quote_refund(quote)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (quoted.limit_each, quoted.limit_left_today),
        (Some(30), Some(10))
    );

    // Another account has a day of its own, and what failed does not count.
    till.refund("r3", &orders[0], amount(20)).await.unwrap();
    eventually(async || till.accepted() == 2).await;
    till.payments.state.lock().settle(RefundState::Failed, "");
    let all_failed = async || {
        till.shop.advance(2);
        let mut states = Vec::new();
        for order in &orders {
            states.extend(
                till.list(order)
                    .await
                    .refunds
                    .iter()
                    .map(OrderRefund::state),
            );
        }
        states
            .iter()
            .all(|state| *state == OrderRefundState::Failed)
    };
    eventually(all_failed).await;
    refund("r4", &orders[1], 30).await.unwrap();
}

#[tokio::test]
async fn a_quote_says_what_goes_back_from_where_and_binds_the_request() {
    let till = Till::open().await;
    let order = till.paid_online("k").await;
    let quote = async |selection: RefundSelection| {
        let request = QuoteRefundRequest {
            order_id: order.order_id.clone(),
            selection: Some(selection),
        };
        let response = till.refunds().quote_refund(request).await?;
        Ok::<_, Status>(response.into_inner())
    };
    let quoted = quote(whole()).await.unwrap();
    assert_eq!(
        (quoted.amount, quoted.online, quoted.on_site, quoted.left),
        (50, 50, 0, 50)
    );
    assert_eq!((quoted.limit_each, quoted.limit_left_today), (None, None));
    assert_eq!(reason(quote(amount(51)).await), "REFUND_EXCEEDS_PAID");
    assert_eq!(reason(quote(amount(0)).await), "AMOUNT_OUT_OF_RANGE");
    let both = RefundSelection {
        amount: Some(1),
        ..whole()
    };
    assert_eq!(reason(quote(both).await), "VALIDATION_FAILED");
    assert_eq!(till.list(&order).await.refunds.len(), 0);

    till.refund("r1", &order, amount(10)).await.unwrap();
    let mut late = request("r2", &order, whole());
    late.expected_amount = Some(quoted.amount);
    let problem = Problem::from_status(&till.request(late.clone()).await.unwrap_err());
    assert_eq!(
        (problem.reason.as_str(), problem.params["actual"].as_str()),
        ("VERSION_CONFLICT", "40")
    );
    late.expected_amount = Some(40);
    assert_eq!(till.request(late).await.unwrap().amount, 40);
}

#[tokio::test]
async fn an_order_without_money_of_ours_is_not_refunded() {
    let till = Till::open().await;
    let (unpaid, _) = till.shop.placed("k1").await;
    assert_eq!(
        reason(till.refund("r1", &unpaid, whole()).await),
        "REFUND_EXCEEDS_PAID"
    );
    let waiting = till.paid_online("k2").await;
    let sql = "UPDATE orders
         SET state = 'pending_payment', placed_at = NULL, pickup_number = NULL
         WHERE order_id = $1";
    till.sql(sql, &waiting).await;
    assert_eq!(
        reason(till.refund("r2", &waiting, whole()).await),
        "ILLEGAL_TRANSITION"
    );
    let of_platform = till.paid_on_site("k3").await;
    let sql = "UPDATE orders SET payment_method = 'platform' WHERE order_id = $1";
    till.sql(sql, &of_platform).await;
    assert_eq!(
        reason(till.refund("r3", &of_platform, whole()).await),
        "ORDER_LOCKED"
    );
    let mut without = request("r4", &of_platform, whole());
    without.reason = " ".to_owned();
    assert_eq!(reason(till.request(without).await), "REASON_REQUIRED");
}

/// The reasons that every RPC on one order is refused for.
async fn reasons(client: &mut Refunds, order: &Order) -> BTreeSet<String> {
    let quote = QuoteRefundRequest {
        order_id: order.order_id.clone(),
        selection: Some(whole()),
    };
    let list = ListOrderRefundsRequest {
        order_id: order.order_id.clone(),
    };
    [
        reason(client.quote_refund(quote).await),
        reason(
            client
                .request_order_refund(request("r", order, whole()))
                .await,
        ),
        reason(client.list_order_refunds(list).await),
    ]
    .into()
}

#[tokio::test]
async fn nobody_else_sees_or_refunds_an_order() {
    let till = Till::open().await;
    let order = till.paid_online("k").await;
    let stranger = identities::owner(testkit::organisation());
    let found = reasons(&mut till.refunds_as(&stranger), &order).await;
    assert_eq!(found, ["NOT_FOUND".to_owned()].into());

    let elsewhere = Scope {
        branches: [chassis::id::BranchId::new(till.shop.service.clock())].into(),
        ..Default::default()
    };
    let mut colleague =
        identities::staff(till.shop.org, &[("ops.orders", Level::Manage)], elsewhere);
    colleague.actions.insert("order.refund".to_owned());
    let found = reasons(&mut till.refunds_as(&colleague), &order).await;
    assert_eq!(found, ["OUT_OF_SCOPE".to_owned()].into());

    let mut counter = till.refunds_as(&till.shop.counter_identity());
    let refused = counter
        .request_order_refund(request("r", &order, whole()))
        .await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");

    till.refund("r", &order, whole()).await.unwrap();
    let db = till.shop.service.context().db.clone();
    let mut tx = db.tenant(testkit::organisation()).await.unwrap();
    for table in ["order_refunds", "refund_steps", "refund_days"] {
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        let seen: i64 = sqlx::query_scalar(sql).fetch_one(&mut *tx).await.unwrap();
        assert_eq!(seen, 0, "{table}");
    }
    let get = GetOrderRequest {
        order_id: order.order_id,
    };
    assert!(till.shop.counter().get_order(get).await.is_ok());
}
