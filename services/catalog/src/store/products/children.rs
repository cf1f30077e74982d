//! What hangs on products: variants, categories, option groups.

use chassis::{clock::Clock, db::TenantTx, error::Problem};
use uuid::Uuid;

use crate::domain::product::Product;

/// Writes what hangs on the products as it shall be.
pub(super) async fn write(
    tx: &mut TenantTx,
    products: &[Product],
    clock: &dyn Clock,
) -> Result<(), Problem> {
    if products.is_empty() {
        return Ok(());
    }
    write_variants(tx, products, clock).await?;
    write_categories(tx, products).await?;
    write_option_groups(tx, products).await
}

fn ids(products: &[Product]) -> Vec<Uuid> {
    products
        .iter()
        .map(|product| product.id.as_uuid())
        .collect()
}

/// Items of many products as three columns: product, place, item.
fn placed<T>(
    products: &[Product],
    items: impl Fn(&Product) -> Vec<T>,
) -> (Vec<Uuid>, Vec<i16>, Vec<T>) {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for product in products {
        for (place, item) in (0_i16..).zip(items(product)) {
            columns.0.push(product.id.as_uuid());
            columns.1.push(place);
            columns.2.push(item);
        }
    }
    columns
}

/// Archives the variants that are gone and writes the rest in their order.
async fn write_variants(
    tx: &mut TenantTx,
    products: &[Product],
    clock: &dyn Clock,
) -> Result<(), Problem> {
    let org = tx.org().as_uuid();
    let (owners, places, variants) = placed(products, |product| product.variants.clone());
    let variant_ids: Vec<Uuid> = variants
        .iter()
        .map(|variant| variant.id.as_uuid())
        .collect();
    let names: Vec<String> = variants
        .iter()
        .map(|variant| variant.name.clone())
        .collect();
    let prices: Vec<i64> = variants.iter().map(|variant| variant.price).collect();
    sqlx::query!(
        "UPDATE variants AS variant
         SET archived_at = $4
         WHERE org_id = $1 AND product_id = ANY($2) AND archived_at IS NULL
           AND NOT EXISTS (SELECT FROM UNNEST($3::uuid[]) AS kept (id) WHERE kept.id = variant_id)",
        org,
        &ids(products),
        &variant_ids,
        clock.now(),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO variants (org_id, variant_id, product_id, ordinal, name, price)
         SELECT $1, new.id, new.product_id, new.ordinal, new.name, new.price
         FROM UNNEST($2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::bigint[])
             AS new (id, product_id, ordinal, name, price)
         ON CONFLICT (org_id, variant_id) DO UPDATE
         SET ordinal = excluded.ordinal, name = excluded.name, price = excluded.price",
        org,
        &variant_ids,
        &owners,
        &places,
        &names,
        &prices,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn write_categories(tx: &mut TenantTx, products: &[Product]) -> Result<(), Problem> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        "DELETE FROM product_categories
         WHERE org_id = $1 AND product_id = ANY($2)",
        org,
        &ids(products),
    )
    .execute(&mut **tx)
    .await?;
    let (owners, places, categories) = placed(products, |product| {
        product
            .details
            .category_ids
            .iter()
            .map(|id| id.as_uuid())
            .collect()
    });
    sqlx::query!(
        "INSERT INTO product_categories (org_id, product_id, ordinal, category_id)
         SELECT $1, new.product_id, new.ordinal, new.category_id
         FROM UNNEST($2::uuid[], $3::smallint[], $4::uuid[])
             AS new (product_id, ordinal, category_id)",
        org,
        &owners,
        &places,
        &categories,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn write_option_groups(tx: &mut TenantTx, products: &[Product]) -> Result<(), Problem> {
    let org = tx.org().as_uuid();
    sqlx::query!(
        "DELETE FROM product_option_groups
         WHERE org_id = $1 AND product_id = ANY($2)",
        org,
        &ids(products),
    )
    .execute(&mut **tx)
    .await?;
    let (owners, places, groups) = placed(products, |product| {
        product
            .details
            .option_group_ids
            .iter()
            .map(|id| id.as_uuid())
            .collect()
    });
    sqlx::query!(
        "INSERT INTO product_option_groups (org_id, product_id, ordinal, option_group_id)
         SELECT $1, new.product_id, new.ordinal, new.option_group_id
         FROM UNNEST($2::uuid[], $3::smallint[], $4::uuid[])
             AS new (product_id, ordinal, option_group_id)",
        org,
        &owners,
        &places,
        &groups,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
