//! Points programmes: listing, comparing and changing their rules.

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{self, CommonReason, Problem},
    id::{AccountId, BrandId},
};
use chrono::{DateTime, Utc};
use proto::{
    capacity::v1::CapacityReason,
    membership::v1::{MembershipReason, PointsExample},
};
use uuid::Uuid;

use crate::{
    app::{benefits::publish, scope},
    domain::{
        points::rules::Rules,
        programme::{Programme, Version, VersionState},
    },
    store::{
        self, new_id,
        points::programmes::{self, Outstanding},
    },
};

/// Goods of the examples that every comparison has, minor units.
const EXAMPLES: [i64; 4] = [60, 150, 500, 1_000];

/// Programmes that concern the caller, each with what members have.
pub async fn list(
    tx: &mut TenantTx,
    identity: &Identity,
) -> Result<Vec<(Programme<Rules>, Outstanding)>, Problem> {
    let mut shown = Vec::new();
    for programme in programmes::list(tx).await? {
        if scope::sees_programme(tx, identity, programme.brand).await? {
            let outstanding = programmes::outstanding(tx, programme.id).await?;
            shown.push((programme, outstanding));
        }
    }
    Ok(shown)
}

/// A programme that concerns the caller.
pub async fn get(
    tx: &mut TenantTx,
    identity: &Identity,
    id: Uuid,
) -> Result<Programme<Rules>, Problem> {
    let found = find(tx, id).await?;
    if scope::sees_programme(tx, identity, found.brand).await? {
        Ok(found)
    } else {
        Err(Problem::not_found("points programme"))
    }
}

async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Programme<Rules>, Problem> {
    let all = programmes::list(tx).await?;
    let found = all.into_iter().find(|programme| programme.id == id);
    found.ok_or_else(|| Problem::not_found("points programme"))
}

/// What rules would mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Examples, by rising goods.
    pub examples: Vec<PointsExample>,
    /// What members have.
    pub outstanding: Outstanding,
    /// What that is worth by the rules in force.
    pub liability_before: i64,
    /// What it is worth by the new rules.
    pub liability_after: i64,
}

/// Compares rules with those in force.
pub async fn compare(
    tx: &mut TenantTx,
    identity: &Identity,
    programme: Option<Uuid>,
    rules: &Rules,
    goods: &[i64],
    now: DateTime<Utc>,
) -> Result<Comparison, Problem> {
    let (current, outstanding) = match programme {
        Some(id) => {
            let programme = get(tx, identity, id).await?;
            let outstanding = programmes::outstanding(tx, id).await?;
            let current = programme.in_force(now).map(|version| version.rules.clone());
            (current, outstanding)
        }
        None => (None, Outstanding::default()),
    };
    let mut all: Vec<i64> = EXAMPLES.iter().chain(goods).copied().collect();
    all.sort_unstable();
    all.dedup();
    let earned = |rules: &Rules, goods| {
        let earns = rules.wire().earning.is_some();
        earns.then(|| rules.earned(goods, 10_000))
    };
    let example = |goods: i64| {
        let earned_after = earned(rules, goods);
        PointsExample {
            goods,
            earned_before: current.as_ref().and_then(|current| earned(current, goods)),
            earned_after,
            usable_before: current.as_ref().and_then(|current| current.usable(goods)),
            usable_after: rules.usable(goods),
            worth_after: rules.worth(earned_after.unwrap_or(0).into()),
        }
    };
    Ok(Comparison {
        examples: all.into_iter().map(example).collect(),
        outstanding,
        liability_before: current.map_or(0, |current| current.worth(outstanding.points)),
        liability_after: rules.worth(outstanding.points),
    })
}

/// A version to save.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// Programme; a new one when `None`.
    pub programme: Option<Uuid>,
    /// Version the programme was read at.
    pub read_at: i64,
    /// Brand; all brands when `None`.
    pub brand: Option<BrandId>,
    /// From when.
    pub effective_at: DateTime<Utc>,
    /// The rules.
    pub rules: Rules,
    /// Pending version that it replaces.
    pub replaces: Option<i64>,
    /// Who saves it.
    pub by: AccountId,
}

