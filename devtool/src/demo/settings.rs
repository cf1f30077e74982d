//! What a branch that has been run for a while has set: stock, recipes, limits, pauses, other hours.

use anyhow::Context as _;
use chassis::clock::{Clock as _, SystemClock};
use chrono::{DurationRound as _, TimeDelta};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    chain::every_day,
    client::{Staff, text},
};

/// What a brand sells.
pub struct Sold {
    products: Value,
    groups: Value,
}

impl Sold {
    /// Reads a brand's products and option groups.
    pub async fn of(staff: &Staff, brand_id: &str) -> anyhow::Result<Self> {
        let read = async |path: String| staff.call(Method::GET, &path, Value::Null).await;
        Ok(Self {
            products: read(format!("/brands/{brand_id}/products?page_size=100")).await?,
            groups: read(format!("/brands/{brand_id}/option-groups")).await?,
        })
    }

    /// The product at a place of the menu.
    fn product(&self, place: usize) -> &Value {
        &self.products["products"][place]
    }

    /// Variants of the products with this in their names.
    fn variants_of(&self, part: &str) -> impl Iterator<Item = &str> {
        let products = self.products["products"].as_array().into_iter().flatten();
        let named = products.filter(move |product| {
            let name = product["name"].as_str();
            name.is_some_and(|name| name.contains(part))
        });
        named
            .flat_map(|product| product["variants"].as_array().into_iter().flatten())
            .filter_map(|variant| variant["variant_id"].as_str())
    }

    fn option(&self, name: &str) -> anyhow::Result<&str> {
        let groups = self.groups["option_groups"].as_array();
        let options = groups
            .into_iter()
            .flatten()
            .flat_map(|group| group["options"].as_array().into_iter().flatten());
        let mut named = options.filter(|option| option["name"] == name);
        let option = named.next().context("the menu has no such option")?;
        text(option, "/option_id")
    }
}

/// A daily amount, a running stock, and a drink that is sold out.
pub async fn set_stock(staff: &Staff, sold: &Sold, branch_id: &str) -> anyhow::Result<()> {
    let settings = [
        json!({"mode": "daily", "daily_amount": 80, "low_threshold": 10, "version": 0}),
        json!({"mode": "running", "daily_amount": 0, "low_threshold": 5, "version": 0}),
        json!({"mode": "running", "daily_amount": 0, "low_threshold": 5, "version": 0}),
    ];
    for (index, setting) in settings.into_iter().enumerate() {
        let sku = text(sold.product(index * 3 + 1), "/variants/0/variant_id")?;
        let path = format!("/branches/{branch_id}/stock/{sku}");
        staff.call(Method::PUT, &path, setting).await?;
        if index == 1 {
            for movement in [
                json!({"kind": "received", "quantity": 120, "reason": "開店進貨"}),
                json!({"kind": "scrapped", "quantity": 4, "reason": "打翻"}),
            ] {
                let movements = format!("{path}/movements");
                staff.call(Method::POST, &movements, movement).await?;
            }
        }
    }
    Ok(())
}

/// Toppings, and the drinks they are in, that take from shared components; answers the components
/// with the units that a branch receives.
pub async fn create_recipes(
    staff: &Staff,
    sold: &Sold,
    brand_id: &str,
) -> anyhow::Result<Vec<(String, i64)>> {
    let mut components = Vec::new();
    for (topping, in_drinks, units) in [("珍珠", "波霸", 150), ("芋圓", "芋圓", 60)] {
        let name = format!("煮好的{topping}（份）");
        let path = format!("/brands/{brand_id}/components");
        let made = staff
            .call(Method::POST, &path, json!({"name": name}))
            .await?;
        let component = text(&made, "/component/sku_id")?;
        let mut skus = vec![sold.option(topping)?];
        skus.extend(sold.variants_of(in_drinks));
        for sku in skus {
            let path = format!("/brands/{brand_id}/recipes/{sku}");
            let parts = json!([{"component_id": component, "units": 1}]);
            let recipe = json!({"parts": parts, "version": null});
            staff.call(Method::PUT, &path, recipe).await?;
        }
        components.push((component.to_owned(), units));
    }
    Ok(components)
}

/// Counts components and receives their first units.
pub async fn receive(
    staff: &Staff,
    branch_id: &str,
    components: &[(String, i64)],
) -> anyhow::Result<()> {
    for (component, units) in components {
        let path = format!("/branches/{branch_id}/stock/{component}");
        let setting =
            json!({"mode": "running", "daily_amount": 0, "low_threshold": 15, "version": 0});
        staff.call(Method::PUT, &path, setting).await?;
        let received = json!({"kind": "received", "quantity": units, "reason": "開店備料"});
        let movements = format!("{path}/movements");
        staff.call(Method::POST, &movements, received).await?;
    }
    Ok(())
}

