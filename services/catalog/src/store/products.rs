//! Products with their variants, categories and option groups; every statement takes many at once.

mod children;
mod read;

use chassis::{
    clock::Clock,
    db::{OnConstraint as _, StoreError, TenantTx},
    error::Problem,
    id::{BrandId, ProductId},
    text,
};
use uuid::Uuid;

pub use read::{find_brand, get, list};

use crate::domain::{Error, product::Product};

/// The columns of many products, one array each.
struct Columns {
    ids: Vec<Uuid>,
    codes: Vec<String>,
    code_keys: Vec<String>,
    names: Vec<String>,
    name_keys: Vec<String>,
    names_en: Vec<String>,
    descriptions: Vec<String>,
    allergens: Vec<String>,
    tax_types: Vec<Option<String>>,
    displays: Vec<String>,
    fewest: Vec<i32>,
    most: Vec<i32>,
    make_seconds: Vec<i32>,
    stations: Vec<String>,
    print_tags: Vec<String>,
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
            code_keys: all(products, |it| text::folded(&it.details.code)),
            names: all(products, |it| it.details.name.clone()),
            name_keys: all(products, |it| text::folded(&it.details.name)),
            names_en: all(products, |it| it.details.name_en.clone()),
            descriptions: all(products, |it| it.details.description.clone()),
            allergens: all(products, |it| it.details.allergens.clone()),
            tax_types: all(products, |it| {
                it.details.tax_type.map(|tax| tax.as_str().to_owned())
            }),
            displays: all(products, |it| it.details.display.as_str().to_owned()),
            fewest: all(products, |it| it.details.min_per_order),
            most: all(products, |it| it.details.max_per_order),
            make_seconds: all(products, |it| it.details.make_seconds),
            stations: all(products, |it| it.details.station.clone()),
            print_tags: all(products, |it| it.details.print_tag.clone()),
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
             (org_id, product_id, brand_id, code, code_key, name, name_key, name_en, description,
              allergens, tax_type, display, min_per_order, max_per_order, make_seconds, station,
              print_tag, position, version, created_at, updated_at)
         SELECT $1, new.id, $2, new.code, new.code_key, new.name, new.name_key, new.name_en,
                new.description, new.allergens, new.tax_type, new.display, new.fewest, new.most,
                new.make_seconds, new.station, new.print_tag, new.position, 1, $3, $3
         FROM UNNEST($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                     $10::text[], $11::text[], $12::int[], $13::int[], $14::int[], $15::text[],
                     $16::text[], $17::int[], $18::text[], $19::text[])
             AS new (id, code, name, name_en, description, allergens, tax_type, display, fewest,
                     most, make_seconds, station, print_tag, position, code_key, name_key)",
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
        &columns.stations,
        &columns.print_tags,
        &columns.positions,
        &columns.code_keys,
        &columns.name_keys,
    )
    .execute(&mut **tx)
    .await
    .on_constraint("products_code_key", code_taken)?;
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
         SET code = new.code, code_key = new.code_key, name = new.name,
             name_key = new.name_key, name_en = new.name_en,
             description = new.description, allergens = new.allergens, tax_type = new.tax_type,
             display = new.display, min_per_order = new.fewest, max_per_order = new.most,
             make_seconds = new.make_seconds, station = new.station,
             print_tag = new.print_tag, position = new.position,
             version = product.version + 1, updated_at = $2
         FROM UNNEST($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::text[], $11::int[], $12::int[], $13::int[], $14::text[],
                     $15::text[], $16::int[], $17::bigint[], $18::text[], $19::text[])
             AS new (id, code, name, name_en, description, allergens, tax_type, display, fewest,
                     most, make_seconds, station, print_tag, position, version, code_key, name_key)
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
        &columns.stations,
        &columns.print_tags,
        &columns.positions,
        &columns.versions,
        &columns.code_keys,
        &columns.name_keys,
    )
    .execute(&mut **tx)
    .await
    .on_constraint("products_code_key", code_taken)?;
    // The brand is locked, so each product still has the version it was read at.
    StoreError::check_row_count("products", products.len(), updated.rows_affected())?;
    children::write(tx, products, clock).await
}

fn code_taken() -> Problem {
    Error::CodeTaken {
        field: "product.code",
    }
    .into()
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
