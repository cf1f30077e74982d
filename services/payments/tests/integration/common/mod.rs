//! A brand with a branch, an account at a provider and a method.

pub mod scripted;

use chassis::{
    authn::{Identity, Scope},
    clock::Clock as _,
    error::Problem,
    id::{BranchId, BrandId, OrderId, OrganisationId},
    money::{Currency, Money},
    service::App,
    time,
};
use chrono::TimeDelta;
use proto::{
    common::v1::{Channel, Method},
    payments::v1::{
        BrandPaymentMethod, ClosePaymentRequest, CreateGatewayAccountRequest, CredentialValue,
        FormField, GatewayAccount, GetPaymentRequest, PayableItem, PayableOrder, Payer, Payment,
        PaymentKind, Provider, ReceiveCallbackRequest, ReceiveCallbackResponse,
        SavePaymentMethodRequest, StartAttemptRequest, StartAttemptResponse,
        gateway_account_service_client::GatewayAccountServiceClient,
        payment_service_client::PaymentServiceClient,
    },
};
use testkit::{CallerChannel, TestService, eventually, identities};
use tonic::Status;

pub use scripted::{ScriptedPayments, report, script};

/// The key that signs the scripted provider's messages.
pub const KEY: &str = "0123456789abcdef";

pub type Payments = PaymentServiceClient<CallerChannel>;
pub type Accounts = GatewayAccountServiceClient<CallerChannel>;

/// What a shop is paid through.
#[derive(Clone)]
pub struct Setup {
    pub provider: Provider,
    pub kind: PaymentKind,
    pub provider_method: &'static str,
    pub credentials: Vec<CredentialValue>,
}

pub struct Shop<A: App = ScriptedPayments> {
    pub org: OrganisationId,
    pub brand: BrandId,
    pub branch: BranchId,
    pub merchant: String,
    pub setup: Setup,
    pub service: TestService<A>,
    pub account: GatewayAccount,
    pub method: BrandPaymentMethod,
    pub methods_version: i64,
}

impl Shop {
    /// A shop whose provider is scripted.
    pub async fn open() -> Self {
        let setup = |branch: BranchId| Setup {
            provider: Provider::Ecpay,
            kind: PaymentKind::Card,
            provider_method: "Credit",
            credentials: credential_values([
                ("MerchantID", branch.to_string().as_str()),
                ("HashKey", KEY),
            ]),
        };
        Self::open_with(setup, &[("PAYMENTS_PUBLIC_URL", "https://shop.example")]).await
    }

    pub fn credentials(&self, key: &str) -> Vec<CredentialValue> {
        credential_values([("MerchantID", self.merchant.as_str()), ("HashKey", key)])
    }

    /// A rightly signed message.
    pub fn message(&self, reference: &str, event: &str, state: &str, amount: i64) -> Message {
        Message {
            key: Some(KEY.to_owned()),
            merchant: self.merchant.clone(),
            reference: reference.to_owned(),
            event: event.to_owned(),
            state: state.to_owned(),
            amount,
            currency: "TWD".to_owned(),
            simulated: false,
            text: String::new(),
        }
    }

    pub async fn deliver(&self, message: &Message) -> ReceiveCallbackResponse {
        self.deliver_bytes(serde_json::to_vec(message).unwrap())
            .await
    }

    pub async fn deliver_bytes(&self, body: Vec<u8>) -> ReceiveCallbackResponse {
        let request = ReceiveCallbackRequest {
            provider: Provider::Ecpay.into(),
            account_id: self.account.account_id.clone(),
            headers: vec![FormField {
                name: "content-type".to_owned(),
                value: "application/json".to_owned(),
            }],
            query: String::new(),
            body: body.into(),
            remote_address: "203.0.113.7".to_owned(),
        };
        self.gateway()
            .receive_callback(request)
            .await
            .unwrap()
            .into_inner()
    }

    /// The provider reports that the whole amount was captured.
    pub async fn captured(&self, reference: &str, amount: i64) {
        let message = self.message(reference, "paid", "captured", amount);
        assert_eq!(self.deliver(&message).await.body, "1|OK");
    }

    /// What the provider was asked.
    pub fn calls(&self) -> Vec<String> {
        script(&self.merchant, |script| script.calls.clone())
    }
}

