//! What people type, and worse.

use print_render::{Content, DocumentKind, Marks, Paper, Part, SlipLine, layout};

use crate::common::{kitchen, labels, line, made, option, order, said, said_once};

#[test]
fn an_order_of_60_lines_is_all_there() {
    let mut order = order();
    order.lines = (0..60)
        .map(|at| line(&at.to_string(), &format!("第{at}號餐"), 1))
        .collect();
    let said = said_once(&kitchen(&order, &Marks::default())).join("\n");
    for at in 0..60 {
        assert!(said.contains(&format!("第{at}號餐")), "{at}");
    }
    assert!(said.contains("共 60 份"));
    assert_eq!(layout(&labels(&order, Part::default())).len(), 60);
}

#[test]
fn emoji_go_and_the_words_stay() {
    let mut order = order();
    order.lines = vec![SlipLine {
        note: "🥜過敏❗️拜託🙏🏻".into(),
        nickname: "👨‍👩‍👧‍👦".into(),
        options: vec![option("🧋", 1, 0), option("去冰🧊", 1, 0)],
        ..line("1", "珍珠奶茶🧋", 1)
    }];
    let said = said_once(&kitchen(&order, &Marks::default()));
    assert!(said.contains(&"1 珍珠奶茶".to_owned()), "{said:#?}");
    assert!(
        said.iter()
            .any(|line| line.contains("過敏") && line.contains("拜託"))
    );
}

#[test]
fn what_the_font_lacks_is_shown_as_missing_and_told() {
    let mut order = order();
    order.lines = vec![line("1", "김밥 กะเพรา", 1)];
    let pages = layout(&kitchen(&order, &Marks::default()));
    let missing = pages[0].missing();
    assert!(
        missing.contains(&'김') && missing.contains(&'ก'),
        "{missing:?}"
    );
    assert!(said(&pages[0]).iter().any(|line| line.contains("김밥")));
    order.lines = vec![line("1", "堃喆峯着裏", 1)];
    let pages = layout(&kitchen(&order, &Marks::default()));
    assert_eq!(pages[0].missing(), []);
}

#[test]
fn what_turns_or_hides_letters_is_no_letter() {
    let mut order = order();
    order.lines = vec![line(
        "1",
        "\u{202E}茶紅\u{202C}\u{200B}\u{0}\u{1B}@奶\u{FEFF}",
        1,
    )];
    order.remark = "مرحبا\r\n\u{7}שלום".into();
    let said = said_once(&kitchen(&order, &Marks::default()));
    assert!(said.contains(&"1 茶紅@奶".to_owned()), "{said:#?}");
}

#[test]
fn white_lines_without_end_cost_no_paper() {
    let mut order = order();
    order.lines = vec![line("1", "紅茶", 1)];
    order.remark = format!("一{}二", "\n \t".repeat(5_000));
    let pages = layout(&kitchen(&order, &Marks::default()));
    assert!(
        pages[0].bitmap.height() < 1_500,
        "{}",
        pages[0].bitmap.height()
    );
}

#[test]
fn numbers_as_large_as_they_come_do_no_harm() {
    let mut order = order();
    order.pickup_number = "9".repeat(60);
    order.order_number = "Z".repeat(60);
    order.total = i64::MAX;
    order.paid = i64::MIN + 1;
    order.list_total = i64::MIN;
    order.lines = vec![SlipLine {
        list: i64::MIN,
        quantity: 999_999,
        ..line("1", "", 1)
    }];
    for paper in Paper::ALL {
        let slip = made(
            Content::CustomerSlip { order: &order },
            paper,
            &Marks::default(),
        );
        let said: String = layout(&slip).iter().flat_map(said).collect();
        assert_eq!(said.matches('Z').count(), 60, "{paper:?}");
    }
}

#[test]
fn an_order_of_nothing_is_a_slip_of_nothing() {
    let order = print_render::SlipOrder::default();
    for kind in [DocumentKind::CustomerSlip, DocumentKind::KitchenSlip] {
        for paper in Paper::ALL {
            let part = Part::default();
            let content = match kind {
                DocumentKind::CustomerSlip => Content::CustomerSlip { order: &order },
                _ => Content::KitchenSlip {
                    order: &order,
                    part,
                },
            };
            assert!(!layout(&made(content, paper, &Marks::default())).is_empty());
        }
    }
    assert!(
        layout(&labels(&order, Part::default())).is_empty(),
        "no unit, no label"
    );
}
