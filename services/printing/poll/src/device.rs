//! How a device says it is. That it is offline no device says: it falls silent.

/// What keeps a device from printing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceState {
    /// Nothing.
    Online,
    /// 缺紙.
    PaperOut,
    /// 開蓋.
    CoverOpen,
    /// 異常: anything else.
    Error,
}

/// What a device says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceReport {
    /// Whether it can print.
    pub state: DeviceState,
    /// Its paper is nearly used up: a warning, never a reason not to print.
    pub paper_low: bool,
    /// Its own word for it, at most 64 characters, for people.
    pub code: String,
}
