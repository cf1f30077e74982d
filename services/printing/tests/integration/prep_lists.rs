//! 備料表: what the open orders of a day or of a part of it need.

use chassis::{
    authn::{Level, Scope},
    time,
};
use chrono::{DateTime, Utc};
use proto::printing::v1::{
    Document, ListPrepPointsRequest, PreviewPrepListRequest, PreviewPrepListResponse, PrintPoint,
    PrintPrepListRequest, PrintTrigger,
};
use testkit::identities;

use crate::common::{Shop, Step, fields, of_branch, reason, texts};

const DAY: &str = "2026-09-02";

fn print(key: &str, point: &PrintPoint, day: &str) -> PrintPrepListRequest {
    PrintPrepListRequest {
        idempotency_key: key.to_owned(),
        print_point_id: point.print_point_id.clone(),
        business_day: day.to_owned(),
        ..Default::default()
    }
}

fn preview(point: &PrintPoint, part: Option<(i32, i32)>) -> PreviewPrepListRequest {
    PreviewPrepListRequest {
        print_point_id: point.print_point_id.clone(),
        business_day: DAY.to_owned(),
        from_minute: part.map(|(from, _)| from),
        to_minute: part.map(|(_, to)| to),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl Shop {
    /// An accepted order that is wanted at an instant.
    async fn wanted(&self, number: &str, at: DateTime<Utc>) {
        let mut order = self.order(number);
        order.snapshot.wanted_at = Some(time::to_wire(at));
        order.snapshot.promised_at = order.snapshot.wanted_at;
        self.step(&mut order, Step::Placed).await;
        self.step(&mut order, Step::Accepted).await;
    }

    async fn drawn(&self, asked: PreviewPrepListRequest) -> PreviewPrepListResponse {
        let drawn = self.jobs().preview_prep_list(asked).await;
        drawn.unwrap().into_inner()
    }
}

#[tokio::test]
async fn a_prep_list_adds_up_the_open_orders_of_a_day() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop
        .prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Ready)
        .await;
    let refused = shop.jobs().print_prep_list(print("a", &point, DAY)).await;
    assert_eq!(reason(refused), "EMPTY_TARGET");
    let wrong = print("a", &point, "2026-9-2");
    let refused = shop.jobs().print_prep_list(wrong).await;
    assert_eq!(reason(refused), "VALIDATION_FAILED");
    let mut orders = Vec::new();
    for number in ["001", "002", "003"] {
        orders.push(shop.accepted(number).await);
    }
    shop.step(&mut orders[2], Step::Cancelled).await;
    let printed = shop.jobs().print_prep_list(print("b", &point, DAY)).await;
    let job = printed.unwrap().into_inner().job.unwrap();
    let again = shop.jobs().print_prep_list(print("b", &point, DAY)).await;
    assert_eq!(again.unwrap().into_inner().job.unwrap().job_id, job.job_id);
    let slip = shop.poll(printer).await.unwrap();
    let text = texts(&slip).join(" ");
    assert!(text.contains("紅玉紅茶") && text.contains('4'), "{text}");
    assert_eq!(shop.all_jobs().await.len(), 1);
}

#[tokio::test]
async fn a_part_of_the_day_takes_the_orders_that_are_wanted_in_it() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop
        .prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Ready)
        .await;
    // 10:59, 11:00 and 13:59 in Taipei, and half past midnight of the night that follows.
    for (number, wanted) in [
        ("001", "2026-09-02T02:59:00Z"),
        ("002", "2026-09-02T03:00:00Z"),
        ("003", "2026-09-02T05:59:00Z"),
        ("004", "2026-09-02T16:30:00Z"),
    ] {
        shop.wanted(number, at(wanted)).await;
    }
    let orders = async |part| shop.drawn(preview(&point, part)).await.orders;
    assert_eq!(orders(None).await, 4);
    assert_eq!(orders(Some((660, 840))).await, 2);
    assert_eq!(orders(Some((1_440, 1_500))).await, 1);
    let none = shop.drawn(preview(&point, Some((900, 960)))).await;
    assert_eq!(none, PreviewPrepListResponse::default());

    let lunch = PrintPrepListRequest {
        from_minute: Some(660),
        to_minute: Some(840),
        ..print("lunch", &point, DAY)
    };
    shop.jobs().print_prep_list(lunch).await.unwrap();
    let text = texts(&shop.poll(printer).await.unwrap()).join(" ");
    for said in ["11:00–14:00", "2 筆", "紅玉紅茶", "鹽酥雞"] {
        assert!(text.contains(said), "{said} in {text}");
    }
    let tea = PrintPrepListRequest {
        from_minute: Some(900),
        to_minute: Some(960),
        ..print("tea", &point, DAY)
    };
    let refused = shop.jobs().print_prep_list(tea).await;
    assert_eq!(reason(refused), "EMPTY_TARGET");
}