/// Saves a new programme or another version of one, and publishes the rules of its brands.
pub async fn save(
    tx: &mut TenantTx,
    identity: &Identity,
    new: NewVersion,
    now: DateTime<Utc>,
) -> Result<(Programme<Rules>, Outstanding), Problem> {
    scope::require_programme(identity, new.brand)?;
    programmes::lock(tx).await?;
    let all = programmes::list(tx).await?;
    let (id, number) = match new.programme {
        Some(id) => {
            let programme = all.iter().find(|programme| programme.id == id);
            let programme = programme.ok_or_else(|| Problem::not_found("points programme"))?;
            scope::require_programme(identity, programme.brand)?;
            error::check_version(new.read_at, programme.version)?;
            if programme.brand != new.brand {
                return Err(wrong("scope", CommonReason::ValidationFailed));
            }
            if let Some(replaced) = new.replaces {
                withdraw_pending(tx, programme, replaced, "replaces_version", now).await?;
            }
            let others = programme.versions.iter();
            let mut others =
                others.filter(|version| !version.withdrawn && Some(version.number) != new.replaces);
            if others.any(|version| version.effective_at == new.effective_at) {
                return Err(wrong("effective_at", CapacityReason::EffectiveConflict));
            }
            (id, programme.version + 1)
        }
        None => {
            if let Some(brand) = new.brand
                && !store::branches::has_brand(tx, brand).await?
            {
                return Err(Problem::not_found("brand"));
            }
            let overlaps = |programme: &Programme<Rules>| {
                programme.brand.is_none() || new.brand.is_none_or(|own| programme.concerns(own))
            };
            if all.iter().any(overlaps) {
                return Err(wrong("scope", MembershipReason::ProgrammeOverlap));
            }
            (new_id(now), 1)
        }
    };
    let version = Version {
        number,
        effective_at: new.effective_at,
        rules: new.rules,
        saved_at: now,
        saved_by: new.by,
        withdrawn: false,
    };
    programmes::insert_version(tx, id, new.brand, &version).await?;
    publish_all(tx, new.brand, now).await?;
    Ok((find(tx, id).await?, programmes::outstanding(tx, id).await?))
}

/// Withdraws a version before it takes effect, and publishes the rules of its brands.
pub async fn withdraw(
    tx: &mut TenantTx,
    identity: &Identity,
    id: Uuid,
    withdrawn: i64,
    read_at: i64,
    now: DateTime<Utc>,
) -> Result<(Programme<Rules>, Outstanding), Problem> {
    programmes::lock(tx).await?;
    let programme = get(tx, identity, id).await?;
    scope::require_programme(identity, programme.brand)?;
    error::check_version(read_at, programme.version)?;
    withdraw_pending(tx, &programme, withdrawn, "withdrawn_version", now).await?;
    publish_all(tx, programme.brand, now).await?;
    Ok((find(tx, id).await?, programmes::outstanding(tx, id).await?))
}

async fn withdraw_pending(
    tx: &mut TenantTx,
    programme: &Programme<Rules>,
    number: i64,
    field: &str,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let version = programme.numbered(number);
    let version = version.ok_or_else(|| Problem::not_found("version"))?;
    match programme.state(version, now) {
        VersionState::Pending => Ok(programmes::withdraw(tx, programme.id, number, now).await?),
        VersionState::Withdrawn => Ok(()),
        VersionState::InForce | VersionState::Past => {
            Err(wrong(field, MembershipReason::AlreadyInForce))
        }
    }
}

fn wrong(field: &str, reason: impl Into<error::Reason> + Clone) -> Problem {
    Problem::new(reason.clone()).field(field, reason)
}

/// Publishes the rules of a brand, or of all brands.
async fn publish_all(
    tx: &mut TenantTx,
    brand: Option<BrandId>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let brands = match brand {
        Some(brand) => vec![brand],
        None => store::branches::list_brands(tx).await?,
    };
    for brand in brands {
        publish::publish(tx, brand, now).await?;
    }
    Ok(())
}
