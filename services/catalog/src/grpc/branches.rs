//! RPCs on branches.

use chassis::{
    audit,
    error::{Problem, Violations},
    id::{self, BranchId},
};
use proto::catalog::v1::{
    CreateBranchRequest, CreateBranchResponse, UpdateBranchRequest, UpdateBranchResponse,
};

use super::{Call, convert, given};
use crate::{
    app::{access, once::Once},
    domain::{branch, plan_limits, versioned},
    events, store,
};

pub(super) async fn create(
    call: &Call<'_>,
    request: &CreateBranchRequest,
) -> Result<CreateBranchResponse, Problem> {
    let clock = &**call.clock;
    let mut violations = Violations::new();
    let once = Once::parse(
        "CreateBranch",
        &request.idempotency_key,
        request,
        &mut violations,
    );
    let wanted = request.branch.as_ref();
    let raw_brand = wanted.map_or("", |branch| &branch.brand_id);
    let brand_id = id::parse("branch.brand_id", raw_brand, &mut violations);
    let details = convert::branch_details(wanted, &mut violations);
    violations.into_result()?;

    let mut tx = call.db.tenant(call.org).await?;
    // Counted for the organisation's limit before the brand is locked, always in this order.
    store::brands::count_for_insert(&mut tx).await?;
    let brand = access::lock_brand(&mut tx, call.identity, given(brand_id)?).await?;
    if let Some(first) = once.begin(&mut tx, clock).await? {
        return Ok(first);
    }
    let (in_organisation, in_brand) = store::branches::count(&mut tx, brand.id).await?;
    plan_limits::allow_branch(call.identity.plan, in_organisation, in_brand)?;
    let branch = branch::Branch {
        id: BranchId::new(clock),
        brand_id: brand.id,
        details: given(details)?,
        version: 1,
    };
    store::branches::insert(&mut tx, &branch, clock).await?;
    audit::after(&convert::branch(&branch));
    events::branch_changed(&mut tx, clock, &branch).await?;
    let answer = CreateBranchResponse {
        branch: Some(convert::branch(&branch)),
    };
    once.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    Ok(answer)
}

pub(super) async fn update(
    call: &Call<'_>,
    request: &UpdateBranchRequest,
) -> Result<UpdateBranchResponse, Problem> {
    let clock = &**call.clock;
    let mut violations = Violations::new();
    let wanted = request.branch.as_ref();
    let raw_id = wanted.map_or("", |branch| &branch.branch_id);
    let branch_id = id::parse("branch.branch_id", raw_id, &mut violations);
    let details = convert::branch_details(wanted, &mut violations);
    violations.into_result()?;

    let mut tx = call.db.tenant(call.org).await?;
    let branch_id = given(branch_id)?;
    let seen = access::branch(&mut tx, call.identity, branch_id).await?;
    store::brands::lock(&mut tx, seen.brand_id).await?;
    let mut branch = access::branch(&mut tx, call.identity, branch_id).await?;
    versioned::require(
        "branch",
        wanted.map_or(0, |branch| branch.version),
        branch.version,
    )?;
    audit::before(&convert::branch(&branch));
    branch.details = given(details)?;
    let branch = store::branches::update(&mut tx, &branch, clock).await?;
    audit::after(&convert::branch(&branch));
    events::branch_changed(&mut tx, clock, &branch).await?;
    tx.commit().await?;
    Ok(UpdateBranchResponse {
        branch: Some(convert::branch(&branch)),
    })
}
