//! CreateAccount: parses the request, and makes one account of a request that comes several times.

use std::str::FromStr as _;

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{CommonReason, Problem, Violations},
    id::{AccountId, OrganisationId},
    idempotency::Once,
    service::Context,
    text,
};
use proto::staff::v1::{CreateAccountRequest, CreateAccountResponse};

use super::convert;
use crate::{
    app::{accounts, passwords::PasswordQueue},
    domain::{account, account::Account, password, role::Role},
};

pub async fn handle(
    ctx: &Context,
    org: OrganisationId,
    creator: &Identity,
    request: CreateAccountRequest,
) -> Result<CreateAccountResponse, Problem> {
    let mut violations = Violations::new();
    let account = account::account_name("account", &request.account, &mut violations);
    let name = text::bounded("name", &request.name, 1..=60, &mut violations);
    let role = Role::from_str(&request.role).ok();
    if role.is_none() {
        violations.push("role", CommonReason::ValidationFailed);
    }
    password::check("password", &request.password, &account, &mut violations);
    let scope = convert::scope("scope", request.scope.clone(), &mut violations);

    let queue = PasswordQueue::enter(creator.actor.id()).await;
    let once = once(org, &request, &queue, &mut violations).await?;
    let role = violations.finish(role)?;
    let created = Account {
        org,
        id: AccountId::new(&*ctx.clock),
        account,
        name,
        role,
        password_hash: queue.hash(request.password).await?,
        session_generation: 1,
        scope,
        enabled: true,
        version: 1,
    };
    let mut tx = ctx.db.tenant(org).await?;
    let create = async |tx: &mut TenantTx| {
        accounts::insert(tx, &*ctx.clock, creator, &created).await?;
        Ok::<_, Problem>(CreateAccountResponse {
            account: Some(convert::account(&created)),
        })
    };
    let response = once.run(&mut tx, &*ctx.clock, create).await?;
    tx.commit().await?;
    Ok(response)
}

/// The idempotency key of the request. The password counts, so that a repeat with another one is
/// noticed, but as a slow hash, for a digest of the request is stored.
async fn once(
    org: OrganisationId,
    request: &CreateAccountRequest,
    queue: &PasswordQueue,
    violations: &mut Violations,
) -> Result<Once, Problem> {
    let password = if violations.is_empty() {
        let salt = format!("{org} {}", request.idempotency_key);
        queue.fingerprint(request.password.clone(), salt).await?
    } else {
        // The request is rejected, so its body is compared with nothing.
        String::new()
    };
    let body = CreateAccountRequest {
        password,
        ..request.clone()
    };
    let key = &request.idempotency_key;
    Ok(Once::parse("CreateAccount", key, &body, violations))
}
