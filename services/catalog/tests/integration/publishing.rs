//! Publishing menus and reading them.

use std::io::Read as _;

use catalog::jobs;
use chrono::TimeDelta;

use crate::common::{Shop, branch_scope, fields, refused, told, wire};
use proto::catalog::v1::{
    Branch, Brand, CheckPublishRequest, GetMenuDocumentRequest, GetMenuDocumentResponse,
    GetMenuSnapshotRequest, ListMenuVersionsRequest, MenuSnapshot, PublishRequest,
    SaveOptionGroupRequest, UpdateProductRequest,
};

const MENU: &[u8] = include_bytes!("data/formula_names.csv");

async fn stocked(shop: &Shop) -> (Brand, Branch) {
    let (brand, branch) = shop.brand("tea").await;
    assert!(shop.import(&brand.brand_id, MENU).await.applied);
    (brand, branch)
}

async fn document(shop: &Shop, branch: &Branch, known: &str) -> GetMenuDocumentResponse {
    let request = GetMenuDocumentRequest {
        branch_id: branch.branch_id.clone(),
        known_etag: known.to_owned(),
    };
    told(shop.ordering().get_menu_document(request).await)
}

async fn snapshot(shop: &Shop, branch: &Branch, version: &str) -> MenuSnapshot {
    let request = GetMenuSnapshotRequest {
        branch_id: branch.branch_id.clone(),
        menu_version_id: version.to_owned(),
    };
    told(shop.ordering().get_menu_snapshot(request).await)
        .snapshot
        .unwrap_or_default()
}

fn check(brand: &Brand) -> CheckPublishRequest {
    CheckPublishRequest {
        brand_id: brand.brand_id.clone(),
        branch_ids: Vec::new(),
    }
}

async fn raise_first_price(shop: &Shop, brand: &Brand, price: i64) {
    let mut product = shop.products(&brand.brand_id).await[0].clone();
    product.variants[0].price = price;
    told(
        shop.owner()
            .update_product(UpdateProductRequest {
                product: Some(product),
            })
            .await,
    );
}

#[tokio::test]
async fn a_published_menu_is_served_in_every_form() {
    let shop = Shop::open().await;
    let (brand, branch) = stocked(&shop).await;
    let published = told(
        shop.owner()
            .publish(wire::publish("k", &brand.brand_id))
            .await,
    );
    assert_eq!(published.versions.len(), 1);
    assert_eq!(
        (
            published.versions[0].number,
            &*published.versions[0].published_by
        ),
        (1, "王小明")
    );

    let served = document(&shop, &branch, "").await;
    let mut unzipped = Vec::new();
    flate2::read::GzDecoder::new(&served.gzip[..])
        .read_to_end(&mut unzipped)
        .unwrap();
    assert_eq!(unzipped, served.identity);
    let mut unbrotlied = Vec::new();
    brotli::BrotliDecompress(&mut &served.br[..], &mut unbrotlied).unwrap();
    assert_eq!(unbrotlied, served.identity);

    let json: serde_json::Value = serde_json::from_slice(&served.identity).unwrap();
    assert_eq!(
        json["menu_version_id"],
        published.versions[0].menu_version_id.as_str()
    );
    assert_eq!(json["published_at"], "2026-09-02T04:00:00Z");
    assert_eq!(json["brand"]["currency"], "TWD");
    assert_eq!(json["branch"]["slug"], "main");
    assert_eq!(json["products"].as_array().unwrap().len(), 37);
    assert_eq!(json["categories"].as_array().unwrap().len(), 7);
    assert_eq!(json["products"][0]["variants"][0]["name"], "冷");

    let known = document(&shop, &branch, &served.etag).await;
    assert_eq!((known.etag, known.number), (served.etag, 1));
    assert!(known.identity.is_empty() && known.gzip.is_empty() && known.br.is_empty());
    shop.close().await;
}

#[tokio::test]
async fn a_published_menu_never_changes() {
    let shop = Shop::open().await;
    let (brand, branch) = stocked(&shop).await;
    let first = told(
        shop.owner()
            .publish(wire::publish("1", &brand.brand_id))
            .await,
    );
    let first = &first.versions[0];
    let (before, served) = (
        snapshot(&shop, &branch, "").await,
        document(&shop, &branch, "").await,
    );

    raise_first_price(&shop, &brand, 999).await;
    assert_eq!(
        document(&shop, &branch, "").await,
        served,
        "a draft is not served"
    );
    let second = told(
        shop.owner()
            .publish(wire::publish("2", &brand.brand_id))
            .await,
    );
    assert_eq!(second.versions[0].number, 2);
    assert_eq!(
        snapshot(&shop, &branch, &first.menu_version_id).await,
        before
    );
    let after = snapshot(&shop, &branch, "").await;
    assert_eq!(
        (after.number, after.products[0].variants[0].price),
        (2, 999)
    );
    assert_ne!(document(&shop, &branch, "").await.etag, served.etag);

    let request = ListMenuVersionsRequest {
        branch_id: branch.branch_id.clone(),
    };
    let versions = told(shop.owner().list_menu_versions(request).await).versions;
    assert_eq!(versions, [second.versions[0].clone(), first.clone()]);

    // Not even the service itself could.
    let mut tx = shop.service.db().db().tenant(shop.org).await.unwrap();
    for sql in [
        "UPDATE menu_versions SET number = 9",
        "DELETE FROM menu_versions",
    ] {
        let refused = sqlx::raw_sql(sql).execute(&mut *tx).await.unwrap_err();
        assert!(
            refused.to_string().contains("permission denied"),
            "{refused}"
        );
        tx = shop.service.db().db().tenant(shop.org).await.unwrap();
    }
}

