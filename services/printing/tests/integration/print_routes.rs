//! NO_PRINT_ROUTE: products that no print point prints, in a branch and over a brand.

use chassis::{
    authn::{Level, Scope},
    id::{BranchId, BrandId, ProductId},
};
use proto::{
    common::v1::Method,
    printing::v1::{
        BranchPrintRoutes, CheckBrandPrintRoutesRequest, CheckPrintRoutesRequest, Document,
        LineFilter, PrintTrigger, RoutedProduct,
    },
};
use testkit::identities;

use crate::common::{Shop, fields, of_branch, reason};

#[tokio::test]
async fn a_product_that_reaches_no_print_point_is_named() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop.point(printer.device, "吧台");
    let point = shop.try_create_point("p", point).await.unwrap();
    let mut rule = shop.rule(Document::KitchenSlip, PrintTrigger::Accepted);
    rule.methods = vec![Method::Pickup.into()];
    rule.filter = Some(LineFilter {
        stations: vec!["吧台".to_owned()],
        ..Default::default()
    });
    shop.add_rule(&point, rule).await;
    let product = |station: &str| RoutedProduct {
        product_id: ProductId::new(shop.service.clock()).to_string(),
        station: station.to_owned(),
        ..Default::default()
    };
    let (tea, fried) = (product("吧台"), product("廚房"));
    let check = |products| CheckPrintRoutesRequest {
        branch_id: shop.branch.to_string(),
        products,
        methods: vec![Method::Pickup.into(), Method::Delivery.into()],
    };
    let products = vec![tea.clone(), fried.clone()];
    let found = shop.points().check_print_routes(check(products)).await;
    let found = found.unwrap().into_inner().unrouted;
    let found: Vec<_> = found
        .into_iter()
        .map(|of| (of.product_id, of.methods))
        .collect();
    let both = vec![Method::Pickup.into(), Method::Delivery.into()];
    assert_eq!(
        found,
        [
            (tea.product_id, vec![Method::Delivery.into()]),
            (fried.product_id, both)
        ]
    );
    let refused = shop.points().check_print_routes(check(Vec::new())).await;
    assert_eq!(fields(refused), ["products"]);
}

fn product(shop: &Shop, station: &str) -> RoutedProduct {
    RoutedProduct {
        product_id: ProductId::new(shop.service.clock()).to_string(),
        station: station.to_owned(),
        ..Default::default()
    }
}

impl Shop {
    /// Another branch of the brand, which the shop goes on in.
    async fn moves_to_another_branch(&mut self) -> BranchId {
        self.branch = BranchId::new(self.service.clock());
        self.add_branch(self.org, self.brand, self.branch).await;
        self.branch
    }

    /// A print point of the branch that prints what a station makes; everything where it is empty.
    async fn prints_for(&self, serial: &str, station: &str) {
        let printer = self.printer(serial).await;
        let point = self.point(printer.device, "廚房");
        let point = self.try_create_point(serial, point).await.unwrap();
        let mut rule = self.rule(Document::KitchenSlip, PrintTrigger::Accepted);
        let stations = [station].into_iter().filter(|name| !name.is_empty());
        rule.filter = Some(LineFilter {
            stations: stations.map(str::to_owned).collect(),
            ..Default::default()
        });
        self.add_rule(&point, rule).await;
    }

    fn check_of(&self, products: &[RoutedProduct]) -> CheckBrandPrintRoutesRequest {
        CheckBrandPrintRoutesRequest {
            brand_id: self.brand.to_string(),
            products: products.to_vec(),
            ..Default::default()
        }
    }

    async fn missing(&self, check: CheckBrandPrintRoutesRequest) -> Vec<BranchPrintRoutes> {
        let found = self.points().check_brand_print_routes(check).await;
        found.unwrap().into_inner().branches
    }
}

#[tokio::test]
async fn a_brand_is_checked_in_every_branch_that_has_a_print_point() {
    let mut shop = Shop::open().await;
    let (tea, fried) = (product(&shop, "吧台"), product(&shop, "廚房"));
    let menu = [tea.clone(), fried.clone()];
    let bar = shop.branch;
    shop.prints_for("BAR", "吧台").await;
    shop.moves_to_another_branch().await;
    shop.prints_for("ALL", "").await;
    // Nobody there prints, so nobody there misses a slip.
    shop.moves_to_another_branch().await;

    let found = shop.missing(shop.check_of(&menu)).await;
    let all: Vec<i32> = [Method::Pickup, Method::Delivery, Method::OnSite]
        .map(Into::into)
        .to_vec();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].branch_id, bar.to_string());
    assert_eq!(found[0].unrouted_count, 1);
    assert_eq!(found[0].unrouted[0].product_id, fried.product_id);
    assert_eq!(found[0].unrouted[0].methods, all);
    assert!(shop.missing(shop.check_of(&[tea])).await.is_empty());
}

