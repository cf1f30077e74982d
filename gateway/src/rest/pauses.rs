//! What is to be paused must be in the brand's catalogue, which capacity does not know: its name and
//! the units whose restocking ends the pause are read here, never taken from the request.

use chassis::error::CommonReason;
use proto::{
    capacity::v1::{
        CreatePauseRequest, PauseScope, PauseTarget, PauseTargetKind, PreviewPauseRequest,
    },
    catalog::v1::Product,
};

use super::{Result, catalogue::Catalogue};
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

/// A target as the catalogue knows it.
#[derive(Default)]
struct Found {
    name: String,
    sku_ids: Vec<String>,
}

async fn find(
    gateway: &Gateway,
    staff: &Staff,
    (scope, branch_ids, brand_id): (PauseScope, &[String], &str),
    target: Option<&PauseTarget>,
) -> Result<Found> {
    let Some(target) = target else {
        return Ok(Found::default());
    };
    let kind = target.kind();
    let field = match kind {
        PauseTargetKind::Unspecified | PauseTargetKind::Method | PauseTargetKind::Branch => {
            return Ok(Found::default());
        }
        PauseTargetKind::Station | PauseTargetKind::Tag => "target.name",
        _ => "target.id",
    };
    let catalogue = match (scope, branch_ids.first()) {
        (PauseScope::Brand, _) => Catalogue::of_brand(gateway, staff, PERMISSION, brand_id).await?,
        (_, Some(branch)) => Catalogue::of_branch(gateway, staff, PERMISSION, branch).await?,
        // Capacity refuses a pause of no branch at its field.
        (_, None) => return Ok(Found::default()),
    };
    let found = match kind {
        PauseTargetKind::Category => {
            let mut categories = catalogue.categories(gateway, staff).await?.into_iter();
            let category = categories.find(|one| one.category_id == target.id());
            category.map(|category| Found {
                name: category.name,
                sku_ids: Vec::new(),
            })
        }
        _ => in_catalogue(&catalogue, kind, target),
    };
    found.ok_or_else(|| {
        Rejection::new(CommonReason::NotFound)
            .param("what", "target")
            .field(field, CommonReason::NotFound)
    })
}

fn in_catalogue(
    catalogue: &Catalogue,
    kind: PauseTargetKind,
    target: &PauseTarget,
) -> Option<Found> {
    let (id, label) = (target.id(), target.name());
    let (products, groups) = (&catalogue.products, &catalogue.groups);
    match kind {
        PauseTargetKind::Product => {
            let product = products.iter().find(|one| one.product_id == id)?;
            let variants = product.variants.iter();
            Some(Found {
                name: product.name.clone(),
                sku_ids: variants.map(|one| one.variant_id.clone()).collect(),
            })
        }
        PauseTargetKind::Variant => {
            let mut variants = products.iter().flat_map(|product| {
                let variants = product.variants.iter();
                variants.map(move |variant| (product, variant))
            });
            let (product, variant) = variants.find(|(_, one)| one.variant_id == id)?;
            let name = format!("{} {}", product.name, variant.name);
            Some(Found {
                name: name.trim_end().to_owned(),
                sku_ids: vec![id.to_owned()],
            })
        }
        PauseTargetKind::Option => {
            let mut options = groups.iter().flat_map(|group| &group.options);
            let option = options.find(|one| one.option_id == id)?;
            Some(Found {
                name: option.name.clone(),
                sku_ids: vec![id.to_owned()],
            })
        }
        PauseTargetKind::Station => labelled(products, label, |product| &product.station),
        PauseTargetKind::Tag => labelled(products, label, |product| &product.print_tag),
        _ => None,
    }
}

/// A station or print tag exists when a product names it.
fn labelled(products: &[Product], label: &str, of: fn(&Product) -> &String) -> Option<Found> {
    let known = !label.is_empty() && products.iter().any(|product| of(product) == label);
    known.then(|| Found {
        name: label.to_owned(),
        sku_ids: Vec::new(),
    })
}
