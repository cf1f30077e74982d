//! The catalogue's endpoints, which its RPCs declare.

use chassis::{
    authn::Level,
    error::{CommonReason, Problem},
};
use proto::catalog::v1 as catalog;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Edge, refused};

const CREATE: &str = "catalog.v1.CatalogService/CreateProduct";
const UPDATE: &str = "catalog.v1.CatalogService/UpdateProduct";
const LIST: &str = "catalog.v1.CatalogService/ListProducts";
const PRODUCT: &str = "01900000-0000-7000-8000-000000000003";
const CATEGORY: &str = "01900000-0000-7000-8000-000000000004";

fn tea() -> Value {
    json!({
        "name": "紅茶", "category_ids": [CATEGORY], "variants": [{"name": "冷", "price": 35}],
        "tax_type": null, "display": "listed", "min_per_order": 1, "max_per_order": 99,
    })
}

#[tokio::test]
async fn a_product_is_created_in_the_brand_of_the_path_with_a_key() {
    let edge = Edge::open().await;
    edge.sign_in(&[("store.catalog", Level::Manage)]);
    let brand_id = edge.brand_id.clone();
    edge.fake
        .on(CREATE, move |request: catalog::CreateProductRequest| {
            let product = request.product.unwrap();
            assert_eq!(
                (&*request.idempotency_key, &product.brand_id),
                ("once", &brand_id)
            );
            assert_eq!((product.tax_type, product.variants[0].price), (None, 35));
            let product = Some(catalog::Product {
                product_id: PRODUCT.to_owned(),
                version: 1,
                ..product
            });
            Ok(catalog::CreateProductResponse { product })
        });
    let path = format!("/api/admin/brands/{}/products", edge.brand_id);
    let request = edge.as_staff(Method::POST, &path).json(&tea());
    let response = request.header("idempotency-key", "once").send().await;
    let response = response.unwrap();
    assert_eq!(response.status(), 201);
    let body: Value = response.json().await.unwrap();
    let product = &body["product"];
    assert_eq!(product["product_id"], PRODUCT);
    assert_eq!(
        (&product["display"], &product["tax_type"]),
        (&json!("listed"), &Value::Null)
    );
    assert_eq!(
        product["variants"],
        json!([{"variant_id": "", "name": "冷", "price": 35}])
    );
}

#[tokio::test]
async fn what_only_the_platform_assigns_is_refused_in_a_body() {
    let edge = Edge::open().await;
    edge.sign_in(&[("store.catalog", Level::Manage)]);
    let mut body = tea();
    body["brand_id"] = json!(edge.brand_id);
    body["product_id"] = json!(PRODUCT);
    let path = format!("/api/admin/products/{PRODUCT}");
    let response = edge.as_staff(Method::PUT, &path).json(&body).send().await;
    let document = refused(response.unwrap(), 400, "VALIDATION_FAILED").await;
    let fields = document["fields"].as_array().unwrap();
    let fields: Vec<&Value> = fields.iter().map(|field| &field["field"]).collect();
    assert_eq!(fields, ["brand_id", "product_id"]);
}

#[tokio::test]
async fn fields_that_the_service_rejects_are_named_as_they_stand_in_the_body() {
    let edge = Edge::open().await;
    edge.sign_in(&[("store.catalog", Level::Manage)]);
    edge.fake
        .on(UPDATE, |request: catalog::UpdateProductRequest| {
            assert_eq!(request.product.unwrap().product_id, PRODUCT);
            let problem = Problem::new(CommonReason::ValidationFailed)
                .field("product.variants[0].price", CommonReason::AmountOutOfRange);
            Err::<catalog::UpdateProductResponse, _>(problem.into())
        });
    let path = format!("/api/admin/products/{PRODUCT}");
    let response = edge.as_staff(Method::PUT, &path).json(&tea()).send().await;
    let document = refused(response.unwrap(), 400, "VALIDATION_FAILED").await;
    assert_eq!(document["fields"][0]["field"], "variants[0].price");
}

#[tokio::test]
async fn a_list_is_filtered_by_the_query_and_its_last_page_has_no_token() {
    let edge = Edge::open().await;
    edge.sign_in(&[("store.catalog", Level::View)]);
    edge.fake.on(LIST, |request: catalog::ListProductsRequest| {
        assert_eq!(request.display(), catalog::DisplayState::Hidden);
        assert_eq!((&*request.text, request.page_size), ("紅茶", 20));
        Ok(catalog::ListProductsResponse::default())
    });
    let path = format!("/api/admin/brands/{}/products", edge.brand_id);
    let query = "display=hidden&text=%E7%B4%85%E8%8C%B6&page_size=20";
    let request = edge.as_staff(Method::GET, &format!("{path}?{query}"));
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        body,
        json!({"products": [], "next_page_token": null, "total": 0})
    );
}
