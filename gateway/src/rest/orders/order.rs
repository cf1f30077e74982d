use chrono::{DateTime, Utc};
use proto::ordering::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    problem::Rejection,
    rest::{
        convert::{amount, present, required_time, time},
        quotes::{Fee, FulfilmentMethod, PricedLine},
        wire_enum::wire_enum,
    },
};

wire_enum! {
    /// State of an order.
    OrderState = pb::OrderState {
        /// 待付款.
        PendingPayment,
        /// 新訂單.
        Placed,
        /// 已接單.
        Accepted,
        /// 製作中.
        Preparing,
        /// 可取餐.
        Ready,
        /// 配送中.
        Delivering,
        /// 已完成.
        Completed,
        /// 已取消.
        Cancelled,
        /// 已拒單.
        Rejected,
        /// 逾時未付.
        Expired,
        /// 未取餐.
        NoShow,
    }
}

wire_enum! {
    /// Why an order was cancelled or rejected.
    CancelReason = pb::CancelReason {
        /// 缺貨.
        OutOfStock,
        /// 太忙.
        TooBusy,
        /// 已打烊.
        Closed,
        /// 客人要求.
        CustomerRequest,
        /// 重複訂單.
        Duplicate,
        /// 聯絡不到.
        Unreachable,
        /// 無法外送.
        Undeliverable,
        /// 疑似惡意.
        Suspicious,
        /// 其他, with text.
        Other,
        /// 庫存保留失效; never chosen by staff.
        HoldGone,
    }
}

/// An order; amounts are in the minor unit of `currency`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Order {
    /// Id.
    #[schema(format = Uuid)]
    pub order_id: String,
    /// Brand.
    #[schema(format = Uuid)]
    pub brand_id: String,
    /// Branch.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// 訂單編號, five characters.
    pub order_number: String,
    /// 取件號碼, three digits or more, of a test order after a T; empty until it is placed.
    pub pickup_number: String,
    /// State.
    pub state: OrderState,
    /// Method.
    pub method: FulfilmentMethod,
    /// Wanted time; null for as soon as possible.
    pub wanted_at: Option<DateTime<Utc>>,
    /// Promised time.
    pub promised_at: Option<DateTime<Utc>>,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// When it was placed; null while it waits for its payment.
    pub placed_at: Option<DateTime<Utc>>,
    /// When it was accepted.
    pub accepted_at: Option<DateTime<Utc>>,
    /// When it became ready.
    pub ready_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub completed_at: Option<DateTime<Utc>>,
    /// ISO 4217 currency of all amounts.
    pub currency: String,
    /// Lines.
    pub lines: Vec<PricedLine>,
    /// Fees.
    pub fees: Vec<Fee>,
    /// What is to be paid.
    pub total: i64,
    /// What was paid.
    pub paid: i64,
    /// The customer; the phone is masked except in the response to placing the order.
    pub contact: Contact,
    /// Remark.
    pub remark: String,
    /// 餐具 wanted.
    pub utensils: bool,
    /// A test order.
    pub test: bool,
    /// Why it was cancelled or rejected.
    pub cancel_reason: Option<CancelReason>,
    /// Text of the reason.
    pub cancel_text: String,
    /// Business day.
    #[schema(format = Date)]
    pub business_day: String,
    /// Version for the next change.
    pub version: i64,
    /// Number of the menu version it was sold from.
    pub menu_number: i64,
    /// States it may move to next by staff.
    pub next_states: Vec<OrderState>,
    /// Until when the last step can be taken back; null when it can't.
    pub undo_until: Option<DateTime<Utc>>,
    /// Time promised before it was last moved to another slot; null when it never was.
    pub moved_from: Option<DateTime<Utc>>,
    /// Why it was moved.
    pub moved_reason: String,
}

/// The customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name, 1–60 characters.
    pub name: String,
    /// Phone as typed; stored in E.164 form.
    pub phone: String,
}

/// Answer with one order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderAnswer {
    /// The order.
    pub order: Order,
}

impl TryFrom<pb::Order> for Order {
    type Error = Rejection;

    fn try_from(order: pb::Order) -> Result<Self, Rejection> {
        let total = present(order.total, "the total")?;
        let next_states = order.next_states.into_iter().map(OrderState::from_wire);
        Ok(Self {
            state: OrderState::from_wire(order.state)?,
            method: FulfilmentMethod::from_wire(order.method)?,
            wanted_at: time(order.wanted_at),
            promised_at: time(order.promised_at),
            created_at: required_time(order.created_at, "created_at")?,
            placed_at: time(order.placed_at),
            accepted_at: time(order.accepted_at),
            ready_at: time(order.ready_at),
            completed_at: time(order.completed_at),
            next_states: next_states.collect::<Result<_, _>>()?,
            cancel_reason: CancelReason::from_wire_or_none(order.cancel_reason),
            undo_until: time(order.undo_until),
            moved_from: time(order.moved_from),
            moved_reason: order.moved_reason,
            order_id: order.order_id,
            brand_id: order.brand_id,
            branch_id: order.branch_id,
            order_number: order.order_number,
            pickup_number: order.pickup_number,
            currency: total.currency,
            lines: order.lines.into_iter().map(PricedLine::from).collect(),
            fees: order.fees.into_iter().map(Fee::from).collect(),
            total: total.amount,
            paid: amount(order.paid),
            contact: Contact {
                name: order.contact_name,
                phone: order.contact_phone,
            },
            remark: order.remark,
            utensils: order.utensils,
            test: order.test,
            cancel_text: order.cancel_text,
            business_day: order.business_day,
            version: order.version,
            menu_number: order.menu_number,
        })
    }
}

impl TryFrom<Option<pb::Order>> for OrderAnswer {
    type Error = Rejection;

    fn try_from(order: Option<pb::Order>) -> Result<Self, Rejection> {
        Ok(Self {
            order: present(order, "the order")?.try_into()?,
        })
    }
}
