//! What refunds give back: each unit once, at its own net, and never more than was paid.

use chassis::clock::{ManualClock, SystemClock};
use proptest::prelude::*;

use super::*;
use crate::domain::{
    cart::CartLine,
    order::first_lines,
    order_history::EventActor,
    pricing::{FeeSettings, price as quote},
    samples::*,
};

/// Lines with these nets of their units.
fn lines(nets: &[&[i64]]) -> Vec<OrderLine> {
    let cart = cart(vec![line(102, 202, 1, &[(301, 1)])]);
    let quote = quote(&menu(), &cart, &FeeSettings::default(), NOON).unwrap();
    let [line] = <[OrderLine; 1]>::try_from(first_lines(&quote, &SystemClock)).unwrap();
    let with_nets = |(n, nets): (u128, &&[i64])| {
        let mut line = line.clone();
        line.id = id!(OrderLineId, n);
        line.item.quantity = i32::try_from(nets.len()).unwrap();
        line.item.net = twd(nets.iter().sum());
        line.item.unit_nets = nets.iter().map(|net| twd(*net)).collect();
        line
    };
    (1..).zip(nets).map(with_nets).collect()
}

fn refund(priced: &PricedRefund, kind: RefundKind) -> Refund {
    let parts = [
        (StepKind::Money, priced.from.online),
        (StepKind::Cash, priced.from.on_site),
    ];
    let steps = parts.into_iter().filter(|(_, amount)| *amount > 0);
    Refund {
        id: RefundId::new(&ManualClock::at(NOON)),
        order: id!(OrderId, 1),
        brand: id!(BrandId, 2),
        branch: id!(BranchId, 3),
        kind,
        units: priced.units.clone(),
        amount: priced.amount,
        points: priced.points,
        currency: Currency::TWD,
        reason: "少一杯".into(),
        requested_by: id!(AccountId, 4),
        requested_by_name: "阿明".into(),
        paid_out_by: String::new(),
        requested_at: NOON,
        business_day: DAY_RULE.day_of(NOON),
        test: false,
        settled_at: None,
        steps: steps
            .map(|(kind, amount)| RefundStep::new(kind, amount, NOON))
            .collect(),
    }
}

fn online(left: i64) -> OnlineMoney {
    OnlineMoney {
        left,
        known: BTreeSet::new(),
    }
}

fn units(line: u128, quantity: usize) -> Selection {
    Selection::Units(vec![(id!(OrderLineId, line), quantity)])
}

/// The worked example: three red teas at 28, 27 and 27.
#[test]
fn units_go_back_last_first_each_at_its_own_net() {
    let lines = lines(&[&[28, 27, 27]]);
    let mut refunds = Vec::new();
    let mut amounts = Vec::new();
    for _ in 0..3 {
        let left = Left::of(&online(82), 0, &refunds);
        let priced = price(&lines, &refunds, left, &units(1, 1)).unwrap();
        amounts.push(priced.amount);
        refunds.push(refund(&priced, RefundKind::Units));
    }
    assert_eq!(amounts, [27, 27, 28]);
    let none_left = price(&lines, &refunds, Left::default(), &units(1, 1));
    assert_eq!(none_left, Err(Error::TooManyUnits { index: 0, max: 0 }));
    let at_once = price(&lines, &[], Left::of(&online(82), 0, &[]), &units(1, 3));
    assert_eq!(at_once.unwrap().amount, 82);
}

#[test]
fn the_whole_is_what_is_left_and_a_free_amount_at_most_that() {
    let lines = lines(&[&[28, 27, 27], &[34]]);
    let left = Left::of(&online(116), 0, &[]);
    let first = price(&lines, &[], left, &units(1, 1)).unwrap();
    let refunds = [refund(&first, RefundKind::Units)];
    let left = Left::of(&online(116), 0, &refunds);
    let whole = price(&lines, &refunds, left, &Selection::Whole).unwrap();
    assert_eq!(whole.amount, 89);
    let amount = |amount| price(&lines, &refunds, left, &Selection::Amount(amount));
    assert_eq!(amount(89).unwrap().amount, 89);
    assert_eq!(amount(90), Err(Error::ExceedsPaid { max: 89 }));
    assert_eq!(amount(0), Err(Error::Nothing));
    assert_eq!(
        price(&lines, &[], Left::default(), &Selection::Whole),
        Err(Error::ExceedsPaid { max: 0 })
    );
}

