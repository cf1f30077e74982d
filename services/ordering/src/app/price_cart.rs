//! Prices a cart with everything that promotions, the member's tier, codes, coupons and points do to it.
//!
//! A guest's cart without a code in a branch without rules is priced from the menu alone. Rules that act
//! automatically come from memory. Membership is asked once, where a member, a code or a coupon is in it, or a rule
//! acts of which there is only so much. What could not be looked up is reported, never dropped silently.

use std::collections::{BTreeMap, BTreeSet};

use chassis::{
    business_day::BusinessDay,
    error::{CommonReason, FieldProblem, Problem},
    id::{MemberId, OrderId, OrganisationId},
    sales::Method,
};
use chrono::{DateTime, Utc};
use pricing::{
    Amount, MAX_AMOUNT, MemberTagId, PaymentMethod, RuleId, TierId,
    rules::{Customer, Member, Rule, Usage, UsageByRule},
};
use proto::{
    ProblemReason as _,
    membership::v1::{
        EnteredBenefit, FindBenefitsRequest, FindBenefitsResponse, MemberBenefits, RuleUse,
    },
    ordering::v1::OrderingReason,
};
use uuid::Uuid;

use super::{Ordering, benefits::guest_phone, quote::to_utc, rule_documents::list_price};
use crate::domain::{
    benefits::{Benefits, EnteredKind, Params, Rejection, field_of},
    branch_rules::BranchRules,
    cart::Cart,
    menu::Menu,
    price_inputs::{EnteredItem, Found, GiftItem, PriceInputs},
    pricing::{price, price_with},
    quote::Quote,
};

/// Most coupons that are proposed.
const MAX_PROPOSED: usize = 20;
/// A code or a coupon that cannot stand beside another one.
const NOT_COMBINABLE: &str = "NOT_COMBINABLE";
/// A code or a coupon that gives nothing here.
const NO_EFFECT: &str = "NO_EFFECT";

/// Who orders, as far as prices depend on it.
#[derive(Clone, Debug, Default)]
pub struct Buyer {
    /// Member; `None` for a guest.
    pub member: Option<MemberId>,
    /// Phone of a guest in E.164; empty when it is not known.
    pub phone: String,
    /// What wrong codes are counted by.
    pub attempt_keys: Vec<String>,
    /// Order that is about to be placed: what it holds already is not counted.
    pub order: Option<OrderId>,
    /// Coupons that could be used are proposed.
    pub with_coupons: bool,
}

/// A priced cart, and what was found out for it.
#[derive(Clone, Debug)]
pub struct PricedCart {
    /// The price.
    pub quote: Quote,
    /// Membership was asked.
    pub asked_membership: bool,
    /// What it said of the member.
    pub looked_up: Option<LookedUp>,
    /// What could not be looked up, at its field; the order cannot be placed with it.
    pub problems: Vec<FieldProblem>,
    /// Rules whose use is counted.
    pub counted: BTreeSet<RuleId>,
    /// What the member may do about points.
    pub points: Option<AvailablePoints>,
    /// Coupons that could be used.
    pub usable_coupons: Vec<UsableCoupon>,
}

/// What membership said of a member.
#[derive(Clone, Copy, Debug)]
pub struct LookedUp {
    /// The member may not order.
    pub blocked: bool,
    /// The member pays in advance.
    pub prepays: bool,
}

/// Points that a member may use.
#[derive(Clone, Copy, Debug)]
pub struct AvailablePoints {
    /// How many.
    pub balance: u32,
    /// What 100 of them are worth; 0 where they cannot be used.
    pub worth_of_100: u32,
    /// Fewest at a time.
    pub min_points: u32,
    /// Only multiples of this.
    pub step: u32,
}

/// A coupon of the member that could be used in the branch.
#[derive(Clone, Debug)]
pub struct UsableCoupon {
    /// Its id.
    pub coupon: String,
    /// Name as the customer sees it.
    pub name: String,
    /// When it ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// What the order would cost with it; `None` where it cannot be used now.
    pub total_with: Option<i64>,
    /// Why it cannot be used now.
    pub rejection: Option<Rejection>,
}

/// A cart about to be priced.
#[derive(Clone, Copy)]
struct Pricing<'a> {
    org: OrganisationId,
    menu: &'a Menu,
    cart: &'a Cart,
    buyer: &'a Buyer,
    rules: &'a BranchRules,
    day: BusinessDay,
}

