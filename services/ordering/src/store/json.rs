//! Shapes of the `jsonb` columns; amounts are in the order's currency.

use chassis::{
    id::OptionId,
    money::{Currency, Money},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::domain::quote::{Adjustment, Fee, SoldOption};

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
}

#[derive(Serialize, Deserialize)]
struct StoredFee {
    kind: String,
    name: String,
    amount: i64,
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
    to_value(adjustments.iter().map(|adjustment| StoredAdjustment {
        stage: adjustment.stage.clone(),
        rule_id: adjustment.rule_id.clone(),
        rule_version: adjustment.rule_version,
        name: adjustment.name.clone(),
        amount: adjustment.amount.amount(),
        sentence: adjustment.sentence.clone(),
    }))
}

pub(super) fn to_adjustments(value: Value, currency: Currency) -> Option<Vec<Adjustment>> {
    from_value(value, |stored: StoredAdjustment| Adjustment {
        stage: stored.stage,
        rule_id: stored.rule_id,
        rule_version: stored.rule_version,
        name: stored.name,
        amount: Money::new(stored.amount, currency),
        sentence: stored.sentence,
    })
}

pub(super) fn from_fees(fees: &[Fee]) -> Value {
    to_value(fees.iter().map(|fee| StoredFee {
        kind: fee.kind.clone(),
        name: fee.name.clone(),
        amount: fee.amount.amount(),
    }))
}

pub(super) fn to_fees(value: Value, currency: Currency) -> Option<Vec<Fee>> {
    from_value(value, |stored: StoredFee| Fee {
        kind: stored.kind,
        name: stored.name,
        amount: Money::new(stored.amount, currency),
    })
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