#[tokio::test]
async fn a_print_point_without_rules_prints_nothing_and_says_how_much() {
    let shop = Shop::open().await;
    let printer = shop.printer("S-1").await;
    let point = shop.point(printer.device, "櫃檯");
    shop.try_create_point("p", point).await.unwrap();
    let menu: Vec<_> = (0..25).map(|_| product(&shop, "")).collect();
    let found = shop.missing(shop.check_of(&menu)).await.remove(0);
    assert_eq!((found.unrouted_count, found.unrouted.len()), (25, 20));
    let named = found.unrouted.iter().map(|of| &of.product_id);
    assert!(named.eq(menu[..20].iter().map(|of| &of.product_id)));
}

#[tokio::test]
async fn branches_are_checked_page_by_page_and_as_they_are_named() {
    let mut shop = Shop::open().await;
    let menu = [product(&shop, "廚房")];
    let mut branches = Vec::new();
    for number in 0..21 {
        if number > 0 {
            shop.moves_to_another_branch().await;
        }
        branches.push(shop.branch.to_string());
        let printer = shop.printer(&format!("S-{number}")).await;
        let point = shop.point(printer.device, "櫃檯");
        shop.try_create_point(&format!("p{number}"), point)
            .await
            .unwrap();
    }
    let mut check = shop.check_of(&menu);
    check.page_size = 20;
    let mut seen = Vec::new();
    for expected in [20, 1] {
        let page = shop.points().check_brand_print_routes(check.clone()).await;
        let page = page.unwrap().into_inner();
        assert_eq!(page.branches.len(), expected);
        seen.extend(page.branches.into_iter().map(|of| of.branch_id));
        check.page_token = page.next_page_token;
    }
    assert_eq!(check.page_token, "", "no third page");
    branches.sort();
    assert_eq!(seen, branches);

    check.branch_ids = vec![branches[3].clone()];
    let found = shop.missing(check).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].branch_id, branches[3]);
}

#[tokio::test]
async fn a_brand_is_checked_for_whoever_keeps_its_catalogue_within_their_scope() {
    let mut shop = Shop::open().await;
    let menu = [product(&shop, "廚房")];
    let own = shop.branch;
    shop.prints_for("BAR", "吧台").await;
    let other = shop.moves_to_another_branch().await;
    shop.prints_for("BAR-2", "吧台").await;
    let check = shop.check_of(&menu);

    let catalogue = [("store.catalog", Level::View)];
    let planner = identities::staff(shop.org, &catalogue, Scope::whole_organisation());
    let mut points = shop.points_as(&planner);
    let found = points.check_brand_print_routes(check.clone()).await;
    assert_eq!(found.unwrap().into_inner().branches.len(), 2);
    let printers = [("device.printers", Level::Manage)];
    let printers = identities::staff(shop.org, &printers, Scope::whole_organisation());
    let mut points = shop.points_as(&printers);
    let refused = points.check_brand_print_routes(check.clone()).await;
    assert_eq!(reason(refused), "PERMISSION_DENIED");

    let mut manager = shop.points_as(&of_branch(shop.owner(), own));
    let found = manager.check_brand_print_routes(check.clone()).await;
    let found = found.unwrap().into_inner().branches;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].branch_id, own.to_string());
    let named = CheckBrandPrintRoutesRequest {
        branch_ids: vec![own.to_string(), other.to_string()],
        ..check.clone()
    };
    let refused = manager.check_brand_print_routes(named).await;
    assert_eq!(reason(refused), "OUT_OF_SCOPE");
}

#[tokio::test]
async fn another_organisations_brand_and_branches_are_not_checked() {
    let mut shop = Shop::open().await;
    shop.prints_for("BAR", "吧台").await;
    let menu = [product(&shop, "廚房")];
    let check = shop.check_of(&menu);
    let owner = identities::owner(testkit::organisation());
    let mut points = shop.points_as(&owner);
    let refused = points.check_brand_print_routes(check.clone()).await;
    assert_eq!(reason(refused), "NOT_FOUND");

    // A brand of the caller's own opens no branch of another one.
    let strange = shop.branch.to_string();
    shop.brand = BrandId::new(shop.service.clock());
    shop.moves_to_another_branch().await;
    let named = CheckBrandPrintRoutesRequest {
        branch_ids: vec![strange],
        ..shop.check_of(&menu)
    };
    let refused = shop.points().check_brand_print_routes(named).await;
    assert_eq!(reason(refused), "NOT_FOUND");

    let wrong = CheckBrandPrintRoutesRequest {
        products: Vec::new(),
        page_size: 7,
        branch_ids: vec!["x".to_owned()],
        ..check
    };
    let mut named = fields(shop.points().check_brand_print_routes(wrong).await);
    named.sort();
    assert_eq!(named, ["branch_ids[0]", "page_size", "products"]);
}
