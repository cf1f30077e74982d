//! Random holds, events, counts, pauses and deliveries against a reference that a reader can check by eye.

mod common;

use std::collections::BTreeMap;

use chassis::id::{OrderId, SkuId};
use common::{Shop, pauses::end};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRng, TestRunner},
};
use proto::capacity::v1::{
    CreatePauseRequest, HoldLine, MovementKind, Pause, PauseEndKind, PauseTarget, PauseTargetKind,
};
use testkit::eventually;

const STEPS: usize = 250;
const SLOT: &str = "2026-09-02T10:00:00Z";
const SLOT_LIMIT: i64 = 12;

#[derive(Clone, Debug)]
enum Step {
    Hold { first: i64, second: i64 },
    Place(usize),
    Cancel(usize, bool),
    Release(usize),
    Count(bool, i64),
    Receive(bool, i64),
    Pause { which: bool, restocked: bool },
    Resume(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0_i64..4, 0_i64..4).prop_map(|(first, second)| Step::Hold { first, second }),
        4 => any::<usize>().prop_map(Step::Place),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(n, back)| Step::Cancel(n, back)),
        2 => any::<usize>().prop_map(Step::Release),
        1 => (any::<bool>(), 0_i64..12).prop_map(|(which, count)| Step::Count(which, count)),
        1 => (any::<bool>(), 1_i64..6).prop_map(|(which, units)| Step::Receive(which, units)),
        1 => (any::<bool>(), any::<bool>())
            .prop_map(|(which, restocked)| Step::Pause { which, restocked }),
        2 => any::<usize>().prop_map(Step::Resume),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Held,
    Placed,
    Over,
}

/// What should be true: the balance of each unit, and what became of each order.
#[derive(Debug, Default)]
struct Reference {
    balance: [i64; 2],
    orders: BTreeMap<usize, (State, [i64; 2])>,
    in_slot: i64,
    /// Unit, whether it waits for a delivery, and the pause.
    pauses: Vec<(usize, bool, Pause)>,
}

impl Reference {
    /// Deliveries end the pauses that waited for them: what came back above 0, or was brought by staff.
    fn restock(&mut self, before: [i64; 2], brought: Option<usize>) {
        let after = [self.counters(0).2, self.counters(1).2];
        self.pauses.retain(|(unit, waits, _)| {
            let (was, is) = (before[*unit], after[*unit]);
            let back = is > 0 && (was <= 0 || (brought == Some(*unit) && is > was));
            !(*waits && back)
        });
    }

    fn held(&self, unit: usize) -> i64 {
        self.orders
            .values()
            .filter(|(state, _)| *state == State::Held)
            .map(|(_, q)| q[unit])
            .sum()
    }

    fn counters(&self, unit: usize) -> (i64, i64, i64) {
        let on_hand = self.balance[unit].max(0);
        (on_hand, self.held(unit), (on_hand - self.held(unit)).max(0))
    }

    fn fits(&self, wanted: [i64; 2]) -> bool {
        let paused = |unit| self.pauses.iter().any(|(of, ..)| *of == unit);
        let fits = |unit: usize| {
            wanted[unit] == 0 || (wanted[unit] <= self.counters(unit).2 && !paused(unit))
        };
        self.in_slot < SLOT_LIMIT && fits(0) && fits(1)
    }

    fn pick(&self, n: usize, state: State) -> Option<usize> {
        let found: Vec<_> = self
            .orders
            .iter()
            .filter(|(_, order)| order.0 == state)
            .map(|(n, _)| *n)
            .collect();
        (!found.is_empty()).then(|| found[n % found.len()])
    }

    fn settle(&mut self, n: usize, state: State, back: bool) {
        let order = self.orders.get_mut(&n).expect("the order was picked");
        let was = std::mem::replace(&mut order.0, state);
        let sign = match (was, state) {
            (State::Held, State::Placed) => -1,
            (State::Placed, State::Over) if back => 1,
            _ => 0,
        };
        for unit in 0..2 {
            self.balance[unit] += sign * order.1[unit];
        }
        if state == State::Over && (was == State::Held || back) {
            self.in_slot -= 1;
        }
    }
}

fn line(sku: SkuId, quantity: i64) -> HoldLine {
    HoldLine {
        product_id: sku.to_string(),
        variant_id: sku.to_string(),
        quantity,
        make_seconds: 45,
        ..HoldLine::default()
    }
}

fn variant(sku: SkuId) -> PauseTarget {
    PauseTarget {
        kind: PauseTargetKind::Variant.into(),
        id: sku.to_string(),
        ..PauseTarget::default()
    }
}

