//! Slugs of brands and branches: unique, and reserved for a year once they are given up.

use catalog::jobs;
use chassis::error::Problem;
use chrono::TimeDelta;
use proto::catalog::v1::{
    Branch, Brand, CreateBranchRequest, CreateBrandRequest, ResolveStorefrontRequest,
    ResolveStorefrontResponse, UpdateBranchRequest, UpdateBrandRequest,
};

use crate::common::{Shop, fields, ok, refused, wire};

fn address(slug: &str) -> ResolveStorefrontRequest {
    ResolveStorefrontRequest {
        brand_slug: slug.to_owned(),
    }
}

async fn resolve(shop: &Shop, slug: &str) -> ResolveStorefrontResponse {
    ok(shop.anonymous().resolve_storefront(address(slug)).await)
}

async fn rename(shop: &Shop, brand: &mut Brand, slug: &str) -> Result<(), Problem> {
    let request = UpdateBrandRequest {
        brand: Some(Brand {
            slug: slug.to_owned(),
            ..brand.clone()
        }),
    };
    let answer = shop.owner().update_brand(request).await;
    let answer = answer.map_err(|status| Problem::from_status(&status))?;
    *brand = answer.into_inner().brand.unwrap();
    Ok(())
}

async fn rename_branch(shop: &Shop, branch: &mut Branch, slug: &str) -> Result<(), Problem> {
    let request = UpdateBranchRequest {
        branch: Some(Branch {
            slug: slug.to_owned(),
            ..branch.clone()
        }),
    };
    let answer = shop.owner().update_branch(request).await;
    let answer = answer.map_err(|status| Problem::from_status(&status))?;
    *branch = answer.into_inner().branch.unwrap();
    Ok(())
}

async fn purge(shop: &Shop) {
    let context = shop.service.context();
    jobs::purge_old_slugs(context.db.clone(), context.clock.clone())
        .run_once()
        .await
        .unwrap();
}

/// Another organisation tries to take a slug.
async fn taken_by_another(shop: &Shop, slug: &str) -> Option<Problem> {
    let elsewhere = testkit::identities::owner(testkit::organisation());
    let request = CreateBrandRequest {
        idempotency_key: "k".to_owned(),
        brand: Some(wire::brand(slug)),
    };
    let answer = shop.caller(&elsewhere).create_brand(request).await;
    answer.err().map(|status| Problem::from_status(&status))
}

#[tokio::test]
async fn an_old_slug_of_a_brand_is_reserved_and_leads_to_it_for_a_year() {
    let shop = Shop::open().await;
    let (mut tea, _) = shop.brand("tea").await;
    let taken = taken_by_another(&shop, "tea").await.unwrap();
    assert_eq!(fields(&taken), [("brand.slug", "CODE_TAKEN")]);

    rename(&shop, &mut tea, "good-tea").await.unwrap();
    for slug in ["tea", "good-tea"] {
        assert_eq!(
            resolve(&shop, slug).await.brand,
            Some(tea.clone()),
            "{slug}"
        );
    }
    let taken = taken_by_another(&shop, "tea").await.unwrap();
    assert_eq!(fields(&taken), [("brand.slug", "CODE_TAKEN")]);

    shop.service.clock().advance(TimeDelta::days(364));
    purge(&shop).await;
    assert_eq!(resolve(&shop, "tea").await.brand, Some(tea.clone()));

    shop.service.clock().advance(TimeDelta::days(2));
    purge(&shop).await;
    let gone = shop.anonymous().resolve_storefront(address("tea")).await;
    assert_eq!(refused(gone).reason, "NOT_FOUND");
    assert_eq!(resolve(&shop, "good-tea").await.brand, Some(tea));
    assert!(taken_by_another(&shop, "tea").await.is_none());
}

#[tokio::test]
async fn a_brand_may_take_its_old_slug_back() {
    let shop = Shop::open().await;
    let (mut tea, _) = shop.brand("tea").await;
    rename(&shop, &mut tea, "good-tea").await.unwrap();
    rename(&shop, &mut tea, "tea").await.unwrap();
    assert_eq!(tea.slug, "tea");
    assert_eq!(resolve(&shop, "good-tea").await.brand, Some(tea.clone()));

    shop.service.clock().advance(TimeDelta::days(366));
    purge(&shop).await;
    assert_eq!(resolve(&shop, "tea").await.brand, Some(tea));
    let gone = shop
        .anonymous()
        .resolve_storefront(address("good-tea"))
        .await;
    assert_eq!(refused(gone).reason, "NOT_FOUND");
}

#[tokio::test]
async fn a_brand_cannot_reserve_slugs_without_end() {
    let shop = Shop::open().await;
    let (mut tea, _) = shop.brand("tea").await;
    for number in 1..=20 {
        rename(&shop, &mut tea, &format!("tea-{number}"))
            .await
            .unwrap();
    }
    let problem = rename(&shop, &mut tea, "tea-21").await.unwrap_err();
    assert_eq!(fields(&problem), [("brand.slug", "VALIDATION_FAILED")]);
    assert_eq!(problem.fields[0].params["old_slugs"], "20");
    assert_eq!(resolve(&shop, "tea").await.brand, Some(tea.clone()));
    rename(&shop, &mut tea, "tea").await.unwrap();
}

#[tokio::test]
async fn an_old_slug_of_a_branch_is_reserved_and_leads_to_it_for_a_year() {
    let shop = Shop::open().await;
    let (tea, mut main) = shop.brand("tea").await;
    rename_branch(&shop, &mut main, "central").await.unwrap();
    let former = |found: ResolveStorefrontResponse| -> Vec<(String, String)> {
        let former = found.former_branch_slugs.into_iter();
        former.map(|it| (it.slug, it.branch_id)).collect()
    };
    assert_eq!(
        former(resolve(&shop, "tea").await),
        [("main".to_owned(), main.branch_id.clone())]
    );

    let mut second = wire::branch(&tea.brand_id, "main");
    second.code = "B".to_owned();
    let request = CreateBranchRequest {
        idempotency_key: "second".to_owned(),
        branch: Some(second),
    };
    let problem = refused(shop.owner().create_branch(request.clone()).await);
    assert_eq!(fields(&problem), [("branch.slug", "CODE_TAKEN")]);
    // Another brand's branch has nothing to do with it.
    shop.brand("coffee").await;

    shop.service.clock().advance(TimeDelta::days(366));
    purge(&shop).await;
    assert_eq!(former(resolve(&shop, "tea").await), []);
    ok(shop.owner().create_branch(request).await);
}
