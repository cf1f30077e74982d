//! Lists of members. Filters are many and any of them may be missing, so the statement is put together from
//! fixed parts; every value is a parameter.

mod source;

use chassis::{
    db::{StoreError, TenantTx},
    id::MemberId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use self::source::{Source, marks, push_from, push_index};
use crate::domain::{
    member::{ConsentKind, Gender, MemberState},
    search::Search,
};

/// Which members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// What somebody searches for.
    pub text: String,
    /// Only these states; empty for those that exist.
    pub states: Vec<MemberState>,
    /// Joined at or after.
    pub joined_from: Option<DateTime<Utc>>,
    /// Joined before.
    pub joined_until: Option<DateTime<Utc>>,
    /// Ordered at or after.
    pub last_order_from: Option<DateTime<Utc>>,
    /// Last ordered before, or never.
    pub last_order_until: Option<DateTime<Utc>>,
    /// At least so many orders.
    pub min_orders: Option<i32>,
    /// At most so many orders.
    pub max_orders: Option<i32>,
    /// Spent at least.
    pub min_spent: Option<i64>,
    /// Spent at most.
    pub max_spent: Option<i64>,
    /// Month of birth.
    pub birth_month: Option<i32>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Joined in this branch.
    pub source_branch: Option<Uuid>,
    /// Linked with LINE, or not.
    pub has_line: Option<bool>,
    /// Agreed to this kind of marketing.
    pub marketing: Option<ConsentKind>,
    /// With one of these tiers.
    #[serde(default)]
    pub tiers: Vec<Uuid>,
    /// Programmes whose base tier is among them.
    #[serde(default)]
    pub base_programmes: Vec<Uuid>,
    /// With one of these tags.
    #[serde(default)]
    pub tags: Vec<Uuid>,
    /// Only members who joined or ordered in one of these branches; none for all.
    pub of_branches: Option<Vec<Uuid>>,
}

/// In which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Latest joined first.
    Joined,
    /// Latest order first.
    LastOrder,
    /// Highest spending first.
    Spent,
}

/// Where a page ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The last member's time in the order of the list.
    pub at: Option<DateTime<Utc>>,
    /// The last member's spending.
    pub spent: i64,
    /// The last member.
    pub id: Uuid,
}

/// Ids of a page of members, in the order of the list.
pub async fn page(
    tx: &mut TenantTx,
    filter: &Filter,
    sort: Sort,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<MemberId>, StoreError> {
    let org = tx.org().as_uuid();
    let search = Search::parse(&filter.text);
    let source = Source::of(&search, filter);
    let mut query = QueryBuilder::new("");
    push_from(&mut query, org, source, "m.member_id");
    conditions(&mut query, org, filter, &search, source);
    let (column, id) = match sort {
        // What is found by a term, a tag or a tier follows the order of its index, which is that of joining.
        Sort::Joined if source.index().is_some() => ("t.joined_at", "t.member_id"),
        Sort::Joined => ("m.joined_at", "m.member_id"),
        Sort::LastOrder => {
            query.push(" AND m.last_order_at IS NOT NULL");
            ("m.last_order_at", "m.member_id")
        }
        Sort::Spent => ("m.spent", "m.member_id"),
    };
    // Few phones begin so: an expression keeps the planner from walking all members in the order of the list.
    let column = match (&search, sort) {
        (Search::PhoneStart(_), Sort::Spent) => format!("({column} + 0)"),
        (Search::PhoneStart(_), _) => format!("({column} + interval '0')"),
        _ => column.to_owned(),
    };
    if let Some(after) = after {
        query.push(format!(" AND ({column}, {id}) < ("));
        match sort {
            Sort::Spent => query.push_bind(after.spent),
            Sort::Joined | Sort::LastOrder => query.push_bind(after.at),
        };
        query.push(", ").push_bind(after.id).push(")");
    }
    query.push(format!(" ORDER BY {column} DESC, {id} DESC LIMIT "));
    query.push_bind(limit);
    // A tag has few members or many, so its list is planned anew for each.
    let query = query.build_query_as().persistent(!source.is_mark());
    let ids: Vec<(Uuid,)> = query.fetch_all(&mut **tx).await?;
    Ok(ids
        .into_iter()
        .map(|(id,)| MemberId::from_uuid(id))
        .collect())
}

/// How many members there are, at most `most`.
pub async fn count(tx: &mut TenantTx, filter: &Filter, most: i64) -> Result<i64, StoreError> {
    let org = tx.org().as_uuid();
    let search = Search::parse(&filter.text);
    if let Some(count) = count_terms(tx, filter, &search, most).await? {
        return Ok(count);
    }
    let source = Source::of(&search, filter);
    let mut query = QueryBuilder::new("SELECT count(*) FROM (");
    if source.is_mark() && source.is_all_of(filter) {
        // Few members were merged or erased, and those left their tags and tiers as they were.
        push_index(&mut query, org, source, "1", "");
        query.push(" AND NOT EXISTS (SELECT 1 FROM members AS gone WHERE gone.org_id = ");
        query.push_bind(org);
        query.push(" AND gone.member_id = t.member_id AND gone.state IN ('merged', 'erased'))");
    } else {
        push_from(&mut query, org, source, "1");
        conditions(&mut query, org, filter, &search, source);
    }
    query.push(" LIMIT ").push_bind(most).push(") AS found");
    let query = query.build_query_as().persistent(!source.is_mark());
    let (count,): (i64,) = query.fetch_one(&mut **tx).await?;
    Ok(count)
}

/// As [`count`], where the terms alone say it: those that exist are of members who exist.
async fn count_terms(
    tx: &mut TenantTx,
    filter: &Filter,
    search: &Search,
    most: i64,
) -> Result<Option<i64>, StoreError> {
    let rest = Filter {
        text: String::new(),
        ..filter.clone()
    };
    let Some(term) = exact_term(search).filter(|_| rest == Filter::default()) else {
        return Ok(None);
    };
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!"
         FROM (
             SELECT 1 FROM member_search_terms WHERE org_id = $1 AND term = $2 LIMIT $3
         ) AS found"#,
        tx.org().as_uuid(),
        term,
        most,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Some(count))
}

