//! Changes of coupons: stored, noted in their history and announced.

use chassis::{
    clock::ManualClock,
    db::TenantTx,
    error::Problem,
    id::{CouponId, OrderId},
    outbox::{self, Event},
};
use chrono::{DateTime, Utc};
use proto::membership::v1::CouponChanged;

use crate::{
    domain::benefits::coupon::Coupon,
    store::{self, coupon_entries::CouponEntry},
};

/// Stores coupons that changed with the entry that says how, and announces them. They are locked.
pub async fn save(
    tx: &mut TenantTx,
    coupons: &mut [Coupon],
    entry: &CouponEntry,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if coupons.is_empty() {
        return Ok(());
    }
    store::coupons::update(tx, coupons).await?;
    for coupon in &mut *coupons {
        coupon.version += 1;
    }
    let ids: Vec<CouponId> = coupons.iter().map(|coupon| coupon.id).collect();
    store::coupon_entries::append(tx, &ManualClock::at(now), &ids, entry).await?;
    announce(tx, coupons, entry.order, now).await
}

/// Announces coupons as they are.
pub async fn announce(
    tx: &mut TenantTx,
    coupons: &[Coupon],
    order: Option<OrderId>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let event = |coupon: &Coupon| {
        let changed = CouponChanged {
            coupon_id: coupon.id.to_string(),
            template_id: coupon.template.to_string(),
            member_id: coupon.member.to_string(),
            state: coupon.state(now).to_string(),
            order_id: order.map(|order| order.to_string()).unwrap_or_default(),
        };
        let type_ = "membership.coupon.changed.v1";
        Event::new(type_, coupon.id.as_uuid(), coupon.version, &changed)
    };
    let events: Vec<_> = coupons.iter().map(event).collect();
    outbox::publish(tx, &ManualClock::at(now), &events).await
}
