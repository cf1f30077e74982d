//! An order as ordering lists it, as the values that its price was made of.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::{Context as _, ensure};
use chassis::{
    sales::{Channel, Method},
    text_enum::WireEnum as _,
    time,
};
use chrono_tz::Tz;
use pricing::{
    Amount, BranchId, BrandId, Cart, CategoryId, Charge, ChosenOption, EnteredPoints, EnteredRule,
    Fee, FeeKind, FeeName, Gifts, Line, MemberTagId, OptionId, PaymentMethod, Places, ProductId,
    RuleId, TierId, VariantId,
    rules::{Context, Customer, Member, Rule},
};
use proto::ordering::v1::{
    OrderSnapshot, PricedEntry, PricedMember, PricedWith, SnapshotFee, SnapshotLine,
};
use uuid::Uuid;

use super::{PastOrder, Sold};
use crate::{Document, moment};

/// Stages of what a customer enters.
const ENTERED: [&str; 3] = ["E", "F", "G"];

/// What has to be known of the menu that an order was sold from.
pub trait PastMenu {
    /// Categories of something that was sold.
    fn categories(&self, product: ProductId, variant: VariantId) -> Vec<CategoryId>;
}

/// An order with everything that decided its price: with the menu and the rules of the brand in the versions that
/// it names, and the rule of each code and coupon. Fails where something of it is not known any more.
pub fn past_order(
    order: &OrderSnapshot,
    menu: &dyn PastMenu,
    document: &Document,
    rule_of: &dyn Fn(&PricedEntry) -> Option<Rule>,
) -> anyhow::Result<PastOrder> {
    let with = order.priced_with.as_ref();
    let takes_entered = order
        .benefits
        .iter()
        .any(|benefit| ENTERED.contains(&benefit.stage.as_str()));
    ensure!(
        with.is_some() || !takes_entered,
        "what the customer entered is not known"
    );
    let created = order.created_at.as_ref().and_then(time::from_wire);
    let priced_at = with
        .and_then(|with| with.priced_at.as_ref())
        .and_then(time::from_wire)
        .or(created)
        .context("when it was priced")?;
    let wanted_at = match with {
        Some(with) => with.wanted_at.as_ref(),
        None => order.wanted_at.as_ref(),
    };
    let wanted_at = wanted_at.and_then(time::from_wire).unwrap_or(priced_at);
    let tz: Tz = order.time_zone.parse()?;
    let cutoff = with.map_or(0, |with| with.cutoff_minutes);
    let cutoff = u16::try_from(cutoff)?;

    let nothing = PricedWith::default();
    let facts = with.unwrap_or(&nothing);
    let mut sold = sold(order)?;
    let mut entered = Vec::with_capacity(facts.entered.len());
    for entry in &facts.entered {
        let rule = rule_of(entry).context("the rule of a code or a coupon")?;
        if entry.used {
            // What multiplies points takes nothing off.
            sold.off.entry((rule.id, rule.version)).or_default();
        }
        entered.push(EnteredRule {
            rule,
            insisted: entry.insisted,
        });
    }
    let (lines, nets) = lines(order, menu)?;
    sold.nets = nets;
    Ok(PastOrder {
        order: order.order_id.parse()?,
        number: order.order_number.clone(),
        member: order.member_id.parse().ok(),
        business_day: order.business_day.clone(),
        cart: Cart::new(lines)?,
        context: Context {
            brand: BrandId::from_uuid(order.brand_id.parse()?),
            branch: BranchId::from_uuid(order.branch_id.parse()?),
            channel: pricing::Channel::new(word(
                Channel::from_wire(order.channel),
                Channel::as_str,
            )?),
            method: pricing::Method::new(word(Method::from_wire(order.method), Method::as_str)?),
            payment: match facts.payment_kind.as_str() {
                "" => None,
                kind => Some(PaymentMethod::new(kind.to_owned())),
            },
            placed: moment(priced_at, tz, cutoff),
            wanted: moment(wanted_at, tz, cutoff),
        },
        customer: customer(order, facts.member.as_ref()),
        entered,
        places: Places {
            codes: document.max_codes,
            coupons: document.max_coupons,
        },
        points: (facts.points > 0).then_some(EnteredPoints {
            points: facts.points.unsigned_abs(),
            insisted: facts.insists_on_points,
        }),
        program: document.points_at(priced_at).cloned().map(Arc::new),
        fees: order.fees.iter().map(fee).collect(),
        gifts: gifts(facts)?,
        discount_cap: document.discount_cap,
        sold,
    })
}

