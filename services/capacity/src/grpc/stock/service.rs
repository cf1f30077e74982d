//! The doors of `StockService`.

use chassis::{
    authn::RequestExt as _,
    error::{Problem, Violations},
    id::{self, BranchId, BrandId, SkuId},
    text,
};
use prost::Message as _;
use proto::capacity::v1::{
    ExportStockRequest, ExportStockResponse, ImportStockRequest, ImportStockResponse,
    ListRecipeVersionsRequest, ListRecipeVersionsResponse, ListShortOrdersRequest,
    ListShortOrdersResponse, Recipe, SaveComponentRequest, SaveComponentResponse, SetRecipeRequest,
    SetRecipeResponse, TransferStockRequest, TransferStockResponse,
    stock_service_server::StockService as Doors,
};
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{
        Core,
        stock::{
            import::{self, Import},
            list, recipes,
            transfer::{self, Transfer},
        },
    },
    domain::stock::MOST_UNITS,
    grpc::capacity_service::{branch, checked, told},
    store::stock::components::Component,
};

/// The gRPC service.
pub struct StockService {
    core: Core,
}

impl StockService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(core: Core) -> Self {
        Self { core }
    }
}

#[tonic::async_trait]
impl Doors for StockService {
    async fn save_component(
        &self,
        request: Request<SaveComponentRequest>,
    ) -> Result<Response<SaveComponentResponse>, Status> {
        told(self.keep_component(&request).await)
    }

    async fn set_recipe(
        &self,
        request: Request<SetRecipeRequest>,
    ) -> Result<Response<SetRecipeResponse>, Status> {
        told(self.replace_recipe(&request).await)
    }

    async fn list_recipe_versions(
        &self,
        request: Request<ListRecipeVersionsRequest>,
    ) -> Result<Response<ListRecipeVersionsResponse>, Status> {
        told(self.read_recipe_versions(&request).await)
    }

    async fn transfer_stock(
        &self,
        request: Request<TransferStockRequest>,
    ) -> Result<Response<TransferStockResponse>, Status> {
        told(self.transfer(&request).await)
    }

    async fn list_short_orders(
        &self,
        request: Request<ListShortOrdersRequest>,
    ) -> Result<Response<ListShortOrdersResponse>, Status> {
        told(self.read_short_orders(&request).await)
    }

    async fn export_stock(
        &self,
        request: Request<ExportStockRequest>,
    ) -> Result<Response<ExportStockResponse>, Status> {
        told(self.export(&request).await)
    }

    async fn import_stock(
        &self,
        request: Request<ImportStockRequest>,
    ) -> Result<Response<ImportStockResponse>, Status> {
        told(self.import(&request).await)
    }
}

