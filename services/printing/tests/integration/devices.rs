//! Printers: pairing, addresses, and what staff may change.

use chassis::clock::Clock as _;
use printing::app::dispatch;
use proto::printing::v1::{
    CreateDeviceRequest, CreatePrintAgentRequest, DeleteDeviceRequest, DeletePrintAgentRequest,
    DeviceSettings, DeviceState, Document, GetDeviceRequest, ListDeviceStatesRequest,
    ListDevicesRequest, ListPrintAgentsRequest, PairDeviceRequest, Paper, PrintChannel,
    PrintTestSlipRequest, PrintTrigger, RenewDeviceAddressRequest, RenewPrintAgentCodeRequest,
    SendPairingSlipRequest, UpdateDeviceRequest,
};

use crate::common::{Shop, Step, fields, reason, texts};

const STAR: PrintChannel = PrintChannel::StarCloudprnt;

fn pair_request(device: &str, code: &str) -> PairDeviceRequest {
    PairDeviceRequest {
        device_id: device.to_owned(),
        code: code.to_owned(),
    }
}

#[tokio::test]
async fn a_device_is_paired_by_the_code_on_its_own_slip_and_gets_nothing_before() {
    let shop = Shop::open().await;
    let created = shop.create_device("36nvny3qngc344b", STAR).await.unwrap();
    let device = created.device.unwrap();
    assert_eq!(device.serial, "36NVNY3QNGC344B");
    assert!(!device.paired && device.state() == DeviceState::Offline);
    let secret = created.address.strip_prefix("https://print.example/d/");
    let secret = secret.expect("its own address").to_owned();
    let (key, _) = dispatch::find_device(&shop.deps, &secret)
        .await
        .unwrap()
        .expect("the address leads to it");
    assert_eq!(key, shop.key(&device));

    // A print point needs a paired device.
    let point = shop.point(key.device, "櫃檯");
    let refused = shop.try_create_point("p", point).await;
    assert_eq!(reason(refused), "DEVICE_UNPAIRED");
    let test = PrintTestSlipRequest {
        idempotency_key: "t".to_owned(),
        device_id: device.device_id.clone(),
    };
    let refused = shop.devices().print_test_slip(test.clone()).await;
    assert_eq!(reason(refused), "DEVICE_UNPAIRED");

    let paired = shop.pair(key).await;
    assert!(paired.paired);
    let again = pair_request(&device.device_id, "000000");
    let again = shop.devices().pair_device(again).await.unwrap();
    assert!(
        again.into_inner().device.unwrap().paired,
        "repeating is safe"
    );
    let slip = SendPairingSlipRequest {
        device_id: device.device_id.clone(),
    };
    let refused = shop.devices().send_pairing_slip(slip).await;
    assert_eq!(reason(refused), "ALREADY_PAIRED");

    let job = shop.devices().print_test_slip(test).await.unwrap();
    let job = job.into_inner().job_id;
    let printed = shop.poll(key).await.unwrap();
    assert_eq!(printed.job.to_string(), job);
    let text = texts(&printed).join(" ");
    assert!(text.contains("36NVNY3QNGC344B"), "{text}");
    assert!(!text.contains("配對碼"), "{text}");
}

#[tokio::test]
async fn a_serial_belongs_to_whoever_paired_it_over_all_organisations() {
    let shop = Shop::open().await;
    // Two that type it in: neither has it yet.
    let other = testkit::organisation();
    let (brand, branch) = (
        chassis::id::BrandId::new(shop.service.clock()),
        chassis::id::BranchId::new(shop.service.clock()),
    );
    shop.add_branch(other, brand, branch).await;
    let theirs = CreateDeviceRequest {
        branch_id: branch.to_string(),
        ..shop.device_request("S-1", STAR)
    };
    let mut others = shop.devices_as(&testkit::identities::owner(other));
    let created = others.create_device(theirs.clone()).await.unwrap();
    let created = created.into_inner().device.unwrap();
    let own = shop
        .create_device("S-1", STAR)
        .await
        .unwrap()
        .device
        .unwrap();
    let twice = CreateDeviceRequest {
        idempotency_key: "twice".to_owned(),
        ..shop.device_request("s-1", STAR)
    };
    let refused = shop.devices().create_device(twice).await;
    assert_eq!(reason(refused), "SERIAL_TAKEN");

    let key = dispatch::DeviceKey {
        org: other,
        device: created.device_id.parse().unwrap(),
    };
    shop.online(key).await;
    let slip = shop.next(key).await.unwrap();
    let code = crate::common::pairing_code(&slip);
    let request = pair_request(&created.device_id, &code);
    others.pair_device(request).await.unwrap();

    let late = CreateDeviceRequest {
        idempotency_key: "late".to_owned(),
        ..shop.device_request("S-1", STAR)
    };
    let refused = shop.devices().create_device(late).await;
    assert_eq!(reason(refused), "SERIAL_TAKEN");
    // The code of ours is right, and comes too late.
    let key = shop.key(&own);
    shop.online(key).await;
    let slip = shop.next(key).await.unwrap();
    let code = crate::common::pairing_code(&slip);
    let refused = shop
        .devices()
        .pair_device(pair_request(&own.device_id, &code))
        .await;
    assert_eq!(reason(refused), "SERIAL_TAKEN");
}