#[test]
fn a_unit_whose_refund_failed_is_left_again_and_no_other() {
    let lines = lines(&[&[30, 20, 10]]);
    let take = |refunds: &[Refund]| {
        let left = Left::of(&online(60), 0, refunds);
        price(&lines, refunds, left, &units(1, 1)).unwrap()
    };
    let mut refunds = vec![refund(&take(&[]), RefundKind::Units)];
    let second = take(&refunds);
    refunds.push(refund(&second, RefundKind::Units));
    assert_eq!(second.amount, 20);
    refunds[0].steps[0].state = StepState::Failed;
    let again = take(&refunds);
    assert_eq!(
        (again.amount, again.units[0].units.as_slice()),
        (10, [2].as_slice())
    );
    refunds.push(refund(&again, RefundKind::Units));
    assert_eq!(take(&refunds).amount, 30);
}

#[test]
fn a_provider_gives_back_first_what_it_took_and_the_rest_is_paid_out_on_site() {
    let lines = lines(&[&[100, 65]]);
    // A deposit of 50 was paid online, the rest on site.
    let left = Left::of(&online(50), 115, &[]);
    let priced = price(&lines, &[], left, &Selection::Amount(65)).unwrap();
    let from = Left {
        online: 50,
        on_site: 15,
        ..Left::default()
    };
    assert_eq!(priced.from, from);
    let refunds = [refund(&priced, RefundKind::Amount)];
    let left = Left::of(&online(50), 115, &refunds);
    assert_eq!((left.online, left.on_site), (0, 100));
}

#[test]
fn a_refund_counts_once_before_and_after_payments_knows_it() {
    let lines = lines(&[&[165]]);
    let first = price(
        &lines,
        &[],
        Left::of(&online(165), 0, &[]),
        &Selection::Amount(100),
    );
    let mut refunds = [refund(&first.unwrap(), RefundKind::Amount)];
    assert_eq!(Left::of(&online(165), 0, &refunds).total(), 65);
    let known = OnlineMoney {
        left: 65,
        known: [refunds[0].id.to_string()].into(),
    };
    assert_eq!(Left::of(&known, 0, &refunds).total(), 65);
    refunds[0].steps[0].state = StepState::Failed;
    assert_eq!(Left::of(&online(165), 0, &refunds).total(), 165);
}

#[test]
fn a_selection_names_lines_that_are_there() {
    let mut lines = lines(&[&[28, 27], &[34]]);
    lines[1].revision_out = Some(2);
    let left = Left::of(&online(89), 0, &[]);
    let chosen = |n, quantity| price(&lines, &[], left, &units(n, quantity));
    assert_eq!(chosen(9, 1), Err(Error::UnknownLine { index: 0 }));
    assert_eq!(chosen(2, 1), Err(Error::UnknownLine { index: 0 }));
    assert_eq!(chosen(1, 3), Err(Error::TooManyUnits { index: 0, max: 2 }));
    let free = self::lines(&[&[0]]);
    assert_eq!(price(&free, &[], left, &units(1, 1)), Err(Error::Nothing));
}

#[test]
fn money_counts_as_received_on_site_while_its_hand_over_stands() {
    use EventKind::{Transitioned, Undone};
    use OrderState::{Completed, Placed, Preparing, Ready};

    let entry = |version, kind, base_version, to, received| OrderEvent {
        version,
        kind,
        base_version,
        from: None,
        to,
        actor: EventActor::System,
        at: NOON,
        reason: String::new(),
        cancel_reason: None,
        received,
    };
    let mut history = vec![
        entry(1, Transitioned, 0, Placed, 0),
        entry(2, Transitioned, 1, Ready, 0),
        entry(3, Transitioned, 2, Completed, 165),
    ];
    assert_eq!(received_on_site(&history), 165);
    history.push(entry(4, Undone, 2, Ready, 0));
    assert_eq!(received_on_site(&history), 0);
    history.push(entry(5, Transitioned, 4, Completed, 165));
    history.push(entry(6, Transitioned, 5, Preparing, 0));
    history.push(entry(7, Transitioned, 6, Completed, 0));
    assert_eq!(received_on_site(&history), 165);
}

