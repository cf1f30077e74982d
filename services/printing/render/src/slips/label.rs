//! 標籤: one a unit.

use super::{Part, SlipRequest, again, blocks, heading, items::details, more};
use crate::{Block, BlockKind, Row, Sheet, SlipLine, SlipOrder, TemplateBlock};

/// A sheet a unit of the lines on it, numbered over all lines that get labels.
pub(super) fn sheets(request: &SlipRequest, order: &SlipOrder, part: Part) -> Vec<Sheet> {
    let numbered = || order.lines.iter().filter(|line| part.numbers(line));
    let of: u32 = numbered().map(|line| line.quantity).sum();
    let mut sheets = Vec::new();
    let mut nth = 0;
    for line in numbered() {
        for _ in 0..line.quantity {
            nth += 1;
            if part.has(line) {
                sheets.push(sheet(request, order, line, &format!("{nth}/{of}")));
            }
        }
    }
    sheets
}

/// Head to what comes before the item, foot from what comes behind it.
fn sheet(request: &SlipRequest, order: &SlipOrder, line: &SlipLine, number: &str) -> Sheet {
    let mut sheet = Sheet {
        head: heading::blocks(request),
        again: vec![again(Some(order), number)],
        more: vec![more()],
        ..Sheet::default()
    };
    let mut past = false;
    for block in request.template.blocks.iter().filter(|block| block.visible) {
        match block.kind {
            BlockKind::PickupNumber => sheet.head.push(pickup_number(order, block, number)),
            BlockKind::Items => {
                past = true;
                sheet.body.push(blocks::styled(block, &line.name()).into());
                sheet.body.extend(details(request.template, line, 0, false));
            }
            BlockKind::Options | BlockKind::Notes | BlockKind::Nickname => {}
            // Too high to be said on every label.
            BlockKind::OrderQr => sheet.body.extend(blocks::of(request, block)),
            _ if past => sheet.foot.extend(blocks::of(request, block)),
            _ => sheet.head.extend(blocks::of(request, block)),
        }
    }
    sheet
}

fn pickup_number(order: &SlipOrder, block: &TemplateBlock, number: &str) -> Block {
    Row {
        left: blocks::styled(block, &order.pickup_number),
        right: number.into(),
        right_size: blocks::smaller(block.size),
        right_bold: block.bold,
    }
    .into()
}
