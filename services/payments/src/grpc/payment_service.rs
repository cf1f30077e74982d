//! The RPCs of `PaymentService`.

use bytes::Bytes;
use chassis::{
    authn::RequestExt as _,
    business_day,
    error::{CommonReason, Problem, Violations},
    id::{self, OrderId},
    idempotency::Once,
    money::{Currency, Money},
    request,
    secret::Secret,
    text, time,
};
use payment_adapters::{Callback, Item, Payer};
use prost::Message as _;
use proto::payments::v1::{
    AllowedMethod as WireMethod, ChangeAmountDueRequest, ChangeAmountDueResponse,
    ClosePaymentRequest, ClosePaymentResponse, FormField, GetOrderPaymentRequest,
    GetOrderPaymentResponse, GetPaymentRequest, GetPaymentResponse, ListAllowedMethodsRequest,
    ListAllowedMethodsResponse, NoteReturnRequest, NoteReturnResponse, PayableItem, PayableOrder,
    PaymentsReason, ReceiveCallbackRequest, ReceiveCallbackResponse, RequestRefundRequest,
    RequestRefundResponse, SettleRefundRequest, SettleRefundResponse, StartAttemptRequest,
    StartAttemptResponse, payment_service_server as server,
};
use sha2::{Digest as _, Sha256};
use tonic::Request;

use super::request::{amount, provider, rpcs, url};
use crate::{
    app::{
        Dependencies,
        aggregate::RefundOrder,
        callbacks::{self, LARGEST_BODY, Received},
        methods::{self, AllowedMethod},
        payments::{self, BrowserReturn, WholePayment},
        start_attempt::{self, StartAttempt},
    },
    domain::{
        method::Purchase,
        payment::OrderFacts,
        refund::{ManualEnd, RefundCause},
    },
    wire,
};

/// Most items of an order.
const MOST_ITEMS: usize = 200;
const MOST_UNITS: i32 = 2_000;
const MOST_HEADERS: usize = 100;
/// Longest name of a payer that is passed on.
const LONGEST_NAME: usize = 50;

/// The gRPC service.
pub struct PaymentService {
    deps: Dependencies,
}

impl PaymentService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    PaymentService: server::PaymentService {
        list_allowed_methods(ListAllowedMethodsRequest) -> ListAllowedMethodsResponse;
        start_attempt(StartAttemptRequest) -> StartAttemptResponse;
        get_payment(GetPaymentRequest) -> GetPaymentResponse;
        get_order_payment(GetOrderPaymentRequest) -> GetOrderPaymentResponse;
        change_amount_due(ChangeAmountDueRequest) -> ChangeAmountDueResponse;
        close_payment(ClosePaymentRequest) -> ClosePaymentResponse;
        request_refund(RequestRefundRequest) -> RequestRefundResponse;
        settle_refund(SettleRefundRequest) -> SettleRefundResponse;
        receive_callback(ReceiveCallbackRequest) -> ReceiveCallbackResponse;
        note_return(NoteReturnRequest) -> NoteReturnResponse;
    }
}

