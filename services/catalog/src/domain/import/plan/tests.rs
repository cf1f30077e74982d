use chassis::id::VariantId;
use proptest::prelude::*;

use super::*;
use crate::domain::{
    export,
    import::{row, table::Table},
    samples,
};

fn planned(catalogue: &Catalogue, file: &[u8]) -> Plan {
    planned_with(catalogue, file, &[])
}

fn planned_with(catalogue: &Catalogue, file: &[u8], groups: &[OptionGroupId]) -> Plan {
    let (rows, problems) = row::parse_all(&Table::read(file).unwrap());
    assert_eq!(problems, []);
    let clock = samples::clock();
    let against = Against {
        catalogue,
        default_groups: groups,
        first_code_number: 1,
        clock: &clock,
    };
    plan(&against, rows)
}

/// The catalogue after the plan has been written.
fn applied(catalogue: &Catalogue, plan: &Plan) -> Catalogue {
    let mut after = catalogue.clone();
    after.categories.extend(plan.new_categories.clone());
    for product in &mut after.products {
        if let Some(changed) = plan.updated.iter().find(|changed| changed.id == product.id) {
            product.clone_from(changed);
        }
    }
    after.products.extend(plan.created.clone());
    after
}

fn counts(plan: &Plan) -> (usize, usize, usize, usize) {
    (
        plan.created.len(),
        plan.updated.len(),
        plan.unchanged,
        plan.problems.len(),
    )
}

const MENU: &str =
    "category,name,price_cold,price_hot\n茶,紅茶,25,25\n奶茶,鮮奶茶,50,\n茶,綠茶,,25\n";

/// What changes in the product of a row: `price_cold 30 → 35; …`.
fn changes(plan: &Plan, row: usize) -> String {
    let columns = plan.rows[row].columns.iter();
    let reported = columns.map(|it| format!("{} {} → {}", it.column, it.before, it.after));
    reported.collect::<Vec<_>>().join("; ")
}

/// What a file takes away: column, item, from how many products.
fn removed(plan: &Plan) -> Vec<(&'static str, String, usize)> {
    let changes = plan.rows.iter().flat_map(|row| &row.columns);
    let removals = sum_up(changes).into_iter();
    removals
        .map(|it| (it.column, it.item, it.products))
        .collect()
}

#[test]
fn a_menu_makes_categories_and_products_in_the_order_of_the_file() {
    let empty = Catalogue::default();
    let plan = planned(&empty, MENU.as_bytes());
    assert_eq!(counts(&plan), (3, 0, 0, 0));
    let names: Vec<_> = plan
        .new_categories
        .iter()
        .map(|it| (&*it.name, it.position))
        .collect();
    assert_eq!(names, [("茶", 0), ("奶茶", 1)]);
    let products: Vec<_> = plan
        .created
        .iter()
        .map(|it| (&*it.details.code, &*it.details.name, it.position))
        .collect();
    assert_eq!(
        products,
        [
            ("P00001", "紅茶", 0),
            ("P00002", "鮮奶茶", 0),
            ("P00003", "綠茶", 1)
        ]
    );
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let after = applied(
        &Catalogue::default(),
        &planned(&Catalogue::default(), MENU.as_bytes()),
    );
    let again = planned(&after, MENU.as_bytes());
    assert_eq!(counts(&again), (0, 0, 3, 0));
    assert!(again.new_categories.is_empty());
}

#[test]
fn a_changed_price_is_reported_and_keeps_the_variant() {
    let before = applied(
        &Catalogue::default(),
        &planned(&Catalogue::default(), MENU.as_bytes()),
    );
    let dearer = MENU.replace("紅茶,25,25", "紅茶,30,");
    let plan = planned(&before, dearer.as_bytes());
    assert_eq!(counts(&plan), (0, 1, 2, 0));
    assert_eq!(changes(&plan, 0), "price_cold 25 → 30; price_hot 25 → ");
    assert_eq!(removed(&plan), [("price_hot", String::new(), 1)]);
    assert_eq!(
        plan.updated[0].variants[0].id,
        before.products[0].variants[0].id
    );
}

#[test]
fn a_file_without_stations_leaves_them_and_an_empty_cell_takes_them_away() {
    let first = "category,name,price_cold,station,print_tag\n茶,紅茶,25,吧台,冷飲\n";
    let before = applied(
        &Catalogue::default(),
        &planned(&Catalogue::default(), first.as_bytes()),
    );
    let details = &before.products[0].details;
    assert_eq!((&*details.station, &*details.print_tag), ("吧台", "冷飲"));

    let silent = planned(&before, "category,name,price_cold\n茶,紅茶,25\n".as_bytes());
    assert_eq!(counts(&silent), (0, 0, 1, 0));

    let moved = planned(&before, first.replace("吧台,冷飲", "廚房,").as_bytes());
    assert_eq!(changes(&moved, 0), "station 吧台 → 廚房; print_tag 冷飲 → ");
    assert_eq!(removed(&moved), [("print_tag", String::new(), 1)]);
}

