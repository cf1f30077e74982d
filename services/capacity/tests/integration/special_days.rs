//! Special days of branches and brands, as staff saves them and the storefront sees them.

use crate::common::{Shop, reason, response, shown, timestamp};
use chassis::{
    authn::{Level, Scope},
    error::Problem,
    id::{BranchId, OrderId},
};
use futures::StreamExt as _;
use proto::capacity::v1::{
    DayPeriod, Decision, ListSpecialDaysRequest, OrderDecision, OrderDecisions, OrdersDecided,
    PreviewHoursRequest, RemoveSpecialDayRequest, SaveSpecialDayRequest, SaveSpecialDayResponse,
    SpecialDay, list_special_days_request::Owner, preview_hours_request::Change,
};
use testkit::identities;

/// A Saturday.
const DATE: &str = "2026-09-05";
const NOON: &str = "2026-09-05T04:00:00Z";
const NEXT_MORNING: &str = "2026-09-06T02:00:00Z";
const DECIDED: &str = "capacity.orders.decided.v1";

fn of_branch(shop: &Shop) -> SpecialDay {
    SpecialDay {
        branch_id: Some(shop.branch.to_string()),
        name: "颱風假".to_owned(),
        from_date: DATE.to_owned(),
        to_date: DATE.to_owned(),
        ..SpecialDay::default()
    }
}

fn of_brand(shop: &Shop) -> SpecialDay {
    SpecialDay {
        branch_id: None,
        brand_id: shop.brand.to_string(),
        name: "品牌公休".to_owned(),
        ..of_branch(shop)
    }
}

fn request(day: SpecialDay) -> SaveSpecialDayRequest {
    SaveSpecialDayRequest {
        idempotency_key: OrderId::new(&chassis::clock::SystemClock).to_string(),
        special_day: Some(day),
        ..SaveSpecialDayRequest::default()
    }
}

async fn save_as(
    shop: &Shop,
    request: SaveSpecialDayRequest,
) -> Result<SaveSpecialDayResponse, Problem> {
    response(shop.owner().hours.save_special_day(request).await)
}

async fn save(shop: &Shop, day: SpecialDay) -> Result<SpecialDay, Problem> {
    save_as(shop, request(day))
        .await
        .map(|answer| answer.special_day.unwrap())
}

async fn remove(shop: &Shop, day: &SpecialDay) -> Result<(), Problem> {
    let request = RemoveSpecialDayRequest {
        special_day_id: day.special_day_id.clone(),
        version: day.version,
        ..RemoveSpecialDayRequest::default()
    };
    response(shop.owner().hours.remove_special_day(request).await).map(drop)
}

async fn list(shop: &Shop, owner: Owner) -> Vec<SpecialDay> {
    let request = ListSpecialDaysRequest { owner: Some(owner) };
    let answer = shop.owner().hours.list_special_days(request).await.unwrap();
    answer.into_inner().special_days
}

async fn wanted(shop: &Shop, at: &str) -> String {
    match shop.hold(shop.order_at(&[], at)).await {
        Ok(_) => "fits".to_owned(),
        Err(problem) => problem.reason.to_string(),
    }
}

#[tokio::test]
async fn a_closed_day_closes_the_storefront_until_it_is_removed() {
    let shop = Shop::open().await;
    let saved = save(&shop, of_branch(&shop)).await.unwrap();
    assert_eq!(saved.version, 1);
    assert_eq!(wanted(&shop, NOON).await, "CLOSED");
    let offered = shop.availability().await;
    assert!(offered.slots.iter().all(|slot| slot.business_day != DATE));

    remove(&shop, &saved).await.unwrap();
    assert_eq!(wanted(&shop, NOON).await, "fits");
    assert_eq!(reason(remove(&shop, &saved).await), "NOT_FOUND");
}

