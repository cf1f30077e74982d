//! A vendor's cloud, played by the sandbox, and a shop whose printer it drives.

use chassis::{clock::Clock as _, secret::Secret};
use chrono::{DateTime, Utc};
use print_clouds::Vendor;
use printing::{
    app::{
        clouds,
        dispatch::{self, DeviceKey},
    },
    domain::pairing,
};
use proto::printing::v1::{
    CloudAccount, Device, GetDeviceRequest, ListCloudAccountsRequest, PairDeviceRequest,
    PrintChannel, SaveCloudAccountRequest, cloud_account_service_client::CloudAccountServiceClient,
};
use reqwest::{Client, Method};
use sandbox::{CONTROL, Running, Settings};
use serde_json::{Value, json};
use testkit::CallerChannel;
use tonic::Status;

use super::Shop;

pub type Accounts = CloudAccountServiceClient<CallerChannel>;

/// A shop, and a vendor's cloud with one unit.
pub struct CloudShop {
    pub shop: Shop,
    pub vendor: Vendor,
    running: Running,
    control: Client,
}

/// The channel of a vendor.
pub const fn channel(vendor: Vendor) -> PrintChannel {
    match vendor {
        Vendor::Xpyun => PrintChannel::Xpyun,
        Vendor::Feie => PrintChannel::Feie,
    }
}

impl CloudShop {
    /// A shop with a unit that was not added to anything, whose turns the test takes.
    pub async fn open(vendor: Vendor) -> Self {
        Self::open_with(vendor, "0").await
    }

    /// The same; the service serves so many devices at a time by itself.
    pub async fn open_with(vendor: Vendor, at_once: &str) -> Self {
        let running = sandbox::start(Settings::default()).await.unwrap();
        let endpoints = format!("{vendor}={}", running.url(vendor.as_str()));
        let shop = Shop::open_with(&[
            ("PRINTING_CLOUD_ENDPOINTS", &endpoints),
            ("PRINTING_CLOUD_DEVICES_AT_ONCE", at_once),
        ])
        .await;
        let cloud = Self {
            shop,
            vendor,
            running,
            control: Client::new(),
        };
        cloud.set_clock().await;
        cloud.unit(json!({"key": "abcdefgh"})).await;
        cloud
    }

    /// A paired printer that is online, with the right account.
    pub async fn with_printer(vendor: Vendor) -> (Self, DeviceKey) {
        let cloud = Self::open(vendor).await;
        cloud.save_account(0, cloud.key()).await.unwrap();
        let device = cloud.create().await;
        cloud.turn(device).await;
        cloud.print_time(device).await;
        cloud.pair(device).await;
        (cloud, device)
    }

