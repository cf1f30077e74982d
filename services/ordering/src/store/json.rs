//! Shapes of the `jsonb` columns; amounts are in the order's currency.

use chassis::{
    id::{Id, OptionId, ProductId, VariantId},
    money::{Currency, Money},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::domain::{
    benefits::Params,
    quote::{Adjustment, ComboChoice, Fee, PricedLine, SoldOption},
};

#[derive(Serialize, Deserialize)]
struct StoredOption {
    option_id: OptionId,
    group_name: String,
    name: String,
    quantity: i32,
    amount: i64,
}

#[derive(Serialize, Deserialize)]
struct StoredAdjustment {
    stage: String,
    rule_id: String,
    rule_version: i64,
    name: String,
    amount: i64,
    sentence: String,
    per_unit: Vec<i64>,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    params: Params,
}

/// What benefits make of a line beside its amounts.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct LineBenefits {
    pub unit_points: Vec<u32>,
    pub offered_by: Option<Uuid>,
    pub offer_gone: bool,
    pub gift_of: Option<Uuid>,
}

#[derive(Serialize, Deserialize)]
struct StoredFee {
    kind: String,
    name: String,
    list: i64,
    adjustments: Vec<StoredAdjustment>,
    amount: i64,
}

#[derive(Serialize, Deserialize)]
struct StoredChoice {
    product_id: ProductId,
    variant_id: VariantId,
    part_name: String,
    name: String,
    quantity: i32,
    amount: i64,
}

impl StoredAdjustment {
    fn new(adjustment: &Adjustment) -> Self {
        Self {
            stage: adjustment.stage.clone(),
            rule_id: adjustment.rule_id.clone(),
            rule_version: adjustment.rule_version,
            name: adjustment.name.clone(),
            amount: adjustment.amount.amount(),
            sentence: adjustment.sentence.clone(),
            per_unit: minor_units(&adjustment.per_unit),
            kind: adjustment.kind.clone(),
            params: adjustment.params.clone(),
        }
    }

    fn in_currency(self, currency: Currency) -> Adjustment {
        Adjustment {
            stage: self.stage,
            rule_id: self.rule_id,
            rule_version: self.rule_version,
            name: self.name,
            amount: Money::new(self.amount, currency),
            sentence: self.sentence,
            per_unit: money(&self.per_unit, currency),
            kind: self.kind,
            params: self.params,
        }
    }
}

pub(super) fn from_options(options: &[SoldOption]) -> Value {
    to_value(options.iter().map(|option| StoredOption {
        option_id: option.option,
        group_name: option.group_name.clone(),
        name: option.name.clone(),
        quantity: option.quantity,
        amount: option.amount.amount(),
    }))
}

pub(super) fn to_options(value: Value, currency: Currency) -> Option<Vec<SoldOption>> {
    from_value(value, |stored: StoredOption| SoldOption {
        option: stored.option_id,
        group_name: stored.group_name,
        name: stored.name,
        quantity: stored.quantity,
        amount: Money::new(stored.amount, currency),
    })
}

pub(super) fn from_adjustments(adjustments: &[Adjustment]) -> Value {
    to_value(adjustments.iter().map(StoredAdjustment::new))
}

pub(super) fn to_adjustments(value: Value, currency: Currency) -> Option<Vec<Adjustment>> {
    from_value(value, |stored: StoredAdjustment| {
        stored.in_currency(currency)
    })
}

pub(super) fn from_fees(fees: &[Fee]) -> Value {
    to_value(fees.iter().map(|fee| StoredFee {
        kind: fee.kind.clone(),
        name: fee.name.clone(),
        list: fee.list.amount(),
        adjustments: fee.adjustments.iter().map(StoredAdjustment::new).collect(),
        amount: fee.amount.amount(),
    }))
}

pub(super) fn to_fees(value: Value, currency: Currency) -> Option<Vec<Fee>> {
    from_value(value, |stored: StoredFee| Fee {
        kind: stored.kind,
        name: stored.name,
        list: Money::new(stored.list, currency),
        adjustments: stored
            .adjustments
            .into_iter()
            .map(|adjustment| adjustment.in_currency(currency))
            .collect(),
        amount: Money::new(stored.amount, currency),
    })
}

/// `None` where there is nothing beside the amounts.
pub(super) fn from_line_benefits(line: &PricedLine) -> Option<Value> {
    let is_plain =
        line.unit_points.is_empty() && line.offered_by.is_none() && line.gift_of.is_none();
    if is_plain {
        return None;
    }
    from_optional(Some(&LineBenefits {
        unit_points: line.unit_points.clone(),
        offered_by: line.offered_by,
        offer_gone: line.offer_gone,
        gift_of: line.gift_of,
    }))
}

pub(super) fn to_line_benefits(value: Option<Value>) -> Option<LineBenefits> {
    to_optional(value).map(Option::unwrap_or_default)
}

/// `None` for a plain product.
pub(super) fn from_choices(choices: &[ComboChoice]) -> Option<Value> {
    let stored = choices.iter().map(|choice| StoredChoice {
        product_id: choice.product,
        variant_id: choice.variant,
        part_name: choice.part_name.clone(),
        name: choice.name.clone(),
        quantity: choice.quantity,
        amount: choice.amount.amount(),
    });
    (!choices.is_empty()).then(|| to_value(stored))
}

pub(super) fn to_choices(value: Option<Value>, currency: Currency) -> Option<Vec<ComboChoice>> {
    let Some(value) = value else {
        return Some(Vec::new());
    };
    from_value(value, |stored: StoredChoice| ComboChoice {
        product: stored.product_id,
        variant: stored.variant_id,
        part_name: stored.part_name,
        name: stored.name,
        quantity: stored.quantity,
        amount: Money::new(stored.amount, currency),
    })
}

pub(super) fn from_ids(ids: &[impl Id]) -> Value {
    to_value(ids.iter().map(Id::as_uuid))
}

pub(super) fn to_ids<T: Id>(value: Value) -> Option<Vec<T>> {
    from_value(value, T::from_uuid)
}

pub(super) fn from_amounts(amounts: &[Money]) -> Value {
    to_value(amounts.iter().map(|amount| amount.amount()))
}

pub(super) fn to_amounts(value: Value, currency: Currency) -> Option<Vec<Money>> {
    from_value(value, |amount: i64| Money::new(amount, currency))
}

/// A value whose type says how it is stored.
pub(super) fn from_optional(value: Option<&impl Serialize>) -> Option<Value> {
    let stored = value.map(serde_json::to_value).transpose();
    stored.expect("plain structs become JSON")
}

pub(super) fn to_optional<T: DeserializeOwned>(value: Option<Value>) -> Option<Option<T>> {
    value.map(serde_json::from_value).transpose().ok()
}

fn minor_units(amounts: &[Money]) -> Vec<i64> {
    amounts.iter().map(|amount| amount.amount()).collect()
}

fn money(amounts: &[i64], currency: Currency) -> Vec<Money> {
    let amounts = amounts.iter();
    amounts
        .map(|&amount| Money::new(amount, currency))
        .collect()
}

fn to_value<T: Serialize>(stored: impl Iterator<Item = T>) -> Value {
    let values = stored.map(serde_json::to_value);
    Value::Array(
        values
            .collect::<Result<_, _>>()
            .expect("plain structs become JSON"),
    )
}

fn from_value<S: DeserializeOwned, T>(value: Value, convert: impl Fn(S) -> T) -> Option<Vec<T>> {
    let stored: Vec<S> = serde_json::from_value(value).ok()?;
    Some(stored.into_iter().map(convert).collect())
}
