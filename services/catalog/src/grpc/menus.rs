//! Reading published menus.

use chassis::{
    error::{Problem, Violations},
    id::{self, BranchId},
};
use proto::catalog::v1::{
    GetMenuDocumentRequest, GetMenuDocumentResponse, GetMenuSnapshotRequest,
    GetMenuSnapshotResponse, ListMenuVersionsRequest, ListMenuVersionsResponse,
};

use super::{Call, convert, snapshot as stored};
use crate::{app::access, domain::Error, store};

pub(super) async fn list(
    call: &Call<'_>,
    request: &ListMenuVersionsRequest,
) -> Result<ListMenuVersionsResponse, Problem> {
    let branch_id = branch_id(&request.branch_id)?;
    let mut tx = call.db.tenant(call.org).await?;
    let branch = access::branch(&mut tx, call.identity, branch_id).await?;
    let versions = store::menus::list(&mut tx, branch.id).await?;
    tx.commit().await?;
    Ok(ListMenuVersionsResponse {
        versions: versions.iter().map(convert::version).collect(),
    })
}

pub(super) async fn document(
    call: &Call<'_>,
    request: &GetMenuDocumentRequest,
) -> Result<GetMenuDocumentResponse, Problem> {
    let branch_id = branch_id(&request.branch_id)?;
    let mut tx = call.db.tenant(call.org).await?;
    let current = store::menus::find_current(&mut tx, branch_id, &request.known_etag).await?;
    tx.commit().await?;
    let current = current.ok_or(Error::NotFound("menu"))?;
    Ok(GetMenuDocumentResponse {
        etag: current.bodies.etag,
        identity: current.bodies.identity.into(),
        gzip: current.bodies.gzip.into(),
        br: current.bodies.br.into(),
        number: current.number,
    })
}

pub(super) async fn snapshot(
    call: &Call<'_>,
    request: &GetMenuSnapshotRequest,
) -> Result<GetMenuSnapshotResponse, Problem> {
    let mut violations = Violations::new();
    let branch_id = id::parse("branch_id", &request.branch_id, &mut violations);
    let version = id::parse_optional("menu_version_id", &request.menu_version_id, &mut violations);
    let branch_id = violations.finish(branch_id)?;
    let mut tx = call.db.tenant(call.org).await?;
    let bytes = store::menus::find_snapshot(&mut tx, branch_id, version).await?;
    tx.commit().await?;
    let bytes = bytes.ok_or(Error::NotFound("menu"))?;
    Ok(GetMenuSnapshotResponse {
        snapshot: Some(stored::decode(&bytes)?),
    })
}

fn branch_id(raw: &str) -> Result<BranchId, Problem> {
    let mut violations = Violations::new();
    let branch_id = id::parse("branch_id", raw, &mut violations);
    violations.finish(branch_id)
}
