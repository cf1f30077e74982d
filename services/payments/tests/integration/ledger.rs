//! The ledger by the database's own rules, and as people read it.

use chassis::{clock::Clock as _, id::BranchId, time};
use chrono::{DateTime, TimeDelta, Utc};
use proto::{
    ordering::v1::PaymentMethod,
    payments::v1::{
        GetLedgerBalancesRequest, LedgerAccount, LedgerPart, LedgerTransaction,
        LedgerTransactionKind as Kind, ListLedgerTransactionsRequest,
        ListLedgerTransactionsResponse, ListOrderLedgerRequest, PayableOrder, RefundCause,
        ledger_service_client::LedgerServiceClient,
    },
};
use sqlx::{AssertSqlSafe, Executor as _};
use testkit::{CallerChannel, identities};

use crate::{
    common::{Shop, of_branch, reason},
    order_events::{completed, until},
};

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

fn ledger(shop: &Shop) -> LedgerServiceClient<CallerChannel> {
    LedgerServiceClient::new(shop.service.channel_as(&shop.owner()))
}

fn of_order(order: &PayableOrder) -> ListOrderLedgerRequest {
    ListOrderLedgerRequest {
        order_id: order.order_id.clone(),
    }
}

async fn booked(shop: &Shop, order: &PayableOrder) -> Vec<LedgerTransaction> {
    let found = ledger(shop).list_order_ledger(of_order(order)).await;
    found.unwrap().into_inner().transactions
}

fn parts(parts: &[LedgerPart]) -> Vec<(LedgerAccount, i64)> {
    parts
        .iter()
        .map(|part| (part.account(), part.amount))
        .collect()
}

async fn pay(shop: &Shop, key: &str, amount: i64) -> PayableOrder {
    let order = shop.order(amount);
    let reference = shop.pay(key, &order).await;
    shop.captured(&reference, amount).await;
    order
}

async fn add_up_days(shop: &Shop) {
    let db = shop.service.context().db.clone();
    payments::jobs::add_up_ledger_days(db)
        .run_once()
        .await
        .unwrap();
}

/// Books 7 that a provider had taken at `at` and that became known only now.
async fn book_late(shop: &Shop, at: DateTime<Utc>) {
    let mut superuser = shop.service.db().superuser().await;
    let sql = format!(
        "BEGIN;
         INSERT INTO ledger_transactions (
             org_id, transaction_id, source, kind, brand_id, branch_id, business_day, test,
             occurred_at, booked_at
         )
         VALUES (
             '{org}', '00000000-0000-0000-0000-000000000002', 'late', 'correction', '{brand}',
             '{branch}', '2026-09-02', false, '{at}', now()
         );
         INSERT INTO ledger_entries (org_id, transaction_id, line, account, currency, amount)
         SELECT org_id, transaction_id, line, account, 'TWD', amount
         FROM ledger_transactions,
              (VALUES (1, 'clearing', 7), (2, 'customer', -7)) AS entry (line, account, amount)
         WHERE source = 'late';
         INSERT INTO ledger_pending_totals
         SELECT org_id, transaction_id FROM ledger_transactions WHERE source = 'late';
         COMMIT;",
        org = shop.org,
        brand = shop.brand,
        branch = shop.branch,
        at = at.to_rfc3339(),
    );
    superuser.execute(AssertSqlSafe(sql)).await.unwrap();
}

/// Balances of the shop's brand at an instant.
async fn balances(shop: &Shop, at: DateTime<Utc>) -> Vec<(LedgerAccount, i64)> {
    let request = GetLedgerBalancesRequest {
        brand_id: shop.brand.to_string(),
        branch_id: String::new(),
        at: Some(time::to_wire(at)),
    };
    let found = ledger(shop).get_ledger_balances(request).await.unwrap();
    let balances = found.into_inner().balances;
    assert!(balances.iter().all(|balance| balance.currency == "TWD"));
    balances
        .iter()
        .map(|balance| (balance.account(), balance.amount))
        .collect()
}

fn today(shop: &Shop) -> ListLedgerTransactionsRequest {
    let now = shop.service.clock().now();
    ListLedgerTransactionsRequest {
        brand_id: shop.brand.to_string(),
        from: Some(time::to_wire(now - TimeDelta::days(1))),
        until: Some(time::to_wire(now + TimeDelta::seconds(1))),
        ..Default::default()
    }
}

async fn list(
    shop: &Shop,
    request: ListLedgerTransactionsRequest,
) -> ListLedgerTransactionsResponse {
    let found = ledger(shop).list_ledger_transactions(request).await;
    found.unwrap().into_inner()
}