impl PaymentService {
    async fn list_allowed_methods(
        &self,
        request: &Request<ListAllowedMethodsRequest>,
    ) -> Result<ListAllowedMethodsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse("brand_id", &asked.brand_id, &mut violations);
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let method = request::choice("method", asked.method, &mut violations);
        let channel = request::choice("channel", asked.channel, &mut violations);
        currency("currency", &asked.currency, &mut violations);
        let amount = amount("amount", asked.amount, 0, &mut violations);
        let (brand, branch, method, channel) =
            violations.finish((brand, branch, method, channel))?;
        let purchase = Purchase {
            branch,
            method,
            channel,
            amount,
        };
        let org = request.org()?;
        let (any_amount, test) = (asked.any_amount, asked.test);
        let found =
            methods::list_allowed(&self.deps, org, brand, &purchase, any_amount, test).await?;
        let methods = found.methods.iter();
        let methods = methods.map(|found| self.allowed(found, amount));
        Ok(ListAllowedMethodsResponse {
            methods: methods.collect(),
            is_set_up: found.is_set_up,
        })
    }

    fn allowed(&self, found: &AllowedMethod, amount: i64) -> WireMethod {
        let AllowedMethod { method, account } = found;
        let adapter = account
            .as_ref()
            .map(|account| self.deps.adapter(account.provider));
        WireMethod {
            method_id: method.id.to_string(),
            kind: method.kind.to_wire(),
            name: method.name.clone(),
            text: method.text.clone(),
            online: method.kind.is_online(),
            pay_now: if method.kind.is_online() {
                method.pay_now(amount)
            } else {
                0
            },
            fields_in_page: adapter.is_some_and(|adapter| adapter.capabilities().fields_in_page),
            provider: account
                .as_ref()
                .map_or(0, |account| wire::provider(account.provider)),
            test: account
                .as_ref()
                .is_some_and(|account| account.environment == payment_adapters::Environment::Test),
            min_amount: method.min_amount,
            max_amount: method.max_amount,
        }
    }

    async fn start_attempt(
        &self,
        request: &Request<StartAttemptRequest>,
    ) -> Result<StartAttemptResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let repeatable = repeatable(asked);
        Once::parse(
            "StartAttempt",
            &asked.idempotency_key,
            &repeatable,
            &mut violations,
        );
        let order = request::required("order", asked.order.as_ref(), &mut violations);
        let facts = order.and_then(|order| order_facts(order, &mut violations));
        let items = order.and_then(|order| items(order, &mut violations));
        let expires_at = order.and_then(|order| {
            time::parse_required(
                "order.expires_at",
                order.expires_at.as_ref(),
                &mut violations,
            )
        });
        let method = id::parse("method_id", &asked.method_id, &mut violations);
        let back_url = url("back_url", &asked.back_url, &mut violations);
        let token = text::bounded("token", &asked.token, 0..=2_000, &mut violations);
        let payer = order.map(|order| payer(order, &mut violations));
        let branch_name = order.map(|order| order.branch_name.chars().take(100).collect());
        let (order, branch_name, items, expires_at, method, back_url) =
            violations.finish((facts, branch_name, items, expires_at, method, back_url))?;
        let command = StartAttempt {
            key: asked.idempotency_key.clone(),
            hash: Sha256::digest(repeatable.encode_to_vec()).to_vec(),
            total: asked.order.as_ref().map_or(0, |order| order.total),
            order,
            branch_name,
            items,
            expires_at,
            method,
            back_url,
            token: (!token.is_empty()).then(|| Secret::new(token)),
            payer: payer.unwrap_or_default(),
        };
        let started = start_attempt::start(&self.deps, request.org()?, &command).await?;
        Ok(StartAttemptResponse {
            payment_id: started.attempt.payment.to_string(),
            attempt: Some(wire::attempt(&started.attempt)),
            next: Some(started.next),
            required: started.required,
        })
    }

    async fn get_payment(
        &self,
        request: &Request<GetPaymentRequest>,
    ) -> Result<GetPaymentResponse, Problem> {
        let order = order_id(&request.get_ref().order_id)?;
        let found = payments::get(&self.deps, request.org()?, order).await?;
        Ok(GetPaymentResponse {
            payment: Some(payment(&found)),
        })
    }

    async fn get_order_payment(
        &self,
        request: &Request<GetOrderPaymentRequest>,
    ) -> Result<GetOrderPaymentResponse, Problem> {
        let order = order_id(&request.get_ref().order_id)?;
        let (org, identity) = (request.org()?, request.identity());
        let found = payments::get_for_staff(&self.deps, identity, org, order).await?;
        Ok(GetOrderPaymentResponse {
            refundable: found.refundable(),
            payment: Some(payment(&found)),
        })
    }

    async fn change_amount_due(
        &self,
        request: &Request<ChangeAmountDueRequest>,
    ) -> Result<ChangeAmountDueResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let order = id::parse("order_id", &asked.order_id, &mut violations);
        let currency = currency("currency", &asked.currency, &mut violations);
        let total = amount("total", asked.total, 0, &mut violations);
        let (order, currency) = violations.finish((order, currency))?;
        let total = Money::new(total, currency);
        let changed = payments::change_due(&self.deps, request.org()?, order, total).await?;
        Ok(ChangeAmountDueResponse {
            payment: Some(payment(&changed)),
        })
    }

    async fn close_payment(
        &self,
        request: &Request<ClosePaymentRequest>,
    ) -> Result<ClosePaymentResponse, Problem> {
        let asked = request.get_ref();
        let order = order_id(&asked.order_id)?;
        let org = request.org()?;
        let closed = payments::close(&self.deps, org, order, asked.order_version).await?;
        Ok(ClosePaymentResponse {
            payment: closed.as_ref().map(payment),
        })
    }

    async fn request_refund(
        &self,
        request: &Request<RequestRefundRequest>,
    ) -> Result<RequestRefundResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let once = Once::parse(
            "RequestRefund",
            &asked.idempotency_key,
            asked,
            &mut violations,
        );
        let order = id::parse("order_id", &asked.order_id, &mut violations);
        let amount = amount("amount", asked.amount, 1, &mut violations);
        let reason = text::bounded("reason", &asked.reason, 0..=200, &mut violations);
        if reason.is_empty() {
            violations.push("reason", CommonReason::ReasonRequired);
        }
        let account = id::parse_optional(
            "requested_by_account_id",
            &asked.requested_by_account_id,
            &mut violations,
        );
        let name = text::bounded(
            "requested_by_name",
            &asked.requested_by_name,
            0..=60,
            &mut violations,
        );
        let order = violations.finish(order)?;
        let refund = RefundOrder {
            amount,
            cause: RefundCause::Staff,
            request_key: asked.idempotency_key.clone(),
            reason,
            requested_by: account.map(|account| (account, name)),
            first: None,
            by_hand: false,
        };
        let by_hand = asked.by_hand_after_window;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let found = payments::request_refund(&self.deps, tx, order, refund, by_hand)
                    .await
                    .map_err(Problem::from)?;
                Ok::<_, Problem>(RequestRefundResponse {
                    payment: Some(payment(&found)),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn settle_refund(
        &self,
        request: &Request<SettleRefundRequest>,
    ) -> Result<SettleRefundResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let order = id::parse("order_id", &asked.order_id, &mut violations);
        let refund = id::parse("refund_id", &asked.refund_id, &mut violations);
        let note = text::bounded("note", &asked.note, 0..=200, &mut violations);
        if note.is_empty() {
            violations.push("note", CommonReason::ReasonRequired);
        }
        let (order, refund) = violations.finish((order, refund))?;
        let (org, identity) = (request.org()?, request.identity());
        let (account, _) = identity.staff()?;
        let end = ManualEnd {
            given_back: asked.given_back,
            note,
            by: (account, identity.actor.name()),
        };
        let settled =
            payments::settle_refund(&self.deps, identity, org, order, refund, end).await?;
        Ok(SettleRefundResponse {
            payment: Some(payment(&settled)),
        })
    }

    async fn receive_callback(
        &self,
        request: &Request<ReceiveCallbackRequest>,
    ) -> Result<ReceiveCallbackResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let provider = provider("provider", asked.provider, &mut violations);
        let account = id::parse("account_id", &asked.account_id, &mut violations);
        let is_known = violations.finish((provider, account));
        let Ok((provider, account)) = is_known else {
            return Ok(not_found());
        };
        let received = Received {
            provider,
            account,
            callback: callback(&asked.headers, &asked.query, &asked.body),
            remote_address: asked.remote_address.clone(),
        };
        if asked.body.len() > LARGEST_BODY {
            callbacks::alarm(&provider, "too large");
            return Ok(ReceiveCallbackResponse {
                status: 413,
                ..not_found()
            });
        }
        let response = callbacks::receive(&self.deps, &received).await?;
        Ok(
            response.map_or_else(not_found, |response| ReceiveCallbackResponse {
                status: response.status.as_u16().into(),
                content_type: response.content_type.to_owned(),
                body: response.body,
            }),
        )
    }

    async fn note_return(
        &self,
        request: &Request<NoteReturnRequest>,
    ) -> Result<NoteReturnResponse, Problem> {
        let asked = request.get_ref();
        let reference = &asked.reference;
        let is_reference = reference.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_reference || !(1..=20).contains(&reference.len()) {
            return Err(Problem::not_found("payment"));
        }
        let returned = BrowserReturn {
            reference: reference.clone(),
            callback: callback(&asked.headers, &asked.query, &asked.body),
            remote_address: asked.remote_address.clone(),
        };
        let returned = payments::note_return(&self.deps, returned).await?;
        let text = |id: Option<String>| id.unwrap_or_default();
        Ok(NoteReturnResponse {
            organisation_id: text(returned.org.map(|org| org.to_string())),
            order_id: text(returned.order.map(|order| order.to_string())),
            back_url: returned.back_url,
        })
    }
}

