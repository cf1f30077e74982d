//! Recipes: what a variant or option takes from the components that it shares with others.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::{error::Problem, id::SkuId};
use proto::capacity::v1::CapacityReason;

use super::StockItem;

/// Most components of a recipe.
pub const MOST_PARTS: usize = 20;
/// Most units of one component.
pub const MOST_UNITS_A_PART: i64 = 999;

/// Units of one component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct RecipePart {
    /// The component.
    pub component_id: SkuId,
    /// Units for one.
    pub units: i64,
}

/// Recipes in force, with the names of their components.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipes {
    /// Parts by the variant or option they make.
    pub parts: HashMap<SkuId, Vec<RecipePart>>,
    /// Names of the components.
    pub names: HashMap<SkuId, String>,
}

/// What an order needs of one unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Units.
    pub quantity: i64,
    /// What in the order needs it: the unit itself, or all that is made of it.
    pub wanted_by: BTreeSet<SkuId>,
}

/// A unit of which an order has more than is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverLimit {
    /// The unit.
    pub sku_id: SkuId,
    /// How many were requested.
    pub wanted: i64,
    /// 每單上限.
    pub max: i64,
}

/// A unit that an order needs only as a part of others, for its refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Name of the component.
    pub name: String,
    /// What in the order needs it.
    pub wanted_by: BTreeSet<SkuId>,
}

impl Shared {
    /// How a unit is shared; `None` when it is in the order by itself.
    #[must_use]
    pub fn of(sku_id: SkuId, need: Need, recipes: &Recipes) -> Option<Self> {
        if need.wanted_by.contains(&sku_id) {
            return None;
        }
        Some(Self {
            name: recipes.names.get(&sku_id).cloned().unwrap_or_default(),
            wanted_by: need.wanted_by,
        })
    }

    /// Adds a problem of a unit where the customer can see it: at the unit itself, or at all that
    /// is made of it, with the component's name.
    #[must_use]
    pub fn add_to(
        all: &BTreeMap<SkuId, Self>,
        sku_id: SkuId,
        reason: CapacityReason,
        counts: &[(&'static str, String)],
        mut problem: Problem,
    ) -> Problem {
        let shared = all.get(&sku_id);
        let itself = BTreeSet::from([sku_id]);
        for id in shared.map_or(&itself, |shared| &shared.wanted_by) {
            let mut params = counts.to_vec();
            params.push(("sku_id", id.to_string()));
            if let Some(shared) = shared {
                params.push(("component_id", sku_id.to_string()));
                params.push(("component", shared.name.clone()));
            }
            problem = problem.field_with(format!("skus[sku_id={id}]"), reason, params);
        }
        problem
    }
}

impl Recipes {
    /// Everything an order needs: what is in it, and the components of that, each summed over the
    /// whole order.
    #[must_use]
    pub fn expand(&self, wanted: &BTreeMap<SkuId, i64>) -> BTreeMap<SkuId, Need> {
        let mut needs = BTreeMap::<SkuId, Need>::new();
        let mut add = |needed: SkuId, by: SkuId, quantity: i64| {
            let need = needs.entry(needed).or_default();
            need.quantity += quantity;
            need.wanted_by.insert(by);
        };
        for (&sku_id, &quantity) in wanted {
            add(sku_id, sku_id, quantity);
            for part in self.parts_of(sku_id) {
                add(part.component_id, sku_id, part.units * quantity);
            }
        }
        needs
    }

    /// Units that components suffice for; `left` returns what is left of one, `None` where it is
    /// not counted. `None` when no component limits it.
    #[must_use]
    pub fn sellable(&self, sku_id: SkuId, left: impl Fn(SkuId) -> Option<i64>) -> Option<i64> {
        self.parts_of(sku_id)
            .iter()
            .filter_map(|part| Some(left(part.component_id)? / part.units))
            .min()
    }

    /// Every unit that some recipe takes from.
    #[must_use]
    pub fn components(&self) -> BTreeSet<SkuId> {
        let parts = self.parts.values().flatten();
        parts.map(|part| part.component_id).collect()
    }

    /// From which number of `item` down customers may see a difference.
    ///
    /// A component is seen through what is made of it: as many portions as the highest number that
    /// can be shown.
    #[must_use]
    pub fn shown_from(&self, item: &StockItem) -> i64 {
        const HIGHEST_SHOWN: i64 = 99;
        let parts = self.parts.values().flatten();
        let of_it = parts.filter(|part| part.component_id == item.sku_id);
        let made_of_it = of_it.map(|part| part.units * HIGHEST_SHOWN).max();
        item.rules.show_last.max(made_of_it.unwrap_or(0))
    }

    fn parts_of(&self, sku_id: SkuId) -> &[RecipePart] {
        self.parts.get(&sku_id).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn sku(n: u128) -> SkuId {
        SkuId::from_uuid(Uuid::from_u128(n))
    }

    fn recipes(of: &[(u128, &[(u128, i64)])]) -> Recipes {
        let parts = of.iter().map(|(made, parts)| {
            let parts = parts.iter().map(|&(component, units)| RecipePart {
                component_id: sku(component),
                units,
            });
            (sku(*made), parts.collect())
        });
        Recipes {
            parts: parts.collect(),
            ..Recipes::default()
        }
    }

    #[test]
    fn components_are_summed_over_everything_that_needs_them() {
        let recipes = recipes(&[(1, &[(90, 1), (91, 1)]), (2, &[(90, 2)])]);
        let wanted = [(sku(1), 2), (sku(2), 3), (sku(3), 5)].into();
        let needs = recipes.expand(&wanted);
        let found: Vec<_> = needs
            .iter()
            .map(|(id, need)| (*id, need.quantity, need.wanted_by.len()))
            .collect();
        assert_eq!(
            found,
            [
                (sku(1), 2, 1),
                (sku(2), 3, 1),
                (sku(3), 5, 1),
                (sku(90), 8, 2),
                (sku(91), 2, 1)
            ]
        );
    }

    #[test]
    fn the_scarcest_component_limits_what_can_be_sold() {
        let recipes = recipes(&[(1, &[(90, 2), (91, 1), (92, 1)])]);
        let left = |id: SkuId| {
            [(sku(90), 7), (sku(91), 5)]
                .into_iter()
                .find(|it| it.0 == id)
        };
        let left = |id| left(id).map(|(_, left)| left);
        assert_eq!(recipes.sellable(sku(1), left), Some(3));
        assert_eq!(recipes.sellable(sku(2), left), None);
        assert_eq!(recipes.sellable(sku(1), |_| None), None, "none is counted");
    }

    proptest! {
        /// What can be sold is exactly what a hold would be given.
        #[test]
        fn what_is_sellable_fits_and_one_more_does_not(
            parts in prop::collection::vec((1_u128..6, 1_i64..9), 1..6),
            left in prop::collection::vec(0_i64..60, 6),
        ) {
            let recipes = recipes(&[(100, &parts)]);
            let distinct: BTreeSet<_> = parts.iter().map(|part| part.0).collect();
            prop_assume!(distinct.len() == parts.len());
            let left_of = |id: SkuId| left.get(usize::try_from(id.as_uuid().as_u128()).unwrap()).copied();
            let sellable = recipes.sellable(sku(100), left_of).unwrap();
            let fits = |quantity: i64| {
                recipes.expand(&[(sku(100), quantity)].into()).iter()
                    .all(|(id, need)| *id == sku(100) || need.quantity <= left_of(*id).unwrap())
            };
            prop_assert!(fits(sellable));
            prop_assert!(!fits(sellable + 1));
        }
    }
}
