//! The chain itself: organisation, brands, branches, catalogue, hours, people.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Context as _;
use chassis::{
    authn::{Identity, Signer},
    clock::SystemClock,
    id::OrganisationId,
};
use proto::{
    options::v1::Plan,
    staff::v1::{CreateOrganisationRequest, staff_service_client::StaffServiceClient},
};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    client::{Staff, text},
    coupons, members, orders, paid_orders, payments, points, printers, rules,
    settings::{self, Sold},
};
use crate::{
    endpoints::{Demo, Endpoints},
    home::Home,
    infra::wait_until,
    keys::Keys,
};

/// Sign-in of the demo; it is on loopback only and printed by `./dev up`.
const ORGANISATION: &str = "haorizi";
/// Account of the owner of what this creates.
pub const OWNER: &str = "owner";
/// Its password.
pub const PASSWORD: &str = "haorizi-demo-2026";

/// The branch that is open around the clock.
const OPEN: (&str, &str) = ("shanlan", "zhongshan");
/// Days from now on which a branch's other hours begin, and on which it is closed.
const OTHER_HOURS_IN_DAYS: i64 = 14;
const CLOSED_IN_DAYS: i64 = 20;

struct BrandPlan {
    slug: &'static str,
    name: &'static str,
    accent: &'static str,
    introduction: &'static str,
    menu: &'static [u8],
    branches: &'static [BranchPlan],
}

struct BranchPlan {
    slug: &'static str,
    code: &'static str,
    name: &'static str,
    phone: &'static str,
    address: &'static str,
    /// Opening and close on every day, in minutes after midnight.
    hours: (i32, i32),
}

const BRANDS: [BrandPlan; 2] = [
    BrandPlan {
        slug: "shanlan",
        name: "山嵐茶舖",
        accent: "#2f6b4f",
        introduction: "每天現煮，茶葉來自南投與嘉義的小農。",
        menu: include_bytes!("../../demo/shanlan.csv"),
        branches: &[
            BranchPlan {
                slug: "zhongshan",
                code: "SL01",
                name: "中山店",
                phone: "02-2521-0001",
                address: "臺北市中山區南京東路一段 20 號",
                hours: (0, 1440),
            },
            BranchPlan {
                slug: "xinyi",
                code: "SL02",
                name: "信義店",
                phone: "02-2722-0002",
                address: "臺北市信義區松壽路 12 號",
                hours: (420, 120),
            },
        ],
    },
    BrandPlan {
        slug: "guoshi",
        name: "果實日和",
        accent: "#b3402e",
        introduction: "當季水果現切現打。",
        menu: include_bytes!("../../demo/guoshi.csv"),
        branches: &[BranchPlan {
            slug: "gongguan",
            code: "GS01",
            name: "公館店",
            phone: "02-2365-0003",
            address: "臺北市中正區羅斯福路四段 60 號",
            hours: (600, 1320),
        }],
    },
];

/// Loads everything and answers how to sign in.
pub async fn load(home: &Home, endpoints: &Endpoints) -> anyhow::Result<Demo> {
    create_organisation(home, endpoints, ORGANISATION, "好日子餐飲").await?;
    let staff = Staff::sign_in(&endpoints.gateway, ORGANISATION, OWNER, PASSWORD).await?;
    let mut brands = BTreeMap::new();
    let keys = Keys::of(home)?;
    for plan in &BRANDS {
        load_brand(&staff, endpoints, &keys, plan).await?;
        let slugs = plan
            .branches
            .iter()
            .map(|branch| branch.slug.to_owned())
            .collect();
        brands.insert(plan.slug.to_owned(), slugs);
    }
    points::set_up(&staff).await?;
    let known = staff.call(Method::GET, "/brands", Value::Null).await?;
    create_people(&staff, &known).await?;
    let (brand, branch) = OPEN;
    let listed = known["brands"].as_array().context("there are no brands")?;
    let open = listed.iter().find(|known| known["slug"] == brand);
    let brand_id = text(open.context("the first brand is missing")?, "/brand_id")?;
    coupons::set_up(&staff, brand_id).await?;
    members::load(&staff, endpoints, OPEN).await?;
    coupons::give(&staff, brand_id).await?;
    Ok(Demo {
        organisation: ORGANISATION.to_owned(),
        account: OWNER.to_owned(),
        password: PASSWORD.to_owned(),
        open: (brand.to_owned(), branch.to_owned()),
        brands,
    })
}

