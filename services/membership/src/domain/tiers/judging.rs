//! Who has which tier: reached by an order, kept, lost at the end of its validity, or taken back.

use chassis::id::OrderId;
use chrono::{DateTime, Days, TimeDelta, Utc};
use proto::membership::v1::{self as wire, TierCondition, TierProgress};
use uuid::Uuid;

use super::rules::{Downgrade, Rules};
use crate::domain::calendar;

/// How young a tier has to be to be taken back by a refund.
const REVOKED_WITHIN: TimeDelta = TimeDelta::days(30);

chassis::text_enum! {
    /// Why a member's tier changed.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Cause: wire::TierChangeCause {
        /// By an order.
        Reached = "reached",
        /// Kept for another period.
        Renewed = "renewed",
        /// Not kept.
        Downgraded = "downgraded",
        /// Taken back because of a refund.
        Revoked = "revoked",
        /// Judged anew after a change of the rules.
        Recalculated = "recalculated",
        /// Set by staff.
        Manual = "manual",
    }
}

/// What counts for tiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Goods of completed orders less refunds.
    pub spend: i64,
    /// Completed orders.
    pub orders: i64,
    /// Largest order.
    pub single: i64,
    /// Points that orders earned.
    pub points: i64,
}

impl Progress {
    /// Whether it meets a condition. Keep in step with the SQL function `tier_condition_met`.
    #[must_use]
    pub fn meets(&self, condition: &TierCondition) -> bool {
        let mut needed = [
            (condition.spend, self.spend),
            (condition.orders.into(), self.orders),
            (condition.single_order, self.single),
            (condition.points_earned.into(), self.points),
        ]
        .into_iter()
        .filter(|(need, _)| *need > 0);
        if condition.all {
            needed.all(|(need, have)| have >= need)
        } else {
            needed.any(|(need, have)| have >= need)
        }
    }

    /// What is missing for a condition.
    #[must_use]
    pub fn missing(&self, condition: &TierCondition) -> Self {
        Self {
            spend: (condition.spend - self.spend).max(0),
            orders: (i64::from(condition.orders) - self.orders).max(0),
            single: if self.single >= condition.single_order {
                0
            } else {
                condition.single_order
            },
            points: (i64::from(condition.points_earned) - self.points).max(0),
        }
    }

    /// As it travels.
    #[must_use]
    pub fn to_wire(self) -> TierProgress {
        let small = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
        TierProgress {
            spend: self.spend,
            orders: small(self.orders),
            single_order: self.single,
            points_earned: small(self.points),
        }
    }
}

/// The tier of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Tier.
    pub tier: Uuid,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when; `None` for ever.
    pub valid_until: Option<DateTime<Utc>>,
    /// Why.
    pub cause: Cause,
    /// Order that reached it.
    pub order: Option<OrderId>,
    /// Tier before a tier that was reached, since and until when.
    pub previous: Option<Previous>,
    /// Spend beyond the threshold, which counts for keeping the tier.
    pub carried_spend: i64,
    /// When it is judged next.
    pub due_at: Option<DateTime<Utc>>,
    /// It is judged by what the window reaches.
    pub recalculate: bool,
}

/// A tier that a member had before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Previous {
    /// Tier.
    pub tier: Uuid,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when.
    pub until: Option<DateTime<Utc>>,
}

impl Standing {
    /// A member who never had another tier than the base.
    #[must_use]
    pub fn base(rules: &Rules) -> Self {
        Self {
            tier: rules.tiers.first().map(|tier| tier.id).unwrap_or_default(),
            since: DateTime::UNIX_EPOCH,
            valid_until: None,
            cause: Cause::Recalculated,
            order: None,
            previous: None,
            carried_spend: 0,
            due_at: None,
            recalculate: false,
        }
    }

    /// Another tier from `now` on.
    #[must_use]
    pub fn moved(rules: &Rules, place: usize, cause: Cause, now: DateTime<Utc>) -> Self {
        let tier = &rules.tiers[place];
        let valid_until = if place == 0 {
            None
        } else {
            tier.valid_until(now)
        };
        Self {
            tier: tier.id,
            since: now,
            valid_until,
            cause,
            order: None,
            previous: None,
            carried_spend: 0,
            due_at: valid_until.map(calendar::next_run),
            recalculate: false,
        }
    }
}

/// The highest tier whose condition is met.
#[must_use]
pub fn highest(rules: &Rules, progress: &Progress) -> usize {
    let met = |place: &usize| {
        let upgrade = rules.tiers[*place].wire.upgrade.as_ref();
        upgrade.is_some_and(|upgrade| progress.meets(upgrade))
    };
    (1..rules.tiers.len()).rev().find(met).unwrap_or(0)
}

