//! The order the tests are about, and slips of it.

use chrono::DateTime;
use print_render::{
    Content, Document, DocumentKind, Marks, Page, Paper, Part, PaymentState, PaymentWay, PrepList,
    PrepStation, SlipAmount, SlipChoice, SlipLine, SlipMethod, SlipOption, SlipOrder, SlipRequest,
    Template, TestSlip, Time, layout, slip,
};

pub fn at(text: &str) -> Time {
    DateTime::parse_from_rfc3339(text).unwrap()
}

pub fn option(name: &str, quantity: u32, amount: i64) -> SlipOption {
    SlipOption {
        name: name.into(),
        quantity,
        amount,
    }
}

pub fn line(id: &str, product: &str, quantity: u32) -> SlipLine {
    SlipLine {
        id: id.into(),
        product: product.into(),
        quantity,
        list: 60 * i64::from(quantity),
        ..SlipLine::default()
    }
}

/// Five units at two stations, with everything a slip can say.
pub fn order() -> SlipOrder {
    SlipOrder {
        brand: "一指茶".into(),
        branch: "大安復興店".into(),
        order_number: "A2B3C".into(),
        pickup_number: "045".into(),
        method: SlipMethod::Pickup,
        placed_at: Some(at("2026-06-12T10:36:00+08:00")),
        wanted_at: Some(at("2026-06-12T12:30:00+08:00")),
        lines: vec![
            SlipLine {
                variant: "大".into(),
                list: 130,
                options: vec![
                    option("微糖", 1, 0),
                    option("去冰", 1, 0),
                    option("珍珠", 2, 10),
                ],
                note: "吸管多給一支".into(),
                nickname: "小明".into(),
                station: "吧台".into(),
                ..line("1", "珍珠奶茶", 2)
            },
            SlipLine {
                variant: "中".into(),
                list: 45,
                options: vec![option("半糖", 1, 0), option("少冰", 1, 0)],
                station: "吧台".into(),
                ..line("2", "堃記四季春青茶", 1)
            },
            SlipLine {
                list: 320,
                choices: vec![
                    SlipChoice {
                        part: "主餐".into(),
                        name: "香雞排".into(),
                        quantity: 1,
                    },
                    SlipChoice {
                        part: "附餐".into(),
                        name: "甘梅薯條".into(),
                        quantity: 2,
                    },
                ],
                note: "對花生過敏".into(),
                station: "廚房".into(),
                ..line("3", "雞排分享餐", 2)
            },
        ],
        discounts: vec![SlipAmount {
            name: "滿四百折四十".into(),
            amount: -40,
        }],
        fees: vec![SlipAmount {
            name: "購物袋".into(),
            amount: 2,
        }],
        list_total: 495,
        total: 457,
        payment_way: PaymentWay::OnSite,
        payment_state: PaymentState::Unpaid,
        customer: "王○○".into(),
        remark: "冰的和熱的請分開裝，到店會打電話".into(),
        utensils: true,
        invoice: "手機條碼載具".into(),
        url: "https://yizhimai.tw/o/A2B3C4D5E6F7".into(),
        ..SlipOrder::default()
    }
}

/// The order after a revision: one drink more, made otherwise; one gone, one new; later.
pub fn revised() -> SlipOrder {
    let mut order = order();
    order.revision = 2;
    order.wanted_at = Some(at("2026-06-12T13:00:00+08:00"));
    order.lines[0].quantity = 3;
    order.lines[0].options[0] = option("半糖", 1, 0);
    order.lines.remove(1);
    order.lines.push(SlipLine {
        options: vec![option("正常冰", 1, 0)],
        station: "吧台".into(),
        ..line("4", "仙草凍飲", 1)
    });
    order
}

pub fn prep_list() -> PrepList {
    let (one, other) = (order(), revised());
    PrepList {
        brand: "一指茶".into(),
        branch: "大安復興店".into(),
        day: one.placed_at.unwrap().date_naive(),
        period: "11:00–14:00".into(),
        as_of: at("2026-06-12T10:40:00+08:00"),
        orders: 2,
        stations: PrepStation::totals([&one, &other]),
    }
}

pub fn test_slip() -> TestSlip {
    TestSlip {
        brand: "一指茶".into(),
        branch: "大安復興店".into(),
        device: "廚房01".into(),
        serial: "36NVNY3QNGC344B".into(),
        channel: "Star CloudPRNT".into(),
        place: "廚房01、飲料櫃".into(),
        at: Some(at("2026-06-12T09:00:00+08:00")),
        pairing_code: "482 913".into(),
        url: "https://yizhimai.tw/printers/36NVNY3QNGC344B".into(),
    }
}

/// What the standard slips are about.
pub struct Shop {
    order: SlipOrder,
    revised: SlipOrder,
    prep: PrepList,
    test: TestSlip,
}

impl Shop {
    pub fn open() -> Self {
        Self {
            order: order(),
            revised: revised(),
            prep: prep_list(),
            test: test_slip(),
        }
    }

    pub fn content(&self, kind: DocumentKind) -> Content<'_> {
        let (order, part) = (&self.order, Part::default());
        match kind {
            DocumentKind::CustomerSlip => Content::CustomerSlip { order },
            DocumentKind::KitchenSlip => Content::KitchenSlip { order, part },
            DocumentKind::Label => Content::Label { order, part },
            DocumentKind::CancelSlip => Content::CancelSlip {
                order,
                part,
                at: at("2026-06-12T11:05:00+08:00"),
                reason: "客人要求",
            },
            DocumentKind::RevisionSlip => Content::RevisionSlip {
                before: order,
                after: &self.revised,
                part,
            },
            DocumentKind::PrepList => Content::PrepList(&self.prep),
            DocumentKind::TestSlip => Content::TestSlip(&self.test),
        }
    }

    pub fn slip(&self, kind: DocumentKind, paper: Paper) -> Document {
        made(self.content(kind), paper, &Marks::default())
    }
}

/// The slip of the standard template.
pub fn made(content: Content, paper: Paper, marks: &Marks) -> Document {
    slip(&SlipRequest {
        paper,
        template: &Template::standard(content.kind(), paper),
        marks,
        content,
    })
}

pub fn kitchen(order: &SlipOrder, marks: &Marks) -> Document {
    let part = Part::default();
    made(Content::KitchenSlip { order, part }, Paper::Mm80, marks)
}

pub fn labels(order: &SlipOrder, part: Part) -> Document {
    made(
        Content::Label { order, part },
        Paper::Label40x25,
        &Marks::default(),
    )
}

/// What a page says, a line of paper a line, its parts from the left apart by a space.
pub fn said(page: &Page) -> Vec<String> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    for run in &page.runs {
        // Letters of one line stand on one baseline.
        let base = run.y + run.px * 88 / 100;
        match lines.last_mut() {
            Some((last, line)) if *last == base => {
                line.push(' ');
                line.push_str(&run.text);
            }
            _ => lines.push((base, run.text.clone())),
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

/// What a document says on its only page.
pub fn said_once(document: &Document) -> Vec<String> {
    let pages = layout(document);
    assert_eq!(pages.len(), 1);
    said(&pages[0])
}
