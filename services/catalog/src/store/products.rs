//! Products with their variants, categories and option groups; every statement takes many at once.

mod children;

use chassis::{
    clock::Clock,
    db::{TenantTx, on_constraint},
    error::Problem,
    id::{BrandId, CategoryId, OptionGroupId, ProductId, VariantId},
};
use uuid::Uuid;

use super::inconsistent;
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
        let wrong = |column| inconsistent("products", column, row.product_id);
        let tax_type = match &row.tax_type {
            None => None,
            Some(word) => Some(TaxType::from_word(word).ok_or_else(|| wrong("tax_type"))?),
        };
        if row.category_ids.is_empty() {
            return Err(wrong("category_ids"));
        }
        let prices = row.variant_names.iter().zip(&row.variant_prices);
        let variants = row.variant_ids.iter().zip(prices).map(|(id, (name, price))| Variant {
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
                category_ids: row.category_ids.into_iter().map(CategoryId::from_uuid).collect(),
                option_group_ids: row
                    .option_group_ids
                    .into_iter()
                    .map(OptionGroupId::from_uuid)
                    .collect(),
                tax_type,
                min_per_order: row.min_per_order.into(),
                max_per_order: row.max_per_order.into(),
                make_seconds: row.make_seconds,
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
                product.position, product.version,
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
    found.into_iter().next().ok_or_else(|| Error::NotFound("product").into())
}

/// Finds the brand of a product that is not archived.
pub async fn find_brand(
    tx: &mut TenantTx,
    product: ProductId,
) -> Result<Option<BrandId>, Problem> {
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

/// The columns of many products, one array each.
struct Columns {
    ids: Vec<Uuid>,
    codes: Vec<String>,
    names: Vec<String>,
    names_en: Vec<String>,
    descriptions: Vec<String>,
    allergens: Vec<String>,
    tax_types: Vec<Option<String>>,
    displays: Vec<String>,
    fewest: Vec<i32>,
    most: Vec<i32>,
    make_seconds: Vec<i32>,
    positions: Vec<i32>,
    versions: Vec<i64>,
}

impl Columns {
    fn of(products: &[Product]) -> Self {
        fn all<T>(products: &[Product], column: impl Fn(&Product) -> T) -> Vec<T> {
            products.iter().map(column).collect()
        }
        Self {
            ids: all(products, |it| it.id.as_uuid()),
            codes: all(products, |it| it.details.code.clone()),
            names: all(products, |it| it.details.name.clone()),
            names_en: all(products, |it| it.details.name_en.clone()),
            descriptions: all(products, |it| it.details.description.clone()),
            allergens: all(products, |it| it.details.allergens.clone()),
            tax_types: all(products, |it| it.details.tax_type.map(|tax| tax.as_str().to_owned())),
            displays: all(products, |it| it.details.display.as_str().to_owned()),
            fewest: all(products, |it| it.details.min_per_order),
            most: all(products, |it| it.details.max_per_order),
            make_seconds: all(products, |it| it.details.make_seconds),
            positions: all(products, |it| it.position),
            versions: all(products, |it| it.version),
        }
    }
}

/// Inserts products; refuses with `CODE_TAKEN` when the brand has one of the codes.
pub async fn insert(
    tx: &mut TenantTx,
    brand: BrandId,
    products: &[Product],
    clock: &dyn Clock,
) -> Result<(), Problem> {
    let columns = Columns::of(products);
    sqlx::query!(
        "INSERT INTO products
             (org_id, product_id, brand_id, code, name, name_en, description, allergens, tax_type,
              display, min_per_order, max_per_order, make_seconds, position, version,
              created_at, updated_at)
         SELECT $1, new.id, $2, new.code, new.name, new.name_en, new.description, new.allergens,
                new.tax_type, new.display, new.fewest, new.most, new.make_seconds, new.position,
                1, $3, $3
         FROM UNNEST($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                     $10::text[], $11::text[], $12::int[], $13::int[], $14::int[], $15::int[])
             AS new (id, code, name, name_en, description, allergens, tax_type, display, fewest,
                     most, make_seconds, position)",
        tx.org().as_uuid(),
        brand.as_uuid(),
        clock.now(),
        &columns.ids,
        &columns.codes,
        &columns.names,
        &columns.names_en,
        &columns.descriptions,
        &columns.allergens,
        &columns.tax_types as &[Option<String>],
        &columns.displays,
        &columns.fewest,
        &columns.most,
        &columns.make_seconds,
        &columns.positions,
    )
    .execute(&mut **tx)
    .await
    .map_err(code_taken)?;
    children::write(tx, products, clock).await
}

/// Stores changed products under their next versions; each carries the version it was read at, and
/// one that is stale refuses them all.
pub async fn update(
    tx: &mut TenantTx,
    products: &[Product],
    clock: &dyn Clock,
) -> Result<(), Problem> {
    let columns = Columns::of(products);
    let updated = sqlx::query!(
        "UPDATE products AS product
         SET code = new.code, name = new.name, name_en = new.name_en,
             description = new.description, allergens = new.allergens, tax_type = new.tax_type,
             display = new.display, min_per_order = new.fewest, max_per_order = new.most,
             make_seconds = new.make_seconds, position = new.position,
             version = product.version + 1, updated_at = $2
         FROM UNNEST($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::text[], $11::int[], $12::int[], $13::int[], $14::int[],
                     $15::bigint[])
             AS new (id, code, name, name_en, description, allergens, tax_type, display, fewest,
                     most, make_seconds, position, version)
         WHERE product.org_id = $1 AND product.product_id = new.id
           AND product.version = new.version AND product.archived_at IS NULL",
        tx.org().as_uuid(),
        clock.now(),
        &columns.ids,
        &columns.codes,
        &columns.names,
        &columns.names_en,
        &columns.descriptions,
        &columns.allergens,
        &columns.tax_types as &[Option<String>],
        &columns.displays,
        &columns.fewest,
        &columns.most,
        &columns.make_seconds,
        &columns.positions,
        &columns.versions,
    )
    .execute(&mut **tx)
    .await
    .map_err(code_taken)?;
    if updated.rows_affected() != products.len() as u64 {
        return Err(Problem::new("VERSION_CONFLICT").message("a product was changed meanwhile"));
    }
    children::write(tx, products, clock).await
}

fn code_taken(error: sqlx::Error) -> Problem {
    on_constraint(error, "products_code_key", || Error::CodeTaken { field: "product.code" }.into())
}

/// Puts the products of one main category into the order of `ids`, counted from 0. The places of
/// the others are not their own change, so no version moves.
pub async fn arrange(tx: &mut TenantTx, ids: &[ProductId]) -> Result<(), Problem> {
    let ids: Vec<Uuid> = ids.iter().map(ProductId::as_uuid).collect();
    sqlx::query!(
        "UPDATE products AS product
         SET position = wanted.place - 1
         FROM UNNEST($2::uuid[]) WITH ORDINALITY AS wanted (id, place)
         WHERE product.org_id = $1
           AND product.product_id = wanted.id
           AND product.position <> wanted.place - 1",
        tx.org().as_uuid(),
        &ids,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Archives a product; its code may be used again.
pub async fn archive(
    tx: &mut TenantTx,
    product: ProductId,
    version: i64,
    clock: &dyn Clock,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE products
         SET archived_at = $4, version = version + 1, updated_at = $4
         WHERE org_id = $1 AND product_id = $2 AND version = $3 AND archived_at IS NULL
         RETURNING product_id",
        tx.org().as_uuid(),
        product.as_uuid(),
        version,
        clock.now(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}

/// First number above those of all codes the brand has had of the form `P00001`.
pub async fn next_code_number(tx: &mut TenantTx, brand: BrandId) -> Result<i64, Problem> {
    let number = sqlx::query_scalar!(
        r#"SELECT coalesce(max(substring(code FROM 2)::bigint), 0) + 1 AS "number!"
         FROM products
         WHERE org_id = $1 AND brand_id = $2 AND code ~ '^P[0-9]{1,9}$'"#,
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(number)
}
