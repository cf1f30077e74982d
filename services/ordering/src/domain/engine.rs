//! Ordering's carts as the pricing engine takes them.

use chassis::error::{CommonReason, Problem};
use chrono::{DateTime, Utc};
use pricing::{
    Amount, Cart as Goods, CartError, CategoryId, Channel, Charge, ChosenOption, Error, FeeKind,
    FeeName, Line, Method, OptionId, Priced, ProductId, Request, RuleId, TaxType, VariantId,
    rules::Context,
};

use super::{
    cart::Cart,
    menu::{self, DayRule, Menu},
    price_inputs::PriceInputs,
    pricing::MAX_AMOUNT,
    quote::{Fee, PricedLine},
};

/// Prices lines at list price and fees by everything that decides their price.
pub(super) fn price(
    menu: &Menu,
    cart: &Cart,
    lines: &[PricedLine],
    fees: &[Fee],
    now: DateTime<Utc>,
    inputs: &PriceInputs,
) -> Result<Priced, Problem> {
    let goods = Goods::new(lines.iter().map(|line| goods(menu, line)).collect());
    let goods = goods.map_err(|error| match error {
        CartError::TotalAmount => too_high(),
        other => Problem::internal(other),
    })?;
    let fees: Vec<_> = fees.iter().map(fee).collect();
    let entered = inputs.entered_rules();
    let rules = &inputs.rules;
    let request = Request {
        customer: &inputs.customer,
        usage: &inputs.usage,
        entered: &entered,
        places: rules.places(),
        points: inputs.entered_points(),
        program: rules.programme(now),
        fees: &fees,
        gifts: &inputs.gifts,
        discount_cap: rules.discount_cap,
        ..Request::new(&goods, &rules.rules, context(menu, cart, now, inputs))
    };
    pricing::price(&request).map_err(|error| match error {
        Error::AmountOutOfRange => too_high(),
        other => Problem::internal(other),
    })
}

fn too_high() -> Problem {
    Problem::new(CommonReason::AmountOutOfRange)
        .message("the order's amount is too high")
        .field_with(
            "lines",
            CommonReason::AmountOutOfRange,
            [("max", MAX_AMOUNT)],
        )
}

fn goods(menu: &Menu, line: &PricedLine) -> Line {
    let extras: i64 = line
        .options
        .iter()
        .map(|option| option.amount.amount())
        .sum();
    let option = |sold: &super::quote::SoldOption| ChosenOption {
        option: OptionId::from_uuid(sold.option.as_uuid()),
        quantity: sold.quantity.unsigned_abs(),
    };
    let categories = menu
        .products
        .get(&line.product)
        .map(|product| &product.categories);
    let categories = categories.into_iter().flatten();
    Line {
        options: line.options.iter().map(option).collect(),
        categories: categories
            .map(|id| CategoryId::from_uuid(id.as_uuid()))
            .collect(),
        extras: Amount::new(extras),
        tax: match line.tax_type {
            menu::TaxType::Taxable => TaxType::Taxable,
            menu::TaxType::ZeroRated => TaxType::ZeroRated,
            menu::TaxType::Exempt => TaxType::Exempt,
        },
        offered_by: line.offered_by.map(RuleId::from_uuid),
        ..Line::new(
            ProductId::from_uuid(line.product.as_uuid()),
            VariantId::from_uuid(line.variant.as_uuid()),
            Amount::new(line.unit_list.amount() - extras),
            line.quantity.unsigned_abs(),
        )
    }
}

fn fee(fee: &Fee) -> pricing::Fee {
    pricing::Fee {
        kind: match fee.kind.as_str() {
            "delivery" => FeeKind::Delivery,
            other => FeeKind::Other(FeeName::new(other.to_owned())),
        },
        charge: Charge::Fixed(Amount::new(fee.amount.amount())),
    }
}

fn context(menu: &Menu, cart: &Cart, now: DateTime<Utc>, inputs: &PriceInputs) -> Context {
    let DayRule { tz, cutoff_minutes } = inputs.day_rule;
    let moment = |at| benefit_rules::moment(at, tz, cutoff_minutes);
    Context {
        brand: pricing::BrandId::from_uuid(menu.brand.as_uuid()),
        branch: pricing::BranchId::from_uuid(menu.branch.as_uuid()),
        channel: Channel::new("web"),
        method: Method::new(cart.method.as_str()),
        payment: inputs.payment.clone(),
        placed: moment(now),
        wanted: moment(cart.wanted_at.unwrap_or(now)),
    }
}
