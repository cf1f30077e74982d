//! Roles and schema, before the new version of a service starts.
//!
//! The chassis has no database of its own to check queries against, so it uses sqlx's runtime
//! functions here, in the outbox and in the inbox; services use the checked macros.

use std::time::Duration;

use anyhow::Context as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, migrate::Migrator};
use url::Url;

use super::DbConfig;

/// What services connect as: no rights of its own beyond the tables' grants, never above the policies.
pub const APP_ROLE: &str = "yizhimai_app";
/// What timers and relays become for one transaction.
pub const SYSTEM_ROLE: &str = "yizhimai_system";

/// One migration of a database at a time.
const LOCK: i64 = 0x79_69_7a_68_69_6d_61_69;

/// Makes the roles when they are absent, then applies the migrations, alone.
///
/// Repeating is safe, also from several processes at once. The app role gets the password that
/// `DB_URL` carries.
pub async fn migrate(migrator: &Migrator, config: &DbConfig) -> anyhow::Result<()> {
    let url = config.migrate_url.as_ref().unwrap_or(&config.url);
    let options: PgConnectOptions = url.reveal().parse().context("read DB_MIGRATE_URL")?;
    let mut connection = options.connect().await.context("connect to migrate")?;

    make_roles(&mut connection, config.url.reveal())
        .await
        .context("make the roles")?;
    // Asked for again and again instead of waited for: a waiting statement holds a snapshot, and
    // CREATE INDEX CONCURRENTLY would wait for that in turn.
    while !sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
        .bind(LOCK)
        .fetch_one(&mut connection)
        .await?
    {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    migrator
        .run(&mut connection)
        .await
        .context("apply the migrations")?;
    connection.close().await?;
    Ok(())
}

/// Roles belong to the whole server, so two services may make them at the same moment.
async fn make_roles(connection: &mut PgConnection, app_url: &str) -> anyhow::Result<()> {
    let mut tries = 0;
    loop {
        match try_make_roles(connection, app_url).await {
            Err(error) if tries < 50 && is_race(&error) => tries += 1,
            outcome => return outcome,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn try_make_roles(connection: &mut PgConnection, app_url: &str) -> anyhow::Result<()> {
    if !roles_are_ready(connection).await? {
        // NOINHERIT, or the system role's policies would hold for every tenant transaction.
        let sql = format!(
            "DO $$ BEGIN CREATE ROLE {APP_ROLE}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             DO $$ BEGIN CREATE ROLE {SYSTEM_ROLE}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             ALTER ROLE {APP_ROLE} LOGIN NOINHERIT NOSUPERUSER NOBYPASSRLS;
             ALTER ROLE {SYSTEM_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS;"
        );
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *connection)
            .await?;
        let version: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::int")
            .fetch_one(&mut *connection)
            .await?;
        // From 16 on the membership itself says whether it is inherited.
        let option = if version >= 160_000 {
            " WITH INHERIT FALSE, SET TRUE"
        } else {
            ""
        };
        let sql = format!("GRANT {SYSTEM_ROLE} TO {APP_ROLE}{option}");
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *connection)
            .await?;
    }
    set_password(connection, app_url).await
}

async fn roles_are_ready(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (
             SELECT 1
             FROM pg_roles AS app
             JOIN pg_auth_members AS membership ON membership.member = app.oid
             JOIN pg_roles AS system ON system.oid = membership.roleid
             WHERE app.rolname = $1 AND system.rolname = $2
               AND app.rolcanlogin AND NOT app.rolinherit
               AND NOT app.rolsuper AND NOT app.rolbypassrls
               AND NOT coalesce((to_jsonb(membership) ->> 'inherit_option')::boolean, false)
         )",
    )
    .bind(APP_ROLE)
    .bind(SYSTEM_ROLE)
    .fetch_one(connection)
    .await
}

/// Where an operator manages the roles, the migrating role may not, and need not, set the password.
async fn set_password(connection: &mut PgConnection, app_url: &str) -> anyhow::Result<()> {
    let url = Url::parse(app_url).context("read DB_URL")?;
    let Some(password) = url.password().filter(|_| url.username() == APP_ROLE) else {
        return Ok(());
    };
    let password = percent_encoding::percent_decode_str(password).decode_utf8()?;
    let allowed: bool = sqlx::query_scalar(
        "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user",
    )
    .fetch_one(&mut *connection)
    .await?;
    if allowed {
        let sql: String = sqlx::query_scalar("SELECT format('ALTER ROLE %I PASSWORD %L', $1, $2)")
            .bind(APP_ROLE)
            .bind(&*password)
            .fetch_one(&mut *connection)
            .await?;
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Another process made or changed the same role at the same moment.
fn is_race(error: &anyhow::Error) -> bool {
    let Some(sqlx::Error::Database(database)) = error.downcast_ref() else {
        return false;
    };
    let code = database.code();
    matches!(code.as_deref(), Some("42710" | "23505"))
        || database.message().contains("tuple concurrently updated")
}
