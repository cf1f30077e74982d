//! A fake of payments, events as payments publishes them, and a customer who pays online.

use std::{collections::HashMap, sync::Arc};

use axum::Router;
use chassis::{
    error::{CommonReason, Problem, Reason},
    id::{OrderId, OrganisationId},
    outbox::Event,
};
use parking_lot::Mutex;
use proto::{
    common::v1::Money,
    ordering::v1::{
        GetOrderByTokenRequest, GetOrderRequest, NotePaymentReturnRequest, Order, OrderEvent,
        PayOrderRequest, PayOrderResponse, PlaceOrderRequest,
    },
    payments::v1::{
        AllowedMethod, AttemptState, GetPaymentRequest, GetPaymentResponse,
        ListAllowedMethodsRequest, ListAllowedMethodsResponse, NextStep, NextStepKind, Payment,
        PaymentAttempt, PaymentChanged, PaymentStatus, StartAttemptRequest, StartAttemptResponse,
    },
};
use tonic::Status;
use url::Url;
use uuid::{Uuid, uuid};

use super::{
    Shop,
    fakes::{org_of, serve, unary},
};

pub const CASH: Uuid = uuid!("01900000-0000-7000-8000-000000000701");
pub const CARD: Uuid = uuid!("01900000-0000-7000-8000-000000000702");
/// Takes two fifths at once.
pub const DEPOSIT: Uuid = uuid!("01900000-0000-7000-8000-000000000703");

/// Payments with three methods.
pub struct FakePayments {
    pub url: Url,
    pub state: Arc<Mutex<PaymentsState>>,
}

/// What payments knows.
#[derive(Default)]
pub struct PaymentsState {
    /// Methods that the brand has.
    pub methods: Vec<AllowedMethod>,
    /// Answers nothing.
    pub away: bool,
    /// Questions for methods, each with whether it was about an amount.
    pub asked: Vec<bool>,
    /// Attempts that were asked for.
    pub started: Vec<StartAttemptRequest>,
    /// Refuses every attempt.
    pub refusal: Option<Problem>,
    /// What the browser does next.
    pub next: NextStepKind,
    /// Payments by their orders.
    pub payments: HashMap<String, Payment>,
}

impl FakePayments {
    pub async fn start(org: OrganisationId) -> Self {
        let state = Arc::new(Mutex::new(PaymentsState {
            methods: vec![
                method(CASH, "現金", false),
                method(CARD, "信用卡", true),
                method(DEPOSIT, "訂金", true),
            ],
            next: NextStepKind::Redirect,
            ..Default::default()
        }));
        let service = "/yizhimai.payments.v1.PaymentService";
        let known = state.clone();
        let path = format!("{service}/ListAllowedMethods");
        let router = unary(Router::new(), &path, move |request| {
            let is_own = org_of(&request) == org;
            list_methods(&mut known.lock(), is_own, request.into_inner())
        });
        let known = state.clone();
        let path = format!("{service}/StartAttempt");
        let router = unary(router, &path, move |request| {
            start_attempt(&mut known.lock(), request.into_inner())
        });
        let known = state.clone();
        let path = format!("{service}/GetPayment");
        let router = unary(router, &path, move |request| {
            let request: GetPaymentRequest = request.into_inner();
            let state = known.lock();
            state.answers()?;
            match state.payments.get(&request.order_id) {
                Some(payment) => Ok(GetPaymentResponse {
                    payment: Some(payment.clone()),
                }),
                None => Err(Problem::not_found("payment").into()),
            }
        });
        Self {
            url: serve(router).await,
            state,
        }
    }
}

impl PaymentsState {
    fn answers(&self) -> Result<(), Status> {
        if self.away {
            return Err(Problem::new(CommonReason::TemporarilyUnavailable).into());
        }
        Ok(())
    }

    /// The brand has these methods alone.
    pub fn only(&mut self, methods: &[Uuid]) {
        let ids: Vec<String> = methods.iter().map(Uuid::to_string).collect();
        self.methods
            .retain(|method| ids.contains(&method.method_id));
    }
}

