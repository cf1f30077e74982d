//! What an account may touch is judged at every operation, by id as by list: another branch of one's
//! own organisation, mixed paths, and who may only look.

use anyhow::Context as _;
use devtool::demo::{
    chain::{self, PASSWORD},
    client::{Staff, text},
};
use integration_tests::{Customer, Platform, Shop};
use reqwest::Method;
use serde_json::{Value, json};

/// A brand with two branches; the second has one of everything that another branch's staff must
/// neither see nor change.
struct Chain {
    gateway: String,
    first: Shop,
    second: Shop,
    /// The second branch's things.
    order: Value,
    pause_id: String,
    special_day_id: String,
    hours_version: i64,
}

impl Chain {
    async fn open(platform: &Platform) -> anyhow::Result<Self> {
        let first = platform.shop(100).await?;
        let gateway = platform.endpoints.gateway.clone();
        let second = second_branch(&gateway, &first).await?;
        let tea = &second.items[0];
        second.stock(tea, 10).await?;
        let placed = Customer::of(&second)?.buy(&[(tea, 1)]).await?;
        anyhow::ensure!(placed.status == 201, "no order: {placed:?}");

        let owner = &second.owner;
        let of = |rest: &str| format!("/branches/{}{rest}", second.branch_id);
        let pause = json!({
            "target": {"kind": "product", "id": second.items[1].product_id},
            "reason": "equipment", "end": {"kind": "manual"},
            "scope": "branches", "branch_ids": [second.branch_id],
        });
        let pause = owner.call(Method::POST, "/pauses", pause).await?;
        let available = owner
            .call(Method::GET, &of("/availability"), Value::Null)
            .await?;
        let slots = available["slots"].as_array().context("no slots")?;
        let last = text(slots.last().context("no slot")?, "/starts_at")?;
        let day = json!({"name": "包場", "from_date": last[..10], "to_date": last[..10]});
        let day = json!({"special_day": day});
        let day = owner.call(Method::POST, &of("/special-days"), day).await?;
        let hours = owner.call(Method::GET, &of("/hours"), Value::Null).await?;
        let mut later = json!({
            "slot_minutes": 15, "lead_minutes": 20, "days_ahead": 7, "last_order_minutes": 15,
            "max_orders_per_slot": 50,
        });
        later["periods"] = hours["hours"]["periods"].clone();
        later["version"] = hours["hours"]["version"].clone();
        let later = json!({"hours": later, "effective_at": last});
        let later = owner.call(Method::PUT, &of("/hours"), later).await?;
        let limit = json!({
            "rules": [{
                "measure": "orders", "target": {"kind": "all"}, "window": {"kind": "slot"},
                "days": {"weekdays": []}, "limit": 99, "shares": [], "reserved_for_counter": 0,
                "early_hours": 0, "enabled": true,
            }],
            "version": 0, "note": "",
        });
        owner.call(Method::PUT, &of("/limits"), limit).await?;
        Ok(Self {
            gateway,
            order: placed.body["order"].clone(),
            pause_id: text(&pause, "/pause/pause_id")?.to_owned(),
            special_day_id: text(&day, "/special_day/special_day_id")?.to_owned(),
            hours_version: later["pending"][0]["number"]
                .as_i64()
                .context("no number of the pending hours")?,
            first,
            second,
        })
    }

    /// Somebody with a role in the first branch only, signed in.
    async fn staff(&self, role: &str) -> anyhow::Result<Staff> {
        let account = role.replace('_', ".");
        let person = json!({
            "account": account, "name": "阿梅", "role": role, "password": PASSWORD,
            "scope": {"organisation": false, "brand_ids": [], "branch_ids": [self.first.branch_id]},
        });
        let owner = &self.first.owner;
        owner.call(Method::POST, "/accounts", person).await?;
        Staff::sign_in(&self.gateway, &self.first.organisation, &account, PASSWORD).await
    }

    /// Everything of the second branch, as its owner sees it.
    async fn seen_by_owner(&self) -> anyhow::Result<Vec<Value>> {
        let order_id = text(&self.order, "/order_id")?;
        let of = |rest: &str| format!("/branches/{}{rest}", self.second.branch_id);
        let mut seen = Vec::new();
        for path in [
            format!("/orders/{order_id}"),
            of("/pauses"),
            of("/special-days"),
            of("/hours/versions"),
            of("/limits"),
            of("/stock"),
            of("/menus"),
        ] {
            let owner = &self.second.owner;
            seen.push(owner.call(Method::GET, &path, Value::Null).await?);
        }
        Ok(seen)
    }
}

