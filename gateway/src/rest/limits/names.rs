//! What fills a time is called on the menu in force.

use std::collections::HashMap;

use chassis::id::OrganisationId;
use proto::catalog::v1 as catalog;

use crate::state::Gateway;

/// A branch's menu, as far as names go.
#[derive(Default)]
pub struct Menu {
    variants: HashMap<String, (String, String)>,
}

impl Menu {
    /// Reads it; a branch that never published has an empty one.
    ///
    /// Only for who was told already what fills the time: the menu is asked for by the gateway itself.
    pub async fn of(gateway: &Gateway, org: Option<OrganisationId>, branch_id: &str) -> Self {
        let Some(org) = org else {
            return Self::default();
        };
        let request = catalog::GetMenuSnapshotRequest {
            branch_id: branch_id.to_owned(),
            ..Default::default()
        };
        let mut catalog = gateway.catalog_as_gateway(org);
        match catalog.get_menu_snapshot(request).await {
            Ok(answer) => answer.into_inner().snapshot.unwrap_or_default().into(),
            // What fills the time is told without names: they only help to read it.
            Err(status) => {
                tracing::debug!(error = %status, "catalog did not tell the menu");
                Self::default()
            }
        }
    }

    /// Names of a variant's product and of itself.
    pub fn name(&self, variant_id: &str) -> Option<(String, String)> {
        self.variants.get(variant_id).cloned()
    }
}

impl From<catalog::MenuSnapshot> for Menu {
    fn from(menu: catalog::MenuSnapshot) -> Self {
        let variants = menu.products.into_iter().flat_map(|product| {
            let name = product.name;
            product
                .variants
                .into_iter()
                .map(move |variant| (variant.variant_id, (name.clone(), variant.name)))
        });
        Self {
            variants: variants.collect(),
        }
    }
}