async fn check(shop: &Shop, reference: &Reference, skus: [SkuId; 2], step: &Step) {
    for (unit, sku) in skus.into_iter().enumerate() {
        let expected = reference.counters(unit);
        eventually(async || {
            let found = shop.counters(sku).await;
            found == expected || {
                eprintln!("after {step:?}: unit {unit} is {found:?}, expected {expected:?}");
                false
            }
        })
        .await;
    }
    let slots = shop.slots().await;
    let lasting = shop.paused(shop.branch, false).await.len();
    assert_eq!(lasting, reference.pauses.len(), "pauses after {step:?}");
    let in_slot: i64 = slots
        .values()
        .map(|(held, committed)| held + committed)
        .sum();
    assert_eq!(in_slot, reference.in_slot, "after {step:?}");
}

#[tokio::test]
async fn the_service_agrees_with_the_reference() {
    let shop = Shop::open().await;
    shop.set_hours(|hours| {
        hours.max_orders_per_slot = i32::try_from(SLOT_LIMIT).ok();
    })
    .await
    .expect("the hours are valid");
    let skus = [shop.running(10).await, shop.running(10).await];
    let mut reference = Reference {
        balance: [10, 10],
        ..Reference::default()
    };
    let mut ids: Vec<OrderId> = Vec::new();

    let rng = TestRng::deterministic_rng(Config::default().rng_algorithm);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for _ in 0..STEPS {
        let step = step()
            .new_tree(&mut runner)
            .expect("steps are never filtered")
            .current();
        let before = [reference.counters(0).2, reference.counters(1).2];
        let mut brought = None;
        match step.clone() {
            Step::Hold { first, second } => {
                let wanted: Vec<_> = skus
                    .into_iter()
                    .zip([first, second])
                    .filter(|(_, q)| *q > 0)
                    .collect();
                let mut body = shop.order_at(&wanted, SLOT);
                body.lines = wanted.iter().map(|(sku, q)| line(*sku, *q)).collect();
                let id = body.order_id.parse().expect("an order has an id");
                let got = shop.hold(body).await;
                assert_eq!(
                    got.is_ok(),
                    reference.fits([first, second]),
                    "{step:?} {got:?}"
                );
                if got.is_ok() {
                    reference
                        .orders
                        .insert(ids.len(), (State::Held, [first, second]));
                    reference.in_slot += 1;
                    ids.push(id);
                }
            }
            Step::Place(n) => {
                let Some(n) = reference.pick(n, State::Held) else {
                    continue;
                };
                shop.tell_placed(ids[n], 1).await;
                eventually(async || shop.stored(ids[n]).await.0 == "committed").await;
                reference.settle(n, State::Placed, false);
            }
            Step::Cancel(n, back) => {
                let Some(n) = reference.pick(n, State::Placed) else {
                    continue;
                };
                shop.tell_cancelled(ids[n], 2, back).await;
                eventually(async || shop.stored(ids[n]).await.1 == 2).await;
                reference.settle(n, State::Over, back);
            }
            Step::Release(n) => {
                let Some(n) = reference.pick(n, State::Held) else {
                    continue;
                };
                assert!(shop.release(ids[n]).await);
                reference.settle(n, State::Over, false);
            }
            Step::Count(which, count) => {
                let sku = skus[usize::from(which)];
                shop.move_stock(sku, MovementKind::Counted, count)
                    .await
                    .expect("counts are taken");
                reference.balance[usize::from(which)] = count;
                brought = Some(usize::from(which));
            }
            Step::Receive(which, units) => {
                let sku = skus[usize::from(which)];
                let moved = shop.move_stock(sku, MovementKind::Received, units).await;
                moved.expect("goods are received");
                reference.balance[usize::from(which)] += units;
                brought = Some(usize::from(which));
            }
            Step::Pause { which, restocked } => {
                let unit = usize::from(which);
                let kind = if restocked {
                    PauseEndKind::Restocked
                } else {
                    PauseEndKind::Manual
                };
                let request = CreatePauseRequest {
                    end: end(kind),
                    ..shop.pause_of(variant(skus[unit]))
                };
                let pause = shop.pause(request).await.expect("a unit can be paused");
                reference.pauses.push((unit, restocked, pause));
            }
            Step::Resume(n) => {
                if reference.pauses.is_empty() {
                    continue;
                }
                let n = n % reference.pauses.len();
                let (.., pause) = reference.pauses.swap_remove(n);
                shop.resume(&pause).await.expect("what lasts is resumed");
            }
        }
        reference.restock(before, brought);
        check(&shop, &reference, skus, &step).await;
    }
    assert!(
        reference.orders.len() > 20,
        "the steps must do something: {}",
        reference.orders.len()
    );
}
