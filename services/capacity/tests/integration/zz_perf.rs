//! tmp
use crate::common::{
    Shop,
    limits::{each_slot, rule},
};
use proto::capacity::v1::LimitMeasure;
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zz_perf() {
    let shop = Shop::open().await;
    shop.set_limits(vec![rule(LimitMeasure::Orders, each_slot(), 100)])
        .await
        .unwrap();
    for i in 0..30 {
        let at = shop.now() + chrono::TimeDelta::minutes(15 * i + 30);
        let _ = shop
            .hold(shop.order_at(&[], &at.format("%FT%TZ").to_string()))
            .await;
    }
    let mut c = shop.db.superuser().await;
    for table in [
        "branches",
        "hours_versions",
        "hours_version_periods",
        "limit_versions",
        "limit_counters",
    ] {
        let cols: Vec<String> = sqlx::query_scalar("SELECT column_name::text FROM information_schema.columns WHERE table_name=$1 AND column_name<>'branch_id' ORDER BY ordinal_position").bind(table).fetch_all(&mut c).await.unwrap();
        let cols = cols.join(",");
        let sql = format!(
            "INSERT INTO {table} (branch_id,{cols}) SELECT b,{} FROM {table} t, (SELECT md5(g::text)::uuid AS b FROM generate_series(1,1999) g) x WHERE t.branch_id='{}'",
            cols.split(',')
                .map(|c| format!("t.{c}"))
                .collect::<Vec<_>>()
                .join(","),
            shop.branch
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(&mut c)
            .await
            .unwrap();
    }
    sqlx::raw_sql("ANALYZE").execute(&mut c).await.unwrap();
    for _ in 0..6 {
        let t = std::time::Instant::now();
        let n = shop.open_statuses(1000).await.len();
        eprintln!("PERF {n} in {:?}", t.elapsed());
    }
}
