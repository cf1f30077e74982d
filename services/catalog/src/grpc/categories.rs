//! RPCs on categories.

use chassis::{
    audit,
    error::{CommonReason, Problem, Violations, check_version},
    id::{self, CategoryId},
};
use proto::catalog::v1::{
    ArchiveCategoryRequest, ArchiveCategoryResponse, ListCategoriesRequest, ListCategoriesResponse,
    SaveCategoryRequest, SaveCategoryResponse,
};

use super::{Call, convert};
use crate::{
    app::access,
    domain::{
        Error,
        catalogue::Catalogue,
        category::{self, parse_name, parse_position},
        product::Product,
    },
    store,
};

pub(super) async fn list(
    call: &Call<'_>,
    request: &ListCategoriesRequest,
) -> Result<ListCategoriesResponse, Problem> {
    let mut violations = Violations::new();
    let brand_id = id::parse("brand_id", &request.brand_id, &mut violations);
    let brand_id = violations.finish(brand_id)?;
    let mut tx = call.db.tenant(call.org).await?;
    let brand = access::view_brand(&mut tx, call.identity, brand_id).await?;
    let categories = store::categories::list(&mut tx, brand.id).await?;
    tx.commit().await?;
    Ok(ListCategoriesResponse {
        categories: categories.iter().map(convert::category).collect(),
    })
}

pub(super) async fn save(
    call: &Call<'_>,
    request: &SaveCategoryRequest,
) -> Result<SaveCategoryResponse, Problem> {
    let clock = &**call.clock;
    let mut violations = Violations::new();
    let brand_id = id::parse("brand_id", &request.brand_id, &mut violations);
    let wanted = request.category.clone().unwrap_or_default();
    let category_id: Option<CategoryId> =
        id::parse_optional("category.category_id", &wanted.category_id, &mut violations);
    let name = parse_name("category.name", &wanted.name, &mut violations);
    let position = parse_position("category.position", wanted.position, &mut violations);
    let brand_id = violations.finish(brand_id)?;

    let mut tx = call.db.tenant(call.org).await?;
    let brand = access::lock_brand(&mut tx, call.identity, brand_id).await?;
    let existing = store::categories::list(&mut tx, brand.id).await?;
    let saved = match category_id {
        None => {
            let category = category::Category {
                id: CategoryId::new(clock),
                name,
                position,
                version: 1,
            };
            let new = std::slice::from_ref(&category);
            store::categories::insert(&mut tx, brand.id, new, clock).await?;
            category.id
        }
        Some(id) => {
            let stored = existing.iter().find(|category| category.id == id);
            let mut category = stored.ok_or(Error::NotFound("category"))?.clone();
            check_version(wanted.version, category.version)?;
            audit::before(&convert::category(&category));
            category.name = name;
            store::categories::rename(&mut tx, &category, clock).await?;
            id
        }
    };
    let mut order: Vec<CategoryId> = existing
        .iter()
        .map(|category| category.id)
        .filter(|id| *id != saved)
        .collect();
    let place = usize::try_from(position)
        .unwrap_or_default()
        .min(order.len());
    order.insert(place, saved);
    store::categories::arrange(&mut tx, &order).await?;
    let after = store::categories::list(&mut tx, brand.id).await?;
    let category = after.iter().find(|category| category.id == saved);
    let category = category.map(convert::category);
    category.iter().for_each(audit::after);
    tx.commit().await?;
    Ok(SaveCategoryResponse { category })
}

pub(super) async fn archive(
    call: &Call<'_>,
    request: &ArchiveCategoryRequest,
) -> Result<ArchiveCategoryResponse, Problem> {
    let clock = &**call.clock;
    let mut violations = Violations::new();
    let category_id = id::parse("category_id", &request.category_id, &mut violations);
    let target: Option<CategoryId> = id::parse_optional(
        "move_products_to",
        request.move_products_to(),
        &mut violations,
    );
    if target.is_some() && target == category_id {
        violations.push("move_products_to", CommonReason::ValidationFailed);
    }
    let category_id = violations.finish(category_id)?;

    let mut tx = call.db.tenant(call.org).await?;
    let brand_id = store::categories::find_brand(&mut tx, category_id).await?;
    let brand_id = brand_id.ok_or(Error::NotFound("category"))?;
    access::lock_brand(&mut tx, call.identity, brand_id).await?;
    let catalogue = store::catalogue::load(&mut tx, brand_id).await?;
    let find = |id: CategoryId| {
        catalogue
            .categories
            .iter()
            .find(|category| category.id == id)
    };
    let category = find(category_id).ok_or(Error::NotFound("category"))?;
    check_version(request.version, category.version)?;
    audit::removed(&convert::category(category));
    if target.is_some_and(|target| find(target).is_none()) {
        return Err(Error::NotFound("category").into());
    }

    let moved = moved_products(&catalogue, category_id, target)?;
    store::products::update(&mut tx, &moved, clock).await?;
    store::categories::archive(&mut tx, category_id, request.version, clock).await?;
    tx.commit().await?;
    Ok(ArchiveCategoryResponse {})
}

/// The products of `from` as they stand in `to`, at its end; refuses when there are some and no
/// place was named for them.
fn moved_products(
    catalogue: &Catalogue,
    from: CategoryId,
    to: Option<CategoryId>,
) -> Result<Vec<Product>, Error> {
    let in_category = |product: &&Product| product.details.category_ids.contains(&from);
    let mut moved: Vec<Product> = catalogue
        .products
        .iter()
        .filter(in_category)
        .cloned()
        .collect();
    if moved.is_empty() {
        return Ok(moved);
    }
    let Some(to) = to else {
        return Err(Error::CategoryNotEmpty {
            products: moved.len(),
        });
    };
    let in_target = catalogue
        .products
        .iter()
        .filter(|it| it.details.main_category() == to);
    let mut end = in_target
        .map(|product| product.position + 1)
        .max()
        .unwrap_or_default();
    for product in &mut moved {
        let was_main = product.details.main_category() == from;
        let ids = &mut product.details.category_ids;
        let place = ids
            .iter()
            .position(|id| *id == from || *id == to)
            .unwrap_or_default();
        ids.retain(|id| *id != from && *id != to);
        ids.insert(place, to);
        if was_main {
            product.position = end;
            end += 1;
        }
    }
    Ok(moved)
}
