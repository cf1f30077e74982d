//! Between the messages of stock and the domain, both ways.

use std::collections::BTreeSet;

use chassis::{
    business_day::BusinessDay,
    error::{CommonReason, Violations},
    id::{self, BranchId, BrandId, SkuId},
    text,
};
use proto::capacity::v1 as wire;

use crate::{
    app::stock::{
        change::{ItemChange, ItemToday},
        import::Imported,
        list::{RecipeToday, StockList},
    },
    domain::{
        local_time::parse_date,
        stock::{
            Bucket, Deduct, MOST_UNITS, MovementKind, Rules, StockItem, StockMode,
            file::CellProblem,
            import::{Name, Planned},
            recipes::{MOST_PARTS, MOST_UNITS_A_PART, RecipePart},
            running_day,
        },
    },
    grpc::request::within,
    store::{
        holds::PromisedOrder,
        stock::{components::Component, movements::Movement, recipes::Version},
    },
    wire::{named, timestamp},
};

const MOST_DATES: usize = 120;
const MOST_NAMES: usize = 50_000;
const MOST_ROWS_LISTED: usize = 200;

/// Reads the settings of a stock item.
pub fn stock_item(
    item: &wire::StockItem,
    violations: &mut Violations,
) -> Option<(BranchId, ItemChange)> {
    let branch_id = id::parse("item.branch_id", &item.branch_id, violations);
    let sku_id = id::parse("item.sku_id", &item.sku_id, violations);
    let mode = match item.mode() {
        wire::StockMode::Unspecified => None,
        wire::StockMode::Untracked => Some(StockMode::Untracked),
        wire::StockMode::Running => Some(StockMode::Running),
        wire::StockMode::Daily => Some(StockMode::Daily),
    };
    if mode.is_none() {
        violations.push("item.mode", CommonReason::ValidationFailed);
    }
    let units = (0, MOST_UNITS);
    within("item.daily_amount", item.daily_amount, units, violations);
    within("item.low_threshold", item.low_threshold, units, violations);
    let given = item.rules.as_ref();
    let deduct = given.and_then(|given| deduct(given, violations));
    let rules = given.map(|given| Rules {
        deduct: deduct.unwrap_or_default(),
        ..rules(given, violations)
    });
    let change = ItemChange {
        with_rules: rules.is_some(),
        deduct,
        item: StockItem {
            sku_id: sku_id?,
            mode: mode?,
            daily_amount: item.daily_amount,
            low_threshold: item.low_threshold,
            rules: rules.unwrap_or_default(),
            received_until: None,
            version: item.version,
        },
    };
    Some((branch_id?, change))
}

/// Reads what orders for later days take from; `None` where it is left out.
fn deduct(given: &wire::StockRules, violations: &mut Violations) -> Option<Deduct> {
    match wire::StockDeduct::try_from(given.deduct) {
        Ok(wire::StockDeduct::Unspecified) => None,
        Ok(wire::StockDeduct::AtOnce) => Some(Deduct::AtOnce),
        Ok(wire::StockDeduct::OnDay) => Some(Deduct::OnDay),
        Err(_) => {
            violations.push("item.rules.deduct", CommonReason::ValidationFailed);
            None
        }
    }
}

fn rules(given: &wire::StockRules, violations: &mut Violations) -> Rules {
    let mut rules = Rules {
        max_per_order: given.max_per_order,
        show_last: given.show_last.into(),
        ..Rules::default()
    };
    let path = "item.rules";
    within(
        &format!("{path}.max_per_order"),
        given.max_per_order,
        (0, 999),
        violations,
    );
    within(
        &format!("{path}.show_last"),
        given.show_last.into(),
        (0, 99),
        violations,
    );
    for (index, amount) in given.weekday_amounts.iter().enumerate() {
        let path = format!("{path}.weekday_amounts[{index}]");
        within(
            &format!("{path}.amount"),
            amount.amount,
            (0, MOST_UNITS),
            violations,
        );
        let place = usize::try_from(amount.weekday - 1).ok();
        match place.and_then(|place| rules.weekdays.get_mut(place)) {
            Some(free @ None) => *free = Some(amount.amount),
            _ => violations.push(format!("{path}.weekday"), CommonReason::ValidationFailed),
        }
    }
    if given.date_amounts.len() > MOST_DATES {
        let field = format!("{path}.date_amounts");
        violations.push_with(field, CommonReason::ValidationFailed, [("max", MOST_DATES)]);
    }
    for (index, amount) in given.date_amounts.iter().take(MOST_DATES).enumerate() {
        let path = format!("{path}.date_amounts[{index}]");
        within(
            &format!("{path}.amount"),
            amount.amount,
            (0, MOST_UNITS),
            violations,
        );
        let day = parse_date(&amount.business_day).map(BusinessDay::on);
        let sane = day.filter(|day| (2000..=9999).contains(&chrono::Datelike::year(&day.date())));
        let fresh = sane.filter(|day| rules.dates.insert(*day, amount.amount).is_none());
        if fresh.is_none() {
            violations.push(
                format!("{path}.business_day"),
                CommonReason::ValidationFailed,
            );
        }
    }
    rules
}