async fn second_branch(gateway: &str, first: &Shop) -> anyhow::Result<Shop> {
    let owner = Staff::sign_in(gateway, &first.organisation, chain::OWNER, PASSWORD).await?;
    let branch = json!({
        "brand_id": first.brand_id, "code": "T2", "slug": "second", "name": "信義店",
        "phone": "02-2521-0002", "address": "臺北市信義區", "time_zone": "Asia/Taipei",
        "cutoff_minutes": 240, "state": "live",
    });
    let branch = owner.call(Method::POST, "/branches", branch).await?;
    let branch_id = text(&branch, "/branch/branch_id")?.to_owned();
    let publish = json!({"branch_ids": [branch_id]});
    let path = format!("/brands/{}/publish", first.brand_id);
    owner.call(Method::POST, &path, publish).await?;
    chain::set_hours(&owner, &branch_id, (0, 1440), Some(100)).await?;
    Ok(Shop {
        owner,
        organisation: first.organisation.clone(),
        organisation_id: first.organisation_id,
        brand_id: first.brand_id.clone(),
        branch_id,
        url: first.url.replace("/main", "/second"),
        items: first.items.clone(),
    })
}

/// The problem a call is refused with; fails when it is not.
async fn refusal(staff: &Staff, method: Method, path: &str, body: Value) -> anyhow::Result<Value> {
    let refused = match staff.call(method.clone(), path, body).await {
        Ok(answer) => anyhow::bail!("{method} {path} was answered: {answer}"),
        Err(refused) => refused.to_string(),
    };
    let document = refused.find('{').map(|start| &refused[start..]);
    let mut problem: Value = serde_json::from_str(document.context("no problem document")?)?;
    problem["trace_id"] = Value::Null;
    Ok(problem)
}

