//! Slips: from an order to what a printer understands.
//!
//! Owns the model of a document, templates, layout on paper, the embedded font and the encoders.
//! Everything comes in as values and goes out as values: no I/O, no clock, no randomness, no
//! knowledge of any service, so that the same input is the same bytes on every run. A new kind of
//! slip is a module in `slips`, a new printer language a module beside [`escpos`] or in [`markup`].
//!
//! ```
//! use print_render::{Content, Marks, Paper, SlipRequest, Template, TestSlip, escpos, layout, slip};
//!
//! let test = TestSlip { device: "廚房01".into(), ..TestSlip::default() };
//! let content = Content::TestSlip(&test);
//! let template = Template::standard(content.kind(), Paper::Mm58);
//! let document = slip(&SlipRequest {
//!     paper: Paper::Mm58,
//!     template: &template,
//!     marks: &Marks::default(),
//!     content,
//! });
//! let bytes = escpos::encode(&layout(&document), &escpos::Settings::default());
//! assert!(bytes.starts_with(b"\x1b@"));
//! ```

mod bitmap;
mod code39;
mod document;
pub mod epos;
pub mod escpos;
mod font;
mod layout;
mod logo;
pub mod markup;
mod order;
mod paper;
pub mod picture;
mod prep;
mod qr;
mod slips;
pub mod star;
mod template;
mod text;
pub mod tspl;

pub use bitmap::Bitmap;
pub use document::{Align, Block, Document, InvoiceProof, Row, Rule, Sheet, Size, Style, Text};
pub use layout::{Page, Run, layout};
pub use logo::{Logo, LogoFault, MAX_LOGO_BYTES};
pub use order::{
    PaymentState, PaymentWay, SlipAmount, SlipChoice, SlipLine, SlipMethod, SlipOption, SlipOrder,
    Time,
};
pub use paper::Paper;
pub use prep::{PrepItem, PrepList, PrepStation};
pub use slips::{
    Changes, Content, DocumentKind, LineChange, Marks, Part, SlipRequest, TestSlip, changes, slip,
};
pub use template::{
    BlockKind, MAX_TEMPLATE_BLOCKS, MAX_TEMPLATE_TEXT, Template, TemplateBlock, TemplateFault,
};
pub use text::clean;
