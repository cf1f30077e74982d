//! 暫停銷售: what is not sold for a while, until when, and what of an order is paused.

mod end;
mod record;

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    error::Problem,
    id::{CategoryId, OptionId, PauseId, ProductId, SkuId, VariantId},
    sales::{Channel, Method},
};
use chrono::{DateTime, SecondsFormat, Utc};
use proto::capacity::v1::CapacityReason;
use serde::Serialize;

pub use end::{End, EndProblem, MOST_MINUTES};
pub use record::{BranchPause, Pause};

use super::line::Line;

/// Longest name of a station or print tag.
pub const LONGEST_NAME: usize = 20;

/// What is paused. Combos will join when the catalogue has them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A product with all its variants.
    Product(ProductId),
    /// A variant.
    Variant(VariantId),
    /// An option, wherever it is offered.
    Option(OptionId),
    /// Every product of a category.
    Category(CategoryId),
    /// Every product made at a station; its name is not empty.
    Station(String),
    /// Every product with a print tag; it is not empty.
    Tag(String),
    /// A whole method.
    Method(Method),
    /// The whole branch.
    Branch,
}

/// Why something is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Reason {
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

/// How a pause ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Ending {
    /// Its time was over.
    Time,
    /// 補貨.
    Restocked,
    /// Staff resumed it.
    Resumed,
}

/// An active pause in one branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivePause {
    /// The pause.
    pub pause_id: PauseId,
    /// What is paused.
    pub target: Target,
    /// Channels it concerns; empty for all.
    pub channels: BTreeSet<Channel>,
    /// Why.
    pub reason: Reason,
    /// When it ends by itself.
    pub ends_at: Option<DateTime<Utc>>,
}

/// The pauses of one branch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pauses(Vec<ActivePause>);

/// The part of an order that is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The order as a whole, by its branch.
    Branch,
    /// The order as a whole, by its method.
    Method,
    /// A line.
    Line(usize),
}

/// Something of an order that is paused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paused {
    /// Where in the order.
    pub place: Place,
    /// What is paused.
    pub target: Target,
    /// Why.
    pub reason: Reason,
    /// When the last pause of it ends; `None` when that is unknown.
    pub ends_at: Option<DateTime<Utc>>,
}

/// What of an order decides which pauses concern it.
#[derive(Clone, Copy, Debug)]
pub struct SaleContext<'order> {
    /// Where it comes from.
    pub channel: Channel,
    /// Method.
    pub method: Method,
    /// Its lines.
    pub lines: &'order [Line],
}

impl Target {
    /// Stable name of its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Product(_) => "product",
            Self::Variant(_) => "variant",
            Self::Option(_) => "option",
            Self::Category(_) => "category",
            Self::Station(_) => "station",
            Self::Tag(_) => "tag",
            Self::Method(_) => "method",
            Self::Branch => "branch",
        }
    }

    /// Its id, where it has one.
    #[must_use]
    pub const fn id(&self) -> Option<uuid::Uuid> {
        match self {
            Self::Product(id) => Some(id.as_uuid()),
            Self::Variant(id) => Some(id.as_uuid()),
            Self::Option(id) => Some(id.as_uuid()),
            Self::Category(id) => Some(id.as_uuid()),
            Self::Station(_) | Self::Tag(_) | Self::Method(_) | Self::Branch => None,
        }
    }

    /// The name by which it is known where it has no id: of a station or print tag.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Station(name) | Self::Tag(name) => Some(name),
            _ => None,
        }
    }

    /// The unit of the stock that it is; a product or category may be many.
    #[must_use]
    pub const fn sku(&self) -> Option<SkuId> {
        match self {
            Self::Variant(id) => Some(SkuId::from_uuid(id.as_uuid())),
            Self::Option(id) => Some(SkuId::from_uuid(id.as_uuid())),
            _ => None,
        }
    }

    /// Where a sale contains it.
    fn places(&self, sale: &SaleContext<'_>) -> Vec<Place> {
        match self {
            Self::Branch => vec![Place::Branch],
            Self::Method(method) if *method == sale.method => vec![Place::Method],
            Self::Method(_) => Vec::new(),
            _ => sale
                .lines
                .iter()
                .enumerate()
                .filter(|(_, line)| self.is_in(line))
                .map(|(index, _)| Place::Line(index))
                .collect(),
        }
    }

    fn is_in(&self, line: &Line) -> bool {
        match self {
            Self::Product(id) => line.product_id == *id,
            Self::Variant(id) => line.variant_id == *id,
            Self::Option(id) => line.option_ids.contains(id),
            Self::Category(id) => line.category_ids.contains(id),
            Self::Station(name) => line.station == *name,
            Self::Tag(name) => line.print_tag == *name,
            Self::Method(_) | Self::Branch => false,
        }
    }
}