fn method(id: Uuid, name: &str, online: bool) -> AllowedMethod {
    AllowedMethod {
        method_id: id.to_string(),
        name: name.to_owned(),
        online,
        ..Default::default()
    }
}

fn pay_now(method: &AllowedMethod, amount: i64) -> i64 {
    match (method.online, method.method_id == DEPOSIT.to_string()) {
        (false, _) => 0,
        (true, false) => amount,
        (true, true) => amount * 2 / 5,
    }
}

fn list_methods(
    state: &mut PaymentsState,
    is_own: bool,
    request: ListAllowedMethodsRequest,
) -> Result<ListAllowedMethodsResponse, Status> {
    state.asked.push(!request.any_amount);
    state.answers()?;
    let methods = state.methods.iter().map(|method| AllowedMethod {
        pay_now: pay_now(method, request.amount),
        ..method.clone()
    });
    let methods: Vec<_> = methods
        .filter(|method| {
            let fits = request.amount >= method.min_amount
                && method.max_amount.is_none_or(|max| request.amount <= max);
            is_own && (request.any_amount || fits)
        })
        .collect();
    Ok(ListAllowedMethodsResponse {
        is_set_up: !state.methods.is_empty(),
        methods,
    })
}

fn start_attempt(
    state: &mut PaymentsState,
    request: StartAttemptRequest,
) -> Result<StartAttemptResponse, Status> {
    state.answers()?;
    if let Some(refusal) = &state.refusal {
        let mut again = Problem::new(refusal.reason.clone());
        again.fields.clone_from(&refusal.fields);
        return Err(again.into());
    }
    let order = request.order.clone().unwrap();
    let of = state.methods.iter();
    let method = of.clone().find(|one| one.method_id == request.method_id);
    let method = method.unwrap().clone();
    let required = pay_now(&method, order.total);
    let number = state
        .started
        .iter()
        .filter(|earlier| earlier.order.as_ref().unwrap().order_id == order.order_id)
        .count();
    let attempt = PaymentAttempt {
        number: i32::try_from(number).unwrap() + 1,
        method_id: request.method_id.clone(),
        method_name: method.name,
        state: AttemptState::Pending.into(),
        amount: required,
        ..Default::default()
    };
    let payment = state.payments.entry(order.order_id.clone()).or_default();
    payment.order_id = order.order_id;
    payment.version += 1;
    payment.state = PaymentStatus::Pending.into();
    payment.required = required;
    payment.attempts.push(attempt.clone());
    state.started.push(request);
    Ok(StartAttemptResponse {
        attempt: Some(attempt),
        next: Some(NextStep {
            kind: state.next.into(),
            url: "https://pay.example/1".to_owned(),
            ..Default::default()
        }),
        payment_id: String::new(),
        required,
    })
}

/// What payments reports of an order, to be completed by a test.
pub fn paid(order: &Order, version: i64) -> PaymentChanged {
    PaymentChanged {
        order_id: order.order_id.clone(),
        version,
        state: PaymentStatus::Captured.into(),
        required: order.pay_now,
        captured: order.pay_now,
        currency: "TWD".to_owned(),
        attempt_number: 1,
        ..Default::default()
    }
}

/// A payment that was declined.
pub fn declined(order: &Order, version: i64) -> PaymentChanged {
    PaymentChanged {
        state: PaymentStatus::Failed.into(),
        captured: 0,
        ..paid(order, version)
    }
}

fn event(changed: &PaymentChanged) -> Event {
    let type_ = match changed.state() {
        PaymentStatus::Failed => "payments.payment.failed.v1",
        PaymentStatus::Authorized => "payments.payment.authorized.v1",
        PaymentStatus::PartlyRefunded | PaymentStatus::Refunded => "payments.payment.refunded.v1",
        _ => "payments.payment.captured.v1",
    };
    let payment = Uuid::new_v5(&CARD, changed.order_id.as_bytes());
    Event::new(type_, payment, changed.version, changed)
}

