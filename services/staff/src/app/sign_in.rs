//! Signing in with a password (domain-rules F01).

use std::sync::LazyLock;

use chassis::{error::Problem, service::Context};
use tokio::sync::Semaphore;

use crate::{
    domain::{account::Account, organisation::Organisation, password},
    store::{self, failures::Attempt},
};

/// Hashing takes a core for tens of milliseconds and 19 MiB; more at once only make each slower.
static HASHING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

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

/// Opens a session. A wrong organisation, account and password answer alike and take as long.
pub async fn sign_in(ctx: &Context, typed: Credentials) -> Result<SignedIn, Problem> {
    let code = typed.organisation_code.trim().to_lowercase();
    let name = typed.account.trim().to_lowercase();
    let attempt = Attempt::new(&code, &name, &typed.remote_address);
    let mut redis = ctx.redis.clone();
    let _turn = attempt.turn().await;
    attempt.check(&mut redis).await?;

    let found = find(ctx, &code, &name).await?;
    let hash = found
        .as_ref()
        .map(|(account, _)| account.password_hash.clone());
    if !verify_password(typed.password, hash).await? {
        attempt.failed(&mut redis).await?;
        attempt.check(&mut redis).await?;
        return Err(Problem::new("LOGIN_FAILED").message("wrong organisation, account or password"));
    }
    let Some((account, organisation)) = found else {
        return Err(Problem::new("LOGIN_FAILED"));
    };
    attempt.succeeded(&mut redis).await?;
    if !account.enabled {
        return Err(Problem::new("ACCOUNT_DISABLED").message("the account is disabled"));
    }
    let scope = &account.scope;
    if !scope.organisation && scope.brands.is_empty() && scope.branches.is_empty() {
        return Err(Problem::new("NO_SCOPE").message("the account has no brand or branch"));
    }
    let session_token = store::sessions::open(
        &mut redis,
        &*ctx.clock,
        organisation.id,
        account.id,
        &typed.remote_address,
        &typed.user_agent,
    )
    .await?;
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

/// Hashes a password away from the async threads.
pub async fn hash_password(typed: String) -> Result<String, Problem> {
    let _place = HASHING.acquire().await.map_err(Problem::internal)?;
    tokio::task::spawn_blocking(move || password::hash(&typed))
        .await
        .map_err(Problem::internal)?
        .map_err(|error| Problem::internal(anyhow::anyhow!("hashing a password: {error}")))
}

/// Verifies a password away from the async threads; `None` takes as long and answers no.
pub async fn verify_password(typed: String, hash: Option<String>) -> Result<bool, Problem> {
    let _place = HASHING.acquire().await.map_err(Problem::internal)?;
    tokio::task::spawn_blocking(move || password::verify(&typed, hash.as_deref()))
        .await
        .map_err(Problem::internal)
}
