//! Fills a consumer from its owner's snapshot before it follows the events.
//!
//! A fill is due when the consumer's queue had to be made, when its database is not the one that was
//! filled (it is new, was restored from a backup, or another server took over), and when an operator
//! asks for it. How far it has come is in the consumer's database, so a crash costs a page. Several
//! processes may fill at once: each page is counted once, whoever applied it.

use chrono::{DateTime, Utc};
use proto::common::v1::{
    ListSnapshotRequest, ListSnapshotResponse, SnapshotItem,
    snapshot_service_client::SnapshotServiceClient,
};
use tonic::{Code, Status};

use super::received::{Message, Received};
use crate::{
    client::Peers,
    clock::{Clock as _, SystemClock},
    db::Db,
    id::EventId,
    outbox::Envelope,
    time,
};

/// A page of large aggregates.
const LARGEST_PAGE_BYTES: usize = 32 * 1024 * 1024;

/// Which database this is: of which server, in which of its lives, and under which number there.
const DATABASE: &str = "(SELECT concat_ws('.', system_identifier, timeline_id, \
     (SELECT oid FROM pg_database WHERE datname = current_database())) \
     FROM pg_control_system(), pg_control_checkpoint())";

/// Who lists what a consumer keeps a copy of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    pub(super) peer: &'static str,
    pub(super) subject: &'static str,
}

/// The fill of one consumer.
pub(super) struct Fill {
    pub(super) db: Db,
    pub(super) peers: Peers,
    pub(super) consumer: &'static str,
    pub(super) owner: Owner,
}

/// Where a fill under way goes on.
#[derive(Debug)]
pub(super) struct Position {
    page_token: String,
    started_at: DateTime<Utc>,
}

/// What the owner listed.
pub(super) struct Page {
    pub(super) messages: Vec<Message>,
    next: String,
}

/// Why there is no page.
pub(super) enum NoPage {
    /// The owner does not list it: it is not configured, or its release is older than this one.
    NotListed(String),
    /// It may succeed later.
    Failed(String),
}

impl Fill {
    /// Makes the fill due where it is: always for a queue that is about to be made.
    pub(super) async fn prepare(&self, queue_is_new: bool) -> Result<(), sqlx::Error> {
        let sql = format!(
            "INSERT INTO consumers (consumer, database, page_token, started_at)
             VALUES ($1, {DATABASE}, '', clock_timestamp())
             ON CONFLICT (consumer) DO UPDATE
             SET database = excluded.database, page_token = '', finished_at = NULL,
                 started_at = excluded.started_at
             WHERE $2 OR consumers.database <> excluded.database"
        );
        let mut tx = self.db.system("prepare fill").await?;
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.consumer)
            .bind(queue_is_new)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// Where the fill goes on; `None` when it is finished.
    pub(super) async fn position(&self) -> Result<Option<Position>, sqlx::Error> {
        let mut tx = self.db.system("read fill").await?;
        let row: Option<(String, DateTime<Utc>)> = sqlx::query_as(
            "SELECT page_token, started_at FROM consumers WHERE consumer = $1 AND finished_at IS NULL",
        )
        .bind(self.consumer)
        .fetch_optional(&mut *tx)
        .await?;
        tx.rollback().await?;
        Ok(row.map(|(page_token, started_at)| Position {
            page_token,
            started_at,
        }))
    }

    /// Asks the owner for the page at `position`.
    pub(super) async fn page(&self, position: &Position) -> Result<Page, NoPage> {
        let Owner { peer, subject } = self.owner;
        if !self.peers.is_configured(peer) {
            return Err(NoPage::NotListed(format!("{peer} is not configured")));
        }
        let request = ListSnapshotRequest {
            subject: subject.to_owned(),
            page_token: position.page_token.clone(),
            page_size: 0,
        };
        let answer = SnapshotServiceClient::new(self.peers.channel(peer))
            .max_decoding_message_size(LARGEST_PAGE_BYTES)
            .list_snapshot(request)
            .await
            .map_err(no_page)?
            .into_inner();
        self.read(answer)
            .map_err(|error| NoPage::Failed(format!("read the page: {error:#}")))
    }

    /// Notes that the page at `position` was applied; nothing when another process did it before.
    pub(super) async fn advance(
        &self,
        position: &Position,
        page: &Page,
    ) -> Result<(), sqlx::Error> {
        let mut tx = self.db.system("advance fill").await?;
        sqlx::query(
            "UPDATE consumers
             SET page_token = $4,
                 finished_at = CASE WHEN $4 = '' THEN clock_timestamp() END
             WHERE consumer = $1 AND started_at = $2 AND page_token = $3 AND finished_at IS NULL",
        )
        .bind(self.consumer)
        .bind(position.started_at)
        .bind(&position.page_token)
        .bind(&page.next)
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    fn read(&self, answer: ListSnapshotResponse) -> anyhow::Result<Page> {
        let at = answer.as_of.as_ref().and_then(time::from_wire);
        let at = at.unwrap_or_else(|| SystemClock.now());
        let messages = answer
            .items
            .into_iter()
            .map(|item| self.message(item, at))
            .collect::<anyhow::Result<_>>()?;
        Ok(Page {
            messages,
            next: answer.next_page_token,
        })
    }

    /// The item as the event it stands for, under an id of its own: it counts anew in every fill.
    fn message(&self, item: SnapshotItem, at: DateTime<Utc>) -> anyhow::Result<Message> {
        let envelope = Envelope {
            id: EventId::new(&SystemClock),
            org: item.organisation_id.parse()?,
            type_: item.r#type,
            aggregate: item.aggregate_id.parse()?,
            version: item.version,
            at,
            traceparent: String::new(),
        };
        let properties = envelope.to_properties(self.owner.peer);
        Ok(Message {
            event: Received::new(envelope, item.body),
            properties,
        })
    }
}

/// Notes a consumer that keeps no copy and so is never filled.
pub(super) async fn note_unfilled(db: &Db, consumer: &str) -> Result<(), sqlx::Error> {
    let sql = format!(
        "INSERT INTO consumers (consumer, database, page_token, started_at, finished_at)
         VALUES ($1, {DATABASE}, '', clock_timestamp(), clock_timestamp())
         ON CONFLICT DO NOTHING"
    );
    let mut tx = db.system("note consumer").await?;
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(consumer)
        .execute(&mut *tx)
        .await?;
    tx.commit().await
}

/// Makes the fill of `consumer` due again; false when there is no such consumer. Running processes notice
/// within a minute.
pub async fn refill(db: &Db, consumer: &str) -> Result<bool, sqlx::Error> {
    let mut tx = db.system("refill consumer").await?;
    let done = sqlx::query(
        "UPDATE consumers
         SET page_token = '', started_at = clock_timestamp(), finished_at = NULL
         WHERE consumer = $1",
    )
    .bind(consumer)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(done.rows_affected() == 1)
}

fn no_page(status: Status) -> NoPage {
    let text = format!("{:?}: {}", status.code(), status.message());
    match status.code() {
        Code::Unimplemented | Code::NotFound => NoPage::NotListed(text),
        _ => NoPage::Failed(text),
    }
}
