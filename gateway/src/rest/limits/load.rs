use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::LimitRule;
use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{
        Result,
        convert::{all, required_time, text},
        query::Params,
    },
    state::Gateway,
};

/// Which days are asked about.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LoadOf {
    /// First business day, at most 60 days from today either way; today when left out.
    #[param(format = Date)]
    pub from_day: Option<String>,
    /// Days, 1–14; 7 when left out.
    pub days: Option<i32>,
}

/// How full days are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Load {
    /// Slots that are open or have orders, in order of time.
    pub slots: Vec<SlotLoad>,
    /// Rules named in them.
    pub rules: Vec<LimitRule>,
}

/// How full a slot is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SlotLoad {
    /// Start.
    pub starts_at: DateTime<Utc>,
    /// Length in minutes.
    pub minutes: i32,
    /// Business day.
    #[schema(format = Date)]
    pub business_day: String,
    /// Within the hours.
    pub open: bool,
    /// Orders.
    pub orders: i64,
    /// Units.
    pub units: i64,
    /// Seconds it takes to make them.
    pub make_seconds: i64,
    /// Amount in the minor unit of the brand's currency.
    pub amount: i64,
    /// Counters of rules that count in this slot, the fullest first, at most 8.
    pub rules: Vec<RuleLoad>,
}

/// How far a rule is used in a window.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleLoad {
    /// Rule; null for the orders a slot takes by the hours.
    #[schema(format = Uuid)]
    pub rule_id: Option<String>,
    /// Counted, in the rule's measure.
    pub used: i64,
    /// The limit.
    pub limit: i64,
}

/// Tells how full the coming days are, slot by slot.
///
/// Refuses with `VALIDATION_FAILED` and `NOT_FOUND`.
#[utoipa::path(
    get, path = "/api/admin/branches/{branch_id}/load", tag = "limits",
    params(LoadOf), responses((status = 200, body = Load))
)]
pub async fn get_load(
    State(gateway): State<Gateway>,
    staff: Staff,
    Path(branch_id): Path<String>,
    Params(of): Params<LoadOf>,
) -> Result<Json<Load>> {
    let request = staff.request(pb::GetLoadRequest {
        branch_id,
        from_day: of.from_day.unwrap_or_default(),
        days: of.days.unwrap_or_default(),
    });
    let answer = gateway.capacity_limits().get_load(request).await?;
    let answer = answer.into_inner();
    Ok(Json(Load {
        slots: all(answer.slots)?,
        rules: all(answer.rules)?,
    }))
}

impl TryFrom<pb::SlotLoad> for SlotLoad {
    type Error = Rejection;

    fn try_from(slot: pb::SlotLoad) -> Result<Self> {
        let rule = |it: pb::RuleLoad| RuleLoad {
            rule_id: text(it.rule_id),
            used: it.used,
            limit: it.limit,
        };
        Ok(Self {
            starts_at: required_time(slot.starts_at, "the start of a slot")?,
            minutes: slot.minutes,
            business_day: slot.business_day,
            open: slot.open,
            orders: slot.orders,
            units: slot.units,
            make_seconds: slot.make_seconds,
            amount: slot.amount,
            rules: slot.rules.into_iter().map(rule).collect(),
        })
    }
}