#[tokio::test]
async fn a_repeated_publication_gives_the_first_versions() {
    let shop = Shop::open().await;
    let (brand, _) = stocked(&shop).await;
    let first = told(
        shop.owner()
            .publish(wire::publish("k", &brand.brand_id))
            .await,
    );
    let again = told(
        shop.owner()
            .publish(wire::publish("k", &brand.brand_id))
            .await,
    );
    assert_eq!(first, again);
    let mut other = wire::publish("k", &brand.brand_id);
    other.branch_ids = vec![first.versions[0].branch_id.clone()];
    assert_eq!(
        refused(shop.owner().publish(other).await).reason,
        "IDEMPOTENCY_MISMATCH"
    );
}

#[tokio::test]
async fn the_check_tells_what_changes_with_prices() {
    let shop = Shop::open().await;
    let (brand, branch) = stocked(&shop).await;
    let first = told(shop.owner().check_publish(check(&brand)).await);
    assert_eq!((first.findings.len(), first.changes[0].added), (0, 37));
    told(
        shop.owner()
            .publish(wire::publish("1", &brand.brand_id))
            .await,
    );

    let before = shop.products(&brand.brand_id).await[0].variants[0].price;
    raise_first_price(&shop, &brand, before * 2).await;
    let told_ = told(shop.owner().check_publish(check(&brand)).await);
    let change = &told_.changes[0];
    assert_eq!(change.branch_id, branch.branch_id);
    assert_eq!((change.added, change.removed, change.changed), (0, 0, 1));
    assert_eq!(
        (change.prices[0].before, change.prices[0].after),
        (before, before * 2)
    );
    assert_eq!(told_.findings[0].reason, "PRICE_CHANGE_LARGE");
    assert!(!told_.findings[0].blocking);
}

#[tokio::test]
async fn what_cannot_be_ordered_is_not_published() {
    let shop = Shop::open().await;
    let (brand, branch) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "茶").await;
    let mut group = wire::sweetness();
    (group.min, group.max) = (3, 3);
    let request = SaveOptionGroupRequest {
        brand_id: brand.brand_id.clone(),
        option_group: Some(group),
    };
    let group = told(shop.owner().save_option_group(request).await)
        .option_group
        .unwrap();
    let mut product = wire::product(&brand.brand_id, &category.category_id, "紅茶");
    product.option_group_ids = vec![group.option_group_id];
    shop.product(product.clone()).await;

    let problem = refused(
        shop.owner()
            .publish(wire::publish("1", &brand.brand_id))
            .await,
    );
    assert_eq!(problem.reason, "GROUP_UNSATISFIABLE");
    assert_eq!(
        (&*problem.params["group"], &*problem.params["products"]),
        ("甜度", "紅茶")
    );
    product.name = "綠茶".to_owned();
    product.tax_type = None;
    shop.product(product).await;
    let found = told(shop.owner().check_publish(check(&brand)).await).findings;
    let reasons: Vec<&str> = found
        .iter()
        .map(|finding| finding.reason.as_str())
        .collect();
    assert_eq!(reasons, ["GROUP_UNSATISFIABLE", "TAX_TYPE_MISSING"]);
    let problem = refused(
        shop.owner()
            .publish(wire::publish("1", &brand.brand_id))
            .await,
    );
    assert_eq!(problem.reason, "VALIDATION_FAILED");

    let request = GetMenuDocumentRequest {
        branch_id: branch.branch_id,
        known_etag: String::new(),
    };
    let none = shop.ordering().get_menu_document(request).await;
    assert_eq!(refused(none).reason, "NOT_FOUND");
}

