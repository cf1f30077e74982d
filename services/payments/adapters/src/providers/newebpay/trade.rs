//! NewebPay, states of a transaction (單筆交易查詢, 請退款): how it stands, and which calls undo it.

use serde_json::Value;

use crate::{
    CallError, RefundRequest,
    refunds::{Earlier, earlier},
    wire::{canonical_amount, json_text},
};

/// `TradeStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TradeStatus {
    Unpaid,
    Paid,
    Failed,
    Cancelled,
    Refunded,
}

/// `CloseStatus` or `BackStatus`: how far taking or giving back is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// 0: not asked for.
    None,
    /// 1: goes with the next nightly batch.
    Waiting,
    /// 2: at the bank.
    AtBank,
    /// 3.
    Done,
    /// 4, wallets only.
    Failed,
}

/// How money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// By the calls for cards.
    Card,
    /// By the call for wallets.
    Wallet,
    /// By a person.
    Offline,
}

impl Kind {
    /// Of a payment method, in NewebPay's word.
    pub(super) fn of(method: &str) -> Self {
        match method {
            "CREDIT" | "FOREIGN" | "DCC" | "UNIONPAY" | "CREDITAE" | "CreditRed" | "APPLEPAY"
            | "ANDROIDPAY" | "GOOGLEPAY" | "SAMSUNGPAY" => Self::Card,
            "ESUNWALLET" | "LINEPAY" | "TAIWANPAY" | "TWQR" | "EZPALIPAY" | "EZPWECHAT" => {
                Self::Wallet
            }
            _ => Self::Offline,
        }
    }
}

/// A transaction as NewebPay has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trade {
    pub(super) status: TradeStatus,
    pub(super) amount: i64,
    pub(super) number: String,
    pub(super) method: String,
    pub(super) closing: Progress,
    pub(super) close_amount: Option<i64>,
    refunding: Progress,
    refundable: Option<i64>,
}

/// A call with its amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Gives an authorisation back (B01).
    Cancel(i64),
    /// Takes it (B031).
    Capture(i64),
    /// Undoes a capture that still waits (B033).
    UndoCapture(i64),
    /// Gives back by card (B032).
    Refund(i64),
}

/// What a refund takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// These calls, in this order.
    Calls(Vec<Action>),
    /// A wallet's call.
    Wallet,
    /// Nothing now: it waits for a nightly batch.
    Wait,
    /// Nothing: it happened.
    Done,
    /// A person, because of this.
    NeedsPerson(&'static str),
}

impl Trade {
    /// Reads the verified `Result` of a query.
    pub(super) fn read(result: &Value) -> Result<Self, CallError> {
        let unknown = |what: &str| CallError::Unknown(format!("query: {what}"));
        let text = |name: &str| json_text(&result[name]).unwrap_or_default();
        let amount_of = |name: &str| match text(name).as_str() {
            "" => Ok(None),
            "0" => Ok(Some(0)),
            amount => canonical_amount(amount)
                .map(Some)
                .ok_or_else(|| unknown("an amount that is not canonical")),
        };
        let progress = |name: &str| match text(name).as_str() {
            "" | "0" => Ok(Progress::None),
            "1" => Ok(Progress::Waiting),
            "2" => Ok(Progress::AtBank),
            "3" => Ok(Progress::Done),
            "4" => Ok(Progress::Failed),
            _ => Err(unknown("a progress that is not documented")),
        };
        // 9: the customer pays, the bank has not confirmed.
        let waits_for_bank = text("OrderStatus") == "9";
        Ok(Self {
            status: match text("TradeStatus").as_str() {
                "0" => TradeStatus::Unpaid,
                "1" if waits_for_bank => TradeStatus::Unpaid,
                "1" => TradeStatus::Paid,
                "2" => TradeStatus::Failed,
                "3" => TradeStatus::Cancelled,
                "6" => TradeStatus::Refunded,
                _ if waits_for_bank => TradeStatus::Unpaid,
                _ => return Err(unknown("a state that is not documented")),
            },
            amount: amount_of("Amt")?.ok_or_else(|| unknown("no amount"))?,
            number: text("TradeNo"),
            method: text("PaymentType"),
            closing: progress("CloseStatus")?,
            close_amount: amount_of("CloseAmt")?,
            refunding: progress("BackStatus")?,
            refundable: amount_of("BackBalance")?,
        })
    }

