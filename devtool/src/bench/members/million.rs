//! The list of a million members, and the daily run of their tiers.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use chassis::clock::{Clock as _, SystemClock};
use chrono::TimeDelta;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use rand::RngExt as _;
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    super::{
        load::{Measured, count},
        report::Figure,
    },
    Size, generated, tier_run,
};
use crate::{doctor, endpoints::Endpoints, home::Home, infra::postgres, shop::Shop};

const AIM_P95_MS: f64 = 100.0;
/// Staff who ask at the same time.
const STAFF: usize = 8;
/// How far somebody pages.
const PAGES: usize = 10;
const SORTS: [&str; 3] = ["joined", "last_order", "spent"];
const PATH: &str = "/members/find";

/// Measures and answers the figures.
pub async fn bench(home: &Home, endpoints: &Endpoints, size: Size) -> anyhow::Result<Vec<Figure>> {
    let shop = Shop::open(home, endpoints, None).await?;
    let begin = Instant::now();
    generated::write(endpoints, &shop, size.members).await?;
    postgres::analyze(endpoints).await?;
    let mut figures = vec![
        Figure::plain("members", count(size.members.cast_unsigned()), ""),
        Figure::plain("writing them", begin.elapsed().as_secs_f64(), "s"),
    ];

    let kinds = [
        ("list of members", first_pages()),
        ("list of members, tenth page", later_pages(&shop).await?),
        ("search by name", texts(&names())),
        ("search by phone", texts(&phones())),
        ("filtered list", filters(&shop)),
    ];
    for (name, questions) in kinds {
        // The first round warms up.
        ask(&shop, &questions, questions.len()).await?;
        let measured = ask(&shop, &questions, size.questions).await?;
        figures.push(Figure::plain(format!("{name} p50"), measured.p50_ms, "ms"));
        figures
            .push(Figure::plain(format!("{name} p95"), measured.p95_ms, "ms").at_most(AIM_P95_MS));
    }
    figures.extend(tier_run::bench(endpoints, &shop).await?);
    doctor::doctor(home).await.context("after the tier run")?;
    Ok(figures)
}

/// Asks the questions in turn, so many times in all.
async fn ask(shop: &Shop, questions: &[Value], times: usize) -> anyhow::Result<Measured> {
    let begin = Instant::now();
    let all = stream::iter(questions.iter().cycle().take(times)).map(|question| async move {
        let begin = Instant::now();
        let found = find(shop, question).await?;
        let elapsed = begin.elapsed();
        let rows = found["members"].as_array().map_or(0, Vec::len);
        ensure!(rows > 0, "nobody is found by {question}");
        anyhow::Ok(elapsed)
    });
    let all = all.buffer_unordered(STAFF);
    let all: Vec<Duration> = all.try_collect().await?;
    Measured::of(all, 0, begin.elapsed())
}

async fn find(shop: &Shop, question: &Value) -> anyhow::Result<Value> {
    shop.owner.call(Method::POST, PATH, question.clone()).await
}

fn first_pages() -> Vec<Value> {
    SORTS
        .map(|sort| json!({"sort": sort, "page_size": 50}))
        .to_vec()
}

async fn later_pages(shop: &Shop) -> anyhow::Result<Vec<Value>> {
    let mut questions = first_pages();
    for question in &mut questions {
        for _ in 1..PAGES {
            let found = find(shop, question).await?;
            let next = found["next_page_token"].as_str();
            question["page_token"] = next.context("too few members")?.into();
        }
    }
    Ok(questions)
}

/// One or two characters of names, frequent and rare.
fn names() -> Vec<String> {
    [
        "陳", "曾", "明", "哲", "林志", "陳美", "怡君", "淑芬", "王雅", "雅婷", "子晴", "承恩",
        "佳",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// The end of a phone, or its beginning.
fn phones() -> Vec<String> {
    let mut random = rand::rng();
    let mut phones = Vec::new();
    for _ in 0..20 {
        phones.push(format!("{:03}", random.random_range(0..1_000)));
        phones.push(format!("09{:03}", random.random_range(0..700)));
    }
    phones
}

fn texts(texts: &[String]) -> Vec<Value> {
    let questions = texts.iter();
    questions
        .map(|text| json!({"filter": {"text": text}, "page_size": 50}))
        .collect()
}

fn filters(shop: &Shop) -> Vec<Value> {
    let ago = |days| (SystemClock.now() - TimeDelta::days(days)).to_rfc3339();
    let filters = [
        json!({"states": ["blocked"]}),
        json!({"birth_month": 5, "gender": "female"}),
        json!({"min_orders": 3}),
        json!({"min_spent": 3_000, "max_spent": 4_000}),
        json!({"has_line": true, "marketing": "marketing_sms"}),
        json!({"joined_from": ago(40), "joined_until": ago(10)}),
        json!({"last_order_from": ago(30)}),
        json!({"source_branch_id": shop.branch_id, "min_orders": 1}),
        json!({"text": "陳", "min_orders": 1}),
    ];
    let mut questions = Vec::new();
    for filter in filters {
        for sort in SORTS {
            questions.push(json!({"filter": filter, "sort": sort, "page_size": 50}));
        }
    }
    questions
}
