//! Rules by which members are given coupons (自動贈券), and whom an occasion concerns.

use chassis::{
    error::{CommonReason, Violations},
    id::{BenefitRuleId, GivingRuleId, MemberId, TagId},
    request, text, text_enum,
};
use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, TimeDelta, Utc};
use proto::membership::v1 as wire;
use uuid::Uuid;

use crate::domain::calendar;

/// Most rules that have not ended.
pub const MOST_RULES: i64 = 100;
/// Between two occurrences of birthdays and of tiers: a birthday that is changed, or a tier that is lost and reached
/// again, gives nothing twice.
pub const NOT_WITHIN: TimeDelta = TimeDelta::days(300);
const MOST_TIERS: usize = 10;
const MOST_COUPONS: i32 = 10_000_000;

text_enum! {
    /// When members are given coupons.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum Occasion: wire::GivingOccasion {
        /// 入會.
        Joined = "joined",
        /// 升等.
        TierReached = "tier_reached",
        /// 每月.
        Monthly = "monthly",
        /// 生日.
        Birthday = "birthday",
    }
}

impl Occasion {
    /// Whether another occurrence within [`NOT_WITHIN`] gives nothing.
    #[must_use]
    pub const fn is_rare(self) -> bool {
        matches!(self, Self::TierReached | Self::Birthday)
    }
}

text_enum! {
    /// State of a rule.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum GivingState: wire::GivingState {
        /// 啟用.
        Active = "active",
        /// 暫停.
        Paused = "paused",
        /// 結束.
        Ended = "ended",
    }
}

impl GivingState {
    /// Whether a rule may become `next`.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Active, Self::Paused | Self::Ended) | (Self::Paused, Self::Active | Self::Ended)
        )
    }
}

/// What is saved of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivingDraft {
    /// Name among staff.
    pub name: String,
    /// Template of the coupons.
    pub template: BenefitRuleId,
    /// When they are given.
    pub occasion: Occasion,
    /// Members of these tiers alone; of all when empty.
    pub tiers: Vec<Uuid>,
    /// Days before the birthday; the first of the month of birth when none.
    pub days_before: Option<i32>,
    /// Coupons at a time.
    pub count: i32,
    /// Most coupons in all.
    pub most_coupons: Option<i32>,
}

impl GivingDraft {
    /// Verifies a draft; every fault is named at its field.
    pub fn parse(sent: Option<&wire::GivingDraft>, violations: &mut Violations) -> Option<Self> {
        let sent = request::required("rule", sent, violations)?;
        let name = text::bounded("rule.name", &sent.name, 1..=60, violations);
        let template = chassis::id::parse("rule.template_id", &sent.template_id, violations);
        let occasion = request::choice::<Occasion>("rule.occasion", sent.occasion, violations);
        let tiers = request::ids::<TagId>("rule.tier_ids", &sent.tier_ids, MOST_TIERS, violations);
        let range = CommonReason::SettingRange;
        if let Some(days) = sent.days_before {
            request::in_range("rule.days_before", days, 0..=30, range, violations);
        }
        let count = if sent.count == 0 { 1 } else { sent.count };
        request::in_range("rule.count", count, 1..=5, range, violations);
        if let Some(most) = sent.most_coupons {
            let field = "rule.most_coupons";
            request::in_range(field, most, 1..=MOST_COUPONS, range, violations);
        }
        let occasion = occasion?;
        let needs_tiers = matches!(occasion, Occasion::TierReached | Occasion::Monthly);
        if (needs_tiers && sent.tier_ids.is_empty())
            || (occasion == Occasion::Joined && !sent.tier_ids.is_empty())
        {
            violations.push("rule.tier_ids", CommonReason::ValidationFailed);
        }
        if occasion != Occasion::Birthday && sent.days_before.is_some() {
            violations.push("rule.days_before", CommonReason::ValidationFailed);
        }
        Some(Self {
            name,
            template: template?,
            occasion,
            tiers: tiers.into_iter().map(Uuid::from).collect(),
            days_before: sent.days_before,
            count,
            most_coupons: sent.most_coupons,
        })
    }