#[test]
fn one_name_in_two_categories_is_two_products_and_twice_in_one_is_a_problem() {
    let file = "category,name,price_cold\n茶,紅茶,25\n推薦,紅茶,25\n茶,紅茶,30\n";
    let plan = planned(&Catalogue::default(), file.as_bytes());
    assert_eq!(counts(&plan), (2, 0, 0, 1));
    assert_eq!(
        plan.problems,
        [CellProblem::new(4, "name", CommonReason::CodeTaken, "紅茶")]
    );
}

#[test]
fn codes_tell_products_of_one_name_apart() {
    let file = "code,category,name,price_cold\nA,茶,紅茶,25\nB,茶,紅茶,30\n";
    let plan = planned(&Catalogue::default(), file.as_bytes());
    assert_eq!(counts(&plan), (2, 0, 0, 0));
    let after = applied(&Catalogue::default(), &plan);
    assert_eq!(counts(&planned(&after, file.as_bytes())), (0, 0, 2, 0));

    let ambiguous = "category,name,price_cold\n茶,紅茶,25\n";
    let plan = planned(&after, ambiguous.as_bytes());
    assert_eq!(
        plan.problems,
        [CellProblem::new(
            2,
            "code",
            CommonReason::ValidationFailed,
            ""
        )]
    );
}

#[test]
fn a_product_found_by_code_moves_to_the_category_of_the_row() {
    let before = samples::menu().content;
    let file = "code,category,name,price_cold,price_hot\nP00001,新茶,紅茶,30,30\n";
    let plan = planned(&before, file.as_bytes());
    assert_eq!(counts(&plan), (0, 1, 0, 0));
    assert_eq!(changes(&plan, 0), "category 茶 → 新茶");
    assert_eq!(removed(&plan), []);
}

#[test]
fn a_column_that_is_not_in_the_file_changes_nothing() {
    let full = "code,category,name,price_cold,price_hot,more_categories,name_en,description,\
                allergens,tax_type,display,min_per_order,max_per_order,make_seconds,station,\
                print_tag\n\
                A1,茶,紅茶,30,35,推薦|熱銷,Black tea,好茶,無,exempt,hidden,2,9,60,吧台,冷飲\n";
    let mut before = applied(
        &Catalogue::default(),
        &planned(&Catalogue::default(), full.as_bytes()),
    );
    before.option_groups = vec![samples::option_group()];
    before.products[0].details.option_group_ids = vec![samples::option_group().id];

    for silent in [
        "code\nA1\n",
        "category,name\n茶,紅茶\n",
        "category,name,price_cold\n茶,紅茶,30\n",
        "code,price_hot\nA1,35\n",
        "code,variants\nA1,\n",
        "code,category\nA1,茶\n",
        "code,station\nA1,吧台\n",
    ] {
        let plan = planned(&before, silent.as_bytes());
        assert_eq!(counts(&plan), (0, 0, 1, 0), "{silent}");
    }
    for said in ["code,name_en\nA1,Tea\n", "code,price_cold\nA1,40\n"] {
        let plan = planned(&before, said.as_bytes());
        assert_eq!(counts(&plan), (0, 1, 0, 0), "{said}");
        assert_eq!(plan.rows[0].columns.len(), 1, "{said}");
        assert_eq!(removed(&plan), [], "{said}");
    }

    let plan = planned(
        &before,
        "code,price_hot,more_categories,option_groups,description\nA1,,熱銷,,\n".as_bytes(),
    );
    let gone = |column, item: &str| (column, item.to_owned(), 1);
    assert_eq!(
        removed(&plan),
        [
            gone("description", ""),
            gone("more_categories", "推薦"),
            gone("option_groups", "甜度"),
            gone("price_hot", ""),
        ]
    );
}

#[test]
fn a_row_that_leaves_no_variant_or_finds_no_product_is_a_problem() {
    let before = samples::menu().content;
    let reported = |file: &str| -> Vec<(String, String)> {
        let problems = planned(&before, file.as_bytes()).problems.into_iter();
        problems
            .map(|it| (it.column, it.reason.to_string()))
            .collect()
    };
    let one = |column: &str, reason: &str| [(column.to_owned(), reason.to_owned())];
    for (file, problem) in [
        (
            "category,name\n茶,新茶\n",
            one("price_cold", "VALIDATION_FAILED"),
        ),
        (
            "category,name,price_hot\n茶,新茶,\n",
            one("price_hot", "VALIDATION_FAILED"),
        ),
        (
            "code,price_cold,price_hot\nP00001,,\n",
            one("price_cold", "VALIDATION_FAILED"),
        ),
        ("code,station\nP9,吧台\n", one("code", "NOT_FOUND")),
        ("code,station\n,吧台\n", one("code", "VALIDATION_FAILED")),
        // 冷 and 熱 are not in the file and stay, beside which one without a name cannot be.
        (
            "code,variants\nP00001,:25\n",
            one("variants", "VALIDATION_FAILED"),
        ),
    ] {
        assert_eq!(reported(file), problem, "{file}");
    }
}

