//! What slips say.

use print_render::{
    Content, LineChange, Marks, Paper, Part, SlipMethod, SlipRequest, Template, changes, layout,
    slip,
};

use crate::common::{at, kitchen, labels, line, made, order, revised, said, said_once};

fn has(said: &[String], text: &str) -> bool {
    said.iter().any(|line| line.contains(text))
}

#[test]
fn a_customer_reads_what_they_ordered_and_owe() {
    let order = order();
    let said = said_once(&made(
        Content::CustomerSlip { order: &order },
        Paper::Mm80,
        &Marks::default(),
    ));
    for line in [
        "一指茶",
        "045",
        "自取",
        "希望取件 12:30",
        "訂單時間 2026-06-12 10:36",
        "訂單編號 A2B3C",
        "付款 到店付款 · 未付款",
        "2× 珍珠奶茶 大 130",
        "微糖、去冰、珍珠×2(+10)",
        "※ 吸管多給一支",
        "主餐：香雞排",
        "附餐：甘梅薯條 ×2",
        "小計 495",
        "滿四百折四十 -40",
        "購物袋 2",
        "總計 NT$457",
        "應收 NT$457",
        "需要餐具",
    ] {
        assert!(said.iter().any(|is| is == line), "{line} in {said:#?}");
    }
}

#[test]
fn the_kitchen_reads_no_prices() {
    let said = said_once(&kitchen(&order(), &Marks::default()));
    assert!(
        has(&said, "2 珍珠奶茶 大") && has(&said, "※ 對花生過敏"),
        "{said:#?}"
    );
    assert!(has(&said, "共 5 份") && has(&said, "給：小明"));
    let digits = said.concat();
    for amount in ["130", "320", "457", "NT$"] {
        assert!(!digits.contains(amount), "{amount} in {said:#?}");
    }
}

#[test]
fn a_station_reads_its_own_lines() {
    let order = order();
    let lines = ["3".to_owned()];
    let part = Part {
        station: "廚房",
        lines: Some(&lines),
        numbered: None,
    };
    let content = Content::KitchenSlip {
        order: &order,
        part,
    };
    let said = said_once(&made(content, Paper::Mm58, &Marks::default()));
    assert_eq!(said[0], "廚房");
    assert!(has(&said, "雞排分享餐") && has(&said, "共 2 份") && !has(&said, "珍珠奶茶"));
}

/// E19: the line was down from 12:00 to 12:25.
#[test]
fn slips_of_a_dark_branch_say_that_they_are_late() {
    let mut order = order();
    order.placed_at = Some(at("2026-06-12T12:03:00+08:00"));
    let marks = Marks {
        late_minutes: Some(22),
        ..Marks::default()
    };
    let said = said_once(&kitchen(&order, &marks));
    assert_eq!(said[0], "補印 延遲 22 分");
    assert_eq!(said_once(&kitchen(&order, &Marks::default()))[0], "廚房單");
}

#[test]
fn everything_that_has_to_be_said_of_a_print_is() {
    let mut order = order();
    order.test = true;
    let marks = Marks {
        reprint: Some(3),
        possible_duplicate: Some(1),
        late_minutes: Some(5),
        substitute_for: Some("廚房01".into()),
        moved_from: Some("K1".into()),
    };
    let expected = [
        "測試",
        "補印 3",
        "補印 – 可能重複",
        "補印 延遲 5 分",
        "代印 廚房01",
        "轉印自 K1",
    ];
    assert_eq!(said_once(&kitchen(&order, &marks))[..6], expected);
    let part = Part::default();
    let label = Content::Label {
        order: &order,
        part,
    };
    for page in layout(&made(label, Paper::Label40x25, &marks)) {
        let all = said(&page).concat().replace(' ', "");
        let further = all.contains('續') && !all.contains("續下一張");
        for mark in &expected[..if further { 1 } else { 6 }] {
            assert!(all.contains(&mark.replace(' ', "")), "{mark} in {all}");
        }
    }
}

