//! Accounts at vendors' clouds: sealed keys, what is refused, and other organisations.

use print_clouds::Vendor;
use proto::printing::v1::{
    CloudProblem, DeleteCloudAccountRequest, DeviceState, ListCloudAccountsRequest, PrintChannel,
    SaveCloudAccountRequest,
};
use serde_json::json;
use testkit::identities;

use crate::common::{
    clouds::{CloudShop, channel, wrong_key},
    fields, of_branch, reason,
};

#[tokio::test]
async fn a_key_is_stored_sealed_and_only_its_end_is_shown() {
    let cloud = CloudShop::open(Vendor::Xpyun).await;
    let saved = cloud.save_account(0, cloud.key()).await.unwrap();
    assert_eq!(saved.key_last_four, "-key");
    assert_eq!((saved.version, saved.devices), (1, 0));
    assert_eq!(cloud.account().await, saved);
    assert!(!cloud.stores_plain(cloud.key()).await);
    assert_eq!(
        reason(cloud.save_account(0, cloud.key()).await),
        "VERSION_CONFLICT"
    );
    let other = wrong_key();
    let changed = cloud.save_account(1, other.reveal()).await.unwrap();
    assert_eq!(changed.key_last_four, "body");
    let delete = DeleteCloudAccountRequest {
        cloud_account_id: changed.cloud_account_id,
        version: changed.version,
    };
    cloud.accounts().delete_cloud_account(delete).await.unwrap();
    let none = "SELECT count(*) FROM cloud_accounts";
    assert_eq!(cloud.shop.count(none).await, 0);
}

#[tokio::test]
async fn everything_wrong_with_an_account_is_named_at_once() {
    let cloud = CloudShop::open(Vendor::Feie).await;
    let request = SaveCloudAccountRequest {
        channel: PrintChannel::Agent.into(),
        version: 0,
        user: "two words".to_owned(),
        key: String::new(),
    };
    let refused = cloud.accounts().save_cloud_account(request).await;
    assert_eq!(fields(refused), ["channel", "user", "key"]);
}

#[tokio::test]
async fn a_wrong_key_is_shown_at_the_account_and_its_devices_until_it_is_mended() {
    for vendor in Vendor::ALL {
        let cloud = CloudShop::open(vendor).await;
        let device = cloud.create().await;
        cloud.turn(device).await;
        let found = cloud.device(device).await;
        assert_eq!(found.cloud_problem, Some(CloudProblem::NoAccount.into()));
        assert_eq!(found.state(), DeviceState::Offline);

        cloud.save_account(0, wrong_key().reveal()).await.unwrap();
        cloud.turn(device).await;
        let found = cloud.device(device).await;
        assert_eq!(
            found.cloud_problem,
            Some(CloudProblem::AccountRefused.into())
        );
        assert!(cloud.account().await.refused_at.is_some());
        assert_eq!(cloud.account().await.devices, 1);
        assert!(cloud.orders().await.is_empty());
        cloud.forget_violations().await;

        cloud.save_account(1, cloud.key()).await.unwrap();
        cloud.turn(device).await;
        cloud.print_time(device).await;
        let found = cloud.device(device).await;
        assert_eq!(found.cloud_problem, None);
        assert_eq!(found.state(), DeviceState::Online);
        assert_eq!(cloud.account().await.refused_at, None);
        assert_eq!(cloud.paper().await.len(), 1, "the slip of its pairing");
    }
}

#[tokio::test]
async fn a_serial_that_is_in_somebody_elses_account_is_said_to_be_so() {
    for vendor in Vendor::ALL {
        let cloud = CloudShop::open(vendor).await;
        cloud.unit(json!({"account": "other@sandbox.test"})).await;
        cloud.save_account(0, cloud.key()).await.unwrap();
        let device = cloud.create().await;
        cloud.turn(device).await;
        let found = cloud.device(device).await;
        assert_eq!(
            found.cloud_problem,
            Some(CloudProblem::PrinterUnknown.into()),
            "{vendor}"
        );
        assert!(cloud.orders().await.is_empty());
    }
}

#[tokio::test]
async fn an_account_that_devices_use_keeps_its_user_and_is_not_deleted() {
    let (cloud, _) = CloudShop::with_printer(Vendor::Feie).await;
    let account = cloud.account().await;
    let other = SaveCloudAccountRequest {
        channel: channel(cloud.vendor).into(),
        version: account.version,
        user: "other@sandbox.test".to_owned(),
        key: "sandboxFeieUkey2".to_owned(),
    };
    let refused = cloud.accounts().save_cloud_account(other).await;
    assert_eq!(reason(refused), "DEVICE_IN_USE");
    let delete = DeleteCloudAccountRequest {
        cloud_account_id: account.cloud_account_id,
        version: account.version,
    };
    let refused = cloud.accounts().delete_cloud_account(delete).await;
    assert_eq!(reason(refused), "DEVICE_IN_USE");
}

#[tokio::test]
async fn another_organisation_and_a_branch_alone_change_no_account() {
    let (cloud, device) = CloudShop::with_printer(Vendor::Xpyun).await;
    let account = cloud.account().await;
    let stranger = testkit::organisation();
    let mut theirs = cloud.shop.accounts_as(&identities::owner(stranger));
    let listed = theirs.list_cloud_accounts(ListCloudAccountsRequest {});
    assert!(listed.await.unwrap().into_inner().accounts.is_empty());
    let delete = || DeleteCloudAccountRequest {
        cloud_account_id: account.cloud_account_id.clone(),
        version: account.version,
    };
    let refused = theirs.delete_cloud_account(delete()).await;
    assert_eq!(reason(refused), "NOT_FOUND");
    // Their own account at the same cloud is another one.
    let own = SaveCloudAccountRequest {
        channel: PrintChannel::Xpyun.into(),
        version: 0,
        user: "other@sandbox.test".to_owned(),
        key: "sandbox-xpyun-key-2".to_owned(),
    };
    theirs.save_cloud_account(own.clone()).await.unwrap();
    assert_eq!(cloud.account().await, account);
    // Nobody serves a device of ours as theirs.
    let as_theirs = printing::app::dispatch::DeviceKey {
        org: stranger,
        ..device
    };
    assert_eq!(cloud.turn(as_theirs).await, None);
    assert_eq!(cloud.device(device).await.state(), DeviceState::Online);

    let manager = of_branch(cloud.shop.owner(), cloud.shop.branch);
    let mut of_branch = cloud.shop.accounts_as(&manager);
    let refused = of_branch.save_cloud_account(own).await;
    assert_eq!(reason(refused), "OUT_OF_SCOPE");
    let refused = of_branch.delete_cloud_account(delete()).await;
    assert_eq!(reason(refused), "OUT_OF_SCOPE");
}
