//! Events of the catalogue.

use crate::common::{Shop, ok, wire};
use prost::Message as _;
use proto::{
    catalog::v1::{BranchChanged, BrandChanged, MenuPublished, UpdateBrandRequest},
    common::v1::{ListSnapshotRequest, snapshot_service_client::SnapshotServiceClient},
};
use testkit::identities;

#[tokio::test]
async fn a_changed_brand_and_branch_are_published_with_their_versions() {
    let shop = Shop::open().await;
    let mut bus = shop.service.listen(&["catalog.#"]).await;
    let (brand, branch) = shop.brand("tea").await;
    let event = bus.next().await;
    assert_eq!(
        (&*event.type_, event.org, event.version),
        ("catalog.brand.changed.v1", shop.org, 1)
    );
    assert_eq!(
        event.decode::<BrandChanged>().unwrap().brand,
        Some(brand.clone())
    );
    let event = bus.next().await;
    assert_eq!(
        (&*event.type_, event.version),
        ("catalog.branch.changed.v1", 1)
    );
    assert_eq!(
        event.decode::<BranchChanged>().unwrap().branch,
        Some(branch)
    );

    ok(shop
        .owner()
        .update_brand(UpdateBrandRequest {
            brand: Some(brand.clone()),
        })
        .await);
    let event = bus.next().await;
    assert_eq!(
        (event.aggregate.to_string(), event.version),
        (brand.brand_id, 2)
    );
    shop.close().await;
}

#[tokio::test]
async fn each_branch_of_a_publication_is_reported() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    shop.branch(&brand.brand_id, "second").await;
    let mut bus = shop.service.listen(&["catalog.menu.published.v1"]).await;
    let published = ok(shop
        .owner()
        .publish(wire::publish("k", &brand.brand_id))
        .await);
    // Published once, however often the call is repeated.
    ok(shop
        .owner()
        .publish(wire::publish("k", &brand.brand_id))
        .await);
    for version in published.versions {
        let event = bus.next().await;
        assert_eq!(
            (event.aggregate.to_string(), event.version),
            (version.branch_id.clone(), 1)
        );
        let body: MenuPublished = event.decode().unwrap();
        assert_eq!(
            (body.branch_id, body.menu_version_id, body.number),
            (version.branch_id, version.menu_version_id, 1)
        );
    }
    shop.close().await;
}

#[tokio::test]
async fn branches_of_all_organisations_are_listed_by_pages_as_their_events() {
    let shop = Shop::open().await;
    let (brand, first) = shop.brand("tea").await;
    let second = shop.branch(&brand.brand_id, "second").await;
    let service = identities::service("capacity", shop.org);
    let mut snapshots = SnapshotServiceClient::new(shop.service.channel_as(&service));
    let mut listed = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListSnapshotRequest {
            subject: "catalog.branch".to_owned(),
            page_token,
            page_size: 1,
        };
        let page = ok(snapshots.list_snapshot(request).await);
        for item in page.items {
            assert_eq!(item.organisation_id, shop.org.to_string());
            assert_eq!(
                (&*item.r#type, item.version),
                ("catalog.branch.changed.v1", 1)
            );
            let branch = BranchChanged::decode(item.body).unwrap().branch.unwrap();
            assert_eq!(branch.branch_id, item.aggregate_id);
            listed.push(branch);
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let mut expected = vec![first, second];
    expected.sort_by(|a, b| a.branch_id.cmp(&b.branch_id));
    assert_eq!(listed, expected);
    shop.close().await;
}
