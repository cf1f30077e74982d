//! Pages of a brand's products, by category and place.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{BrandId, CategoryId, ProductId},
    request::{Page, PageRequest},
    text,
};
use serde::{Deserialize, Serialize};

use crate::domain::product::{Display, Product};

/// One more than the count is exact to.
const COUNTED: i64 = 10_001;

/// Which products are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this category, be it the main one or not.
    pub category: Option<CategoryId>,
    /// Part of the name or code; empty for all.
    pub text: String,
    /// Only this display state.
    pub display: Option<Display>,
}

/// Where a page ends, and the next one goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Place of the main category.
    pub category_position: i32,
    /// Main category.
    pub category_id: CategoryId,
    /// Place in it.
    pub position: i32,
    /// The product.
    pub product_id: ProductId,
}

/// Lists a page of products, and how many there are: exact to 10,000, and 10,001 means more.
pub async fn list(
    tx: &mut TenantTx,
    brand: BrandId,
    filter: &Filter,
    page: &PageRequest<Cursor>,
) -> Result<(Page<Product>, i64), Problem> {
    let after = page.after.as_ref();
    let rows = sqlx::query!(
        "SELECT product.product_id, product.position, category.category_id,
                category.position AS category_position
         FROM products AS product
         JOIN product_categories AS main
           ON main.org_id = $1 AND main.product_id = product.product_id AND main.ordinal = 0
         JOIN categories AS category
           ON category.org_id = $1 AND category.category_id = main.category_id
         WHERE product.org_id = $1
           AND product.brand_id = $2
           AND product.archived_at IS NULL
           AND ($3::uuid IS NULL OR EXISTS (
                SELECT FROM product_categories AS own
                WHERE own.org_id = $1 AND own.product_id = product.product_id
                  AND own.category_id = $3))
           AND (strpos(product.name_key, $4) > 0 OR strpos(product.code_key, $4) > 0)
           AND ($5::text IS NULL OR product.display = $5)
           AND ($6::int IS NULL
                OR (category.position, category.category_id, product.position, product.product_id)
                   > ($6, $7::uuid, $8::int, $9::uuid))
         ORDER BY category.position, category.category_id, product.position, product.product_id
         LIMIT $10",
        tx.org().as_uuid(),
        brand.as_uuid(),
        filter.category.map(|category| category.as_uuid()),
        text::folded(&filter.text),
        filter.display.map(|display| display.as_str()),
        after.map(|after| after.category_position),
        after.map(|after| after.category_id.as_uuid()),
        after.map(|after| after.position),
        after.map(|after| after.product_id.as_uuid()),
        page.limit(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let page = page.page(rows, |last| Cursor {
        category_position: last.category_position,
        category_id: CategoryId::from_uuid(last.category_id),
        position: last.position,
        product_id: ProductId::from_uuid(last.product_id),
    });
    let ids: Vec<ProductId> = page
        .items
        .iter()
        .map(|row| ProductId::from_uuid(row.product_id))
        .collect();
    let page = Page {
        items: super::products::list(tx, brand, Some(&ids)).await?,
        next_page_token: page.next_page_token,
    };
    Ok((page, count(tx, brand, filter).await?))
}

async fn count(tx: &mut TenantTx, brand: BrandId, filter: &Filter) -> Result<i64, Problem> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
         FROM (
             SELECT
             FROM products AS product
             WHERE product.org_id = $1
               AND product.brand_id = $2
               AND product.archived_at IS NULL
               AND ($3::uuid IS NULL OR EXISTS (
                    SELECT FROM product_categories AS own
                    WHERE own.org_id = $1 AND own.product_id = product.product_id
                      AND own.category_id = $3))
               AND (strpos(product.name_key, $4) > 0 OR strpos(product.code_key, $4) > 0)
               AND ($5::text IS NULL OR product.display = $5)
             LIMIT $6
         ) AS found"#,
        tx.org().as_uuid(),
        brand.as_uuid(),
        filter.category.map(|category| category.as_uuid()),
        text::folded(&filter.text),
        filter.display.map(|display| display.as_str()),
        COUNTED,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}
