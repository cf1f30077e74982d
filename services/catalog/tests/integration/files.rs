//! Import and export of products.

use crate::common::{Shop, fields, ok, refused, wire};
use proto::catalog::v1::{ImportProductsResponse, SaveOptionGroupRequest};

const MENUS: [(&str, &[u8]); 3] = [
    ("formula-names", include_bytes!("data/formula_names.csv")),
    ("long-names", include_bytes!("data/long_names.csv")),
    ("repeated-names", include_bytes!("data/repeated_names.csv")),
];

fn lines(menu: &[u8]) -> i32 {
    let count = String::from_utf8_lossy(menu).lines().count() - 1;
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn counts(report: &ImportProductsResponse) -> (i32, i32, i32) {
    (report.created, report.updated, report.unchanged)
}

#[tokio::test]
async fn real_menus_are_imported_and_nothing_changes_the_second_time() {
    let shop = Shop::open().await;
    for (slug, menu) in MENUS {
        let (brand, _) = shop.brand(slug).await;
        let first = shop.import(&brand.brand_id, menu).await;
        assert!(first.applied, "{slug}: {:?}", first.problems);
        assert_eq!(counts(&first), (lines(menu), 0, 0), "{slug}");
        let second = shop.import(&brand.brand_id, menu).await;
        assert_eq!(counts(&second), (0, 0, lines(menu)), "{slug}");
        assert_eq!(second.categories_created, 0, "{slug}");
    }
    shop.close().await;
}

#[tokio::test]
async fn an_export_imports_to_the_same_and_stays_the_same() {
    let shop = Shop::open().await;
    for (slug, menu) in MENUS {
        let (brand, _) = shop.brand(slug).await;
        let request = SaveOptionGroupRequest {
            brand_id: brand.brand_id.clone(),
            option_group: Some(wire::sweetness()),
        };
        let group = ok(shop.owner().save_option_group(request).await)
            .option_group
            .unwrap();
        let mut import = wire::import(&brand.brand_id, menu);
        import.option_group_ids = vec![group.option_group_id];
        ok(shop.owner().import_products(import).await);

        let before = shop.products(&brand.brand_id).await;
        let exported = shop.export(&brand.brand_id).await;
        let report = shop.import(&brand.brand_id, &exported).await;
        assert_eq!(
            counts(&report),
            (0, 0, lines(menu)),
            "{slug}: {:?}",
            report.problems
        );
        assert_eq!(shop.products(&brand.brand_id).await, before, "{slug}");
        assert_eq!(shop.export(&brand.brand_id).await, exported, "{slug}");
    }
}

/// The demo's menus, with rows of what was once folded or taken for something else.
const TYPED: &str = "category,name,price_cold,price_hot\r\n\
    水果茶,凍檸ＱＱ,65,\r\n\
    鮮果／現打,桔．子Ｑ茶,60,\r\n\
    ①人氣,Ｃｈｅｅｓｅ　奶蓋（大）,70,65\r\n\
    ദ്ദി ˉ͈̀꒳ˉ͈́ ) 推推,大●紅茶½,40,40\r\n\
    café,cafe\u{301} ㎏,80,\r\n\
    Cheese奶蓋茶,@從前|奶茶\\,50,\r\n";

#[tokio::test]
async fn text_comes_back_from_a_file_as_it_was_typed() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let first = shop.import(&brand.brand_id, TYPED.as_bytes()).await;
    assert_eq!(counts(&first), (6, 0, 0), "{:?}", first.problems);
    let again = shop.import(&brand.brand_id, TYPED.as_bytes()).await;
    assert_eq!(counts(&again), (0, 0, 6));

    let exported = shop.export(&brand.brand_id).await;
    let report = shop.import(&brand.brand_id, &exported).await;
    assert_eq!(counts(&report), (0, 0, 6), "{:?}", report.rows);
    assert_eq!(shop.export(&brand.brand_id).await, exported);
    let text = String::from_utf8(exported).unwrap();
    for typed in [
        "水果茶,凍檸ＱＱ,65,",
        "鮮果／現打,桔．子Ｑ茶,60,",
        "①人氣,Ｃｈｅｅｓｅ　奶蓋（大）,70,65",
        "ദ്ദി ˉ͈̀꒳ˉ͈́ ) 推推,大●紅茶½,40,40",
        "café,café ㎏,80,",
        "Cheese奶蓋茶,'@從前|奶茶\\,50,",
    ] {
        assert!(text.contains(typed), "{typed} in {text}");
    }
}

