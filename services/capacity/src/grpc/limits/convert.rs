//! Limits on the wire and off it.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    clock::Clock,
    error::Violations,
    id::{self, LimitRuleId},
    sales::{Channel, Method},
    text,
    text_enum::WireEnum as _,
};
use chrono::NaiveDate;
use proto::capacity::v1::{self as wire, CapacityReason};

use crate::{
    app::limits::{BranchLimits, Filling, Preview, SlotLoads},
    domain::{
        limits::{
            Days, LimitTarget, MOST_RULES, Measure, Rule, Window,
            demand::BY_HOURS,
            load::{RuleLoad, SlotLoad},
            parse::judge,
        },
        local_time::parse_date,
    },
    store::limits::{LimitTemplate, LimitVersion, counters::Counter},
    wire::{named, timestamp},
};

const INVALID: CapacityReason = CapacityReason::CapacityInvalid;
const MOST_LABEL: usize = 20;
const MOST_NAME: usize = 60;
const MOST_TRIED: usize = 200;
const MOST_PRODUCTS: usize = 100;
const MOST_ORDERS: usize = 200;

/// Reads and judges rules, by the length of a branch's slots where one is meant; one without an id is
/// new.
pub fn rules(
    clock: &dyn Clock,
    field: &str,
    rules: &[wire::LimitRule],
    slot_minutes: Option<u32>,
    violations: &mut Violations,
) -> Vec<Rule> {
    if rules.len() > MOST_RULES {
        let params = [("max", MOST_RULES), ("given", rules.len())];
        violations.push_with(field, INVALID, params);
    }
    let mut known = BTreeSet::new();
    let read = rules.iter().take(MOST_RULES).enumerate();
    let rules: Vec<_> = read
        .filter_map(|(index, read)| {
            let place = format!("{field}[{index}]");
            let rule = rule(clock, &place, read, violations)?;
            if !known.insert(rule.rule_id) {
                violations.push(format!("{place}.rule_id"), INVALID);
            }
            Some((index, rule))
        })
        .collect();
    let by_place = rules.iter().map(|(index, rule)| (*index, rule));
    judge(field, by_place, slot_minutes, violations);
    rules.into_iter().map(|(_, rule)| rule).collect()
}

fn rule(
    clock: &dyn Clock,
    field: &str,
    rule: &wire::LimitRule,
    violations: &mut Violations,
) -> Option<Rule> {
    let rule_id = if rule.rule_id.is_empty() {
        Some(LimitRuleId::new(clock))
    } else {
        id::parse(&format!("{field}.rule_id"), &rule.rule_id, violations)
    };
    let measure = match rule.measure() {
        wire::LimitMeasure::Unspecified => invalid(format!("{field}.measure"), violations),
        wire::LimitMeasure::Orders => Some(Measure::Orders),
        wire::LimitMeasure::Units => Some(Measure::Units),
        wire::LimitMeasure::MakeMinutes => Some(Measure::MakeMinutes),
        wire::LimitMeasure::Amount => Some(Measure::Amount),
    };
    let target = target(&format!("{field}.target"), rule.target.as_ref(), violations);
    let window = window(&format!("{field}.window"), rule.window.as_ref(), violations);
    let days = days(&format!("{field}.days"), rule.days.as_ref(), violations);
    let shares = shares(&format!("{field}.shares"), &rule.shares, violations);
    let early_hours = u8::try_from(rule.early_hours).ok();
    if early_hours.is_none() {
        violations.push(format!("{field}.early_hours"), INVALID);
    }
    let (target, target_name) = target?;
    Some(Rule {
        rule_id: rule_id?,
        measure: measure?,
        target,
        target_name,
        window: window?,
        days: days?,
        limit: rule.limit,
        people: i64::from(rule.people()),
        shares,
        reserved_for_counter: rule.reserved_for_counter,
        early_hours: early_hours?,
        enabled: rule.enabled,
    })
}

fn invalid<T>(field: String, violations: &mut Violations) -> Option<T> {
    violations.push(field, INVALID);
    None
}

