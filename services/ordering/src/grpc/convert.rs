//! Domain values as messages, and back.

use chassis::{error::FieldProblem, money::Money, text::mask_phone};
use proto::{capacity::v1::Availability, ordering::v1 as wire, payments::v1::AllowedMethod};

use super::{
    benefits::{
        benefits_to_wire, offer_to_wire, optional_id, unit_points, usable_coupon_to_wire,
        wire_params, with_balance,
    },
    snapshot::amounts,
};
use crate::{
    app::quote::{ShownQuote, to_timestamp},
    domain::{
        order::Order,
        order_history::{EventActor, EventKind, OrderEvent},
        order_state::OrderState,
        order_terms::InvoiceForm,
        quote::{Adjustment, Fee, PricedLine, SoldOption},
        test_checklist::CheckedStep,
    },
    events::payment_progress,
};

/// The reader of an order, which decides what is shown of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The customer in the response to placing it: nothing masked.
    Placer,
    /// A holder of its link: contact masked, staff's texts left out.
    LinkHolder,
    /// Staff: the phone masked; `UnmaskContact` returns it.
    Staff,
}

/// An order by what staff know it by.
pub fn summary_to_wire(order: &Order) -> wire::OrderSummary {
    wire::OrderSummary {
        order_id: order.id.to_string(),
        order_number: order.order_number.as_str().to_owned(),
        pickup_number: order.pickup_text(),
        contact_name: order.contact.name.clone(),
        method: order.method.to_wire(),
        state: order.progress.state.to_wire(),
        total: order.total.amount(),
    }
}

/// An order as `reader` may see it; next states and undo are left to the caller.
#[must_use]
pub fn order_to_wire(order: &Order, reader: Reader) -> wire::Order {
    let progress = &order.progress;
    let phone = &order.contact.phone;
    let name = &order.contact.name;
    let terms = &order.terms;
    let online = order.online.as_ref();
    let waits = progress.state == OrderState::PendingPayment;
    wire::Order {
        order_id: order.id.to_string(),
        brand_id: order.brand.to_string(),
        branch_id: order.branch.to_string(),
        order_number: order.order_number.as_str().to_owned(),
        pickup_number: order.pickup_text(),
        state: progress.state.to_wire(),
        method: order.method.to_wire(),
        wanted_at: order.wanted_at.map(to_timestamp),
        promised_at: Some(to_timestamp(order.promised_at)),
        placed_at: progress.placed_at.map(to_timestamp),
        accepted_at: progress.accepted_at.map(to_timestamp),
        ready_at: progress.ready_at.map(to_timestamp),
        completed_at: progress.completed_at.map(to_timestamp),
        lines: order.items().map(line_to_wire).collect(),
        fees: order.fees.iter().map(fee_to_wire).collect(),
        total: Some(order.total.into()),
        paid: Some(Money::new(progress.paid, order.total.currency()).into()),
        currency: order.total.currency().to_string(),
        contact_name: if reader == Reader::LinkHolder {
            mask_name(name)
        } else {
            name.clone()
        },
        contact_phone: if reader == Reader::Placer {
            phone.clone()
        } else {
            mask_phone(phone)
        },
        remark: order.remark.clone(),
        utensils: order.utensils,
        test: terms.test,
        cancel_reason: progress.cancel_reason.map(|reason| reason.to_wire()),
        cancel_text: match reader {
            Reader::LinkHolder | Reader::Placer => String::new(),
            Reader::Staff => progress.cancel_text.clone(),
        },
        business_day: order.business_day.to_string(),
        version: progress.version,
        menu_number: order.menu_number,
        next_states: Vec::new(),
        undo_until: None,
        rescheduled_from: order
            .rescheduled
            .as_ref()
            .map(|change| to_timestamp(change.from)),
        reschedule_reason: order
            .rescheduled
            .as_ref()
            .map(|change| change.reason.clone())
            .unwrap_or_default(),
        channel: terms.channel.to_wire(),
        kind: terms.kind.to_wire(),
        member_id: terms.member.map(|id| id.to_string()),
        table_name: terms.table.clone(),
        method_name: terms.method_name.clone(),
        payment_method: terms.payment_method.to_wire(),
        payment_state: progress.payment_state.to_wire(),
        created_at: Some(to_timestamp(order.created_at)),
        revision: order.revision,
        pay_by: online
            .filter(|_| waits)
            .map(|online| to_timestamp(online.pay_by)),
        pay_now: online.map_or(0, |online| online.pay_now),
        payment_name: online
            .map(|online| online.method_name.clone())
            .unwrap_or_default(),
        payment_progress: payment_progress(online).into(),
        refunded: online.map_or(0, |online| online.refunded),
        refunding: online.map_or(0, |online| online.refunding),
        list_total: order.list_total.amount(),
        goods_total: order.goods_total(),
        benefits: order
            .benefits
            .as_ref()
            .map(|benefits| benefits_to_wire(benefits, order.total)),
    }
}

