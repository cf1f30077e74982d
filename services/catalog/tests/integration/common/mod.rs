//! A catalog service of its own for each test, and callers by role.

pub mod wire;

use catalog::Catalog;
use chassis::{
    authn::{Identity, Level, Scope},
    error::Problem,
    id::{BranchId, BrandId, OrganisationId},
};
use proto::catalog::v1::{catalog_service_client::CatalogServiceClient, *};
use testkit::{CallerChannel, TestService, identities};
use tonic::{Response, Status, transport::Channel};

pub type Client = CatalogServiceClient<CallerChannel>;

/// The service with everything it stands on, and an organisation in it.
pub struct Shop {
    pub org: OrganisationId,
    pub service: TestService<Catalog>,
}

impl Shop {
    pub async fn open() -> Self {
        Self {
            org: testkit::organisation(),
            service: TestService::start(&[]).await,
        }
    }

    pub fn caller(&self, identity: &Identity) -> Client {
        CatalogServiceClient::new(self.service.channel_as(identity))
    }

    pub fn anonymous(&self) -> CatalogServiceClient<Channel> {
        CatalogServiceClient::new(self.service.channel_anonymous())
    }

    pub fn owner(&self) -> Client {
        self.caller(&identities::owner(self.org))
    }

    /// Somebody who manages the catalogue within `scope`.
    pub fn manager_of(&self, scope: Scope) -> Client {
        self.caller(&identities::staff(
            self.org,
            &[("store.catalog", Level::Manage)],
            scope,
        ))
    }

    pub fn ordering(&self) -> Client {
        self.caller(&identities::service("ordering", self.org))
    }

    /// A brand with one branch.
    pub async fn brand(&self, slug: &str) -> (Brand, Branch) {
        let mut owner = self.owner();
        let brand = wire::brand(slug);
        let request = CreateBrandRequest {
            idempotency_key: format!("brand-{slug}"),
            brand: Some(brand),
        };
        let brand = told(owner.create_brand(request).await).brand.unwrap();
        let branch = self.branch(&brand.brand_id, "main").await;
        (brand, branch)
    }

    pub async fn branch(&self, brand_id: &str, slug: &str) -> Branch {
        let request = CreateBranchRequest {
            idempotency_key: format!("branch-{brand_id}-{slug}"),
            branch: Some(wire::branch(brand_id, slug)),
        };
        told(self.owner().create_branch(request).await)
            .branch
            .unwrap()
    }

    pub async fn category(&self, brand_id: &str, name: &str) -> Category {
        let category = Category {
            name: name.to_owned(),
            position: 999,
            ..Category::default()
        };
        let request = SaveCategoryRequest {
            brand_id: brand_id.to_owned(),
            category: Some(category),
        };
        told(self.owner().save_category(request).await)
            .category
            .unwrap()
    }

    pub async fn product(&self, product: Product) -> Product {
        let request = CreateProductRequest {
            idempotency_key: format!("product-{}-{}", product.category_ids[0], product.name),
            product: Some(product),
        };
        told(self.owner().create_product(request).await)
            .product
            .unwrap()
    }

    pub async fn import(&self, brand_id: &str, content: &[u8]) -> ImportProductsResponse {
        told(
            self.owner()
                .import_products(wire::import(brand_id, content))
                .await,
        )
    }

    pub async fn export(&self, brand_id: &str) -> Vec<u8> {
        let request = ExportProductsRequest {
            brand_id: brand_id.to_owned(),
        };
        told(self.owner().export_products(request).await)
            .content
            .to_vec()
    }

    pub async fn products(&self, brand_id: &str) -> Vec<Product> {
        let request = ListProductsRequest {
            brand_id: brand_id.to_owned(),
            page_size: 100,
            ..ListProductsRequest::default()
        };
        told(self.owner().list_products(request).await).products
    }

    /// Ends the service; fails when an event was left unpublished.
    pub async fn close(self) {
        testkit::assert_no_unpublished(self.service.db()).await;
        self.service.stop().await;
    }
}

pub fn brand_scope(brand_id: &str) -> Scope {
    let brand: BrandId = brand_id.parse().unwrap();
    Scope {
        brands: [brand].into(),
        ..Scope::default()
    }
}

pub fn branch_scope(branch_id: &str) -> Scope {
    let branch: BranchId = branch_id.parse().unwrap();
    Scope {
        branches: [branch].into(),
        ..Scope::default()
    }
}

/// The answer; a refusal fails the test with its problem.
#[track_caller]
pub fn told<T>(answer: Result<Response<T>, Status>) -> T {
    match answer {
        Ok(answer) => answer.into_inner(),
        Err(status) => panic!("refused: {} ({status:?})", Problem::from_status(&status)),
    }
}

/// The problem of a refusal.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(answer: Result<Response<T>, Status>) -> Problem {
    Problem::from_status(&answer.expect_err("the call should have been refused"))
}

/// Fields of a problem with their reasons.
pub fn fields(problem: &Problem) -> Vec<(&str, &str)> {
    problem
        .fields
        .iter()
        .map(|it| (it.field.as_str(), it.reason.as_ref()))
        .collect()
}
