//! RPCs on brands, and the way from a storefront's address to its organisation.

use chassis::{
    audit,
    db::{Db, TenantTx},
    error::{Problem, Violations, check_version},
    id::{self, BrandId},
    idempotency::Once,
};
use proto::catalog::v1::{
    CreateBrandRequest, CreateBrandResponse, FormerBranchSlug, ListBrandsRequest,
    ListBrandsResponse, ResolveStorefrontRequest, ResolveStorefrontResponse, UpdateBrandRequest,
    UpdateBrandResponse,
};

use super::{Call, convert};
use crate::{
    app::access,
    domain::{Error, branch::State, brand::Brand, plan_limits, slug},
    events, store,
};

pub(super) async fn create(
    call: &Call<'_>,
    request: &CreateBrandRequest,
) -> Result<CreateBrandResponse, Problem> {
    let clock = &**call.clock;
    let mut violations = Violations::new();
    let once = Once::parse(
        "CreateBrand",
        &request.idempotency_key,
        request,
        &mut violations,
    );
    let details = convert::brand_details(request.brand.as_ref(), &mut violations);
    call.identity.require_org_scope()?;
    let details = violations.finish(details)?;

    let mut tx = call.db.tenant(call.org).await?;
    let create = async |tx: &mut TenantTx| {
        let existing = store::brands::count_for_insert(tx).await?;
        plan_limits::allow_brand(call.identity.plan, existing)?;
        let brand = Brand {
            id: BrandId::new(clock),
            details,
            version: 1,
        };
        store::brands::insert(tx, &brand, clock).await?;
        audit::after(&convert::brand(&brand));
        events::brand_changed(tx, clock, &brand).await?;
        Ok::<_, Problem>(CreateBrandResponse {
            brand: Some(convert::brand(&brand)),
        })
    };
    let response = once.run(&mut tx, clock, create).await?;
    tx.commit().await?;
    Ok(response)
}

pub(super) async fn update(
    call: &Call<'_>,
    request: &UpdateBrandRequest,
) -> Result<UpdateBrandResponse, Problem> {
    let clock = &**call.clock;
    let mut violations = Violations::new();
    let wanted = request.brand.as_ref();
    let raw_id = wanted.map_or("", |brand| &brand.brand_id);
    let brand_id = id::parse("brand.brand_id", raw_id, &mut violations);
    let details = convert::brand_details(wanted, &mut violations);
    let (brand_id, details) = violations.finish((brand_id, details))?;

    let mut tx = call.db.tenant(call.org).await?;
    let mut brand = access::lock_brand(&mut tx, call.identity, brand_id).await?;
    check_version(wanted.map_or(0, |brand| brand.version), brand.version)?;
    audit::before(&convert::brand(&brand));
    if details.currency != brand.details.currency
        && store::brands::has_products(&mut tx, brand.id).await?
    {
        return Err(Error::CurrencyFixed.into());
    }
    brand.details = details;
    let brand = store::brands::update(&mut tx, &brand, clock).await?;
    audit::after(&convert::brand(&brand));
    events::brand_changed(&mut tx, clock, &brand).await?;
    tx.commit().await?;
    Ok(UpdateBrandResponse {
        brand: Some(convert::brand(&brand)),
    })
}

pub(super) async fn list(
    call: &Call<'_>,
    _request: &ListBrandsRequest,
) -> Result<ListBrandsResponse, Problem> {
    let mut tx = call.db.tenant(call.org).await?;
    let mut brands = store::brands::list(&mut tx).await?;
    let mut branches = store::branches::list(&mut tx, None).await?;
    tx.commit().await?;

    branches.retain(|branch| {
        call.identity
            .require_branch(branch.brand_id, branch.id)
            .is_ok()
    });
    brands.retain(|brand| {
        call.identity.require_brand(brand.id).is_ok()
            || branches.iter().any(|branch| branch.brand_id == brand.id)
    });
    // By brand as they are listed, then by name.
    let place = |id| brands.iter().position(|brand| brand.id == id);
    branches.sort_by_key(|branch| place(branch.brand_id));
    Ok(ListBrandsResponse {
        branches: branches.iter().map(convert::branch).collect(),
        brands: brands.iter().map(convert::brand).collect(),
    })
}

/// The address is known before the organisation is: the system role finds the organisation, and
/// everything else is read as its tenant.
pub(super) async fn resolve(
    db: &Db,
    request: &ResolveStorefrontRequest,
) -> Result<ResolveStorefrontResponse, Problem> {
    if !slug::is_slug(&request.brand_slug) {
        return Err(Error::NotFound("brand").into());
    }
    let mut tx = db.system("resolve a storefront").await?;
    let found = store::slugs::find_brand(&mut tx, &request.brand_slug).await?;
    tx.commit().await?;
    let (org, brand) = found.ok_or(Error::NotFound("brand"))?;

    let mut tx = db.tenant(org).await?;
    let brand = store::brands::find(&mut tx, brand)
        .await?
        .ok_or(Error::NotFound("brand"))?;
    let mut branches = store::branches::list(&mut tx, Some(brand.id)).await?;
    let former = store::slugs::list_former(&mut tx, brand.id).await?;
    tx.commit().await?;
    branches.retain(|branch| branch.details.state != State::Closed);
    let former_branch_slugs = former
        .into_iter()
        .filter(|(_, id)| branches.iter().any(|branch| branch.id == *id))
        .map(|(slug, branch)| FormerBranchSlug {
            slug,
            branch_id: branch.to_string(),
        });
    Ok(ResolveStorefrontResponse {
        organisation_id: org.to_string(),
        brand: Some(convert::brand(&brand)),
        branches: branches.iter().map(convert::branch).collect(),
        former_branch_slugs: former_branch_slugs.collect(),
    })
}
