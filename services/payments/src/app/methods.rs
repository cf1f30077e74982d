//! Methods that a brand offers: at checkout, and as staff set them.

use std::collections::BTreeSet;

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{CommonReason, Problem, check_version},
    id::{BranchId, BrandId, OrganisationId, PaymentMethodId},
};

use super::{Dependencies, error::Error};
use crate::{
    domain::{
        account::{self, Account},
        method::{PaymentMethod, Purchase},
    },
    store,
};

/// Most methods of a brand.
const MOST_METHODS: usize = 50;

/// A method that an order may be paid by, with the account that would take an online payment.
#[derive(Clone, Debug)]
pub struct AllowedMethod {
    /// The method.
    pub method: PaymentMethod,
    /// The account; `None` for a method without a gateway.
    pub account: Option<Account>,
}

/// The account that would take a payment by `method` at a branch.
pub fn allowed_account<'a>(
    deps: &Dependencies,
    accounts: &'a [Account],
    method: &PaymentMethod,
    branch: BranchId,
    test: bool,
) -> Option<&'a Account> {
    let (offer, now) = (deps.offer_test_accounts, deps.clock.now());
    account::choose(accounts, method.provider?, branch, test, offer, now)
}

/// What a checkout offers.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The methods, in the order of checkout.
    pub methods: Vec<AllowedMethod>,
    /// The brand has methods at all.
    pub is_set_up: bool,
}

/// Lists the methods that a purchase may be paid by, or with `any_amount` those for purchases like it.
pub async fn list_allowed(
    deps: &Dependencies,
    org: OrganisationId,
    brand: BrandId,
    purchase: &Purchase,
    any_amount: bool,
    test: bool,
) -> Result<Offer, Error> {
    let mut tx = deps.db.tenant(org).await?;
    let methods = store::methods::list(&mut tx, brand).await?;
    let accounts = store::accounts::list(&mut tx, brand).await?;
    let is_set_up = !methods.is_empty();
    let allowed = methods.into_iter().filter(|method| {
        if any_amount {
            method.is_offered(purchase)
        } else {
            method.allows(purchase)
        }
    });
    let offered = allowed.filter_map(|method| {
        let account = allowed_account(deps, &accounts, &method, purchase.branch, test);
        if method.kind.is_online() && account.is_none() {
            return None;
        }
        Some(AllowedMethod {
            account: account.cloned(),
            method,
        })
    });
    Ok(Offer {
        methods: offered.collect(),
        is_set_up,
    })
}

/// Lists all methods of a brand with the version of the list.
pub async fn list(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    brand: BrandId,
) -> Result<(Vec<PaymentMethod>, i64), Error> {
    identity.require_brand(brand)?;
    let mut tx = deps.db.tenant(org).await?;
    let version = store::methods::version(&mut tx, brand).await?;
    Ok((store::methods::list(&mut tx, brand).await?, version))
}

/// Saves a method; one whose id the brand has is changed. Returns the version of the list.
pub async fn save(
    deps: &Dependencies,
    tx: &mut TenantTx,
    identity: &Identity,
    method: &PaymentMethod,
    is_new: bool,
    version: i64,
) -> Result<i64, Error> {
    let brand = method.brand;
    identity.require_brand(brand)?;
    if !store::branches::has_brand(tx, brand).await? {
        return Err(Problem::not_found("brand").into());
    }
    let actual = store::methods::lock(tx, brand).await?;
    check_version(version, actual)?;
    let methods = store::methods::list(tx, brand).await?;
    if is_new && methods.len() >= MOST_METHODS {
        let problem = Problem::new(CommonReason::SettingRange)
            .message("the brand has as many methods as it may")
            .param("max", MOST_METHODS);
        return Err(problem.into());
    }
    let known = methods.iter().any(|known| known.id == method.id);
    if !is_new && !known {
        return Err(Problem::not_found("payment method").into());
    }
    let words = method
        .provider
        .map(|provider| deps.adapter(provider).capabilities().methods);
    let unknown_word = words.is_some_and(|words| {
        !method.provider_method.is_empty() && !words.contains(&method.provider_method.as_str())
    });
    if unknown_word {
        let problem = Problem::new(CommonReason::ValidationFailed)
            .message("the provider has no such method")
            .field("method.provider_method", CommonReason::ValidationFailed);
        return Err(problem.into());
    }
    for (index, branch) in method.branches.iter().enumerate() {
        if store::branches::find_brand(tx, *branch).await? != Some(brand) {
            let field = format!("method.branch_ids[{index}]");
            let problem = Problem::not_found("branch").field(field, CommonReason::NotFound);
            return Err(problem.into());
        }
    }
    store::methods::upsert(tx, method).await?;
    Ok(store::methods::raise(tx, brand).await?)
}

/// Puts the methods of a brand into another order.
pub async fn reorder(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    brand: BrandId,
    ids: &[PaymentMethodId],
    version: i64,
) -> Result<(Vec<PaymentMethod>, i64), Error> {
    identity.require_brand(brand)?;
    let mut tx = deps.db.tenant(org).await?;
    let actual = store::methods::lock(&mut tx, brand).await?;
    check_version(version, actual)?;
    let methods = store::methods::list(&mut tx, brand).await?;
    let known: BTreeSet<_> = methods.iter().map(|method| method.id).collect();
    let given: BTreeSet<_> = ids.iter().copied().collect();
    if known != given || given.len() != ids.len() {
        let problem = Problem::new(CommonReason::ValidationFailed)
            .message("the list has to name every method of the brand once")
            .field("method_ids", CommonReason::ValidationFailed);
        return Err(problem.into());
    }
    store::methods::reorder(&mut tx, brand, ids).await?;
    let version = store::methods::raise(&mut tx, brand).await?;
    let methods = store::methods::list(&mut tx, brand).await?;
    tx.commit().await?;
    Ok((methods, version))
}
