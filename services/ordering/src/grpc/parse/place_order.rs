//! Requests to place an order.

use chassis::{
    error::{CommonReason, Violations},
    id::{self, MemberId},
    text, time,
};
use chrono::{DateTime, TimeDelta, Utc};
use proto::ordering::v1 as wire;
use sha2::{Digest as _, Sha256};

use super::{
    body_hash,
    cart::{attempt_keys, cart},
    key,
};
use crate::{
    app::place_order::PlaceOrder,
    domain::{agreed::Agreed, cart::Cart, order::Contact, order_history::EventActor},
    store::order_events::RequestMark,
};

/// A hash is 64 hexadecimal characters.
const HASH_LENGTH: usize = 64;
/// More kinds of fees than a quote ever has.
const MAX_FEES: usize = 20;
/// More gifts than any quote has.
const MAX_GIFTS: usize = 20;
/// How far the clock of another replica may be ahead.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);

/// A parsed request to place an order.
pub(in crate::grpc) struct ParsedPlaceOrder {
    /// The cart, unless something is wrong with it.
    pub cart: Option<Cart>,
    /// The whole request, when nothing is wrong.
    pub request: Result<PlaceOrder, Violations>,
}

pub(in crate::grpc) fn place_order(
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
        Some(at) if at > now + CLOCKS_DIFFER => {
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
