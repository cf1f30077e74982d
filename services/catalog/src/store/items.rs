//! Items of a catalogue by their keys.

use chassis::{db::TenantTx, id::BrandId};
use uuid::Uuid;

use crate::domain::item::{Key, Kind, Named};

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

/// Those of `keys` that the brand has and that are not archived, with their names.
pub async fn names(
    tx: &mut TenantTx,
    brand: BrandId,
    keys: &[Key],
) -> Result<Vec<Named>, sqlx::Error> {
    let ids = |wanted: Kind| -> Vec<Uuid> {
        let ids = keys.iter().filter_map(|key| match key {
            Key::Id(kind, id) if *kind == wanted => Some(*id),
            _ => None,
        });
        ids.collect()
    };
    let labels = |wanted: Kind| -> Vec<String> {
        let labels = keys.iter().filter_map(|key| match key {
            Key::Label(kind, label) if *kind == wanted => Some(label.clone()),
            _ => None,
        });
        labels.collect()
    };
    let mut named = by_id(tx, brand, &ids).await?;
    named.extend(by_label(tx, brand, &labels(Kind::Station), &labels(Kind::PrintTag)).await?);
    Ok(named)
}

async fn by_id(
    tx: &mut TenantTx,
    brand: BrandId,
    ids: &impl Fn(Kind) -> Vec<Uuid>,
) -> Result<Vec<Named>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT 'product' AS "kind!", product.product_id AS "id!", product.name AS "name!",
                '' AS "detail!",
                ARRAY(
                    SELECT variant.variant_id
                    FROM variants AS variant
                    WHERE variant.org_id = product.org_id
                      AND variant.product_id = product.product_id
                      AND variant.archived_at IS NULL
                    ORDER BY variant.ordinal
                ) AS "skus!"
         FROM products AS product
         WHERE product.org_id = $1 AND product.brand_id = $2 AND product.product_id = ANY($3)
           AND product.archived_at IS NULL
         UNION ALL
         SELECT 'variant', variant.variant_id, product.name, variant.name, ARRAY[variant.variant_id]
         FROM variants AS variant
         JOIN products AS product USING (org_id, product_id)
         WHERE variant.org_id = $1 AND product.brand_id = $2 AND variant.variant_id = ANY($4)
           AND variant.archived_at IS NULL AND product.archived_at IS NULL
         UNION ALL
         SELECT 'option', option.option_id, option.name, options_of.name, ARRAY[option.option_id]
         FROM options AS option
         JOIN option_groups AS options_of USING (org_id, option_group_id)
         WHERE option.org_id = $1 AND options_of.brand_id = $2 AND option.option_id = ANY($5)
           AND option.archived_at IS NULL AND options_of.archived_at IS NULL
         UNION ALL
         SELECT 'category', category_id, name, '', ARRAY[]::uuid[]
         FROM categories
         WHERE org_id = $1 AND brand_id = $2 AND category_id = ANY($6) AND archived_at IS NULL"#,
        tx.org().as_uuid(),
        brand.as_uuid(),
        &ids(Kind::Product),
        &ids(Kind::Variant),
        &ids(Kind::Option),
        &ids(Kind::Category),
    )
    .fetch_all(&mut **tx)
    .await?;
    // The words are the query's own.
    let named = rows.into_iter().filter_map(|row| {
        Some(Named {
            key: Key::Id(Kind::from_word(&row.kind)?, row.id),
            name: row.name,
            detail: row.detail,
            skus: row.skus,
        })
    });
    Ok(named.collect())
}

/// A station or print tag exists when a product names it.
async fn by_label(
    tx: &mut TenantTx,
    brand: BrandId,
    stations: &[String],
    print_tags: &[String],
) -> Result<Vec<Named>, sqlx::Error> {
    if stations.is_empty() && print_tags.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        r#"SELECT 'station' AS "kind!", station AS "label!"
         FROM products
         WHERE org_id = $1 AND brand_id = $2 AND archived_at IS NULL AND station = ANY($3)
         UNION
         SELECT 'print_tag', print_tag
         FROM products
         WHERE org_id = $1 AND brand_id = $2 AND archived_at IS NULL AND print_tag = ANY($4)"#,
        tx.org().as_uuid(),
        brand.as_uuid(),
        stations,
        print_tags,
    )
    .fetch_all(&mut **tx)
    .await?;
    let named = rows.into_iter().filter_map(|row| {
        Some(Named {
            name: row.label.clone(),
            key: Key::Label(Kind::from_word(&row.kind)?, row.label),
            detail: String::new(),
            skus: Vec::new(),
        })
    });
    Ok(named.collect())
}