fn callback(headers: &[FormField], query: &str, body: &Bytes) -> Callback {
    let headers = headers.iter().take(MOST_HEADERS).map(header);
    Callback {
        headers: headers.collect(),
        query: query.to_owned(),
        body: body.clone(),
    }
}

/// The response where no account has the address: it says nothing of which there are.
fn not_found() -> ReceiveCallbackResponse {
    ReceiveCallbackResponse {
        status: 404,
        content_type: "text/plain".to_owned(),
        body: Bytes::new(),
    }
}

fn header(field: &FormField) -> (String, String) {
    (field.name.to_ascii_lowercase(), field.value.clone())
}

fn payment(found: &WholePayment) -> proto::payments::v1::Payment {
    wire::payment(
        &found.payment,
        &found.attempts,
        &found.refunds,
        found.closed,
    )
}

fn order_id(raw: &str) -> Result<OrderId, Problem> {
    let mut violations = Violations::new();
    let order = id::parse("order_id", raw, &mut violations);
    violations.finish(order)
}

fn currency(field: &str, raw: &str, violations: &mut Violations) -> Option<Currency> {
    let parsed = raw.parse().ok();
    if parsed.is_none() {
        violations.push(field, CommonReason::ValidationFailed);
    }
    parsed
}

fn order_facts(order: &PayableOrder, violations: &mut Violations) -> Option<OrderFacts> {
    let id = id::parse("order.order_id", &order.order_id, violations);
    let brand = id::parse("order.brand_id", &order.brand_id, violations);
    let branch = id::parse("order.branch_id", &order.branch_id, violations);
    let method = request::choice("order.method", order.method, violations);
    let channel = request::choice("order.channel", order.channel, violations);
    let day = business_day::parse("order.business_day", &order.business_day, violations);
    let currency = currency("order.currency", &order.currency, violations);
    let number = text::bounded(
        "order.order_number",
        &order.order_number,
        1..=20,
        violations,
    );
    Some(OrderFacts {
        id: id?,
        number,
        brand: brand?,
        branch: branch?,
        method: method?,
        channel: channel?,
        business_day: day?,
        test: order.test,
        currency: currency?,
    })
}

