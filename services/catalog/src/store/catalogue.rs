//! Everything a brand sells, read at once.

use chassis::{db::TenantTx, error::Problem, id::BrandId};

use super::{categories, option_groups, products};
use crate::domain::catalogue::Catalogue;

/// Reads the catalogue of a brand.
pub async fn load(tx: &mut TenantTx, brand: BrandId) -> Result<Catalogue, Problem> {
    Ok(Catalogue {
        categories: categories::list(tx, brand).await?,
        products: products::list(tx, brand, None).await?,
        option_groups: option_groups::list(tx, brand).await?,
    })
}
