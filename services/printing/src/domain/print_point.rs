//! Print points: places with slips of their own.

use std::collections::BTreeMap;

use chassis::{
    id::{BranchId, DeviceId, PrintPointId, PrintTemplateId},
    sales::Method,
};

use super::{device::Paper, document::Document};

/// Fewest and most copies.
pub const COPIES: std::ops::RangeInclusive<i32> = 1..=5;

/// A print point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintPoint {
    /// Id.
    pub id: PrintPointId,
    /// Branch.
    pub branch: BranchId,
    /// Device it prints on.
    pub device: DeviceId,
    /// Paper of that device.
    pub paper: Paper,
    /// Name.
    pub name: String,
    /// 擺放位置.
    pub place: String,
    /// 應用場景, in the order of their declaration.
    pub scenes: Vec<Method>,
    /// 列印份數.
    pub copies: i16,
    /// It prints.
    pub enabled: bool,
    /// Templates of its documents; others have the default.
    pub templates: BTreeMap<Document, PrintTemplateId>,
    /// Takes over when its device fails.
    pub substitute: Option<PrintPointId>,
    /// It prints again by itself what may be on paper.
    pub prints_again: bool,
    /// Version.
    pub version: i64,
}
