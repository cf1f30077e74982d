//! Publishing menus and reading them.

use std::io::Read as _;

use crate::common::{Shop, branch_scope, refused, told, wire};
use proto::catalog::v1::{
    Branch, Brand, CheckPublishRequest, GetMenuDocumentRequest, GetMenuDocumentResponse,
    GetMenuSnapshotRequest, ListMenuVersionsRequest, MenuSnapshot, PublishRequest,
    SaveOptionGroupRequest, TaxType, UpdateProductRequest,
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
    product.name = "綠茶".to_owned();
    product.tax_type = TaxType::Unspecified.into();
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