impl Ordering {
    /// Prices a cart from a menu at list price, without benefits.
    pub fn price(&self, menu: &Menu, cart: &Cart) -> Result<Quote, Problem> {
        refuse_delivery(cart)?;
        price(menu, cart, &self.fees, self.clock.now())
    }

    /// Prices a cart with all benefits. `sold_out` are gifts that are known to be.
    pub async fn price_cart(
        &self,
        org: OrganisationId,
        menu: &Menu,
        cart: &Cart,
        buyer: &Buyer,
        sold_out: BTreeSet<GiftItem>,
    ) -> Result<PricedCart, Problem> {
        let rules = self.rules.of_branch(org, menu).await;
        if rules.is_empty() && buyer.member.is_none() && !cart.entered.has_benefits() {
            return Ok(PricedCart::plain(self.price(menu, cart)?));
        }
        refuse_delivery(cart)?;
        let day_rule = self.day_rule_of(org, menu.branch, cart.method).await;
        let pricing = Pricing {
            org,
            menu,
            cart,
            buyer,
            rules: &rules,
            day: day_rule.day_of(self.clock.now()),
        };
        let mut inputs = PriceInputs {
            rules: rules.clone(),
            day_rule,
            customer: pricing.customer(None),
            payment: cart.entered.payment_kind.clone().map(PaymentMethod::new),
            ..PriceInputs::none()
        };
        inputs.gifts.sold_out = sold_out;
        let declined = cart.entered.declined_gifts.iter();
        inputs.gifts.declined = declined.copied().map(RuleId::from_uuid).collect();

        let mut found = None;
        if pricing.asks_membership() {
            found = Some(self.look_up(pricing).await);
            pricing.apply(found.as_ref(), &mut inputs)?;
        } else {
            inputs.entered = pricing.entered(None)?;
        }
        let quote =
            |inputs: &PriceInputs| price_with(menu, cart, &self.fees, self.clock.now(), inputs);
        let mut priced = quote(&inputs)?;
        if found.is_none() && acts(&priced, &rules.counted) {
            found = Some(self.look_up(pricing).await);
            pricing.apply(found.as_ref(), &mut inputs)?;
            priced = quote(&inputs)?;
        }
        let gone = self.sold_out_gifts(org, menu, &priced).await;
        if !gone.is_empty() {
            inputs.gifts.sold_out.extend(gone);
            priced = quote(&inputs)?;
        }
        let response = found.as_ref().and_then(|found| found.as_ref().ok());
        let usable_coupons = match response {
            Some(response) if buyer.with_coupons => {
                pricing.propose(response, &inputs, &priced, quote)?
            }
            _ => Vec::new(),
        };
        let member = response.and_then(|response| response.member.as_ref());
        Ok(PricedCart {
            points: available_points(&inputs, self.clock.now()),
            asked_membership: found.is_some(),
            looked_up: member.map(|member| LookedUp {
                blocked: member.blocked,
                prepays: member.prepays,
            }),
            problems: match &found {
                Some(Err(problem)) => pricing.problems(problem),
                _ => Vec::new(),
            },
            counted: rules.counted.clone(),
            usable_coupons,
            quote: priced,
        })
    }

    async fn look_up(&self, pricing: Pricing<'_>) -> Result<FindBenefitsResponse, Problem> {
        let Pricing {
            org,
            menu,
            cart,
            buyer,
            ..
        } = pricing;
        let request = FindBenefitsRequest {
            brand_id: menu.brand.to_string(),
            branch_id: menu.branch.to_string(),
            member_id: buyer.member.map(|id| id.to_string()).unwrap_or_default(),
            guest_phone: guest_phone(buyer.member, &buyer.phone),
            codes: cart.entered.codes.clone(),
            coupon_ids: cart.entered.coupons.iter().map(Uuid::to_string).collect(),
            rule_ids: pricing
                .rules
                .counted
                .iter()
                .map(RuleId::to_string)
                .collect(),
            order_id: buyer.order.map(|id| id.to_string()).unwrap_or_default(),
            attempt_keys: buyer.attempt_keys.clone(),
            business_day: pricing.day.to_string(),
            with_coupons: buyer.with_coupons && buyer.member.is_some(),
        };
        let found = self.benefits.find(org, request).await;
        if let Err(problem) = &found {
            tracing::warn!(branch.id = %menu.branch, error = %problem, "priced without membership");
        }
        found
    }
}