/// Creates an organisation on the largest plan, as the platform's operators do, with its owner.
pub async fn create_organisation(
    home: &Home,
    endpoints: &Endpoints,
    code: &str,
    name: &str,
) -> anyhow::Result<OrganisationId> {
    let id = OrganisationId::new(&SystemClock);
    let keys = Keys::of(home)?;
    let signer = Signer::new("ops", keys.seed("ops")?, Arc::new(SystemClock));
    let token = signer.sign(&Identity::service("ops", None), 60);
    let mut client = StaffServiceClient::connect(endpoints.services["staff"].clone()).await?;
    let mut request = tonic::Request::new(CreateOrganisationRequest {
        organisation_id: id.to_string(),
        code: code.to_owned(),
        name: name.to_owned(),
        owner_account: OWNER.to_owned(),
        owner_name: "總部管理者".to_owned(),
        owner_password: PASSWORD.to_owned(),
        plan: Plan::Max.into(),
    });
    request
        .metadata_mut()
        .insert("authorization", format!("Bearer {token}").parse()?);
    client.create_organisation(request).await?;
    Ok(id)
}

async fn load_brand(
    staff: &Staff,
    endpoints: &Endpoints,
    keys: &Keys,
    plan: &BrandPlan,
) -> anyhow::Result<()> {
    let brand = staff
        .call(
            Method::POST,
            "/brands",
            json!({
                "slug": plan.slug, "name": plan.name, "currency": "TWD",
                "accent": plan.accent, "introduction": plan.introduction,
            }),
        )
        .await?;
    let brand_id = text(&brand, "/brand/brand_id")?.to_owned();
    let mut branches = Vec::new();
    for branch in plan.branches {
        let made = staff
            .call(
                Method::POST,
                "/branches",
                json!({
                    "brand_id": brand_id, "code": branch.code, "slug": branch.slug,
                    "name": branch.name, "phone": branch.phone, "address": branch.address,
                    "time_zone": "Asia/Taipei", "cutoff_minutes": 240, "state": "live",
                }),
            )
            .await?;
        branches.push((text(&made, "/branch/branch_id")?.to_owned(), branch));
    }

    create_option_groups(staff, &brand_id).await?;
    let import = format!("/brands/{brand_id}/products/import?dry_run=false");
    let report = staff.upload(&import, plan.menu).await?;
    anyhow::ensure!(
        report["applied"] == true,
        "the menu was not imported: {report}"
    );
    let publish = format!("/brands/{brand_id}/publish");
    staff
        .call(Method::POST, &publish, json!({"branch_ids": []}))
        .await?;
    let sold = Sold::of(staff, &brand_id).await?;
    for (branch_id, branch) in &branches {
        set_hours(staff, branch_id, branch.hours, Some(60)).await?;
        settings::set_stock(staff, &sold, branch_id).await?;
    }
    let components = settings::create_recipes(staff, &sold, &brand_id).await?;
    settings::save_limit_template(staff, &sold, &brand_id).await?;
    for (branch_id, branch) in &branches {
        settings::receive(staff, branch_id, &components).await?;
        settings::set_limits(staff, &sold, branch_id).await?;
        settings::pause(staff, &sold, branch_id).await?;
        let shop = format!(
            "{}/api/shop/{}/{}",
            endpoints.gateway, plan.slug, branch.slug
        );
        if (plan.slug, branch.slug) == OPEN {
            printers::set_up(staff, endpoints, keys, branch_id).await?;
            orders::a_day_of(staff, &shop).await?;
        } else {
            orders::pre_orders_of(staff, &shop).await?;
            settings::close_one_day(staff, branch_id, CLOSED_IN_DAYS).await?;
            let later = (branch.hours.0 + 60, branch.hours.1);
            settings::plan_hours(staff, branch_id, later, OTHER_HOURS_IN_DAYS).await?;
        }
    }
    if plan.slug == OPEN.0 {
        payments::set_up(staff, endpoints, &brand_id, None).await?;
        let shop = format!("{}/api/shop/{}/{}", endpoints.gateway, OPEN.0, OPEN.1);
        paid_orders::place(staff, endpoints, &brand_id, &shop).await?;
        rules::set_up(staff, &brand_id).await?;
    }
    Ok(())
}

