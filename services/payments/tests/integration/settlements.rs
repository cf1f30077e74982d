//! Settlement files: imported once, matched to the ten-thousandth, decided by people, booked in balance.

use std::collections::BTreeMap;

use chassis::{
    authn::{Identity, Level, Scope},
    clock::Clock as _,
    id::BranchId,
};
use chrono::TimeDelta;
use proto::payments::v1::{
    BrandPaymentMethod, DifferenceCause, GetSettlementRequest, GetSettlementResponse,
    ImportSettlementRequest, ImportSettlementResponse, ListSettlementsRequest,
    ListUnsettledRequest, ListUnsettledResponse, MatchSettlementRequest, PayableOrder,
    RequestRefundRequest, ResolveRowRequest, RowDecision, Settlement, SettlementMapping,
    SettlementOutcome, SettlementRow, SettlementRowKind,
    settlement_service_client::SettlementServiceClient,
};
use testkit::{CallerChannel, identities};
use tonic::Status;

use crate::common::{Shop, of_branch, reason};

const HEADER: &str = "訂單編號,交易金額,手續費";

fn settlements(shop: &Shop, identity: &Identity) -> SettlementServiceClient<CallerChannel> {
    SettlementServiceClient::new(shop.service.channel_as(identity))
}

fn request(shop: &Shop, text: &str) -> ImportSettlementRequest {
    let today = (shop.service.clock().now() + TimeDelta::hours(8)).date_naive();
    ImportSettlementRequest {
        account_id: shop.account.account_id.clone(),
        content: text.to_owned().into(),
        file_name: "撥款.csv".to_owned(),
        paid_on: today.to_string(),
        mapping: None,
        dry_run: false,
    }
}

/// Imports rows under [`HEADER`].
async fn import(shop: &Shop, rows: &str) -> ImportSettlementResponse {
    let request = request(shop, &format!("{HEADER}\n{rows}"));
    let mut client = settlements(shop, &shop.owner());
    client
        .import_settlement(request)
        .await
        .unwrap()
        .into_inner()
}

async fn get(shop: &Shop, settlement: &Settlement) -> GetSettlementResponse {
    let request = GetSettlementRequest {
        settlement_id: settlement.settlement_id.clone(),
        ..Default::default()
    };
    let mut client = settlements(shop, &shop.owner());
    client.get_settlement(request).await.unwrap().into_inner()
}

async fn resolve(
    shop: &Shop,
    settlement: &Settlement,
    line: i32,
    decision: RowDecision,
    branch: &str,
) -> Result<SettlementRow, Status> {
    let request = ResolveRowRequest {
        settlement_id: settlement.settlement_id.clone(),
        line,
        decision: decision.into(),
        note: "已向金流確認".to_owned(),
        branch_id: branch.to_owned(),
    };
    let answer = settlements(shop, &shop.owner())
        .resolve_row(request)
        .await?;
    Ok(answer.into_inner().row.unwrap())
}

async fn unsettled(shop: &Shop, overdue: bool) -> ListUnsettledResponse {
    let request = ListUnsettledRequest {
        brand_id: shop.brand.to_string(),
        overdue,
        ..Default::default()
    };
    let mut client = settlements(shop, &shop.owner());
    client.list_unsettled(request).await.unwrap().into_inner()
}

/// A shop whose card payments cost 2.75 %.
async fn shop() -> Shop {
    let mut shop = Shop::open().await;
    let method = BrandPaymentMethod {
        fee_basis_points: 275,
        ..shop.card()
    };
    shop.method = shop.save_method("fee", method).await;
    shop
}

/// Orders of `totals`, captured, with their references.
async fn paid<const N: usize>(shop: &Shop, totals: [i64; N]) -> [(PayableOrder, String); N] {
    let mut paid = Vec::new();
    for (index, total) in totals.into_iter().enumerate() {
        let order = shop.order(total);
        let reference = shop.pay(&format!("pay-{index}"), &order).await;
        shop.captured(&reference, total).await;
        paid.push((order, reference));
    }
    paid.try_into().unwrap()
}