impl PricedCart {
    /// A cart that no benefit concerns.
    #[must_use]
    pub fn plain(quote: Quote) -> Self {
        Self {
            quote,
            asked_membership: false,
            looked_up: None,
            problems: Vec::new(),
            counted: BTreeSet::new(),
            points: None,
            usable_coupons: Vec::new(),
        }
    }

    /// The member may not order.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.looked_up.is_some_and(|member| member.blocked)
    }
}

impl Pricing<'_> {
    /// A member, a code or a coupon is in it; a guest's points need nobody to be refused.
    const fn asks_membership(&self) -> bool {
        let entered = &self.cart.entered;
        self.buyer.member.is_some() || !entered.codes.is_empty() || !entered.coupons.is_empty()
    }

    /// Takes in what membership said, or that it said nothing.
    fn apply(
        &self,
        found: Option<&Result<FindBenefitsResponse, Problem>>,
        inputs: &mut PriceInputs,
    ) -> Result<(), Problem> {
        inputs.entered = self.entered(found)?;
        match found {
            Some(Ok(response)) => {
                inputs.customer = self.customer(response.member.as_ref());
                inputs.usage = usage(&response.uses);
            }
            _ => inputs.usage = used_up(&self.rules.counted),
        }
        Ok(())
    }

    /// A member who could not be looked up has no tier and no points.
    fn customer(&self, found: Option<&MemberBenefits>) -> Customer {
        match (self.buyer.member, found) {
            (None, _) => Customer::Guest,
            (Some(_), None) => Customer::Member(Member::default()),
            (Some(_), Some(found)) => Customer::Member(member(found)),
        }
    }

    /// What the customer entered, in the cart's order.
    fn entered(
        &self,
        found: Option<&Result<FindBenefitsResponse, Problem>>,
    ) -> Result<Vec<EnteredItem>, Problem> {
        let entered = &self.cart.entered;
        let codes = entered.codes.iter().cloned();
        let coupons = entered.coupons.iter().map(Uuid::to_string);
        let kinds = [
            (EnteredKind::Code, codes.collect::<Vec<_>>()),
            (EnteredKind::Coupon, coupons.collect()),
        ];
        let mut items = Vec::new();
        for (kind, texts) in kinds {
            for (place, text) in texts.iter().enumerate() {
                let item = match found {
                    Some(Ok(response)) => {
                        let benefits = match kind {
                            EnteredKind::Code => &response.codes,
                            _ => &response.coupons,
                        };
                        let benefit = benefits.get(place).cloned().unwrap_or_default();
                        self.item(kind, place, text, &benefit)?
                    }
                    Some(Err(problem)) => {
                        let (reason, params) = not_looked_up(problem);
                        EnteredItem::unusable(kind, place, text, &reason, params)
                    }
                    None => continue,
                };
                items.push(item);
            }
        }
        self.refuse_too_many(&mut items);
        if entered.points > 0 {
            items.push(self.points(found));
        }
        Ok(items)
    }

    fn points(&self, found: Option<&Result<FindBenefitsResponse, Problem>>) -> EnteredItem {
        let entered = &self.cart.entered;
        let unusable = match found {
            Some(Err(problem)) if self.buyer.member.is_some() => Some(not_looked_up(problem)),
            _ => None,
        };
        let (reason, params) = unusable.clone().unwrap_or_default();
        let mut item = EnteredItem::unusable(EnteredKind::Points, 0, "", &reason, params);
        item.insisted = entered.insists_on_points;
        if unusable.is_none() {
            item.found = Found::Points(entered.points);
        }
        item
    }

    fn item(
        &self,
        kind: EnteredKind,
        place: usize,
        text: &str,
        benefit: &EnteredBenefit,
    ) -> Result<EnteredItem, Problem> {
        let found = match &benefit.rule {
            Some(rule) => match benefit_rules::rule(rule, &list_price(self.menu))? {
                Some(rule) if class_of(&rule) == Some(kind) => Found::Rule(Box::new(rule)),
                // It gives what this branch does not have.
                _ => unusable(NO_EFFECT, Params::new()),
            },
            None if benefit.reason.is_empty() => {
                return Err(Problem::internal(anyhow::anyhow!(
                    "membership says nothing of a code or coupon"
                )));
            }
            None => unusable(&benefit.reason, to_params(&benefit.params)),
        };
        Ok(EnteredItem {
            kind,
            place,
            entered: text.to_owned(),
            code: benefit.code_id.parse().ok(),
            coupon: benefit.coupon_id.parse().ok(),
            ends_at: to_utc(benefit.ends_at),
            insisted: self.cart.entered.insisted.iter().any(|one| one == text),
            found,
        })
    }

    /// The same code or coupon counts once, and no more than the brand allows.
    fn refuse_too_many(&self, items: &mut [EnteredItem]) {
        let mut seen = BTreeSet::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for item in items {
            let Found::Rule(rule) = &item.found else {
                continue;
            };
            let (most, id) = match item.kind {
                EnteredKind::Code => (self.rules.max_codes, Some(rule.id.as_uuid())),
                _ => (self.rules.max_coupons, item.coupon),
            };
            let count = counts.entry(item.kind.as_str()).or_default();
            if *count >= most.max(1) || !seen.insert(id) {
                let params = [("max".to_owned(), most.max(1).to_string())];
                item.found = unusable(NOT_COMBINABLE, params.into());
            } else {
                *count += 1;
            }
        }
    }

    /// Everything that could not be looked up, at its field.
    fn problems(&self, problem: &Problem) -> Vec<FieldProblem> {
        let entered = &self.cart.entered;
        let codes = (0..entered.codes.len()).map(|place| field_of(EnteredKind::Code, place));
        let coupons = (0..entered.coupons.len()).map(|place| field_of(EnteredKind::Coupon, place));
        let points = (entered.points > 0 && self.buyer.member.is_some())
            .then(|| field_of(EnteredKind::Points, 0));
        let mut fields: Vec<String> = codes.chain(coupons).chain(points).collect();
        if fields.is_empty() && self.buyer.member.is_some() {
            fields.push("member".to_owned());
        }
        let is_limit = problem.is(CommonReason::RateLimited);
        let problem = |field| {
            if is_limit {
                FieldProblem::new(field, CommonReason::RateLimited, problem.params.clone())
            } else {
                let nothing = std::iter::empty::<(String, String)>();
                FieldProblem::new(field, CommonReason::TemporarilyUnavailable, nothing)
            }
        };
        fields.into_iter().map(problem).collect()
    }

    /// What each usable coupon would make of the total, the lowest total first.
    fn propose(
        &self,
        response: &FindBenefitsResponse,
        inputs: &PriceInputs,
        priced: &Quote,
        quote: impl Fn(&PriceInputs) -> Result<Quote, Problem>,
    ) -> Result<Vec<UsableCoupon>, Problem> {
        let in_cart = &self.cart.entered.coupons;
        let others = response.usable_coupons.iter().filter(|coupon| {
            let id = coupon.coupon_id.parse();
            id.is_ok_and(|id: Uuid| !in_cart.contains(&id))
        });
        let mut proposed = Vec::new();
        for coupon in others.take(MAX_PROPOSED) {
            let item = self.item(
                EnteredKind::Coupon,
                in_cart.len(),
                &coupon.coupon_id,
                coupon,
            )?;
            let name = coupon.rule.as_ref().map(|rule| rule.name.clone());
            let (total_with, rejection) = match &item.found {
                Found::Unusable(rejection) => (None, Some(rejection.clone())),
                _ => outcome_with(item.clone(), inputs, self.rules.max_coupons, &quote)?,
            };
            proposed.push(UsableCoupon {
                coupon: coupon.coupon_id.clone(),
                name: name.unwrap_or_default(),
                ends_at: to_utc(coupon.ends_at),
                total_with,
                rejection,
            });
        }
        let total = priced.total.amount();
        proposed.sort_by_key(|coupon| coupon.total_with.unwrap_or(total.max(MAX_AMOUNT.minor())));
        Ok(proposed)
    }
}

