//! The clients against the sandbox, which checks what they send as the vendors do.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use print_clouds::{
    Account, CallError, Content, Context, Http, HttpSettings, Job, NewPrinter, OrderState,
    PrinterState, Vendor, Voice,
};
use reqwest::{Client, Method};
use sandbox::{CONTROL, Running, Settings};
use serde_json::{Value, json};
use url::Url;

/// Noon of 2026-01-15 in Taipei.
const NOON: &str = "2026-01-15T04:00:00Z";

struct Cloud {
    vendor: Vendor,
    running: Running,
    http: Http,
    base: Url,
    account: Account,
    serial: &'static str,
    control: Client,
}

impl Cloud {
    /// A vendor with a printer of ours that is well.
    async fn of(vendor: Vendor) -> Self {
        let running = sandbox::start(Settings::default()).await.unwrap();
        let (path, key, serial) = match vendor {
            Vendor::Xpyun => (
                "/api/openapi/xprinter/",
                "sandbox-xpyun-key",
                "36NVNY3QNGC344B",
            ),
            Vendor::Feie => ("/Api/Open/", "sandboxFeieUkey1", "316500010"),
        };
        let cloud = Self {
            vendor,
            base: (running.url(vendor.as_str()) + path).parse().unwrap(),
            http: Http::new(HttpSettings::default()).unwrap(),
            account: Account::parse("dev@sandbox.test", key).unwrap(),
            serial,
            control: Client::new(),
            running,
        };
        cloud
            .ask(Method::POST, "/clock", json!({ "set": NOON }))
            .await;
        cloud.unit(json!({ "key": "abcdefgh" })).await;
        cloud.add().await.unwrap();
        cloud
    }

    fn context(&self) -> Context<'_> {
        Context {
            http: &self.http,
            base: &self.base,
            account: &self.account,
            now: now(),
        }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
        let request = self
            .control
            .request(method, self.running.url(CONTROL) + path);
        let response = request.json(&body).send().await.unwrap();
        assert!(response.status().is_success(), "{path}");
        let text = response.text().await.unwrap();
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn unit(&self, change: Value) {
        let path = format!("/{}/units/{}", self.vendor, self.serial);
        self.ask(Method::PUT, &path, change).await;
    }

    async fn arm(&self, mut fault: Value) {
        fault["system"] = json!(self.vendor.as_str());
        self.ask(Method::POST, "/faults", fault).await;
    }

    async fn advance(&self, seconds: i64) {
        let body = json!({ "advance_seconds": seconds });
        self.ask(Method::POST, "/clock", body).await;
    }

    async fn add(&self) -> Result<(), CallError> {
        let printer = NewPrinter {
            serial: self.serial,
            key: Some("abcdefgh"),
            name: "櫃檯",
        };
        self.vendor
            .cloud()
            .add_printer(self.context(), &printer)
            .await
    }

    async fn print(&self, key: &str) -> Result<String, CallError> {
        self.give(key, Content::Slip("<CB>001</CB><BR>珍珠奶茶 x2<BR>"))
            .await
    }

    async fn give(&self, key: &str, content: Content<'_>) -> Result<String, CallError> {
        let job = Job {
            key,
            serial: self.serial,
            content,
            copies: 2,
            voice: Voice::NewOrder,
            expires_at: now() + TimeDelta::hours(2),
        };
        self.vendor.cloud().print(self.context(), &job).await
    }

    async fn state(&self, order: &str) -> OrderState {
        let cloud = self.vendor.cloud();
        cloud.order_state(self.context(), order).await.unwrap()
    }

    async fn printer(&self) -> PrinterState {
        let cloud = self.vendor.cloud();
        cloud
            .printer_state(self.context(), self.serial)
            .await
            .unwrap()
    }

    /// Copies that came out, and the rules that were broken.
    async fn paper(&self) -> (u64, usize) {
        let slips = self.ask(Method::GET, "/printers/slips", Value::Null).await;
        let slips = slips.as_array().unwrap();
        let copies = slips.iter().map(|slip| slip["copies"].as_u64().unwrap());
        let broken = self.ask(Method::GET, "/violations", Value::Null).await;
        (copies.sum(), broken.as_array().unwrap().len())
    }
}

fn now() -> DateTime<Utc> {
    NOON.parse().unwrap()
}

