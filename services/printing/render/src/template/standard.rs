//! The templates a shop has until it makes its own.

use super::{BlockKind as Kind, Template, TemplateBlock};
use crate::{DocumentKind, Paper, Size};

impl Template {
    /// The template of a slip on a paper.
    pub fn standard(document: DocumentKind, paper: Paper) -> Self {
        let label = paper.is_label();
        let blocks = match document {
            DocumentKind::CustomerSlip => customer(label),
            DocumentKind::KitchenSlip => kitchen(label),
            DocumentKind::Label => one_unit(label),
            DocumentKind::CancelSlip => cancel(label),
            DocumentKind::RevisionSlip => revision(label),
            DocumentKind::PrepList => prep(label),
            DocumentKind::TestSlip => test(label),
        };
        Self { blocks, logo: None }
    }
}

const fn block(kind: Kind) -> TemplateBlock {
    TemplateBlock::new(kind)
}

/// A size on a roll, and one on a label.
const fn either(label: bool, kind: Kind, roll: Size, small: Size) -> TemplateBlock {
    block(kind).size(if label { small } else { roll })
}

fn customer(label: bool) -> Vec<TemplateBlock> {
    if label {
        return vec![
            block(Kind::PickupNumber).size(Size::Huge).bold(),
            block(Kind::Method),
            block(Kind::WantedAt),
            block(Kind::Items).bold(),
            block(Kind::Options).size(Size::Small),
            block(Kind::Notes).size(Size::Small),
            block(Kind::Nickname).size(Size::Small),
            block(Kind::Amounts).size(Size::Small),
            block(Kind::Total).bold(),
            block(Kind::Remark),
            block(Kind::OrderNumber).size(Size::Small),
            block(Kind::Branch).size(Size::Small),
        ];
    }
    vec![
        block(Kind::Logo),
        block(Kind::Brand).size(Size::Large).bold().center(),
        block(Kind::Branch).center(),
        block(Kind::PickupNumber).size(Size::Giant).bold().center(),
        block(Kind::Method).size(Size::Large).bold().center(),
        block(Kind::Rule),
        block(Kind::WantedAt).bold(),
        block(Kind::PlacedAt),
        block(Kind::OrderNumber),
        block(Kind::Customer),
        block(Kind::Payment),
        block(Kind::Rule),
        block(Kind::Items).bold(),
        block(Kind::Options),
        block(Kind::Notes),
        block(Kind::Nickname),
        block(Kind::Rule),
        block(Kind::Amounts),
        block(Kind::Total).size(Size::Large).bold(),
        block(Kind::Invoice),
        block(Kind::Remark),
        block(Kind::Utensils),
        block(Kind::Space),
        block(Kind::OrderQr),
    ]
}

fn kitchen(label: bool) -> Vec<TemplateBlock> {
    vec![
        either(label, Kind::Station, Size::Large, Size::Small)
            .bold()
            .center(),
        either(label, Kind::PickupNumber, Size::Giant, Size::Huge).bold(),
        either(label, Kind::WantedAt, Size::Large, Size::Normal).bold(),
        either(label, Kind::OrderNumber, Size::Normal, Size::Small),
        either(label, Kind::PlacedAt, Size::Normal, Size::Small),
        block(Kind::Rule),
        either(label, Kind::Items, Size::Huge, Size::Normal).bold(),
        either(label, Kind::Options, Size::Large, Size::Normal),
        either(label, Kind::Notes, Size::Large, Size::Normal).bold(),
        either(label, Kind::Nickname, Size::Large, Size::Normal),
        either(label, Kind::Remark, Size::Large, Size::Normal).bold(),
        either(label, Kind::Utensils, Size::Normal, Size::Small),
        either(label, Kind::Count, Size::Large, Size::Normal).bold(),
    ]
}

fn one_unit(label: bool) -> Vec<TemplateBlock> {
    vec![
        either(label, Kind::PickupNumber, Size::Giant, Size::Huge).bold(),
        either(label, Kind::Items, Size::Large, Size::Normal).bold(),
        block(Kind::Options),
        block(Kind::Nickname),
        block(Kind::Notes).bold(),
        either(label, Kind::Tail, Size::Normal, Size::Small),
        block(Kind::OrderQr).hidden(),
    ]
}

fn cancel(label: bool) -> Vec<TemplateBlock> {
    vec![
        either(label, Kind::Title, Size::Giant, Size::Large)
            .bold()
            .center(),
        either(label, Kind::Station, Size::Large, Size::Small)
            .bold()
            .center(),
        either(label, Kind::PickupNumber, Size::Giant, Size::Huge).bold(),
        either(label, Kind::WantedAt, Size::Large, Size::Normal).bold(),
        either(label, Kind::OrderNumber, Size::Normal, Size::Small),
        either(label, Kind::Reason, Size::Large, Size::Normal).bold(),
        block(Kind::Rule),
        either(label, Kind::Items, Size::Huge, Size::Normal).bold(),
        either(label, Kind::Options, Size::Large, Size::Normal),
        either(label, Kind::Notes, Size::Normal, Size::Small).hidden(),
        either(label, Kind::Nickname, Size::Large, Size::Normal),
        either(label, Kind::Count, Size::Large, Size::Normal).bold(),
    ]
}

fn revision(label: bool) -> Vec<TemplateBlock> {
    vec![
        either(label, Kind::Title, Size::Huge, Size::Large)
            .bold()
            .center(),
        either(label, Kind::Station, Size::Large, Size::Small)
            .bold()
            .center(),
        either(label, Kind::PickupNumber, Size::Giant, Size::Huge).bold(),
        either(label, Kind::WantedAt, Size::Large, Size::Normal).bold(),
        either(label, Kind::OrderNumber, Size::Normal, Size::Small),
        block(Kind::Rule),
        either(label, Kind::Changes, Size::Large, Size::Normal).bold(),
    ]
}

fn prep(label: bool) -> Vec<TemplateBlock> {
    vec![
        either(label, Kind::Title, Size::Huge, Size::Large)
            .bold()
            .center(),
        block(Kind::Branch).center(),
        either(label, Kind::Scope, Size::Normal, Size::Small),
        either(label, Kind::Items, Size::Large, Size::Normal).bold(),
        either(label, Kind::Options, Size::Normal, Size::Small),
    ]
}

fn test(label: bool) -> Vec<TemplateBlock> {
    vec![
        either(label, Kind::Title, Size::Huge, Size::Normal)
            .bold()
            .center(),
        either(label, Kind::PairingCode, Size::Huge, Size::Large)
            .bold()
            .center(),
        either(label, Kind::Device, Size::Normal, Size::Small),
        block(Kind::Ruler),
        either(label, Kind::Sample, Size::Normal, Size::Small),
        block(Kind::OrderQr),
    ]
}
