use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, Utc};
use futures::future::join_all;
use proto::catalog::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    rest::{
        Result,
        availability::{Availability, Wanted},
        branches::BranchState,
    },
    state::Gateway,
    storefronts::Place,
};

/// A brand with its branches, as customers see them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Storefront {
    /// The brand.
    pub brand: StorefrontBrand,
    /// Its branches by name.
    pub branches: Vec<StorefrontBranch>,
}

/// A brand as customers see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StorefrontBrand {
    /// Id.
    #[schema(format = Uuid)]
    pub brand_id: String,
    /// Slug in the address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// ISO 4217 currency of its prices.
    pub currency: String,
    /// Accent colour `#rrggbb`.
    pub accent: String,
    /// Introduction.
    pub introduction: String,
}

/// A branch as customers see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StorefrontBranch {
    /// Id.
    #[schema(format = Uuid)]
    pub branch_id: String,
    /// Slug in the address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Phone in E.164 form.
    pub phone: String,
    /// Address as written.
    pub address: String,
    /// IANA time zone.
    pub time_zone: String,
    /// State.
    pub state: BranchState,
    /// It takes orders for now.
    pub open: bool,
    /// When it opens next; null while open or when it never does.
    pub opens_at: Option<DateTime<Utc>>,
    /// Time promised if ordered now; null while closed.
    pub promised_at: Option<DateTime<Utc>>,
}

/// Gets a brand with its branches.
///
/// A branch whose hours cannot be read at present is shown closed rather than hidden.
#[utoipa::path(get, path = "/api/shop/{brand}", tag = "shop", responses((status = 200, body = Storefront)))]
pub async fn get_storefront(
    State(gateway): State<Gateway>,
    Path(brand): Path<String>,
) -> Result<Json<Storefront>> {
    let storefront = gateway.storefronts().brand(&gateway, &brand).await?;
    let branches = storefront.branches.iter().map(async |branch| {
        let place = Place {
            storefront: storefront.clone(),
            branch: branch.clone(),
        };
        let known = gateway
            .availabilities()
            .get(&gateway, &place, &Wanted::default())
            .await
            .ok();
        StorefrontBranch::new(branch, known.as_ref().map(|known| &known.availability))
    });
    Ok(Json(Storefront {
        brand: storefront.brand.clone().into(),
        branches: join_all(branches)
            .await
            .into_iter()
            .collect::<Result<_>>()?,
    }))
}

impl From<pb::Brand> for StorefrontBrand {
    fn from(brand: pb::Brand) -> Self {
        Self {
            brand_id: brand.brand_id,
            slug: brand.slug,
            name: brand.name,
            currency: brand.currency,
            accent: brand.accent,
            introduction: brand.introduction,
        }
    }
}

impl StorefrontBranch {
    fn new(branch: &pb::Branch, availability: Option<&Availability>) -> Result<Self> {
        Ok(Self {
            state: BranchState::from_wire(branch.state)?,
            open: availability.is_some_and(|now| now.open),
            opens_at: availability.and_then(|now| now.opens_at),
            promised_at: availability.and_then(|now| now.promised_at),
            branch_id: branch.branch_id.clone(),
            slug: branch.slug.clone(),
            name: branch.name.clone(),
            phone: branch.phone.clone(),
            address: branch.address.clone(),
            time_zone: branch.time_zone.clone(),
        })
    }
}
