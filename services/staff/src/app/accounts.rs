//! Creating, listing, enabling and disabling accounts.

use chassis::{
    audit,
    authn::{Identity, Scope},
    clock::Clock,
    db::TenantTx,
    error::{CommonReason, Problem, check_version},
    id::{AccountId, OrganisationId},
    request::{Page, PageRequest},
    service::Context,
};
use proto::staff::v1::StaffReason;

use serde_json::{Value, json};

use super::sessions;
use crate::{
    domain::{account, account::Account, organisation::Organisation, role::Role},
    events, store,
};

/// The account that asks, with its organisation.
pub async fn me(
    ctx: &Context,
    org: OrganisationId,
    account: AccountId,
) -> Result<(Account, Organisation), Problem> {
    let mut tx = ctx.db.tenant(org).await?;
    let account = store::accounts::get(&mut tx, account).await?;
    let organisation = store::organisations::get(&mut tx).await?;
    tx.commit().await?;
    Ok((account, organisation))
}

/// Lists the accounts within the caller's scope by name, a page at a time; a page ends at a name.
pub async fn list(
    ctx: &Context,
    org: OrganisationId,
    caller: &Identity,
    page: &PageRequest<String>,
) -> Result<Page<Account>, Problem> {
    let mut tx = ctx.db.tenant(org).await?;
    let scope = account_of(&mut tx, caller).await?.scope;
    let scope = with_branches(&mut tx, &scope).await?;
    let after = page.after.as_deref().unwrap_or_default();
    let accounts = store::accounts::list(&mut tx, &scope, after, page.limit()).await?;
    tx.commit().await?;
    Ok(page.page(accounts, |last| last.account.clone()))
}

/// Inserts an account that `creator` asked for. Refuses what would give anything not strictly below the
/// creator's own with `ESCALATION`, and a name in use with `ACCOUNT_TAKEN`.
pub async fn insert(
    tx: &mut TenantTx,
    clock: &dyn Clock,
    creator: &Identity,
    new: &Account,
) -> Result<(), Problem> {
    refuse_escalation(tx, creator, new.role, &new.scope).await?;
    if store::accounts::insert(tx, clock, new).await? {
        audit::changed("account", new.id, &Value::Null, &audited(new));
        return Ok(());
    }
    Err(Problem::new(StaffReason::AccountTaken).field("account", StaffReason::AccountTaken))
}

/// Enables or disables an account; disabling ends its sessions for good.
pub async fn set_enabled(
    ctx: &Context,
    org: OrganisationId,
    changer: &Identity,
    id: AccountId,
    version: i64,
    enabled: bool,
) -> Result<Account, Problem> {
    let outdated = if enabled {
        Vec::new()
    } else {
        sessions::outdated(ctx, id).await
    };
    let mut tx = ctx.db.tenant(org).await?;
    // Owners first, then the row itself: the same order for everybody.
    let owners = store::accounts::lock_enabled_owners(&mut tx).await?;
    let present = store::accounts::get(&mut tx, id).await?;
    let changer = account_of(&mut tx, changer).await?;
    if !account::is_within(
        &present.scope,
        &with_branches(&mut tx, &changer.scope).await?,
    ) || !changer.role.may_give(present.role)
    {
        return Err(Problem::new(StaffReason::Escalation)
            .message("the account is not below the caller's own"));
    }
    check_version(version, present.version)?;
    if !enabled && present.enabled && present.role == Role::Owner && owners <= 1 {
        return Err(
            Problem::new(StaffReason::LastOwner).message("the last owner can't be disabled")
        );
    }
    if !store::accounts::update_enabled(&mut tx, id, version, enabled).await? {
        // Changed since it was read above.
        let present = store::accounts::get(&mut tx, id).await?;
        return Err(Problem::version_conflict(version, present.version));
    }
    let changed = store::accounts::get(&mut tx, id).await?;
    audit::changed("account", id, &audited(&present), &audited(&changed));
    events::publish_sessions_ended(&mut tx, &*ctx.clock, id, &outdated).await?;
    tx.commit().await?;
    sessions::clear(ctx, id, &outdated).await;
    Ok(changed)
}

/// What the audit shows of an account: not the name of the person, which may be erased one day.
fn audited(account: &Account) -> Value {
    json!({
        "account": account.account,
        "role": account.role.key(),
        "scope": account.scope,
        "enabled": account.enabled,
    })
}

async fn refuse_escalation(
    tx: &mut TenantTx,
    creator: &Identity,
    role: Role,
    scope: &Scope,
) -> Result<(), Problem> {
    let creator = account_of(tx, creator).await?;
    let mut problem =
        Problem::new(StaffReason::Escalation).message("nobody gives what they do not have");
    if !creator.role.may_give(role) {
        problem = problem.field("role", StaffReason::Escalation);
    }
    if !account::is_within(scope, &with_branches(tx, &creator.scope).await?) {
        problem = problem.field("scope", StaffReason::Escalation);
    }
    if problem.fields.is_empty() {
        Ok(())
    } else {
        Err(problem)
    }
}

async fn account_of(tx: &mut TenantTx, identity: &Identity) -> Result<Account, Problem> {
    let account = identity
        .account()
        .ok_or_else(|| Problem::new(CommonReason::PermissionDenied))?;
    store::accounts::get(tx, account).await
}

/// A scope with the branches of its brands.
pub(super) async fn with_branches(tx: &mut TenantTx, scope: &Scope) -> Result<Scope, Problem> {
    let mut whole = scope.clone();
    if !scope.brands.is_empty() {
        let branches = store::branches::list_of_brands(tx, &scope.brands).await?;
        whole.branches.extend(branches);
    }
    Ok(whole)
}
