//! The RPCs of `StockService`.

use chassis::{
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId, BrandId, SkuId},
    idempotency::Once,
    request, text,
};
use prost::Message as _;
use proto::capacity::v1::{
    ExportStockRequest, ExportStockResponse, ImportStockRequest, ImportStockResponse,
    ListRecipeVersionsRequest, ListRecipeVersionsResponse, ListShortOrdersRequest,
    ListShortOrdersResponse, ListStockMovementsRequest, ListStockMovementsResponse,
    ListStockRequest, ListStockResponse, Recipe, RecordStockMovementRequest,
    RecordStockMovementResponse, SaveComponentRequest, SaveComponentResponse, SetRecipeRequest,
    SetRecipeResponse, SetStockItemRequest, SetStockItemResponse, TransferStockRequest,
    TransferStockResponse, stock_service_server as server,
};
use tonic::Request;

use super::convert;
use crate::{
    app::{
        Dependencies,
        stock::{
            change::{self, RecordMovement},
            import::{self, Import},
            list, recipes,
            transfer::{self, Transfer},
        },
    },
    domain::stock::{MOST_UNITS, MovementKind as Kind},
    grpc::request::{actor, branch, checked, rpcs, within},
    store::stock::components::Component,
};

/// The gRPC service.
pub struct StockService {
    deps: Dependencies,
}

impl StockService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    StockService: server::StockService {
        list_stock(ListStockRequest) -> ListStockResponse;
        set_stock_item(SetStockItemRequest) -> SetStockItemResponse;
        record_stock_movement(RecordStockMovementRequest) -> RecordStockMovementResponse;
        list_stock_movements(ListStockMovementsRequest) -> ListStockMovementsResponse;
        save_component(SaveComponentRequest) -> SaveComponentResponse;
        set_recipe(SetRecipeRequest) -> SetRecipeResponse;
        list_recipe_versions(ListRecipeVersionsRequest) -> ListRecipeVersionsResponse;
        transfer_stock(TransferStockRequest) -> TransferStockResponse;
        list_short_orders(ListShortOrdersRequest) -> ListShortOrdersResponse;
        export_stock(ExportStockRequest) -> ExportStockResponse;
        import_stock(ImportStockRequest) -> ImportStockResponse;
    }
}

impl StockService {
    async fn list_stock(
        &self,
        request: &Request<ListStockRequest>,
    ) -> Result<ListStockResponse, Problem> {
        let branch_id = branch(&request.get_ref().branch_id)?;
        let (org, identity) = (request.org()?, request.identity());
        let list = list::list(&self.deps, identity, org, branch_id).await?;
        Ok(convert::stock_list(branch_id, &list))
    }

    async fn set_stock_item(
        &self,
        request: &Request<SetStockItemRequest>,
    ) -> Result<SetStockItemResponse, Problem> {
        let asked = request.get_ref().item.clone().unwrap_or_default();
        let mut violations = Violations::new();
        let item = convert::stock_item(&asked, &mut violations);
        let (branch_id, item) = checked(item, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let item = change::set_item(&self.deps, identity, org, branch_id, item).await?;
        let item = convert::item_today(branch_id, &item);
        Ok(SetStockItemResponse { item: Some(item) })
    }

    async fn record_stock_movement(
        &self,
        request: &Request<RecordStockMovementRequest>,
    ) -> Result<RecordStockMovementResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse("branch_id", &asked.branch_id, &mut violations);
        let sku_id = id::parse("sku_id", &asked.sku_id, &mut violations);
        let once = Once::parse(
            "RecordStockMovement",
            &asked.idempotency_key,
            asked,
            &mut violations,
        );
        let kind = convert::staff_movement_kind(asked.kind());
        if kind.is_none() {
            violations.push("kind", CommonReason::ValidationFailed);
        }
        let allowed = match kind {
            Some(Kind::Adjusted) => -MOST_UNITS..=MOST_UNITS,
            Some(Kind::Counted) => 0..=MOST_UNITS,
            _ => 1..=MOST_UNITS,
        };
        if !allowed.contains(&asked.quantity) {
            let params = [("min", *allowed.start()), ("max", *allowed.end())];
            violations.push_with("quantity", CommonReason::ValidationFailed, params);
        }
        let reason = text::bounded("reason", &asked.reason, 0..=200, &mut violations);
        let ids = branch_id.zip(sku_id).zip(kind);
        let ((branch_id, sku_id), kind) = checked(ids, violations)?;
        let identity = request.identity();
        let command = RecordMovement {
            once,
            branch_id,
            sku_id,
            kind,
            quantity: asked.quantity,
            reason,
            actor: actor(identity),
        };
        let answer = change::record_movement(
            &self.deps,
            identity,
            request.org()?,
            &command,
            |item, movement| {
                let item = Some(convert::item_today(branch_id, item));
                let movement = Some(convert::movement(movement));
                RecordStockMovementResponse { item, movement }.encode_to_vec()
            },
        );
        let answer = RecordStockMovementResponse::decode(answer.await?.as_slice());
        answer.map_err(Problem::internal)
    }

