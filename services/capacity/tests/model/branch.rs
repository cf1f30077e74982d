//! A branch of the service beside its reference: every step is done to both, and they must agree.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use chassis::{
    clock::SystemClock,
    error::Problem,
    id::{LimitRuleId, OrderId, SkuId},
    outbox::Event,
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use proto::{
    capacity::v1::{
        CreatePauseRequest, GetAvailabilityRequest, HoldLine, HoldRequestBody, LimitMeasure,
        LimitRule, MoveRequest, MovementKind, Pause, PauseEndKind, PauseTarget, PauseTargetKind,
        ReleaseRequest, ResumePauseRequest, SetLimitsRequest, SlotState,
    },
    ordering::v1::OrderState,
};
use testkit::identities;
use uuid::Uuid;

use crate::{
    common::{
        Client, Shop, hold,
        limits::{LimitClient, SIX, each_slot, overbooked, rolling, rule, state_of},
        pauses::{PauseClient, end},
        timestamp, told,
    },
    reference::{Bucket, Counter, DAILY, Limits, Reference, State, TIME_TO_LIVE, Units, Written},
    step::{Offered, Step, step},
    stored::Stored,
};

/// Versions of an order: written, placed, cancelled.
const WRITTEN: i64 = 1;
const PLACED: i64 = 2;
const CANCELLED: i64 = 3;
/// Moves, repetitions and cancellations are of the last orders.
const LAST_ORDERS: usize = 15;
const RUNNING: i64 = 20;
/// Then the next day's slots are offered.
const ROUNDS_A_DAY: i64 = 7;

/// Callers of every service, the same for all branches.
#[derive(Clone)]
pub struct Doors {
    staff: Client,
    customer: Client,
    ordering: Client,
    limits: LimitClient,
    pauses: PauseClient,
}

impl Doors {
    pub fn of(shop: &Shop) -> Self {
        Self {
            staff: shop.owner(),
            customer: shop.client(&identities::customer(shop.org)),
            ordering: shop.ordering_of(0),
            limits: shop.limits(),
            pauses: shop.pauses(),
        }
    }
}

/// News of an order on its way.
pub struct News {
    pub order_id: OrderId,
    pub version: i64,
    pub event: Event,
    n: usize,
    to: State,
}

/// A branch.
pub struct Branch {
    shop: Shop,
    skus: [SkuId; 2],
    /// Units of a slot, units of two slots in a row.
    rules: [LimitRuleId; 2],
    limits_version: i64,
    orders: Vec<HoldRequestBody>,
    pauses: Vec<Pause>,
    pub news: Vec<News>,
    pub reference: Reference,
    /// How often each answer was given.
    pub answers: BTreeMap<&'static str, usize>,
    pub steps: usize,
    runner: TestRunner,
    /// How to find it again: the seed and the branch's number.
    name: String,
    diary: Vec<String>,
}

impl Branch {
    pub async fn open(shop: Shop, seed: u64, number: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&number.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        shop.set_hours(|hours| {
            hours.max_orders_per_slot = i32::try_from(crate::reference::ORDERS_A_SLOT).ok();
        })
        .await
        .unwrap();
        let skus = [shop.running(RUNNING).await, shop.daily(DAILY).await];
        Self {
            skus,
            rules: [(); 2].map(|()| LimitRuleId::new(&SystemClock)),
            limits_version: 0,
            orders: Vec::new(),
            pauses: Vec::new(),
            news: Vec::new(),
            reference: Reference::new(RUNNING),
            answers: BTreeMap::new(),
            steps: 0,
            runner: TestRunner::new_with_rng(Config::default(), rng),
            name: format!("branch {number} of seed {seed}"),
            diary: Vec::new(),
            shop,
        }
    }

    /// Does some steps.
    pub async fn walk(&mut self, doors: &Doors, round: i64, steps: usize) {
        for _ in 0..steps {
            let tree = step().new_tree(&mut self.runner);
            let step = tree.expect("steps are never filtered").current();
            self.diary.push(format!("round {round}: {step:?}"));
            self.steps += 1;
            let before = self.reference.available(None);
            let brought = self.act(doors, round, step).await;
            self.reference.restock(before, brought);
        }
    }

    /// Does a step; tells whether staff brought or counted the first unit.
    async fn act(&mut self, doors: &Doors, round: i64, step: Step) -> bool {
        match step {
            Step::Hold { units, slot } => self.hold(doors, units, offered(round, slot)).await,
            Step::Repeat(n) => self.repeat(doors, n).await,
            Step::Write { n, paid } => self.write(n, paid).await,
            Step::Place(n) => self.place(n).await,
            Step::Cancel { n, back } => self.cancel(n, back),
            Step::Release(n) => self.release(doors, n).await,
            Step::Move { n, slot } => self.move_to(doors, n, offered(round, slot)).await,
            Step::Count { unit, units } => {
                *self.reference.balance(bucket_today(unit)) = units;
                self.stock(doors, unit, MovementKind::Counted, units).await;
                return unit == 0;
            }
            Step::Receive { unit, units } => {
                *self.reference.balance(bucket_today(unit)) += units;
                self.stock(doors, unit, MovementKind::Received, units).await;
                return unit == 0;
            }
            Step::Pause { unit, waits } => self.pause(doors, unit, waits).await,
            Step::Resume(n) => self.resume(doors, n).await,
            Step::Limit(limits) => self.limit(doors, limits).await,
        }
        false
    }

