//! One shop with ordering running in it, and fakes of its upstream services.

pub mod decisions;
pub mod fakes;
pub mod membership;
pub mod payments;
pub mod refunding;

use chassis::{
    authn::{Identity, Level, Scope},
    clock::Clock as _,
    error::Problem,
    id::{BranchId, EventId, OrganisationId},
    outbox,
};
use chrono::TimeDelta;
use ordering::Ordering;
use prost::Message as _;
use proto::{
    catalog::v1::MenuPublished,
    common::v1::{Method, Money},
    ordering::v1::{
        self as wire, Cart, CartLine, ChosenOption, Contact, FeeAmount, Order, OrderState,
        PlaceOrderRequest, PlaceOrderResponse, PricedQuote, QuoteRequest, RescheduleOrderRequest,
        TransitionOrderRequest, ordering_service_client::OrderingServiceClient,
    },
};
use testkit::{CallerChannel, TestService, identities};
use tonic::Status;
use tonic_types::pb::Status as RichStatus;

use self::{
    fakes::{FakeCapacity, FakeCatalog},
    payments::FakePayments,
};

/// A client of ordering with somebody's token.
pub type Client = OrderingServiceClient<CallerChannel>;

/// A branch with its menu, and the whole service.
pub struct Shop {
    pub org: OrganisationId,
    pub catalog: FakeCatalog,
    pub capacity: FakeCapacity,
    pub payments: FakePayments,
    pub service: TestService<Ordering>,
}

impl Shop {
    /// Opens a shop at noon.
    pub async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// Opens a shop with further variables of its service.
    pub async fn open_with(variables: &[(&str, &str)]) -> Self {
        let org = testkit::organisation();
        let catalog = FakeCatalog::start(org).await;
        let capacity = FakeCapacity::start().await;
        let payments = FakePayments::start(org).await;
        let own = [
            ("PEERS_CATALOG_URL", catalog.url.as_str()),
            ("PEERS_CAPACITY_URL", capacity.url.as_str()),
            ("PEERS_PAYMENTS_URL", payments.url.as_str()),
            ("ORDERING_LINK_KEY", "a key for tests"),
            ("TELEMETRY_LOG", "warn"),
        ];
        let service = TestService::start(&[own.as_slice(), variables].concat()).await;
        {
            let mut state = capacity.state.lock();
            state.clock = Some(service.clock().clone());
            state.promise = Some(service.clock().now() + TimeDelta::minutes(15));
        }
        Self {
            org,
            catalog,
            capacity,
            payments,
            service,
        }
    }

    /// A client with the token of `identity`.
    pub fn client(&self, identity: &Identity) -> Client {
        OrderingServiceClient::new(self.service.channel_as(identity))
    }

    /// A guest of the storefront.
    pub fn customer(&self) -> Client {
        self.client(&identities::customer(self.org))
    }

    /// Somebody at the counter, without sensitive actions.
    pub fn counter(&self) -> Client {
        self.client(&self.counter_identity())
    }

    pub fn counter_identity(&self) -> Identity {
        let scope = Scope {
            branches: [self.branch()].into(),
            ..Default::default()
        };
        identities::staff(self.org, &[("ops.orders", Level::Manage)], scope)
    }

    /// The kitchen, which makes and hands over.
    pub fn kitchen(&self) -> Client {
        let mut identity = self.counter_identity();
        let level = Level::Operate;
        identity.permissions.insert("ops.orders".to_owned(), level);
        self.client(&identity)
    }

    /// The manager, who may cancel late and reopen.
    pub fn manager(&self) -> Client {
        let mut identity = self.counter_identity();
        identity
            .actions
            .extend(["order.cancel_late".to_owned(), "order.reopen".to_owned()]);
        self.client(&identity)
    }

    /// Another service, such as capacity.
    pub fn peer(&self) -> Client {
        self.client(&identities::service("capacity", self.org))
    }

    pub fn branch(&self) -> BranchId {
        self.catalog.branch
    }

