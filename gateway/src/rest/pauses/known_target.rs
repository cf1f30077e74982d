//! Whether a menu has what is to be paused, and what it is called there.

use chassis::authn::Level;
use proto::catalog::v1 as catalog;

use super::{PauseTarget, PauseTargetKind};
use crate::{auth::Staff, problem::Rejection, rest::Result, state::Gateway};

const PERMISSION: &str = "ops.pause";

/// A target that the branch's menu knows.
pub struct KnownTarget {
    /// Its name; empty for a method and a branch.
    pub name: String,
    /// Brand of the branch.
    pub brand_id: String,
    /// Units whose restocking brings it back.
    pub sku_ids: Vec<String>,
}

/// Finds a target on the menu in force; refuses with `PERMISSION_DENIED` and `NOT_FOUND`.
///
/// Capacity asks for the permission too, but only after this has told what the menu has.
pub async fn known_target(
    gateway: &Gateway,
    staff: &Staff,
    branch_id: &str,
    target: &PauseTarget,
) -> Result<KnownTarget> {
    if !staff.identity().may(PERMISSION, Level::View) {
        return Err(Rejection::new("PERMISSION_DENIED").param("permission", PERMISSION));
    }
    let org = staff.identity().org;
    let org = org.ok_or_else(|| Rejection::new("UNAUTHENTICATED"))?;
    let request = catalog::GetMenuSnapshotRequest {
        branch_id: branch_id.to_owned(),
        ..Default::default()
    };
    let mut catalog = gateway.as_gateway(Some(org)).catalog();
    let answer = catalog.get_menu_snapshot(request).await?.into_inner();
    let menu = answer.snapshot.unwrap_or_default();
    let id = target.id.as_deref().unwrap_or_default();
    let label = target.name.as_deref().unwrap_or_default();
    let found = match target.kind {
        PauseTargetKind::Product => product(&menu, id),
        PauseTargetKind::Variant => variant(&menu, id),
        PauseTargetKind::Option => option(&menu, id),
        PauseTargetKind::Category => category(&menu, id),
        PauseTargetKind::Station => labelled(&menu, label, |product| &product.station),
        PauseTargetKind::Tag => labelled(&menu, label, |product| &product.print_tag),
        PauseTargetKind::Method | PauseTargetKind::Branch => Some((String::new(), Vec::new())),
    };
    let Some((name, sku_ids)) = found else {
        let field = match target.kind {
            PauseTargetKind::Station | PauseTargetKind::Tag => "target.name",
            _ => "target.id",
        };
        return Err(Rejection::new("NOT_FOUND")
            .param("what", "target")
            .field(field, "NOT_FOUND"));
    };
    Ok(KnownTarget {
        name,
        brand_id: menu.brand.unwrap_or_default().brand_id,
        sku_ids,
    })
}

type Found = Option<(String, Vec<String>)>;

fn product(menu: &catalog::MenuSnapshot, id: &str) -> Found {
    let product = menu.products.iter().find(|one| one.product_id == id)?;
    let variants = product.variants.iter();
    let sku_ids = variants.map(|variant| variant.variant_id.clone());
    Some((product.name.clone(), sku_ids.collect()))
}

fn variant(menu: &catalog::MenuSnapshot, id: &str) -> Found {
    let mut all = menu.products.iter().flat_map(|product| {
        let variants = product.variants.iter();
        variants.map(move |variant| (product, variant))
    });
    let (product, variant) = all.find(|(_, variant)| variant.variant_id == id)?;
    let name = format!("{} {}", product.name, variant.name);
    Some((name.trim_end().to_owned(), vec![id.to_owned()]))
}

fn option(menu: &catalog::MenuSnapshot, id: &str) -> Found {
    let mut options = menu.option_groups.iter().flat_map(|group| &group.options);
    let option = options.find(|option| option.option_id == id)?;
    Some((option.name.clone(), vec![id.to_owned()]))
}

fn category(menu: &catalog::MenuSnapshot, id: &str) -> Found {
    let category = menu.categories.iter().find(|one| one.category_id == id)?;
    Some((category.name.clone(), Vec::new()))
}

/// A station or print tag is what products say it is; a product that says none is not meant.
fn labelled(
    menu: &catalog::MenuSnapshot,
    name: &str,
    of: fn(&catalog::Product) -> &String,
) -> Found {
    let known = menu.products.iter().any(|product| of(product) == name);
    (known && !name.is_empty()).then(|| (name.to_owned(), Vec::new()))
}
