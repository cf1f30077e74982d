//! The menu document: what the storefront loads, serialised, compressed and hashed once.

use std::io::Write as _;

use chassis::id::{
    BranchId, BrandId, CategoryId, MenuVersionId, OptionGroupId, OptionId, ProductId, VariantId,
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{
    catalogue::Catalogue,
    menu::Menu,
    option_group::OptionGroup,
    product::{Display, Product},
};

/// The document in every form it is served in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bodies {
    /// SHA-256 of the JSON in hexadecimal; a strong `ETag`.
    pub etag: String,
    /// JSON.
    pub identity: Vec<u8>,
    /// JSON, gzip.
    pub gzip: Vec<u8>,
    /// JSON, brotli.
    pub br: Vec<u8>,
}

/// Renders the document of a menu.
pub fn render(menu: &Menu) -> anyhow::Result<Bodies> {
    let identity = serde_json::to_vec(&Document::of(menu))?;
    Ok(Bodies {
        etag: hex::encode(Sha256::digest(&identity)),
        gzip: gzip(&identity)?,
        br: brotli(&identity)?,
        identity,
    })
}

fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain)?;
    encoder.finish()
}

fn brotli(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    // 9 is within a few per cent of 11 on a menu and ten times faster, and a chain publishes to
    // many branches at once.
    let params = brotli::enc::BrotliEncoderParams {
        quality: 9,
        mode: brotli::enc::backward_references::BrotliEncoderMode::BROTLI_MODE_TEXT,
        size_hint: plain.len(),
        ..brotli::enc::BrotliEncoderParams::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*plain, &mut compressed, &params)?;
    Ok(compressed)
}

#[derive(Serialize)]
struct Document<'a> {
    menu_version_id: MenuVersionId,
    number: i64,
    published_at: DateTime<Utc>,
    brand: BrandPart<'a>,
    branch: BranchPart<'a>,
    categories: Vec<CategoryPart<'a>>,
    products: Vec<ProductPart<'a>>,
    option_groups: Vec<GroupPart<'a>>,
}

#[derive(Serialize)]
struct BrandPart<'a> {
    brand_id: BrandId,
    slug: &'a str,
    name: &'a str,
    currency: &'a str,
    accent: &'a str,
    introduction: &'a str,
}

#[derive(Serialize)]
struct BranchPart<'a> {
    branch_id: BranchId,
    slug: &'a str,
    name: &'a str,
    phone: &'a str,
    address: &'a str,
}

#[derive(Serialize)]
struct CategoryPart<'a> {
    category_id: CategoryId,
    name: &'a str,
    product_ids: Vec<ProductId>,
}

#[derive(Serialize)]
struct ProductPart<'a> {
    product_id: ProductId,
    name: &'a str,
    name_en: &'a str,
    description: &'a str,
    allergens: &'a str,
    min_per_order: i32,
    max_per_order: i32,
    #[serde(skip_serializing_if = "str::is_empty")]
    station: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    print_tag: &'a str,
    variants: Vec<VariantPart<'a>>,
    option_group_ids: &'a [OptionGroupId],
}

#[derive(Serialize)]
struct VariantPart<'a> {
    variant_id: VariantId,
    name: &'a str,
    price: i64,
}

#[derive(Serialize)]
struct GroupPart<'a> {
    option_group_id: OptionGroupId,
    name: &'a str,
    min: i16,
    max: i16,
    free_count: i16,
    options: Vec<OptionPart<'a>>,
}

#[derive(Serialize)]
struct OptionPart<'a> {
    option_id: OptionId,
    name: &'a str,
    price: i64,
    max_quantity: i16,
    default_chosen: bool,
}

impl<'a> Document<'a> {
    fn of(menu: &'a Menu) -> Self {
        let (brand, branch) = (&menu.brand.details, &menu.branch.details);
        Self {
            menu_version_id: menu.id,
            number: menu.number,
            published_at: menu.published_at,
            brand: BrandPart {
                brand_id: menu.brand.id,
                slug: &brand.slug,
                name: &brand.name,
                currency: brand.currency.as_str(),
                accent: &brand.accent,
                introduction: &brand.introduction,
            },
            branch: BranchPart {
                branch_id: menu.branch.id,
                slug: &branch.slug,
                name: &branch.name,
                phone: &branch.phone,
                address: &branch.address,
            },
            categories: categories(&menu.content),
            products: menu.content.products.iter().map(product).collect(),
            option_groups: menu.content.option_groups.iter().map(group).collect(),
        }
    }
}

