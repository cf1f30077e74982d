use chrono::{DateTime, Utc};
use proto::capacity::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use super::Hours;
use crate::{
    problem::Rejection,
    rest::{
        convert::{present, required_time, text, time},
        wire_enum::wire_enum,
    },
};

wire_enum! {
    /// What became of saved hours.
    HoursVersionState = pb::HoursVersionState {
        /// 待生效.
        Pending,
        /// 生效中.
        InForce,
        /// 已過去.
        Past,
        /// 已撤回.
        Withdrawn,
    }
}

/// Hours as they were saved once.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HoursVersion {
    /// Number of the change.
    pub number: i64,
    /// The hours.
    pub hours: Hours,
    /// From when they count.
    pub effective_at: DateTime<Utc>,
    /// What became of them.
    pub state: HoursVersionState,
    /// When they were saved.
    pub saved_at: DateTime<Utc>,
    /// Name of who saved them, null for the platform.
    pub saved_by: Option<String>,
    /// Number of the version they restored.
    pub restored_from: Option<i64>,
    /// When they were withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Name of who withdrew them.
    pub withdrawn_by: Option<String>,
}

impl TryFrom<pb::HoursVersion> for HoursVersion {
    type Error = Rejection;

    fn try_from(version: pb::HoursVersion) -> Result<Self, Rejection> {
        Ok(Self {
            number: version.number,
            hours: present(version.hours, "the hours")?.try_into()?,
            effective_at: required_time(version.effective_at, "when the hours count")?,
            state: HoursVersionState::from_wire(version.state)?,
            saved_at: required_time(version.saved_at, "when the hours were saved")?,
            saved_by: text(version.saved_by),
            restored_from: (version.restored_from != 0).then_some(version.restored_from),
            withdrawn_at: time(version.withdrawn_at),
            withdrawn_by: text(version.withdrawn_by),
        })
    }
}
