//! Processes that serve devices of clouds: one that dies in the middle of a call is followed by another one.

use chassis::id::OrganisationId;
use print_clouds::Vendor;
use printing::{app::clouds as turns, app::dispatch::DeviceKey, clouds};
use proto::printing::v1::{Document, PrintJobState, PrintTrigger};
use serde_json::json;
use testkit::eventually;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::common::{Step, clouds::CloudShop};

const PRINTED: PrintJobState = PrintJobState::Printed;
const UNCONFIRMED: PrintJobState = PrintJobState::Unconfirmed;

async fn kitchen() -> (CloudShop, DeviceKey) {
    let (cloud, device) = CloudShop::with_printer(Vendor::Xpyun).await;
    let (document, trigger) = (Document::KitchenSlip, PrintTrigger::Placed);
    cloud.shop.prints(device, "廚房", document, trigger).await;
    (cloud, device)
}

async fn place(cloud: &CloudShop, number: &str) {
    let mut order = cloud.shop.order(number);
    cloud.shop.step(&mut order, Step::Placed).await;
}

async fn until(cloud: &CloudShop, states: &[PrintJobState]) {
    cloud
        .until_some_time(async || cloud.shop.states().await == states)
        .await;
}

/// A process that serves devices, beside the service, which serves none.
fn start(cloud: &CloudShop) -> JoinHandle<anyhow::Result<()>> {
    let deps = cloud.shop.deps.clone();
    let amqp = cloud.shop.service.context().amqp.clone();
    let never = CancellationToken::new();
    tokio::spawn(async move {
        let follow = deps.wakes.clone().follow(amqp, never.clone());
        let (served, ()) = tokio::join!(clouds::serve(deps, 4, never), follow);
        served
    })
}

/// Kills whoever serves while the cloud is called with a slip, which the cloud takes or not.
async fn dies_while_it_gives(takes: bool) {
    let (cloud, _) = kitchen().await;
    cloud
        .arm(json!({"fault": "hang", "commit": takes, "call": cloud.print_call()}))
        .await;
    let first = start(&cloud);
    place(&cloud, "001").await;
    let open = "SELECT count(*) FROM cloud_orders WHERE reference = ''";
    eventually(async || cloud.shop.count(open).await == 1).await;
    let given = 1 + usize::from(takes);
    eventually(async || cloud.orders().await.len() == given).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());

    let second = start(&cloud);
    // What the dead one has leased is free again.
    cloud.advance(61).await;
    until(&cloud, &[UNCONFIRMED]).await;
    place(&cloud, "002").await;
    until(&cloud, &[UNCONFIRMED, PRINTED]).await;
    let paper = cloud.paper().await;
    assert_eq!(paper.len(), given + 1, "each once: {paper:?}");
    second.abort();
}

#[tokio::test]
async fn a_process_that_dies_after_the_cloud_took_a_slip_gives_it_to_nobody_else() {
    dies_while_it_gives(true).await;
}

#[tokio::test]
async fn a_process_that_dies_before_the_cloud_took_a_slip_gives_it_to_nobody_else() {
    dies_while_it_gives(false).await;
}

#[tokio::test]
async fn a_process_that_dies_while_it_waits_is_followed_by_one_that_asks() {
    let (cloud, _) = kitchen().await;
    let first = start(&cloud);
    place(&cloud, "001").await;
    let asked = "SELECT count(*) FROM cloud_orders WHERE ask_at IS NOT NULL";
    eventually(async || cloud.shop.count(asked).await == 1).await;
    let leased = "SELECT count(*) FROM cloud_devices WHERE leased_until IS NOT NULL";
    eventually(async || cloud.shop.count(leased).await == 0).await;
    first.abort();
    let second = start(&cloud);
    until(&cloud, &[PRINTED]).await;
    assert_eq!(cloud.paper().await.len(), 2);
    second.abort();
}

#[tokio::test]
async fn nothing_of_a_cloud_is_seen_from_another_organisation() {
    let (cloud, device) = kitchen().await;
    place(&cloud, "001").await;
    cloud.turn(device).await;
    let stranger: OrganisationId = testkit::organisation();
    let foreign = DeviceKey {
        org: stranger,
        device: device.device,
    };
    let turn = turns::turn(&cloud.shop.deps, foreign).await.unwrap();
    assert_eq!(turn, None);
    for table in ["cloud_accounts", "cloud_devices", "cloud_orders"] {
        let seen = async |org| -> i64 {
            let mut tx = cloud.shop.deps.db.tenant(org).await.unwrap();
            let sql = format!("SELECT count(*) FROM {table}");
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .fetch_one(&mut *tx)
                .await
                .unwrap()
        };
        assert!(seen(cloud.shop.org).await > 0, "{table}");
        assert_eq!(seen(stranger).await, 0, "{table}");
    }
}
