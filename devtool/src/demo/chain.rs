//! The chain itself: organisation, brands, branches, catalogue, hours, stock, people.

use std::{collections::BTreeMap, sync::Arc};

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
    orders,
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
    for plan in &BRANDS {
        load_brand(&staff, plan).await?;
        let slugs = plan
            .branches
            .iter()
            .map(|branch| branch.slug.to_owned())
            .collect();
        brands.insert(plan.slug.to_owned(), slugs);
    }
    let branches = staff.call(Method::GET, "/brands", Value::Null).await?;
    create_people(&staff, &branches).await?;
    let (brand, branch) = OPEN;
    orders::an_hour_of(&staff, &endpoints.gateway, brand, branch).await?;
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

async fn load_brand(staff: &Staff, plan: &BrandPlan) -> anyhow::Result<()> {
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

    let groups = create_option_groups(staff, &brand_id).await?;
    let import = format!(
        "/brands/{brand_id}/products/import?option_group_ids={}",
        groups.join(",")
    );
    let report = staff
        .upload(&format!("{import}&dry_run=false"), plan.menu)
        .await?;
    anyhow::ensure!(
        report["applied"] == true,
        "the menu was not imported: {report}"
    );
    staff
        .call(
            Method::POST,
            &format!("/brands/{brand_id}/publish"),
            json!({"branch_ids": []}),
        )
        .await?;
    for (branch_id, branch) in branches {
        set_hours(staff, &branch_id, branch.hours, Some(60)).await?;
        set_stock(staff, &brand_id, &branch_id).await?;
    }
    Ok(())
}

async fn create_option_groups(staff: &Staff, brand_id: &str) -> anyhow::Result<Vec<String>> {
    let free = |name: &str, chosen: bool| json!({"name": name, "price": 0, "max_quantity": 1, "default_chosen": chosen});
    let extra = |name: &str, price: i64| json!({"name": name, "price": price, "max_quantity": 2, "default_chosen": false});
    let groups = [
        json!({"name": "甜度", "min": 1, "max": 1, "free_count": 0, "options": [
            free("正常糖", true), free("少糖", false), free("半糖", false),
            free("微糖", false), free("無糖", false)]}),
        json!({"name": "冰量", "min": 1, "max": 1, "free_count": 0, "options": [
            free("正常冰", true), free("少冰", false), free("微冰", false),
            free("去冰", false), free("溫", false), free("熱", false)]}),
        json!({"name": "加料", "min": 0, "max": 3, "free_count": 0, "options": [
            extra("珍珠", 10), extra("椰果", 10), extra("仙草凍", 10), extra("布丁", 15),
            extra("芋圓", 15)]}),
    ];
    let mut ids = Vec::new();
    for group in groups {
        let path = format!("/brands/{brand_id}/option-groups");
        let saved = staff.call(Method::PUT, &path, group).await?;
        ids.push(text(&saved, "/option_group/option_group_id")?.to_owned());
    }
    Ok(ids)
}

/// Opens a branch every day. Capacity hears of a new branch by an event, so the first try may come too early.
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
    let periods: Vec<Value> = (1..=7)
        .map(|weekday| json!({"weekday": weekday, "open_minute": hours.0, "close_minute": hours.1}))
        .collect();
    let wanted = json!({
        "periods": periods, "slot_minutes": 15, "lead_minutes": 15, "days_ahead": 7,
        "last_order_minutes": 15, "max_orders_per_slot": max_orders_per_slot, "version": version,
    });
    staff.call(Method::PUT, &path, wanted).await?;
    Ok(())
}

/// The first products are limited: a daily amount, a running stock, and one that is sold out.
async fn set_stock(staff: &Staff, brand_id: &str, branch_id: &str) -> anyhow::Result<()> {
    let products = staff
        .call(
            Method::GET,
            &format!("/brands/{brand_id}/products?page_size=20"),
            Value::Null,
        )
        .await?;
    let settings = [
        json!({"mode": "daily", "daily_amount": 80, "low_threshold": 10, "version": 0}),
        json!({"mode": "running", "daily_amount": 0, "low_threshold": 5, "version": 0}),
        json!({"mode": "running", "daily_amount": 0, "low_threshold": 5, "version": 0}),
    ];
    for (index, setting) in settings.into_iter().enumerate() {
        let sku = text(
            &products,
            &format!("/products/{}/variants/0/variant_id", index * 3 + 1),
        )?;
        let path = format!("/branches/{branch_id}/stock/{sku}");
        staff.call(Method::PUT, &path, setting).await?;
        if index == 1 {
            let received = json!({"kind": "received", "quantity": 120, "reason": "開店進貨"});
            staff
                .call(Method::POST, &format!("{path}/movements"), received)
                .await?;
        }
    }
    Ok(())
}

async fn create_people(staff: &Staff, known: &Value) -> anyhow::Result<()> {
    let first_branch = text(known, "/branches/0/branch_id")?;
    let scope = json!({"organisation": false, "brand_ids": [], "branch_ids": [first_branch]});
    for (account, name, role) in [
        ("manager", "中山店長", "branch_manager"),
        ("counter", "中山櫃檯", "counter"),
    ] {
        let person = json!({
            "account": account, "name": name, "role": role, "password": PASSWORD, "scope": scope,
        });
        staff.call(Method::POST, "/accounts", person).await?;
    }
    Ok(())
}