#[tokio::test]
async fn codes_cannot_be_guessed() {
    let shop = Shop::open().await;
    let created = shop.create_device("S-1", STAR).await.unwrap();
    let device = created.device.unwrap();
    let key = shop.key(&device);
    shop.online(key).await;
    let slip = shop.next(key).await.unwrap();
    let right = crate::common::pairing_code(&slip);
    shop.print(key, &slip).await;
    let wrong = if right == "000000" {
        "000001"
    } else {
        "000000"
    };
    let guess = async |code: &str| {
        let request = pair_request(&device.device_id, code);
        shop.devices().pair_device(request).await
    };
    for malformed in ["", "12345", "1234567", "abcdef"] {
        assert_eq!(reason(guess(malformed).await), "VALIDATION_FAILED");
    }
    for _ in 0..5 {
        assert_eq!(reason(guess(wrong).await), "PAIRING_FAILED");
    }
    assert_eq!(reason(guess(&right).await), "PAIRING_FAILED", "it is over");
    let slip = shop.poll(key).await.expect("another slip by itself");
    let next = crate::common::pairing_code(&slip);
    assert_ne!(next, right);
    let send = || SendPairingSlipRequest {
        device_id: device.device_id.clone(),
    };
    for _ in 0..3 {
        shop.devices().send_pairing_slip(send()).await.unwrap();
    }
    let refused = shop.devices().send_pairing_slip(send()).await;
    assert_eq!(reason(refused), "RATE_LIMITED");
    shop.advance_secs(60 * 60);
    shop.devices().send_pairing_slip(send()).await.unwrap();
    let slip = shop.poll(key).await.unwrap();
    shop.advance_secs(15 * 60);
    let late = guess(&crate::common::pairing_code(&slip)).await;
    assert_eq!(reason(late), "PAIRING_FAILED", "fifteen minutes");
}

#[tokio::test]
async fn an_address_is_shown_once_kept_as_a_digest_and_ended_by_another() {
    let shop = Shop::open().await;
    let first = shop.create_device("S-1", STAR).await.unwrap();
    let again = shop.create_device("S-1", STAR).await.unwrap();
    assert_eq!(again.address, "", "the repeat does not show it");
    let device = first.device.unwrap();
    assert_eq!(again.device.as_ref().unwrap().device_id, device.device_id);
    let secret = |address: &str| address.rsplit('/').next().unwrap().to_owned();
    let stored = "SELECT count(*) FROM devices
                  WHERE octet_length(secret_hash) = 32";
    assert_eq!(shop.count(stored).await, 1);
    let renew = RenewDeviceAddressRequest {
        device_id: device.device_id.clone(),
        version: device.version,
    };
    let renewed = shop.devices().renew_device_address(renew.clone()).await;
    let renewed = renewed.unwrap().into_inner();
    assert_ne!(renewed.address, first.address);
    let find = async |address: &str| {
        dispatch::find_device(&shop.deps, &secret(address))
            .await
            .unwrap()
    };
    assert!(find(&first.address).await.is_none());
    assert!(find(&renewed.address).await.is_some());
    let refused = shop.devices().renew_device_address(renew).await;
    assert_eq!(reason(refused), "VERSION_CONFLICT");

    let cloud = shop
        .create_device("36NVNY3QNGC344B", PrintChannel::Xpyun)
        .await
        .unwrap();
    assert_eq!(cloud.address, "");
    let cloud = cloud.device.unwrap();
    let renew = RenewDeviceAddressRequest {
        device_id: cloud.device_id,
        version: cloud.version,
    };
    let refused = shop.devices().renew_device_address(renew).await;
    assert_eq!(reason(refused), "NO_ADDRESS");
}

