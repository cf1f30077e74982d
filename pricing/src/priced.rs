//! The answer: each amount and why it is so, each rule that did nothing and why.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    amount::{Amount, MAX_AMOUNT},
    bill::{Applied, Bill, GivenGift},
    candidate::GiftState,
    cart::TaxType,
    engine::Engine,
    entered::Decision,
    explanation::{Adjustment, Earned, Notice, Reason, Rejected},
    groups::{Group, ItemKey},
    ids::RuleId,
    request::Error,
    rules::{Effect, GiftItem, OfferedItem},
    stages::{g_points::by_unit, h_fees::FeeKind},
};

/// A priced cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// Lines, in the cart's order.
    pub lines: Vec<PricedLine>,
    /// The same by item, in the order of their keys, whatever the layout.
    pub groups: Vec<PricedGroup>,
    /// Gifts; they cost nothing.
    pub gifts: Vec<Gift>,
    /// Fees, in the request's order.
    pub fees: Vec<PricedFee>,
    /// Goods at list price.
    pub list: Amount,
    /// Goods after all.
    pub goods: Amount,
    /// What is to be paid, tax contained.
    pub total: Amount,
    /// What became of each entered rule, in the request's order.
    pub entered: Vec<Outcome>,
    /// What became of the points that were entered.
    pub points: Option<Outcome>,
    /// Points used.
    pub points_used: u32,
    /// Points to be earned, where the order earns any.
    pub earned: Option<Earned>,
    /// Rules that act automatically, concern the cart and did nothing.
    pub rejected: Vec<Rejected>,
    /// What may be bought in addition.
    pub offers: Vec<Offer>,
    /// What the customer should know.
    pub notices: Vec<Notice>,
}

/// A priced line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedLine {
    /// List price of one unit.
    pub unit_list: Amount,
    /// List amount.
    pub list: Amount,
    /// What changed it, in the order of computation.
    pub adjustments: Vec<Adjustment>,
    /// Its units. They are refunded last first, each at its own net.
    pub units: Vec<PricedUnit>,
    /// List and adjustments, which is the sum of its units.
    pub net: Amount,
    /// Tax type.
    pub tax: TaxType,
}

/// All units of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedGroup {
    /// The item.
    pub key: ItemKey,
    /// How many.
    pub units: u32,
    /// List price of one.
    pub unit_list: Amount,
    /// What all come to.
    pub net: Amount,
}

/// A unit of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PricedUnit {
    /// What is paid for it, and given back for it.
    pub net: Amount,
    /// Points used on it, and given back for it.
    pub points: u32,
}

/// A gift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    /// The rule that gives it.
    pub rule: RuleId,
    /// Version of the rule.
    pub version: i64,
    /// Name as the customer sees it.
    pub name: Arc<str>,
    /// What it is; its whole list price is taken off.
    pub item: GiftItem,
    /// How many.
    pub quantity: u32,
    /// What becomes of it.
    pub state: GiftState,
}

/// A fee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedFee {
    /// Kind.
    pub kind: FeeKind,
    /// Before delivery rules.
    pub list: Amount,
    /// Delivery rules.
    pub adjustments: Vec<Adjustment>,
    /// After them.
    pub net: Amount,
}

/// Something that may be bought in addition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The rule that offers it.
    pub rule: RuleId,
    /// Version of the rule.
    pub version: i64,
    /// What and for how much.
    pub item: OfferedItem,
}

/// What became of something the customer entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is used.
    Used,
    /// 未套用.
    NotUsed(Reason),
}

impl Outcome {
    /// Whether it is used.
    #[must_use]
    pub fn is_used(&self) -> bool {
        *self == Self::Used
    }
}

impl Priced {
    pub(crate) fn new(engine: &Engine<'_>, decision: &Decision<'_>) -> Result<Self, Error> {
        let bill = decision.choice.bill();
        let total = bill.total();
        if total > MAX_AMOUNT {
            return Err(Error::AmountOutOfRange);
        }
        let lines = lines(engine, bill);
        Ok(Self {
            notices: notices(engine, bill, &lines),
            lines,
            groups: groups(engine, bill),
            gifts: gifts(engine, bill),
            fees: fees(engine, bill),
            list: engine.list(),
            goods: bill.goods(),
            total,
            entered: decision.entered.clone(),
            points: decision.points.clone(),
            points_used: bill.points_used().map_or(0, |points| points.used),
            earned: engine.earned(bill),
            rejected: rejected(engine, decision),
            offers: offers(engine, decision),
        })
    }

    /// What is paid by tax type; fees are taxed.
    #[must_use]
    pub fn by_tax(&self) -> BTreeMap<TaxType, Amount> {
        let goods = self.lines.iter().map(|line| (line.tax, line.net));
        let fees = self.fees.iter().map(|fee| (TaxType::Taxable, fee.net));
        let mut sums = BTreeMap::new();
        for (tax, net) in goods.chain(fees) {
            *sums.entry(tax).or_default() += net;
        }
        sums
    }
}

fn adjustment(applied: &Applied, off: Amount, per_unit: Vec<Amount>) -> Adjustment {
    Adjustment {
        stage: applied.stage,
        rule: applied.rule,
        version: applied.version,
        name: Arc::clone(&applied.name),
        amount: -off,
        per_unit,
        why: applied.why.clone(),
    }
}

