//! How long a receipt takes, from the order to the bytes of each kind of printer. Prints the mean
//! processor time and fails above the budget of 15 ms.
//!
//! `cargo bench -p print-render`, on one core.

use std::{hint::black_box, time::Duration};

use print_render::{
    Content, Document, Marks, Paper, Part, SlipAmount, SlipLine, SlipOption, SlipOrder,
    SlipRequest, Template, epos, escpos, layout, markup, picture, slip, tspl,
};

const BUDGET: Duration = Duration::from_millis(15);
const ROUNDS: u32 = 200;

fn main() {
    for lines in [6, 60] {
        let order = order(lines);
        for (name, paper, print) in PRINTS {
            let each = measure(&order, paper, print);
            println!("{lines} lines, {name}: {} µs", each.as_micros());
            assert!(each <= BUDGET, "the budget is {} µs", BUDGET.as_micros());
        }
    }
}

/// A way to print, on a paper.
type Print = (&'static str, Paper, fn(&Document) -> usize);

const PRINTS: [Print; 6] = [
    ("58 mm ESC/POS", Paper::Mm58, escpos),
    ("80 mm ESC/POS", Paper::Mm80, escpos),
    ("80 mm PNG", Paper::Mm80, |document| {
        picture::png(&picture::stacked(&layout(document), 1)).len()
    }),
    ("80 mm ePOS", Paper::Mm80, |document| {
        let xml = epos::encode(&layout(document), &epos::Settings::default());
        xml.expect("a slip a printer takes").len()
    }),
    ("80 mm Xpyun", Paper::Mm80, |document| {
        markup::xpyun(document).iter().map(String::len).sum()
    }),
    ("one label TSPL", Paper::Label40x25, |document| {
        tspl::encode(&layout(document), &tspl::Settings::default()).len()
    }),
];

fn escpos(document: &Document) -> usize {
    escpos::encode(&layout(document), &escpos::Settings::default()).len()
}

/// Time this thread has had on a processor, so that others on the machine do not count.
fn on_processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux counts it");
    let nanos = stat.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.expect("nanoseconds come first"))
}

fn measure(order: &SlipOrder, paper: Paper, print: fn(&Document) -> usize) -> Duration {
    let first = [order.lines[0].id.clone()];
    let content = if paper.is_label() {
        Content::Label {
            order,
            part: Part {
                lines: Some(&first),
                ..Part::default()
            },
        }
    } else {
        Content::CustomerSlip { order }
    };
    let template = Template::standard(content.kind(), paper);
    let marks = Marks::default();
    let request = SlipRequest {
        paper,
        template: &template,
        marks: &marks,
        content,
    };
    let start = on_processor();
    for _ in 0..ROUNDS {
        black_box(print(&slip(black_box(&request))));
    }
    (on_processor() - start) / ROUNDS
}

fn order(lines: usize) -> SlipOrder {
    let names = [
        "珍珠奶茶",
        "四季春青茶",
        "黃金蕎麥拿鐵",
        "芋頭鮮奶",
        "翡翠檸檬",
        "仙草凍飲",
    ];
    let option = |name: &str| SlipOption {
        name: name.into(),
        quantity: 1,
        amount: 0,
    };
    let line = |at: usize| SlipLine {
        id: at.to_string(),
        product: names[at % names.len()].into(),
        variant: "大".into(),
        quantity: 1,
        list: 65,
        options: vec![option("微糖"), option("去冰"), option("珍珠")],
        ..SlipLine::default()
    };
    SlipOrder {
        brand: "一指茶".into(),
        branch: "大安店".into(),
        order_number: "A2B3C".into(),
        pickup_number: "045".into(),
        lines: (0..lines).map(line).collect(),
        discounts: vec![SlipAmount {
            name: "滿百折十".into(),
            amount: -10,
        }],
        list_total: 65 * lines as i64,
        total: 65 * lines as i64 - 10,
        remark: "請幫我分兩袋裝，謝謝".into(),
        url: "https://yizhimai.tw/o/A2B3C4D5E6F7".into(),
        ..SlipOrder::default()
    }
}