#[tokio::test]
async fn everything_wrong_with_a_device_is_named_at_once() {
    let shop = Shop::open().await;
    let request = CreateDeviceRequest {
        idempotency_key: "k".to_owned(),
        branch_id: shop.branch.to_string(),
        serial: "A B".to_owned(),
        name: String::new(),
        channel: STAR.into(),
        paper: 9,
        agent_address: "192.168.1.50:9100".to_owned(),
        vendor_key: "abc".to_owned(),
        settings: Some(DeviceSettings {
            offline_after_secs: 29,
            ..Default::default()
        }),
        ..Default::default()
    };
    let refused = shop.devices().create_device(request).await;
    let mut found = fields(refused);
    found.sort();
    let expected = [
        "agent_address",
        "name",
        "paper",
        "serial",
        "settings.offline_after_secs",
        "vendor_key",
    ];
    assert_eq!(found, expected);
    let feie = CreateDeviceRequest {
        vendor_key: String::new(),
        ..shop.device_request("316500010", PrintChannel::Feie)
    };
    let refused = shop.devices().create_device(feie).await;
    assert_eq!(fields(refused), ["vendor_key"]);
    let agent = CreateDeviceRequest {
        agent_id: chassis::id::PrintAgentId::new(shop.service.clock()).to_string(),
        agent_address: "192.168.1.50:9100".to_owned(),
        ..shop.device_request("A-1", PrintChannel::Agent)
    };
    let refused = shop.devices().create_device(agent).await;
    assert_eq!(reason(refused), "NOT_FOUND");
}

#[tokio::test]
async fn the_key_of_a_vendor_is_stored_sealed() {
    let shop = Shop::open().await;
    let created = shop
        .create_device("316500010", PrintChannel::Feie)
        .await
        .unwrap();
    let key = shop.key(&created.device.unwrap());
    let plain = "SELECT count(*) FROM devices
                 WHERE position('abcdefgh'::bytea IN vendor_key) > 0";
    assert_eq!(shop.count(plain).await, 0);
    let mut tx = shop.deps.db.tenant(shop.org).await.unwrap();
    let opened = printing::app::secrets::open_vendor_key(&shop.deps, &mut tx, key.device)
        .await
        .unwrap();
    assert_eq!(opened.unwrap().reveal(), "abcdefgh");
    let none = "SELECT count(*) FROM idempotency_keys
                WHERE position('abcdefgh'::bytea IN response) > 0";
    assert_eq!(shop.count(none).await, 0);
}

#[tokio::test]
async fn a_device_with_print_points_cannot_be_archived_and_without_its_serial_is_free() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop
        .prints(printer, "櫃檯", Document::KitchenSlip, PrintTrigger::Placed)
        .await;
    let mut order = shop.order("001");
    shop.step(&mut order, Step::Placed).await;
    let get = GetDeviceRequest {
        device_id: printer.device.to_string(),
    };
    let device = shop.devices().get_device(get.clone()).await.unwrap();
    let device = device.into_inner().device.unwrap();
    assert_eq!(device.waiting_jobs, 1);
    let delete = DeleteDeviceRequest {
        device_id: device.device_id.clone(),
        version: device.version,
    };
    let refused = shop.devices().delete_device(delete.clone()).await;
    assert_eq!(reason(refused), "DEVICE_IN_USE");
    let gone = proto::printing::v1::DeletePrintPointRequest {
        print_point_id: point.print_point_id,
        version: point.version,
    };
    shop.points().delete_print_point(gone).await.unwrap();
    shop.devices().delete_device(delete).await.unwrap();
    let refused = shop.devices().get_device(get).await;
    assert_eq!(reason(refused), "NOT_FOUND");
    assert!(shop.poll(printer).await.is_none(), "its jobs are cancelled");
    let again = CreateDeviceRequest {
        idempotency_key: "again".to_owned(),
        ..shop.device_request("S-1", STAR)
    };
    shop.devices().create_device(again).await.unwrap();
}

