//! Guards of transitions, undo, and that progress is always the fold of the entries.

use chassis::clock::SystemClock;
use chassis::error::ToProblem as _;
use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::domain::{
    online_payment::{ChosenMethod, PaymentReport},
    order_history::{BrokenHistory, fold},
    order_payment::AtTime,
    order_terms::PaymentState,
    pricing::{FeeSettings, price},
    samples::*,
};
use OrderState::*;

const ALL_RIGHTS: Rights = Rights {
    manage: true,
    cancel_late: true,
    reopen: true,
};

/// Rights to manage orders without any sensitive action.
const COUNTER: Rights = Rights {
    manage: true,
    cancel_late: false,
    reopen: false,
};

/// Rights to make and hand over alone.
const KITCHEN: Rights = Rights {
    manage: false,
    cancel_late: false,
    reopen: false,
};

fn noon() -> DateTime<Utc> {
    "2026-11-22T04:00:00Z".parse().unwrap()
}

fn staff(n: u128) -> EventActor {
    EventActor::Staff {
        account: id!(AccountId, n),
        name: "阿明".into(),
    }
}

fn to(state: OrderState) -> TransitionRequest {
    TransitionRequest {
        to: state,
        cancel_reason: Some(CancelReason::TooBusy),
        reason: String::new(),
        cash_received: true,
        override_payment: false,
    }
}

fn order() -> (Order, Vec<OrderEvent>) {
    let menu = menu();
    let cart = cart(vec![line(102, 202, 2, &[(301, 1)])]);
    let events = vec![placed_event(EventActor::Customer { device: None }, noon())];
    let sold = price(&menu, &cart, &FeeSettings::default(), NOON).unwrap();
    let order = Order {
        id: id!(OrderId, 1),
        brand: menu.brand,
        branch: menu.branch,
        order_number: OrderNumber::stored("2345A".into()),
        pickup_number: Some(PickupNumber(1)),
        terms: OrderTerms::guest(false),
        method: sold.method,
        wanted_at: sold.wanted_at,
        promised_at: noon(),
        business_day: "2026-11-22".parse().unwrap(),
        day_rule: DAY_RULE,
        revision: 1,
        menu_version: sold.menu_version,
        menu_number: sold.menu_number,
        quote_hash: sold.hash.clone(),
        lines: first_lines(&sold, &SystemClock),
        list_total: sold.list_total,
        fees: sold.fees.clone(),
        total: sold.total,
        contact: Contact {
            name: "王".into(),
            phone: "+886911123456".into(),
        },
        remark: String::new(),
        utensils: false,
        created_at: noon(),
        rescheduled: None,
        benefits: None,
        priced_with: None,
        online: None,
        progress: fold(&events).unwrap(),
    };
    (order, events)
}

/// An order that staff brought to `state`.
fn order_at(state: OrderState) -> Order {
    let mut order = order().0;
    order
        .advance(&to(state), &staff(1), ALL_RIGHTS, noon())
        .unwrap();
    order
}

/// An order of 50 that waits for a deposit of 20.
fn waiting() -> Order {
    let mut order = order().0;
    let events = [first_event(PendingPayment, EventActor::System, noon())];
    let chosen = ChosenMethod {
        id: id!(PaymentMethodId, 7),
        name: "信用卡".into(),
        pay_now: 20,
    };
    order.progress = fold(&events).unwrap();
    order.pickup_number = None;
    order.online = Some(OnlinePayment::new(&chosen, noon() + TimeDelta::minutes(15)));
    order
}

fn report(version: i64, state: PaymentState, captured: i64) -> PaymentReport {
    PaymentReport {
        version,
        state,
        required: 20,
        captured,
        refunded: 0,
        refunding: 0,
        attempt: 1,
    }
}

#[test]
fn an_order_at_its_time_waits_for_an_attempt_once() {
    let mut order = waiting();
    let at = |minutes| noon() + TimeDelta::minutes(minutes);
    assert_eq!(order.at_time(true, at(14)), AtTime::Waits(at(15)));
    let mut alone = order.clone();
    assert_eq!(alone.at_time(false, at(15)), AtTime::Expired);
    assert_eq!(order.at_time(true, at(15)), AtTime::Extended(at(20)));
    assert_eq!(order.at_time(true, at(19)), AtTime::Waits(at(20)));
    assert_eq!(order.at_time(true, at(20)), AtTime::Expired);
    let entry = order.expire(at(20)).unwrap();
    assert_eq!((entry.from, entry.to), (Some(PendingPayment), Expired));
    assert!(order.expire(at(21)).is_err());
}

