//! Where an order comes from, as far as pauses and limits may differ by it.

/// A channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Channel {
    /// The brand's own storefront.
    #[default]
    Web,
    /// The storefront inside LINE.
    Line,
    /// The code on a table.
    QrTable,
    /// Staff at the counter.
    Counter,
    /// Uber Eats.
    UberEats,
}
