//! Prices a cart with everything that promotions, the member's tier, codes, coupons and points do to it.
//!
//! A guest's cart without a code in a branch without rules is priced from the menu alone. Rules that act
//! automatically come from memory. Membership is asked once, where a member, a code or a coupon is in it, or a rule
//! acts of which there is only so much. What could not be looked up is reported, never dropped silently.

use std::collections::BTreeSet;

use chassis::{
    business_day::BusinessDay,
    error::{FieldProblem, Problem},
    id::{MemberId, OrderId, OrganisationId},
    sales::Method,
};
use chrono::{DateTime, Utc};
use pricing::{
    Amount, MemberTagId, PaymentMethod, RuleId, TierId,
    rules::{Customer, Member, Usage, UsageByRule},
};
use proto::{
    membership::v1::{FindBenefitsRequest, FindBenefitsResponse, MemberBenefits, RuleUse},
    ordering::v1::OrderingReason,
};
use uuid::Uuid;

use super::{
    Ordering, benefits::guest_phone, proposed_coupons::UsableCoupon, tier_access::TierAccess,
};
use crate::domain::{
    benefits::Benefits,
    branch_rules::BranchRules,
    cart::Cart,
    menu::Menu,
    price_inputs::{GiftItem, PriceInputs},
    pricing::{price, price_with},
    quote::Quote,
    tier_exclusive,
};

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
    /// What is for other tiers alone, at its field; the order cannot be placed with it.
    pub refused: Vec<FieldProblem>,
    /// What decides which times the customer may order for; `None` for all.
    pub access: Option<TierAccess>,
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

/// A cart about to be priced.
#[derive(Clone, Copy)]
pub(super) struct Pricing<'a> {
    org: OrganisationId,
    pub menu: &'a Menu,
    pub cart: &'a Cart,
    pub buyer: &'a Buyer,
    pub rules: &'a BranchRules,
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
        let access = (!rules.exclusives.is_empty()).then(|| TierAccess {
            customer: match (buyer.member, member) {
                (None, _) => tier_exclusive::Customer::Guest,
                (Some(_), None) => tier_exclusive::Customer::Unknown,
                (Some(_), Some(member)) => {
                    let tier = member.tier_id.parse().ok();
                    tier_exclusive::Customer::Member(tier.map(TierId::from_uuid))
                }
            },
            rules: rules.clone(),
            day_rule,
            method: cart.method,
            now: self.clock.now(),
        });
        let refused = access.as_ref().map(|access| access.refused(menu, cart));
        Ok(PricedCart {
            refused: refused.unwrap_or_default(),
            access,
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
            refused: Vec::new(),
            access: None,
            counted: BTreeSet::new(),
            points: None,
            usable_coupons: Vec::new(),
        }
    }

    /// Why the customer may not have it as soon as possible, which is at this time.
    #[must_use]
    pub fn refused_promise(&self, promised_at: DateTime<Utc>) -> Option<FieldProblem> {
        let access = self.access.as_ref()?;
        let wanted_at = self.quote.wanted_at;
        wanted_at.map_or_else(|| access.refused_time(promised_at), |_| None)
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
