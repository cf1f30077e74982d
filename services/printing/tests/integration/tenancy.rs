//! Another organisation's printers, print points and jobs do not exist.

use chassis::authn::Identity;
use printing::app::dispatch::{self, DeviceKey};
use proto::printing::v1::{
    CancelPrintJobRequest, CreatePrintPointRequest, DeletePrintRuleRequest, Document,
    GetDeviceRequest, GetPrintJobRequest, ListDevicesRequest, ListOrderPrintJobsRequest,
    ListPrintJobsRequest, ListPrintPointsRequest, PairDeviceRequest, PreviewPrintJobRequest,
    PrintOrderRequest, PrintTrigger, ReprintJobRequest, UpdatePrintPointRequest,
};
use testkit::identities;

use crate::common::{Shop, Step, of_branch, reason};

#[tokio::test]
async fn another_organisation_finds_and_changes_nothing() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop
        .prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let job = shop.all_jobs().await.remove(0);

    let stranger = testkit::organisation();
    let owner = identities::owner(stranger);
    let not_found = "NOT_FOUND";
    let mut devices = shop.devices_as(&owner);
    let get = GetDeviceRequest {
        device_id: printer.device.to_string(),
    };
    assert_eq!(reason(devices.get_device(get).await), not_found);
    let pair = PairDeviceRequest {
        device_id: printer.device.to_string(),
        code: "000000".to_owned(),
    };
    assert_eq!(reason(devices.pair_device(pair).await), not_found);
    let list = ListDevicesRequest {
        branch_id: shop.branch.to_string(),
        ..Default::default()
    };
    assert_eq!(reason(devices.list_devices(list).await), not_found);

    let mut points = shop.points_as(&owner);
    let list = ListPrintPointsRequest {
        branch_id: shop.branch.to_string(),
        ..Default::default()
    };
    assert_eq!(reason(points.list_print_points(list).await), not_found);
    let update = UpdatePrintPointRequest {
        print_point_id: point.print_point_id.clone(),
        print_point: Some(point.clone()),
    };
    assert_eq!(reason(points.update_print_point(update).await), not_found);
    let delete = DeletePrintRuleRequest {
        rule_id: chassis::id::PrintRuleId::new(shop.service.clock()).to_string(),
        version: 1,
    };
    assert_eq!(reason(points.delete_print_rule(delete).await), not_found);

    let mut jobs = shop.jobs_as(&owner);
    let list = ListPrintJobsRequest {
        branch_id: shop.branch.to_string(),
        ..Default::default()
    };
    assert_eq!(reason(jobs.list_print_jobs(list).await), not_found);
    let of_order = ListOrderPrintJobsRequest {
        order_id: order.id.to_string(),
    };
    let found = jobs.list_order_print_jobs(of_order).await.unwrap();
    assert!(found.into_inner().jobs.is_empty());
    let get = GetPrintJobRequest {
        job_id: job.job_id.clone(),
    };
    assert_eq!(reason(jobs.get_print_job(get).await), not_found);
    let preview = PreviewPrintJobRequest {
        job_id: job.job_id.clone(),
    };
    assert_eq!(reason(jobs.preview_print_job(preview).await), not_found);
    let reprint = ReprintJobRequest {
        idempotency_key: "r".to_owned(),
        job_id: job.job_id.clone(),
    };
    assert_eq!(reason(jobs.reprint_job(reprint).await), not_found);
    let cancel = CancelPrintJobRequest {
        job_id: job.job_id.clone(),
        version: job.version,
    };
    assert_eq!(reason(jobs.cancel_print_job(cancel).await), not_found);
    assert_eq!(shop.all_jobs().await, [job]);
}

#[tokio::test]
async fn a_device_of_another_organisation_gets_and_says_nothing() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let own = shop.poll(printer).await.unwrap();
    let stranger = DeviceKey {
        org: testkit::organisation(),
        device: printer.device,
    };
    assert!(shop.poll(stranger).await.is_none());
    assert!(shop.fetch(stranger, own.job).await.is_none());
    assert!(!shop.confirm(stranger, own.job).await);
    assert!(shop.withdrawal(stranger).await.is_none());
    let nobody = dispatch::find_device(&shop.deps, "guess").await.unwrap();
    assert!(nobody.is_none());
    shop.print(printer, &own).await;
}

#[tokio::test]
async fn a_print_point_cannot_lie_on_a_device_of_another_branch() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let other = chassis::id::BranchId::new(shop.service.clock());
    shop.add_branch(shop.org, shop.brand, other).await;
    let create = CreatePrintPointRequest {
        idempotency_key: "p".to_owned(),
        branch_id: other.to_string(),
        print_point: Some(shop.point(printer.device, "櫃檯")),
    };
    let refused = shop.points().create_print_point(create).await;
    assert_eq!(reason(refused), "NOT_FOUND");
}

#[tokio::test]
async fn staff_of_another_branch_is_out_of_scope() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    shop.prints(printer, "廚房", Document::KitchenSlip, PrintTrigger::Manual)
        .await;
    let order = shop.accepted("001").await;
    let other = chassis::id::BranchId::new(shop.service.clock());
    shop.add_branch(shop.org, shop.brand, other).await;
    let get = || GetDeviceRequest {
        device_id: printer.device.to_string(),
    };
    let print = || PrintOrderRequest {
        idempotency_key: "p".to_owned(),
        order_id: order.id.to_string(),
        rule_id: String::new(),
    };
    let try_both = async |identity: Identity| {
        let device = shop.devices_as(&identity).get_device(get()).await;
        let printed = shop.jobs_as(&identity).print_order(print()).await;
        (device.err().is_none(), printed)
    };
    let (seen, printed) = try_both(of_branch(shop.owner(), other)).await;
    assert!(!seen);
    assert_eq!(reason(printed), "OUT_OF_SCOPE");
    let (seen, printed) = try_both(of_branch(shop.owner(), shop.branch)).await;
    assert!(seen && printed.is_ok());
}
