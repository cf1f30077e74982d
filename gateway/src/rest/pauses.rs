//! What is to be paused must be in the brand's catalogue, which capacity does not know: its name and
//! the units whose restocking ends the pause are read here, never taken from the request.

use chassis::error::CommonReason;
use proto::{
    capacity::v1::{
        CreatePauseRequest, PauseScope, PauseTarget, PauseTargetKind, PreviewPauseRequest,
    },
    catalog::v1::{GetItemNamesRequest, ItemKey, ItemKind, ItemName},
};
use tonic::Code;

use super::{Result, scope};
use crate::{auth::Staff, problem::Rejection, state::Gateway};

const PERMISSION: &str = "ops.pause";

/// Longest name of a target that a pause keeps, in characters.
const MAX_NAME_CHARS: usize = 60;

/// Fills in what the catalogue says of the target. Refuses with `PERMISSION_DENIED`, and with
/// `NOT_FOUND` for a target of another brand.
pub async fn complete_creation(
    gateway: &Gateway,
    staff: &Staff,
    mut request: CreatePauseRequest,
) -> Result<CreatePauseRequest> {
    let place = (
        request.scope(),
        &request.branch_ids[..],
        &request.brand_id[..],
    );
    let found = find(gateway, staff, place, request.target.as_ref()).await?;
    request.target_name = found.name.chars().take(MAX_NAME_CHARS).collect();
    request.restock_sku_ids = found.sku_ids;
    Ok(request)
}

/// Refuses what [`complete_creation`] would refuse.
pub async fn check_preview(
    gateway: &Gateway,
    staff: &Staff,
    request: &PreviewPauseRequest,
) -> Result<()> {
    let place = (
        request.scope(),
        &request.branch_ids[..],
        &request.brand_id[..],
    );
    find(gateway, staff, place, request.target.as_ref()).await?;
    Ok(())
}

/// A target as the catalogue names it.
#[derive(Default)]
struct Found {
    name: String,
    sku_ids: Vec<String>,
}

async fn find(
    gateway: &Gateway,
    staff: &Staff,
    (pause_scope, branch_ids, brand_id): (PauseScope, &[String], &str),
    target: Option<&PauseTarget>,
) -> Result<Found> {
    let Some((key, field)) = target.and_then(item_of) else {
        return Ok(Found::default());
    };
    let brand_id = match (pause_scope, branch_ids.first()) {
        (PauseScope::Brand, _) => {
            scope::check_brand(gateway, staff, PERMISSION, brand_id).await?;
            brand_id.to_owned()
        }
        (_, Some(branch_id)) => {
            scope::brand_of_branch(gateway, staff, PERMISSION, branch_id).await?
        }
        // Capacity refuses a pause of no branch at its field.
        (_, None) => return Ok(Found::default()),
    };
    let found = name(gateway, staff, brand_id, key).await?;
    found.ok_or_else(|| {
        Rejection::new(CommonReason::NotFound)
            .param("what", "target")
            .field(field, CommonReason::NotFound)
    })
}

/// What catalog is asked for, and the field that names it; `None` for what no catalogue knows.
fn item_of(target: &PauseTarget) -> Option<(ItemKey, &'static str)> {
    let kind = match target.kind() {
        PauseTargetKind::Unspecified | PauseTargetKind::Method | PauseTargetKind::Branch => {
            return None;
        }
        PauseTargetKind::Product => ItemKind::Product,
        PauseTargetKind::Variant => ItemKind::Variant,
        PauseTargetKind::Option => ItemKind::Option,
        PauseTargetKind::Category => ItemKind::Category,
        PauseTargetKind::Station => ItemKind::Station,
        PauseTargetKind::Tag => ItemKind::PrintTag,
    };
    let (key, field) = match kind {
        ItemKind::Station | ItemKind::PrintTag => (target.name(), "target.name"),
        _ => (target.id(), "target.id"),
    };
    let key = ItemKey {
        kind: kind.into(),
        key: key.to_owned(),
    };
    Some((key, field))
}

async fn name(
    gateway: &Gateway,
    staff: &Staff,
    brand_id: String,
    key: ItemKey,
) -> Result<Option<Found>> {
    let request = GetItemNamesRequest {
        brand_id,
        items: vec![key],
    };
    let mut catalog = gateway.as_gateway(staff.identity().org).catalog();
    let named = match catalog.get_item_names(request).await {
        Ok(response) => response.into_inner().items.pop(),
        // No item has a key of that form.
        Err(status) if status.code() == Code::InvalidArgument => None,
        Err(status) => return Err(status.into()),
    };
    Ok(named.map(|item| Found {
        name: format!("{} {}", item.name, variant_name(&item))
            .trim_end()
            .to_owned(),
        sku_ids: item.sku_ids,
    }))
}

/// A variant is called after its product and itself; an option's group is not part of its name.
fn variant_name(item: &ItemName) -> &str {
    if item.kind() == ItemKind::Variant {
        &item.detail
    } else {
        ""
    }
}