#[tokio::test]
async fn branch_staff_publish_to_their_branch_only() {
    let shop = Shop::open().await;
    let (brand, main) = stocked(&shop).await;
    let second = shop.branch(&brand.brand_id, "second").await;
    let mut clerk = shop.manager_of(branch_scope(&second.branch_id));
    let to = |key: &str, branches: &[&Branch]| PublishRequest {
        branch_ids: branches.iter().map(|it| it.branch_id.clone()).collect(),
        ..wire::publish(key, &brand.brand_id)
    };
    // All of the brand, another branch, and a part of what is named in scope: nothing is published.
    for (key, branches) in [
        ("1", vec![]),
        ("2", vec![&main]),
        ("3", vec![&second, &main]),
    ] {
        let problem = refused(clerk.publish(to(key, &branches)).await);
        assert_eq!(problem.reason, "OUT_OF_SCOPE", "{key}");
    }
    let problem = refused(clerk.check_publish(check(&brand)).await);
    assert_eq!(problem.reason, "OUT_OF_SCOPE");
    let published = told(clerk.publish(to("4", &[&second])).await).versions;
    let published: Vec<_> = published
        .iter()
        .map(|it| (&it.branch_id, it.number))
        .collect();
    assert_eq!(published, [(&second.branch_id, 1)]);
}

#[tokio::test]
async fn a_group_is_published_when_its_minimum_can_be_reached() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "便當").await;
    let meat = |most_of_one: i32| {
        let mut group = wire::sweetness();
        group.name = "肉".to_owned();
        (group.min, group.max) = (3, 3);
        for option in &mut group.options {
            option.max_quantity = most_of_one;
        }
        group
    };
    let save = |group| SaveOptionGroupRequest {
        brand_id: brand.brand_id.clone(),
        option_group: Some(group),
    };
    let mut below = meat(3);
    below.min = 4;
    let problem = refused(shop.owner().save_option_group(save(below)).await);
    assert_eq!(
        fields(&problem),
        [("option_group.max", "VALIDATION_FAILED")]
    );
    let mut empty = meat(3);
    empty.options.clear();
    let problem = refused(shop.owner().save_option_group(save(empty)).await);
    assert_eq!(
        fields(&problem),
        [("option_group.options", "VALIDATION_FAILED")]
    );

    let saved = told(shop.owner().save_option_group(save(meat(1))).await);
    let mut group = saved.option_group.unwrap();
    let mut product = wire::product(&brand.brand_id, &category.category_id, "雙拼便當");
    product.option_group_ids = vec![group.option_group_id.clone()];
    shop.product(product).await;
    let found = told(shop.owner().check_publish(check(&brand)).await).findings;
    assert_eq!(found[0].reason, "GROUP_UNSATISFIABLE");
    assert_eq!(found[0].entity_name, "肉");
    assert_eq!(found[0].product_names, ["雙拼便當"]);

    // Two options of which two may be taken reach three.
    for option in &mut group.options {
        option.max_quantity = 2;
    }
    told(shop.owner().save_option_group(save(group)).await);
    told(
        shop.owner()
            .publish(wire::publish("1", &brand.brand_id))
            .await,
    );
}

#[tokio::test]
async fn old_versions_are_purged_and_the_newest_and_recent_ones_stay() {
    let shop = Shop::open().await;
    let (brand, main) = shop.brand("tea").await;
    let second = shop.branch(&brand.brand_id, "second").await;
    shop.import(
        &brand.brand_id,
        "category,name,price_cold\n茶,紅茶,25\n".as_bytes(),
    )
    .await;
    let publish = async |key: String, branches: Vec<String>| {
        let mut request = wire::publish(&key, &brand.brand_id);
        request.branch_ids = branches;
        told(shop.owner().publish(request).await);
    };
    let numbers = async |branch: &Branch| -> Vec<i64> {
        let sql = "SELECT number FROM menu_versions WHERE branch_id = $1::uuid ORDER BY number";
        let mut tx = shop.service.db().db().tenant(shop.org).await.unwrap();
        let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(&branch.branch_id);
        query.fetch_all(&mut *tx).await.unwrap()
    };
    let purge = async || {
        let context = shop.service.context();
        jobs::purge_menu_versions(context.db.clone(), context.clock.clone())
            .run_once()
            .await
            .unwrap();
    };

    for number in 0..40 {
        publish(format!("old-{number}"), vec![main.branch_id.clone()]).await;
    }
    publish("second".to_owned(), vec![second.branch_id.clone()]).await;
    let served = document(&shop, &second, "").await;
    purge().await;
    assert_eq!(numbers(&main).await.len(), 40, "all are recent");

    shop.service.clock().advance(TimeDelta::days(91));
    purge().await;
    assert_eq!(numbers(&main).await, (11..=40).collect::<Vec<i64>>());
    assert_eq!(numbers(&second).await, [1], "the present one is never old");
    assert_eq!(document(&shop, &second, "").await, served);

    for number in 0..35 {
        publish(format!("new-{number}"), vec![main.branch_id.clone()]).await;
    }
    purge().await;
    assert_eq!(
        numbers(&main).await,
        (41..=75).collect::<Vec<i64>>(),
        "the recent ones stay, however many"
    );
    shop.close().await;
}
