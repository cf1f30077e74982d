//! RPCs on option groups.

use chassis::{
    audit,
    error::{Problem, Violations, check_version},
    id::{self, OptionGroupId},
};
use proto::catalog::v1::{
    ArchiveOptionGroupRequest, ArchiveOptionGroupResponse, ListOptionGroupsRequest,
    ListOptionGroupsResponse, SaveOptionGroupRequest, SaveOptionGroupResponse,
};

use super::{Call, convert};
use crate::{
    app::access,
    domain::{Error, option_group},
    store,
};

pub(super) async fn list(
    call: &Call<'_>,
    request: &ListOptionGroupsRequest,
) -> Result<ListOptionGroupsResponse, Problem> {
    let mut violations = Violations::new();
    let brand_id = id::parse("brand_id", &request.brand_id, &mut violations);
    let brand_id = violations.finish(brand_id)?;
    let mut tx = call.db.tenant(call.org).await?;
    let brand = access::view_brand(&mut tx, call.identity, brand_id).await?;
    let groups = store::option_groups::list(&mut tx, brand.id).await?;
    tx.commit().await?;
    let option_groups = groups.iter().map(convert::option_group).collect();
    Ok(ListOptionGroupsResponse { option_groups })
}

pub(super) async fn save(
    call: &Call<'_>,
    request: &SaveOptionGroupRequest,
) -> Result<SaveOptionGroupResponse, Problem> {
    let clock = &**call.clock;
    let mut violations = Violations::new();
    let brand_id = id::parse("brand_id", &request.brand_id, &mut violations);
    let wanted = request.option_group.clone().unwrap_or_default();
    let group_id: Option<OptionGroupId> = id::parse_optional(
        "option_group.option_group_id",
        &wanted.option_group_id,
        &mut violations,
    );
    let draft = convert::option_group_draft(&wanted, &mut violations);

    let mut tx = call.db.tenant(call.org).await?;
    let Some(brand_id) = brand_id else {
        violations.into_result()?;
        return Err(Error::NotFound("brand").into());
    };
    let brand = access::lock_brand(&mut tx, call.identity, brand_id).await?;
    let existing = store::option_groups::list(&mut tx, brand.id).await?;
    let stored = match group_id {
        None => None,
        Some(id) => {
            let stored = existing.iter().find(|group| group.id == id);
            let stored = stored.ok_or(Error::NotFound("option group"))?;
            check_version(wanted.version, stored.version)?;
            audit::before(&convert::option_group(stored));
            Some(stored)
        }
    };
    let mut group = option_group::OptionGroup::from_draft(
        stored.map_or_else(|| OptionGroupId::new(clock), |stored| stored.id),
        draft,
        stored.map_or(&[], |stored| &stored.options),
        clock,
        &mut violations,
    );
    violations.into_result()?;
    match stored {
        None => store::option_groups::insert(&mut tx, brand.id, &group, clock).await?,
        Some(stored) => {
            group.version = stored.version;
            group.version = store::option_groups::update(&mut tx, &group, clock).await?;
        }
    }
    audit::after(&convert::option_group(&group));
    tx.commit().await?;
    Ok(SaveOptionGroupResponse {
        option_group: Some(convert::option_group(&group)),
    })
}

pub(super) async fn archive(
    call: &Call<'_>,
    request: &ArchiveOptionGroupRequest,
) -> Result<ArchiveOptionGroupResponse, Problem> {
    let mut violations = Violations::new();
    let group_id = id::parse("option_group_id", &request.option_group_id, &mut violations);
    let group_id = violations.finish(group_id)?;

    let mut tx = call.db.tenant(call.org).await?;
    let brand_id = store::option_groups::find_brand(&mut tx, group_id).await?;
    let brand_id = brand_id.ok_or(Error::NotFound("option group"))?;
    access::lock_brand(&mut tx, call.identity, brand_id).await?;
    let groups = store::option_groups::list(&mut tx, brand_id).await?;
    let group = groups.iter().find(|group| group.id == group_id);
    let group = group.ok_or(Error::NotFound("option group"))?;
    check_version(request.version, group.version)?;
    audit::removed(&convert::option_group(group));
    let products = store::option_groups::list_users(&mut tx, group_id).await?;
    if !products.is_empty() {
        return Err(Error::GroupInUse { products }.into());
    }
    store::option_groups::archive(&mut tx, group_id, request.version, &**call.clock).await?;
    tx.commit().await?;
    Ok(ArchiveOptionGroupResponse {})
}