impl<A: App> Shop<A> {
    /// A shop with one account and one method of a provider.
    pub async fn open_with(
        setup: impl FnOnce(BranchId) -> Setup,
        variables: &[(&str, &str)],
    ) -> Self {
        let mut all = vec![
            (
                "PAYMENTS_MASTER_KEY",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            ),
            ("PAYMENTS_OFFER_TEST_ACCOUNTS", "true"),
            ("TELEMETRY_LOG", "warn"),
        ];
        all.extend(variables);
        let service = TestService::<A>::start(&all).await;
        let org = testkit::organisation();
        let (brand, branch) = (
            BrandId::new(service.clock()),
            BranchId::new(service.clock()),
        );
        let mut shop = Self {
            org,
            brand,
            branch,
            merchant: branch.to_string(),
            setup: setup(branch),
            service,
            account: GatewayAccount::default(),
            method: BrandPaymentMethod::default(),
            methods_version: 0,
        };
        shop.add_branch(org, brand, branch).await;
        shop.account = shop.create_gateway_account("account").await.unwrap();
        shop.method = shop.save_method("method", shop.card()).await;
        shop
    }

    /// A branch as catalog would have published it.
    pub async fn add_branch(&self, org: OrganisationId, brand: BrandId, branch: BranchId) {
        let mut superuser = self.service.db().superuser().await;
        sqlx::query(
            "INSERT INTO branches (org_id, branch_id, brand_id, version) VALUES ($1, $2, $3, 1)",
        )
        .bind(org.as_uuid())
        .bind(branch.as_uuid())
        .bind(brand.as_uuid())
        .execute(&mut superuser)
        .await
        .unwrap();
    }

    pub fn owner(&self) -> Identity {
        identities::owner(self.org)
    }

    pub fn accounts(&self) -> Accounts {
        self.accounts_as(&self.owner())
    }

    pub fn accounts_as(&self, identity: &Identity) -> Accounts {
        GatewayAccountServiceClient::new(self.service.channel_as(identity))
    }

    pub fn staff(&self) -> Payments {
        self.payments_as(&self.owner())
    }

    pub fn payments_as(&self, identity: &Identity) -> Payments {
        PaymentServiceClient::new(self.service.channel_as(identity))
    }

    /// Ordering, acting for the shop's organisation.
    pub fn ordering(&self) -> Payments {
        self.payments_as(&identities::service("ordering", self.org))
    }

    /// The gateway, which passes callbacks on and acts for nobody.
    pub fn gateway(&self) -> Payments {
        self.payments_as(&Identity::service("gateway", None))
    }

    pub fn account_request(&self, key: &str) -> CreateGatewayAccountRequest {
        CreateGatewayAccountRequest {
            idempotency_key: key.to_owned(),
            brand_id: self.brand.to_string(),
            provider: self.setup.provider.into(),
            name: "綠界".to_owned(),
            capture: 1,
            settlement_days: 7,
            credentials: self.setup.credentials.clone(),
            ..Default::default()
        }
    }

    pub async fn create_gateway_account(&self, key: &str) -> Result<GatewayAccount, Status> {
        let created = self
            .accounts()
            .create_gateway_account(self.account_request(key))
            .await?;
        Ok(created.into_inner().account.unwrap())
    }

    /// The method of the shop's provider, without limits.
    pub fn card(&self) -> BrandPaymentMethod {
        BrandPaymentMethod {
            kind: self.setup.kind.into(),
            provider: Some(self.setup.provider.into()),
            provider_method: self.setup.provider_method.to_owned(),
            name: "信用卡".to_owned(),
            enabled: true,
            ..Default::default()
        }
    }

    pub async fn save_method(
        &mut self,
        key: &str,
        method: BrandPaymentMethod,
    ) -> BrandPaymentMethod {
        let request = SavePaymentMethodRequest {
            idempotency_key: key.to_owned(),
            brand_id: self.brand.to_string(),
            version: self.methods_version,
            method: Some(method),
            ..Default::default()
        };
        let saved = self
            .accounts()
            .save_payment_method(request)
            .await
            .unwrap()
            .into_inner();
        self.methods_version = saved.version;
        saved.method.unwrap()
    }

