//! Which slips follow from an order.

use chassis::sales::{Channel, Method};

use super::{
    document::{Document, Per, Trigger},
    job::State,
    order::Order,
    print_rule::{Item, LineFilter, PrintRule},
    routing::{Point, follow_up, route, unrouted},
    samples::{job, line, line_id, order, point, product, rule, with_rule},
};

const KITCHEN: Document = Document::KitchenSlip;
const ACCEPTED: Trigger = Trigger::Accepted;

/// A point whose one rule was changed.
fn changed(change: impl FnOnce(&mut PrintRule)) -> Point {
    let mut of = with_rule(1, KITCHEN, ACCEPTED);
    change(&mut of.rules[0]);
    of
}

fn prints(order: &Order, of: &Point) -> bool {
    !route(order, ACCEPTED, std::slice::from_ref(of)).is_empty()
}

#[test]
fn a_rule_prints_at_its_trigger_alone() {
    let points = [with_rule(1, KITCHEN, ACCEPTED)];
    for trigger in Trigger::ALL {
        let plans = route(&order(), trigger, &points);
        assert_eq!(plans.len(), usize::from(trigger == ACCEPTED), "{trigger}");
    }
}

#[test]
fn every_condition_of_a_rule_counts() {
    type Case = (&'static str, fn(&mut PrintRule), fn(&mut Order), bool);
    let cases: [Case; 13] = [
        ("nothing asked", |_| {}, |_| {}, true),
        ("rule off", |rule| rule.enabled = false, |_| {}, false),
        (
            "its method",
            |rule| rule.methods = vec![Method::Pickup],
            |_| {},
            true,
        ),
        (
            "another method",
            |rule| rule.methods = vec![Method::Delivery],
            |_| {},
            false,
        ),
        (
            "its channel",
            |rule| rule.channels = vec![Channel::Counter, Channel::Web],
            |_| {},
            true,
        ),
        (
            "another channel",
            |rule| rule.channels = vec![Channel::Counter],
            |_| {},
            false,
        ),
        ("unpaid", |rule| rule.paid_only = true, |_| {}, false),
        (
            "paid",
            |rule| rule.paid_only = true,
            |order| order.paid = true,
            true,
        ),
        ("enough", |rule| rule.min_total = 165, |_| {}, true),
        ("too little", |rule| rule.min_total = 166, |_| {}, false),
        (
            "a product of it",
            |rule| rule.filter.products = [product(3)].into(),
            |_| {},
            true,
        ),
        (
            "no product of it",
            |rule| rule.filter.products = [product(9)].into(),
            |_| {},
            false,
        ),
        (
            "another branch",
            |_| {},
            |order| order.branch = chassis::id::BranchId::from_uuid(uuid::Uuid::from_u128(9)),
            false,
        ),
    ];
    for (name, change_rule, change_order, expected) in cases {
        let (of, mut order) = (changed(change_rule), order());
        change_order(&mut order);
        assert_eq!(prints(&order, &of), expected, "{name}");
    }
}

#[test]
fn scenes_limit_every_rule_of_a_print_point() {
    let mut of = with_rule(1, KITCHEN, ACCEPTED);
    of.point.scenes = vec![Method::Delivery];
    of.rules[0].methods = vec![Method::Pickup];
    assert!(!prints(&order(), &of));
    of.point.scenes = vec![Method::Pickup];
    of.rules[0].methods = Vec::new();
    assert!(prints(&order(), &of));
    of.point.enabled = false;
    assert!(!prints(&order(), &of));
}

#[test]
fn a_slip_shows_the_lines_that_any_list_of_its_filter_names() {
    let lines = |filter: LineFilter| {
        let of = changed(|rule| rule.filter = filter);
        let order = Order {
            lines: vec![line(1, "bar"), tagged_line(2, "cup"), line(3, "kitchen")],
            ..order()
        };
        let plans = route(&order, ACCEPTED, std::slice::from_ref(&of));
        plans
            .first()
            .map(|plan| plan.lines.clone())
            .unwrap_or_default()
    };
    let (one, two, three) = (line_id(1), line_id(2), line_id(3));
    assert_eq!(lines(LineFilter::default()), [one, two, three]);
    let stations = LineFilter {
        stations: ["kitchen".to_owned()].into(),
        ..LineFilter::default()
    };
    assert_eq!(lines(stations.clone()), [three]);
    let either = LineFilter {
        print_tags: ["cup".to_owned()].into(),
        ..stations
    };
    assert_eq!(lines(either), [two, three]);
    let categories = LineFilter {
        categories: line(1, "bar").categories.into_iter().collect(),
        ..LineFilter::default()
    };
    assert_eq!(lines(categories), [one]);
}

fn tagged_line(number: u128, tag: &str) -> super::order::Line {
    super::order::Line {
        print_tag: tag.to_owned(),
        ..line(number, "bar")
    }
}

#[test]
fn a_filter_by_stations_takes_nothing_without_one() {
    let filter = LineFilter {
        stations: ["kitchen".to_owned()].into(),
        ..LineFilter::default()
    };
    assert!(!filter.takes(line(1, "").item()));
}

#[test]
fn two_print_points_of_one_device_get_their_own_slips() {
    let (counter, mut kitchen) = (
        with_rule(1, Document::CustomerSlip, ACCEPTED),
        with_rule(2, KITCHEN, ACCEPTED),
    );
    kitchen.point.device = counter.point.device;
    kitchen.rules[0].per = Per::Station;
    let points = [counter, kitchen];
    let plans = route(&order(), ACCEPTED, &points);
    let found: Vec<_> = plans.iter().map(|plan| (plan.document, plan.per)).collect();
    assert_eq!(
        found,
        [
            (Document::CustomerSlip, Per::Order),
            (KITCHEN, Per::Station)
        ]
    );
    assert_ne!(plans[0].source(), plans[1].source());
}

#[test]
fn a_cancelled_order_is_answered_where_paper_may_be_and_nowhere_else() {
    let points = [
        with_rule(1, KITCHEN, ACCEPTED),
        with_rule(2, KITCHEN, ACCEPTED),
    ];
    let mut jobs = [job(&points[0].point), job(&points[1].point)];
    jobs[1].lines = vec![line_id(3)];
    let slips = |jobs: &[super::job::Job], points: &[Point]| -> Vec<_> {
        follow_up(&order(), Document::CancelSlip, points, jobs)
            .iter()
            .map(|plan| (plan.point.id, plan.lines.clone()))
            .collect()
    };
    assert!(slips(&jobs, &points).is_empty());
    jobs[1].state = State::Printed;
    let second = (points[1].point.id, vec![line_id(3)]);
    assert_eq!(slips(&jobs, &points), std::slice::from_ref(&second));
    jobs[0].state = State::Unconfirmed;
    let first = (points[0].point.id, vec![line_id(1), line_id(2)]);
    assert_eq!(slips(&jobs, &points), [first, second.clone()]);

    // One that asks for 取消單 gets it for slips of others, too.
    jobs[0].state = State::Cancelled;
    let counter = point(3);
    let asks = rule(&counter, 9, Document::CancelSlip, ACCEPTED);
    let points = [
        points[0].clone(),
        points[1].clone(),
        Point {
            point: counter.clone(),
            rules: vec![asks],
        },
    ];
    let all = order().lines.iter().map(|line| line.id).collect();
    assert_eq!(slips(&jobs, &points), [second, (counter.id, all)]);
}

#[test]
fn a_product_without_a_print_point_is_named_with_its_methods() {
    let tea = line(1, "bar");
    let item: Item<'_> = tea.item();
    let mut of = with_rule(1, KITCHEN, ACCEPTED);
    let all = Method::ALL;
    assert!(unrouted(item, &all, std::slice::from_ref(&of)).is_empty());
    assert_eq!(unrouted(item, &all, &[]), all);
    of.point.scenes = vec![Method::Pickup, Method::OnSite];
    of.rules[0].methods = vec![Method::Pickup];
    assert_eq!(
        unrouted(item, &all, std::slice::from_ref(&of)),
        [Method::Delivery, Method::OnSite]
    );
    of.rules[0].filter.stations = ["kitchen".to_owned()].into();
    assert_eq!(unrouted(item, &all, std::slice::from_ref(&of)), all);
    // What staff prints by hand, or only after an end, is no route.
    for (document, trigger) in [(KITCHEN, Trigger::Manual), (Document::CancelSlip, ACCEPTED)] {
        let of = with_rule(1, document, trigger);
        assert_eq!(unrouted(item, &all, &[of]), all);
    }
}
