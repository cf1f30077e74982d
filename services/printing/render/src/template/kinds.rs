//! What blocks can say, and on which slips.

use serde::{Deserialize, Serialize};

use crate::DocumentKind;

/// What a block says.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// The template's picture.
    Logo,
    /// What slip it is.
    Title,
    /// 品牌.
    Brand,
    /// 分店.
    Branch,
    /// 工作站.
    Station,
    /// 取件號碼; on slips of the kitchen with the method at its right, on labels with 「2/5」.
    PickupNumber,
    /// 訂單編號.
    OrderNumber,
    /// 取件方式.
    Method,
    /// 希望取件.
    WantedAt,
    /// 訂單時間.
    PlacedAt,
    /// 顧客, masked.
    Customer,
    /// 付款.
    Payment,
    /// 品項; options, notes and nicknames stand below each, wherever their blocks are.
    Items,
    /// Options and parts of combos.
    Options,
    /// Notes to the kitchen.
    Notes,
    /// Who of a group an item is for.
    Nickname,
    /// 小計, discounts, fees.
    Amounts,
    /// 總計, and what is due of it.
    Total,
    /// 共 N 份.
    Count,
    /// 備註.
    Remark,
    /// 餐具.
    Utensils,
    /// What becomes of the invoice.
    Invoice,
    /// When and why an order was cancelled.
    Reason,
    /// What a revision changed.
    Changes,
    /// Time, method and branch of a label in one line.
    Tail,
    /// QR code of the order's page.
    OrderQr,
    /// Day, period and orders of a 備料表.
    Scope,
    /// Device and channel of a 測試單.
    Device,
    /// 配對碼.
    PairingCode,
    /// Characters of every kind.
    Sample,
    /// Millimetres.
    Ruler,
    /// A text of the shop's own.
    Text,
    /// A line across.
    Rule,
    /// A white line.
    Space,
    /// A word this release does not know; never valid.
    #[serde(other)]
    Unknown,
}

impl BlockKind {
    /// Whether it may stand in a template more than once.
    pub(super) const fn repeats(self) -> bool {
        matches!(self, Self::Text | Self::Rule | Self::Space)
    }

    /// The kinds a slip can have.
    pub const fn of(document: DocumentKind) -> &'static [Self] {
        match document {
            DocumentKind::CustomerSlip => &[
                Self::Logo,
                Self::Brand,
                Self::Branch,
                Self::PickupNumber,
                Self::OrderNumber,
                Self::Method,
                Self::WantedAt,
                Self::PlacedAt,
                Self::Customer,
                Self::Payment,
                Self::Items,
                Self::Options,
                Self::Notes,
                Self::Nickname,
                Self::Amounts,
                Self::Total,
                Self::Count,
                Self::Remark,
                Self::Utensils,
                Self::Invoice,
                Self::OrderQr,
                Self::Text,
                Self::Rule,
                Self::Space,
            ],
            DocumentKind::KitchenSlip => &[
                Self::Station,
                Self::Branch,
                Self::PickupNumber,
                Self::OrderNumber,
                Self::WantedAt,
                Self::PlacedAt,
                Self::Customer,
                Self::Items,
                Self::Options,
                Self::Notes,
                Self::Nickname,
                Self::Count,
                Self::Remark,
                Self::Utensils,
                Self::Text,
                Self::Rule,
                Self::Space,
            ],
            DocumentKind::Label => &[
                Self::Logo,
                Self::Brand,
                Self::Branch,
                Self::PickupNumber,
                Self::OrderNumber,
                Self::Method,
                Self::WantedAt,
                Self::PlacedAt,
                Self::Items,
                Self::Options,
                Self::Notes,
                Self::Nickname,
                Self::Tail,
                Self::OrderQr,
                Self::Text,
                Self::Rule,
                Self::Space,
            ],
            DocumentKind::CancelSlip => &[
                Self::Title,
                Self::Station,
                Self::Branch,
                Self::PickupNumber,
                Self::OrderNumber,
                Self::WantedAt,
                Self::PlacedAt,
                Self::Customer,
                Self::Reason,
                Self::Items,
                Self::Options,
                Self::Notes,
                Self::Nickname,
                Self::Count,
                Self::Text,
                Self::Rule,
                Self::Space,
            ],
            DocumentKind::RevisionSlip => &[
                Self::Title,
                Self::Station,
                Self::Branch,
                Self::PickupNumber,
                Self::OrderNumber,
                Self::WantedAt,
                Self::PlacedAt,
                Self::Customer,
                Self::Changes,
                Self::Text,
                Self::Rule,
                Self::Space,
            ],
            DocumentKind::PrepList => &[
                Self::Title,
                Self::Brand,
                Self::Branch,
                Self::Scope,
                Self::Items,
                Self::Options,
                Self::Text,
                Self::Rule,
                Self::Space,
            ],
            DocumentKind::TestSlip => &[
                Self::Title,
                Self::Logo,
                Self::Brand,
                Self::Branch,
                Self::Device,
                Self::PairingCode,
                Self::Sample,
                Self::Ruler,
                Self::OrderQr,
                Self::Text,
                Self::Rule,
                Self::Space,
            ],
        }
    }

    /// The kinds a slip must show: without them somebody makes the wrong thing.
    pub const fn required(document: DocumentKind) -> &'static [Self] {
        match document {
            DocumentKind::CustomerSlip => &[Self::PickupNumber, Self::Items, Self::Total],
            DocumentKind::KitchenSlip | DocumentKind::Label => {
                &[Self::PickupNumber, Self::Items, Self::Options, Self::Notes]
            }
            DocumentKind::CancelSlip => &[Self::Title, Self::PickupNumber, Self::Items],
            DocumentKind::RevisionSlip => &[Self::Title, Self::PickupNumber, Self::Changes],
            DocumentKind::PrepList => &[Self::Items],
            DocumentKind::TestSlip => &[Self::Device, Self::PairingCode, Self::Sample],
        }
    }
}