/// A stock item on the wire.
pub fn item_today(branch_id: BranchId, today: &ItemToday) -> wire::StockItem {
    let ItemToday { item, bucket, days } = today;
    let mode = match item.mode {
        StockMode::Untracked => wire::StockMode::Untracked,
        StockMode::Running => wire::StockMode::Running,
        StockMode::Daily => wire::StockMode::Daily,
    };
    let rules = &item.rules;
    let weekday = |(amount, weekday): (&Option<i64>, i32)| {
        let amount = (*amount)?;
        Some(wire::WeekdayAmount { weekday, amount })
    };
    let date = |(day, amount): (&BusinessDay, &i64)| wire::DateAmount {
        business_day: day.to_string(),
        amount: *amount,
    };
    let day = |(day, bucket): &(BusinessDay, Bucket)| wire::StockDay {
        business_day: day.to_string(),
        on_hand: bucket.on_hand,
        held: bucket.held,
        available: bucket.available(),
        shortfall: bucket.shortfall,
        planned: item.amount_on(*day),
    };
    let deduct = match rules.deduct {
        Deduct::AtOnce => wire::StockDeduct::AtOnce,
        Deduct::OnDay => wire::StockDeduct::OnDay,
    };
    wire::StockItem {
        branch_id: branch_id.to_string(),
        sku_id: item.sku_id.to_string(),
        mode: mode.into(),
        on_hand: bucket.on_hand,
        held: bucket.held,
        available: bucket.available(),
        daily_amount: item.daily_amount,
        low_threshold: item.low_threshold,
        version: item.version,
        rules: Some(wire::StockRules {
            weekday_amounts: rules.weekdays.iter().zip(1..).filter_map(weekday).collect(),
            date_amounts: rules.dates.iter().map(date).collect(),
            max_per_order: rules.max_per_order,
            show_last: i32::try_from(rules.show_last).unwrap_or_default(),
            deduct: deduct.into(),
        }),
        shortfall: bucket.shortfall,
        days: days.iter().map(day).collect(),
    }
}

/// Everything a branch counts, on the wire.
pub fn stock_list(branch_id: BranchId, list: &StockList) -> wire::ListStockResponse {
    let recipe = |recipe: &RecipeToday| wire::Recipe {
        brand_id: list.brand_id.to_string(),
        sku_id: recipe.sku_id.to_string(),
        parts: recipe.parts.iter().map(part).collect(),
        version: recipe.version,
        sellable: recipe.sellable,
    };
    let items = list.items.iter();
    wire::ListStockResponse {
        items: items.map(|item| item_today(branch_id, item)).collect(),
        components: list.components.iter().map(component).collect(),
        recipes: list.recipes.iter().map(recipe).collect(),
    }
}

fn part(part: &RecipePart) -> wire::RecipePart {
    wire::RecipePart {
        component_id: part.component_id.to_string(),
        units: part.units,
    }
}

/// A component on the wire.
pub fn component(component: &Component) -> wire::Component {
    wire::Component {
        brand_id: component.brand_id.to_string(),
        sku_id: component.sku_id.to_string(),
        name: component.name.clone(),
        archived: component.archived,
        version: component.version,
    }
}

