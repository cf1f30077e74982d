//! The ledger by the database's own rules.

use sqlx::{AssertSqlSafe, Executor as _};

use crate::common::Shop;

const TRANSACTION: &str = "INSERT INTO ledger_transactions (
        org_id, transaction_id, source, kind, brand_id, branch_id, business_day, test,
        occurred_at, booked_at
    )
    VALUES (
        gen_random_uuid(), '00000000-0000-0000-0000-000000000001', 's', 'correction',
        gen_random_uuid(), gen_random_uuid(), '2026-09-02', false, now(), now()
    );";

fn entry(line: i16, account: &str, amount: i64) -> String {
    format!(
        "INSERT INTO ledger_entries
         SELECT org_id, transaction_id, {line}, '{account}', 'TWD', {amount}
         FROM ledger_transactions WHERE source = 's';"
    )
}

#[tokio::test]
async fn a_transaction_that_does_not_balance_is_refused() {
    let shop = Shop::open().await;
    let cases = [
        (vec![], false),
        (vec![entry(1, "cash", 10)], false),
        (vec![entry(1, "cash", 10), entry(2, "customer", -9)], false),
        (vec![entry(1, "cash", 10), entry(2, "customer", -10)], true),
    ];
    for (entries, fine) in cases {
        let mut superuser = shop.service.db().superuser().await;
        let sql = format!("BEGIN; {TRANSACTION} {} COMMIT;", entries.concat());
        let done = superuser.execute(AssertSqlSafe(sql)).await;
        assert_eq!(done.is_ok(), fine, "{entries:?}");
    }
    let mut superuser = shop.service.db().superuser().await;
    for sql in [
        "UPDATE ledger_entries SET amount = 11 WHERE amount = 10",
        "DELETE FROM ledger_entries",
        "DELETE FROM ledger_transactions",
        "TRUNCATE ledger_entries",
    ] {
        assert!(superuser.execute(sql).await.is_err(), "{sql}");
    }
    assert_eq!(shop.count("SELECT count(*) FROM ledger_entries").await, 2);
}