    async fn list_stock_movements(
        &self,
        request: &Request<ListStockMovementsRequest>,
    ) -> Result<ListStockMovementsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse("branch_id", &asked.branch_id, &mut violations);
        let sku_id = id::parse("sku_id", &asked.sku_id, &mut violations);
        let page = request::page(asked.page_size, &asked.page_token, &mut violations);
        let ids = checked(branch_id.zip(sku_id), violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let before = page.after.unwrap_or(i64::MAX);
        let limit = page.limit();
        let movements =
            change::list_movements(&self.deps, identity, org, ids, before, limit).await?;
        let page = page.page(movements, |last| last.seq);
        Ok(ListStockMovementsResponse {
            next_page_token: page.next_page_token,
            movements: page.items.iter().map(convert::movement).collect(),
        })
    }

    async fn save_component(
        &self,
        request: &Request<SaveComponentRequest>,
    ) -> Result<SaveComponentResponse, Problem> {
        let body = request.get_ref();
        let asked = body.component.clone().unwrap_or_default();
        let mut violations = Violations::new();
        let brand_id = id::parse("component.brand_id", &asked.brand_id, &mut violations);
        let known = id::parse_optional("component.sku_id", &asked.sku_id, &mut violations);
        let once = asked.sku_id.is_empty().then(|| {
            Once::parse(
                "SaveComponent",
                &body.idempotency_key,
                body,
                &mut violations,
            )
        });
        let name = text::bounded("component.name", &asked.name, 1..=60, &mut violations);
        let brand_id: BrandId = checked(brand_id, violations)?;
        let component = Component {
            brand_id,
            sku_id: known.unwrap_or_else(|| SkuId::new(&*self.deps.clock)),
            name,
            archived: asked.archived,
            version: asked.version,
        };
        let (org, identity) = (request.org()?, request.identity());
        let encode = |component: &Component| {
            let component = Some(convert::component(component));
            SaveComponentResponse { component }.encode_to_vec()
        };
        let once = once.as_ref();
        let answer =
            recipes::save_component(&self.deps, identity, org, component, once, encode).await?;
        let answer = SaveComponentResponse::decode(answer.as_slice());
        answer.map_err(Problem::internal)
    }

