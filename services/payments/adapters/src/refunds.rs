//! Whether a refund whose call went unanswered has happened, by what the provider says it gave back.

use chassis::money::Currency;
use chrono::{DateTime, Utc};

use crate::{CallError, RefundReport, RefundRequest, RefundState};

/// What the sum of refunds at the provider says about one more refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Earlier {
    /// It is among them.
    Happened,
    /// It is not.
    Absent,
    /// The sum is neither ours with it nor ours without it: somebody refunded elsewhere.
    Differs,
}

/// Compares the sum at the provider with our own.
pub(crate) fn earlier(refund: &RefundRequest, at_provider: i64) -> Earlier {
    let before = refund.refunded_before.amount();
    if at_provider == before {
        Earlier::Absent
    } else if before.checked_add(refund.amount.amount()) == Some(at_provider) {
        Earlier::Happened
    } else {
        Earlier::Differs
    }
}

/// Refuses a refund that is no positive amount of TWD, or more than is left by our own account.
pub(crate) fn check_twd(refund: &RefundRequest) -> Result<(), CallError> {
    let left = refund.captured.checked_sub(refund.refunded_before);
    let fits = left.is_ok_and(|left| {
        refund.amount.currency() == Currency::TWD
            && left.currency() == Currency::TWD
            && (1..=left.amount()).contains(&refund.amount.amount())
    });
    if fits {
        Ok(())
    } else {
        Err(CallError::RefundRefused {
            code: "REFUND_EXCEEDS_PAID".to_owned(),
            text: "more than is left".to_owned(),
        })
    }
}

/// A refund that waits, and until when.
pub(crate) const fn pending(retry_at: DateTime<Utc>) -> RefundReport {
    RefundReport {
        state: RefundState::Pending,
        theirs: None,
        text: None,
        retry_at: Some(retry_at),
    }
}

/// A refund that is through.
pub(crate) const fn succeeded(theirs: Option<String>) -> RefundReport {
    RefundReport {
        state: RefundState::Succeeded,
        theirs,
        text: None,
        retry_at: None,
    }
}

/// A refund that a person has to look at.
pub(crate) fn needs_person(text: &str) -> RefundReport {
    RefundReport {
        state: RefundState::NeedsPerson,
        theirs: None,
        text: Some(crate::wire::excerpt(text)),
        retry_at: None,
    }
}

/// The report when our sum and the provider's do not fit together.
pub(crate) fn differs() -> RefundReport {
    needs_person("the provider's refunds of this payment are not those of our account")
}

#[cfg(test)]
mod tests {
    use chassis::money::Money;

    use super::*;

    #[test]
    fn a_refund_is_found_by_the_sum() {
        let twd = |amount| Money::new(amount, Currency::TWD);
        let refund = RefundRequest {
            reference: "R1".to_owned(),
            amount: twd(30),
            captured: twd(165),
            refunded_before: twd(55),
            repeated: true,
            method: String::new(),
        };
        let cases = [
            (55, Earlier::Absent),
            (85, Earlier::Happened),
            (0, Earlier::Differs),
            (56, Earlier::Differs),
            (165, Earlier::Differs),
        ];
        for (sum, expected) in cases {
            assert_eq!(earlier(&refund, sum), expected, "{sum}");
        }
    }
}
