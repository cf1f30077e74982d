//! 測試單: whether a printer prints what it should.

use super::{
    SlipRequest,
    blocks::{labelled, qr, said, styled},
};
use crate::{Block, BlockKind, Size, TemplateBlock, Text, Time, order};

/// What a test slip is about; what is empty is not said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestSlip {
    /// Brand.
    pub brand: String,
    /// Branch.
    pub branch: String,
    /// Device or print point.
    pub device: String,
    /// Serial of the device.
    pub serial: String,
    /// How it is reached.
    pub channel: String,
    /// Where it stands.
    pub place: String,
    /// When it was asked for.
    pub at: Option<Time>,
    /// Code that pairs the device.
    pub pairing_code: String,
    /// Text of the QR code.
    pub url: String,
}

pub(super) fn block(request: &SlipRequest, test: &TestSlip, block: &TemplateBlock) -> Vec<Block> {
    match block.kind {
        BlockKind::Brand => said(block, &test.brand),
        BlockKind::Branch => said(block, &test.branch),
        BlockKind::Device => {
            let at = test.at.map(order::moment).unwrap_or_default();
            let paper = match request.paper {
                crate::Paper::Mm58 => "58 mm",
                crate::Paper::Mm80 => "80 mm",
                crate::Paper::Label40x25 => "標籤 40 × 25 mm",
            };
            let facts = [
                ("分店", test.branch.as_str()),
                ("裝置", &test.device),
                ("序號", &test.serial),
                ("連線", &test.channel),
                ("位置", &test.place),
                ("紙張", paper),
                ("時間", &at),
            ];
            let shown = facts.into_iter();
            shown
                .flat_map(|(label, text)| labelled(block, label, text))
                .collect()
        }
        BlockKind::PairingCode if test.pairing_code.is_empty() => Vec::new(),
        BlockKind::PairingCode => {
            let mut label = block.clone();
            (label.size, label.bold) = (Size::Normal, false);
            [said(&label, "配對碼"), said(block, &test.pairing_code)].concat()
        }
        BlockKind::Sample => sample(block),
        BlockKind::OrderQr => qr("測試 QR Code", &test.url, request),
        _ => Vec::new(),
    }
}

/// Characters a printer's own font lacks among those everybody has, all sizes, white on black.
fn sample(block: &TemplateBlock) -> Vec<Block> {
    let mut out: Vec<Block> = [
        "繁體中文 珍珠奶茶 微糖去冰",
        "罕用字 堃喆峯着裏犇",
        "ㄅㄆㄇ あいう アイウ ①②③",
        "ABCDEFGHIJKLM abcdefghijklm",
        "0123456789 NT$1,234 ½ é ℃",
        "，。！？「」（）…※★→",
    ]
    .map(|text| styled(block, text).into())
    .into();
    for (size, text) in [
        (Size::Small, "小字 Aa 20"),
        (Size::Normal, "中字 Aa 24"),
        (Size::Large, "大字 Aa 36"),
        (Size::Huge, "特大 48"),
    ] {
        out.push(Text::new(text).size(size).into());
    }
    out.push(Text::new("粗體 Bold").bold().into());
    out.push(Text::new("反白 Reverse").center().reverse().into());
    out
}
