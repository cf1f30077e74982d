//! Plans what the rows of a stock file change.

use std::collections::{HashMap, HashSet};

use chassis::{
    business_day::BusinessDay,
    error::{CommonReason, Reason},
    id::SkuId,
    text,
};
use proto::catalog::v1::CatalogReason;

use super::{
    Bucket, Deduct, MOST_UNITS, StockItem, StockMode,
    file::{
        CODE, COLUMNS, CellProblem, DAILY_AMOUNT, DEDUCT, LOW_THRESHOLD, MODE, NAME, QUANTITY, Row,
        VARIANT,
    },
};

/// What a unit is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The unit.
    pub sku_id: SkuId,
    /// Code of the product, may be empty.
    pub code: String,
    /// Name of the product, option or component.
    pub name: String,
    /// Name of the variant or of the option group, may be empty.
    pub detail: String,
}

/// A branch's stock as it is: what the file is read against and written from.
#[derive(Debug)]
pub struct Stock<'a> {
    /// Every unit that has a name.
    pub names: &'a [Name],
    /// Stock items.
    pub items: &'a HashMap<SkuId, StockItem>,
    /// Buckets that exist.
    pub buckets: &'a HashMap<(SkuId, BusinessDay), Bucket>,
    /// Today's business day.
    pub today: BusinessDay,
}

/// What happens to one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Line in the file.
    pub line: u64,
    /// Name.
    pub name: String,
    /// Settings before it; version 0 for a new one.
    pub before: StockItem,
    /// Settings after it, still with the version before.
    pub after: StockItem,
    /// Units counted.
    pub count: Option<i64>,
    /// What changes, by column; empty when nothing does.
    pub changes: Vec<CellChange>,
}

/// A value that a row changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellChange {
    /// Column.
    pub column: &'static str,
    /// Value before.
    pub before: String,
    /// Value after.
    pub after: String,
}

impl Planned {
    /// What changes, such as `quantity 3 → 5`; empty when nothing does.
    #[must_use]
    pub fn detail(&self) -> String {
        let changes = self.changes.iter();
        let shown = changes.map(|it| format!("{} {} → {}", it.column, it.before, it.after));
        shown.collect::<Vec<_>>().join(", ")
    }
}

/// What an import would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Each row, in order.
    pub rows: Vec<Planned>,
    /// Cells that cannot be taken; then nothing is.
    pub problems: Vec<CellProblem>,
}

/// Plans an import. A row finds its unit by code where it has one, else by name; an empty cell
/// leaves things as they are, so the same file twice changes nothing the second time.
#[must_use]
pub fn plan(stock: &Stock<'_>, rows: &[Row]) -> Plan {
    let directory = Directory::new(stock);
    let mut plan = Plan::default();
    let mut seen = HashSet::new();
    for row in rows {
        let (name, before) = match directory.find(row) {
            Ok(name) => (name, stock.item(name.sku_id)),
            Err(problem) => {
                plan.problems.push(problem);
                continue;
            }
        };
        if !seen.insert(name.sku_id) {
            plan.problems
                .push(bad(row, named_by(row), CommonReason::ValidationFailed));
            continue;
        }
        match plan_row(stock, row, name, before) {
            Ok(planned) => plan.rows.push(planned),
            Err(problems) => plan.problems.extend(problems),
        }
    }
    plan
}

/// The rows of an export: every unit that has a name or is counted.
#[must_use]
pub fn export(stock: &Stock<'_>) -> Vec<[String; COLUMNS.len()]> {
    let directory = Directory::new(stock);
    let all = directory.names.iter();
    all.map(|name| {
        let item = stock.item(name.sku_id);
        let tracked = item.mode != StockMode::Untracked;
        let quantity = tracked.then(|| stock.bucket(&item).on_hand.to_string());
        [
            directory.key_of(name),
            name.name.clone(),
            name.detail.clone(),
            word(item.mode).to_owned(),
            quantity.unwrap_or_default(),
            item.daily_amount.to_string(),
            item.low_threshold.to_string(),
            deduct_word(item.rules.deduct).to_owned(),
        ]
    })
    .collect()
}

fn plan_row(
    stock: &Stock<'_>,
    row: &Row,
    name: &Name,
    before: StockItem,
) -> Result<Planned, Vec<CellProblem>> {
    let mut problems = Vec::new();
    let mut number = |column: &'static str| {
        let cell = text::folded(row.cell(column));
        if cell.is_empty() {
            return None;
        }
        let number = cell.parse().ok();
        let units = number.filter(|units| (0..=MOST_UNITS).contains(units));
        if units.is_none() {
            problems.push(bad(row, column, CommonReason::ValidationFailed));
        }
        units
    };
    let mut after = before.clone();
    after.daily_amount = number(DAILY_AMOUNT).unwrap_or(before.daily_amount);
    after.low_threshold = number(LOW_THRESHOLD).unwrap_or(before.low_threshold);
    let count = number(QUANTITY);
    match row.cell(MODE) {
        "" => {}
        given => match MODES.into_iter().find(|mode| word(*mode) == given) {
            Some(mode) => after.mode = mode,
            None => problems.push(bad(row, MODE, CommonReason::ValidationFailed)),
        },
    }
    match row.cell(DEDUCT) {
        "" => {}
        given => match DEDUCTS.into_iter().find(|it| deduct_word(*it) == given) {
            Some(deduct) => after.rules.deduct = deduct,
            None => problems.push(bad(row, DEDUCT, CommonReason::ValidationFailed)),
        },
    }
    if count.is_some() && after.mode == StockMode::Untracked {
        problems.push(bad(row, QUANTITY, CommonReason::ValidationFailed));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let on_hand = stock
        .bucket(&after)
        .with_amount_changed(stock.amount_change(&before, &after))
        .on_hand;
    let count = count.filter(|count| *count != on_hand);
    let deducts = [&before, &after].map(|item| deduct_word(item.rules.deduct));
    let changes = [
        change(MODE, word(before.mode), word(after.mode)),
        change(QUANTITY, on_hand, count.unwrap_or(on_hand)),
        change(DAILY_AMOUNT, before.daily_amount, after.daily_amount),
        change(LOW_THRESHOLD, before.low_threshold, after.low_threshold),
        change(DEDUCT, deducts[0], deducts[1]),
    ];
    Ok(Planned {
        line: row.line,
        name: shown(name),
        before,
        after,
        count,
        changes: changes.into_iter().flatten().collect(),
    })
}

