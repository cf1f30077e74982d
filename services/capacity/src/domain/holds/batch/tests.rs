use chassis::id::{PauseId, ProductId, VariantId};
use chrono_tz::Tz;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::{
    branch_state::BranchState,
    hours::{Hours, Period, schedule::Schedule},
    pauses::{ActivePause, Reason, Target},
    stock::{StockItem, StockMode, levels::MissingUnits, recipes::RecipePart, running_day},
};

const NOON: &str = "2026-09-02T04:00:00Z";

fn at(raw: &str) -> DateTime<Utc> {
    raw.parse().unwrap()
}

fn sku(n: u128) -> SkuId {
    SkuId::from_uuid(Uuid::from_u128(n))
}

fn schedule(limit: Option<i64>) -> Schedule {
    let periods = (1..=7)
        .map(|weekday| Period {
            weekday,
            open_minute: 600,
            close_minute: 1200,
        })
        .collect();
    let hours = Hours {
        periods,
        max_orders_per_slot: limit,
        ..Hours::default()
    };
    Schedule::weekly(hours, Tz::Asia__Taipei, 240)
}

fn planner(schedule: &Schedule) -> BatchPlanner<'_> {
    BatchPlanner {
        calendar: schedule.at(at(NOON)),
        state: BranchState::Live,
        stock: StockLevels::default(),
        usage: CapacityUsage::default(),
        pauses: Arc::default(),
        proposed: HashMap::new(),
    }
}

fn stock(planner: &mut BatchPlanner<'_>, sku_id: SkuId, mode: StockMode, units: i64) {
    let daily_amount = if mode == StockMode::Daily { units } else { 0 };
    planner.stock.items.insert(
        sku_id,
        StockItem {
            sku_id,
            mode,
            daily_amount,
            low_threshold: 0,
            rules: Default::default(),
            received_until: None,
            version: 1,
        },
    );
    if mode == StockMode::Running {
        planner.stock.buckets.insert(
            (sku_id, running_day()),
            Bucket {
                on_hand: units,
                ..Bucket::default()
            },
        );
    }
}

fn order(n: u128, skus: &[(SkuId, i64)], wanted_at: Option<&str>) -> HoldRequest {
    HoldRequest {
        order_id: OrderId::from_uuid(Uuid::from_u128(n)),
        hold_key: HoldKey::from_uuid(Uuid::from_u128(n)),
        skus: skus.iter().copied().collect(),
        wanted_at: wanted_at.map(at),
        test: false,
        lines: Vec::new(),
        channel: Channel::Web,
        method: Method::Pickup,
    }
}

#[test]
fn the_last_unit_goes_to_the_first_in_the_batch() {
    let schedule = schedule(None);
    let mut planner = planner(&schedule);
    stock(&mut planner, sku(1), StockMode::Running, 1);
    let mut outcome = BatchOutcome::default();
    assert!(
        planner
            .decide(order(1, &[(sku(1), 1)], None), &mut outcome)
            .is_ok()
    );
    let refused = planner
        .decide(order(2, &[(sku(1), 1)], None), &mut outcome)
        .unwrap_err();
    assert_eq!(
        refused.shortage.missing,
        [MissingUnits {
            sku_id: sku(1),
            wanted: 1,
            left: 0
        }]
    );
    assert_eq!(outcome.changes.sku_ids.len(), 1);
}

#[test]
fn a_refused_order_takes_nothing_and_hears_everything() {
    let schedule = schedule(Some(0));
    let mut planner = planner(&schedule);
    for n in 1..=3 {
        stock(&mut planner, sku(n), StockMode::Running, 3);
    }
    let mut outcome = BatchOutcome::default();
    let wants = [(sku(1), 4), (sku(2), 1), (sku(3), 9), (sku(99), 50)];
    let refused = planner
        .decide(order(1, &wants, Some("2026-09-02T10:00:00Z")), &mut outcome)
        .unwrap_err();
    let problem = refused.to_problem();
    assert_eq!(problem.reason, "OUT_OF_STOCK");
    let fields: Vec<_> = problem
        .fields
        .iter()
        .map(|found| (found.field.as_str(), &*found.reason))
        .collect();
    assert_eq!(
        fields,
        [
            (format!("skus[sku_id={}]", sku(1)).as_str(), "OUT_OF_STOCK"),
            (format!("skus[sku_id={}]", sku(3)).as_str(), "OUT_OF_STOCK"),
            ("wanted_at", "NO_SLOT"),
        ]
    );
    assert!(outcome.granted.is_empty() && outcome.movements.is_empty());
    assert_eq!(planner.stock.buckets[&(sku(2), running_day())].held, 0);
}

