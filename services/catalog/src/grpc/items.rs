//! Items of a catalogue by their keys, for other services.

use chassis::{
    error::{CommonReason, Problem, Violations},
    id, request as parse, text,
};
use proto::catalog::v1 as wire;
use proto::catalog::v1::{
    FindItemsRequest, FindItemsResponse, GetItemNamesRequest, GetItemNamesResponse,
};
use uuid::Uuid;

use super::Call;
use crate::{
    app::access,
    domain::{
        item::{Key, Kind, Named},
        product,
    },
    store,
};

/// Most ids of a request.
const MAX_ITEMS: usize = 500;

/// Most items whose names are asked for.
const MAX_NAMES: usize = 200;

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

pub(super) async fn names(
    call: &Call<'_>,
    request: &GetItemNamesRequest,
) -> Result<GetItemNamesResponse, Problem> {
    let mut violations = Violations::new();
    let brand_id = id::parse("brand_id", &request.brand_id, &mut violations);
    let wanted = &request.items;
    if wanted.len() > MAX_NAMES {
        let params = [("max", MAX_NAMES), ("given", wanted.len())];
        violations.push_with("items", CommonReason::ValidationFailed, params);
    }
    let keys = wanted.iter().take(MAX_NAMES).enumerate();
    let keys: Vec<Key> = keys
        .filter_map(|(index, item)| key(&format!("items[{index}]"), item, &mut violations))
        .collect();
    let brand_id = violations.finish(brand_id)?;
    let mut tx = call.db.tenant(call.org).await?;
    let brand = access::view_brand(&mut tx, call.identity, brand_id).await?;
    let named = store::items::names(&mut tx, brand.id, &keys).await?;
    tx.commit().await?;
    Ok(GetItemNamesResponse {
        items: named.into_iter().map(item_name).collect(),
    })
}

fn key(field: &str, item: &wire::ItemKey, violations: &mut Violations) -> Option<Key> {
    let kind: Kind = parse::choice(&format!("{field}.kind"), item.kind, violations)?;
    let field = format!("{field}.key");
    match kind {
        Kind::Product | Kind::Variant | Kind::Option | Kind::Category => {
            let id = item.key.parse().ok();
            if id.is_none() {
                violations.push(field, CommonReason::ValidationFailed);
            }
            id.map(|id| Key::Id(kind, id))
        }
        Kind::Station | Kind::PrintTag => {
            let longest = product::LONGEST_LABEL;
            let label = text::bounded_label(&field, &item.key, 1..=longest, violations);
            Some(Key::Label(kind, label))
        }
    }
}

fn item_name(named: Named) -> wire::ItemName {
    let (kind, key) = match named.key {
        Key::Id(kind, id) => (kind, id.to_string()),
        Key::Label(kind, label) => (kind, label),
    };
    wire::ItemName {
        kind: kind.to_wire(),
        key,
        name: named.name,
        detail: named.detail,
        sku_ids: named.skus.iter().map(Uuid::to_string).collect(),
    }
}
