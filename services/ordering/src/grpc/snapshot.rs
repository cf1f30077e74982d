//! An order as other services copy it.

use std::collections::BTreeMap;

use chassis::{id::OrganisationId, money::Money, text::mask_phone};
use proto::ordering::v1 as wire;
use uuid::Uuid;

use super::{
    benefits::{optional_id, unit_points, wire_params},
    convert::{invoice_form_to_wire, mask_name},
};
use crate::{
    app::quote::to_timestamp,
    domain::{
        benefits::{Benefits, DiscountTotal},
        menu::TaxType,
        order::{Order, OrderLine},
        order_terms::InvoiceChoice,
        priced_with::{PricedEntry, PricedMember},
        quote::{Adjustment, ComboChoice, Fee, SoldOption},
    },
};

/// The whole order with its personal data masked.
#[must_use]
pub fn order_to_snapshot(org: OrganisationId, order: &Order) -> wire::OrderSnapshot {
    let progress = &order.progress;
    let terms = &order.terms;
    let is_last = |line: &&OrderLine| line.revision_out.is_none_or(|out| out == order.revision);
    wire::OrderSnapshot {
        order_id: order.id.to_string(),
        organisation_id: org.to_string(),
        brand_id: order.brand.to_string(),
        branch_id: order.branch.to_string(),
        order_number: order.order_number.as_str().to_owned(),
        pickup_number: order.pickup_text(),
        version: progress.version,
        revision: order.revision,
        state: progress.state.to_wire(),
        test: terms.test,
        channel: terms.channel.to_wire(),
        kind: terms.kind.to_wire(),
        method: order.method.to_wire(),
        method_name: terms.method_name.clone().unwrap_or_default(),
        table_name: terms.table.clone().unwrap_or_default(),
        member_id: terms.member.map(|id| id.to_string()).unwrap_or_default(),
        business_day: order.business_day.to_string(),
        time_zone: order.day_rule.tz.name().to_owned(),
        created_at: Some(to_timestamp(order.created_at)),
        placed_at: progress.placed_at.map(to_timestamp),
        wanted_at: order.wanted_at.map(to_timestamp),
        promised_at: Some(to_timestamp(order.promised_at)),
        completed_at: progress.completed_at.map(to_timestamp),
        lines: order.lines.iter().filter(is_last).map(line).collect(),
        fees: order.fees.iter().map(fee).collect(),
        currency: order.total.currency().to_string(),
        list_total: order.list_total.amount(),
        goods_total: order.goods_total(),
        total: order.total.amount(),
        paid: progress.paid,
        tax_totals: tax_totals(order),
        payment_method: terms.payment_method.to_wire(),
        payment_state: progress.payment_state.to_wire(),
        invoice: terms.invoice.as_ref().map(invoice),
        contact_name: mask_name(&order.contact.name),
        contact_phone: mask_phone(&order.contact.phone),
        remark: order.remark.clone(),
        utensils: order.utensils,
        menu_version_id: order.menu_version.to_string(),
        ..of_benefits(order.benefits.as_ref())
    }
}

/// What benefits did; the rest is left out.
fn of_benefits(benefits: Option<&Benefits>) -> wire::OrderSnapshot {
    let Some(benefits) = benefits else {
        return wire::OrderSnapshot::default();
    };
    let rules = wire::OrderSnapshot {
        benefits: benefits.uses_of_rules().map(benefit).collect(),
        rules_version: benefits.rules_version,
        payment_kind: benefits.payment_kind.clone().unwrap_or_default(),
        ..Default::default()
    };
    let Some(points) = &benefits.points else {
        return rules;
    };
    wire::OrderSnapshot {
        points_used: points.used.cast_signed(),
        points_to_earn: points.to_earn.cast_signed(),
        earning_base: points.earning_base,
        points_factor_bp: points.factor_bp.cast_signed(),
        programme_id: points.programme.to_string(),
        programme_version: points.version,
        ..rules
    }
}

/// What the order was priced with.
#[must_use]
pub fn priced_with(order: &Order) -> Option<wire::PricedWith> {
    let with = order.priced_with.as_ref()?;
    let sold_out = with.sold_out_gifts.iter();
    Some(wire::PricedWith {
        priced_at: Some(to_timestamp(with.at)),
        wanted_at: with.wanted_at.map(to_timestamp),
        cutoff_minutes: order.day_rule.cutoff_minutes.into(),
        rules_version: with.rules_version,
        payment_kind: with.payment_kind.clone().unwrap_or_default(),
        member: with.member.as_ref().map(priced_member),
        entered: with.entered.iter().map(priced_entry).collect(),
        points: with.points.map_or(0, |points| points.wanted.cast_signed()),
        insists_on_points: with.points.is_some_and(|points| points.insisted),
        declined_gifts: with.declined_gifts.iter().map(Uuid::to_string).collect(),
        sold_out_gifts: sold_out
            .map(|(product, variant)| wire::PricedGift {
                product_id: product.to_string(),
                variant_id: variant.to_string(),
            })
            .collect(),
    })
}

