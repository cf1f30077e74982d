//! Compares the rows of a file with attempts and refunds, by the provider's number, then by our reference;
//! docs/rules.md, Settlement.

use std::collections::{HashMap, HashSet};

use chassis::id::{AttemptId, PaymentMethodId, RefundId};
use chrono::NaiveDate;

use super::{Cause, E4, FileRow, RowKind, Verdict};
use crate::domain::{
    attempt::AttemptState,
    refund::{RefundCause, RefundState},
};

/// From here on a fee differs from what the method says; below it a provider may have rounded.
const FEE_TOLERANCE_E4: i64 = E4;

/// An attempt as far as its settlement depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAttempt {
    /// Id.
    pub id: AttemptId,
    /// Our reference.
    pub reference: String,
    /// The provider's number.
    pub provider_reference: Option<String>,
    /// State.
    pub state: AttemptState,
    /// What was captured.
    pub captured: i64,
    /// Method it was paid by.
    pub method: PaymentMethodId,
    /// Its refunds, the first one first.
    pub refunds: Vec<KnownRefund>,
}

/// A refund as far as its settlement depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRefund {
    /// Id.
    pub id: RefundId,
    /// Our reference.
    pub reference: String,
    /// The provider's number.
    pub provider_reference: Option<String>,
    /// How much.
    pub amount: i64,
    /// State.
    pub state: RefundState,
    /// What it is made for.
    pub cause: RefundCause,
}

/// What a method's payments cost by its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodFee {
    /// Basis points of the amount.
    pub basis_points: i64,
    /// For each payment.
    pub fixed: i64,
}

impl MethodFee {
    /// The exact fee of a payment.
    #[must_use]
    pub const fn of_e4(&self, amount: i64) -> i64 {
        // A basis point of one is a ten-thousandth.
        amount * self.basis_points + self.fixed * E4
    }
}

/// Something the provider took back that no refund of ours explains.
type Chargeback = (AttemptId, i64, Option<NaiveDate>);

/// What is known of the money that rows are about.
#[derive(Clone, Debug, Default)]
pub struct Known {
    attempts: HashMap<AttemptId, KnownAttempt>,
    by_number: HashMap<String, AttemptId>,
    by_reference: HashMap<String, AttemptId>,
    refund_by_number: HashMap<String, (AttemptId, RefundId)>,
    refund_by_reference: HashMap<String, (AttemptId, RefundId)>,
    fees: HashMap<PaymentMethodId, MethodFee>,
    /// Captures that a booked row pays out.
    paid: HashSet<AttemptId>,
    /// Refunds that a booked row takes back.
    taken_back: HashSet<RefundId>,
    charged_back: HashSet<Chargeback>,
}

impl Known {
    /// What is known, and the fees that methods have; a method without a fee expects none.
    #[must_use]
    pub fn new(attempts: Vec<KnownAttempt>, fees: HashMap<PaymentMethodId, MethodFee>) -> Self {
        let mut known = Self {
            fees,
            ..Self::default()
        };
        for attempt in attempts {
            let id = attempt.id;
            known.by_reference.insert(attempt.reference.clone(), id);
            if let Some(number) = filled(attempt.provider_reference.as_ref()) {
                known.by_number.insert(number.clone(), id);
            }
            for refund in &attempt.refunds {
                let found = (id, refund.id);
                known
                    .refund_by_reference
                    .insert(refund.reference.clone(), found);
                if let Some(number) = filled(refund.provider_reference.as_ref()) {
                    known.refund_by_number.insert(number.clone(), found);
                }
            }
            known.attempts.insert(id, attempt);
        }
        known
    }

    /// Notes a row that is booked already: what it pays out is not paid out again.
    pub fn note_booked(&mut self, row: &FileRow, verdict: &Verdict) {
        match (row.kind, verdict.attempt, verdict.refund) {
            (_, _, Some(refund)) => {
                self.taken_back.insert(refund);
            }
            (RowKind::Payment, Some(attempt), None) => {
                self.paid.insert(attempt);
            }
            (RowKind::Refund, Some(attempt), None) => {
                self.charged_back.insert((attempt, row.amount_e4, row.date));
            }
            _ => {}
        }
    }