/// E8: what Saturday sells is taken from Saturday.
#[test]
fn a_future_order_takes_from_its_own_days_bucket() {
    let schedule = schedule(None);
    let mut planner = planner(&schedule);
    stock(&mut planner, sku(1), StockMode::Daily, 20);
    let mut outcome = BatchOutcome::default();
    planner
        .decide(
            order(1, &[(sku(1), 18)], Some("2026-09-05T04:00:00Z")),
            &mut outcome,
        )
        .unwrap();
    planner
        .decide(order(2, &[(sku(1), 20)], None), &mut outcome)
        .unwrap();
    let refused = planner
        .decide(
            order(3, &[(sku(1), 3)], Some("2026-09-05T04:00:00Z")),
            &mut outcome,
        )
        .unwrap_err();
    assert_eq!(refused.shortage.missing[0].left, 2);
    let days: Vec<_> = outcome
        .new_buckets
        .iter()
        .map(|(_, day, _)| day.to_string())
        .collect();
    assert_eq!(days, ["2026-09-05", "2026-09-02"]);
}

/// E9, orders only: a fifth order never enters, and is offered the next slot.
#[test]
fn a_full_slot_proposes_the_next() {
    let schedule = schedule(Some(4));
    let mut planner = planner(&schedule);
    let mut outcome = BatchOutcome::default();
    for n in 0..4 {
        planner
            .decide(order(n, &[], Some("2026-09-02T10:00:00Z")), &mut outcome)
            .unwrap();
    }
    let refused = planner
        .decide(order(9, &[], Some("2026-09-02T10:00:00Z")), &mut outcome)
        .unwrap_err();
    assert_eq!(
        refused.slot,
        Some((SlotProblem::Full, Some(at("2026-09-02T10:15:00Z"))))
    );
    assert_eq!(
        refused.to_problem().params["next_slot"],
        "2026-09-02T10:15:00Z"
    );
    assert!(outcome.changes.slots);
}

#[test]
fn an_asap_promise_moves_on_when_its_slot_is_full() {
    let schedule = schedule(Some(1));
    let mut planner = planner(&schedule);
    let mut outcome = BatchOutcome::default();
    for n in 0..3 {
        planner.decide(order(n, &[], None), &mut outcome).unwrap();
    }
    let promises: Vec<_> = outcome
        .granted
        .iter()
        .map(|granted| granted.promised_at)
        .collect();
    assert_eq!(
        promises,
        [
            at("2026-09-02T04:15:00Z"),
            at("2026-09-02T04:30:00Z"),
            at("2026-09-02T04:45:00Z")
        ]
    );
}

#[test]
fn a_test_order_is_checked_and_counted_nowhere() {
    let schedule = schedule(Some(1));
    let mut planner = planner(&schedule);
    planner.state = BranchState::Setup;
    stock(&mut planner, sku(1), StockMode::Running, 2);
    let mut outcome = BatchOutcome::default();
    let test = |n, units| HoldRequest {
        test: true,
        ..order(n, &[(sku(1), units)], None)
    };
    planner.decide(test(1, 2), &mut outcome).unwrap();
    planner.decide(test(2, 2), &mut outcome).unwrap();
    assert!(planner.decide(test(3, 3), &mut outcome).is_err());
    assert!(outcome.movements.is_empty() && outcome.counters.is_empty());
    let refused = planner
        .decide(order(4, &[], None), &mut outcome)
        .unwrap_err();
    assert_eq!(
        refused.slot,
        Some((SlotProblem::Closed, None)),
        "a branch being set up takes no real order"
    );
}

