//! Members that are written as the service writes them, with orders, points and tiers, by SQL.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use prost::Message as _;
use proto::membership::v1::TierRules;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use uuid::Uuid;

use super::{connect, slug};
use crate::{
    demo::{members::join, points},
    endpoints::Endpoints,
    infra::wait_until,
    shop::Shop,
};

/// Members of one statement.
const CHUNK: i64 = 100_000;
const LIMIT: Duration = Duration::from_secs(30);

/// Programme and the tier above the base one.
struct Silver {
    programme: Uuid,
    tier: Uuid,
}

/// Writes them; two more join by themselves and are compared with what is written.
pub async fn write(endpoints: &Endpoints, shop: &Shop, members: i64) -> anyhow::Result<()> {
    let mut database = connect(endpoints, "membership").await?;
    let org = shop.organisation_id.as_uuid();
    sqlx::raw_sql(TERMS).execute(&mut database).await?;
    points::set_up(&shop.owner).await?;
    let silver = silver(&mut database, org).await?;
    joined(endpoints, shop, &mut database, org).await?;

    let branch: Uuid = shop.branch_id.parse()?;
    let brand: Uuid = shop.brand_id.parse()?;
    for first in (1..=members).step_by(usize::try_from(CHUNK)?) {
        let last = (first + CHUNK - 1).min(members);
        sqlx::query(MEMBERS)
            .bind(org)
            .bind(branch)
            .bind(first)
            .bind(last)
            .execute(&mut database)
            .await?;
    }
    let mut tx = database.begin().await?;
    for sql in [CONSENTS, INDEX] {
        sqlx::query(sql).bind(org).execute(&mut *tx).await?;
    }
    sqlx::raw_sql(BOUGHT).execute(&mut *tx).await?;
    sqlx::query(BUY).bind(org).execute(&mut *tx).await?;
    for sql in [ORDERS, COMPLETED] {
        let query = sqlx::query(sql).bind(org).bind(brand).bind(branch);
        query.execute(&mut *tx).await?;
    }
    tx.commit().await?;

    let mut tx = database.begin().await?;
    sqlx::raw_sql(POINTED).execute(&mut *tx).await?;
    for (sql, table) in [
        (POINT, "pointed"),
        (ACCOUNTS, "point_accounts"),
        (LOTS, "point_lots"),
        (ENTRIES, "point_entries"),
        (CHANGES, "point_lot_changes"),
    ] {
        sqlx::query(sql).bind(org).execute(&mut *tx).await?;
        // The triggers of the next table look into this one, for which an empty table's plan is a bad one.
        let analyze = AssertSqlSafe(format!("ANALYZE {table}"));
        sqlx::query(analyze).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    sqlx::query(TIERS)
        .bind(org)
        .bind(silver.programme)
        .bind(silver.tier)
        .execute(&mut database)
        .await?;
    Ok(())
}

/// The second tier, once the programme has taken effect.
async fn silver(database: &mut PgConnection, org: Uuid) -> anyhow::Result<Silver> {
    let mut found = None;
    wait_until("the programme of tiers", LIMIT, async || {
        let rules = sqlx::query_as::<_, (Uuid, Vec<u8>)>(
            "SELECT programme_id, rules FROM tier_programme_versions
             WHERE org_id = $1 AND applied_at IS NOT NULL",
        );
        found = rules
            .bind(org)
            .fetch_optional(&mut *database)
            .await
            .ok()
            .flatten();
        found.is_some()
    })
    .await?;
    let (programme, rules) = found.context("no programme of tiers")?;
    let rules = TierRules::decode(rules.as_slice())?;
    let tier = rules.tiers.get(1).context("one tier alone")?;
    Ok(Silver {
        programme,
        tier: tier.tier_id.parse()?,
    })
}

/// Two members join as customers do; the generator makes the same terms of them as the service did.
async fn joined(
    endpoints: &Endpoints,
    shop: &Shop,
    database: &mut PgConnection,
    org: Uuid,
) -> anyhow::Result<()> {
    for (name, phone) in [("王小明", "0970999001"), ("歐陽美美", "0970999002")] {
        let person = (name, phone, "1990-04-12", "female", false);
        join(endpoints, &slug(shop), &person).await?;
    }
    let others: Vec<String> = sqlx::query_scalar(
        "SELECT coalesce(made.term, kept.term)
         FROM (
             SELECT member_id, term
             FROM members, pg_temp.search_terms(name_key, phone) AS term
             WHERE org_id = $1
         ) AS made
         FULL JOIN (
             SELECT member_id, term FROM member_search_terms WHERE org_id = $1
         ) AS kept USING (member_id, term)
         WHERE made.term IS NULL OR kept.term IS NULL",
    )
    .bind(org)
    .fetch_all(database)
    .await?;
    ensure!(
        others.is_empty(),
        "the service makes other terms than the generator: {others:?}"
    );
    Ok(())
}

/// What `search::terms` of the service makes of a folded name and a phone.
const TERMS: &str = "
    CREATE FUNCTION pg_temp.search_terms(name_key text, phone text) RETURNS SETOF text
    LANGUAGE sql IMMUTABLE AS $$
        SELECT substr(name_key, start, length)
        FROM generate_series(1, 3) AS length, generate_series(1, char_length(name_key) - length + 1) AS start
        WHERE btrim(substr(name_key, start, length)) <> ''
        UNION
        SELECT '#tel' || right(phone, 3) WHERE phone IS NOT NULL
    $$";

/// Members of the last three years. Surnames are as frequent as they are, names have three characters, a fifth has
/// ordered, and no phone is drawn twice.
const MEMBERS: &str = "
    INSERT INTO members (
        org_id, member_id, version, state, name, name_key, phone, phone_verified, email, email_key, birthday,
        birthday_set_at, gender, line_user, marketing_line, marketing_sms, marketing_email, joined_at, source,
        source_branch_id, orders, spent, last_order_at
    )
    SELECT
        $1, pg_temp.id_at(joined_at), 1,
        CASE WHEN luck < 0.005 THEN 'blocked' WHEN luck < 0.01 THEN 'prepays' ELSE 'active' END,
        name, name, '+8869' || lpad((n * 48271 % 70000000)::text, 8, '0'), true, email, email,
        birthday, CASE WHEN birthday IS NOT NULL THEN joined_at END,
        (ARRAY['male', 'female', 'not_given'])[1 + n % 3],
        CASE WHEN n % 10 < 3 THEN 'U' || md5($1::text || n) END,
        n % 4 = 0, n % 5 = 0, n % 20 = 0, joined_at,
        (ARRAY['storefront', 'qr', 'counter'])[1 + n % 3],
        CASE WHEN n % 2 = 0 THEN $2 END, orders, orders * (900 + n % 10 * 20),
        CASE WHEN orders > 0 THEN joined_at + random() * (now() - joined_at) END
    FROM (
        SELECT
            n, random() AS luck,
            now() - random() * INTERVAL '3 years' AS joined_at,
            substr('陳陳陳陳陳林林林林黃黃黃張張張李李李王王吳吳劉蔡楊許鄭謝洪郭邱曾廖賴徐周葉蘇莊呂', 1 + floor(random() * 40)::integer, 1)
                || substr(given, 1 + floor(random() * 38)::integer, 1)
                || substr(given, 1 + floor(random() * 38)::integer, 1) AS name,
            CASE WHEN n % 5 = 0 THEN 'm' || n || '@example.com' END AS email,
            CASE WHEN n % 5 < 3 THEN DATE '1950-01-01' + floor(random() * 20000)::integer END AS birthday,
            CASE n % 10 WHEN 0 THEN 2 WHEN 5 THEN 4 ELSE 0 END AS orders
        FROM generate_series($3::bigint, $4::bigint) AS n,
            (SELECT '明志家豪俊傑冠宇建宏雅婷怡君淑芬美玲佳穎詩涵欣宗翰承恩品妍子晴柏彥廷心瑜哲思' AS given) AS characters
    ) AS drawn";

const CONSENTS: &str = "
    INSERT INTO member_consents (org_id, member_id, consent_id, kind, agreed, text_version, source, at)
    SELECT org_id, member_id, pg_temp.id_at(joined_at), 'terms', true, '2026-12', 'storefront', joined_at
    FROM members
    WHERE org_id = $1";

/// The two who joined have theirs.
const INDEX: &str = "
    INSERT INTO member_search_terms (org_id, term, joined_at, member_id)
    SELECT org_id, term, joined_at, member_id
    FROM members, pg_temp.search_terms(name_key, phone) AS term
    WHERE org_id = $1
    ORDER BY term, joined_at, member_id
    ON CONFLICT DO NOTHING";

const BOUGHT: &str = "
    CREATE TEMPORARY TABLE bought (order_id uuid, member_id uuid, at timestamptz, total bigint) ON COMMIT DROP";

/// Orders five days apart, the last one when the member says.
const BUY: &str = "
    INSERT INTO bought
    SELECT pg_temp.id_at(at), member_id, at, spent / orders
    FROM members, generate_series(1, orders) AS number,
        LATERAL (SELECT last_order_at - (number - 1) * INTERVAL '5 days' AS at) AS bought
    WHERE org_id = $1";

const ORDERS: &str = "
    INSERT INTO member_orders (
        org_id, order_id, member_id, brand_id, branch_id, version, state, order_number, total, placed_at, weekday,
        items
    )
    SELECT
        $1, order_id, member_id, $2, $3, 5, 'completed', 'T35TQ', total, at, extract(isodow FROM at),
        '[{\"product\": \"紅玉紅茶\", \"quantity\": 2, \"options\": []}]'
    FROM bought";

const COMPLETED: &str = "
    INSERT INTO completed_orders (
        org_id, order_id, member_id, brand_id, branch_id, order_number, version, completed, completed_at, goods,
        goods_left, programme_version, base, factor_bp, earned
    )
    SELECT $1, order_id, member_id, $2, $3, 'T35TQ', 5, true, at, total, total, 0, 0, 10000, 0
    FROM bought";

const POINTED: &str = "
    CREATE TEMPORARY TABLE pointed (
        programme_id uuid, version bigint, member_id uuid, lot_id uuid, entry_id uuid, points integer
    ) ON COMMIT DROP";

/// Those who ordered twice have points.
const POINT: &str = "
    INSERT INTO pointed
    SELECT programme_id, programme.version, member_id, pg_temp.id_at(now()), pg_temp.id_at(now()), 20
    FROM members
    JOIN points_programmes AS programme USING (org_id)
    WHERE org_id = $1 AND orders = 2";

const ACCOUNTS: &str = "
    INSERT INTO point_accounts (org_id, member_id, programme_id)
    SELECT $1, member_id, programme_id FROM pointed";

const LOTS: &str = "
    INSERT INTO point_lots (org_id, lot_id, member_id, programme_id, credited, credited_at, expires_at)
    SELECT $1, lot_id, member_id, programme_id, points, now(), now() + INTERVAL '400 days' FROM pointed";

const ENTRIES: &str = "
    INSERT INTO point_entries (
        org_id, entry_id, member_id, programme_id, seq, kind, points, pending, debt, balance, at, order_number,
        programme_version, explanation, params, reason, source
    )
    SELECT
        $1, entry_id, member_id, programme_id, 0, 'bonus', points, 0, 0, 0, now(), '', version, 'join',
        jsonb_build_object('points', points::text), '', 'join'
    FROM pointed";

const CHANGES: &str = "
    INSERT INTO point_lot_changes (org_id, entry_id, lot_id, points)
    SELECT $1, entry_id, lot_id, points FROM pointed";

/// Everybody has been silver for a year and is judged soon.
const TIERS: &str = "
    INSERT INTO member_tiers (
        org_id, programme_id, member_id, tier_id, since, valid_until, cause, due_at
    )
    SELECT
        org_id, $2, member_id, $3, now() - INTERVAL '360 days', now() + INTERVAL '5 days', 'reached',
        now() + INTERVAL '6 days'
    FROM members
    WHERE org_id = $1
    ON CONFLICT DO NOTHING";
