//! The directory of storefronts: which brand and branch an address means.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chassis::id::OrganisationId;
use moka::future::Cache;
use proto::catalog::v1::{Branch, Brand, ResolveStorefrontRequest};

use crate::{
    problem::{Rejection, Result},
    state::Gateway,
};

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
    /// Branches by the slugs they had before.
    former: HashMap<String, Arc<Branch>>,
}

impl Storefront {
    /// The branch of a slug, be it the present one or one it had before.
    fn branch(&self, slug: &str) -> Option<&Arc<Branch>> {
        let present = self.branches.iter().find(|branch| branch.slug == slug);
        present.or_else(|| self.former.get(slug))
    }
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
    /// Finds a brand by its slug, or by one it had before; refuses with `NOT_FOUND`.
    pub async fn brand(&self, gateway: &Gateway, slug: &str) -> Result<Arc<Storefront>> {
        if let Some(found) = self.cache.get(slug).await {
            return found.ok_or_else(|| not_found("brand"));
        }
        let load = load(gateway, slug.to_owned());
        let found = self.cache.try_get_with(slug.to_owned(), load).await;
        let found = found.map_err(|status| Rejection::from((*status).clone()))?;
        found.ok_or_else(|| not_found("brand"))
    }

    /// Finds a branch by both slugs, or by those they had before; refuses with `NOT_FOUND`.
    pub async fn place(&self, gateway: &Gateway, brand: &str, branch: &str) -> Result<Place> {
        let storefront = self.brand(gateway, brand).await?;
        let found = storefront.branch(branch);
        let branch = Arc::clone(found.ok_or_else(|| not_found("branch"))?);
        Ok(Place { storefront, branch })
    }

    /// Where a page's path has moved, when a brand or branch in it has another slug now.
    pub async fn moved(&self, gateway: &Gateway, path: &str) -> Option<String> {
        let mut parts = path.split('/').skip(1);
        let brand = parts.next().filter(|slug| is_slug(slug))?;
        // A page needs no directory: without one it is shown as it was asked for.
        let storefront = self.brand(gateway, brand).await.ok()?;
        let mut present = format!("/{}", storefront.brand.slug);
        if let Some(branch) = parts.next() {
            let found = storefront.branch(branch);
            let slug = found.map_or(branch, |found| &found.slug);
            present.push('/');
            present.push_str(slug);
        }
        for part in parts {
            present.push('/');
            present.push_str(part);
        }
        (present != path).then_some(present)
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
    let branches: Vec<Arc<Branch>> = answer.branches.into_iter().map(Arc::new).collect();
    let former = answer.former_branch_slugs.into_iter();
    let former = former.filter_map(|former| {
        let branch = branches
            .iter()
            .find(|branch| branch.branch_id == former.branch_id)?;
        Some((former.slug, Arc::clone(branch)))
    });
    let former = former.collect();
    let org = answer.organisation_id.parse();
    let org = org.map_err(|_| tonic::Status::internal("the storefront's organisation is no id"))?;
    Ok(Some(Arc::new(Storefront {
        org,
        brand: answer.brand.unwrap_or_default(),
        branches,
        former,
    })))
}

/// Whether it could be a slug, so that no other path asks the directory.
fn is_slug(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=40).contains(&text.len()) && text.bytes().all(is_part)
}

fn not_found(what: &'static str) -> Rejection {
    chassis::error::Problem::not_found(what).into()
}
