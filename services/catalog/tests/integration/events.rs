//! What the catalogue tells the others.

use crate::common::{Shop, told, wire};
use proto::catalog::v1::{BranchChanged, BrandChanged, MenuPublished, UpdateBrandRequest};

#[tokio::test]
async fn a_changed_brand_and_branch_are_told_with_their_versions() {
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

    told(
        shop.owner()
            .update_brand(UpdateBrandRequest {
                brand: Some(brand.clone()),
            })
            .await,
    );
    let event = bus.next().await;
    assert_eq!(
        (event.aggregate.to_string(), event.version),
        (brand.brand_id, 2)
    );
    shop.close().await;
}

#[tokio::test]
async fn each_branch_of_a_publication_is_told() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    shop.branch(&brand.brand_id, "second").await;
    let mut bus = shop.service.listen(&["catalog.menu.published.v1"]).await;
    let published = told(
        shop.owner()
            .publish(wire::publish("k", &brand.brand_id))
            .await,
    );
    // Told once, however often the call is repeated.
    told(
        shop.owner()
            .publish(wire::publish("k", &brand.brand_id))
            .await,
    );
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
