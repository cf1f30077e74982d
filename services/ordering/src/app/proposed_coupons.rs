//! Coupons of a member that could be used for a cart, by what they would make of its total.

use chassis::error::Problem;
use chrono::{DateTime, Utc};
use pricing::MAX_AMOUNT;
use proto::membership::v1::FindBenefitsResponse;
use uuid::Uuid;

use super::{price_cart::Pricing, quote::to_utc};
use crate::domain::{
    benefits::{EnteredKind, Rejection},
    price_inputs::{EnteredItem, Found, PriceInputs},
    quote::Quote,
};

/// Most coupons that are proposed.
const MAX_PROPOSED: usize = 20;

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

impl Pricing<'_> {
    /// What each usable coupon would make of the total, the lowest total first.
    pub fn propose(
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
                _ => outcome_with(item.clone(), inputs, self.rules.places().coupons, &quote)?,
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
    places: usize,
    quote: impl Fn(&PriceInputs) -> Result<Quote, Problem>,
) -> Result<(Option<i64>, Option<Rejection>), Problem> {
    let mut tried = inputs.clone();
    let is_coupon = |item: &EnteredItem| {
        item.kind == EnteredKind::Coupon && matches!(item.found, Found::Rule(_))
    };
    let coupons = tried.entered.iter().filter(|item| is_coupon(item)).count();
    if coupons >= places {
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
