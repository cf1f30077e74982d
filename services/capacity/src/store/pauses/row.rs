//! Rows of pauses, and what they mean.

use chassis::{
    db::StoreError,
    id::{BranchId, BrandId, CategoryId, OptionId, PauseId, ProductId, SkuId, VariantId},
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::pauses::{BranchPause, End, Ending, Pause, Reason, Target};

/// A pause, and what became of it in one branch.
pub type PauseInBranch = (Pause, BranchPause);

pub(super) struct Row {
    pub(super) pause_id: PauseId,
    pub(super) brand_id: BrandId,
    pub(super) whole_brand: bool,
    pub(super) branch_count: i64,
    pub(super) target_kind: String,
    pub(super) target_id: Option<Uuid>,
    pub(super) target_method: Option<Method>,
    pub(super) target_label: String,
    pub(super) target_name: String,
    pub(super) channels: Vec<Channel>,
    pub(super) reason: Reason,
    pub(super) note: String,
    pub(super) end_kind: String,
    pub(super) end_minutes: Option<i16>,
    pub(super) end_at: Option<DateTime<Utc>>,
    pub(super) restock_sku_ids: Vec<Uuid>,
    pub(super) locked: bool,
    pub(super) started_at: DateTime<Utc>,
    pub(super) started_by: String,
    pub(super) version: i64,
    pub(super) branch_id: BranchId,
    pub(super) ends_at: Option<DateTime<Utc>>,
    pub(super) ended_at: Option<DateTime<Utc>>,
    pub(super) ending: Option<Ending>,
    pub(super) ended_by: String,
}

fn inconsistent(pause_id: PauseId, column: &'static str) -> StoreError {
    StoreError::inconsistent("pauses", column, pause_id)
}

/// The columns of what is paused.
pub(super) struct TargetColumns {
    pub(super) pause_id: PauseId,
    pub(super) kind: String,
    pub(super) id: Option<Uuid>,
    pub(super) method: Option<Method>,
    pub(super) label: String,
}

impl TargetColumns {
    /// `None` for a kind that a later release has added.
    pub(super) fn read(self) -> Result<Option<Target>, StoreError> {
        let null = |column| inconsistent(self.pause_id, column);
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
    fn end(&self) -> Result<End, StoreError> {
        let minutes = self.end_minutes.and_then(|minutes| minutes.try_into().ok());
        let end = match self.end_kind.as_str() {
            "today" => Some(End::Today),
            "minutes" => minutes.map(End::Minutes),
            "at" => self.end_at.map(End::At),
            "restocked" => Some(End::Restocked),
            "manual" => Some(End::Manual),
            _ => None,
        };
        end.ok_or_else(|| inconsistent(self.pause_id, "end_kind"))
    }

    fn read(self) -> Result<Option<PauseInBranch>, StoreError> {
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

pub(super) fn read_all(rows: Vec<Row>) -> Result<Vec<PauseInBranch>, StoreError> {
    rows.into_iter()
        .filter_map(|row| row.read().transpose())
        .collect()
}