/// What each rule took off, and the total.
fn sold(order: &OrderSnapshot) -> anyhow::Result<Sold> {
    let mut off: BTreeMap<(RuleId, i64), Amount> = BTreeMap::new();
    for benefit in &order.benefits {
        let rule = RuleId::from_uuid(benefit.rule_id.parse()?);
        *off.entry((rule, benefit.rule_version)).or_default() += Amount::new(-benefit.amount);
    }
    Ok(Sold {
        nets: Vec::new(),
        total: Amount::new(order.total),
        off,
    })
}

/// Lines that were bought, with what each came to; gifts are what rules add to them.
fn lines(order: &OrderSnapshot, menu: &dyn PastMenu) -> anyhow::Result<(Vec<Line>, Vec<Amount>)> {
    let bought = order
        .lines
        .iter()
        .filter(|line| line.revision_out == 0 && line.gift_of.is_empty());
    let (mut lines, mut nets) = (Vec::new(), Vec::new());
    for sold in bought {
        ensure!(
            sold.choices.is_empty(),
            "combos have no price of their parts"
        );
        lines.push(line(sold, menu)?);
        nets.push(Amount::new(sold.net));
    }
    Ok((lines, nets))
}

fn line(sold: &SnapshotLine, menu: &dyn PastMenu) -> anyhow::Result<Line> {
    let product = ProductId::from_uuid(sold.product_id.parse()?);
    let variant = VariantId::from_uuid(sold.variant_id.parse()?);
    let extras: i64 = sold.options.iter().map(|option| option.amount).sum();
    let options = sold.options.iter().map(|option| {
        Ok(ChosenOption {
            option: OptionId::from_uuid(option.option_id.parse()?),
            quantity: option.quantity.unsigned_abs(),
        })
    });
    Ok(Line {
        options: options.collect::<anyhow::Result<_>>()?,
        extras: Amount::new(extras),
        categories: menu.categories(product, variant),
        offered_by: match sold.offered_by.as_str() {
            "" => None,
            rule => Some(RuleId::from_uuid(rule.parse()?)),
        },
        ..Line::new(
            product,
            variant,
            Amount::new(sold.unit_list - extras),
            sold.quantity.unsigned_abs(),
        )
    })
}

fn fee(fee: &SnapshotFee) -> Fee {
    Fee {
        kind: match fee.kind.as_str() {
            "delivery" => FeeKind::Delivery,
            other => FeeKind::Other(FeeName::new(other.to_owned())),
        },
        charge: Charge::Fixed(Amount::new(fee.list)),
    }
}

/// Of orders from before facts were kept only that a member ordered is known.
fn customer(order: &OrderSnapshot, member: Option<&PricedMember>) -> Customer {
    match member {
        Some(member) => Customer::Member(Member {
            tier: member.tier_id.parse().ok().map(TierId::from_uuid),
            tags: ids(&member.tag_ids).map(MemberTagId::from_uuid).collect(),
            segments: Vec::new(),
            first_order: member.first_order,
            birth_month: u8::try_from(member.birth_month)
                .ok()
                .filter(|month| *month > 0),
            points: member.points.unsigned_abs(),
        }),
        None if order.priced_with.is_none() && !order.member_id.is_empty() => {
            Customer::Member(Member::default())
        }
        None => Customer::Guest,
    }
}

fn gifts(facts: &PricedWith) -> anyhow::Result<Gifts> {
    let sold_out = facts.sold_out_gifts.iter().map(|gift| {
        Ok((
            ProductId::from_uuid(gift.product_id.parse()?),
            VariantId::from_uuid(gift.variant_id.parse()?),
        ))
    });
    Ok(Gifts {
        sold_out: sold_out.collect::<anyhow::Result<_>>()?,
        declined: ids(&facts.declined_gifts).map(RuleId::from_uuid).collect(),
    })
}

fn ids(texts: &[String]) -> impl Iterator<Item = Uuid> {
    texts.iter().filter_map(|text| text.parse().ok())
}

fn word<T>(known: Option<T>, word: impl Fn(T) -> &'static str) -> anyhow::Result<&'static str> {
    Ok(word(
        known.context("a channel or a method that is not known")?,
    ))
}
