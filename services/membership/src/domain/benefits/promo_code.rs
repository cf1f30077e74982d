//! Promo codes and batches of them.

use chassis::{id::BenefitRuleId, text_enum};
use chrono::{DateTime, Utc};
use proto::membership::v1::{self as wire, BenefitRule};

use super::cost_share::CostShare;

text_enum! {
    /// State of a promo code at an instant.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum PromoCodeState: wire::PromoCodeState {
        /// 啟用.
        Enabled = "enabled",
        /// 停用.
        Disabled = "disabled",
        /// 排程.
        Scheduled = "scheduled",
        /// 結束.
        Ended = "ended",
        /// 已用罄.
        UsedUp = "used_up",
    }
}

/// A promo code, or a batch of codes that share a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct PromoCode {
    /// Id, also of its rule.
    pub id: BenefitRuleId,
    /// Version.
    pub version: i64,
    /// Name among staff.
    pub internal_name: String,
    /// Note.
    pub note: String,
    /// The code as typed; empty for a batch.
    pub code: String,
    /// How many codes there are.
    pub code_count: i32,
    /// What the codes of a batch begin with.
    pub prefix: String,
    /// Uses of one code of a batch; 0 for a single code.
    pub uses_per_code: i32,
    /// It is switched on.
    pub enabled: bool,
    /// The rule.
    pub rule: BenefitRule,
    /// Who bears the cost.
    pub cost_shares: Vec<CostShare>,
    /// When it was switched on or off.
    pub state_changed_at: DateTime<Utc>,
    /// Name of the account that did.
    pub state_changed_by: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
}
