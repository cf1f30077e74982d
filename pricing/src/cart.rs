//! What is to be priced, laid out in lines; every limit of it.

use crate::{
    amount::{Amount, MAX_AMOUNT},
    ids::{CategoryId, OptionId, ProductId, RuleId, SlotId, TagId, VariantId},
};

/// Most lines of a cart.
pub const MAX_LINES: usize = 50;
/// Most units of a line.
pub const MAX_LINE_UNITS: u32 = 99;
/// Most units of a cart; a branch may allow fewer.
pub const MAX_UNITS: u32 = 2_000;

/// What a cart is refused for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CartError {
    /// More than [`MAX_LINES`] lines.
    #[error("{0} lines are more than {MAX_LINES}")]
    TooManyLines(usize),
    /// No unit, or more than [`MAX_LINE_UNITS`].
    #[error("line {0} has a quantity outside 1 to {MAX_LINE_UNITS}")]
    Quantity(usize),
    /// More than [`MAX_UNITS`] units.
    #[error("the cart has more than {MAX_UNITS} units")]
    TooManyUnits,
    /// The line's price is below zero or above [`MAX_AMOUNT`].
    #[error("the amount of line {0} is out of range")]
    LineAmount(usize),
    /// The line says other things of its product than a line before.
    #[error("line {0} has other facts of its product than a line before")]
    FactsDiffer(usize),
    /// The lines add up to more than [`MAX_AMOUNT`].
    #[error("the amount of the cart is out of range")]
    TotalAmount,
}

/// How a sale is taxed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaxType {
    /// 應稅.
    #[default]
    Taxable,
    /// 零稅率.
    ZeroRated,
    /// 免稅.
    Exempt,
}

/// An option chosen for every unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChosenOption {
    /// Option.
    pub option: OptionId,
    /// How many per unit.
    pub quantity: u32,
}

/// What fills a slot of a combo.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Choice {
    /// Slot.
    pub slot: SlotId,
    /// Product.
    pub product: ProductId,
    /// Variant.
    pub variant: VariantId,
    /// Options.
    pub options: Vec<ChosenOption>,
}

/// Units of one item, as the customer laid them out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Product or combo.
    pub product: ProductId,
    /// Variant.
    pub variant: VariantId,
    /// Options in any order, each once.
    pub options: Vec<ChosenOption>,
    /// Choices of a combo in any order, each slot's units one by one.
    pub choices: Vec<Choice>,
    /// Categories of the product.
    pub categories: Vec<CategoryId>,
    /// Tags of the product.
    pub tags: Vec<TagId>,
    /// Unit price or combo price, stage 0.
    pub base: Amount,
    /// Options and upcharges of one unit, stage 1.
    pub extras: Amount,
    /// Units.
    pub quantity: u32,
    /// Tax type.
    pub tax: TaxType,
    /// 不列入優惠: no rule takes from it; points do.
    pub excluded: bool,
    /// The 加價購 rule it was offered by. Such a line takes part in no other rule before points.
    pub offered_by: Option<RuleId>,
}

impl Line {
    /// A line of `quantity` units without options, taxed, in no category.
    #[must_use]
    pub const fn new(product: ProductId, variant: VariantId, base: Amount, quantity: u32) -> Self {
        Self {
            product,
            variant,
            options: Vec::new(),
            choices: Vec::new(),
            categories: Vec::new(),
            tags: Vec::new(),
            base,
            extras: Amount::ZERO,
            quantity,
            tax: TaxType::Taxable,
            excluded: false,
            offered_by: None,
        }
    }

    /// List price of one unit.
    #[must_use]
    pub fn unit_list(&self) -> Amount {
        self.base + self.extras
    }

    /// Whether two lines, if of one item, say the same of it.
    fn agrees_with(&self, other: &Self) -> bool {
        (self.product, self.variant) != (other.product, other.variant)
            || (self.excluded, self.tax) == (other.excluded, other.tax)
                && self.categories == other.categories
                && self.tags == other.tags
    }

    /// List amount of the line, stage 2.
    #[must_use]
    pub fn list(&self) -> Amount {
        self.unit_list() * i64::from(self.quantity)
    }
}

/// Lines that keep every limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cart {
    lines: Vec<Line>,
}

impl Cart {
    /// A cart of `lines`; refuses what is outside a limit.
    pub fn new(lines: Vec<Line>) -> Result<Self, CartError> {
        if lines.len() > MAX_LINES {
            return Err(CartError::TooManyLines(lines.len()));
        }
        for (index, line) in lines.iter().enumerate() {
            if !(1..=MAX_LINE_UNITS).contains(&line.quantity) {
                return Err(CartError::Quantity(index));
            }
            let prices = [line.base, line.extras];
            if !prices.into_iter().all(Amount::in_range) || !line.list().in_range() {
                return Err(CartError::LineAmount(index));
            }
            if !lines[..index].iter().all(|before| before.agrees_with(line)) {
                return Err(CartError::FactsDiffer(index));
            }
        }
        if lines.iter().map(|line| line.quantity).sum::<u32>() > MAX_UNITS {
            return Err(CartError::TooManyUnits);
        }
        if lines.iter().map(Line::list).sum::<Amount>() > MAX_AMOUNT {
            return Err(CartError::TotalAmount);
        }
        Ok(Self { lines })
    }

    /// Its lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn line(base: i64, quantity: u32) -> Line {
        let id = Uuid::from_u128(1);
        let (product, variant) = (ProductId::from_uuid(id), VariantId::from_uuid(id));
        Line::new(product, variant, Amount::new(base), quantity)
    }

    #[test]
    fn every_limit_is_kept() {
        let refused = |lines| Cart::new(lines).unwrap_err();
        assert!(Cart::new(vec![line(1, 1); 50]).is_ok());
        assert_eq!(refused(vec![line(1, 1); 51]), CartError::TooManyLines(51));
        assert_eq!(
            refused(vec![line(1, 1), line(1, 0)]),
            CartError::Quantity(1)
        );
        assert_eq!(refused(vec![line(1, 100)]), CartError::Quantity(0));
        assert_eq!(refused(vec![line(1, 99); 21]), CartError::TooManyUnits);
        assert_eq!(refused(vec![line(-1, 1)]), CartError::LineAmount(0));
        assert_eq!(refused(vec![line(999_999, 11)]), CartError::LineAmount(0));
        assert_eq!(refused(vec![line(i64::MAX, 99)]), CartError::LineAmount(0));
        let excluded = Line {
            excluded: true,
            ..line(1, 1)
        };
        let differing = vec![line(1, 1), line(1, 1), excluded];
        assert_eq!(refused(differing), CartError::FactsDiffer(2));
        let two = vec![line(999_999, 9), line(999_999, 2)];
        assert_eq!(refused(two), CartError::TotalAmount);
    }
}
