//! Parses requests: a domain value, or every problem at its field.

use chassis::{
    authn::Identity,
    business_day,
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId, MemberId, OrderId},
    request::{self, PageRequest},
    sales::Method,
    text,
    text_enum::WireEnum as _,
    time,
};
use chrono::{DateTime, Utc};
use proto::{capacity::v1::CapacityReason, ordering::v1 as wire, payments::v1::PaymentKind};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    app::{
        pay_order::PayOrder, place_order::PlaceOrder, price_cart::Buyer,
        reschedule::RescheduleOrder, transition_order::TransitionOrder,
    },
    domain::{
        agreed::Agreed,
        cart::{Cart, CartLine, ChosenOption, Entered},
        order::Contact,
        order_history::{CancelReason, EventActor},
        order_state::OrderState,
        order_transition::TransitionRequest,
    },
    store::{
        order_events::RequestMark,
        order_lists::{Filter, Place},
    },
};

/// Longest idempotency key.
const MAX_KEY: usize = 128;
/// A hash is 64 hexadecimal characters.
const HASH_LENGTH: usize = 64;
/// More lines than any cart may have are not even read.
const MAX_READ_LINES: usize = 200;
/// More options than any line may have are not even read.
const MAX_READ_OPTIONS: usize = 100;
/// More kinds of fees than a quote ever has.
const MAX_FEES: usize = 20;
const MAX_TEXT: usize = 60;
/// Longest token that a provider's fields make of a card.
const MAX_PROVIDER_TOKEN: usize = 2_000;
/// Longest address that every provider takes.
const MAX_URL: usize = 200;
/// Most codes, and most coupons, of a cart.
const MAX_ENTERED: usize = pricing::MAX_ENTERED;
/// Longest code as it is typed.
const MAX_CODE: usize = 40;
/// Most rules whose gift is declined.
const MAX_DECLINED: usize = 20;
/// More points than any order takes.
const MAX_POINTS: i32 = 10_000_000;
/// More gifts than any quote has.
const MAX_GIFTS: usize = 20;
const MAX_ATTEMPT_KEYS: usize = 4;
const MAX_ATTEMPT_KEY: usize = 100;
/// Largest amount of an order.
const MAX_AMOUNT: i64 = 9_999_999;

/// A cart; `None` when something is wrong with it.
pub(super) fn cart(cart: Option<wire::Cart>, violations: &mut Violations) -> Option<Cart> {
    let before = violations.len();
    let Some(cart) = cart else {
        violations.push("cart", CommonReason::ValidationFailed);
        return None;
    };
    if cart.lines.len() > MAX_READ_LINES {
        let params = [
            ("max", crate::domain::pricing::MAX_LINES),
            ("given", cart.lines.len()),
        ];
        violations.push_with("lines", CapacityReason::OrderTooLarge, params);
        return None;
    }
    let branch = id::parse("branch_id", &cart.branch_id, violations);
    let method = request::choice("method", cart.method, violations);
    let wanted_at = time::parse_optional("wanted_at", cart.wanted_at.as_ref(), violations);
    let lines: Vec<_> = cart
        .lines
        .into_iter()
        .enumerate()
        .filter_map(|(index, line)| cart_line(&format!("lines[{index}]"), line, violations))
        .collect();
    let entered = Entered {
        codes: codes("codes", &cart.codes, violations),
        coupons: ids("coupons", &cart.coupons, MAX_ENTERED, violations),
        points: points(cart.points, violations),
        insisted: codes("insisted", &cart.insisted, violations),
        insists_on_points: cart.insists_on_points,
        declined_gifts: ids(
            "declined_gifts",
            &cart.declined_gifts,
            MAX_DECLINED,
            violations,
        ),
        payment_kind: payment_kind(&cart.payment_kind, violations),
    };
    let (branch, method) = (branch?, method?);
    (violations.len() == before).then_some(Cart {
        branch,
        method,
        wanted_at,
        lines,
        entered,
    })
}

