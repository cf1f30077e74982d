//! Which changes are worth telling the open storefronts.

use std::collections::BTreeSet;

use chassis::id::SkuId;

use super::plan::Fullness;

/// From here down every change is told, for the storefront shows how few are left.
const FEW_UNITS: i64 = 10;

/// What changed for buyers in one transaction; empty when nobody could see a difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Units whose availability changed visibly.
    pub sku_ids: BTreeSet<SkuId>,
    /// Hours, settings or the fullness of a slot changed.
    pub slots: bool,
}

impl Notice {
    /// Notes a unit whose availability went from one number to another.
    pub fn stock(&mut self, sku_id: SkuId, before: i64, after: i64, low_threshold: i64) {
        let few = low_threshold.max(FEW_UNITS);
        if before != after && before.min(after) <= few {
            self.sku_ids.insert(sku_id);
        }
    }

    /// Notes a slot that went from one fullness to another.
    pub fn slot(&mut self, before: Fullness, after: Fullness) {
        self.slots |= before != after;
    }

    /// Nobody could see a difference.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sku_ids.is_empty() && !self.slots
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_low_numbers_are_worth_telling() {
        let sku_id = SkuId::from_uuid(Uuid::nil());
        for (before, after, threshold, told) in [
            (500, 499, 0, false),
            (11, 10, 0, true),
            (1, 0, 0, true),
            (0, 50, 0, true),
            (60, 50, 50, true),
            (5, 5, 0, false),
        ] {
            let mut notice = Notice::default();
            notice.stock(sku_id, before, after, threshold);
            assert_eq!(!notice.is_empty(), told, "{before} → {after}");
        }
    }
}
