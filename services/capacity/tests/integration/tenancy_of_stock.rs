//! Nobody can access another organisation's stock, recipes or components, nor those outside their scope.

use crate::common::{Shop, StockClient, response};
use chassis::{
    authn::{Level, Scope},
    id::{BranchId, BrandId},
};
use proto::capacity::v1::{
    Component, ExportStockRequest, ImportStockRequest, ListRecipeVersionsRequest,
    ListShortOrdersRequest, SaveComponentRequest, SetRecipeRequest,
};
use testkit::identities;

/// Calls every RPC about `branch` and `brand`, and returns the reasons; a transfer goes both ways.
async fn reasons(
    shop: &Shop,
    mut staff: StockClient,
    branch: BranchId,
    brand: BrandId,
) -> Vec<String> {
    let (branch_id, brand_id) = (branch.to_string(), brand.to_string());
    let sku = shop.running(5).await;
    let sku_id = sku.to_string();
    let component = Component {
        brand_id: brand_id.clone(),
        name: "珍珠".to_owned(),
        ..Component::default()
    };
    let save = SaveComponentRequest {
        idempotency_key: "k".to_owned(),
        component: Some(component),
    };
    let mut recipe = shop.recipe(sku, &[], 0);
    recipe.brand_id.clone_from(&brand_id);
    let recipe = SetRecipeRequest {
        recipe: Some(recipe),
    };
    let versions = ListRecipeVersionsRequest {
        brand_id,
        sku_id: sku_id.clone(),
    };
    let to = shop.transfer(sku, branch, 1);
    let mut from = shop.transfer(sku, shop.branch, 1);
    from.branch_id.clone_from(&branch_id);
    let short = ListShortOrdersRequest {
        branch_id: branch_id.clone(),
        sku_id,
    };
    let export = ExportStockRequest {
        branch_id: branch_id.clone(),
        names: Vec::new(),
    };
    let import = ImportStockRequest {
        branch_id,
        content: b"name\n".to_vec().into(),
        ..Default::default()
    };
    [
        response(staff.save_component(save).await).err(),
        response(staff.set_recipe(recipe).await).err(),
        response(staff.list_recipe_versions(versions).await).err(),
        response(staff.transfer_stock(from).await).err(),
        response(staff.list_short_orders(short).await).err(),
        response(staff.export_stock(export).await).err(),
        response(staff.import_stock(import).await).err(),
        response(staff.transfer_stock(to).await).err(),
    ]
    .map(|problem| problem.map_or_else(String::new, |problem| problem.reason.to_string()))
    .to_vec()
}

#[tokio::test]
async fn another_organisations_stock_is_not_found_by_any_rpc() {
    let mut shop = Shop::open().await;
    let ours = (shop.org, shop.brand, shop.branch);
    shop.brand = BrandId::new(&chassis::clock::SystemClock);
    let its_brand = shop.brand;
    let (_, its_branch) = shop.other_organisation().await;
    (shop.org, shop.brand, shop.branch) = ours;
    let reasons = reasons(&shop, shop.owner().stock, its_branch, its_brand).await;
    assert_eq!(reasons, ["NOT_FOUND"; 8]);
}

#[tokio::test]
async fn staff_is_held_to_its_scope_in_stock_too() {
    let mut shop = Shop::open().await;
    let second = shop.branch_of(shop.brand).await;
    let only_first = Scope {
        organisation: false,
        brands: Default::default(),
        branches: [shop.branch].into(),
    };
    let staff = identities::staff(shop.org, &[("ops.stock", Level::Manage)], only_first);
    let reasons = reasons(&shop, shop.client(&staff).stock, second, shop.brand).await;
    assert_eq!(reasons, ["OUT_OF_SCOPE"; 8]);
}