/// Orders of a slot, minutes of the kitchen, fruit teas of an hour, and one drink of a day.
fn limits(sold: &Sold) -> anyhow::Result<Value> {
    let target = |kind: &str, id: Option<&str>, name: Option<&str>| json!({"kind": kind, "id": id, "method": null, "name": name});
    let window = |kind: &str, minutes: Option<i32>| json!({"kind": kind, "minutes": minutes, "name": null, "from_minute": null, "to_minute": null});
    let rule = |measure: &str, target: Value, window: Value, limit: i64| {
        json!({
            "rule_id": null, "measure": measure, "target": target, "window": window,
            "days": {"weekdays": [], "from_date": null, "to_date": null, "date": null},
            "limit": limit, "people": null, "shares": [], "reserved_for_counter": 0,
            "early_hours": 0, "enabled": true,
        })
    };
    let (slot, hour, day) = (
        window("slot", None),
        window("rolling", Some(60)),
        window("day", None),
    );
    let mut orders = rule("orders", target("all", None, None), slot.clone(), 20);
    orders["reserved_for_counter"] = 4.into();
    let mut kitchen = rule(
        "make_minutes",
        target("station", None, Some("廚房")),
        slot,
        0,
    );
    kitchen["people"] = 2.into();
    let product = sold.product(9);
    let (id, name) = (text(product, "/product_id")?, text(product, "/name")?);
    Ok(json!([
        orders,
        kitchen,
        rule("units", target("tag", None, Some("果茶")), hour, 80),
        rule("units", target("product", Some(id), Some(name)), day, 30),
    ]))
}

/// Limits the branch.
pub async fn set_limits(staff: &Staff, sold: &Sold, branch_id: &str) -> anyhow::Result<()> {
    let path = format!("/branches/{branch_id}/limits");
    let present = staff.call(Method::GET, &path, Value::Null).await?;
    let version = &present["limits"]["version"];
    let wanted = json!({"rules": limits(sold)?, "version": version, "note": "平日人力"});
    staff.call(Method::PUT, &path, wanted).await?;
    Ok(())
}

/// Keeps the limits as a template of the brand.
pub async fn save_limit_template(staff: &Staff, sold: &Sold, brand_id: &str) -> anyhow::Result<()> {
    let path = format!("/brands/{brand_id}/limit-templates");
    let template =
        json!({"template_id": null, "name": "平日人力", "rules": limits(sold)?, "version": null});
    staff.call(Method::POST, &path, template).await?;
    Ok(())
}

/// A drink that a broken machine stops for today, and a topping that is being cooked.
pub async fn pause(staff: &Staff, sold: &Sold, branch_id: &str) -> anyhow::Result<()> {
    let target =
        |kind: &str, id: &str| json!({"kind": kind, "id": id, "method": null, "name": null});
    let product = text(sold.product(10), "/product_id")?;
    for pause in [
        json!({
            "target": target("product", product),
            "scope": "branches", "branch_ids": [branch_id], "reason": "equipment", "note": "封口機送修",
            "end": {"kind": "today", "minutes": null, "at": null},
        }),
        json!({
            "target": target("option", sold.option("仙草凍")?),
            "scope": "branches", "branch_ids": [branch_id], "reason": "out_of_stock",
            "note": "補貨中，大約三小時後到", "end": {"kind": "minutes", "minutes": 180, "at": null},
        }),
    ] {
        staff.call(Method::POST, "/pauses", pause).await?;
    }
    Ok(())
}

/// Closes the branch on one day to come.
pub async fn close_one_day(staff: &Staff, branch_id: &str, in_days: i64) -> anyhow::Result<()> {
    let date = (SystemClock.now() + TimeDelta::days(in_days)).date_naive();
    let date = date.to_string();
    let day = json!({"name": "員工旅遊", "from_date": date, "to_date": date, "periods": []});
    let day = json!({"special_day": day});
    let path = format!("/branches/{branch_id}/special-days");
    staff.call(Method::POST, &path, day).await?;
    Ok(())
}

/// Prepares other hours for a day to come.
pub async fn plan_hours(
    staff: &Staff,
    branch_id: &str,
    hours: (i32, i32),
    in_days: i64,
) -> anyhow::Result<()> {
    let path = format!("/branches/{branch_id}/hours");
    let present = staff.call(Method::GET, &path, Value::Null).await?;
    let begin =
        (SystemClock.now() + TimeDelta::days(in_days)).duration_trunc(TimeDelta::hours(1))?;
    let mut wanted = every_day(hours, Some(60));
    wanted["version"] = present["hours"]["version"].clone();
    let wanted = json!({"hours": wanted, "effective_at": begin.to_rfc3339()});
    staff.call(Method::PUT, &path, wanted).await?;
    Ok(())
}