impl StockService {
    async fn keep_component(
        &self,
        request: &Request<SaveComponentRequest>,
    ) -> Result<Response<SaveComponentResponse>, Problem> {
        let body = request.get_ref();
        let asked = body.component.clone().unwrap_or_default();
        let mut violations = Violations::new();
        let brand_id = id::parse("component.brand_id", &asked.brand_id, &mut violations);
        let known = id::parse_optional("component.sku_id", &asked.sku_id, &mut violations);
        let once = asked
            .sku_id
            .is_empty()
            .then(|| convert::once(&body.idempotency_key, body, &mut violations));
        let name = text::bounded("component.name", &asked.name, 1..=60, &mut violations);
        let brand_id: BrandId = checked(brand_id, violations)?;
        let component = Component {
            brand_id,
            sku_id: known.unwrap_or_else(|| SkuId::new(&*self.core.clock)),
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
            recipes::save_component(&self.core, identity, org, component, once, encode).await?;
        let answer = SaveComponentResponse::decode(answer.as_slice());
        Ok(Response::new(answer.map_err(Problem::internal)?))
    }

    async fn replace_recipe(
        &self,
        request: &Request<SetRecipeRequest>,
    ) -> Result<Response<SetRecipeResponse>, Problem> {
        let asked = request.get_ref().recipe.clone().unwrap_or_default();
        let mut violations = Violations::new();
        let read = convert::recipe(&asked, &mut violations);
        let (of, parts) = checked(read, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let actor = convert::actor(identity);
        let version =
            recipes::set_recipe(&self.core, identity, org, of, parts, asked.version, actor).await?;
        let recipe = Recipe {
            version,
            sellable: None,
            ..asked
        };
        Ok(Response::new(SetRecipeResponse {
            recipe: Some(recipe),
        }))
    }

    async fn read_recipe_versions(
        &self,
        request: &Request<ListRecipeVersionsRequest>,
    ) -> Result<Response<ListRecipeVersionsResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand_id = id::parse("brand_id", &asked.brand_id, &mut violations);
        let sku_id = id::parse("sku_id", &asked.sku_id, &mut violations);
        let of: (BrandId, SkuId) = checked(brand_id.zip(sku_id), violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let versions = recipes::list_versions(&self.core, identity, org, of).await?;
        Ok(Response::new(ListRecipeVersionsResponse {
            versions: versions.iter().map(convert::recipe_version).collect(),
        }))
    }

    async fn transfer(
        &self,
        request: &Request<TransferStockRequest>,
    ) -> Result<Response<TransferStockResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let from = id::parse("branch_id", &asked.branch_id, &mut violations);
        let to = id::parse::<BranchId>("to_branch_id", &asked.to_branch_id, &mut violations);
        let sku_id = id::parse("sku_id", &asked.sku_id, &mut violations);
        if from.is_some() && from == to {
            violations.push("to_branch_id", "VALIDATION_FAILED");
        }
        let units = (1, MOST_UNITS);
        convert::within("quantity", asked.quantity, units, &mut violations);
        let reason = text::bounded("reason", &asked.reason, 0..=200, &mut violations);
        let once = convert::once(&asked.idempotency_key, asked, &mut violations);
        let ((from, to), sku_id) = checked(from.zip(to).zip(sku_id), violations)?;
        let identity = request.identity();
        let ask = Transfer {
            once,
            from,
            to,
            sku_id,
            quantity: asked.quantity,
            reason,
            actor: convert::actor(identity),
        };
        let encode = |item: &_, movement: &_| {
            let item = Some(convert::item_today(from, item));
            let movement = Some(convert::movement(movement));
            TransferStockResponse { item, movement }.encode_to_vec()
        };
        let answer = transfer::transfer(&self.core, identity, request.org()?, &ask, encode).await?;
        let answer = TransferStockResponse::decode(answer.as_slice());
        Ok(Response::new(answer.map_err(Problem::internal)?))
    }

    async fn read_short_orders(
        &self,
        request: &Request<ListShortOrdersRequest>,
    ) -> Result<Response<ListShortOrdersResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse("branch_id", &asked.branch_id, &mut violations);
        let sku_id = id::parse("sku_id", &asked.sku_id, &mut violations);
        let of = checked(branch_id.zip(sku_id), violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let orders = list::list_short(&self.core, identity, org, of).await?;
        Ok(Response::new(ListShortOrdersResponse {
            orders: orders.iter().map(convert::short_order).collect(),
        }))
    }

    async fn export(
        &self,
        request: &Request<ExportStockRequest>,
    ) -> Result<Response<ExportStockResponse>, Problem> {
        let asked = request.get_ref();
        let branch_id = branch(&asked.branch_id)?;
        let mut violations = Violations::new();
        let names = convert::names(&asked.names, &mut violations);
        violations.into_result()?;
        let (org, identity) = (request.org()?, request.identity());
        let content = list::export_file(&self.core, identity, org, branch_id, names).await?;
        Ok(Response::new(ExportStockResponse {
            content: content.into(),
        }))
    }

    async fn import(
        &self,
        request: &Request<ImportStockRequest>,
    ) -> Result<Response<ImportStockResponse>, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse("branch_id", &asked.branch_id, &mut violations);
        let names = convert::names(&asked.names, &mut violations);
        let reason = text::bounded("reason", &asked.reason, 0..=200, &mut violations);
        let branch_id = checked(branch_id, violations)?;
        let (rows, problems) = import::read(&asked.content)?;
        let identity = request.identity();
        let ask = Import {
            branch_id,
            names,
            rows,
            problems,
            dry_run: asked.dry_run,
            reason,
            actor: convert::actor(identity),
        };
        let done = import::import(&self.core, identity, request.org()?, ask).await?;
        Ok(Response::new(convert::imported(&done)))
    }
}