#[tokio::test]
async fn a_device_is_changed_by_its_version_and_listed_by_name() {
    let shop = Shop::open().await;
    for serial in ["S-3", "S-1", "S-2"] {
        shop.create_device(serial, STAR).await.unwrap();
    }
    let list = |page_size, page_token: &str| ListDevicesRequest {
        branch_id: shop.branch.to_string(),
        page_size,
        page_token: page_token.to_owned(),
    };
    let found = shop.devices().list_devices(list(0, "")).await.unwrap();
    let found = found.into_inner().devices;
    let serials: Vec<_> = found.iter().map(|device| device.serial.as_str()).collect();
    assert_eq!(serials, ["S-1", "S-2", "S-3"]);
    let change = |version| UpdateDeviceRequest {
        device_id: found[0].device_id.clone(),
        version,
        name: "zzz".to_owned(),
        settings: Some(DeviceSettings {
            offline_after_secs: 600,
            ..Default::default()
        }),
        ..Default::default()
    };
    let changed = shop.devices().update_device(change(1)).await.unwrap();
    let changed = changed.into_inner().device.unwrap();
    assert_eq!((changed.name.as_str(), changed.version), ("zzz", 2));
    assert_eq!(changed.settings.unwrap().offline_after_secs, 600);
    let refused = shop.devices().update_device(change(1)).await;
    assert_eq!(reason(refused), "VERSION_CONFLICT");
    let refused = shop.devices().list_devices(list(7, "")).await;
    assert_eq!(fields(refused), ["page_size"]);
    let refused = shop.devices().list_devices(list(0, "nonsense")).await;
    assert_eq!(fields(refused), ["page_token"]);
}

#[tokio::test]
async fn a_silent_printer_is_offline_after_its_own_time() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let states = async || {
        let request = ListDeviceStatesRequest {
            branch_id: shop.branch.to_string(),
            ..Default::default()
        };
        let found = shop.devices().list_device_states(request).await.unwrap();
        found.into_inner().devices.remove(0)
    };
    assert_eq!(states().await.state(), DeviceState::Online);
    let now = shop.service.clock().now();
    shop.advance_secs(59);
    shop.online(printer).await;
    shop.advance_secs(59);
    assert_eq!(
        states().await.state(),
        DeviceState::Online,
        "seen meanwhile"
    );
    shop.advance_secs(1);
    testkit::eventually(async || states().await.state() == DeviceState::Offline).await;
    let since = states().await.state_since.unwrap();
    let since = chassis::time::from_wire(&since).unwrap();
    assert_eq!((since - now).num_seconds(), 119);
}

#[tokio::test]
async fn an_agent_is_created_with_a_code_that_is_shown_once() {
    let shop = Shop::open().await;
    let create = CreatePrintAgentRequest {
        idempotency_key: "a".to_owned(),
        branch_id: shop.branch.to_string(),
        name: "後場".to_owned(),
    };
    let created = shop.devices().create_print_agent(create.clone()).await;
    let created = created.unwrap().into_inner();
    assert_eq!(created.code.len(), 10);
    let again = shop.devices().create_print_agent(create).await.unwrap();
    assert_eq!(again.into_inner().code, "");
    let agent = created.agent.unwrap();
    assert!(!agent.paired && !agent.connected);
    let renew = || RenewPrintAgentCodeRequest {
        agent_id: agent.agent_id.clone(),
    };
    for _ in 0..4 {
        let renewed = shop.devices().renew_print_agent_code(renew()).await;
        assert_ne!(renewed.unwrap().into_inner().code, created.code);
    }
    let refused = shop.devices().renew_print_agent_code(renew()).await;
    assert_eq!(reason(refused), "RATE_LIMITED");

    let list = ListPrintAgentsRequest {
        branch_id: shop.branch.to_string(),
        ..Default::default()
    };
    let found = shop
        .devices()
        .list_print_agents(list.clone())
        .await
        .unwrap();
    let found = found.into_inner().agents;
    assert_eq!(found.len(), 1);
    let device = CreateDeviceRequest {
        agent_id: agent.agent_id.clone(),
        agent_address: "usb:0519:2013".to_owned(),
        paper: Paper::Mm80.into(),
        ..shop.device_request("A-1", PrintChannel::Agent)
    };
    shop.devices().create_device(device).await.unwrap();
    let delete = DeletePrintAgentRequest {
        agent_id: agent.agent_id.clone(),
        version: found[0].version,
    };
    let refused = shop.devices().delete_print_agent(delete).await;
    assert_eq!(reason(refused), "DEVICE_IN_USE");
}