#[tokio::test]
async fn a_slip_is_taken_printed_and_said_to_be_so() {
    for vendor in Vendor::ALL {
        let cloud = Cloud::of(vendor).await;
        assert_eq!(cloud.printer().await, PrinterState::Ready);
        let order = cloud.print("job.1").await.unwrap();
        assert_eq!(cloud.state(&order).await, OrderState::Waiting);
        cloud.advance(1).await;
        assert_eq!(cloud.state(&order).await, OrderState::Printed);
        assert_eq!(cloud.state("nothing").await, OrderState::Absent);
        let text = "<TEXT x=\"8\" y=\"8\" w=\"1\" h=\"1\" r=\"0\">001</TEXT>";
        let labels = match vendor {
            Vendor::Xpyun => format!("<PAGE><SIZE>40,25</SIZE>{text}</PAGE>").repeat(5),
            Vendor::Feie => format!("<DIRECTION>1</DIRECTION>{text}"),
        };
        cloud.give("job.2", Content::Labels(&labels)).await.unwrap();
        cloud.advance(1).await;
        assert_eq!(cloud.paper().await, (4, 0), "{vendor}");
        let counts = vendor
            .cloud()
            .counts(cloud.context(), cloud.serial, now().date_naive());
        assert_eq!(counts.await.unwrap().printed, 2);
    }
}

#[tokio::test]
async fn a_job_whose_answer_is_lost_is_out_once_and_not_given_again() {
    for vendor in Vendor::ALL {
        let cloud = Cloud::of(vendor).await;
        cloud.arm(json!({ "fault": "reset", "commit": true })).await;
        let lost = cloud.print("job.1").await.unwrap_err();
        assert!(lost.may_print(), "{lost:?}");
        cloud.advance(1).await;
        let counts = vendor
            .cloud()
            .counts(cloud.context(), cloud.serial, now().date_naive());
        assert_eq!(counts.await.unwrap().printed, 1);
        if vendor.cloud().capabilities().remembers_keys {
            let again = cloud.print("job.1").await.unwrap_err();
            assert_eq!(again, CallError::Duplicate);
            assert!(again.may_print());
        }
        cloud.advance(1).await;
        assert_eq!(cloud.paper().await, (2, 0), "{vendor}");
    }
}

#[tokio::test]
async fn a_printer_that_is_off_or_unwell() {
    for vendor in Vendor::ALL {
        let cloud = Cloud::of(vendor).await;
        cloud.unit(json!({ "online": false })).await;
        assert_eq!(cloud.printer().await, PrinterState::Offline);
        let given = cloud.print("job.1").await;
        if vendor.cloud().capabilities().queues_while_offline {
            assert_eq!(cloud.state(&given.unwrap()).await, OrderState::Waiting);
        } else {
            assert_eq!(given.unwrap_err(), CallError::Offline);
        }
        cloud
            .unit(json!({ "online": true, "paper_out": true }))
            .await;
        assert_eq!(cloud.printer().await, PrinterState::Unwell);
        let order = cloud.print("job.2").await.unwrap();
        cloud.advance(60).await;
        assert_eq!(cloud.state(&order).await, OrderState::Waiting);
        // Fencing forgets everything that waits.
        let clear = vendor.cloud().clear_queue(cloud.context(), cloud.serial);
        clear.await.unwrap();
        cloud.unit(json!({ "paper_out": false })).await;
        cloud.advance(60).await;
        assert_eq!(cloud.paper().await, (0, 0), "{vendor}");
    }
}

#[tokio::test]
async fn printers_are_added_and_removed_as_often_as_one_likes() {
    for vendor in Vendor::ALL {
        let cloud = Cloud::of(vendor).await;
        cloud.add().await.unwrap();
        let remove = || vendor.cloud().remove_printer(cloud.context(), cloud.serial);
        remove().await.unwrap();
        remove().await.unwrap();
        assert!(!cloud.print("job.1").await.unwrap_err().may_print());
        let other = match vendor {
            Vendor::Xpyun => "sandbox-xpyun-key-2",
            Vendor::Feie => "sandboxFeieUkey2",
        };
        let other = Account::parse("other@sandbox.test", other).unwrap();
        let theirs = Context {
            account: &other,
            ..cloud.context()
        };
        let printer = NewPrinter {
            serial: cloud.serial,
            key: Some("abcdefgh"),
            name: "別家",
        };
        vendor.cloud().add_printer(theirs, &printer).await.unwrap();
        let taken = cloud.add().await.unwrap_err();
        assert!(
            matches!(taken, CallError::UnknownPrinter { .. }),
            "{taken:?}"
        );
    }
}

#[tokio::test]
async fn a_wrong_key_is_a_matter_of_configuration() {
    let mut found = BTreeMap::new();
    for vendor in Vendor::ALL {
        let cloud = Cloud::of(vendor).await;
        let wrong = Account::parse("dev@sandbox.test", "wrong").unwrap();
        let context = Context {
            account: &wrong,
            ..cloud.context()
        };
        let error = vendor.cloud().printer_state(context, cloud.serial).await;
        found.insert(vendor, error.unwrap_err());
    }
    for (vendor, error) in found {
        assert!(
            matches!(error, CallError::Configuration { .. }),
            "{vendor}: {error:?}"
        );
    }
}
