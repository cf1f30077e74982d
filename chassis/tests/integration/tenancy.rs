//! A transaction sees and touches one organisation's rows, whatever its SQL says.

use chassis::{
    db::{self, Db, OnConstraint as _, StoreError},
    id::{EventId, OrganisationId},
};
use testkit::TestDb;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("tests/integration/migrations");

async fn write_note(db: &Db, org: OrganisationId, body: &str) -> Result<(), sqlx::Error> {
    let mut tx = db.tenant(org).await?;
    sqlx::query("INSERT INTO notes (org_id, note_id, body) VALUES ($1, $2, $3)")
        .bind(org)
        .bind(EventId::new(&testkit::clock()))
        .bind(body)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

async fn count_notes(connection: &mut sqlx::PgConnection) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM notes")
        .fetch_one(connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn only_the_own_organisations_rows_are_seen_and_touched() {
    let database = TestDb::new(&MIGRATOR).await;
    let db = database.db();
    let (ours, theirs) = (testkit::organisation(), testkit::organisation());
    write_note(&db, ours, "ours").await.unwrap();
    write_note(&db, theirs, "theirs").await.unwrap();

    let mut tx = db.tenant(ours).await.unwrap();
    assert_eq!(count_notes(&mut tx).await, 1);
    for sql in ["UPDATE notes SET body = 'stolen'", "DELETE FROM notes"] {
        let touched = sqlx::query(sql)
            .execute(&mut *tx)
            .await
            .unwrap()
            .rows_affected();
        assert_eq!(touched, 1, "{sql} must touch our row only");
    }
    tx.commit().await.unwrap();

    let mut tx = db.tenant(theirs).await.unwrap();
    assert_eq!(count_notes(&mut tx).await, 1);
}

#[tokio::test]
async fn a_row_cannot_be_written_for_or_moved_to_another_organisation() {
    let database = TestDb::new(&MIGRATOR).await;
    let db = database.db();
    let (ours, theirs) = (testkit::organisation(), testkit::organisation());
    write_note(&db, ours, "ours").await.unwrap();

    for sql in [
        "INSERT INTO notes (org_id, note_id, body) VALUES ($1, gen_random_uuid(), 'planted')",
        "UPDATE notes SET org_id = $1",
    ] {
        let mut tx = db.tenant(ours).await.unwrap();
        let refused = sqlx::query(sql)
            .bind(theirs)
            .execute(&mut *tx)
            .await
            .unwrap_err();
        assert!(
            refused.to_string().contains("row-level security"),
            "{sql}: {refused}"
        );
    }
}

#[tokio::test]
async fn outside_a_tenant_transaction_nothing_is_seen() {
    let database = TestDb::new(&MIGRATOR).await;
    let org = testkit::organisation();
    write_note(&database.db(), org, "ours").await.unwrap();

    let pool = sqlx::PgPool::connect(&database.url()).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(count_notes(&mut connection).await, 0);

    // Nor on a connection that a tenant transaction has used before.
    let db = database.db();
    drop(db.tenant(org).await.unwrap());
    let mut tx = db.system("test").await.unwrap();
    let denied = sqlx::query("SELECT count(*) FROM notes")
        .execute(&mut *tx)
        .await
        .unwrap_err();
    assert!(denied.to_string().contains("permission denied"), "{denied}");
}

#[tokio::test]
async fn the_app_role_does_not_inherit_the_system_roles_policies() {
    let database = TestDb::new(&MIGRATOR).await;
    let pool = sqlx::PgPool::connect(&database.url()).await.unwrap();
    let refused = sqlx::query("DELETE FROM outbox")
        .execute(&pool)
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("permission denied"),
        "{refused}"
    );
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    let database = TestDb::new(&MIGRATOR).await;
    let org = testkit::organisation();
    let db = database.db();
    let mut tx = db.tenant(org).await.unwrap();
    sqlx::query("INSERT INTO notes (org_id, note_id, body) VALUES ($1, gen_random_uuid(), 'lost')")
        .bind(org)
        .execute(&mut *tx)
        .await
        .unwrap();
    drop(tx);
    assert_eq!(count_notes(&mut db.tenant(org).await.unwrap()).await, 0);
}

#[tokio::test]
async fn a_violated_constraint_is_recognised_by_its_name() {
    let database = TestDb::new(&MIGRATOR).await;
    let db = database.db();
    let write = || write_note(&db, testkit::organisation(), "");

    let name = "notes_body_is_not_empty";
    let empty = || anyhow::anyhow!("empty note");
    let rejected = write().await.on_constraint(name, empty).unwrap_err();
    assert_eq!(rejected.to_string(), "empty note");

    let other = write().await.on_constraint("other", empty).unwrap_err();
    let other = other.downcast_ref::<StoreError>().unwrap();
    assert_eq!(other.constraint(), Some(name));
}

#[tokio::test]
async fn transactions_begin_again_after_the_server_cut_the_connections() {
    let database = TestDb::new(&MIGRATOR).await;
    let db = database.db();
    let org = testkit::organisation();
    let opened = futures::future::join_all((0..8).map(|_| db.tenant(org))).await;
    drop(opened);
    database.cut_connections().await;
    for _ in 0..8 {
        write_note(&db, org, "again").await.unwrap();
    }
}

#[tokio::test]
async fn migrating_again_and_at_the_same_time_is_safe() {
    let database = TestDb::new(&MIGRATOR).await;
    let config = database.config();
    let runs = (0..4).map(|_| db::migrate(&MIGRATOR, &config));
    for outcome in futures::future::join_all(runs).await {
        outcome.unwrap();
    }
}

#[test]
fn every_service_has_the_chassis_tables_as_they_are_written_here() {
    let canonical = include_str!("../../sql/chassis_tables.sql");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("tests/integration/migrations")];
    for folder in std::fs::read_dir(root.join("../migrations")).unwrap() {
        folders.push(folder.unwrap().path());
    }
    for folder in folders {
        let path = folder.join("20261122000001_create_chassis_tables.sql");
        let copy = std::fs::read_to_string(&path).unwrap();
        assert!(
            copy == canonical,
            "copy chassis/sql/chassis_tables.sql to {}",
            path.display()
        );
    }
}