#[tokio::test]
async fn staff_of_one_branch_neither_see_nor_change_another() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let chain = Chain::open(&platform).await?;
    let mei = chain.staff("branch_manager").await?;
    let before = chain.seen_by_owner().await?;

    let (own, other) = (&chain.first.branch_id, &chain.second.branch_id);
    let brand = &chain.first.brand_id;
    let tea = &chain.first.items[0];
    let sku = &tea.variant_id;
    let order_id = text(&chain.order, "/order_id")?;
    let (pause_id, day_id) = (&chain.pause_id, &chain.special_day_id);
    let number = chain.hours_version;
    let order = format!("/orders/{order_id}");
    let of = |rest: &str| format!("/branches/{other}{rest}");
    let pause = |more: Value| {
        let mut pause = json!({
            "target": {"kind": "product", "id": tea.product_id}, "reason": "equipment",
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            pause[key] = value.clone();
        }
        pause
    };
    let day = json!({"special_day": {
        "name": "店休", "from_date": "2030-01-01", "to_date": "2030-01-01", "version": 1,
    }});
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    let calls = [
        // By the id of the other branch's things.
        (&get, order.clone(), Value::Null),
        (
            &post,
            format!("{order}/transition"),
            json!({"to": "accepted", "version": 1}),
        ),
        (&post, format!("{order}/undo"), json!({"version": 1})),
        (&post, format!("{order}/unmask"), json!({"reason": "x"})),
        (&get, format!("{order}/slots"), Value::Null),
        (
            &post,
            format!("{order}/reschedule"),
            json!({"version": 1, "wanted_at": "2030-01-01T04:00:00Z", "reason": "x"}),
        ),
        // By the other branch itself.
        (&get, of("/orders"), Value::Null),
        (&get, of("/events"), Value::Null),
        (&get, of("/stock"), Value::Null),
        (&get, of("/stock/names"), Value::Null),
        (&get, of("/stock/export"), Value::Null),
        (&get, of("/pauses"), Value::Null),
        (
            &post,
            "/pauses".to_owned(),
            pause(json!({"scope": "branches", "branch_ids": [other]})),
        ),
        (&get, of("/hours"), Value::Null),
        (&get, of("/special-days"), Value::Null),
        (&get, of("/limits"), Value::Null),
        (&get, of("/menus"), Value::Null),
        (
            &post,
            of(&format!("/stock/{sku}/movements")),
            json!({"kind": "counted", "quantity": 1, "reason": "x"}),
        ),
        // The path names one's own branch, something else the other.
        (
            &post,
            format!("/pauses/{pause_id}/resume"),
            json!({"version": 1, "branch_id": own}),
        ),
        (
            &post,
            format!("/pauses/{pause_id}/resume"),
            json!({"version": 1}),
        ),
        (&put, format!("/branches/{own}/special-days/{day_id}"), day),
        (
            &post,
            format!("/special-days/{day_id}/remove"),
            json!({"version": 1}),
        ),
        (
            &post,
            format!("/branches/{own}/hours/versions/{number}/withdraw"),
            json!({"version": 2}),
        ),
        (
            &post,
            "/pauses".to_owned(),
            pause(json!({"scope": "branches", "branch_ids": [own, other]})),
        ),
        (
            &post,
            "/pauses".to_owned(),
            pause(json!({"scope": "brand", "brand_id": brand})),
        ),
        (
            &post,
            "/limits/copy".to_owned(),
            json!({"from_branch_id": own, "to_branch_ids": [other]}),
        ),
        (
            &post,
            format!("/branches/{own}/stock/{sku}/transfers"),
            json!({"to_branch_id": other, "quantity": 1, "reason": "x"}),
        ),
        (
            &post,
            format!("/brands/{brand}/special-days"),
            json!({"special_day": {
                "name": "店休", "from_date": "2030-01-01", "to_date": "2030-01-01",
            }}),
        ),
        (
            &post,
            format!("/brands/{brand}/publish"),
            json!({"branch_ids": [own, other]}),
        ),
        (
            &post,
            format!("/brands/{brand}/publish"),
            json!({"branch_ids": []}),
        ),
    ];
    for (method, path, body) in calls {
        let problem = refusal(&mei, method.clone(), &path, body).await?;
        let status = problem["status"].as_u64().unwrap_or_default();
        assert!(
            matches!(status, 403 | 404 | 409),
            "{method} {path} answered: {problem}"
        );
        let said = problem.to_string();
        for secret in ["信義", "王小姐", "2521"] {
            assert!(!said.contains(secret), "{method} {path} says {said}");
        }
    }
    assert_eq!(
        chain.seen_by_owner().await?,
        before,
        "something was changed"
    );

    let own_menu = json!({"branch_ids": [own]});
    let path = format!("/brands/{brand}/publish");
    let published = mei.call(Method::POST, &path, own_menu).await?;
    assert_eq!(published["versions"].as_array().map(Vec::len), Some(1));
    Ok(())
}