/// Codes as they were typed, each once.
fn codes(field: &str, typed: &[String], violations: &mut Violations) -> Vec<String> {
    let most = match field {
        "codes" => MAX_ENTERED,
        _ => 2 * MAX_ENTERED,
    };
    if !require_few(field, typed.len(), most, violations) {
        return Vec::new();
    }
    let codes = typed.iter().enumerate();
    codes
        .map(|(index, code)| {
            let field = format!("{field}[{index}]");
            text::bounded(&field, code, 1..=MAX_CODE, violations)
        })
        .collect()
}

/// Ids, each once.
fn ids(field: &str, raw: &[String], most: usize, violations: &mut Violations) -> Vec<Uuid> {
    if !require_few(field, raw.len(), most, violations) {
        return Vec::new();
    }
    let mut known = Vec::with_capacity(raw.len());
    for (index, raw) in raw.iter().enumerate() {
        match raw.parse::<Uuid>() {
            Ok(id) if !known.contains(&id) => known.push(id),
            _ => {
                let field = format!("{field}[{index}]");
                violations.push(field, CommonReason::ValidationFailed);
            }
        }
    }
    known
}

fn require_few(field: &str, given: usize, most: usize, violations: &mut Violations) -> bool {
    if given > most {
        let params = [("max", most), ("given", given)];
        violations.push_with(field, CommonReason::ValidationFailed, params);
    }
    given <= most
}

fn points(given: i32, violations: &mut Violations) -> u32 {
    let range = 0..=MAX_POINTS;
    let reason = CommonReason::ValidationFailed;
    let points = request::in_range("points", given, range, reason, violations);
    u32::try_from(points).unwrap_or_default()
}

fn payment_kind(word: &str, violations: &mut Violations) -> Option<String> {
    if word.is_empty() {
        return None;
    }
    let name = format!("PAYMENT_KIND_{}", word.to_ascii_uppercase());
    if PaymentKind::from_str_name(&name).is_none() {
        violations.push("payment_kind", CommonReason::ValidationFailed);
    }
    Some(word.to_owned())
}

/// Who orders, by the caller and what came with the quote.
pub(super) fn buyer(request: &wire::QuoteRequest, caller: &Identity) -> Result<Buyer, Problem> {
    let mut violations = Violations::new();
    let attempt_keys = attempt_keys(&request.attempt_keys, &mut violations);
    violations.into_result()?;
    // A phone that is not yet whole is not known.
    let phone = &request.contact_phone;
    let phone = text::phone_mobile("contact_phone", phone, &mut Violations::new());
    Ok(Buyer {
        member: caller.member_id(),
        phone,
        attempt_keys,
        order: None,
        with_coupons: request.with_coupons,
    })
}

fn attempt_keys(keys: &[String], violations: &mut Violations) -> Vec<String> {
    let is_short = |key: &String| !key.is_empty() && key.len() <= MAX_ATTEMPT_KEY;
    if keys.len() > MAX_ATTEMPT_KEYS || !keys.iter().all(is_short) {
        let params = [("max", MAX_ATTEMPT_KEYS)];
        violations.push_with("attempt_keys", CommonReason::ValidationFailed, params);
        return Vec::new();
    }
    keys.to_vec()
}