async fn refund(shop: &Shop, order: &PayableOrder, amount: i64) {
    let request = RequestRefundRequest {
        idempotency_key: format!("refund-{amount}"),
        order_id: order.order_id.clone(),
        amount,
        reason: "客人要求".to_owned(),
        ..RequestRefundRequest::default()
    };
    shop.ordering().request_refund(request).await.unwrap();
    shop.until(order, |payment| payment.refunded == amount)
        .await;
}

/// The ledger's balances of all accounts that a settlement changes.
async fn balances(shop: &Shop) -> [i64; 4] {
    let mut found = [0; 4];
    for (account, balance) in ["bank", "fees", "rounding", "clearing"]
        .iter()
        .zip(&mut found)
    {
        *balance = shop.balance(account).await;
    }
    found
}

fn booked(settlement: &Settlement) -> [i64; 4] {
    let booked = settlement.booked.unwrap();
    [booked.bank, booked.fees, booked.rounding, booked.clearing]
}

fn causes(rows: &[SettlementRow]) -> Vec<(i32, SettlementOutcome, DifferenceCause)> {
    let rows = rows.iter();
    rows.map(|row| (row.line, row.outcome(), row.cause()))
        .collect()
}

const MATCHED: (SettlementOutcome, DifferenceCause) =
    (SettlementOutcome::Matched, DifferenceCause::Unspecified);

const fn differs(cause: DifferenceCause) -> (SettlementOutcome, DifferenceCause) {
    (SettlementOutcome::Difference, cause)
}

fn with_lines<const N: usize>(
    found: [(SettlementOutcome, DifferenceCause); N],
) -> Vec<(i32, SettlementOutcome, DifferenceCause)> {
    let lines = (2..).zip(found);
    lines
        .map(|(line, (outcome, cause))| (line, outcome, cause))
        .collect()
}

#[tokio::test]
async fn fees_are_exact_in_the_rows_and_rounded_once_in_the_ledger() {
    let shop = shop().await;
    let [one, two, three] = paid(&shop, [165, 165, 165]).await;
    let rows = [&one.1, &two.1, &three.1].map(|reference| format!("{reference},165,4.5375\n"));
    let imported = import(&shop, &rows.concat()).await;
    let settlement = imported.settlement.unwrap();
    let sums = settlement.sums.unwrap();
    assert_eq!(
        (sums.amount_e4, sums.fee_e4, sums.net_e4),
        (4_950_000, 136_125, 4_813_875)
    );
    assert_eq!(booked(&settlement), [481, 14, 0, -495]);
    assert_eq!(balances(&shop).await, [481, 14, 0, 0]);
    let found = get(&shop, &settlement).await;
    assert_eq!(causes(&found.rows), with_lines([MATCHED; 3]));
    assert_eq!(found.rows[0].order_id(), one.0.order_id);
    assert_eq!(found.found_sums.unwrap(), sums);
}

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    let shop = shop().await;
    let [(_, reference)] = paid(&shop, [165]).await;
    let rows = format!("{reference},165,4.5\n");
    let first = import(&shop, &rows).await;
    assert!(!first.repeated);
    let before = balances(&shop).await;
    assert_eq!(before, [161, 5, -1, 0]);
    let again = import(&shop, &rows).await;
    assert!(again.repeated);
    assert_eq!(again.settlement, first.settlement);
    assert_eq!(balances(&shop).await, before);
    assert_eq!(shop.count("SELECT count(*) FROM settlement_rows").await, 1);
}

#[tokio::test]
async fn imports_at_once_pay_a_capture_out_once() {
    let shop = shop().await;
    let [(_, reference)] = paid(&shop, [165]).await;
    let same = format!("{reference},165,4.5375\n");
    let other = format!("{reference},165,4.5375\n合計,165,4.5375\n");
    let (one, two, three) = tokio::join!(
        import(&shop, &same),
        import(&shop, &same),
        import(&shop, &other)
    );
    assert_ne!(one.repeated, two.repeated);
    assert_eq!(
        one.settlement.unwrap().settlement_id,
        two.settlement.unwrap().settlement_id
    );
    assert!(!three.repeated);
    assert_eq!(balances(&shop).await, [160, 5, 0, 0]);
    let duplicates =
        "SELECT count(*) FROM settlement_rows WHERE cause = 'duplicate' AND NOT booked";
    assert_eq!(shop.count(duplicates).await, 1);
}

