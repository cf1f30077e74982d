//! Print points with their rules and templates.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    db::{StoreError, TenantTx},
    id::{BranchId, DeviceId, PrintPointId, PrintTemplateId},
    sales::Method,
};
use chrono::{DateTime, Utc};

use super::{print_rules, words};
use crate::domain::{device::Paper, document::Document, print_point::PrintPoint, routing::Point};

/// Selects print points in use of the organisation, the first parameter.
macro_rules! select_points {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                point.point_id AS "id: PrintPointId",
                point.branch_id AS "branch: BranchId",
                point.device_id AS "device: DeviceId",
                device.paper AS "paper: Paper",
                point.name,
                point.place,
                point.scenes,
                point.copies,
                point.enabled,
                point.substitute_id AS "substitute: PrintPointId",
                point.prints_again,
                point.version,
                ARRAY(
                    SELECT document || ':' || template_id
                    FROM point_templates AS own
                    WHERE own.org_id = point.org_id AND own.point_id = point.point_id
                ) AS "templates!"
            FROM print_points AS point
            JOIN devices AS device USING (org_id, device_id)
            WHERE point.org_id = $1 AND NOT point.archived
            "# + $rest,
            $($parameter)*
        )
    };
}

struct Row {
    id: PrintPointId,
    branch: BranchId,
    device: DeviceId,
    paper: Paper,
    name: String,
    place: String,
    scenes: Vec<String>,
    copies: i16,
    enabled: bool,
    substitute: Option<PrintPointId>,
    prints_again: bool,
    version: i64,
    templates: Vec<String>,
}

impl TryFrom<Row> for PrintPoint {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let wrong = |column| StoreError::inconsistent("print_points", column, row.id);
        let scenes = words::parse(&row.scenes, Method::from_word, || wrong("scenes"))?;
        let template = |text: &String| {
            let (document, id) = text.split_once(':')?;
            let id: PrintTemplateId = id.parse().ok()?;
            Some((Document::from_word(document)?, id))
        };
        let templates: Option<BTreeMap<_, _>> = row.templates.iter().map(template).collect();
        Ok(Self {
            templates: templates.ok_or_else(|| wrong("templates"))?,
            id: row.id,
            branch: row.branch,
            device: row.device,
            paper: row.paper,
            name: row.name,
            place: row.place,
            scenes,
            copies: row.copies,
            enabled: row.enabled,
            substitute: row.substitute,
            prints_again: row.prints_again,
            version: row.version,
        })
    }
}

