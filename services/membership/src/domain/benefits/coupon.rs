//! Coupons of members.

use chassis::{
    id::{BenefitRuleId, BranchId, CouponBatchId, CouponId, MemberId, OrderId},
    text_enum, time,
};
use chrono::{DateTime, Utc};
use proto::membership::v1::{
    self as wire, BenefitClass, BenefitRule, MembershipReason, RuleLimits,
};

use super::{code::is_over, refusal::Refusal};

text_enum! {
    /// State of a coupon at an instant.
    pub enum CouponState: wire::CouponState {
        /// 未使用.
        Unused = "unused",
        /// 保留.
        Held = "held",
        /// 已使用.
        Used = "used",
        /// 已過期.
        Expired = "expired",
        /// 已作廢.
        Voided = "voided",
        /// 已轉贈.
        Transferred = "transferred",
    }
}

text_enum! {
    /// What ended a coupon before its time.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum CouponEnd {
        /// 已作廢.
        Voided = "voided",
        /// 已轉贈.
        Transferred = "transferred",
    }
}

text_enum! {
    /// What happened to a coupon.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum CouponEntryKind: wire::CouponEntryKind {
        /// 發券.
        Issued = "issued",
        /// 使用 by an order.
        Used = "used",
        /// 核銷.
        Redeemed = "redeemed",
        /// 退回.
        Returned = "returned",
        /// 展延.
        Extended = "extended",
        /// 作廢.
        Voided = "voided",
        /// 轉贈.
        Transferred = "transferred",
    }
}

/// A coupon.
#[derive(Clone, Debug, PartialEq)]
pub struct Coupon {
    /// Id.
    pub id: CouponId,
    /// Template.
    pub template: BenefitRuleId,
    /// Member.
    pub member: MemberId,
    /// Code.
    pub code: String,
    /// Coupons it was issued with.
    pub batch: CouponBatchId,
    /// Version, for its events.
    pub version: i64,
    /// From when it is valid.
    pub valid_from: DateTime<Utc>,
    /// Until when, that second included.
    pub valid_until: DateTime<Utc>,
    /// Uses it came with.
    pub uses_allowed: i32,
    /// Uses by orders that are not placed yet.
    pub held: i32,
    /// Uses.
    pub used: i32,
    /// What ended it before its time.
    pub ended: Option<CouponEnd>,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// Its template's rule, in the version it was issued with.
    pub rule: BenefitRule,
    /// Terms.
    pub terms: String,
    /// Address of a picture.
    pub picture_url: String,
    /// It may be passed on.
    pub transferable: bool,
    /// Open order that holds it.
    pub order: Option<OrderId>,
}

impl Coupon {
    /// Its state at an instant.
    #[must_use]
    pub fn state(&self, now: DateTime<Utc>) -> CouponState {
        match self.ended {
            Some(CouponEnd::Voided) => CouponState::Voided,
            Some(CouponEnd::Transferred) => CouponState::Transferred,
            None if self.used >= self.uses_allowed => CouponState::Used,
            None if self.held + self.used >= self.uses_allowed => CouponState::Held,
            None if is_over(self.valid_until, now) => CouponState::Expired,
            None => CouponState::Unused,
        }
    }

    /// Uses that are left.
    #[must_use]
    pub const fn uses_left(&self) -> i32 {
        self.uses_allowed - self.held - self.used
    }

    /// Its rule in an order: it is the coupon's own, within the coupon's own period. How often it may be used is
    /// the coupon's, so the rule has no limit but those of one order.
    #[must_use]
    pub fn rule(&self) -> BenefitRule {
        let mut rule = self.rule.clone();
        rule.rule_id = self.id.to_string();
        rule.benefit_class = BenefitClass::Coupon.into();
        let mut conditions = rule.conditions.unwrap_or_default();
        conditions.starts_at = Some(time::to_wire(self.valid_from));
        conditions.ends_at = Some(time::to_wire(self.valid_until));
        rule.conditions = Some(conditions);
        rule.limits = rule.limits.map(|limits| RuleLimits {
            per_order: limits.per_order,
            max_discount: limits.max_discount,
            ..RuleLimits::default()
        });
        rule
    }

