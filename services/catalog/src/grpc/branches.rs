//! RPCs on branches.

use chassis::{
    audit,
    db::TenantTx,
    error::{Problem, Violations, check_version},
    id::{self, BranchId},
    idempotency::Once,
};
use proto::catalog::v1::{
    CreateBranchRequest, CreateBranchResponse, UpdateBranchRequest, UpdateBranchResponse,
};

use super::{Call, convert};
use crate::{
    app::access,
    domain::{branch, plan_limits},
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
    let (brand_id, details) = violations.finish((brand_id, details))?;

    let mut tx = call.db.tenant(call.org).await?;
    // Counted for the organisation's limit before the brand is locked, always in this order.
    store::brands::count_for_insert(&mut tx).await?;
    let brand = access::lock_brand(&mut tx, call.identity, brand_id).await?;
    let create = async |tx: &mut TenantTx| {
        let (in_organisation, in_brand) = store::branches::count(tx, brand.id).await?;
        plan_limits::allow_branch(call.identity.plan, in_organisation, in_brand)?;
        let branch = branch::Branch {
            id: BranchId::new(clock),
            brand_id: brand.id,
            details,
            version: 1,
        };
        store::branches::insert(tx, &branch, clock).await?;
        audit::after(&convert::branch(&branch));
        events::branch_changed(tx, clock, &branch).await?;
        Ok::<_, Problem>(CreateBranchResponse {
            branch: Some(convert::branch(&branch)),
        })
    };
    let response = once.run(&mut tx, clock, create).await?;
    tx.commit().await?;
    Ok(response)
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
    let (branch_id, details) = violations.finish((branch_id, details))?;

    let mut tx = call.db.tenant(call.org).await?;
    let seen = access::branch(&mut tx, call.identity, branch_id).await?;
    store::brands::lock(&mut tx, seen.brand_id).await?;
    let mut branch = access::branch(&mut tx, call.identity, branch_id).await?;
    check_version(wanted.map_or(0, |branch| branch.version), branch.version)?;
    audit::before(&convert::branch(&branch));
    branch.details = details;
    let branch = store::branches::update(&mut tx, &branch, clock).await?;
    audit::after(&convert::branch(&branch));
    events::branch_changed(&mut tx, clock, &branch).await?;
    tx.commit().await?;
    Ok(UpdateBranchResponse {
        branch: Some(convert::branch(&branch)),
    })
}
