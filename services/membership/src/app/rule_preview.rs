//! What a rule would do: sample carts and the report before enabling, on the published menu of a branch.

use std::{collections::BTreeMap, sync::Arc};

use benefit_rules::{EnablingReport, MenuItem, PastMenu, Preview, check_enabling, preview};
use chassis::{
    error::{CommonReason, Problem},
    id::{BranchId, BrandId, OrganisationId},
    sales::{Channel, Method},
};
use chrono::{DateTime, Utc};
use pricing::{
    Amount, Cart, CategoryId, ChosenOption, Free, Line, OptionId, ProductId, VariantId,
    charge_options,
    rules::{Context, Customer, Moment, Rule},
};
use proto::{
    catalog::v1::{
        DisplayState, GetMenuSnapshotRequest, MenuSnapshot, Product,
        catalog_service_client::CatalogServiceClient,
    },
    membership::v1::{BenefitRule, MembershipReason, SampleCart},
};
use uuid::Uuid;

use super::{Dependencies, benefits::publish};

const MOST_LINES: usize = 50;

/// The published menu of a branch, as far as prices need it.
#[derive(Clone, Debug)]
pub struct BranchMenu {
    branch: BranchId,
    brand: BrandId,
    items: BTreeMap<(ProductId, VariantId), Item>,
    groups: Vec<Group>,
}

#[derive(Clone, Debug)]
struct Item {
    name: String,
    price: Amount,
    categories: Vec<CategoryId>,
    groups: Vec<String>,
}

#[derive(Clone, Debug)]
struct Group {
    id: String,
    free: u32,
    /// Price by option, in the menu's order.
    options: Vec<(OptionId, Amount)>,
}

impl BranchMenu {
    /// Reads the published menu of a branch.
    pub async fn read(
        deps: &Dependencies,
        org: OrganisationId,
        branch: BranchId,
    ) -> Result<Self, Problem> {
        Self::read_version(deps, org, branch, "").await
    }

    /// Reads a version of the menu of a branch, the published one when it is empty.
    pub async fn read_version(
        deps: &Dependencies,
        org: OrganisationId,
        branch: BranchId,
        version: &str,
    ) -> Result<Self, Problem> {
        let mut catalog = CatalogServiceClient::new(deps.peers.channel_for("catalog", org));
        let request = GetMenuSnapshotRequest {
            branch_id: branch.to_string(),
            menu_version_id: version.to_owned(),
        };
        let response = catalog.get_menu_snapshot(request).await.map_err(|status| {
            let problem = Problem::from_status(&status);
            if problem.is(CommonReason::NotFound) {
                let no_menu = Problem::new(MembershipReason::NoMenu);
                return no_menu.field("branch_id", MembershipReason::NoMenu);
            }
            problem
        })?;
        let snapshot = response.into_inner().snapshot;
        let snapshot = snapshot.ok_or_else(|| Problem::new(MembershipReason::NoMenu))?;
        Ok(Self::of(branch, &snapshot)?)
    }

    fn of(branch: BranchId, snapshot: &MenuSnapshot) -> anyhow::Result<Self> {
        let brand = snapshot.brand.as_ref().map(|brand| brand.brand_id.as_str());
        let mut items = BTreeMap::new();
        for product in snapshot.products.iter().filter(is_orderable) {
            let id = ProductId::from_uuid(product.product_id.parse()?);
            let categories = product.category_ids.iter();
            let categories: Vec<_> = categories
                .map(|id| Ok(CategoryId::from_uuid(id.parse()?)))
                .collect::<anyhow::Result<_>>()?;
            for variant in &product.variants {
                let name = format!("{} {}", product.name, variant.name);
                let item = Item {
                    name: name.trim().to_owned(),
                    price: Amount::new(variant.price),
                    categories: categories.clone(),
                    groups: product.option_group_ids.clone(),
                };
                items.insert(
                    (id, VariantId::from_uuid(variant.variant_id.parse()?)),
                    item,
                );
            }
        }
        let groups = snapshot.option_groups.iter().map(|group| {
            let options = group.options.iter().map(|option| {
                let id = OptionId::from_uuid(option.option_id.parse()?);
                Ok((id, Amount::new(option.price)))
            });
            Ok(Group {
                id: group.option_group_id.clone(),
                free: group.free_count.unsigned_abs(),
                options: options.collect::<anyhow::Result<_>>()?,
            })
        });
        Ok(Self {
            branch,
            brand: brand.unwrap_or_default().parse()?,
            items,
            groups: groups.collect::<anyhow::Result<_>>()?,
        })
    }

