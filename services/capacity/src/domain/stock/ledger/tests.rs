use chassis::id::BranchId;
use chrono::{DateTime, Days};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::{
    holds::{
        Hold, Settlement,
        state::{Effect, HoldState},
    },
    stock::{Deduct, Part, Rules, StockMode, levels::StockLevels},
};

const FIRST: &str = "2026-09-02";
const AHEAD: u64 = 3;

fn sku() -> SkuId {
    SkuId::from_uuid(Uuid::from_u128(1))
}

fn day(ahead: u64) -> BusinessDay {
    BusinessDay::on(FIRST.parse::<BusinessDay>().unwrap().date() + Days::new(ahead))
}

/// An item that expects `planned` on the days after the first.
fn expecting(planned: &[i64]) -> StockItem {
    let days = (1..).map(day);
    StockItem {
        mode: StockMode::Running,
        rules: Rules {
            dates: days.zip(planned.iter().copied()).collect(),
            deduct: Deduct::OnDay,
            ..Rules::default()
        },
        received_until: Some(day(0)),
        ..StockItem::untracked(sku())
    }
}

fn bucket(on_hand: i64, held: i64) -> Bucket {
    Bucket {
        on_hand,
        held,
        ..Bucket::default()
    }
}

fn movements(ledger: &Ledger) -> Vec<(BusinessDay, MovementKind, i64)> {
    let movements = ledger.movements.iter();
    movements
        .map(|it| (it.bucket_day, it.kind, it.quantity))
        .collect()
}

#[test]
fn an_order_ahead_takes_from_its_day_and_one_for_today_from_what_there_is() {
    let item = expecting(&[20]);
    for (on, bucket_day) in [(0, running_day()), (1, day(1)), (2, day(2))] {
        assert_eq!(item.bucket_day(day(on), day(0)), Some(bucket_day), "{on}");
    }
    assert_eq!(item.initial(day(1)).available(), 20);
    assert_eq!(item.initial(day(2)).available(), 0, "nothing is planned");
    assert_eq!(item.initial(running_day()).available(), 0);

    let mut received = item;
    received.received_until = Some(day(1));
    assert_eq!(
        received.bucket_day(day(1), day(0)),
        Some(running_day()),
        "a clock that is behind does not sell the receipts again"
    );
}

#[test]
fn what_is_free_arrives_and_what_is_promised_stays_in_its_day() {
    let item = expecting(&[20]);
    let mut ledger = Ledger::of([((sku(), day(1)), bucket(15, 4))].into());
    ledger.receive(&item, day(1));
    assert_eq!(ledger.buckets[&(sku(), day(1))], bucket(4, 4));
    assert_eq!(ledger.buckets[&(sku(), running_day())], bucket(11, 0));
    let pair = [
        (day(1), MovementKind::Arrived, -11),
        (running_day(), MovementKind::Arrived, 11),
    ];
    assert_eq!(movements(&ledger), pair);
    assert_eq!(ledger.made, [(sku(), running_day(), Bucket::default())]);
}

#[test]
fn a_delivery_that_nobody_ordered_from_arrives_too() {
    let item = expecting(&[20, 0, 5]);
    let mut ledger = Ledger::of([((sku(), running_day()), bucket(3, 0))].into());
    ledger.receive(&item, day(3));
    assert_eq!(ledger.buckets[&(sku(), running_day())], bucket(28, 0));
    assert!(
        !ledger.buckets.contains_key(&(sku(), day(2))),
        "nothing came"
    );
    let mut again = item.clone();
    again.received_until = Some(day(3));
    ledger.movements.clear();
    ledger.receive(&again, day(3));
    assert_eq!(movements(&ledger), []);
}

#[test]
fn a_day_promised_beyond_its_plan_brings_nothing_to_sell() {
    let item = expecting(&[2]);
    let short = bucket(5, 5).with_amount_changed(-3);
    let mut ledger = Ledger::of([((sku(), day(1)), short)].into());
    ledger.receive(&item, day(1));
    assert_eq!(movements(&ledger), []);
}

#[test]
fn who_turns_to_the_plan_has_todays_delivery_already() {
    let running = StockItem {
        mode: StockMode::Running,
        ..StockItem::untracked(sku())
    };
    let turned = StockItem {
        rules: expecting(&[7]).rules,
        ..running.clone()
    };
    let turned = turned.replacing(&running, day(1));
    assert_eq!(turned.days_to_receive(day(1)).count(), 0);
    assert_eq!(turned.days_to_receive(day(2)).collect::<Vec<_>>(), [day(2)]);
    let mut edited = turned.clone();
    edited.received_until = None;
    assert_eq!(
        edited.replacing(&turned, day(2)).received_until,
        Some(day(1)),
        "the plan of a day that has begun still comes"
    );
}

