//! Joining and signing in.

use chassis::{
    db::TenantTx,
    error::Problem,
    id::{AccountId, BranchId, MemberId, OrganisationId},
};
use chrono::NaiveDate;

use super::consents::{self, Choice};
use crate::{
    app::{Dependencies, codes, giving, points, sessions},
    domain::{
        code::Purpose,
        line::PENDING_FOR,
        member::{Gender, JoinSource, Member},
    },
    store,
};

/// What is known of somebody who joins.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// Phone in E.164.
    pub phone: String,
    /// It was confirmed with a code.
    pub phone_verified: bool,
    /// Name.
    pub name: String,
    /// Birthday.
    pub birthday: Option<NaiveDate>,
    /// Gender.
    pub gender: Gender,
    /// E-mail.
    pub email: Option<String>,
    /// User id in LINE.
    pub line_user: Option<String>,
    /// Consents.
    pub consents: Vec<Choice>,
    /// Where.
    pub source: JoinSource,
    /// Branch.
    pub branch: Option<BranchId>,
}

/// Stores somebody who joins, by the account where it is at the counter. Refuses with `CONSENT_REQUIRED` and
/// `PHONE_TAKEN`.
pub async fn create(
    deps: &Dependencies,
    tx: &mut TenantTx,
    new: NewMember,
    by: Option<AccountId>,
) -> Result<Member, Problem> {
    consents::require_terms(&new.consents)?;
    if store::members::find_by_phone(tx, &new.phone)
        .await?
        .is_some()
    {
        return Err(store::members::SaveError::PhoneTaken.into());
    }
    let now = deps.clock.now();
    let mut member = Member {
        phone: Some(new.phone),
        phone_verified: new.phone_verified,
        name: new.name,
        birthday: new.birthday,
        birthday_set_at: new.birthday.map(|_| now),
        gender: new.gender,
        email: new.email,
        line_user: new.line_user,
        source_branch: new.branch,
        ..Member::joining(MemberId::new(&*deps.clock), new.source, now)
    };
    consents::add(deps, tx, &mut member, &new.consents, by).await?;
    store::members::insert(tx, &member).await?;
    points::bonuses::award_profile(tx, &member, now).await?;
    giving::occasions::joined(tx, member.id, now).await?;
    super::publish(deps, tx, &member).await?;
    Ok(member)
}

/// Who signs in, and from where.
#[derive(Clone, Copy, Debug)]
pub struct Device<'a> {
    /// Device.
    pub id: &'a str,
    /// User agent.
    pub user_agent: &'a str,
}

/// A member who signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// Secret of the session.
    pub session: String,
    /// Somebody joined.
    pub joined: bool,
    /// The member.
    pub member: Member,
}

/// Signs the member of a phone in with a code, or joins somebody. An account in LINE that the device signed in
/// with is linked.
pub async fn sign_in(
    deps: &Dependencies,
    org: OrganisationId,
    device: Device<'_>,
    code: &str,
    new: NewMember,
) -> Result<SignedIn, Problem> {
    let right = codes::verify(deps, org, &new.phone, Purpose::SignIn, code).await?;
    let mut tx = deps.db.tenant(org).await?;
    codes::use_up(deps, &mut tx, &new.phone, Purpose::SignIn, &right).await?;
    let since = deps.clock.now() - PENDING_FOR;
    let pending = store::line::find_pending(&mut tx, device.id, since).await?;
    let owner = match &pending {
        Some(pending) => store::members::find_by_line(&mut tx, &pending.line_user).await?,
        None => None,
    };
    let known = store::members::find_by_phone(&mut tx, &new.phone).await?;
    let (member, joined) = if let Some(known) = known {
        let mut member = super::lock(&mut tx, known.id).await?;
        // The phone of a member who was merged into this one confirms nothing of this one's phone.
        if !member.phone_verified && member.phone.as_ref() == Some(&new.phone) {
            member.phone_verified = true;
            member.version += 1;
            store::members::update(&mut tx, &member, false).await?;
        }
        if let Some(pending) = &pending {
            let user = &pending.line_user;
            link_line(deps, &mut tx, member.id, user, owner.as_ref()).await?;
            member = super::lock(&mut tx, member.id).await?;
        }
        (member, false)
    } else {
        let new = with_pending(new, pending.as_ref().filter(|_| owner.is_none()));
        (create(deps, &mut tx, new, None).await?, true)
    };
    if pending.is_some() {
        store::line::delete_pending(&mut tx, device.id).await?;
    }
    let session = sessions::open(deps, &mut tx, &member, device.id, device.user_agent).await?;
    tx.commit().await?;
    Ok(SignedIn {
        session,
        joined,
        member,
    })
}

fn with_pending(new: NewMember, pending: Option<&store::line::PendingAccount>) -> NewMember {
    let Some(pending) = pending else {
        return new;
    };
    NewMember {
        name: if new.name.is_empty() {
            pending.name.clone()
        } else {
            new.name
        },
        line_user: Some(pending.line_user.clone()),
        source: JoinSource::Line,
        branch: new.branch.or(pending.branch),
        ..new
    }
}

/// Links an account in LINE with a member. One that is another member's, or a second one, is not linked:
/// the claim is kept, and both are suggested as one person.
pub async fn link_line(
    deps: &Dependencies,
    tx: &mut TenantTx,
    member: MemberId,
    line_user: &str,
    owner: Option<&Member>,
) -> Result<bool, Problem> {
    let now = deps.clock.now();
    let mut member = super::lock(tx, member).await?;
    match owner {
        Some(owner) if owner.id == member.id => return Ok(true),
        Some(_) => {
            store::duplicates::claim_line(tx, member.id, line_user, now).await?;
            return Ok(false);
        }
        None => {}
    }
    if member.line_user.is_some() {
        return Ok(false);
    }
    member.line_user = Some(line_user.to_owned());
    member.version += 1;
    store::members::update(tx, &member, false).await?;
    store::duplicates::forget_claim(tx, member.id).await?;
    super::publish(deps, tx, &member).await?;
    Ok(true)
}