#[tokio::test]
async fn a_dry_run_and_a_file_with_a_bad_row_write_nothing() {
    let shop = shop().await;
    let [(_, reference)] = paid(&shop, [165]).await;
    let dry = ImportSettlementRequest {
        dry_run: true,
        ..request(&shop, &format!("{HEADER}\n{reference},165,4.5375\n"))
    };
    let mut client = settlements(&shop, &shop.owner());
    let read = client.import_settlement(dry).await.unwrap().into_inner();
    assert_eq!(read.columns, ["訂單編號", "交易金額", "手續費"]);
    assert_eq!((read.row_count, read.settlement), (1, None));

    let bad = import(&shop, &format!("{reference},165,4.5375\nX,abc,0\n")).await;
    assert_eq!((bad.settlement, bad.problem_count), (None, 1));
    let problem = &bad.problems[0];
    assert_eq!(
        (
            problem.line,
            problem.column.as_str(),
            problem.reason.as_str()
        ),
        (3, "交易金額", "VALIDATION_FAILED")
    );
    for table in ["settlements", "settlement_rows", "settlement_mappings"] {
        let sql = match table {
            "settlements" => "SELECT count(*) FROM settlements",
            "settlement_rows" => "SELECT count(*) FROM settlement_rows",
            _ => "SELECT count(*) FROM settlement_mappings",
        };
        assert_eq!(shop.count(sql).await, 0, "{table}");
    }
    assert_eq!(balances(&shop).await, [0, 0, 0, 165]);
}

#[tokio::test]
async fn columns_that_staff_chose_are_remembered_by_the_account() {
    let shop = shop().await;
    let [one, two] = paid(&shop, [165, 100]).await;
    let text = |reference: &str, amount: i64| format!("甲,乙\n{reference},{amount}\n");
    let mut client = settlements(&shop, &shop.owner());
    let unknown = request(&shop, &text(&one.1, 165));
    let asks = client.import_settlement(unknown.clone()).await.unwrap();
    let asks = asks.into_inner();
    assert_eq!((asks.mapping, asks.settlement), (None, None));
    assert_eq!(asks.columns, ["甲", "乙"]);
    let mapping = SettlementMapping {
        reference: "甲".to_owned(),
        amount: "乙".to_owned(),
        ..Default::default()
    };
    let chosen = ImportSettlementRequest {
        mapping: Some(mapping.clone()),
        ..unknown
    };
    client.import_settlement(chosen).await.unwrap();
    let next = client.import_settlement(request(&shop, &text(&two.1, 100)));
    let next = next.await.unwrap().into_inner();
    assert_eq!(next.mapping, Some(mapping));
    assert_eq!(next.settlement.unwrap().row_count, 1);
    let incomplete = ImportSettlementRequest {
        mapping: Some(SettlementMapping::default()),
        ..request(&shop, "x")
    };
    let refused = client.import_settlement(incomplete).await;
    assert_eq!(reason(refused), "VALIDATION_FAILED");
}

#[tokio::test]
async fn the_providers_number_comes_before_our_reference() {
    let shop = shop().await;
    let [one, two] = paid(&shop, [165, 100]).await;
    let mut superuser = shop.service.db().superuser().await;
    sqlx::query("UPDATE attempts SET provider_reference = 'N' || reference")
        .execute(&mut superuser)
        .await
        .unwrap();
    let text = format!(
        "交易編號,訂單編號,交易金額\nN{},x,165\n,{},100\n",
        one.1, two.1
    );
    let mut client = settlements(&shop, &shop.owner());
    let imported = client.import_settlement(request(&shop, &text));
    let settlement = imported.await.unwrap().into_inner().settlement.unwrap();
    let orders: Vec<_> = get(&shop, &settlement)
        .await
        .rows
        .iter()
        .map(|row| row.order_id().to_owned())
        .collect();
    assert_eq!(orders, [one.0.order_id, two.0.order_id]);
}

