//! Pauses as customers may know them.

use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    convert::{present, time},
    method::Method,
    wire_enum::wire_enum,
};
use crate::problem::Rejection;

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
    Channel = proto::common::v1::Channel {
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

/// A pause as customers may know it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PublicPause {
    /// What is paused.
    pub target: PublicPauseTarget,
    /// Channels it concerns; empty for all.
    pub channels: Vec<Channel>,
    /// Why.
    pub reason: PauseReason,
    /// When it ends by itself; null when that is not known.
    pub ends_at: Option<DateTime<Utc>>,
}

/// What is paused, as customers may know it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PublicPauseTarget {
    /// Kind of thing.
    pub kind: PauseTargetKind,
    /// Id of the product, variant, option or category; null otherwise.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// The method, for `method`.
    pub method: Option<Method>,
    /// The station or print tag, for `station` and `tag`.
    pub name: Option<String>,
}

impl TryFrom<pb::PauseTarget> for PublicPauseTarget {
    type Error = Rejection;

    fn try_from(target: pb::PauseTarget) -> Result<Self, Rejection> {
        Ok(Self {
            kind: PauseTargetKind::from_wire(target.kind)?,
            method: target.method.map(Method::from_wire).transpose()?,
            id: target.id,
            name: target.name,
        })
    }
}

impl TryFrom<pb::PublicPause> for PublicPause {
    type Error = Rejection;

    fn try_from(pause: pb::PublicPause) -> Result<Self, Rejection> {
        let channels = pause.channels.into_iter().map(Channel::from_wire);
        Ok(Self {
            target: present(pause.target, "the target")?.try_into()?,
            channels: channels.collect::<Result<_, _>>()?,
            reason: PauseReason::from_wire(pause.reason)?,
            ends_at: time(pause.ends_at),
        })
    }
}