#[test]
fn a_deposit_places_the_order_and_the_rest_is_due_on_site() {
    let mut order = waiting();
    let little = report(2, PaymentState::Unpaid, 19);
    assert!(order.apply_payment(&little) && !order.is_placed_by(&little));
    let enough = report(3, PaymentState::Paid, 20);
    assert!(order.apply_payment(&enough) && order.is_placed_by(&enough));
    assert!(!order.apply_payment(&little), "an older report");
    let entry = order.place_paid(PickupNumber(7), noon()).unwrap();
    assert_eq!((entry.version, entry.received), (2, 0));
    assert_eq!(order.pickup_text(), "007");
    assert_eq!(order.progress.payment_state, PaymentState::Unpaid);
    assert_eq!((order.progress.paid, order.due_on_site()), (20, 30));

    let events = order.advance(&to(Completed), &staff(1), ALL_RIGHTS, noon());
    assert_eq!(events.unwrap().last().unwrap().received, 30);
    assert_eq!((order.progress.paid, order.due_on_site()), (50, 0));
    assert_eq!(order.progress.payment_state, PaymentState::Paid);
    assert!(!order.is_placed_by(&enough), "it is placed once");
}

#[test]
fn a_skipped_step_writes_both_entries() {
    let (mut order, _) = order();
    let events = order
        .advance(&to(Preparing), &staff(1), ALL_RIGHTS, noon())
        .unwrap();
    let steps: Vec<_> = events.iter().map(|e| (e.version, e.from, e.to)).collect();
    assert_eq!(
        steps,
        [(2, Some(Placed), Accepted), (3, Some(Accepted), Preparing)]
    );
    assert_eq!(order.progress.accepted_at, Some(noon()));
    assert_eq!(order.progress.version, 3);
}

#[test]
fn money_counts_from_the_step_that_received_it() {
    let (mut order, _) = order();
    let before = order.progress.clone();
    let events = order
        .advance(&to(Completed), &staff(1), ALL_RIGHTS, noon())
        .unwrap();
    let passed = before.through(&events, &order.progress).unwrap();
    let paid: Vec<_> = passed.iter().map(|at| (at.state, at.paid)).collect();
    assert_eq!(paid, [(Accepted, 0), (Preparing, 0), (Completed, 50)]);
    assert_eq!(passed.last(), Some(&order.progress));
}

#[test]
fn completing_unpaid_needs_the_cash_or_an_override_with_reason() {
    let request = TransitionRequest {
        cash_received: false,
        ..to(Completed)
    };
    let tried = |request: &TransitionRequest| {
        order_at(Ready).advance(request, &staff(1), ALL_RIGHTS, noon())
    };
    assert_eq!(tried(&request), Err(Error::PaymentDue { due: 50 }));
    let overriding = TransitionRequest {
        override_payment: true,
        ..request
    };
    assert_eq!(
        tried(&overriding),
        Err(Error::ReasonRequired { field: "reason" })
    );
    let reasoned = TransitionRequest {
        reason: "老闆請客".into(),
        ..overriding
    };
    assert_eq!(tried(&reasoned).unwrap()[0].received, 0);
    assert_eq!(tried(&to(Completed)).unwrap()[0].received, 50);
}

#[test]
fn cancelling_needs_a_reason_and_late_the_action() {
    let no_reason = TransitionRequest {
        cancel_reason: None,
        ..to(Cancelled)
    };
    let refused = order().0.advance(&no_reason, &staff(1), ALL_RIGHTS, noon());
    assert_eq!(
        refused,
        Err(Error::ReasonRequired {
            field: "cancel_reason"
        })
    );
    let other = TransitionRequest {
        cancel_reason: Some(CancelReason::Other),
        ..to(Cancelled)
    };
    let refused = order().0.advance(&other, &staff(1), ALL_RIGHTS, noon());
    assert_eq!(refused, Err(Error::ReasonRequired { field: "reason" }));

    let early = order()
        .0
        .advance(&to(Cancelled), &staff(1), COUNTER, noon());
    assert!(early.is_ok());
    let mut accepted = order_at(Accepted);
    let late = accepted.advance(&to(Cancelled), &staff(1), COUNTER, noon());
    assert_eq!(
        late,
        Err(Error::ActionDenied {
            action: "order.cancel_late"
        })
    );
    assert!(
        accepted
            .advance(&to(Cancelled), &staff(1), ALL_RIGHTS, noon())
            .is_ok()
    );
    assert_eq!(accepted.progress.cancel_reason, Some(CancelReason::TooBusy));
}

#[test]
fn reopening_needs_action_reason_and_the_same_business_day() {
    let request = TransitionRequest {
        reason: "少一杯".into(),
        ..to(Preparing)
    };
    let tried = |request: &TransitionRequest, rights, hours| {
        let later = noon() + TimeDelta::hours(hours);
        order_at(Completed).advance(request, &staff(1), rights, later)
    };
    assert_eq!(
        tried(&request, COUNTER, 1),
        Err(Error::ActionDenied {
            action: "order.reopen"
        })
    );
    assert_eq!(
        tried(&to(Preparing), ALL_RIGHTS, 1),
        Err(Error::ReasonRequired { field: "reason" })
    );
    assert!(tried(&request, ALL_RIGHTS, 15).is_ok());
    assert!(matches!(
        tried(&request, ALL_RIGHTS, 16),
        Err(Error::Illegal(_))
    ));
}

