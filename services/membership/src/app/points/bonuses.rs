//! Bonuses: points that no order earns by its amount.

use chassis::{db::TenantTx, error::Problem};
use chrono::{DateTime, Utc};

use super::posting::{self, Credit};
use crate::{
    app::members::facts,
    domain::{
        calendar,
        points::{
            entry::{About, AccountKey, EntryKind, NewEntry},
            rules::Rules,
        },
        programme::Version,
    },
    store::{
        self,
        points::{accounts, entries},
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
}

impl Bonus {
    fn explanation(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Birthday(_) => "birthday",
            Self::FirstOrder => "first_order",
        }
    }

    fn source(self) -> String {
        match self {
            Self::Join => "join".to_owned(),
            Self::Birthday(year) => format!("birthday:{year}"),
            Self::FirstOrder => "first_order".to_owned(),
        }
    }

    fn points(self, rules: &Rules) -> i32 {
        let rules = rules.wire();
        match self {
            Self::Join => rules.join_bonus,
            Self::Birthday(_) => rules.birthday_bonus,
            Self::FirstOrder => rules.first_order_bonus,
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
        let joined = store::points::members::joined_without_bonus(
            tx,
            programme.id,
            begun,
            now,
            MEMBERS_A_BATCH,
        )
        .await?;
        for member in joined {
            let account = AccountKey {
                member,
                programme: programme.id,
            };
            award(tx, account, version, Bonus::Join, now).await?;
        }
    }
    Ok(())
}

/// Awards the bonus of the month of birth to members after `after`: the last one that was looked at, `None` at the
/// end.
pub async fn award_birthdays(
    tx: &mut TenantTx,
    after: Option<chassis::id::MemberId>,
    now: DateTime<Utc>,
) -> Result<Option<chassis::id::MemberId>, Problem> {
    use chrono::Datelike as _;
    let today = calendar::date(now);
    let programmes = store::points::programmes::list(tx).await?;
    let with_bonus: Vec<_> = programmes
        .iter()
        .filter_map(|programme| Some((programme.id, programme.in_force(now)?)))
        .filter(|(_, version)| version.rules.wire().birthday_bonus > 0)
        .collect();
    if with_bonus.is_empty() {
        return Ok(None);
    }
    let members = store::points::members::list_after(tx, after, MEMBERS_A_BATCH).await?;
    for &member in &members {
        let found = facts::find(tx, member).await?;
        if found.and_then(|facts| facts.birth_month).map(u32::from) != Some(today.month()) {
            continue;
        }
        for &(programme, version) in &with_bonus {
            let account = AccountKey { member, programme };
            award(tx, account, version, Bonus::Birthday(today.year()), now).await?;
        }
    }
    let is_last = members.len() < usize::try_from(MEMBERS_A_BATCH).unwrap_or(usize::MAX);
    Ok(members.last().copied().filter(|_| !is_last))
}
