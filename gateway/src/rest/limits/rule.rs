use proto::capacity::v1 as pb;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    problem::Rejection,
    rest::{
        convert::{all, present, text},
        hours::ServiceMethod,
        pauses::PauseChannel,
        wire_enum::wire_enum,
    },
};

wire_enum! {
    /// What a limit counts.
    LimitMeasure = pb::LimitMeasure {
        /// 單數.
        Orders,
        /// 份數.
        Units,
        /// 製作分鐘.
        MakeMinutes,
        /// 金額.
        Amount,
    }
}

wire_enum! {
    /// Kind of a limit's target.
    LimitTargetKind = pb::LimitTargetKind {
        /// 全部.
        All,
        /// 取件方式.
        Method,
        /// 分類.
        Category,
        /// 商品, with all its variants.
        Product,
        /// 規格.
        Variant,
        /// 出單標籤.
        Tag,
        /// 工作站.
        Station,
    }
}

wire_enum! {
    /// Kind of the time over which a limit counts.
    LimitWindowKind = pb::LimitWindowKind {
        /// 每個時段.
        Slot,
        /// Any N minutes in a row.
        Rolling,
        /// A named part of the business day.
        Daypart,
        /// The whole business day.
        Day,
    }
}

/// What a limit is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitTarget {
    /// Kind.
    pub kind: LimitTargetKind,
    /// Category, product or variant; null otherwise.
    #[schema(format = Uuid)]
    pub id: Option<String>,
    /// The method, for `method`.
    pub method: Option<ServiceMethod>,
    /// The tag or station, 1–20 characters; for the others a name for staff to read, at most 60.
    pub name: Option<String>,
}

/// The time over which a limit counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitWindow {
    /// Kind.
    pub kind: LimitWindowKind,
    /// Minutes of a `rolling` window, 15–240, a multiple of the slot length.
    pub minutes: Option<i32>,
    /// Name of a `daypart`, 1–20 characters.
    pub name: Option<String>,
    /// Start of a `daypart` in minutes after local midnight, 0–1,439.
    pub from_minute: Option<i32>,
    /// End of a `daypart` in minutes after local midnight, 1–1,440; not after the start means on the next day.
    pub to_minute: Option<i32>,
}

/// The business days on which a limit counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitDays {
    /// ISO weekdays, 1 Monday … 7 Sunday; none for all.
    pub weekdays: Vec<i32>,
    /// First date; null for no first.
    #[schema(format = Date)]
    pub from_date: Option<String>,
    /// Last date; null for no last.
    #[schema(format = Date)]
    pub to_date: Option<String>,
    /// The single date, which takes the place of the same limit of other days.
    #[schema(format = Date)]
    pub date: Option<String>,
}

/// The most a channel may take of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelShare {
    /// Channel.
    pub channel: PauseChannel,
    /// Percent of the limit, 0–100; all shares together are at most 100.
    pub percent: i32,
}

/// A limit: measure × target × window × days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitRule {
    /// Id; null for one that is new.
    #[schema(format = Uuid)]
    pub rule_id: Option<String>,
    /// What it is counted in.
    pub measure: LimitMeasure,
    /// What it is about.
    pub target: LimitTarget,
    /// Over which time.
    pub window: LimitWindow,
    /// On which days.
    pub days: LimitDays,
    /// Most of it, 0–9,999, 0 for closed; for `amount` in the minor unit up to 9,999,999.
    pub limit: i64,
    /// People at work, 1–99, for `make_minutes` of a `slot`; the limit is then 0 and follows from them.
    pub people: Option<i32>,
    /// Shares of channels; a channel without one may take all.
    pub shares: Vec<ChannelShare>,
    /// Of the limit kept for the counter, 0 to the limit.
    pub reserved_for_counter: i64,
    /// Hours before the wanted slot in which part of the work may be done, 0–12, for `make_minutes` of a `slot`.
    pub early_hours: i32,
    /// Counts; a rule that does not is kept for another time.
    pub enabled: bool,
}

/// The messages of rules.
pub fn to_wire(rules: Vec<LimitRule>) -> Vec<pb::LimitRule> {
    rules.into_iter().map(pb::LimitRule::from).collect()
}

impl TryFrom<pb::LimitRule> for LimitRule {
    type Error = Rejection;

    fn try_from(rule: pb::LimitRule) -> Result<Self, Rejection> {
        Ok(Self {
            rule_id: text(rule.rule_id),
            measure: LimitMeasure::from_wire(rule.measure)?,
            target: present(rule.target, "the target")?.try_into()?,
            window: present(rule.window, "the window")?.try_into()?,
            days: rule.days.unwrap_or_default().into(),
            limit: rule.limit,
            people: (rule.people > 0).then_some(rule.people),
            shares: all(rule.shares)?,
            reserved_for_counter: rule.reserved_for_counter,
            early_hours: rule.early_hours,
            enabled: rule.enabled,
        })
    }
}

