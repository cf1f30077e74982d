//! A branch of the service: does what the reference has done, and compares.

use std::{collections::BTreeSet, fmt::Debug, mem, time::Duration};

use chassis::{
    clock::SystemClock,
    error::Problem,
    id::{BranchId, LimitRuleId, OrderId, SkuId},
    outbox::Event,
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use proto::{
    capacity::v1::{
        CreatePauseRequest, GetAvailabilityRequest, GetHoursRequest, HoldLine, HoldRequest,
        LimitMeasure, LimitRule, MovementKind, Pause, PauseEndKind, PauseTarget, PauseTargetKind,
        ReleaseHoldRequest, RescheduleHoldRequest, ResumePauseRequest, SetLimitsRequest, SlotState,
    },
    catalog::v1::BranchState,
    ordering::v1::OrderState,
};
use sqlx::PgConnection;
use testkit::{eventually, identities};
use tokio::{sync::Mutex, time};
use uuid::Uuid;

use crate::{
    common::{
        Client, Shop, hold,
        limits::{SIX, each_slot, overbooked, rolling, rule, state_of},
        pauses::end,
        response, timestamp,
    },
    model::machine::{Done, Machine, Rejection, SECONDS_KEPT},
    model::reference::{Bucket, Counter, DAILY, Limits, ORDERS_A_SLOT, RUNNING, Reference, Units},
    model::step::Step,
    model::stored::Stored,
};

/// Versions of an order: written, placed, cancelled.
const WRITTEN: i64 = 1;
const PLACED: i64 = 2;
const CANCELLED: i64 = 3;
/// Events are gathered for no longer than this on their way.
const MOMENT: Duration = Duration::from_millis(10);
/// After so long the holds that have lapsed are looked for again.
const TURN: Duration = Duration::from_millis(500);

/// Callers by their identity.
struct Clients {
    staff: Client,
    customer: Client,
    ordering: Client,
}

impl Clients {
    fn of(shop: &Shop) -> Self {
        Self {
            staff: shop.owner(),
            customer: shop.client(&identities::customer(shop.org)),
            ordering: shop.ordering_of(0),
        }
    }
}

/// A branch.
pub struct Branch {
    shop: Shop,
    clients: Clients,
    db: PgConnection,
    skus: [SkuId; 2],
    /// Units of a slot, units of two slots in a row.
    rules: [LimitRuleId; 2],
    limits_version: i64,
    orders: Vec<HoldRequest>,
    pauses: Vec<Pause>,
    /// Events on their way, with the order and its version.
    pending: Vec<(OrderId, i64, Event)>,
}

impl Branch {
    /// A new branch of the shop, at noon again.
    pub async fn open(shop: &Shop) -> Self {
        shop.clock.set(testkit::noon());
        let mut shop = shop.clone();
        shop.branch = BranchId::new(&SystemClock);
        shop.publish_branch(BranchState::Live, 1).await;
        let staff = shop.owner();
        let is_known = async || {
            let request = GetHoursRequest {
                branch_id: shop.branch.to_string(),
            };
            staff.hours.clone().get_hours(request).await.is_ok()
        };
        eventually(async || is_known().await || timers_go_on(MOMENT).await).await;
        shop.set_hours(|hours| {
            hours.max_orders_per_slot = i32::try_from(ORDERS_A_SLOT).ok();
        })
        .await
        .unwrap();
        Self {
            clients: Clients::of(&shop),
            db: shop.db.superuser().await,
            skus: [shop.running(RUNNING).await, shop.daily(DAILY).await],
            rules: [(); 2].map(|()| LimitRuleId::new(&SystemClock)),
            limits_version: 0,
            orders: Vec::new(),
            pauses: Vec::new(),
            pending: Vec::new(),
            shop,
        }
    }

    /// Does what the reference has done; answers must agree.
    pub async fn act(&mut self, done: Done, after: &Machine) {
        let refusal = done.refusal;
        match done.step {
            Step::Hold { units, slot } => self.hold(units, slot, refusal).await,
            Step::Repeat(n) => {
                let got = hold(self.clients.ordering.clone(), self.orders[n].clone()).await;
                answered("repeating", got, refusal);
            }
            Step::Write { n, paid: false } => {
                self.write(n, OrderState::PendingPayment, WRITTEN).await;
            }
            Step::Write { n, paid: true } => self.write(n, OrderState::Placed, PLACED).await,
            Step::Place(n) => {
                self.write(n, OrderState::Placed, PLACED).await;
                let event = self.shop.placed(self.id(n), PLACED);
                self.pending.push((self.id(n), PLACED, event));
            }
            Step::Cancel { n, back } => {
                let event = self.shop.cancelled(self.id(n), CANCELLED, back);
                self.pending.push((self.id(n), CANCELLED, event));
            }
            Step::Release(n) => self.release(n, refusal).await,
            Step::Reschedule { n, slot } => self.reschedule(n, slot, refusal).await,
            Step::Count { unit, units } => self.stock(unit, MovementKind::Counted, units).await,
            Step::Receive { unit, units } => self.stock(unit, MovementKind::Received, units).await,
            Step::Pause { unit, waits } => self.pause(unit, waits).await,
            Step::Resume(n) => self.resume(n).await,
            Step::Limit(limits) => self.limit(limits, &after.reference).await,
            Step::Deliver => self.deliver().await,
            Step::Wait(seconds) => self.wait(seconds).await,
            Step::NextDay => {}
            Step::Ask(units) => self.ask(units, after).await,
        }
    }

    async fn hold(&mut self, units: Units, slot: i64, refusal: Rejection) {
        let body = self.cart(units, slot);
        let got = hold(self.clients.ordering.clone(), body.clone()).await;
        if got.is_ok() {
            self.orders.push(body);
        }
        answered("holding", got, refusal);
    }

    fn cart(&self, units: Units, slot: i64) -> HoldRequest {
        let wanted: Vec<_> = self
            .skus
            .into_iter()
            .zip(units)
            .filter(|(_, q)| *q > 0)
            .collect();
        let line = |(sku, quantity): &(SkuId, i64)| HoldLine {
            product_id: sku.to_string(),
            variant_id: sku.to_string(),
            quantity: *quantity,
            ..HoldLine::default()
        };
        HoldRequest {
            lines: wanted.iter().map(line).collect(),
            ..self.shop.order_at(&wanted, &starts_at(slot).to_rfc3339())
        }
    }

    async fn write(&self, n: usize, state: OrderState, version: i64) {
        self.shop.ordering.knows(self.id(n), state, version).await;
    }

    async fn release(&self, n: usize, refusal: Rejection) {
        let request = ReleaseHoldRequest {
            order_id: self.orders[n].order_id.clone(),
            branch_id: self.shop.branch.to_string(),
        };
        let answer = response(
            self.clients
                .ordering
                .holds
                .clone()
                .release_hold(request)
                .await,
        )
        .unwrap();
        agree("releasing", answer.released, refusal.is_none());
    }

    async fn reschedule(&self, n: usize, slot: i64, refusal: Rejection) {
        let request = RescheduleHoldRequest {
            order_id: self.orders[n].order_id.clone(),
            branch_id: self.shop.branch.to_string(),
            wanted_at: Some(timestamp(&starts_at(slot).to_rfc3339())),
        };
        let got = response(
            self.clients
                .ordering
                .holds
                .clone()
                .reschedule_hold(request)
                .await,
        );
        answered("moving", got, refusal);
    }

    async fn stock(&self, unit: usize, kind: MovementKind, units: i64) {
        let request = self.shop.movement(self.skus[unit], kind, units);
        response(
            self.clients
                .staff
                .stock
                .clone()
                .record_stock_movement(request)
                .await,
        )
        .unwrap();
    }

    async fn pause(&mut self, unit: usize, waits: bool) {
        let target = PauseTarget {
            kind: PauseTargetKind::Variant.into(),
            id: Some(self.skus[unit].to_string()),
            ..PauseTarget::default()
        };
        let kind = if waits {
            PauseEndKind::Restocked
        } else {
            PauseEndKind::Manual
        };
        let request = CreatePauseRequest {
            end: end(kind),
            ..self.shop.pause_of(target)
        };
        let answer = response(
            self.clients
                .staff
                .pauses
                .clone()
                .create_pause(request)
                .await,
        )
        .unwrap();
        self.pauses.push(answer.pause.unwrap());
    }

    async fn resume(&self, n: usize) {
        let request = ResumePauseRequest {
            pause_id: self.pauses[n].pause_id.clone(),
            branch_id: String::new(),
            version: self.pauses[n].version,
        };
        response(
            self.clients
                .staff
                .pauses
                .clone()
                .resume_pause(request)
                .await,
        )
        .unwrap();
    }

    async fn limit(&mut self, limits: Limits, reference: &Reference) {
        let kinds = [(limits.slot, each_slot()), (limits.pair, rolling(30))];
        let rules = kinds
            .into_iter()
            .zip(self.rules)
            .filter_map(|((limit, window), rule_id)| {
                Some(LimitRule {
                    rule_id: rule_id.to_string(),
                    ..rule(LimitMeasure::Units, window, limit?)
                })
            });
        let request = SetLimitsRequest {
            branch_id: self.shop.branch.to_string(),
            rules: rules.collect(),
            version: self.limits_version,
            note: String::new(),
        };
        let answer = response(self.clients.staff.limits.clone().set_limits(request).await).unwrap();
        self.limits_version += 1;
        let counters = reference.counters().into_iter();
        let over = counters.map(|(counter, (held, committed))| {
            let limit = reference.limit_of(counter);
            (self.stored_key(counter), held + committed, limit)
        });
        let over: BTreeSet<_> = over.filter(|(_, used, limit)| used > limit).collect();
        let limits = answer.limits.unwrap();
        let found = overbooked(&limits)
            .into_iter()
            .map(|(rule_id, at, used, limit)| {
                let rule_id = rule_id.parse().unwrap_or_else(|_| Uuid::nil());
                ((rule_id, at.parse().unwrap()), used, limit)
            });
        agree("what is overbooked", found.collect(), over);
    }

    /// Publishes the pending events, and goes on when they have taken effect.
    async fn deliver(&mut self) {
        let mut events = Vec::new();
        let (mut ids, mut versions) = (Vec::new(), Vec::new());
        for (order_id, version, event) in mem::take(&mut self.pending) {
            events.push(event);
            ids.push(order_id.as_uuid());
            versions.push(version);
        }
        if events.is_empty() {
            return;
        }
        self.shop.publish(&events).await;
        let db = Mutex::new(&mut self.db);
        let waits = async || {
            let waiting: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM UNNEST($1::uuid[], $2::bigint[]) AS response (order_id, version)
                 JOIN holds USING (order_id) WHERE order_version < response.version",
            )
            .bind(&ids)
            .bind(&versions)
            .fetch_one(&mut **db.lock().await)
            .await
            .unwrap();
            waiting > 0
        };
        eventually(async || !waits().await || timers_go_on(MOMENT).await).await;
    }

    /// Moves the clock, and goes on when the holds that lapse by it are settled.
    async fn wait(&mut self, seconds: i64) {
        self.shop.clock.advance(TimeDelta::seconds(seconds));
        // Tokens are not for ever.
        self.clients = Clients::of(&self.shop);
        let db = Mutex::new(&mut self.db);
        let lapses = async || {
            let due: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM holds
                 WHERE branch_id = $1 AND state = 'held' AND expires_at <= $2",
            )
            .bind(self.shop.branch.as_uuid())
            .bind(self.shop.now())
            .fetch_one(&mut **db.lock().await)
            .await
            .unwrap();
            due > 0
        };
        eventually(async || !lapses().await || timers_go_on(TURN).await).await;
    }

    /// What a storefront is offered for a cart is what can be had.
    async fn ask(&mut self, units: Units, reference: &Machine) {
        self.wait(SECONDS_KEPT).await;
        let cart = self.cart(units, reference.offered(0));
        let request = GetAvailabilityRequest {
            branch_id: cart.branch_id,
            lines: cart.lines,
            skus: cart.skus,
            ..GetAvailabilityRequest::default()
        };
        let mut customer = self.clients.customer.clone();
        let answer = response(customer.availability.get_availability(request).await).unwrap();
        let availability = answer.availability.unwrap();
        for slot in (0..4).map(|slot| reference.offered(slot)) {
            let at = starts_at(slot).format("%FT%TZ").to_string();
            let found = state_of(&availability, &at) != SlotState::Full;
            let what = format!("what is offered at {at} for {units:?}");
            agree(&what, found, reference.reference.offers(units, slot));
        }
    }

    /// What is stored is what should be true.
    pub async fn check(&mut self, reference: &Reference) {
        let stored = Stored::read(&mut self.db, self.shop.branch).await;
        let buckets = reference.buckets().into_iter();
        let buckets = buckets.map(|(bucket, counts)| (self.stored_bucket(bucket), counts));
        agree(
            "stock",
            stored.buckets,
            buckets.filter(is_touched).collect(),
        );
        let counters = reference.counters().into_iter();
        let counters = counters.map(|(counter, counts)| (self.stored_key(counter), counts));
        agree("what limits count", stored.counters, counters.collect());
        let pauses = reference.pauses.keys();
        let pauses = pauses.map(|n| self.pauses[*n].pause_id.parse().unwrap());
        agree("pauses", stored.pauses, pauses.collect());
    }

    fn id(&self, n: usize) -> OrderId {
        self.orders[n].order_id.parse().unwrap()
    }

    fn stored_bucket(&self, bucket: Bucket) -> (Uuid, NaiveDate) {
        match bucket {
            None => (self.skus[0].as_uuid(), NaiveDate::default()),
            Some(day) => {
                let days = Days::new(day.unsigned_abs());
                (self.skus[1].as_uuid(), starts_at(0).date_naive() + days)
            }
        }
    }

    fn stored_key(&self, counter: Counter) -> (Uuid, DateTime<Utc>) {
        match counter {
            Counter::OrdersOfSlot(slot) => (Uuid::nil(), starts_at(slot)),
            Counter::UnitsOfSlot(slot) => (self.rules[0].as_uuid(), starts_at(slot)),
            Counter::UnitsOfPair(slot) => (self.rules[1].as_uuid(), starts_at(slot)),
        }
    }
}

fn answered<T: Debug>(what: &str, got: Result<T, Problem>, expected: Rejection) {
    let found = got.err().map(|problem| problem.reason.to_string());
    agree(what, found.as_deref(), expected);
}

fn agree<T: PartialEq + Debug>(what: &str, found: T, expected: T) {
    assert!(
        found == expected,
        "about {what}:\nfound    {found:?}\nexpected {expected:?}"
    );
}

/// The service's timers go on by so much at once; what they start is still to be waited for.
async fn timers_go_on(by: Duration) -> bool {
    time::pause();
    time::advance(by).await;
    time::resume();
    false
}

/// A day's own bucket that nothing touched need not be there.
pub fn is_touched(bucket: &((Uuid, NaiveDate), (i64, i64))) -> bool {
    let ((_, day), counts) = bucket;
    *day == NaiveDate::default() || *counts != (DAILY, 0)
}

fn starts_at(slot: i64) -> DateTime<Utc> {
    let six: DateTime<Utc> = SIX.parse().unwrap();
    six + TimeDelta::minutes(15 * slot)
}