    /// How much was given back; `None` when the answer does not say.
    pub(super) fn refunded(&self) -> Option<i64> {
        match (self.status, self.refunding) {
            (TradeStatus::Refunded | TradeStatus::Cancelled, _) => Some(self.amount),
            // Before anything was given back the balance may be 0, as nothing is taken yet.
            (_, Progress::None) => Some(0),
            _ => {
                let taken = self.close_amount.filter(|&taken| taken > 0);
                let taken = taken.unwrap_or(self.amount);
                Some((taken - self.refundable?).max(0))
            }
        }
    }

    /// What `refund` takes in this state.
    pub(super) fn plan(&self, refund: &RefundRequest) -> Plan {
        let kind = Kind::of(&self.method);
        let (before, amount) = (refund.refunded_before.amount(), refund.amount.amount());
        let whole = before == 0 && amount == refund.captured.amount();
        match self.status {
            TradeStatus::Unpaid | TradeStatus::Failed => {
                return Plan::NeedsPerson("it is not paid there");
            }
            TradeStatus::Cancelled if whole => return Plan::Done,
            TradeStatus::Cancelled => return Plan::NeedsPerson("the authorisation was given back"),
            TradeStatus::Refunded
                if refund.repeated && earlier(refund, self.amount) == Earlier::Happened =>
            {
                return Plan::Done;
            }
            TradeStatus::Refunded => return Plan::NeedsPerson("it is refunded as a whole already"),
            TradeStatus::Paid => {}
        }
        if kind == Kind::Offline {
            return Plan::NeedsPerson("this method has no refund by interface");
        }
        if refund.repeated
            && let Some(plan) = self.find_repeated(refund)
        {
            return plan;
        }
        match (kind, self.closing) {
            (Kind::Wallet, _) => Plan::Wallet,
            (_, Progress::None) if whole => Plan::Calls(vec![Action::Cancel(self.amount)]),
            (_, Progress::None) => Plan::Calls(vec![Action::Capture(refund.captured.amount())]),
            (_, Progress::Waiting) if whole => Plan::Calls(vec![
                Action::UndoCapture(self.close_amount.unwrap_or(self.amount)),
                Action::Cancel(self.amount),
            ]),
            (_, Progress::Waiting) => Plan::Wait,
            (_, Progress::AtBank | Progress::Done) => Plan::Calls(vec![Action::Refund(amount)]),
            (_, Progress::Failed) => Plan::NeedsPerson("the capture failed"),
        }
    }