    /// What something costs without options.
    pub fn list_price(&self, product: ProductId, variant: VariantId) -> Option<Amount> {
        self.items.get(&(product, variant)).map(|item| item.price)
    }

    /// Name of a product with its variant.
    pub fn name(&self, product: ProductId, variant: VariantId) -> String {
        let item = self.items.get(&(product, variant));
        item.map(|item| item.name.clone()).unwrap_or_default()
    }

    fn menu_items(&self) -> Vec<MenuItem> {
        let items = self
            .items
            .iter()
            .map(|((product, variant), item)| MenuItem {
                product: *product,
                variant: *variant,
                categories: item.categories.clone(),
                list: item.price,
                cost: None,
                excluded: false,
            });
        items.collect()
    }

    /// A sample cart, and the lines of it that are not on the menu.
    fn cart(&self, sample: &SampleCart) -> Result<(Cart, Vec<usize>), Problem> {
        let (mut lines, mut unknown) = (Vec::new(), Vec::new());
        for (index, sent) in sample.lines.iter().enumerate() {
            let ids = sent
                .product_id
                .parse::<Uuid>()
                .ok()
                .zip(sent.variant_id.parse::<Uuid>().ok());
            let ids = ids.map(|(product, variant)| {
                (ProductId::from_uuid(product), VariantId::from_uuid(variant))
            });
            let found = ids.and_then(|ids| Some((ids, self.items.get(&ids)?)));
            let Some(((product, variant), item)) = found else {
                unknown.push(index);
                continue;
            };
            let (options, extras) = self.options(item, &sent.option_ids);
            lines.push(Line {
                options,
                extras,
                categories: item.categories.clone(),
                ..Line::new(product, variant, item.price, sent.quantity.unsigned_abs())
            });
        }
        let cart = Cart::new(lines).map_err(|error| {
            Problem::new(CommonReason::ValidationFailed)
                .message(error.to_string())
                .field("carts", CommonReason::ValidationFailed)
        })?;
        Ok((cart, unknown))
    }

    /// Options of a unit, one of each, with what they cost after the free quota of their groups.
    fn options(&self, item: &Item, chosen: &[String]) -> (Vec<ChosenOption>, Amount) {
        let (mut options, mut extras) = (Vec::new(), Amount::ZERO);
        for group in self
            .groups
            .iter()
            .filter(|group| item.groups.contains(&group.id))
        {
            let of_group = group
                .options
                .iter()
                .filter(|(option, _)| chosen.iter().any(|id| id.parse() == Ok(option.as_uuid())));
            let of_group: Vec<_> = of_group.collect();
            let prices: Vec<_> = of_group.iter().map(|(_, price)| (*price, 1)).collect();
            extras = charge_options(&prices, group.free, Free::Cheapest)
                .into_iter()
                .fold(extras, |sum, amount| sum + amount);
            options.extend(of_group.iter().map(|(option, _)| ChosenOption {
                option: *option,
                quantity: 1,
            }));
        }
        (options, extras)
    }
}

impl PastMenu for BranchMenu {
    fn categories(&self, product: ProductId, variant: VariantId) -> Vec<CategoryId> {
        let item = self.items.get(&(product, variant));
        item.map(|item| item.categories.clone()).unwrap_or_default()
    }
}