impl Reason {
    /// Stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OutOfStock => "out_of_stock",
            Self::Equipment => "equipment",
            Self::Staffing => "staffing",
            Self::FoodSafety => "food_safety",
            Self::Other => "other",
        }
    }
}

impl ActivePause {
    /// Whether it still lasts at an instant; without a time it lasts until it is resumed.
    #[must_use]
    pub fn is_active_at(&self, at: DateTime<Utc>) -> bool {
        self.ends_at.is_none_or(|end| at < end)
    }

    fn concerns(&self, channel: Channel) -> bool {
        self.channels.is_empty() || self.channels.contains(&channel)
    }
}

impl Pauses {
    /// Active pauses, the next to end first.
    #[must_use]
    pub fn new(mut pauses: Vec<ActivePause>) -> Self {
        pauses.sort_by_key(|pause| (pause.ends_at.is_none(), pause.ends_at, pause.pause_id));
        Self(pauses)
    }

    /// The pauses that last at an instant, the next to end first.
    pub fn at(&self, at: DateTime<Utc>) -> impl Iterator<Item = &ActivePause> {
        self.0.iter().filter(move |pause| pause.is_active_at(at))
    }

    /// Everything of a sale that is paused at the requested time, each thing once in a place.
    #[must_use]
    pub fn matching(&self, sale: &SaleContext<'_>, at: DateTime<Utc>) -> Vec<Paused> {
        let mut found = BTreeMap::new();
        // Those that end later come later and take the place of those before.
        for pause in self.at(at).filter(|pause| pause.concerns(sale.channel)) {
            for place in pause.target.places(sale) {
                found.insert((place, &pause.target), pause);
            }
        }
        let paused = |((place, target), pause): ((Place, &Target), &ActivePause)| Paused {
            place,
            target: target.clone(),
            reason: pause.reason,
            ends_at: pause.ends_at,
        };
        found.into_iter().map(paused).collect()
    }

    /// The first instant from `from` on at which neither the branch nor the method is paused;
    /// `None` when that is unknown.
    #[must_use]
    pub fn open_from(
        &self,
        channel: Channel,
        method: Method,
        from: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let sale = SaleContext {
            channel,
            method,
            lines: &[],
        };
        let mut open = from;
        // Every turn is past one more pause.
        while let Some(paused) = self.matching(&sale, open).first() {
            open = paused.ends_at?;
        }
        Some(open)
    }
}

impl Paused {
    /// Adds it to a rejection, at its field; `next_slot` is named where no other line would help.
    #[must_use]
    pub fn add_to(&self, next_slot: Option<DateTime<Utc>>, problem: Problem) -> Problem {
        let shown = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let field = match self.place {
            Place::Branch => "branch_id".to_owned(),
            Place::Method => "method".to_owned(),
            Place::Line(index) => format!("lines[{index}]"),
        };
        let next_slot = next_slot.filter(|_| !matches!(self.place, Place::Line(_)));
        let params = [
            Some(("target", self.target.kind().to_owned())),
            self.target.id().map(|id| ("target_id", id.to_string())),
            self.target
                .name()
                .map(|name| ("target_name", name.to_owned())),
            Some(("why", self.reason.name().to_owned())),
            self.ends_at.map(|at| ("ends_at", shown(at))),
            next_slot.map(|at| ("next_slot", shown(at))),
        ];
        problem.field_with(field, CapacityReason::Paused, params.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests;
