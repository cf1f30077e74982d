//! Table `organisations`.

use chassis::{
    authn::Plan,
    clock::Clock,
    db::{OnConstraint as _, StoreError, SystemTx, TenantTx},
    error::{CommonReason, Problem},
    id::OrganisationId,
};

use crate::domain::organisation::Organisation;

/// Inserts an organisation; false when it exists already.
pub async fn insert(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    organisation: &Organisation,
) -> Result<bool, Problem> {
    let done = sqlx::query!(
        r#"
        INSERT INTO organisations (org_id, code, name, plan, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (org_id) DO NOTHING
        "#,
        organisation.id.as_uuid(),
        organisation.code,
        organisation.name,
        organisation.plan.as_str(),
        clock.now(),
    )
    .execute(&mut **tx)
    .await
    .on_constraint("organisations_code", || {
        Problem::new(CommonReason::CodeTaken).field("code", CommonReason::CodeTaken)
    })?;
    Ok(done.rows_affected() == 1)
}

/// Gets the organisation of the transaction.
pub async fn get(tx: &mut TenantTx) -> Result<Organisation, Problem> {
    let org = tx.org();
    let row = sqlx::query!(
        "SELECT org_id, code, name, plan FROM organisations WHERE org_id = $1",
        org.as_uuid()
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or_else(|| Problem::not_found("organisation"))?;
    Ok(Organisation {
        id: OrganisationId::from_uuid(row.org_id),
        code: row.code,
        name: row.name,
        plan: Plan::from_word(&row.plan)
            .ok_or_else(|| StoreError::inconsistent("organisations", "plan", row.org_id))?,
    })
}

/// Finds an organisation by the code typed at sign-in, before any tenant is known.
pub async fn find_id_by_code(
    tx: &mut SystemTx,
    code: &str,
) -> Result<Option<OrganisationId>, Problem> {
    let found = sqlx::query_scalar!("SELECT org_id FROM organisations WHERE code = $1", code)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(found.map(OrganisationId::from_uuid))
}
