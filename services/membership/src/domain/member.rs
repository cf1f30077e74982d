//! A member of an organisation.

use chassis::id::{BranchId, MemberId};
use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use proto::membership::v1 as wire;

/// Between two changes of the birthday by the member.
pub const BIRTHDAY_EVERY: TimeDelta = TimeDelta::days(365);
/// Most addresses of a member.
pub const MOST_ADDRESSES: usize = 20;
/// Most notes about a member.
pub const MOST_NOTES: i64 = 100;
/// How long a merging can be undone.
pub const UNDO_MERGE_WITHIN: TimeDelta = TimeDelta::days(30);

chassis::text_enum! {
    /// State of a member.
    #[derive(sqlx::Type, serde::Serialize, serde::Deserialize)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    #[serde(rename_all = "snake_case")]
    pub enum MemberState: wire::MemberState {
        /// 正常.
        Active = "active",
        /// 黑名單: may not order.
        Blocked = "blocked",
        /// 黑名單: pays in advance.
        Prepays = "prepays",
        /// 已合併.
        Merged = "merged",
        /// 已刪除.
        Erased = "erased",
    }
}

impl MemberState {
    /// Whether somebody can act as the member.
    #[must_use]
    pub const fn exists(self) -> bool {
        !matches!(self, Self::Merged | Self::Erased)
    }
}

chassis::text_enum! {
    /// 性別.
    #[derive(sqlx::Type, serde::Serialize, serde::Deserialize)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    #[serde(rename_all = "snake_case")]
    pub enum Gender: wire::Gender {
        /// 男.
        Male = "male",
        /// 女.
        Female = "female",
        /// 其他.
        Other = "other",
        /// 未提供.
        NotGiven = "not_given",
    }
}

chassis::text_enum! {
    /// Where somebody joined.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum JoinSource: wire::JoinSource {
        /// The storefront.
        Storefront = "storefront",
        /// A QR code in a branch.
        Qr = "qr",
        /// Staff at the counter.
        Counter = "counter",
        /// LINE Login.
        Line = "line",
    }
}

chassis::text_enum! {
    /// What somebody agrees to.
    #[derive(sqlx::Type, serde::Serialize, serde::Deserialize)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    #[serde(rename_all = "snake_case")]
    pub enum ConsentKind: wire::ConsentKind {
        /// Terms of membership and the privacy notice.
        Terms = "terms",
        /// Marketing by LINE.
        MarketingLine = "marketing_line",
        /// Marketing by SMS.
        MarketingSms = "marketing_sms",
        /// Marketing by e-mail.
        MarketingEmail = "marketing_email",
    }
}

chassis::text_enum! {
    /// Where a consent was given or withdrawn.
    #[derive(sqlx::Type)]
    #[sqlx(type_name = "text", rename_all = "snake_case")]
    pub enum ConsentSource: wire::ConsentSource {
        /// By the member.
        Storefront = "storefront",
        /// By staff.
        Staff = "staff",
    }
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Id.
    pub id: MemberId,
    /// Version.
    pub version: i64,
    /// State.
    pub state: MemberState,
    /// Member that this one was merged into.
    pub merged_into: Option<MemberId>,
    /// Name as typed; empty when unknown.
    pub name: String,
    /// Phone in E.164.
    pub phone: Option<String>,
    /// The phone was confirmed with a code.
    pub phone_verified: bool,
    /// E-mail as typed.
    pub email: Option<String>,
    /// Birthday.
    pub birthday: Option<NaiveDate>,
    /// When the member set the birthday last.
    pub birthday_set_at: Option<DateTime<Utc>>,
    /// Gender.
    pub gender: Gender,
    /// User id in LINE.
    pub line_user: Option<String>,
    /// Agreed to marketing by LINE.
    pub marketing_line: bool,
    /// Agreed to marketing by SMS.
    pub marketing_sms: bool,
    /// Agreed to marketing by e-mail.
    pub marketing_email: bool,
    /// When the member joined.
    pub joined_at: DateTime<Utc>,
    /// Where the member joined.
    pub source: JoinSource,
    /// Branch where the member joined.
    pub source_branch: Option<BranchId>,
    /// Raised by whatever ends all sessions.
    pub session_generation: i32,
    /// Completed orders.
    pub orders: i32,
    /// What they came to.
    pub spent: i64,
    /// When the last of them was placed.
    pub last_order_at: Option<DateTime<Utc>>,
}