/// Whether a member joined or ordered in one of these branches.
pub async fn concerns_branches(
    tx: &mut TenantTx,
    member: MemberId,
    branches: &[Uuid],
) -> Result<bool, StoreError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (
             SELECT 1 FROM members
             WHERE org_id = $1 AND member_id = $2 AND source_branch_id = ANY($3)
             UNION ALL
             SELECT 1 FROM member_orders
             WHERE org_id = $1 AND member_id = $2 AND branch_id = ANY($3)
         ) AS "found!""#,
        tx.org().as_uuid(),
        member.as_uuid(),
        branches,
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// The term, where it is all that is searched for.
fn exact_term(search: &Search) -> Option<&str> {
    match search {
        Search::Name { term, part } if term == part => Some(term),
        Search::PhoneEnd { term, end } if term.ends_with(&format!("l{end}")) => Some(term),
        _ => None,
    }
}

fn conditions(
    query: &mut QueryBuilder<Postgres>,
    org: Uuid,
    filter: &Filter,
    search: &Search,
    source: Source<'_>,
) {
    match search {
        Search::All => {}
        _ if exact_term(search).is_some() => {}
        Search::PhoneStart(start) => {
            query.push(" AND m.phone >= ").push_bind(start.clone());
            query.push(" AND m.phone < ").push_bind(format!("{start}:"));
        }
        Search::PhoneEnd { end, .. } => {
            query.push(" AND right(m.phone, ");
            query.push_bind(i32::try_from(end.len()).unwrap_or(i32::MAX));
            query.push(") = ").push_bind(end.clone());
        }
        Search::Name { part, .. } => {
            query.push(" AND strpos(m.name_key, ");
            query.push_bind(part.clone()).push(") > 0");
        }
    }
    if filter.states.is_empty() {
        query.push(" AND m.state IN ('active', 'blocked', 'prepays')");
    } else {
        let words: Vec<String> = filter
            .states
            .iter()
            .map(|state| state.as_str().to_owned())
            .collect();
        query.push(" AND m.state = ANY(").push_bind(words).push(")");
    }
    let times = [
        (" AND m.joined_at >= ", filter.joined_from),
        (" AND m.joined_at < ", filter.joined_until),
        (" AND m.last_order_at >= ", filter.last_order_from),
    ];
    for (sql, at) in times {
        if let Some(at) = at {
            query.push(sql).push_bind(at);
        }
    }
    if let Some(until) = filter.last_order_until {
        query.push(" AND (m.last_order_at IS NULL OR m.last_order_at < ");
        query.push_bind(until).push(")");
    }
    let numbers = [
        (" AND m.orders >= ", filter.min_orders.map(i64::from)),
        (" AND m.orders <= ", filter.max_orders.map(i64::from)),
        (" AND m.spent >= ", filter.min_spent),
        (" AND m.spent <= ", filter.max_spent),
        (
            " AND extract(month FROM m.birthday) = ",
            filter.birth_month.map(i64::from),
        ),
    ];
    for (sql, number) in numbers {
        if let Some(number) = number {
            query.push(sql).push_bind(number);
        }
    }
    if let Some(gender) = filter.gender {
        query.push(" AND m.gender = ").push_bind(gender.as_str());
    }
    if let Some(branch) = filter.source_branch {
        query.push(" AND m.source_branch_id = ").push_bind(branch);
    }
    if let Some(has_line) = filter.has_line {
        query
            .push(" AND (m.line_user IS NOT NULL) = ")
            .push_bind(has_line);
    }
    match filter.marketing {
        Some(ConsentKind::MarketingLine) => query.push(" AND m.marketing_line"),
        Some(ConsentKind::MarketingSms) => query.push(" AND m.marketing_sms"),
        Some(ConsentKind::MarketingEmail) => query.push(" AND m.marketing_email"),
        Some(ConsentKind::Terms) | None => &mut *query,
    };
    marks(query, org, filter, source);
    if let Some(branches) = &filter.of_branches {
        query
            .push(" AND (m.source_branch_id = ANY(")
            .push_bind(branches.clone());
        query.push(") OR EXISTS (SELECT 1 FROM member_orders AS o WHERE o.org_id = ");
        query.push_bind(org);
        query.push(" AND o.member_id = m.member_id AND o.branch_id = ANY(");
        query.push_bind(branches.clone()).push(")))");
    }
}