#[tokio::test]
async fn a_column_that_is_not_in_the_file_changes_nothing() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let menu = "category,name,price_cold,price_hot,name_en,station\n茶,紅茶,25,30,Black tea,吧台\n茶,綠茶,25,,Green tea,吧台\n";
    shop.import(&brand.brand_id, menu.as_bytes()).await;
    let before = shop.products(&brand.brand_id).await;

    let cold = "category,name,price_cold\n茶,紅茶,25\n茶,綠茶,25\n";
    let report = shop.import(&brand.brand_id, cold.as_bytes()).await;
    assert_eq!(counts(&report), (0, 0, 2));
    let codes = "code,make_seconds\nP00001,45\nP00002,50\n";
    let report = shop.import(&brand.brand_id, codes.as_bytes()).await;
    assert_eq!(counts(&report), (0, 2, 0));
    assert_eq!(report.losing, 0);
    let after = shop.products(&brand.brand_id).await;
    assert_eq!(after[0].variants, before[0].variants);
    assert_eq!(
        (&*after[0].name_en, after[0].make_seconds),
        ("Black tea", 45)
    );
}

#[tokio::test]
async fn what_a_file_takes_away_is_reported_before_it_is_written() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let menu = "category,name,price_cold,price_hot,more_categories,name_en\n\
        茶,紅茶,25,30,推薦|熱銷,Black tea\n茶,綠茶,25,30,推薦,\n茶,青茶,25,,,\n";
    shop.import(&brand.brand_id, menu.as_bytes()).await;
    let before = shop.products(&brand.brand_id).await;
    let fewer = "category,name,price_cold,price_hot,more_categories,name_en\n\
        茶,青茶,30,,,\n茶,紅茶,25,,熱銷,\n茶,綠茶,25,,,\n";
    let mut request = wire::import(&brand.brand_id, fewer.as_bytes());
    request.dry_run = true;
    let report = ok(shop.owner().import_products(request).await);
    assert_eq!((report.updated, report.losing), (3, 2));
    let removals: Vec<(&str, &str, i32)> = report
        .removals
        .iter()
        .map(|it| (&*it.column, &*it.item, it.products))
        .collect();
    assert_eq!(
        removals,
        [
            ("more_categories", "推薦", 2),
            ("price_hot", "", 2),
            ("name_en", "", 1),
        ]
    );
    let first = &report.rows[0];
    assert_eq!(
        (first.line, &*first.name),
        (3, "紅茶"),
        "what loses something comes first"
    );
    assert_eq!(first.changes[0].removed, ["推薦"]);
    assert_eq!(shop.products(&brand.brand_id).await, before);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_with_certainty_is_refused_with_its_line() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let menu = "category,name,price_cold\n茶,紅茶,25\n茶,綠茶,25\n";
    let mut cut = menu.as_bytes().to_vec();
    let at = menu.find('綠').unwrap();
    cut.remove(at + 1);
    let problem = refused(
        shop.owner()
            .import_products(wire::import(&brand.brand_id, &cut))
            .await,
    );
    assert_eq!(
        (&*problem.reason, &*problem.params["line"]),
        ("FILE_TYPE", "3")
    );
    assert!(shop.products(&brand.brand_id).await.is_empty());
}

#[tokio::test]
async fn codes_that_only_look_like_numbers_come_back_as_they_are() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let codes = ["007", "7", "90.750", "90.75", "1E5", "2026-11"];
    let rows: String = codes
        .iter()
        .map(|code| format!("{code},茶,茶 {code},25\n"))
        .collect();
    let file = format!("code,category,name,price_cold\n{rows}");
    assert_eq!(
        counts(&shop.import(&brand.brand_id, file.as_bytes()).await),
        (6, 0, 0)
    );
    let exported = shop.export(&brand.brand_id).await;
    let report = shop.import(&brand.brand_id, &exported).await;
    assert_eq!(counts(&report), (0, 0, 6));
    let stored = shop.products(&brand.brand_id).await;
    let stored: Vec<&str> = stored.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(stored, codes);
}