#[tokio::test]
async fn an_order_shows_where_its_money_came_from_and_went_to() {
    let shop = Shop::open().await;
    let order = pay(&shop, "k", 165).await;
    shop.advance(TimeDelta::seconds(1));
    shop.close(&order).await;
    shop.until(&order, |payment| payment.refunded == 165).await;
    let found = booked(&shop, &order).await;
    let [captured, refunded] = found.as_slice() else {
        panic!("a capture and a refund: {found:?}")
    };
    assert_eq!(captured.kind(), Kind::Capture);
    assert_eq!(captured.order_number, order.order_number);
    assert_eq!(captured.amount, 165);
    assert_eq!(parts(&captured.sources), [(LedgerAccount::Customer, 165)]);
    assert_eq!(parts(&captured.targets), [(LedgerAccount::Clearing, 165)]);
    let attempt = captured.attempt.as_ref().unwrap();
    assert_eq!(
        (attempt.number, &attempt.method_name),
        (1, &shop.method.name)
    );
    assert_eq!(captured.refund, None);

    assert_eq!(refunded.kind(), Kind::Refund);
    assert_eq!(parts(&refunded.sources), [(LedgerAccount::Clearing, 165)]);
    assert_eq!(parts(&refunded.targets), [(LedgerAccount::Customer, 165)]);
    let cause = refunded.refund.as_ref().unwrap().cause();
    assert_eq!(cause, RefundCause::OrderEnded);
    assert_eq!(refunded.attempt, captured.attempt);
}

#[tokio::test]
async fn an_order_that_was_paid_on_site_is_named_by_its_number() {
    let shop = Shop::open().await;
    let order = shop.order(165);
    let nothing = ledger(&shop).list_order_ledger(of_order(&order)).await;
    assert_eq!(reason(nothing), "NOT_FOUND");
    let step = completed(4, 165, PaymentMethod::OnSite);
    until(&shop, &order, step, async || {
        shop.balance("revenue").await != 0
    })
    .await;
    let found = booked(&shop, &order).await;
    assert_eq!(found.len(), 2);
    let of_kind = |kind| found.iter().find(|found| found.kind() == kind).unwrap();
    assert_eq!(of_kind(Kind::CashReceived).order_number, order.order_number);
    let sold = of_kind(Kind::Completion);
    assert_eq!(sold.order_number, order.order_number);
    assert_eq!(
        parts(&sold.sources),
        [(LedgerAccount::Revenue, 157), (LedgerAccount::Tax, 8)]
    );
    assert_eq!(parts(&sold.targets), [(LedgerAccount::Customer, 165)]);
}

#[tokio::test]
async fn balances_are_those_of_the_instant() {
    let shop = Shop::open().await;
    let before = shop.service.clock().now();
    shop.advance(TimeDelta::hours(1));
    let first = pay(&shop, "one", 165).await;
    pay(&shop, "two", 35).await;
    let paid = shop.service.clock().now();
    shop.advance(TimeDelta::hours(1));
    shop.close(&first).await;
    shop.until(&first, |payment| payment.refunded == 165).await;
    let now = shop.service.clock().now();

    assert_eq!(balances(&shop, before).await, []);
    let all = [
        (LedgerAccount::Clearing, 200),
        (LedgerAccount::Customer, -200),
    ];
    assert_eq!(balances(&shop, paid).await, all);
    let kept = [
        (LedgerAccount::Clearing, 35),
        (LedgerAccount::Customer, -35),
    ];
    assert_eq!(balances(&shop, now).await, kept);

    let future = GetLedgerBalancesRequest {
        brand_id: shop.brand.to_string(),
        branch_id: String::new(),
        at: Some(time::to_wire(now + TimeDelta::seconds(1))),
    };
    let refused = ledger(&shop).get_ledger_balances(future).await;
    assert_eq!(reason(refused), "IN_THE_FUTURE");
}

#[tokio::test]
async fn balances_are_exact_before_and_after_days_are_added_up() {
    let shop = Shop::open().await;
    let began = shop.service.clock().now();
    let mut orders = Vec::new();
    for day in 0..4 {
        orders.push(pay(&shop, &format!("day{day}"), 100 + day).await);
        shop.advance(TimeDelta::hours(20));
    }
    // Late: it is booked now and belongs to the first day.
    book_late(&shop, began + TimeDelta::minutes(1)).await;
    let hours: Vec<_> = (0..90).map(|hour| began + TimeDelta::hours(hour)).collect();
    let mut pending = Vec::new();
    for at in hours
        .iter()
        .take_while(|at| **at <= shop.service.clock().now())
    {
        pending.push(balances(&shop, *at).await);
    }
    assert_eq!(
        pending[1],
        [
            (LedgerAccount::Clearing, 107),
            (LedgerAccount::Customer, -107)
        ]
    );
    add_up_days(&shop).await;
    let waiting = "SELECT count(*) FROM ledger_pending_totals";
    assert_eq!(shop.count(waiting).await, 0);
    for (at, expected) in hours.iter().zip(&pending) {
        assert_eq!(&balances(&shop, *at).await, expected, "{at}");
    }
    shop.close(&orders[0]).await;
    shop.until(&orders[0], |payment| payment.refunded == 100)
        .await;
    let now = balances(&shop, shop.service.clock().now()).await;
    add_up_days(&shop).await;
    assert_eq!(balances(&shop, shop.service.clock().now()).await, now);
    assert_eq!(now[0], (LedgerAccount::Clearing, 313));
}

