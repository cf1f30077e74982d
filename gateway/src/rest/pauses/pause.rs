use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    problem::Rejection,
    rest::{
        convert::{present, required_time, stamp, text, time},
        hours::ServiceMethod,
        wire_enum::wire_enum,
    },
};

wire_enum! {
    /// Kind of thing that is paused.
    PauseTargetKind = pb::PauseTargetKind {
        /// 商品.
        Product,
        /// 規格.
        Variant,
        /// 選項.
        Option,
        /// 分類.
        Category,
        /// 取件方式: a whole method.
        Method,
        /// 全店: the whole branch.
        Branch,
        /// 工作站: every product made at a station.
        Station,
        /// 出單標籤: every product with a print tag.
        Tag,
    }
}

wire_enum! {
    /// Where an order comes from.
    PauseChannel = pb::Channel {
        /// The brand's own storefront.
        Web,
        /// The storefront inside LINE.
        Line,
        /// The code on a table.
        QrTable,
        /// Staff at the counter.
        Counter,
        /// Uber Eats.
        UberEats,
    }
}

wire_enum! {
    /// How far a pause reaches.
    PauseScope = pb::PauseScope {
        /// Named branches, one or several.
        Branches,
        /// Every branch of the brand, those that open later included.
        Brand,
    }
}

wire_enum! {
    /// Why something is paused.
    PauseReason = pb::PauseReason {
        /// 缺貨.
        OutOfStock,
        /// 設備.
        Equipment,
        /// 人力.
        Staffing,
        /// 食安.
        FoodSafety,
        /// 其他.
        Other,
    }
}

wire_enum! {
    /// Kind of a pause's end.
    PauseEndKind = pb::PauseEndKind {
        /// 今天: until the branch's cut-off.
        Today,
        /// N 分鐘.
        Minutes,
        /// 直到某時.
        At,
        /// 直到補貨.
        Restocked,
        /// 手動恢復.
        Manual,
    }
}

wire_enum! {
    /// How a pause ended.
    PauseEnding = pb::PauseEnding {
        /// Its time was over.
        Time,
        /// 補貨.
        Restocked,
        /// Somebody resumed it.
        Resumed,
    }
}

/// What is paused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseTarget {
    /// Kind of thing.
    pub kind: PauseTargetKind,
    /// Id of the product, variant, option or category; null otherwise.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// The method, for `method`.
    pub method: Option<ServiceMethod>,
    /// The station or print tag, for `station` and `tag`.
    pub name: Option<String>,
}

/// When a pause ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseEnd {
    /// Kind of end.
    pub kind: PauseEndKind,
    /// Minutes, 1–1,440, for `minutes`.
    pub minutes: Option<i32>,
    /// Instant, at most 30 days away, for `at`.
    pub at: Option<DateTime<Utc>>,
}

/// Something that is not sold for a while.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Pause {
    /// Id.
    #[schema(format = Uuid)]
    pub pause_id: String,
    /// What is paused.
    pub target: PauseTarget,
    /// Its name when it was paused; null for a method and a branch.
    pub target_name: Option<String>,
    /// How far it reaches.
    pub scope: PauseScope,
    /// How many branches it was made for.
    pub branch_count: i32,
    /// Channels it concerns; empty for all.
    pub channels: Vec<PauseChannel>,
    /// Why.
    pub reason: PauseReason,
    /// What staff noted.
    pub note: String,
    /// How it ends.
    pub end: PauseEnd,
    /// When it ends by itself in this branch; null until somebody or something ends it.
    pub ends_at: Option<DateTime<Utc>>,
    /// Only who has the whole brand may resume it.
    pub locked: bool,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Name of who paused.
    pub started_by: String,
    /// When it ended in this branch, null while it lasts.
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended, null while it lasts.
    pub ending: Option<PauseEnding>,
    /// Name of who resumed it; null when it ended otherwise.
    pub ended_by: Option<String>,
    /// Version for resuming it.
    pub version: i64,
}

/// A pause as customers may know it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PublicPause {
    /// What is paused.
    pub target: PauseTarget,
    /// Channels it concerns; empty for all.
    pub channels: Vec<PauseChannel>,
    /// Why.
    pub reason: PauseReason,
    /// When it ends by itself; null when that is not known.
    pub ends_at: Option<DateTime<Utc>>,
}

impl PauseTarget {
    /// As services know it.
    pub fn to_wire(&self) -> pb::PauseTarget {
        pb::PauseTarget {
            kind: self.kind.to_wire(),
            id: self.id.clone().unwrap_or_default(),
            method: self.method.map(ServiceMethod::to_wire).unwrap_or_default(),
            name: self.name.clone().unwrap_or_default(),
        }
    }
}

impl PauseEnd {
    /// As services know it.
    pub fn to_wire(&self) -> pb::PauseEnd {
        pb::PauseEnd {
            kind: self.kind.to_wire(),
            minutes: self.minutes.unwrap_or_default(),
            at: self.at.map(stamp),
        }
    }
}

impl TryFrom<pb::PauseTarget> for PauseTarget {
    type Error = Rejection;

    fn try_from(target: pb::PauseTarget) -> Result<Self, Rejection> {
        Ok(Self {
            kind: PauseTargetKind::from_wire(target.kind)?,
            id: text(target.id),
            method: ServiceMethod::from_wire_or_none(target.method),
            name: text(target.name),
        })
    }
}

impl TryFrom<pb::PauseEnd> for PauseEnd {
    type Error = Rejection;

    fn try_from(end: pb::PauseEnd) -> Result<Self, Rejection> {
        Ok(Self {
            kind: PauseEndKind::from_wire(end.kind)?,
            minutes: (end.minutes > 0).then_some(end.minutes),
            at: time(end.at),
        })
    }
}

impl TryFrom<pb::Pause> for Pause {
    type Error = Rejection;

    fn try_from(pause: pb::Pause) -> Result<Self, Rejection> {
        Ok(Self {
            target: present(pause.target, "the target")?.try_into()?,
            scope: PauseScope::from_wire(pause.scope)?,
            channels: channels(&pause.channels)?,
            reason: PauseReason::from_wire(pause.reason)?,
            end: present(pause.end, "the end")?.try_into()?,
            ends_at: time(pause.ends_at),
            started_at: required_time(pause.started_at, "started_at")?,
            ended_at: time(pause.ended_at),
            ending: PauseEnding::from_wire_or_none(pause.ending),
            pause_id: pause.pause_id,
            target_name: text(pause.target_name),
            branch_count: pause.branch_count,
            note: pause.note,
            locked: pause.locked,
            started_by: pause.started_by,
            ended_by: text(pause.ended_by),
            version: pause.version,
        })
    }
}

impl TryFrom<pb::PublicPause> for PublicPause {
    type Error = Rejection;

    fn try_from(pause: pb::PublicPause) -> Result<Self, Rejection> {
        Ok(Self {
            target: present(pause.target, "the target")?.try_into()?,
            channels: channels(&pause.channels)?,
            reason: PauseReason::from_wire(pause.reason)?,
            ends_at: time(pause.ends_at),
        })
    }
}

fn channels(numbers: &[i32]) -> Result<Vec<PauseChannel>, Rejection> {
    numbers
        .iter()
        .map(|number| PauseChannel::from_wire(*number))
        .collect()
}