#[tokio::test]
async fn an_export_defuses_formulas() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    shop.import(&brand.brand_id, MENUS[0].1).await;
    let exported = String::from_utf8(shop.export(&brand.brand_id).await).unwrap();
    assert!(exported.starts_with('\u{feff}'));
    assert!(exported.contains(",'@從前奶茶,"), "{exported}");
}

#[tokio::test]
async fn a_dry_run_writes_nothing() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let mut request = wire::import(&brand.brand_id, MENUS[1].1);
    request.dry_run = true;
    let report = ok(shop.owner().import_products(request).await);
    assert_eq!(counts(&report), (lines(MENUS[1].1), 0, 0));
    assert!(!report.applied);
    assert_eq!(report.rows[0].change, "created");
    assert!(shop.products(&brand.brand_id).await.is_empty());
}

#[tokio::test]
async fn with_a_bad_row_nothing_is_written_and_every_bad_row_is_reported() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let file = "category,name,price_cold,price_hot\n茶,紅茶,25,\n茶,綠茶,二十,\n,青茶,1000000,\n茶,紅茶,25,\n";
    let report = shop.import(&brand.brand_id, file.as_bytes()).await;
    assert!(!report.applied);
    let problems: Vec<(i32, &str, &str, &str)> = report
        .problems
        .iter()
        .map(|it| {
            (
                it.line,
                it.column.as_str(),
                it.reason.as_str(),
                it.value.as_str(),
            )
        })
        .collect();
    assert_eq!(
        problems,
        [
            (3, "price_cold", "VALIDATION_FAILED", "二十"),
            (4, "category", "VALIDATION_FAILED", ""),
            (4, "price_cold", "AMOUNT_OUT_OF_RANGE", "1000000"),
            (5, "name", "CODE_TAKEN", "紅茶"),
        ]
    );
    assert!(shop.products(&brand.brand_id).await.is_empty());
}

#[tokio::test]
async fn a_changed_price_is_the_only_change_and_keeps_the_variant() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let file = "category,name,price_cold,price_hot\n茶,紅茶,25,30\n茶,綠茶,25,\n";
    shop.import(&brand.brand_id, file.as_bytes()).await;
    let before = shop.products(&brand.brand_id).await;
    let report = shop
        .import(&brand.brand_id, file.replace("25,30", "35,30").as_bytes())
        .await;
    assert_eq!(counts(&report), (0, 1, 1));
    let change = &report.rows[0].changes[0];
    assert_eq!(
        (&*change.column, &*change.before, &*change.after),
        ("price_cold", "25", "35")
    );
    assert_eq!((report.losing, report.removals.len()), (0, 0));
    let after = shop.products(&brand.brand_id).await;
    assert_eq!(
        after[0].variants[0].variant_id,
        before[0].variants[0].variant_id
    );
    assert_eq!(after[0].variants[0].price, 35);
    assert_eq!((after[0].version, after[1].version), (2, 1));
}

#[tokio::test]
async fn files_that_are_no_menu_are_refused_whole() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let mut owner = shop.owner();
    let sheet = wire::import(&brand.brand_id, b"PK\x03\x04");
    assert_eq!(
        refused(owner.import_products(sheet).await).reason,
        "FILE_TYPE"
    );
    let mut many = String::from("category,name,price_cold\n");
    many.push_str(&"茶,紅茶,25\n".repeat(20_001));
    let many = wire::import(&brand.brand_id, many.as_bytes());
    assert_eq!(
        refused(owner.import_products(many).await).reason,
        "FILE_TOO_LARGE"
    );
    let mut foreign = wire::import(&brand.brand_id, MENUS[0].1);
    foreign.option_group_ids = vec![brand.brand_id.clone()];
    let problem = refused(owner.import_products(foreign).await);
    assert_eq!(problem.reason, "NOT_FOUND");
    assert_eq!(fields(&problem), [("option_group_ids[0]", "NOT_FOUND")]);
}

#[tokio::test]
async fn the_largest_file_is_written_as_sets() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let mut file = String::from("category,name,price_cold,price_hot\n");
    for number in 0..20_000 {
        file.push_str(&format!("分類{},商品{number},25,30\n", number % 40));
    }
    let report = shop.import(&brand.brand_id, file.as_bytes()).await;
    assert_eq!(counts(&report), (20_000, 0, 0));
    assert_eq!((report.categories_created, report.rows.len()), (40, 200));
}
