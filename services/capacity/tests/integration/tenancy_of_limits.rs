//! Nobody can access another organisation's limits or templates, nor those outside their scope.

use crate::common::{
    LimitClient, Shop,
    limits::{SIX, each_slot, rule},
    response, timestamp,
};
use chassis::{
    authn::{Level, Scope},
    clock::SystemClock,
    id::{BranchId, BrandId},
};
use proto::capacity::v1::{
    CopyLimitsRequest, DeleteLimitTemplateRequest, GetLimitsRequest, GetLoadRequest, LimitMeasure,
    LimitTemplate, ListLimitTemplatesRequest, ListLimitVersionsRequest, ListLoadRequest,
    PreviewLimitsRequest, SaveLimitTemplateRequest, SetLimitsRequest,
};
use testkit::identities;

/// Calls every RPC about `branch`, giving limits both ways, and returns the reasons.
async fn branch_reasons(mut staff: LimitClient, ours: BranchId, branch: BranchId) -> Vec<String> {
    let branch_id = branch.to_string();
    let rules = vec![rule(LimitMeasure::Orders, each_slot(), 1)];
    let get = GetLimitsRequest {
        branch_id: branch_id.clone(),
    };
    let set = SetLimitsRequest {
        branch_id: branch_id.clone(),
        rules: rules.clone(),
        ..SetLimitsRequest::default()
    };
    let preview = PreviewLimitsRequest {
        branch_id: branch_id.clone(),
        rules,
        ..PreviewLimitsRequest::default()
    };
    let versions = ListLimitVersionsRequest {
        branch_id: branch_id.clone(),
        ..ListLimitVersionsRequest::default()
    };
    let load = GetLoadRequest {
        branch_id: branch_id.clone(),
        ..GetLoadRequest::default()
    };
    let filling = ListLoadRequest {
        branch_id: branch_id.clone(),
        from: Some(timestamp(SIX)),
        to: Some(timestamp("2026-09-02T11:00:00Z")),
    };
    let take = CopyLimitsRequest {
        from_branch_id: branch_id.clone(),
        to_branch_ids: vec![ours.to_string()],
        ..CopyLimitsRequest::default()
    };
    let give = CopyLimitsRequest {
        from_branch_id: ours.to_string(),
        to_branch_ids: vec![ours.to_string(), branch_id],
        ..CopyLimitsRequest::default()
    };
    [
        response(staff.get_limits(get).await).err(),
        response(staff.set_limits(set).await).err(),
        response(staff.preview_limits(preview).await).err(),
        response(staff.list_limit_versions(versions).await).err(),
        response(staff.get_load(load).await).err(),
        response(staff.list_load(filling).await).err(),
        response(staff.copy_limits(take).await).err(),
        response(staff.copy_limits(give).await).err(),
    ]
    .map(|problem| problem.map_or_else(String::new, |problem| problem.reason.to_string()))
    .to_vec()
}

fn template_of(brand: BrandId) -> LimitTemplate {
    LimitTemplate {
        brand_id: brand.to_string(),
        name: "年節".to_owned(),
        rules: vec![rule(LimitMeasure::Orders, each_slot(), 1)],
        ..LimitTemplate::default()
    }
}

/// Calls every RPC that changes a template of a brand, a new one and one that is there, and returns the reasons.
async fn template_reasons(
    mut staff: LimitClient,
    brand: BrandId,
    template: &LimitTemplate,
) -> Vec<String> {
    let save = |template: LimitTemplate| SaveLimitTemplateRequest {
        template: Some(template),
    };
    let new = LimitTemplate {
        name: "平日".to_owned(),
        ..template_of(brand)
    };
    let changed = LimitTemplate {
        brand_id: brand.to_string(),
        ..template.clone()
    };
    let delete = DeleteLimitTemplateRequest {
        brand_id: brand.to_string(),
        template_id: template.template_id.clone(),
    };
    [
        response(staff.save_limit_template(save(new)).await).err(),
        response(staff.save_limit_template(save(changed)).await).err(),
        response(staff.delete_limit_template(delete).await).err(),
    ]
    .map(|problem| problem.map_or_else(String::new, |problem| problem.reason.to_string()))
    .to_vec()
}

