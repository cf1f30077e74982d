//! The ledger's entries. A debit is above zero, a credit below; the entries of a transaction sum up to
//! zero. A correction is another transaction.

use chassis::id::{AttemptId, RefundId};
use proto::{ordering::v1::OrderSnapshot, payments::v1 as wire};

chassis::text_enum! {
    /// An account of the ledger.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum LedgerAccount: wire::LedgerAccount {
        /// What customers owe; below zero, what they have paid ahead.
        Customer = "customer",
        /// What providers have taken and not yet paid out.
        Clearing = "clearing",
        /// Goods and fees sold, without tax.
        Revenue = "revenue",
        /// Delivery fees.
        Delivery = "delivery",
        /// Discounts given.
        Discount = "discount",
        /// Points used.
        Points = "points",
        /// Tax contained in what was sold.
        Tax = "tax",
        /// Fees of providers.
        Fees = "fees",
        /// Paid out to the bank account.
        Bank = "bank",
        /// Taken on site.
        Cash = "cash",
        /// What rounding leaves.
        Rounding = "rounding",
    }
}

chassis::text_enum! {
    /// What a transaction books.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum TransactionKind: wire::LedgerTransactionKind {
        /// A provider took money.
        Capture = "capture",
        /// A provider gave money back.
        Refund = "refund",
        /// Money was taken on site.
        CashReceived = "cash_received",
        /// Money was given back on site.
        CashRefunded = "cash_refunded",
        /// An order was completed.
        Completion = "completion",
        /// An earlier transaction is taken back.
        Reversal = "reversal",
        /// A provider's fee.
        Fee = "fee",
        /// A provider paid out, less its fees.
        Payout = "payout",
        /// Anything else that a person corrects.
        Correction = "correction",
    }
}

/// An entry: a debit above zero, a credit below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Account.
    pub account: LedgerAccount,
    /// Amount in the minor unit of the transaction's currency.
    pub amount: i64,
}

/// What a transaction books, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Money of an attempt that was captured.
    Capture(AttemptId),
    /// A refund that succeeded.
    Refund(RefundId),
}

impl Source {
    /// The source that its text names; `None` for those that are no attempt and no refund.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        match kind {
            "capture" => id.parse().ok().map(Self::Capture),
            "refund" => id.parse().ok().map(Self::Refund),
            _ => None,
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Capture(attempt) => write!(f, "capture:{attempt}"),
            Self::Refund(refund) => write!(f, "refund:{refund}"),
        }
    }
}

/// `amount` from one account to another.
fn transfer(debit: LedgerAccount, credit: LedgerAccount, amount: i64) -> Vec<Entry> {
    entries([(debit, amount), (credit, -amount)])
}

fn entries(amounts: impl IntoIterator<Item = (LedgerAccount, i64)>) -> Vec<Entry> {
    let booked = amounts.into_iter().filter(|(_, amount)| *amount != 0);
    booked
        .map(|(account, amount)| Entry { account, amount })
        .collect()
}

/// A provider took `amount` from a customer.
#[must_use]
pub fn capture(amount: i64) -> Vec<Entry> {
    transfer(LedgerAccount::Clearing, LedgerAccount::Customer, amount)
}

/// A provider gave `amount` back to a customer.
#[must_use]
pub fn refund(amount: i64) -> Vec<Entry> {
    transfer(LedgerAccount::Customer, LedgerAccount::Clearing, amount)
}

/// `amount` was given back to a customer by other means than the provider's, from the bank account.
#[must_use]
pub fn refund_by_transfer(amount: i64) -> Vec<Entry> {
    transfer(LedgerAccount::Customer, LedgerAccount::Bank, amount)
}

/// `amount` was taken on site.
#[must_use]
pub fn cash_received(amount: i64) -> Vec<Entry> {
    transfer(LedgerAccount::Cash, LedgerAccount::Customer, amount)
}

/// `amount` was given back on site.
#[must_use]
pub fn cash_refunded(amount: i64) -> Vec<Entry> {
    transfer(LedgerAccount::Customer, LedgerAccount::Cash, amount)
}

/// A provider paid `bank` out and kept `fees`; `rounding` is what their rounding leaves.
#[must_use]
pub fn settlement(bank: i64, fees: i64, rounding: i64) -> Vec<Entry> {
    entries([
        (LedgerAccount::Bank, bank),
        (LedgerAccount::Fees, fees),
        (LedgerAccount::Rounding, rounding),
        (LedgerAccount::Clearing, -(bank + fees + rounding)),
    ])
}

/// What takes `entries` back.
#[must_use]
pub fn reversal(entries: &[Entry]) -> Vec<Entry> {
    let back = entries.iter().map(|entry| Entry {
        amount: -entry.amount,
        ..*entry
    });
    back.collect()
}

/// Amounts of an order that was completed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sale {
    /// What the customer owes.
    pub total: i64,
    /// Goods and fees before discounts, delivery apart.
    pub list: i64,
    /// Delivery fees before discounts.
    pub delivery: i64,
    /// Points used, as money.
    pub points: i64,
    /// Tax contained in the total.
    pub tax: i64,
}

/// Stage of the price at which points are used; docs/rules.md, Price stages.
const POINTS_STAGE: &str = "G";
/// Tax of 5 % is contained in a taxable amount: a twenty-first of it.
const TAX_DIVISOR: i64 = 21;