/// The target, and its name where it does not name itself.
fn target(
    field: &str,
    target: Option<&wire::LimitTarget>,
    violations: &mut Violations,
) -> Option<(LimitTarget, String)> {
    use wire::LimitTargetKind as Kind;
    let Some(target) = target else {
        return invalid(field.to_owned(), violations);
    };
    let (id, name) = (format!("{field}.id"), format!("{field}.name"));
    let name = match target.kind() {
        Kind::Tag | Kind::Station => {
            text::bounded_label(&name, target.name(), 0..=MOST_LABEL, violations)
        }
        _ => text::bounded(&name, target.name(), 0..=MOST_NAME, violations),
    };
    let read = match target.kind() {
        Kind::Unspecified => return invalid(format!("{field}.kind"), violations),
        Kind::All => LimitTarget::All,
        Kind::Method => match Method::from_wire(target.method().into()) {
            Some(method) => LimitTarget::Method(method),
            None => return invalid(format!("{field}.method"), violations),
        },
        Kind::Category => LimitTarget::Category(id::parse(&id, target.id(), violations)?),
        Kind::Product => LimitTarget::Product(id::parse(&id, target.id(), violations)?),
        Kind::Variant => LimitTarget::Variant(id::parse(&id, target.id(), violations)?),
        Kind::Tag => return Some((LimitTarget::Tag(name), String::new())),
        Kind::Station => return Some((LimitTarget::Station(name), String::new())),
    };
    Some((read, name))
}

fn window(
    field: &str,
    window: Option<&wire::LimitWindow>,
    violations: &mut Violations,
) -> Option<Window> {
    use wire::LimitWindowKind as Kind;
    let Some(window) = window else {
        return invalid(field.to_owned(), violations);
    };
    let mut number = |name: &str, given: i32| {
        let read = u16::try_from(given).ok();
        if read.is_none() {
            violations.push(format!("{field}.{name}"), INVALID);
        }
        read
    };
    match window.kind() {
        Kind::Unspecified => invalid(format!("{field}.kind"), violations),
        Kind::Slot => Some(Window::Slot),
        Kind::Rolling => Some(Window::Rolling(number("minutes", window.minutes())?)),
        Kind::Daypart => {
            let from = number("from_minute", window.from_minute());
            let to = number("to_minute", window.to_minute());
            let name = format!("{field}.name");
            Some(Window::Daypart {
                name: text::bounded(&name, window.name(), 0..=MOST_LABEL, violations),
                from: from?,
                to: to?,
            })
        }
        Kind::Day => Some(Window::Day),
    }
}

fn days(field: &str, days: Option<&wire::LimitDays>, violations: &mut Violations) -> Option<Days> {
    let every = wire::LimitDays::default();
    let days = days.unwrap_or(&every);
    let mut date = |name: &str, raw: Option<&str>| -> Option<Option<NaiveDate>> {
        let Some(raw) = raw else {
            return Some(None);
        };
        let read = parse_date(raw);
        if read.is_none() {
            violations.push(format!("{field}.{name}"), INVALID);
        }
        read.map(Some)
    };
    let only = date("date", days.date.as_deref());
    let from = date("from_date", days.from_date.as_deref());
    let to = date("to_date", days.to_date.as_deref());
    let (only, from, to) = (only?, from?, to?);
    let Some(only) = only else {
        let weekdays = days
            .weekdays
            .iter()
            // What is no weekday is left for the rules to refuse.
            .map(|weekday| u8::try_from(*weekday).unwrap_or(u8::MAX));
        return Some(Days::Week {
            weekdays: weekdays.collect(),
            from,
            to,
        });
    };
    if !days.weekdays.is_empty() || from.is_some() || to.is_some() {
        return invalid(format!("{field}.date"), violations);
    }
    Some(Days::Date(only))
}

fn shares(
    field: &str,
    shares: &[wire::ChannelShare],
    violations: &mut Violations,
) -> BTreeMap<Channel, u8> {
    let mut read = BTreeMap::new();
    for (index, share) in shares.iter().enumerate() {
        let field = format!("{field}[{index}]");
        let Some(of) = Channel::from_wire(share.channel) else {
            violations.push(format!("{field}.channel"), INVALID);
            continue;
        };
        let percent = u8::try_from(share.percent)
            .ok()
            .filter(|percent| *percent <= 100);
        let Some(percent) = percent else {
            let params = [("given", share.percent), ("min", 0), ("max", 100)];
            violations.push_with(format!("{field}.percent"), INVALID, params);
            continue;
        };
        if read.insert(of, percent).is_some() {
            violations.push(format!("{field}.channel"), INVALID);
        }
    }
    read
}

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
