//! Templates of slips.

use chassis::{
    db::{StoreError, TenantTx},
    id::{BrandId, PrintTemplateId},
};
use chrono::{DateTime, Utc};
use print_render::Template as Layout;

use crate::domain::{device::Paper, document::Document, template::Template};

/// Selects templates of the organisation, the first parameter.
macro_rules! select_templates {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                template_id AS "id: PrintTemplateId",
                brand_id AS "brand: BrandId",
                name,
                document AS "document: Document",
                paper AS "paper: Paper",
                layout,
                version
            FROM templates
            WHERE org_id = $1 AND NOT archived
            "# + $rest,
            $($parameter)*
        )
    };
}

struct Row {
    id: PrintTemplateId,
    brand: BrandId,
    name: String,
    document: Document,
    paper: Paper,
    layout: serde_json::Value,
    version: i64,
}

impl TryFrom<Row> for Template {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let layout = serde_json::from_value(row.layout)
            .map_err(|_| StoreError::inconsistent("templates", "layout", row.id))?;
        Ok(Self {
            id: row.id,
            brand: row.brand,
            name: row.name,
            document: row.document,
            paper: row.paper,
            layout,
            version: row.version,
        })
    }
}

/// Finds a template in use.
pub async fn find(tx: &mut TenantTx, id: PrintTemplateId) -> Result<Option<Template>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_templates!("AND template_id = $2", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// Finds a template in use and keeps others from changing it until the transaction ends.
pub async fn lock(tx: &mut TenantTx, id: PrintTemplateId) -> Result<Option<Template>, StoreError> {
    let org = tx.org().as_uuid();
    let row = select_templates!("AND template_id = $2 FOR UPDATE", org, id.as_uuid(),)
        .fetch_optional(&mut **tx)
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// A page of the templates of a brand by name; `after` is the name and id that the page before ended with.
pub async fn list(
    tx: &mut TenantTx,
    brand: BrandId,
    after: Option<&(String, PrintTemplateId)>,
    limit: i64,
) -> Result<Vec<Template>, StoreError> {
    let org = tx.org().as_uuid();
    let rows = select_templates!(
        "AND brand_id = $2
         AND ($3::text IS NULL OR (name, template_id) > ($3, $4::uuid))
         ORDER BY name, template_id
         LIMIT $5",
        org,
        brand.as_uuid(),
        after.map(|(name, _)| name.as_str()),
        after.map(|(_, id)| id.as_uuid()),
        limit,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// How many templates in use a brand has.
pub async fn count(tx: &mut TenantTx, brand: BrandId) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
         FROM templates
         WHERE org_id = $1 AND brand_id = $2 AND NOT archived"#,
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

fn layout(layout: &Layout) -> serde_json::Value {
    serde_json::to_value(layout).expect("a layout is plain data")
}

/// Stores a new template.
pub async fn insert(
    tx: &mut TenantTx,
    template: &Template,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO templates (
             org_id, template_id, brand_id, name, document, paper, layout, version, created_at
         )
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.org().as_uuid(),
        template.id.as_uuid(),
        template.brand.as_uuid(),
        template.name,
        template.document as _,
        template.paper as _,
        layout(&template.layout),
        template.version,
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores what may change of a template whose row is locked.
pub async fn update(tx: &mut TenantTx, template: &Template) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE templates
         SET name = $3, layout = $4, version = $5
         WHERE org_id = $1 AND template_id = $2",
        tx.org().as_uuid(),
        template.id.as_uuid(),
        template.name,
        layout(&template.layout),
        template.version,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Archives a template; print points that had it have the default.
pub async fn archive(tx: &mut TenantTx, id: PrintTemplateId) -> Result<(), StoreError> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        "DELETE FROM point_templates WHERE org_id = $1 AND template_id = $2",
        org,
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE templates
         SET archived = true, version = version + 1
         WHERE org_id = $1 AND template_id = $2",
        org,
        id.as_uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