    /// How a row compares. `earlier` is what was made of it before: what is booked stays with its attempt.
    #[must_use]
    pub fn verdict(&self, row: &FileRow, earlier: Option<&Verdict>) -> Verdict {
        let booked = earlier.filter(|verdict| verdict.booked);
        match row.kind {
            RowKind::Payment => self.payment(row, booked),
            RowKind::Refund => self.refund(row, booked),
            RowKind::Adjustment => unknown(row, Cause::Adjustment),
        }
    }

    /// Compares rows in the order of their file; each one that is to be booked is known to the next.
    pub fn verdicts<'a>(
        &mut self,
        rows: impl IntoIterator<Item = (&'a FileRow, Option<&'a Verdict>)>,
    ) -> Vec<Verdict> {
        let rows = rows.into_iter();
        rows.map(|(row, earlier)| {
            let verdict = self.verdict(row, earlier);
            if verdict.booked {
                self.note_booked(row, &verdict);
            }
            verdict
        })
        .collect()
    }

    fn payment(&self, row: &FileRow, booked: Option<&Verdict>) -> Verdict {
        let named = booked.and_then(|verdict| verdict.attempt);
        let found = named.or_else(|| {
            let by_number = self.by_number.get(&row.provider_reference);
            by_number
                .or_else(|| self.by_reference.get(&row.reference))
                .copied()
        });
        let Some(attempt) = found.and_then(|id| self.attempts.get(&id)) else {
            return unknown(row, Cause::NotFound);
        };
        if booked.is_none() && self.paid.contains(&attempt.id) {
            return Verdict {
                attempt: Some(attempt.id),
                ..unknown(row, Cause::Duplicate)
            };
        }
        let (cause, difference_e4) = self.compare_payment(row, attempt);
        Verdict {
            cause,
            difference_e4,
            attempt: Some(attempt.id),
            refund: None,
            booked: true,
        }
    }

    fn compare_payment(&self, row: &FileRow, attempt: &KnownAttempt) -> (Option<Cause>, i64) {
        if attempt.state != AttemptState::Captured {
            return (Some(Cause::Late), row.amount_e4);
        }
        let difference = row.amount_e4 - attempt.captured * E4;
        if difference != 0 {
            return (Some(Cause::Amount), difference);
        }
        for refund in &attempt.refunds {
            let cause = match refund.cause {
                RefundCause::Late => Cause::Late,
                RefundCause::Duplicate => Cause::Duplicate,
                RefundCause::Staff | RefundCause::Overpaid | RefundCause::OrderEnded => continue,
            };
            // Money that should not have been taken, and has not gone back yet.
            if refund.state != RefundState::Succeeded {
                return (Some(cause), refund.amount * E4);
            }
        }
        if let Some(fee) = self.fees.get(&attempt.method) {
            let difference = row.fee_e4 - fee.of_e4(attempt.captured);
            if difference.abs() >= FEE_TOLERANCE_E4 {
                return (Some(Cause::Fee), difference);
            }
        }
        (None, 0)
    }

    fn refund(&self, row: &FileRow, booked: Option<&Verdict>) -> Verdict {
        let found = match booked {
            Some(verdict) => verdict.attempt.map(|attempt| (attempt, verdict.refund)),
            None => self.find_refund(row),
        };
        let known = found.and_then(|(id, refund)| Some((self.attempts.get(&id)?, refund)));
        let Some((attempt, named)) = known else {
            return unknown(row, Cause::NotFound);
        };
        let refund = match named {
            Some(id) => attempt.refunds.iter().find(|refund| refund.id == id),
            None => self.choose(row, attempt),
        };
        let of_attempt = |cause, difference_e4, refund: Option<RefundId>, booked| Verdict {
            cause,
            difference_e4,
            attempt: Some(attempt.id),
            refund,
            booked,
        };
        let Some(refund) = refund else {
            let chargeback = (attempt.id, row.amount_e4, row.date);
            if booked.is_none() && self.charged_back.contains(&chargeback) {
                return of_attempt(Some(Cause::Duplicate), row.net_e4(), None, false);
            }
            return of_attempt(Some(Cause::Adjustment), row.amount_e4, None, true);
        };
        let is_new = booked.is_none_or(|verdict| verdict.refund.is_none());
        if is_new && self.taken_back.contains(&refund.id) {
            return of_attempt(Some(Cause::Duplicate), row.net_e4(), Some(refund.id), false);
        }
        let difference = row.amount_e4 + refund.amount * E4;
        let (cause, difference) = if refund.state != RefundState::Succeeded {
            (Some(Cause::RefundUnderWay), row.amount_e4)
        } else if difference != 0 {
            (Some(Cause::Amount), difference)
        } else {
            (None, 0)
        };
        of_attempt(cause, difference, Some(refund.id), true)
    }

    /// The refund that a row names, or the attempt alone.
    fn find_refund(&self, row: &FileRow) -> Option<(AttemptId, Option<RefundId>)> {
        let refund = |found: &(AttemptId, RefundId)| (found.0, Some(found.1));
        let attempt = |found: &AttemptId| (*found, None);
        let number = &row.provider_reference;
        let by_number = self.refund_by_number.get(number).map(refund);
        by_number
            .or_else(|| self.by_number.get(number).map(attempt))
            .or_else(|| self.refund_by_reference.get(&row.reference).map(refund))
            .or_else(|| self.by_reference.get(&row.reference).map(attempt))
    }

    /// The refund of an attempt that a row is likely about: one of its amount, one that succeeded first;
    /// else the only one that succeeded and stands in no file.
    fn choose<'a>(&self, row: &FileRow, attempt: &'a KnownAttempt) -> Option<&'a KnownRefund> {
        let left = || {
            let refunds = attempt.refunds.iter();
            refunds.filter(|refund| !self.taken_back.contains(&refund.id))
        };
        let same = |refund: &&KnownRefund| refund.amount * E4 == -row.amount_e4;
        let succeeded = |refund: &&KnownRefund| refund.state == RefundState::Succeeded;
        let of_amount = || left().filter(same);
        let mut others = left().filter(succeeded);
        let only = others.next().filter(|_| others.next().is_none());
        of_amount()
            .find(succeeded)
            .or_else(|| of_amount().find(|refund| refund.state != RefundState::Failed))
            .or(only)
    }
}

