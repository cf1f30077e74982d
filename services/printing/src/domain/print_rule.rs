//! Rules of print points: which slips they print, and when.

use std::collections::BTreeSet;

use chassis::{
    id::{CategoryId, PrintPointId, PrintRuleId, ProductId},
    sales::{Channel, Method},
};

use super::{
    document::{Document, Per, Trigger},
    order::{Line, Order},
    print_point::PrintPoint,
};

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintRule {
    /// Id.
    pub id: PrintRuleId,
    /// Print point.
    pub point: PrintPointId,
    /// Document.
    pub document: Document,
    /// When it is printed; `None` for documents with a moment of their own.
    pub trigger: Option<Trigger>,
    /// Methods; empty for all of the print point.
    pub methods: Vec<Method>,
    /// Channels; empty for all.
    pub channels: Vec<Channel>,
    /// Which lines it prints.
    pub filter: LineFilter,
    /// How many slips.
    pub per: Per,
    /// Orders that are paid, alone.
    pub paid_only: bool,
    /// Least total.
    pub min_total: i64,
    /// It is used.
    pub enabled: bool,
    /// Version.
    pub version: i64,
}

/// Lines that one of the lists names; all of them when every list is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineFilter {
    /// Products.
    pub products: BTreeSet<ProductId>,
    /// Categories.
    pub categories: BTreeSet<CategoryId>,
    /// 出單標籤.
    pub print_tags: BTreeSet<String>,
    /// 工作站.
    pub stations: BTreeSet<String>,
}

/// What a filter looks at in a line of an order or a product of a menu.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Product.
    pub product: ProductId,
    /// Categories.
    pub categories: &'a [CategoryId],
    /// 工作站; empty for none.
    pub station: &'a str,
    /// 出單標籤; empty for none.
    pub print_tag: &'a str,
}

impl Line {
    /// What a filter looks at.
    #[must_use]
    pub fn item(&self) -> Item<'_> {
        Item {
            product: self.product,
            categories: &self.categories,
            station: &self.station,
            print_tag: &self.print_tag,
        }
    }
}

impl LineFilter {
    /// Whether a line is printed.
    #[must_use]
    pub fn takes(&self, item: Item<'_>) -> bool {
        let takes_all = self.products.is_empty()
            && self.categories.is_empty()
            && self.print_tags.is_empty()
            && self.stations.is_empty();
        takes_all
            || self.products.contains(&item.product)
            || item
                .categories
                .iter()
                .any(|category| self.categories.contains(category))
            || self.print_tags.contains(item.print_tag)
            || self.stations.contains(item.station)
    }
}

impl PrintRule {
    /// Whether orders of a method reach the rule at all.
    #[must_use]
    pub fn takes_method(&self, point: &PrintPoint, method: Method) -> bool {
        let in_methods = self.methods.is_empty() || self.methods.contains(&method);
        point.scenes.contains(&method) && in_methods
    }

    /// Whether the rule prints of an order, whatever its lines.
    #[must_use]
    pub fn takes_order(&self, point: &PrintPoint, order: &Order) -> bool {
        point.enabled
            && self.enabled
            && self.takes_method(point, order.method)
            && (self.channels.is_empty() || self.channels.contains(&order.channel))
            && (order.paid || !self.paid_only)
            && order.total >= self.min_total
    }
}
