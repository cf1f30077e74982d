//! How a new order is paid: on site, which is judged from memory, or online, which payments is asked for.
//!
//! What a branch takes on site is read from payments once in a few seconds, behind the order that finds
//! it old. While payments is away the last answer stands, and a branch that was never asked about takes
//! payment on site: an order that needs no payments must not need payments.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use chassis::{
    error::Problem,
    id::{OrganisationId, PaymentMethodId},
    money::{Currency, Money},
};
use proto::{
    ordering::v1::OrderingReason,
    payments::v1::{AllowedMethod, ListAllowedMethodsResponse, PaymentKind},
};

use super::{
    payments::{Payments, Purchase},
    renewing::{Renewing, Settings},
};
use crate::domain::online_payment::ChosenMethod;

/// What is older is read again.
const FRESH_FOR: Duration = Duration::from_secs(5);
const MAX_PURCHASES: u64 = 10_000;

/// How new orders may be paid; clones share what is known.
#[derive(Clone)]
pub struct PaymentMethods {
    payments: Payments,
    on_site: Renewing<(OrganisationId, Purchase, Currency), Arc<OnSite>>,
}

/// What a customer chose.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// The method; `None` for on site.
    pub method: Option<PaymentMethodId>,
    /// What the order costs.
    pub total: Money,
    /// Kind of payment that the price depends on.
    pub kind: Option<&'a str>,
}

impl PaymentMethods {
    /// Asks `payments`.
    #[must_use]
    pub fn new(payments: Payments) -> Self {
        let settings = Settings {
            what: "how a branch is paid",
            most: MAX_PURCHASES,
            fresh_for: FRESH_FOR,
        };
        let source = payments.clone();
        let on_site = Renewing::new(settings, move |(org, purchase, currency), _| {
            let payments = source.clone();
            async move {
                let listed = payments.list_methods_with_limits(org, &purchase, currency);
                Ok(Arc::new(OnSite::read(&listed.await?)?))
            }
        });
        Self { payments, on_site }
    }

    /// The online method of an order about to be placed, or `None` where it is paid on site or costs
    /// nothing. Refuses with `METHOD_NOT_ALLOWED`.
    pub async fn choose(
        &self,
        org: OrganisationId,
        purchase: &Purchase,
        choice: Choice<'_>,
    ) -> Result<Option<ChosenMethod>, Problem> {
        let amount = choice.total.amount();
        if amount == 0 {
            return Ok(None);
        }
        let key = (org, *purchase, choice.total.currency());
        let known = self.on_site.get(key).await.unwrap_or_default();
        let on_site = match choice.method {
            None if known.offers(amount) || purchase.test => Some(PaymentKind::Cash.into()),
            None => return Err(not_allowed()),
            Some(method) => known.kind_of(method, amount),
        };
        match (on_site, choice.method) {
            (Some(kind), _) => choice.require_kind(kind)?,
            (None, None) => {}
            (None, Some(method)) => {
                let chosen = self.find(org, purchase, choice.total, method).await?;
                choice.require_kind(chosen.kind)?;
                if let Some(online) = online(&chosen)? {
                    return Ok(Some(online));
                }
            }
        }
        Ok(None)
    }

    /// Refuses a method of another kind than the price of an order depends on.
    pub async fn require_kind(
        &self,
        org: OrganisationId,
        purchase: &Purchase,
        (total, kind): (Money, &str),
        method: PaymentMethodId,
    ) -> Result<(), Problem> {
        let chosen = self.find(org, purchase, total, method).await?;
        require_kind(Some(kind), chosen.kind)
    }

    /// A method, as far as it is allowed for this very amount.
    async fn find(
        &self,
        org: OrganisationId,
        purchase: &Purchase,
        total: Money,
        method: PaymentMethodId,
    ) -> Result<AllowedMethod, Problem> {
        let id = method.to_string();
        let methods = self.payments.list_methods(org, purchase, total).await?;
        let found = methods.into_iter().find(|found| found.method_id == id);
        found.ok_or_else(not_allowed)
    }
}

/// How a branch may be paid on site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum OnSite {
    /// Nobody set up any method, so everything is paid on site.
    NotSetUp,
    /// Payments could not be asked yet.
    #[default]
    Unknown,
    /// By these methods.
    By(Vec<OnSiteMethod>),
}

/// A method without a provider, and the amounts it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OnSiteMethod {
    id: PaymentMethodId,
    kind: i32,
    min: i64,
    max: Option<i64>,
}