#[derive(Clone, Debug)]
enum Step {
    Whole,
    Amount(i64),
    Units(usize, usize),
    /// The refund of this number, modulo their count, fails.
    Fail(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        1 => Just(Step::Whole),
        4 => (0..200_i64).prop_map(Step::Amount),
        8 => (0..4_usize, 1..4_usize).prop_map(|(line, quantity)| Step::Units(line, quantity)),
        3 => any::<usize>().prop_map(Step::Fail),
    ];
    prop::collection::vec(step, 1..30)
}

proptest! {
    #[test]
    fn however_it_is_refunded_nothing_goes_back_twice(
        nets in prop::collection::vec(prop::collection::vec(0..60_i64, 1..6), 1..4),
        fees in 0..50_i64,
        on_site in 0..100_i64,
        steps in steps(),
    ) {
        let nets: Vec<&[i64]> = nets.iter().map(Vec::as_slice).collect();
        let lines = lines(&nets);
        let paid: i64 = nets.iter().copied().flatten().sum::<i64>() + fees;
        let received = on_site.min(paid);
        let captured = online(paid - received);
        let mut refunds: Vec<Refund> = Vec::new();
        for step in steps {
            let selection = match step {
                Step::Whole => Selection::Whole,
                Step::Amount(amount) => Selection::Amount(amount),
                Step::Units(line, quantity) => units(line as u128, quantity),
                Step::Fail(n) => {
                    let count = refunds.len().max(1);
                    if let Some(refund) = refunds.get_mut(n % count) {
                        let money = refund.steps.iter_mut().filter(|step| step.kind == StepKind::Money);
                        money.for_each(|step| step.state = StepState::Failed);
                    }
                    continue;
                }
            };
            let left = Left::of(&captured, received, &refunds);
            let Ok(priced) = price(&lines, &refunds, left, &selection) else { continue };
            prop_assert_eq!(priced.from.total(), priced.amount);
            let mut refund = refund(&priced, selection.kind());
            refund.id = id!(RefundId, refunds.len() as u128);
            refunds.push(refund);

            let reserved = |kind| refunds.iter().map(|refund| refund.reserved(kind)).sum::<i64>();
            prop_assert!(reserved(StepKind::Money) <= captured.left);
            prop_assert!(reserved(StepKind::Cash) <= received);
            let mut units: Vec<_> = refunds
                .iter()
                .filter(|refund| refund.kind == RefundKind::Units)
                .filter(|refund| refund.state() != RefundState::Failed)
                .flat_map(|refund| &refund.units)
                .flat_map(|part| part.units.iter().map(|unit| (part.line, *unit)))
                .collect();
            let count = units.len();
            units.sort_unstable();
            units.dedup();
            prop_assert_eq!(units.len(), count);
        }
        let left = Left::of(&captured, received, &refunds);
        if left.total() > 0 {
            let whole = price(&lines, &refunds, left, &Selection::Whole).unwrap();
            refunds.push(refund(&whole, RefundKind::Whole));
            refunds.last_mut().unwrap().id = id!(RefundId, 1_000);
        }
        let back = |kind| refunds.iter().map(|refund| refund.reserved(kind)).sum::<i64>();
        prop_assert_eq!(back(StepKind::Money) + back(StepKind::Cash), paid);
    }

    #[test]
    fn all_units_and_the_fees_together_are_exactly_what_was_paid(
        quantity in 1..20_i32, bag in prop::option::of(1..9_i64), steps in prop::collection::vec(1..5_usize, 1..30),
    ) {
        let cart = cart(vec![CartLine { quantity, ..line(101, 201, 1, &[(301, 1), (311, 2)]) }]);
        let sold = quote(&menu(), &cart, &FeeSettings { bag }, NOON).unwrap();
        let lines = first_lines(&sold, &SystemClock);
        let total = sold.total.amount();
        let mut refunds: Vec<Refund> = Vec::new();
        for quantity in steps {
            let left = Left::of(&online(total), 0, &refunds);
            let selection = Selection::Units(vec![(lines[0].id, quantity)]);
            if let Ok(priced) = price(&lines, &refunds, left, &selection) {
                let mut refund = refund(&priced, RefundKind::Units);
                refund.id = id!(RefundId, refunds.len() as u128);
                refunds.push(refund);
            }
        }
        let of_units: i64 = refunds.iter().map(|refund| refund.amount).sum();
        prop_assert!(of_units <= lines[0].item.net.amount());
        let left = Left::of(&online(total), 0, &refunds).total();
        prop_assert_eq!(of_units + left, total);
    }
}
