//! Limits as messages.

use chassis::{id::LimitRuleId, sales::Channel};
use proto::capacity::v1 as wire;

use crate::{
    app::limits::{BranchLimits, Filling, Preview, SlotLoads},
    domain::limits::{
        Days, LimitTarget, Measure, Rule, Window,
        demand::BY_HOURS,
        load::{RuleLoad, SlotLoad},
    },
    store::limits::{LimitTemplate, LimitVersion, counters::Counter},
    wire::{named, timestamp},
};

const MOST_TRIED: usize = 200;
const MOST_PRODUCTS: usize = 100;
const MOST_ORDERS: usize = 200;

/// A rule of limits on the wire: what the hours say has no id.
pub fn rule_id(rule_id: &LimitRuleId) -> String {
    if *rule_id == BY_HOURS {
        String::new()
    } else {
        rule_id.to_string()
    }
}

/// A rule on the wire.
pub fn wire_rule(rule: &Rule) -> wire::LimitRule {
    let measure = match rule.measure {
        Measure::Orders => wire::LimitMeasure::Orders,
        Measure::Units => wire::LimitMeasure::Units,
        Measure::MakeMinutes => wire::LimitMeasure::MakeMinutes,
        Measure::Amount => wire::LimitMeasure::Amount,
    };
    let share = |(of, percent): (&Channel, &u8)| wire::ChannelShare {
        channel: of.to_wire(),
        percent: i32::from(*percent),
    };
    wire::LimitRule {
        rule_id: rule.rule_id.to_string(),
        measure: measure.into(),
        target: Some(wire_target(&rule.target, &rule.target_name)),
        window: Some(wire_window(&rule.window)),
        days: Some(wire_days(&rule.days)),
        limit: rule.limit,
        people: i32::try_from(rule.people).ok().filter(|people| *people > 0),
        shares: rule.shares.iter().map(share).collect(),
        reserved_for_counter: rule.reserved_for_counter,
        early_hours: i32::from(rule.early_hours),
        enabled: rule.enabled,
    }
}

fn wire_target(target: &LimitTarget, name: &str) -> wire::LimitTarget {
    use wire::LimitTargetKind as Kind;
    let mut found = wire::LimitTarget {
        name: named(name),
        ..wire::LimitTarget::default()
    };
    let kind = match target {
        LimitTarget::All => Kind::All,
        LimitTarget::Method(method) => {
            found.method = Some(method.to_wire());
            Kind::Method
        }
        LimitTarget::Category(id) => {
            found.id = Some(id.to_string());
            Kind::Category
        }
        LimitTarget::Product(id) => {
            found.id = Some(id.to_string());
            Kind::Product
        }
        LimitTarget::Variant(id) => {
            found.id = Some(id.to_string());
            Kind::Variant
        }
        LimitTarget::Tag(tag) => {
            found.name = Some(tag.clone());
            Kind::Tag
        }
        LimitTarget::Station(station) => {
            found.name = Some(station.clone());
            Kind::Station
        }
    };
    found.kind = kind.into();
    found
}

fn wire_window(window: &Window) -> wire::LimitWindow {
    use wire::LimitWindowKind as Kind;
    match window {
        Window::Slot => wire::LimitWindow {
            kind: Kind::Slot.into(),
            ..wire::LimitWindow::default()
        },
        Window::Rolling(minutes) => wire::LimitWindow {
            kind: Kind::Rolling.into(),
            minutes: Some(i32::from(*minutes)),
            ..wire::LimitWindow::default()
        },
        Window::Daypart { name, from, to } => wire::LimitWindow {
            kind: Kind::Daypart.into(),
            name: Some(name.clone()),
            from_minute: Some(i32::from(*from)),
            to_minute: Some(i32::from(*to)),
            ..wire::LimitWindow::default()
        },
        Window::Day => wire::LimitWindow {
            kind: Kind::Day.into(),
            ..wire::LimitWindow::default()
        },
    }
}

fn wire_days(days: &Days) -> wire::LimitDays {
    match days {
        Days::Week { weekdays, from, to } => wire::LimitDays {
            weekdays: weekdays.iter().map(|weekday| i32::from(*weekday)).collect(),
            from_date: from.map(|date| date.to_string()),
            to_date: to.map(|date| date.to_string()),
            date: None,
        },
        Days::Date(date) => wire::LimitDays {
            date: Some(date.to_string()),
            ..wire::LimitDays::default()
        },
    }
}

/// The limits of a branch on the wire.
pub fn limits(found: &BranchLimits) -> wire::Limits {
    wire::Limits {
        branch_id: found.branch_id.to_string(),
        rules: found.rules.iter().map(wire_rule).collect(),
        version: found.version,
        orders_per_slot: found.orders_per_slot,
        slot_minutes: i32::try_from(found.slot_minutes).unwrap_or_default(),
        overbooked: found
            .overbooked
            .iter()
            .map(|counter| overbooked(&found.rules, counter, named(&rule_id(&counter.key.rule_id))))
            .collect(),
    }
}