impl OnSite {
    fn read(response: &ListAllowedMethodsResponse) -> anyhow::Result<Self> {
        if !response.is_set_up {
            return Ok(Self::NotSetUp);
        }
        let on_site = response.methods.iter().filter(|method| !method.online);
        let methods: anyhow::Result<_> = on_site
            .map(|method| {
                Ok(OnSiteMethod {
                    id: method.method_id.parse()?,
                    kind: method.kind,
                    min: method.min_amount,
                    max: method.max_amount,
                })
            })
            .collect();
        Ok(Self::By(methods?))
    }

    /// Some method takes this amount.
    fn offers(&self, amount: i64) -> bool {
        match self {
            Self::NotSetUp | Self::Unknown => true,
            Self::By(methods) => methods.iter().any(|method| method.takes(amount)),
        }
    }

    /// Kind of this method, if it takes this amount on site.
    fn kind_of(&self, id: PaymentMethodId, amount: i64) -> Option<i32> {
        let Self::By(methods) = self else {
            return None;
        };
        let mut methods = methods.iter();
        let method = methods.find(|method| method.id == id && method.takes(amount))?;
        Some(method.kind)
    }
}

impl OnSiteMethod {
    fn takes(&self, amount: i64) -> bool {
        amount >= self.min && self.max.is_none_or(|max| amount <= max)
    }
}

fn online(method: &AllowedMethod) -> anyhow::Result<Option<ChosenMethod>> {
    if !method.online {
        return Ok(None);
    }
    let id = method.method_id.parse();
    Ok(Some(ChosenMethod {
        id: id.context("the id of a payment method")?,
        name: method.name.clone(),
        pay_now: method.pay_now,
    }))
}

impl Choice<'_> {
    fn require_kind(&self, kind: i32) -> Result<(), Problem> {
        require_kind(self.kind, kind)
    }
}

/// Refuses a payment of another kind than the price depends on.
fn require_kind(priced_for: Option<&str>, kind: i32) -> Result<(), Problem> {
    if priced_for.is_none_or(|priced_for| priced_for == kind_word(kind)) {
        return Ok(());
    }
    Err(not_allowed().message("the price is for another kind of payment"))
}

/// A kind of payment by its word, such as `line_pay`.
fn kind_word(kind: i32) -> String {
    let kind = PaymentKind::try_from(kind).unwrap_or_default();
    let name = kind.as_str_name().trim_start_matches("PAYMENT_KIND_");
    name.to_ascii_lowercase()
}

fn not_allowed() -> Problem {
    Problem::new(OrderingReason::MethodNotAllowed)
        .message("the order cannot be paid that way")
        .field("payment_method_id", OrderingReason::MethodNotAllowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::id;

    fn response(methods: &[(u128, bool, i64, Option<i64>)]) -> ListAllowedMethodsResponse {
        let method =
            |(id, online, min_amount, max_amount): &(u128, bool, i64, Option<i64>)| AllowedMethod {
                method_id: id!(PaymentMethodId, *id).to_string(),
                online: *online,
                min_amount: *min_amount,
                max_amount: *max_amount,
                ..Default::default()
            };
        ListAllowedMethodsResponse {
            methods: methods.iter().map(method).collect(),
            is_set_up: true,
        }
    }

    #[test]
    fn on_site_is_offered_within_the_limits_of_its_methods() {
        let on_site = OnSite::read(&response(&[(1, true, 0, None), (2, false, 50, Some(100))]));
        let on_site = on_site.unwrap();
        for (amount, offered) in [(49, false), (50, true), (100, true), (101, false)] {
            assert_eq!(on_site.offers(amount), offered, "{amount}");
            let kind = on_site.kind_of(id!(PaymentMethodId, 2), amount);
            assert_eq!(kind.is_some(), offered);
            let is_online = id!(PaymentMethodId, 1);
            assert!(
                on_site.kind_of(is_online, amount).is_none(),
                "it is paid online"
            );
        }
    }

    #[test]
    fn a_brand_without_methods_is_paid_on_site_and_one_with_online_ones_alone_is_not() {
        let nothing = OnSite::read(&ListAllowedMethodsResponse::default()).unwrap();
        assert!(nothing.offers(165));
        assert!(OnSite::Unknown.offers(165), "payments is away");
        let online = OnSite::read(&response(&[(1, true, 0, None)])).unwrap();
        assert!(!online.offers(165));
        let elsewhere = OnSite::read(&response(&[])).unwrap();
        assert!(!elsewhere.offers(165), "its methods are for other branches");
    }
}
