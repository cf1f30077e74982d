//! A sample order, for pictures of templates.

use chrono::{DateTime, Utc};
use print_render::{
    Content, Document as Drawn, Marks, Part, PaymentState, PrepList, PrepStation, SlipAmount,
    SlipLine, SlipOption, SlipOrder, SlipRequest, Template as Layout, TestSlip, Time, slip,
};

use super::{draw, in_zone};
use crate::domain::{
    device::Paper,
    document::{Document, Per},
};

/// The slips that a layout makes of a sample order.
#[must_use]
pub fn sample(
    document: Document,
    paper: Paper,
    layout: &Layout,
    per: Per,
    now: DateTime<Utc>,
) -> Drawn {
    let now = in_zone(now, "Asia/Taipei");
    let order = order(now);
    let paper = draw::paper(paper);
    let marks = Marks::default();
    let draw = |content: Content<'_>| {
        slip(&SlipRequest {
            paper,
            template: layout,
            marks: &marks,
            content,
        })
    };
    let part = Part::default();
    match document {
        Document::CustomerSlip => draw(Content::CustomerSlip { order: &order }),
        Document::KitchenSlip => {
            let mut drawn = Drawn {
                paper,
                sheets: Vec::new(),
            };
            for (station, ids) in parts(&order, per) {
                let part = Part {
                    station: &station,
                    lines: Some(&ids),
                    numbered: None,
                };
                let order = &order;
                drawn
                    .sheets
                    .extend(draw(Content::KitchenSlip { order, part }).sheets);
            }
            drawn
        }
        Document::Label => draw(Content::Label {
            order: &order,
            part,
        }),
        Document::CancelSlip => draw(Content::CancelSlip {
            order: &order,
            part,
            at: now,
            reason: "客人要求",
        }),
        Document::RevisionSlip => {
            let mut after = order.clone();
            after.revision = 2;
            after.lines[0].quantity += 1;
            after.lines.remove(1);
            draw(Content::RevisionSlip {
                before: &order,
                after: &after,
                part,
            })
        }
        Document::PrepList => draw(Content::PrepList(&PrepList {
            brand: order.brand.clone(),
            branch: order.branch.clone(),
            day: now.date_naive(),
            period: String::new(),
            as_of: now,
            orders: 1,
            stations: PrepStation::totals([&order]),
        })),
        Document::TestSlip => draw(Content::TestSlip(&TestSlip {
            brand: order.brand.clone(),
            branch: order.branch.clone(),
            device: "廚房01".to_owned(),
            serial: "36NVNY3QNGC344B".to_owned(),
            at: Some(now),
            pairing_code: "123456".to_owned(),
            ..TestSlip::default()
        })),
    }
}

fn parts(order: &SlipOrder, per: Per) -> Vec<(String, Vec<String>)> {
    let all = order.lines.iter();
    match per {
        Per::Order => vec![(String::new(), all.map(|line| line.id.clone()).collect())],
        Per::Item => all
            .map(|line| (line.station.clone(), vec![line.id.clone()]))
            .collect(),
        Per::Station => ["吧台", "廚房"]
            .map(|station| {
                let own = order.lines.iter().filter(|line| line.station == station);
                (
                    station.to_owned(),
                    own.map(|line| line.id.clone()).collect(),
                )
            })
            .to_vec(),
    }
}

fn order(now: Time) -> SlipOrder {
    let option = |name: &str, amount| SlipOption {
        name: name.to_owned(),
        quantity: 1,
        amount,
    };
    let line = |id: &str, product: &str, variant: &str, quantity, list, station: &str| SlipLine {
        id: id.to_owned(),
        product: product.to_owned(),
        variant: variant.to_owned(),
        quantity,
        list,
        station: station.to_owned(),
        ..SlipLine::default()
    };
    SlipOrder {
        brand: "一指買".to_owned(),
        branch: "信義店".to_owned(),
        order_number: "7K2MX".to_owned(),
        pickup_number: "018".to_owned(),
        placed_at: Some(now),
        wanted_at: Some(now + chrono::TimeDelta::minutes(30)),
        lines: vec![
            SlipLine {
                options: vec![option("微糖", 0), option("去冰", 0), option("珍珠", 10)],
                ..line("1", "紅玉紅茶", "大杯", 2, 90, "吧台")
            },
            SlipLine {
                options: vec![option("無糖", 0), option("少冰", 0)],
                nickname: "小美".to_owned(),
                ..line("2", "翠玉綠茶", "中杯", 1, 30, "吧台")
            },
            SlipLine {
                note: "不要辣".to_owned(),
                ..line("3", "鹽酥雞", "", 1, 75, "廚房")
            },
        ],
        discounts: vec![SlipAmount {
            name: "滿 150 折 10".to_owned(),
            amount: -10,
        }],
        list_total: 195,
        total: 185,
        paid: 185,
        payment_state: PaymentState::Paid,
        customer: "王小姐".to_owned(),
        remark: "請附收據".to_owned(),
        utensils: true,
        ..SlipOrder::default()
    }
}
