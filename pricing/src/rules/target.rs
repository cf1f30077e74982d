//! Which products a rule is about.

use crate::{
    cart::{Cart, Line},
    groups::{Groups, Mask},
    ids::{CategoryId, ProductId, TagId, VariantId},
};

/// A product, or what products have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pick {
    /// A product or combo.
    Product(ProductId),
    /// One variant of a product.
    Variant(VariantId),
    /// All products of a category.
    Category(CategoryId),
    /// All products with a tag.
    Tag(TagId),
}

/// Products a rule includes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Include {
    /// All.
    #[default]
    Everything,
    /// Those that one of the picks meets; none is refused with `EMPTY_TARGET`.
    Of(Vec<Pick>),
}

/// Products in and out; out wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// In.
    pub include: Include,
    /// Out.
    pub exclude: Vec<Pick>,
}

impl Target {
    /// Only what `picks` meet.
    #[must_use]
    pub const fn of(picks: Vec<Pick>) -> Self {
        Self {
            include: Include::Of(picks),
            exclude: Vec::new(),
        }
    }

    /// Whether a product with its categories and tags is one of them.
    #[must_use]
    pub fn meets(
        &self,
        product: ProductId,
        variant: VariantId,
        categories: &[CategoryId],
        tags: &[TagId],
    ) -> bool {
        let meets = |pick: &Pick| match pick {
            Pick::Product(id) => *id == product,
            Pick::Variant(id) => *id == variant,
            Pick::Category(id) => categories.contains(id),
            Pick::Tag(id) => tags.contains(id),
        };
        let included = match &self.include {
            Include::Everything => true,
            Include::Of(picks) => picks.iter().any(meets),
        };
        included && !self.exclude.iter().any(meets)
    }
}

/// The picks that the groups of a cart meet, sorted, so that a rule costs what its list is long.
pub(crate) struct Picks {
    everything: Mask,
    by_pick: Vec<(Pick, Mask)>,
}

impl Picks {
    pub fn of(cart: &Cart, groups: &Groups) -> Self {
        let mut everything = Mask::NONE;
        let mut found = Vec::new();
        for (group, item) in groups.items.iter().enumerate() {
            everything = everything.with(group);
            found.extend(picks_of(&cart.lines()[item.line]).map(|pick| (pick, group)));
        }
        found.sort_unstable();
        let same_pick = found.chunk_by(|(one, _), (other, _)| one == other);
        let by_pick = same_pick
            .map(|same| {
                let mask = same
                    .iter()
                    .fold(Mask::NONE, |mask, (_, group)| mask.with(*group));
                (same[0].0, mask)
            })
            .collect();
        Self {
            everything,
            by_pick,
        }
    }

    /// Groups that a target is about.
    pub fn mask(&self, target: &Target) -> Mask {
        let included = match &target.include {
            Include::Everything => self.everything,
            Include::Of(picks) => self.any(picks),
        };
        included.without(self.any(&target.exclude))
    }

    fn any(&self, picks: &[Pick]) -> Mask {
        picks.iter().fold(Mask::NONE, |mask, pick| {
            let found = self.by_pick.binary_search_by_key(pick, |(pick, _)| *pick);
            found.map_or(mask, |index| mask | self.by_pick[index].1)
        })
    }
}

fn picks_of(line: &Line) -> impl Iterator<Item = Pick> + '_ {
    [Pick::Product(line.product), Pick::Variant(line.variant)]
        .into_iter()
        .chain(line.categories.iter().copied().map(Pick::Category))
        .chain(line.tags.iter().copied().map(Pick::Tag))
}
