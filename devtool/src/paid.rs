//! A shop that is paid online through the sandbox, for benchmarks: they speak to payments as ordering does.

use anyhow::Context as _;
use chassis::{
    authn::Identity,
    clock::{Clock as _, SystemClock},
    id::OrderId,
    time,
};
use chrono::TimeDelta;
use proto::{
    common::v1::{Channel, Method},
    payments::v1::{
        PayableItem, PayableOrder, Payer, StartAttemptRequest,
        payment_service_client::PaymentServiceClient,
    },
};
use tonic::{
    service::interceptor::InterceptedService,
    transport::{Channel as Connection, Endpoint},
};

use crate::{
    bench::{Token, token},
    demo::payments::{self, Account},
    endpoints::Endpoints,
    home::Home,
    shop::Shop,
};

/// How long an order may be paid.
const TIME: TimeDelta = TimeDelta::minutes(30);

/// Payments, called as ordering calls it.
pub type Payments = PaymentServiceClient<InterceptedService<Connection, Token>>;

/// A shop that takes money through one provider.
#[derive(Clone)]
pub struct PaidShop {
    /// The shop's account at the provider, and its method.
    pub account: Account,
    /// Calls payments.
    pub payments: Payments,
    brand_id: String,
    branch_id: String,
}

impl PaidShop {
    /// Gives `shop` an account at a provider of the sandbox, and a method that pays by it.
    pub async fn open(
        home: &Home,
        endpoints: &Endpoints,
        shop: &Shop,
        provider: &str,
    ) -> anyhow::Result<Self> {
        let account = payments::account_with_method(&shop.owner, &shop.brand_id, provider).await?;
        let url = endpoints.services.get("payments");
        let url = url.context("payments has no address")?;
        // Connects again when the process was restarted.
        let connection = Endpoint::from_shared(url.clone())?.tcp_nodelay(true);
        let identity = Identity::service("ordering", Some(shop.organisation_id));
        let token = token(home, "ordering", &identity)?;
        Ok(Self {
            account,
            payments: PaymentServiceClient::with_interceptor(connection.connect_lazy(), token),
            brand_id: shop.brand_id.clone(),
            branch_id: shop.branch_id.clone(),
        })
    }

    /// An order that waits for its payment; ordering knows nothing of it.
    #[must_use]
    pub fn order(&self, total: i64) -> PayableOrder {
        let expires_at = SystemClock.now() + TIME;
        PayableOrder {
            order_id: OrderId::new(&SystemClock).to_string(),
            order_number: "T35TQ".to_owned(),
            brand_id: self.brand_id.clone(),
            branch_id: self.branch_id.clone(),
            branch_name: "本店".to_owned(),
            method: Method::Pickup.into(),
            channel: Channel::Web.into(),
            business_day: SystemClock.now().format("%Y-%m-%d").to_string(),
            test: false,
            currency: "TWD".to_owned(),
            total,
            items: vec![PayableItem {
                name: "紅玉紅茶".to_owned(),
                quantity: 1,
                unit_amount: total,
            }],
            expires_at: Some(time::to_wire(expires_at)),
            payer: Some(Payer {
                name: "王小姐".to_owned(),
                phone: "+886911123456".to_owned(),
                email: String::new(),
            }),
        }
    }

    /// A request to pay `order`.
    #[must_use]
    pub fn start_request(&self, key: &str, order: &PayableOrder) -> StartAttemptRequest {
        StartAttemptRequest {
            idempotency_key: key.to_owned(),
            order: Some(order.clone()),
            method_id: self.account.method_id.clone(),
            back_url: "https://shop.example/o/1".to_owned(),
            token: String::new(),
        }
    }
}
