use axum::extract::State;
use chrono::{DateTime, Utc};
use http::StatusCode;
use proto::ordering::v1 as pb;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    auth::Shop,
    json::{
        convert::{present, required_time, stamp},
        method::Method,
    },
    rest::{
        Result,
        body::Body,
        idempotency::IdempotencyKey,
        quotes::{self, Cart, CartLine, Entered},
        transcoded::{self, WrittenJson},
    },
    state::Gateway,
};

/// An order to place: the cart with the quote the customer saw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// Method.
    pub method: Method,
    /// Wanted slot start; null for as soon as possible.
    pub wanted_at: Option<DateTime<Utc>>,
    /// Lines, 1–50.
    pub lines: Vec<CartLine>,
    /// What is entered beside them.
    #[serde(default)]
    pub entered: Entered,
    /// Hash of the quote the customer saw.
    pub quote_hash: String,
    /// When that quote was made.
    pub quoted_at: DateTime<Utc>,
    /// Time that quote promised; null when it promised none. A later time is `QUOTE_CHANGED`.
    pub promised_at: Option<DateTime<Utc>>,
    /// Net amount of each line of that quote, in the cart's order, with or without its gifts;
    /// `QUOTE_CHANGED` names the differences from these. Empty to get none of lines and fees.
    #[serde(default)]
    pub line_amounts: Vec<i64>,
    /// Fees of that quote.
    #[serde(default)]
    pub fee_amounts: Vec<FeeAmount>,
    /// The customer.
    pub contact: Contact,
    /// Remark, at most 500 characters.
    #[serde(default)]
    pub remark: String,
    /// 餐具 wanted.
    #[serde(default)]
    pub utensils: bool,
    /// How it shall be paid; left out for on site.
    #[serde(default)]
    pub payment_method_id: Option<String>,
}

/// What a fee came to, as the customer saw it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeeAmount {
    /// Kind of the fee.
    pub kind: String,
    /// Amount.
    pub amount: i64,
}

/// Who orders.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ContactInput)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name, 1–60 characters.
    pub name: String,
    /// Phone as typed; stored in E.164 form.
    pub phone: String,
}

/// Places an order.
///
/// Refuses with what a quote refuses with and `QUOTE_CHANGED` (the problem carries the fresh
/// quote, and `was` and `now` of each difference at `lines[n]`, `fees[kind]` and `promised_at`),
/// `QUOTE_EXPIRED`, `OUT_OF_STOCK`, `SLOT_FULL`, `SLOT_PAST`, `CLOSED`, `NO_SLOT`,
/// `TOO_FAR_AHEAD`, `PHONE_INVALID`, `TEXT_TOO_LONG`, `METHOD_NOT_ALLOWED`,
/// `PREPAY_REQUIRED`, `MEMBER_BLOCKED`, at codes, coupons and points with what membership refuses them with,
/// `IDEMPOTENCY_MISMATCH` (names the order of the key by `order_id`, `order_number` and
/// `pickup_number`) and `RATE_LIMITED`.
#[utoipa::path(
    post, path = "/api/shop/{brand}/{branch}/orders", tag = "shop", params(IdempotencyKey),
    request_body = PlaceOrder,
    responses((status = 201, body = ref("#/components/schemas/PlaceOrderResponse")))
)]
pub async fn place_order(
    State(gateway): State<Gateway>,
    shop: Shop,
    key: IdempotencyKey,
    Body(input): Body<PlaceOrder>,
) -> Result<(StatusCode, WrittenJson)> {
    let (claim, key_is_new) = tokio::join!(
        gateway
            .limits()
            .place_order(&shop, &input.contact.phone, &key.key),
        gateway.order_keys().is_new(shop.place.org(), &key.key),
    );
    let claim = claim?;
    let request = shop.request(pb::PlaceOrderRequest {
        key_is_new,
        attempt_keys: quotes::attempt_keys(&shop),
        ..input.into_wire(key.key, shop.branch_id().to_owned())
    });
    let response = match gateway.ordering().place_order(request).await {
        Ok(response) => response.into_inner(),
        Err(status) => {
            let rejection = quotes::rejection(status);
            if rejection.is_certain() {
                gateway.limits().release(claim);
            }
            return Err(rejection);
        }
    };
    if response.replayed {
        let order = present(response.order.as_ref(), "the order")?;
        let created_at = required_time(order.created_at, "created_at")?;
        gateway.limits().repeated(claim, created_at);
    } else {
        gateway.limits().keep(claim);
    }
    Ok((StatusCode::CREATED, transcoded::json(&response)?))
}

impl PlaceOrder {
    /// The message, for this branch.
    pub fn into_wire(self, idempotency_key: String, branch_id: String) -> pb::PlaceOrderRequest {
        let cart = Cart {
            method: self.method,
            wanted_at: self.wanted_at,
            lines: self.lines,
            entered: self.entered,
            contact_phone: String::new(),
            with_coupons: false,
        };
        pb::PlaceOrderRequest {
            idempotency_key,
            cart: Some(cart.into_wire(branch_id)),
            quote_hash: self.quote_hash,
            quoted_at: Some(stamp(self.quoted_at)),
            promised_at: self.promised_at.map(stamp),
            line_amounts: self.line_amounts,
            fee_amounts: self
                .fee_amounts
                .into_iter()
                .map(pb::FeeAmount::from)
                .collect(),
            contact: Some(pb::Contact {
                name: self.contact.name,
                phone: self.contact.phone,
            }),
            remark: self.remark,
            utensils: self.utensils,
            key_is_new: false,
            attempt_keys: Vec::new(),
            payment_method_id: self.payment_method_id.unwrap_or_default(),
        }
    }
}

impl From<FeeAmount> for pb::FeeAmount {
    fn from(fee: FeeAmount) -> Self {
        Self {
            kind: fee.kind,
            amount: fee.amount,
        }
    }
}