fn priced_member(member: &PricedMember) -> wire::PricedMember {
    wire::PricedMember {
        tier_id: optional_id(member.tier),
        tag_ids: member.tags.iter().map(Uuid::to_string).collect(),
        first_order: member.first_order,
        birth_month: member.birth_month.unwrap_or_default().into(),
        points: member.points.cast_signed(),
    }
}

fn priced_entry(entry: &PricedEntry) -> wire::PricedEntry {
    wire::PricedEntry {
        kind: entry.kind.to_wire(),
        rule_id: entry.rule.to_string(),
        rule_version: entry.version,
        insisted: entry.insisted,
        used: entry.used,
    }
}

fn benefit(
    (total, code, coupon): (&DiscountTotal, Option<Uuid>, Option<Uuid>),
) -> wire::SnapshotBenefit {
    wire::SnapshotBenefit {
        rule_id: total.rule.to_string(),
        rule_version: total.version,
        stage: total.stage.clone(),
        name: total.name.clone(),
        amount: total.amount,
        code_id: code.map(|id| id.to_string()).unwrap_or_default(),
        coupon_id: coupon.map(|id| id.to_string()).unwrap_or_default(),
    }
}

fn tax_totals(order: &Order) -> Vec<wire::TaxTotal> {
    let goods = order.items().map(|item| (item.tax_type, item.net));
    let fees = order.fees.iter().map(|fee| (TaxType::Taxable, fee.amount));
    let mut totals: BTreeMap<&str, i64> = BTreeMap::new();
    for (tax_type, amount) in goods.chain(fees) {
        *totals.entry(tax_type.as_str()).or_default() += amount.amount();
    }
    let total = |(tax_type, amount): (&str, i64)| wire::TaxTotal {
        tax_type: tax_type.to_owned(),
        amount,
    };
    totals.into_iter().map(total).collect()
}

fn line(line: &OrderLine) -> wire::SnapshotLine {
    let item = &line.item;
    wire::SnapshotLine {
        line_id: line.id.to_string(),
        revision_in: line.revision_in,
        revision_out: line.revision_out.unwrap_or_default(),
        product_id: item.product.to_string(),
        category_ids: item.categories.iter().map(ToString::to_string).collect(),
        variant_id: item.variant.to_string(),
        product_name: item.product_name.clone(),
        variant_name: item.variant_name.clone(),
        quantity: item.quantity,
        unit_list: item.unit_list.amount(),
        list: item.list.amount(),
        net: item.net.amount(),
        unit_nets: amounts(&item.unit_nets),
        adjustments: item.adjustments.iter().map(adjustment).collect(),
        options: item.options.iter().map(option).collect(),
        choices: item.choices.iter().map(choice).collect(),
        note: item.note.clone(),
        nickname: item.nickname.clone().unwrap_or_default(),
        tax_type: item.tax_type.as_str().to_owned(),
        station: item.station.clone(),
        print_tag: item.print_tag.clone(),
        make_seconds: item.make_seconds,
        unit_points: unit_points(item),
        offered_by: optional_id(item.offered_by),
        gift_of: optional_id(item.gift_of),
    }
}

fn option(option: &SoldOption) -> wire::SnapshotOption {
    wire::SnapshotOption {
        option_id: option.option.to_string(),
        group_name: option.group_name.clone(),
        name: option.name.clone(),
        quantity: option.quantity,
        amount: option.amount.amount(),
    }
}

fn choice(choice: &ComboChoice) -> wire::ComboChoice {
    wire::ComboChoice {
        product_id: choice.product.to_string(),
        variant_id: choice.variant.to_string(),
        part_name: choice.part_name.clone(),
        name: choice.name.clone(),
        quantity: choice.quantity,
        amount: choice.amount.amount(),
    }
}

fn adjustment(adjustment: &Adjustment) -> wire::SnapshotAdjustment {
    wire::SnapshotAdjustment {
        stage: adjustment.stage.clone(),
        rule_id: adjustment.rule_id.clone(),
        rule_version: adjustment.rule_version,
        name: adjustment.name.clone(),
        amount: adjustment.amount.amount(),
        sentence: adjustment.sentence.clone(),
        per_unit: amounts(&adjustment.per_unit),
        kind: adjustment.kind.clone(),
        params: wire_params(&adjustment.params),
    }
}

fn fee(fee: &Fee) -> wire::SnapshotFee {
    wire::SnapshotFee {
        kind: fee.kind.clone(),
        name: fee.name.clone(),
        list: fee.list.amount(),
        adjustments: fee.adjustments.iter().map(adjustment).collect(),
        amount: fee.amount.amount(),
    }
}

fn invoice(choice: &InvoiceChoice) -> wire::InvoiceChoice {
    wire::InvoiceChoice {
        form: invoice_form_to_wire(choice.form).into(),
        tax_id: choice.tax_id.clone().unwrap_or_default(),
        donation_code: choice.donation_code.clone().unwrap_or_default(),
    }
}

/// Amounts in the minor unit.
pub(super) fn amounts(amounts: &[Money]) -> Vec<i64> {
    amounts.iter().map(|amount| amount.amount()).collect()
}