#[tokio::test]
async fn a_special_night_takes_the_place_of_the_day_alone() {
    let shop = Shop::open().await;
    let mut day = of_branch(&shop);
    day.periods = vec![DayPeriod {
        open_minute: 1320,
        close_minute: 120,
    }];
    save(&shop, day).await.unwrap();
    for (at, verdict) in [
        (NOON, "CLOSED"),
        ("2026-09-05T14:00:00Z", "fits"),
        ("2026-09-05T17:45:00Z", "fits"),
        ("2026-09-05T18:00:00Z", "CLOSED"),
        ("2026-09-06T02:00:00Z", "fits"),
    ] {
        assert_eq!(wanted(&shop, at).await, verdict, "{at}");
    }
}

#[tokio::test]
async fn bad_special_days_are_refused_by_name() {
    let shop = Shop::open().await;
    save(&shop, of_branch(&shop)).await.unwrap();
    let with = |change: &dyn Fn(&mut SpecialDay)| {
        let mut day = of_branch(&shop);
        change(&mut day);
        day
    };
    for (day, expected) in [
        (with(&|_| {}), "HOURS_OVERLAP"),
        (with(&|day| day.name.clear()), "VALIDATION_FAILED"),
        (with(&|day| day.name = "長".repeat(61)), "TEXT_TOO_LONG"),
        (
            with(&|day| day.to_date = "2027-09-06".to_owned()),
            "SETTING_RANGE",
        ),
        (
            with(&|day| {
                day.from_date = "2026-08-01".to_owned();
                day.to_date = "2026-09-01".to_owned();
            }),
            "IN_THE_PAST",
        ),
        (
            with(&|day| {
                day.periods = vec![DayPeriod {
                    open_minute: 600,
                    close_minute: 600,
                }];
            }),
            "HOURS_INVALID",
        ),
        (
            with(&|day| {
                day.branch_id = Some(BranchId::new(&chassis::clock::SystemClock).to_string())
            }),
            "NOT_FOUND",
        ),
    ] {
        assert_eq!(reason(save(&shop, day).await), expected);
    }
}

#[tokio::test]
async fn a_repeat_answers_the_first_and_a_stale_change_is_refused() {
    let shop = Shop::open().await;
    let first = request(of_branch(&shop));
    let saved = save_as(&shop, first.clone()).await.unwrap();
    assert_eq!(save_as(&shop, first.clone()).await.unwrap(), saved);
    let mut other = first;
    other.special_day.as_mut().unwrap().name = "包場".to_owned();
    assert_eq!(reason(save_as(&shop, other).await), "IDEMPOTENCY_MISMATCH");

    let mut day = saved.special_day.unwrap();
    day.to_date = "2026-09-06".to_owned();
    let changed = save(&shop, day.clone()).await.unwrap();
    assert_eq!(changed.version, 2);
    assert_eq!(wanted(&shop, "2026-09-06T04:00:00Z").await, "CLOSED");
    assert_eq!(reason(save(&shop, day).await), "VERSION_CONFLICT");
}

#[tokio::test]
async fn a_branch_wins_over_its_brand_until_the_brand_locks() {
    let shop = Shop::open().await;
    let brand = save(&shop, of_brand(&shop)).await.unwrap();
    assert_eq!(wanted(&shop, NOON).await, "CLOSED");
    let mut own = of_branch(&shop);
    own.periods = vec![DayPeriod {
        open_minute: 600,
        close_minute: 1200,
    }];
    let own = save(&shop, own).await.unwrap();
    assert_eq!(wanted(&shop, NOON).await, "fits");

    let mut locking = brand;
    locking.locked = true;
    let seen = PreviewHoursRequest {
        branch_id: shop.branch.to_string(),
        change: Some(Change::SpecialDay(locking.clone())),
        ..PreviewHoursRequest::default()
    };
    let seen = shop
        .owner()
        .hours
        .preview_hours(seen)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        seen.overridden[0].special_day_id, own.special_day_id,
        "HQ is response beforehand whose days it overrules"
    );
    assert_eq!(seen.affected_total, 1, "and whose orders");
    let mut saving = request(locking);
    saving.decisions = keeping(&[]);
    save_as(&shop, saving).await.unwrap();
    assert_eq!(wanted(&shop, NOON).await, "CLOSED");

    let listed = list(&shop, Owner::BranchId(shop.branch.to_string())).await;
    let response: Vec<_> = listed
        .iter()
        .map(|day| (day.branch_id.is_none(), day.locked, day.overridden))
        .collect();
    assert!(response.contains(&(true, true, false)) && response.contains(&(false, false, true)));
    assert_eq!(
        list(&shop, Owner::BrandId(shop.brand.to_string()))
            .await
            .len(),
        1
    );
    let mut again = own.clone();
    again.name = "照常營業".to_owned();
    assert_eq!(reason(save(&shop, again).await), "FIELD_LOCKED");
    remove(&shop, &own).await.unwrap();
}

