use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::stock::{Rules, file, running_day};

fn sku(n: u128) -> SkuId {
    SkuId::from_uuid(Uuid::from_u128(n))
}

fn name(n: u128, code: &str, name: &str, detail: &str) -> Name {
    Name {
        sku_id: sku(n),
        code: code.to_owned(),
        name: name.to_owned(),
        detail: detail.to_owned(),
    }
}

fn item(n: u128, mode: StockMode, daily_amount: i64, low_threshold: i64) -> (SkuId, StockItem) {
    let item = StockItem {
        sku_id: sku(n),
        mode,
        daily_amount,
        low_threshold,
        rules: Rules::default(),
        received_until: None,
        version: 1,
    };
    (sku(n), item)
}

fn today() -> BusinessDay {
    "2026-09-02".parse().unwrap()
}

/// Plans `file` against two teas, pearls and a nameless unit.
fn planned(file: &str) -> Plan {
    with_stock(|stock| {
        let (rows, problems) = file::read(file.as_bytes()).unwrap();
        assert_eq!(problems, []);
        plan(stock, &rows)
    })
}

fn with_stock<T>(act: impl FnOnce(&Stock<'_>) -> T) -> T {
    let names = [
        name(1, "T01", "紅茶", "冷"),
        name(2, "T01", "紅茶", "熱"),
        name(3, "", "珍珠", "加料"),
        name(4, "C9", "蛋糕", ""),
    ];
    let items = [
        item(1, StockMode::Running, 0, 3),
        item(4, StockMode::Daily, 20, 0),
        item(9, StockMode::Running, 0, 0),
    ];
    let bucket = |on_hand| Bucket {
        on_hand,
        ..Bucket::default()
    };
    let buckets = [
        ((sku(1), running_day()), bucket(7)),
        ((sku(4), today()), bucket(15)),
    ];
    act(&Stock {
        names: &names,
        items: &items.into(),
        buckets: &buckets.into(),
        today: today(),
    })
}

fn summary(plan: &Plan) -> Vec<(u64, &str, &str)> {
    let problems = plan.problems.iter();
    problems
        .map(|it| (it.line, it.column.as_str(), &*it.reason))
        .collect()
}

#[test]
fn a_row_finds_its_unit_by_code_or_name_and_says_what_changes() {
    let plan = planned(
        "code,name,variant,mode,quantity,daily_amount,low_threshold\n\
         T01,,冷,,９,,\n,珍珠,,running,30,,5\nC9,,,,,25,\n",
    );
    assert_eq!(summary(&plan), []);
    let details: Vec<_> = plan
        .rows
        .iter()
        .map(|row| (row.after.sku_id, row.detail(), row.count))
        .collect();
    assert_eq!(
        details,
        [
            (sku(1), "quantity 7 → 9", Some(9)),
            (
                sku(3),
                "mode untracked → running, quantity 0 → 30, low_threshold 0 → 5",
                Some(30)
            ),
            (sku(4), "daily_amount 20 → 25", None),
        ]
        .map(|(sku_id, detail, count)| (sku_id, detail.to_owned(), count))
    );
}

#[test]
fn every_bad_cell_is_named_with_line_and_column() {
    let plan = planned(
        "code,name,variant,mode,quantity,daily_amount,low_threshold\n\
         X1,,,,,,\n,不存在,,,,,\nT01,,,,,,\nC9,,,weekly,1.5,-1,1000000\n,珍珠,,,4,,\nC9,,,,,,\nC9,,,,,,\n",
    );
    assert_eq!(
        summary(&plan),
        [
            (2, "code", "ITEM_NOT_FOUND"),
            (3, "name", "ITEM_NOT_FOUND"),
            (4, "variant", "VALIDATION_FAILED"),
            (5, "daily_amount", "VALIDATION_FAILED"),
            (5, "low_threshold", "VALIDATION_FAILED"),
            (5, "quantity", "VALIDATION_FAILED"),
            (5, "mode", "VALIDATION_FAILED"),
            (6, "quantity", "VALIDATION_FAILED"),
            (7, "code", "VALIDATION_FAILED"),
            (8, "code", "VALIDATION_FAILED"),
        ]
    );
}

#[test]
fn an_export_comes_back_without_a_change() {
    with_stock(|stock| {
        let file = file::write(&export(stock)).unwrap();
        let (rows, problems) = file::read(&file).unwrap();
        let plan = plan(stock, &rows);
        assert_eq!((problems, plan.problems), (vec![], vec![]));
        assert_eq!(plan.rows.len(), 5, "what has no name travels by its id");
        for row in plan.rows {
            assert_eq!((row.changes, row.before), (Vec::new(), row.after));
        }
    });
}

proptest! {
    /// Whatever things are called, even alike, with formulas or like an id.
    #[test]
    fn export_then_import_changes_nothing(
        called in prop::collection::vec(("[A=-]{0,2}", "[=茶a'@]{0,3}", "[冷+]{0,1}", 0_i64..30), 1..12),
    ) {
        let names: Vec<_> = called.iter().zip(1..)
            .map(|((code, called, detail, _), n)| name(n, code, called, detail)).collect();
        let items: HashMap<_, _> = (1..=called.len() as u128)
            .map(|n| item(n, MODES[n as usize % 3], 20, n as i64)).collect();
        let buckets: HashMap<_, _> = called.iter().zip(1..).filter_map(|((.., on_hand), n)| {
            let day = items[&sku(n)].bucket_day(today(), today())?;
            Some(((sku(n), day), Bucket { on_hand: *on_hand, ..Bucket::default() }))
        }).collect();
        let stock = Stock { names: &names, items: &items, buckets: &buckets, today: today() };
        let file = file::write(&export(&stock)).unwrap();
        let (rows, _) = file::read(&file).unwrap();
        let plan = plan(&stock, &rows);
        prop_assert_eq!(&plan.problems, &vec![]);
        prop_assert_eq!(plan.rows.len(), names.len());
        for row in plan.rows {
            prop_assert_eq!(&row.changes, &[]);
        }
    }
}