/// Reads the recipe of a variant or option.
pub fn recipe(
    given: &wire::Recipe,
    violations: &mut Violations,
) -> Option<((BrandId, SkuId), Vec<RecipePart>)> {
    let brand_id = id::parse("recipe.brand_id", &given.brand_id, violations);
    let sku_id = id::parse("recipe.sku_id", &given.sku_id, violations);
    if given.parts.len() > MOST_PARTS {
        violations.push_with(
            "recipe.parts",
            CommonReason::ValidationFailed,
            [("max", MOST_PARTS)],
        );
    }
    let (mut parts, mut seen) = (Vec::new(), BTreeSet::new());
    for (index, part) in given.parts.iter().take(MOST_PARTS).enumerate() {
        let path = format!("recipe.parts[{index}]");
        let units = (1, MOST_UNITS_A_PART);
        within(&format!("{path}.units"), part.units, units, violations);
        let field = format!("{path}.component_id");
        let Some(component_id) = id::parse(&field, &part.component_id, violations) else {
            continue;
        };
        if !seen.insert(component_id) {
            violations.push(field, CommonReason::ValidationFailed);
        }
        parts.push(RecipePart {
            component_id,
            units: part.units,
        });
    }
    Some(((brand_id?, sku_id?), parts))
}

/// A version of a recipe on the wire.
pub fn recipe_version(version: &Version) -> wire::RecipeVersion {
    wire::RecipeVersion {
        version: version.version,
        parts: version.parts.iter().map(part).collect(),
        at: Some(timestamp(version.at)),
        actor: named(&version.actor),
    }
}

/// An order that is short, on the wire.
pub fn short_order(order: &PromisedOrder) -> wire::ShortOrder {
    wire::ShortOrder {
        order_id: order.order_id.to_string(),
        quantity: order.quantity,
        business_day: order.business_day.to_string(),
        promised_at: Some(timestamp(order.promised_at)),
        held_at: Some(timestamp(order.held_at)),
    }
}

/// Reads what units are called.
pub fn names(given: &[wire::StockName], violations: &mut Violations) -> Vec<Name> {
    if given.len() > MOST_NAMES {
        violations.push_with(
            "names",
            CommonReason::ValidationFailed,
            [("max", MOST_NAMES)],
        );
    }
    let names = given.iter().take(MOST_NAMES).enumerate();
    let read = names.filter_map(|(index, name)| {
        let field = format!("names[{index}].sku_id");
        Some(Name {
            sku_id: id::parse(&field, &name.sku_id, violations)?,
            code: text::typed(&name.code),
            name: text::typed(&name.name),
            detail: text::typed(&name.detail),
        })
    });
    read.collect()
}

/// What an import did, on the wire.
pub fn imported(imported: &Imported) -> wire::ImportStockResponse {
    let rows = &imported.plan.rows;
    let count = |wanted: &str| {
        let rows = rows.iter().filter(|row| change(row) == wanted);
        i32::try_from(rows.count()).unwrap_or(i32::MAX)
    };
    let line = |line: u64| i32::try_from(line).unwrap_or(i32::MAX);
    let problem = |problem: &CellProblem| wire::StockImportProblem {
        line: line(problem.line),
        column: problem.column.clone(),
        reason: problem.reason.to_string(),
        value: problem.value.clone(),
    };
    let row = |row: &Planned| wire::StockImportRow {
        line: line(row.line),
        name: row.name.clone(),
        change: change(row).to_owned(),
        detail: row.detail(),
    };
    let listed = rows.iter().filter(|row| change(row) != "unchanged");
    wire::ImportStockResponse {
        applied: imported.applied,
        created: count("created"),
        updated: count("updated"),
        unchanged: count("unchanged"),
        problems: imported.plan.problems.iter().map(problem).collect(),
        rows: listed.take(MOST_ROWS_LISTED).map(row).collect(),
    }
}

fn change(row: &Planned) -> &'static str {
    match (row.changes.is_empty(), row.before.version) {
        (true, _) => "unchanged",
        (false, 0) => "created",
        (false, _) => "updated",
    }
}

/// Reads the kind of a movement by staff; the others are not theirs to make.
pub fn staff_movement_kind(kind: wire::MovementKind) -> Option<MovementKind> {
    match kind {
        wire::MovementKind::Received => Some(MovementKind::Received),
        wire::MovementKind::Counted => Some(MovementKind::Counted),
        wire::MovementKind::Adjusted => Some(MovementKind::Adjusted),
        wire::MovementKind::Scrapped => Some(MovementKind::Scrapped),
        _ => None,
    }
}

