//! Changes of a member: by the member, by staff, and for good.

use chassis::{
    db::TenantTx,
    error::{Problem, check_version},
};
use chrono::NaiveDate;
use proto::membership::v1::MembershipReason;
use uuid::Uuid;

use crate::{
    app::{Dependencies, points::bonuses, sessions},
    domain::member::{Gender, Member, MemberState},
    store::{self, members::StateChange},
};

/// What changes of a member; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Name.
    pub name: Option<String>,
    /// Phone in E.164, and whether a code confirmed it.
    pub phone: Option<(String, bool)>,
    /// E-mail; the inner `None` takes it away.
    pub email: Option<Option<String>>,
    /// Birthday; the inner `None` takes it away.
    pub birthday: Option<Option<NaiveDate>>,
    /// Gender.
    pub gender: Option<Gender>,
}

/// Changes a member whose row is locked. By the member the birthday is changed once in 365 days, else
/// `BIRTHDAY_LOCKED`. Refuses with `PHONE_TAKEN`, `VERSION_CONFLICT`.
pub async fn change(
    deps: &Dependencies,
    tx: &mut TenantTx,
    before: &Member,
    version: i64,
    change: Change,
    by_member: bool,
) -> Result<Member, Problem> {
    check_version(version, before.version)?;
    let now = deps.clock.now();
    let mut after = before.clone();
    let renamed = change.name.is_some() || change.phone.is_some();
    if let Some(name) = change.name {
        after.name = name;
    }
    if let Some((phone, verified)) = change.phone {
        let owner = store::members::find_by_phone(tx, &phone).await?;
        if owner.is_some_and(|owner| owner.id != before.id) {
            return Err(store::members::SaveError::PhoneTaken.into());
        }
        after.phone_verified =
            verified || (before.phone_verified && before.phone.as_ref() == Some(&phone));
        after.phone = Some(phone);
    }
    if let Some(email) = change.email {
        after.email = email;
    }
    if let Some(birthday) = change.birthday
        && birthday != before.birthday
    {
        if by_member && let Some(until) = before.birthday_changeable_at(now) {
            let reason = MembershipReason::BirthdayLocked;
            let until = until.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            return Err(Problem::new(reason)
                .message("the birthday was changed within the last 365 days")
                .param("until", until.clone())
                .field_with("birthday", reason, [("until", until)]));
        }
        after.birthday = birthday;
        // What staff corrected may be changed by the member.
        after.birthday_set_at = by_member.then_some(now);
    }
    if let Some(gender) = change.gender {
        after.gender = gender;
    }
    after.version += 1;
    store::members::update(tx, &after, renamed).await?;
    bonuses::award_profile(tx, &after, now).await?;
    super::publish(deps, tx, &after).await?;
    Ok(after)
}

/// Puts a member on the blacklist, or takes one off it.
pub async fn set_state(
    deps: &Dependencies,
    tx: &mut TenantTx,
    before: &Member,
    version: i64,
    state: MemberState,
    (reason, by): (String, Uuid),
) -> Result<Member, Problem> {
    check_version(version, before.version)?;
    let after = Member {
        state,
        version: before.version + 1,
        ..before.clone()
    };
    store::members::update(tx, &after, false).await?;
    let change = StateChange {
        reason,
        by,
        at: deps.clock.now(),
    };
    store::members::set_state_change(tx, after.id, &change).await?;
    super::publish(deps, tx, &after).await?;
    Ok(after)
}

/// Erases a member: what says who it was is deleted, and what books refer to stays. Members who were merged into
/// it are the same person and are erased too.
pub async fn erase(deps: &Dependencies, tx: &mut TenantTx, member: Member) -> Result<(), Problem> {
    let merged = store::members::list_merged_into(tx, member.id).await?;
    for member in std::iter::once(member).chain(merged) {
        if let Some(phone) = &member.phone {
            store::codes::delete(tx, phone).await?;
        }
        store::addresses::delete_all(tx, member.id).await?;
        store::notes::delete_all(tx, member.id).await?;
        store::duplicates::forget_claim(tx, member.id).await?;
        store::duplicates::forget_phone_claim(tx, member.id).await?;
        sessions::end(deps, tx, member.id, None, None).await?;
        let erased = member.erased();
        store::members::update(tx, &erased, true).await?;
        super::publish(deps, tx, &erased).await?;
    }
    Ok(())
}
