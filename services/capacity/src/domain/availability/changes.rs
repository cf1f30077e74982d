//! Which changes are published to the open storefronts.

use std::collections::{BTreeMap, BTreeSet};

use chassis::id::SkuId;

use crate::domain::limits::counter::Fullness;

/// From here down every change is published: the storefront shows how few are left.
const FEW_UNITS: i64 = 10;

/// What changed for buyers in one transaction; empty when no difference is visible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VisibleChanges {
    /// Units whose availability changed visibly.
    pub sku_ids: BTreeSet<SkuId>,
    /// Hours, settings or the fullness of a slot changed.
    pub slots: bool,
    /// Units that fell to their threshold: what is left of each, and the threshold.
    pub low: BTreeMap<SkuId, (i64, i64)>,
    /// Units available again: pauses that waited for them end.
    pub restocked: BTreeSet<SkuId>,
}

impl VisibleChanges {
    /// Hours, or what else decides which slots there are, have changed.
    #[must_use]
    pub fn hours() -> Self {
        Self {
            slots: true,
            ..Self::default()
        }
    }

    /// Notes a unit whose availability went from one number to another.
    ///
    /// `shown_from` is the number from which down customers may see it. Falling to the threshold is
    /// published once per crossing: below the threshold there is none.
    pub fn stock(
        &mut self,
        sku_id: SkuId,
        (before, after): (i64, i64),
        low_threshold: i64,
        shown_from: i64,
    ) {
        let few = low_threshold.max(shown_from).max(FEW_UNITS);
        if before != after && before.min(after) <= few {
            self.sku_ids.insert(sku_id);
        }
        if low_threshold > 0 && before > low_threshold && after <= low_threshold {
            self.low.insert(sku_id, (after, low_threshold));
        }
        if before <= 0 && after > 0 {
            self.restocked.insert(sku_id);
        }
    }

    /// Notes a unit that staff restocked; what was left by the counters need not have been there.
    pub fn restocked_by_staff(&mut self, sku_id: SkuId, (before, after): (i64, i64)) {
        if after > before && after > 0 {
            self.restocked.insert(sku_id);
        }
    }

    /// Notes a counter of limits that went from one number to another: published when it changes how full
    /// it is, and from 將滿 on whenever it changes, for carts of more than one find less capacity.
    pub fn counter(&mut self, (before, after): (i64, i64), limit: i64) {
        let (was, is) = (Fullness::of(before, limit), Fullness::of(after, limit));
        self.slots |= before != after && (was != is || is != Fullness::Open);
    }

    /// No difference is visible.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sku_ids.is_empty() && !self.slots && self.low.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_unit_is_restocked_when_it_can_be_had_again_or_staff_brought_more() {
        let sku_id = SkuId::from_uuid(Uuid::nil());
        for (before, after, by_orders, by_staff) in [
            (0, 1, true, true),
            (5, 6, false, true),
            (5, 4, false, false),
            (0, 0, false, false),
            (-2, 0, false, false),
        ] {
            let (mut given_back, mut counted) =
                (VisibleChanges::default(), VisibleChanges::default());
            given_back.stock(sku_id, (before, after), 0, 0);
            counted.restocked_by_staff(sku_id, (before, after));
            let published = (
                given_back.restocked.len() == 1,
                counted.restocked.len() == 1,
            );
            assert_eq!(published, (by_orders, by_staff), "{before} → {after}");
        }
    }

    #[test]
    fn only_low_numbers_are_worth_telling() {
        let sku_id = SkuId::from_uuid(Uuid::nil());
        for (before, after, threshold, published) in [
            (500, 499, 0, false),
            (11, 10, 0, true),
            (1, 0, 0, true),
            (0, 50, 0, true),
            (60, 50, 50, true),
            (5, 5, 0, false),
        ] {
            let mut changes = VisibleChanges::default();
            changes.stock(sku_id, (before, after), threshold, 0);
            assert_eq!(!changes.is_empty(), published, "{before} → {after}");
        }
    }

    #[test]
    fn falling_to_the_threshold_is_told_once() {
        let sku_id = SkuId::from_uuid(Uuid::nil());
        for (before, after, crossed) in [(6, 5, true), (9, 0, true), (5, 4, false), (4, 6, false)] {
            let mut changes = VisibleChanges::default();
            changes.stock(sku_id, (before, after), 5, 0);
            assert_eq!(
                changes.low.contains_key(&sku_id),
                crossed,
                "{before} → {after}"
            );
        }
        let mut changes = VisibleChanges::default();
        changes.stock(sku_id, (3, 0), 0, 0);
        assert!(changes.low.is_empty(), "no threshold, no changes");
    }
}