/// A movement on the wire.
pub fn movement(movement: &Movement) -> wire::StockMovement {
    let kind = match movement.kind {
        MovementKind::Received => wire::MovementKind::Received,
        MovementKind::Counted => wire::MovementKind::Counted,
        MovementKind::Adjusted => wire::MovementKind::Adjusted,
        MovementKind::Scrapped => wire::MovementKind::Scrapped,
        MovementKind::Held => wire::MovementKind::Held,
        MovementKind::Released => wire::MovementKind::Released,
        MovementKind::Committed => wire::MovementKind::Committed,
        MovementKind::Returned => wire::MovementKind::Returned,
        MovementKind::DailyReset => wire::MovementKind::DailyReset,
        MovementKind::TransferredOut => wire::MovementKind::TransferredOut,
        MovementKind::TransferredIn => wire::MovementKind::TransferredIn,
        MovementKind::Arrived => wire::MovementKind::Arrived,
        MovementKind::Opening => wire::MovementKind::Opening,
    };
    let daily = movement.business_day != running_day();
    wire::StockMovement {
        movement_id: movement.movement_id.to_string(),
        sku_id: movement.sku_id.to_string(),
        kind: kind.into(),
        quantity: movement.quantity,
        on_hand_after: movement.on_hand_after,
        held_after: movement.held_after,
        at: Some(timestamp(movement.at)),
        actor: named(&movement.actor),
        order_id: movement.order_id.map(|id| id.to_string()),
        reason: movement.reason.clone(),
        business_day: daily.then(|| movement.business_day.to_string()),
        other_branch_id: movement.other_branch_id.map(|id| id.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire_item() -> wire::StockItem {
        wire::StockItem {
            branch_id: uuid::Uuid::nil().to_string(),
            sku_id: uuid::Uuid::from_u128(1).to_string(),
            mode: wire::StockMode::Daily.into(),
            on_hand: 40,
            available: 40,
            daily_amount: 20,
            low_threshold: 3,
            version: 4,
            rules: Some(wire::StockRules {
                weekday_amounts: vec![wire::WeekdayAmount {
                    weekday: 6,
                    amount: 40,
                }],
                date_amounts: vec![wire::DateAmount {
                    business_day: "2026-10-10".to_owned(),
                    amount: 99,
                }],
                max_per_order: 6,
                show_last: 9,
                deduct: wire::StockDeduct::OnDay.into(),
            }),
            ..Default::default()
        }
    }

    #[test]
    fn settings_come_back_as_they_were() {
        let sent = wire_item();
        let (branch_id, read) = stock_item(&sent, &mut Violations::new()).unwrap();
        assert!(read.with_rules);
        // 2026-09-05 is a Saturday.
        let today = "2026-09-05".parse().unwrap();
        let today = ItemToday::new(read.item, &Default::default(), today);
        assert_eq!(item_today(branch_id, &today), sent);
    }

    #[test]
    fn every_bad_setting_is_named() {
        let mut sent = wire_item();
        sent.low_threshold = -1;
        let rules = sent.rules.as_mut().unwrap();
        rules.max_per_order = 1_000;
        rules.show_last = 100;
        rules.weekday_amounts = [6, 6, 8]
            .map(|weekday| wire::WeekdayAmount { weekday, amount: 1 })
            .into();
        rules.date_amounts[0].business_day = "2026-02-30".to_owned();
        let mut violations = Violations::new();
        stock_item(&sent, &mut violations);
        let fields = violations.into_result().unwrap_err().fields;
        let fields: Vec<_> = fields.iter().map(|found| found.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "item.low_threshold",
                "item.rules.max_per_order",
                "item.rules.show_last",
                "item.rules.weekday_amounts[1].weekday",
                "item.rules.weekday_amounts[2].weekday",
                "item.rules.date_amounts[0].business_day",
            ]
        );
    }

    #[test]
    fn a_recipe_names_each_component_once() {
        let part = |id: u128, units| wire::RecipePart {
            component_id: uuid::Uuid::from_u128(id).to_string(),
            units,
        };
        let given = wire::Recipe {
            brand_id: uuid::Uuid::nil().to_string(),
            sku_id: uuid::Uuid::nil().to_string(),
            parts: vec![part(1, 1), part(1, 0), part(2, 1_000)],
            ..Default::default()
        };
        let mut violations = Violations::new();
        recipe(&given, &mut violations);
        let fields = violations.into_result().unwrap_err().fields;
        let fields: Vec<_> = fields.iter().map(|found| found.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "recipe.parts[1].units",
                "recipe.parts[1].component_id",
                "recipe.parts[2].units"
            ]
        );
    }
}
