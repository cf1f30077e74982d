//! A paragraph, with what stands before it and at its right, becomes lines.

use super::{
    Run, flow,
    metrics::{Letters, Metrics},
    strip::{Kind, Mark, Strip},
};
use crate::{Align, Row, Text, markup, text};

/// Dots between a frame and what is in it.
const FRAME: u32 = 10;

/// Dots of a frame's lines.
const STROKE: u32 = 2;

/// Adds the lines of a paragraph; nothing where it says nothing.
pub(crate) fn add(strips: &mut Vec<Strip>, metrics: Metrics, source: &Text, row: Option<&Row>) {
    let lines = Paragraph::new(metrics, source, row).lines();
    if lines.is_empty() {
        return;
    }
    if !source.style.boxed {
        strips.extend(lines);
        return;
    }
    let width = metrics.width();
    let sides = |height| {
        [
            Mark::Fill(0, 0, STROKE, height),
            Mark::Fill(width - STROKE, 0, STROKE, height),
        ]
    };
    let end = |line, rows| {
        let mut marks = vec![Mark::Fill(0, line, width, STROKE)];
        marks.extend(sides(rows));
        Strip {
            height: rows,
            marks,
            kind: Kind::Frame,
        }
    };
    strips.push(end(0, 6));
    for mut line in lines {
        line.marks.extend(sides(line.height));
        line.kind = match metrics.letters {
            Letters::Cloud => line.kind,
            Letters::Own | Letters::Device => Kind::Adorned,
        };
        strips.push(line);
    }
    strips.push(end(4, 6));
    strips.push(Strip::space(6));
}

/// What is to be set, measured.
struct Paragraph<'a> {
    metrics: Metrics,
    style: crate::Style,
    reverse: bool,
    lead: String,
    lead_reverse: bool,
    content: String,
    right: String,
    row: Option<&'a Row>,
    /// Height of the cells on the left.
    px: u32,
    /// Where lines begin.
    left: u32,
    /// Where they end.
    end: u32,
}

impl<'a> Paragraph<'a> {
    fn new(metrics: Metrics, source: &Text, row: Option<&'a Row>) -> Self {
        let style = source.style;
        let cloud = metrics.letters == Letters::Cloud;
        let said = |text: &str| {
            let text = text::clean(text);
            if cloud { markup::escaped(&text) } else { text }
        };
        let mut content = said(&source.text);
        // A cloud's letters are never white on black.
        if cloud && style.reverse && !content.is_empty() {
            content = format!("【{content}】");
        }
        let mut lead = said(&source.lead);
        if cloud && source.lead_reverse && !lead.is_empty() {
            lead = format!("[{lead}]");
        }
        let frame = if style.boxed { FRAME } else { 0 };
        let column = metrics.px(crate::Size::Normal) / 2;
        let width = metrics.width();
        Self {
            metrics,
            style,
            reverse: style.reverse && !cloud,
            lead,
            lead_reverse: source.lead_reverse && !cloud,
            content,
            right: row.map(|row| said(&row.right)).unwrap_or_default(),
            row,
            px: metrics.px(style.size),
            left: frame + (style.indent * column).min(width / 3),
            end: width - frame,
        }
    }

    fn columns(&self, text: &str) -> u32 {
        text::columns(text, |c| self.metrics.columns(c))
    }

    fn wrap(&self, text: &str, columns: u32) -> Vec<String> {
        text::wrap(text, columns, |c| self.metrics.columns(c))
    }

    fn lines(mut self) -> Vec<Strip> {
        let cell = self.px / 2;
        let room = self.end - self.left;
        // A lead that leaves no room stands in the text.
        let mut hang = 0;
        if !self.lead.is_empty() {
            hang = (self.columns(&self.lead) + 1) * cell;
            if hang > room / 2 {
                self.content = format!("{} {}", self.lead, self.content);
                self.content.truncate(self.content.trim_end().len());
                self.lead.clear();
                hang = 0;
            }
        }
        let right_px = self
            .row
            .map_or(self.px, |row| self.metrics.px(row.right_size));
        let right_width = self.columns(&self.right) * right_px / 2;
        // So is an amount that does: it stands on lines of its own.
        let beside = !self.right.is_empty() && (hang + right_width + cell) * 10 <= room * 7;
        let taken = hang + if beside { right_width + cell } else { 0 };
        let mut lines = self.wrap(&self.content, room.saturating_sub(taken) / cell);
        if lines.is_empty() && (!self.lead.is_empty() || beside) {
            lines.push(String::new());
        }
        let last = lines.len().saturating_sub(1);
        let mut strips: Vec<Strip> = lines
            .into_iter()
            .enumerate()
            .map(|(at, line)| {
                let right = (beside && at == last).then_some((right_px, right_width));
                self.line(line, hang, at == 0, right)
            })
            .collect();
        if let (false, false, Some(row)) = (beside, self.right.is_empty(), self.row) {
            let mut own = flow::right_of(row);
            own.style.align = Align::Right;
            let own = Paragraph::new(self.metrics, &own, None);
            strips.extend(own.lines());
        }
        strips
    }

    fn line(&self, text: String, hang: u32, first: bool, right: Option<(u32, u32)>) -> Strip {
        let tallest = self.px.max(right.map_or(0, |(px, _)| px));
        let height = Metrics::line(tallest);
        // Cells stand on one baseline, 88 of 100 down.
        let base = (height - tallest) / 2 + tallest * 88 / 100;
        let top = |px: u32| base - px * 88 / 100;
        let width = self.columns(&text) * self.px / 2;
        let room = self.end - self.left;
        let start = self.left + hang;
        let x = match self.style.align {
            Align::Left => start,
            _ if right.is_some() || hang > 0 => start,
            Align::Center => start + room.saturating_sub(width) / 2,
            Align::Right => start + room.saturating_sub(width),
        };
        let run = |x, px, bold, text: String| Run {
            x,
            y: top(px),
            px,
            bold,
            width: self.columns(&text) * px / 2,
            text,
        };
        let mut marks = Vec::new();
        let mut kind = Kind::Line(match right {
            Some(_) => Align::Left,
            None if hang > 0 => Align::Left,
            None => self.style.align,
        });
        if first && !self.lead.is_empty() {
            let lead = run(self.left, self.px, self.style.bold, self.lead.clone());
            let (x, y, width) = (lead.x, lead.y, lead.width);
            marks.push(Mark::Text(lead));
            if self.lead_reverse {
                marks.push(Mark::Invert(
                    x.saturating_sub(2),
                    y - 2,
                    width + 4,
                    self.px + 4,
                ));
                kind = Kind::Adorned;
            }
        }
        if !text.is_empty() {
            marks.push(Mark::Text(run(x, self.px, self.style.bold, text)));
        }
        if let (Some((px, width)), Some(row)) = (right, self.row) {
            let x = self.end - width;
            marks.push(Mark::Text(run(x, px, row.right_bold, self.right.clone())));
        }
        if self.reverse {
            marks.push(Mark::Invert(0, 0, self.metrics.width(), height));
            kind = Kind::Adorned;
        }
        Strip {
            height,
            marks,
            kind,
        }
    }
}
