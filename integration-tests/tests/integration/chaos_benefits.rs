//! Membership dies while everybody wants what there is only so much of: a code, a coupon, a budget. What is given
//! is never more than there is, and what is left can be used to the last.

use std::{collections::BTreeSet, env, time::Duration};

use anyhow::{Context as _, ensure};
use devtool::{demo::client::text, doctor};
use futures::{StreamExt as _, future::try_join_all, stream};
use integration_tests::{
    Customer, Item, Marketing, Member, Platform, Shop, new_key, order_off, rule,
};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::chaos::kill;

/// How many buyers want the code, where `CHAOS_BUYERS` does not say it; a tenth of them gets it.
const BUYERS: usize = 90;
/// A buyer of the promotion for every so many of the code.
const OF_BUDGET: usize = 2;
const BUDGET: i64 = 1_000;
/// What the promotion takes off an order, until its budget leaves less.
const OFF: i64 = 30;
/// Members who order in two tabs with their only coupon.
const MEMBERS: usize = 3;
const DEATHS: usize = 2;
const AT_ONCE: usize = 16;
const PAUSE: Duration = Duration::from_millis(200);
/// Longest for one buyer, the time without membership included.
const PATIENCE: Duration = Duration::from_secs(90);
/// A hold whose order does not exist lapses within this.
const SETTLED_WITHIN: Duration = Duration::from_secs(300);

const HELD: &str = "SELECT count(*) FROM benefit_holds WHERE org_id = $1 AND state = 'held'";
/// What a rule took off how many orders.
const TAKEN: &str = "
    SELECT count(*), coalesce(-sum((one ->> 'amount')::bigint), 0)::bigint
    FROM orders
    CROSS JOIN LATERAL jsonb_array_elements(benefits -> 'discounts') AS one
    WHERE org_id = $1 AND one ->> 'rule' = $2";

/// What the orders of this test are about.
struct Sale {
    platform: Platform,
    shop: Shop,
    /// Bought with the code and the coupons.
    tea: Item,
    /// What the promotion is for.
    cake: Item,
    code: String,
    uses: usize,
    code_rule: String,
    promotion: String,
}

impl Sale {
    async fn open(buyers: usize) -> anyhow::Result<Self> {
        let platform = Platform::find()?;
        let shop = platform.shop(9_999).await?;
        let marketing = Marketing::of(&shop).await?;
        let cake = marketing.sells("蛋糕", 90).await?;
        let tea = shop.items[0].clone();
        let code = format!("ONLY{}", shop.organisation.to_uppercase());
        let uses = buyers.div_ceil(10);
        let mut limited = rule(&shop, "先搶先贏", order_off(10));
        limited["limits"] = json!({"total": uses});
        let code_rule = marketing.code(&code, limited).await?;
        let mut budget = rule(&shop, "預算用完為止", order_off(OFF));
        budget["limits"] = json!({"budget": BUDGET});
        budget["target"] = json!({"product_ids": [cake.product_id]});
        let promotion = marketing.promotion(budget).await?;
        let cart = Customer::cart(&[(&cake, 1)]);
        let total = cake.price - OFF;
        marketing
            .until_total(&Customer::of(&shop)?, &cart, total)
            .await?;
        Ok(Self {
            platform,
            shop,
            tea,
            cake,
            code,
            uses,
            code_rule,
            promotion,
        })
    }

    fn with_code(&self) -> Value {
        let mut cart = Customer::cart(&[(&self.tea, 1)]);
        cart["entered"] = json!({"codes": [self.code]});
        cart
    }

    fn with_promotion(&self) -> Value {
        Customer::cart(&[(&self.cake, 1)])
    }

    /// How many orders a rule acted in, and what it took off.
    async fn taken(&self, rule: &str) -> anyhow::Result<(usize, i64)> {
        let mut database = doctor::connect(&self.platform.endpoints, "ordering").await?;
        let found = sqlx::query_as(TAKEN)
            .bind(self.shop.organisation_id.as_uuid())
            .bind(rule);
        let (orders, off): (i64, i64) = found.fetch_one(&mut database).await?;
        Ok((usize::try_from(orders)?, off))
    }

    async fn orders(&self) -> anyhow::Result<usize> {
        let mut database = doctor::connect(&self.platform.endpoints, "ordering").await?;
        let count = sqlx::query_scalar("SELECT count(*) FROM orders WHERE org_id = $1");
        let count = count.bind(self.shop.organisation_id.as_uuid());
        let count: i64 = count.fetch_one(&mut database).await?;
        Ok(usize::try_from(count)?)
    }

    /// Waits until no order holds anything that is not settled.
    async fn until_settled(&self) -> anyhow::Result<()> {
        let mut database = doctor::connect(&self.platform.endpoints, "membership").await?;
        let settled = async {
            loop {
                let held = sqlx::query_scalar(HELD).bind(self.shop.organisation_id.as_uuid());
                let held: i64 = held.fetch_one(&mut database).await?;
                if held == 0 {
                    return anyhow::Ok(());
                }
                tokio::time::sleep(PAUSE * 5).await;
            }
        };
        let settled = tokio::time::timeout(SETTLED_WITHIN, settled).await;
        settled.context("holds of orders that do not exist do not lapse")?
    }
}