/// A quote with its promise and warnings.
#[must_use]
pub fn quote_to_wire(shown: &ShownQuote) -> wire::PricedQuote {
    let quote = &shown.quote;
    wire::PricedQuote {
        hash: quote.hash.clone(),
        quoted_at: Some(to_timestamp(shown.quoted_at)),
        valid_until: Some(to_timestamp(shown.valid_until)),
        menu_number: quote.menu_number,
        lines: quote.lines.iter().map(line_to_wire).collect(),
        list_total: Some(quote.list_total.into()),
        fees: quote.fees.iter().map(fee_to_wire).collect(),
        currency: quote.total.currency().to_string(),
        total: Some(quote.total.into()),
        promised_at: shown.promised_at.map(to_timestamp),
        warnings: shown
            .warnings
            .iter()
            .cloned()
            .map(warning_to_wire)
            .collect(),
        goods_total: quote.lines.iter().map(|line| line.net.amount()).sum(),
        benefits: quote.benefits.as_ref().map(|benefits| {
            let benefits = benefits_to_wire(benefits, quote.total);
            with_balance(benefits, shown)
        }),
        offers: quote.offers.iter().map(offer_to_wire).collect(),
        usable_coupons: shown
            .usable_coupons
            .iter()
            .map(usable_coupon_to_wire)
            .collect(),
    }
}

/// A method of payment as a checkout offers it.
#[must_use]
pub fn payment_method_to_wire(method: AllowedMethod) -> wire::PaymentMethodOffer {
    let provider = Some(method.provider).filter(|provider| *provider != 0);
    wire::PaymentMethodOffer {
        method_id: method.method_id,
        kind: method.kind,
        name: method.name,
        text: method.text,
        online: method.online,
        pay_now: method.pay_now,
        fields_in_page: method.fields_in_page,
        provider,
        test: method.test,
    }
}

/// The slots found; obstacles are named for staff alone.
#[must_use]
pub fn slots_to_wire(found: Availability, for_staff: bool) -> wire::FindSlotsResponse {
    let mut slots = found.slots;
    if !for_staff {
        for slot in &mut slots {
            slot.full_rule_ids.clear();
        }
    }
    wire::FindSlotsResponse {
        branch_id: found.branch_id,
        as_of: found.as_of,
        promised_at: found.promised_at,
        earliest_slot_at: found.earliest_slot_at,
        slots,
    }
}

/// An entry of an order's history.
#[must_use]
pub fn event_to_wire(event: &OrderEvent) -> wire::OrderEvent {
    let (kind, name) = match &event.actor {
        EventActor::Staff { name, .. } => ("staff", name.as_str()),
        EventActor::Customer { .. } => ("customer", ""),
        EventActor::System => ("system", ""),
    };
    let promised = match event.kind {
        EventKind::Rescheduled { from, to } => Some((from, to)),
        EventKind::Transitioned | EventKind::Undone => None,
    };
    wire::OrderEvent {
        version: event.version,
        from: event.from.map(|state| state.to_wire()),
        to: event.to.to_wire(),
        actor: name.to_owned(),
        actor_kind: kind.to_owned(),
        at: Some(to_timestamp(event.at)),
        reason: event.reason.clone(),
        promised_before: promised.map(|(before, _)| to_timestamp(before)),
        promised_after: promised.map(|(_, after)| to_timestamp(after)),
    }
}

