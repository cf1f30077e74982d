//! The record of an audited call commits with what the call changed.

use chassis::{
    audit,
    db::{Db, TenantTx},
    error::Problem,
    id::{EventId, OrganisationId},
};
use prost::Message as _;
use proto::{
    common::v1::AuditRecord,
    staff::v1::{Account, SetAccountStateRequest, staff_service_client::StaffServiceClient},
};
use testkit::{TestDb, identities};
use tonic::{Code, Status};

use super::stub::{Platform, Stub};
use crate::events::bench::MIGRATOR;

/// A service with a database whose one audited RPC does what a test gives it.
struct Bench {
    db: TestDb,
    org: OrganisationId,
    platform: Platform,
}

impl Bench {
    async fn with<F, Fut>(handler: F) -> Self
    where
        F: Fn(Db, OrganisationId) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Result<(), Problem>> + Send + 'static,
    {
        let db = TestDb::new(&MIGRATOR).await;
        let org = testkit::organisation();
        let inside = db.db();
        let stub = Stub::new(move |_| {
            let (db, handler) = (inside.clone(), handler.clone());
            async move { handler(db, org).await.map_err(Status::from) }
        });
        Self {
            db,
            org,
            platform: Platform::with(stub).await,
        }
    }

    async fn call(&self) -> Code {
        let owner = identities::owner(self.org);
        let mut client = StaffServiceClient::new(self.platform.caller(&owner));
        let request = SetAccountStateRequest {
            account_id: "a".to_owned(),
            ..SetAccountStateRequest::default()
        };
        let answer = client.set_account_state(request).await;
        answer.map_or_else(|status| status.code(), |_| Code::Ok)
    }

    /// Records that a transaction has taken.
    async fn published(&self) -> Vec<AuditRecord> {
        let bodies: Vec<Vec<u8>> =
            sqlx::query_scalar("SELECT body FROM outbox WHERE type = $1 ORDER BY seq")
                .bind(audit::EVENT)
                .fetch_all(&mut self.db.superuser().await)
                .await
                .unwrap();
        bodies
            .iter()
            .map(|body| AuditRecord::decode(body.as_slice()).unwrap())
            .collect()
    }

    /// How many records were left to a transaction of their own.
    fn kept(&self) -> usize {
        self.platform.audit.0.lock().len()
    }
}

async fn write(tx: &mut TenantTx) -> Result<(), Problem> {
    let org = tx.org();
    sqlx::query("INSERT INTO notes (org_id, note_id, body) VALUES ($1, $2, 'x')")
        .bind(org)
        .bind(EventId::new(&testkit::clock()))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

#[tokio::test]
async fn the_transaction_that_changes_something_takes_the_record() {
    let bench = Bench::with(|db: Db, org| async move {
        // One that only reads comes first, and one that changes more comes after.
        db.tenant(org).await?.commit().await?;
        let mut tx = db.tenant(org).await?;
        audit::before(&Account::default());
        audit::after(&Account {
            name: "阿梅".to_owned(),
            ..Account::default()
        });
        write(&mut tx).await?;
        tx.commit().await?;
        let mut tx = db.tenant(org).await?;
        write(&mut tx).await?;
        Ok(tx.commit().await?)
    })
    .await;
    assert_eq!(bench.call().await, Code::Ok);
    let published = bench.published().await;
    let [record] = published.as_slice() else {
        panic!("one record, found {published:?}");
    };
    assert_eq!(record.action, "staff.SetAccountState");
    assert_eq!(record.changes[0].after.as_deref(), Some("阿梅"));
    assert_eq!(bench.kept(), 0);
}

#[tokio::test]
async fn what_is_rolled_back_leaves_no_record() {
    let bench = Bench::with(|db: Db, org| async move {
        let mut tx = db.tenant(org).await?;
        write(&mut tx).await?;
        tx.rollback().await?;
        Err(Problem::version_conflict(1, 2))
    })
    .await;
    assert_ne!(bench.call().await, Code::Ok);
    assert_eq!(bench.published().await, []);
    assert_eq!(bench.kept(), 0);
}

#[tokio::test]
async fn a_call_that_writes_nothing_leaves_its_record_to_a_transaction_of_its_own() {
    let bench =
        Bench::with(|db: Db, org| async move { Ok(db.tenant(org).await?.commit().await?) }).await;
    assert_eq!(bench.call().await, Code::Ok);
    assert_eq!(bench.published().await, []);
    assert_eq!(bench.kept(), 1);
}

#[tokio::test]
async fn work_that_a_handler_spawns_is_part_of_its_call() {
    let bench = Bench::with(|db: Db, org| async move {
        let work = async move {
            let mut tx = db.tenant(org).await?;
            write(&mut tx).await?;
            Ok::<_, Problem>(tx.commit().await?)
        };
        tokio::spawn(audit::in_this_call(work))
            .await
            .map_err(Problem::internal)?
    })
    .await;
    assert_eq!(bench.call().await, Code::Ok);
    assert_eq!(bench.published().await.len(), 1);
    assert_eq!(bench.kept(), 0);
}
