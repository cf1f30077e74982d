//! RPCs on products.

use chassis::{
    audit,
    clock::Clock,
    db::TenantTx,
    error::{CommonReason, Problem, Violations, check_version},
    id::{self, BrandId, ProductId},
    idempotency::Once,
    request, text,
};
use proto::catalog::v1::{
    ArchiveProductRequest, ArchiveProductResponse, CreateProductRequest, CreateProductResponse,
    GetProductRequest, GetProductResponse, ListProductsRequest, ListProductsResponse,
    UpdateProductRequest, UpdateProductResponse,
};

use super::{Call, convert, convert::ProductDraft};
use crate::{
    app::access,
    domain::{
        Error,
        catalogue::Catalogue,
        product::{self, Details, code_number, variants_of},
    },
    store::{self, product_pages::Filter},
};

pub(super) async fn list(
    call: &Call<'_>,
    request: &ListProductsRequest,
) -> Result<ListProductsResponse, Problem> {
    let mut violations = Violations::new();
    let brand_id = id::parse("brand_id", &request.brand_id, &mut violations);
    let filter = Filter {
        category: id::parse_optional("category_id", &request.category_id, &mut violations),
        text: text::bounded("text", &request.text, 0..=60, &mut violations),
        display: request::optional_choice("display", request.display, &mut violations),
    };
    let page = request::page(request.page_size, &request.page_token, &mut violations);
    let brand_id = violations.finish(brand_id)?;

    let mut tx = call.db.tenant(call.org).await?;
    let brand = access::view_brand(&mut tx, call.identity, brand_id).await?;
    let (page, total) = store::product_pages::list(&mut tx, brand.id, &filter, &page).await?;
    tx.commit().await?;
    Ok(ListProductsResponse {
        products: page
            .items
            .iter()
            .map(|it| convert::product(it, brand.id))
            .collect(),
        next_page_token: page.next_page_token,
        total: i32::try_from(total).unwrap_or(i32::MAX),
    })
}

pub(super) async fn get(
    call: &Call<'_>,
    request: &GetProductRequest,
) -> Result<GetProductResponse, Problem> {
    let mut violations = Violations::new();
    let product_id = id::parse("product_id", &request.product_id, &mut violations);
    let product_id = violations.finish(product_id)?;
    let mut tx = call.db.tenant(call.org).await?;
    let brand_id = store::products::find_brand(&mut tx, product_id).await?;
    let brand_id = brand_id.ok_or(Error::NotFound("product"))?;
    access::view_brand(&mut tx, call.identity, brand_id).await?;
    let product = store::products::get(&mut tx, brand_id, product_id).await?;
    tx.commit().await?;
    Ok(GetProductResponse {
        product: Some(convert::product(&product, brand_id)),
    })
}

pub(super) async fn create(
    call: &Call<'_>,
    request: &CreateProductRequest,
) -> Result<CreateProductResponse, Problem> {
    let clock = &**call.clock;
    let mut violations = Violations::new();
    let once = Once::parse(
        "CreateProduct",
        &request.idempotency_key,
        request,
        &mut violations,
    );
    let wanted = request.product.clone().unwrap_or_default();
    let brand_id = id::parse("product.brand_id", &wanted.brand_id, &mut violations);
    let draft = convert::product_draft(&wanted, &mut violations);
    let brand_id = violations.finish(brand_id)?;

    let mut tx = call.db.tenant(call.org).await?;
    let brand = access::lock_brand(&mut tx, call.identity, brand_id).await?;
    let create = async |tx: &mut TenantTx| insert(tx, brand.id, draft, clock).await;
    let response = once.run(&mut tx, clock, create).await?;
    tx.commit().await?;
    Ok(response)
}

async fn insert(
    tx: &mut TenantTx,
    brand_id: BrandId,
    draft: ProductDraft,
    clock: &dyn Clock,
) -> Result<CreateProductResponse, Problem> {
    let catalogue = store::catalogue::load(tx, brand_id).await?;
    let mut variants = draft.variants;
    for variant in &mut variants {
        variant.id = None;
    }
    let mut violations = Violations::new();
    let mut new = product::Product {
        id: ProductId::new(clock),
        variants: variants_of(variants, &[], clock, &mut violations),
        details: draft.details,
        position: draft.position,
        version: 1,
    };
    check_references(&catalogue, &new.details, &mut violations);
    violations.into_result()?;
    if new.details.code.is_empty() {
        let number = store::products::next_code_number(tx, brand_id).await?;
        new.details.code = code_number(number);
    }
    store::products::insert(tx, brand_id, std::slice::from_ref(&new), clock).await?;
    store::products::arrange(tx, &order_with(&catalogue, &new, draft.position)).await?;
    let product = store::products::get(tx, brand_id, new.id).await?;
    audit::after(&convert::product(&product, brand_id));
    Ok(CreateProductResponse {
        product: Some(convert::product(&product, brand_id)),
    })
}

