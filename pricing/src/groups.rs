//! 同品項: all units of a cart with the same product, variant, options and choices, whatever line
//! they are on. Rules see groups and units; lines only receive what became of them.

use std::ops::{BitAnd, BitOr, Range};

use crate::{
    amount::Amount,
    cart::{Cart, Choice, ChosenOption, Line},
    ids::{ProductId, RuleId, VariantId},
};

/// What makes two units the same item. Its order is the order in which rules see items.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// Product.
    pub product: ProductId,
    /// Variant.
    pub variant: VariantId,
    /// Options, sorted.
    pub options: Vec<ChosenOption>,
    /// Choices of a combo, sorted.
    pub choices: Vec<Choice>,
    /// The rule that offered it.
    pub offered_by: Option<RuleId>,
    /// Unit price and extras, so that one item has one price.
    pub price: (Amount, Amount),
}

impl ItemKey {
    /// Key of a line's units.
    #[must_use]
    pub fn of(line: &Line) -> Self {
        let sorted = |options: &[ChosenOption]| {
            let mut options = options.to_vec();
            options.sort_unstable();
            options
        };
        let choice = |choice: &Choice| Choice {
            options: sorted(&choice.options),
            ..choice.clone()
        };
        let mut choices: Vec<_> = line.choices.iter().map(choice).collect();
        choices.sort_unstable();
        Self {
            product: line.product,
            variant: line.variant,
            options: sorted(&line.options),
            choices,
            offered_by: line.offered_by,
            price: (line.base, line.extras),
        }
    }
}

/// All units of one item.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// A line that has it; all that do have the same facts.
    pub line: usize,
    /// Its units among all.
    pub units: Range<usize>,
    /// Options and upcharges of one unit.
    pub extras: Amount,
}

/// The units of a cart, in the order of their item keys.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    pub items: Vec<Group>,
    /// Key of each group.
    pub keys: Vec<ItemKey>,
    /// Group of each unit.
    pub of_unit: Vec<usize>,
    /// Units of each line.
    pub of_line: Vec<Range<usize>>,
}

impl Groups {
    pub fn of(cart: &Cart) -> Self {
        let lines = cart.lines();
        let keys: Vec<_> = lines.iter().map(ItemKey::of).collect();
        let mut order: Vec<_> = (0..lines.len()).collect();
        order.sort_by_key(|&line| &keys[line]);

        let mut groups = Self {
            items: Vec::with_capacity(lines.len()),
            keys: Vec::with_capacity(lines.len()),
            of_unit: Vec::new(),
            of_line: vec![0..0; lines.len()],
        };
        for same in order.chunk_by(|&one, &other| keys[one] == keys[other]) {
            let start = groups.of_unit.len();
            for &line in same {
                let from = groups.of_unit.len();
                let to = from + lines[line].quantity as usize;
                groups.of_unit.resize(to, groups.items.len());
                groups.of_line[line] = from..to;
            }
            groups.keys.push(keys[same[0]].clone());
            groups.items.push(Group {
                line: same[0],
                units: start..groups.of_unit.len(),
                extras: lines[same[0]].extras,
            });
        }
        groups
    }

    /// Units of the groups in `mask`, in order.
    pub fn units(&self, mask: Mask) -> impl Iterator<Item = usize> + '_ {
        mask.iter()
            .flat_map(|group| self.items[group].units.clone())
    }
}

/// A set of groups; a cart has at most [`MAX_LINES`](crate::MAX_LINES).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mask(u64);

impl Mask {
    pub const NONE: Self = Self(0);

    pub fn with(self, group: usize) -> Self {
        Self(self.0 | 1 << group)
    }

    pub fn has(self, group: usize) -> bool {
        self.0 >> group & 1 == 1
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let group = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(group)
        })
    }
}

impl BitAnd for Mask {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Mask {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
