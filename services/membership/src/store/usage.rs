//! What was used of a rule in all, for staff.

use proto::membership::v1::BenefitUsage;

/// Columns of a rule's usage, as queries of promotions and promo codes select them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Orders.
    pub orders: i64,
    /// Orders that are not placed yet.
    pub held: i64,
    /// Discounts.
    pub spent: i64,
    /// Anything was counted.
    pub counted: bool,
}

impl Usage {
    /// The usage on the wire.
    #[must_use]
    pub fn to_wire(self) -> BenefitUsage {
        let count = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
        BenefitUsage {
            orders: count(self.orders),
            held: count(self.held),
            spent: self.spent,
            counted: self.counted,
        }
    }
}
