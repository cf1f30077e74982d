//! Whatever is ordered: a slip comes out, nothing of it is lost, and it is the same every time.

use print_render::{
    Content, Document, Marks, Paper, Part, PaymentState, SlipAmount, SlipChoice, SlipLine,
    SlipMethod, SlipOption, SlipOrder, clean, epos, escpos, layout, markup, picture, tspl,
};
use proptest::{collection::vec, option::of, prelude::*};

use crate::{
    common::{at, made},
    escpos_reader, tspl_reader,
};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[珍珠奶茶大中小去冰微糖堃喆，。（）「」0-9A-Za-z ]{0,24}",
        1 => "\\PC{0,40}",
        1 => any::<String>(),
        1 => "[茶]{60,200}",
        1 => "[a-z]{60,200}",
    ]
}

fn line() -> impl Strategy<Value = SlipLine> {
    let option = (text(), 0..4_u32, -99..99_i64).prop_map(|(name, quantity, amount)| SlipOption {
        name,
        quantity,
        amount,
    });
    let choice = (text(), text(), 0..4_u32).prop_map(|(part, name, quantity)| SlipChoice {
        part,
        name,
        quantity,
    });
    (
        (
            "[0-9]{1,2}",
            text(),
            text(),
            0..4_u32,
            any::<i32>(),
            any::<bool>(),
        ),
        (vec(option, 0..4), vec(choice, 0..3), text(), text(), text()),
    )
        .prop_map(|(first, second)| {
            let (id, product, variant, quantity, list, gift) = first;
            let (options, choices, note, nickname, station) = second;
            SlipLine {
                id,
                product,
                variant,
                quantity,
                list: list.into(),
                gift,
                options,
                choices,
                note,
                nickname,
                station,
            }
        })
}

fn order() -> impl Strategy<Value = SlipOrder> {
    let amount = || {
        (text(), any::<i32>()).prop_map(|(name, amount)| SlipAmount {
            name,
            amount: amount.into(),
        })
    };
    (
        (
            text(),
            text(),
            text(),
            text(),
            text(),
            text(),
            text(),
            text(),
        ),
        (vec(line(), 0..6), vec(amount(), 0..3), vec(amount(), 0..2)),
        (
            any::<bool>(),
            any::<bool>(),
            0..3_u8,
            0..6_u8,
            any::<i32>(),
            any::<i32>(),
        ),
    )
        .prop_map(|(texts, (lines, discounts, fees), facts)| {
            let (brand, branch, order_number, pickup_number, table, customer, remark, url) = texts;
            let (test, soon, method, state, total, paid) = facts;
            SlipOrder {
                brand,
                branch,
                order_number,
                pickup_number,
                table,
                customer,
                remark,
                url,
                lines,
                discounts,
                fees,
                test,
                wanted_at: (!soon).then(|| at("2026-06-13T12:30:00+08:00")),
                placed_at: Some(at("2026-06-12T10:36:00+08:00")),
                method: [SlipMethod::Pickup, SlipMethod::Delivery, SlipMethod::OnSite]
                    [usize::from(method)],
                payment_state: [
                    PaymentState::Unpaid,
                    PaymentState::Authorized,
                    PaymentState::Paid,
                    PaymentState::PartlyRefunded,
                    PaymentState::Refunded,
                    PaymentState::Failed,
                ][usize::from(state)],
                total: total.into(),
                paid: paid.into(),
                list_total: total.into(),
                ..SlipOrder::default()
            }
        })
}

fn marks() -> impl Strategy<Value = Marks> {
    (
        of(any::<u32>()),
        of(any::<u32>()),
        of(any::<u32>()),
        of(text()),
        of(text()),
    )
        .prop_map(
            |(reprint, possible_duplicate, late_minutes, substitute_for, moved_from)| Marks {
                reprint,
                possible_duplicate,
                late_minutes,
                substitute_for,
                moved_from,
            },
        )
}