#[test]
fn a_press_is_taken_back_whole_by_its_maker_within_ten_seconds() {
    let tried = |account, seconds| {
        let (mut order, mut events) = order();
        events.extend(
            order
                .advance(&to(Preparing), &staff(1), ALL_RIGHTS, noon())
                .unwrap(),
        );
        let now = noon() + TimeDelta::seconds(seconds);
        let event = order.undo(&events, id!(AccountId, account), "阿明", now)?;
        events.push(event);
        assert_eq!(fold(&events).unwrap(), order.progress);
        Ok(order.progress)
    };
    let back = tried(1, 9).unwrap();
    assert_eq!(
        (back.state, back.version, back.accepted_at),
        (Placed, 4, None)
    );
    assert_eq!(tried(2, 9), Err(Error::NothingToUndo { state: Preparing }));
    assert_eq!(tried(1, 10), Err(Error::NothingToUndo { state: Preparing }));
}

#[test]
fn an_undo_and_a_cancellation_are_not_taken_back() {
    let (mut order, mut events) = order();
    events.extend(
        order
            .advance(&to(Accepted), &staff(1), ALL_RIGHTS, noon())
            .unwrap(),
    );
    events.push(
        order
            .undo(&events, id!(AccountId, 1), "阿明", noon())
            .unwrap(),
    );
    assert!(
        order
            .undo(&events, id!(AccountId, 1), "阿明", noon())
            .is_err()
    );
    events.extend(
        order
            .advance(&to(Cancelled), &staff(1), ALL_RIGHTS, noon())
            .unwrap(),
    );
    assert!(
        order
            .undo(&events, id!(AccountId, 1), "阿明", noon())
            .is_err()
    );
}

fn in_an_hour() -> NewSlot {
    let at = noon() + TimeDelta::hours(1);
    NewSlot {
        wanted_at: at,
        promised_at: at,
        business_day: "2026-11-23".parse().unwrap(),
    }
}

#[test]
fn an_order_is_rescheduled_until_it_is_made() {
    for state in [Placed, Accepted] {
        let mut order = if state == Placed {
            order().0
        } else {
            order_at(state)
        };
        let event = order
            .reschedule(in_an_hour(), "冰櫃故障", &staff(1), noon())
            .unwrap();
        let kind = EventKind::Rescheduled {
            from: noon(),
            to: in_an_hour().promised_at,
        };
        assert_eq!(
            (event.kind, event.from, event.to),
            (kind, Some(state), state)
        );
        assert_eq!(order.wanted_at, Some(in_an_hour().wanted_at));
        assert_eq!(
            order.pickup_number,
            Some(PickupNumber(1)),
            "the customer knows it"
        );
        assert_eq!(order.rescheduled.unwrap().from, noon());
        assert_eq!(order.progress.undo, None);
    }
    for state in [Preparing, Ready, Completed, Cancelled, Rejected] {
        let mut order = order_at(state);
        let before = order.clone();
        let refused = order.reschedule(in_an_hour(), "冰櫃故障", &staff(1), noon());
        assert_eq!(refused, Err(Error::NotReschedulable { state }));
        assert_eq!(
            (order.promised_at, order.rescheduled),
            (before.promised_at, None)
        );
    }
}

#[test]
fn the_kitchen_makes_and_hands_over_what_was_accepted_and_nothing_else() {
    let tried = |from: Option<OrderState>, request: &TransitionRequest| {
        let mut order = from.map_or_else(|| order().0, order_at);
        order
            .advance(request, &staff(2), KITCHEN, noon())
            .map(|_| ())
    };
    for state in [Accepted, Preparing, Ready, Cancelled, Rejected] {
        let refused = tried(None, &to(state));
        assert_eq!(refused, Err(Error::LevelDenied), "placed → {state:?}");
    }
    for (from, state) in [
        (Accepted, Cancelled),
        (Ready, NoShow),
        (Completed, Preparing),
    ] {
        let refused = tried(Some(from), &to(state));
        assert_eq!(refused, Err(Error::LevelDenied), "{from:?} → {state:?}");
    }
    for (from, state) in [
        (Accepted, Preparing),
        (Accepted, Ready),
        (Preparing, Ready),
        (Ready, Completed),
    ] {
        assert_eq!(
            tried(Some(from), &to(state)),
            Ok(()),
            "{from:?} → {state:?}"
        );
    }
    let unpaid = TransitionRequest {
        cash_received: false,
        override_payment: true,
        reason: "招待".into(),
        ..to(Completed)
    };
    assert_eq!(tried(Some(Ready), &unpaid), Err(Error::LevelDenied));
    assert_eq!(order().0.next_states(KITCHEN, noon()), []);
    assert_eq!(order_at(Ready).next_states(KITCHEN, noon()), [Completed]);
}

