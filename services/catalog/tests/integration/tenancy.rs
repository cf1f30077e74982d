//! Another organisation sees and touches nothing, through any RPC.

use crate::common::{Shop, ok, refused, wire};
use chassis::{clock::SystemClock, error::Problem, id::BrandId};
use prost::Message;
use proto::catalog::v1::*;
use testkit::identities;

const NEVER: &str = "another organisation's id must answer as if it were not there";

macro_rules! assert_not_found {
    ($client:expr, $($rpc:ident($request:expr),)*) => {$(
        let request = $request;
        let unknown = with_unknown_ids(&request);
        let problem: Problem = refused($client.$rpc(request).await);
        assert_eq!(problem.reason, "NOT_FOUND", "{}: {NEVER}", stringify!($rpc));
        let other = refused($client.$rpc(unknown).await);
        assert_eq!(
            format!("{problem:?}"),
            format!("{other:?}"),
            "{}: {NEVER}",
            stringify!($rpc)
        );
    )*};
}

/// The request with ids of nothing in place of its own.
fn with_unknown_ids<M: Message + Default>(request: &M) -> M {
    let mut bytes = request.encode_to_vec();
    let is_id = |text: &[u8]| {
        let text = std::str::from_utf8(text);
        text.is_ok_and(|text| text.len() == 36 && text.parse::<BrandId>().is_ok())
    };
    for start in 0..bytes.len().saturating_sub(35) {
        if is_id(&bytes[start..start + 36]) {
            let id = BrandId::new(&SystemClock).to_string();
            bytes[start..start + 36].copy_from_slice(id.as_bytes());
        }
    }
    M::decode(bytes.as_slice()).unwrap()
}

#[tokio::test]
async fn another_organisation_touches_nothing() {
    let shop = Shop::open().await;
    let (brand, branch) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "茶").await;
    let product = shop
        .product(wire::product(
            &brand.brand_id,
            &category.category_id,
            "紅茶",
        ))
        .await;
    let save = SaveOptionGroupRequest {
        brand_id: brand.brand_id.clone(),
        option_group: Some(wire::sweetness()),
    };
    let group = ok(shop.owner().save_option_group(save.clone()).await)
        .option_group
        .unwrap();
    ok(shop
        .owner()
        .publish(wire::publish("k", &brand.brand_id))
        .await);
    let before = shop.export(&brand.brand_id).await;

    let elsewhere = testkit::organisation();
    let mut stranger = shop.caller(&identities::owner(elsewhere));
    let brand_id = brand.brand_id.clone();
    let branch_id = branch.branch_id.clone();
    let mut new_branch = wire::branch(&brand_id, "new");
    new_branch.code = "NEW".to_owned();
    assert_not_found!(
        stranger,
        update_brand(UpdateBrandRequest {
            brand: Some(brand.clone())
        }),
        create_branch(CreateBranchRequest {
            idempotency_key: "k".to_owned(),
            branch: Some(new_branch),
        }),
        update_branch(UpdateBranchRequest {
            branch: Some(branch.clone())
        }),
        list_categories(ListCategoriesRequest {
            brand_id: brand_id.clone()
        }),
        save_category(SaveCategoryRequest {
            brand_id: brand_id.clone(),
            category: Some(category.clone()),
        }),
        archive_category(ArchiveCategoryRequest {
            category_id: category.category_id.clone(),
            version: 1,
            move_products_to: None,
        }),
        list_products(ListProductsRequest {
            brand_id: brand_id.clone(),
            ..ListProductsRequest::default()
        }),
        get_product(GetProductRequest {
            product_id: product.product_id.clone()
        }),
        create_product(CreateProductRequest {
            idempotency_key: "k".to_owned(),
            product: Some(wire::product(&brand_id, &category.category_id, "綠茶")),
        }),
        update_product(UpdateProductRequest {
            product: Some(product.clone())
        }),
        archive_product(ArchiveProductRequest {
            product_id: product.product_id.clone(),
            version: 1,
        }),
        list_option_groups(ListOptionGroupsRequest {
            brand_id: brand_id.clone()
        }),
        save_option_group(save),
        archive_option_group(ArchiveOptionGroupRequest {
            option_group_id: group.option_group_id.clone(),
            version: 1,
        }),
        import_products(wire::import(
            &brand_id,
            b"category,name,price_cold\na,b,1\n"
        )),
        export_products(ExportProductsRequest {
            brand_id: brand_id.clone()
        }),
        check_publish(CheckPublishRequest {
            brand_id: brand_id.clone(),
            branch_ids: Vec::new()
        }),
        publish(wire::publish("k", &brand_id)),
        list_menu_versions(ListMenuVersionsRequest {
            branch_id: branch_id.clone()
        }),
    );
    assert_eq!(
        ok(stranger.list_brands(ListBrandsRequest {}).await),
        ListBrandsResponse::default()
    );

    let mut service = shop.caller(&identities::service("ordering", elsewhere));
    assert_not_found!(
        service,
        get_menu_document(GetMenuDocumentRequest {
            branch_id: branch_id.clone(),
            known_etag: String::new(),
        }),
        get_menu_snapshot(GetMenuSnapshotRequest {
            branch_id: branch_id.clone(),
            menu_version_id: String::new(),
        }),
    );
    assert_eq!(shop.export(&brand_id).await, before);
}

#[tokio::test]
async fn a_product_cannot_stand_in_another_organisations_category() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let category = shop.category(&brand.brand_id, "茶").await;
    let mut stranger = shop.caller(&identities::owner(testkit::organisation()));
    let request = CreateBrandRequest {
        idempotency_key: "k".to_owned(),
        brand: Some(wire::brand("mine")),
    };
    let mine = ok(stranger.create_brand(request).await).brand.unwrap();
    let request = CreateProductRequest {
        idempotency_key: "k".to_owned(),
        product: Some(wire::product(&mine.brand_id, &category.category_id, "紅茶")),
    };
    let problem = refused(stranger.create_product(request).await);
    assert_eq!(
        crate::common::fields(&problem),
        [("product.category_ids[0]", "NOT_FOUND")]
    );
}

#[tokio::test]
async fn customers_and_guests_reach_no_rpc_of_staff() {
    let shop = Shop::open().await;
    let (brand, _) = shop.brand("tea").await;
    let request = || ListCategoriesRequest {
        brand_id: brand.brand_id.clone(),
    };
    let mut customer = shop.caller(&identities::customer(shop.org));
    assert_eq!(
        refused(customer.list_categories(request()).await).reason,
        "PERMISSION_DENIED"
    );
    assert_eq!(
        refused(shop.anonymous().list_categories(request()).await).reason,
        "UNAUTHENTICATED"
    );
}
