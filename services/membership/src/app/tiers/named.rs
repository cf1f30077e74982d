//! Tiers that other rules and filters name.

use std::collections::{HashMap, HashSet};

use chassis::{
    db::{StoreError, TenantTx},
    id::MemberId,
};
use uuid::Uuid;

use crate::{
    domain::programme::Programme,
    store::tiers::{
        members,
        programmes::{self, TierVersion},
    },
};

/// Place of the first of some tiers that no programme has now or later.
pub async fn first_unknown(tx: &mut TenantTx, tiers: &[Uuid]) -> Result<Option<usize>, StoreError> {
    if tiers.is_empty() {
        return Ok(None);
    }
    let all = programmes::list(tx).await?;
    let versions = all.iter().flat_map(Programme::to_publish);
    let known: HashSet<Uuid> = versions
        .flat_map(|version| version.rules.rules.tiers.iter().map(|tier| tier.id))
        .collect();
    Ok(tiers.iter().position(|tier| !known.contains(tier)))
}

/// Programmes whose base tier is among some tiers: everybody has it who has no other.
pub async fn base_programmes(tx: &mut TenantTx, tiers: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    if tiers.is_empty() {
        return Ok(Vec::new());
    }
    let all = programmes::list(tx).await?;
    let based = all
        .iter()
        .filter(|programme| base(programme).is_some_and(|base| tiers.contains(&base)));
    Ok(based.map(|programme| programme.id).collect())
}

/// The base tier, which is the same one in all versions.
fn base(programme: &Programme<TierVersion>) -> Option<Uuid> {
    let version = programme.to_publish().into_iter().next()?;
    version.rules.rules.tiers.first().map(|tier| tier.id)
}

/// Members of those given who have one of some tiers, in whichever programme.
pub async fn with_tier(
    tx: &mut TenantTx,
    members: &[MemberId],
    tiers: &[Uuid],
) -> Result<HashSet<MemberId>, StoreError> {
    let mut found = HashSet::new();
    for programme in programmes::list(tx).await? {
        let standings = members::tiers_of(tx, programme.id, members).await?;
        let standings: HashMap<MemberId, Uuid> = standings.into_iter().collect();
        let base = base(&programme);
        let has = |member: &&MemberId| {
            let tier = standings.get(member).copied().or(base);
            tier.is_some_and(|tier| tiers.contains(&tier))
        };
        found.extend(members.iter().filter(has).copied());
    }
    Ok(found)
}
