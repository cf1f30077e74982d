//! What has to be said of a print, above everything and whatever the template says.

use super::SlipRequest;
use crate::{Block, Size, Text, order};

/// What has to be said of a print; by default nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Marks {
    /// 補印 n: printed again by hand, for the nth time.
    pub reprint: Option<u32>,
    /// 補印 – 可能重複: it may have been printed before; which attempt this is.
    pub possible_duplicate: Option<u32>,
    /// 補印 延遲 N 分: printed later than it should.
    pub late_minutes: Option<u32>,
    /// 代印: printed for another print point, which failed.
    pub substitute_for: Option<String>,
    /// 轉印自: handed over by another device.
    pub moved_from: Option<String>,
}

impl Marks {
    fn texts(&self, test: bool) -> Vec<String> {
        let mut texts = Vec::new();
        if test {
            texts.push("測試".into());
        }
        if let Some(nth) = self.reprint {
            texts.push(format!("補印 {nth}"));
        }
        match self.possible_duplicate {
            Some(attempt @ 2..) => texts.push(format!("補印 – 可能重複（第 {attempt} 次）")),
            Some(_) => texts.push("補印 – 可能重複".into()),
            None => {}
        }
        if let Some(minutes) = self.late_minutes {
            texts.push(format!("補印 延遲 {minutes} 分"));
        }
        if let Some(point) = &self.substitute_for {
            texts.push(format!("代印 {point}"));
        }
        if let Some(device) = &self.moved_from {
            texts.push(format!("轉印自 {device}"));
        }
        texts
    }
}

/// White on black: a bar each on a roll, one for all on a label.
pub(super) fn blocks(request: &SlipRequest) -> Vec<Block> {
    let test = request.content.order().is_some_and(|order| order.test);
    let texts = request.marks.texts(test);
    let bar = |text: &str, size| {
        let text = Text::new(text).size(size).bold().center().reverse();
        Block::from(text)
    };
    if !request.paper.is_label() {
        return texts.iter().map(|text| bar(text, Size::Large)).collect();
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    match order::joined(&texts, " ") {
        text if text.is_empty() => Vec::new(),
        text => vec![bar(&text, Size::Small)],
    }
}
