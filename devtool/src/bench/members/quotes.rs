//! Quotes for members with three coupons in the cart, beside those for guests.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, ensure};
use reqwest::{Client, Method, header};
use serde_json::{Value, json};

use super::{
    super::{
        load::{self, Request},
        orders::{Posted, cart, quote},
        report::Figure,
    },
    Size, buyers, slug,
};
use crate::{
    demo::{
        client::{checked, text},
        members::Member,
        rules::{activate, enable, rule},
    },
    endpoints::Endpoints,
    home::Home,
    infra::{postgres, wait_until},
    shop::Shop,
};

/// What each of the coupons takes off.
const OFF: [i64; 3] = [3, 5, 7];
/// Devices of guests, each of which comes again and again.
const DEVICES: u64 = 50;
const CLIENTS: [usize; 3] = [1, 8, 32];
const AIM_P99_MS: f64 = 25.0;
const WARM_UP: Duration = Duration::from_secs(3);
const LIMIT: Duration = Duration::from_secs(30);

/// Measures and answers the figures.
pub async fn bench(home: &Home, endpoints: &Endpoints, size: Size) -> anyhow::Result<Vec<Figure>> {
    let shop = Shop::open(home, endpoints, None).await?;
    let members = buyers(endpoints, &shop, size.buyers).await?;
    allow_three(&shop).await?;
    issue(&shop, &members).await?;

    let gateway = endpoints.gateway_host();
    let mut bodies = Vec::new();
    let bare = cart(&shop);
    let guest = quote(&shop, &bare, None).await?;
    for member in members {
        let mut cart = bare.clone();
        cart["entered"] = json!({"coupons": coupons(endpoints, &shop, &member).await?});
        // Ordering learns what a brand allows by an event.
        wait_until("a quote with three coupons", LIMIT, async || {
            let quoted = quote(&shop, &cart, Some(&member.cookies)).await;
            quoted.is_ok_and(|quoted| off(&guest, &quoted) == Some(OFF.iter().sum()))
        })
        .await?;
        bodies.push((member.cookies, cart.to_string()));
    }
    postgres::analyze(endpoints).await?;

    let posted = Arc::new(Posted::to(&shop, &gateway, "/quotes")?);
    let of_guests: Request = {
        let (posted, body) = (posted.clone(), bare.to_string());
        Arc::new(move |number| {
            posted.bytes(&format!("yzm_device={:032x}", number % DEVICES), &body)
        })
    };
    let of_members: Request = Arc::new(move |number| {
        let at = usize::try_from(number).unwrap_or(0) % bodies.len();
        let (cookies, body) = &bodies[at];
        posted.bytes(cookies, body)
    });
    let mut figures = Vec::new();
    load::run(&gateway, 8, WARM_UP, of_guests.clone()).await?;
    load::run(&gateway, 8, WARM_UP, of_members.clone()).await?;
    for clients in CLIENTS {
        let guests = load::run(&gateway, clients, size.time, of_guests.clone()).await?;
        let ours = load::run(&gateway, clients, size.time, of_members.clone()).await?;
        ensure!(ours.refused == 0, "{} quotes were refused", ours.refused);
        let name = |what: &str| format!("{what}, {clients} clients");
        figures.push(
            Figure::plain(
                name("quotes with 3 coupons / of guests"),
                ours.per_second,
                "quotes/s",
            )
            .beside(guests.per_second, None),
        );
        figures.push(Figure::plain(
            name("quote of a guest p99"),
            guests.p99_ms,
            "ms",
        ));
        figures.push(Figure::plain(
            name("quote with 3 coupons p50"),
            ours.p50_ms,
            "ms",
        ));
        let p99 = Figure::plain(name("quote with 3 coupons p99"), ours.p99_ms, "ms");
        figures.push(if clients == 32 {
            p99.at_most(AIM_P99_MS)
        } else {
            p99
        });
    }
    Ok(figures)
}

/// What the second quote is below the first.
fn off(guest: &Value, member: &Value) -> Option<i64> {
    Some(guest["goods_total"].as_i64()? - member["goods_total"].as_i64()?)
}

async fn allow_three(shop: &Shop) -> anyhow::Result<()> {
    // The rules of a brand are published with its first promotion or change of settings; this one never acts.
    let far = json!({"order": {"thresholds": [{"at": 90_000, "off": {"amount": 1}}]}});
    let far = rule("滿九萬折一元", &shop.brand_id, far);
    enable(
        &shop.owner,
        json!({"promotion": {"internal_name": "滿九萬折一元", "rule": far}}),
    )
    .await?;
    let path = format!("/brands/{}/benefit-settings", shop.brand_id);
    let now = shop.owner.call(Method::GET, &path, Value::Null).await?;
    let three = json!({
        "version": now["version"].as_i64().unwrap_or(0),
        "settings": {"discount_cap_bp": null, "max_codes": 3, "max_coupons": 3},
    });
    shop.owner.call(Method::PUT, &path, three).await?;
    Ok(())
}

/// A coupon of each of three templates for each member.
async fn issue(shop: &Shop, members: &[Member]) -> anyhow::Result<()> {
    let ids: Vec<&str> = members.iter().map(|it| it.member_id.as_str()).collect();
    for off in OFF {
        let effect = json!({"order": {"thresholds": [{"at": 0, "off": {"amount": off}}]}});
        let name = format!("折 {off} 元");
        let template = json!({"template": {
            "internal_name": name, "rule": rule(&name, &shop.brand_id, effect),
            "terms": "每筆訂單限用一張。", "validity": {"days": 30}, "per_member_limit": 1,
        }});
        let template = activate(&shop.owner, template).await?;
        let path = format!("/coupon-templates/{template}/coupons");
        let issued = json!({"member_ids": ids, "reason": "量測"});
        let issued = shop.owner.call(Method::POST, &path, issued).await?;
        ensure!(
            issued["issued_count"].as_u64() == Some(ids.len() as u64),
            "not all got a coupon: {issued}"
        );
    }
    Ok(())
}

/// The coupons that a member sees.
async fn coupons(
    endpoints: &Endpoints,
    shop: &Shop,
    member: &Member,
) -> anyhow::Result<Vec<String>> {
    let url = format!("{}/api/members/{}/coupons", endpoints.gateway, slug(shop));
    let list = Client::new()
        .get(url)
        .header(header::COOKIE, &member.cookies);
    let list = checked("the coupons", list.send().await?).await?;
    let list = list["coupons"].as_array().context("no coupons")?;
    list.iter()
        .map(|coupon| Ok(text(coupon, "/coupon_id")?.to_owned()))
        .collect()
}
