//! Programmes of tiers: listing, previewing and changing their rules.

use std::collections::HashMap;

use chassis::{
    authn::Identity,
    db::TenantTx,
    error::{self, CommonReason, Problem},
    id::{AccountId, BrandId},
};
use chrono::{DateTime, Utc};
use proto::{capacity::v1::CapacityReason, membership::v1::MembershipReason};
use uuid::Uuid;

use crate::{
    app::{benefits::publish, scope},
    domain::{
        programme::{Programme, Version, VersionState},
        tiers::rules::{ChangeMode, Rules},
    },
    store::{
        self, new_id,
        tiers::{
            members,
            programmes::{self, TierVersion},
        },
    },
};

/// A programme with its members counted.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The programme.
    pub programme: Programme<TierVersion>,
    /// Members by tier.
    pub members: HashMap<Uuid, i64>,
    /// Members who are to be judged.
    pub due: i64,
}

async fn show(
    tx: &mut TenantTx,
    programme: Programme<TierVersion>,
    now: DateTime<Utc>,
) -> Result<Shown, Problem> {
    let (members, due) = members::count(tx, programme.id, now).await?;
    Ok(Shown {
        programme,
        members,
        due,
    })
}

/// Programmes that concern the caller.
pub async fn list(
    tx: &mut TenantTx,
    identity: &Identity,
    now: DateTime<Utc>,
) -> Result<Vec<Shown>, Problem> {
    let mut shown = Vec::new();
    for programme in programmes::list(tx).await? {
        if scope::sees_programme(tx, identity, programme.brand).await? {
            shown.push(show(tx, programme, now).await?);
        }
    }
    Ok(shown)
}

/// A programme that concerns the caller.
pub async fn get(
    tx: &mut TenantTx,
    identity: &Identity,
    id: Uuid,
) -> Result<Programme<TierVersion>, Problem> {
    let found = find(tx, id).await?;
    if scope::sees_programme(tx, identity, found.brand).await? {
        Ok(found)
    } else {
        Err(Problem::not_found("tier programme"))
    }
}

async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Programme<TierVersion>, Problem> {
    let all = programmes::list(tx).await?;
    let found = all.into_iter().find(|programme| programme.id == id);
    found.ok_or_else(|| Problem::not_found("tier programme"))
}

/// How members would move: the tier before, the place after, how many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Members who would go up.
    pub up: i64,
    /// Members who would go down.
    pub down: i64,
    /// Members who would stay.
    pub stay: i64,
    /// Each move, those that stay included.
    pub moves: Vec<(Option<Uuid>, usize, i64)>,
}

