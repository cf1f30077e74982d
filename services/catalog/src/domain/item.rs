//! Things of a brand's catalogue by their keys.

use chassis::text_enum;
use uuid::Uuid;

text_enum! {
    /// Kind of a thing that a catalogue names.
    pub enum Kind: proto::catalog::v1::ItemKind {
        /// 商品.
        Product = "product",
        /// 規格.
        Variant = "variant",
        /// 選項.
        Option = "option",
        /// 分類.
        Category = "category",
        /// 工作站.
        Station = "station",
        /// 出單標籤.
        PrintTag = "print_tag",
    }
}

/// What names one item of a brand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// By its id.
    Id(Kind, Uuid),
    /// A station or print tag, by its label.
    Label(Kind, String),
}

/// An item with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What names it.
    pub key: Key,
    /// Name; of a variant, that of its product.
    pub name: String,
    /// Of a variant its own name, of an option that of its group; otherwise empty.
    pub detail: String,
    /// Stock-keeping units.
    pub skus: Vec<Uuid>,
}