/// Orders as a storefront does: a lost answer is asked for again under the same key, and another price is agreed
/// to under a new one. Ends with the order, whatever is used in it.
async fn order(customer: &Customer, cart: &Value) -> anyhow::Result<Value> {
    let buying = async {
        loop {
            let quote = match customer.quote(cart).await {
                Ok(quote) if quote.status == 200 => quote.body,
                _ => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            let (key, body) = (new_key(), customer.order(cart, &quote));
            loop {
                match customer.place(&key, &body).await {
                    Ok(placed) if [200, 201].contains(&placed.status) => {
                        return Ok(placed.body["order"].clone());
                    }
                    // Used up or dearer meanwhile: the customer looks again.
                    Ok(refused) if [409, 410, 422].contains(&refused.status) => break,
                    Ok(refused) if refused.status < 500 => {
                        anyhow::bail!("an order was refused: {refused:?}")
                    }
                    _ => tokio::time::sleep(PAUSE).await,
                }
            }
        }
    };
    let bought = tokio::time::timeout(PATIENCE, buying).await;
    bought.context("no order in time")?
}

/// A code or a coupon is used in an order.
fn uses_what_was_entered(order: &Value) -> bool {
    order["benefits"]["entered"][0]["used"] == true
}

/// Two tabs of one member order with the same coupon; at most one gets it.
async fn order_in_two_tabs(sale: &Sale, member: &Member, coupon: &str) -> anyhow::Result<usize> {
    let cart = |quantity| {
        let mut cart = Customer::cart(&[(&sale.tea, quantity)]);
        cart["entered"] = json!({"coupons": [coupon]});
        cart
    };
    let (one, two) = (cart(1), cart(2));
    let (one, two) =
        tokio::try_join!(order(&member.customer, &one), order(&member.customer, &two))?;
    let used = [one, two]
        .iter()
        .filter(|it| uses_what_was_entered(it))
        .count();
    ensure!(used <= 1, "one coupon is used in both tabs");
    Ok(used)
}

#[tokio::test]
async fn killing_membership_gives_nobody_more_than_there_is() -> anyhow::Result<()> {
    let buyers: usize = match env::var("CHAOS_BUYERS") {
        Ok(number) => number.parse().context("CHAOS_BUYERS")?,
        Err(_) => BUYERS,
    };
    let sale = Sale::open(buyers).await?;
    let members = try_join_all((0..MEMBERS).map(|_| Member::join(&sale.platform, &sale.shop)));
    let members = members.await?;
    let marketing = Marketing::of(&sale.shop).await?;
    let ids: Vec<_> = members.iter().map(|member| member.id.as_str()).collect();
    marketing
        .coupons(rule(&sale.shop, "折 5", order_off(5)), &ids)
        .await?;
    let mut coupons = Vec::new();
    for member in &members {
        let mut own = member.coupons().await?;
        coupons.push(own.pop().context("no coupon")?);
    }

    let (done, mut watched) = watch::channel(0);
    let of_budget = buyers / OF_BUDGET;
    let carts = (0..buyers).map(|_| sale.with_code());
    let carts: Vec<_> = carts
        .chain((0..of_budget).map(|_| sale.with_promotion()))
        .collect();
    let number = carts.len();
    // Both kinds from the first on.
    let mut order_of_buying: Vec<usize> = (0..number).collect();
    order_of_buying.sort_by_key(|index| index.wrapping_mul(7_919) % number);
    let buying = stream::iter(order_of_buying)
        .map(|index| {
            let (sale, done, cart) = (&sale, &done, &carts[index]);
            async move {
                let bought = order(&Customer::of(&sale.shop)?, cart).await;
                done.send_modify(|count| *count += 1);
                bought
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<anyhow::Result<Value>>>();
    let tabs = members.iter().zip(&coupons);
    let tabs = try_join_all(tabs.map(|(member, coupon)| order_in_two_tabs(&sale, member, coupon)));
    let deaths = async {
        for death in 1..=DEATHS {
            let at_death = number * death / (DEATHS + 1);
            watched.wait_for(|count| *count >= at_death).await?;
            kill(&sale.platform, "membership")?;
        }
        anyhow::Ok(())
    };
    let (bought, tabs, deaths) = tokio::join!(buying, tabs, deaths);
    deaths?;
    let bought = bought.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
    let tabs = tabs?;

    let ids: BTreeSet<_> = bought
        .iter()
        .map(|order| text(order, "/order_id"))
        .collect::<anyhow::Result<_>>()?;
    assert_eq!(ids.len(), number, "every buyer has an order of their own");
    assert_eq!(sale.orders().await?, number + 2 * MEMBERS);

    // What an attempt held that came to nothing can be had once it has lapsed.
    sale.until_settled().await?;
    let (used, _) = sale.taken(&sale.code_rule).await?;
    assert!(used <= sale.uses, "{used} of {}", sale.uses);
    let (_, off) = sale.taken(&sale.promotion).await?;
    assert!(off <= BUDGET, "{off} of {BUDGET}");
    for _ in used..sale.uses {
        let order = order(&Customer::of(&sale.shop)?, &sale.with_code()).await?;
        assert!(uses_what_was_entered(&order), "it is left: {order}");
    }
    let late = order(&Customer::of(&sale.shop)?, &sale.with_code()).await?;
    assert!(!uses_what_was_entered(&late), "nothing is left: {late}");
    loop {
        let (_, before) = sale.taken(&sale.promotion).await?;
        order(&Customer::of(&sale.shop)?, &sale.with_promotion()).await?;
        if sale.taken(&sale.promotion).await?.1 == before {
            break;
        }
    }
    for ((member, coupon), used) in members.iter().zip(&coupons).zip(tabs) {
        let mut cart = Customer::cart(&[(&sale.tea, 1)]);
        cart["entered"] = json!({"coupons": [coupon]});
        let order = order(&member.customer, &cart).await?;
        assert_eq!(uses_what_was_entered(&order), used == 0, "{order}");
    }

    assert_eq!(sale.taken(&sale.code_rule).await?.0, sale.uses);
    assert_eq!(sale.taken(&sale.promotion).await?.1, BUDGET);
    doctor::doctor(&sale.platform.home).await
}