    /// Refuses a use at an instant. `own` are the uses that the order holds itself.
    pub fn check_use(&self, now: DateTime<Utc>, own: i32) -> Result<(), Refusal> {
        match self.ended {
            Some(CouponEnd::Voided) => return Err(Refusal::new(MembershipReason::CouponVoided)),
            Some(CouponEnd::Transferred) => {
                return Err(Refusal::new(MembershipReason::CouponTransferred));
            }
            None => {}
        }
        if self.uses_left() + own <= 0 {
            return Err(Refusal::new(MembershipReason::CouponUsed).held_by(self.order));
        }
        if is_over(self.valid_until, now) {
            let refusal = Refusal::new(MembershipReason::CouponExpired);
            return Err(refusal.param("ends_at", self.valid_until.to_rfc3339()));
        }
        if now < self.valid_from {
            let refusal = Refusal::new(MembershipReason::CouponNotStarted);
            return Err(refusal.param("starts_at", self.valid_from.to_rfc3339()));
        }
        Ok(())
    }

    /// Whether the rule lets it be used in a branch.
    #[must_use]
    pub fn is_for_branch(&self, brand: chassis::id::BrandId, branch: BranchId) -> bool {
        let Some(conditions) = &self.rule.conditions else {
            return true;
        };
        let allows = |list: &[String], id: String| list.is_empty() || list.contains(&id);
        allows(&conditions.brand_ids, brand.to_string())
            && allows(&conditions.branch_ids, branch.to_string())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-09-02T04:00:00Z".parse().unwrap()
    }

    fn coupon() -> Coupon {
        Coupon {
            id: CouponId::from_uuid(Uuid::from_u128(1)),
            template: BenefitRuleId::from_uuid(Uuid::from_u128(2)),
            member: MemberId::from_uuid(Uuid::from_u128(3)),
            code: "23456789ABCD".to_owned(),
            batch: CouponBatchId::from_uuid(Uuid::from_u128(4)),
            version: 1,
            valid_from: now(),
            valid_until: now() + TimeDelta::days(1),
            uses_allowed: 2,
            held: 0,
            used: 0,
            ended: None,
            issued_at: now(),
            rule: BenefitRule::default(),
            terms: String::new(),
            picture_url: String::new(),
            transferable: false,
            order: None,
        }
    }

    #[test]
    fn the_state_follows_from_uses_and_time() {
        let with = |held, used| Coupon {
            held,
            used,
            ..coupon()
        };
        assert_eq!(coupon().state(now()), CouponState::Unused);
        assert_eq!(with(1, 0).state(now()), CouponState::Unused);
        assert_eq!(with(1, 1).state(now()), CouponState::Held);
        assert_eq!(with(0, 2).state(now()), CouponState::Used);
        let later = now() + TimeDelta::days(2);
        assert_eq!(with(0, 1).state(later), CouponState::Expired);
        assert_eq!(with(0, 2).state(later), CouponState::Used);
    }

    #[test]
    fn an_order_is_judged_without_what_it_holds_itself() {
        let held = Coupon {
            held: 2,
            ..coupon()
        };
        let refusal = held.check_use(now(), 0).unwrap_err();
        assert_eq!(refusal.reason.as_str(), "COUPON_USED");
        assert_eq!(held.check_use(now(), 1), Ok(()));
    }

    #[test]
    fn a_use_outside_the_period_is_refused_by_name() {
        let reason = |at| {
            coupon()
                .check_use(at, 0)
                .map_err(|refusal| refusal.reason.to_string())
        };
        let second = TimeDelta::seconds(1);
        let expected = |word: &str| Err(word.to_owned());
        assert_eq!(reason(now() - second), expected("COUPON_NOT_STARTED"));
        assert_eq!(reason(now() + TimeDelta::days(1)), Ok(()));
        assert_eq!(
            reason(now() + TimeDelta::days(1) + second),
            expected("COUPON_EXPIRED")
        );
    }

    #[test]
    fn its_rule_ends_with_it_and_has_no_limit_but_those_of_an_order() {
        let limits = RuleLimits {
            per_order: Some(1),
            total: Some(10),
            ..RuleLimits::default()
        };
        let mut coupon = coupon();
        coupon.rule.limits = Some(limits);
        let rule = coupon.rule();
        assert_eq!(rule.rule_id, coupon.id.to_string());
        let limits = rule.limits.unwrap();
        assert_eq!((limits.per_order, limits.total), (Some(1), None));
        assert_eq!(
            rule.conditions.unwrap().ends_at,
            Some(time::to_wire(coupon.valid_until))
        );
    }
}
