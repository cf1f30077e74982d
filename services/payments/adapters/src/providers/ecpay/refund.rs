//! ECPay AIO, card capture, void and refund (信用卡請退款): the state is asked first, and chooses the
//! calls.

use chassis::money::{Currency, Money};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};

use super::{
    AUTHORIZED_AMOUNT, CARD_NUMBER,
    card::{self, Action, Card, Plan, Status},
    codes, query,
};
use crate::{
    AttemptReference, CallError, Context, RefundReport, RefundRequest, Report, State,
    refunds::{check_twd, needs_person, succeeded},
    wire::{excerpt, parse_form, taipei},
};

/// How long a trade that could not be queried is left alone before its refund goes on.
const QUERY_AGAIN: TimeDelta = TimeDelta::minutes(10);

/// What names a card payment at ECPay.
struct CardReference {
    ours: String,
    trade: String,
    /// The number by which its state is asked. Callbacks carry it, queries of the trade need not.
    card: Option<String>,
    amount: i64,
    method: String,
    paid_at: Option<DateTime<Utc>>,
}

/// Takes an authorised payment.
pub(super) async fn capture(
    context: Context<'_>,
    attempt: &AttemptReference,
    amount: Money,
) -> Result<Report, CallError> {
    outside_closing(context.now)?;
    let reference = find(context, attempt).await?;
    let found = ask(context, &reference).await?;
    match found.status {
        Status::Authorized => {
            act(context, &reference, Action::Close(amount.amount())).await?;
            Ok(report(&reference, State::Captured, amount.amount()))
        }
        Status::ClosingQueued | Status::Closed => {
            Ok(report(&reference, State::Captured, found.closed))
        }
        Status::Cancelled | Status::NotAuthorized => Err(wrong_state("nothing is authorised")),
    }
}

/// Gives an authorisation back, also one whose closing is queued.
pub(super) async fn void(
    context: Context<'_>,
    attempt: &AttemptReference,
) -> Result<Report, CallError> {
    outside_closing(context.now)?;
    // What nobody paid cannot be ended at ECPay.
    let reference = match find(context, attempt).await {
        Err(CallError::WrongState { .. }) => return Err(CallError::Unsupported),
        found => found?,
    };
    let found = ask(context, &reference).await?;
    match found.status {
        Status::Authorized => {}
        Status::ClosingQueued => {
            act(context, &reference, Action::UndoClosing(found.closed)).await?;
        }
        Status::Cancelled => return Ok(report(&reference, State::Voided, found.authorized)),
        Status::Closed | Status::NotAuthorized => return Err(wrong_state("nothing to give back")),
    }
    act(context, &reference, Action::Abandon(found.authorized)).await?;
    Ok(report(&reference, State::Voided, found.authorized))
}

/// Refunds by the calls that the state asks for. When one is refused, the state is asked once more.
pub(super) async fn refund(
    context: Context<'_>,
    attempt: &AttemptReference,
    refund: &RefundRequest,
) -> Result<RefundReport, CallError> {
    check_twd(refund)?;
    if !refund.method.is_empty() && !is_card(&refund.method) {
        return Ok(needs_person("this method has no refund by interface"));
    }
    if let Some(until) = closing_ends(context.now) {
        return Err(CallError::NotYet { until });
    }
    let reference = match find(context, attempt).await {
        Ok(reference) => reference,
        Err(CallError::Unsupported) => return Ok(needs_person(NO_CARD_PAYMENT)),
        // Nothing was called that moves money.
        Err(CallError::Unknown(_) | CallError::Unreachable(_)) => {
            let until = context.now + QUERY_AGAIN;
            return Err(CallError::NotYet { until });
        }
        Err(error) => return Err(error),
    };
    if !is_card(&reference.method) {
        return Ok(needs_person("this method has no refund by interface"));
    }
    if reference.card.is_none() {
        return refund_closed(context, &reference, refund).await;
    }

    let first = ask(context, &reference).await?;
    match carry_out(context, &reference, &first, refund).await? {
        Outcome::Done => Ok(succeeded(None)),
        Outcome::NeedsPerson(text) => Ok(needs_person(&text)),
        Outcome::Refused(text) => {
            let second = ask(context, &reference).await?;
            // Whatever the refusal says: money that moved meanwhile must not move again.
            let again = RefundRequest {
                repeated: true,
                ..refund.clone()
            };
            let same = second == first;
            match second.plan(&again) {
                Plan::Done => Ok(succeeded(None)),
                Plan::Calls(_) if !same => {
                    match carry_out(context, &reference, &second, &again).await? {
                        Outcome::Done => Ok(succeeded(None)),
                        Outcome::NeedsPerson(text) | Outcome::Refused(text) => {
                            Ok(needs_person(&text))
                        }
                    }
                }
                Plan::Calls(_) | Plan::NeedsPerson(_) => Ok(needs_person(&text)),
            }
        }
    }
}

