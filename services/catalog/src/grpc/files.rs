//! Import and export of products as CSV.

use chassis::{
    audit::{self, ImportedRow},
    error::{CommonReason, Problem, Violations},
    id::{self, OptionGroupId},
};
use proto::catalog::v1::{
    ExportProductsRequest, ExportProductsResponse, ImportChange, ImportProblem,
    ImportProductsRequest, ImportProductsResponse, ImportRemoval, ImportRow,
};

use super::{Call, convert};
use crate::{
    app::access,
    domain::{
        Error, export as file,
        import::{
            CellProblem,
            plan::{self, Against, Change, ColumnChange, Plan, Removal, RowOutcome},
            row::{self, Row},
            table::Table,
        },
    },
    store,
};

/// Most rows whose outcome is reported.
const MOST_ROWS: usize = 200;
/// Most kinds of things that are reported as removed.
const MOST_REMOVALS: usize = 100;

pub(super) async fn import(
    call: &Call<'_>,
    request: &ImportProductsRequest,
) -> Result<ImportProductsResponse, Problem> {
    let clock = &**call.clock;
    let mut violations = Violations::new();
    let brand_id = id::parse("brand_id", &request.brand_id, &mut violations);
    let mut default_groups: Vec<OptionGroupId> = Vec::new();
    for (index, raw) in request.option_group_ids.iter().enumerate() {
        let field = format!("option_group_ids[{index}]");
        default_groups.extend(id::parse::<OptionGroupId>(&field, raw, &mut violations));
    }
    let brand_id = violations.finish(brand_id)?;
    // A large file takes a while to read: not on a thread that others wait for.
    let content = request.content.clone();
    let (rows, problems) = tokio::task::spawn_blocking(move || read(&content))
        .await
        .map_err(Problem::internal)??;

    let mut tx = call.db.tenant(call.org).await?;
    let brand = access::lock_brand(&mut tx, call.identity, brand_id).await?;
    let catalogue = store::catalogue::load(&mut tx, brand.id).await?;
    if let Some(unknown) = default_groups
        .iter()
        .position(|id| catalogue.option_groups.iter().all(|group| group.id != *id))
    {
        let field = format!("option_group_ids[{unknown}]");
        return Err(Problem::not_found("option group").field(field, CommonReason::NotFound));
    }
    let against = Against {
        catalogue: &catalogue,
        default_groups: &default_groups,
        first_code_number: store::products::next_code_number(&mut tx, brand.id).await?,
        clock,
    };
    let mut plan = plan::plan(&against, rows);
    plan.problems.extend(problems);
    plan.problems.sort_by_key(|problem| problem.line);

    let applied = !request.dry_run && plan.problems.is_empty();
    if applied {
        let changed = plan
            .rows
            .iter()
            .filter(|row| row.change != Change::Unchanged);
        audit::imported("brand", brand.id, changed.map(audited));
        let categories = plan.new_categories.iter().take(MOST_ROWS);
        categories.for_each(|category| audit::after(&convert::category(category)));
        store::categories::insert(&mut tx, brand.id, &plan.new_categories, clock).await?;
        store::products::insert(&mut tx, brand.id, &plan.created, clock).await?;
        store::products::update(&mut tx, &plan.updated, clock).await?;
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(report(&plan, applied))
}

fn audited(row: &RowOutcome) -> ImportedRow<'_> {
    let columns = row.columns.iter();
    ImportedRow {
        line: row.line,
        name: &row.name,
        created: row.change == Change::Created,
        columns: columns
            .map(|it| (it.column, &*it.before, &*it.after))
            .collect(),
    }
}

fn read(content: &[u8]) -> Result<(Vec<Row>, Vec<CellProblem>), Error> {
    Ok(row::parse_all(&Table::read(content)?))
}

fn report(plan: &Plan, applied: bool) -> ImportProductsResponse {
    let mut rows: Vec<&RowOutcome> = plan.rows.iter().collect();
    rows.sort_by_key(|row| !row.loses());
    let removals = plan::sum_up(plan.rows.iter().flat_map(|row| &row.columns));
    ImportProductsResponse {
        created: count(plan.created.len()),
        updated: count(plan.updated.len()),
        unchanged: count(plan.unchanged),
        categories_created: count(plan.new_categories.len()),
        problems: plan.problems.iter().map(problem).collect(),
        applied,
        losing: count(rows.iter().filter(|row| row.loses()).count()),
        rows: rows.into_iter().take(MOST_ROWS).map(outcome).collect(),
        removals: removals.iter().take(MOST_REMOVALS).map(removal).collect(),
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn removal(removal: &Removal) -> ImportRemoval {
    ImportRemoval {
        column: removal.column.to_owned(),
        item: removal.item.clone(),
        products: count(removal.products),
    }
}

fn problem(problem: &CellProblem) -> ImportProblem {
    ImportProblem {
        line: i32::try_from(problem.line).unwrap_or(i32::MAX),
        column: problem.column.clone(),
        reason: problem.reason.to_string(),
        value: problem.value.clone(),
    }
}

fn outcome(row: &RowOutcome) -> ImportRow {
    let change = match row.change {
        Change::Created => "created",
        Change::Updated => "updated",
        Change::Unchanged => "unchanged",
    };
    ImportRow {
        line: i32::try_from(row.line).unwrap_or(i32::MAX),
        name: row.name.clone(),
        change: change.to_owned(),
        changes: row.columns.iter().map(column_change).collect(),
    }
}

fn column_change(change: &ColumnChange) -> ImportChange {
    ImportChange {
        column: change.column.to_owned(),
        before: change.before.clone(),
        after: change.after.clone(),
        removed: change.removed.clone(),
    }
}

pub(super) async fn export(
    call: &Call<'_>,
    request: &ExportProductsRequest,
) -> Result<ExportProductsResponse, Problem> {
    let mut violations = Violations::new();
    let brand_id = id::parse("brand_id", &request.brand_id, &mut violations);
    let brand_id = violations.finish(brand_id)?;
    let mut tx = call.db.tenant(call.org).await?;
    let brand = access::view_brand(&mut tx, call.identity, brand_id).await?;
    let catalogue = store::catalogue::load(&mut tx, brand.id).await?;
    tx.commit().await?;
    Ok(ExportProductsResponse {
        content: file::write(&catalogue)?.into(),
    })
}