    async fn hold(&mut self, doors: &Doors, units: Units, slot: i64) {
        let body = self.cart(units, slot);
        let expected = self.reference.hold_refusal(units, slot);
        let got = hold(doors.ordering.clone(), body.clone()).await;
        self.answered("holding", got, expected);
        if expected.is_none() {
            self.orders.push(body);
            self.reference.hold(units, slot);
        }
    }

    fn cart(&self, units: Units, slot: i64) -> HoldRequestBody {
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
        HoldRequestBody {
            lines: wanted.iter().map(line).collect(),
            ..self.shop.order_at(&wanted, &starts_at(slot).to_rfc3339())
        }
    }

    async fn repeat(&mut self, doors: &Doors, n: usize) {
        let Some(n) = self.pick(n, |_| true) else {
            return;
        };
        let order = &mut self.reference.orders[n];
        let gone = order.state == State::Over;
        if order.state == State::Held {
            order.expires_at = order.expires_at.max(self.reference.now + TIME_TO_LIVE);
        }
        let got = hold(doors.ordering.clone(), self.orders[n].clone()).await;
        self.answered("repeating", got, gone.then_some("HOLD_GONE"));
    }

    async fn write(&mut self, n: usize, paid: bool) {
        let unwritten = |state| state == State::Held;
        let Some(n) = self.pick(n, unwritten) else {
            return;
        };
        let order = &mut self.reference.orders[n];
        if order.written == Written::Paid {
            return;
        }
        let (written, state, version) = if paid {
            (Written::Paid, OrderState::Placed, PLACED)
        } else {
            (Written::Unpaid, OrderState::PendingPayment, WRITTEN)
        };
        order.written = written;
        self.shop.ordering.knows(self.id(n), state, version).await;
    }

    async fn place(&mut self, n: usize) {
        let Some(n) = self.pick(n, |state| state == State::Held) else {
            return;
        };
        let order_id = self.id(n);
        self.reference.orders[n].written = Written::Paid;
        self.shop
            .ordering
            .knows(order_id, OrderState::Placed, PLACED)
            .await;
        self.news.push(News {
            order_id,
            version: PLACED,
            event: self.shop.placed(order_id, PLACED),
            n,
            to: State::Placed,
        });
    }

    fn cancel(&mut self, n: usize, back: bool) {
        let Some(n) = self.pick(n, |state| state == State::Placed) else {
            return;
        };
        if self.news.iter().any(|news| news.n == n) {
            return;
        }
        let order_id = self.id(n);
        self.news.push(News {
            order_id,
            version: CANCELLED,
            event: self.shop.cancelled(order_id, CANCELLED, back),
            n,
            to: if back { State::Over } else { State::UsedUp },
        });
    }

    async fn release(&mut self, doors: &Doors, n: usize) {
        let Some(n) = self.pick(n, |state| state != State::UsedUp) else {
            return;
        };
        let request = ReleaseRequest {
            order_id: self.orders[n].order_id.clone(),
            branch_id: self.shop.branch.to_string(),
        };
        let released = told(doors.ordering.clone().release(request).await)
            .unwrap()
            .released;
        let held = self.reference.orders[n].state == State::Held;
        self.agree("releasing", released, held);
        if held {
            self.reference.settle(n, State::Over);
        }
    }

