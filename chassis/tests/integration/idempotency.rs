//! A keyed request takes effect once, however often and whenever it comes.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use chassis::{
    clock::ManualClock,
    db::{Db, TenantTx},
    error::{CommonReason, Problem, Violations},
    id::OrganisationId,
    idempotency::{self, Once},
};
use chrono::TimeDelta;
use testkit::TestDb;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("tests/integration/migrations");

/// Requests of one organisation that count how often they take effect.
#[derive(Clone)]
struct Requests {
    db: Db,
    org: OrganisationId,
    clock: ManualClock,
    effects: Arc<AtomicUsize>,
}

impl Requests {
    fn new(database: &TestDb) -> Self {
        Self {
            db: database.db(),
            org: testkit::organisation(),
            clock: testkit::clock(),
            effects: Arc::default(),
        }
    }

    /// Sends `body` under `key`; the response is the number of the effect.
    async fn send(&self, key: &str, body: &str) -> Result<String, Problem> {
        let once = Once::parse("Test", key, &body.to_owned(), &mut Violations::new());
        let mut tx = self.db.tenant(self.org).await?;
        let work = async |_: &mut TenantTx| {
            let effect = self.effects.fetch_add(1, Ordering::SeqCst);
            if body == "rejected" {
                return Err(Problem::new(CommonReason::CodeTaken));
            }
            Ok(format!("effect {effect}"))
        };
        let response = once.run(&mut tx, &self.clock, work).await?;
        tx.commit().await?;
        Ok(response)
    }

    fn effects(&self) -> usize {
        self.effects.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn simultaneous_repeats_get_the_first_response() {
    let database = TestDb::new(&MIGRATOR).await;
    let requests = Requests::new(&database);
    let sent = (0..8).map(|_| {
        let requests = requests.clone();
        async move { requests.send("key", "body").await.unwrap() }
    });
    let responses = futures::future::join_all(sent).await;
    assert_eq!(responses, vec!["effect 0"; 8]);
    assert_eq!(requests.send("key", "body").await.unwrap(), "effect 0");
    assert_eq!(requests.effects(), 1);
}

#[tokio::test]
async fn a_key_of_another_body_is_rejected_at_its_field() {
    let database = TestDb::new(&MIGRATOR).await;
    let requests = Requests::new(&database);
    requests.send("key", "body").await.unwrap();
    let problem = requests.send("key", "another").await.unwrap_err();
    assert_eq!(problem.reason, "IDEMPOTENCY_MISMATCH");
    assert_eq!(problem.fields[0].field, "idempotency_key");
    assert_eq!(requests.effects(), 1);
}

#[tokio::test]
async fn a_rejected_request_leaves_its_key_free() {
    let database = TestDb::new(&MIGRATOR).await;
    let requests = Requests::new(&database);
    let problem = requests.send("key", "rejected").await.unwrap_err();
    assert_eq!(problem.reason, "CODE_TAKEN");
    assert_eq!(requests.send("key", "body").await.unwrap(), "effect 1");
}

#[tokio::test]
async fn keys_are_kept_for_two_days_and_belong_to_an_organisation() {
    let database = TestDb::new(&MIGRATOR).await;
    let requests = Requests::new(&database);
    let others = Requests {
        org: testkit::organisation(),
        ..requests.clone()
    };
    requests.send("key", "body").await.unwrap();
    assert_eq!(others.send("key", "body").await.unwrap(), "effect 1");

    requests.clock.advance(TimeDelta::hours(48));
    assert_eq!(
        idempotency::purge(&requests.db, &requests.clock)
            .await
            .unwrap(),
        0
    );
    requests.clock.advance(TimeDelta::seconds(1));
    assert_eq!(
        idempotency::purge(&requests.db, &requests.clock)
            .await
            .unwrap(),
        2
    );
    assert_eq!(requests.send("key", "body").await.unwrap(), "effect 2");
}

#[test]
fn keys_are_visible_characters() {
    for key in ["", " ", "a b", "a\0", &"k".repeat(129)] {
        let mut violations = Violations::new();
        Once::parse("Test", key, &String::new(), &mut violations);
        assert_eq!(violations.len(), 1, "{key:?}");
    }
}
