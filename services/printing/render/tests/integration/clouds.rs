//! Mark-up of push clouds: what is typed stays text, and every line is said.

use print_render::{
    Content, DocumentKind, Marks, Paper, Part, SlipLine, markup, markup::MAX_FEIE_BYTES,
    markup::MAX_XPYUN_BYTES,
};

use crate::common::{Shop, labels, line, made, order};

/// Tags the sheet describes, by name.
const XPYUN_TAGS: [&str; 13] = [
    "BR", "L", "C", "R", "B", "BOLD", "QR", "IMG", "PAGE", "SIZE", "TEXT", "N", "CB",
];
const FEIE_TAGS: [&str; 11] = [
    "BR",
    "C",
    "CB",
    "B",
    "BOLD",
    "RIGHT",
    "QR",
    "LOGO",
    "CUT",
    "TEXT",
    "DIRECTION",
];

/// Names of the tags in a text, and the text without them.
fn taken_apart(content: &str) -> (Vec<String>, String) {
    let mut tags = Vec::new();
    let mut text = String::new();
    let mut rest = content;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        let close = open + rest[open..].find('>').unwrap();
        let tag = rest[open + 1..close].trim_start_matches('/');
        let name = tag.split(' ').next().unwrap();
        if name == "BR" {
            text.push('\n');
        }
        tags.push(name.to_owned());
        rest = &rest[close + 1..];
    }
    text.push_str(rest);
    (tags, text)
}

/// Whether every tag that is opened is closed, in the reverse order.
fn balanced(content: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for part in content.split('<').skip(1) {
        let tag = part.split('>').next().unwrap();
        let name = tag.split(' ').next().unwrap();
        match name.strip_prefix('/') {
            Some(name) if open.pop() == Some(name) => {}
            Some(_) => return false,
            None if ["BR", "IMG", "LOGO", "CUT"].contains(&name) => {}
            None => open.push(name),
        }
    }
    open.is_empty()
}

#[test]
fn every_slip_is_sound_mark_up_and_says_everything() {
    let shop = Shop::open();
    for kind in DocumentKind::ALL {
        for paper in Paper::ALL {
            let document = shop.slip(kind, paper);
            for (contents, known) in [
                (markup::xpyun(&document), &XPYUN_TAGS[..]),
                (markup::feie(&document), &FEIE_TAGS[..]),
            ] {
                let all = contents.concat();
                let (tags, text) = taken_apart(&all);
                for tag in &tags {
                    assert!(known.contains(&tag.as_str()), "{tag} in {all}");
                }
                assert!(
                    contents.iter().all(|content| balanced(content)),
                    "{contents:#?}"
                );
                let squeezed = text.replace([' ', '\n'], "");
                for said in document.texts() {
                    for word in print_render::clean(&said).split([' ', '\n']) {
                        let first: String = word.chars().take(3).collect();
                        assert!(
                            squeezed.contains(&first),
                            "{first} of {kind:?} on {paper:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn what_is_typed_is_no_tag() {
    let mut order = order();
    order.lines = vec![SlipLine {
        note: "</L><CUT>&lt;QR&gt;".into(),
        ..line("1", "<B>紅茶</B><PLUGIN>", 1)
    }];
    order.remark = "<AUDIO-CHANGE>".into();
    order.url = "https://yizhimai.tw/?a=<CUT>&b=1".into();
    let slip = Content::CustomerSlip { order: &order };
    for paper in [Paper::Mm58, Paper::Mm80] {
        let document = made(slip, paper, &Marks::default());
        for content in [markup::xpyun(&document), markup::feie(&document)].concat() {
            let (tags, text) = taken_apart(&content);
            for evil in ["CUT", "PLUGIN", "AUDIO-CHANGE", "QR"] {
                assert!(!tags.iter().any(|tag| tag == evil), "{evil} in {content}");
            }
            assert!(!content.contains('&'), "{content}");
            assert!(text.contains("＜B＞紅茶＜/B＞"), "{text}");
        }
    }
    let labels = labels(&order, Part::default());
    for content in [markup::xpyun(&labels), markup::feie(&labels)].concat() {
        assert!(balanced(&content) && !content.contains('&'), "{content}");
    }
}

#[test]
fn amounts_stand_at_the_right_edge() {
    let order = order();
    for (paper, columns) in [(Paper::Mm58, 32), (Paper::Mm80, 48)] {
        let document = made(
            Content::CustomerSlip { order: &order },
            paper,
            &Marks::default(),
        );
        let (_, text) = taken_apart(&markup::xpyun(&document).concat());
        // The cloud draws the code, and does not print what is in it.
        let lines: Vec<&str> = text.lines().filter(|line| *line != order.url).collect();
        let wide =
            |line: &str| -> usize { line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum() };
        for end in ["130", "495", "-40"] {
            let line = lines
                .iter()
                .find(|line| line.ends_with(&format!(" {end}")))
                .unwrap();
            assert_eq!(wide(line), columns, "{line:?}");
        }
        assert!(lines.iter().all(|line| wide(line) <= columns), "{lines:#?}");
    }
}

#[test]
fn a_long_order_is_parted_within_the_limits() {
    let mut order = order();
    order.lines = (0..60)
        .map(|at| SlipLine {
            note: "請分開裝並且多給一支吸管謝謝".into(),
            ..line(&at.to_string(), &format!("第{at}號黃金蕎麥拿鐵"), 1)
        })
        .collect();
    let document = made(
        Content::CustomerSlip { order: &order },
        Paper::Mm80,
        &Marks::default(),
    );
    let (xpyun, feie) = (markup::xpyun(&document), markup::feie(&document));
    assert!(xpyun.iter().all(|part| part.len() <= MAX_XPYUN_BYTES));
    assert!(feie.len() > 1 && feie.iter().all(|part| part.len() <= MAX_FEIE_BYTES));
    for contents in [&xpyun, &feie] {
        let (_, text) = taken_apart(&contents.concat());
        for at in 0..60 {
            assert_eq!(text.matches(&format!("第{at}號")).count(), 1);
        }
    }
    assert!(feie[0].contains("（未完）") && feie[1].contains("（續）"));
}

#[test]
fn a_cloud_gets_at_most_one_code() {
    let order = order();
    let document = made(
        Content::CustomerSlip { order: &order },
        Paper::Mm80,
        &Marks::default(),
    );
    let mut twice = document.clone();
    twice.sheets.extend(document.sheets.clone());
    let content = markup::xpyun(&twice).concat();
    assert_eq!(content.matches("<QR>").count(), 1);
    assert!(
        taken_apart(&content).1.contains(&order.url),
        "the other is written out"
    );
}

#[test]
fn letters_of_labels_stay_on_them() {
    let order = order();
    let content = markup::xpyun(&labels(&order, Part::default())).concat();
    for text in content.split("<TEXT ").skip(1) {
        let attribute = |name: &str| -> u32 {
            let from = text.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
            text[from..].split('"').next().unwrap().parse().unwrap()
        };
        let said = text.split('>').nth(1).unwrap().split('<').next().unwrap();
        let columns: u32 = said.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        assert!(
            attribute("x") + columns * 12 * attribute("w") <= 312,
            "{text}"
        );
        assert!(attribute("y") + 24 * attribute("h") <= 192, "{text}");
    }
}
