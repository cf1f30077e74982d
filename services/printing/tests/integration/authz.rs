//! Who may call what. The table is the matrix: an RPC that is not in it fails the test.

use chassis::{
    authn::{Level, Scope},
    authz::Rules,
};
use proto::printing::v1::{
    GetDeviceRequest, ListDeviceStatesRequest, ListPrintJobsRequest, ReprintJobRequest,
};
use testkit::identities;

use crate::common::{Shop, reason};

const PRINTERS: &str = "device.printers";
const ORDERS: &str = "ops.orders";
const FUTURE: &str = "ops.future";
const CATALOGUE: &str = "store.catalog";

/// RPC of staff, its permission and level, and whether it is audited.
const MATRIX: [(&str, &str, Level, bool); 46] = [
    (
        "CloudAccountService/ListCloudAccounts",
        PRINTERS,
        Level::View,
        false,
    ),
    (
        "CloudAccountService/SaveCloudAccount",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "CloudAccountService/DeleteCloudAccount",
        PRINTERS,
        Level::Manage,
        true,
    ),
    ("DeviceService/ListDevices", PRINTERS, Level::View, false),
    ("DeviceService/ListDeviceStates", ORDERS, Level::View, false),
    ("DeviceService/GetDevice", PRINTERS, Level::View, false),
    ("DeviceService/CreateDevice", PRINTERS, Level::Manage, true),
    ("DeviceService/UpdateDevice", PRINTERS, Level::Manage, true),
    ("DeviceService/PairDevice", PRINTERS, Level::Manage, true),
    (
        "DeviceService/SendPairingSlip",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "DeviceService/RenewDeviceAddress",
        PRINTERS,
        Level::Manage,
        true,
    ),
    ("DeviceService/DeleteDevice", PRINTERS, Level::Manage, true),
    ("DeviceService/PrintTestSlip", PRINTERS, Level::Manage, true),
    (
        "DeviceService/ListPrintAgents",
        PRINTERS,
        Level::View,
        false,
    ),
    (
        "DeviceService/CreatePrintAgent",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "DeviceService/RenewPrintAgentCode",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "DeviceService/DeletePrintAgent",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "PrintPointService/ListPrintPoints",
        PRINTERS,
        Level::View,
        false,
    ),
    (
        "PrintPointService/CreatePrintPoint",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "PrintPointService/UpdatePrintPoint",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "PrintPointService/DeletePrintPoint",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "PrintPointService/ListPrintRules",
        PRINTERS,
        Level::View,
        false,
    ),
    (
        "PrintPointService/CreatePrintRule",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "PrintPointService/UpdatePrintRule",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "PrintPointService/DeletePrintRule",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "PrintPointService/GetPrintSettings",
        PRINTERS,
        Level::View,
        false,
    ),
    (
        "PrintPointService/UpdatePrintSettings",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "PrintPointService/CheckPrintRoutes",
        PRINTERS,
        Level::View,
        false,
    ),
    (
        "PrintPointService/CheckBrandPrintRoutes",
        CATALOGUE,
        Level::View,
        false,
    ),
    (
        "TemplateService/ListTemplates",
        PRINTERS,
        Level::View,
        false,
    ),
    (
        "TemplateService/GetDefaultTemplate",
        PRINTERS,
        Level::View,
        false,
    ),
    (
        "TemplateService/CreateTemplate",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "TemplateService/UpdateTemplate",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "TemplateService/DeleteTemplate",
        PRINTERS,
        Level::Manage,
        true,
    ),
    (
        "TemplateService/PreviewTemplate",
        PRINTERS,
        Level::View,
        false,
    ),
    ("PrintJobService/ListPrintJobs", ORDERS, Level::View, false),
    (
        "PrintJobService/ListOrderPrintJobs",
        ORDERS,
        Level::View,
        false,
    ),
    ("PrintJobService/GetPrintJob", ORDERS, Level::View, false),
    (
        "PrintJobService/PreviewPrintJob",
        ORDERS,
        Level::View,
        false,
    ),
    ("PrintJobService/PrintOrder", ORDERS, Level::Operate, true),
    ("PrintJobService/ReprintJob", ORDERS, Level::Operate, true),
    (
        "PrintJobService/DecidePrintJob",
        ORDERS,
        Level::Operate,
        true,
    ),
    (
        "PrintJobService/CancelPrintJob",
        ORDERS,
        Level::Operate,
        true,
    ),
    ("PrintJobService/ListPrepPoints", FUTURE, Level::View, false),
    (
        "PrintJobService/PreviewPrepList",
        FUTURE,
        Level::View,
        false,
    ),
    ("PrintJobService/PrintPrepList", FUTURE, Level::View, true),
];