fn overbooked(rules: &[Rule], counter: &Counter, rule_id: Option<String>) -> wire::Overbooked {
    let rule = rules
        .iter()
        .find(|rule| rule.rule_id == counter.key.rule_id);
    let shown = |counted| rule.map_or(counted, |rule| rule.shown(counted));
    wire::Overbooked {
        rule_id,
        starts_at: Some(timestamp(counter.key.starts_at)),
        used: shown(counter.used()),
        limit: shown(counter.limit),
    }
}

/// A preview on the wire; rules are named by their places in the request.
pub fn preview(found: &Preview, rules: &[Rule]) -> wire::PreviewLimitsResponse {
    let place = |rule_id: &LimitRuleId| rules.iter().position(|rule| rule.rule_id == *rule_id);
    let name = |rule_id: &LimitRuleId| place(rule_id).map(|at| at.to_string());
    let counted = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let rescheduled = found
        .tried
        .iter()
        .filter(|tried| tried.offered_at.is_some());
    let rescheduled = counted(rescheduled.count());
    let mut tried: Vec<_> = found.tried.iter().collect();
    tried.sort_by_key(|tried| (tried.slot_starts_at, tried.order_id));
    let tried = tried.into_iter().take(MOST_TRIED);
    wire::PreviewLimitsResponse {
        overbooked: found
            .overbooked
            .iter()
            .map(|counter| overbooked(rules, counter, name(&counter.key.rule_id)))
            .collect(),
        business_day: found.day.to_string(),
        orders: counted(found.orders),
        rescheduled,
        refused: counted(found.tried.len()) - rescheduled,
        tried: tried
            .map(|tried| wire::TriedOrder {
                order_id: tried.order_id.to_string(),
                slot_starts_at: Some(timestamp(tried.slot_starts_at)),
                offered_at: tried.offered_at.map(timestamp),
                rules: tried
                    .full
                    .iter()
                    .filter_map(place)
                    .filter_map(|at| i32::try_from(at).ok())
                    .collect(),
            })
            .collect(),
    }
}

/// A version of the limits of a branch on the wire.
pub fn version(version: &LimitVersion) -> wire::LimitVersion {
    wire::LimitVersion {
        version: version.version,
        changed_at: Some(timestamp(version.changed_at)),
        changed_by: version.changed_by.clone(),
        note: version.note.clone(),
        rules: version.rules.iter().map(wire_rule).collect(),
    }
}

/// A template on the wire.
pub fn template(template: &LimitTemplate) -> wire::LimitTemplate {
    wire::LimitTemplate {
        template_id: template.template_id.to_string(),
        brand_id: template.brand_id.to_string(),
        name: template.name.clone(),
        rules: template.rules.iter().map(wire_rule).collect(),
        version: template.version,
    }
}

/// How full slots are, on the wire.
pub fn loads(found: &SlotLoads) -> wire::GetLoadResponse {
    wire::GetLoadResponse {
        slots: found
            .slots
            .iter()
            .map(|slot| slot_load(slot, &found.rules))
            .collect(),
        rules: found.rules.iter().map(wire_rule).collect(),
    }
}

fn slot_load(slot: &SlotLoad, rules: &[Rule]) -> wire::SlotLoad {
    let rule_load = |load: &RuleLoad| {
        let rule = rules.iter().find(|rule| rule.rule_id == load.rule_id);
        let shown = |counted| rule.map_or(counted, |rule| rule.shown(counted));
        wire::RuleLoad {
            rule_id: named(&rule_id(&load.rule_id)),
            used: shown(load.used),
            limit: shown(load.limit),
        }
    };
    wire::SlotLoad {
        starts_at: Some(timestamp(slot.starts_at)),
        minutes: i32::try_from(slot.minutes).unwrap_or_default(),
        business_day: slot.business_day.to_string(),
        open: slot.open,
        orders: slot.sum.orders,
        units: slot.sum.units,
        make_seconds: slot.sum.make_seconds,
        amount: slot.sum.amount,
        rules: slot.rules.iter().map(rule_load).collect(),
    }
}

/// What fills a time, on the wire.
pub fn filling(found: &Filling) -> wire::ListLoadResponse {
    let products = found.products.iter().take(MOST_PRODUCTS);
    let orders = found.orders.iter().take(MOST_ORDERS);
    wire::ListLoadResponse {
        products: products
            .map(|(product_id, variant_id, sum)| wire::LoadedProduct {
                product_id: product_id.to_string(),
                variant_id: variant_id.to_string(),
                units: sum.units,
                make_seconds: sum.make_seconds,
                amount: sum.amount,
            })
            .collect(),
        orders: orders
            .map(|order| wire::LoadedOrder {
                order_id: order.order_id.to_string(),
                slot_starts_at: Some(timestamp(order.slot_starts_at)),
                business_day: order.business_day.to_string(),
                units: order.lines.iter().map(|line| line.quantity).sum(),
            })
            .collect(),
    }
}
