//! Slips, from an order at the storefront to paper: each comes out once, on whatever stands in the branch.

use anyhow::{Context as _, ensure};
use devtool::demo::{
    chain::PASSWORD,
    client::{Staff, text},
};
use integration_tests::{Customer, PrintShop, ShopPrinter, new_key};
use reqwest::{Client, Method};
use serde_json::{Value, json};

const AT_ONCE: (&str, Option<&str>, &str) = ("customer_slip", Some("placed"), "order");
const FOR_THE_KITCHEN: (&str, Option<&str>, &str) = ("kitchen_slip", Some("placed"), "order");

/// An order of a customer of the shop.
struct Placed {
    customer: Customer,
    order_id: String,
    /// 取件號碼.
    pickup: String,
    /// 訂單編號, which no other order has.
    number: String,
    /// Names the order's page.
    token: String,
    order: Value,
}

impl Placed {
    /// Two cups of the first drink and one of the second.
    async fn at(shop: &PrintShop) -> anyhow::Result<Self> {
        let customer = Customer::of(&shop.shop)?;
        let items = &shop.shop.items;
        let placed = customer.buy(&[(&items[0], 2), (&items[3], 1)]).await?;
        ensure!(placed.status == 201, "no order: {placed:?}");
        let order = placed.body["order"].clone();
        Ok(Self {
            customer,
            order_id: text(&order, "/order_id")?.to_owned(),
            pickup: text(&order, "/pickup_number")?.to_owned(),
            number: text(&order, "/order_number")?.to_owned(),
            token: text(&placed.body, "/access_token")?.to_owned(),
            order,
        })
    }

    async fn cancel(&self) -> anyhow::Result<()> {
        let path = format!("/orders/{}/cancel", self.token);
        let body = json!({});
        let cancelled = self
            .customer
            .call(Method::POST, &path, None, Some(&body))
            .await?;
        ensure!(
            cancelled.status == 200,
            "it is not cancelled: {cancelled:?}"
        );
        Ok(())
    }

    /// Slips of a printer with the code of this order's page.
    async fn with_code(&self, shop: &PrintShop, printer: &ShopPrinter) -> anyhow::Result<usize> {
        let slips = shop.tray.slips(&printer.name, 0).await?;
        let of_order = slips.iter().filter(|slip| {
            let mut codes = slip.codes().into_iter();
            codes.any(|code| code.ends_with(&self.token))
        });
        Ok(of_order.count())
    }
}

fn of_point<'a>(jobs: &'a [Value], printer: &ShopPrinter) -> anyhow::Result<&'a Value> {
    let mut jobs = jobs.iter();
    let found = jobs.find(|job| job["print_point_id"] == printer.point_id.as_str());
    found.with_context(|| format!("no job for {}", printer.name))
}

#[tokio::test]
async fn an_order_comes_out_once_on_each_kind_of_printer() -> anyhow::Result<()> {
    let shop = PrintShop::open().await?;
    let star = shop.star("counter", &[AT_ONCE]).await?;
    let epson = shop.epson("kitchen", &[FOR_THE_KITCHEN]).await?;
    let (on_port, _agent) = shop.behind_agent("bar", &[AT_ONCE]).await?;

    let first = Placed::at(&shop).await?;
    let second = Placed::at(&shop).await?;
    for placed in [&first, &second] {
        let jobs = shop.until_printed(&placed.order_id, 3).await?;
        for printer in [&star, &epson, &on_port] {
            assert_eq!(of_point(&jobs, printer)?["attempts"], 1, "{jobs:#?}");
        }
        for printer in [&star, &on_port] {
            let total = placed.order["total"].to_string();
            let shown = [&placed.pickup, "紅玉紅茶", "薑汁黑糖", &total, "王**"];
            shop.tray.until(&printer.name, &shown).await?;
        }
        let shown = [&placed.pickup, "紅玉紅茶", "薑汁黑糖", "共 3 份"];
        let slip = shop.tray.until(&epson.name, &shown).await?;
        assert!(!slip.shows("補印") && !slip.shows("冬瓜檸檬"));
    }
    // What is printed twice comes out before the second order's slip, or with it.
    for placed in [&first, &second] {
        for printer in [&star, &on_port] {
            assert_eq!(
                placed.with_code(&shop, printer).await?,
                1,
                "{}",
                printer.name
            );
        }
        let slips = shop.that_show(&epson, &placed.number).await?;
        assert_eq!(slips.len(), 1, "{}", epson.name);
    }
    shop.close(&[&star, &epson, &on_port]).await
}

