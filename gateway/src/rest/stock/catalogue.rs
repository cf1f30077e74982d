//! The whole catalogue of a branch's brand, for files and lists of its stock.

use chassis::error::CommonReason;
use proto::catalog::v1 as catalog;

use crate::{
    auth::Staff,
    problem::Rejection,
    rest::{Result, scope},
    state::Gateway,
};

const PERMISSION: &str = "ops.stock";

/// Products read at a time.
const PAGE_SIZE: i32 = 100;

/// What a brand has that is not archived.
pub struct Catalogue {
    /// Products, delisted ones included.
    pub products: Vec<catalog::Product>,
    /// Option groups.
    pub groups: Vec<catalog::OptionGroup>,
}

impl Catalogue {
    /// The catalogue of the brand of a branch. Refuses with `PERMISSION_DENIED` and, for a branch
    /// outside the scope, with `NOT_FOUND`.
    pub async fn of_branch(gateway: &Gateway, staff: &Staff, branch_id: &str) -> Result<Self> {
        let brand_id = scope::brand_of_branch(gateway, staff, PERMISSION, branch_id).await?;
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
        let request = catalog::ListOptionGroupsRequest { brand_id };
        let groups = catalog.list_option_groups(request).await?.into_inner();
        Ok(Self {
            products,
            groups: groups.option_groups,
        })
    }
}
