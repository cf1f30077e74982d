//! 修改單: what a revision changed, and nothing else.

use super::{
    Content, Part, SlipRequest,
    blocks::{smaller, styled, wanted},
    items::below,
};
use crate::{Block, Rule, SlipLine, SlipOrder, TemplateBlock, order};

/// What differs between two revisions of an order, or of a part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes<'a> {
    /// Lines, in the order of the later revision, what is gone behind them.
    pub lines: Vec<LineChange<'a>>,
    /// What concerns the whole order: what it is, how it was, how it is.
    pub facts: Vec<(&'static str, String, String)>,
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum LineChange<'a> {
    /// It came.
    Added(&'a SlipLine),
    /// It went.
    Removed(&'a SlipLine),
    /// It is made otherwise, or another number of times.
    Changed {
        /// As it was.
        before: &'a SlipLine,
        /// As it is.
        after: &'a SlipLine,
    },
}

impl Changes<'_> {
    /// Whether there is nothing to print.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.facts.is_empty()
    }
}

/// What differs between two revisions in what a part is about.
pub fn changes<'a>(before: &'a SlipOrder, after: &'a SlipOrder, part: Part) -> Changes<'a> {
    let mut lines = Vec::new();
    for line in after.lines.iter().filter(|line| part.has(line)) {
        match before.lines.iter().find(|known| known.id == line.id) {
            None => lines.push(LineChange::Added(line)),
            Some(known) if same(known, line) => {}
            Some(known) => lines.push(LineChange::Changed {
                before: known,
                after: line,
            }),
        }
    }
    let kept = |line: &SlipLine| after.lines.iter().any(|known| known.id == line.id);
    let gone = before
        .lines
        .iter()
        .filter(|line| part.has(line) && !kept(line));
    lines.extend(gone.map(LineChange::Removed));
    Changes {
        lines,
        facts: facts(before, after),
    }
}

/// Whether the kitchen makes the same.
fn same(one: &SlipLine, other: &SlipLine) -> bool {
    one.quantity == other.quantity && name_of(one) == name_of(other) && said(one) == said(other)
}

fn name_of(line: &SlipLine) -> String {
    order::joined(&[&line.name(), &line.nickname], " · ")
}

/// How a line is made, in words.
fn said(line: &SlipLine) -> String {
    let choices = line.choices().join("、");
    let note = match line.note.as_str() {
        "" => String::new(),
        note => format!("※ {note}"),
    };
    order::joined(&[&choices, &line.options(false), &note], "，")
}

fn facts(before: &SlipOrder, after: &SlipOrder) -> Vec<(&'static str, String, String)> {
    let or_none = |text: &str| {
        if text.is_empty() {
            "無".to_owned()
        } else {
            text.to_owned()
        }
    };
    let utensils = |order: &SlipOrder| if order.utensils { "需要" } else { "不需" }.to_owned();
    let all = [
        (wanted(after), before.wanted(), after.wanted()),
        ("取件方式", before.way(), after.way()),
        ("備註", or_none(&before.remark), or_none(&after.remark)),
        ("餐具", utensils(before), utensils(after)),
    ];
    all.into_iter().filter(|(_, was, is)| was != is).collect()
}

/// The changes, each so that it can be acted on without the slip before.
pub(super) fn blocks(request: &SlipRequest, block: &TemplateBlock) -> Vec<Block> {
    let Content::RevisionSlip {
        before,
        after,
        part,
    } = request.content
    else {
        return Vec::new();
    };
    let changes = changes(before, after, part);
    if changes.is_empty() {
        return vec![styled(block, "內容沒有變更").into()];
    }
    let mut detail = block.clone();
    (detail.size, detail.bold) = (smaller(block.size), false);
    let mut out = Vec::new();
    for change in &changes.lines {
        if !out.is_empty() && !request.paper.is_label() {
            out.push(Block::Rule(Rule::Dashed));
        }
        line(&mut out, change, block, &detail);
    }
    for (what, was, is) in &changes.facts {
        if !out.is_empty() && !request.paper.is_label() {
            out.push(Block::Rule(Rule::Dashed));
        }
        out.push(styled(block, &format!("{what}：{is}")).into());
        out.push(styled(&detail, &format!("原：{was}")).indent(2).into());
    }
    out
}

fn line(out: &mut Vec<Block>, change: &LineChange, block: &TemplateBlock, detail: &TemplateBlock) {
    let (word, line) = match change {
        LineChange::Added(line) => (format!("+{}", line.quantity), line),
        LineChange::Removed(line) => (format!("-{}", line.quantity), line),
        LineChange::Changed { before, after } => {
            let delta = i64::from(after.quantity) - i64::from(before.quantity);
            let word = match delta {
                0 => "改".to_owned(),
                1.. => format!("+{delta}"),
                _ => delta.to_string(),
            };
            (word, after)
        }
    };
    let indent = below(&word, block.size);
    let mut name = styled(block, &name_of(line)).lead(word);
    name.lead_reverse = true;
    out.push(name.into());
    let mut add = |block: &TemplateBlock, text: String| {
        if !text.is_empty() {
            out.push(styled(block, &text).indent(indent).into());
        }
    };
    match change {
        LineChange::Added(line) => {
            add(detail, "新增".into());
            add(detail, said(line));
        }
        LineChange::Removed(line) => {
            add(detail, "取消，不要做".into());
            add(detail, said(line));
        }
        LineChange::Changed { before, after } => {
            if before.quantity != after.quantity {
                add(
                    block,
                    format!("{} → {} 份", before.quantity, after.quantity),
                );
            }
            if name_of(before) != name_of(after) {
                add(detail, format!("原：{}", name_of(before)));
            }
            match (said(before), said(after)) {
                (was, is) if was == is => add(detail, is),
                (was, is) => {
                    let or_none = |text: String| if text.is_empty() { "無".into() } else { text };
                    add(block, format!("改：{}", or_none(is)));
                    add(detail, format!("原：{}", or_none(was)));
                }
            }
        }
    }
}
