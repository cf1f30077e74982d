//! Reading products.

use chassis::{
    db::{StoreError, TenantTx},
    error::Problem,
    id::{BrandId, CategoryId, OptionGroupId, ProductId, VariantId},
};
use uuid::Uuid;

use crate::domain::{
    Error,
    product::{Details, Display, Product, TaxType, Variant},
};

struct Row {
    product_id: Uuid,
    code: String,
    name: String,
    name_en: String,
    description: String,
    allergens: String,
    tax_type: Option<String>,
    display: String,
    min_per_order: i16,
    max_per_order: i16,
    make_seconds: i32,
    station: String,
    print_tag: String,
    position: i32,
    version: i64,
    category_ids: Vec<Uuid>,
    option_group_ids: Vec<Uuid>,
    variant_ids: Vec<Uuid>,
    variant_names: Vec<String>,
    variant_prices: Vec<i64>,
}

impl TryFrom<Row> for Product {
    type Error = Problem;

    fn try_from(row: Row) -> Result<Self, Problem> {
        let wrong = |column| StoreError::inconsistent("products", column, row.product_id);
        let tax_type = match &row.tax_type {
            None => None,
            Some(word) => Some(TaxType::from_word(word).ok_or_else(|| wrong("tax_type"))?),
        };
        if row.category_ids.is_empty() {
            return Err(wrong("category_ids").into());
        }
        let prices = row.variant_names.iter().zip(&row.variant_prices);
        let variants = row
            .variant_ids
            .iter()
            .zip(prices)
            .map(|(id, (name, price))| Variant {
                id: VariantId::from_uuid(*id),
                name: name.clone(),
                price: *price,
            });
        Ok(Self {
            id: ProductId::from_uuid(row.product_id),
            variants: variants.collect(),
            position: row.position,
            version: row.version,
            details: Details {
                display: Display::from_word(&row.display).ok_or_else(|| wrong("display"))?,
                code: row.code,
                name: row.name,
                name_en: row.name_en,
                description: row.description,
                allergens: row.allergens,
                category_ids: row
                    .category_ids
                    .into_iter()
                    .map(CategoryId::from_uuid)
                    .collect(),
                option_group_ids: row
                    .option_group_ids
                    .into_iter()
                    .map(OptionGroupId::from_uuid)
                    .collect(),
                tax_type,
                min_per_order: row.min_per_order.into(),
                max_per_order: row.max_per_order.into(),
                make_seconds: row.make_seconds,
                station: row.station,
                print_tag: row.print_tag,
            },
        })
    }
}

/// Lists a brand's products by category and place: all of them, or those named.
pub async fn list(
    tx: &mut TenantTx,
    brand: BrandId,
    only: Option<&[ProductId]>,
) -> Result<Vec<Product>, Problem> {
    let only: Option<Vec<Uuid>> = only.map(|ids| ids.iter().map(ProductId::as_uuid).collect());
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT product.product_id, product.code, product.name, product.name_en,
                product.description, product.allergens, product.tax_type, product.display,
                product.min_per_order, product.max_per_order, product.make_seconds,
                product.station, product.print_tag, product.position, product.version,
                ARRAY (
                    SELECT category_id FROM product_categories AS own
                    WHERE own.org_id = $1 AND own.product_id = product.product_id
                    ORDER BY ordinal
                ) AS "category_ids!",
                ARRAY (
                    SELECT option_group_id FROM product_option_groups AS own
                    WHERE own.org_id = $1 AND own.product_id = product.product_id
                    ORDER BY ordinal
                ) AS "option_group_ids!",
                ARRAY (
                    SELECT variant_id FROM variants AS own
                    WHERE own.org_id = $1 AND own.product_id = product.product_id
                      AND own.archived_at IS NULL
                    ORDER BY ordinal, variant_id
                ) AS "variant_ids!",
                ARRAY (
                    SELECT name FROM variants AS own
                    WHERE own.org_id = $1 AND own.product_id = product.product_id
                      AND own.archived_at IS NULL
                    ORDER BY ordinal, variant_id
                ) AS "variant_names!",
                ARRAY (
                    SELECT price FROM variants AS own
                    WHERE own.org_id = $1 AND own.product_id = product.product_id
                      AND own.archived_at IS NULL
                    ORDER BY ordinal, variant_id
                ) AS "variant_prices!"
         FROM products AS product
         JOIN product_categories AS main
           ON main.org_id = $1 AND main.product_id = product.product_id AND main.ordinal = 0
         JOIN categories AS category
           ON category.org_id = $1 AND category.category_id = main.category_id
         WHERE product.org_id = $1
           AND product.brand_id = $2
           AND product.archived_at IS NULL
           AND ($3::uuid[] IS NULL OR product.product_id = ANY($3))
         ORDER BY category.position, category.category_id, product.position, product.product_id"#,
        tx.org().as_uuid(),
        brand.as_uuid(),
        only.as_deref() as Option<&[Uuid]>,
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter().map(Product::try_from).collect()
}

/// Gets one product of a brand.
pub async fn get(
    tx: &mut TenantTx,
    brand: BrandId,
    product: ProductId,
) -> Result<Product, Problem> {
    let found = list(tx, brand, Some(&[product])).await?;
    found
        .into_iter()
        .next()
        .ok_or_else(|| Error::NotFound("product").into())
}

/// Finds the brand of a product that is not archived.
pub async fn find_brand(tx: &mut TenantTx, product: ProductId) -> Result<Option<BrandId>, Problem> {
    let brand = sqlx::query_scalar!(
        "SELECT brand_id
         FROM products
         WHERE org_id = $1 AND product_id = $2 AND archived_at IS NULL",
        tx.org().as_uuid(),
        product.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(brand.map(BrandId::from_uuid))
}
