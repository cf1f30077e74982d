//! Amounts of a customer's slip.

use super::blocks::styled;
use crate::{Block, PaymentState, Row, Size, SlipOrder, TemplateBlock, order};

fn row(block: &TemplateBlock, name: &str, amount: i64) -> Block {
    Row::new(styled(block, name), order::amount(amount)).into()
}

/// 小計, discounts and fees: what leads from the items to the total.
pub(super) fn amounts(order: &SlipOrder, block: &TemplateBlock) -> Vec<Block> {
    let named = order.discounts.iter().chain(&order.fees);
    let mut out = vec![row(block, "小計", order.list_total)];
    out.extend(named.map(|each| row(block, &each.name, each.amount)));
    out
}

/// 總計, and what is paid and due of it where that is not all or nothing.
pub(super) fn total(order: &SlipOrder, block: &TemplateBlock) -> Vec<Block> {
    let shown = |amount| format!("NT${}", order::amount(amount));
    let mut out = vec![Row::new(styled(block, "總計"), shown(order.total)).into()];
    let mut below = block.clone();
    below.size = match block.size {
        Size::Small => Size::Small,
        _ => Size::Normal,
    };
    let due = order.due();
    if order.paid > 0 && (due > 0 || order.payment_state == PaymentState::PartlyRefunded) {
        out.push(Row::new(styled(&below, "已付"), shown(order.paid)).into());
    }
    if due > 0 {
        out.push(Row::new(styled(&below, "應收"), shown(due)).into());
    }
    out
}