/// A shop that sells one item ahead, day after day.
struct Shop {
    item: StockItem,
    buckets: HashMap<BucketKey, Bucket>,
    today: u64,
    orders: Vec<(Hold, u64)>,
}

impl Shop {
    fn order(&mut self, on: u64, quantity: i64) {
        let stock = StockLevels {
            items: [(sku(), self.item.clone())].into(),
            buckets: self.buckets.clone(),
            ..StockLevels::default()
        };
        let wanted = [(sku(), quantity)].into();
        let Ok(parts) = stock.allocate(&wanted, day(on), day(self.today)) else {
            return;
        };
        let mut ledger = Ledger::of(self.buckets.clone());
        for part in &parts {
            ledger.open(&self.item, part.bucket_day);
            let change = BucketChange {
                balance: 0,
                held: part.quantity,
            };
            let key = (sku(), part.bucket_day);
            ledger.write(key, change, MovementKind::Held, None);
        }
        self.buckets = ledger.buckets;
        self.orders.push((hold(parts), on));
    }

    fn settle(&mut self, index: usize, effect: Effect) {
        let (hold, _) = &mut self.orders[index];
        let items = [(sku(), self.item.clone())].into();
        let mut settlement = Settlement::of(items, self.buckets.clone());
        settlement.apply(hold, effect);
        hold.state = effect.next_state().unwrap_or(hold.state);
        self.buckets = settlement.ledger.buckets;
    }

    fn next_day(&mut self) {
        self.today += 1;
        let mut ledger = Ledger::of(self.buckets.clone());
        ledger.receive(&self.item, day(self.today));
        self.buckets = ledger.buckets;
        self.item.received_until = Some(day(self.today));
    }

    /// Units promised for days up to `on`.
    fn promised_until(&self, on: u64) -> i64 {
        let live = self
            .orders
            .iter()
            .filter(|(hold, of)| *of <= on && hold.state != HoldState::Released);
        live.flat_map(|(hold, _)| &hold.parts)
            .map(|part| part.quantity)
            .sum()
    }
}

fn hold(parts: Vec<Part>) -> Hold {
    Hold {
        order_id: chassis::id::OrderId::from_uuid(Uuid::nil()),
        branch_id: BranchId::from_uuid(Uuid::nil()),
        hold_key: None,
        state: HoldState::Held,
        test: false,
        order_version: 0,
        slot_starts_at: DateTime::UNIX_EPOCH,
        promised_at: DateTime::UNIX_EPOCH,
        business_day: day(0),
        expires_at: DateTime::UNIX_EPOCH,
        parts,
        taken: Vec::new(),
    }
}

proptest! {
    /// Whatever is ordered ahead, given back and rolled over: all that is promised up to a day was there
    /// at the start or is delivered by then, and what was promised to no order can still be sold.
    #[test]
    fn nothing_is_sold_twice_across_the_beginning_of_days(
        there in 0_i64..20,
        planned in prop::collection::vec(0_i64..12, 12),
        steps in prop::collection::vec((0_u8..6, 0_u64..=AHEAD, 1_i64..8, any::<prop::sample::Index>()), 1..80),
    ) {
        let mut shop = Shop {
            item: expecting(&planned),
            buckets: [((sku(), running_day()), bucket(there, 0))].into(),
            today: 0,
            orders: Vec::new(),
        };
        for (step, ahead, quantity, index) in steps {
            let index = index.index(shop.orders.len().max(1));
            let state = shop.orders.get(index).map(|(hold, _)| hold.state);
            match (step, state) {
                (0 | 1, _) => shop.order(shop.today + ahead, quantity),
                (2, Some(HoldState::Held)) => shop.settle(index, Effect::Commit),
                (3, Some(HoldState::Held)) => shop.settle(index, Effect::Release),
                (4, Some(HoldState::Committed)) => shop.settle(index, Effect::Return),
                (5, _) if shop.today < 8 => shop.next_day(),
                _ => {}
            }
            for bucket in shop.buckets.values() {
                prop_assert!(0 <= bucket.held && bucket.held + bucket.owed <= bucket.on_hand + bucket.shortfall);
                prop_assert_eq!(bucket.shortfall, 0);
            }
            let mut supplied = there;
            for on in 0..=shop.today + AHEAD {
                supplied += if on == 0 { 0 } else { planned[usize::try_from(on).unwrap() - 1] };
                if on >= shop.today {
                    prop_assert!(shop.promised_until(on) <= supplied, "day {}", on);
                }
                if on == shop.today {
                    let free: i64 = shop.buckets.iter()
                        .filter(|((_, of), _)| *of == running_day() || *of <= day(on))
                        .map(|(_, bucket)| bucket.available()).sum();
                    let sellable = shop.buckets[&(sku(), running_day())].available();
                    prop_assert_eq!(free, sellable, "nothing free is left in a day that has begun");
                    prop_assert_eq!(sellable, supplied - shop.promised_until(on), "nothing is lost");
                }
            }
        }
    }
}