/// What the same key must bring again. The token is good for one use, so that a repeat may bring none;
/// who pays changes nothing of the attempt, and no digest of it is stored.
fn repeatable(asked: &StartAttemptRequest) -> StartAttemptRequest {
    let mut repeatable = asked.clone();
    repeatable.token.clear();
    if let Some(order) = &mut repeatable.order {
        order.payer = None;
    }
    repeatable
}

/// Who pays; what is not known is empty.
fn payer(order: &PayableOrder, violations: &mut Violations) -> Payer {
    let Some(given) = &order.payer else {
        return Payer::default();
    };
    let field = |name: &str| format!("order.payer.{name}");
    let phone = text::bounded(&field("phone"), &given.phone, 0..=16, violations);
    let is_phone = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if !phone.is_empty() && !phone.strip_prefix('+').is_some_and(is_phone) {
        violations.push(field("phone"), CommonReason::PhoneInvalid);
    }
    Payer {
        name: given.name.chars().take(LONGEST_NAME).collect(),
        phone,
        email: text::bounded(&field("email"), &given.email, 0..=254, violations),
    }
}

/// The items, which sum up to the total.
fn items(order: &PayableOrder, violations: &mut Violations) -> Option<Vec<Item>> {
    let total = amount("order.total", order.total, 1, violations);
    if !(1..=MOST_ITEMS).contains(&order.items.len()) {
        let params = [("min", 1), ("max", MOST_ITEMS)];
        violations.push_with("order.items", CommonReason::ValidationFailed, params);
        return None;
    }
    let read = |item: &PayableItem| {
        let quantity = u32::try_from(item.quantity)
            .ok()
            .filter(|_| (1..=MOST_UNITS).contains(&item.quantity))?;
        let bounded = (-9_999_999..=9_999_999).contains(&item.unit_amount);
        bounded.then(|| Item {
            name: item.name.chars().take(100).collect(),
            quantity,
            unit_amount: item.unit_amount,
        })
    };
    let items: Option<Vec<Item>> = order.items.iter().map(read).collect();
    let Some(items) = items else {
        violations.push("order.items", CommonReason::ValidationFailed);
        return None;
    };
    let sum: i64 = items
        .iter()
        .map(|item| i64::from(item.quantity) * item.unit_amount)
        .sum();
    if sum != total {
        violations.push("order.total", PaymentsReason::AmountMismatch);
    }
    Some(items)
}