impl Sale {
    /// The amounts of an order as it was sold.
    #[must_use]
    pub fn of(order: &OrderSnapshot) -> Self {
        let lines = || order.lines.iter().filter(|line| line.revision_out == 0);
        let (delivery, other): (Vec<_>, Vec<_>) =
            order.fees.iter().partition(|fee| fee.kind == "delivery");
        let points = lines()
            .flat_map(|line| &line.adjustments)
            .chain(order.fees.iter().flat_map(|fee| &fee.adjustments))
            .filter(|adjustment| adjustment.stage == POINTS_STAGE)
            .map(|adjustment| -adjustment.amount)
            .sum();
        let taxable: i64 = order
            .tax_totals
            .iter()
            .filter(|part| part.tax_type == "taxable")
            .map(|part| part.amount)
            .sum();
        Self {
            total: order.total,
            list: lines().map(|line| line.list).sum::<i64>()
                + other.iter().map(|fee| fee.list).sum::<i64>(),
            delivery: delivery.iter().map(|fee| fee.list).sum(),
            points,
            tax: half_up(taxable, TAX_DIVISOR),
        }
    }
}

/// `amount` ÷ `divisor`, rounded half up; both are above zero.
const fn half_up(amount: i64, divisor: i64) -> i64 {
    (2 * amount + divisor) / (2 * divisor)
}

/// An order was completed: the customer owes its total, which was sold at list less discounts.
#[must_use]
pub fn completion(sale: &Sale) -> Vec<Entry> {
    let discount = sale.list + sale.delivery - sale.total - sale.points;
    entries([
        (LedgerAccount::Customer, sale.total),
        (LedgerAccount::Discount, discount),
        (LedgerAccount::Points, sale.points),
        (LedgerAccount::Revenue, sale.tax - sale.list),
        (LedgerAccount::Delivery, -sale.delivery),
        (LedgerAccount::Tax, -sale.tax),
    ])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proto::ordering::v1::{SnapshotAdjustment, SnapshotFee, SnapshotLine, TaxTotal};

    use super::*;

    fn amount(entries: &[Entry], account: LedgerAccount) -> i64 {
        let of = entries.iter().filter(|entry| entry.account == account);
        of.map(|entry| entry.amount).sum()
    }

    fn sum(entries: &[Entry]) -> i64 {
        entries.iter().map(|entry| entry.amount).sum()
    }

    #[test]
    fn an_order_with_discounts_points_and_delivery_is_booked_to_the_dollar() {
        let adjusted = |stage: &str, amount| SnapshotAdjustment {
            stage: stage.to_owned(),
            amount,
            ..Default::default()
        };
        let order = OrderSnapshot {
            lines: vec![
                SnapshotLine {
                    list: 135,
                    net: 82,
                    adjustments: vec![adjusted("B", -33), adjusted("G", -20)],
                    ..Default::default()
                },
                SnapshotLine {
                    list: 60,
                    net: 34,
                    adjustments: vec![adjusted("A", -18), adjusted("G", -8)],
                    ..Default::default()
                },
                SnapshotLine {
                    list: 500,
                    net: 500,
                    revision_out: 2,
                    ..Default::default()
                },
            ],
            fees: vec![SnapshotFee {
                kind: "delivery".to_owned(),
                list: 30,
                amount: 30,
                ..Default::default()
            }],
            total: 146,
            tax_totals: vec![TaxTotal {
                tax_type: "taxable".to_owned(),
                amount: 146,
            }],
            ..Default::default()
        };
        let booked = completion(&Sale::of(&order));
        assert_eq!(sum(&booked), 0);
        for (account, expected) in [
            (LedgerAccount::Customer, 146),
            (LedgerAccount::Discount, 51),
            (LedgerAccount::Points, 28),
            (LedgerAccount::Delivery, -30),
            (LedgerAccount::Tax, -7),
            (LedgerAccount::Revenue, -188),
        ] {
            assert_eq!(amount(&booked, account), expected, "{account}");
        }
    }

    #[test]
    fn a_source_is_the_attempt_or_refund_that_its_text_names() {
        let id = uuid::Uuid::from_u128(7);
        for source in [
            Source::Capture(AttemptId::from_uuid(id)),
            Source::Refund(RefundId::from_uuid(id)),
        ] {
            assert_eq!(Source::parse(&source.to_string()), Some(source));
        }
        for other in ["", "capture:", "capture:7", "completion:x:1", "cash"] {
            assert_eq!(Source::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_paid_and_completed_order_leaves_nothing_owed() {
        let sale = Sale {
            total: 165,
            list: 165,
            tax: 8,
            ..Sale::default()
        };
        let all = [capture(165), completion(&sale)].concat();
        assert_eq!(amount(&all, LedgerAccount::Customer), 0);
        let settled = [capture(165), settlement(161, 5, -1)].concat();
        assert_eq!(amount(&settled, LedgerAccount::Clearing), 0);
        let returned = [capture(165), refund(165)].concat();
        assert_eq!(amount(&returned, LedgerAccount::Clearing), 0);
        let on_site = [cash_received(165), cash_refunded(165)].concat();
        assert_eq!(amount(&on_site, LedgerAccount::Cash), 0);
    }

    proptest! {
        #[test]
        fn every_transaction_balances_and_its_reversal_ends_it(
            total in 0_i64..10_000_000, list in 0_i64..10_000_000, delivery in 0_i64..10_000,
            points in 0_i64..10_000, tax in 0_i64..500_000,
        ) {
            let sale = Sale { total, list, delivery, points, tax };
            for booked in [
                completion(&sale), capture(total), refund(total), cash_received(total),
                cash_refunded(total), settlement(total, tax, -1),
            ] {
                prop_assert_eq!(sum(&booked), 0);
                prop_assert!(booked.iter().all(|entry| entry.amount != 0));
                let both = [booked.clone(), reversal(&booked)].concat();
                for account in LedgerAccount::ALL {
                    prop_assert_eq!(amount(&both, account), 0);
                }
            }
        }
    }
}