fn cart_line(path: &str, line: wire::CartLine, violations: &mut Violations) -> Option<CartLine> {
    let product = id::parse(&format!("{path}.product_id"), &line.product_id, violations);
    let variant = id::parse(&format!("{path}.variant_id"), &line.variant_id, violations);
    let note = text::bounded_multiline(&format!("{path}.note"), &line.note, 0..=200, violations);
    if line.options.len() > MAX_READ_OPTIONS {
        let params = [("max", MAX_READ_OPTIONS), ("given", line.options.len())];
        violations.push_with(
            format!("{path}.options"),
            CapacityReason::OrderTooLarge,
            params,
        );
        return None;
    }
    let mut options = Vec::with_capacity(line.options.len());
    for (index, chosen) in line.options.iter().enumerate() {
        if chosen.quantity < 0 {
            // It would make up for too many of another option.
            let field = format!("{path}.options[{index}].quantity");
            violations.push(field, CommonReason::ValidationFailed);
        }
        let field = format!("{path}.options[{index}].option_id");
        if let Some(option) = id::parse(&field, &chosen.option_id, violations) {
            options.push(ChosenOption {
                option,
                quantity: chosen.quantity,
            });
        }
    }
    let offered_by = match line.offered_by.as_str() {
        "" => None,
        raw => {
            let rule = raw.parse::<Uuid>().ok();
            if rule.is_none() {
                violations.push(format!("{path}.offered_by"), CommonReason::ValidationFailed);
            }
            rule
        }
    };
    Some(CartLine {
        product: product?,
        variant: variant?,
        quantity: line.quantity,
        options,
        note,
        offered_by,
    })
}

/// A parsed request to place an order.
pub(super) struct ParsedPlaceOrder {
    /// The cart, unless something is wrong with it.
    pub cart: Option<Cart>,
    /// The whole request, when nothing is wrong.
    pub request: Result<PlaceOrder, Violations>,
}

pub(super) fn place_order(
    request: wire::PlaceOrderRequest,
    (actor, member, test): (EventActor, Option<MemberId>, bool),
    now: DateTime<Utc>,
) -> ParsedPlaceOrder {
    let mut violations = Violations::new();
    let attempt_keys = attempt_keys(&request.attempt_keys, &mut violations);
    let mark = RequestMark {
        hash: body_hash_of(&normalised(request.clone()), member, test),
        key: key(&request.idempotency_key, &mut violations),
    };
    let agreed = agreed(&request, now, &mut violations);
    let contact = request.contact.unwrap_or_default();
    let contact = Contact {
        name: text::bounded("contact.name", &contact.name, 1..=60, &mut violations),
        phone: text::phone_mobile("contact.phone", &contact.phone, &mut violations),
    };
    let remark = text::bounded_multiline("remark", &request.remark, 0..=500, &mut violations);
    let payment_method = id::parse_optional(
        "payment_method_id",
        &request.payment_method_id,
        &mut violations,
    );
    let (utensils, key_is_new) = (request.utensils, request.key_is_new);
    let cart = cart(request.cart, &mut violations);

    let complete = cart.clone().zip(agreed).filter(|_| violations.is_empty());
    let request = match complete {
        Some((cart, agreed)) => Ok(PlaceOrder {
            mark,
            key_is_new,
            cart,
            agreed,
            contact,
            remark,
            utensils,
            payment_method,
            actor,
            member,
            attempt_keys,
            test,
        }),
        None => Err(violations),
    };
    ParsedPlaceOrder { cart, request }
}

/// The order whose contact is to be unmasked; the reason is for the audit log alone.
pub(super) fn unmask_contact(request: &wire::UnmaskContactRequest) -> Result<OrderId, Problem> {
    let mut violations = Violations::new();
    let order = id::parse("order_id", &request.order_id, &mut violations);
    let reason = text::bounded_multiline("reason", &request.reason, 0..=200, &mut violations);
    if reason.is_empty() {
        violations.push("reason", CommonReason::ReasonRequired);
    }
    order
        .filter(|_| violations.is_empty())
        .ok_or_else(|| refused(violations))
}

/// The request as its hash is taken: text in another Unicode form is the same body, and what the caller
/// knows of the key and of itself is no part of it.
fn normalised(mut request: wire::PlaceOrderRequest) -> wire::PlaceOrderRequest {
    for line in request.cart.iter_mut().flat_map(|cart| &mut cart.lines) {
        line.note = text::typed_multiline(&line.note);
    }
    if let Some(contact) = &mut request.contact {
        contact.name = text::typed(&contact.name);
        contact.phone = text::typed(&contact.phone);
    }
    request.remark = text::typed_multiline(&request.remark);
    request.key_is_new = false;
    request.attempt_keys.clear();
    request
}

