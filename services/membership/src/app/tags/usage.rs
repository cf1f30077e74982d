//! Which rules use a tag. A kind of rule that can name tags is asked here.

use chassis::db::{StoreError, TenantTx};
use uuid::Uuid;

use crate::app::benefits::tag_use;

/// Names of the active rules that use a tag.
pub async fn rules_using(tx: &mut TenantTx, tag: Uuid) -> Result<Vec<String>, StoreError> {
    tag_use::names(tx, tag).await
}
