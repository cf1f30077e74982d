//! What a list of members walks: all of them, or the index of a term, a tag or a tier.

use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::Filter;
use crate::domain::search::Search;

/// What a list walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source<'a> {
    /// All members.
    Members,
    /// Those with a term of the search.
    Term(&'a str),
    /// Those with a tag.
    Tag(Uuid),
    /// Those with a tier.
    Tier(Uuid),
}

impl<'a> Source<'a> {
    pub(super) fn of(search: &'a Search, filter: &Filter) -> Self {
        if let Some(term) = term(search) {
            return Self::Term(term);
        }
        match (search, &filter.tags[..], &filter.tiers[..]) {
            (Search::PhoneStart(_), ..) => Self::Members,
            (_, [tag], _) => Self::Tag(*tag),
            (_, _, [tier]) if filter.base_programmes.is_empty() => Self::Tier(*tier),
            _ => Self::Members,
        }
    }

    /// Table and column of the index that it walks in the order of joining.
    pub(super) const fn index(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Members => None,
            Self::Term(_) => Some(("member_search_terms", "term")),
            Self::Tag(_) => Some(("member_tags", "tag_id")),
            Self::Tier(_) => Some(("member_tiers", "tier_id")),
        }
    }

    pub(super) const fn is_mark(self) -> bool {
        matches!(self, Self::Tag(_) | Self::Tier(_))
    }

    /// Whether a filter asks for nothing else.
    pub(super) fn is_all_of(self, filter: &Filter) -> bool {
        let own = match self {
            Self::Tag(tag) => Filter {
                tags: vec![tag],
                ..Filter::default()
            },
            Self::Tier(tier) => Filter {
                tiers: vec![tier],
                ..Filter::default()
            },
            Self::Members | Self::Term(_) => return false,
        };
        own == *filter
    }
}

/// Begins a statement over what a source finds; members are `m`.
pub(super) fn push_from(
    query: &mut QueryBuilder<Postgres>,
    org: Uuid,
    source: Source<'_>,
    columns: &str,
) {
    if source.index().is_some() {
        let join = "JOIN members AS m ON m.org_id = t.org_id AND m.member_id = t.member_id";
        push_index(query, org, source, columns, join);
    } else {
        query.push(format!(
            "SELECT {columns} FROM members AS m WHERE m.org_id = "
        ));
        query.push_bind(org);
    }
}

/// What a source finds by its index, as `t`.
pub(super) fn push_index(
    query: &mut QueryBuilder<Postgres>,
    org: Uuid,
    source: Source<'_>,
    columns: &str,
    join: &str,
) {
    let Some((table, key)) = source.index() else {
        return;
    };
    query.push(format!(
        "SELECT {columns} FROM {table} AS t {join} WHERE t.org_id = "
    ));
    query.push_bind(org);
    query.push(format!(" AND t.{key} = "));
    match source {
        Source::Members => {}
        Source::Term(term) => {
            query.push_bind(term.to_owned());
        }
        Source::Tag(id) | Source::Tier(id) => {
            query.push_bind(id);
        }
    }
}

/// The term of the index that leads to what is searched for.
fn term(search: &Search) -> Option<&str> {
    match search {
        Search::PhoneEnd { term, .. } | Search::Name { term, .. } => Some(term),
        Search::All | Search::PhoneStart(_) => None,
    }
}

/// Tiers and tags that the list does not walk.
pub(super) fn marks(
    query: &mut QueryBuilder<Postgres>,
    org: Uuid,
    filter: &Filter,
    source: Source<'_>,
) {
    if !filter.tags.is_empty() && !matches!(source, Source::Tag(_)) {
        query.push(" AND EXISTS (SELECT 1 FROM member_tags AS g WHERE g.org_id = ");
        query.push_bind(org);
        query.push(" AND g.member_id = m.member_id AND g.tag_id = ANY(");
        query.push_bind(filter.tags.clone()).push("))");
    }
    if filter.tiers.is_empty() || matches!(source, Source::Tier(_)) {
        return;
    }
    query.push(" AND (EXISTS (SELECT 1 FROM member_tiers AS s WHERE s.org_id = ");
    query.push_bind(org);
    query.push(" AND s.member_id = m.member_id AND s.tier_id = ANY(");
    query.push_bind(filter.tiers.clone()).push("))");
    // Everybody has the base tier who has no other.
    for programme in &filter.base_programmes {
        query.push(" OR NOT EXISTS (SELECT 1 FROM member_tiers AS s WHERE s.org_id = ");
        query.push_bind(org);
        query.push(" AND s.programme_id = ").push_bind(*programme);
        query.push(" AND s.member_id = m.member_id)");
    }
    query.push(")");
}
