//! What the customer saw of a quote and agrees to, and how another quote differs from it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::quote::Quote;

/// The quote that an order is placed on, as the customer saw it.
///
/// It comes with the request, so that every replica reports the same differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// Hash of the quote.
    pub hash: String,
    /// When the quote was made.
    pub quoted_at: DateTime<Utc>,
    /// Time it promised; `None` when it promised none.
    pub promised_at: Option<DateTime<Utc>>,
    /// Net amount of each line in the cart's order, minor units; empty when the caller did not say.
    pub line_amounts: Vec<i64>,
    /// Amount of each fee by its kind, minor units.
    pub fee_amounts: BTreeMap<String, i64>,
}

/// One thing that is no longer as the customer saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The net amount of a line.
    Line {
        /// Place in the cart.
        line: usize,
        /// Product name as sold now.
        name: String,
        /// Minor units the customer saw.
        was: i64,
        /// Minor units now.
        now: i64,
    },
    /// A fee.
    Fee {
        /// Kind of the fee.
        kind: String,
        /// Name as the customer sees it; `None` when there is no such fee any more.
        name: Option<String>,
        /// Minor units the customer saw, if there was one.
        was: Option<i64>,
        /// Minor units now, if there is one.
        now: Option<i64>,
    },
    /// The time promised.
    Promise {
        /// The time the customer saw, if there was one.
        was: Option<DateTime<Utc>>,
        /// The time now, if there is one.
        now: Option<DateTime<Utc>>,
    },
}

impl Agreed {
    /// Whether an order promised for `promised_at` is what was agreed to.
    ///
    /// A slot that was chosen is that slot or nothing. As soon as possible may be sooner than the
    /// customer saw, never later; a customer who saw no time has agreed to none.
    #[must_use]
    pub fn allows(&self, wanted_at: Option<DateTime<Utc>>, promised_at: DateTime<Utc>) -> bool {
        match wanted_at {
            Some(wanted) => promised_at == wanted,
            None => self.promised_at.is_some_and(|seen| promised_at <= seen),
        }
    }

    /// What differs in `fresh`, a quote of the same cart that promises `promised_at`.
    #[must_use]
    pub fn differences(
        &self,
        fresh: &Quote,
        promised_at: Option<DateTime<Utc>>,
    ) -> Vec<Difference> {
        let mut found = Vec::new();
        if !self.line_amounts.is_empty() {
            found.extend(self.lines(fresh));
            found.extend(self.fees(fresh));
        }
        let is_kept = fresh.wanted_at.is_some()
            || promised_at.is_some_and(|promised| self.allows(None, promised));
        if !is_kept && promised_at != self.promised_at {
            found.push(Difference::Promise {
                was: self.promised_at,
                now: promised_at,
            });
        }
        found
    }

    fn lines(&self, fresh: &Quote) -> impl Iterator<Item = Difference> {
        let pairs = self.line_amounts.iter().zip(&fresh.lines).enumerate();
        pairs.filter_map(|(line, (&was, sold))| {
            let now = sold.net.amount();
            (was != now).then(|| Difference::Line {
                line,
                name: sold.product_name.clone(),
                was,
                now,
            })
        })
    }

    fn fees(&self, fresh: &Quote) -> Vec<Difference> {
        let mut seen = self.fee_amounts.clone();
        let mut found = Vec::new();
        for fee in &fresh.fees {
            let was = seen.remove(&fee.kind);
            if was != Some(fee.amount.amount()) {
                found.push(Difference::Fee {
                    kind: fee.kind.clone(),
                    name: Some(fee.name.clone()),
                    was,
                    now: Some(fee.amount.amount()),
                });
            }
        }
        found.extend(seen.into_iter().map(|(kind, was)| Difference::Fee {
            kind,
            name: None,
            was: Some(was),
            now: None,
        }));
        found
    }
}

#[cfg(test)]
#[path = "agreed_tests.rs"]
mod tests;
