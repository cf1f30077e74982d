//! What the engine did, as a quote shows it and an order keeps it.

use std::collections::BTreeMap;

use benefit_rules::{explanation, rejection};
use chassis::{
    id::{ProductId, VariantId},
    money::{Currency, Money},
};
use chrono::{DateTime, Utc};
use pricing::{
    Action, Amount, Explanation, Notice, Outcome, Priced, Reason, RuleId, Stage,
    rules::{Customer, Rule},
};

use super::{
    benefits::{
        Benefits, DiscountTotal, EnteredOutcome, Gift, GiftState, Offer, PointsOutcome,
        RejectedRule, Rejection,
    },
    menu::{Menu, Product, Variant},
    price_inputs::{EnteredItem, Found, PriceInputs},
    quote::{Adjustment, Fee, PricedLine},
};

/// Most rules that are listed although they did nothing.
const MAX_NOT_APPLIED: usize = 50;
/// Most things that are offered in addition.
const MAX_OFFERS: usize = 20;
/// Most gifts of an order.
const MAX_GIFTS: usize = 20;

/// A priced cart of a menu.
pub(super) struct PricedCart<'a> {
    pub menu: &'a Menu,
    pub inputs: &'a PriceInputs,
    pub priced: &'a Priced,
    pub now: DateTime<Utc>,
}