fn is_orderable(product: &&Product) -> bool {
    matches!(
        product.display(),
        DisplayState::Listed | DisplayState::Hidden
    )
}

/// An instant as Asia/Taipei sees it.
#[must_use]
pub fn moment(at: DateTime<Utc>) -> Moment {
    benefit_rules::moment(at, chrono_tz::Asia::Taipei, 0)
}

/// A sample cart with its prices.
#[derive(Clone, Debug)]
pub struct PricedSample {
    /// Without and with the rule.
    pub preview: Preview,
    /// Lines that are not on the menu.
    pub unknown: Vec<usize>,
}

/// Prices sample carts with a rule beside those that act in the branch. When and how an order has to come for the
/// rule is left out: what is shown is what it does.
pub async fn preview_carts(
    deps: &Dependencies,
    org: OrganisationId,
    menu: &BranchMenu,
    rule: &BenefitRule,
    carts: &[SampleCart],
    customer: &Customer,
) -> Result<Vec<PricedSample>, Problem> {
    let mut rule = rule.clone();
    if let Some(conditions) = &mut rule.conditions {
        conditions.starts_at = None;
        conditions.ends_at = None;
        conditions.methods.clear();
        conditions.channels.clear();
        conditions.payment_kinds.clear();
        conditions.weekdays.clear();
        conditions.hours.clear();
    }
    let list_price = |product, variant| menu.list_price(product, variant);
    let rule = checked(&rule, &list_price)?;
    let others = others(deps, org, menu).await?;
    let now = moment(deps.clock.now());
    let context = Context {
        brand: pricing::BrandId::from_uuid(menu.brand.as_uuid()),
        branch: pricing::BranchId::from_uuid(menu.branch.as_uuid()),
        channel: pricing::Channel::new(Channel::Web.as_str()),
        method: pricing::Method::new(Method::Pickup.as_str()),
        payment: None,
        placed: now,
        wanted: now,
    };
    let mut priced = Vec::with_capacity(carts.len());
    for (index, sample) in carts.iter().enumerate() {
        if sample.lines.len() > MOST_LINES {
            let reason = CommonReason::ValidationFailed;
            let field = format!("carts[{index}].lines");
            return Err(Problem::new(reason).field_with(field, reason, [("max", MOST_LINES)]));
        }
        let (cart, unknown) = menu.cart(sample)?;
        let preview = preview(&rule, &others.rules, &cart, &context, customer)?;
        priced.push(PricedSample { preview, unknown });
    }
    Ok(priced)
}

/// Reports what enabling a rule means in a branch.
pub async fn check(
    deps: &Dependencies,
    org: OrganisationId,
    menu: &BranchMenu,
    rule: &BenefitRule,
) -> Result<EnablingReport, Problem> {
    let list_price = |product, variant| menu.list_price(product, variant);
    let rule = checked(rule, &list_price)?;
    let others = others(deps, org, menu).await?;
    Ok(check_enabling(
        &rule,
        others.rules.rules(),
        &menu.menu_items(),
    ))
}

fn checked(
    rule: &BenefitRule,
    list_price: &dyn Fn(ProductId, VariantId) -> Option<Amount>,
) -> Result<Rule, Problem> {
    let rule = benefit_rules::rule(rule, list_price)?;
    rule.ok_or_else(|| {
        let reason = CommonReason::NotFound;
        Problem::new(reason)
            .message("what the rule gives is not on the menu")
            .field("rule.effect", reason)
    })
}

/// What acts in the branch now and later.
async fn others(
    deps: &Dependencies,
    org: OrganisationId,
    menu: &BranchMenu,
) -> Result<Arc<benefit_rules::Document>, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let document = publish::document(&mut tx, menu.brand, None).await?;
    tx.rollback().await?;
    let list_price = |product, variant| menu.list_price(product, variant);
    Ok(Arc::new(benefit_rules::document(&document, &list_price)?))
}
