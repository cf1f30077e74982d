//! What unit tests are made with.

use std::collections::BTreeMap;

use chassis::{
    id::{
        BranchId, BrandId, CategoryId, DeviceId, OrderId, OrderLineId, PrintJobId, PrintPointId,
        PrintRuleId, ProductId,
    },
    sales::{Channel, Method},
};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{
    device::{Paper, Settings, Sighting, Status},
    document::{Document, Per, Trigger},
    job::{Delivery, Job, State},
    order::{Line, Order},
    print_point::PrintPoint,
    print_rule::{LineFilter, PrintRule},
    routing::Point,
};

pub const BRANCH: BranchId = BranchId::from_uuid(Uuid::from_u128(1));

/// An instant, that many seconds after all tests begin.
pub fn at(secs: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(secs)
}

pub fn product(number: u128) -> ProductId {
    ProductId::from_uuid(Uuid::from_u128(100 + number))
}

pub fn line_id(number: u128) -> OrderLineId {
    OrderLineId::from_uuid(Uuid::from_u128(200 + number))
}

/// A line of this product number at a station.
pub fn line(number: u128, station: &str) -> Line {
    Line {
        id: line_id(number),
        product: product(number),
        categories: vec![CategoryId::from_uuid(Uuid::from_u128(300 + number))],
        station: station.to_owned(),
        print_tag: String::new(),
    }
}

/// An order for pickup of a tea, another tea and something fried.
pub fn order() -> Order {
    Order {
        id: OrderId::from_uuid(Uuid::from_u128(2)),
        branch: BRANCH,
        revision: 1,
        method: Method::Pickup,
        channel: Channel::Web,
        total: 165,
        paid: false,
        test: false,
        lines: vec![line(1, "bar"), line(2, "bar"), line(3, "kitchen")],
    }
}

/// A print point of that number for every method.
pub fn point(number: u128) -> PrintPoint {
    PrintPoint {
        id: PrintPointId::from_uuid(Uuid::from_u128(400 + number)),
        branch: BRANCH,
        device: DeviceId::from_uuid(Uuid::from_u128(500 + number)),
        paper: Paper::Mm58,
        name: format!("point {number}"),
        place: "counter".to_owned(),
        scenes: Method::ALL.to_vec(),
        copies: 1,
        enabled: true,
        templates: BTreeMap::new(),
        substitute: None,
        prints_again: false,
        version: 1,
    }
}

/// A rule of a print point that prints every order.
pub fn rule(point: &PrintPoint, number: u128, document: Document, trigger: Trigger) -> PrintRule {
    PrintRule {
        id: PrintRuleId::from_uuid(Uuid::from_u128(600 + number)),
        point: point.id,
        document,
        trigger: Some(trigger).filter(|_| !document.has_own_moment()),
        methods: Vec::new(),
        channels: Vec::new(),
        filter: LineFilter::default(),
        per: Per::Order,
        paid_only: false,
        min_total: 0,
        enabled: true,
        version: 1,
    }
}

/// A print point with one such rule.
pub fn with_rule(number: u128, document: Document, trigger: Trigger) -> Point {
    let point = point(number);
    let rules = vec![rule(&point, number, document, trigger)];
    Point { point, rules }
}

/// A kitchen slip of the order that waits since the beginning, for two hours.
pub fn job(point: &PrintPoint) -> Job {
    let id = PrintJobId::from_uuid(Uuid::from_u128(3));
    Job {
        id,
        brand: BrandId::from_uuid(Uuid::from_u128(4)),
        branch: BRANCH,
        device: point.device,
        point: Some(point.id),
        rule: None,
        order: Some(order().id),
        revision: 1,
        document: Document::KitchenSlip,
        trigger: Some(Trigger::Accepted),
        source: id.as_uuid(),
        lines: vec![line_id(1), line_id(2)],
        per: Per::Order,
        payload: None,
        copies: 1,
        reprint: 0,
        reprint_of: None,
        may_be_duplicate: false,
        moved_from: None,
        test: false,
        accepts: true,
        state: State::Queued,
        reason: None,
        attempt: 0,
        tries: 0,
        not_before: at(0),
        lease_until: None,
        delivery: Delivery::None,
        withdraw_until: None,
        due_at: at(0),
        expires_at: at(7_200),
        created_at: at(0),
        sent_at: None,
        ended_at: None,
        version: 1,
    }
}

/// How a device is that was there all the time.
pub fn online() -> Status {
    let mut status = Status::unseen(at(-60));
    status.see(&Sighting::online(), &Settings::default(), at(-60));
    status
}
