//! Templates of slips.

use chassis::id::{BrandId, PrintTemplateId};
use print_render::Template as Layout;

use super::{device::Paper, document::Document};

/// A template.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Id.
    pub id: PrintTemplateId,
    /// Brand.
    pub brand: BrandId,
    /// Name.
    pub name: String,
    /// Document.
    pub document: Document,
    /// Paper.
    pub paper: Paper,
    /// What it consists of.
    pub layout: Layout,
    /// Version.
    pub version: i64,
}
