//! Sends one-time codes and checks them.

use std::net::IpAddr;

use chassis::{
    db::TenantTx,
    error::{CommonReason, Problem},
    id::{EventId, OrganisationId},
    network::network_of,
};
use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use proto::membership::v1::MembershipReason;

use super::Dependencies;
use crate::{
    domain::code::{self, CodeDigest, MOST_A_NETWORK, Purpose, Tried},
    store,
};

const TEXT: &str = include_str!("../texts/code.zh-TW.txt");
const CODES: u32 = 1_000_000;

/// Sends a code to a phone. `address` is where the request comes from, counted by its network; staff is not
/// counted so.
pub async fn send(
    deps: &Dependencies,
    org: OrganisationId,
    phone: &str,
    purpose: Purpose,
    address: Option<IpAddr>,
) -> Result<(), Problem> {
    let (key, sms) = (deps.sign_in.key()?, deps.sign_in.sms()?);
    let now = deps.clock.now();
    if let Some(address) = address {
        count_network(deps, org, address, now).await?;
    }
    let code = format!("{:06}", rand::random_range(0..CODES));
    let digest = CodeDigest::new(key, phone, purpose, &code).into_bytes();
    let mut tx = deps.db.tenant(org).await?;
    let last = store::codes::lock(&mut tx, phone).await?;
    let next = code::next(last.as_ref(), purpose, digest, now).map_err(too_often)?;
    let last_sent_at = last.map(|last| last.sent_at);
    if !store::codes::replace(&mut tx, phone, &next, last_sent_at).await? {
        return Err(too_often(code::RESEND_AFTER.num_seconds()));
    }
    tx.commit().await?;
    let text = text(&sms.sender, &code);
    let reference = EventId::new(&*deps.clock);
    let sent = sms.send(&deps.sign_in.http, reference, phone, &text).await;
    sent.map_err(Problem::unavailable)
}

/// Counts the request by its network and hour.
async fn count_network(
    deps: &Dependencies,
    org: OrganisationId,
    address: IpAddr,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let hour = now.duration_trunc(TimeDelta::hours(1));
    let hour = hour.map_err(Problem::internal)?;
    let mut tx = deps.db.tenant(org).await?;
    let network = network_of(address).to_string();
    let sent = store::codes::count_network(&mut tx, &network, hour).await?;
    tx.commit().await?;
    if sent > MOST_A_NETWORK {
        let wait = hour + TimeDelta::hours(1) - now;
        return Err(too_often(wait.num_seconds().max(1)));
    }
    Ok(())
}

/// Uses a code up. Refuses with `OTP_INVALID` and `OTP_EXPIRED` at `code`; a wrong try is counted whatever
/// becomes of the request.
pub async fn confirm(
    deps: &Dependencies,
    org: OrganisationId,
    phone: &str,
    purpose: Purpose,
    code: &str,
) -> Result<(), Problem> {
    let right = verify(deps, org, phone, purpose, code).await?;
    let mut tx = deps.db.tenant(org).await?;
    use_up(deps, &mut tx, phone, purpose, &right).await?;
    Ok(tx.commit().await?)
}

/// Checks a code, which stays as it is when it is right, so that a request that is refused for another reason
/// can be repeated with it. Refuses as [`confirm`] does.
pub async fn verify(
    deps: &Dependencies,
    org: OrganisationId,
    phone: &str,
    purpose: Purpose,
    code: &str,
) -> Result<CodeDigest, Problem> {
    let tried = CodeDigest::new(deps.sign_in.key()?, phone, purpose, code.trim());
    let mut tx = deps.db.tenant(org).await?;
    let Some(mut sent) = store::codes::lock(&mut tx, phone).await? else {
        return Err(refused(MembershipReason::OtpExpired));
    };
    let outcome = code::check(&mut sent, purpose, &tried, deps.clock.now());
    if outcome == Tried::Right {
        return Ok(tried);
    }
    store::codes::update_tries(&mut tx, phone, &sent).await?;
    tx.commit().await?;
    Err(match outcome {
        Tried::Wrong => {
            let left = code::MOST_TRIES - sent.wrong_tries;
            refused(MembershipReason::OtpInvalid).param("left", left)
        }
        Tried::Right | Tried::Over => refused(MembershipReason::OtpExpired),
    })
}

/// Uses a code that was right up with what it was asked for: a second request is refused with `OTP_EXPIRED`.
pub async fn use_up(
    deps: &Dependencies,
    tx: &mut TenantTx,
    phone: &str,
    purpose: Purpose,
    right: &CodeDigest,
) -> Result<(), Problem> {
    let Some(mut sent) = store::codes::lock(tx, phone).await? else {
        return Err(refused(MembershipReason::OtpExpired));
    };
    if code::check(&mut sent, purpose, right, deps.clock.now()) != Tried::Right {
        return Err(refused(MembershipReason::OtpExpired));
    }
    Ok(store::codes::update_tries(tx, phone, &sent).await?)
}

fn refused(reason: MembershipReason) -> Problem {
    Problem::new(reason)
        .message("the code is not the one that was sent last")
        .field("code", reason)
}

fn too_often(wait_secs: i64) -> Problem {
    Problem::new(CommonReason::RateLimited)
        .message("too many codes")
        .param("retry_after_secs", wait_secs)
}

fn text(sender: &str, code: &str) -> String {
    TEXT.trim()
        .replace("{brand}", sender)
        .replace("{code}", code)
        .replace("{minutes}", &code::VALID.num_minutes().to_string())
}