#[tokio::test]
async fn differences_have_causes_and_sums_equal_their_rows() {
    let shop = shop().await;
    let [short, fee, returned, good] = paid(&shop, [165, 165, 100, 200]).await;
    refund(&shop, &returned.0, 27).await;
    let open = shop.order(50);
    let open = shop.pay("open", &open).await;
    let rows = format!(
        "{},160,4.5375\n{},165,9\n{},100,2.75\n{},-27,0\n{open},50,1.375\nX9,70,0\n,-300,0\n{},200,5.5\n",
        short.1, fee.1, returned.1, returned.1, good.1
    );
    let settlement = import(&shop, &rows).await.settlement.unwrap();
    let found = get(&shop, &settlement).await;
    assert_eq!(
        causes(&found.rows),
        with_lines([
            differs(DifferenceCause::Amount),
            differs(DifferenceCause::Fee),
            MATCHED,
            MATCHED,
            differs(DifferenceCause::Late),
            differs(DifferenceCause::NotFound),
            differs(DifferenceCause::Adjustment),
            MATCHED,
        ])
    );
    let differences: Vec<_> = found.rows.iter().map(|row| row.difference_e4).collect();
    assert_eq!(
        differences,
        [-50_000, 44_625, 0, 0, 500_000, 700_000, -3_000_000, 0]
    );
    // What nobody knows is not booked: 160 + 165 + 100 − 27 + 50 + 200 of 718.
    assert_eq!(booked(&settlement)[3], -648);
    assert_eq!(balances(&shop).await[3], 165 + 165 + 100 - 27 + 200 - 648);

    let mut sums = BTreeMap::<_, (i32, i64)>::new();
    for row in &found.rows {
        let sum = sums.entry((row.outcome, row.cause)).or_default();
        *sum = (sum.0 + 1, sum.1 + row.sums.unwrap().net_e4);
    }
    for part in &settlement.open {
        let sum = (part.count, part.sums.unwrap().net_e4);
        assert_eq!(sums.remove(&(part.outcome, part.cause)), Some(sum));
    }
    assert!(sums.is_empty(), "{sums:?}");
    let filtered = GetSettlementRequest {
        settlement_id: settlement.settlement_id.clone(),
        outcome: SettlementOutcome::Difference.into(),
        page_size: 20,
        ..Default::default()
    };
    let mut client = settlements(&shop, &shop.owner());
    let filtered = client.get_settlement(filtered).await.unwrap().into_inner();
    let total: i64 = filtered
        .rows
        .iter()
        .map(|row| row.sums.unwrap().amount_e4)
        .sum();
    assert_eq!(filtered.found_count, 5);
    assert_eq!(filtered.found_sums.unwrap().amount_e4, total);
}

#[tokio::test]
async fn a_person_decides_once_and_the_correction_is_an_entry() {
    let shop = shop().await;
    let [(_, reference)] = paid(&shop, [165]).await;
    let rows = format!("{reference},160,4.4\n,-300,0\nX9,70,0\n");
    let settlement = import(&shop, &rows).await.settlement.unwrap();
    assert_eq!(balances(&shop).await, [156, 4, 0, 5]);

    let fee = RowDecision::BookAsFee;
    let row = resolve(&shop, &settlement, 2, fee, "").await.unwrap();
    assert_eq!((row.decision(), row.note.as_str()), (fee, "已向金流確認"));
    assert_eq!(row.decided_by, "王小明");
    assert_eq!(balances(&shop).await, [156, 9, 0, 0]);
    // The same decision again is the same decision; another one is refused.
    resolve(&shop, &settlement, 2, fee, "").await.unwrap();
    let other = resolve(&shop, &settlement, 2, RowDecision::Accept, "").await;
    assert_eq!(reason(other), "ROW_DECIDED");

    // Money of the whole brand's account needs a branch to be booked at.
    let nowhere = resolve(&shop, &settlement, 3, fee, "").await;
    assert_eq!(reason(nowhere), "VALIDATION_FAILED");
    let foreign = BranchId::new(shop.service.clock()).to_string();
    let foreign = resolve(&shop, &settlement, 3, fee, &foreign).await;
    assert_eq!(reason(foreign), "NOT_FOUND");
    let branch = shop.branch.to_string();
    resolve(&shop, &settlement, 3, fee, &branch).await.unwrap();
    assert_eq!(balances(&shop).await, [-144, 309, 0, 0]);
    resolve(&shop, &settlement, 4, RowDecision::Accept, "")
        .await
        .unwrap();
    assert_eq!(balances(&shop).await, [-144, 309, 0, 0]);
    let after = get(&shop, &settlement).await.settlement.unwrap();
    assert_eq!((after.decided_count, after.open.len()), (3, 0));
    assert_eq!(booked(&after), [-144, 309, 0, -165]);
    let kinds = "SELECT count(*) FROM ledger_transactions WHERE kind = 'correction'";
    assert_eq!(shop.count(kinds).await, 2);
    assert_eq!(
        resolve(&shop, &settlement, 9, fee, "")
            .await
            .map_err(|status| status.code())
            .unwrap_err(),
        tonic::Code::NotFound
    );
}

