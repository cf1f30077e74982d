//! Each block of a template, as what it says of the slip at hand.

use std::sync::Arc;

use super::{Content, DocumentKind, SlipRequest, items, money, prep_list, revision, test_slip};
use crate::{
    Align, Block, BlockKind, Row, Rule, Size, SlipMethod, SlipOrder, Style, TemplateBlock, Text,
    order,
};

/// What a block becomes; nothing where the slip has nothing to say in it.
pub(super) fn of(request: &SlipRequest, block: &TemplateBlock) -> Vec<Block> {
    match block.kind {
        BlockKind::Logo => {
            let logo = request.template.logo.as_ref();
            let picture = |logo: &crate::Logo| Block::Image(Arc::new(logo.bitmap().clone()));
            return logo.map(picture).into_iter().collect();
        }
        BlockKind::Rule => return vec![Block::Rule(Rule::Solid)],
        BlockKind::Space => return vec![Block::Space(16)],
        BlockKind::Ruler => return vec![Block::Space(8), Block::Ruler],
        BlockKind::Text => return said(block, &block.text),
        BlockKind::Title => return bar(block, title(request)),
        _ => {}
    }
    match request.content {
        Content::PrepList(list) => prep_list::block(request, list, block),
        Content::TestSlip(test) => test_slip::block(request, test, block),
        _ => request
            .content
            .order()
            .map_or_else(Vec::new, |order| of_order(request, order, block)),
    }
}

fn of_order(request: &SlipRequest, order: &SlipOrder, block: &TemplateBlock) -> Vec<Block> {
    match block.kind {
        BlockKind::Brand => said(block, &order.brand),
        BlockKind::Branch => said(block, &order.branch),
        BlockKind::Station => bar(block, station(request)),
        BlockKind::PickupNumber => pickup_number(request, order, block),
        BlockKind::OrderNumber => labelled(block, "訂單編號", &order.order_number),
        BlockKind::Method => said(
            block,
            &order::joined(&[&order.way(), &order.channel], " · "),
        ),
        BlockKind::WantedAt => labelled(block, wanted(order), &order.wanted()),
        BlockKind::PlacedAt => {
            let at = order.placed_at.map(order::moment).unwrap_or_default();
            labelled(block, "訂單時間", &at)
        }
        BlockKind::Customer => labelled(block, "顧客", &order.customer),
        BlockKind::Payment => labelled(block, "付款", &order.payment()),
        BlockKind::Items => items::blocks(request, block),
        BlockKind::Amounts => money::amounts(order, block),
        BlockKind::Total => money::total(order, block),
        BlockKind::Count => {
            let lines = request.content.lines();
            let units: u64 = lines.iter().map(|line| u64::from(line.quantity)).sum();
            said(block, &format!("共 {units} 份"))
        }
        BlockKind::Remark if order.remark.is_empty() => Vec::new(),
        BlockKind::Remark => {
            vec![
                Block::Space(8),
                styled(block, &format!("備註：{}", order.remark))
                    .boxed()
                    .into(),
            ]
        }
        BlockKind::Utensils if order.utensils => said(block, "需要餐具"),
        BlockKind::Utensils => said(block, "不需餐具"),
        BlockKind::Invoice => labelled(block, "發票", &order.invoice),
        BlockKind::Reason => reason(request, block),
        BlockKind::Changes => revision::blocks(request, block),
        BlockKind::Tail => tail(order, block),
        BlockKind::OrderQr => qr("掃描查看訂單", &order.url, request),
        _ => Vec::new(),
    }
}

/// A text in the block's style.
pub(super) fn styled(block: &TemplateBlock, text: &str) -> Text {
    Text {
        text: text.into(),
        style: Style {
            size: block.size,
            bold: block.bold,
            align: block.align,
            ..Style::default()
        },
        ..Text::default()
    }
}

/// A text in the block's style; nothing where there is none.
pub(super) fn said(block: &TemplateBlock, text: &str) -> Vec<Block> {
    match text {
        "" => Vec::new(),
        text => vec![styled(block, text).into()],
    }
}

/// White on black, from edge to edge.
fn bar(block: &TemplateBlock, text: &str) -> Vec<Block> {
    match text {
        "" => Vec::new(),
        text => vec![styled(block, text).reverse().into()],
    }
}

/// What something is, and it.
pub(super) fn labelled(block: &TemplateBlock, label: &str, text: &str) -> Vec<Block> {
    if text.is_empty() {
        return Vec::new();
    }
    if block.align == Align::Left {
        vec![styled(block, text).lead(label).into()]
    } else {
        vec![styled(block, &format!("{label} {text}")).into()]
    }
}

/// A QR code below what it is for, which a label has no room for.
pub(super) fn qr(label: &str, text: &str, request: &SlipRequest) -> Vec<Block> {
    if text.is_empty() {
        return Vec::new();
    }
    let code = Block::Qr(text.into());
    if request.paper.is_label() {
        vec![code]
    } else {
        vec![Text::new(label).size(Size::Small).center().into(), code]
    }
}

const fn title(request: &SlipRequest) -> &'static str {
    match request.content.kind() {
        DocumentKind::CustomerSlip => "顧客單",
        DocumentKind::KitchenSlip => "廚房單",
        DocumentKind::Label => "標籤",
        DocumentKind::CancelSlip => "取消單",
        DocumentKind::RevisionSlip => "修改單",
        DocumentKind::PrepList => "備料表",
        DocumentKind::TestSlip => "列印測試",
    }
}

/// The station; a slip of the kitchen for none says what it is.
fn station<'a>(request: &SlipRequest<'a>) -> &'a str {
    match request.content.part().station {
        "" if request.content.kind() == DocumentKind::KitchenSlip => title(request),
        station => station,
    }
}

fn pickup_number(request: &SlipRequest, order: &SlipOrder, block: &TemplateBlock) -> Vec<Block> {
    let number = styled(block, &order.pickup_number);
    if request.content.kind() == DocumentKind::CustomerSlip {
        return said(block, &order.pickup_number);
    }
    vec![
        Row {
            left: number,
            right: order::joined(&[&order.way(), &order.channel], " · "),
            right_size: smaller(block.size),
            right_bold: block.bold,
        }
        .into(),
    ]
}

/// What stands beside something this large.
pub(super) const fn smaller(size: Size) -> Size {
    match size {
        Size::Small => Size::Small,
        Size::Normal | Size::Large => Size::Normal,
        Size::Huge | Size::Giant => Size::Large,
    }
}

pub(super) const fn wanted(order: &SlipOrder) -> &'static str {
    match order.method {
        SlipMethod::Pickup => "希望取件",
        SlipMethod::Delivery => "希望送達",
        SlipMethod::OnSite => "希望出餐",
    }
}

fn reason(request: &SlipRequest, block: &TemplateBlock) -> Vec<Block> {
    let Content::CancelSlip { at, reason, .. } = request.content else {
        return Vec::new();
    };
    let text = format!("{} 取消", order::hours(at));
    said(block, &order::joined(&[&text, reason], "："))
}

/// Left what the counter looks for, right where it is from.
fn tail(order: &SlipOrder, block: &TemplateBlock) -> Vec<Block> {
    let left = styled(block, &order::joined(&[&order.wanted(), &order.way()], " "));
    vec![Row::new(left, &order.branch).into()]
}
