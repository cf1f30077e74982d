//! Units that move from one branch to another: both sides or neither.

use crate::common::{Shop, reason, response};
use chassis::id::{BranchId, SkuId};
use futures::future::join_all;
use proto::capacity::v1::{ListStockMovementsRequest, MovementKind, StockMode};

/// Two branches of one brand that count the same unit: 10 here, 4 there.
async fn pair() -> (Shop, BranchId, SkuId) {
    let mut shop = Shop::open().await;
    let second = shop.branch_of(shop.brand).await;
    let sku = shop.running(10).await;
    let first = shop.switch_to(second);
    shop.set_item(sku, StockMode::Running, 0, 0).await.unwrap();
    shop.record_movement(sku, MovementKind::Received, 4)
        .await
        .unwrap();
    shop.switch_to(first);
    (shop, second, sku)
}

async fn counters_at(shop: &mut Shop, branch: BranchId, sku: SkuId) -> (i64, i64, i64) {
    let before = shop.switch_to(branch);
    let counters = shop.counters(sku).await;
    shop.switch_to(before);
    counters
}

#[tokio::test]
async fn both_branches_and_both_journals_show_a_transfer() {
    let (mut shop, second, sku) = pair().await;
    let request = shop.transfer(sku, second, 3);
    let item = shop.transferred(request.clone()).await.unwrap();
    assert_eq!((item.on_hand, item.available), (7, 7));
    let again = shop.transferred(request.clone()).await.unwrap();
    assert_eq!(again, item, "the same key gives the first answer again");
    assert_eq!(counters_at(&mut shop, second, sku).await, (7, 0, 7));

    let mut returned_by = Vec::new();
    for branch in [shop.branch, second] {
        let request = ListStockMovementsRequest {
            branch_id: branch.to_string(),
            sku_id: sku.to_string(),
            ..Default::default()
        };
        let journal = response(shop.owner().stock.list_stock_movements(request).await).unwrap();
        let last = journal.movements[0].clone();
        assert_eq!(last.reason, "short over there");
        returned_by.push((
            last.kind(),
            last.quantity,
            last.on_hand_after,
            last.other_branch_id().to_owned(),
        ));
    }
    assert_eq!(
        returned_by,
        [
            (MovementKind::TransferredOut, -3, 7, second.to_string()),
            (MovementKind::TransferredIn, 3, 7, shop.branch.to_string()),
        ]
    );
    let other = proto::capacity::v1::TransferStockRequest {
        quantity: 4,
        ..request
    };
    assert_eq!(
        reason(shop.transferred(other).await),
        "IDEMPOTENCY_MISMATCH"
    );
}

#[tokio::test]
async fn units_are_transferred_only_where_both_branches_count_them() {
    let (mut shop, second, sku) = pair().await;
    let outsiders = shop
        .branch_of(chassis::id::BrandId::new(&chassis::clock::SystemClock))
        .await;
    let refused = shop.transferred(shop.transfer(sku, second, 11)).await;
    assert_eq!(reason(refused), "STOCK_NEGATIVE");
    let refused = shop.transferred(shop.transfer(sku, outsiders, 1)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.reason, "SKU_MISMATCH");
    assert_eq!(refused.fields[0].field, "to_branch_id");
    let refused = shop.transferred(shop.transfer(sku, shop.branch, 1)).await;
    assert_eq!(refused.unwrap_err().fields[0].field, "to_branch_id");
    let refused = shop.transferred(shop.transfer(sku, second, 0)).await;
    assert_eq!(refused.unwrap_err().fields[0].field, "quantity");
    assert_eq!(shop.counters(sku).await, (10, 0, 10));
    assert_eq!(counters_at(&mut shop, second, sku).await, (4, 0, 4));
}

#[tokio::test]
async fn opposite_transfers_at_once_lose_nothing_and_wait_for_nobody_in_a_circle() {
    let (mut shop, second, sku) = pair().await;
    let requests: Vec<_> = (0..16)
        .map(|n| {
            let mut request = shop.transfer(sku, second, 1 + n % 3);
            if n % 2 == 1 {
                std::mem::swap(&mut request.branch_id, &mut request.to_branch_id);
            }
            request
        })
        .collect();
    let outcomes = join_all(requests.into_iter().map(|it| shop.transferred(it))).await;
    for outcome in outcomes {
        if let Err(refused) = outcome {
            assert_eq!(refused.reason, "STOCK_NEGATIVE");
        }
    }
    let here = shop.counters(sku).await.0;
    let there = counters_at(&mut shop, second, sku).await.0;
    assert_eq!(here + there, 14);
}
