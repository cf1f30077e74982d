//! What a slip says and how, before it has a place on paper.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Bitmap, Paper};

/// A slip, or the labels of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// What it is printed on.
    pub paper: Paper,
    /// Its pieces, cut off one by one.
    pub sheets: Vec<Sheet>,
}

/// One receipt; or what belongs on one label, however many it flows over to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    /// What it begins with.
    pub head: Vec<Block>,
    /// What every further label begins with.
    pub again: Vec<Block>,
    /// What it says.
    pub body: Vec<Block>,
    /// What every label ends with that is not the last.
    pub more: Vec<Block>,
    /// What it ends with.
    pub foot: Vec<Block>,
}

/// A part of a sheet, from edge to edge.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A paragraph.
    Text(Text),
    /// Text on the left, an amount on the right.
    Row(Row),
    /// A line across.
    Rule(Rule),
    /// A picture, centred; made smaller where it does not fit.
    Image(Arc<Bitmap>),
    /// A QR code, centred; its text where it does not fit.
    Qr(String),
    /// A Code 39 bar code, centred; its text where it does not fit.
    Code39(String),
    /// Millimetres and the dots at both edges.
    Ruler,
    /// Rows left white.
    Space(u32),
    /// 發票證明聯.
    InvoiceProof(Box<InvoiceProof>),
}

/// Height of letters.
#[derive(
    Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// 20 dots.
    Small,
    /// 24 dots: 3 mm.
    #[default]
    Normal,
    /// 36 dots.
    Large,
    /// 48 dots.
    Huge,
    /// 72 dots: 9 mm.
    Giant,
}

/// Where a line lies.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// At the left.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At the right.
    Right,
}

/// A line across.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rule {
    /// Two dots high.
    Solid,
    /// Dashes.
    Dashed,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Style {
    /// Height of its letters.
    pub size: Size,
    /// Thicker strokes.
    pub bold: bool,
    /// Where its lines lie.
    pub align: Align,
    /// White on a black bar.
    pub reverse: bool,
    /// In a frame.
    pub boxed: bool,
    /// Columns of [`Size::Normal`] left free at the left.
    pub indent: u32,
}

/// A paragraph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// What stands before its first line, the others below what follows: a quantity.
    pub lead: String,
    /// The lead is white on black.
    pub lead_reverse: bool,
    /// What it says; as somebody typed it.
    pub text: String,
    /// How.
    pub style: Style,
}

/// Text on the left, an amount on the right of its last line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Left, at the left whatever its style says.
    pub left: Text,
    /// Right.
    pub right: String,
    /// Height of the letters on the right.
    pub right_size: Size,
    /// Thicker strokes on the right.
    pub right_bold: bool,
}

/// 發票證明聯, the paper proof of an electronic invoice.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InvoiceProof {
    /// Who sells.
    pub seller: String,
    /// Period, such as 115年11-12月.
    pub period: String,
    /// Number, such as AB-12345678.
    pub number: String,
    /// Lines below: time, random code, total, seller, buyer.
    pub lines: Vec<String>,
    /// The 19 characters of the bar code.
    pub barcode: String,
    /// Text of the left QR code.
    pub left_qr: String,
    /// Text of the right QR code.
    pub right_qr: String,
}

impl Text {
    /// A paragraph in the plain style.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// With letters of this height.
    pub const fn size(mut self, size: Size) -> Self {
        self.style.size = size;
        self
    }

    /// With thicker strokes.
    pub const fn bold(mut self) -> Self {
        self.style.bold = true;
        self
    }

    /// In the middle.
    pub const fn center(mut self) -> Self {
        self.style.align = Align::Center;
        self
    }

    /// White on a black bar.
    pub const fn reverse(mut self) -> Self {
        self.style.reverse = true;
        self
    }

    /// In a frame.
    pub const fn boxed(mut self) -> Self {
        self.style.boxed = true;
        self
    }

    /// This many columns from the left.
    pub const fn indent(mut self, columns: u32) -> Self {
        self.style.indent = columns;
        self
    }

    /// Behind a quantity or the like.
    pub fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = lead.into();
        self
    }
}

impl Row {
    /// Two texts of one style.
    pub fn new(left: Text, right: impl Into<String>) -> Self {
        Self {
            right_size: left.style.size,
            right_bold: left.style.bold,
            left,
            right: right.into(),
        }
    }
}

impl From<Text> for Block {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<Row> for Block {
    fn from(row: Row) -> Self {
        Self::Row(row)
    }
}

impl InvoiceProof {
    /// Its parts from above, the bar codes aside.
    pub(crate) fn texts(&self) -> Vec<Text> {
        let mut texts = vec![
            Text::new(&self.seller).center(),
            Text::new("電子發票證明聯").size(Size::Large).center(),
            Text::new(&self.period).size(Size::Huge).bold().center(),
            Text::new(&self.number).size(Size::Huge).bold().center(),
        ];
        texts.extend(self.lines.iter().map(Text::new));
        texts
    }
}

impl Sheet {
    /// A piece without parts of its own.
    pub fn of(body: Vec<Block>) -> Self {
        Self {
            body,
            ..Self::default()
        }
    }
}

impl Document {
    /// Every text it says, in order; those of codes and of what is said again left out.
    pub fn texts(&self) -> Vec<String> {
        let parts = |sheet: &Sheet| [sheet.head.clone(), sheet.body.clone(), sheet.foot.clone()];
        let blocks = self.sheets.iter().flat_map(parts).flatten();
        let mut texts = Vec::new();
        for block in blocks {
            match block {
                Block::Text(text) => texts.extend([text.lead, text.text]),
                Block::Row(row) => texts.extend([row.left.lead, row.left.text, row.right]),
                Block::InvoiceProof(proof) => {
                    texts.extend(proof.texts().into_iter().map(|text| text.text));
                }
                Block::Rule(_)
                | Block::Image(_)
                | Block::Qr(_)
                | Block::Code39(_)
                | Block::Ruler
                | Block::Space(_) => {}
            }
        }
        texts.retain(|text| !text.is_empty());
        texts
    }
}