    pub fn serial(&self) -> &'static str {
        match self.vendor {
            Vendor::Xpyun => "36NVNY3QNGC344B",
            Vendor::Feie => "316500010",
        }
    }

    /// The key of the account that the cloud knows.
    pub fn key(&self) -> &'static str {
        match self.vendor {
            Vendor::Xpyun => "sandbox-xpyun-key",
            Vendor::Feie => "sandboxFeieUkey1",
        }
    }

    /// What its protocol calls the giving of a slip.
    pub fn print_call(&self) -> &'static str {
        match self.vendor {
            Vendor::Xpyun => "print",
            Vendor::Feie => "Open_printMsg",
        }
    }

    pub fn accounts(&self) -> Accounts {
        self.shop.accounts_as(&self.shop.owner())
    }

    pub async fn save_account(&self, version: i64, key: &str) -> Result<CloudAccount, Status> {
        let request = SaveCloudAccountRequest {
            channel: channel(self.vendor).into(),
            version,
            user: "dev@sandbox.test".to_owned(),
            key: key.to_owned(),
        };
        let saved = self.accounts().save_cloud_account(request).await?;
        Ok(saved.into_inner().account.unwrap())
    }

    pub async fn account(&self) -> CloudAccount {
        let mut accounts = self.accounts();
        let listed = accounts.list_cloud_accounts(ListCloudAccountsRequest {});
        listed.await.unwrap().into_inner().accounts.remove(0)
    }

    pub async fn create(&self) -> DeviceKey {
        let created = self
            .shop
            .create_device(self.serial(), channel(self.vendor))
            .await
            .unwrap();
        self.shop.key(&created.device.unwrap())
    }

    pub async fn device(&self, key: DeviceKey) -> Device {
        let request = GetDeviceRequest {
            device_id: key.device.to_string(),
        };
        let found = self.shop.devices().get_device(request).await.unwrap();
        found.into_inner().device.unwrap()
    }

    /// Types the code that the printer's first slip shows.
    pub async fn pair(&self, key: DeviceKey) {
        let request = PairDeviceRequest {
            device_id: key.device.to_string(),
            code: pairing::code(&self.shop.deps.master_key, key.device, 1),
        };
        self.shop.devices().pair_device(request).await.unwrap();
    }

    /// Sets the cloud's clock, which runs, to ours, which stands: what is given has an end on both.
    async fn set_clock(&self) {
        let now: DateTime<Utc> = self.shop.service.clock().now();
        self.ask(Method::POST, "/clock", json!({"set": now.to_rfc3339()}))
            .await;
    }

    /// Takes a turn with the device, as the service would.
    pub async fn turn(&self, key: DeviceKey) -> Option<DateTime<Utc>> {
        self.set_clock().await;
        clouds::turn(&self.shop.deps, key).await.unwrap()
    }

    /// Time passes here and at the cloud.
    pub async fn advance(&self, secs: i64) {
        self.shop.advance_secs(secs);
        self.ask(Method::POST, "/clock", json!({"advance_seconds": secs}))
            .await;
    }

    /// The cloud prints what it has, and is asked about it.
    pub async fn print_time(&self, key: DeviceKey) {
        self.advance(1).await;
        self.turn(key).await;
    }

    pub async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
        let url = self.running.url(CONTROL) + path;
        let request = self.control.request(method, url);
        let response = request.json(&body).send().await.unwrap();
        assert!(response.status().is_success(), "{path}");
        serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default()
    }

    /// Waits for what takes time of ours: workers ask again after seconds of the clock that stands still, so it moves
    /// on with each look.
    pub async fn until_some_time(&self, is_so: impl AsyncFn() -> bool) {
        const LOOKS: usize = 100;
        let mut looks = tokio::time::interval(std::time::Duration::from_millis(300));
        for _ in 0..LOOKS {
            looks.tick().await;
            if is_so().await {
                return;
            }
            self.advance(1).await;
        }
        panic!("it is not so after {LOOKS} looks");
    }

    /// Forgets what the vendor has refused so far.
    pub async fn forget_violations(&self) {
        self.ask(Method::DELETE, "/violations", Value::Null).await;
    }

    /// Changes the unit, or makes it.
    pub async fn unit(&self, change: Value) -> Value {
        let path = format!("/{}/units/{}", self.vendor, self.serial());
        self.ask(Method::PUT, &path, change).await
    }

    pub async fn arm(&self, mut fault: Value) {
        fault["system"] = json!(self.vendor.as_str());
        self.ask(Method::POST, "/faults", fault).await;
    }

    /// What the cloud was given, the pairing slip first.
    pub async fn orders(&self) -> Vec<Value> {
        let path = format!("/{}/orders", self.vendor);
        let orders = self.ask(Method::GET, &path, Value::Null).await;
        orders.as_array().unwrap().clone()
    }

    /// Everything that came out of the printer, in its order, and nothing that the vendor would not have taken.
    pub async fn paper(&self) -> Vec<String> {
        let broken = self.ask(Method::GET, "/violations", Value::Null).await;
        assert_eq!(broken, json!([]), "{}", self.vendor);
        let slips = self.ask(Method::GET, "/printers/slips", Value::Null).await;
        let slips = slips.as_array().unwrap();
        let text = |slip: &Value| {
            let lines = slip["lines"].as_array().unwrap();
            let texts = lines.iter().map(|line| line["text"].as_str().unwrap());
            texts.collect::<Vec<_>>().join("\n")
        };
        let mut texts: Vec<(u64, String)> = slips
            .iter()
            .map(|slip| (slip["number"].as_u64().unwrap(), text(slip)))
            .collect();
        texts.sort();
        texts.into_iter().map(|(_, text)| text).collect()
    }

    /// Whether the key is anywhere in the database as it is.
    pub async fn stores_plain(&self, key: &str) -> bool {
        let mut superuser = self.shop.service.db().superuser().await;
        sqlx::query_scalar(
            "SELECT EXISTS (
                 SELECT 1 FROM cloud_accounts WHERE position($1::bytea IN sealed_key) > 0
             ) OR EXISTS (SELECT 1 FROM idempotency_keys WHERE position($1::bytea IN response) > 0)",
        )
        .bind(key.as_bytes())
        .fetch_one(&mut superuser)
        .await
        .unwrap()
    }

    /// Whoever had the device's turn has died after noting that the cloud is called, before it was.
    pub async fn dies_before_the_call(&self, key: DeviceKey) {
        let job = dispatch::next_job(&self.shop.deps, key).await.unwrap();
        let job = job.expect("something to print");
        let held = printing::domain::job::Delivery::Held;
        assert!(self.shop.deliver(key, &job, held).await);
    }
}

impl Shop {
    pub fn accounts_as(&self, identity: &chassis::authn::Identity) -> Accounts {
        CloudAccountServiceClient::new(self.service.channel_as(identity))
    }
}

/// Nobody's key.
pub fn wrong_key() -> Secret {
    Secret::from("not-the-key-of-anybody")
}
