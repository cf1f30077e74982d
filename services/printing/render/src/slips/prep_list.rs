//! 備料表: totals by station.

use super::{
    SlipRequest,
    blocks::{labelled, said, styled},
};
use crate::{Block, BlockKind, PrepList, Row, Rule, TemplateBlock, order};

pub(super) fn block(request: &SlipRequest, list: &PrepList, block: &TemplateBlock) -> Vec<Block> {
    match block.kind {
        BlockKind::Brand => said(block, &list.brand),
        BlockKind::Branch => said(block, &list.branch),
        BlockKind::Scope => {
            let day = list.day.format("%Y-%m-%d").to_string();
            let mut out = labelled(block, "營業日", &order::joined(&[&day, &list.period], " "));
            out.extend(labelled(block, "訂單", &format!("{} 筆", list.orders)));
            out.extend(labelled(block, "列印時間", &order::moment(list.as_of)));
            out
        }
        BlockKind::Items => items(request, list, block),
        _ => Vec::new(),
    }
}

fn items(request: &SlipRequest, list: &PrepList, block: &TemplateBlock) -> Vec<Block> {
    if list.stations.is_empty() {
        return said(block, "沒有要備的品項");
    }
    let parts = request.template.find(BlockKind::Options);
    let mut out = Vec::new();
    for station in &list.stations {
        let name = match station.name.as_str() {
            "" => "未分工作站",
            name => name,
        };
        out.push(Block::Space(8));
        out.push(styled(block, name).reverse().into());
        for (at, item) in station.items.iter().enumerate() {
            if at > 0 && !request.paper.is_label() {
                out.push(Block::Rule(Rule::Dashed));
            }
            let total = order::amount(item.quantity.into());
            out.push(Row::new(styled(block, &item.name), total).into());
            for (name, quantity) in item.parts.iter().filter(|_| parts.is_some()) {
                let block = parts.unwrap_or(block);
                let total = order::amount((*quantity).into());
                out.push(Row::new(styled(block, name).indent(2), total).into());
            }
        }
    }
    out
}