#[tokio::test]
async fn an_order_for_now_counts_when_it_is_promised_for() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop
        .prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Ready)
        .await;
    let mut order = shop.order("001");
    order.snapshot.promised_at = Some(time::to_wire(at("2026-09-02T03:10:00Z")));
    shop.step(&mut order, Step::Placed).await;
    let orders = async |part| shop.drawn(preview(&point, Some(part))).await.orders;
    assert_eq!(orders((660, 690)).await, 1);
    assert_eq!(orders((690, 720)).await, 0);
}

#[tokio::test]
async fn a_preview_shows_the_very_list_and_prints_nothing() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop
        .prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Ready)
        .await;
    shop.accepted("001").await;
    let shown = shop.drawn(preview(&point, None)).await;
    assert_eq!((shown.orders, shown.pages.len()), (1, 1));
    assert_eq!(shop.all_jobs().await.len(), 0);
    let printed = shop.jobs().print_prep_list(print("p", &point, DAY)).await;
    let job = printed.unwrap().into_inner().job.unwrap();
    let of_job = proto::printing::v1::PreviewPrintJobRequest { job_id: job.job_id };
    let of_job = shop.jobs().preview_print_job(of_job).await.unwrap();
    assert_eq!(shown.pages, of_job.into_inner().pages);
}

#[tokio::test]
async fn a_part_that_is_none_is_refused_at_its_field() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop.point(printer.device, "廚房");
    let point = shop.try_create_point("p", point).await.unwrap();
    for (from, to, field) in [
        (Some(840), Some(660), "to_minute"),
        (Some(660), Some(660), "to_minute"),
        (Some(-1), Some(660), "to_minute"),
        (Some(0), Some(2_880), "to_minute"),
        (Some(660), None, "to_minute"),
        (None, Some(660), "from_minute"),
    ] {
        let asked = PreviewPrepListRequest {
            from_minute: from,
            to_minute: to,
            ..preview(&point, None)
        };
        let refused = shop.jobs().preview_prep_list(asked).await;
        assert_eq!(fields(refused), [field], "{from:?}–{to:?}");
    }
}

#[tokio::test]
async fn a_counter_without_printer_settings_chooses_where_to_print() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    for name in ["廚房", "櫃檯"] {
        let point = shop.point(printer.device, name);
        shop.try_create_point(name, point).await.unwrap();
    }
    let list = || ListPrepPointsRequest {
        branch_id: shop.branch.to_string(),
        ..Default::default()
    };
    let counter = [("ops.future", Level::View)];
    let counter = identities::staff(shop.org, &counter, Scope::whole_organisation());
    let found = shop.jobs_as(&counter).list_prep_points(list()).await;
    let found = found.unwrap().into_inner().print_points;
    let mut names: Vec<_> = found.into_iter().map(|of| of.name).collect();
    names.sort();
    assert_eq!(names, ["廚房", "櫃檯"]);

    let cook = [("ops.orders", Level::Operate)];
    let cook = identities::staff(shop.org, &cook, Scope::whole_organisation());
    let refused = shop.jobs_as(&cook).list_prep_points(list()).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
}

#[tokio::test]
async fn another_organisation_and_another_branch_see_no_list() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop
        .prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Ready)
        .await;
    shop.accepted("001").await;
    let list = || ListPrepPointsRequest {
        branch_id: shop.branch.to_string(),
        ..Default::default()
    };
    let other = chassis::id::BranchId::new(shop.service.clock());
    shop.add_branch(shop.org, shop.brand, other).await;
    let stranger = identities::owner(testkit::organisation());
    for (identity, expected) in [
        (stranger, "NOT_FOUND"),
        (of_branch(shop.owner(), other), "OUT_OF_SCOPE"),
    ] {
        let mut jobs = shop.jobs_as(&identity);
        assert_eq!(reason(jobs.list_prep_points(list()).await), expected);
        let seen = jobs.preview_prep_list(preview(&point, None)).await;
        assert_eq!(reason(seen), expected);
        let printed = jobs.print_prep_list(print("x", &point, DAY)).await;
        assert_eq!(reason(printed), expected);
    }
    assert_eq!(shop.all_jobs().await.len(), 0);
}