#[tokio::test]
async fn what_matches_cannot_be_decided() {
    let shop = shop().await;
    let [(_, reference)] = paid(&shop, [165]).await;
    let rows = format!("{reference},165,4.5375\n");
    let settlement = import(&shop, &rows).await.settlement.unwrap();
    for decision in [RowDecision::Accept, RowDecision::BookAsFee] {
        let refused = resolve(&shop, &settlement, 2, decision, "").await;
        assert_eq!(reason(refused), "VALIDATION_FAILED");
    }
    let silent = ResolveRowRequest {
        settlement_id: settlement.settlement_id,
        line: 2,
        decision: RowDecision::Accept.into(),
        note: " ".to_owned(),
        ..Default::default()
    };
    let refused = settlements(&shop, &shop.owner()).resolve_row(silent).await;
    assert_eq!(reason(refused), "REASON_REQUIRED");
}

#[tokio::test]
async fn a_late_capture_is_found_when_it_is_matched_again() {
    let shop = shop().await;
    let order = shop.order(165);
    let reference = shop.pay("late", &order).await;
    let rows = format!("{reference},165,4.5375\n");
    let settlement = import(&shop, &rows).await.settlement.unwrap();
    assert_eq!(settlement.open[0].cause(), DifferenceCause::Late);
    assert_eq!(balances(&shop).await, [160, 5, 0, -165]);
    shop.captured(&reference, 165).await;
    let request = MatchSettlementRequest {
        settlement_id: settlement.settlement_id.clone(),
    };
    for _ in 0..2 {
        let mut client = settlements(&shop, &shop.owner());
        let matched = client.match_settlement(request.clone()).await.unwrap();
        let matched = matched.into_inner().settlement.unwrap();
        assert_eq!(matched.open[0].outcome(), SettlementOutcome::Matched);
        assert_eq!(balances(&shop).await, [160, 5, 0, 0]);
    }
}

#[tokio::test]
async fn what_was_recorded_late_is_matched_again_by_itself() {
    let shop = shop().await;
    let order = shop.order(165);
    let reference = shop.pay("k", &order).await;
    let rows = format!("{reference},165,4.5375\nX9,70,0\n");
    let settlement = import(&shop, &rows).await.settlement.unwrap();
    let expected = [DifferenceCause::Late, DifferenceCause::NotFound].map(differs);
    let found = get(&shop, &settlement).await;
    assert_eq!(causes(&found.rows), with_lines(expected));
    shop.captured(&reference, 165).await;
    let context = shop.service.context();
    let job = payments::jobs::match_settlements(context.db.clone(), context.clock.clone());
    job.run_once().await.unwrap();
    let expected = [MATCHED, differs(DifferenceCause::NotFound)];
    let found = get(&shop, &settlement).await;
    assert_eq!(causes(&found.rows), with_lines(expected));
    let before = balances(&shop).await;
    job.run_once().await.unwrap();
    assert_eq!(balances(&shop).await, before);
}

