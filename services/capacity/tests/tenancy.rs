//! Nobody reaches another organisation's branch, nor one outside their scope.

mod common;

use chassis::{
    authn::{Identity, Level, Scope},
    id::{BranchId, BrandId, OrderId},
};
use common::{Client, Shop, hold, told};
use proto::capacity::v1::{
    GetAvailabilityRequest, GetHoursRequest, HoldRequestBody, Hours, ListStockMovementsRequest,
    ListStockRequest, MovementKind, ReleaseRequest, SetHoursRequest, SetStockItemRequest,
    StockItem, StockMode,
};
use testkit::identities;

/// Calls every RPC that staff may call about `branch`, and tells the reasons.
async fn staff_reasons(shop: &Shop, mut staff: Client, branch: BranchId) -> Vec<String> {
    let branch_id = branch.to_string();
    let sku = shop.running(5).await;
    let hours = Hours {
        branch_id: branch_id.clone(),
        slot_minutes: 15,
        ..Hours::default()
    };
    let item = StockItem {
        branch_id: branch_id.clone(),
        sku_id: sku.to_string(),
        mode: StockMode::Running.into(),
        ..StockItem::default()
    };
    let mut movement = shop.movement(sku, MovementKind::Received, 1);
    movement.branch_id.clone_from(&branch_id);
    let movements = ListStockMovementsRequest {
        branch_id: branch_id.clone(),
        sku_id: sku.to_string(),
        ..Default::default()
    };
    [
        told(
            staff
                .get_hours(GetHoursRequest {
                    branch_id: branch_id.clone(),
                })
                .await,
        )
        .err(),
        told(
            staff
                .set_hours(SetHoursRequest { hours: Some(hours) })
                .await,
        )
        .err(),
        told(
            staff
                .list_stock(ListStockRequest {
                    branch_id: branch_id.clone(),
                })
                .await,
        )
        .err(),
        told(
            staff
                .set_stock_item(SetStockItemRequest { item: Some(item) })
                .await,
        )
        .err(),
        told(staff.move_stock(movement).await).err(),
        told(staff.list_stock_movements(movements).await).err(),
        told(
            staff
                .get_availability(GetAvailabilityRequest { branch_id })
                .await,
        )
        .err(),
    ]
    .map(|problem| problem.map_or_else(String::new, |problem| problem.reason.into_owned()))
    .to_vec()
}

#[tokio::test]
async fn another_organisations_branch_is_not_found_by_any_rpc() {
    let mut shop = Shop::open().await;
    let (other, its_branch) = shop.neighbour().await;
    let reasons = staff_reasons(&shop, shop.owner(), its_branch).await;
    assert_eq!(reasons, ["NOT_FOUND"; 7]);

    let body = HoldRequestBody {
        branch_id: its_branch.to_string(),
        ..shop.order(&[])
    };
    assert_eq!(shop.hold(body).await.unwrap_err().reason, "NOT_FOUND");

    let sku = shop.running(1).await;
    let order = shop.held(&[(sku, 1)]).await;
    let request = ReleaseRequest {
        order_id: order.to_string(),
        branch_id: shop.branch.to_string(),
    };
    let mut stranger = shop.client(&identities::service("ordering", other));
    assert!(
        !stranger
            .release(request)
            .await
            .unwrap()
            .into_inner()
            .released
    );
    assert_eq!(shop.counters(sku).await, (1, 1, 0));
}

#[tokio::test]
async fn the_same_key_in_two_organisations_is_two_holds() {
    let mut shop = Shop::open().await;
    let (other, its_branch) = shop.neighbour().await;
    let ours = shop.order(&[]);
    let theirs = HoldRequestBody {
        order_id: OrderId::new(&chassis::clock::SystemClock).to_string(),
        branch_id: its_branch.to_string(),
        ..ours.clone()
    };
    shop.hold(ours).await.unwrap();
    let stranger = shop.client(&identities::service("ordering", other));
    assert_eq!(
        hold(stranger, theirs.clone()).await.unwrap().order_id,
        theirs.order_id
    );
}

#[tokio::test]
async fn staff_is_held_to_its_scope() {
    let shop = Shop::open().await;
    let elsewhere = Scope {
        organisation: false,
        brands: [BrandId::new(&chassis::clock::SystemClock)].into(),
        branches: Default::default(),
    };
    let permissions = [("store.hours", Level::Manage), ("ops.stock", Level::Manage)];
    let staff: Identity = identities::staff(shop.org, &permissions, elsewhere);
    let reasons = staff_reasons(&shop, shop.client(&staff), shop.branch).await;
    assert_eq!(reasons, ["OUT_OF_SCOPE"; 7]);
}
