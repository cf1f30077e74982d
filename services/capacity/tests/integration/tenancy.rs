//! Nobody can access another organisation's branch, nor one outside their scope.

use crate::common::{Client, Shop, hold, response};
use chassis::{
    authn::{Identity, Level, Scope},
    error::Problem,
    id::{BranchId, BrandId, OrderId},
};
use proto::capacity::v1::{
    GetAvailabilityRequest, GetHoursRequest, HoldRequest, Hours, ListHoursVersionsRequest,
    ListSpecialDaysRequest, ListStockMovementsRequest, ListStockRequest, MovementKind,
    PreviewHoursRequest, ReleaseHoldRequest, RemoveSpecialDayRequest, SaveSpecialDayRequest,
    SetHoursRequest, SetStockItemRequest, SpecialDay, StockItem, StockMode, WithdrawHoursRequest,
    list_special_days_request,
};
use testkit::identities;

/// Calls every RPC that staff may call about `branch`, and returns the refusals.
async fn staff_refusals(shop: &Shop, mut staff: Client, branch: BranchId) -> Vec<Problem> {
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
        response(
            staff
                .hours
                .get_hours(GetHoursRequest {
                    branch_id: branch_id.clone(),
                })
                .await,
        )
        .err(),
        response(
            staff
                .hours
                .set_hours(SetHoursRequest {
                    hours: Some(hours),
                    ..SetHoursRequest::default()
                })
                .await,
        )
        .err(),
        response(
            staff
                .stock
                .list_stock(ListStockRequest {
                    branch_id: branch_id.clone(),
                })
                .await,
        )
        .err(),
        response(
            staff
                .stock
                .set_stock_item(SetStockItemRequest { item: Some(item) })
                .await,
        )
        .err(),
        response(staff.stock.record_stock_movement(movement).await).err(),
        response(staff.stock.list_stock_movements(movements).await).err(),
        response(
            staff
                .availability
                .get_availability(GetAvailabilityRequest {
                    branch_id,
                    ..Default::default()
                })
                .await,
        )
        .err(),
    ]
    .map(Option::unwrap)
    .into()
}

fn reasons(refusals: &[Problem]) -> Vec<&str> {
    refusals.iter().map(|problem| &*problem.reason).collect()
}

#[tokio::test]
async fn another_organisations_branch_is_not_found_by_any_rpc() {
    let mut shop = Shop::open().await;
    let (other, its_branch) = shop.other_organisation().await;
    let refusals = staff_refusals(&shop, shop.owner(), its_branch).await;
    assert_eq!(reasons(&refusals), ["NOT_FOUND"; 7]);
    // Nothing tells it from a branch that never was.
    let unknown = BranchId::new(&chassis::clock::SystemClock);
    let of_unknown = staff_refusals(&shop, shop.owner(), unknown).await;
    assert_eq!(format!("{refusals:?}"), format!("{of_unknown:?}"));

    let body = HoldRequest {
        branch_id: its_branch.to_string(),
        ..shop.order(&[])
    };
    assert_eq!(shop.hold(body).await.unwrap_err().reason, "NOT_FOUND");

    let sku = shop.running(1).await;
    let order = shop.held(&[(sku, 1)]).await;
    let request = ReleaseHoldRequest {
        order_id: order.to_string(),
        branch_id: shop.branch.to_string(),
    };
    let mut outsider = shop.client(&identities::service("ordering", other));
    assert!(
        !outsider
            .holds
            .release_hold(request)
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
    let (other, its_branch) = shop.other_organisation().await;
    let ours = shop.order(&[]);
    let theirs = HoldRequest {
        order_id: OrderId::new(&chassis::clock::SystemClock).to_string(),
        branch_id: its_branch.to_string(),
        ..ours.clone()
    };
    shop.hold(ours).await.unwrap();
    let outsider = shop.client(&identities::service("ordering", other));
    assert_eq!(
        hold(outsider, theirs.clone()).await.unwrap().order_id,
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
    let refusals = staff_refusals(&shop, shop.client(&staff), shop.branch).await;
    assert_eq!(reasons(&refusals), ["OUT_OF_SCOPE"; 7]);
}

/// Calls every RPC of hours about `branch` and `special_day_id`, and returns the reasons.
async fn hours_reasons(
    mut staff: crate::common::HoursClient,
    branch: BranchId,
    special_day_id: &str,
) -> Vec<String> {
    let branch_id = branch.to_string();
    let day = SpecialDay {
        branch_id: Some(branch_id.clone()),
        name: "公休".to_owned(),
        from_date: "2026-09-05".to_owned(),
        to_date: "2026-09-05".to_owned(),
        ..SpecialDay::default()
    };
    let versions = ListHoursVersionsRequest {
        branch_id: branch_id.clone(),
        ..Default::default()
    };
    let withdrawal = WithdrawHoursRequest {
        branch_id: branch_id.clone(),
        number: 1,
        ..Default::default()
    };
    let preview = PreviewHoursRequest {
        branch_id: branch_id.clone(),
        ..Default::default()
    };
    let days = ListSpecialDaysRequest {
        owner: Some(list_special_days_request::Owner::BranchId(branch_id)),
    };
    let saving = SaveSpecialDayRequest {
        idempotency_key: "once".to_owned(),
        special_day: Some(day),
        ..Default::default()
    };
    let removal = RemoveSpecialDayRequest {
        special_day_id: special_day_id.to_owned(),
        version: 1,
        ..Default::default()
    };
    [
        response(staff.list_hours_versions(versions).await).err(),
        response(staff.withdraw_hours(withdrawal).await).err(),
        response(staff.preview_hours(preview).await).err(),
        response(staff.list_special_days(days).await).err(),
        response(staff.save_special_day(saving).await).err(),
        response(staff.remove_special_day(removal).await).err(),
    ]
    .map(|problem| problem.map_or_else(String::new, |problem| problem.reason.to_string()))
    .to_vec()
}

/// Saves a special day of a branch and returns its id.
async fn special_day(mut staff: crate::common::HoursClient, branch: BranchId) -> String {
    let day = SpecialDay {
        branch_id: Some(branch.to_string()),
        name: "公休".to_owned(),
        from_date: "2026-10-10".to_owned(),
        to_date: "2026-10-10".to_owned(),
        ..SpecialDay::default()
    };
    let request = SaveSpecialDayRequest {
        idempotency_key: "first".to_owned(),
        special_day: Some(day),
        ..Default::default()
    };
    let answer = staff.save_special_day(request).await.unwrap().into_inner();
    answer.special_day.unwrap().special_day_id
}

#[tokio::test]
async fn another_organisations_hours_and_special_days_are_not_found() {
    let mut shop = Shop::open().await;
    let (other, its_branch) = shop.other_organisation().await;
    let theirs = special_day(shop.client(&identities::owner(other)).hours, its_branch).await;
    let reasons = hours_reasons(shop.owner().hours, its_branch, &theirs).await;
    assert_eq!(reasons, ["NOT_FOUND"; 6]);

    let ours = special_day(shop.owner().hours, shop.branch).await;
    let elsewhere = Scope {
        organisation: false,
        brands: [BrandId::new(&chassis::clock::SystemClock)].into(),
        branches: Default::default(),
    };
    let staff = identities::staff(shop.org, &[("store.hours", Level::Manage)], elsewhere);
    let reasons = hours_reasons(shop.client(&staff).hours, shop.branch, &ours).await;
    assert_eq!(reasons, ["OUT_OF_SCOPE"; 6]);
}