impl PricedCart<'_> {
    fn money(&self, amount: Amount) -> Money {
        Money::new(amount.minor(), self.menu.currency)
    }

    /// Nets, points and adjustments of the cart's lines.
    pub fn settle_lines(&self, lines: &mut [PricedLine]) {
        for (line, priced) in lines.iter_mut().zip(&self.priced.lines) {
            line.net = self.money(priced.net);
            let units = &priced.units;
            line.unit_nets = units.iter().map(|unit| self.money(unit.net)).collect();
            if units.iter().any(|unit| unit.points > 0) {
                line.unit_points = units.iter().map(|unit| unit.points).collect();
            }
            line.adjustments = self.adjustments(&priced.adjustments);
        }
        for notice in &self.priced.notices {
            if let Notice::OfferGone { line } = notice
                && let Some(line) = lines.get_mut(*line)
            {
                line.offer_gone = true;
            }
        }
    }

    /// Amounts and adjustments of the fees.
    pub fn settle_fees(&self, fees: &mut [Fee]) {
        for (fee, priced) in fees.iter_mut().zip(&self.priced.fees) {
            fee.list = self.money(priced.list);
            fee.amount = self.money(priced.net);
            fee.adjustments = self.adjustments(&priced.adjustments);
        }
    }

    fn adjustments(&self, adjustments: &[pricing::Adjustment]) -> Vec<Adjustment> {
        let currency = self.menu.currency;
        adjustments
            .iter()
            .map(|one| adjustment(one, currency))
            .collect()
    }

    /// A line for each gift that is given.
    pub fn gift_lines(&self) -> Vec<PricedLine> {
        let given = self.priced.gifts.iter().take(MAX_GIFTS);
        let given = given.filter(|gift| gift.state == pricing::GiftState::Given);
        given.filter_map(|gift| self.gift_line(gift)).collect()
    }

    fn gift_line(&self, gift: &pricing::Gift) -> Option<PricedLine> {
        let (product, variant) = self.item(gift.item.product, gift.item.variant)?;
        let quantity = i32::try_from(gift.quantity)
            .ok()
            .filter(|count| *count > 0)?;
        let list = gift.item.list * i64::from(gift.quantity);
        let why = Explanation {
            action: Action::Gift,
            times: gift.quantity,
            off: list,
            limited: false,
        };
        let given = pricing::Adjustment {
            stage: self.stage_of(gift.rule),
            rule: gift.rule,
            version: gift.version,
            name: gift.name.clone(),
            amount: -list,
            per_unit: vec![-gift.item.list; gift.quantity as usize],
            why,
        };
        let nothing = self.money(Amount::ZERO);
        Some(PricedLine {
            product: ProductId::from_uuid(gift.item.product.as_uuid()),
            categories: product.categories.clone(),
            variant: variant.id,
            product_name: product.name.clone(),
            variant_name: variant.name.clone(),
            tax_type: product.tax_type,
            quantity,
            unit_list: self.money(gift.item.list),
            list: self.money(list),
            adjustments: vec![adjustment(&given, self.menu.currency)],
            net: nothing,
            unit_nets: vec![nothing; gift.quantity as usize],
            unit_points: Vec::new(),
            options: Vec::new(),
            choices: Vec::new(),
            note: String::new(),
            nickname: None,
            station: product.station.clone(),
            print_tag: product.print_tag.clone(),
            make_seconds: product.make_seconds,
            offered_by: None,
            offer_gone: false,
            gift_of: Some(gift.rule.as_uuid()),
        })
    }

    fn item(
        &self,
        product: pricing::ProductId,
        variant: pricing::VariantId,
    ) -> Option<(&Product, &Variant)> {
        let product = ProductId::from_uuid(product.as_uuid());
        let product = self.menu.products.get(&product)?;
        let id = VariantId::from_uuid(variant.as_uuid());
        let variant = product.variants.iter().find(|variant| variant.id == id)?;
        Some((product, variant))
    }

    fn rule(&self, id: RuleId) -> Option<&Rule> {
        let entered = self.inputs.entered.iter().filter_map(rule_of);
        let rules = self.inputs.rules.rules.rules().iter();
        rules.chain(entered).find(|rule| rule.id == id)
    }

    fn stage_of(&self, id: RuleId) -> Stage {
        self.rule(id).map_or(Stage::Order, Rule::stage)
    }

    /// What everything did; `None` where nothing concerns the cart.
    pub fn benefits(&self, lines: &[PricedLine], fees: &[Fee]) -> Option<Benefits> {
        let discounts = totals(lines, fees);
        let benefits = Benefits {
            rules_version: self.inputs.rules.version,
            payment_kind: self
                .asked_payment(&discounts)
                .map(|kind| kind.as_str().to_owned()),
            gifts: self.gifts(),
            entered: self.entered(&discounts),
            not_applied: self.not_applied(),
            points: self.points(&discounts),
            discounts,
            held: false,
        };
        (!benefits.is_empty()).then_some(benefits)
    }

    /// The kind of payment, where a rule that acts is for some kinds alone.
    fn asked_payment(&self, discounts: &[DiscountTotal]) -> Option<&pricing::PaymentMethod> {
        let payment = self.inputs.payment.as_ref()?;
        let mut acting = discounts
            .iter()
            .filter_map(|one| self.rule(RuleId::from_uuid(one.rule)));
        let asks = acting.any(|rule| !rule.conditions.payments.is_empty());
        asks.then_some(payment)
    }

    fn gifts(&self) -> Vec<Gift> {
        let gifts = self.priced.gifts.iter().take(MAX_GIFTS);
        let gift = |gift: &pricing::Gift| {
            let (product, variant) = self.item(gift.item.product, gift.item.variant)?;
            Some(Gift {
                rule: gift.rule.as_uuid(),
                version: gift.version,
                name: gift.name.to_string(),
                product: gift.item.product.as_uuid(),
                variant: gift.item.variant.as_uuid(),
                product_name: product.name.clone(),
                variant_name: variant.name.clone(),
                quantity: i32::try_from(gift.quantity).ok()?,
                unit_list: gift.item.list.minor(),
                state: match gift.state {
                    pricing::GiftState::Given => GiftState::Given,
                    pricing::GiftState::SoldOut => GiftState::SoldOut,
                    pricing::GiftState::Declined => GiftState::Declined,
                },
            })
        };
        gifts.filter_map(gift).collect()
    }

    fn entered(&self, discounts: &[DiscountTotal]) -> Vec<EnteredOutcome> {
        let mut outcomes = self.priced.entered.iter();
        let items = self.inputs.entered.iter().map(|item| {
            let outcome = match &item.found {
                Found::Rule(_) => outcomes.next().map(not_used),
                Found::Points(_) => self.priced.points.as_ref().map(not_used),
                Found::Unusable(rejection) => Some(Some((rejection.clone(), None))),
            };
            (item, outcome.flatten())
        });
        let items: Vec<_> = items.collect();
        // Coupons of one template are one rule: each has its part of what the rule takes off.
        let mut sharing: BTreeMap<RuleId, i64> = BTreeMap::new();
        let used = items.iter().filter(|(_, rejected)| rejected.is_none());
        for rule in used.filter_map(|(item, _)| rule_of(item)) {
            *sharing.entry(rule.id).or_default() += 1;
        }
        let mut left: BTreeMap<RuleId, (i64, i64)> = BTreeMap::new();
        for (rule, count) in sharing {
            let of_rule = discounts.iter().filter(|one| one.rule == rule.as_uuid());
            left.insert(rule, (of_rule.map(|one| one.amount).sum(), count));
        }
        let outcome = |(item, rejected): &(&EnteredItem, Option<(Rejection, Option<i64>)>)| {
            let rule = rule_of(item);
            let amount = match (rule, rejected) {
                (_, Some(_)) => 0,
                (Some(rule), None) => left.get_mut(&rule.id).map_or(0, take_part),
                (None, None) => points_amount(discounts),
            };
            EnteredOutcome {
                kind: item.kind,
                place: item.place,
                entered: item.entered.clone(),
                code: item.code,
                coupon: item.coupon,
                rule: rule.map(|rule| rule.id.as_uuid()),
                version: rule.map_or(0, |rule| rule.version),
                name: rule.map(|rule| rule.name.to_string()).unwrap_or_default(),
                amount,
                total_with: rejected.as_ref().and_then(|(_, total)| *total),
                rejection: rejected.as_ref().map(|(rejection, _)| rejection.clone()),
                ends_at: item.ends_at,
            }
        };
        items.iter().map(outcome).collect()
    }

    /// What is out of its time or of another branch concerns nobody who orders here now.
    fn not_applied(&self) -> Vec<RejectedRule> {
        let rejected = self.priced.rejected.iter().filter(|rejected| {
            !matches!(rejected.reason, Reason::NotInPeriod | Reason::NotThisBranch)
        });
        let rejected = rejected.take(MAX_NOT_APPLIED).map(|rejected| RejectedRule {
            rule: rejected.rule.as_uuid(),
            version: rejected.version,
            name: rejected.name.to_string(),
            rejection: to_rejection(&rejected.reason),
        });
        rejected.collect()
    }

    fn points(&self, discounts: &[DiscountTotal]) -> Option<PointsOutcome> {
        if self.inputs.customer == Customer::Guest {
            return None;
        }
        let programme = self.inputs.rules.programme(self.now)?;
        let priced = self.priced;
        let earned = priced.earned;
        let capped = |notice: &Notice| matches!(notice, Notice::PointsCapped { .. });
        Some(PointsOutcome {
            programme: programme.id.as_uuid(),
            version: programme.version,
            unit_name: programme.name.to_string(),
            requested: self
                .inputs
                .entered_points()
                .map_or(0, |points| points.points),
            used: priced.points_used,
            amount: points_amount(discounts),
            capped: priced.notices.iter().any(capped),
            to_earn: earned.map_or(0, |earned| earned.points),
            earning_base: earned.map_or(0, |earned| earned.base.minor()),
            factor_bp: earned.map_or(0, |earned| earned.factor.as_bp()),
        })
    }

    /// What may be bought in addition.
    pub fn offers(&self) -> Vec<Offer> {
        let offer = |offer: &pricing::Offer| {
            let (_, variant) = self.item(offer.item.product, offer.item.variant)?;
            Some(Offer {
                rule: offer.rule.as_uuid(),
                version: offer.version,
                name: self.rule(offer.rule)?.name.to_string(),
                product: offer.item.product.as_uuid(),
                variant: offer.item.variant.as_uuid(),
                price: offer.item.price.minor(),
                list: variant.price.amount(),
                most: offer.item.most,
            })
        };
        let offers = self.priced.offers.iter().filter_map(offer);
        offers.take(MAX_OFFERS).collect()
    }
}

