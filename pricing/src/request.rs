//! All that decides a price.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    amount::{Amount, Rate},
    cart::Cart,
    ids::{ProductId, RuleId, VariantId},
    points::{PointsProgram, PointsProgramFault},
    rules::{Context, Customer, Rule, RuleFault, RuleSet, UsageByRule},
    stacking::Class,
    stages::h_fees::Fee,
};

/// Most codes, and most coupons, of an order; [`Places`] may be fewer.
pub const MAX_ENTERED: usize = 3;

static NO_USAGE: UsageByRule = BTreeMap::new();
static NO_GIFTS: Gifts = Gifts {
    sold_out: BTreeSet::new(),
    declined: BTreeSet::new(),
};
static GUEST: Customer = Customer::Guest;

/// All that decides a price. Equal requests give equal answers, whatever the order of lines, rules
/// and entered rules.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// What is to be priced.
    pub cart: &'a Cart,
    /// Where, how and when.
    pub context: Context,
    /// Who.
    pub customer: &'a Customer,
    /// Rules that act automatically.
    pub rules: &'a RuleSet,
    /// What has been used of rules, entered ones included.
    pub usage: &'a UsageByRule,
    /// Codes and coupons.
    pub entered: &'a [EnteredRule],
    /// How many of them the order may have.
    pub places: Places,
    /// Points.
    pub points: Option<EnteredPoints>,
    /// The points program.
    pub program: Option<&'a PointsProgram>,
    /// Fees.
    pub fees: &'a [Fee],
    /// What is known of gifts.
    pub gifts: &'a Gifts,
    /// 總折扣上限, of the goods at list price. Fees are not part of it, gifts neither.
    pub discount_cap: Option<Rate>,
}

/// How many codes and coupons an order may have. What is not used takes no place; of more than there
/// are places for those stay that make the order cheapest, and what the customer insists on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    /// Codes.
    pub codes: usize,
    /// Coupons.
    pub coupons: usize,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            codes: MAX_ENTERED,
            coupons: MAX_ENTERED,
        }
    }
}

/// A code or coupon that the customer entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnteredRule {
    /// Its rule.
    pub rule: Rule,
    /// The customer chose it although the order costs more with it.
    pub insisted: bool,
}

/// Points that the customer asks to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnteredPoints {
    /// How many.
    pub points: u32,
    /// The customer chose to although the order costs more with them.
    pub insisted: bool,
}

/// What is known of gifts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gifts {
    /// Items that are sold out.
    pub sold_out: BTreeSet<(ProductId, VariantId)>,
    /// Rules whose gift the customer does not want.
    pub declined: BTreeSet<RuleId>,
}

/// What makes a price impossible.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// More than [`MAX_ENTERED`] of a class.
    #[error("more than {MAX_ENTERED} codes or coupons")]
    TooManyEntered,
    /// An entered rule that is unsound, or neither code nor coupon.
    #[error("an entered rule cannot be used")]
    Rule(#[from] RuleFault),
    /// An unsound program of points.
    #[error(transparent)]
    PointsProgram(#[from] PointsProgramFault),
    /// A fee or the total is below zero or too high.
    #[error("the amount of the order is out of range")]
    AmountOutOfRange,
}

impl<'a> Request<'a> {
    /// A guest's request without anything entered and without fees.
    #[must_use]
    pub fn new(cart: &'a Cart, rules: &'a RuleSet, context: Context) -> Self {
        Self {
            cart,
            context,
            customer: &GUEST,
            rules,
            usage: &NO_USAGE,
            entered: &[],
            places: Places::default(),
            points: None,
            program: None,
            fees: &[],
            gifts: &NO_GIFTS,
            discount_cap: None,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        for class in [Class::Code, Class::Coupon] {
            let of_class = self
                .entered
                .iter()
                .filter(|entered| entered.rule.class == class);
            if of_class.count() > MAX_ENTERED {
                return Err(Error::TooManyEntered);
            }
        }
        for EnteredRule { rule, .. } in self.entered {
            if !matches!(rule.class, Class::Code | Class::Coupon) {
                return Err(RuleFault::ClassInvalid(rule.id).into());
            }
            rule.check()?;
        }
        if let Some(program) = self.program {
            program.check()?;
        }
        let fees = self.fees.iter().map(Fee::fixed);
        fees.clone()
            .all(Amount::in_range)
            .then_some(())
            .ok_or(Error::AmountOutOfRange)
    }
}
