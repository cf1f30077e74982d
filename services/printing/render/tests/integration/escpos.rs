//! C16: the stream of bytes an ESC/POS printer gets.

use print_render::{
    Align, Bitmap, Block, Document, DocumentKind, Page, Paper, Sheet, Size, Text, escpos, layout,
};

use crate::{
    codes::qr_codes,
    common::Shop,
    escpos_reader::{Act, paper, read},
};

const RASTER: [u8; 4] = [0x1D, b'v', b'0', 0];
const CUT: [u8; 4] = [0x1D, b'V', b'B', 0];

fn settings() -> escpos::Settings {
    escpos::Settings::default()
}

fn page(bitmap: Bitmap) -> Page {
    Page {
        bitmap,
        runs: Vec::new(),
    }
}

/// A page of ink in every row.
fn ink(paper: Paper, rows: u32) -> Page {
    let mut bitmap = Bitmap::new(paper.width(), rows);
    for y in 0..rows {
        bitmap.fill(y % 300, y, 40, 1);
    }
    page(bitmap)
}

fn text(text: &str, size: Size) -> Document {
    Document {
        paper: Paper::Mm58,
        sheets: vec![Sheet::of(vec![Text::new(text).size(size).bold().into()])],
    }
}

/// Bytes outside raster data.
fn commands(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(&RASTER) {
            let [xl, xh, yl, yh] = bytes[at + 4..at + 8].try_into().unwrap();
            let wide = usize::from(u16::from_le_bytes([xl, xh]));
            at += 8 + wide * usize::from(u16::from_le_bytes([yl, yh]));
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

#[test]
fn a_no_letter_of_the_printer_is_used() {
    let pages = layout(&text("Café 堃記 ½糖 NT$65", Size::Normal));
    let bytes = escpos::encode(&pages, &settings());
    let outside = commands(&bytes);
    assert!(
        outside.iter().all(|byte| *byte < 0x80 && *byte != 0x1C),
        "{outside:X?}"
    );
    let acts = read(&bytes);
    assert_eq!(acts[0], Act::Init);
    assert_eq!(acts.iter().filter(|act| **act == Act::Cut).count(), 1);
    let rest = |act: &Act| matches!(act, Act::Init | Act::Raster(..) | Act::Feed(_) | Act::Cut);
    assert!(acts.iter().all(rest));
    assert_eq!(paper(&bytes, 384), [pages[0].bitmap.clone()]);
}

#[test]
fn b_a_line_plain_big5_lacks_is_raster() {
    let bytes = escpos::encode_native(&text("Café 堃記 ½糖 NT$65", Size::Normal), &settings());
    assert!(!bytes.windows(2).any(|pair| pair == [0xFB, 0x69]));
    let acts = read(&bytes);
    assert!(
        matches!(acts[..], [Act::Init, Act::Raster(..), Act::Cut]),
        "{acts:?}"
    );
}

#[test]
fn b_styles_reach_chinese_and_latin_letters_do_not_pair_up() {
    let said = "Café 奶茶 NT$65";
    for (size, times) in [(Size::Normal, 1), (Size::Huge, 2)] {
        let bytes = escpos::encode_native(&text(said, size), &settings());
        let acts = read(&bytes);
        let letters: Vec<(&str, u8, bool)> = acts
            .iter()
            .filter_map(|act| match act {
                Act::Text(_, text, times, bold) => Some((text.as_str(), *times, *bold)),
                _ => None,
            })
            .collect();
        assert!(
            letters.iter().all(|(_, is, bold)| *is == times && *bold),
            "{letters:?}"
        );
        let all: String = letters.iter().map(|(text, ..)| *text).collect();
        assert_eq!(all.replace(' ', ""), said.replace(' ', ""));
        let latin = bytes.iter().position(|byte| *byte == 0xE9).unwrap();
        let left = bytes[..latin]
            .windows(2)
            .rposition(|pair| pair == [0x1C, b'.']);
        let entered = bytes[..latin]
            .windows(2)
            .rposition(|pair| pair == [0x1C, b'&']);
        assert!(left > entered, "double-byte mode is left before é");
    }
}

#[test]
fn b_a_whole_slip_in_native_letters_says_what_the_raster_does() {
    for kind in [DocumentKind::CustomerSlip, DocumentKind::KitchenSlip] {
        let document = Shop::open().slip(kind, Paper::Mm80);
        let acts = read(&escpos::encode_native(&document, &settings()));
        let all: String = acts
            .iter()
            .filter_map(|act| match act {
                Act::Text(_, text, ..) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        for said in ["訂單編號", "A2B3C", "需要餐具"] {
            assert!(all.contains(said), "{said} in {all}");
        }
        assert!(!all.contains('堃') && acts.iter().any(|act| matches!(act, Act::Raster(..))));
    }
}

#[test]
fn c_and_d_and_e_tall_pictures_go_in_bands() {
    for (paper, rows, bands, last) in [
        (Paper::Mm58, 2_517, 19, 85),
        (Paper::Mm80, 2_517, 19, 85),
        (Paper::Mm58, 300, 2, 0x2C),
    ] {
        let stride = (paper.width() / 8) as usize;
        let bytes = escpos::encode(&[ink(paper, rows)], &settings());
        let mut at = 2;
        for band in 0..=bands {
            let rows = if band < bands { 128 } else { last };
            let head = [stride as u8, 0, rows as u8, 0];
            assert_eq!(bytes[at..at + 8], [RASTER, head].concat(), "band {band}");
            at += 8 + stride * rows;
        }
        assert_eq!(bytes[at..], CUT, "nothing but the bands");
        let data = at - 2 - 8 * (bands + 1);
        assert_eq!(data, stride * rows as usize);
    }
    assert_eq!((48 * 2_517, 72 * 2_517), (120_816, 181_224));
}

#[test]
fn f_data_that_looks_like_commands_is_sent_as_it_is() {
    let trap = [
        0x1D, 0x56, 0x42, 0, 0x1B, 0x40, 0x1C, 0x26, 0x10, 0x04, 0x01, 0x0A,
    ];
    let mut data = vec![0xAA; 48 * 20];
    data[100..112].copy_from_slice(&trap);
    data[500..512].copy_from_slice(&trap);
    let bitmap = Bitmap::from_data(384, 20, data).unwrap();
    let bytes = escpos::encode(&[page(bitmap.clone())], &settings());
    assert_eq!(commands(&bytes), [&b"\x1b@"[..], &CUT].concat());
    assert_eq!(paper(&bytes, 384), [bitmap]);
}

#[test]
fn g_long_white_runs_are_fed() {
    for (white, feeds) in [
        (23, &[][..]),
        (24, &[0x1B, b'J', 24][..]),
        (300, &[0x1B, b'J', 0xFF, 0x1B, b'J', 0x2D][..]),
    ] {
        let mut bitmap = Bitmap::new(384, white + 20);
        bitmap.fill(0, 0, 384, 10);
        bitmap.fill(0, white + 10, 384, 10);
        let bytes = escpos::encode(&[page(bitmap.clone())], &settings());
        assert_eq!(
            commands(&bytes),
            [b"\x1b@", feeds, &CUT].concat(),
            "{white} white rows"
        );
        assert_eq!(paper(&bytes, 384), [bitmap]);
    }
}

#[test]
fn h_a_code_between_chinese_lines_is_read_and_never_differs() {
    let chinese = |text: &str| Block::from(Text::new(text));
    let document = Document {
        paper: Paper::Mm58,
        sheets: vec![Sheet::of(vec![
            chinese("掃描看訂單"),
            Block::Qr("https://yizhimai.tw/o/A2B3C".into()),
            chinese("謝謝光臨"),
        ])],
    };
    let once = escpos::encode(&layout(&document), &settings());
    assert_eq!(once, escpos::encode(&layout(&document), &settings()));
    assert_eq!(
        qr_codes(&paper(&once, 384)[0]),
        ["https://yizhimai.tw/o/A2B3C"]
    );
    let native = escpos::encode_native(&document, &settings());
    let drawn: Vec<u8> = read(&native)
        .into_iter()
        .filter_map(|act| match act {
            Act::Raster(_, _, data) => Some(data),
            _ => None,
        })
        .flatten()
        .collect();
    let rows = (drawn.len() / 48) as u32;
    let code = Bitmap::from_data(384, rows, drawn).unwrap();
    assert_eq!(qr_codes(&code), ["https://yizhimai.tw/o/A2B3C"]);
}

#[test]
fn every_slip_comes_out_as_it_was_drawn() {
    let shop = Shop::open();
    for kind in DocumentKind::ALL {
        for paper_kind in [Paper::Mm58, Paper::Mm80] {
            let pages = layout(&shop.slip(kind, paper_kind));
            let bytes = escpos::encode(&pages, &settings());
            let drawn: Vec<Bitmap> = pages.into_iter().map(|page| page.bitmap).collect();
            assert_eq!(
                paper(&bytes, paper_kind.width()),
                drawn,
                "{kind:?} on {paper_kind:?}"
            );
        }
    }
}

#[test]
fn drawer_and_buzzer_act_once_and_first() {
    let loud = escpos::Settings {
        copies: 2,
        drawer: true,
        buzzer: escpos::Buzzer::Clone,
        cut: escpos::Cut::Feed,
    };
    let acts = read(&escpos::encode(&[ink(Paper::Mm58, 8)], &loud));
    assert!(matches!(
        acts[..],
        [
            Act::Init,
            Act::Drawer,
            Act::Buzzer,
            Act::Raster(..),
            Act::Feed(150),
            Act::Raster(..),
            Act::Feed(150),
        ]
    ));
}

#[test]
fn right_aligned_letters_of_the_printer_end_at_the_edge() {
    let mut right = Text::new("總計 320");
    right.style.align = Align::Right;
    let document = Document {
        paper: Paper::Mm58,
        sheets: vec![Sheet::of(vec![right.into()])],
    };
    let acts = read(&escpos::encode_native(&document, &settings()));
    assert!(
        acts.contains(&Act::Text(384 - 8 * 12, "總計 320".into(), 1, false)),
        "{acts:?}"
    );
}
