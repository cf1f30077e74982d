//! Rules of print points.

use chassis::{
    db::{StoreError, TenantTx},
    id::{PrintPointId, PrintRuleId},
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::words;
use crate::domain::{
    document::{Document, Per, Trigger},
    print_rule::{LineFilter, PrintRule},
};

/// Selects rules in use of the organisation, the first parameter.
macro_rules! select_rules {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                rule_id AS "id: PrintRuleId",
                point_id AS "point: PrintPointId",
                document AS "document: Document",
                trigger AS "trigger: Trigger",
                methods,
                channels,
                product_ids,
                category_ids,
                print_tags,
                stations,
                per AS "per: Per",
                paid_only,
                min_total,
                enabled,
                version
            FROM print_rules
            WHERE org_id = $1 AND NOT archived
            "# + $rest,
            $($parameter)*
        )
    };
}

struct Row {
    id: PrintRuleId,
    point: PrintPointId,
    document: Document,
    trigger: Option<Trigger>,
    methods: Vec<String>,
    channels: Vec<String>,
    product_ids: Vec<Uuid>,
    category_ids: Vec<Uuid>,
    print_tags: Vec<String>,
    stations: Vec<String>,
    per: Per,
    paid_only: bool,
    min_total: i64,
    enabled: bool,
    version: i64,
}

impl TryFrom<Row> for PrintRule {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let wrong = |column| StoreError::inconsistent("print_rules", column, row.id);
        Ok(Self {
            methods: words::parse(&row.methods, Method::from_word, || wrong("methods"))?,
            channels: words::parse(&row.channels, Channel::from_word, || wrong("channels"))?,
            id: row.id,
            point: row.point,
            document: row.document,
            trigger: row.trigger,
            filter: LineFilter {
                products: words::ids(row.product_ids),
                categories: words::ids(row.category_ids),
                print_tags: row.print_tags.into_iter().collect(),
                stations: row.stations.into_iter().collect(),
            },
            per: row.per,
            paid_only: row.paid_only,
            min_total: row.min_total,
            enabled: row.enabled,
            version: row.version,
        })
    }
}

/// Finds a rule in use and keeps others from changing it until the transaction ends.
pub async fn lock(tx: &mut TenantTx, id: PrintRuleId) -> Result<Option<PrintRule>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_rules!("AND rule_id = $2 FOR UPDATE", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// The rules of some print points, in the order in which they were made.
pub async fn list_of(
    tx: &mut TenantTx,
    points: &[PrintPointId],
) -> Result<Vec<PrintRule>, StoreError> {
    let org = tx.org().as_uuid();
    let points = words::uuids(points);
    let rows = select_rules!(
        "AND point_id = ANY($2) ORDER BY created_at, rule_id",
        org,
        &points,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Stores a new rule.
pub async fn insert(
    tx: &mut TenantTx,
    rule: &PrintRule,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let columns = Columns::of(rule);
    sqlx::query!(
        "INSERT INTO print_rules (
             org_id, rule_id, point_id, document, trigger, methods, channels, product_ids,
             category_ids, print_tags, stations, per, paid_only, min_total, enabled, version,
             created_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        tx.org().as_uuid(),
        rule.id.as_uuid(),
        rule.point.as_uuid(),
        rule.document as _,
        rule.trigger as _,
        &columns.methods,
        &columns.channels,
        &columns.products,
        &columns.categories,
        &columns.print_tags,
        &columns.stations,
        rule.per as _,
        rule.paid_only,
        rule.min_total,
        rule.enabled,
        rule.version,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what may change of a rule whose row is locked.
pub async fn update(tx: &mut TenantTx, rule: &PrintRule) -> Result<(), StoreError> {
    let columns = Columns::of(rule);
    sqlx::query!(
        "UPDATE print_rules
         SET document = $3, trigger = $4, methods = $5, channels = $6, product_ids = $7,
             category_ids = $8, print_tags = $9, stations = $10, per = $11, paid_only = $12,
             min_total = $13, enabled = $14, version = $15
         WHERE org_id = $1 AND rule_id = $2",
        tx.org().as_uuid(),
        rule.id.as_uuid(),
        rule.document as _,
        rule.trigger as _,
        &columns.methods,
        &columns.channels,
        &columns.products,
        &columns.categories,
        &columns.print_tags,
        &columns.stations,
        rule.per as _,
        rule.paid_only,
        rule.min_total,
        rule.enabled,
        rule.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Archives a rule.
pub async fn archive(tx: &mut TenantTx, id: PrintRuleId) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE print_rules
         SET archived = true, version = version + 1
         WHERE org_id = $1 AND rule_id = $2",
        tx.org().as_uuid(),
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

struct Columns {
    methods: Vec<String>,
    channels: Vec<String>,
    products: Vec<Uuid>,
    categories: Vec<Uuid>,
    print_tags: Vec<String>,
    stations: Vec<String>,
}

impl Columns {
    fn of(rule: &PrintRule) -> Self {
        let LineFilter {
            products,
            categories,
            print_tags,
            stations,
        } = &rule.filter;
        Self {
            methods: words::of(&rule.methods, Method::as_str),
            channels: words::of(&rule.channels, Channel::as_str),
            products: words::uuids(products),
            categories: words::uuids(categories),
            print_tags: print_tags.iter().cloned().collect(),
            stations: stations.iter().cloned().collect(),
        }
    }
}