const NO_CARD_PAYMENT: &str = "ECPay names no card payment";

/// Refunds a card payment whose state cannot be asked, because its callback was lost. The closing of the
/// day makes the state known: after it, a refund is the one call that is allowed. Whether an earlier call
/// took effect cannot be asked either, so a person looks before it is repeated.
async fn refund_closed(
    context: Context<'_>,
    reference: &CardReference,
    refund: &RefundRequest,
) -> Result<RefundReport, CallError> {
    let closed = reference.paid_at.and_then(closing_after);
    let Some(until) = closed.filter(|_| !refund.repeated) else {
        return Ok(needs_person(NO_CARD_PAYMENT));
    };
    if context.now < until {
        return Err(CallError::NotYet { until });
    }
    match act(context, reference, Action::Refund(refund.amount.amount())).await {
        Ok(()) => Ok(succeeded(None)),
        Err(CallError::WrongState { code, text }) => Ok(needs_person(&format!("{code} {text}"))),
        Err(error) => Err(error),
    }
}

enum Outcome {
    Done,
    NeedsPerson(String),
    Refused(String),
}

async fn carry_out(
    context: Context<'_>,
    reference: &CardReference,
    found: &Card,
    refund: &RefundRequest,
) -> Result<Outcome, CallError> {
    match found.plan(refund) {
        Plan::Done => Ok(Outcome::Done),
        Plan::NeedsPerson(text) => Ok(Outcome::NeedsPerson(text.to_owned())),
        Plan::Calls(actions) => {
            for action in actions {
                match act(context, reference, action).await {
                    Ok(()) => {}
                    Err(CallError::WrongState { code, text }) => {
                        return Ok(Outcome::Refused(format!("{code} {text}")));
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(Outcome::Done)
        }
    }
}

/// Cards, and Apple Pay, which behaves like one. All else has no documented refund by interface.
fn is_card(method: &str) -> bool {
    matches!(
        method.split('_').next().unwrap_or_default(),
        "Credit" | "ApplePay"
    )
}

/// The daily closing, from its beginning to the end of the time in which nothing may be called.
fn closing_on(day: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let at = |hour, minute| {
        let time = NaiveTime::from_hms_opt(hour, minute, 0)?;
        let instant = taipei().from_local_datetime(&day.and_time(time)).single()?;
        Some(instant.with_timezone(&Utc))
    };
    Some((at(20, 15)?, at(20, 30)?))
}

/// When the daily closing that is under way ends.
fn closing_ends(now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (start, end) = closing_on(now.with_timezone(&taipei()).date_naive())?;
    (start..end).contains(&now).then_some(end)
}

/// When the first closing after a payment has ended.
fn closing_after(paid_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let day = paid_at.with_timezone(&taipei()).date_naive();
    let (start, end) = closing_on(day)?;
    if paid_at < start {
        return Some(end);
    }
    closing_on(day.succ_opt()?).map(|(_, end)| end)
}

fn outside_closing(now: DateTime<Utc>) -> Result<(), CallError> {
    match closing_ends(now) {
        None => Ok(()),
        Some(end) => Err(CallError::RateLimited {
            wait: (end - now)
                .max(TimeDelta::zero())
                .to_std()
                .unwrap_or_default(),
        }),
    }
}

/// Finds what names the card payment; asks the trade when something is missing.
/// [`CallError::Unsupported`] when ECPay does not say which trade it was.
async fn find(
    context: Context<'_>,
    attempt: &AttemptReference,
) -> Result<CardReference, CallError> {
    let kept = |name: &str| attempt.extra.get(name).cloned();
    let amount = kept(AUTHORIZED_AMOUNT).and_then(|text| text.parse().ok());
    let card = kept(CARD_NUMBER);
    if let (Some(trade), Some(_), Some(amount)) = (&attempt.theirs, &card, amount) {
        return Ok(CardReference {
            ours: attempt.ours.clone(),
            trade: trade.clone(),
            card,
            amount,
            method: "Credit".to_owned(),
            paid_at: None,
        });
    }
    let report = query::trade(context, attempt).await?;
    if !matches!(report.state, State::Captured | State::Authorized) {
        return Err(wrong_state("it was not paid"));
    }
    let trade = attempt.theirs.clone().or(report.theirs);
    let (Some(trade), Some(amount)) = (trade, report.amount) else {
        return Err(CallError::Unsupported);
    };
    Ok(CardReference {
        ours: attempt.ours.clone(),
        trade,
        card: card.or_else(|| report.extra.get(CARD_NUMBER).cloned()),
        amount: amount.amount(),
        method: report.method.unwrap_or_default(),
        paid_at: report.paid_at,
    })
}

/// Asks how the card payment stands.
async fn ask(context: Context<'_>, reference: &CardReference) -> Result<Card, CallError> {
    let card = reference.card.clone().ok_or(CallError::Unsupported)?;
    let check_code = context.credentials.get("CreditCheckCode");
    if check_code.is_empty() {
        return Err(CallError::Configuration {
            code: "CreditCheckCode".to_owned(),
            text: "needed to ask how a card payment stands".to_owned(),
        });
    }
    let fields = vec![
        ("CreditRefundId", card),
        ("CreditAmount", reference.amount.to_string()),
        ("CreditCheckCode", check_code.to_owned()),
    ];
    let body = query::post(context, "/CreditDetail/QueryTrade/V2", fields).await?;
    card::read(&body)
}

/// Carries out one action. A refusal that another state could explain is [`CallError::WrongState`].
async fn act(
    context: Context<'_>,
    reference: &CardReference,
    action: Action,
) -> Result<(), CallError> {
    let (letter, amount) = action.on_wire();
    let fields = vec![
        ("MerchantTradeNo", reference.ours.clone()),
        ("TradeNo", reference.trade.clone()),
        ("Action", letter.to_owned()),
        ("TotalAmount", amount.to_string()),
    ];
    let body = query::post(context, "/CreditDetail/DoAction", fields).await?;
    let (code, text) = answer(&body, reference)?;
    match code.as_str() {
        "1" => Ok(()),
        _ => Err(
            codes::final_refusal(&code, &text).unwrap_or_else(|| CallError::WrongState {
                code: excerpt(&code),
                text: excerpt(&text),
            }),
        ),
    }
}

/// Code and text of an answer: pairs, or `code|text` as one of their guides has it.
fn answer(body: &[u8], reference: &CardReference) -> Result<(String, String), CallError> {
    let unknown = || CallError::Unknown("DoAction: an answer that cannot be read".to_owned());
    let text = std::str::from_utf8(body).map_err(|_| unknown())?.trim();
    let (code, text) = if let Some((code, text)) = text.split_once('|') {
        (code.to_owned(), text.to_owned())
    } else {
        let mut fields = parse_form(text.as_bytes()).map_err(|_| unknown())?;
        if fields
            .get("MerchantTradeNo")
            .is_some_and(|named| *named != reference.ours)
        {
            return Err(unknown());
        }
        (
            fields.remove("RtnCode").ok_or_else(unknown)?,
            fields.remove("RtnMsg").unwrap_or_default(),
        )
    };
    let readable = !code.is_empty()
        && code.len() <= 40
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if readable {
        Ok((code, text))
    } else {
        Err(unknown())
    }
}

fn wrong_state(text: &str) -> CallError {
    CallError::WrongState {
        code: "state".to_owned(),
        text: text.to_owned(),
    }
}

fn report(reference: &CardReference, state: State, amount: i64) -> Report {
    Report {
        amount: Some(Money::new(amount, Currency::TWD)),
        theirs: Some(reference.trade.clone()),
        ..Report::of(state)
    }
}
