//! Products in and out.

use chassis::error::CommonReason;
use pricing::{
    CategoryId, ProductId, VariantId,
    rules::{Include, Pick, Target},
};
use proto::membership::v1::ProductTarget;

use super::fields::Fields;

/// Most products, and most variants, of a list.
const MAX_PRODUCTS: usize = 500;
/// Most categories of a list.
const MAX_CATEGORIES: usize = 100;

/// A target; a missing one, and one with nothing in, is everything. One whose products in are all out
/// again is `EMPTY_TARGET`.
pub(super) fn read(wire: Option<&ProductTarget>, fields: &mut Fields<'_>) -> Target {
    let Some(wire) = wire else {
        return Target::default();
    };
    let product = |id| Pick::Product(ProductId::from_uuid(id));
    let variant = |id| Pick::Variant(VariantId::from_uuid(id));
    let category = |id| Pick::Category(CategoryId::from_uuid(id));
    let mut included = fields.ids("product_ids", &wire.product_ids, MAX_PRODUCTS, product);
    included.extend(fields.ids("variant_ids", &wire.variant_ids, MAX_PRODUCTS, variant));
    included.extend(fields.ids("category_ids", &wire.category_ids, MAX_CATEGORIES, category));
    let mut exclude = fields.ids(
        "excluded_product_ids",
        &wire.excluded_product_ids,
        MAX_PRODUCTS,
        product,
    );
    exclude.extend(fields.ids(
        "excluded_category_ids",
        &wire.excluded_category_ids,
        MAX_CATEGORIES,
        category,
    ));
    if !included.is_empty() && included.iter().all(|pick| exclude.contains(pick)) {
        fields.reject("", CommonReason::EmptyTarget);
    }
    Target {
        include: match included.is_empty() {
            true => Include::Everything,
            false => Include::Of(included),
        },
        exclude,
    }
}

/// A target that has to choose: one that names nothing is `EMPTY_TARGET`.
pub(super) fn read_chosen(wire: Option<&ProductTarget>, fields: &mut Fields<'_>) -> Target {
    let target = read(wire, fields);
    if target == Target::default() {
        fields.reject("", CommonReason::EmptyTarget);
    }
    target
}
