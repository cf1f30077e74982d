//! Products as rules see them, and those that reach no print point, on the wire.

use chassis::{
    error::{CommonReason, Violations},
    id::{self, BranchId},
    request,
};
use proto::printing::v1::{BranchPrintRoutes, RoutedProduct, UnroutedProduct};

use crate::app::print_routes::{Routed, Unrouted};

/// Products that are checked at a time.
const MOST_PRODUCTS: usize = 2_000;
/// Categories of one of them.
const MOST_CATEGORIES: usize = 50;
/// Products of a branch that a check of many branches names.
const MOST_NAMED: usize = 20;

/// The products of a check.
pub fn parse_products(products: &[RoutedProduct], violations: &mut Violations) -> Vec<Routed> {
    if !(1..=MOST_PRODUCTS).contains(&products.len()) {
        let params = [("min", 1), ("max", MOST_PRODUCTS)];
        violations.push_with("products", CommonReason::ValidationFailed, params);
    }
    let mut parsed = Vec::new();
    for (index, product) in products.iter().take(MOST_PRODUCTS).enumerate() {
        let at = |field: &str| format!("products[{index}].{field}");
        let id = id::parse(&at("product_id"), &product.product_id, violations);
        let field = at("category_ids");
        let categories = request::ids(&field, &product.category_ids, MOST_CATEGORIES, violations);
        parsed.extend(id.map(|id| Routed {
            product: id,
            categories,
            station: product.station.clone(),
            print_tag: product.print_tag.clone(),
        }));
    }
    parsed
}

/// A product that reaches no print point.
pub fn unrouted((product, methods): &Unrouted) -> UnroutedProduct {
    UnroutedProduct {
        product_id: product.to_string(),
        methods: methods.iter().map(|method| method.to_wire()).collect(),
    }
}

/// A branch with the first of such products.
pub fn of_branch((branch, found): &(BranchId, Vec<Unrouted>)) -> BranchPrintRoutes {
    BranchPrintRoutes {
        branch_id: branch.to_string(),
        unrouted_count: i32::try_from(found.len()).unwrap_or(i32::MAX),
        unrouted: found.iter().take(MOST_NAMED).map(unrouted).collect(),
    }
}