#[tokio::test]
async fn booked_orders_on_the_day_need_a_decision() {
    let shop = Shop::open().await;
    let order = shop.hold(shop.order_at(&[], NOON)).await.unwrap().order_id;
    for day in [of_branch(&shop), of_brand(&shop)] {
        assert_eq!(reason(save(&shop, day).await), "ORDERS_AFFECTED");
    }
    assert!(
        list(&shop, Owner::BranchId(shop.branch.to_string()))
            .await
            .is_empty()
    );
    let seen = PreviewHoursRequest {
        change: Some(Change::SpecialDay(of_brand(&shop))),
        ..PreviewHoursRequest::default()
    };
    let seen = shop
        .owner()
        .hours
        .preview_hours(seen)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        seen.affected_total, 1,
        "a brand's day is previewed without a branch too"
    );
    let mut deciding = request(of_brand(&shop));
    deciding.decisions = decided(&[(&order, Decision::Cancel)]);
    let mut published = shop.listen(&[DECIDED]).await;
    let saved = save_as(&shop, deciding.clone()).await.unwrap();
    let event: OrdersDecided = published.next().await.unwrap().decode().unwrap();
    assert_eq!(event.batch_id, saved.started.as_ref().unwrap().batch_id);
    assert_eq!(event.orders[0].order_id, order);
    assert_eq!(shown(&event.orders[0].promised_at), NOON);

    let again = save_as(&shop, deciding).await.unwrap();
    assert_eq!(again.started, saved.started, "a repeat starts nothing anew");
}

/// Decisions about orders; a slot for those that are rescheduled.
fn decided(orders: &[(&str, Decision)]) -> Option<OrderDecisions> {
    let orders = orders.iter().map(|(order_id, decision)| OrderDecision {
        order_id: (*order_id).to_owned(),
        decision: (*decision).into(),
        wanted_at: (*decision == Decision::Reschedule).then(|| timestamp(NEXT_MORNING)),
    });
    Some(OrderDecisions {
        orders: orders.collect(),
        keep_others: false,
        reschedule_reason: "颱風假".to_owned(),
    })
}

/// As [`decided`]; whatever has no decision stays.
fn keeping(orders: &[(&str, Decision)]) -> Option<OrderDecisions> {
    decided(orders).map(|decisions| OrderDecisions {
        keep_others: true,
        ..decisions
    })
}

