//! Rate limits, counted in Redis so that all gateways count together.

use std::{net::IpAddr, sync::LazyLock, time::Duration};

use chassis::{
    clock::SharedClock,
    config::ConfigDuration,
    error::{CommonReason, Violations},
    network::network_of,
    text,
};
use chrono::{DateTime, Utc};
use redis::{RedisResult, Script, aio::ConnectionManager};
use sha2::{Digest as _, Sha256};

use crate::{
    auth::{Peer, Shop},
    config::GatewayConfig,
    problem::{Rejection, Result},
};

const MINUTE: Duration = Duration::from_secs(60);
/// Redis away or slow must not keep customers from ordering.
const REDIS_TIMEOUT: Duration = Duration::from_millis(250);

/// Each key is a log of what happened within its window. Something already in the log, such as
/// the repetition of an order with the same idempotency key, is let through and not counted again.
static CLAIM: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("rate_limit.lua")));
/// Takes out what was put in at that instant, and nothing that was put in again since.
static RELEASE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "for _, key in ipairs(KEYS) do
           if redis.call('ZSCORE', key, ARGV[1]) == ARGV[2] then redis.call('ZREM', key, ARGV[1]) end
         end",
    )
});

/// The limits of the configuration.
pub struct RateLimits {
    redis: ConnectionManager,
    clock: SharedClock,
    shop_writes: u32,
    sign_ins: u32,
    payment_callbacks: u32,
    orders_per_phone: u32,
    orders_per_device: u32,
    orders_window: ConfigDuration,
}

/// An order as it was counted, until it is known what became of it.
#[derive(Debug)]
pub struct Claim {
    entry: String,
    at_millis: i64,
    /// Logs that this very request was put into.
    added: Vec<Rule>,
    /// Logs that had the order's key already.
    found: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    key: String,
    limit: u32,
    window: Duration,
    entry: String,
    /// The entry stays although a later rule refuses.
    stays: bool,
}

impl RateLimits {
    /// Limits as configured; one of 0 is none.
    pub fn new(config: &GatewayConfig, redis: ConnectionManager, clock: SharedClock) -> Self {
        Self {
            redis,
            clock,
            shop_writes: config.shop_writes_per_minute,
            sign_ins: config.sign_ins_per_minute,
            payment_callbacks: config.payment_callbacks_per_minute,
            orders_per_phone: config.orders_per_phone,
            orders_per_device: config.orders_per_device,
            orders_window: config.orders_window,
        }
    }

    /// A customer's request that changes or computes something.
    pub async fn shop_write(&self, shop: &Shop) -> Result<()> {
        self.count_address("shop", shop.address, self.shop_writes)
            .await
    }

    /// A customer's request that changes something of the membership.
    pub async fn customer_write(&self, address: IpAddr) -> Result<()> {
        self.count_address("member", address, self.shop_writes)
            .await
    }

    /// A customer's attempt to sign in, or a code that is sent for it.
    pub async fn member_sign_in(&self, address: IpAddr) -> Result<()> {
        self.count_address("member-sign-in", address, self.sign_ins)
            .await
    }

    /// A look at the slots of a cart, which pages repeat by themselves; counted apart, so that looking
    /// never prevents ordering.
    pub async fn shop_slots(&self, shop: &Shop) -> Result<()> {
        self.count_address("slots", shop.address, self.shop_writes)
            .await
    }

    /// An attempt to sign in.
    pub async fn sign_in(&self, peer: &Peer) -> Result<()> {
        self.count_address("sign-in", peer.address, self.sign_ins)
            .await
    }

    /// A message of a payment provider, which sends a refused one again.
    pub async fn payment_callback(&self, peer: &Peer) -> Result<()> {
        self.count_address("payment-callback", peer.address, self.payment_callbacks)
            .await
    }

    /// A customer who comes back from a payment provider.
    pub async fn payment_return(&self, peer: &Peer) -> Result<()> {
        self.count_address("payment-return", peer.address, self.payment_callbacks)
            .await
    }

    async fn count_address(&self, what: &str, address: IpAddr, limit: u32) -> Result<()> {
        let rule = address_rule(what, address, limit);
        self.claim(vec![rule], self.now_millis()).await.map(drop)
    }

    /// An order: each request by its address, each key by its device and by its phone where that is
    /// one.
    pub async fn place_order(&self, shop: &Shop, phone: &str, key: &str) -> Result<Claim> {
        let org = shop.place.org();
        let entry = digest(key);
        let order_rule = |key: String, limit: u32| Rule {
            key,
            limit,
            window: *self.orders_window,
            entry: entry.clone(),
            stays: false,
        };
        let device = format!("gateway:rate:device:{org}:{}", shop.device.0);
        let mut rules = vec![
            address_rule("shop", shop.address, self.shop_writes),
            order_rule(device, self.orders_per_device),
        ];
        let mut violations = Violations::new();
        let phone = text::phone_mobile("contact.phone", phone, &mut violations);
        if violations.is_empty() {
            let key = format!("gateway:rate:phone:{}", digest(&format!("{org}:{phone}")));
            rules.push(order_rule(key, self.orders_per_phone));
        }
        let at_millis = self.now_millis();
        let claimed = self.claim(rules, at_millis).await?;
        let of_order = claimed.into_iter().filter(|(rule, _)| !rule.stays);
        let (added, found): (Vec<_>, Vec<_>) = of_order.partition(|(_, added)| *added);
        Ok(Claim {
            entry,
            at_millis,
            added: added.into_iter().map(|(rule, _)| rule).collect(),
            found: found.into_iter().map(|(rule, _)| rule).collect(),
        })
    }