#[tokio::test]
async fn test_orders_are_listed_when_asked_for_and_count_in_no_balance() {
    let shop = Shop::open().await;
    let order = PayableOrder {
        test: true,
        ..shop.order(165)
    };
    let reference = shop.pay("k", &order).await;
    shop.captured(&reference, 165).await;
    assert_eq!(balances(&shop, shop.service.clock().now()).await, []);
    assert_eq!(list(&shop, today(&shop)).await.transactions, []);
    let request = ListLedgerTransactionsRequest {
        tests: true,
        ..today(&shop)
    };
    let found = list(&shop, request).await.transactions;
    assert!(found.len() == 1 && found[0].test, "{found:?}");
}

#[tokio::test]
async fn transactions_are_listed_by_account_and_period_a_page_at_a_time() {
    let shop = Shop::open().await;
    for number in 0..21 {
        pay(&shop, &format!("k{number}"), 100 + number).await;
        shop.advance(TimeDelta::seconds(1));
    }
    let first = ListLedgerTransactionsRequest {
        page_size: 20,
        account: LedgerAccount::Clearing.into(),
        ..today(&shop)
    };
    let page = list(&shop, first.clone()).await;
    let amounts: Vec<_> = page.transactions.iter().map(|found| found.amount).collect();
    assert_eq!(amounts, (101..=120).rev().collect::<Vec<_>>());
    let second = ListLedgerTransactionsRequest {
        page_token: page.next_page_token.unwrap(),
        ..first.clone()
    };
    let page = list(&shop, second).await;
    assert_eq!(
        (page.transactions.len(), page.transactions[0].amount),
        (1, 100)
    );
    assert_eq!(page.next_page_token, None);

    let cash = ListLedgerTransactionsRequest {
        account: LedgerAccount::Cash.into(),
        ..first.clone()
    };
    assert_eq!(list(&shop, cash).await.transactions, []);
    let later = ListLedgerTransactionsRequest {
        from: first.until,
        until: first.until.map(|until| prost_types::Timestamp {
            seconds: until.seconds + 60,
            ..until
        }),
        ..first.clone()
    };
    assert_eq!(list(&shop, later).await.transactions, []);
    let whole_year = first.until.map(|until| prost_types::Timestamp {
        seconds: until.seconds - 367 * 86_400,
        ..until
    });
    for from in [first.until, whole_year] {
        let request = ListLedgerTransactionsRequest {
            from,
            ..first.clone()
        };
        let refused = ledger(&shop).list_ledger_transactions(request).await;
        assert_eq!(reason(refused), "PERIOD_INVALID");
    }
}

#[tokio::test]
async fn the_ledger_is_read_within_the_scope_and_the_organisation() {
    let shop = Shop::open().await;
    let order = pay(&shop, "k", 165).await;
    let other = BranchId::new(shop.service.clock());
    let as_caller = |identity| LedgerServiceClient::new(shop.service.channel_as(&identity));

    let own = || of_branch(shop.owner(), shop.branch);
    let of_own = ListLedgerTransactionsRequest {
        branch_id: shop.branch.to_string(),
        ..today(&shop)
    };
    let found = as_caller(own())
        .list_ledger_transactions(of_own.clone())
        .await;
    assert_eq!(found.unwrap().into_inner().transactions.len(), 1);
    let whole = as_caller(own())
        .list_ledger_transactions(today(&shop))
        .await;
    assert_eq!(reason(whole), "OUT_OF_SCOPE");

    let elsewhere = || of_branch(shop.owner(), other);
    let refused = as_caller(elsewhere())
        .list_order_ledger(of_order(&order))
        .await;
    assert_eq!(reason(refused), "OUT_OF_SCOPE");
    let refused = as_caller(elsewhere())
        .list_ledger_transactions(of_own.clone())
        .await;
    assert_eq!(reason(refused), "OUT_OF_SCOPE");
    let unknown = ListLedgerTransactionsRequest {
        branch_id: other.to_string(),
        ..today(&shop)
    };
    let refused = ledger(&shop).list_ledger_transactions(unknown).await;
    assert_eq!(reason(refused), "NOT_FOUND");

    let stranger = || identities::owner(testkit::organisation());
    let refused = as_caller(stranger())
        .list_order_ledger(of_order(&order))
        .await;
    assert_eq!(reason(refused), "NOT_FOUND");
    let refused = as_caller(stranger()).list_ledger_transactions(of_own).await;
    assert_eq!(reason(refused), "NOT_FOUND");
}