fn rule_of(item: &EnteredItem) -> Option<&Rule> {
    match &item.found {
        Found::Rule(rule) => Some(rule),
        Found::Points(_) | Found::Unusable(_) => None,
    }
}

/// Why something is not used, and the total with it where the customer may choose.
fn not_used(outcome: &Outcome) -> Option<(Rejection, Option<i64>)> {
    match outcome {
        Outcome::Used => None,
        Outcome::NotUsed(reason) => {
            let total = match reason {
                Reason::NotCombinable { total, .. } => total.map(Amount::minor),
                _ => None,
            };
            Some((to_rejection(reason), total))
        }
    }
}

fn to_rejection(reason: &Reason) -> Rejection {
    let (reason, params) = rejection(reason);
    Rejection {
        reason: reason.to_owned(),
        params,
    }
}

/// One part of an amount that is left for so many; the parts add up to it.
fn take_part((amount, count): &mut (i64, i64)) -> i64 {
    let part = *amount / (*count).max(1);
    *amount -= part;
    *count -= 1;
    part
}

fn points_amount(discounts: &[DiscountTotal]) -> i64 {
    let letter = stage_letter(Stage::Points);
    let of_points = discounts.iter().filter(|one| one.stage == letter);
    of_points.map(|one| one.amount).sum()
}

fn stage_letter(stage: Stage) -> String {
    stage.letter().map(String::from).unwrap_or_default()
}

fn adjustment(one: &pricing::Adjustment, currency: Currency) -> Adjustment {
    let (kind, params) = explanation(&one.why);
    let money = |amount: Amount| Money::new(amount.minor(), currency);
    Adjustment {
        stage: stage_letter(one.stage),
        rule_id: one.rule.to_string(),
        rule_version: one.version,
        name: one.name.to_string(),
        amount: money(one.amount),
        sentence: String::new(),
        per_unit: one.per_unit.iter().copied().map(money).collect(),
        kind: kind.to_owned(),
        params,
    }
}

/// What each rule takes off all lines and fees, in the order of computation.
fn totals(lines: &[PricedLine], fees: &[Fee]) -> Vec<DiscountTotal> {
    let of_lines = lines.iter().flat_map(|line| &line.adjustments);
    let of_fees = fees.iter().flat_map(|fee| &fee.adjustments);
    let mut totals: Vec<DiscountTotal> = Vec::new();
    for one in of_lines.chain(of_fees) {
        let Ok(rule) = one.rule_id.parse() else {
            continue;
        };
        let known = totals
            .iter_mut()
            .find(|known| known.rule == rule && known.stage == one.stage);
        match known {
            Some(known) => known.amount += one.amount.amount(),
            None => totals.push(DiscountTotal {
                stage: one.stage.clone(),
                rule,
                version: one.rule_version,
                name: one.name.clone(),
                amount: one.amount.amount(),
                kind: one.kind.clone(),
                params: one.params.clone(),
            }),
        }
    }
    totals.sort_by(|one, other| one.stage.cmp(&other.stage));
    totals
}