/// E7: four portions in two lines, three left.
#[test]
fn a_component_is_summed_over_the_whole_order_and_told_at_all_that_need_it() {
    let schedule = schedule(None);
    let mut planner = planner(&schedule);
    let pearls = sku(90);
    stock(&mut planner, pearls, StockMode::Running, 3);
    let portion = RecipePart {
        component_id: pearls,
        units: 1,
    };
    planner.stock.recipes.parts = [(sku(1), vec![portion]), (sku(2), vec![portion])].into();
    planner.stock.recipes.names = [(pearls, "珍珠".to_owned())].into();
    let mut outcome = BatchOutcome::default();
    let wants = [(sku(1), 2), (sku(2), 2)];
    let refused = planner
        .decide(order(1, &wants, None), &mut outcome)
        .unwrap_err();
    let problem = refused.to_problem();
    assert_eq!(problem.reason, "OUT_OF_STOCK");
    for (field, wanted_by) in problem.fields.iter().zip([sku(1), sku(2)]) {
        assert_eq!(field.field, format!("skus[sku_id={wanted_by}]"));
        assert_eq!(field.params["sku_id"], wanted_by.to_string());
        assert_eq!(field.params["component"], "珍珠");
        assert_eq!(
            (&*field.params["wanted"], &*field.params["left"]),
            ("4", "3")
        );
    }
    assert_eq!(problem.fields.len(), 2);

    planner
        .decide(order(2, &[(sku(1), 3)], None), &mut outcome)
        .unwrap();
    assert_eq!(
        outcome.granted[0].parts,
        [Part {
            sku_id: pearls,
            bucket_day: running_day(),
            quantity: 3
        }],
        "the hold keeps what it took, whatever the recipe becomes"
    );
}

#[test]
fn more_than_an_order_may_have_is_refused_with_the_limit() {
    let schedule = schedule(None);
    let mut planner = planner(&schedule);
    stock(&mut planner, sku(1), StockMode::Running, 50);
    stock(&mut planner, sku(2), StockMode::Untracked, 0);
    for n in 1..=2 {
        planner
            .stock
            .items
            .get_mut(&sku(n))
            .unwrap()
            .rules
            .max_per_order = 3;
    }
    let mut outcome = BatchOutcome::default();
    let wants = [(sku(1), 4), (sku(2), 5)];
    let refused = planner
        .decide(order(1, &wants, None), &mut outcome)
        .unwrap_err();
    let problem = refused.to_problem();
    assert_eq!(problem.reason, "ORDER_TOO_LARGE");
    let limits: Vec<_> = problem
        .fields
        .iter()
        .map(|field| (&*field.params["wanted"], &*field.params["max"]))
        .collect();
    assert_eq!(limits, [("4", "3"), ("5", "3")]);
    planner
        .decide(order(2, &[(sku(1), 3), (sku(2), 3)], None), &mut outcome)
        .unwrap();
}

proptest! {
    #[test]
    fn a_batch_never_gives_more_than_there_is(
        on_hand in 0_i64..30, limit in 0_i64..6,
        orders in prop::collection::vec((1_i64..5, 0_i64..5, 0_u8..4), 0..40),
    ) {
        let schedule = schedule(Some(limit));
        let mut planner = planner(&schedule);
        stock(&mut planner, sku(1), StockMode::Running, on_hand);
        stock(&mut planner, sku(2), StockMode::Daily, on_hand);
        let mut outcome = BatchOutcome::default();
        for (n, (first, second, slot)) in orders.into_iter().enumerate() {
            let wanted_at = format!("2026-09-0{}T10:00:00Z", 2 + slot);
            let skus: Vec<_> = [(sku(1), first), (sku(2), second)].into_iter().filter(|(_, q)| *q > 0).collect();
            let _ = planner.decide(order(n as u128, &skus, (slot < 3).then_some(wanted_at.as_str())), &mut outcome);
        }
        for bucket in planner.stock.buckets.values() {
            prop_assert!(bucket.held <= bucket.on_hand);
        }
        prop_assert!(outcome.counters.values().all(|added| added.amount <= limit));
        let held: i64 = outcome.granted.iter().flat_map(|granted| &granted.parts).map(|part| part.quantity).sum();
        let counted: i64 = planner.stock.buckets.values().map(|bucket| bucket.held).sum();
        prop_assert_eq!(held, counted);
        prop_assert_eq!(outcome.granted.len() as i64, outcome.counters.values().map(|added| added.amount).sum::<i64>());
    }
}