/// A number that can be looked up by.
fn filled(number: Option<&String>) -> Option<&String> {
    number.filter(|number| !number.is_empty())
}

/// A row whose money nobody knows: it is booked once somebody decides so.
fn unknown(row: &FileRow, cause: Cause) -> Verdict {
    Verdict {
        cause: Some(cause),
        difference_e4: row.net_e4(),
        attempt: None,
        refund: None,
        booked: false,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::samples::row;

    const METHOD: PaymentMethodId = PaymentMethodId::from_uuid(Uuid::from_u128(5));

    fn attempt(number: u128, state: AttemptState, captured: i64) -> KnownAttempt {
        KnownAttempt {
            id: AttemptId::from_uuid(Uuid::from_u128(number)),
            reference: format!("7K2MXP{number:02}"),
            provider_reference: Some(format!("N{number}")),
            state,
            captured,
            method: METHOD,
            refunds: Vec::new(),
        }
    }

    fn captured(number: u128, captured: i64) -> KnownAttempt {
        attempt(number, AttemptState::Captured, captured)
    }

    fn refund(number: u128, amount: i64, cause: RefundCause, state: RefundState) -> KnownRefund {
        KnownRefund {
            id: RefundId::from_uuid(Uuid::from_u128(number)),
            reference: format!("7K2MXR{number:02}"),
            provider_reference: None,
            amount,
            state,
            cause,
        }
    }

    fn with(mut attempt: KnownAttempt, refunds: &[KnownRefund]) -> KnownAttempt {
        attempt.refunds = refunds.to_vec();
        attempt
    }

    /// A row about attempt `number`, found by the provider's number.
    fn file_row(kind: RowKind, number: &str, amount: i64, fee_e4: i64) -> FileRow {
        FileRow {
            provider_reference: number.to_owned(),
            ..row(kind, amount * E4, fee_e4).file
        }
    }

    fn known(attempts: Vec<KnownAttempt>) -> Known {
        let fee = MethodFee {
            basis_points: 275,
            fixed: 0,
        };
        Known::new(attempts, [(METHOD, fee)].into())
    }

    #[test]
    fn the_table_of_causes() {
        use Cause::{Adjustment, Amount, Duplicate, Fee, Late, NotFound, RefundUnderWay};
        use RefundCause::{Late as TooLate, Staff};
        use RefundState::{Failed, NeedsPerson, Pending, Succeeded};
        use RowKind::{Payment, Refund};
        let fee = 45_375;
        let of = |kind, amount, fee| file_row(kind, "N1", amount, fee);
        let paid = || captured(1, 165);
        let gave = |amount, state| with(paid(), &[refund(9, amount, Staff, state)]);
        let must = |cause, state| with(paid(), &[refund(9, 165, cause, state)]);
        let cases = [
            ("matches", paid(), of(Payment, 165, fee), None, 0, true),
            (
                "too little",
                paid(),
                of(Payment, 160, fee),
                Some(Amount),
                -5 * E4,
                true,
            ),
            (
                "too much",
                paid(),
                of(Payment, 166, fee),
                Some(Amount),
                E4,
                true,
            ),
            (
                "fee of a dollar more",
                paid(),
                of(Payment, 165, fee + E4),
                Some(Fee),
                E4,
                true,
            ),
            (
                "fee a dollar less",
                paid(),
                of(Payment, 165, fee - E4),
                Some(Fee),
                -E4,
                true,
            ),
            (
                "rounded fee",
                paid(),
                of(Payment, 165, 5 * E4),
                None,
                0,
                true,
            ),
            (
                "not recorded as captured",
                attempt(1, AttemptState::Expired, 0),
                of(Payment, 165, fee),
                Some(Late),
                165 * E4,
                true,
            ),
            (
                "late, refund runs",
                must(TooLate, Pending),
                of(Payment, 165, fee),
                Some(Late),
                165 * E4,
                true,
            ),
            (
                "late, returned",
                must(TooLate, Succeeded),
                of(Payment, 165, fee),
                None,
                0,
                true,
            ),
            (
                "second capture by hand",
                must(RefundCause::Duplicate, NeedsPerson),
                of(Payment, 165, fee),
                Some(Duplicate),
                165 * E4,
                true,
            ),
            (
                "staff's refund runs",
                gave(27, Pending),
                of(Payment, 165, fee),
                None,
                0,
                true,
            ),
            (
                "nobody's number",
                captured(2, 165),
                of(Payment, 165, 0),
                Some(NotFound),
                165 * E4,
                false,
            ),
            (
                "refund matches",
                gave(27, Succeeded),
                of(Refund, -27, 0),
                None,
                0,
                true,
            ),
            (
                "refund runs",
                gave(27, Pending),
                of(Refund, -27, 0),
                Some(RefundUnderWay),
                -27 * E4,
                true,
            ),
            (
                "refund by hand",
                gave(27, NeedsPerson),
                of(Refund, -27, 0),
                Some(RefundUnderWay),
                -27 * E4,
                true,
            ),
            (
                "refund of less",
                gave(27, Succeeded),
                of(Refund, -20, 0),
                Some(Amount),
                7 * E4,
                true,
            ),
            (
                "failed refund",
                gave(27, Failed),
                of(Refund, -27, 0),
                Some(Adjustment),
                -27 * E4,
                true,
            ),
            (
                "chargeback",
                paid(),
                of(Refund, -165, 0),
                Some(Adjustment),
                -165 * E4,
                true,
            ),
            (
                "nobody's refund",
                captured(2, 1),
                of(Refund, -165, 0),
                Some(NotFound),
                -165 * E4,
                false,
            ),
        ];
        for (name, attempt, row, cause, difference, booked) in cases {
            let verdict = known(vec![attempt]).verdict(&row, None);
            let found = (verdict.cause, verdict.difference_e4, verdict.booked);
            assert_eq!(found, (cause, difference, booked), "{name}");
        }
    }

    #[test]
    fn our_reference_is_asked_where_the_providers_number_is_nobodys() {
        let known = known(vec![captured(1, 165), captured(2, 165)]);
        let by = |number: &str, reference: &str| {
            let row = FileRow {
                reference: reference.to_owned(),
                ..file_row(RowKind::Payment, number, 165, 45_375)
            };
            known.verdict(&row, None).attempt.map(|id| id.as_uuid())
        };
        let id = |number| Some(Uuid::from_u128(number));
        assert_eq!(by("N1", ""), id(1));
        assert_eq!(by("", "7K2MXP02"), id(2));
        assert_eq!(by("other", "7K2MXP02"), id(2));
        assert_eq!(by("N1", "7K2MXP02"), id(1));
        assert_eq!(by("", ""), None);
    }

    #[test]
    fn a_capture_and_a_refund_are_each_paid_out_once() {
        let refunds = [
            refund(8, 27, RefundCause::Staff, RefundState::Succeeded),
            refund(9, 27, RefundCause::Staff, RefundState::Succeeded),
        ];
        let mut known = known(vec![with(captured(1, 165), &refunds)]);
        let rows = [
            file_row(RowKind::Payment, "N1", 165, 45_375),
            file_row(RowKind::Payment, "N1", 165, 45_375),
            file_row(RowKind::Refund, "N1", -27, 0),
            file_row(RowKind::Refund, "N1", -27, 0),
            file_row(RowKind::Refund, "N1", -27, 0),
            file_row(RowKind::Refund, "N1", -27, 0),
        ];
        let verdicts = known.verdicts(rows.iter().map(|row| (row, None)));
        let found: Vec<_> = verdicts
            .iter()
            .map(|verdict| (verdict.cause, verdict.booked))
            .collect();
        assert_eq!(
            found,
            [
                (None, true),
                (Some(Cause::Duplicate), false),
                (None, true),
                (None, true),
                (Some(Cause::Adjustment), true),
                (Some(Cause::Duplicate), false),
            ]
        );
        assert_ne!(verdicts[2].refund, verdicts[3].refund);
    }

    #[test]
    fn what_is_booked_stays_with_its_attempt_when_it_is_matched_again() {
        let row = file_row(RowKind::Payment, "N1", 165, 45_375);
        let mut before = known(vec![attempt(1, AttemptState::Unknown, 0)]);
        let first = before.verdicts([(&row, None)]);
        assert_eq!((first[0].cause, first[0].booked), (Some(Cause::Late), true));
        let mut after = known(vec![captured(1, 165)]);
        after.note_booked(&row, &first[0]);
        let again = after.verdicts([(&row, Some(&first[0]))]);
        assert_eq!((again[0].cause, again[0].booked), (None, true));

        // What was nobody's is found once it is known.
        let missing = known(Vec::new()).verdict(&row, None);
        let found = known(vec![captured(1, 165)]).verdict(&row, Some(&missing));
        assert_eq!((found.cause, found.booked), (None, true));
    }

    #[test]
    fn a_method_without_a_fee_expects_none() {
        let known = Known::new(vec![captured(1, 165)], HashMap::new());
        let row = file_row(RowKind::Payment, "N1", 165, 100 * E4);
        assert_eq!(known.verdict(&row, None).cause, None);
    }
}
