//! Signing in with a password (docs/rules.md, Sign-in).

use chassis::{
    audit,
    error::{CommonReason, Problem, Violations},
    service::Context,
};
use proto::staff::v1::StaffReason;

use super::passwords::PasswordQueue;
use crate::{
    domain::{account::Account, organisation::Organisation},
    store::{self, failures::Attempt, sessions::NewSession},
};

/// What a person typed, and where from.
pub struct Credentials {
    /// Organisation code.
    pub organisation_code: String,
    /// Account name.
    pub account: String,
    /// Password.
    pub password: String,
    /// Address the person comes from.
    pub remote_address: String,
    /// User agent.
    pub user_agent: String,
}

/// A new session and whose it is.
pub struct SignedIn {
    /// Secret of the session.
    pub session_token: String,
    /// Account.
    pub account: Account,
    /// Organisation.
    pub organisation: Organisation,
}

/// Opens a session. A wrong organisation, account and password answer alike and take as long; what
/// was left out, or cannot be text, is named.
pub async fn sign_in(ctx: &Context, typed: Credentials) -> Result<SignedIn, Problem> {
    let mut violations = Violations::new();
    for (field, value) in [
        ("organisation_code", &typed.organisation_code),
        ("account", &typed.account),
        ("password", &typed.password),
    ] {
        if value.is_empty() || value.contains('\0') {
            violations.push(field, CommonReason::ValidationFailed);
        }
    }
    violations.into_result()?;

    let code = typed.organisation_code.trim().to_lowercase();
    let name = typed.account.trim().to_lowercase();
    let attempt = Attempt::new(&code, &name, &typed.remote_address);
    let mut redis = ctx.redis.clone();
    let queue = PasswordQueue::enter(attempt.account_key()).await;
    attempt.check(&mut redis).await?;

    let found = find(ctx, &code, &name).await?;
    if let Some((account, _)) = &found {
        audit::on_behalf_of(account.id);
    }
    let hash = found
        .as_ref()
        .map(|(account, _)| account.password_hash.clone());
    let verified = queue.verify(typed.password, hash).await?;
    let Some((account, organisation)) = found.filter(|_| verified) else {
        attempt.failed(&mut redis).await?;
        attempt.check(&mut redis).await?;
        return Err(Problem::new(StaffReason::LoginFailed)
            .message("wrong organisation, account or password"));
    };
    attempt.succeeded(&mut redis).await?;
    if !account.enabled {
        return Err(Problem::new(StaffReason::AccountDisabled).message("the account is disabled"));
    }
    if account.scope.is_empty() {
        return Err(
            Problem::new(CommonReason::NoScope).message("the account has no brand or branch")
        );
    }
    let new = NewSession {
        org: organisation.id,
        account: account.id,
        generation: account.session_generation,
        remote_address: &typed.remote_address,
        user_agent: &typed.user_agent,
    };
    let session_token = store::sessions::open(&mut redis, &*ctx.clock, new).await?;
    Ok(SignedIn {
        session_token,
        account,
        organisation,
    })
}

async fn find(
    ctx: &Context,
    code: &str,
    name: &str,
) -> Result<Option<(Account, Organisation)>, Problem> {
    let mut tx = ctx.db.system("sign-in by organisation code").await?;
    let org = store::organisations::find_id_by_code(&mut tx, code).await?;
    tx.commit().await?;
    let Some(org) = org else { return Ok(None) };
    let mut tx = ctx.db.tenant(org).await?;
    let account = store::accounts::find_by_name(&mut tx, name).await?;
    let organisation = store::organisations::get(&mut tx).await?;
    tx.commit().await?;
    Ok(account.map(|account| (account, organisation)))
}
