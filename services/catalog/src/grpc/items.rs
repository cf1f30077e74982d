//! Which products, variants and options there are.

use chassis::error::{CommonReason, Problem, Violations};
use proto::catalog::v1::{FindItemsRequest, FindItemsResponse};
use uuid::Uuid;

use super::Call;
use crate::store;

/// Most ids of a request.
const MAX_ITEMS: usize = 500;

pub(super) async fn find(
    call: &Call<'_>,
    request: &FindItemsRequest,
) -> Result<FindItemsResponse, Problem> {
    let mut violations = Violations::new();
    let wanted = &request.item_ids;
    if wanted.len() > MAX_ITEMS {
        let params = [("max", MAX_ITEMS), ("given", wanted.len())];
        violations.push_with("item_ids", CommonReason::ValidationFailed, params);
    }
    let mut ids: Vec<Uuid> = Vec::with_capacity(wanted.len().min(MAX_ITEMS));
    for (index, raw) in wanted.iter().take(MAX_ITEMS).enumerate() {
        match raw.parse() {
            Ok(id) => ids.push(id),
            Err(_) => violations.push(format!("item_ids[{index}]"), CommonReason::ValidationFailed),
        }
    }
    violations.into_result()?;
    let mut tx = call.db.tenant(call.org).await?;
    let found = store::items::find(&mut tx, &ids).await?;
    tx.commit().await?;
    Ok(FindItemsResponse {
        item_ids: found.iter().map(Uuid::to_string).collect(),
    })
}
