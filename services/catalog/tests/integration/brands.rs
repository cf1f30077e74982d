//! Brands, branches and the way from an address to them.

use crate::common::{Shop, branch_scope, brand_scope, fields, ok, refused, wire};
use proto::catalog::v1::{
    Branch, BranchState, Brand, CreateBranchRequest, CreateBrandRequest, ListBrandsRequest,
    ResolveStorefrontRequest, UpdateBranchRequest, UpdateBrandRequest,
};

fn create(key: &str, brand: Brand) -> CreateBrandRequest {
    CreateBrandRequest {
        idempotency_key: key.to_owned(),
        brand: Some(brand),
    }
}

fn update(brand: &Brand) -> UpdateBrandRequest {
    UpdateBrandRequest {
        brand: Some(brand.clone()),
    }
}

fn update_branch(branch: &Branch) -> UpdateBranchRequest {
    UpdateBranchRequest {
        branch: Some(branch.clone()),
    }
}

fn address(slug: &str) -> ResolveStorefrontRequest {
    ResolveStorefrontRequest {
        brand_slug: slug.to_owned(),
    }
}

#[tokio::test]
async fn a_repeated_creation_gives_the_first_answer_and_another_body_is_refused() {
    let shop = Shop::open().await;
    let mut owner = shop.owner();
    let first = ok(owner.create_brand(create("k", wire::brand("tea"))).await);
    let again = ok(owner.create_brand(create("k", wire::brand("tea"))).await);
    assert_eq!(first, again);
    let other = refused(owner.create_brand(create("k", wire::brand("coffee"))).await);
    assert_eq!(other.reason, "IDEMPOTENCY_MISMATCH");
    assert_eq!(
        ok(owner.list_brands(ListBrandsRequest {}).await)
            .brands
            .len(),
        1
    );
    shop.close().await;
}

#[tokio::test]
async fn one_key_at_the_same_time_creates_one_brand() {
    let shop = Shop::open().await;
    let (mut one, mut two) = (shop.owner(), shop.owner());
    let (first, second) = tokio::join!(
        one.create_brand(create("k", wire::brand("tea"))),
        two.create_brand(create("k", wire::brand("tea"))),
    );
    assert_eq!(ok(first), ok(second));
}

#[tokio::test]
async fn every_wrong_field_of_a_brand_is_named() {
    let shop = Shop::open().await;
    let brand = Brand {
        slug: "Te a".to_owned(),
        name: String::new(),
        accent: "#ffff00".to_owned(),
        currency: "dollar".to_owned(),
        introduction: "長".repeat(2_001),
        ..Brand::default()
    };
    let problem = refused(shop.owner().create_brand(create("", brand)).await);
    assert_eq!(problem.reason, "VALIDATION_FAILED");
    assert_eq!(
        fields(&problem),
        [
            ("idempotency_key", "VALIDATION_FAILED"),
            ("brand.currency", "VALIDATION_FAILED"),
            ("brand.slug", "VALIDATION_FAILED"),
            ("brand.name", "VALIDATION_FAILED"),
            ("brand.accent", "VALIDATION_FAILED"),
            ("brand.introduction", "TEXT_TOO_LONG"),
        ]
    );
}

#[tokio::test]
async fn a_stale_version_is_refused_with_both_versions() {
    let shop = Shop::open().await;
    let (brand, branch) = shop.brand("tea").await;
    let changed = ok(shop.owner().update_brand(update(&brand)).await)
        .brand
        .unwrap();
    assert_eq!(changed.version, 2);
    let stale = refused(shop.owner().update_brand(update(&brand)).await);
    assert_eq!(stale.reason, "VERSION_CONFLICT");
    assert_eq!(
        (&*stale.params["expected"], &*stale.params["actual"]),
        ("1", "2")
    );

    ok(shop.owner().update_branch(update_branch(&branch)).await);
    let stale = refused(shop.owner().update_branch(update_branch(&branch)).await);
    assert_eq!(stale.reason, "VERSION_CONFLICT");
}

#[tokio::test]
async fn what_cannot_be_seen_or_stored_is_refused_at_its_field() {
    let shop = Shop::open().await;
    let brand = Brand {
        name: "\u{200b}\u{3164}".to_owned(),
        introduction: "茶\u{1}".to_owned(),
        ..wire::brand("tea")
    };
    let problem = refused(shop.owner().create_brand(create("k", brand)).await);
    assert_eq!(
        fields(&problem),
        [
            ("brand.name", "VALIDATION_FAILED"),
            ("brand.introduction", "VALIDATION_FAILED")
        ]
    );
    let (brand, _) = shop.brand("tea").await;
    let branch = Branch {
        code: "A\u{1}".to_owned(),
        name: "\u{2800}".to_owned(),
        address: "\u{7}".to_owned(),
        ..wire::branch(&brand.brand_id, "second")
    };
    let request = CreateBranchRequest {
        idempotency_key: "k".to_owned(),
        branch: Some(branch),
    };
    let problem = refused(shop.owner().create_branch(request).await);
    assert_eq!(
        fields(&problem),
        [
            ("branch.code", "VALIDATION_FAILED"),
            ("branch.name", "VALIDATION_FAILED"),
            ("branch.address", "VALIDATION_FAILED")
        ]
    );
    for (slug, reason) in [
        ("\0", "VALIDATION_FAILED"),
        ("te\0a", "VALIDATION_FAILED"),
        ("茶", "NOT_FOUND"),
        ("", "NOT_FOUND"),
    ] {
        let nobody = shop.anonymous().resolve_storefront(address(slug)).await;
        assert_eq!(refused(nobody).reason, reason, "{slug:?}");
    }
}

