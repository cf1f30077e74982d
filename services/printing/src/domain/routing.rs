//! Which slips follow from a step of an order.

use chassis::{
    id::{OrderLineId, PrintRuleId},
    sales::Method,
};
use uuid::Uuid;

use super::{
    document::{Document, Per, Trigger},
    job::Job,
    order::Order,
    print_point::PrintPoint,
    print_rule::{Item, PrintRule},
};

/// A print point with its rules, in the order in which they were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The print point.
    pub point: PrintPoint,
    /// Its rules.
    pub rules: Vec<PrintRule>,
}

/// Slips that are to be printed: what a job is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan<'a> {
    /// Print point.
    pub point: &'a PrintPoint,
    /// Rule that asks for them; `None` for what follows from other slips.
    pub rule: Option<PrintRuleId>,
    /// Document.
    pub document: Document,
    /// Lines they show, in the order's order.
    pub lines: Vec<OrderLineId>,
    /// How many slips.
    pub per: Per,
}

impl Plan<'_> {
    /// What makes its job one of a kind, beside order, revision, document and reprint.
    #[must_use]
    pub fn source(&self) -> Uuid {
        match self.rule {
            Some(rule) => rule.as_uuid(),
            None => self.point.id.as_uuid(),
        }
    }
}

/// The slips of an order at a step.
pub fn route<'a>(order: &Order, trigger: Trigger, points: &'a [Point]) -> Vec<Plan<'a>> {
    let mut plans = Vec::new();
    for Point { point, rules } in points {
        let asked = rules.iter().filter(|rule| rule.trigger == Some(trigger));
        plans.extend(asked.filter_map(|rule| plan(order, point, rule)));
    }
    plans
}

/// The slips that one rule makes of an order, at whatever step; `None` for none.
pub fn plan<'a>(order: &Order, point: &'a PrintPoint, rule: &PrintRule) -> Option<Plan<'a>> {
    if point.branch != order.branch || !rule.takes_order(point, order) {
        return None;
    }
    let taken = order
        .lines
        .iter()
        .filter(|line| rule.filter.takes(line.item()));
    let lines: Vec<OrderLineId> = taken.map(|line| line.id).collect();
    (!lines.is_empty()).then_some(Plan {
        point,
        rule: Some(rule.id),
        document: rule.document,
        lines,
        per: rule.per,
    })
}

/// The slips that take others back, or say what a revision changed: one at each print point whose slips of the
/// order may be on paper, and by each rule that asks for them. `lines` are all of the order's.
pub fn follow_up<'a>(
    order: &Order,
    document: Document,
    points: &'a [Point],
    jobs: &[Job],
) -> Vec<Plan<'a>> {
    let on_paper: Vec<&Job> = jobs.iter().filter(|job| job.needs_follow_up()).collect();
    if on_paper.is_empty() {
        return Vec::new();
    }
    let mut plans = Vec::new();
    for Point { point, rules } in points {
        let of_point = on_paper.iter().filter(|job| job.point == Some(point.id));
        let mut lines: Vec<OrderLineId> = Vec::new();
        for line in of_point.flat_map(|job| &job.lines) {
            if !lines.contains(line) {
                lines.push(*line);
            }
        }
        let mut asked = rules.iter().filter(|rule| rule.document == document);
        if !lines.is_empty() {
            if document == Document::RevisionSlip {
                add_new_lines(order, point, rules, &mut lines);
            }
            plans.push(Plan {
                point,
                rule: None,
                document,
                lines,
                per: Per::Order,
            });
        } else if let Some(found) = asked.find_map(|rule| plan(order, point, rule)) {
            plans.push(Plan {
                rule: None,
                per: Per::Order,
                ..found
            });
        }
    }
    plans
}

/// Lines that a revision brought and that a print point's slips of the order show.
fn add_new_lines(
    order: &Order,
    point: &PrintPoint,
    rules: &[PrintRule],
    lines: &mut Vec<OrderLineId>,
) {
    let shown = rules
        .iter()
        .filter(|rule| rule.document.shows_order() && rule.trigger != Some(Trigger::Manual))
        .filter_map(|rule| plan(order, point, rule));
    for line in shown.flat_map(|plan| plan.lines) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
}

/// The methods in which a product reaches no print point.
#[must_use]
pub fn unrouted(item: Item<'_>, methods: &[Method], points: &[Point]) -> Vec<Method> {
    let reaches = |method: Method| {
        points.iter().filter(|of| of.point.enabled).any(|of| {
            of.rules.iter().any(|rule| {
                rule.enabled
                    && rule.document.shows_order()
                    && rule
                        .trigger
                        .is_some_and(|trigger| trigger != Trigger::Manual)
                    && rule.takes_method(&of.point, method)
                    && rule.filter.takes(item)
            })
        })
    };
    methods
        .iter()
        .copied()
        .filter(|method| !reaches(*method))
        .collect()
}