#[tokio::test]
async fn what_is_decided_leaves_with_the_day_that_is_saved_or_not_at_all() {
    let shop = Shop::open().await;
    let mut orders = Vec::new();
    for _ in 0..4 {
        orders.push(shop.hold(shop.order_at(&[], NOON)).await.unwrap().order_id);
    }
    let all = [
        (&*orders[0], Decision::Keep),
        (&*orders[1], Decision::Cancel),
        (&*orders[2], Decision::Reschedule),
        (&*orders[3], Decision::RescheduleNext),
    ];
    let mut published = shop.listen(&[DECIDED]).await;
    let mut deciding = request(of_branch(&shop));

    // The transaction that cannot publish saves nothing either.
    let mut superuser = shop.db.superuser().await;
    sqlx::query(
        "ALTER TABLE outbox ADD CONSTRAINT none CHECK (type <> 'capacity.orders.decided.v1')",
    )
    .execute(&mut superuser)
    .await
    .unwrap();
    deciding.decisions = decided(&all);
    assert_eq!(reason(save_as(&shop, deciding.clone()).await), "INTERNAL");
    let days = list(&shop, Owner::BranchId(shop.branch.to_string())).await;
    assert!(days.is_empty(), "{days:?}");
    sqlx::query("ALTER TABLE outbox DROP CONSTRAINT none")
        .execute(&mut superuser)
        .await
        .unwrap();

    let mut owner = identities::owner(shop.org);
    owner.actions.insert("order.cancel_late".to_owned());
    let saved = shop.client(&owner).hours.save_special_day(deciding).await;
    let started = response(saved).unwrap().started.unwrap();
    assert_eq!(started.orders, 3, "an order that stays needs nothing");
    let event: OrdersDecided = published.next().await.unwrap().decode().unwrap();
    assert_eq!(
        (event.batch_id, event.brand_id, &*event.reschedule_reason),
        (started.batch_id, shop.brand.to_string(), "颱風假")
    );
    assert!(event.may_cancel_late, "as this owner may");
    let mut decided: Vec<_> = event
        .orders
        .iter()
        .map(|one| {
            let to = one.wanted_at.as_ref().map(|_| shown(&one.wanted_at));
            (&*one.order_id, one.decision(), to)
        })
        .collect();
    decided.sort();
    let next_morning = Some(NEXT_MORNING.to_owned());
    let mut expected = [
        (&*orders[1], Decision::Cancel, None),
        (&*orders[2], Decision::Reschedule, next_morning),
        (&*orders[3], Decision::RescheduleNext, None),
    ];
    expected.sort();
    assert_eq!(decided, expected);

    // Until ordering has acted they lie outside; what is kept is not asked about again.
    let day = list(&shop, Owner::BranchId(shop.branch.to_string()))
        .await
        .remove(0);
    let again = save(
        &shop,
        SpecialDay {
            name: "颱風".to_owned(),
            ..day
        },
    )
    .await;
    assert_eq!(again.unwrap_err().params["count"], "3");
}

#[tokio::test]
async fn cancelling_and_moving_orders_takes_the_permission_for_orders() {
    let shop = Shop::open().await;
    let order = shop.hold(shop.order_at(&[], NOON)).await.unwrap().order_id;
    let permissions = [("store.hours", Level::Manage), ("ops.orders", Level::View)];
    let planner = identities::staff(shop.org, &permissions, Scope::whole_organisation());
    for decision in [
        Decision::Cancel,
        Decision::Reschedule,
        Decision::RescheduleNext,
    ] {
        let mut deciding = request(of_branch(&shop));
        deciding.decisions = decided(&[(&*order, decision)]);
        let saved = shop.client(&planner).hours.save_special_day(deciding).await;
        let refused = response(saved).unwrap_err();
        assert_eq!(refused.reason, "PERMISSION_DENIED");
        assert_eq!(refused.fields[0].field, "decisions.orders");
    }
    let mut deciding = request(of_branch(&shop));
    deciding.decisions = decided(&[(&*order, Decision::Keep)]);
    let saved = shop.client(&planner).hours.save_special_day(deciding).await;
    assert_eq!(response(saved).unwrap().started, None);
}

#[tokio::test]
async fn a_brands_day_settles_the_orders_of_all_its_branches() {
    let mut shop = Shop::open().await;
    let first = shop.branch;
    let second = shop.branch_of(shop.brand).await;
    let kept = shop.hold(shop.order_at(&[], NOON)).await.unwrap().order_id;
    shop.switch_to(second);
    let cancelled = shop.hold(shop.order_at(&[], NOON)).await.unwrap().order_id;
    let undecided = save(&shop, of_brand(&shop)).await.unwrap_err();
    assert_eq!(undecided.params["count"], "2");

    let mut deciding = request(of_brand(&shop));
    let of_both = [(&*kept, Decision::Keep), (&*cancelled, Decision::Cancel)];
    deciding.decisions = decided(&of_both);
    let mut published = shop.listen(&[DECIDED]).await;
    save_as(&shop, deciding).await.unwrap();
    let event: OrdersDecided = published.next().await.unwrap().decode().unwrap();
    let response = [&event.orders[0].order_id, &event.orders[0].branch_id];
    assert_eq!(response, [&cancelled, &second.to_string()]);
    for branch in [first, second] {
        shop.switch_to(branch);
        assert_eq!(wanted(&shop, NOON).await, "CLOSED");
    }
}

