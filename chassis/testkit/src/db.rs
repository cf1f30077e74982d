//! A database a test, copied from a template that is migrated once.

use std::time::Duration;

use chassis::{
    db::{self, APP_ROLE, Db, DbConfig},
    secret::Secret,
};
use sha2::{Digest as _, Sha256};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, migrate::Migrator};
use url::Url;

use crate::{background, server, unique};

/// As whom tests connect: the password of the app role on the server for tests.
const APP_PASSWORD: &str = "yizhimai";

/// A database of this test alone; dropped with this value.
#[derive(Debug)]
pub struct TestDb {
    name: String,
    db: Db,
}

impl TestDb {
    /// A fresh database with `migrator` applied.
    pub async fn new(migrator: &Migrator) -> Self {
        let template = template(migrator).await;
        let name = format!("test_{}", unique());
        let mut server = connect("postgres").await;
        execute(
            &mut server,
            format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await;
        server.close().await.unwrap();
        let db = Db::connect(&config(&name)).unwrap();
        Self { name, db }
    }

    /// The database as the service sees it.
    #[must_use]
    pub fn db(&self) -> Db {
        self.db.clone()
    }

    /// The section `DB_` that leads here.
    #[must_use]
    pub fn config(&self) -> DbConfig {
        config(&self.name)
    }

    /// The URL as the role of services.
    #[must_use]
    pub fn url(&self) -> String {
        app_url(&self.name)
    }

    /// A connection above all policies, to look at what the service did.
    pub async fn superuser(&self) -> PgConnection {
        connect(&self.name).await
    }

    /// Cuts every connection of the service, as a restart of the server would.
    pub async fn cut_connections(&self) {
        let mut server = connect("postgres").await;
        sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
            .bind(&self.name)
            .execute(&mut server)
            .await
            .unwrap();
    }

    /// Refuses new connections of the service and cuts those it has, until [`TestDb::restore`].
    pub async fn make_unavailable(&self) {
        self.limit_connections(0).await;
        self.cut_connections().await;
    }

    /// Undoes [`TestDb::make_unavailable`].
    pub async fn restore(&self) {
        self.limit_connections(-1).await;
    }

    async fn limit_connections(&self, limit: i32) {
        let mut server = connect("postgres").await;
        let name = &self.name;
        execute(
            &mut server,
            format!("ALTER DATABASE {name} CONNECTION LIMIT {limit}"),
        )
        .await;
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let name = self.name.clone();
        background::run(async move {
            let mut server = connect("postgres").await;
            execute(
                &mut server,
                format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            )
            .await;
            Ok(())
        });
    }
}

/// Fails the test when an event still waits in the outbox after a moment: its relay is not at work.
pub async fn assert_no_unpublished(db: &TestDb) {
    let mut superuser = db.superuser().await;
    let mut left: Vec<String> = Vec::new();
    for _ in 0..50 {
        left = sqlx::query_scalar("SELECT type FROM outbox ORDER BY seq")
            .fetch_all(&mut superuser)
            .await
            .unwrap();
        if left.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("events were left unpublished: {left:?}");
}

/// The template for `migrator`, made when no test has made it yet. It is finished under another
/// name, so that one that was interrupted is never taken.
async fn template(migrator: &Migrator) -> String {
    let mut hash = Sha256::new();
    for migration in migrator.iter() {
        hash.update(migration.version.to_be_bytes());
        hash.update(&migration.checksum);
    }
    let digest = hash.finalize();
    let number = u64::from_be_bytes(*digest.first_chunk().expect("a digest is longer"));
    let name = format!("template_{number:016x}");

    let mut server = connect("postgres").await;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(number.cast_signed())
        .execute(&mut server)
        .await
        .unwrap();
    let made: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
            .bind(&name)
            .fetch_one(&mut server)
            .await
            .unwrap();
    if !made {
        let draft = format!("{name}_draft");
        execute(
            &mut server,
            format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"),
        )
        .await;
        execute(&mut server, format!("CREATE DATABASE {draft}")).await;
        db::migrate(migrator, &config(&draft)).await.unwrap();
        execute(
            &mut server,
            format!("ALTER DATABASE {draft} RENAME TO {name}"),
        )
        .await;
    }
    server.close().await.unwrap();
    name
}

fn config(database: &str) -> DbConfig {
    DbConfig {
        url: Secret::new(app_url(database)),
        migrate_url: Some(Secret::new(superuser_url(database))),
        max_connections: 8,
    }
}

fn superuser_url(database: &str) -> String {
    let mut url = Url::parse(&server("TEST_POSTGRES_URL")).unwrap();
    url.set_path(database);
    url.into()
}

fn app_url(database: &str) -> String {
    let mut url = Url::parse(&superuser_url(database)).unwrap();
    url.set_username(APP_ROLE).unwrap();
    url.set_password(Some(APP_PASSWORD)).unwrap();
    url.into()
}

async fn connect(database: &str) -> PgConnection {
    let options: PgConnectOptions = superuser_url(database).parse().unwrap();
    options.connect().await.unwrap()
}

async fn execute(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .unwrap();
}