impl From<LimitRule> for pb::LimitRule {
    fn from(rule: LimitRule) -> Self {
        Self {
            rule_id: rule.rule_id.unwrap_or_default(),
            measure: rule.measure.to_wire(),
            target: Some(rule.target.into()),
            window: Some(rule.window.into()),
            days: Some(rule.days.into()),
            limit: rule.limit,
            people: rule.people.unwrap_or_default(),
            shares: rule.shares.into_iter().map(Into::into).collect(),
            reserved_for_counter: rule.reserved_for_counter,
            early_hours: rule.early_hours,
            enabled: rule.enabled,
        }
    }
}

impl TryFrom<pb::LimitTarget> for LimitTarget {
    type Error = Rejection;

    fn try_from(target: pb::LimitTarget) -> Result<Self, Rejection> {
        Ok(Self {
            kind: LimitTargetKind::from_wire(target.kind)?,
            id: text(target.id),
            method: ServiceMethod::from_wire_or_none(target.method),
            name: text(target.name),
        })
    }
}

impl From<LimitTarget> for pb::LimitTarget {
    fn from(target: LimitTarget) -> Self {
        Self {
            kind: target.kind.to_wire(),
            id: target.id.unwrap_or_default(),
            method: target
                .method
                .map(ServiceMethod::to_wire)
                .unwrap_or_default(),
            name: target.name.unwrap_or_default(),
        }
    }
}

impl TryFrom<pb::LimitWindow> for LimitWindow {
    type Error = Rejection;

    fn try_from(window: pb::LimitWindow) -> Result<Self, Rejection> {
        let kind = LimitWindowKind::from_wire(window.kind)?;
        let rolling = kind == LimitWindowKind::Rolling;
        let daypart = kind == LimitWindowKind::Daypart;
        Ok(Self {
            kind,
            minutes: rolling.then_some(window.minutes),
            name: text(window.name),
            from_minute: daypart.then_some(window.from_minute),
            to_minute: daypart.then_some(window.to_minute),
        })
    }
}

impl From<LimitWindow> for pb::LimitWindow {
    fn from(window: LimitWindow) -> Self {
        Self {
            kind: window.kind.to_wire(),
            minutes: window.minutes.unwrap_or_default(),
            name: window.name.unwrap_or_default(),
            from_minute: window.from_minute.unwrap_or_default(),
            to_minute: window.to_minute.unwrap_or_default(),
        }
    }
}

impl From<pb::LimitDays> for LimitDays {
    fn from(days: pb::LimitDays) -> Self {
        Self {
            weekdays: days.weekdays,
            from_date: text(days.from_date),
            to_date: text(days.to_date),
            date: text(days.date),
        }
    }
}

impl From<LimitDays> for pb::LimitDays {
    fn from(days: LimitDays) -> Self {
        Self {
            weekdays: days.weekdays,
            from_date: days.from_date.unwrap_or_default(),
            to_date: days.to_date.unwrap_or_default(),
            date: days.date.unwrap_or_default(),
        }
    }
}

impl TryFrom<pb::ChannelShare> for ChannelShare {
    type Error = Rejection;

    fn try_from(share: pb::ChannelShare) -> Result<Self, Rejection> {
        Ok(Self {
            channel: PauseChannel::from_wire(share.channel)?,
            percent: share.percent,
        })
    }
}

impl From<ChannelShare> for pb::ChannelShare {
    fn from(share: ChannelShare) -> Self {
        Self {
            channel: share.channel.to_wire(),
            percent: share.percent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_survives_the_way_to_the_wire_and_back() {
        let target = |kind| LimitTarget {
            kind,
            id: None,
            method: None,
            name: None,
        };
        let window = |kind| LimitWindow {
            kind,
            minutes: None,
            name: None,
            from_minute: None,
            to_minute: None,
        };
        let days = LimitDays {
            weekdays: vec![6, 7],
            from_date: Some("2026-12-01".to_owned()),
            to_date: None,
            date: None,
        };
        let station = LimitRule {
            rule_id: Some("01900000-0000-7000-8000-000000000001".to_owned()),
            measure: LimitMeasure::MakeMinutes,
            target: LimitTarget {
                name: Some("吧台".to_owned()),
                ..target(LimitTargetKind::Station)
            },
            window: window(LimitWindowKind::Slot),
            days: days.clone(),
            limit: 0,
            people: Some(2),
            shares: vec![ChannelShare {
                channel: PauseChannel::UberEats,
                percent: 30,
            }],
            reserved_for_counter: 5,
            early_hours: 2,
            enabled: false,
        };
        let delivery = LimitRule {
            rule_id: None,
            measure: LimitMeasure::Amount,
            target: LimitTarget {
                method: Some(ServiceMethod::Delivery),
                ..target(LimitTargetKind::Method)
            },
            window: LimitWindow {
                minutes: Some(60),
                ..window(LimitWindowKind::Rolling)
            },
            people: None,
            limit: 500_000,
            enabled: true,
            ..station.clone()
        };
        let breakfast = LimitRule {
            window: LimitWindow {
                name: Some("早餐".to_owned()),
                from_minute: Some(0),
                to_minute: Some(660),
                ..window(LimitWindowKind::Daypart)
            },
            ..delivery.clone()
        };
        for rule in [station, delivery, breakfast] {
            let back = LimitRule::try_from(pb::LimitRule::from(rule.clone())).unwrap();
            assert_eq!(back, rule);
        }
    }
}
