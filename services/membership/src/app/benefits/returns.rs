//! What a refund gives back.

use chassis::{
    error::Problem,
    id::{CouponId, OrderId, OrganisationId},
};
use proto::membership::v1::ReturnBenefitsResponse;

use super::settle::{GivenBack, give_back};
use crate::{
    app::{
        Dependencies,
        points::holds::{PointsReturn, return_for_refund},
    },
    domain::benefits::hold::{HoldState, Use},
    store,
};

/// Gives back what a refund of an order gives back, once for each refund: all of it where the whole order was
/// refunded, else the coupons that are named and the points of the refunded units.
pub async fn return_benefits(
    deps: &Dependencies,
    org: OrganisationId,
    order: OrderId,
    points: PointsReturn,
    coupons: &[CouponId],
) -> Result<ReturnBenefitsResponse, Problem> {
    let now = deps.clock.now();
    let mut tx = deps.db.tenant(org).await?;
    // The row of the hold keeps two refunds of an order apart; without one only points can come back.
    let hold = store::holds::lock(&mut tx, order).await?;
    if let Some(response) = store::returns::find(&mut tx, points.refund).await? {
        return Ok(response);
    }
    let mut given = GivenBack::default();
    if let Some(hold) = hold.filter(|hold| hold.state != HoldState::Released) {
        let uses = store::holds::list_uses(&mut tx, order).await?;
        let named = |used: &Use| used.coupon.is_some_and(|coupon| coupons.contains(&coupon));
        let uses = uses.into_iter().filter(|used| !used.returned);
        let returned: Vec<Use> = uses.filter(|used| points.whole || named(used)).collect();
        let rules: Vec<_> = returned.iter().map(|used| used.rule).collect();
        store::holds::mark_returned(&mut tx, order, &rules).await?;
        given = give_back(&mut tx, &hold, &returned, false, now).await?;
    }
    let (points_returned, points_taken) = return_for_refund(&mut tx, order, points, now).await?;
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let response = ReturnBenefitsResponse {
        points_returned: i32::try_from(points_returned).unwrap_or(i32::MAX),
        points_taken: i32::try_from(points_taken).unwrap_or(i32::MAX),
        coupons_returned: count(given.coupons),
        codes_returned: count(given.codes),
    };
    store::returns::insert(&mut tx, points.refund, order, &response, now).await?;
    tx.commit().await?;
    Ok(response)
}