    /// As it travels.
    #[must_use]
    pub fn to_wire(&self) -> wire::GivingDraft {
        wire::GivingDraft {
            name: self.name.clone(),
            template_id: self.template.to_string(),
            occasion: self.occasion.to_wire(),
            tier_ids: self.tiers.iter().map(ToString::to_string).collect(),
            days_before: self.days_before,
            count: self.count,
            most_coupons: self.most_coupons,
        }
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivingRule {
    /// Id.
    pub id: GivingRuleId,
    /// Version.
    pub version: i64,
    /// What was saved.
    pub draft: GivingDraft,
    /// State.
    pub state: GivingState,
    /// Since when it acts.
    pub active_since: DateTime<Utc>,
    /// Coupons it has given.
    pub given: i64,
    /// When it gave the last.
    pub last_given_at: Option<DateTime<Utc>>,
    /// Why who was due last got nothing; empty while it gives.
    pub stopped_by: String,
    /// When the next round begins, or the one under way began; none where there are no rounds or it does not act.
    pub round_at: Option<DateTime<Utc>>,
    /// How far the round under way has come.
    pub after: Option<MemberId>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl GivingRule {
    /// A new rule, which acts.
    #[must_use]
    pub fn new(id: GivingRuleId, draft: GivingDraft, now: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            round_at: first_round(draft.occasion, now),
            draft,
            state: GivingState::Active,
            active_since: now,
            given: 0,
            last_given_at: None,
            stopped_by: String::new(),
            after: None,
            updated_at: now,
        }
    }

    /// The rule in another state.
    #[must_use]
    pub fn changed_to(self, state: GivingState, now: DateTime<Utc>) -> Self {
        let acts = state == GivingState::Active;
        Self {
            version: self.version + 1,
            state,
            active_since: if acts { now } else { self.active_since },
            round_at: first_round(self.draft.occasion, now).filter(|_| acts),
            after: None,
            updated_at: now,
            ..self
        }
    }

    /// Members that it has coupons left for, by its own limit.
    #[must_use]
    pub fn members_left(&self) -> Option<i64> {
        let most = self.draft.most_coupons?;
        Some((i64::from(most) - self.given) / i64::from(self.draft.count))
    }

    /// What a round that began at `round` gives a member for; none where it gives nothing.
    #[must_use]
    pub fn occurrence(&self, round: DateTime<Utc>, member: &Receiver) -> Option<String> {
        match self.draft.occasion {
            Occasion::Monthly => Some(month(round)),
            Occasion::Birthday => self.birthday(calendar::date(round), member),
            Occasion::Joined | Occasion::TierReached => None,
        }
    }

    /// The birthday that is due on a day. Who became known later than the day of giving is due at once.
    fn birthday(&self, today: NaiveDate, member: &Receiver) -> Option<String> {
        let birthday = member.birthday?;
        let due = |year: i32| {
            let day = birthday_in(year, birthday)?;
            let (first, last) = match self.draft.days_before {
                Some(days) => (day - Days::new(days.unsigned_abs().into()), day),
                None => (
                    day.with_day(1)?,
                    day.with_day(1)? + Months::new(1) - Days::new(1),
                ),
            };
            let in_time = first >= calendar::date(self.active_since)
                || member.known_since >= self.active_since;
            ((first..=last).contains(&today) && in_time).then(|| format!("birthday {year}"))
        };
        [today.year(), today.year() + 1].into_iter().find_map(due)
    }

    /// When the round after one begins: rounds that were missed are not made up for.
    #[must_use]
    pub fn next_round(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.draft.occasion {
            Occasion::Monthly => Some(first_of_next_month(now)),
            Occasion::Birthday => Some(calendar::begins(calendar::date(now) + Days::new(1))),
            Occasion::Joined | Occasion::TierReached => None,
        }
    }
}

/// What a round asks of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Member.
    pub member: MemberId,
    /// Birthday.
    pub birthday: Option<NaiveDate>,
    /// When the member joined, or set the birthday.
    pub known_since: DateTime<Utc>,
}

/// Birthdays are looked for at once, months from the next on.
fn first_round(occasion: Occasion, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match occasion {
        Occasion::Birthday => Some(now),
        Occasion::Monthly => Some(first_of_next_month(now)),
        Occasion::Joined | Occasion::TierReached => None,
    }
}

/// After the daily run of tiers, so that who lost a tier has lost it.
fn first_of_next_month(now: DateTime<Utc>) -> DateTime<Utc> {
    calendar::next_run(calendar::month_end_after(now, 0)) + TimeDelta::minutes(30)
}

fn month(at: DateTime<Utc>) -> String {
    calendar::date(at).format("month %Y-%m").to_string()
}

/// The birthday in a year: 29 February is 28 February in others than leap years.
fn birthday_in(year: i32, birthday: NaiveDate) -> Option<NaiveDate> {
    let eve = || NaiveDate::from_ymd_opt(year, birthday.month(), birthday.day() - 1);
    NaiveDate::from_ymd_opt(year, birthday.month(), birthday.day()).or_else(eve)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn rule(days_before: Option<i32>, since: &str) -> GivingRule {
        let draft = GivingDraft {
            name: "生日禮".to_owned(),
            template: BenefitRuleId::from_uuid(Uuid::from_u128(1)),
            occasion: Occasion::Birthday,
            tiers: Vec::new(),
            days_before,
            count: 1,
            most_coupons: None,
        };
        GivingRule::new(
            GivingRuleId::from_uuid(Uuid::from_u128(2)),
            draft,
            at(since),
        )
    }

    fn born(birthday: &str, known_since: &str) -> Receiver {
        Receiver {
            member: MemberId::from_uuid(Uuid::from_u128(3)),
            birthday: Some(day(birthday)),
            known_since: at(known_since),
        }
    }

    /// Days of a year on which a birthday is due.
    fn due(rule: &GivingRule, member: &Receiver, year: i32) -> Vec<String> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        first
            .iter_days()
            .take_while(|day| day.year() == year)
            .filter(|day| rule.birthday(*day, member).is_some())
            .map(|day| day.format("%m-%d").to_string())
            .collect()
    }

