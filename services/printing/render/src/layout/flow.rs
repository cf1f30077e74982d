//! Blocks become strips.

use std::sync::Arc;

use super::{
    metrics::{Letters, Metrics},
    paragraph,
    strip::{Kind, Mark, Strip},
};
use crate::{Bitmap, Block, InvoiceProof, Row, Rule, Text, code39, font, qr};

/// Dots a QR code on a roll is at most.
const QR_ON_A_ROLL: u32 = 240;

/// The same on a label, so that it leaves room for a number; below 128 clouds do not scale it.
const QR_ON_A_LABEL: u32 = 128;

/// Rows of a bar code.
const CODE39_HEIGHT: u32 = 64;

/// Strips of blocks.
pub(crate) fn strips(blocks: &[Block], metrics: Metrics) -> Vec<Strip> {
    let mut strips = Vec::new();
    for block in blocks {
        match block {
            Block::Text(text) => paragraph::add(&mut strips, metrics, text, None),
            Block::Row(row) => paragraph::add(&mut strips, metrics, &row.left, Some(row)),
            Block::Rule(rule) => strips.push(line_across(*rule, metrics.width())),
            Block::Image(picture) => strips.extend(image(picture, metrics)),
            Block::Qr(text) => add_qr(&mut strips, metrics, text),
            Block::Code39(text) => add_code39(&mut strips, metrics, text),
            Block::Ruler => strips.push(ruler(metrics)),
            Block::Space(rows) => strips.push(Strip::space(*rows)),
            Block::InvoiceProof(proof) => add_proof(&mut strips, metrics, proof),
        }
    }
    strips
}

fn line_across(rule: Rule, width: u32) -> Strip {
    let marks = match rule {
        Rule::Solid => vec![Mark::Fill(0, 7, width, 2)],
        Rule::Dashed => (0..width.div_ceil(12))
            .map(|dash| Mark::Fill(dash * 12, 7, 7, 2))
            .collect(),
    };
    Strip {
        height: 16,
        marks,
        kind: Kind::Rule(rule),
    }
}

fn image(picture: &Bitmap, metrics: Metrics) -> Option<Strip> {
    let picture = picture.fitted(metrics.width(), metrics.tallest());
    (picture.height() > 0).then(|| centred(picture, metrics.width(), Kind::Picture))
}

fn centred(picture: Bitmap, width: u32, kind: Kind) -> Strip {
    Strip {
        height: picture.height(),
        marks: vec![Mark::Picture(
            (width - picture.width().min(width)) / 2,
            0,
            Arc::new(picture),
        )],
        kind,
    }
}

fn add_qr(strips: &mut Vec<Strip>, metrics: Metrics, text: &str) {
    if text.is_empty() {
        return;
    }
    let label = metrics.paper.is_label();
    let limit = if label { QR_ON_A_LABEL } else { QR_ON_A_ROLL };
    let kind = Kind::Qr(text.to_owned());
    // More text takes more room, up to all there is.
    let most = metrics.tallest().min(metrics.width());
    let larger = || match (metrics.letters, label) {
        (Letters::Cloud, true) => None,
        _ => qr::bitmap(text, most),
    };
    match qr::bitmap(text, limit).or_else(larger) {
        Some(code) => strips.push(centred(code, metrics.width(), kind)),
        None => paragraph::add(strips, metrics, &Text::new(text), None),
    }
}

fn add_code39(strips: &mut Vec<Strip>, metrics: Metrics, text: &str) {
    match code39::bitmap(text, metrics.width(), CODE39_HEIGHT) {
        Some(code) if metrics.letters != Letters::Cloud => {
            strips.push(centred(code, metrics.width(), Kind::Picture));
        }
        _ => paragraph::add(strips, metrics, &Text::new(text), None),
    }
}

/// A tick a millimetre, longer every five and ten, centimetres in numbers, and the outermost dots
/// as upright lines: what is missing of them is not printed by the device.
fn ruler(metrics: Metrics) -> Strip {
    let width = metrics.width();
    let mut picture = Bitmap::new(width, 56);
    for millimetre in 0..=width / 8 {
        let height = match millimetre % 10 {
            0 => 24,
            5 => 16,
            _ => 8,
        };
        picture.fill(millimetre * 8, 0, 1, height);
    }
    picture.fill(0, 0, 1, 56);
    picture.fill(width - 1, 0, 1, 56);
    for centimetre in 1..=width.saturating_sub(24) / 80 {
        let number = centimetre.to_string();
        let left = centimetre * 80 - 5 * number.len() as u32;
        for (at, digit) in (0..).zip(number.chars()) {
            let glyph = font::glyph(digit, 20, false);
            let x = (left + at * 10) as i32 + glyph.left;
            picture.draw(x, 28 + glyph.top, &glyph.bitmap);
        }
    }
    centred(picture, width, Kind::Ruler)
}

/// The texts, the bar code, and the two QR codes side by side and of one height.
fn add_proof(strips: &mut Vec<Strip>, metrics: Metrics, proof: &InvoiceProof) {
    for text in proof.texts() {
        paragraph::add(strips, metrics, &text, None);
    }
    add_code39(strips, metrics, &proof.barcode);
    let half = metrics.width() / 2;
    let codes = [&proof.left_qr, &proof.right_qr].map(|text| qr::bitmap(text, half));
    let ([Some(left), Some(right)], Letters::Own | Letters::Device) = (codes, metrics.letters)
    else {
        add_qr(strips, metrics, &proof.left_qr);
        add_qr(strips, metrics, &proof.right_qr);
        return;
    };
    let beside = |code: Bitmap, from: u32| {
        let x = from + (half - code.width()) / 2;
        Mark::Picture(x, 0, Arc::new(code))
    };
    strips.push(Strip {
        height: left.height().max(right.height()),
        marks: vec![beside(left, 0), beside(right, half)],
        kind: Kind::Picture,
    });
}

/// A row that says the same on the left and on the right.
pub(crate) fn right_of(row: &Row) -> Text {
    let mut text = Text::new(&row.right).size(row.right_size);
    text.style.bold = row.right_bold;
    text
}
