//! `yizhimai.catalog.v1.CatalogService`: which function answers which RPC.

use chassis::{authn::RequestExt as _, clock::SharedClock, db::Db, error::Problem};
use proto::catalog::v1::{catalog_service_server::CatalogService, *};
use tonic::{Request, Response, Status};

use super::{
    Call, branches, brands, categories, files, items, menus, option_groups, products, publishing,
};

/// The service's RPCs.
#[derive(Debug)]
pub struct CatalogRpc {
    db: Db,
    clock: SharedClock,
}

impl CatalogRpc {
    /// RPCs over a database.
    #[must_use]
    pub fn new(db: Db, clock: SharedClock) -> Self {
        Self { db, clock }
    }

    fn call<'a, T>(&'a self, request: &'a Request<T>) -> Result<Call<'a>, Problem> {
        Ok(Call {
            db: &self.db,
            clock: &self.clock,
            identity: request.identity(),
            org: request.org()?,
        })
    }
}

/// Each RPC of a signed-in caller is a function of its call and its message.
macro_rules! rpcs {
    ($($rpc:ident($request:ty) -> $response:ty = $function:path;)*) => {
        #[tonic::async_trait]
        impl CatalogService for CatalogRpc {
            $(async fn $rpc(&self, request: Request<$request>) -> Result<Response<$response>, Status> {
                let answer = $function(&self.call(&request)?, request.get_ref()).await?;
                Ok(Response::new(answer))
            })*

            async fn resolve_storefront(
                &self,
                request: Request<ResolveStorefrontRequest>,
            ) -> Result<Response<ResolveStorefrontResponse>, Status> {
                // Anybody may ask, so there is no caller to speak of.
                let answer = brands::resolve(&self.db, request.get_ref()).await?;
                Ok(Response::new(answer))
            }
        }
    };
}

rpcs! {
    create_brand(CreateBrandRequest) -> CreateBrandResponse = brands::create;
    update_brand(UpdateBrandRequest) -> UpdateBrandResponse = brands::update;
    list_brands(ListBrandsRequest) -> ListBrandsResponse = brands::list;
    create_branch(CreateBranchRequest) -> CreateBranchResponse = branches::create;
    update_branch(UpdateBranchRequest) -> UpdateBranchResponse = branches::update;
    list_categories(ListCategoriesRequest) -> ListCategoriesResponse = categories::list;
    save_category(SaveCategoryRequest) -> SaveCategoryResponse = categories::save;
    archive_category(ArchiveCategoryRequest) -> ArchiveCategoryResponse = categories::archive;
    list_products(ListProductsRequest) -> ListProductsResponse = products::list;
    get_product(GetProductRequest) -> GetProductResponse = products::get;
    create_product(CreateProductRequest) -> CreateProductResponse = products::create;
    update_product(UpdateProductRequest) -> UpdateProductResponse = products::update;
    archive_product(ArchiveProductRequest) -> ArchiveProductResponse = products::archive;
    list_option_groups(ListOptionGroupsRequest) -> ListOptionGroupsResponse = option_groups::list;
    save_option_group(SaveOptionGroupRequest) -> SaveOptionGroupResponse = option_groups::save;
    archive_option_group(ArchiveOptionGroupRequest) -> ArchiveOptionGroupResponse
        = option_groups::archive;
    import_products(ImportProductsRequest) -> ImportProductsResponse = files::import;
    export_products(ExportProductsRequest) -> ExportProductsResponse = files::export;
    check_publish(CheckPublishRequest) -> CheckPublishResponse = publishing::check;
    publish(PublishRequest) -> PublishResponse = publishing::publish;
    list_menu_versions(ListMenuVersionsRequest) -> ListMenuVersionsResponse = menus::list;
    get_menu_document(GetMenuDocumentRequest) -> GetMenuDocumentResponse = menus::document;
    get_menu_snapshot(GetMenuSnapshotRequest) -> GetMenuSnapshotResponse = menus::snapshot;
    find_items(FindItemsRequest) -> FindItemsResponse = items::find;
    get_item_names(GetItemNamesRequest) -> GetItemNamesResponse = items::names;
}
