//! Table `organisations`.

use chassis::{
    authn::Plan,
    clock::Clock,
    db::{self, SystemTx, TenantTx},
    error::Problem,
    id::OrganisationId,
};

use crate::domain::organisation::Organisation;

/// Inserts an organisation; answers false when it is there already.
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
        plan_key(organisation.plan),
        clock.now(),
    )
    .execute(&mut **tx)
    .await
    .map_err(|error| {
        db::on_constraint(error, "organisations_code", || {
            Problem::new("CODE_TAKEN").field("code", "CODE_TAKEN")
        })
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
        plan: plan_of(&row.plan)?,
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

fn plan_key(plan: Plan) -> &'static str {
    match plan {
        Plan::Basic => "basic",
        Plan::Advanced => "advanced",
        Plan::Max => "max",
    }
}

fn plan_of(key: &str) -> Result<Plan, Problem> {
    match key {
        "basic" => Ok(Plan::Basic),
        "advanced" => Ok(Plan::Advanced),
        "max" => Ok(Plan::Max),
        other => Err(Problem::internal(anyhow::anyhow!(
            "organisations.plan is {other:?}"
        ))),
    }
}
