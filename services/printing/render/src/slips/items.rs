//! The items of a slip.

use super::{SlipRequest, blocks::styled};
use crate::{
    Block, BlockKind, DocumentKind, Row, Rule, Size, SlipLine, Template, TemplateBlock, Text, order,
};

/// Dots of a column, by which options stand below the name and not below the quantity.
const fn column(size: Size) -> u32 {
    match size {
        Size::Small => 10,
        Size::Normal => 12,
        Size::Large => 18,
        Size::Huge => 24,
        Size::Giant => 36,
    }
}

/// Every item with what belongs to it.
pub(super) fn blocks(request: &SlipRequest, block: &TemplateBlock) -> Vec<Block> {
    let kitchen = request.content.kind() != DocumentKind::CustomerSlip;
    let apart = kitchen && !request.paper.is_label();
    let mut out = Vec::new();
    for (at, line) in request.content.lines().into_iter().enumerate() {
        if at > 0 && apart {
            out.push(Block::Rule(Rule::Dashed));
        }
        let quantity = line.quantity.to_string();
        let lead = if kitchen {
            quantity
        } else {
            format!("{quantity}×")
        };
        let indent = below(&lead, block.size);
        let mut name = styled(block, &line.name()).lead(lead);
        // More than one is what is overlooked.
        name.lead_reverse = kitchen && line.quantity > 1;
        out.push(if kitchen {
            name.into()
        } else {
            Row::new(name, order::amount(line.list)).into()
        });
        out.extend(details(request.template, line, indent, !kitchen));
    }
    out
}

/// Columns of normal size before what stands below a name behind this lead.
pub(super) fn below(lead: &str, size: Size) -> u32 {
    let columns = lead
        .chars()
        .map(|c| if c.is_ascii() { 1 } else { 2 })
        .sum::<u32>()
        + 1;
    (columns * column(size)).div_ceil(column(Size::Normal))
}

/// Options, choices, nickname and note of an item, as far as the template shows them.
pub(super) fn details(
    template: &Template,
    line: &SlipLine,
    indent: u32,
    amounts: bool,
) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut add = |kind, text: String| {
        let Some(block) = template.find(kind) else {
            return;
        };
        if !text.is_empty() {
            let text: Text = styled(block, &text).indent(indent);
            out.push(text.into());
        }
    };
    for choice in line.choices() {
        add(BlockKind::Options, choice);
    }
    add(BlockKind::Options, line.options(amounts));
    if !line.nickname.is_empty() {
        add(BlockKind::Nickname, format!("給：{}", line.nickname));
    }
    if !line.note.is_empty() {
        add(BlockKind::Notes, format!("※ {}", line.note));
    }
    out
}