/// The total with one more coupon, or why it is not used. Where the cart may have no more, it takes the place of
/// those that are in it.
fn outcome_with(
    item: EnteredItem,
    inputs: &PriceInputs,
    max_coupons: usize,
    quote: impl Fn(&PriceInputs) -> Result<Quote, Problem>,
) -> Result<(Option<i64>, Option<Rejection>), Problem> {
    let mut tried = inputs.clone();
    let is_coupon = |item: &EnteredItem| {
        item.kind == EnteredKind::Coupon && matches!(item.found, Found::Rule(_))
    };
    let coupons = tried.entered.iter().filter(|item| is_coupon(item)).count();
    if coupons >= max_coupons.max(1) {
        tried.entered.retain(|item| !is_coupon(item));
    }
    let place = item.place;
    tried.entered.push(item);
    let quote = quote(&tried)?;
    let entered = quote.benefits.as_ref().map(|benefits| &benefits.entered);
    let outcome = entered.and_then(|entered| {
        let mut coupons = entered.iter();
        coupons.rfind(|one| one.kind == EnteredKind::Coupon && one.place == place)
    });
    Ok(match outcome.map(|outcome| &outcome.rejection) {
        Some(None) => (Some(quote.total.amount()), None),
        Some(Some(rejection)) => (None, Some(rejection.clone())),
        None => (None, None),
    })
}

