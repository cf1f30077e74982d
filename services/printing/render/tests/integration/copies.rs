//! C14: never squared, never swallowed. Copies are in the bytes or in the command, never in both.

use print_render::{
    Content, DocumentKind, Marks, Paper, Part, epos, escpos, layout, markup, picture, tspl,
};

use crate::{
    codes::qr_codes,
    common::{Shop, labels, made, order},
    escpos_reader::{Act, paper, read},
    tspl_reader,
};

#[test]
fn five_labels_twice_are_ten() {
    let order = order();
    let pages = layout(&labels(&order, Part::default()));
    let settings = tspl::Settings {
        copies: 2,
        ..tspl::Settings::default()
    };
    let (commands, printed) = tspl_reader::read(&tspl::encode(&pages, &settings));
    assert_eq!(commands.iter().filter(|line| *line == "CLS").count(), 5);
    assert_eq!(
        commands.iter().filter(|line| *line == "PRINT 1,2").count(),
        5
    );
    assert_eq!(printed.len(), 5);
    for (label, page) in printed.iter().zip(&pages) {
        assert_eq!((&label.bitmap, label.printed), (&page.bitmap, (1, 2)));
    }
    assert_eq!(
        commands[..6],
        [
            "SIZE 40 mm,25 mm",
            "GAP 2 mm,0 mm",
            "DIRECTION 1",
            "REFERENCE 0,0",
            "SET TEAR ON",
            "DENSITY 8",
        ]
    );
}

#[test]
fn firmware_that_knows_little_and_turns_black_is_served() {
    let order = order();
    let pages = layout(&labels(&order, Part::default()));
    let settings = tspl::Settings {
        minimal: true,
        inverted: true,
        upside_down: true,
        density: 99,
        ..tspl::Settings::default()
    };
    let bytes = tspl::encode(&pages, &settings);
    let (commands, printed) = tspl_reader::read(&bytes);
    let known = ["SIZE ", "GAP ", "DIRECTION ", "DENSITY ", "CLS", "PRINT "];
    for command in &commands {
        assert!(
            known.iter().any(|word| command.starts_with(word)),
            "{command}"
        );
    }
    assert_eq!(commands[2..4], ["DIRECTION 0", "DENSITY 15"]);
    let mut turned = printed[0].bitmap.clone();
    turned.invert(0, 0, 320, 200);
    assert_eq!(turned, pages[0].bitmap);
}

#[test]
fn a_cloud_gets_the_labels_once() {
    let order = order();
    let contents = markup::xpyun(&labels(&order, Part::default()));
    assert_eq!(contents.len(), 1);
    // The cloud's letters are larger than ours: what does not fit goes on a second label.
    let continued = contents[0].matches("續下一張").count();
    assert_eq!(contents[0].matches("<PAGE>").count(), 5 + continued);
    for number in ["1/5", "2/5", "3/5", "4/5", "5/5"] {
        let begins = contents[0].matches(&format!(">{number}<")).count();
        assert_eq!(begins, 1, "{number}");
    }
}

#[test]
fn a_receipt_twice_is_cut_twice() {
    let document = Shop::open().slip(DocumentKind::CustomerSlip, Paper::Mm58);
    let pages = layout(&document);
    let settings = escpos::Settings {
        copies: 2,
        ..escpos::Settings::default()
    };
    let bytes = escpos::encode(&pages, &settings);
    let drawn = pages[0].bitmap.clone();
    assert_eq!(paper(&bytes, 384), [drawn.clone(), drawn]);
    let acts = read(&bytes);
    assert_eq!(acts.iter().filter(|act| **act == Act::Init).count(), 1);
    assert_eq!(acts.iter().filter(|act| **act == Act::Cut).count(), 2);
}

#[test]
fn epson_gets_each_copy_and_its_cut() {
    let pages = layout(&Shop::open().slip(DocumentKind::KitchenSlip, Paper::Mm80));
    for copies in [1, 3] {
        let settings = epos::Settings {
            copies,
            ..epos::Settings::default()
        };
        let xml = epos::encode(&pages, &settings).unwrap();
        assert_eq!(
            xml.matches(r#"<cut type="feed"/>"#).count(),
            usize::from(copies)
        );
    }
}

#[test]
fn star_gets_one_picture_with_each_copy() {
    let document = Shop::open().slip(DocumentKind::CustomerSlip, Paper::Mm80);
    let pages = layout(&document);
    assert_eq!(picture::stacked(&pages, 1), pages[0].bitmap);
    let three = picture::stacked(&pages, 3);
    assert_eq!(three.height(), 3 * pages[0].bitmap.height() + 2 * 50);
    assert_eq!(qr_codes(&three).len(), 3);
    assert!(picture::png(&three).len() < print_render::star::MAX_BYTES);
}

#[test]
fn no_copy_is_no_paper() {
    let order = order();
    let document = made(
        Content::CustomerSlip { order: &order },
        Paper::Mm58,
        &Marks::default(),
    );
    let settings = escpos::Settings {
        copies: 0,
        ..escpos::Settings::default()
    };
    assert_eq!(escpos::encode(&layout(&document), &settings), b"\x1b@");
}

/// Pictures of ePOS-Print, put together again by what the XML says.
#[test]
fn epson_prints_what_was_drawn() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let shop = Shop::open();
    for kind in DocumentKind::ALL {
        let pages = layout(&shop.slip(kind, Paper::Mm80));
        let xml = epos::encode(&pages[..1], &epos::Settings::default()).unwrap();
        let mut rows: Vec<u8> = Vec::new();
        for element in xml.split('<').skip(1) {
            let attribute = |name: &str| -> usize {
                let from = element.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
                element[from..].split('"').next().unwrap().parse().unwrap()
            };
            if element.starts_with("image ") {
                let data = STANDARD.decode(element.split('>').nth(1).unwrap()).unwrap();
                assert_eq!(
                    (attribute("width"), data.len()),
                    (576, 72 * attribute("height"))
                );
                rows.extend(data);
            } else if element.starts_with("feed unit") {
                rows.resize(rows.len() + 72 * attribute("unit"), 0);
            }
        }
        assert_eq!(rows, pages[0].bitmap.data(), "{kind:?}");
    }
}