/// A line of a test order's checklist.
#[must_use]
pub fn test_step_to_wire(checked: CheckedStep) -> wire::TestOrderStep {
    wire::TestOrderStep {
        step: checked.step.to_wire(),
        outcome: checked.outcome.to_wire(),
        reached_at: checked.reached_at.map(to_timestamp),
    }
}

/// A form of invoice on the wire.
#[must_use]
pub const fn invoice_form_to_wire(form: InvoiceForm) -> wire::InvoiceForm {
    match form {
        InvoiceForm::Paper => wire::InvoiceForm::Paper,
        InvoiceForm::MobileBarcode => wire::InvoiceForm::MobileBarcode,
        InvoiceForm::Certificate => wire::InvoiceForm::Certificate,
        InvoiceForm::MemberCarrier => wire::InvoiceForm::MemberCarrier,
        InvoiceForm::Donation => wire::InvoiceForm::Donation,
    }
}

fn line_to_wire(line: &PricedLine) -> wire::PricedLine {
    wire::PricedLine {
        product_id: line.product.to_string(),
        variant_id: line.variant.to_string(),
        product_name: line.product_name.clone(),
        variant_name: line.variant_name.clone(),
        quantity: line.quantity,
        unit_list: Some(line.unit_list.into()),
        list: Some(line.list.into()),
        adjustments: line.adjustments.iter().map(adjustment_to_wire).collect(),
        net: Some(line.net.into()),
        options: line.options.iter().map(option_to_wire).collect(),
        note: line.note.clone(),
        tax_type: line.tax_type.as_str().to_owned(),
        unit_nets: amounts(&line.unit_nets),
        unit_points: unit_points(line),
        offered_by: optional_id(line.offered_by),
        offer_gone: line.offer_gone,
        gift_of: optional_id(line.gift_of),
    }
}

fn option_to_wire(option: &SoldOption) -> wire::SoldOption {
    wire::SoldOption {
        option_id: option.option.to_string(),
        group_name: option.group_name.clone(),
        name: option.name.clone(),
        quantity: option.quantity,
        amount: Some(option.amount.into()),
    }
}

fn adjustment_to_wire(adjustment: &Adjustment) -> wire::Adjustment {
    wire::Adjustment {
        stage: adjustment.stage.clone(),
        rule_id: adjustment.rule_id.clone(),
        rule_version: adjustment.rule_version,
        name: adjustment.name.clone(),
        amount: Some(adjustment.amount.into()),
        sentence: adjustment.sentence.clone(),
        per_unit: amounts(&adjustment.per_unit),
        kind: adjustment.kind.clone(),
        params: wire_params(&adjustment.params),
    }
}

fn fee_to_wire(fee: &Fee) -> wire::Fee {
    wire::Fee {
        kind: fee.kind.clone(),
        name: fee.name.clone(),
        amount: Some(fee.amount.into()),
        list: Some(fee.list.into()),
        adjustments: fee.adjustments.iter().map(adjustment_to_wire).collect(),
    }
}

fn warning_to_wire(warning: FieldProblem) -> wire::QuoteWarning {
    wire::QuoteWarning {
        field: warning.field,
        reason: warning.reason.to_string(),
        params: warning.params.into_iter().collect(),
    }
}

/// The first character is enough for its owner to recognise it.
#[must_use]
pub fn mask_name(name: &str) -> String {
    name.chars()
        .next()
        .map(|first| format!("{first}**"))
        .unwrap_or_default()
}