/// What the customer saw; `None` when something is wrong with it.
fn agreed(
    request: &wire::PlaceOrderRequest,
    now: DateTime<Utc>,
    violations: &mut Violations,
) -> Option<Agreed> {
    if request.quote_hash.len() != HASH_LENGTH {
        violations.push("quote_hash", CommonReason::ValidationFailed);
    }
    let quoted_at = time::parse_optional("quoted_at", request.quoted_at.as_ref(), violations);
    match quoted_at {
        None if request.quoted_at.is_none() => {
            violations.push("quoted_at", CommonReason::ValidationFailed)
        }
        Some(at) if at > now + chrono::TimeDelta::minutes(5) => {
            violations.push("quoted_at", CommonReason::InTheFuture);
        }
        _ => {}
    }
    let promised_at = time::parse_optional("promised_at", request.promised_at.as_ref(), violations);
    let lines = request.cart.as_ref().map_or(0, |cart| cart.lines.len());
    let given = request.line_amounts.len();
    // Gifts are lines after those of the cart, and cost nothing.
    let are_gifts =
        |amounts: &[i64]| amounts.len() <= MAX_GIFTS && amounts.iter().all(|amount| *amount == 0);
    let rest = request.line_amounts.get(lines..);
    if given != 0 && !rest.is_some_and(are_gifts) {
        let params = [("expected", lines), ("given", given)];
        violations.push_with("line_amounts", CommonReason::ValidationFailed, params);
    }
    let given = request.fee_amounts.len();
    if given > MAX_FEES {
        let params = [("max", MAX_FEES), ("given", given)];
        violations.push_with("fee_amounts", CommonReason::ValidationFailed, params);
    }
    let fees = request.fee_amounts.iter();
    Some(Agreed {
        hash: request.quote_hash.clone(),
        quoted_at: quoted_at?,
        promised_at,
        line_amounts: request.line_amounts.clone(),
        fee_amounts: fees.map(|fee| (fee.kind.clone(), fee.amount)).collect(),
    })
}

/// A request to pay the order of a token.
pub(super) fn pay_order(request: wire::PayOrderRequest) -> Result<PayOrder, Problem> {
    let mut violations = Violations::new();
    let key = key(&request.idempotency_key, &mut violations);
    let method = id::parse(
        "payment_method_id",
        &request.payment_method_id,
        &mut violations,
    );
    let token = text::bounded(
        "provider_token",
        &request.provider_token,
        0..=MAX_PROVIDER_TOKEN,
        &mut violations,
    );
    let is_address = ["http://", "https://"]
        .iter()
        .any(|scheme| request.back_url.starts_with(scheme));
    if !is_address || request.back_url.len() > MAX_URL {
        let params = [("max", MAX_URL)];
        violations.push_with("back_url", CommonReason::ValidationFailed, params);
    }
    let Some(method) = method.filter(|_| violations.is_empty()) else {
        return Err(refused(violations));
    };
    Ok(PayOrder {
        key,
        method,
        token,
        back_url: request.back_url,
    })
}

/// Branch, fulfilment method and amount of an order about to be placed.
pub(super) fn payment_methods(
    request: &wire::ListOrderPaymentMethodsRequest,
) -> Result<(BranchId, Method, i64), Problem> {
    let mut violations = Violations::new();
    let branch = id::parse("branch_id", &request.branch_id, &mut violations);
    let method = request::choice("method", request.method, &mut violations);
    let reason = CommonReason::AmountOutOfRange;
    let range = 0..=MAX_AMOUNT;
    let amount = request::in_range("amount", request.amount, range, reason, &mut violations);
    let Some((branch, method)) = branch.zip(method).filter(|_| violations.is_empty()) else {
        return Err(refused(violations));
    };
    Ok((branch, method, amount))
}

