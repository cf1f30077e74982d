//! ECPay AIO, card details (查詢信用卡單筆明細): how a card payment stands, and which calls undo it.

use serde_json::Value;

use crate::{
    CallError, RefundRequest,
    refunds::{Earlier, earlier},
    wire::{excerpt, json_text},
};

/// Where a card payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// 已授權, or 操作取消 after closing was undone: nothing will be taken until it is closed.
    Authorized,
    /// 要關帳: taken in the next closing.
    ClosingQueued,
    /// 已關帳: taken.
    Closed,
    /// 未授權.
    NotAuthorized,
    /// 已取消: the authorisation was given back.
    Cancelled,
}

/// A card payment as ECPay has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) status: Status,
    /// What was authorised.
    pub(super) authorized: i64,
    /// What is closed or waits for closing.
    pub(super) closed: i64,
    /// What `close_data` lists as taken and as given back.
    taken_entries: i64,
    refund_entries: i64,
}

/// A DoAction with its amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// `N`: gives the authorisation back.
    Abandon(i64),
    /// `C`: takes it.
    Close(i64),
    /// `E`: undoes a closing that is still queued.
    UndoClosing(i64),
    /// `R`: gives a part back.
    Refund(i64),
}

impl Action {
    /// Its letter and amount on the wire.
    pub(super) const fn on_wire(self) -> (&'static str, i64) {
        match self {
            Self::Abandon(amount) => ("N", amount),
            Self::Close(amount) => ("C", amount),
            Self::UndoClosing(amount) => ("E", amount),
            Self::Refund(amount) => ("R", amount),
        }
    }
}

/// What a refund takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// These calls, in this order.
    Calls(Vec<Action>),
    /// Nothing: it happened.
    Done,
    /// A person, because of this.
    NeedsPerson(&'static str),
}

