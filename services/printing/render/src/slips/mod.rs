//! Slips from orders: what each says, by its template.

mod blocks;
mod heading;
mod items;
mod label;
mod money;
mod prep_list;
mod revision;
mod test_slip;

use serde::{Deserialize, Serialize};

pub use heading::Marks;
pub use revision::{Changes, LineChange, changes};
pub use test_slip::TestSlip;

use crate::{
    Block, BlockKind, Document, Paper, PrepList, Sheet, Size, SlipLine, SlipOrder, Template, Text,
    Time, order,
};

/// Kinds of slips.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// 顧客單.
    CustomerSlip,
    /// 廚房單.
    KitchenSlip,
    /// 標籤.
    Label,
    /// 取消單.
    CancelSlip,
    /// 修改單.
    RevisionSlip,
    /// 備料表.
    PrepList,
    /// 測試單.
    TestSlip,
}

impl DocumentKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::CustomerSlip,
        Self::KitchenSlip,
        Self::Label,
        Self::CancelSlip,
        Self::RevisionSlip,
        Self::PrepList,
        Self::TestSlip,
    ];
}

/// What is to be printed.
#[derive(Clone, Copy, Debug)]
pub struct SlipRequest<'a> {
    /// On what.
    pub paper: Paper,
    /// How.
    pub template: &'a Template,
    /// What has to be said of this print.
    pub marks: &'a Marks,
    /// What.
    pub content: Content<'a>,
}

/// What a slip is about.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// 顧客單.
    CustomerSlip {
        /// Order.
        order: &'a SlipOrder,
    },
    /// 廚房單.
    KitchenSlip {
        /// Order.
        order: &'a SlipOrder,
        /// What of it.
        part: Part<'a>,
    },
    /// 標籤, one a unit.
    Label {
        /// Order.
        order: &'a SlipOrder,
        /// What of it.
        part: Part<'a>,
    },
    /// 取消單.
    CancelSlip {
        /// Order.
        order: &'a SlipOrder,
        /// What of it.
        part: Part<'a>,
        /// When it was cancelled.
        at: Time,
        /// Why, in words.
        reason: &'a str,
    },
    /// 修改單.
    RevisionSlip {
        /// As the kitchen knows it.
        before: &'a SlipOrder,
        /// As it is.
        after: &'a SlipOrder,
        /// What of it.
        part: Part<'a>,
    },
    /// 備料表.
    PrepList(&'a PrepList),
    /// 測試單.
    TestSlip(&'a TestSlip),
}

/// What of an order a slip is about; by default all of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part<'a> {
    /// Station it is for; empty for none.
    pub station: &'a str,
    /// Ids of the lines on it; none for all.
    pub lines: Option<&'a [String]>,
    /// Ids of the lines that get labels at all, over which 「2/5」 counts; none for all.
    pub numbered: Option<&'a [String]>,
}

impl Part<'_> {
    fn has(&self, line: &SlipLine) -> bool {
        self.lines.is_none_or(|ids| ids.contains(&line.id))
    }

    fn numbers(&self, line: &SlipLine) -> bool {
        self.numbered.is_none_or(|ids| ids.contains(&line.id))
    }
}

impl<'a> Content<'a> {
    /// What slip it is.
    pub const fn kind(&self) -> DocumentKind {
        match self {
            Self::CustomerSlip { .. } => DocumentKind::CustomerSlip,
            Self::KitchenSlip { .. } => DocumentKind::KitchenSlip,
            Self::Label { .. } => DocumentKind::Label,
            Self::CancelSlip { .. } => DocumentKind::CancelSlip,
            Self::RevisionSlip { .. } => DocumentKind::RevisionSlip,
            Self::PrepList(_) => DocumentKind::PrepList,
            Self::TestSlip(_) => DocumentKind::TestSlip,
        }
    }

    const fn order(&self) -> Option<&'a SlipOrder> {
        match self {
            Self::CustomerSlip { order }
            | Self::KitchenSlip { order, .. }
            | Self::Label { order, .. }
            | Self::CancelSlip { order, .. }
            | Self::RevisionSlip { after: order, .. } => Some(order),
            Self::PrepList(_) | Self::TestSlip(_) => None,
        }
    }

    fn part(&self) -> Part<'a> {
        match self {
            Self::KitchenSlip { part, .. }
            | Self::Label { part, .. }
            | Self::CancelSlip { part, .. }
            | Self::RevisionSlip { part, .. } => *part,
            Self::CustomerSlip { .. } | Self::PrepList(_) | Self::TestSlip(_) => Part::default(),
        }
    }

    fn lines(&self) -> Vec<&'a SlipLine> {
        let part = self.part();
        let lines = self.order().map_or(&[][..], |order| &order.lines);
        lines.iter().filter(|line| part.has(line)).collect()
    }
}

/// The document of a slip.
pub fn slip(request: &SlipRequest) -> Document {
    let sheets = match request.content {
        Content::Label { order, part } => label::sheets(request, order, part),
        _ => vec![sheet(request)],
    };
    Document {
        paper: request.paper,
        sheets,
    }
}

fn sheet(request: &SlipRequest) -> Sheet {
    let mut head = heading::blocks(request);
    let visible = || request.template.blocks.iter().filter(|block| block.visible);
    let subject = |kind| {
        matches!(
            kind,
            BlockKind::Items | BlockKind::Changes | BlockKind::Sample
        )
    };
    let before = visible().take_while(|block| !subject(block.kind));
    head.extend(before.flat_map(|block| blocks::of(request, block)));
    let from = visible().skip_while(|block| !subject(block.kind));
    let body = from.flat_map(|block| blocks::of(request, block)).collect();
    Sheet {
        head,
        again: vec![again(request.content.order(), "")],
        body,
        more: vec![more()],
        foot: Vec::new(),
    }
}

/// What a further label begins with.
fn again(order: Option<&SlipOrder>, number: &str) -> Block {
    let (pickup, test) = order.map_or(("", false), |order| (&order.pickup_number, order.test));
    let test = if test { "測試" } else { "" };
    Text::new(order::joined(&[pickup, number, "續", test], " "))
        .size(Size::Large)
        .bold()
        .into()
}

/// What a label ends with that goes on.
fn more() -> Block {
    let mut text = Text::new("續下一張 →").size(Size::Small).bold();
    text.style.align = crate::Align::Right;
    text.into()
}
