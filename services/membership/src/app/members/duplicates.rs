//! Members that may be one person.

use std::collections::HashMap;

use chassis::{db::TenantTx, error::Problem, id::MemberId};

use super::list::{self, Row};
use crate::store::{self, duplicates::Pair};

const MOST: i64 = 100;

/// A pair with both members, the older one first.
#[derive(Debug)]
pub struct ShownPair {
    /// Why.
    pub pair: Pair,
    /// The one that joined first.
    pub older: Row,
    /// The other.
    pub newer: Row,
}

/// Pairs, newest first; only those with `member`, where given.
pub async fn list(tx: &mut TenantTx, member: Option<MemberId>) -> Result<Vec<ShownPair>, Problem> {
    let pairs = store::duplicates::list(tx, member, MOST).await?;
    let mut ids: Vec<MemberId> = pairs
        .iter()
        .flat_map(|pair| [pair.one, pair.other])
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let rows = list::load(tx, &ids).await?;
    let rows: HashMap<MemberId, Row> = rows.into_iter().map(|row| (row.member.id, row)).collect();
    let shown = pairs.into_iter().filter_map(|pair| {
        let (one, other) = (rows.get(&pair.one)?.clone(), rows.get(&pair.other)?.clone());
        let is_older = one.member.joined_at <= other.member.joined_at;
        let (older, newer) = if is_older { (one, other) } else { (other, one) };
        Some(ShownPair { pair, older, newer })
    });
    Ok(shown.collect())
}
