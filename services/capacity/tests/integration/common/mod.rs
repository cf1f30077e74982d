//! One branch at work, on a database, a broker and a clock of its own.

pub mod hours;
pub mod limits;
pub mod ordering;
pub mod pauses;
pub mod stock;

use std::{collections::BTreeMap, sync::Arc};

use capacity::{Capacity, Config, MIGRATOR};
use chassis::{
    authn::Identity,
    clock::{Clock as _, ManualClock, SystemClock},
    config::{
        Config as Whole, ConfigDuration, LogFormat, PeersConfig, Sections, ServerConfig,
        TelemetryConfig,
    },
    error::Problem,
    id::{BranchId, BrandId, HoldKey, OrderId, OrganisationId, SkuId},
    outbox::{self, Event},
    service::{self, Running},
};
use chrono::{DateTime, Utc};
use prost_types::Timestamp;
use proto::{
    capacity::v1::{
        Availability, BranchOpenStatus, GetAvailabilityRequest, GetHoursRequest, Hold, HoldRequest,
        Hours, ListOpenStatusesRequest, ListStockRequest, MovementKind, Period, PlaceHoldRequest,
        RecordStockMovementRequest, ReleaseHoldRequest, SetHoursRequest, SetStockItemRequest,
        SkuQuantity, StockItem, StockMode, availability_service_client::AvailabilityServiceClient,
        hold_service_client::HoldServiceClient, hours_service_client::HoursServiceClient,
        limit_service_client::LimitServiceClient, pause_service_client::PauseServiceClient,
        stock_service_client::StockServiceClient,
    },
    catalog::v1::{Branch, BranchChanged, BranchState},
    common::v1::snapshot_service_client::SnapshotServiceClient,
    ordering::v1::{OrderChange, OrderChanged, OrderState},
};
use testkit::{TestAmqp, TestDb, TestRedis, eventually, identities};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};

type Intercepted = InterceptedService<Channel, Bearer>;
pub type HoursClient = HoursServiceClient<Intercepted>;
pub type LimitClient = LimitServiceClient<Intercepted>;
pub type PauseClient = PauseServiceClient<Intercepted>;
pub type StockClient = StockServiceClient<Intercepted>;

/// Clients of one caller, one a service.
#[derive(Clone)]
pub struct Client {
    pub availability: AvailabilityServiceClient<Intercepted>,
    pub holds: HoldServiceClient<Intercepted>,
    pub hours: HoursClient,
    pub limits: LimitClient,
    pub pauses: PauseClient,
    pub stock: StockClient,
    pub snapshots: SnapshotServiceClient<Intercepted>,
}

/// Adds a token to every call.
#[derive(Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request
            .metadata_mut()
            .insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// A shop with one branch, open every day from 10:00 to 20:00 in Taipei; the test begins at noon.
///
/// Clones share all but the branch that they speak of.
#[derive(Clone)]
pub struct Shop {
    replicas: Arc<Vec<(Running, Channel)>>,
    pub ordering: ordering::Ordering,
    pub clock: ManualClock,
    pub org: OrganisationId,
    pub brand: BrandId,
    pub branch: BranchId,
    pub db: Arc<TestDb>,
    amqp: Arc<TestAmqp>,
    redis: Arc<TestRedis>,
}

/// The body of an order's event.
pub fn order_changed(change: OrderChange) -> OrderChanged {
    OrderChanged {
        change: Some(change),
        order: None,
    }
}

impl Shop {
    /// A shop served by one process.
    pub async fn open() -> Self {
        Self::with_replicas(1).await
    }

