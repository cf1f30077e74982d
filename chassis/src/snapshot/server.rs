//! Serves the snapshots of a service by pages.

use std::{collections::BTreeMap, str::FromStr};

use proto::common::v1::{
    ListSnapshotRequest, ListSnapshotResponse, SnapshotItem,
    snapshot_service_server::SnapshotService,
};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{Key, Snapshot};
use crate::{
    clock::SharedClock,
    db::Db,
    error::{CommonReason, Problem},
    id::OrganisationId,
    outbox::Event,
    time,
};

const DEFAULT_PAGE: i32 = 200;
const LARGEST_PAGE: i32 = 500;

/// The RPCs of every service's snapshots.
pub(crate) struct SnapshotServer {
    db: Db,
    clock: SharedClock,
    snapshots: Vec<Snapshot>,
}

impl SnapshotServer {
    pub(crate) fn new(db: Db, clock: SharedClock, snapshots: Vec<Snapshot>) -> Self {
        Self {
            db,
            clock,
            snapshots,
        }
    }

    async fn list(&self, asked: &ListSnapshotRequest) -> Result<ListSnapshotResponse, Problem> {
        let snapshot = self
            .snapshots
            .iter()
            .find(|snapshot| snapshot.subject == asked.subject)
            .ok_or_else(|| Problem::not_found("subject"))?;
        let limit = page_size(asked.page_size)?;
        let after = page_start(&asked.page_token)?;

        let mut tx = self.db.system("list snapshot keys").await?;
        let keys = snapshot.source.keys(&mut tx, after, limit.into()).await?;
        tx.rollback().await?;
        let next_page_token = match keys.last() {
            Some(last) if keys.len() >= usize::try_from(limit).unwrap_or_default() => {
                last.to_string()
            }
            _ => String::new(),
        };
        let mut by_org: BTreeMap<OrganisationId, Vec<Uuid>> = BTreeMap::new();
        for key in keys {
            by_org.entry(key.org).or_default().push(key.id);
        }
        let as_of = self.clock.now();
        let mut items = Vec::new();
        for (org, ids) in by_org {
            let mut tx = self.db.tenant(org).await?;
            let events = snapshot.source.events(&mut tx, &ids).await?;
            tx.rollback().await?;
            items.extend(events.into_iter().map(|event| item(org, event)));
        }
        Ok(ListSnapshotResponse {
            items,
            next_page_token,
            as_of: Some(time::to_wire(as_of)),
        })
    }
}

#[tonic::async_trait]
impl SnapshotService for SnapshotServer {
    async fn list_snapshot(
        &self,
        request: Request<ListSnapshotRequest>,
    ) -> Result<Response<ListSnapshotResponse>, Status> {
        Ok(Response::new(self.list(request.get_ref()).await?))
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.org, self.id)
    }
}

impl FromStr for Key {
    type Err = uuid::Error;

    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        let (org, id) = raw.split_once('/').unwrap_or((raw, ""));
        Ok(Self {
            org: org.parse()?,
            id: id.parse()?,
        })
    }
}

fn page_size(asked: i32) -> Result<i32, Problem> {
    match asked {
        0 => Ok(DEFAULT_PAGE),
        1..=LARGEST_PAGE => Ok(asked),
        _ => Err(Problem::new(CommonReason::ValidationFailed).field_with(
            "page_size",
            CommonReason::ValidationFailed,
            [("min", 1), ("max", LARGEST_PAGE)],
        )),
    }
}

fn page_start(token: &str) -> Result<Key, Problem> {
    if token.is_empty() {
        return Ok(Key::FIRST);
    }
    token.parse().map_err(|_| {
        Problem::new(CommonReason::ValidationFailed)
            .field("page_token", CommonReason::ValidationFailed)
    })
}

fn item(org: OrganisationId, event: Event) -> SnapshotItem {
    SnapshotItem {
        organisation_id: org.to_string(),
        r#type: event.type_.to_owned(),
        aggregate_id: event.aggregate.to_string(),
        version: event.version,
        body: event.body,
    }
}
