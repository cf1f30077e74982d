//! Bonuses: points that no order earns by its amount.

use chassis::{db::TenantTx, error::Problem, id::MemberId};
use chrono::{DateTime, Datelike as _, Utc};
use uuid::Uuid;

use super::posting::{self, Credit};
use crate::{
    domain::{
        calendar,
        member::Member,
        points::{
            entry::{About, AccountKey, EntryKind, NewEntry},
            rules::Rules,
        },
        programme::Version,
    },
    store::{
        self,
        points::{accounts, entries, members},
    },
};

/// What a bonus is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bonus {
    /// Joining.
    Join,
    /// The month of birth of this year.
    Birthday(i32),
    /// The first completed order.
    FirstOrder,
    /// A profile that is filled in.
    Profile,
}

impl Bonus {
    fn explanation(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Birthday(_) => "birthday",
            Self::FirstOrder => "first_order",
            Self::Profile => "profile",
        }
    }

    fn source(self) -> String {
        match self {
            Self::Join => "join".to_owned(),
            Self::Birthday(year) => format!("birthday:{year}"),
            Self::FirstOrder => "first_order".to_owned(),
            Self::Profile => "profile".to_owned(),
        }
    }

    fn points(self, rules: &Rules) -> i32 {
        let rules = rules.wire();
        match self {
            Self::Join => rules.join_bonus,
            Self::Birthday(_) => rules.birthday_bonus,
            Self::FirstOrder => rules.first_order_bonus,
            Self::Profile => rules.profile_bonus,
        }
    }
}

/// Awards a bonus, once.
pub async fn award(
    tx: &mut TenantTx,
    account: AccountKey,
    version: &Version<Rules>,
    bonus: Bonus,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let points = bonus.points(&version.rules);
    if points == 0 {
        return Ok(());
    }
    // The account is locked first, so that of two at the same time the second sees the first.
    accounts::lock(tx, account).await?;
    let source = bonus.source();
    if entries::is_booked(tx, account.member, account.programme, &source).await? {
        return Ok(());
    }
    let entry = NewEntry {
        about: About {
            programme_version: version.number,
            ..About::default()
        },
        ..NewEntry::new(account, EntryKind::Bonus, bonus.explanation(), source, now)
    };
    let credit = Credit {
        entry: entry.param("points", points),
        points,
        rules: &version.rules,
        order: None,
    };
    posting::credit(tx, credit).await?;
    Ok(())
}

/// Members taken in one transaction.
const MEMBERS_A_BATCH: i64 = 500;

/// Awards the bonus of joining to members who joined since the programme began.
pub async fn award_joined(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<(), Problem> {
    for programme in store::points::programmes::list(tx).await? {
        let Some(version) = programme.in_force(now) else {
            continue;
        };
        if version.rules.wire().join_bonus == 0 {
            continue;
        }
        let begun = programme
            .versions
            .iter()
            .filter(|version| !version.withdrawn);
        let begun = begun
            .map(|version| version.effective_at)
            .min()
            .unwrap_or(now);
        let (id, limit) = (programme.id, MEMBERS_A_BATCH);
        let joined = members::joined_without_bonus(tx, id, begun, now, limit).await?;
        award_all(tx, id, version, Bonus::Join, &joined, now).await?;
    }
    Ok(())
}

/// Awards the bonus of the month of birth to members who have none of this year, at most as many as a transaction
/// takes: whether there may be more.
pub async fn award_birthdays(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<bool, Problem> {
    let today = calendar::date(now);
    let bonus = Bonus::Birthday(today.year());
    let month = i32::try_from(today.month()).unwrap_or(0);
    let mut has_more = false;
    for (programme, version) in with_bonus(tx, bonus, now).await? {
        let source = bonus.source();
        let born = members::born_without(tx, programme, &source, month, MEMBERS_A_BATCH).await?;
        has_more |= award_all(tx, programme, &version, bonus, &born, now).await?;
    }
    Ok(has_more)
}

/// Awards the bonus of a filled-in profile to members who have none, at most as many as a transaction takes: whether
/// there may be more.
pub async fn award_profiles(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<bool, Problem> {
    let bonus = Bonus::Profile;
    let mut has_more = false;
    for (programme, version) in with_bonus(tx, bonus, now).await? {
        let source = bonus.source();
        let found = members::filled_in_without(tx, programme, &source, MEMBERS_A_BATCH).await?;
        has_more |= award_all(tx, programme, &version, bonus, &found, now).await?;
    }
    Ok(has_more)
}

/// Awards the bonus of a filled-in profile to one member, where it is filled in.
pub async fn award_profile(
    tx: &mut TenantTx,
    member: &Member,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if !member.is_filled_in() {
        return Ok(());
    }
    for (programme, version) in with_bonus(tx, Bonus::Profile, now).await? {
        let account = AccountKey {
            member: member.id,
            programme,
        };
        award(tx, account, &version, Bonus::Profile, now).await?;
    }
    Ok(())
}

/// Programmes whose rules in force have a bonus.
async fn with_bonus(
    tx: &mut TenantTx,
    bonus: Bonus,
    now: DateTime<Utc>,
) -> Result<Vec<(Uuid, Version<Rules>)>, Problem> {
    let programmes = store::points::programmes::list(tx).await?;
    let with_bonus = programmes.iter().filter_map(|programme| {
        let version = programme.in_force(now)?;
        (bonus.points(&version.rules) > 0).then(|| (programme.id, version.clone()))
    });
    Ok(with_bonus.collect())
}

/// Awards a bonus to members of a page: whether it was a whole one.
async fn award_all(
    tx: &mut TenantTx,
    programme: Uuid,
    version: &Version<Rules>,
    bonus: Bonus,
    found: &[MemberId],
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    for &member in found {
        let account = AccountKey { member, programme };
        award(tx, account, version, bonus, now).await?;
    }
    Ok(i64::try_from(found.len()).unwrap_or(0) == MEMBERS_A_BATCH)
}