fn refuse_delivery(cart: &Cart) -> Result<(), Problem> {
    if cart.method == Method::Delivery {
        return Err(Problem::new(OrderingReason::MethodNotAllowed)
            .message("delivery is not offered")
            .field("method", OrderingReason::MethodNotAllowed));
    }
    Ok(())
}

/// A rule acts whose use is counted.
fn acts(quote: &Quote, counted: &BTreeSet<RuleId>) -> bool {
    let benefits = quote.benefits.as_ref();
    benefits.is_some_and(|benefits: &Benefits| !benefits.uses(counted).is_empty())
}

fn unusable(reason: &str, params: Params) -> Found {
    Found::Unusable(Rejection {
        reason: reason.to_owned(),
        params,
    })
}

/// The reason of something that could not be looked up.
fn not_looked_up(problem: &Problem) -> (String, Params) {
    if problem.is(CommonReason::RateLimited) {
        return (problem.reason.to_string(), problem.params.clone());
    }
    let away = CommonReason::TemporarilyUnavailable.word();
    (away.to_owned(), Params::new())
}

fn class_of(rule: &Rule) -> Option<EnteredKind> {
    match rule.class {
        pricing::Class::Code => Some(EnteredKind::Code),
        pricing::Class::Coupon => Some(EnteredKind::Coupon),
        pricing::Class::Promotion | pricing::Class::Tier | pricing::Class::Points => None,
    }
}

fn member(found: &MemberBenefits) -> Member {
    let tags = found.tag_ids.iter().filter_map(|id| id.parse().ok());
    Member {
        tier: found.tier_id.parse().ok().map(TierId::from_uuid),
        tags: tags.map(MemberTagId::from_uuid).collect(),
        segments: Vec::new(),
        first_order: found.first_order,
        birth_month: u8::try_from(found.birth_month)
            .ok()
            .filter(|month| (1..=12).contains(month)),
        points: found.points.max(0).unsigned_abs(),
    }
}

fn usage(uses: &[RuleUse]) -> UsageByRule {
    let count = |count: i32| count.max(0).unsigned_abs();
    let usage = |used: &RuleUse| {
        let usage = Usage {
            total: count(used.total),
            member: count(used.member),
            member_today: count(used.member_today),
            today: count(used.today),
            spent: Amount::new(used.spent),
        };
        Some((RuleId::from_uuid(used.rule_id.parse().ok()?), usage))
    };
    uses.iter().filter_map(usage).collect()
}

/// What nobody could count is used up.
fn used_up(counted: &BTreeSet<RuleId>) -> UsageByRule {
    let all = Usage {
        total: u32::MAX,
        member: u32::MAX,
        member_today: u32::MAX,
        today: u32::MAX,
        spent: Amount::new(i64::MAX / 4),
    };
    counted.iter().map(|rule| (*rule, all)).collect()
}

fn available_points(inputs: &PriceInputs, now: DateTime<Utc>) -> Option<AvailablePoints> {
    let Customer::Member(member) = &inputs.customer else {
        return None;
    };
    let redeeming = inputs.rules.programme(now)?.redeeming.as_ref();
    Some(AvailablePoints {
        balance: member.points,
        worth_of_100: redeeming.map_or(0, |redeeming| redeeming.worth_of_100),
        min_points: redeeming.map_or(0, |redeeming| redeeming.min_points),
        step: redeeming.map_or(0, |redeeming| redeeming.step),
    })
}

fn to_params(params: &std::collections::HashMap<String, String>) -> Params {
    let params = params.iter();
    params
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