pub(super) fn transition_order(
    request: &wire::TransitionOrderRequest,
) -> Result<TransitionOrder, Problem> {
    let mut violations = Violations::new();
    let mark = if request.idempotency_key.is_empty() {
        None
    } else {
        let key = key(&request.idempotency_key, &mut violations);
        Some(RequestMark {
            key,
            hash: body_hash(request, false),
        })
    };
    let order = id::parse("order_id", &request.order_id, &mut violations);
    let version = version(request.version, &mut violations);
    let to = request::choice("to", request.to, &mut violations);
    let cancel_reason = CancelReason::from_wire(request.cancel_reason().into())
        .filter(|reason| reason.is_for_staff());
    if cancel_reason.is_none() && request.cancel_reason.is_some() {
        violations.push("cancel_reason", CommonReason::ValidationFailed);
    }
    let reason = text::bounded_multiline("reason", &request.reason, 0..=200, &mut violations);
    let Some((order, to)) = order.zip(to).filter(|_| violations.is_empty()) else {
        return Err(refused(violations));
    };
    let transition = TransitionRequest {
        to,
        cancel_reason,
        reason,
        cash_received: request.cash_received,
        override_payment: request.override_payment,
    };
    Ok(TransitionOrder {
        order,
        version,
        transition,
        mark,
    })
}

/// What slots are queried for.
pub(super) enum SlotsOf {
    /// A cart, from then or later.
    Cart(Cart, Option<DateTime<Utc>>),
    /// An order that is to be rescheduled.
    Order(OrderId),
}

pub(super) fn find_slots(request: wire::FindSlotsRequest) -> Result<SlotsOf, Problem> {
    let mut violations = Violations::new();
    match (request.cart, request.order_id.as_str()) {
        (None, raw) if !raw.is_empty() => one_id("order_id", raw).map(SlotsOf::Order),
        (wanted, "") => {
            let not_before =
                time::parse_optional("not_before", request.not_before.as_ref(), &mut violations);
            let cart = cart(wanted, &mut violations).filter(|_| violations.is_empty());
            let cart = cart.ok_or_else(|| refused(violations))?;
            let cart = Cart {
                wanted_at: None,
                ..cart
            };
            Ok(SlotsOf::Cart(cart, not_before))
        }
        (_, _) => {
            violations.push("order_id", CommonReason::ValidationFailed);
            Err(refused(violations))
        }
    }
}

pub(super) fn reschedule(
    request: &wire::RescheduleOrderRequest,
) -> Result<RescheduleOrder, Problem> {
    let mut violations = Violations::new();
    let order = id::parse("order_id", &request.order_id, &mut violations);
    let version = version(request.version, &mut violations);
    let wanted_at = time::parse_optional("wanted_at", request.wanted_at.as_ref(), &mut violations);
    if request.wanted_at.is_none() {
        violations.push("wanted_at", CommonReason::ValidationFailed);
    }
    let reason = text::bounded_multiline("reason", &request.reason, 0..=200, &mut violations);
    if reason.is_empty() {
        violations.push("reason", CommonReason::ReasonRequired);
    }
    let Some((order, wanted_at)) = order.zip(wanted_at).filter(|_| violations.is_empty()) else {
        return Err(refused(violations));
    };
    Ok(RescheduleOrder {
        order,
        version,
        wanted_at,
        reason,
    })
}

/// Filter and size of a page.
pub(super) fn list_orders(
    request: &wire::ListOrdersRequest,
) -> Result<(Filter, PageRequest<Place>), Problem> {
    let mut violations = Violations::new();
    let branch: Option<BranchId> = id::parse("branch_id", &request.branch_id, &mut violations);
    let business_day =
        business_day::parse_optional("business_day", &request.business_day, &mut violations);
    let states: Option<Vec<OrderState>> = request
        .states
        .iter()
        .map(|raw| OrderState::from_wire(*raw))
        .collect();
    match &states {
        None => violations.push("states", CommonReason::ValidationFailed),
        Some(states) if states.len() > OrderState::ALL.len() => {
            let params = [("max", OrderState::ALL.len()), ("given", states.len())];
            violations.push_with("states", CommonReason::ValidationFailed, params);
        }
        // Without a day there would be no end of them.
        Some(states) if request.business_day.is_empty() => {
            if states.iter().any(|state| !state.is_open()) {
                violations.push("business_day", CommonReason::ValidationFailed);
            }
        }
        Some(_) => {}
    }
    let text = text::bounded("text", &request.text, 0..=MAX_TEXT, &mut violations);
    let page: PageRequest<Place> =
        request::page(request.page_size, &request.page_token, &mut violations);
    if page
        .after
        .is_some_and(|place| !time::is_bounded(place.due_at))
    {
        violations.push("page_token", CommonReason::ValidationFailed);
    }
    let Some(branch) = branch.filter(|_| violations.is_empty()) else {
        return Err(refused(violations));
    };
    let states = states.filter(|states| !states.is_empty());
    let text = Some(text).filter(|text| !text.is_empty());
    Ok((
        Filter {
            branch,
            business_day,
            states,
            text,
            with_tests: request.with_tests,
            after: page.after,
        },
        page,
    ))
}

