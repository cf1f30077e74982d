//! Codes, read back by decoders that did not write them.

use print_render::{Bitmap, Block, Document, DocumentKind, Page, Paper, Sheet, layout};

use crate::common::{Shop, labels, order};

/// Texts of the QR codes on a page.
pub fn qr_codes(bitmap: &Bitmap) -> Vec<String> {
    let (width, height) = (bitmap.width() as usize, bitmap.height() as usize);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        if bitmap.get(x as u32, y as u32) {
            0
        } else {
            255
        }
    });
    let grids = image.detect_grids();
    grids.iter().map(|grid| grid.decode().unwrap().1).collect()
}

fn page_of(block: Block, paper: Paper) -> Page {
    let document = Document {
        paper,
        sheets: vec![Sheet::of(vec![block])],
    };
    let mut pages = layout(&document);
    assert_eq!(pages.len(), 1);
    pages.remove(0)
}

#[test]
fn the_order_page_is_read_from_a_customers_slip() {
    for paper in [Paper::Mm58, Paper::Mm80] {
        let document = Shop::open().slip(DocumentKind::CustomerSlip, paper);
        assert_eq!(qr_codes(&layout(&document)[0].bitmap), [order().url]);
    }
}

#[test]
fn a_test_slip_has_its_code() {
    let shop = Shop::open();
    for paper in Paper::ALL {
        let pages = layout(&shop.slip(DocumentKind::TestSlip, paper));
        let codes: Vec<String> = pages
            .iter()
            .flat_map(|page| qr_codes(&page.bitmap))
            .collect();
        assert_eq!(codes, ["https://yizhimai.tw/printers/36NVNY3QNGC344B"]);
    }
}

#[test]
fn codes_of_every_length_are_read_or_written_out() {
    for length in [1, 20, 60, 150, 400, 3_000] {
        let text = "0123456789abcdef/"
            .chars()
            .cycle()
            .take(length)
            .collect::<String>();
        for paper in Paper::ALL {
            let pages = layout(&Document {
                paper,
                sheets: vec![Sheet::of(vec![Block::Qr(text.clone())])],
            });
            let letters =
                |page: &Page| -> String { page.runs.iter().map(|run| run.text.as_str()).collect() };
            let written: String = pages.iter().map(letters).collect();
            if written.is_empty() {
                assert_eq!(
                    qr_codes(&pages[0].bitmap),
                    std::slice::from_ref(&text),
                    "{length} on {paper:?}"
                );
            } else {
                assert_eq!(written, text, "{length} on {paper:?}");
            }
        }
    }
}

#[test]
fn a_label_with_a_code_on_request_is_read() {
    use print_render::{BlockKind, Content, Marks, Part, SlipRequest, Template, slip};
    let mut order = order();
    order.lines.truncate(1);
    let mut template = Template::standard(DocumentKind::Label, Paper::Label40x25);
    for block in &mut template.blocks {
        block.visible |= block.kind == BlockKind::OrderQr;
    }
    let pages = layout(&slip(&SlipRequest {
        paper: Paper::Label40x25,
        template: &template,
        marks: &Marks::default(),
        content: Content::Label {
            order: &order,
            part: Part::default(),
        },
    }));
    let codes: Vec<String> = pages
        .iter()
        .flat_map(|page| qr_codes(&page.bitmap))
        .collect();
    assert_eq!(codes, [order.url.clone(), order.url.clone()], "one a unit");
    assert!(layout(&labels(&order, Part::default())).len() < pages.len());
}

/// Code 39 by the widths of its bars and spaces.
#[test]
fn a_bar_code_says_what_it_should() {
    let page = page_of(Block::Code39("11506AB123456785678".into()), Paper::Mm58);
    let row: Vec<bool> = (0..384).map(|x| page.bitmap.get(x, 30)).collect();
    let runs: Vec<usize> = row
        .chunk_by(|one, other| one == other)
        .map(<[bool]>::len)
        .collect();
    // White at both ends is no element.
    let elements = &runs[1..runs.len() - 1];
    let narrow = elements.iter().min().unwrap();
    let letters: Vec<String> = elements
        .chunks(10)
        .map(|letter| {
            let wide = |dots: &usize| if *dots > narrow * 3 / 2 { 'w' } else { 'n' };
            letter.iter().take(9).map(wide).collect()
        })
        .collect();
    assert_eq!(letters.len(), 21);
    assert_eq!(
        (letters[0].as_str(), letters[20].as_str()),
        ("nwnnwnwnn", "nwnnwnwnn")
    );
    // By the table of ISO/IEC 16388: 1, A, B, 8.
    let of = |at: usize| letters[at].as_str();
    assert_eq!((of(1), of(6)), ("wnnwnnnnw", "wnnnnwnnw"));
    assert_eq!((of(7), of(19)), ("nnwnnwnnw", "wnnwnnwnn"));
}
