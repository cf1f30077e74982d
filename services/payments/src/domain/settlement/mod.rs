//! Settlement files of providers: how they are read, how their rows compare with what was recorded, and
//! what is booked of them.
//!
//! Amounts of rows are in ten-thousandths of the currency's minor unit, `_e4`, so that fees of a fraction
//! of a dollar are exact. They are rounded once for each settlement; see [`booking`].

pub mod amount;
pub mod booking;
pub mod file;
pub mod mapping;
pub mod matching;

use std::ops::AddAssign;

use chassis::id::{AttemptId, BranchId, OrderId, RefundId};
use chrono::{DateTime, NaiveDate, Utc};
use proto::payments::v1 as wire;

/// Ten-thousandths in one.
pub const E4: i64 = 10_000;

chassis::text_enum! {
    /// What a row is about.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum RowKind: wire::SettlementRowKind {
        /// A payment of a customer.
        Payment = "payment",
        /// A refund.
        Refund = "refund",
        /// Anything else.
        Adjustment = "adjustment",
    }
}

chassis::text_enum! {
    /// How a row compares with what was recorded.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Outcome: wire::SettlementOutcome {
        /// 相符.
        Matched = "matched",
        /// 差異.
        Difference = "difference",
    }
}

chassis::text_enum! {
    /// Why a row likely differs.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Cause: wire::DifferenceCause {
        /// 遲到款: paid after the order had ended, or not recorded as captured.
        Late = "late",
        /// 重複扣款: a second capture of the order, or paid out by an earlier row.
        Duplicate = "duplicate",
        /// 退款在途: the refund is not settled here.
        RefundUnderWay = "refund_under_way",
        /// 金額不同.
        Amount = "amount",
        /// 找不到.
        NotFound = "not_found",
        /// 平台調整.
        Adjustment = "adjustment",
        /// 手續費不同.
        Fee = "fee",
    }
}

chassis::text_enum! {
    /// What a person decided about a row.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Decision: wire::RowDecision {
        /// It stays as it is.
        Accept = "accept",
        /// The difference is booked as a fee of the provider.
        BookAsFee = "book_as_fee",
    }
}

/// A row as its file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Line, from 1.
    pub line: i32,
    /// Kind.
    pub kind: RowKind,
    /// The provider's number; empty for none.
    pub provider_reference: String,
    /// Our reference; empty for none.
    pub reference: String,
    /// Amount before the fee; below zero for a refund.
    pub amount_e4: i64,
    /// Fee that the provider kept.
    pub fee_e4: i64,
    /// Day.
    pub date: Option<NaiveDate>,
}

impl FileRow {
    /// What was paid out for it.
    #[must_use]
    pub const fn net_e4(&self) -> i64 {
        self.amount_e4 - self.fee_e4
    }
}

/// How a row compares, and what it was found to be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Why it differs; `None` where it matches.
    pub cause: Option<Cause>,
    /// What the file has above what was expected.
    pub difference_e4: i64,
    /// Attempt it pays out or takes back.
    pub attempt: Option<AttemptId>,
    /// Refund it takes back.
    pub refund: Option<RefundId>,
    /// Its money is in the ledger, or has to be.
    pub booked: bool,
}

impl Verdict {
    /// 相符 or 差異.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self.cause {
            None => Outcome::Matched,
            Some(_) => Outcome::Difference,
        }
    }
}

/// A decision with who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// What.
    pub decision: Decision,
    /// Why.
    pub note: String,
    /// Name of the account.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl Decided {
    /// The difference is booked.
    #[must_use]
    pub fn books(&self) -> bool {
        self.decision == Decision::BookAsFee
    }
}

/// A row as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What the file has.
    pub file: FileRow,
    /// How it compares.
    pub verdict: Verdict,
    /// What somebody decided.
    pub decided: Option<Decided>,
    /// Order of its attempt.
    pub order: Option<RowOrder>,
}

/// The order that a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowOrder {
    /// Id.
    pub id: OrderId,
    /// 訂單編號.
    pub number: String,
    /// Branch.
    pub branch: BranchId,
    /// A test order.
    pub test: bool,
}

impl Row {
    /// Whether its difference may be booked as a fee: what will settle by itself may not, for it would be
    /// booked twice.
    #[must_use]
    pub const fn can_book(&self) -> bool {
        match self.verdict.cause {
            Some(Cause::Amount | Cause::Adjustment | Cause::NotFound) => true,
            Some(Cause::Duplicate) => !self.verdict.booked,
            Some(Cause::Late | Cause::RefundUnderWay | Cause::Fee) | None => false,
        }
    }
}

/// Sums over rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Amounts.
    pub amount_e4: i64,
    /// Fees.
    pub fee_e4: i64,
}

impl Sums {
    /// Amounts less fees.
    #[must_use]
    pub const fn net_e4(&self) -> i64 {
        self.amount_e4 - self.fee_e4
    }
}

impl AddAssign<&FileRow> for Sums {
    fn add_assign(&mut self, row: &FileRow) {
        self.amount_e4 += row.amount_e4;
        self.fee_e4 += row.fee_e4;
    }
}