fn lines(engine: &Engine<'_>, bill: &Bill<'_>) -> Vec<PricedLine> {
    let groups = engine.groups;
    let points = by_unit(bill);
    let mut shares = vec![Amount::ZERO; bill.nets.len()];
    let mut lines: Vec<_> = engine
        .request
        .cart
        .lines()
        .iter()
        .zip(&groups.of_line)
        .map(|(line, units)| {
            let unit = |unit: usize| PricedUnit {
                net: bill.nets[unit],
                points: points[unit],
            };
            PricedLine {
                unit_list: line.unit_list(),
                list: line.list(),
                adjustments: Vec::new(),
                net: bill.nets[units.clone()].iter().copied().sum(),
                units: units.clone().map(unit).collect(),
                tax: line.tax,
            }
        })
        .collect();
    for applied in &bill.applied {
        for (unit, share) in &applied.shares {
            shares[*unit] = Amount::new(*share);
        }
        for (line, units) in lines.iter_mut().zip(&groups.of_line) {
            let of_line = &mut shares[units.clone()];
            let off: Amount = of_line.iter().copied().sum();
            if off > Amount::ZERO {
                let per_unit = of_line.iter().map(|share| -*share).collect();
                line.adjustments.push(adjustment(applied, off, per_unit));
                of_line.fill(Amount::ZERO);
            }
        }
    }
    lines
}

fn groups(engine: &Engine<'_>, bill: &Bill<'_>) -> Vec<PricedGroup> {
    let groups = engine.groups;
    let group = |(item, key): (&Group, &ItemKey)| PricedGroup {
        key: key.clone(),
        units: u32::try_from(item.units.len()).unwrap_or(u32::MAX),
        unit_list: engine.request.cart.lines()[item.line].unit_list(),
        net: bill.nets[item.units.clone()].iter().copied().sum(),
    };
    groups.items.iter().zip(&groups.keys).map(group).collect()
}

fn gifts(engine: &Engine<'_>, bill: &Bill<'_>) -> Vec<Gift> {
    let gift = |given: &GivenGift| {
        let rule = engine.candidates[given.candidate].rule;
        Gift {
            rule: rule.id,
            version: rule.version,
            name: Arc::clone(&rule.name),
            item: given.gift,
            quantity: given.quantity,
            state: given.state,
        }
    };
    bill.gifts.iter().map(gift).collect()
}

fn fees(engine: &Engine<'_>, bill: &Bill<'_>) -> Vec<PricedFee> {
    let fee = |(index, kind): (usize, FeeKind)| {
        let on_fee = bill
            .applied
            .iter()
            .filter(|applied| applied.fee == Some(index));
        let adjustments: Vec<_> = on_fee
            .map(|applied| adjustment(applied, applied.why.off, Vec::new()))
            .collect();
        let off: Amount = adjustments.iter().map(|adjustment| adjustment.amount).sum();
        PricedFee {
            kind,
            list: bill.fees[index] - off,
            adjustments,
            net: bill.fees[index],
        }
    };
    let kinds = engine.request.fees.iter().map(|fee| fee.kind.clone());
    kinds.enumerate().map(fee).collect()
}

fn offers(engine: &Engine<'_>, decision: &Decision<'_>) -> Vec<Offer> {
    let offer = |(index, item): (usize, OfferedItem)| {
        let rule = engine.candidates[index].rule;
        Offer {
            rule: rule.id,
            version: rule.version,
            item,
        }
    };
    // A code or coupon offers its items before one is bought, and is not used before.
    let idle = Outcome::NotUsed(Reason::NoEffect);
    let idle = (0..decision.entered.len()).filter(|&place| decision.entered[place] == idle);
    let of_idle = idle.flat_map(|place| {
        let index = engine.automatic + place;
        let items = match &engine.candidates[index].rule.effect {
            Effect::AddOn(items) => items.as_slice(),
            _ => &[],
        };
        items.iter().map(move |item| (index, *item))
    });
    let made = decision.choice.bill().offers.iter().copied();
    made.chain(of_idle).map(offer).collect()
}

fn rejected(engine: &Engine<'_>, decision: &Decision<'_>) -> Vec<Rejected> {
    let rejected = |index: usize| {
        let rule = engine.candidates[index].rule;
        let reason = engine.rejection(decision, index)?;
        Some(Rejected {
            rule: rule.id,
            version: rule.version,
            name: Arc::clone(&rule.name),
            reason,
        })
    };
    (0..engine.automatic).filter_map(rejected).collect()
}

fn notices(engine: &Engine<'_>, bill: &Bill<'_>, lines: &[PricedLine]) -> Vec<Notice> {
    let mut notices = Vec::new();
    if let (Some(requested), Some(points)) = (engine.request.points, bill.points_used())
        && points.capped
    {
        notices.push(Notice::PointsCapped {
            requested: requested.points,
            used: points.used,
        });
    }
    for given in bill
        .gifts
        .iter()
        .filter(|gift| gift.state == GiftState::SoldOut)
    {
        let rule = engine.candidates[given.candidate].rule.id;
        notices.push(Notice::GiftSoldOut { rule });
    }
    for (index, line) in engine.request.cart.lines().iter().enumerate() {
        let Some(rule) = line.offered_by else {
            continue;
        };
        let of_rule = lines[index]
            .adjustments
            .iter()
            .filter(|one| one.rule == rule);
        let cheaper = of_rule
            .flat_map(|one| &one.per_unit)
            .filter(|off| **off < Amount::ZERO);
        if cheaper.count() < lines[index].units.len() {
            notices.push(Notice::OfferGone { line: index });
        }
    }
    notices
}