    /// An order of `total` that waits for its payment.
    pub fn order(&self, total: i64) -> PayableOrder {
        let clock = self.service.clock();
        PayableOrder {
            order_id: OrderId::new(clock).to_string(),
            order_number: "7K2MX".to_owned(),
            brand_id: self.brand.to_string(),
            branch_id: self.branch.to_string(),
            branch_name: "信義店".to_owned(),
            method: Method::Pickup.into(),
            channel: Channel::Web.into(),
            business_day: "2026-09-02".to_owned(),
            test: false,
            currency: "TWD".to_owned(),
            total,
            items: vec![PayableItem {
                name: "紅玉紅茶".to_owned(),
                quantity: 1,
                unit_amount: total,
            }],
            expires_at: Some(time::to_wire(clock.now() + TimeDelta::minutes(15))),
            payer: Some(Payer {
                name: "王小姐".to_owned(),
                phone: "+886911123456".to_owned(),
                email: String::new(),
            }),
        }
    }

    pub fn start_request(&self, key: &str, order: &PayableOrder) -> StartAttemptRequest {
        StartAttemptRequest {
            idempotency_key: key.to_owned(),
            order: Some(order.clone()),
            method_id: self.method.method_id.clone(),
            back_url: "https://shop.example/o/1".to_owned(),
            token: String::new(),
        }
    }

    pub async fn start(
        &self,
        key: &str,
        order: &PayableOrder,
    ) -> Result<StartAttemptResponse, Status> {
        let request = self.start_request(key, order);
        Ok(self.ordering().start_attempt(request).await?.into_inner())
    }

    /// Starts an attempt that waits for the customer; returns its reference.
    pub async fn pay(&self, key: &str, order: &PayableOrder) -> String {
        self.start(key, order)
            .await
            .unwrap()
            .attempt
            .unwrap()
            .reference
    }

    pub async fn payment(&self, order: &PayableOrder) -> Payment {
        let request = GetPaymentRequest {
            order_id: order.order_id.clone(),
        };
        let found = self.ordering().get_payment(request).await.unwrap();
        found.into_inner().payment.unwrap()
    }

    pub async fn close(&self, order: &PayableOrder) {
        let request = ClosePaymentRequest {
            order_id: order.order_id.clone(),
            order_version: 2,
        };
        self.ordering().close_payment(request).await.unwrap();
    }

    /// Waits until the payment is as `condition` says.
    pub async fn until(
        &self,
        order: &PayableOrder,
        condition: impl Fn(&Payment) -> bool,
    ) -> Payment {
        eventually(async || condition(&self.payment(order).await)).await;
        self.payment(order).await
    }

    /// A number that SQL counts, seen from above all policies.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut superuser = self.service.db().superuser().await;
        sqlx::query_scalar(sql)
            .fetch_one(&mut superuser)
            .await
            .unwrap()
    }

    /// The ledger's balance of an account.
    pub async fn balance(&self, account: &str) -> i64 {
        let mut superuser = self.service.db().superuser().await;
        sqlx::query_scalar(
            "SELECT coalesce(sum(amount), 0)::bigint FROM ledger_entries WHERE account = $1",
        )
        .bind(account)
        .fetch_one(&mut superuser)
        .await
        .unwrap()
    }

    pub fn advance(&self, delta: TimeDelta) {
        self.service.clock().advance(delta);
    }
}

pub fn credential_values<const N: usize>(values: [(&str, &str); N]) -> Vec<CredentialValue> {
    let values = values.map(|(name, value)| CredentialValue {
        name: name.to_owned(),
        value: value.to_owned(),
    });
    values.to_vec()
}

/// A message of the scripted provider.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Message {
    pub key: Option<String>,
    pub merchant: String,
    pub reference: String,
    pub event: String,
    pub state: String,
    pub amount: i64,
    pub currency: String,
    pub simulated: bool,
    /// Differs between redeliveries, as ECPay's `RtnMsg` does.
    pub text: String,
}

pub fn twd(amount: i64) -> Option<Money> {
    Some(Money::new(amount, Currency::TWD))
}

/// The reason of a refusal.
pub fn reason<T>(answer: Result<T, Status>) -> String {
    let Err(status) = answer else {
        panic!("it should have been refused")
    };
    Problem::from_status(&status).reason.to_string()
}

/// Somebody of the branch alone, with every permission and action.
pub fn of_branch(owner: Identity, branch: BranchId) -> Identity {
    Identity {
        scope: Scope {
            branches: [branch].into(),
            ..Scope::default()
        },
        ..owner
    }
}