/// A higher tier that a completed order reaches.
#[must_use]
pub fn reach(
    rules: &Rules,
    standing: &Standing,
    window: &Progress,
    order: OrderId,
    now: DateTime<Utc>,
) -> Option<Standing> {
    let place = highest(rules, window);
    (place > rules.place(standing.tier).unwrap_or(0)).then(|| {
        let threshold = rules.tiers[place]
            .wire
            .upgrade
            .map_or(0, |upgrade| upgrade.spend);
        let beyond = if threshold > 0 {
            window.spend - threshold
        } else {
            0
        };
        Standing {
            order: Some(order),
            previous: Some(Previous {
                tier: standing.tier,
                since: standing.since,
                until: standing.valid_until,
            }),
            carried_spend: beyond.max(0),
            ..Standing::moved(rules, place, Cause::Reached, now)
        }
    })
}

/// A tier that is taken back, since what counted when it was reached is not there any more.
#[must_use]
pub fn revoke(
    rules: &Rules,
    standing: &Standing,
    counted_then: &Progress,
    now: DateTime<Utc>,
) -> Option<Standing> {
    let place = rules.place(standing.tier)?;
    let previous = standing.previous?;
    let is_young = standing.since > now - REVOKED_WITHIN;
    if standing.cause != Cause::Reached || !is_young {
        return None;
    }
    let earned = highest(rules, counted_then);
    if earned >= place {
        return None;
    }
    let still_valid = previous.until.is_none_or(|until| until > now);
    let before = rules
        .place(previous.tier)
        .filter(|_| still_valid)
        .unwrap_or(0);
    if before >= earned {
        let due_at = previous.until.map(calendar::next_run);
        return Some(Standing {
            since: previous.since,
            valid_until: previous.until,
            due_at,
            ..Standing::moved(rules, before, Cause::Revoked, now)
        });
    }
    Some(Standing::moved(rules, earned, Cause::Revoked, now))
}

/// From when on orders counted for a tier that was reached.
#[must_use]
pub fn counted_from(rules: &Rules, standing: &Standing) -> DateTime<Utc> {
    let before = standing
        .previous
        .map_or(standing.since, |previous| previous.since);
    rules.window_start(standing.since, before)
}

/// What becomes of a tier when it is judged: `window` is what counts now, `since` what came since the tier began.
#[must_use]
pub fn judge(
    rules: &Rules,
    standing: &Standing,
    window: &Progress,
    since: &Progress,
    now: DateTime<Utc>,
) -> Standing {
    let earned = highest(rules, window);
    let Some(place) = rules.place(standing.tier) else {
        return Standing::moved(rules, earned, Cause::Recalculated, now);
    };
    let unchanged = Standing {
        recalculate: false,
        due_at: standing.valid_until.map(calendar::next_run),
        ..*standing
    };
    if standing.recalculate {
        return if earned == place {
            unchanged
        } else {
            Standing::moved(rules, earned, Cause::Recalculated, now)
        };
    }
    let Some(valid_until) = standing.valid_until.filter(|until| *until <= now) else {
        return unchanged;
    };
    if standing.cause == Cause::Manual {
        return Standing::moved(
            rules,
            earned,
            if earned == place {
                Cause::Renewed
            } else {
                Cause::Downgraded
            },
            now,
        );
    }
    if earned > place {
        return Standing::moved(rules, earned, Cause::Reached, now);
    }
    let tier = &rules.tiers[place];
    let kept = Progress {
        spend: since.spend + standing.carried_spend,
        ..*since
    };
    let renewed = Standing {
        since: valid_until,
        valid_until: tier.valid_until(valid_until),
        due_at: tier.valid_until(valid_until).map(calendar::next_run),
        ..Standing::moved(rules, place, Cause::Renewed, now)
    };
    if tier.renewal().is_none_or(|renewal| kept.meets(renewal)) {
        return renewed;
    }
    if now < valid_until + tier.grace() {
        return Standing {
            due_at: Some(
                calendar::next_run(now) + Days::new(u64::from(calendar::next_run(now) == now)),
            ),
            ..unchanged
        };
    }
    match tier.downgrade {
        Downgrade::Earned if earned == place => renewed,
        Downgrade::Earned => Standing::moved(rules, earned, Cause::Downgraded, now),
        Downgrade::OneTier => {
            Standing::moved(rules, place.saturating_sub(1), Cause::Downgraded, now)
        }
    }
}

#[cfg(test)]
mod tests {
    use chassis::{clock::ManualClock, error::Violations};
    use proto::membership::v1::TierBenefits;

    use super::*;

