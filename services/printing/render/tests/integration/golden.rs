//! Every slip on every paper, dot for dot. `UPDATE_GOLDEN=1` renews the pictures: look at them.

use std::{fs, io::Cursor, path::PathBuf};

use print_render::{
    Bitmap, Block, Document, DocumentKind, InvoiceProof, Marks, Paper, Sheet, layout, picture,
};

use crate::common::{Shop, kitchen, made, order};

fn check(name: &str, document: &Document) {
    let drawn = picture::stacked(&layout(document), 1);
    let path: PathBuf = [
        env!("CARGO_MANIFEST_DIR"),
        "tests/golden",
        &format!("{name}.png"),
    ]
    .iter()
    .collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, picture::png(&drawn)).unwrap();
    }
    let kept = fs::read(&path).unwrap_or_default();
    assert!(!kept.is_empty(), "{} is missing", path.display());
    let kept = decoded(&kept);
    if kept != drawn {
        let now = std::env::temp_dir().join(format!("{name}.png"));
        fs::write(&now, picture::png(&drawn)).unwrap();
        panic!("{} differs from {}", now.display(), path.display());
    }
}

/// The dots of a PNG, read by the decoder and not by what wrote it.
fn decoded(file: &[u8]) -> Bitmap {
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut samples = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut samples).unwrap();
    let mut bitmap = Bitmap::new(frame.width, frame.height);
    for (at, sample) in (0..).zip(&samples) {
        if *sample == 0 {
            bitmap.set(at % frame.width, at / frame.width);
        }
    }
    bitmap
}

#[test]
fn every_slip_on_every_paper() {
    let shop = Shop::open();
    for kind in DocumentKind::ALL {
        for paper in Paper::ALL {
            let word = serde_json::to_value(kind).unwrap();
            let name = format!("{}_{}", word.as_str().unwrap(), paper.word());
            check(&name, &shop.slip(kind, paper));
        }
    }
}

#[test]
fn a_slip_with_all_that_can_be_said_of_a_print() {
    let mut order = order();
    order.test = true;
    let marks = Marks {
        reprint: Some(1),
        possible_duplicate: Some(2),
        late_minutes: Some(25),
        substitute_for: Some("廚房01".into()),
        moved_from: None,
    };
    check("marks_80mm", &kitchen(&order, &marks));
    let label = print_render::Content::Label {
        order: &order,
        part: print_render::Part::default(),
    };
    check("marks_label_40x25", &made(label, Paper::Label40x25, &marks));
}

#[test]
fn the_proof_of_an_invoice() {
    let proof = InvoiceProof {
        seller: "一指茶股份有限公司".into(),
        period: "115年05-06月".into(),
        number: "AB-12345678".into(),
        lines: vec![
            "2026-06-12 12:31:05".into(),
            "隨機碼 5678    總計 457".into(),
            "賣方 12345675".into(),
        ],
        barcode: "11506AB123456785678".into(),
        left_qr: "AB12345678115061256780000000000000000000000001234567500000000".into(),
        right_qr: "**珍珠奶茶:2:130".into(),
    };
    let document = Document {
        paper: Paper::Mm58,
        sheets: vec![Sheet::of(vec![Block::InvoiceProof(Box::new(proof))])],
    };
    check("invoice_proof_58mm", &document);
}
