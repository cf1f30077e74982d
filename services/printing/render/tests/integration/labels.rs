//! Labels: what does not fit on one.

use print_render::{Paper, Part, SlipLine, layout};

use crate::common::{labels, option, order, said};

fn drink(options: usize, note: &str) -> SlipLine {
    let names = [
        "微糖", "去冰", "珍珠", "椰果", "仙草", "布丁", "芋圓", "粉條", "蘆薈", "愛玉",
    ];
    SlipLine {
        id: "1".into(),
        product: "黃金蕎麥拿鐵".into(),
        variant: "大".into(),
        quantity: 1,
        options: (0..options)
            .map(|at| option(names[at % names.len()], 1, 0))
            .collect(),
        note: note.into(),
        ..SlipLine::default()
    }
}

fn printed(line: SlipLine) -> Vec<Vec<String>> {
    let mut order = order();
    order.lines = vec![line];
    let pages = layout(&labels(&order, Part::default()));
    let paper = Paper::Label40x25;
    for page in &pages {
        let bitmap = &page.bitmap;
        assert_eq!(
            (bitmap.width(), Some(bitmap.height())),
            (paper.width(), paper.height())
        );
        for run in &page.runs {
            let (right, below) = (run.x + run.width, run.y + run.px);
            assert!(
                run.x >= 8 && right <= 312 && run.y >= 8 && below <= 192,
                "{run:?}"
            );
        }
    }
    pages.iter().map(said).collect()
}

#[test]
fn a_plain_drink_has_one_label() {
    let pages = printed(drink(2, ""));
    assert_eq!(
        pages,
        [[
            "045 1/1",
            "黃金蕎麥拿鐵 大",
            "微糖、去冰",
            "12:30 自取 大安復興店"
        ]]
    );
}

#[test]
fn what_does_not_fit_shrinks_once() {
    let mut order = order();
    order.lines = vec![drink(5, "吸管")];
    let pages = layout(&labels(&order, Part::default()));
    assert_eq!(pages.len(), 1);
    let heights: Vec<u32> = pages[0].runs.iter().map(|run| run.px).collect();
    assert!(heights.iter().all(|px| *px <= 36), "{heights:?}");
}

#[test]
fn what_still_does_not_fit_goes_on_a_second_label() {
    let note = "請一定要把飲料封好不要打翻，因為要帶到很遠的地方給朋友喝，謝謝你們，辛苦了";
    let pages = printed(drink(10, note));
    assert_eq!(pages.len(), 2, "{pages:#?}");
    assert_eq!(pages[0][0], "045 1/1");
    assert_eq!(pages[0].last().unwrap(), "續下一張 →");
    assert_eq!(pages[1][0], "045 1/1 續");
    assert_eq!(pages[1].last().unwrap(), "12:30 自取 大安復興店");
    let all = pages.concat().concat();
    for option in ["微糖", "去冰", "愛玉"] {
        assert!(all.contains(option), "{option} in {all}");
    }
    assert!(all.contains("辛苦了"));
}

#[test]
fn a_name_of_200_characters_is_on_paper_to_the_last() {
    let mut line = drink(1, "");
    line.product = "長".repeat(200);
    let pages = printed(line);
    let count = pages.concat().concat().matches('長').count();
    assert_eq!(count, 200, "{pages:#?}");
}
