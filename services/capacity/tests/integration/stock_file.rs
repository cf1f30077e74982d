//! A branch's stock in a file: all of it or nothing.

use crate::common::{Shop, reason, response};
use chassis::id::SkuId;
use proto::capacity::v1::{
    ExportStockRequest, ImportStockRequest, ImportStockResponse, MovementKind, StockMode, StockName,
};

struct Files {
    shop: Shop,
    names: Vec<StockName>,
    tea: SkuId,
    cake: SkuId,
    new: SkuId,
}

async fn files() -> Files {
    let shop = Shop::open().await;
    let (tea, cake) = (shop.running(7).await, shop.daily(20).await);
    let new = SkuId::new(&chassis::clock::SystemClock);
    let name = |sku: SkuId, code: &str, name: &str, detail: &str| StockName {
        sku_id: sku.to_string(),
        code: code.to_owned(),
        name: name.to_owned(),
        detail: detail.to_owned(),
    };
    let names = vec![
        name(tea, "T01", "紅茶", "冷"),
        name(cake, "", "@蛋糕", ""),
        name(new, "T01", "紅茶", "熱"),
    ];
    shop.component("珍珠", 30).await;
    Files {
        shop,
        names,
        tea,
        cake,
        new,
    }
}

impl Files {
    async fn import(&self, file: &[u8], dry_run: bool) -> ImportStockResponse {
        let request = ImportStockRequest {
            branch_id: self.shop.branch.to_string(),
            names: self.names.clone(),
            content: file.to_vec().into(),
            dry_run,
            reason: "月底盤點".to_owned(),
        };
        response(self.shop.owner().stock.import_stock(request).await).unwrap()
    }

    async fn export(&self) -> Vec<u8> {
        let request = ExportStockRequest {
            branch_id: self.shop.branch.to_string(),
            names: self.names.clone(),
        };
        let answer = response(self.shop.owner().stock.export_stock(request).await).unwrap();
        answer.content.into()
    }
}

#[tokio::test]
async fn an_export_imports_to_the_same() {
    let files = files().await;
    files.shop.held(&[(files.tea, 2), (files.cake, 5)]).await;
    let before = files.shop.list().await;
    let file = files.export().await;
    let text = String::from_utf8(file.clone()).unwrap();
    assert!(text.contains("'@蛋糕"), "a formula is guarded: {text}");
    let done = files.import(&file, false).await;
    assert_eq!(
        (done.applied, done.created, done.updated, done.unchanged),
        (true, 0, 0, 4)
    );
    assert_eq!(files.shop.list().await, before);
}

#[tokio::test]
async fn a_dry_run_lists_everything_and_writes_nothing() {
    let files = files().await;
    let before = files.shop.list().await;
    let file = "code,name,variant,mode,quantity,daily_amount,low_threshold\n\
                T01,,冷,,9,,\nT01,,熱,running,4,,2\n,珍珠,,,30,,\n";
    let response = files.import(file.as_bytes(), true).await;
    assert!(!response.applied && response.problems.is_empty());
    assert_eq!(
        (response.created, response.updated, response.unchanged),
        (1, 1, 1)
    );
    assert_eq!(response.rows[0].detail, "quantity 7 → 9");
    assert_eq!(files.shop.list().await, before);

    let done = files.import(file.as_bytes(), false).await;
    assert!(done.applied);
    assert_eq!(files.shop.counters(files.tea).await, (9, 0, 9));
    let new = files.shop.item(files.new).await;
    assert_eq!(
        (new.mode(), new.on_hand, new.low_threshold),
        (StockMode::Running, 4, 2)
    );
    let again = files.import(file.as_bytes(), false).await;
    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 3));
}

#[tokio::test]
async fn one_bad_row_and_nothing_is_written() {
    let files = files().await;
    let before = files.shop.list().await;
    let file = "name,variant,quantity,mode\n紅茶,冷,9,\n不存在,,1,\n珍珠,,2.5,often\n";
    let done = files.import(file.as_bytes(), false).await;
    assert!(!done.applied);
    let problems: Vec<_> = done
        .problems
        .iter()
        .map(|it| (it.line, it.column.as_str(), it.reason.as_str()))
        .collect();
    assert_eq!(
        problems,
        [
            (3, "name", "ITEM_NOT_FOUND"),
            (4, "quantity", "VALIDATION_FAILED"),
            (4, "mode", "VALIDATION_FAILED"),
        ]
    );
    assert_eq!(files.shop.list().await, before);
}

#[tokio::test]
async fn an_imported_count_keeps_holds_and_stands_in_the_journal() {
    let files = files().await;
    files.shop.held(&[(files.tea, 5)]).await;
    files
        .import("code,variant,quantity\nT01,冷,3\n".as_bytes(), false)
        .await;
    assert_eq!(files.shop.counters(files.tea).await, (3, 5, 0));
    let request = proto::capacity::v1::ListStockMovementsRequest {
        branch_id: files.shop.branch.to_string(),
        sku_id: files.tea.to_string(),
        ..Default::default()
    };
    let journal = response(files.shop.owner().stock.list_stock_movements(request).await).unwrap();
    let last = &journal.movements[0];
    assert_eq!((last.kind(), last.quantity), (MovementKind::Counted, -4));
    assert_eq!(
        (last.reason.as_str(), last.actor.is_some()),
        ("月底盤點", true)
    );
}

#[tokio::test]
async fn what_is_no_table_is_refused() {
    let files = files().await;
    let request = ImportStockRequest {
        branch_id: files.shop.branch.to_string(),
        content: b"PK\x03\x04rest".to_vec().into(),
        ..Default::default()
    };
    let refused = response(files.shop.owner().stock.import_stock(request).await);
    assert_eq!(reason(refused), "FILE_TYPE");
}
