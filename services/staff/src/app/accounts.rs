//! Creating, enabling and disabling accounts (domain-rules F37).

use std::str::FromStr as _;

use chassis::{
    audit,
    authn::{Identity, Scope},
    db::TenantTx,
    error::{Problem, Violations},
    id::{AccountId, OrganisationId},
    service::Context,
    text,
};

use serde_json::{Value, json};

use super::{passwords::Turn, sessions};
use crate::{
    domain::{account, account::Account, organisation::Organisation, password, role::Role},
    events,
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

/// Lists the accounts within the caller's scope by name, a page at a time; the token is the last
/// name of the page before.
pub async fn list(
    ctx: &Context,
    org: OrganisationId,
    caller: &Identity,
    page_token: &str,
    page_size: u8,
) -> Result<Page, Problem> {
    if !page_token.is_empty() && !account::is_account_name(page_token) {
        return Err(Problem::new("VALIDATION_FAILED").field("page_token", "VALIDATION_FAILED"));
    }
    let mut tx = ctx.db.tenant(org).await?;
    let scope = account_of(&mut tx, caller).await?.scope;
    let reach = reach(&mut tx, &scope).await?;
    // One more than asked for tells whether there is another page.
    let limit = i64::from(page_size) + 1;
    let mut accounts = store::accounts::list(&mut tx, &reach, page_token, limit).await?;
    tx.commit().await?;
    let more = accounts.len() > usize::from(page_size);
    accounts.truncate(usize::from(page_size));
    let next = accounts
        .last()
        .filter(|_| more)
        .map(|account| account.account.clone());
    Ok(Page { accounts, next })
}

/// Creates an account. Refuses what would give anything not strictly below the creator's own with
/// `ESCALATION`.
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
    let turn = Turn::of(creator.actor.id()).await;
    if let Some(made) = made {
        return made.repeated_by(request, &turn).await;
    }

    let created = Account {
        org,
        id: AccountId::new(&*ctx.clock),
        account,
        name,
        role,
        password_hash: turn.hash(new.password).await?,
        session_generation: 1,
        scope: new.scope,
        enabled: true,
        version: 1,
    };
    let creation = Creation {
        key: request.key.clone(),
        hash: turn.hash(request.digest.clone()).await?,
    };
    audit::changed("account", created.id, &Value::Null, &audited(&created));
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
        Some(made) => made.repeated_by(request, &turn).await,
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
    async fn repeated_by(
        self,
        request: IdempotentRequest,
        turn: &Turn,
    ) -> Result<Account, Problem> {
        if turn.verify(request.digest, Some(self.hash)).await? {
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
    if !account::is_within(&present.scope, &reach(&mut tx, &changer.scope).await?)
        || !changer.role.may_give(present.role)
    {
        return Err(Problem::new("ESCALATION").message("the account is not below the caller's own"));
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
    audit::changed("account", id, &audited(&present), &audited(&changed));
    events::publish_sessions_ended(&mut tx, &*ctx.clock, id, &outdated).await?;
    tx.commit().await?;
    sessions::clear(ctx, id, &outdated).await;
    Ok(changed)
}

/// What the audit shows of an account.
fn audited(account: &Account) -> Value {
    json!({
        "account": account.account,
        "name": account.name,
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
    let mut problem = Problem::new("ESCALATION").message("nobody gives what they do not have");
    if !creator.role.may_give(role) {
        problem = problem.field("role", "ESCALATION");
    }
    if !account::is_within(scope, &reach(tx, &creator.scope).await?) {
        problem = problem.field("scope", "ESCALATION");
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
        .ok_or_else(|| Problem::new("PERMISSION_DENIED"))?;
    store::accounts::get(tx, account).await
}

/// A scope with the branches of its brands.
pub(super) async fn reach(tx: &mut TenantTx, scope: &Scope) -> Result<Scope, Problem> {
    let mut reach = scope.clone();
    if !scope.brands.is_empty() {
        let branches = store::branches::list_of_brands(tx, &scope.brands).await?;
        reach.branches.extend(branches);
    }
    Ok(reach)
}
