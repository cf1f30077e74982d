//! What a shop gives its customers: promotions, codes, coupons, points, tiers.

use std::time::Duration;

use anyhow::Context as _;
use devtool::{demo::client::text, infra::wait_until};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Customer, Item, Shop};

/// Membership knows a new shop, and ordering new rules, within this.
const LIMIT: Duration = Duration::from_secs(30);

/// Who sets up the benefits of a shop.
pub struct Marketing<'a> {
    shop: &'a Shop,
}

impl<'a> Marketing<'a> {
    /// That of a shop, as soon as membership knows it.
    pub async fn of(shop: &'a Shop) -> anyhow::Result<Self> {
        let settings = format!("/brands/{}/benefit-settings", shop.brand_id);
        wait_until("the brand in membership", LIMIT, async || {
            // A promotion of a brand that is not known yet is refused.
            let known = shop.owner.call(Method::GET, &settings, Value::Null).await;
            let draft = json!({"promotion": {
                "internal_name": "草稿", "rule": rule(shop, "草稿", order_off(1)),
            }});
            known.is_ok()
                && shop
                    .owner
                    .call(Method::POST, "/promotions", draft)
                    .await
                    .is_ok()
        })
        .await?;
        Ok(Self { shop })
    }

    async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.shop.owner.call(Method::POST, path, body).await
    }

    /// A promotion that acts; returns its id.
    pub async fn promotion(&self, rule: Value) -> anyhow::Result<String> {
        let draft = json!({"promotion": {"internal_name": rule["name"], "rule": rule}});
        let created = self.post("/promotions", draft).await?["promotion"].clone();
        let id = text(&created, "/promotion_id")?.to_owned();
        let step = json!({"version": created["version"], "step": "enable"});
        self.post(&format!("/promotions/{id}/state"), step).await?;
        Ok(id)
    }

    /// A code; returns its rule's id.
    pub async fn code(&self, code: &str, rule: Value) -> anyhow::Result<String> {
        let draft = json!({
            "promo_code": {"internal_name": rule["name"], "rule": rule},
            "code": code,
        });
        let created = self.post("/promo-codes", draft).await?;
        Ok(text(&created, "/promo_code/promo_code_id")?.to_owned())
    }

    /// Gives each of some members a coupon.
    pub async fn coupons(&self, rule: Value, members: &[&str]) -> anyhow::Result<()> {
        let template = json!({"template": {
            "internal_name": rule["name"], "rule": rule, "terms": "測試用",
            "validity": {"days": 30},
        }});
        let created = self.post("/coupon-templates", template).await?["template"].clone();
        let path = format!("/coupon-templates/{}", text(&created, "/template_id")?);
        let active = json!({"version": created["version"], "state": "active"});
        self.post(&format!("{path}/state"), active).await?;
        let members = json!({"member_ids": members});
        self.post(&format!("{path}/coupons"), members).await?;
        Ok(())
    }

    /// Points worth a dollar each, a point for ten dollars, so many for joining; an order is paid by at most
    /// `cap_bp` with them.
    pub async fn points(&self, join_bonus: i32, cap_bp: i32) -> anyhow::Result<()> {
        let programme = json!({
            "version": 0, "scope": "organisation", "effective_at": null,
            "rules": {
                "unit_name": "點",
                "earning": {
                    "every": 10, "points": 1, "target": null, "methods": [], "channels": [],
                },
                "redeeming": {
                    "worth_of_100": 100, "min_points": 1, "step": 1, "min_spend": 0,
                    "cap_bp": cap_bp, "target": null, "not_beside": [],
                },
                "waiting_days": 0, "expiry": "next_year_end", "expiry_months": 0,
                "join_bonus": join_bonus, "birthday_bonus": 0, "first_order_bonus": 0,
                "profile_bonus": 0,
                "weekday_factors": [],
            },
        });
        self.post("/points/programmes", programme).await?;
        Ok(())
    }

    /// A tier out of reach above the base tier, with a discount and a factor of points; returns the programme
    /// and the tier.
    pub async fn gold(&self, discount_bp: i32, factor_bp: i32) -> anyhow::Result<[String; 2]> {
        let tier = |name: &str, spend: i64, discount_bp: i32, factor_bp: i32| {
            let upgrade = json!({
                "all": true, "spend": spend, "orders": 0, "single_order": 0, "points_earned": 0,
            });
            json!({
                "name": name, "colour": "#c0a020",
                "upgrade": if spend > 0 { upgrade } else { Value::Null },
                "validity_days": 365, "renewal": null, "downgrade": "one_tier", "grace_days": 30,
                "benefits": {
                    "discount_bp": discount_bp, "target": null, "max_discount": null,
                    "points_factor_bp": factor_bp, "points_factor_adds": false,
                    "free_delivery_from": null,
                },
            })
        };
        let programme = json!({
            "version": 0, "scope": "organisation", "effective_at": null, "mode": "recalculate",
            "rules": {
                "window": "rolling_year",
                "tiers": [
                    tier("一般", 0, 0, 10_000),
                    tier("金卡", 9_000_000, discount_bp, factor_bp),
                ],
            },
        });
        let saved = self.post("/tiers/programmes", programme).await?;
        let programme = text(&saved, "/programme/programme_id")?.to_owned();
        let gold = text(&saved, "/programme/versions/0/rules/tiers/1/tier_id")?.to_owned();
        Ok([programme, gold])
    }

    /// Puts a member into a tier.
    pub async fn set_tier(
        &self,
        member: &str,
        [programme, tier]: &[String; 2],
    ) -> anyhow::Result<()> {
        let body = json!({
            "programme_id": programme, "tier_id": tier, "valid_until": null, "reason": "測試",
        });
        let path = format!("/tiers/members/{member}");
        self.shop.owner.call(Method::PUT, &path, body).await?;
        Ok(())
    }

    /// Sells one more thing at this price; returns it.
    pub async fn sells(&self, name: &str, price: i64) -> anyhow::Result<Item> {
        let (shop, brand) = (self.shop, &self.shop.brand_id);
        let menu = format!("category,name,price_cold\n茶,{name},{price}\n");
        let import = format!("/brands/{brand}/products/import?dry_run=false");
        shop.owner.upload(&import, menu.into_bytes()).await?;
        let publish = json!({"branch_ids": [shop.branch_id]});
        self.post(&format!("/brands/{brand}/publish"), publish)
            .await?;
        let path = format!("/brands/{brand}/products");
        let listed = shop.owner.call(Method::GET, &path, Value::Null).await?;
        let mut products = listed["products"].as_array().into_iter().flatten();
        let product = products.find(|product| product["name"] == name);
        let product = product.with_context(|| format!("no {name} in {listed}"))?;
        Ok(Item {
            product_id: text(product, "/product_id")?.to_owned(),
            variant_id: text(product, "/variants/0/variant_id")?.to_owned(),
            price,
        })
    }

    /// Waits until a cart comes to this total for a customer: rules reach ordering by an event.
    pub async fn until_total(
        &self,
        customer: &Customer,
        cart: &Value,
        total: i64,
    ) -> anyhow::Result<Value> {
        let mut quote = Value::Null;
        wait_until("the rules in ordering", LIMIT, async || {
            if let Ok(answer) = customer.quote(cart).await {
                quote = answer.body;
            }
            quote["total"] == total
        })
        .await
        .with_context(|| format!("not {total}: {quote}"))?;
        Ok(quote)
    }
}

/// A rule of a shop's brand.
pub fn rule(shop: &Shop, name: &str, effect: Value) -> Value {
    json!({
        "name": name,
        "conditions": {"brand_ids": [shop.brand_id]},
        "with_extras": true,
        "effect": effect,
    })
}

/// So much off every order.
pub fn order_off(amount: i64) -> Value {
    json!({"order": {"thresholds": [{"at": 0, "off": {"amount": amount}}]}})
}
