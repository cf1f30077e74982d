//! The directory of storefronts: which brand and branch an address means.

use std::{sync::Arc, time::Duration};

use chassis::id::OrganisationId;
use moka::future::Cache;
use proto::catalog::v1::{Branch, Brand, ResolveStorefrontRequest};

use crate::{problem::Rejection, rest::Result, state::Gateway};

const TTL: Duration = Duration::from_secs(5);
const CAPACITY: u64 = 10_000;

/// A brand with its branches, as they were a few seconds ago.
#[derive(Debug)]
pub struct Storefront {
    /// Organisation that owns the brand.
    pub org: OrganisationId,
    /// The brand.
    pub brand: Brand,
    /// Its branches by name.
    pub branches: Vec<Arc<Branch>>,
}

/// A branch of a storefront.
#[derive(Debug, Clone)]
pub struct Place {
    /// The storefront.
    pub storefront: Arc<Storefront>,
    /// The branch.
    pub branch: Arc<Branch>,
}

impl Place {
    /// Organisation of both.
    pub fn org(&self) -> OrganisationId {
        self.storefront.org
    }
}

/// Storefronts by the brand's slug; an unknown slug is remembered as well.
pub struct Storefronts {
    cache: Cache<String, Option<Arc<Storefront>>>,
}

impl Default for Storefronts {
    fn default() -> Self {
        Self {
            cache: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(TTL)
                .build(),
        }
    }
}

impl Storefronts {
    /// Finds a brand by its slug; refuses with `NOT_FOUND`.
    pub async fn brand(&self, gateway: &Gateway, slug: &str) -> Result<Arc<Storefront>> {
        if let Some(found) = self.cache.get(slug).await {
            return found.ok_or_else(|| not_found("brand"));
        }
        let load = load(gateway, slug.to_owned());
        let found = self.cache.try_get_with(slug.to_owned(), load).await;
        let found = found.map_err(|status| Rejection::from((*status).clone()))?;
        found.ok_or_else(|| not_found("brand"))
    }

    /// Finds a branch by both slugs; refuses with `NOT_FOUND`.
    pub async fn place(&self, gateway: &Gateway, brand: &str, branch: &str) -> Result<Place> {
        let storefront = self.brand(gateway, brand).await?;
        let found = storefront
            .branches
            .iter()
            .find(|candidate| candidate.slug == branch);
        let branch = Arc::clone(found.ok_or_else(|| not_found("branch"))?);
        Ok(Place { storefront, branch })
    }

    /// Forgets everything: a brand or branch changed, and it may have had another slug.
    pub fn forget(&self) {
        self.cache.invalidate_all();
    }
}

async fn load(
    gateway: &Gateway,
    brand_slug: String,
) -> std::result::Result<Option<Arc<Storefront>>, tonic::Status> {
    let request = ResolveStorefrontRequest { brand_slug };
    let answer = match gateway.catalog().resolve_storefront(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) if status.code() == tonic::Code::NotFound => return Ok(None),
        Err(status) => return Err(status),
    };
    let org = answer.organisation_id.parse();
    let org = org.map_err(|_| tonic::Status::internal("the storefront's organisation is no id"))?;
    Ok(Some(Arc::new(Storefront {
        org,
        brand: answer.brand.unwrap_or_default(),
        branches: answer.branches.into_iter().map(Arc::new).collect(),
    })))
}

fn not_found(what: &'static str) -> Rejection {
    chassis::error::Problem::not_found(what).into()
}
