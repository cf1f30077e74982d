//! NO_PRINT_ROUTE: products that no print point prints.

use std::collections::BTreeMap;

use chassis::{
    authn::Identity,
    error::Problem,
    id::{BranchId, BrandId, CategoryId, OrganisationId, ProductId},
    sales::Method,
};

use super::{Dependencies, scope};
use crate::{
    domain::{
        print_rule::Item,
        routing::{self, Point},
    },
    store,
};

/// A product of a menu as rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routed {
    /// Product.
    pub product: ProductId,
    /// Categories.
    pub categories: Vec<CategoryId>,
    /// 工作站; empty for none.
    pub station: String,
    /// 出單標籤; empty for none.
    pub print_tag: String,
}

/// A product and the methods in which it reaches no print point.
pub type Unrouted = (ProductId, Vec<Method>);

/// The products that reach no print point of a branch, in their order.
pub async fn unrouted(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    branch: BranchId,
    products: Vec<Routed>,
    methods: Vec<Method>,
) -> Result<Vec<Unrouted>, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    scope::branch(&mut tx, identity, branch).await?;
    let points = store::print_points::list_with_rules(&mut tx, &[branch]).await?;
    tx.commit().await?;
    tokio::task::spawn_blocking(move || missed(&products, &methods, &points))
        .await
        .map_err(Problem::internal)
}

/// A page of the branches of a brand that have a print point, each with the products that reach none of them. Of the
/// branches named, or of those that the caller may touch.
pub async fn unrouted_of_brand(
    deps: &Dependencies,
    identity: &Identity,
    org: OrganisationId,
    brand: BrandId,
    named: &[BranchId],
    (products, methods): (Vec<Routed>, Vec<Method>),
    (after, limit): (Option<BranchId>, i64),
) -> Result<Vec<(BranchId, Vec<Unrouted>)>, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    scope::any_of_brand(&mut tx, identity, brand).await?;
    let mut wanted = store::branches::list_of_brand(&mut tx, brand).await?;
    if named.is_empty() {
        wanted.retain(|branch| identity.require_branch(brand, *branch).is_ok());
    } else {
        for branch in named {
            if wanted.binary_search(branch).is_err() {
                return Err(Problem::not_found("branch"));
            }
            identity.require_branch(brand, *branch)?;
        }
        wanted = named.to_vec();
    }
    let printing = store::print_points::list_branches(&mut tx, &wanted, after, limit).await?;
    let points = store::print_points::list_with_rules(&mut tx, &printing).await?;
    tx.commit().await?;
    let mut of_branch: BTreeMap<BranchId, Vec<Point>> = BTreeMap::new();
    for point in points {
        of_branch.entry(point.point.branch).or_default().push(point);
    }
    // Many branches with many rules take a while.
    tokio::task::spawn_blocking(move || {
        let check = |(branch, points): (BranchId, Vec<Point>)| {
            (branch, missed(&products, &methods, &points))
        };
        of_branch.into_iter().map(check).collect()
    })
    .await
    .map_err(Problem::internal)
}

fn missed(products: &[Routed], methods: &[Method], points: &[Point]) -> Vec<Unrouted> {
    let found = products.iter().map(|of| {
        let item = Item {
            product: of.product,
            categories: &of.categories,
            station: &of.station,
            print_tag: &of.print_tag,
        };
        (of.product, routing::unrouted(item, methods, points))
    });
    found.filter(|(_, methods)| !methods.is_empty()).collect()
}