async fn saved_template(mut owner: LimitClient, brand: BrandId) -> LimitTemplate {
    let request = SaveLimitTemplateRequest {
        template: Some(template_of(brand)),
    };
    let saved = owner.save_limit_template(request).await.unwrap();
    saved.into_inner().template.unwrap()
}

#[tokio::test]
async fn another_organisations_limits_and_templates_are_not_found() {
    let mut shop = Shop::open().await;
    let (ours, our_brand) = (shop.branch, shop.brand);
    let its_brand = BrandId::new(&SystemClock);
    shop.brand = its_brand;
    let (other, its_branch) = shop.other_organisation().await;
    shop.brand = our_brand;
    let reasons = branch_reasons(shop.owner().limits, ours, its_branch).await;
    assert_eq!(reasons, ["NOT_FOUND"; 8]);
    assert_eq!(shop.get_limits().await.version, 0);

    let outsider = identities::owner(other);
    let theirs = saved_template(shop.client(&outsider).limits, its_brand).await;
    let list = ListLimitTemplatesRequest {
        brand_id: its_brand.to_string(),
    };
    let listed = response(shop.owner().limits.list_limit_templates(list).await);
    assert_eq!(listed.unwrap_err().reason, "NOT_FOUND");
    let reasons = template_reasons(shop.owner().limits, its_brand, &theirs).await;
    assert_eq!(reasons, ["NOT_FOUND"; 3]);
    let copy = CopyLimitsRequest {
        template_id: theirs.template_id.clone(),
        to_branch_ids: vec![ours.to_string()],
        ..CopyLimitsRequest::default()
    };
    let copied = response(shop.owner().limits.copy_limits(copy).await);
    assert_eq!(copied.unwrap_err().reason, "NOT_FOUND");

    // Nor under a brand of ours.
    let changed = LimitTemplate {
        brand_id: our_brand.to_string(),
        ..theirs
    };
    let request = SaveLimitTemplateRequest {
        template: Some(changed),
    };
    let saved = response(shop.owner().limits.save_limit_template(request).await);
    assert_eq!(saved.unwrap_err().reason, "NOT_FOUND");
}

#[tokio::test]
async fn staff_is_held_to_its_scope_in_limits_too() {
    let mut shop = Shop::open().await;
    let second = shop.branch_of(shop.brand).await;
    let template = saved_template(shop.owner().limits, shop.brand).await;
    let only_first = Scope {
        branches: [shop.branch].into(),
        ..Scope::default()
    };
    let staff = identities::staff(shop.org, &[("ops.capacity", Level::Manage)], only_first);
    let reasons = branch_reasons(shop.client(&staff).limits, shop.branch, second).await;
    assert_eq!(reasons, ["OUT_OF_SCOPE"; 8]);
    let reasons = template_reasons(shop.client(&staff).limits, shop.brand, &template).await;
    assert_eq!(
        reasons, ["OUT_OF_SCOPE"; 3],
        "a template is the whole brand's"
    );
    let take = CopyLimitsRequest {
        template_id: template.template_id,
        to_branch_ids: vec![shop.branch.to_string()],
        ..CopyLimitsRequest::default()
    };
    let taken = response(shop.client(&staff).limits.copy_limits(take).await).unwrap();
    assert_eq!(taken.limits[0].rules, template.rules);
}

#[tokio::test]
async fn who_may_only_look_changes_nothing() {
    let shop = Shop::open().await;
    let everywhere = Scope::whole_organisation();
    let staff = identities::staff(shop.org, &[("ops.capacity", Level::View)], everywhere);
    let set = SetLimitsRequest {
        branch_id: shop.branch.to_string(),
        ..SetLimitsRequest::default()
    };
    let refused = response(shop.client(&staff).limits.set_limits(set).await);
    assert_eq!(refused.unwrap_err().reason, "PERMISSION_DENIED");
    let reasons = template_reasons(
        shop.client(&staff).limits,
        shop.brand,
        &saved_template(shop.owner().limits, shop.brand).await,
    )
    .await;
    assert_eq!(reasons, ["PERMISSION_DENIED"; 3]);
}