    /// A shop served by several processes on one database.
    pub async fn with_replicas(count: usize) -> Self {
        let (db, amqp, redis) = (
            TestDb::new(&MIGRATOR).await,
            TestAmqp::new(),
            TestRedis::new().await,
        );
        let (clock, ordering) = (testkit::clock(), ordering::Ordering::start().await);
        let mut replicas = Vec::new();
        for _ in 0..count {
            let running = start((&db, &redis, &amqp), &ordering, &clock).await;
            let url = format!("http://{}", running.addr());
            let channel = Channel::from_shared(url).unwrap().connect_lazy();
            replicas.push((running, channel));
        }
        let org = testkit::organisation();
        let (brand, branch) = (BrandId::new(&SystemClock), BranchId::new(&SystemClock));
        let shop = Self {
            replicas: Arc::new(replicas),
            ordering,
            clock,
            org,
            brand,
            branch,
            db: Arc::new(db),
            amqp: Arc::new(amqp),
            redis: Arc::new(redis),
        };
        shop.know_branch().await;
        shop.set_hours(|_| {}).await.unwrap();
        shop
    }

    /// One process more, whose timers all have their first turn now.
    pub async fn start_another(&self) -> Running {
        let servers = (&*self.db, &*self.redis, &*self.amqp);
        start(servers, &self.ordering, &self.clock).await
    }

    /// Ends every process in good order and leaves nothing on the servers; returns whether nothing had
    /// to be cut off. No other clone may be left.
    pub async fn close(self) -> bool {
        let replicas = Arc::into_inner(self.replicas).expect("the last clone is closed");
        let mut in_order = true;
        for (running, _) in replicas {
            in_order &= running.stop().await;
        }
        in_order
    }

    /// Another organisation's shop on the same processes.
    pub async fn other_organisation(&mut self) -> (OrganisationId, BranchId) {
        let before = (self.org, self.branch);
        self.org = testkit::organisation();
        self.branch = BranchId::new(&SystemClock);
        self.know_branch().await;
        self.set_hours(|_| {}).await.unwrap();
        let other_organisation = (self.org, self.branch);
        (self.org, self.branch) = before;
        other_organisation
    }

    /// As catalog would: an event through the outbox.
    pub async fn publish_branch(&self, state: BranchState, version: i64) {
        self.publish_branch_in("Asia/Taipei", state, version).await;
    }

    /// As catalog would: an event of the branch in a time zone.
    pub async fn publish_branch_in(&self, time_zone: &str, state: BranchState, version: i64) {
        let branch = Branch {
            branch_id: self.branch.to_string(),
            brand_id: self.brand.to_string(),
            time_zone: time_zone.to_owned(),
            cutoff_minutes: 240,
            state: state.into(),
            version,
            ..Branch::default()
        };
        let body = BranchChanged {
            branch: Some(branch),
        };
        let event = Event::new(
            "catalog.branch.changed.v1",
            self.branch.as_uuid(),
            version,
            &body,
        );
        self.publish(&[event]).await;
    }

    /// Publishes the branch until it is known: events are lost before the consumer has its queue.
    async fn know_branch(&self) {
        eventually(async || {
            self.publish_branch(BranchState::Live, 1).await;
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            let request = GetHoursRequest {
                branch_id: self.branch.to_string(),
            };
            self.owner().hours.get_hours(request).await.is_ok()
        })
        .await;
    }