/// Categories with what is listed in them; a hidden product stands in none of them and a category
/// with nothing to show is left out.
fn categories(content: &Catalogue) -> Vec<CategoryPart<'_>> {
    let mut parts = Vec::with_capacity(content.categories.len());
    for category in &content.categories {
        let product_ids: Vec<ProductId> = content
            .products
            .iter()
            .filter(|product| product.details.display == Display::Listed)
            .filter(|product| product.details.category_ids.contains(&category.id))
            .map(|product| product.id)
            .collect();
        if !product_ids.is_empty() {
            parts.push(CategoryPart {
                category_id: category.id,
                name: &category.name,
                product_ids,
            });
        }
    }
    parts
}

fn product(product: &Product) -> ProductPart<'_> {
    let details = &product.details;
    ProductPart {
        product_id: product.id,
        name: &details.name,
        name_en: &details.name_en,
        description: &details.description,
        allergens: &details.allergens,
        min_per_order: details.min_per_order,
        max_per_order: details.max_per_order,
        station: &details.station,
        print_tag: &details.print_tag,
        variants: product
            .variants
            .iter()
            .map(|variant| VariantPart {
                variant_id: variant.id,
                name: &variant.name,
                price: variant.price,
            })
            .collect(),
        option_group_ids: &details.option_group_ids,
    }
}

fn group(group: &OptionGroup) -> GroupPart<'_> {
    GroupPart {
        option_group_id: group.id,
        name: &group.name,
        min: group.min,
        max: group.max,
        free_count: group.free_count,
        options: group
            .options
            .iter()
            .map(|option| OptionPart {
                option_id: option.id,
                name: &option.name,
                price: option.price,
                max_quantity: option.max_quantity,
                default_chosen: option.default_chosen,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::domain::samples;

    #[test]
    fn every_form_is_the_same_document() {
        let bodies = render(&samples::menu()).unwrap();
        let mut gunzipped = Vec::new();
        flate2::read::GzDecoder::new(&*bodies.gzip)
            .read_to_end(&mut gunzipped)
            .unwrap();
        let mut unbrotlied = Vec::new();
        brotli::BrotliDecompress(&mut &*bodies.br, &mut unbrotlied).unwrap();
        assert_eq!(gunzipped, bodies.identity);
        assert_eq!(unbrotlied, bodies.identity);
    }

    #[test]
    fn the_same_menu_has_the_same_etag_and_another_another() {
        let mut menu = samples::menu();
        let etag = render(&menu).unwrap().etag;
        assert_eq!(render(&menu).unwrap().etag, etag);
        menu.content.products[0].variants[0].price += 1;
        assert_ne!(render(&menu).unwrap().etag, etag);
    }

    #[test]
    fn a_product_names_its_station_and_print_tag_where_it_has_them() {
        let mut menu = samples::menu();
        menu.content.products[0].details.station = "吧台".to_owned();
        menu.content.products[0].details.print_tag = "冷飲".to_owned();
        let document: serde_json::Value =
            serde_json::from_slice(&render(&menu).unwrap().identity).unwrap();
        assert_eq!(document["products"][0]["station"], "吧台");
        assert_eq!(document["products"][0]["print_tag"], "冷飲");
        assert_eq!(document["products"][1].get("station"), None);
    }

    #[test]
    fn a_hidden_product_is_orderable_and_listed_nowhere() {
        let mut menu = samples::menu();
        menu.content.products[0].details.display = Display::Hidden;
        let document: serde_json::Value =
            serde_json::from_slice(&render(&menu).unwrap().identity).unwrap();
        let hidden = menu.content.products[0].id.to_string();
        assert_eq!(document["products"][0]["product_id"], hidden.as_str());
        assert!(!document["categories"].to_string().contains(&hidden));
    }
}
