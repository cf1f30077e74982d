//! Templates: which blocks a slip has, in which order, and how they look.

mod check;
mod kinds;
mod standard;

use serde::{Deserialize, Serialize};

pub use check::TemplateFault;
pub use kinds::BlockKind;

use crate::{Align, Logo, Size};

/// Blocks of a template.
pub const MAX_TEMPLATE_BLOCKS: usize = 60;

/// Characters of a shop's own text.
pub const MAX_TEMPLATE_TEXT: usize = 200;

/// What a shop has decided about a slip; plain data. What a slip must not hide, such as 測試 and
/// 補印, is no block and stands above all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its blocks from above.
    pub blocks: Vec<TemplateBlock>,
    /// Picture of its logo block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
}

/// A block and how it looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateBlock {
    /// What it says.
    pub kind: BlockKind,
    /// Height of its letters.
    #[serde(default)]
    pub size: Size,
    /// Thicker strokes.
    #[serde(default)]
    pub bold: bool,
    /// Where its lines lie; of rows with an amount always at the left.
    #[serde(default)]
    pub align: Align,
    /// Whether it is printed.
    #[serde(default = "yes")]
    pub visible: bool,
    /// Text of a [`BlockKind::Text`]; empty otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

const fn yes() -> bool {
    true
}

impl TemplateBlock {
    /// A block in the plain style.
    pub const fn new(kind: BlockKind) -> Self {
        Self {
            kind,
            size: Size::Normal,
            bold: false,
            align: Align::Left,
            visible: true,
            text: String::new(),
        }
    }

    const fn size(mut self, size: Size) -> Self {
        self.size = size;
        self
    }

    const fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    const fn center(mut self) -> Self {
        self.align = Align::Center;
        self
    }

    const fn hidden(mut self) -> Self {
        self.visible = false;
        self
    }
}

impl Template {
    /// How a kind looks, where it is visible.
    pub(crate) fn find(&self, kind: BlockKind) -> Option<&TemplateBlock> {
        self.blocks
            .iter()
            .find(|block| block.kind == kind && block.visible)
    }
}
