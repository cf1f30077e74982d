//! A service that owns letters, announces them and lists them.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use chassis::{
    db::{SystemTx, TenantTx},
    error::Problem,
    id::OrganisationId,
    outbox::{self, Event},
    service::{App, BoxFuture, Context, Parts, Snapshot},
    snapshot::{Key, Source},
};
use serde::{Deserialize, Serialize};
use testkit::TestService;
use uuid::Uuid;

use crate::events::bench::MIGRATOR;

pub const SUBJECT: &str = "test.letter";

/// The service; what it lists obeys [`Switches`].
pub struct Owner;

/// What a test does to the owner, by the port of its database.
#[derive(Clone, Default)]
pub struct Switches {
    /// Refuses every page but the first.
    pub breaks_off: Arc<AtomicBool>,
    /// Pages asked for from the start.
    pub begun: Arc<AtomicUsize>,
}

#[derive(Default, Serialize, Deserialize)]
pub struct Nothing {}

tokio::task_local! {
    static SWITCHES: Switches;
}

impl App for Owner {
    const NAME: &'static str = "catalog";
    type Config = Nothing;

    fn migrator() -> &'static sqlx::migrate::Migrator {
        &MIGRATOR
    }

    fn build(_ctx: Context, _config: Nothing) -> BoxFuture<'static, anyhow::Result<Parts>> {
        Box::pin(std::future::ready(Ok(Parts {
            snapshots: vec![Snapshot::new(SUBJECT, Letters(SWITCHES.get()))],
            ..Parts::default()
        })))
    }
}

struct Letters(Switches);

#[async_trait]
impl Source for Letters {
    async fn keys(&self, tx: &mut SystemTx, after: Key, limit: i64) -> Result<Vec<Key>, Problem> {
        if after == Key::FIRST {
            self.0.begun.fetch_add(1, Ordering::SeqCst);
        } else if self.0.breaks_off.load(Ordering::SeqCst) {
            return Err(Problem::unavailable(anyhow::anyhow!("broken off")));
        }
        let keys: Vec<(OrganisationId, Uuid)> = sqlx::query_as(
            "SELECT org_id, letter_id FROM letters
             WHERE (org_id, letter_id) > ($1, $2) ORDER BY org_id, letter_id LIMIT $3",
        )
        .bind(after.org)
        .bind(after.id)
        .bind(limit)
        .fetch_all(&mut **tx)
        .await?;
        Ok(keys.into_iter().map(|(org, id)| Key { org, id }).collect())
    }

    async fn events(&self, tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Event>, Problem> {
        let letters: Vec<(Uuid, i64, String)> = sqlx::query_as(
            "SELECT letter_id, version, body FROM letters WHERE letter_id = ANY($1)",
        )
        .bind(ids)
        .fetch_all(&mut **tx)
        .await?;
        Ok(letters
            .into_iter()
            .map(|(id, version, body)| written(id, version, body))
            .collect())
    }
}

fn written(id: Uuid, version: i64, body: String) -> Event {
    Event::new("test.letter.written.v1", id, version, &body)
}

/// Starts an owner.
pub async fn start(switches: &Switches) -> TestService<Owner> {
    SWITCHES
        .scope(switches.clone(), TestService::<Owner>::start(&[]))
        .await
}

/// Writes a letter and announces it.
pub async fn write(
    owner: &TestService<Owner>,
    org: OrganisationId,
    id: Uuid,
    version: i64,
    body: &str,
) {
    let mut tx = owner.db().db().tenant(org).await.unwrap();
    sqlx::query(
        "INSERT INTO letters (org_id, letter_id, body, version) VALUES ($1, $2, $3, $4)
         ON CONFLICT (org_id, letter_id) DO UPDATE SET body = $3, version = $4",
    )
    .bind(org)
    .bind(id)
    .bind(body)
    .bind(version)
    .execute(&mut *tx)
    .await
    .unwrap();
    let event = written(id, version, body.to_owned());
    outbox::publish(&mut tx, owner.clock(), &[event])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    owner.context().db.relay_notify().notify();
}