/// Reads the answer of card details.
pub(super) fn read(body: &[u8]) -> Result<Card, CallError> {
    let unknown = |what: &str| CallError::Unknown(format!("card details: {what}"));
    let answer: Value = serde_json::from_slice(body).map_err(|_| unknown("not JSON"))?;
    match answer["RtnMsg"].as_str() {
        Some("") => {}
        Some("error_nopay") => {
            return Err(CallError::WrongState {
                code: "error_nopay".to_owned(),
                text: "the card payment was not made".to_owned(),
            });
        }
        Some("error_Stop") => {
            return Err(CallError::Configuration {
                code: "error_Stop".to_owned(),
                text: "the merchant is stopped".to_owned(),
            });
        }
        Some(other) => return Err(unknown(&excerpt(other))),
        None => return Err(unknown("no RtnMsg")),
    }
    let value = &answer["RtnValue"];
    let status = match value["status"].as_str() {
        Some("已授權" | "操作取消") => Status::Authorized,
        Some("要關帳") => Status::ClosingQueued,
        Some("已關帳") => Status::Closed,
        Some("未授權") => Status::NotAuthorized,
        Some("已取消") => Status::Cancelled,
        _ => return Err(unknown("a state that is not documented")),
    };
    let (mut taken_entries, mut refund_entries) = (0_i64, 0_i64);
    let entries = value["close_data"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    for entry in entries {
        let amount = integer(&entry["amount"]).ok_or_else(|| unknown("an entry's amount"))?;
        let refund = amount < 0 || entry["status"].as_str().is_some_and(|s| s.contains('退'));
        let sum = if refund {
            &mut refund_entries
        } else {
            &mut taken_entries
        };
        *sum = sum
            .checked_add(amount.abs())
            .ok_or_else(|| unknown("entries that do not add up"))?;
    }
    Ok(Card {
        status,
        authorized: integer(&value["amount"]).ok_or_else(|| unknown("no amount"))?,
        closed: integer(&value["clsamt"]).ok_or_else(|| unknown("no clsamt"))?,
        taken_entries,
        refund_entries,
    })
}

/// ECPay writes amounts as numbers here and as texts there.
fn integer(value: &Value) -> Option<i64> {
    let text = json_text(value)?;
    let amount: i64 = text.parse().ok()?;
    (-1_000_000_000_000..=1_000_000_000_000)
        .contains(&amount)
        .then_some(amount)
}

impl Card {
    /// How much of `captured` was given back after it was closed or queued; `None` when the answer can
    /// be read in two ways. Its document does not say whether a refund lowers `clsamt`.
    fn refunded(&self, captured: i64) -> Option<i64> {
        let lowered = (captured - self.closed).max(0);
        if self.refund_entries == 0 || self.taken_entries - self.refund_entries == self.closed {
            Some(lowered)
        } else if self.taken_entries == self.closed {
            Some(lowered + self.refund_entries)
        } else {
            None
        }
    }

    /// The calls for a refund (ECPay AIO, 信用卡請退款 by state).
    pub(super) fn plan(&self, refund: &RefundRequest) -> Plan {
        let (captured, before) = (refund.captured.amount(), refund.refunded_before.amount());
        let amount = refund.amount.amount();
        let whole = before.checked_add(amount) == Some(captured);

        if refund.repeated && matches!(self.status, Status::ClosingQueued | Status::Closed) {
            let unclear = Plan::NeedsPerson("whether the refund was made cannot be read");
            match self.refunded(captured).map(|sum| earlier(refund, sum)) {
                Some(Earlier::Happened) => return Plan::Done,
                Some(Earlier::Absent) => {}
                Some(Earlier::Differs) | None => return unclear,
            }
        }
        match self.status {
            Status::Cancelled if whole => Plan::Done,
            Status::Cancelled => Plan::NeedsPerson("the authorisation was given back"),
            Status::NotAuthorized => Plan::NeedsPerson("the card payment is not authorised"),
            Status::Authorized if whole => Plan::Calls(vec![Action::Abandon(self.authorized)]),
            Status::Authorized => {
                Plan::Calls(vec![Action::Close(captured), Action::Refund(amount)])
            }
            Status::ClosingQueued if whole => Plan::Calls(vec![
                Action::UndoClosing(self.closed),
                Action::Abandon(self.authorized),
            ]),
            Status::ClosingQueued | Status::Closed => Plan::Calls(vec![Action::Refund(amount)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use chassis::money::{Currency, Money};
    use serde_json::json;

    use super::*;

    fn card(status: &str, closed: i64, entries: &[(&str, i64)]) -> Card {
        let entries: Vec<_> = entries
            .iter()
            .map(|(status, amount)| json!({"status": status, "amount": amount, "sno": "1"}))
            .collect();
        let body = json!({"RtnMsg": "", "RtnValue": {
            "TradeID": 1, "amount": "1615", "clsamt": closed, "status": status, "close_data": entries,
        }});
        read(body.to_string().as_bytes()).unwrap()
    }

    fn refund(amount: i64, before: i64, repeated: bool) -> RefundRequest {
        let twd = |amount| Money::new(amount, Currency::TWD);
        RefundRequest {
            reference: "R1".to_owned(),
            amount: twd(amount),
            captured: twd(1615),
            refunded_before: twd(before),
            repeated,
            method: "Credit_CreditCard".to_owned(),
        }
    }

    #[test]
    fn the_state_chooses_the_calls() {
        use Action::{Abandon, Close, Refund, UndoClosing};
        let cases = [
            ("已授權", 0, 1615, 0, vec![Abandon(1615)]),
            ("操作取消", 0, 1615, 0, vec![Abandon(1615)]),
            (
                "要關帳",
                1615,
                1615,
                0,
                vec![UndoClosing(1615), Abandon(1615)],
            ),
            ("要關帳", 1615, 415, 0, vec![Refund(415)]),
            (
                "要關帳",
                1200,
                1200,
                415,
                vec![UndoClosing(1200), Abandon(1615)],
            ),
            ("已關帳", 1615, 415, 0, vec![Refund(415)]),
            ("已關帳", 1615, 1615, 0, vec![Refund(1615)]),
            ("已關帳", 1200, 1200, 415, vec![Refund(1200)]),
            ("已授權", 0, 415, 0, vec![Close(1615), Refund(415)]),
        ];
        for (status, closed, amount, before, calls) in cases {
            let plan = card(status, closed, &[]).plan(&refund(amount, before, false));
            assert_eq!(plan, Plan::Calls(calls), "{status} {amount} after {before}");
        }
    }

    #[test]
    fn an_ended_authorisation_needs_no_call() {
        let cancelled = card("已取消", 0, &[]);
        assert_eq!(cancelled.plan(&refund(1615, 0, false)), Plan::Done);
        for repeated in [false, true] {
            assert!(matches!(
                cancelled.plan(&refund(415, 0, repeated)),
                Plan::NeedsPerson(_)
            ));
        }
        let none = card("未授權", 0, &[]);
        assert!(matches!(
            none.plan(&refund(1615, 0, false)),
            Plan::NeedsPerson(_)
        ));
    }

    #[test]
    fn a_repeat_finds_what_happened_in_either_reading_of_the_answer() {
        let taken = ("已關帳", 1615);
        let cases = [
            // (closed, entries, amount, before) → happened
            (1200, vec![], 415, 0, true),
            (1615, vec![taken, ("已退刷", 415)], 415, 0, true),
            (1200, vec![taken, ("已退刷", 415)], 415, 0, true),
            (1615, vec![taken, ("已關帳", -415)], 415, 0, true),
            (1615, vec![taken], 415, 0, false),
            (1200, vec![], 1200, 415, false),
            (1200, vec![taken, ("已退刷", 415)], 1200, 415, false),
            (1615, vec![taken, ("已退刷", 415)], 1200, 415, false),
            // 100 before closing, then 415 after it.
            (1515, vec![("已關帳", 1515)], 415, 100, false),
            (
                1515,
                vec![("已關帳", 1515), ("已退刷", 415)],
                415,
                100,
                true,
            ),
            (
                1100,
                vec![("已關帳", 1515), ("已退刷", 415)],
                415,
                100,
                true,
            ),
        ];
        for (closed, entries, amount, before, happened) in cases {
            let plan = card("已關帳", closed, &entries).plan(&refund(amount, before, true));
            let expected = if happened {
                Plan::Done
            } else {
                Plan::Calls(vec![Action::Refund(amount)])
            };
            assert_eq!(
                plan, expected,
                "{closed} {entries:?} {amount} after {before}"
            );
        }
        let unclear = card("已關帳", 1515, &[("已關帳", 1), ("已退刷", 415)]);
        assert!(matches!(
            unclear.plan(&refund(415, 100, true)),
            Plan::NeedsPerson(_)
        ));
    }

    #[test]
    fn after_an_unanswered_abandon_it_is_sent_once_more_or_found_done() {
        let undone = card("已授權", 0, &[]);
        assert_eq!(
            undone.plan(&refund(1615, 0, true)),
            Plan::Calls(vec![Action::Abandon(1615)])
        );
        assert_eq!(
            card("已取消", 0, &[]).plan(&refund(1615, 0, true)),
            Plan::Done
        );
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_unknown() {
        for body in [
            "",
            "<html>",
            "{}",
            r#"{"RtnMsg":"error"}"#,
            r#"{"RtnMsg":"","RtnValue":{}}"#,
            r#"{"RtnMsg":"","RtnValue":{"status":"已授權","amount":1.5,"clsamt":0}}"#,
            r#"{"RtnMsg":"","RtnValue":{"status":"某狀態","amount":1,"clsamt":0}}"#,
        ] {
            assert!(
                matches!(read(body.as_bytes()), Err(CallError::Unknown(_))),
                "{body}"
            );
        }
    }
}