#[test]
fn names_are_found_folded_and_written_as_they_were_typed() {
    let file = "category,name,price_cold\nＱ系列,凍檸ＱＱ,60\n";
    let before = applied(
        &Catalogue::default(),
        &planned(&Catalogue::default(), file.as_bytes()),
    );
    assert_eq!(before.products[0].details.name, "凍檸ＱＱ");
    let plan = planned(
        &before,
        "category,name,price_cold\nq系列,凍檸QQ,60\n".as_bytes(),
    );
    assert_eq!(counts(&plan), (0, 1, 0, 0));
    assert_eq!(changes(&plan, 0), "name 凍檸ＱＱ → 凍檸QQ");
    assert!(plan.new_categories.is_empty());

    let twice = "category,name,price_cold\n茶,Latte,60\n茶,ＬＡＴＴＥ,60\n";
    let plan = planned(&Catalogue::default(), twice.as_bytes());
    assert_eq!(
        plan.problems,
        [CellProblem::new(
            3,
            "name",
            CommonReason::CodeTaken,
            "ＬＡＴＴＥ"
        )]
    );
}

#[test]
fn codes_that_only_look_like_numbers_stay_what_they_are() {
    let codes = ["007", "7", "90.750", "90.75", "1E5", "2026-11"];
    let rows: String = codes
        .iter()
        .map(|code| format!("{code},茶,茶{code},25\n"))
        .collect();
    let file = format!("code,category,name,price_cold\n{rows}");
    let plan = planned(&Catalogue::default(), file.as_bytes());
    assert_eq!(counts(&plan), (6, 0, 0, 0));
    let after = applied(&Catalogue::default(), &plan);
    let again = planned(&after, &export::write(&after).unwrap());
    assert_eq!(counts(&again), (0, 0, 6, 0));
}

#[test]
fn a_category_that_is_named_again_counts_once() {
    let file = "category,name,price_cold,more_categories\n四季,紅茶,25,四季|套餐|四季\n";
    let plan = planned(&Catalogue::default(), file.as_bytes());
    assert_eq!(counts(&plan), (1, 0, 0, 0));
    assert_eq!(plan.created[0].details.category_ids.len(), 2);
}

#[test]
fn groups_are_given_to_new_products_and_unknown_ones_are_refused() {
    let before = samples::menu().content;
    let group = before.option_groups[0].id;
    let plan = planned_with(
        &before,
        "category,name,price_cold\n茶,青茶,25\n茶,綠茶,25\n".as_bytes(),
        &[group],
    );
    assert_eq!(plan.created[0].details.option_group_ids, [group]);
    assert!(plan.updated[0].details.option_group_ids.is_empty());

    let file = "category,name,price_cold,option_groups\n茶,青茶,25,甜度\n茶,白茶,25,冰量\n";
    let plan = planned(&before, file.as_bytes());
    assert_eq!(plan.created[0].details.option_group_ids, [group]);
    assert_eq!(
        plan.problems,
        [CellProblem::new(
            3,
            "option_groups",
            CommonReason::NotFound,
            "冰量"
        )]
    );
}

fn names() -> impl Strategy<Value = String> {
    // Bars, escapes and formula signs are what a cell could trip over.
    "[=@'茶ＱA][茶ＡＱ①．／|\\\\:'@,\"]{0,4}"
}

prop_compose! {
    fn products()(
        name in names(), name_en in "[@=a-z]{0,5}", description in "([a-z茶\"',=]{1,4}\n){0,2}[a-z]",
        variants in prop::collection::btree_map(names(), 0_i64..=999_999, 1..5),
        nameless: bool, grouped: bool, untaxed: bool, display in 0_usize..3, most in 1_i32..=99,
        station in "[=@a茶|]{0,5}", print_tag in "[=@a茶|]{0,5}",
    ) -> Product {
        let mut product = samples::product("", &name, &[]);
        let mut names = HashSet::new();
        product.variants = variants
            .into_iter()
            .filter(|(name, _)| names.insert(text::folded(name)))
            .map(|(name, price)| Variant { id: VariantId::new(&samples::clock()), name, price })
            .collect();
        if nameless {
            product.variants.truncate(1);
            product.variants[0].name.clear();
        }
        let details = &mut product.details;
        details.name_en = name_en;
        details.description = description;
        details.max_per_order = most;
        details.station = station;
        details.print_tag = print_tag;
        details.display = [Display::Listed, Display::Hidden, Display::Delisted][display];
        if grouped {
            details.option_group_ids = vec![samples::option_group().id];
        }
        if untaxed {
            details.tax_type = None;
        }
        product
    }
}

proptest! {
    #[test]
    fn an_export_imports_to_the_same(
        mut products in prop::collection::vec(products(), 0..8), twins: bool,
    ) {
        for (number, product) in products.iter_mut().enumerate() {
            product.details.code = format!("-{number}");
        }
        let mut catalogue = samples::menu().content;
        catalogue.products = products;
        if twins {
            let mut twin = samples::option_group();
            twin.id = OptionGroupId::new(&samples::clock());
            catalogue.option_groups.push(twin);
        }
        let plan = planned(&catalogue, &export::write(&catalogue).unwrap());
        prop_assert_eq!(counts(&plan), (0, 0, catalogue.products.len(), 0));
    }
}
