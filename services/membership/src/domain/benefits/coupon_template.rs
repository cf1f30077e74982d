//! Coupon templates (券種), and when a coupon that is issued of one is valid.

use chassis::{id::BenefitRuleId, text_enum};
use chrono::{DateTime, TimeDelta, Utc};
use proto::membership::v1::{self as wire, BenefitRule};

use super::cost_share::CostShare;

/// Hours that Asia/Taipei, whose days coupons end with, is ahead of UTC.
const TAIPEI: TimeDelta = TimeDelta::hours(8);

text_enum! {
    /// State of a template.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum TemplateState: wire::CouponTemplateState {
        /// 草稿.
        Draft = "draft",
        /// 啟用.
        Active = "active",
        /// 停發.
        Stopped = "stopped",
        /// 結束.
        Ended = "ended",
    }
}

impl TemplateState {
    /// Whether a template may become `next`.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft | Self::Stopped, Self::Active)
                | (Self::Active, Self::Stopped)
                | (Self::Active | Self::Stopped, Self::Ended)
        )
    }
}

/// When coupons are valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Between two times, the second of the end included.
    Fixed {
        /// Start.
        from: DateTime<Utc>,
        /// End.
        until: DateTime<Utc>,
    },
    /// For days from when they are issued, to the end of the last.
    Days {
        /// Days until they start.
        delay: i32,
        /// Days they are valid for.
        days: i32,
    },
}

impl Validity {
    /// From and until when a coupon that is issued now is valid; none where its period is over.
    #[must_use]
    pub fn of_issue(self, now: DateTime<Utc>) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        match self {
            Self::Fixed { from, until } => (now <= until).then_some((from, until)),
            Self::Days { delay, days } => {
                let today = (now + TAIPEI).date_naive();
                let begins = |day: chrono::NaiveDate| {
                    day.and_time(chrono::NaiveTime::MIN).and_utc() - TAIPEI
                };
                let first = today + TimeDelta::days(delay.into());
                let after = first + TimeDelta::days(days.into());
                let from = if delay == 0 { now } else { begins(first) };
                Some((from, begins(after) - TimeDelta::seconds(1)))
            }
        }
    }
}

/// A template.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Id, also of its rule.
    pub id: BenefitRuleId,
    /// Version.
    pub version: i64,
    /// Name among staff.
    pub internal_name: String,
    /// State.
    pub state: TemplateState,
    /// The rule.
    pub rule: BenefitRule,
    /// Terms.
    pub terms: String,
    /// Address of a picture.
    pub picture_url: String,
    /// Members may pass its coupons on.
    pub transferable: bool,
    /// When its coupons are valid.
    pub validity: Validity,
    /// Uses of one coupon.
    pub uses_per_coupon: i32,
    /// Most coupons in all.
    pub issue_limit: Option<i32>,
    /// Most coupons of one member.
    pub per_member_limit: Option<i32>,
    /// Who bears the cost.
    pub cost_shares: Vec<CostShare>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn days_end_with_the_last_second_of_a_day_in_taipei() {
        // 23:30 in Taipei.
        let now = at("2026-09-02T15:30:00Z");
        let validity = Validity::Days { delay: 0, days: 1 };
        let until = at("2026-09-02T15:59:59Z");
        assert_eq!(validity.of_issue(now), Some((now, until)));
        let validity = Validity::Days { delay: 2, days: 30 };
        let expected = (at("2026-09-03T16:00:00Z"), at("2026-10-03T15:59:59Z"));
        assert_eq!(validity.of_issue(now), Some(expected));
    }

    #[test]
    fn nothing_is_issued_after_a_fixed_period() {
        let validity = Validity::Fixed {
            from: at("2026-09-01T00:00:00Z"),
            until: at("2026-09-02T00:00:00Z"),
        };
        assert!(validity.of_issue(at("2026-09-02T00:00:00Z")).is_some());
        assert_eq!(validity.of_issue(at("2026-09-02T00:00:01Z")), None);
    }

    #[test]
    fn an_ended_template_stays_so() {
        for next in TemplateState::ALL {
            assert!(!TemplateState::Ended.may_become(next));
        }
        assert!(TemplateState::Stopped.may_become(TemplateState::Active));
        assert!(!TemplateState::Draft.may_become(TemplateState::Stopped));
    }
}