/// One id, and the version it was read at.
pub(super) fn id_and_version<T: id::Id>(
    field: &str,
    raw: &str,
    raw_version: i64,
) -> Result<(T, i64), Problem> {
    let mut violations = Violations::new();
    let id = id::parse(field, raw, &mut violations);
    let version = version(raw_version, &mut violations);
    id.filter(|_| violations.is_empty())
        .map(|id| (id, version))
        .ok_or_else(|| refused(violations))
}

/// Ids of at most `most` orders.
pub(super) fn order_ids(raw: &[String], most: usize) -> Result<Vec<OrderId>, Problem> {
    let mut violations = Violations::new();
    if raw.len() > most {
        violations.push_with("order_ids", CommonReason::ValidationFailed, [("max", most)]);
    }
    let ids = raw.iter().take(most).enumerate();
    let ids = ids
        .filter_map(|(index, raw)| id::parse(&format!("order_ids[{index}]"), raw, &mut violations))
        .collect();
    violations.into_result()?;
    Ok(ids)
}

/// One id.
pub(super) fn one_id<T: id::Id>(field: &str, raw: &str) -> Result<T, Problem> {
    let mut violations = Violations::new();
    id::parse(field, raw, &mut violations).ok_or_else(|| refused(violations))
}

/// Organisation-wide staff and services need no brand to be in scope.
pub(super) fn is_in_scope_without_brand(caller: &Identity, branch: BranchId) -> bool {
    caller.scope.organisation || caller.scope.branches.contains(&branch)
}

/// The refusal of violations that are known not to be empty.
pub(super) fn refused(violations: Violations) -> Problem {
    violations
        .into_result()
        .err()
        .unwrap_or_else(|| Problem::new(CommonReason::ValidationFailed))
}

fn version(given: i64, violations: &mut Violations) -> i64 {
    if given < 1 {
        violations.push_with("version", CommonReason::ValidationFailed, [("min", 1)]);
    }
    given
}

fn key(raw: &str, violations: &mut Violations) -> String {
    let visible = raw.bytes().all(|byte| byte.is_ascii_graphic());
    if raw.is_empty() || raw.len() > MAX_KEY || !visible {
        violations.push_with(
            "idempotency_key",
            CommonReason::ValidationFailed,
            [("max", MAX_KEY)],
        );
    }
    raw.to_owned()
}

/// A member's body is another than that of the same order by somebody else.
fn body_hash_of(
    request: &wire::PlaceOrderRequest,
    member: Option<MemberId>,
    test: bool,
) -> Vec<u8> {
    let hash = body_hash(request, test);
    match member {
        None => hash,
        Some(member) => {
            let mut sha = Sha256::new_with_prefix(hash);
            sha.update(member.as_uuid());
            sha.finalize().to_vec()
        }
    }
}

/// A test order's body is another than that of the same order in earnest.
fn body_hash(request: &impl prost::Message, test: bool) -> Vec<u8> {
    let mut sha = Sha256::new_with_prefix(request.encode_to_vec());
    if test {
        sha.update(b"test");
    }
    sha.finalize().to_vec()
}
