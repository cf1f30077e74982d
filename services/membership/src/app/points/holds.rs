//! Points that orders use.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{MemberId, OrderId, RefundId},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Points of a member that an order may use, those that `order` holds itself included.
pub async fn available(
    _tx: &mut TenantTx,
    _member: MemberId,
    _brand: chassis::id::BrandId,
    _order: Option<OrderId>,
) -> Result<u32, Problem> {
    Ok(0)
}

/// Holds points for an order, those that end first. Refuses with `POINTS_INSUFFICIENT` at `points`.
pub async fn hold(
    _tx: &mut TenantTx,
    _member: MemberId,
    _order: OrderId,
    _programme: Uuid,
    _points: u32,
    _now: DateTime<Utc>,
) -> Result<(), Problem> {
    Ok(())
}

/// Makes a hold final; repeated, it changes nothing.
pub async fn confirm(
    _tx: &mut TenantTx,
    _order: OrderId,
    _now: DateTime<Utc>,
) -> Result<(), Problem> {
    Ok(())
}

/// Gives all held or used points of an order back; repeated, it changes nothing.
pub async fn release(
    _tx: &mut TenantTx,
    _order: OrderId,
    _now: DateTime<Utc>,
) -> Result<(), Problem> {
    Ok(())
}

/// What a refund of an order does to points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointsReturn {
    /// Refund.
    pub refund: RefundId,
    /// The whole order was refunded.
    pub whole: bool,
    /// Used points that go back to their lots.
    pub points: u32,
    /// Goods that are left, minor units, of which points are earned.
    pub goods_left: i64,
}

/// Returns used points and takes back earned ones for a refund, once: how many of each.
pub async fn return_for_refund(
    _tx: &mut TenantTx,
    _order: OrderId,
    _what: PointsReturn,
    _now: DateTime<Utc>,
) -> Result<(u32, u32), Problem> {
    Ok((0, 0))
}