fn points(rows: Vec<Row>) -> Result<Vec<PrintPoint>, StoreError> {
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Finds a print point in use.
pub async fn find(tx: &mut TenantTx, id: PrintPointId) -> Result<Option<PrintPoint>, StoreError> {
    Ok(list_of(tx, &[id]).await?.pop())
}

/// Some print points in use.
pub async fn list_of(
    tx: &mut TenantTx,
    ids: &[PrintPointId],
) -> Result<Vec<PrintPoint>, StoreError> {
    let org = tx.org().as_uuid();
    let ids = words::uuids(ids);
    let rows = select_points!("AND point.point_id = ANY($2)", org, &ids,)
        .fetch_all(&mut **tx)
        .await?;
    points(rows)
}

/// Names of some print points, archived ones too.
pub async fn list_names(
    tx: &mut TenantTx,
    ids: &[PrintPointId],
) -> Result<Vec<(PrintPointId, String)>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT point_id AS "id: PrintPointId", name
         FROM print_points
         WHERE org_id = $1 AND point_id = ANY($2)"#,
        tx.org().as_uuid(),
        &words::uuids(ids),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Finds a print point in use and keeps others from changing it until the transaction ends.
pub async fn lock(tx: &mut TenantTx, id: PrintPointId) -> Result<Option<PrintPoint>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_points!(
        "AND point.point_id = $2 FOR UPDATE OF point",
        org,
        id.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// A page of the print points of a branch by name; `after` is the name and id that the page before ended with.
pub async fn list(
    tx: &mut TenantTx,
    branch: BranchId,
    after: Option<&(String, PrintPointId)>,
    limit: i64,
) -> Result<Vec<PrintPoint>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_points!(
        "AND point.branch_id = $2
         AND ($3::text IS NULL OR (point.name, point.point_id) > ($3, $4::uuid))
         ORDER BY point.name, point.point_id
         LIMIT $5",
        org,
        branch.as_uuid(),
        after.map(|(name, _)| name.as_str()),
        after.map(|(_, id)| id.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    points(rows)
}

/// Print points of some branches with their rules, in the order in which they were made; those of branches that
/// print nothing cost one statement.
pub async fn list_with_rules(
    tx: &mut TenantTx,
    branches: &[BranchId],
) -> Result<Vec<Point>, StoreError> {
    let org = tx.org().as_uuid();
    let branches = words::uuids(branches);
    let rows = select_points!(
        "AND point.branch_id = ANY($2) ORDER BY point.created_at, point.point_id",
        org,
        &branches,
    )
    .fetch_all(&mut **tx)
    .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<PrintPointId> = rows.iter().map(|row| row.id).collect();
    let mut rules = print_rules::list_of(tx, &ids).await?;
    points(rows)?
        .into_iter()
        .map(|point| {
            let own = rules
                .extract_if(.., |rule| rule.point == point.id)
                .collect();
            Ok(Point { rules: own, point })
        })
        .collect()
}

/// Those of some branches that have a print point in use, by id; `after` is the one that the page before ended with.
pub async fn list_branches(
    tx: &mut TenantTx,
    branches: &[BranchId],
    after: Option<BranchId>,
    limit: i64,
) -> Result<Vec<BranchId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT DISTINCT branch_id AS "branch: BranchId"
         FROM print_points
         WHERE org_id = $1 AND branch_id = ANY($2) AND NOT archived
           AND ($3::uuid IS NULL OR branch_id > $3)
         ORDER BY branch_id
         LIMIT $4"#,
        tx.org().as_uuid(),
        &words::uuids(branches),
        after.map(|branch| branch.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(found)
}

/// How many print points in use a branch has. Others wait until the transaction ends.
pub async fn count_for_insert(tx: &mut TenantTx, branch: BranchId) -> Result<i64, StoreError> {
    super::branches::lock(tx, branch).await?;
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
         FROM print_points
         WHERE org_id = $1 AND branch_id = $2 AND NOT archived"#,
        tx.org().as_uuid(),
        branch.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

/// How many print points in use lie on a device.
pub async fn count_on_device(tx: &mut TenantTx, device: DeviceId) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
         FROM print_points
         WHERE org_id = $1 AND device_id = $2 AND NOT archived"#,
        tx.org().as_uuid(),
        device.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

/// Stores a new print point.
pub async fn insert(
    tx: &mut TenantTx,
    point: &PrintPoint,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO print_points (
             org_id, point_id, branch_id, device_id, name, place, scenes, copies, enabled,
             substitute_id, prints_again, version, created_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        tx.org().as_uuid(),
        point.id.as_uuid(),
        point.branch.as_uuid(),
        point.device.as_uuid(),
        point.name,
        point.place,
        &words::of(&point.scenes, Method::as_str),
        point.copies,
        point.enabled,
        point.substitute.map(|id| id.as_uuid()),
        point.prints_again,
        point.version,
        now,
    )
    .execute(&mut **tx)
    .await?;
    insert_templates(tx, point).await
}

/// Stores what may change of a print point whose row is locked.
pub async fn update(tx: &mut TenantTx, point: &PrintPoint) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE print_points
         SET device_id = $3, name = $4, place = $5, scenes = $6, copies = $7, enabled = $8,
             substitute_id = $9, prints_again = $10, version = $11
         WHERE org_id = $1 AND point_id = $2",
        tx.org().as_uuid(),
        point.id.as_uuid(),
        point.device.as_uuid(),
        point.name,
        point.place,
        &words::of(&point.scenes, Method::as_str),
        point.copies,
        point.enabled,
        point.substitute.map(|id| id.as_uuid()),
        point.prints_again,
        point.version,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "DELETE FROM point_templates WHERE org_id = $1 AND point_id = $2",
        tx.org().as_uuid(),
        point.id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    insert_templates(tx, point).await
}

async fn insert_templates(tx: &mut TenantTx, point: &PrintPoint) -> Result<(), StoreError> {
    if point.templates.is_empty() {
        return Ok(());
    }
    let documents: Vec<Document> = point.templates.keys().copied().collect();
    sqlx::query!(
        "INSERT INTO point_templates (org_id, point_id, document, template_id)
         SELECT $1, $2, document, template_id
         FROM unnest($3::text[], $4::uuid[]) AS own (document, template_id)",
        tx.org().as_uuid(),
        point.id.as_uuid(),
        &words::of(&documents, Document::as_str),
        &words::uuids(point.templates.values()),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Archives a print point whose row is locked, with its rules; nothing has it as its substitute any more.
pub async fn archive(tx: &mut TenantTx, id: PrintPointId) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        "UPDATE print_points
         SET archived = true, substitute_id = NULL, version = version + 1
         WHERE org_id = $1 AND point_id = $2",
        org,
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE print_points
         SET substitute_id = NULL, version = version + 1
         WHERE org_id = $1 AND substitute_id = $2",
        org,
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE print_rules
         SET archived = true, version = version + 1
         WHERE org_id = $1 AND point_id = $2 AND NOT archived",
        org,
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The templates that print points of a branch name and that its brand does not have for the document and the
/// paper.
pub async fn unknown_templates(
    tx: &mut TenantTx,
    branch: BranchId,
    paper: Paper,
    templates: &BTreeMap<Document, PrintTemplateId>,
) -> Result<BTreeSet<Document>, StoreError> {
    let documents: Vec<Document> = templates.keys().copied().collect();
    let known = sqlx::query!(
        r#"SELECT own.document AS "document!: Document"
         FROM unnest($3::text[], $4::uuid[]) AS own (document, template_id)
         JOIN templates AS template
             ON template.org_id = $1 AND template.template_id = own.template_id
         JOIN branches AS branch
             ON branch.org_id = $1 AND branch.branch_id = $2
             AND branch.brand_id = template.brand_id
         WHERE template.document = own.document AND template.paper = $5 AND NOT template.archived"#,
        tx.org().as_uuid(),
        branch.as_uuid(),
        &words::of(&documents, Document::as_str),
        &words::uuids(templates.values()),
        paper as _,
    )
    .fetch_all(&mut **tx)
    .await?;
    let known: BTreeSet<Document> = known.into_iter().map(|row| row.document).collect();
    Ok(documents
        .into_iter()
        .filter(|document| !known.contains(document))
        .collect())
}