#[tokio::test]
async fn a_cancelled_order_takes_its_paper_back() -> anyhow::Result<()> {
    let shop = PrintShop::open().await?;
    let kitchen = shop.epson("kitchen", &[FOR_THE_KITCHEN]).await?;
    let kept = Placed::at(&shop).await?;
    let cancelled = Placed::at(&shop).await?;
    for placed in [&kept, &cancelled] {
        shop.until_printed(&placed.order_id, 1).await?;
    }
    cancelled.cancel().await?;

    let shown = ["取消單", cancelled.pickup.as_str(), "紅玉紅茶"];
    shop.tray.until(&kitchen.name, &shown).await?;
    let jobs = shop.until_printed(&cancelled.order_id, 2).await?;
    let documents: Vec<_> = jobs.iter().map(|job| &job["document"]).collect();
    assert_eq!(documents, ["kitchen_slip", "cancel_slip"]);
    assert_eq!(shop.that_show(&kitchen, "取消單").await?.len(), 1);
    assert_eq!(shop.jobs(&kept.order_id).await?.len(), 1);
    shop.close(&[&kitchen]).await
}

#[tokio::test]
async fn a_slip_that_is_printed_again_says_so() -> anyhow::Result<()> {
    let shop = PrintShop::open().await?;
    let counter = shop.star("counter", &[AT_ONCE]).await?;
    let placed = Placed::at(&shop).await?;
    let jobs = shop.until_printed(&placed.order_id, 1).await?;
    let path = format!("/print-jobs/{}/reprint", text(&jobs[0], "/job_id")?);
    let owner = &shop.shop.owner;
    let key = new_key();
    for _ in 0..2 {
        // The second press under the same key is the first one's answer.
        let again = owner
            .call_with_key(&key, Method::POST, &path, json!({}))
            .await?;
        assert_eq!(again["job"]["reprint"], 1);
    }

    let shown = ["補印 1", placed.pickup.as_str(), "紅玉紅茶"];
    shop.tray.until(&counter.name, &shown).await?;
    shop.until_printed(&placed.order_id, 2).await?;
    let slips = shop.that_show(&counter, &placed.number).await?;
    let marked: Vec<bool> = slips.iter().map(|slip| slip.shows("補印")).collect();
    assert_eq!(marked, [false, true]);
    shop.close(&[&counter]).await
}

#[tokio::test]
async fn the_first_paper_accepts_an_order_once() -> anyhow::Result<()> {
    let shop = PrintShop::open().await?;
    shop.accepts_after_printing().await?;
    let counter = shop.star("counter", &[AT_ONCE]).await?;
    let kitchen = shop.epson("kitchen", &[FOR_THE_KITCHEN]).await?;
    // Without paper nothing is accepted.
    for printer in [&counter, &kitchen] {
        shop.tray
            .change(&printer.name, &json!({"paper": "out"}))
            .await?;
    }
    let placed = Placed::at(&shop).await?;
    let owner = &shop.shop.owner;
    let path = format!("/orders/{}", placed.order_id);
    shop.until_jobs(&placed.order_id, |jobs| jobs.len() == 2)
        .await?;
    let seen = owner.call(Method::GET, &path, Value::Null).await?;
    assert_eq!(seen["order"]["state"], "placed");

    for printer in [&counter, &kitchen] {
        shop.tray
            .change(&printer.name, &json!({"paper": "ok"}))
            .await?;
    }
    let jobs = shop.until_printed(&placed.order_id, 2).await?;
    let again = format!("/print-jobs/{}/reprint", text(&jobs[0], "/job_id")?);
    owner.call(Method::POST, &again, json!({})).await?;
    shop.until_printed(&placed.order_id, 3).await?;
    // The last of what follows from paper: an order of later is accepted by its own.
    let later = Placed::at(&shop).await?;
    let accepted = async |order: &Placed| {
        let path = format!("/orders/{}", order.order_id);
        let seen = owner.call(Method::GET, &path, Value::Null).await?;
        let events = seen["events"].as_array().cloned().unwrap_or_default();
        let accepted = events.iter().filter(|event| event["to"] == "accepted");
        anyhow::Ok(accepted.count())
    };
    let both = async {
        while accepted(&later).await? == 0 {
            tokio::task::yield_now().await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), both).await??;
    assert_eq!(accepted(&placed).await?, 1);
    shop.close(&[&counter, &kitchen]).await
}

