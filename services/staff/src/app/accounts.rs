//! Creating, enabling and disabling accounts (domain-rules F37).

use std::str::FromStr as _;

use chassis::{
    authn::{Identity, Scope},
    db::TenantTx,
    error::{Problem, Violations},
    id::{AccountId, OrganisationId},
    service::Context,
    text,
};

use super::{sessions, sign_in};
use crate::{
    domain::{account, account::Account, organisation::Organisation, password, role::Role},
    store::{self, accounts::Creation},
};

/// What an account is made from, as typed.
pub struct NewAccount {
    /// Account name.
    pub account: String,
    /// Display name.
    pub name: String,
    /// Role key.
    pub role: String,
    /// First password.
    pub password: String,
    /// Where it may work.
    pub scope: Scope,
}

/// What makes repeating a request safe.
pub struct IdempotentRequest {
    /// Key chosen by the caller.
    pub key: String,
    /// Digest of the whole request. It covers a password, so only its slow hash is kept.
    pub digest: String,
}

/// A page of accounts.
pub struct Page {
    /// Its accounts, by name.
    pub accounts: Vec<Account>,
    /// Where the next page begins, if there is one.
    pub next: Option<String>,
}

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

/// Lists accounts by name, a page at a time; the token is the last name of the page before.
pub async fn list(
    ctx: &Context,
    org: OrganisationId,
    page_token: &str,
    page_size: u8,
) -> Result<Page, Problem> {
    let mut tx = ctx.db.tenant(org).await?;
    // One more than asked for tells whether there is another page.
    let mut accounts = store::accounts::list(&mut tx, page_token, i64::from(page_size) + 1).await?;
    tx.commit().await?;
    let more = accounts.len() > usize::from(page_size);
    accounts.truncate(usize::from(page_size));
    let next = accounts
        .last()
        .filter(|_| more)
        .map(|account| account.account.clone());
    Ok(Page { accounts, next })
}

/// Creates an account. Refuses what would give more than the creator has with `ESCALATION`.
pub async fn create(
    ctx: &Context,
    org: OrganisationId,
    creator: &Identity,
    new: NewAccount,
    request: IdempotentRequest,
) -> Result<Account, Problem> {
    let mut violations = Violations::new();
    let account = account::account_name("account", &new.account, &mut violations);
    let name = text::bounded("name", &new.name, 1..=60, &mut violations);
    let role = Role::from_str(&new.role).ok();
    if role.is_none() {
        violations.push("role", "VALIDATION_FAILED");
    }
    password::check("password", &new.password, &account, &mut violations);
    violations.into_result()?;
    let role = role.ok_or_else(|| Problem::new("VALIDATION_FAILED"))?;

    let mut tx = ctx.db.tenant(org).await?;
    let made = find_made(&mut tx, &request.key).await?;
    if made.is_none() {
        refuse_escalation(&mut tx, creator, role, &new.scope).await?;
    }
    tx.commit().await?;
    if let Some(made) = made {
        return made.repeated_by(request).await;
    }

    let created = Account {
        org,
        id: AccountId::new(&*ctx.clock),
        account,
        name,
        role,
        password_hash: sign_in::hash_password(new.password).await?,
        scope: new.scope,
        enabled: true,
        version: 1,
    };
    let creation = Creation {
        key: request.key.clone(),
        hash: sign_in::hash_password(request.digest.clone()).await?,
    };
    let mut tx = ctx.db.tenant(org).await?;
    let inserted = store::accounts::insert(&mut tx, &*ctx.clock, &created, Some(&creation)).await?;
    // Nothing there before and something now: the same request may have come twice at once.
    let made = if inserted {
        None
    } else {
        find_made(&mut tx, &request.key).await?
    };
    tx.commit().await?;
    match made {
        Some(made) => made.repeated_by(request).await,
        None if inserted => Ok(created),
        None => Err(Problem::new("ACCOUNT_TAKEN").field("account", "ACCOUNT_TAKEN")),
    }
}

/// What an idempotency key has made.
struct Made {
    account: Account,
    hash: String,
}

impl Made {
    /// Answers a repeat of the request; refuses another one with `IDEMPOTENCY_MISMATCH`.
    async fn repeated_by(self, request: IdempotentRequest) -> Result<Account, Problem> {
        if sign_in::verify_password(request.digest, Some(self.hash)).await? {
            return Ok(self.account);
        }
        Err(Problem::new("IDEMPOTENCY_MISMATCH")
            .message("the key was used for another request")
            .field("idempotency_key", "IDEMPOTENCY_MISMATCH"))
    }
}

async fn find_made(tx: &mut TenantTx, key: &str) -> Result<Option<Made>, Problem> {
    let Some((id, hash)) = store::accounts::find_by_idempotency_key(tx, key).await? else {
        return Ok(None);
    };
    let account = store::accounts::get(tx, id).await?;
    Ok(Some(Made { account, hash }))
}

/// Enables or disables an account; disabling ends its sessions.
pub async fn set_enabled(
    ctx: &Context,
    org: OrganisationId,
    changer: &Identity,
    id: AccountId,
    version: i64,
    enabled: bool,
) -> Result<Account, Problem> {
    let mut tx = ctx.db.tenant(org).await?;
    // Owners first, then the row itself: the same order for everybody.
    let owners = store::accounts::lock_enabled_owners(&mut tx).await?;
    let present = store::accounts::get(&mut tx, id).await?;
    if !covers(&changer.scope, &present.scope)
        || !role_of(&mut tx, changer).await?.may_give(present.role)
    {
        return Err(Problem::new("ESCALATION").message("the account is above the caller's own"));
    }
    if present.version != version {
        return Err(Problem::new("VERSION_CONFLICT")
            .param("given", version)
            .param("present", present.version));
    }
    if !enabled && present.enabled && present.role == Role::Owner && owners <= 1 {
        return Err(Problem::new("LAST_OWNER").message("the last owner can't be disabled"));
    }
    if !store::accounts::update_enabled(&mut tx, id, version, enabled).await? {
        return Err(Problem::new("VERSION_CONFLICT").param("given", version));
    }
    let changed = store::accounts::get(&mut tx, id).await?;
    tx.commit().await?;
    if !enabled {
        sessions::end(ctx, org, id, |_| true).await?;
    }
    Ok(changed)
}

async fn refuse_escalation(
    tx: &mut TenantTx,
    creator: &Identity,
    role: Role,
    scope: &Scope,
) -> Result<(), Problem> {
    let mut problem = Problem::new("ESCALATION").message("nobody gives what they do not have");
    if !role_of(tx, creator).await?.may_give(role) {
        problem = problem.field("role", "ESCALATION");
    }
    if !covers(&creator.scope, scope) {
        problem = problem.field("scope", "ESCALATION");
    }
    if problem.fields.is_empty() {
        Ok(())
    } else {
        Err(problem)
    }
}

async fn role_of(tx: &mut TenantTx, identity: &Identity) -> Result<Role, Problem> {
    let account = identity
        .account()
        .ok_or_else(|| Problem::new("PERMISSION_DENIED"))?;
    Ok(store::accounts::get(tx, account).await?.role)
}

/// Whether one scope contains another. A branch of a brand one has is told by its own id only.
fn covers(own: &Scope, other: &Scope) -> bool {
    own.organisation
        || (!other.organisation
            && other.brands.is_subset(&own.brands)
            && other.branches.is_subset(&own.branches))
}