#[tokio::test]
async fn the_currency_is_fixed_once_there_are_products() {
    let shop = Shop::open().await;
    let (mut brand, _) = shop.brand("tea").await;
    brand.currency = "JPY".to_owned();
    let mut brand = ok(shop.owner().update_brand(update(&brand)).await)
        .brand
        .unwrap();
    shop.import(
        &brand.brand_id,
        "category,name,price_cold\n茶,紅茶,25\n".as_bytes(),
    )
    .await;
    brand.currency = "TWD".to_owned();
    let problem = refused(shop.owner().update_brand(update(&brand)).await);
    assert_eq!(fields(&problem), [("brand.currency", "VALIDATION_FAILED")]);
}

#[tokio::test]
async fn a_branch_is_normalised_and_its_code_and_slug_are_its_brands_own() {
    let shop = Shop::open().await;
    let (brand, main) = shop.brand("tea").await;
    assert_eq!(main.phone, "+886223456789");
    let other = |code: &str, slug: &str| {
        let mut branch = wire::branch(&brand.brand_id, slug);
        branch.code = code.to_owned();
        CreateBranchRequest {
            idempotency_key: format!("{code}-{slug}"),
            branch: Some(branch),
        }
    };
    for (code, slug, field) in [
        ("MAIN", "b", "branch.code"),
        ("ｍａｉｎ", "b", "branch.code"),
        ("B", "main", "branch.slug"),
    ] {
        let problem = refused(shop.owner().create_branch(other(code, slug)).await);
        assert_eq!(fields(&problem), [(field, "CODE_TAKEN")]);
    }
    let mut wrong = other("B", "b");
    let branch = wrong.branch.as_mut().unwrap();
    branch.phone = "12".to_owned();
    branch.time_zone = "Mars/Base".to_owned();
    branch.cutoff_minutes = 720;
    branch.state = 9;
    let problem = refused(shop.owner().create_branch(wrong).await);
    assert_eq!(
        fields(&problem),
        [
            ("branch.state", "VALIDATION_FAILED"),
            ("branch.phone", "PHONE_INVALID"),
            ("branch.time_zone", "VALIDATION_FAILED"),
            ("branch.cutoff_minutes", "VALIDATION_FAILED"),
        ]
    );
}

#[tokio::test]
async fn anybody_finds_a_storefront_and_not_its_closed_branches() {
    let shop = Shop::open().await;
    let (brand, main) = shop.brand("tea").await;
    let mut closed = shop.branch(&brand.brand_id, "closed").await;
    closed.state = BranchState::Closed.into();
    ok(shop.owner().update_branch(update_branch(&closed)).await);
    let found = ok(shop.anonymous().resolve_storefront(address("tea")).await);
    assert_eq!(found.organisation_id, shop.org.to_string());
    assert_eq!(found.brand, Some(brand));
    assert_eq!(found.branches, [main]);
}

#[tokio::test]
async fn staff_see_the_brands_and_branches_of_their_scope() {
    let shop = Shop::open().await;
    let (tea, tea_main) = shop.brand("tea").await;
    let (coffee, _) = shop.brand("coffee").await;
    let second = shop.branch(&tea.brand_id, "second").await;

    let seen = ok(shop
        .manager_of(branch_scope(&second.branch_id))
        .list_brands(ListBrandsRequest {})
        .await);
    assert_eq!(
        (seen.brands, seen.branches),
        (vec![tea.clone()], vec![second.clone()])
    );
    let seen = ok(shop
        .manager_of(brand_scope(&tea.brand_id))
        .list_brands(ListBrandsRequest {})
        .await);
    assert_eq!(
        (seen.brands, seen.branches),
        (vec![tea.clone()], vec![tea_main, second])
    );

    let mut elsewhere = shop.manager_of(brand_scope(&coffee.brand_id));
    assert_eq!(
        refused(elsewhere.update_brand(update(&tea)).await).reason,
        "OUT_OF_SCOPE"
    );
    let created = elsewhere
        .create_brand(create("k", wire::brand("new")))
        .await;
    assert_eq!(refused(created).reason, "OUT_OF_SCOPE");
}

#[tokio::test]
async fn a_plan_holds_as_many_brands_as_it_says() {
    let shop = Shop::open().await;
    let mut owner = testkit::identities::owner(shop.org);
    owner.plan = chassis::authn::Plan::Basic;
    let mut basic = shop.caller(&owner);
    ok(basic.create_brand(create("1", wire::brand("tea"))).await);
    let problem = refused(basic.create_brand(create("2", wire::brand("coffee"))).await);
    assert_eq!(
        (&*problem.reason, &*problem.params["limit"]),
        ("PLAN_LIMIT", "1")
    );
}