#[tokio::test]
async fn nobody_decides_about_orders_of_branches_that_a_change_does_not_concern() {
    let mut shop = Shop::open().await;
    let first = shop.branch;
    let second = shop.branch_of(shop.brand).await;
    let own = shop.hold(shop.order_at(&[], NOON)).await.unwrap().order_id;
    shop.switch_to(second);
    let other = shop.hold(shop.order_at(&[], NOON)).await.unwrap().order_id;
    shop.switch_to(first);
    let scope = Scope {
        organisation: false,
        brands: Default::default(),
        branches: [first].into(),
    };
    let permissions = [
        ("store.hours", Level::Manage),
        ("ops.orders", Level::Manage),
    ];
    let manager = identities::staff(shop.org, &permissions, scope);
    let owner = identities::owner(shop.org);
    for (caller, expected) in [(&manager, "OUT_OF_SCOPE"), (&owner, "VALIDATION_FAILED")] {
        for decision in [Decision::Keep, Decision::Cancel] {
            let mut deciding = request(of_branch(&shop));
            deciding.decisions = decided(&[(&*own, Decision::Keep), (&*other, decision)]);
            let saved = shop.client(caller).hours.save_special_day(deciding).await;
            let refused = response(saved).unwrap_err();
            assert_eq!(refused.reason, expected);
            let fields: Vec<_> = refused.fields.iter().map(|field| &*field.field).collect();
            assert_eq!(fields, [format!("decisions.orders[order_id={other}]")]);
        }
    }
    assert_eq!(wanted(&shop, NOON).await, "fits", "nothing was saved");

    let mut deciding = request(of_branch(&shop));
    let gone = OrderId::new(&chassis::clock::SystemClock).to_string();
    deciding.decisions = keeping(&[(&*own, Decision::Keep), (&*gone, Decision::Cancel)]);
    let saved = shop.client(&manager).hours.save_special_day(deciding).await;
    let saved = response(saved).expect("an order that is gone is in nobody's way");
    assert_eq!(saved.started, None);
}

#[tokio::test]
async fn two_branches_of_a_brand_have_their_own_days() {
    let mut shop = Shop::open().await;
    let second = shop.branch_of(shop.brand).await;
    save(&shop, of_branch(&shop)).await.unwrap();
    let first = std::mem::replace(&mut shop.branch, second);
    assert_eq!(wanted(&shop, NOON).await, "fits");
    let mut own = request(of_branch(&shop));
    own.decisions = keeping(&[]);
    save_as(&shop, own).await.unwrap();
    assert_eq!(wanted(&shop, NOON).await, "CLOSED");
    let own = list(&shop, Owner::BranchId(second.to_string())).await;
    assert!(own.iter().all(|day| day.branch_id() != first.to_string()));
}

#[tokio::test]
async fn only_the_scope_of_a_brand_changes_its_days() {
    let shop = Shop::open().await;
    let scope = Scope {
        organisation: false,
        brands: Default::default(),
        branches: [shop.branch].into(),
    };
    let permissions = [("store.hours", Level::Manage)];
    let manager = identities::staff(shop.org, &permissions, scope);
    let mut client = shop.client(&manager).hours;
    let outcome = client.save_special_day(request(of_brand(&shop))).await;
    assert_eq!(reason(response(outcome)), "OUT_OF_SCOPE");
    let outcome = client.save_special_day(request(of_branch(&shop))).await;
    assert!(outcome.is_ok());
}
