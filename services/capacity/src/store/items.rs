//! Settings of stock items.

use anyhow::Context as _;
use chassis::{
    db::TenantTx,
    id::{BranchId, SkuId},
};

use crate::domain::stock::{StockItem, StockMode};

/// Lists the stock items of a branch, by unit.
pub async fn list(tx: &mut TenantTx, branch_id: BranchId) -> anyhow::Result<Vec<StockItem>> {
    let org = tx.org().as_uuid();
    sqlx::query_as!(
        StockItem,
        r#"
        SELECT
            sku_id AS "sku_id: SkuId",
            mode AS "mode: StockMode",
            daily_amount,
            low_threshold,
            version
        FROM stock_items
        WHERE org_id = $1
          AND branch_id = $2
        ORDER BY sku_id
        "#,
        org,
        branch_id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await
    .context("list the stock items of a branch")
}

/// Finds the stock items of these units; those without one are left out.
pub async fn find_many(
    tx: &mut TenantTx,
    branch_id: BranchId,
    sku_ids: &[SkuId],
) -> anyhow::Result<Vec<StockItem>> {
    let org = tx.org().as_uuid();
    let sku_ids: Vec<_> = sku_ids.iter().map(SkuId::as_uuid).collect();
    sqlx::query_as!(
        StockItem,
        r#"
        SELECT
            sku_id AS "sku_id: SkuId",
            mode AS "mode: StockMode",
            daily_amount,
            low_threshold,
            version
        FROM stock_items
        WHERE org_id = $1
          AND branch_id = $2
          AND sku_id = ANY($3)
        "#,
        org,
        branch_id.as_uuid(),
        &sku_ids,
    )
    .fetch_all(&mut **tx)
    .await
    .context("find stock items")
}

/// Keeps the settings of an item of a locked branch.
pub async fn upsert(
    tx: &mut TenantTx,
    branch_id: BranchId,
    item: &StockItem,
) -> anyhow::Result<()> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        r#"
        INSERT INTO stock_items
            (org_id, branch_id, sku_id, mode, daily_amount, low_threshold, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (org_id, branch_id, sku_id) DO UPDATE
        SET mode = excluded.mode,
            daily_amount = excluded.daily_amount,
            low_threshold = excluded.low_threshold,
            version = excluded.version
        "#,
        org,
        branch_id.as_uuid(),
        item.sku_id.as_uuid(),
        item.mode as StockMode,
        item.daily_amount,
        item.low_threshold,
        item.version,
    )
    .execute(&mut **tx)
    .await
    .context("keep a stock item")?;
    Ok(())
}