    async fn move_to(&mut self, doors: &Doors, n: usize, slot: i64) {
        let Some(n) = self.pick(n, |state| state != State::UsedUp) else {
            return;
        };
        let request = MoveRequest {
            order_id: self.orders[n].order_id.clone(),
            branch_id: self.shop.branch.to_string(),
            wanted_at: Some(timestamp(&starts_at(slot).to_rfc3339())),
        };
        let expected = self.reference.move_refusal(n, slot);
        let got = told(doors.ordering.clone().r#move(request).await);
        self.answered("moving", got, expected);
        if expected.is_none() {
            self.reference.move_to(n, slot);
        }
    }

    async fn stock(&self, doors: &Doors, unit: usize, kind: MovementKind, units: i64) {
        let request = self.shop.movement(self.skus[unit], kind, units);
        told(doors.staff.clone().move_stock(request).await).unwrap();
    }

    async fn pause(&mut self, doors: &Doors, unit: usize, waits: bool) {
        let target = PauseTarget {
            kind: PauseTargetKind::Variant.into(),
            id: self.skus[unit].to_string(),
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
        let answer = told(doors.pauses.clone().create_pause(request).await).unwrap();
        self.reference
            .pauses
            .insert(self.pauses.len(), (unit, waits));
        self.pauses.push(answer.pause.unwrap());
    }

    async fn resume(&mut self, doors: &Doors, n: usize) {
        let lasting: Vec<_> = self.reference.pauses.keys().copied().collect();
        if lasting.is_empty() {
            return;
        }
        let n = lasting[n % lasting.len()];
        let request = ResumePauseRequest {
            pause_id: self.pauses[n].pause_id.clone(),
            branch_id: String::new(),
            version: self.pauses[n].version,
        };
        told(doors.pauses.clone().resume_pause(request).await).unwrap();
        self.reference.pauses.remove(&n);
    }

    async fn limit(&mut self, doors: &Doors, limits: Limits) {
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
        let answer = told(doors.limits.clone().set_limits(request).await).unwrap();
        self.limits_version += 1;
        self.reference.limits = limits;
        let counters = self.reference.counters().into_iter();
        let over = counters.map(|(counter, (held, committed))| {
            let limit = self.reference.limit_of(counter);
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
        self.agree("what is overbooked", found.collect(), over);
    }

    /// What was told of orders has arrived.
    pub fn hear(&mut self) {
        let before = self.reference.available(None);
        for news in std::mem::take(&mut self.news) {
            self.reference.settle(news.n, news.to);
        }
        self.reference.restock(before, false);
    }

    /// The clock goes on; tells whether holds lapse by it.
    pub fn tick(&mut self, seconds: i64) -> bool {
        self.diary.push(format!("{seconds} seconds later"));
        let before = self.reference.available(None);
        let lapsed = self.reference.tick(seconds);
        self.reference.restock(before, false);
        lapsed
    }

    /// What is stored is what should be true.
    pub fn check(&self, stored: &Stored) {
        let stored = stored.of(self.shop.branch);
        let buckets = self.reference.buckets().into_iter();
        let buckets = buckets.map(|(bucket, counts)| (self.stored_bucket(bucket), counts));
        self.agree(
            "stock",
            &stored.buckets,
            &buckets.filter(is_touched).collect(),
        );
        let counters = self.reference.counters().into_iter();
        let counters = counters.map(|(counter, counts)| (self.stored_key(counter), counts));
        self.agree("what limits count", &stored.counters, &counters.collect());
        let pauses = self.reference.pauses.keys();
        let pauses = pauses.map(|n| self.pauses[*n].pause_id.parse().unwrap());
        self.agree("pauses", &stored.pauses, &pauses.collect());
    }

    /// What a storefront is offered for a cart is what can be had.
    pub async fn ask(&mut self, doors: &Doors, round: i64) {
        let tree = ([0_i64..5, 0_i64..5]).new_tree(&mut self.runner);
        let units = tree.expect("carts are never filtered").current();
        if units == [0, 0] {
            return;
        }
        let cart = self.cart(units, offered(round, 0));
        let request = GetAvailabilityRequest {
            branch_id: cart.branch_id,
            lines: cart.lines,
            skus: cart.skus,
            ..GetAvailabilityRequest::default()
        };
        let answer = told(doors.customer.clone().get_availability(request).await).unwrap();
        let availability = answer.availability.unwrap();
        for slot in (0..4).map(|slot| offered(round, slot)) {
            let at = starts_at(slot).format("%FT%TZ").to_string();
            let found = state_of(&availability, &at) != SlotState::Full;
            let what = format!("what is offered at {at} for {units:?}");
            self.agree(&what, found, self.reference.offers(units, slot));
        }
    }

    /// One of the last orders in such a state.
    fn pick(&self, n: usize, wanted: impl Fn(State) -> bool) -> Option<usize> {
        let orders = self.reference.orders.iter().enumerate();
        let last = orders
            .rev()
            .filter(|(_, it)| wanted(it.state))
            .take(LAST_ORDERS);
        let found: Vec<_> = last.map(|(n, _)| n).collect();
        (!found.is_empty()).then(|| found[n % found.len()])
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

    fn answered<T: Debug>(
        &mut self,
        what: &str,
        got: Result<T, Problem>,
        expected: Option<&'static str>,
    ) {
        let found = got.err().map(|problem| problem.reason.into_owned());
        self.agree(what, found.as_deref(), expected);
        *self.answers.entry(expected.unwrap_or("OK")).or_default() += 1;
    }

    fn agree<T: PartialEq + Debug>(&self, what: &str, found: T, expected: T) {
        assert!(
            found == expected,
            "{}, about {what}:\nfound    {found:?}\nexpected {expected:?}\nafter\n{}",
            self.name,
            self.diary.join("\n"),
        );
    }
}

/// A day's own bucket that nobody touched need not be there.
pub fn is_touched(bucket: &((Uuid, NaiveDate), (i64, i64))) -> bool {
    let ((_, day), counts) = bucket;
    *day == NaiveDate::default() || *counts != (DAILY, 0)
}

fn bucket_today(unit: usize) -> Bucket {
    crate::reference::bucket_of(unit, 0)
}

fn starts_at(slot: i64) -> DateTime<Utc> {
    let six: DateTime<Utc> = SIX.parse().unwrap();
    six + TimeDelta::minutes(15 * slot)
}

/// The slots offered in a round; those of later days are offered later.
fn offered(round: i64, slot: Offered) -> i64 {
    let day = round / ROUNDS_A_DAY * 96;
    [day, day + 1, day + 2, day + 96][slot]
}