fn change<T: PartialEq + ToString>(
    column: &'static str,
    before: T,
    after: T,
) -> Option<CellChange> {
    (before != after).then(|| CellChange {
        column,
        before: before.to_string(),
        after: after.to_string(),
    })
}

fn shown(name: &Name) -> String {
    format!("{} {}", name.name, name.detail).trim().to_owned()
}

fn bad(row: &Row, column: &str, reason: impl Into<Reason>) -> CellProblem {
    CellProblem::new(row.line, column, reason, row.cell(column))
}

fn named_by(row: &Row) -> &'static str {
    if row.cell(CODE).is_empty() {
        NAME
    } else {
        CODE
    }
}

const MODES: [StockMode; 3] = [StockMode::Untracked, StockMode::Running, StockMode::Daily];

const fn word(mode: StockMode) -> &'static str {
    match mode {
        StockMode::Untracked => "untracked",
        StockMode::Running => "running",
        StockMode::Daily => "daily",
    }
}

const DEDUCTS: [Deduct; 2] = [Deduct::AtOnce, Deduct::OnDay];

const fn deduct_word(deduct: Deduct) -> &'static str {
    match deduct {
        Deduct::AtOnce => "at_once",
        Deduct::OnDay => "on_day",
    }
}

impl Stock<'_> {
    fn item(&self, sku_id: SkuId) -> StockItem {
        let found = self.items.get(&sku_id).cloned();
        found.unwrap_or_else(|| StockItem::untracked(sku_id))
    }

    /// Today's counters under the item's mode.
    #[must_use]
    pub fn bucket(&self, item: &StockItem) -> Bucket {
        let day = item
            .bucket_day(self.today, self.today)
            .unwrap_or(self.today);
        let found = self.buckets.get(&(item.sku_id, day)).copied();
        found.unwrap_or_else(|| item.initial(day))
    }

    /// What changed amounts do to a bucket of today that exists already.
    fn amount_change(&self, before: &StockItem, after: &StockItem) -> i64 {
        let key = (after.sku_id, self.today);
        if after.mode == StockMode::Daily && self.buckets.contains_key(&key) {
            after.amount_on(self.today) - before.amount_on(self.today)
        } else {
            0
        }
    }
}

/// Finds units by what they are called.
struct Directory {
    names: Vec<Name>,
    by_code: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Directory {
    fn new(stock: &Stock<'_>) -> Self {
        let mut names = stock.names.to_vec();
        let named: HashSet<_> = names.iter().map(|name| name.sku_id).collect();
        let mut nameless: Vec<_> = stock
            .items
            .keys()
            .filter(|id| !named.contains(id))
            .collect();
        nameless.sort_unstable();
        names.extend(nameless.into_iter().map(|&sku_id| Name {
            sku_id,
            code: String::new(),
            name: String::new(),
            detail: String::new(),
        }));
        let (mut by_code, mut by_name) = (HashMap::new(), HashMap::new());
        for (index, name) in names.iter().enumerate() {
            let add = |map: &mut HashMap<String, Vec<usize>>, key: &str| {
                map.entry(text::folded(key)).or_default().push(index);
            };
            add(&mut by_code, &name.sku_id.to_string());
            if !name.code.is_empty() {
                add(&mut by_code, &name.code);
            }
            if !name.name.is_empty() {
                add(&mut by_name, &name.name);
            }
        }
        Self {
            names,
            by_code,
            by_name,
        }
    }

    fn find(&self, row: &Row) -> Result<&Name, CellProblem> {
        let found = self.matches(row.cell(CODE), row.cell(NAME), row.cell(VARIANT));
        match found.as_slice() {
            [only] => Ok(&self.names[*only]),
            [] => Err(bad(row, named_by(row), CatalogReason::ItemNotFound)),
            _ => Err(bad(row, VARIANT, CommonReason::ValidationFailed)),
        }
    }

    fn matches(&self, code: &str, name: &str, variant: &str) -> Vec<usize> {
        let (index, key) = if code.is_empty() {
            (&self.by_name, name)
        } else {
            (&self.by_code, code)
        };
        let found = index.get(&text::folded(key)).cloned().unwrap_or_default();
        let variant = text::folded(variant);
        let of_variant: Vec<_> = found
            .iter()
            .copied()
            .filter(|index| text::folded(&self.names[*index].detail) == variant)
            .collect();
        // Without a variant a name will do that only one unit has; of several none is meant.
        if variant.is_empty() && of_variant.is_empty() {
            found
        } else {
            of_variant
        }
    }

    /// What to write under `code` so that the row finds this unit again.
    fn key_of(&self, name: &Name) -> String {
        let found = self.matches(&name.code, &name.name, &name.detail);
        match found.as_slice() {
            [only] if self.names[*only].sku_id == name.sku_id => name.code.clone(),
            _ => name.sku_id.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
