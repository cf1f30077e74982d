//! What the units of a brand are called: only catalog knows.

use proto::{capacity::v1::StockName, catalog::v1 as catalog};

use crate::{auth::Staff, rest::Result, state::Gateway};

/// Reads the names of a brand's variants and options.
pub async fn names_of(gateway: &Gateway, staff: &Staff, brand_id: &str) -> Result<Vec<StockName>> {
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = staff.request(catalog::ListProductsRequest {
            brand_id: brand_id.to_owned(),
            page_size: 100,
            page_token,
            ..Default::default()
        });
        let page = gateway.catalog().list_products(request).await?.into_inner();
        names.extend(page.products.iter().flat_map(variants));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let request = staff.request(catalog::ListOptionGroupsRequest {
        brand_id: brand_id.to_owned(),
    });
    let answer = gateway.catalog().list_option_groups(request).await?;
    let groups = answer.into_inner().option_groups;
    names.extend(groups.iter().flat_map(options));
    Ok(names)
}

fn variants(product: &catalog::Product) -> impl Iterator<Item = StockName> {
    product.variants.iter().map(|variant| StockName {
        sku_id: variant.variant_id.clone(),
        code: product.code.clone(),
        name: product.name.clone(),
        detail: variant.name.clone(),
    })
}

fn options(group: &catalog::OptionGroup) -> impl Iterator<Item = StockName> {
    group.options.iter().map(|option| StockName {
        sku_id: option.option_id.clone(),
        code: String::new(),
        name: option.name.clone(),
        detail: group.name.clone(),
    })
}
