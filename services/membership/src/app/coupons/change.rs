//! Coupons that are voided or extended.

use std::collections::BTreeMap;

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::Problem,
    id::{BenefitRuleId, CouponId},
};
use chrono::{DateTime, Utc};
use proto::membership::v1::MembershipReason;

use super::{by, issue::issued_counter, lock, refused};
use crate::{
    app::{
        benefits::{coupon_changes, places},
        coupon_templates,
    },
    domain::benefits::{
        coupon::{Coupon, CouponEnd, CouponEntryKind, CouponState},
        refusal::Refusal,
    },
    store,
};

/// Coupons that are extended at a time, and at most.
const EXTENDED_AT_A_TIME: i64 = 1_000;
const MOST_EXTENDED: usize = 100_000;

/// Voids coupons, all or none of them; returns how many were not void before.
pub async fn void(
    tx: &mut TenantTx,
    identity: &Identity,
    ids: &[CouponId],
    reason: &str,
    now: DateTime<Utc>,
) -> Result<usize, Problem> {
    let coupons = lock(tx, identity, ids).await?;
    let mut problems = Vec::new();
    for (index, id) in ids.iter().enumerate() {
        let coupon = coupons.iter().find(|coupon| coupon.id == *id);
        let used = coupon.is_some_and(|coupon| {
            matches!(coupon.state(now), CouponState::Used | CouponState::Held) || coupon.held > 0
        });
        if used {
            let refusal = Refusal::new(MembershipReason::CouponUsed);
            problems.push(refusal.at(format!("coupon_ids[{index}]")));
        }
    }
    refused(problems)?;
    let mut coupons: Vec<_> = coupons
        .into_iter()
        .filter(|coupon| coupon.ended.is_none())
        .collect();
    for coupon in &mut coupons {
        coupon.ended = Some(CouponEnd::Voided);
    }
    let entry = by(identity, CouponEntryKind::Voided, reason, now);
    coupon_changes::save(tx, &mut coupons, &entry, now).await?;
    let mut by_template = BTreeMap::<BenefitRuleId, i64>::new();
    for coupon in &coupons {
        *by_template.entry(coupon.template).or_default() += 1;
    }
    let given: Vec<_> = by_template
        .into_iter()
        .map(|(template, count)| (issued_counter(template), count))
        .collect();
    store::counters::give_back(tx, &given).await?;
    Ok(coupons.len())
}

/// Which coupons are extended.
#[derive(Clone, Debug)]
pub enum Extended {
    /// These.
    Coupons(Vec<CouponId>),
    /// All of a template.
    Template(BenefitRuleId),
}

/// Extends the validity of coupons that are neither used nor ended; returns how many.
pub async fn extend(
    tx: &mut TenantTx,
    identity: &Identity,
    which: Extended,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<usize, Problem> {
    let template = match which {
        Extended::Coupons(ids) => {
            let coupons = lock(tx, identity, &ids).await?;
            return extend_locked(tx, identity, coupons, until, now).await;
        }
        Extended::Template(template) => template,
    };
    let found = coupon_templates::get(tx, identity, template).await?;
    places::require_editable(identity, &found.template.rule)?;
    let (mut extended, mut after) = (0, None);
    while extended < MOST_EXTENDED {
        let limit = EXTENDED_AT_A_TIME;
        let ids = store::coupons::list_extensible(tx, template, until, after, limit).await?;
        let Some(last) = ids.last() else {
            break;
        };
        after = Some(*last);
        let coupons = store::coupons::lock(tx, &ids).await?;
        extended += extend_locked(tx, identity, coupons, until, now).await?;
    }
    Ok(extended)
}

async fn extend_locked(
    tx: &mut TenantTx,
    identity: &Identity,
    coupons: Vec<Coupon>,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<usize, Problem> {
    let open = |coupon: &Coupon| {
        coupon.ended.is_none() && coupon.used < coupon.uses_allowed && coupon.valid_until < until
    };
    let mut coupons: Vec<_> = coupons.into_iter().filter(open).collect();
    for coupon in &mut coupons {
        coupon.valid_until = until;
    }
    let entry = by(identity, CouponEntryKind::Extended, "", now);
    coupon_changes::save(tx, &mut coupons, &entry, now).await?;
    Ok(coupons.len())
}
