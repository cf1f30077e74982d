//! Jobs as staff sees and changes them.

use proto::printing::v1::{
    CancelPrintJobRequest, Document, GetPrintJobRequest, ListOrderPrintJobsRequest,
    ListPrintJobsRequest, PrintJobReason, PrintJobState, PrintOrderRequest, PrintTrigger,
    ReprintJobRequest,
};

use crate::common::{Shop, Step, reason};

#[tokio::test]
async fn an_order_is_printed_by_hand_and_again_with_its_number() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop.point(printer.device, "櫃檯");
    let point = shop.try_create_point("p", point).await.unwrap();
    let rule = shop.rule(Document::CustomerSlip, PrintTrigger::Manual);
    let rule = shop.add_rule(&point, rule).await;
    let order = shop.accepted("001").await;
    assert_eq!(shop.all_jobs().await.len(), 0);
    let print = |key: &str, rule: &str| PrintOrderRequest {
        idempotency_key: key.to_owned(),
        order_id: order.id.to_string(),
        rule_id: rule.to_owned(),
    };
    let printed = shop.jobs().print_order(print("a", "")).await.unwrap();
    let jobs = printed.into_inner().jobs;
    assert_eq!((jobs.len(), jobs[0].reprint), (1, 0));
    shop.print_all(printer).await;
    let again = shop.jobs().print_order(print("b", &rule.rule_id)).await;
    let again = again.unwrap().into_inner().jobs.remove(0);
    assert_eq!((again.reprint, again.may_be_duplicate), (1, false));
    assert_eq!(again.reprint_of, Some(jobs[0].job_id.clone()));
    let slips = shop.print_all(printer).await;
    let text = slips[0].join(" ");
    assert!(
        text.contains("補印 1") && !text.contains("可能重複"),
        "{text}"
    );

    let of_order = ListOrderPrintJobsRequest {
        order_id: order.id.to_string(),
    };
    let found = shop.jobs().list_order_print_jobs(of_order).await.unwrap();
    assert_eq!(found.into_inner().jobs.len(), 2);
    let unknown = chassis::id::PrintRuleId::new(shop.service.clock()).to_string();
    let refused = shop.jobs().print_order(print("c", &unknown)).await;
    assert_eq!(reason(refused), "NOT_FOUND");
}

#[tokio::test]
async fn an_order_that_no_rule_prints_has_no_route() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Ready)
        .await;
    let order = shop.accepted("001").await;
    let print = PrintOrderRequest {
        idempotency_key: "a".to_owned(),
        order_id: order.id.to_string(),
        rule_id: String::new(),
    };
    let refused = shop.jobs().print_order(print).await;
    assert_eq!(reason(refused), "NO_PRINT_ROUTE");
}

#[tokio::test]
async fn what_still_waits_is_not_reprinted_but_can_be_cancelled() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let job = shop.all_jobs().await.remove(0);
    let reprint = ReprintJobRequest {
        idempotency_key: "r".to_owned(),
        job_id: job.job_id.clone(),
    };
    let refused = shop.jobs().reprint_job(reprint).await;
    assert_eq!(reason(refused), "JOB_OPEN");
    let cancel = |version| CancelPrintJobRequest {
        job_id: job.job_id.clone(),
        version,
    };
    let refused = shop.jobs().cancel_print_job(cancel(9)).await;
    assert_eq!(reason(refused), "VERSION_CONFLICT");
    let cancelled = shop.jobs().cancel_print_job(cancel(job.version)).await;
    let cancelled = cancelled.unwrap().into_inner().job.unwrap();
    assert_eq!(
        (cancelled.state(), cancelled.reason()),
        (PrintJobState::Cancelled, PrintJobReason::ByStaff)
    );
    assert!(shop.poll(printer).await.is_none());
    let refused = shop
        .jobs()
        .cancel_print_job(cancel(cancelled.version))
        .await;
    assert_eq!(reason(refused), "JOB_DECIDED");
}

#[tokio::test]
async fn a_slip_is_reprinted_twenty_times_and_no_more() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    shop.print_all(printer).await;
    let job = shop.all_jobs().await.remove(0);
    let reprint = async |number: i32| {
        let request = ReprintJobRequest {
            idempotency_key: number.to_string(),
            job_id: job.job_id.clone(),
        };
        shop.jobs().reprint_job(request).await
    };
    for number in 1..=20 {
        let new = reprint(number).await.unwrap().into_inner().job.unwrap();
        assert_eq!(new.reprint, number);
    }
    assert_eq!(reason(reprint(21).await), "RATE_LIMITED");
}

#[tokio::test]
async fn jobs_are_listed_by_page_the_latest_first_with_their_attempts() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    for number in 1..=25 {
        let mut order = shop.order(&format!("{number:03}"));
        shop.step(&mut order, Step::Placed).await;
    }
    shop.print(printer, &shop.poll(printer).await.unwrap())
        .await;
    let list = |states: Vec<i32>, token: &str| ListPrintJobsRequest {
        branch_id: shop.branch.to_string(),
        states,
        page_size: 20,
        page_token: token.to_owned(),
        ..Default::default()
    };
    let queued = vec![PrintJobState::Queued.into()];
    let first = shop.jobs().list_print_jobs(list(queued.clone(), "")).await;
    let first = first.unwrap().into_inner();
    let numbers = |jobs: &[proto::printing::v1::PrintJob]| -> Vec<String> {
        jobs.iter().map(|job| job.pickup_number.clone()).collect()
    };
    let expected = |from: i32, to: i32| -> Vec<String> {
        (from..=to)
            .rev()
            .map(|number| format!("{number:03}"))
            .collect()
    };
    assert_eq!(numbers(&first.jobs), expected(6, 25));
    let second = list(queued, &first.next_page_token);
    let second = shop.jobs().list_print_jobs(second).await.unwrap();
    let second = second.into_inner();
    assert_eq!(numbers(&second.jobs), expected(2, 5));
    assert_eq!(second.next_page_token, "");

    let printed = list(vec![PrintJobState::Printed.into()], "");
    let printed = shop.jobs().list_print_jobs(printed).await.unwrap();
    let printed = printed.into_inner().jobs;
    let get = GetPrintJobRequest {
        job_id: printed[0].job_id.clone(),
    };
    let found = shop.jobs().get_print_job(get).await.unwrap().into_inner();
    assert_eq!(found.job.unwrap().device_name, "printer S-1");
    assert_eq!(found.attempts.len(), 1);
    let attempt = &found.attempts[0];
    assert!(attempt.printed && attempt.delivered_at.is_some());
}