/// What the customer of an order sees, and its history.
pub struct Seen {
    pub order: Order,
    pub events: Vec<OrderEvent>,
}

impl Shop {
    /// A request to order so many cups and pay them by a method.
    pub async fn request_paid_by(&self, key: &str, cups: i32, method: Uuid) -> PlaceOrderRequest {
        PlaceOrderRequest {
            payment_method_id: method.to_string(),
            ..self.request(key, cups).await
        }
    }

    /// An order of two cups that waits for its payment by a method, and the token of its link.
    pub async fn waiting(&self, key: &str, method: Uuid) -> (Order, String) {
        let request = self.request_paid_by(key, 2, method).await;
        let placed = self.place(request).await.unwrap();
        (placed.order.unwrap(), placed.access_token)
    }

    /// Pays an order by a method.
    pub async fn pay(
        &self,
        token: &str,
        key: &str,
        method: Uuid,
    ) -> Result<PayOrderResponse, Status> {
        let request = PayOrderRequest {
            idempotency_key: key.to_owned(),
            access_token: token.to_owned(),
            payment_method_id: method.to_string(),
            provider_token: String::new(),
            back_url: "https://shop.example/tea/north/orders/1".to_owned(),
        };
        Ok(self.customer().pay_order(request).await?.into_inner())
    }

    /// The customer's browser comes back from the provider.
    pub async fn come_back(&self, order: &Order) {
        let request = NotePaymentReturnRequest {
            order_id: order.order_id.clone(),
        };
        self.peer().note_payment_return(request).await.unwrap();
    }

    /// Lets the bus carry reports of payments.
    pub async fn report(&self, changed: &[PaymentChanged]) {
        let events: Vec<Event> = changed.iter().map(event).collect();
        self.service.deliver(self.org, &events).await;
    }

    /// Reports a payment until the order shows what it should.
    pub async fn report_until(&self, changed: &[PaymentChanged], is_so: impl Fn(&Order) -> bool) {
        let id = changed[0].order_id.clone();
        testkit::eventually(async || {
            self.report(changed).await;
            is_so(&self.read(&id).await.order)
        })
        .await;
    }

    /// Waits until the order shows what it should.
    pub async fn until(&self, order: &Order, is_so: impl Fn(&Order) -> bool) -> Seen {
        testkit::eventually(async || is_so(&self.read(&order.order_id).await.order)).await;
        self.read(&order.order_id).await
    }

    pub async fn read(&self, order_id: &str) -> Seen {
        let request = GetOrderRequest {
            order_id: order_id.to_owned(),
        };
        let answer = self.counter().get_order(request).await.unwrap();
        let answer = answer.into_inner();
        Seen {
            order: answer.order.unwrap(),
            events: answer.events,
        }
    }

    pub async fn read_by_token(&self, token: &str) -> Order {
        let request = GetOrderByTokenRequest {
            access_token: token.to_owned(),
        };
        let answer = self.customer().get_order_by_token(request).await.unwrap();
        answer.into_inner().order.unwrap()
    }

    /// The payment that payments has of an order.
    pub fn payment(&self, order: &Order, change: impl FnOnce(&mut Payment)) {
        let mut state = self.payments.state.lock();
        change(state.payments.entry(order.order_id.clone()).or_default());
    }
}

/// A reason of payments.
pub fn refusal(reason: impl Into<Reason>) -> Option<Problem> {
    Some(Problem::new(reason))
}

/// An order that nobody knows.
pub fn unknown(shop: &Shop) -> Order {
    Order {
        order_id: OrderId::new(shop.service.clock()).to_string(),
        pay_now: 50,
        ..Default::default()
    }
}

/// What an order has in a field of money.
pub fn amount(money: &Option<Money>) -> i64 {
    money.as_ref().unwrap().amount
}
