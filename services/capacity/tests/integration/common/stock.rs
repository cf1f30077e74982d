//! Stock beyond counting one unit: components, recipes, transfers, files.

use chassis::{
    clock::SystemClock,
    error::Problem,
    id::{BranchId, BrandId, OrderId, SkuId},
    inbox::{Received, Signal, subscribe},
};
use futures::{StreamExt as _, stream::BoxStream};
use proto::{
    capacity::v1::{
        Component, ListShortOrdersRequest, ListStockRequest, ListStockResponse, Recipe, RecipePart,
        SaveComponentRequest, SetRecipeRequest, SetStockItemRequest, StockItem, StockMode,
        StockRules, TransferStockRequest,
    },
    catalog::v1::BranchState,
};
use testkit::eventually;

use super::{Shop, response};

impl Shop {
    /// Another branch of the organisation, open like the first.
    pub async fn branch_of(&mut self, brand: BrandId) -> BranchId {
        let before = (self.brand, self.branch);
        self.brand = brand;
        self.branch = BranchId::new(&SystemClock);
        eventually(async || {
            self.publish_branch(BranchState::Live, 1).await;
            self.set_hours_when_known().await
        })
        .await;
        let second = self.branch;
        (self.brand, self.branch) = before;
        second
    }

    async fn set_hours_when_known(&self) -> bool {
        let request = proto::capacity::v1::GetHoursRequest {
            branch_id: self.branch.to_string(),
        };
        self.owner().hours.get_hours(request).await.is_ok() && self.set_hours(|_| {}).await.is_ok()
    }

    /// Makes another branch the current one; returns the previous one.
    pub fn switch_to(&mut self, branch: BranchId) -> BranchId {
        std::mem::replace(&mut self.branch, branch)
    }

    /// A new component of the brand, of which the branch counts `units`.
    pub async fn component(&self, name: &str, units: i64) -> SkuId {
        let sku = self.named_component(name).await.unwrap();
        let sku: SkuId = sku.sku_id.parse().unwrap();
        self.set_item(sku, StockMode::Running, 0, 0).await.unwrap();
        let kind = proto::capacity::v1::MovementKind::Counted;
        self.record_movement(sku, kind, units).await.unwrap();
        sku
    }

    pub async fn named_component(&self, name: &str) -> Result<Component, Problem> {
        let component = Component {
            brand_id: self.brand.to_string(),
            name: name.to_owned(),
            ..Component::default()
        };
        self.save_component(component).await
    }

    pub async fn save_component(&self, component: Component) -> Result<Component, Problem> {
        let request = SaveComponentRequest {
            idempotency_key: OrderId::new(&SystemClock).to_string(),
            component: Some(component),
        };
        response(self.owner().stock.save_component(request).await).map(|it| it.component.unwrap())
    }

    pub fn recipe(&self, sku: SkuId, parts: &[(SkuId, i64)], version: i64) -> Recipe {
        let part = |&(component, units): &(SkuId, i64)| RecipePart {
            component_id: component.to_string(),
            units,
        };
        Recipe {
            brand_id: self.brand.to_string(),
            sku_id: sku.to_string(),
            parts: parts.iter().map(part).collect(),
            version,
            sellable: None,
        }
    }

    pub async fn set_recipe(&self, recipe: Recipe) -> Result<Recipe, Problem> {
        let request = SetRecipeRequest {
            recipe: Some(recipe),
        };
        response(self.owner().stock.set_recipe(request).await).map(|it| it.recipe.unwrap())
    }

    /// A new variant, not counted itself, made of components.
    pub async fn made_of(&self, parts: &[(SkuId, i64)]) -> SkuId {
        let sku = SkuId::new(&SystemClock);
        self.set_recipe(self.recipe(sku, parts, 0)).await.unwrap();
        sku
    }

    pub async fn list(&self) -> ListStockResponse {
        let request = ListStockRequest {
            branch_id: self.branch.to_string(),
        };
        self.owner()
            .stock
            .list_stock(request)
            .await
            .unwrap()
            .into_inner()
    }

    /// Changes the further settings of an item, whatever their version.
    pub async fn set_rules(&self, sku: SkuId, rules: StockRules) -> Result<StockItem, Problem> {
        let item = StockItem {
            rules: Some(rules),
            ..self.item(sku).await
        };
        let request = SetStockItemRequest { item: Some(item) };
        response(self.owner().stock.set_stock_item(request).await).map(|it| it.item.unwrap())
    }

    pub fn transfer(&self, sku: SkuId, to: BranchId, quantity: i64) -> TransferStockRequest {
        TransferStockRequest {
            idempotency_key: OrderId::new(&SystemClock).to_string(),
            branch_id: self.branch.to_string(),
            to_branch_id: to.to_string(),
            sku_id: sku.to_string(),
            quantity,
            reason: "short over there".to_owned(),
        }
    }

    pub async fn transferred(&self, request: TransferStockRequest) -> Result<StockItem, Problem> {
        response(self.owner().stock.transfer_stock(request).await).map(|it| it.item.unwrap())
    }

    /// Orders that a unit's shortfall concerns, with what they were promised.
    pub async fn short_orders(&self, sku: SkuId) -> Vec<(OrderId, i64)> {
        let request = ListShortOrdersRequest {
            branch_id: self.branch.to_string(),
            sku_id: sku.to_string(),
        };
        let short = response(self.owner().stock.list_short_orders(request).await).unwrap();
        let orders = short.orders.into_iter();
        orders
            .map(|order| (order.order_id.parse().unwrap(), order.quantity))
            .collect()
    }

    /// What is left of a unit as the storefront sees it, and from where down it is shown.
    pub async fn shown(&self, sku: SkuId) -> Option<(i64, i32)> {
        let skus = self.availability().await.skus;
        let found = skus.into_iter().find(|it| it.sku_id == sku.to_string());
        found.map(|it| (it.available, it.show_last))
    }

    /// Events of these keys from now on.
    pub async fn listen(&self, keys: &[&str]) -> BoxStream<'static, Received> {
        let mut signals = subscribe(&self.amqp.amqp(), keys).boxed();
        signals.next().await;
        let events = signals.filter_map(async |signal| match signal {
            Signal::Event(event) => Some(event),
            Signal::Gap => None,
        });
        events.boxed()
    }
}
