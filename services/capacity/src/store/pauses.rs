//! Pauses, and the branches each is in.

pub mod orders;

use std::collections::{BTreeSet, HashMap};

use anyhow::Context as _;
use chassis::{
    db::{SystemTx, TenantTx},
    id::{
        BranchId, BrandId, CategoryId, OptionId, OrganisationId, PauseId, ProductId, SkuId,
        VariantId,
    },
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Inconsistent;
use crate::domain::pauses::{ActivePause, BranchPause, End, Ending, Pause, Reason, Target};

/// A pause, and what became of it in one branch.
pub type PauseInBranch = (Pause, BranchPause);

struct Row {
    pause_id: PauseId,
    brand_id: BrandId,
    whole_brand: bool,
    branch_count: i64,
    target_kind: String,
    target_id: Option<Uuid>,
    target_method: Option<Method>,
    target_label: String,
    target_name: String,
    channels: Vec<Channel>,
    reason: Reason,
    note: String,
    end_kind: String,
    end_minutes: Option<i16>,
    end_at: Option<DateTime<Utc>>,
    restock_sku_ids: Vec<Uuid>,
    locked: bool,
    started_at: DateTime<Utc>,
    started_by: String,
    version: i64,
    branch_id: BranchId,
    ends_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    ending: Option<Ending>,
    ended_by: String,
}

fn inconsistent(pause_id: PauseId, column: &'static str, value: impl ToString) -> Inconsistent {
    Inconsistent {
        table: "pauses",
        column,
        key: pause_id.to_string(),
        value: value.to_string(),
    }
}

/// The columns that say what is paused.
struct TargetColumns {
    pause_id: PauseId,
    kind: String,
    id: Option<Uuid>,
    method: Option<Method>,
    label: String,
}

impl TargetColumns {
    /// `None` for a kind that a later release has added.
    fn read(self) -> Result<Option<Target>, Inconsistent> {
        let null = |column| inconsistent(self.pause_id, column, "NULL");
        let id = || self.id.ok_or_else(|| null("target_id"));
        let target = match self.kind.as_str() {
            "product" => Target::Product(ProductId::from_uuid(id()?)),
            "variant" => Target::Variant(VariantId::from_uuid(id()?)),
            "option" => Target::Option(OptionId::from_uuid(id()?)),
            "category" => Target::Category(CategoryId::from_uuid(id()?)),
            "method" => Target::Method(self.method.ok_or_else(|| null("target_method"))?),
            "station" => Target::Station(self.label),
            "tag" => Target::Tag(self.label),
            "branch" => Target::Branch,
            _ => return Ok(None),
        };
        Ok(Some(target))
    }
}

impl Row {
    fn end(&self) -> Result<End, Inconsistent> {
        let minutes = self.end_minutes.and_then(|minutes| minutes.try_into().ok());
        let end = match self.end_kind.as_str() {
            "today" => Some(End::Today),
            "minutes" => minutes.map(End::Minutes),
            "at" => self.end_at.map(End::At),
            "restocked" => Some(End::Restocked),
            "manual" => Some(End::Manual),
            _ => None,
        };
        end.ok_or_else(|| inconsistent(self.pause_id, "end_kind", &self.end_kind))
    }

    fn read(self) -> Result<Option<PauseInBranch>, Inconsistent> {
        let end = self.end()?;
        let target = TargetColumns {
            pause_id: self.pause_id,
            kind: self.target_kind,
            id: self.target_id,
            method: self.target_method,
            label: self.target_label,
        };
        let Some(target) = target.read()? else {
            return Ok(None);
        };
        let pause = Pause {
            end,
            target,
            pause_id: self.pause_id,
            brand_id: self.brand_id,
            whole_brand: self.whole_brand,
            branch_count: self.branch_count,
            target_name: self.target_name,
            channels: self.channels.into_iter().collect(),
            reason: self.reason,
            note: self.note,
            restock_sku_ids: self
                .restock_sku_ids
                .into_iter()
                .map(SkuId::from_uuid)
                .collect(),
            locked: self.locked,
            started_at: self.started_at,
            started_by: self.started_by,
            version: self.version,
        };
        let place = BranchPause {
            branch_id: self.branch_id,
            ends_at: self.ends_at,
            ended_at: self.ended_at,
            ending: self.ending,
            ended_by: self.ended_by,
        };
        Ok(Some((pause, place)))
    }
}

fn read_all(rows: Vec<Row>) -> anyhow::Result<Vec<PauseInBranch>> {
    rows.into_iter()
        .filter_map(|row| row.read().map_err(Into::into).transpose())
        .collect()
}

/// Selects pauses, each in one of its branches, of the organisation, its first parameter.
macro_rules! select_pauses {
    ($rest:literal, $($parameter:tt)*) => {
        sqlx::query_as!(
            Row,
            r#"
            SELECT
                pause.pause_id AS "pause_id: PauseId",
                pause.brand_id AS "brand_id: BrandId",
                pause.whole_brand,
                (
                    SELECT count(*)
                    FROM paused_branches AS every
                    WHERE every.org_id = $1
                      AND every.pause_id = pause.pause_id
                ) AS "branch_count!",
                pause.target_kind,
                pause.target_id,
                pause.target_method AS "target_method: Method",
                pause.target_label,
                pause.target_name,
                pause.channels AS "channels: Vec<Channel>",
                pause.reason AS "reason: Reason",
                pause.note,
                pause.end_kind,
                pause.end_minutes,
                pause.end_at,
                pause.restock_sku_ids,
                pause.locked,
                pause.started_at,
                pause.started_by,
                pause.version,
                place.branch_id AS "branch_id: BranchId",
                place.ends_at,
                place.ended_at,
                place.ending AS "ending: Ending",
                place.ended_by
            FROM paused_branches AS place
            JOIN pauses AS pause USING (org_id, pause_id)
            WHERE place.org_id = $1
            "# + $rest,
            $($parameter)*
        )
    };
}

/// Lists the active pauses of a branch.
pub async fn list_active(
    tx: &mut TenantTx,
    branch_id: BranchId,
) -> anyhow::Result<Vec<PauseInBranch>> {
    let org = tx.org().as_uuid();
    let rows = select_pauses!(
        "AND place.branch_id = $2 AND place.ended_at IS NULL",
        org,
        branch_id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await
    .context("list the pauses of a branch that last")?;
    read_all(rows)
}

/// Lists pauses that ended in a branch before a place in time, the latest first.
pub async fn list_ended(
    tx: &mut TenantTx,
    branch_id: BranchId,
    before: (DateTime<Utc>, PauseId),
    limit: i64,
) -> anyhow::Result<Vec<PauseInBranch>> {
    let org = tx.org().as_uuid();
    let rows = select_pauses!(
        r#"
          AND place.branch_id = $2
          AND place.ended_at IS NOT NULL
          AND (place.ended_at, place.pause_id) < ($3, $4::uuid)
        ORDER BY place.ended_at DESC, place.pause_id DESC
        LIMIT $5
        "#,
        org,
        branch_id.as_uuid(),
        before.0,
        before.1.as_uuid(),
        limit,
    )
    .fetch_all(&mut **tx)
    .await
    .context("list the pauses of a branch that ended")?;
    read_all(rows)
}

/// Finds a pause with all its branches, by their ids.
pub async fn find(tx: &mut TenantTx, pause_id: PauseId) -> anyhow::Result<Vec<PauseInBranch>> {
    let org = tx.org().as_uuid();
    let rows = select_pauses!(
        "AND place.pause_id = $2 ORDER BY place.branch_id",
        org,
        pause_id.as_uuid(),
    )
    .fetch_all(&mut **tx)
    .await
    .context("find a pause")?;
    read_all(rows)
}

/// What lasts in branches, as their sales are judged by it; a branch without any is left out.
pub async fn lasting(
    tx: &mut TenantTx,
    branch_ids: &[BranchId],
) -> anyhow::Result<HashMap<BranchId, Vec<ActivePause>>> {
    if branch_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let org = tx.org().as_uuid();
    let rows = sqlx::query!(
        r#"
        SELECT
            place.branch_id AS "branch_id: BranchId",
            pause.pause_id AS "pause_id: PauseId",
            pause.target_kind,
            pause.target_id,
            pause.target_method AS "target_method: Method",
            pause.target_label,
            pause.channels AS "channels: Vec<Channel>",
            pause.reason AS "reason: Reason",
            place.ends_at
        FROM paused_branches AS place
        JOIN pauses AS pause USING (org_id, pause_id)
        WHERE place.org_id = $1
          AND place.branch_id = ANY($2)
          AND place.ended_at IS NULL
        "#,
        org,
        branch_ids as &[BranchId],
    )
    .fetch_all(&mut **tx)
    .await
    .context("list the pauses that last in branches")?;
    let mut lasting = HashMap::<BranchId, Vec<ActivePause>>::new();
    for row in rows {
        let target = TargetColumns {
            pause_id: row.pause_id,
            kind: row.target_kind,
            id: row.target_id,
            method: row.target_method,
            label: row.target_label,
        };
        if let Some(target) = target.read()? {
            lasting.entry(row.branch_id).or_default().push(ActivePause {
                pause_id: row.pause_id,
                target,
                channels: row.channels.into_iter().collect(),
                reason: row.reason,
                ends_at: row.ends_at,
            });
        }
    }
    Ok(lasting)
}

/// Returns how many pauses last in the branch that has most of these.
pub async fn most_active(
    tx: &mut TenantTx,
    branch_ids: &BTreeSet<BranchId>,
) -> anyhow::Result<i64> {
    let org = tx.org().as_uuid();
    let branch_ids: Vec<_> = branch_ids.iter().map(BranchId::as_uuid).collect();
    let most = sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "pauses!"
        FROM paused_branches
        WHERE org_id = $1
          AND branch_id = ANY($2)
          AND ended_at IS NULL
        GROUP BY branch_id
        ORDER BY 1 DESC
        LIMIT 1
        "#,
        org,
        &branch_ids,
    )
    .fetch_optional(&mut **tx)
    .await
    .context("count the pauses of branches")?;
    Ok(most.unwrap_or(0))
}

/// Adds a pause with its locked branches.
pub async fn insert(
    tx: &mut TenantTx,
    pause: &Pause,
    places: &[BranchPause],
) -> anyhow::Result<()> {
    let org = tx.org().as_uuid();
    let channels: Vec<_> = pause.channels.iter().copied().collect();
    let restock_sku_ids: Vec<_> = pause.restock_sku_ids.iter().map(SkuId::as_uuid).collect();
    let method = match &pause.target {
        Target::Method(method) => Some(*method),
        _ => None,
    };
    let (minutes, at) = match pause.end {
        End::Minutes(minutes) => (Some(i16::try_from(minutes)?), None),
        End::At(at) => (None, Some(at)),
        End::Today | End::Restocked | End::Manual => (None, None),
    };
    sqlx::query!(
        r#"
        INSERT INTO pauses
            (org_id, pause_id, brand_id, whole_brand, target_kind, target_id, target_method,
             target_name, channels, reason, note, end_kind, end_minutes, end_at, restock_sku_ids,
             locked, started_at, started_by, version, target_label)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
        "#,
        org,
        pause.pause_id.as_uuid(),
        pause.brand_id.as_uuid(),
        pause.whole_brand,
        pause.target.kind(),
        pause.target.id(),
        method as Option<Method>,
        pause.target_name,
        &channels as &[Channel],
        pause.reason as Reason,
        pause.note,
        pause.end.kind(),
        minutes,
        at,
        &restock_sku_ids,
        pause.locked,
        pause.started_at,
        pause.started_by,
        pause.version,
        pause.target.name().unwrap_or_default(),
    )
    .execute(&mut **tx)
    .await
    .context("add a pause")?;
    let branch_ids: Vec<_> = places
        .iter()
        .map(|place| place.branch_id.as_uuid())
        .collect();
    let ends: Vec<_> = places.iter().map(|place| place.ends_at).collect();
    sqlx::query!(
        r#"
        INSERT INTO paused_branches (org_id, pause_id, branch_id, ends_at)
        SELECT $1, $2, branch_id, ends_at
        FROM UNNEST($3::uuid[], $4::timestamptz[]) AS place (branch_id, ends_at)
        "#,
        org,
        pause.pause_id.as_uuid(),
        &branch_ids,
        &ends as &[Option<DateTime<Utc>>],
    )
    .execute(&mut **tx)
    .await
    .context("add the branches of a pause")?;
    Ok(())
}

/// Adds a locked branch to the pauses of its whole brand that last somewhere. Returns whether it did.
pub async fn join_brand(
    tx: &mut TenantTx,
    brand_id: BrandId,
    branch_id: BranchId,
) -> anyhow::Result<bool> {
    let org = tx.org().as_uuid();
    let done = sqlx::query!(
        r#"
        INSERT INTO paused_branches (org_id, pause_id, branch_id, ends_at)
        SELECT DISTINCT ON (place.pause_id) $1, place.pause_id, $3::uuid, place.ends_at
        FROM paused_branches AS place
        JOIN pauses AS pause USING (org_id, pause_id)
        WHERE place.org_id = $1
          AND pause.brand_id = $2
          AND pause.whole_brand
          AND place.ended_at IS NULL
        ORDER BY place.pause_id, place.ends_at DESC NULLS FIRST
        ON CONFLICT DO NOTHING
        "#,
        org,
        brand_id.as_uuid(),
        branch_id.as_uuid(),
    )
    .execute(&mut **tx)
    .await
    .context("join the pauses of a brand")?;
    Ok(done.rows_affected() > 0)
}

/// Ends pauses in locked branches. Returns in which something ended.
pub async fn end(
    tx: &mut TenantTx,
    pause_ids: &BTreeSet<PauseId>,
    branch_ids: &BTreeSet<BranchId>,
    (at, ending, by): (DateTime<Utc>, Ending, &str),
) -> anyhow::Result<BTreeSet<BranchId>> {
    let org = tx.org().as_uuid();
    let pause_ids: Vec<_> = pause_ids.iter().map(PauseId::as_uuid).collect();
    let branch_ids: Vec<_> = branch_ids.iter().map(BranchId::as_uuid).collect();
    let ended = sqlx::query_scalar!(
        r#"
        UPDATE paused_branches
        SET ended_at = $4,
            ending = $5,
            ended_by = $6
        WHERE org_id = $1
          AND pause_id = ANY($2)
          AND branch_id = ANY($3)
          AND ended_at IS NULL
        RETURNING branch_id AS "branch_id: BranchId"
        "#,
        org,
        &pause_ids,
        &branch_ids,
        at,
        ending as Ending,
        by,
    )
    .fetch_all(&mut **tx)
    .await
    .context("end pauses")?;
    Ok(ended.into_iter().collect())
}

/// Ends the pauses of a locked branch that waited for one of these units. Returns whether any did.
pub async fn end_waiting(
    tx: &mut TenantTx,
    branch_id: BranchId,
    sku_ids: &BTreeSet<SkuId>,
    at: DateTime<Utc>,
) -> anyhow::Result<bool> {
    let org = tx.org().as_uuid();
    let sku_ids: Vec<_> = sku_ids.iter().map(SkuId::as_uuid).collect();
    let done = sqlx::query!(
        r#"
        UPDATE paused_branches AS place
        SET ended_at = $4,
            ending = 'restocked'
        FROM pauses AS pause
        WHERE place.org_id = $1
          AND place.branch_id = $2
          AND place.ended_at IS NULL
          AND pause.org_id = $1
          AND pause.pause_id = place.pause_id
          AND pause.end_kind = 'restocked'
          AND pause.restock_sku_ids && $3
        "#,
        org,
        branch_id.as_uuid(),
        &sku_ids,
        at,
    )
    .execute(&mut **tx)
    .await
    .context("end pauses that waited for stock")?;
    Ok(done.rows_affected() > 0)
}

/// Writes down what is over in locked branches. Returns in which something was.
pub async fn end_due(
    tx: &mut TenantTx,
    branch_ids: &BTreeSet<BranchId>,
    now: DateTime<Utc>,
) -> anyhow::Result<BTreeSet<BranchId>> {
    let org = tx.org().as_uuid();
    let branch_ids: Vec<_> = branch_ids.iter().map(BranchId::as_uuid).collect();
    let ended = sqlx::query_scalar!(
        r#"
        UPDATE paused_branches
        SET ended_at = ends_at,
            ending = 'time'
        WHERE org_id = $1
          AND branch_id = ANY($2)
          AND ended_at IS NULL
          AND ends_at <= $3
        RETURNING branch_id AS "branch_id: BranchId"
        "#,
        org,
        &branch_ids,
        now,
    )
    .fetch_all(&mut **tx)
    .await
    .context("end pauses that are over")?;
    Ok(ended.into_iter().collect())
}

/// Lists branches with pauses that are over and not ended, of each organisation at most
/// `limit`, those that wait the longest.
pub async fn list_due(
    tx: &mut SystemTx,
    now: DateTime<Utc>,
    limit: i64,
) -> anyhow::Result<Vec<(OrganisationId, BranchId)>> {
    let rows = sqlx::query!(
        r#"
        SELECT org_id AS "org_id: OrganisationId", branch_id AS "branch_id: BranchId"
        FROM (
            SELECT
                org_id, branch_id,
                row_number() OVER (PARTITION BY org_id ORDER BY min(ends_at), branch_id) AS place
            FROM paused_branches
            WHERE ended_at IS NULL
              AND ends_at <= $1
            GROUP BY org_id, branch_id
        ) AS due
        WHERE place <= $2
        ORDER BY org_id, branch_id
        "#,
        now,
        limit,
    )
    .fetch_all(&mut **tx)
    .await
    .context("list branches with pauses that are over")?;
    Ok(rows
        .into_iter()
        .map(|row| (row.org_id, row.branch_id))
        .collect())
}

/// Raises the version of a pause read at `version`.
pub async fn raise(tx: &mut TenantTx, pause_id: PauseId, version: i64) -> anyhow::Result<bool> {
    let org = tx.org().as_uuid();
    let done = sqlx::query!(
        r#"
        UPDATE pauses
        SET version = version + 1
        WHERE org_id = $1
          AND pause_id = $2
          AND version = $3
        "#,
        org,
        pause_id.as_uuid(),
        version,
    )
    .execute(&mut **tx)
    .await
    .context("raise the version of a pause")?;
    Ok(done.rows_affected() == 1)
}