#[tokio::test]
async fn who_may_only_look_changes_nothing_and_the_kitchen_only_makes() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(100).await?;
    let tea = &shop.items[0];
    shop.stock(tea, 5).await?;
    let gateway = &platform.endpoints.gateway;
    let enter = async |role: &str| {
        let person = json!({
            "account": role, "name": "阿明", "role": role, "password": PASSWORD,
            "scope": {"organisation": false, "brand_ids": [], "branch_ids": [shop.branch_id]},
        });
        shop.owner.call(Method::POST, "/accounts", person).await?;
        Staff::sign_in(gateway, &shop.organisation, role, PASSWORD).await
    };
    let (counter, kitchen) = (enter("counter").await?, enter("kitchen").await?);

    let stock = format!("/branches/{}/stock", shop.branch_id);
    let item = format!("{stock}/{}", tea.variant_id);
    let setting = json!({"mode": "untracked", "daily_amount": 0, "low_threshold": 0, "version": 1});
    let count = json!({"kind": "counted", "quantity": 1, "reason": ""});
    for (method, path, body) in [
        (Method::PUT, item.clone(), setting),
        (Method::POST, format!("{item}/movements"), count),
    ] {
        let problem = refusal(&counter, method, &path, body).await?;
        assert_eq!(problem["reason"], "PERMISSION_DENIED", "{path}");
        assert_eq!(problem["params"]["permission"], "ops.stock", "{path}");
    }
    let names = format!("{stock}/names");
    let names = counter.call(Method::GET, &names, Value::Null).await?;
    assert_eq!(names["variants"][0]["name"], "紅玉紅茶");
    assert_eq!(shop.available(tea).await?, 5);

    let placed = Customer::of(&shop)?.buy(&[(tea, 1)]).await?;
    let order = &placed.body["order"];
    let path = format!("/orders/{}", text(order, "/order_id")?);
    let press = |version: &Value, more: Value| {
        let mut body = more;
        body["version"] = version.clone();
        (format!("{path}/transition"), body)
    };
    for refused in [
        json!({"to": "accepted"}),
        json!({"to": "preparing"}),
        json!({"to": "cancelled", "cancel_reason": "too_busy"}),
        json!({"to": "rejected", "cancel_reason": "too_busy"}),
    ] {
        let (path, body) = press(&order["version"], refused);
        let problem = refusal(&kitchen, Method::POST, &path, body).await?;
        assert_eq!(problem["reason"], "PERMISSION_DENIED");
        assert_eq!(problem["params"]["permission"], "ops.orders");
    }
    let later =
        json!({"version": order["version"], "wanted_at": order["promised_at"], "reason": "x"});
    let problem = refusal(&kitchen, Method::POST, &format!("{path}/reschedule"), later).await?;
    assert_eq!(problem["reason"], "PERMISSION_DENIED");

    let accepted = shop.transition(order, json!({"to": "accepted"})).await?;
    let (to, body) = press(&accepted["version"], json!({"to": "preparing"}));
    let made = kitchen.call(Method::POST, &to, body).await?;
    let unpaid = json!({"to": "completed", "override_payment": true, "reason": "招待"});
    let (to, body) = press(&made["order"]["version"], unpaid);
    let problem = refusal(&kitchen, Method::POST, &to, body).await?;
    assert_eq!(problem["reason"], "PERMISSION_DENIED");
    let paid = json!({"to": "completed", "cash_received": true});
    let (to, body) = press(&made["order"]["version"], paid);
    let done = kitchen.call(Method::POST, &to, body).await?;
    assert_eq!(done["order"]["state"], "completed");
    Ok(())
}

#[tokio::test]
async fn another_organisations_order_is_as_if_it_never_was() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let (theirs, ours) = (platform.shop(100).await?, platform.shop(100).await?);
    let placed = Customer::of(&theirs)?.buy(&[(&theirs.items[0], 1)]).await?;
    let theirs = text(&placed.body, "/order/order_id")?.to_owned();
    let never = "01890a5d-ac96-774b-bcce-b302099a8057".to_owned();
    let at = json!({"version": 1, "wanted_at": "2030-01-01T04:00:00Z", "reason": "x"});
    for (method, rest, body) in [
        (Method::GET, "", Value::Null),
        (Method::GET, "/slots", Value::Null),
        (
            Method::POST,
            "/transition",
            json!({"to": "accepted", "version": 1}),
        ),
        (Method::POST, "/undo", json!({"version": 1})),
        (Method::POST, "/unmask", json!({"reason": "x"})),
        (Method::POST, "/reschedule", at),
    ] {
        let mut answers = Vec::new();
        for order in [&theirs, &never] {
            let path = format!("/orders/{order}{rest}");
            let problem = refusal(&ours.owner, method.clone(), &path, body.clone()).await?;
            assert_eq!(problem["reason"], "NOT_FOUND", "{method} {path}");
            answers.push(problem);
        }
        assert_eq!(answers[0], answers[1], "{method} {rest}");
    }
    Ok(())
}

/// The whole phone is for who may know it, one order at a time and for a reason.
#[tokio::test]
async fn a_phone_is_masked_until_somebody_who_may_asks_for_it() -> anyhow::Result<()> {
    let platform = Platform::find()?;
    let shop = platform.shop(100).await?;
    let placed = Customer::of(&shop)?.buy(&[(&shop.items[0], 1)]).await?;
    let whole = text(&placed.body, "/order/contact_phone")?;
    let path = format!("/orders/{}", text(&placed.body, "/order/order_id")?);
    let shown = shop.owner.call(Method::GET, &path, Value::Null).await?;
    assert!(text(&shown, "/order/contact_phone")?.contains("***"));
    let unmask = format!("{path}/unmask");
    let problem = refusal(&shop.owner, Method::POST, &unmask, json!({"reason": ""})).await?;
    assert_eq!(problem["reason"], "REASON_REQUIRED");
    let known = json!({"reason": "通知缺貨"});
    let known = shop.owner.call(Method::POST, &unmask, known).await?;
    assert_eq!(text(&known, "/contact/phone")?, whole);
    Ok(())
}