/// Counts how members would move by other rules.
pub async fn preview(
    tx: &mut TenantTx,
    identity: &Identity,
    programme: Option<Uuid>,
    brand: Option<BrandId>,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<Preview, Problem> {
    let current = match programme {
        Some(id) => Some(get(tx, identity, id).await?),
        None => None,
    };
    let brand = current.as_ref().map_or(brand, |programme| programme.brand);
    scope::require_programme(identity, brand)?;
    let moves = members::moves(tx, programme, brand, rules, now).await?;
    let in_force = current
        .as_ref()
        .and_then(|programme| programme.in_force(now));
    let mut preview = Preview::default();
    for &(tier, after, count) in &moves {
        // Places in the rules before: a tier that is new to both is the base.
        let before = tier.map_or(Some(0), |tier| {
            let place = rules.place(tier);
            place.or_else(|| in_force.and_then(|version| version.rules.rules.place(tier)))
        });
        match after.cmp(&before.unwrap_or(0)) {
            std::cmp::Ordering::Greater => preview.up += count,
            std::cmp::Ordering::Less => preview.down += count,
            std::cmp::Ordering::Equal => preview.stay += count,
        }
    }
    preview.moves = moves;
    Ok(preview)
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
    /// Whom it concerns at once.
    pub mode: ChangeMode,
    /// Tiers that are left out, each with the place of the one instead.
    pub replacements: Vec<(Uuid, usize)>,
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
) -> Result<Shown, Problem> {
    scope::require_programme(identity, new.brand)?;
    programmes::lock(tx).await?;
    let all = programmes::list(tx).await?;
    let (id, number) = match new.programme {
        Some(id) => {
            let programme = all.iter().find(|programme| programme.id == id);
            let programme = programme.ok_or_else(|| Problem::not_found("tier programme"))?;
            scope::require_programme(identity, programme.brand)?;
            error::check_version(new.read_at, programme.version)?;
            if programme.brand != new.brand {
                return Err(wrong("scope", CommonReason::ValidationFailed));
            }
            check_known_tiers(programme, &new)?;
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
            let overlaps = |programme: &Programme<TierVersion>| {
                programme.brand.is_none() || new.brand.is_none_or(|own| programme.concerns(own))
            };
            if all.iter().any(overlaps) {
                return Err(wrong("scope", MembershipReason::ProgrammeOverlap));
            }
            (new_id(now), 1)
        }
    };
    let replaced = new
        .replacements
        .iter()
        .filter_map(|&(tier, place)| Some((tier, new.rules.tiers.get(place)?.id)));
    let replaced: Vec<(Uuid, Uuid)> = replaced.collect();
    check_replaced(tx, id, &new, &replaced, now).await?;
    let version = Version {
        number,
        effective_at: new.effective_at,
        rules: TierVersion {
            rules: new.rules,
            mode: new.mode,
            replaced,
        },
        saved_at: now,
        saved_by: new.by,
        withdrawn: false,
    };
    programmes::insert_version(tx, id, new.brand, &version).await?;
    publish_all(tx, new.brand, now).await?;
    let saved = find(tx, id).await?;
    show(tx, saved, now).await
}

/// The base tier stays the same one, since members without a row have it.
fn check_known_tiers(programme: &Programme<TierVersion>, new: &NewVersion) -> Result<(), Problem> {
    let base =
        |version: &Version<TierVersion>| version.rules.rules.tiers.first().map(|tier| tier.id);
    let known = programme.versions.iter().find_map(base);
    if known == new.rules.tiers.first().map(|tier| tier.id) {
        Ok(())
    } else {
        Err(wrong(
            "rules.tiers[0].tier_id",
            CommonReason::ValidationFailed,
        ))
    }
}

/// A tier that is left out and has members needs another in its place.
async fn check_replaced(
    tx: &mut TenantTx,
    programme: Uuid,
    new: &NewVersion,
    replaced: &[(Uuid, Uuid)],
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let (members, _) = members::count(tx, programme, now).await?;
    let mut left_out: Vec<_> = members
        .iter()
        .filter(|(tier, count)| {
            let stays = new.rules.place(**tier).is_some();
            !stays && **count > 0 && !replaced.iter().any(|(old, _)| old == *tier)
        })
        .collect();
    left_out.sort();
    let Some((tier, count)) = left_out.first() else {
        return Ok(());
    };
    let reason = MembershipReason::TierInUse;
    let params = [
        ("tier_id", tier.to_string()),
        ("members", count.to_string()),
    ];
    Err(Problem::new(reason)
        .param("tier_id", tier)
        .param("members", count)
        .field_with("replacements", reason, params))
}

/// Withdraws a version before it takes effect, and publishes the rules of its brands.
pub async fn withdraw(
    tx: &mut TenantTx,
    identity: &Identity,
    id: Uuid,
    withdrawn: i64,
    read_at: i64,
    now: DateTime<Utc>,
) -> Result<Shown, Problem> {
    programmes::lock(tx).await?;
    let programme = get(tx, identity, id).await?;
    scope::require_programme(identity, programme.brand)?;
    error::check_version(read_at, programme.version)?;
    withdraw_pending(tx, &programme, withdrawn, "withdrawn_version", now).await?;
    publish_all(tx, programme.brand, now).await?;
    let left = find(tx, id).await?;
    show(tx, left, now).await
}

async fn withdraw_pending(
    tx: &mut TenantTx,
    programme: &Programme<TierVersion>,
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
