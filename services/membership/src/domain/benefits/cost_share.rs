//! Who bears the cost of a benefit.

use chassis::{
    error::{CommonReason, Violations},
    request, text, text_enum,
};
use proto::membership::v1 as wire;
use serde::{Deserialize, Serialize};

text_enum! {
    /// Who bears the cost.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum CostBearer: wire::CostBearer {
        /// 總部.
        Organisation = "organisation",
        /// 分店.
        Branch = "branch",
        /// 供應商.
        Supplier = "supplier",
    }
}

/// A share of the cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostShare {
    /// Who bears it.
    pub bearer: CostBearer,
    /// Basis points.
    pub share_bp: i32,
    /// Name of a supplier.
    pub supplier: String,
}

const WHOLE_BP: i32 = 10_000;
const MOST_SHARES: usize = 10;

impl CostShare {
    /// The share on the wire.
    #[must_use]
    pub fn to_wire(&self) -> wire::CostShare {
        wire::CostShare {
            bearer: self.bearer.to_wire(),
            share_bp: self.share_bp,
            supplier: self.supplier.clone(),
        }
    }
}

/// Parses shares, which add up to the whole unless there are none.
pub fn parse(
    field: &str,
    given: &[wire::CostShare],
    violations: &mut Violations,
) -> Vec<CostShare> {
    let before = violations.len();
    let mut shares = Vec::with_capacity(given.len());
    for (index, share) in given.iter().enumerate().take(MOST_SHARES) {
        let at = |name: &str| format!("{field}[{index}].{name}");
        let bearer = request::choice(&at("bearer"), share.bearer, violations);
        let reason = CommonReason::SettingRange;
        let range = 1..=WHOLE_BP;
        let share_bp =
            request::in_range(&at("share_bp"), share.share_bp, range, reason, violations);
        let fewest = usize::from(bearer == Some(CostBearer::Supplier));
        let supplier = text::bounded(&at("supplier"), &share.supplier, fewest..=60, violations);
        if let Some(bearer) = bearer {
            shares.push(CostShare {
                bearer,
                share_bp,
                supplier,
            });
        }
    }
    let sum: i32 = shares.iter().map(|share| share.share_bp).sum();
    let wrong_sum = !given.is_empty() && sum != WHOLE_BP;
    if violations.len() == before && (wrong_sum || given.len() > MOST_SHARES) {
        let params = [("sum", sum), ("max", WHOLE_BP)];
        violations.push_with(field, CommonReason::ValidationFailed, params);
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_the_whole() {
        let share = |bearer: wire::CostBearer, share_bp, supplier: &str| wire::CostShare {
            bearer: bearer.into(),
            share_bp,
            supplier: supplier.to_owned(),
        };
        let organisation = share(wire::CostBearer::Organisation, 6_000, "");
        let supplier = share(wire::CostBearer::Supplier, 4_000, "茶廠");
        let nameless = share(wire::CostBearer::Supplier, 4_000, "");
        for (given, field) in [
            (vec![], None),
            (vec![organisation.clone(), supplier.clone()], None),
            (vec![organisation.clone()], Some("shares")),
            (vec![organisation, nameless], Some("shares[1].supplier")),
        ] {
            let mut violations = Violations::new();
            parse("shares", &given, &mut violations);
            let found = violations.into_result().err();
            let found = found.map(|problem| problem.fields[0].field.clone());
            assert_eq!(found.as_deref(), field, "{given:?}");
        }
    }
}
