//! The catalogue of a brand for staff whose role need not open it: who works with a branch's stock or
//! pauses may know what there is, so the gateway reads it in its own name.

use chassis::{
    authn::Level,
    error::{CommonReason, Problem},
};
use proto::catalog::v1 as catalog;

use super::Result;
use crate::{auth::Staff, problem::Rejection, state::Gateway};

/// Products read at a time.
const PAGE_SIZE: i32 = 100;

/// What a brand has that is not archived.
pub struct Catalogue {
    brand_id: String,
    /// Products, delisted ones included.
    pub products: Vec<catalog::Product>,
    /// Option groups.
    pub groups: Vec<catalog::OptionGroup>,
}

impl Catalogue {
    /// The catalogue of the brand of a branch. Refuses with `PERMISSION_DENIED` and, for a branch
    /// outside the scope, with `NOT_FOUND`.
    pub async fn of_branch(
        gateway: &Gateway,
        staff: &Staff,
        permission: &str,
        branch_id: &str,
    ) -> Result<Self> {
        let in_scope = in_scope(gateway, staff, permission).await?;
        let mut branches = in_scope.branches.into_iter();
        let branch = branches
            .find(|branch| branch.branch_id == branch_id)
            .ok_or_else(|| Problem::not_found("branch"))?;
        Self::read(gateway, staff, branch.brand_id).await
    }

    /// The catalogue of a brand. Refuses as [`Self::of_branch`].
    pub async fn of_brand(
        gateway: &Gateway,
        staff: &Staff,
        permission: &str,
        brand_id: &str,
    ) -> Result<Self> {
        let in_scope = in_scope(gateway, staff, permission).await?;
        let mut brands = in_scope.brands.into_iter();
        let brand = brands
            .find(|brand| brand.brand_id == brand_id)
            .ok_or_else(|| Problem::not_found("brand"))?;
        Self::read(gateway, staff, brand.brand_id).await
    }

    /// The brand's categories.
    pub async fn categories(
        &self,
        gateway: &Gateway,
        staff: &Staff,
    ) -> Result<Vec<catalog::Category>> {
        let request = catalog::ListCategoriesRequest {
            brand_id: self.brand_id.clone(),
        };
        let mut catalog = gateway.as_gateway(staff.identity().org).catalog();
        Ok(catalog
            .list_categories(request)
            .await?
            .into_inner()
            .categories)
    }

    async fn read(gateway: &Gateway, staff: &Staff, brand_id: String) -> Result<Self> {
        let org = staff.identity().org;
        let org = org.ok_or_else(|| Rejection::new(CommonReason::Unauthenticated))?;
        let mut catalog = gateway.as_gateway(Some(org)).catalog();
        let mut products = Vec::new();
        let mut next = Some(String::new());
        while let Some(page_token) = next {
            let request = catalog::ListProductsRequest {
                brand_id: brand_id.clone(),
                page_size: PAGE_SIZE,
                page_token,
                ..Default::default()
            };
            let page = catalog.list_products(request).await?.into_inner();
            products.extend(page.products);
            next = page.next_page_token;
        }
        let request = catalog::ListOptionGroupsRequest {
            brand_id: brand_id.clone(),
        };
        let groups = catalog.list_option_groups(request).await?.into_inner();
        Ok(Self {
            brand_id,
            products,
            groups: groups.option_groups,
        })
    }
}

async fn in_scope(
    gateway: &Gateway,
    staff: &Staff,
    permission: &str,
) -> Result<catalog::ListBrandsResponse> {
    staff.identity().require(permission, Level::View)?;
    let request = staff.request(catalog::ListBrandsRequest {});
    Ok(gateway.catalog().list_brands(request).await?.into_inner())
}