    async fn set_recipe(
        &self,
        request: &Request<SetRecipeRequest>,
    ) -> Result<SetRecipeResponse, Problem> {
        let asked = request.get_ref().recipe.clone().unwrap_or_default();
        let mut violations = Violations::new();
        let read = convert::recipe(&asked, &mut violations);
        let (of, parts) = checked(read, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let actor = actor(identity);
        let version =
            recipes::set_recipe(&self.deps, identity, org, of, parts, asked.version, actor).await?;
        let recipe = Recipe {
            version,
            sellable: None,
            ..asked
        };
        Ok(SetRecipeResponse {
            recipe: Some(recipe),
        })
    }

    async fn list_recipe_versions(
        &self,
        request: &Request<ListRecipeVersionsRequest>,
    ) -> Result<ListRecipeVersionsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand_id = id::parse("brand_id", &asked.brand_id, &mut violations);
        let sku_id = id::parse("sku_id", &asked.sku_id, &mut violations);
        let of: (BrandId, SkuId) = checked(brand_id.zip(sku_id), violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let versions = recipes::list_versions(&self.deps, identity, org, of).await?;
        Ok(ListRecipeVersionsResponse {
            versions: versions.iter().map(convert::recipe_version).collect(),
        })
    }

    async fn transfer_stock(
        &self,
        request: &Request<TransferStockRequest>,
    ) -> Result<TransferStockResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let from = id::parse("branch_id", &asked.branch_id, &mut violations);
        let to = id::parse::<BranchId>("to_branch_id", &asked.to_branch_id, &mut violations);
        let sku_id = id::parse("sku_id", &asked.sku_id, &mut violations);
        if from.is_some() && from == to {
            violations.push("to_branch_id", CommonReason::ValidationFailed);
        }
        let units = (1, MOST_UNITS);
        within("quantity", asked.quantity, units, &mut violations);
        let reason = text::bounded("reason", &asked.reason, 0..=200, &mut violations);
        let once = Once::parse(
            "TransferStock",
            &asked.idempotency_key,
            asked,
            &mut violations,
        );
        let ((from, to), sku_id) = checked(from.zip(to).zip(sku_id), violations)?;
        let identity = request.identity();
        let command = Transfer {
            once,
            from,
            to,
            sku_id,
            quantity: asked.quantity,
            reason,
            actor: actor(identity),
        };
        let encode = |item: &_, movement: &_| {
            let item = Some(convert::item_today(from, item));
            let movement = Some(convert::movement(movement));
            TransferStockResponse { item, movement }.encode_to_vec()
        };
        let answer =
            transfer::transfer(&self.deps, identity, request.org()?, &command, encode).await?;
        let answer = TransferStockResponse::decode(answer.as_slice());
        answer.map_err(Problem::internal)
    }

    async fn list_short_orders(
        &self,
        request: &Request<ListShortOrdersRequest>,
    ) -> Result<ListShortOrdersResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse("branch_id", &asked.branch_id, &mut violations);
        let sku_id = id::parse("sku_id", &asked.sku_id, &mut violations);
        let of = checked(branch_id.zip(sku_id), violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let orders = list::list_short(&self.deps, identity, org, of).await?;
        Ok(ListShortOrdersResponse {
            orders: orders.iter().map(convert::short_order).collect(),
        })
    }

    async fn export_stock(
        &self,
        request: &Request<ExportStockRequest>,
    ) -> Result<ExportStockResponse, Problem> {
        let asked = request.get_ref();
        let branch_id = branch(&asked.branch_id)?;
        let mut violations = Violations::new();
        let names = convert::names(&asked.names, &mut violations);
        violations.into_result()?;
        let (org, identity) = (request.org()?, request.identity());
        let content = list::export_file(&self.deps, identity, org, branch_id, names).await?;
        Ok(ExportStockResponse {
            content: content.into(),
        })
    }

    async fn import_stock(
        &self,
        request: &Request<ImportStockRequest>,
    ) -> Result<ImportStockResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse("branch_id", &asked.branch_id, &mut violations);
        let names = convert::names(&asked.names, &mut violations);
        let reason = text::bounded("reason", &asked.reason, 0..=200, &mut violations);
        let branch_id = checked(branch_id, violations)?;
        let (rows, problems) = import::read(&asked.content)?;
        let identity = request.identity();
        let command = Import {
            branch_id,
            names,
            rows,
            problems,
            dry_run: asked.dry_run,
            reason,
            actor: actor(identity),
        };
        let done = import::import(&self.deps, identity, request.org()?, command).await?;
        Ok(convert::imported(&done))
    }
}
