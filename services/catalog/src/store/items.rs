//! Products, variants and options by their ids alone.

use chassis::db::TenantTx;
use uuid::Uuid;

/// Those of `items` that are the id of a product, variant or option, archived or not.
pub async fn find(tx: &mut TenantTx, items: &[Uuid]) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"SELECT product_id AS "id!" FROM products WHERE org_id = $1 AND product_id = ANY($2)
         UNION
         SELECT variant_id FROM variants WHERE org_id = $1 AND variant_id = ANY($2)
         UNION
         SELECT option_id FROM options WHERE org_id = $1 AND option_id = ANY($2)"#,
        tx.org().as_uuid(),
        items,
    )
    .fetch_all(&mut **tx)
    .await
}