    /// Publishes through the service's own relay.
    pub async fn publish(&self, events: &[Event]) {
        let db = &self.replicas[0].0.context().db;
        let mut tx = db.tenant(self.org).await.unwrap();
        outbox::publish(&mut tx, &SystemClock, events)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// As ordering would: the order waits for its branch.
    pub async fn publish_placed(&self, order: OrderId, version: i64) {
        self.publish(&[self.placed(order, version)]).await;
    }

    pub fn placed(&self, order: OrderId, version: i64) -> Event {
        let body = order_changed(OrderChange {
            order_id: order.to_string(),
            branch_id: self.branch.to_string(),
            version,
            to: OrderState::Placed.into(),
            ..OrderChange::default()
        });
        Event::new("ordering.order.placed.v1", order.as_uuid(), version, &body)
    }

    /// As ordering would: an order that waits for its payment moves on.
    pub async fn publish_waiting(&self, order: OrderId, to: OrderState, version: i64) {
        let key = match to {
            OrderState::PendingPayment => "ordering.order.pending_payment.v1",
            OrderState::Placed => "ordering.order.placed.v1",
            _ => "ordering.order.expired.v1",
        };
        let from = match to {
            OrderState::PendingPayment => OrderState::Unspecified,
            _ => OrderState::PendingPayment,
        };
        let body = order_changed(OrderChange {
            order_id: order.to_string(),
            branch_id: self.branch.to_string(),
            version,
            from: from.into(),
            to: to.into(),
            ..OrderChange::default()
        });
        let event = Event::new(key, order.as_uuid(), version, &body);
        self.publish(&[event]).await;
    }

    /// As ordering would: the order is cancelled.
    pub async fn publish_cancelled(&self, order: OrderId, version: i64, return_stock: bool) {
        let event = self.cancelled(order, version, return_stock);
        self.publish(&[event]).await;
    }

    pub fn cancelled(&self, order: OrderId, version: i64, return_stock: bool) -> Event {
        let body = order_changed(OrderChange {
            order_id: order.to_string(),
            branch_id: self.branch.to_string(),
            version,
            from: OrderState::Placed.into(),
            to: OrderState::Cancelled.into(),
            return_stock,
            ..OrderChange::default()
        });
        Event::new(
            "ordering.order.cancelled.v1",
            order.as_uuid(),
            version,
            &body,
        )
    }

    /// A caller of the first process.
    pub fn client(&self, identity: &Identity) -> Client {
        self.client_of(0, identity)
    }

    /// A caller of one of the processes.
    pub fn client_of(&self, replica: usize, identity: &Identity) -> Client {
        // Tests may move the clock by days.
        let clock = Arc::new(self.clock.clone());
        let token = testkit::keys::token(identity, clock);
        let bearer = Bearer(format!("Bearer {token}").parse().unwrap());
        let channel = InterceptedService::new(self.replicas[replica].1.clone(), bearer);
        Client {
            availability: AvailabilityServiceClient::new(channel.clone()),
            holds: HoldServiceClient::new(channel.clone()),
            hours: HoursServiceClient::new(channel.clone()),
            limits: LimitServiceClient::new(channel.clone()),
            pauses: PauseServiceClient::new(channel.clone()),
            stock: StockServiceClient::new(channel.clone()),
            snapshots: SnapshotServiceClient::new(channel),
        }
    }

    pub fn owner(&self) -> Client {
        self.client(&identities::owner(self.org))
    }

    pub fn ordering_of(&self, replica: usize) -> Client {
        self.client_of(replica, &identities::service("ordering", self.org))
    }

    /// Sets the hours, 10:00–20:00 unless `change` says otherwise, whatever their version.
    pub async fn set_hours(&self, change: impl FnOnce(&mut Hours)) -> Result<Hours, Problem> {
        let request = GetHoursRequest {
            branch_id: self.branch.to_string(),
        };
        let now = self
            .owner()
            .hours
            .get_hours(request)
            .await
            .unwrap()
            .into_inner()
            .hours
            .unwrap();
        let period = |weekday| Period {
            weekday,
            open_minute: 600,
            close_minute: 1200,
        };
        let mut hours = Hours {
            periods: (1..=7).map(period).collect(),
            ..now
        };
        change(&mut hours);
        let request = SetHoursRequest {
            hours: Some(hours),
            ..SetHoursRequest::default()
        };
        response(self.owner().hours.set_hours(request).await)
            .map(|response| response.hours.unwrap())
    }

    /// A new unit of which `units` are in stock.
    pub async fn running(&self, units: i64) -> SkuId {
        let sku = SkuId::new(&SystemClock);
        self.set_item(sku, StockMode::Running, 0, 0).await.unwrap();
        if units > 0 {
            self.record_movement(sku, MovementKind::Received, units)
                .await
                .unwrap();
        }
        sku
    }

    /// A new unit of which every day has `units`.
    pub async fn daily(&self, units: i64) -> SkuId {
        let sku = SkuId::new(&SystemClock);
        self.set_item(sku, StockMode::Daily, units, 0)
            .await
            .unwrap();
        sku
    }

    pub async fn set_item(
        &self,
        sku: SkuId,
        mode: StockMode,
        daily_amount: i64,
        version: i64,
    ) -> Result<StockItem, Problem> {
        let item = StockItem {
            branch_id: self.branch.to_string(),
            sku_id: sku.to_string(),
            mode: mode.into(),
            daily_amount,
            version,
            ..StockItem::default()
        };
        let request = SetStockItemRequest { item: Some(item) };
        response(self.owner().stock.set_stock_item(request).await)
            .map(|response| response.item.unwrap())
    }

    pub fn movement(
        &self,
        sku: SkuId,
        kind: MovementKind,
        quantity: i64,
    ) -> RecordStockMovementRequest {
        RecordStockMovementRequest {
            idempotency_key: OrderId::new(&SystemClock).to_string(),
            branch_id: self.branch.to_string(),
            sku_id: sku.to_string(),
            kind: kind.into(),
            quantity,
            reason: String::new(),
        }
    }

    pub async fn record_movement(
        &self,
        sku: SkuId,
        kind: MovementKind,
        quantity: i64,
    ) -> Result<StockItem, Problem> {
        let request = self.movement(sku, kind, quantity);
        response(self.owner().stock.record_stock_movement(request).await)
            .map(|response| response.item.unwrap())
    }

    pub async fn item(&self, sku: SkuId) -> StockItem {
        let request = ListStockRequest {
            branch_id: self.branch.to_string(),
        };
        let items = self
            .owner()
            .stock
            .list_stock(request)
            .await
            .unwrap()
            .into_inner()
            .items;
        items
            .into_iter()
            .find(|item| item.sku_id == sku.to_string())
            .unwrap()
    }

    /// On hand, held and available of a unit.
    pub async fn counters(&self, sku: SkuId) -> (i64, i64, i64) {
        let item = self.item(sku).await;
        (item.on_hand, item.held, item.available)
    }

    pub async fn availability(&self) -> Availability {
        let request = GetAvailabilityRequest {
            branch_id: self.branch.to_string(),
            ..Default::default()
        };
        let mut storefront = self.client(&identities::customer(self.org));
        storefront
            .availability
            .get_availability(request)
            .await
            .unwrap()
            .into_inner()
            .availability
            .unwrap()
    }

    /// The open statuses the brand's page shows, read in pages of so many.
    pub async fn open_statuses(&self, page_size: i32) -> Vec<BranchOpenStatus> {
        let mut gateway = self.client(&identities::service("gateway", self.org));
        let mut request = ListOpenStatusesRequest {
            brand_id: self.brand.to_string(),
            page_size,
            ..Default::default()
        };
        let mut found = Vec::new();
        loop {
            let page = gateway
                .availability
                .list_open_statuses(request.clone())
                .await;
            let page = page.unwrap().into_inner();
            found.extend(page.branches);
            if page.next_page_token.is_empty() {
                return found;
            }
            request.page_token = page.next_page_token;
        }
    }

    /// The same of this branch alone.
    pub async fn open_status(&self) -> BranchOpenStatus {
        let found = self.open_statuses(0).await.into_iter();
        let mut own = found.filter(|status| status.branch_id == self.branch.to_string());
        own.next().unwrap()
    }

    /// A new order for now.
    pub fn order(&self, skus: &[(SkuId, i64)]) -> HoldRequest {
        let quantity = |(sku, quantity): &(SkuId, i64)| SkuQuantity {
            sku_id: sku.to_string(),
            quantity: *quantity,
        };
        HoldRequest {
            order_id: OrderId::new(&SystemClock).to_string(),
            hold_key: HoldKey::new(&SystemClock).to_string(),
            branch_id: self.branch.to_string(),
            skus: skus.iter().map(quantity).collect(),
            wanted_at: None,
            test: false,
            ..HoldRequest::default()
        }
    }

    /// A new order for a slot.
    pub fn order_at(&self, skus: &[(SkuId, i64)], wanted_at: &str) -> HoldRequest {
        HoldRequest {
            wanted_at: Some(timestamp(wanted_at)),
            ..self.order(skus)
        }
    }

    pub async fn hold(&self, body: HoldRequest) -> Result<Hold, Problem> {
        hold(self.ordering_of(0), body).await
    }

    /// Holds for a new order and returns its id.
    pub async fn held(&self, skus: &[(SkuId, i64)]) -> OrderId {
        self.hold(self.order(skus))
            .await
            .unwrap()
            .order_id
            .parse()
            .unwrap()
    }

    pub async fn release(&self, order: OrderId) -> bool {
        let request = ReleaseHoldRequest {
            order_id: order.to_string(),
            branch_id: self.branch.to_string(),
        };
        self.ordering_of(0)
            .holds
            .release_hold(request)
            .await
            .unwrap()
            .into_inner()
            .released
    }

    /// Waits until the counters of a unit are these.
    pub async fn eventually_counts(&self, sku: SkuId, counters: (i64, i64, i64)) {
        eventually(async || self.counters(sku).await == counters).await;
    }

    /// State and order's version of a hold, as stored.
    pub async fn stored(&self, order: OrderId) -> (String, i64) {
        sqlx::query_as("SELECT state, order_version FROM holds WHERE order_id = $1")
            .bind(order.as_uuid())
            .fetch_one(&mut self.db.superuser().await)
            .await
            .unwrap()
    }

    /// Orders held and committed in each slot whose hours limit them, as stored.
    pub async fn slots(&self) -> BTreeMap<DateTime<Utc>, (i64, i64)> {
        let rows: Vec<(DateTime<Utc>, i64, i64)> =
            sqlx::query_as("SELECT starts_at, held, committed FROM limit_counters WHERE branch_id = $1 AND rule_id = $2")
                .bind(self.branch.as_uuid())
                .bind(uuid::Uuid::nil())
                .fetch_all(&mut self.db.superuser().await)
                .await
                .unwrap();
        rows.into_iter()
            .map(|(at, held, committed)| (at, (held, committed)))
            .collect()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

async fn start(
    (db, redis, amqp): (&TestDb, &TestRedis, &TestAmqp),
    ordering: &ordering::Ordering,
    clock: &ManualClock,
) -> Running {
    let config = Whole {
        sections: Sections {
            db: db.config(),
            redis: redis.config(),
            amqp: amqp.config(),
            server: ServerConfig {
                addr: "127.0.0.1:0".parse().unwrap(),
                ops_addr: "127.0.0.1:0".parse().unwrap(),
                max_in_flight: 2_000,
                max_deadline: ConfigDuration::from_secs(30),
                drain: ConfigDuration::from_secs(1),
            },
            auth: testkit::keys::config("capacity"),
            peers: PeersConfig::new().with("ordering", ordering.url()),
            telemetry: TelemetryConfig {
                otlp_url: None,
                log: "warn".to_owned(),
                log_format: LogFormat::Text,
                sample_ratio: 0.0,
            },
        },
        own: Config::default(),
    };
    let clock = Arc::new(clock.clone());
    let running = service::start::<Capacity>(config, clock).await.unwrap();
    amqp.delete_queues_of(&running.context().amqp);
    running
}

pub async fn hold(mut client: Client, body: HoldRequest) -> Result<Hold, Problem> {
    let request = PlaceHoldRequest { hold: Some(body) };
    response(client.holds.place_hold(request).await).map(|response| response.hold.unwrap())
}

pub fn response<T>(outcome: Result<tonic::Response<T>, Status>) -> Result<T, Problem> {
    outcome
        .map(tonic::Response::into_inner)
        .map_err(|status| Problem::from_status(&status))
}

pub fn reason<T: std::fmt::Debug>(outcome: Result<T, Problem>) -> String {
    outcome.unwrap_err().reason.to_string()
}

pub fn timestamp(raw: &str) -> Timestamp {
    let at: DateTime<Utc> = raw.parse().unwrap();
    Timestamp {
        seconds: at.timestamp(),
        nanos: at.timestamp_subsec_nanos().try_into().unwrap(),
    }
}

pub fn shown(at: &Option<Timestamp>) -> String {
    let at = at.as_ref().unwrap();
    DateTime::from_timestamp(at.seconds, 0)
        .unwrap()
        .format("%FT%TZ")
        .to_string()
}
