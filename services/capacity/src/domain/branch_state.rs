//! State of a branch, as catalog publishes it.

/// State of a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum BranchState {
    /// 籌備中: only test orders.
    Setup,
    /// 營業中.
    Live,
    /// 暫停.
    Suspended,
    /// 已歇業.
    Closed,
}

impl BranchState {
    /// Whether it takes real orders, or test orders.
    #[must_use]
    pub const fn takes(self, test: bool) -> bool {
        match self {
            Self::Live => true,
            Self::Setup => test,
            Self::Suspended | Self::Closed => false,
        }
    }
}