#[test]
fn every_rpc_for_staff_is_in_the_matrix() {
    let prefix = "/yizhimai.printing.v1.";
    let rules = Rules::global().iter();
    let mut found: Vec<_> = rules
        .filter(|rule| rule.callers.staff)
        .filter_map(|rule| {
            let path = rule.path.strip_prefix(prefix)?;
            let (permission, level) = rule.permission.clone().expect("a permission");
            let callers = &rule.callers;
            assert!(!callers.public && !callers.customer, "{path} is for staff");
            Some((path.to_owned(), permission, level, rule.audited))
        })
        .collect();
    let mut expected: Vec<_> = MATRIX
        .iter()
        .map(|(path, permission, level, audited)| {
            (
                (*path).to_owned(),
                (*permission).to_owned(),
                *level,
                *audited,
            )
        })
        .collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected, "enter the RPC with what it needs");
}

#[tokio::test]
async fn nobody_calls_without_the_permission() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let whole = Scope::whole_organisation();
    let staff =
        |permissions: &[(&str, Level)]| identities::staff(shop.org, permissions, whole.clone());
    let get = || GetDeviceRequest {
        device_id: printer.device.to_string(),
    };
    let states = || ListDeviceStatesRequest {
        branch_id: shop.branch.to_string(),
        ..Default::default()
    };
    let counter = staff(&[(ORDERS, Level::View)]);
    let refused = shop.devices_as(&counter).get_device(get()).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
    shop.devices_as(&counter)
        .list_device_states(states())
        .await
        .unwrap();
    let jobs = ListPrintJobsRequest {
        branch_id: shop.branch.to_string(),
        ..Default::default()
    };
    shop.jobs_as(&counter).list_print_jobs(jobs).await.unwrap();
    let reprint = ReprintJobRequest {
        idempotency_key: "r".to_owned(),
        job_id: chassis::id::PrintJobId::new(shop.service.clock()).to_string(),
    };
    let refused = shop.jobs_as(&counter).reprint_job(reprint.clone()).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");
    let cook = staff(&[(ORDERS, Level::Operate)]);
    let refused = shop.jobs_as(&cook).reprint_job(reprint).await;
    assert_eq!(reason(refused), "NOT_FOUND");

    for caller in [
        identities::customer(shop.org),
        identities::service("ordering", shop.org),
    ] {
        let refused = shop.devices_as(&caller).get_device(get()).await;
        assert_eq!(reason(refused), "PERMISSION_DENIED");
    }
}

#[tokio::test]
async fn what_staff_changes_is_recorded() {
    let shop = Shop::open().await;
    let mut heard = shop.service.listen(&["platform.audit.recorded.v1"]).await;
    let created = shop
        .create_device("S-1", proto::printing::v1::PrintChannel::StarCloudprnt)
        .await
        .unwrap();
    let event = heard.next().await;
    let record: proto::common::v1::AuditRecord = event.decode().unwrap();
    assert_eq!(record.action, "printing.CreateDevice");
    assert_eq!(record.object_id, created.device.unwrap().device_id);
    let secret = created.address.rsplit('/').next().unwrap();
    let text = format!("{record:?}");
    assert!(!text.contains(secret), "the address is a secret: {text}");
}