    /// Takes a refused order out of the logs that this very request put it into; its address keeps it.
    pub fn release(&self, claim: Claim) {
        if claim.added.is_empty() {
            return;
        }
        let mut redis = self.redis.clone();
        tokio::spawn(async move {
            let mut call = RELEASE.prepare_invoke();
            for rule in &claim.added {
                call.key(&rule.key);
            }
            let call = call.arg(&claim.entry).arg(claim.at_millis);
            if let Err(error) = call.invoke_async::<()>(&mut redis).await {
                tracing::warn!(%error, "a refused order stays counted");
            }
        });
    }

    /// A repeat of an order that was placed at `placed_at`, which counts within the window from then
    /// only.
    pub fn repeated(&self, claim: Claim, placed_at: DateTime<Utc>) {
        let age = self.clock.now() - placed_at;
        if age.to_std().is_ok_and(|age| age > *self.orders_window) {
            self.release(claim);
        }
    }

    /// Counts a placed order where an earlier request with its key was counted: that one may have been
    /// refused, and take its entry out.
    pub fn keep(&self, claim: Claim) {
        if claim.found.is_empty() {
            return;
        }
        let mut redis = self.redis.clone();
        tokio::spawn(async move {
            let mut pipe = redis::pipe();
            for rule in &claim.found {
                let window = i64::try_from(rule.window.as_millis()).unwrap_or(i64::MAX);
                pipe.zadd(&rule.key, &claim.entry, claim.at_millis).ignore();
                pipe.pexpire(&rule.key, window).ignore();
            }
            if let Err(error) = pipe.query_async::<()>(&mut redis).await {
                tracing::warn!(%error, "a placed order may not stay counted");
            }
        });
    }

    fn now_millis(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }

    /// The rules with whether their logs did not have their entry yet. While Redis is away nothing is
    /// counted, and nothing refused.
    async fn claim(&self, rules: Vec<Rule>, at_millis: i64) -> Result<Vec<(Rule, bool)>> {
        let rules: Vec<Rule> = rules.into_iter().filter(|rule| rule.limit > 0).collect();
        if rules.is_empty() {
            return Ok(Vec::new());
        }
        let mut call = CLAIM.prepare_invoke();
        call.arg(at_millis);
        for rule in &rules {
            call.key(&rule.key)
                .arg(rule.limit)
                .arg(rule.window.as_millis() as u64)
                .arg(&rule.entry)
                .arg(i32::from(rule.stays));
        }
        let mut redis = self.redis.clone();
        let response = call.invoke_async::<Vec<i64>>(&mut redis);
        let Some(response) = in_time("rate limits are off", response).await else {
            return Ok(Vec::new());
        };
        match response.as_slice() {
            [0, _, added @ ..] => {
                let added = added.iter().map(|added| *added == 1);
                Ok(rules.into_iter().zip(added).collect())
            }
            [_, wait_millis, ..] => Err(limited(*wait_millis)),
            _ => Ok(Vec::new()),
        }
    }
}

/// What Redis responds; `None` where it fails or takes too long, which is logged with what follows.
pub(crate) async fn in_time<T>(
    consequence: &'static str,
    response: impl Future<Output = RedisResult<T>>,
) -> Option<T> {
    match tokio::time::timeout(REDIS_TIMEOUT, response).await {
        Ok(Ok(response)) => Some(response),
        Ok(Err(error)) => {
            tracing::warn!(%error, "{consequence}: Redis failed");
            None
        }
        Err(_) => {
            tracing::warn!("{consequence}: Redis did not respond in time");
            None
        }
    }
}

fn address_rule(what: &str, address: IpAddr, limit: u32) -> Rule {
    Rule {
        key: format!("gateway:rate:address:{what}:{}", network_of(address)),
        limit,
        window: MINUTE,
        entry: random(),
        stays: true,
    }
}

fn limited(wait_millis: i64) -> Rejection {
    let secs = wait_millis.max(1).unsigned_abs().div_ceil(1_000);
    Rejection::new(CommonReason::RateLimited)
        .message("too often, try again later")
        .param("retry_after_secs", secs)
}

/// The first half of the text's SHA-256, in hex.
pub(crate) fn digest(text: &str) -> String {
    let hash = Sha256::digest(text);
    hash.iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn random() -> String {
    format!("{:016x}", rand::random::<u64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_is_in_whole_seconds_and_at_least_one() {
        for (millis, secs) in [(-5, "1"), (1, "1"), (1_000, "1"), (1_001, "2")] {
            let document = format!("{:?}", limited(millis));
            assert!(
                document.contains(&format!("\"retry_after_secs\": \"{secs}\"")),
                "{document}"
            );
        }
    }
}