    fn rules(grace: i32, downgrade: wire::TierDowngrade) -> Rules {
        let tier = |name: &str, spend| wire::Tier {
            tier_id: Uuid::from_u128(u128::try_from(spend).unwrap()).to_string(),
            name: name.to_owned(),
            colour: "#c0a020".to_owned(),
            upgrade: (spend > 0).then(|| TierCondition {
                spend,
                ..Default::default()
            }),
            validity_days: 365,
            grace_days: grace,
            downgrade: downgrade.into(),
            benefits: Some(TierBenefits {
                points_factor_bp: 10_000,
                ..Default::default()
            }),
            ..Default::default()
        };
        let wire = wire::TierRules {
            tiers: vec![tier("一般", 0), tier("銀", 2_000), tier("金", 5_000)],
            window: wire::TierWindow::RollingYear.into(),
        };
        Rules::parse(&wire, "rules", Uuid::nil, &mut Violations::new()).unwrap()
    }

    fn spent(spend: i64) -> Progress {
        Progress {
            spend,
            orders: 1,
            single: spend,
            points: 0,
        }
    }

    fn now() -> DateTime<Utc> {
        "2026-09-02T04:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_order_reaches_a_tier_and_its_refund_takes_it_back() {
        let rules = rules(0, wire::TierDowngrade::OneTier);
        let base = Standing::base(&rules);
        let order = OrderId::new(&ManualClock::at(now()));
        assert_eq!(reach(&rules, &base, &spent(1_999), order, now()), None);
        let gold = reach(&rules, &base, &spent(5_300), order, now()).unwrap();
        assert_eq!(rules.place(gold.tier), Some(2));
        assert_eq!(
            (gold.carried_spend, gold.valid_until),
            (300, Some(now() + TimeDelta::days(365)))
        );

        let later = now() + TimeDelta::days(10);
        assert_eq!(revoke(&rules, &gold, &spent(5_000), later), None);
        let back = revoke(&rules, &gold, &spent(1_000), later).unwrap();
        assert_eq!(
            (rules.place(back.tier), back.cause),
            (Some(0), Cause::Revoked)
        );
        assert_eq!(back.valid_until, None);
        let half = revoke(&rules, &gold, &spent(4_700), later).unwrap();
        assert_eq!(rules.place(half.tier), Some(1));
        // A month later it stays.
        assert_eq!(
            revoke(&rules, &gold, &spent(0), now() + TimeDelta::days(30)),
            None
        );
    }

    #[test]
    fn a_tier_is_kept_by_what_came_since_and_what_went_beyond() {
        let rules = rules(0, wire::TierDowngrade::OneTier);
        let order = OrderId::new(&ManualClock::at(now()));
        let gold = reach(&rules, &Standing::base(&rules), &spent(5_300), order, now()).unwrap();
        let end = gold.due_at.unwrap();
        let kept = judge(&rules, &gold, &spent(4_700), &spent(4_700), end);
        assert_eq!(
            (kept.cause, rules.place(kept.tier)),
            (Cause::Renewed, Some(2))
        );
        assert_eq!(
            kept.valid_until,
            gold.valid_until.map(|until| until + TimeDelta::days(365))
        );
        let lost = judge(&rules, &gold, &spent(4_600), &spent(4_600), end);
        assert_eq!(
            (lost.cause, rules.place(lost.tier)),
            (Cause::Downgraded, Some(1))
        );
        // Before the end nothing happens.
        let before = judge(
            &rules,
            &gold,
            &spent(0),
            &spent(0),
            now() + TimeDelta::days(100),
        );
        assert_eq!(before, gold);
    }

    #[test]
    fn in_grace_a_tier_can_still_be_kept() {
        let rules = rules(30, wire::TierDowngrade::Earned);
        let order = OrderId::new(&ManualClock::at(now()));
        let gold = reach(&rules, &Standing::base(&rules), &spent(5_000), order, now()).unwrap();
        let end = gold.due_at.unwrap();
        let waiting = judge(&rules, &gold, &spent(0), &spent(0), end);
        assert_eq!(
            (waiting.tier, waiting.due_at),
            (gold.tier, Some(end + TimeDelta::days(1)))
        );
        let after = end + TimeDelta::days(31);
        let lost = judge(&rules, &waiting, &spent(2_500), &spent(0), after);
        assert_eq!(
            (lost.cause, rules.place(lost.tier)),
            (Cause::Downgraded, Some(1))
        );
        let kept = judge(
            &rules,
            &waiting,
            &spent(5_000),
            &spent(5_000),
            end + TimeDelta::days(3),
        );
        assert_eq!(kept.cause, Cause::Renewed);
    }

    #[test]
    fn one_or_all_of_the_conditions_have_to_be_met() {
        let progress = Progress {
            spend: 900,
            orders: 12,
            single: 200,
            points: 80,
        };
        let condition = |all, spend, orders| TierCondition {
            all,
            spend,
            orders,
            ..Default::default()
        };
        assert!(progress.meets(&condition(false, 1_000, 10)));
        assert!(!progress.meets(&condition(true, 1_000, 10)));
        assert!(progress.meets(&condition(true, 900, 10)));
        assert!(!progress.meets(&condition(false, 1_000, 0)));
    }
}