    #[test]
    fn a_birthday_is_due_from_its_day_of_giving_on() {
        let long_ago = "2020-01-01T00:00:00Z";
        let member = born("1990-09-03", long_ago);
        assert_eq!(due(&rule(Some(0), long_ago), &member, 2026), ["09-03"]);
        assert_eq!(
            due(&rule(Some(2), long_ago), &member, 2026),
            ["09-01", "09-02", "09-03"]
        );
        let of_month = due(&rule(None, long_ago), &member, 2026);
        assert_eq!((of_month.len(), of_month[0].as_str()), (30, "09-01"));
        // Over the turn of the year it is next year's.
        let early = born("1990-01-02", long_ago);
        let rule = rule(Some(3), long_ago);
        let occurrence = rule.birthday(day("2026-12-31"), &early);
        assert_eq!(occurrence.as_deref(), Some("birthday 2027"));
        assert_eq!(rule.birthday(day("2027-01-01"), &early), occurrence);
    }

    #[test]
    fn the_29th_of_february_is_the_28th_in_common_years() {
        let long_ago = "2020-01-01T00:00:00Z";
        let (member, rule) = (born("2000-02-29", long_ago), rule(Some(0), long_ago));
        assert_eq!(due(&rule, &member, 2027), ["02-28"]);
        assert_eq!(due(&rule, &member, 2028), ["02-29"]);
    }

    #[test]
    fn what_came_before_the_rule_is_not_made_up_for() {
        // It acts from noon of 2 September in Taipei on.
        let since = "2026-09-02T04:00:00Z";
        let before = born("1990-09-03", "2026-09-01T00:00:00Z");
        assert_eq!(due(&rule(Some(2), since), &before, 2026), [] as [&str; 0]);
        assert_eq!(
            due(&rule(Some(1), since), &before, 2026),
            ["09-02", "09-03"]
        );
        assert_eq!(due(&rule(None, since), &before, 2026), [] as [&str; 0]);
        // Who joins later, or gives the birthday then, is not left out.
        let later = born("1990-09-03", "2026-09-02T05:00:00Z");
        assert!(due(&rule(None, since), &later, 2026).contains(&"09-02".to_owned()));
    }

    #[test]
    fn months_begin_after_the_run_of_tiers() {
        let monthly = GivingDraft {
            occasion: Occasion::Monthly,
            ..rule(None, "2026-09-02T04:00:00Z").draft
        };
        let id = GivingRuleId::from_uuid(Uuid::from_u128(2));
        let monthly = GivingRule::new(id, monthly, at("2026-09-02T04:00:00Z"));
        let round = at("2026-09-30T21:00:00Z");
        assert_eq!(monthly.round_at, Some(round));
        let member = born("1990-09-03", "2020-01-01T00:00:00Z");
        assert_eq!(
            monthly.occurrence(round, &member).as_deref(),
            Some("month 2026-10")
        );
        assert_eq!(monthly.next_round(round), Some(at("2026-10-31T21:00:00Z")));
    }

    #[test]
    fn a_limit_counts_whole_shares() {
        let mut limited = rule(None, "2026-09-02T04:00:00Z");
        limited.draft.count = 3;
        assert_eq!(limited.members_left(), None);
        limited.draft.most_coupons = Some(10);
        limited.given = 3;
        assert_eq!(limited.members_left(), Some(2));
    }
}