pub(super) async fn update(
    call: &Call<'_>,
    request: &UpdateProductRequest,
) -> Result<UpdateProductResponse, Problem> {
    let clock = &**call.clock;
    let mut violations = Violations::new();
    let wanted = request.product.clone().unwrap_or_default();
    let product_id = id::parse("product.product_id", &wanted.product_id, &mut violations);
    let draft = convert::product_draft(&wanted, &mut violations);
    let product_id = violations.finish(product_id)?;

    let mut tx = call.db.tenant(call.org).await?;
    let brand_id = store::products::find_brand(&mut tx, product_id).await?;
    let brand_id = brand_id.ok_or(Error::NotFound("product"))?;
    access::lock_brand(&mut tx, call.identity, brand_id).await?;
    let catalogue = store::catalogue::load(&mut tx, brand_id).await?;
    let stored = catalogue
        .products
        .iter()
        .find(|product| product.id == product_id);
    let stored = stored.ok_or(Error::NotFound("product"))?;
    check_version(wanted.version, stored.version)?;
    audit::before(&convert::product(stored, brand_id));

    let mut violations = Violations::new();
    let mut changed = product::Product {
        id: product_id,
        variants: variants_of(draft.variants, &stored.variants, clock, &mut violations),
        details: draft.details,
        position: draft.position,
        version: stored.version,
    };
    check_references(&catalogue, &changed.details, &mut violations);
    violations.into_result()?;
    if changed.details.code.is_empty() {
        changed.details.code.clone_from(&stored.details.code);
    }
    store::products::update(&mut tx, std::slice::from_ref(&changed), clock).await?;
    store::products::arrange(&mut tx, &order_with(&catalogue, &changed, draft.position)).await?;
    let product = store::products::get(&mut tx, brand_id, product_id).await?;
    audit::after(&convert::product(&product, brand_id));
    tx.commit().await?;
    Ok(UpdateProductResponse {
        product: Some(convert::product(&product, brand_id)),
    })
}

pub(super) async fn archive(
    call: &Call<'_>,
    request: &ArchiveProductRequest,
) -> Result<ArchiveProductResponse, Problem> {
    let mut violations = Violations::new();
    let product_id = id::parse("product_id", &request.product_id, &mut violations);
    let product_id = violations.finish(product_id)?;
    let mut tx = call.db.tenant(call.org).await?;
    let brand_id = store::products::find_brand(&mut tx, product_id).await?;
    let brand_id = brand_id.ok_or(Error::NotFound("product"))?;
    access::lock_brand(&mut tx, call.identity, brand_id).await?;
    let product = store::products::get(&mut tx, brand_id, product_id).await?;
    check_version(request.version, product.version)?;
    audit::removed(&convert::product(&product, brand_id));
    store::products::archive(&mut tx, product_id, request.version, &**call.clock).await?;
    tx.commit().await?;
    Ok(ArchiveProductResponse {})
}

/// Categories and option groups must be the brand's own.
fn check_references(catalogue: &Catalogue, details: &Details, violations: &mut Violations) {
    for (index, id) in details.category_ids.iter().enumerate() {
        if catalogue
            .categories
            .iter()
            .all(|category| category.id != *id)
        {
            violations.push(
                format!("product.category_ids[{index}]"),
                CommonReason::NotFound,
            );
        }
    }
    for (index, id) in details.option_group_ids.iter().enumerate() {
        if catalogue.option_groups.iter().all(|group| group.id != *id) {
            violations.push(
                format!("product.option_group_ids[{index}]"),
                CommonReason::NotFound,
            );
        }
    }
}

/// The order of a product's main category with the product at its place; past the end is the end.
fn order_with(catalogue: &Catalogue, product: &product::Product, position: i32) -> Vec<ProductId> {
    let main = product.details.main_category();
    let mut order: Vec<ProductId> = catalogue
        .products
        .iter()
        .filter(|other| other.details.main_category() == main && other.id != product.id)
        .map(|other| other.id)
        .collect();
    let place = usize::try_from(position)
        .unwrap_or_default()
        .min(order.len());
    order.insert(place, product.id);
    order
}