fn pause(n: u128, target: Target, ends_at: Option<&str>) -> ActivePause {
    ActivePause {
        pause_id: PauseId::from_uuid(Uuid::from_u128(n)),
        target,
        channels: Default::default(),
        reason: Reason::FoodSafety,
        ends_at: ends_at.map(at),
    }
}

fn fields(refused: &HoldRejected) -> Vec<(String, String)> {
    let problem = refused.to_problem();
    let found = |field: FieldProblem| (field.field, field.reason.to_string());
    problem.fields.into_iter().map(found).collect()
}

#[test]
fn a_paused_line_is_refused_beside_everything_else_that_is_missing() {
    let schedule = schedule(Some(0));
    let mut planner = planner(&schedule);
    stock(&mut planner, sku(1), StockMode::Running, 0);
    let tea = ProductId::from_uuid(Uuid::from_u128(9));
    let paused = pause(1, Target::Product(tea), Some("2026-09-02T06:00:00Z"));
    planner.pauses = Arc::new(Pauses::new(vec![paused]));
    let line = |product_id| Line {
        product_id,
        variant_id: VariantId::from_uuid(Uuid::from_u128(1)),
        option_ids: Vec::new(),
        category_ids: Vec::new(),
        quantity: 1,
        amount: 50,
        make_seconds: 45,
        station: String::new(),
        print_tag: String::new(),
    };
    let other = ProductId::from_uuid(Uuid::from_u128(8));
    let wanted = |wanted_at| HoldRequest {
        lines: vec![line(other), line(tea)],
        ..order(1, &[(sku(1), 1)], wanted_at)
    };
    let mut outcome = BatchOutcome::default();
    let refused = planner.decide(wanted(None), &mut outcome).unwrap_err();
    let found = fields(&refused);
    assert_eq!(found.len(), 3);
    assert!(found[0].0.starts_with("skus["));
    assert_eq!(found[1], ("lines[1]".to_owned(), "PAUSED".to_owned()));
    assert_eq!(found[2], ("wanted_at".to_owned(), "NO_SLOT".to_owned()));
    let params = &refused.to_problem().fields[1].params;
    assert_eq!(params["why"], "food_safety");
    assert_eq!(params["ends_at"], "2026-09-02T06:00:00Z");

    let later = planner.decide(wanted(Some("2026-09-02T06:00:00Z")), &mut outcome);
    assert!(later.unwrap_err().paused.is_empty(), "it is over by then");
}

#[test]
fn a_paused_branch_proposes_the_first_slot_after_it() {
    let schedule = schedule(None);
    let mut planner = planner(&schedule);
    let until = |n, ends_at| pause(n, Target::Branch, Some(ends_at));
    let both = vec![
        until(1, "2026-09-02T05:10:00Z"),
        until(2, "2026-09-02T05:40:00Z"),
    ];
    planner.pauses = Arc::new(Pauses::new(both));
    let mut outcome = BatchOutcome::default();
    let refused = planner
        .decide(order(1, &[], None), &mut outcome)
        .unwrap_err();
    assert_eq!(refused.to_problem().reason, "PAUSED");
    let field = &refused.to_problem().fields[0];
    assert_eq!(field.field, "branch_id");
    assert_eq!(field.params["ends_at"], "2026-09-02T05:40:00Z");
    assert_eq!(field.params["next_slot"], "2026-09-02T05:45:00Z");
    let next = order(2, &[], Some("2026-09-02T05:45:00Z"));
    assert!(planner.decide(next, &mut outcome).is_ok());
}