fn documents(one: &SlipOrder, other: &SlipOrder, paper: Paper, marks: &Marks) -> Vec<Document> {
    let (order, part) = (one, Part::default());
    [
        Content::CustomerSlip { order },
        Content::KitchenSlip { order, part },
        Content::Label { order, part },
        Content::CancelSlip {
            order,
            part,
            at: at("2026-06-12T11:00:00+08:00"),
            reason: &other.remark,
        },
        Content::RevisionSlip {
            before: one,
            after: other,
            part,
        },
    ]
    .map(|content| made(content, paper, marks))
    .into()
}

/// How often each character but white ones occurs.
fn counted(text: &str) -> std::collections::BTreeMap<char, usize> {
    let mut counts = std::collections::BTreeMap::new();
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        *counts.entry(c).or_default() += 1;
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn nothing_is_lost(one in order(), other in order(), marks in marks()) {
        for paper in Paper::ALL {
            for document in documents(&one, &other, paper, &marks) {
                let model: String = document.texts().iter().map(|text| clean(text)).collect();
                let pages = layout(&document);
                let shown: String = pages
                    .iter()
                    .flat_map(|page| &page.runs)
                    .map(|run| run.text.as_str())
                    .collect();
                let shown = counted(&shown);
                for (c, count) in counted(&model) {
                    let on_paper = shown.get(&c).copied().unwrap_or_default();
                    prop_assert!(on_paper >= count, "{c} {on_paper} of {count} on {paper:?}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_printed_beside_the_paper(one in order(), other in order(), marks in marks()) {
        for paper in Paper::ALL {
            let (margin, right) = (paper.margin(), paper.width() - paper.margin());
            for page in documents(&one, &other, paper, &marks).iter().flat_map(layout) {
                prop_assert_eq!(page.bitmap.width(), paper.width());
                for run in &page.runs {
                    prop_assert!(run.x >= margin && run.x + run.width <= right, "{:?}", run);
                    let below = page.bitmap.height() - margin;
                    prop_assert!(run.y >= margin && run.y + run.px <= below, "{:?}", run);
                }
            }
        }
    }

    #[test]
    fn the_same_order_is_the_same_bytes(one in order(), other in order(), marks in marks()) {
        for paper in Paper::ALL {
            for document in documents(&one, &other, paper, &marks) {
                let pages = layout(&document);
                prop_assert_eq!(&pages, &layout(&document.clone()));
                let bytes = escpos::encode(&pages, &escpos::Settings::default());
                prop_assert_eq!(&bytes, &escpos::encode(&pages, &escpos::Settings::default()));
                let whole = picture::stacked(&pages, 2);
                prop_assert_eq!(picture::png(&whole), picture::png(&whole));
                prop_assert_eq!(markup::xpyun(&document), markup::xpyun(&document));
            }
        }
    }

    #[test]
    fn every_reader_understands_every_slip(one in order(), other in order(), marks in marks()) {
        for paper in Paper::ALL {
            for document in documents(&one, &other, paper, &marks) {
                let pages = layout(&document);
                if paper.is_label() {
                    let bytes = tspl::encode(&pages, &tspl::Settings::default());
                    let (_, labels) = tspl_reader::read(&bytes);
                    prop_assert_eq!(labels.len(), pages.len());
                    prop_assert!(labels.iter().zip(&pages).all(|(is, page)| is.bitmap == page.bitmap));
                } else {
                    let bytes = escpos::encode(&pages, &escpos::Settings::default());
                    let printed = escpos_reader::paper(&bytes, paper.width());
                    prop_assert!(printed.iter().zip(&pages).all(|(is, page)| *is == page.bitmap));
                    escpos_reader::read(&escpos::encode_native(&document, &escpos::Settings::default()));
                    match epos::encode(&pages, &epos::Settings::default()) {
                        Ok(xml) => prop_assert!(xml.len() <= epos::MAX_BYTES),
                        Err(refused) => prop_assert!(refused.bytes > epos::MAX_BYTES),
                    }
                }
                for content in markup::feie(&document) {
                    prop_assert!(!content.contains('&') && !content.contains("<CUT></"));
                }
            }
        }
    }

    #[test]
    fn cleaning_is_done_once(text in any::<String>()) {
        let once = clean(&text);
        prop_assert_eq!(clean(&once), once.clone());
        prop_assert!(!once.contains(|c: char| c.is_control() && c != '\n'));
    }
}