/// Ice is asked of what is only cold; of what comes hot as well it is offered and not asked.
async fn create_option_groups(staff: &Staff, brand_id: &str) -> anyhow::Result<()> {
    let free = |name: &str, chosen: bool| json!({"name": name, "price": 0, "max_quantity": 1, "default_chosen": chosen});
    let extra = |name: &str, price: i64| json!({"name": name, "price": price, "max_quantity": 2, "default_chosen": false});
    let ice = |chosen: bool| {
        json!([
            free("正常冰", chosen),
            free("少冰", false),
            free("微冰", false),
            free("去冰", false)
        ])
    };
    let groups = [
        json!({"name": "甜度", "min": 1, "max": 1, "free_count": 0, "options": [
            free("正常糖", true), free("少糖", false), free("半糖", false),
            free("微糖", false), free("無糖", false)]}),
        json!({"name": "冰量", "min": 1, "max": 1, "free_count": 0, "options": ice(true)}),
        json!({"name": "冰量（熱飲免選）", "min": 0, "max": 1, "free_count": 0, "options": ice(false)}),
        json!({"name": "加料", "min": 0, "max": 3, "free_count": 0, "options": [
            extra("珍珠", 10), extra("椰果", 10), extra("仙草凍", 10), extra("布丁", 15),
            extra("芋圓", 15)]}),
    ];
    for group in groups {
        let path = format!("/brands/{brand_id}/option-groups");
        staff.call(Method::PUT, &path, group).await?;
    }
    Ok(())
}

/// Opens a branch every day. Capacity learns of a new branch by an event, so the first try may come too early.
pub async fn set_hours(
    staff: &Staff,
    branch_id: &str,
    hours: (i32, i32),
    max_orders_per_slot: Option<i32>,
) -> anyhow::Result<()> {
    let path = format!("/branches/{branch_id}/hours");
    let mut version = Value::Null;
    wait_until(
        "the branch in capacity",
        std::time::Duration::from_secs(20),
        async || match staff.call(Method::GET, &path, Value::Null).await {
            Ok(present) => {
                version = present["hours"]["version"].clone();
                true
            }
            Err(_) => false,
        },
    )
    .await?;
    let mut wanted = every_day(hours, max_orders_per_slot);
    wanted["version"] = version;
    let wanted = json!({"hours": wanted});
    staff.call(Method::PUT, &path, wanted).await?;
    Ok(())
}

/// The same hours on every weekday, with the settings of slots; the version is the caller's to add.
pub fn every_day((open, close): (i32, i32), max_orders_per_slot: Option<i32>) -> Value {
    let period = |weekday| json!({"weekday": weekday, "open_minute": open, "close_minute": close});
    let periods: Vec<Value> = (1..=7).map(period).collect();
    json!({
        "periods": periods, "slot_minutes": 15, "lead_minutes": 15, "days_ahead": 7,
        "last_order_minutes": 15, "max_orders_per_slot": max_orders_per_slot,
    })
}

async fn create_people(staff: &Staff, known: &Value) -> anyhow::Result<()> {
    let first_branch = text(known, "/branches/0/branch_id")?;
    let scope = json!({"organisation": false, "brand_ids": [], "branch_ids": [first_branch]});
    for (account, name, role) in [
        ("manager", "中山店長", "branch_manager"),
        ("counter", "中山櫃檯", "counter"),
        ("kitchen", "中山內場", "kitchen"),
    ] {
        let person = json!({
            "account": account, "name": name, "role": role, "password": PASSWORD, "scope": scope,
        });
        staff.call(Method::POST, "/accounts", person).await?;
    }
    Ok(())
}
