//! Computes what a vector expects and compares.

use serde_json::Value;

use super::Vector;
use crate::{
    Provider,
    providers::{ecpay, jkopay, linepay, newebpay, stripe, tappay},
};

/// What a vector came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All that it expects came out.
    Passed,
    /// It did not; why.
    Failed(String),
}

/// Runs one vector. What it expects under `wrong_if_…` is a known wrong result, which must not come out.
#[must_use]
pub fn run(vector: &Vector) -> Outcome {
    let Some(provider) = Provider::from_word(&vector.gateway) else {
        return Outcome::Failed(format!("unknown gateway {:?}", vector.gateway));
    };
    let computed = match provider {
        Provider::Ecpay => ecpay::vector(&vector.kind, &vector.inputs),
        Provider::Linepay => linepay::vector(&vector.kind, &vector.inputs),
        Provider::Newebpay => newebpay::vector(&vector.kind, &vector.inputs),
        Provider::Tappay => tappay::vector(&vector.kind, &vector.inputs),
        Provider::Jkopay => jkopay::vector(&vector.kind, &vector.inputs),
        Provider::Stripe => stripe::vector(&vector.kind, &vector.inputs),
    };
    match computed {
        Some(computed) => compare(&vector.expected, &computed),
        None => Outcome::Failed(format!(
            "{provider} has no kind {:?}, or not with these inputs",
            vector.kind
        )),
    }
}

fn compare(expected: &Value, computed: &Value) -> Outcome {
    let Some(fields) = expected.as_object().filter(|fields| !fields.is_empty()) else {
        return Outcome::Failed("nothing is expected".to_owned());
    };
    for (name, value) in fields {
        if name.starts_with("wrong_if") {
            let wrong = computed
                .as_object()
                .is_some_and(|fields| fields.values().any(|computed| computed == value));
            if wrong {
                return Outcome::Failed(format!("{name}: came out"));
            }
        } else if computed.get(name) != Some(value) {
            let computed = computed.get(name).unwrap_or(&Value::Null);
            return Outcome::Failed(format!("{name}: expected {value}, computed {computed}"));
        }
    }
    Outcome::Passed
}