/// What is refused, with its reason.
async fn refusal(staff: &Staff, method: Method, path: &str) -> anyhow::Result<String> {
    match staff.call(method.clone(), path, json!({})).await {
        Ok(answer) => anyhow::bail!("{method} {path} was answered: {answer}"),
        Err(refused) => Ok(refused.to_string()),
    }
}

#[tokio::test]
async fn printers_and_slips_of_others_are_out_of_reach() -> anyhow::Result<()> {
    let (shop, other) = (PrintShop::open().await?, PrintShop::open().await?);
    let counter = shop.star("counter", &[AT_ONCE]).await?;
    let foreign = other.star("counter", &[AT_ONCE]).await?;
    let placed = Placed::at(&shop).await?;
    let jobs = shop.until_printed(&placed.order_id, 1).await?;
    let job = text(&jobs[0], "/job_id")?;
    let (branch, device, point) = (&shop.shop.branch_id, &counter.device_id, &counter.point_id);

    let brand = &shop.shop.brand_id;
    let branch_two = json!({
        "brand_id": brand, "code": "T2", "slug": "second", "name": "信義店",
        "phone": "02-2521-0002", "address": "臺北市信義區", "time_zone": "Asia/Taipei",
        "cutoff_minutes": 240, "state": "live",
    });
    let owner = &shop.shop.owner;
    let second = owner.call(Method::POST, "/branches", branch_two).await?;
    let person = json!({
        "account": "branch.manager", "name": "阿梅", "role": "branch_manager", "password": PASSWORD,
        "scope": {"organisation": false, "brand_ids": [],
                  "branch_ids": [text(&second, "/branch/branch_id")?]},
    });
    owner.call(Method::POST, "/accounts", person).await?;
    let gateway = &shop.platform.endpoints.gateway;
    let mei = Staff::sign_in(gateway, &shop.shop.organisation, "branch.manager", PASSWORD).await?;

    for (staff, reason) in [(&other.shop.owner, "NOT_FOUND"), (&mei, "OUT_OF_SCOPE")] {
        for path in [
            format!("/branches/{branch}/print-devices"),
            format!("/branches/{branch}/print-device-states"),
            format!("/branches/{branch}/print-jobs"),
            format!("/branches/{branch}/print-points"),
            format!("/branches/{branch}/print-settings"),
            format!("/branches/{branch}/print-agents"),
            format!("/print-devices/{device}"),
            format!("/print-points/{point}/rules"),
            format!("/print-jobs/{job}"),
            format!("/print-jobs/{job}/preview"),
        ] {
            let refused = refusal(staff, Method::GET, &path).await?;
            assert!(refused.contains(reason), "{path}: {refused}");
        }
        for path in [
            format!("/print-jobs/{job}/reprint"),
            format!("/print-devices/{device}/test-slips"),
            format!("/print-devices/{device}/pairing-slips"),
            format!("/print-devices/{device}/pair"),
        ] {
            refusal(staff, Method::POST, &path).await?;
        }
        let seen = staff
            .call(
                Method::GET,
                &format!("/orders/{}/print-jobs", placed.order_id),
                Value::Null,
            )
            .await;
        let empty = |seen: Value| seen["jobs"].as_array().is_none_or(Vec::is_empty);
        assert!(seen.is_err() || seen.is_ok_and(empty), "jobs of others");
    }

    // A printer with an address of its own and the name of another's try gets nothing.
    let slips = shop.that_show(&counter, &placed.number).await?;
    let token = &slips.first().context("no slip")?.job;
    let devices = shop.tray.devices().await?;
    let address = text(&devices[&foreign.name], "/url")?;
    let asked = format!("{address}?type=image/png&token={token}");
    let got = Client::new().get(asked).send().await?;
    ensure!(!got.status().is_success(), "another's slip: {got:?}");
    assert_eq!(shop.jobs(&placed.order_id).await?.len(), 1);
    shop.close(&[&counter, &foreign]).await
}