#[test]
fn next_states_leave_out_what_the_caller_may_not() {
    let accepted = order_at(Accepted);
    assert_eq!(accepted.next_states(COUNTER, noon()), [Preparing]);
    assert_eq!(
        accepted.next_states(ALL_RIGHTS, noon()),
        [Preparing, Cancelled]
    );
    let completed = order_at(Completed);
    assert_eq!(completed.next_states(COUNTER, noon()), []);
    assert_eq!(completed.next_states(ALL_RIGHTS, noon()), [Preparing]);
}

/// Accepts an order and takes it back, again and again, until something refuses.
fn accept_and_undo(order: &mut Order, events: &mut Vec<OrderEvent>) -> Error {
    loop {
        let accepted = order.advance(&to(Accepted), &staff(1), ALL_RIGHTS, noon());
        match accepted {
            Ok(accepted) => events.extend(accepted),
            Err(refused) => return refused,
        }
        match order.undo(events, id!(AccountId, 1), "阿明", noon()) {
            Ok(undone) => events.push(undone),
            Err(refused) => return refused,
        }
    }
}

/// A fold that folded again at each undo would not come to an end here.
#[test]
fn a_history_of_undone_presses_is_bounded_and_its_order_can_still_be_ended() {
    let (mut order, mut events) = order();
    let refused = accept_and_undo(&mut order, &mut events);
    assert_eq!(refused, Error::HistoryFull { max: MAX_ENTRIES });
    assert_eq!(refused.to_problem().reason, "ORDER_LOCKED");
    assert_eq!(order.progress.version, MAX_ENTRIES);
    assert_eq!(fold(&events).unwrap(), order.progress);
    let refused = order.reschedule(in_an_hour(), "r", &staff(1), noon());
    assert_eq!(refused, Err(Error::HistoryFull { max: MAX_ENTRIES }));
    assert!(
        order.require_reschedulable().is_err(),
        "said before capacity is asked"
    );

    let mut completed = order.clone();
    let done = completed.advance(&to(Completed), &staff(1), ALL_RIGHTS, noon());
    events.extend(done.unwrap());
    assert_eq!(fold(&events).unwrap(), completed.progress);
    let reopened = TransitionRequest {
        reason: "少一杯".into(),
        ..to(Preparing)
    };
    let refused = completed.advance(&reopened, &staff(1), ALL_RIGHTS, noon());
    assert_eq!(refused, Err(Error::HistoryFull { max: MAX_ENTRIES }));

    let lost = order.advance(&to(Cancelled), &EventActor::System, ALL_RIGHTS, noon());
    assert!(lost.is_ok());
}

#[test]
fn an_order_is_closed_on_the_business_day_of_its_end() {
    let mut order = order_at(Ready);
    assert_eq!(order.closed_day(), None);
    // 04:30 of the next morning, half an hour after the cut-off.
    let later = noon() + TimeDelta::minutes(16 * 60 + 30);
    order
        .advance(&to(Completed), &staff(1), ALL_RIGHTS, later)
        .unwrap();
    assert_eq!(order.closed_day(), "2026-11-23".parse().ok());
}

#[test]
fn a_history_with_a_gap_is_refused() {
    let (mut order, mut events) = order();
    events.extend(
        order
            .advance(&to(Preparing), &staff(1), ALL_RIGHTS, noon())
            .unwrap(),
    );
    events.remove(1);
    assert_eq!(fold(&events), Err(BrokenHistory { version: 3 }));
}

proptest! {
    #[test]
    fn progress_is_the_fold_of_the_entries(
        steps in prop::collection::vec((0..OrderState::ALL.len() + 5, 0..8_i64), 0..14)
    ) {
        let (mut order, mut events) = order();
        let mut now = noon();
        for (step, seconds) in steps {
            now += TimeDelta::seconds(seconds);
            match OrderState::ALL.get(step) {
                Some(state) => {
                    let request = TransitionRequest { reason: "r".into(), ..to(*state) };
                    events.extend(order.advance(&request, &staff(1), ALL_RIGHTS, now).unwrap_or_default());
                }
                None if step < OrderState::ALL.len() + 2 => {
                    events.extend(order.reschedule(in_an_hour(), "r", &staff(1), now).ok());
                }
                None => events.extend(order.undo(&events, id!(AccountId, 1), "阿明", now).ok()),
            }
            prop_assert_eq!(&fold(&events).unwrap(), &order.progress);
        }
    }
}