    /// What became of an earlier call for the same refund; `None` when it did not happen.
    fn find_repeated(&self, refund: &RefundRequest) -> Option<Plan> {
        let unclear = Plan::NeedsPerson("whether the refund was made cannot be read");
        match self.refunding {
            Progress::None | Progress::Failed => None,
            // It may be ours that is under way, also while the balance does not show it.
            Progress::Waiting | Progress::AtBank => Some(Plan::Wait),
            Progress::Done => match self.refunded().map(|sum| earlier(refund, sum)) {
                Some(Earlier::Happened) => Some(Plan::Done),
                Some(Earlier::Absent) => None,
                Some(Earlier::Differs) => Some(unclear),
                // LINE Pay's answer has no balance.
                None if refund.refunded_before.amount() == 0 => Some(Plan::Done),
                None => Some(unclear),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use chassis::money::{Currency, Money};
    use serde_json::json;

    use super::*;

    fn trade(method: &str, status: u8, closing: u8, refunding: u8, balance: Option<i64>) -> Trade {
        let result = json!({
            "Amt": 1615, "TradeNo": "1", "PaymentType": method, "TradeStatus": status.to_string(),
            "CloseStatus": closing, "CloseAmt": if closing == 0 { "" } else { "1615" },
            "BackStatus": refunding.to_string(), "BackBalance": balance,
        });
        Trade::read(&result).unwrap()
    }

    fn refund(amount: i64, before: i64, repeated: bool) -> RefundRequest {
        let twd = |amount| Money::new(amount, Currency::TWD);
        RefundRequest {
            reference: "R1".to_owned(),
            amount: twd(amount),
            captured: twd(1615),
            refunded_before: twd(before),
            repeated,
            method: String::new(),
        }
    }

    #[test]
    fn the_state_chooses_the_calls() {
        use Action::{Cancel, Capture, Refund, UndoCapture};
        let cases = [
            (0, 1615, Plan::Calls(vec![Cancel(1615)])),
            (0, 415, Plan::Calls(vec![Capture(1615)])),
            (1, 1615, Plan::Calls(vec![UndoCapture(1615), Cancel(1615)])),
            (1, 415, Plan::Wait),
            (2, 1615, Plan::Calls(vec![Refund(1615)])),
            (3, 415, Plan::Calls(vec![Refund(415)])),
        ];
        for (closing, amount, plan) in cases {
            let found = trade("CREDIT", 1, closing, 0, Some(1615)).plan(&refund(amount, 0, false));
            assert_eq!(found, plan, "closing {closing}, {amount}");
        }
    }

    #[test]
    fn a_method_without_an_interface_needs_a_person() {
        for method in ["VACC", "WEBATM", "CVS", "BARCODE", "BITOPAY", ""] {
            let plan = trade(method, 1, 0, 0, None).plan(&refund(1615, 0, false));
            assert!(matches!(plan, Plan::NeedsPerson(_)), "{method}");
        }
    }

    #[test]
    fn what_is_not_paid_is_not_refunded() {
        for status in [0, 2] {
            let plan = trade("CREDIT", status, 0, 0, None).plan(&refund(1615, 0, false));
            assert!(matches!(plan, Plan::NeedsPerson(_)));
        }
        let cancelled = trade("CREDIT", 3, 0, 0, None);
        assert_eq!(cancelled.plan(&refund(1615, 0, true)), Plan::Done);
        assert!(matches!(
            cancelled.plan(&refund(415, 0, true)),
            Plan::NeedsPerson(_)
        ));
    }

    #[test]
    fn a_repeat_is_sent_only_when_the_first_did_not_happen() {
        let cases = [
            // method, status, refunding, balance, amount, before
            ("CREDIT", 1, 1, Some(1200), 415, 0, Plan::Wait),
            ("CREDIT", 1, 2, Some(1615), 415, 0, Plan::Wait),
            ("CREDIT", 1, 3, Some(1200), 415, 0, Plan::Done),
            (
                "CREDIT",
                1,
                3,
                Some(1200),
                1200,
                415,
                Plan::Calls(vec![Action::Refund(1200)]),
            ),
            ("CREDIT", 6, 3, Some(0), 1200, 415, Plan::Done),
            (
                "CREDIT",
                1,
                0,
                Some(0),
                415,
                0,
                Plan::Calls(vec![Action::Refund(415)]),
            ),
            ("LINEPAY", 1, 3, None, 415, 0, Plan::Done),
            ("LINEPAY", 1, 0, None, 415, 0, Plan::Wallet),
            ("LINEPAY", 1, 4, None, 415, 0, Plan::Wallet),
        ];
        for (method, status, refunding, balance, amount, before, plan) in cases {
            let found = trade(method, status, 3, refunding, balance);
            assert_eq!(found.plan(&refund(amount, before, true)), plan, "{found:?}");
        }
        let unclear = trade("LINEPAY", 1, 3, 3, None).plan(&refund(415, 100, true));
        assert!(matches!(unclear, Plan::NeedsPerson(_)));
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_unknown() {
        for result in [
            json!({}),
            json!([]),
            json!({"TradeStatus": "1"}),
            json!({"TradeStatus": "7", "Amt": 1}),
            json!({"TradeStatus": "1", "Amt": "01"}),
            json!({"TradeStatus": "1", "Amt": 1, "CloseStatus": "x"}),
            json!({"TradeStatus": "1", "Amt": 1, "BackBalance": "-1"}),
        ] {
            assert!(
                matches!(Trade::read(&result), Err(CallError::Unknown(_))),
                "{result}"
            );
        }
    }
}