#[tokio::test]
async fn what_no_file_names_is_awaited_and_then_overdue() {
    let shop = shop().await;
    let [named, awaited, given_back] = paid(&shop, [165, 100, 50]).await;
    refund(&shop, &given_back.0, 50).await;
    import(&shop, &format!("{},165,4.5375\n", named.1)).await;
    let found = unsettled(&shop, false).await;
    let [item] = found.items.as_slice() else {
        panic!("one payment: {found:?}")
    };
    assert_eq!(
        (item.kind(), item.amount, item.order_id.as_str()),
        (SettlementRowKind::Payment, 100, awaited.0.order_id.as_str())
    );
    assert_eq!(
        (found.total_count, found.total_amount, found.overdue_count),
        (1, 100, 0)
    );
    assert!(unsettled(&shop, true).await.items.is_empty());

    // A refund of what a file paid out is awaited too.
    shop.advance(TimeDelta::seconds(1));
    refund(&shop, &named.0, 27).await;
    shop.advance(TimeDelta::days(8));
    let found = unsettled(&shop, true).await;
    let amounts: Vec<_> = found
        .items
        .iter()
        .map(|item| (item.amount, item.cause()))
        .collect();
    assert_eq!(
        amounts,
        [
            (100, DifferenceCause::Unspecified),
            (-27, DifferenceCause::RefundUnderWay)
        ]
    );
    assert_eq!((found.overdue_count, found.overdue_amount), (2, 73));
}

#[tokio::test]
async fn another_organisation_and_another_branch_see_and_change_nothing() {
    let shop = shop().await;
    let [(_, reference)] = paid(&shop, [165]).await;
    let text = format!("{HEADER}\n{reference},160,4\n");
    let settlement = import(&shop, &format!("{reference},160,4\n"))
        .await
        .settlement
        .unwrap();
    let get = GetSettlementRequest {
        settlement_id: settlement.settlement_id.clone(),
        ..Default::default()
    };
    let decide = ResolveRowRequest {
        settlement_id: settlement.settlement_id.clone(),
        line: 2,
        decision: RowDecision::BookAsFee.into(),
        note: "x".to_owned(),
        ..Default::default()
    };
    let list = ListSettlementsRequest {
        brand_id: shop.brand.to_string(),
        ..Default::default()
    };
    let stranger = identities::owner(testkit::organisation());
    let other_branch = of_branch(shop.owner(), BranchId::new(shop.service.clock()));
    for (identity, expected) in [(stranger, "NOT_FOUND"), (other_branch, "OUT_OF_SCOPE")] {
        let mut client = settlements(&shop, &identity);
        let imported = client.import_settlement(request(&shop, &text)).await;
        assert_eq!(reason(imported), expected);
        assert_eq!(reason(client.get_settlement(get.clone()).await), expected);
        assert_eq!(reason(client.resolve_row(decide.clone()).await), expected);
        let again = MatchSettlementRequest {
            settlement_id: settlement.settlement_id.clone(),
        };
        assert_eq!(reason(client.match_settlement(again).await), expected);
        match client.list_settlements(list.clone()).await {
            Ok(listed) => {
                let listed = listed.into_inner();
                assert_eq!((listed.settlements.len(), listed.accounts.len()), (0, 0));
            }
            Err(refused) => assert_eq!(reason::<()>(Err(refused)), "OUT_OF_SCOPE"),
        }
    }
    let scope = Scope {
        organisation: true,
        ..Scope::default()
    };
    let viewer = identities::staff(shop.org, &[("report.transactions", Level::View)], scope);
    let mut viewer = settlements(&shop, &viewer);
    viewer.get_settlement(get).await.unwrap();
    let refused = viewer.resolve_row(decide).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
    assert_eq!(balances(&shop).await, [156, 4, 0, 5]);
}

#[tokio::test]
async fn settlements_are_listed_newest_first_with_the_accounts() {
    let shop = shop().await;
    for number in 0..3 {
        import(&shop, &format!("X{number},1,0\n")).await;
        shop.advance(TimeDelta::seconds(1));
    }
    let request = ListSettlementsRequest {
        brand_id: shop.brand.to_string(),
        page_size: 20,
        ..Default::default()
    };
    let mut client = settlements(&shop, &shop.owner());
    let listed = client.list_settlements(request).await.unwrap().into_inner();
    let times: Vec<_> = listed
        .settlements
        .iter()
        .map(|found| found.imported_at.unwrap().seconds)
        .collect();
    assert!(times.is_sorted_by(|a, b| a > b), "{times:?}");
    assert_eq!(listed.accounts[0].account_id, shop.account.account_id);
    assert_eq!(listed.accounts[0].settlement_days, 7);
}
