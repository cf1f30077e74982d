//! An order's snapshot as slips know it.

use chassis::time;
use print_render::{
    PaymentState as SlipPaymentState, PaymentWay, SlipAmount, SlipChoice, SlipLine, SlipOption,
    SlipOrder,
};
use prost_types::Timestamp;
use proto::ordering::v1::{
    ComboChoice, OrderSnapshot, PaymentMethod, PaymentState, SnapshotLine, SnapshotOption,
};

use super::{in_zone, words};
use crate::app::order_facts::is_in;

/// The order of a snapshot in its revision, at a branch of a brand.
pub fn of(snapshot: &OrderSnapshot, brand: &str, branch: &str) -> SlipOrder {
    let at = |at: &Option<Timestamp>| {
        let at = at.as_ref().and_then(time::from_wire)?;
        Some(in_zone(at, &snapshot.time_zone))
    };
    let lines = snapshot
        .lines
        .iter()
        .filter(|line| is_in(line, snapshot.revision));
    let discounts = snapshot.benefits.iter().filter(|rule| rule.amount != 0);
    SlipOrder {
        brand: brand.to_owned(),
        branch: branch.to_owned(),
        order_number: snapshot.order_number.clone(),
        pickup_number: snapshot.pickup_number.clone(),
        revision: u32::try_from(snapshot.revision).unwrap_or(1),
        test: snapshot.test,
        method: words::method_of(snapshot.method),
        method_name: snapshot.method_name.clone(),
        table: snapshot.table_name.clone(),
        channel: words::channel(words::channel_of(snapshot.channel)).to_owned(),
        placed_at: at(&snapshot.placed_at),
        wanted_at: at(&snapshot.wanted_at),
        lines: lines.map(line).collect(),
        discounts: discounts
            .map(|rule| amount(&rule.name, rule.amount))
            .collect(),
        fees: snapshot
            .fees
            .iter()
            .map(|fee| amount(&fee.name, fee.amount))
            .collect(),
        list_total: snapshot.list_total,
        total: snapshot.total,
        paid: snapshot.paid,
        payment_way: match snapshot.payment_method() {
            PaymentMethod::Online => PaymentWay::Online,
            PaymentMethod::Platform => PaymentWay::Platform,
            PaymentMethod::OnSite | PaymentMethod::Unspecified => PaymentWay::OnSite,
        },
        payment_state: payment_state(snapshot.payment_state()),
        customer: snapshot.contact_name.clone(),
        remark: snapshot.remark.clone(),
        utensils: snapshot.utensils,
        invoice: words::invoice(snapshot.invoice.as_ref()),
        url: String::new(),
    }
}

const fn payment_state(state: PaymentState) -> SlipPaymentState {
    match state {
        PaymentState::Authorized => SlipPaymentState::Authorized,
        PaymentState::Paid => SlipPaymentState::Paid,
        PaymentState::PartlyRefunded => SlipPaymentState::PartlyRefunded,
        PaymentState::Refunded => SlipPaymentState::Refunded,
        PaymentState::Failed => SlipPaymentState::Failed,
        PaymentState::Unpaid | PaymentState::Unspecified => SlipPaymentState::Unpaid,
    }
}

fn amount(name: &str, amount: i64) -> SlipAmount {
    SlipAmount {
        name: name.to_owned(),
        amount,
    }
}

fn count(quantity: i32) -> u32 {
    u32::try_from(quantity).unwrap_or_default()
}

fn line(line: &SnapshotLine) -> SlipLine {
    SlipLine {
        id: line.line_id.clone(),
        product: line.product_name.clone(),
        variant: line.variant_name.clone(),
        quantity: count(line.quantity),
        list: line.list,
        gift: !line.gift_of.is_empty(),
        options: line.options.iter().map(option).collect(),
        choices: line.choices.iter().map(choice).collect(),
        note: line.note.clone(),
        nickname: line.nickname.clone(),
        station: line.station.clone(),
    }
}

fn option(option: &SnapshotOption) -> SlipOption {
    SlipOption {
        name: option.name.clone(),
        quantity: count(option.quantity),
        amount: option.amount,
    }
}

fn choice(choice: &ComboChoice) -> SlipChoice {
    SlipChoice {
        part: choice.part_name.clone(),
        name: choice.name.clone(),
        quantity: count(choice.quantity),
    }
}
