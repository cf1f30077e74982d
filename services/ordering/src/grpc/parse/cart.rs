//! Carts, and who orders.

use chassis::{
    authn::Identity,
    error::{CommonReason, Problem, Violations},
    id, request, text, time,
};
use proto::{capacity::v1::CapacityReason, ordering::v1 as wire, payments::v1::PaymentKind};
use uuid::Uuid;

use crate::{
    app::price_cart::Buyer,
    domain::cart::{Cart, CartLine, ChosenOption, Entered},
};

/// More lines than any cart may have are not even read.
const MAX_READ_LINES: usize = 200;
/// More options than any line may have are not even read.
const MAX_READ_OPTIONS: usize = 100;
/// Most codes, and most coupons, of a cart.
const MAX_ENTERED: usize = pricing::MAX_ENTERED;
/// Longest code as it is typed.
const MAX_CODE: usize = 40;
/// Most rules whose gift is declined.
const MAX_DECLINED: usize = 20;
/// More points than any order takes.
const MAX_POINTS: i32 = 10_000_000;
const MAX_ATTEMPT_KEYS: usize = 4;
const MAX_ATTEMPT_KEY: usize = 100;

/// A cart; `None` when something is wrong with it.
pub(in crate::grpc) fn cart(cart: Option<wire::Cart>, violations: &mut Violations) -> Option<Cart> {
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
pub(in crate::grpc) fn buyer(
    request: &wire::QuoteRequest,
    caller: &Identity,
) -> Result<Buyer, Problem> {
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

pub(super) fn attempt_keys(keys: &[String], violations: &mut Violations) -> Vec<String> {
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
