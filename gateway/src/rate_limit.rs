//! How often one may: counted in Redis, so that all gateways count together.

use std::{net::IpAddr, sync::LazyLock, time::Duration};

use chassis::{clock::SharedClock, config::Span, error::Violations, text};
use redis::{Script, aio::ConnectionManager};
use sha2::{Digest as _, Sha256};

use crate::{
    auth::{Peer, Shop},
    config::GatewayConfig,
    problem::Rejection,
    rest::Result,
};

const MINUTE: Duration = Duration::from_secs(60);
/// Redis away or slow must not keep customers from ordering.
const ANSWER_WITHIN: Duration = Duration::from_millis(250);

/// Each key is a log of what happened within its window. Something already in the log, such as
/// the repetition of an order with the same idempotency key, is let through and not counted again.
static CLAIM: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("rate_limit.lua")));
static GIVE_BACK: LazyLock<Script> = LazyLock::new(|| {
    Script::new("for _, key in ipairs(KEYS) do redis.call('ZREM', key, ARGV[1]) end")
});

/// The limits of the configuration.
pub struct RateLimits {
    redis: ConnectionManager,
    clock: SharedClock,
    shop_writes: u32,
    sign_ins: u32,
    orders_per_phone: u32,
    orders_per_device: u32,
    orders_window: Span,
}

/// An order that was counted, to be given back if it is refused.
#[derive(Debug)]
pub struct Claim {
    keys: Vec<String>,
    member: String,
}

struct Rule {
    key: String,
    limit: u32,
    window: Duration,
}

impl RateLimits {
    /// Limits as configured; one of 0 is none.
    pub fn new(config: &GatewayConfig, redis: ConnectionManager, clock: SharedClock) -> Self {
        Self {
            redis,
            clock,
            shop_writes: config.shop_writes_per_minute,
            sign_ins: config.sign_ins_per_minute,
            orders_per_phone: config.orders_per_phone,
            orders_per_device: config.orders_per_device,
            orders_window: config.orders_window,
        }
    }

    /// A customer's request that changes or computes something.
    pub async fn shop_write(&self, shop: &Shop) -> Result<()> {
        let rule = address_rule("shop", shop.address, self.shop_writes);
        self.claim(vec![rule], random()).await.map(drop)
    }

    /// A look at the slots of a cart, which pages repeat by themselves; counted apart, so that looking
    /// never keeps anybody from ordering.
    pub async fn shop_slots(&self, shop: &Shop) -> Result<()> {
        let rule = address_rule("slots", shop.address, self.shop_writes);
        self.claim(vec![rule], random()).await.map(drop)
    }

    /// An attempt to sign in.
    pub async fn sign_in(&self, peer: &Peer) -> Result<()> {
        let rule = address_rule("sign-in", peer.address, self.sign_ins);
        self.claim(vec![rule], random()).await.map(drop)
    }

    /// An order: by address, by device, and by phone where that is one.
    pub async fn place_order(&self, shop: &Shop, phone: &str, key: &str) -> Result<Claim> {
        let org = shop.place.org();
        let window = *self.orders_window;
        let mut rules = vec![
            address_rule("shop", shop.address, self.shop_writes),
            Rule {
                key: format!("gateway:rate:device:{org}:{}", shop.device.0),
                limit: self.orders_per_device,
                window,
            },
        ];
        let mut violations = Violations::new();
        let phone = text::phone_mobile("contact.phone", phone, &mut violations);
        if violations.is_empty() {
            let key = format!("gateway:rate:phone:{}", digest(&format!("{org}:{phone}")));
            rules.push(Rule {
                key,
                limit: self.orders_per_phone,
                window,
            });
        }
        self.claim(rules, digest(key)).await
    }

    /// Takes a refused order out of the count; the address keeps it.
    pub fn give_back(&self, claim: Claim) {
        if claim.keys.is_empty() {
            return;
        }
        let mut redis = self.redis.clone();
        tokio::spawn(async move {
            let mut call = GIVE_BACK.prepare_invoke();
            claim.keys.iter().for_each(|key| {
                call.key(key);
            });
            if let Err(error) = call.arg(&claim.member).invoke_async::<()>(&mut redis).await {
                tracing::warn!(%error, "a refused order stays counted");
            }
        });
    }

    async fn claim(&self, rules: Vec<Rule>, member: String) -> Result<Claim> {
        let rules: Vec<Rule> = rules.into_iter().filter(|rule| rule.limit > 0).collect();
        if rules.is_empty() {
            return Ok(Claim {
                keys: Vec::new(),
                member,
            });
        }
        let mut call = CLAIM.prepare_invoke();
        call.arg(self.clock.now().timestamp_millis()).arg(&member);
        for rule in &rules {
            call.key(&rule.key)
                .arg(rule.limit)
                .arg(rule.window.as_millis() as u64);
        }
        let mut redis = self.redis.clone();
        let answer = call.invoke_async::<(usize, i64)>(&mut redis);
        match tokio::time::timeout(ANSWER_WITHIN, answer).await {
            Ok(Ok((0, _))) => {}
            Ok(Ok((_, wait_millis))) => return Err(limited(wait_millis)),
            Ok(Err(error)) => tracing::warn!(%error, "rate limits are off: Redis failed"),
            Err(_) => tracing::warn!("rate limits are off: Redis did not answer in time"),
        }
        let orders = rules
            .into_iter()
            .filter(|rule| !rule.key.starts_with(ADDRESS_KEYS));
        Ok(Claim {
            keys: orders.map(|rule| rule.key).collect(),
            member,
        })
    }
}

const ADDRESS_KEYS: &str = "gateway:rate:address:";

fn address_rule(what: &str, address: IpAddr, limit: u32) -> Rule {
    Rule {
        key: format!("{ADDRESS_KEYS}{what}:{}", network(address)),
        limit,
        window: MINUTE,
    }
}

/// An IPv6 user has a whole /64, so that counts as one.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

fn limited(wait_millis: i64) -> Rejection {
    let secs = wait_millis.max(1).unsigned_abs().div_ceil(1_000);
    Rejection::new("RATE_LIMITED")
        .message("too often, try again later")
        .param("retry_after_secs", secs)
}

fn digest(text: &str) -> String {
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
    fn addresses_of_one_ipv6_network_count_together() {
        let one: IpAddr = "2001:db8:1:2::7".parse().unwrap();
        let other: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
        assert_eq!(network(one), network(other));
        assert_eq!(
            network("::ffff:203.0.113.7".parse().unwrap()),
            "203.0.113.7"
        );
    }

    #[test]
    fn waiting_is_told_in_whole_seconds_and_never_none() {
        for (millis, secs) in [(-5, "1"), (1, "1"), (1_000, "1"), (1_001, "2")] {
            let document = format!("{:?}", limited(millis));
            assert!(
                document.contains(&format!("\"retry_after_secs\": \"{secs}\"")),
                "{document}"
            );
        }
    }
}