    /// A cart of `cups` green teas with half sugar.
    pub fn cart(&self, cups: i32) -> Cart {
        Cart {
            branch_id: self.branch().to_string(),
            method: Method::Pickup.into(),
            wanted_at: None,
            lines: vec![CartLine {
                product_id: fakes::TEA.to_string(),
                variant_id: fakes::TEA_M.to_string(),
                quantity: cups,
                options: vec![ChosenOption {
                    option_id: fakes::HALF.to_string(),
                    quantity: 1,
                }],
                note: "去冰袋".to_owned(),
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    /// The quote of a cart.
    pub async fn quote(&self, cart: Cart) -> Result<PricedQuote, Status> {
        let answer = self
            .customer()
            .quote(QuoteRequest {
                cart: Some(cart),
                ..Default::default()
            })
            .await?;
        Ok(answer.into_inner().quote.unwrap())
    }

    /// A request that would be accepted.
    pub async fn request(&self, key: &str, cups: i32) -> PlaceOrderRequest {
        let cart = self.cart(cups);
        let quote = self.quote(cart.clone()).await.unwrap();
        PlaceOrderRequest {
            idempotency_key: key.to_owned(),
            cart: Some(cart),
            contact: Some(Contact {
                name: "陳小姐".to_owned(),
                phone: "0911-123-456".to_owned(),
            }),
            remark: "謝謝".to_owned(),
            utensils: true,
            ..agreeing_to(&quote)
        }
    }

    pub async fn place(&self, request: PlaceOrderRequest) -> Result<PlaceOrderResponse, Status> {
        Ok(self.customer().place_order(request).await?.into_inner())
    }

    /// A placed order and the token of its link.
    pub async fn placed(&self, key: &str) -> (Order, String) {
        let placed = self.place(self.request(key, 2).await).await.unwrap();
        (placed.order.unwrap(), placed.access_token)
    }

    /// Rows of a table, seen from above all policies.
    pub async fn count(&self, table: &str) -> i64 {
        let mut superuser = self.service.db().superuser().await;
        let sql = format!("SELECT count(*) FROM {table}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut superuser)
            .await
            .unwrap()
    }

    pub fn advance(&self, seconds: i64) {
        self.service.clock().advance(TimeDelta::seconds(seconds));
    }
}

/// Says that the branch has a new menu.
pub async fn publish(shop: &Shop, published: &MenuPublished) {
    let id = EventId::new(shop.service.clock()).as_uuid();
    let event = outbox::Event::new("catalog.menu.published.v1", id, 1, published);
    shop.service.deliver(shop.org, &[event]).await;
}

/// The part of a request that says what the customer saw.
pub fn agreeing_to(quote: &PricedQuote) -> PlaceOrderRequest {
    let amount = |money: &Option<Money>| money.as_ref().unwrap().amount;
    let fees = quote.fees.iter().map(|fee| FeeAmount {
        kind: fee.kind.clone(),
        amount: amount(&fee.amount),
    });
    PlaceOrderRequest {
        quote_hash: quote.hash.clone(),
        quoted_at: quote.quoted_at,
        promised_at: quote.promised_at,
        line_amounts: quote.lines.iter().map(|line| amount(&line.net)).collect(),
        fee_amounts: fees.collect(),
        ..Default::default()
    }
}

/// The fresh quote that comes with QUOTE_CHANGED.
pub fn fresh_quote(refused: &Status) -> PricedQuote {
    let details = RichStatus::decode(refused.details()).unwrap().details;
    let url = "type.googleapis.com/yizhimai.ordering.v1.PricedQuote";
    let attached = details.iter().find(|any| any.type_url == url).unwrap();
    PricedQuote::decode(attached.value.as_slice()).unwrap()
}

/// A request to reschedule `order` to the slot `minutes` after now.
pub fn to_slot(shop: &Shop, order: &Order, minutes: i64) -> RescheduleOrderRequest {
    let at = shop.service.clock().now() + TimeDelta::minutes(minutes);
    RescheduleOrderRequest {
        order_id: order.order_id.clone(),
        version: order.version,
        wanted_at: Some(fakes::timestamp(at)),
        reason: "冰櫃故障".to_owned(),
    }
}

/// A request to change the state of `order` .
pub fn to(order: &Order, state: OrderState) -> TransitionOrderRequest {
    TransitionOrderRequest {
        order_id: order.order_id.clone(),
        version: order.version,
        to: state.into(),
        ..Default::default()
    }
}

/// A request to cancel `order`.
pub fn cancel(order: &Order) -> TransitionOrderRequest {
    TransitionOrderRequest {
        cancel_reason: Some(wire::CancelReason::TooBusy.into()),
        ..to(order, OrderState::Cancelled)
    }
}

/// Changes the state of an order, or returns the refusal.
pub async fn transitioned(
    client: &mut Client,
    request: TransitionOrderRequest,
) -> Result<Order, Problem> {
    match client.transition_order(request).await {
        Ok(answer) => Ok(answer.into_inner().order.unwrap()),
        Err(status) => Err(Problem::from_status(&status)),
    }
}

/// The reason of a refusal.
pub fn reason<T>(answer: Result<T, Status>) -> String {
    let Err(status) = answer else {
        panic!("it should have been refused")
    };
    Problem::from_status(&status).reason.to_string()
}

/// Fields of a refusal with their reasons.
pub fn fields(status: &Status) -> Vec<(String, String)> {
    let problem = Problem::from_status(status);
    problem
        .fields
        .into_iter()
        .map(|field| (field.field, field.reason.to_string()))
        .collect()
}