#[test]
fn a_template_cannot_hide_that_an_order_is_a_test() {
    let mut order = order();
    order.test = true;
    let template = Template {
        blocks: Vec::new(),
        logo: None,
    };
    for paper in Paper::ALL {
        let document = slip(&SlipRequest {
            paper,
            template: &template,
            marks: &Marks::default(),
            content: Content::CustomerSlip { order: &order },
        });
        assert_eq!(said_once(&document), ["測試"]);
    }
}

#[test]
fn labels_are_counted_over_the_order() {
    let order = order();
    let drinks = ["1".to_owned(), "2".to_owned()];
    let heads = |part| -> Vec<String> {
        let pages = layout(&labels(&order, part));
        pages.iter().map(|page| said(page)[0].clone()).collect()
    };
    let all = heads(Part::default());
    assert_eq!(all, ["045 1/5", "045 2/5", "045 3/5", "045 4/5", "045 5/5"]);
    let bar = heads(Part {
        station: "吧台",
        lines: Some(&drinks),
        numbered: None,
    });
    assert_eq!(
        bar,
        ["045 1/5", "045 2/5", "045 3/5"],
        "of all labels of the order"
    );
    let only_drinks = heads(Part {
        station: "",
        lines: None,
        numbered: Some(&drinks),
    });
    assert_eq!(
        only_drinks,
        ["045 1/3", "045 2/3", "045 3/3"],
        "food gets none"
    );
}

#[test]
fn a_cancelled_order_says_when_and_why() {
    let order = order();
    let content = Content::CancelSlip {
        order: &order,
        part: Part::default(),
        at: at("2026-06-12T11:05:00+08:00"),
        reason: "缺貨",
    };
    let said = said_once(&made(content, Paper::Mm58, &Marks::default()));
    assert_eq!(said[0], "取消單");
    assert!(has(&said, "11:05 取消：缺貨") && has(&said, "珍珠奶茶") && has(&said, "045"));
}

#[test]
fn a_revision_says_only_what_changed() {
    let (before, after) = (order(), revised());
    let part = Part::default();
    let content = Content::RevisionSlip {
        before: &before,
        after: &after,
        part,
    };
    let said = said_once(&made(content, Paper::Mm80, &Marks::default()));
    for line in [
        "+1 珍珠奶茶 大 · 小明",
        "2 → 3 份",
        "改：半糖、去冰、珍珠×2，※ 吸管多給一支",
        "原：微糖、去冰、珍珠×2，※ 吸管多給一支",
        "+1 仙草凍飲",
        "-1 堃記四季春青茶 中",
        "取消，不要做",
        "希望取件：13:00",
        "原：12:30",
    ] {
        let squeezed = said.concat().replace(' ', "");
        assert!(
            squeezed.contains(&line.replace(' ', "")),
            "{line} in {said:#?}"
        );
    }
    assert!(
        !has(&said, "雞排分享餐") && !has(&said, "備註"),
        "{said:#?}"
    );
}

#[test]
fn what_a_revision_does_not_touch_has_no_changes() {
    let (before, mut after) = (order(), revised());
    let kitchen = ["3".to_owned()];
    let part = Part {
        lines: Some(&kitchen),
        ..Part::default()
    };
    assert!(changes(&before, &after, part).lines.is_empty());
    after.wanted_at = before.wanted_at;
    assert!(changes(&before, &after, part).is_empty());
    after.method = SlipMethod::Delivery;
    let found = changes(&before, &after, part);
    assert_eq!(
        found.facts,
        [("取件方式", "自取".to_owned(), "外送".to_owned())]
    );
    let all = changes(&before, &after, Part::default());
    assert!(matches!(
        all.lines[..],
        [
            LineChange::Changed { .. },
            LineChange::Added(_),
            LineChange::Removed(_)
        ]
    ));
}

#[test]
fn an_order_without_a_time_is_wanted_as_soon_as_possible() {
    let mut order = order();
    order.wanted_at = None;
    order.placed_at = None;
    order.lines = vec![line("1", "紅茶", 1)];
    let said = said_once(&kitchen(&order, &Marks::default()));
    assert!(has(&said, "希望取件 盡快"));
    assert!(!has(&said, "0000") && !has(&said, "1970") && !has(&said, "訂單時間"));
}