impl Member {
    /// Somebody who joins now.
    #[must_use]
    pub fn joining(id: MemberId, source: JoinSource, now: DateTime<Utc>) -> Self {
        Self {
            id,
            version: 1,
            state: MemberState::Active,
            merged_into: None,
            name: String::new(),
            phone: None,
            phone_verified: false,
            email: None,
            birthday: None,
            birthday_set_at: None,
            gender: Gender::NotGiven,
            line_user: None,
            marketing_line: false,
            marketing_sms: false,
            marketing_email: false,
            joined_at: now,
            source,
            source_branch: None,
            session_generation: 0,
            orders: 0,
            spent: 0,
            last_order_at: None,
        }
    }

    /// When the member may change the birthday again; none for now.
    #[must_use]
    pub fn birthday_changeable_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.birthday?;
        let again = self.birthday_set_at? + BIRTHDAY_EVERY;
        (again > now).then_some(again)
    }

    /// Takes the person out of it: what books refer to is left.
    #[must_use]
    pub fn erased(self) -> Self {
        Self {
            version: self.version + 1,
            state: MemberState::Erased,
            merged_into: None,
            name: String::new(),
            phone: None,
            phone_verified: false,
            email: None,
            birthday: None,
            birthday_set_at: None,
            gender: Gender::NotGiven,
            line_user: None,
            marketing_line: false,
            marketing_sms: false,
            marketing_email: false,
            session_generation: self.session_generation + 1,
            ..self
        }
    }

    /// Whether the member has given everything that a profile asks for.
    #[must_use]
    pub fn is_filled_in(&self) -> bool {
        !self.name.is_empty()
            && self.phone.is_some()
            && self.email.is_some()
            && self.birthday.is_some()
            && self.gender != Gender::NotGiven
    }

    /// Month of birth.
    #[must_use]
    pub fn birth_month(&self) -> Option<u8> {
        self.birthday
            .and_then(|birthday| u8::try_from(birthday.month()).ok())
    }

    /// Records what the last consent of a kind says.
    pub fn note_consent(&mut self, kind: ConsentKind, agreed: bool) {
        match kind {
            ConsentKind::Terms => {}
            ConsentKind::MarketingLine => self.marketing_line = agreed,
            ConsentKind::MarketingSms => self.marketing_sms = agreed,
            ConsentKind::MarketingEmail => self.marketing_email = agreed,
        }
    }

    /// Kinds of marketing agreed to.
    #[must_use]
    pub fn marketing(&self) -> Vec<ConsentKind> {
        [
            (self.marketing_line, ConsentKind::MarketingLine),
            (self.marketing_sms, ConsentKind::MarketingSms),
            (self.marketing_email, ConsentKind::MarketingEmail),
        ]
        .into_iter()
        .filter_map(|(agreed, kind)| agreed.then_some(kind))
        .collect()
    }
}

/// Which of two members is kept when they are merged: the one that joined first.
#[must_use]
pub fn older_first(one: Member, other: Member) -> (Member, Member) {
    if (one.joined_at, one.id) <= (other.joined_at, other.id) {
        (one, other)
    } else {
        (other, one)
    }
}

/// Gives the kept member what it lacks of the other's; names of the fields that got a value.
pub fn fill(kept: &mut Member, merged: &Member) -> Vec<String> {
    let mut filled = Vec::new();
    if kept.name.is_empty() && !merged.name.is_empty() {
        kept.name.clone_from(&merged.name);
        filled.push("name".to_owned());
    }
    if kept.email.is_none() && merged.email.is_some() {
        kept.email.clone_from(&merged.email);
        filled.push("email".to_owned());
    }
    if kept.birthday.is_none() && merged.birthday.is_some() {
        kept.birthday = merged.birthday;
        kept.birthday_set_at = merged.birthday_set_at;
        filled.push("birthday".to_owned());
    }
    if kept.gender == Gender::NotGiven && merged.gender != Gender::NotGiven {
        kept.gender = merged.gender;
        filled.push("gender".to_owned());
    }
    filled
}

