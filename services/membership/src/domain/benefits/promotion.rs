//! Promotions.

use chassis::{id::BenefitRuleId, text_enum};
use chrono::{DateTime, Utc};
use proto::membership::v1::{self as wire, BenefitRule};

use super::cost_share::CostShare;

text_enum! {
    /// What somebody last decided about a promotion.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum PromotionStatus {
        /// Not enabled yet.
        Draft = "draft",
        /// Acts within its period.
        Enabled = "enabled",
        /// Does not act for the time being.
        Paused = "paused",
        /// Over for good.
        Ended = "ended",
    }
}

text_enum! {
    /// State of a promotion at an instant, out of its status, its period and what was used.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum PromotionState: wire::PromotionState {
        /// 草稿.
        Draft = "draft",
        /// 排程.
        Scheduled = "scheduled",
        /// 進行中.
        Active = "active",
        /// 暫停.
        Paused = "paused",
        /// 結束.
        Ended = "ended",
        /// 已用罄.
        UsedUp = "used_up",
    }
}

text_enum! {
    /// What is done to a promotion.
    pub enum PromotionStep: wire::PromotionStep {
        /// 啟用.
        Enable = "enable",
        /// 暫停.
        Pause = "pause",
        /// 繼續.
        Resume = "resume",
        /// 結束.
        End = "end",
    }
}

/// A promotion.
#[derive(Clone, Debug, PartialEq)]
pub struct Promotion {
    /// Id, also of its rule.
    pub id: BenefitRuleId,
    /// Version.
    pub version: i64,
    /// Name among staff.
    pub internal_name: String,
    /// Note.
    pub note: String,
    /// Status.
    pub status: PromotionStatus,
    /// The rule as it was last saved.
    pub rule: BenefitRule,
    /// Who bears the cost.
    pub cost_shares: Vec<CostShare>,
    /// When it was first enabled.
    pub enabled_at: Option<DateTime<Utc>>,
    /// When its status was last changed.
    pub state_changed_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// The status of a promotion after a step; none where the step is not one of its state. What has ended can only
/// be looked at.
#[must_use]
pub const fn after(
    status: PromotionStatus,
    over: bool,
    step: PromotionStep,
) -> Option<PromotionStatus> {
    match (status, step) {
        (PromotionStatus::Draft, PromotionStep::Enable)
        | (PromotionStatus::Paused, PromotionStep::Resume)
            if !over =>
        {
            Some(PromotionStatus::Enabled)
        }
        (PromotionStatus::Enabled, PromotionStep::Pause) if !over => Some(PromotionStatus::Paused),
        (PromotionStatus::Enabled | PromotionStatus::Paused, PromotionStep::End) => {
            Some(PromotionStatus::Ended)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_its_states() {
        use PromotionStatus::{Draft, Enabled, Ended, Paused};
        let allowed = |step, over| {
            let all = PromotionStatus::ALL.into_iter();
            let moves = all.filter_map(|status| Some((status, after(status, over, step)?)));
            moves.collect::<Vec<_>>()
        };
        assert_eq!(allowed(PromotionStep::Enable, false), [(Draft, Enabled)]);
        assert_eq!(allowed(PromotionStep::Pause, false), [(Enabled, Paused)]);
        assert_eq!(allowed(PromotionStep::Resume, false), [(Paused, Enabled)]);
        let end = [(Enabled, Ended), (Paused, Ended)];
        assert_eq!(allowed(PromotionStep::End, false), end);
    }

    #[test]
    fn what_is_over_is_neither_enabled_nor_resumed() {
        for step in [
            PromotionStep::Enable,
            PromotionStep::Resume,
            PromotionStep::Pause,
        ] {
            let moves = PromotionStatus::ALL
                .into_iter()
                .filter_map(|status| after(status, true, step));
            assert_eq!(moves.count(), 0, "{step}");
        }
    }
}
