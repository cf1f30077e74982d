//! Option groups with their options.

use chassis::{
    clock::Clock,
    db::TenantTx,
    error::Problem,
    id::{BrandId, OptionGroupId, OptionId},
};
use uuid::Uuid;

use crate::domain::option_group::{Choice, OptionGroup};

/// Lists a brand's option groups by name, each with its options in order.
pub async fn list(tx: &mut TenantTx, brand: BrandId) -> Result<Vec<OptionGroup>, Problem> {
    let groups = sqlx::query!(
        "SELECT option_group_id, name, min, max, free_count, version
         FROM option_groups
         WHERE org_id = $1 AND brand_id = $2 AND archived_at IS NULL
         ORDER BY name, option_group_id",
        tx.org().as_uuid(),
        brand.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let ids: Vec<Uuid> = groups.iter().map(|group| group.option_group_id).collect();
    let options = sqlx::query!(
        "SELECT option_group_id, option_id, name, price, max_quantity, default_chosen
         FROM options
         WHERE org_id = $1 AND option_group_id = ANY($2) AND archived_at IS NULL
         ORDER BY option_group_id, ordinal",
        tx.org().as_uuid(),
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;

    let choices_of = |group: Uuid| {
        let own = options
            .iter()
            .filter(|option| option.option_group_id == group);
        own.map(|option| Choice {
            id: OptionId::from_uuid(option.option_id),
            name: option.name.clone(),
            price: option.price,
            max_quantity: option.max_quantity,
            default_chosen: option.default_chosen,
        })
        .collect()
    };
    Ok(groups
        .into_iter()
        .map(|row| OptionGroup {
            id: OptionGroupId::from_uuid(row.option_group_id),
            options: choices_of(row.option_group_id),
            name: row.name,
            min: row.min,
            max: row.max,
            free_count: row.free_count,
            version: row.version,
        })
        .collect())
}

/// Finds the brand of a group that is not archived.
pub async fn find_brand(
    tx: &mut TenantTx,
    group: OptionGroupId,
) -> Result<Option<BrandId>, Problem> {
    let brand = sqlx::query_scalar!(
        "SELECT brand_id
         FROM option_groups
         WHERE org_id = $1 AND option_group_id = $2 AND archived_at IS NULL",
        tx.org().as_uuid(),
        group.as_uuid(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(brand.map(BrandId::from_uuid))
}

/// Inserts a group with its options.
pub async fn insert(
    tx: &mut TenantTx,
    brand: BrandId,
    group: &OptionGroup,
    clock: &dyn Clock,
) -> Result<(), Problem> {
    sqlx::query!(
        "INSERT INTO option_groups
             (org_id, option_group_id, brand_id, name, min, max, free_count, version,
              created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
        tx.org().as_uuid(),
        group.id.as_uuid(),
        brand.as_uuid(),
        group.name,
        group.min,
        group.max,
        group.free_count,
        group.version,
        clock.now(),
    )
    .execute(&mut **tx)
    .await?;
    write_options(tx, group, clock).await
}

/// Stores a changed group under its next version; `group.version` is the one it was read at.
pub async fn update(
    tx: &mut TenantTx,
    group: &OptionGroup,
    clock: &dyn Clock,
) -> Result<i64, Problem> {
    let version = sqlx::query_scalar!(
        "UPDATE option_groups
         SET name = $4, min = $5, max = $6, free_count = $7, version = version + 1,
             updated_at = $8
         WHERE org_id = $1 AND option_group_id = $2 AND version = $3 AND archived_at IS NULL
         RETURNING version",
        tx.org().as_uuid(),
        group.id.as_uuid(),
        group.version,
        group.name,
        group.min,
        group.max,
        group.free_count,
        clock.now(),
    )
    .fetch_one(&mut **tx)
    .await?;
    write_options(tx, group, clock).await?;
    Ok(version)
}

/// Archives the options that are gone and writes the rest in their order.
async fn write_options(
    tx: &mut TenantTx,
    group: &OptionGroup,
    clock: &dyn Clock,
) -> Result<(), Problem> {
    let org = tx.org().as_uuid();
    let options = &group.options;
    let ids: Vec<Uuid> = options.iter().map(|option| option.id.as_uuid()).collect();
    let names: Vec<String> = options.iter().map(|option| option.name.clone()).collect();
    let prices: Vec<i64> = options.iter().map(|option| option.price).collect();
    let quantities: Vec<i16> = options.iter().map(|option| option.max_quantity).collect();
    let defaults: Vec<bool> = options.iter().map(|option| option.default_chosen).collect();
    sqlx::query!(
        "UPDATE options
         SET archived_at = $4
         WHERE org_id = $1 AND option_group_id = $2 AND archived_at IS NULL
           AND option_id <> ALL($3)",
        org,
        group.id.as_uuid(),
        &ids,
        clock.now(),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO options
             (org_id, option_id, option_group_id, ordinal, name, price, max_quantity,
              default_chosen)
         SELECT $1, new.id, $2, new.place - 1, new.name, new.price, new.max_quantity,
                new.default_chosen
         FROM UNNEST($3::uuid[], $4::text[], $5::bigint[], $6::smallint[], $7::bool[])
             WITH ORDINALITY AS new (id, name, price, max_quantity, default_chosen, place)
         ON CONFLICT (org_id, option_id) DO UPDATE
         SET ordinal = excluded.ordinal, name = excluded.name, price = excluded.price,
             max_quantity = excluded.max_quantity, default_chosen = excluded.default_chosen",
        org,
        group.id.as_uuid(),
        &ids,
        &names,
        &prices,
        &quantities,
        &defaults,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Names of the products that use a group, at most 20.
pub async fn list_users(tx: &mut TenantTx, group: OptionGroupId) -> Result<Vec<String>, Problem> {
    let names = sqlx::query_scalar!(
        "SELECT product.name
         FROM product_option_groups AS used
         JOIN products AS product USING (org_id, product_id)
         WHERE used.org_id = $1 AND used.option_group_id = $2 AND product.archived_at IS NULL
         ORDER BY product.name
         LIMIT 20",
        tx.org().as_uuid(),
        group.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(names)
}

/// Archives a group.
pub async fn archive(
    tx: &mut TenantTx,
    group: OptionGroupId,
    version: i64,
    clock: &dyn Clock,
) -> Result<(), Problem> {
    sqlx::query!(
        "UPDATE option_groups
         SET archived_at = $4, version = version + 1, updated_at = $4
         WHERE org_id = $1 AND option_group_id = $2 AND version = $3 AND archived_at IS NULL
         RETURNING option_group_id",
        tx.org().as_uuid(),
        group.as_uuid(),
        version,
        clock.now(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}