/// Takes back what [`fill`] gave, as far as it is still the other's.
pub fn unfill(kept: &mut Member, merged: &Member, filled: &[String]) {
    for field in filled {
        match field.as_str() {
            "name" if kept.name == merged.name => kept.name.clear(),
            "email" if kept.email == merged.email => kept.email = None,
            "birthday" if kept.birthday == merged.birthday => {
                kept.birthday = None;
                kept.birthday_set_at = None;
            }
            "gender" if kept.gender == merged.gender => kept.gender = Gender::NotGiven,
            _ => {}
        }
    }
}

/// A user id in LINE as lists show it: `U12***ef`.
#[must_use]
pub fn mask_line_user(user: &str) -> String {
    if !user.is_ascii() || user.len() < 10 {
        return "***".to_owned();
    }
    format!("{}***{}", &user[..3], &user[user.len() - 2..])
}

/// An e-mail as profiles show it: `a***@example.com`.
#[must_use]
pub fn mask_email(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}***@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(joined: i64) -> Member {
        let at = DateTime::from_timestamp(joined, 0).unwrap();
        Member::joining(
            MemberId::from_uuid(uuid::Uuid::from_u128(joined.unsigned_abs().into())),
            JoinSource::Storefront,
            at,
        )
    }

    #[test]
    fn the_birthday_is_changed_once_in_365_days() {
        let now = DateTime::from_timestamp(1_000_000_000, 0).unwrap();
        let mut found = member(1);
        assert_eq!(found.birthday_changeable_at(now), None);
        found.birthday = NaiveDate::from_ymd_opt(2000, 2, 29);
        // Set by staff.
        assert_eq!(found.birthday_changeable_at(now), None);
        found.birthday_set_at = Some(now);
        let again = now + BIRTHDAY_EVERY;
        assert_eq!(found.birthday_changeable_at(now), Some(again));
        assert_eq!(found.birthday_changeable_at(again), None);
        assert_eq!(found.birth_month(), Some(2));
    }

    #[test]
    fn nothing_of_a_person_is_left_after_erasing() {
        let mut found = member(1);
        found.name = "王小明".into();
        found.phone = Some("+886911123456".into());
        found.email = Some("a@example.com".into());
        found.birthday = NaiveDate::from_ymd_opt(2000, 1, 1);
        found.line_user = Some("U1".into());
        found.gender = Gender::Male;
        found.orders = 3;
        let erased = found.clone().erased();
        let text = format!("{erased:?}");
        for personal in ["王", "886", "example", "2000", "U1", "Male"] {
            assert!(!text.contains(personal), "{personal} in {text}");
        }
        assert_eq!((erased.orders, erased.id), (3, found.id));
        assert_eq!(erased.session_generation, found.session_generation + 1);
    }

    #[test]
    fn merging_keeps_the_older_and_is_taken_back() {
        let (one, mut other) = (member(1), member(2));
        other.name = "王小明".into();
        other.email = Some("a@example.com".into());
        other.gender = Gender::Female;
        let (mut kept, merged) = older_first(other, one.clone());
        assert_eq!(kept.id, one.id);
        let filled = fill(&mut kept, &merged);
        assert_eq!(filled, ["name", "email", "gender"]);
        assert_eq!(kept.email.as_deref(), Some("a@example.com"));
        // What was changed since stays.
        kept.email = Some("b@example.com".into());
        unfill(&mut kept, &merged, &filled);
        assert_eq!(kept.email.as_deref(), Some("b@example.com"));
        assert_eq!((kept.name.as_str(), kept.gender), ("", Gender::NotGiven));
    }

    #[test]
    fn masks_keep_what_tells_entries_apart() {
        assert_eq!(mask_line_user("U4af4980629ef"), "U4a***ef");
        assert_eq!(mask_line_user("王"), "***");
        assert_eq!(mask_email("amy@example.com"), "a***@example.com");
    }
}
