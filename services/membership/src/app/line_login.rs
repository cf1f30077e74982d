//! Signing in with LINE, step by step:
//!
//! 1. [`start`] stores state, nonce and verifier for the device, and gives LINE's page.
//! 2. LINE leads the browser back; [`finish`] takes the stored try, once, exchanges LINE's code for an id token
//!    and checks it.
//! 3. The account belongs to a member, who is signed in; or it waits for the device to confirm a phone.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chassis::{
    db::TenantTx,
    error::Problem,
    id::{BranchId, MemberId, OrganisationId},
    secret::{DataKey, Secret},
};
use proto::membership::v1::{LineLoginResult, MembershipReason};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{Dependencies, members, sessions};
use crate::{
    domain::line::{self, Attempt, LOGIN_WITHIN, LineUser},
    store::{
        self,
        line::{Channel, Login, PendingAccount},
    },
};

/// What the secret of a channel is sealed for.
const PURPOSE: &str = "membership.line_channel";
/// Path of the callback at the gateway.
const CALLBACK: &str = "/api/line-login/return";
const LONGEST_NAME: usize = 30;

/// Address that shops register at LINE; empty when the gateway's address is not configured.
pub fn callback_url(deps: &Dependencies) -> String {
    let url = deps.sign_in.public_url.as_ref();
    url.and_then(|url| url.join(CALLBACK).ok())
        .map(Into::into)
        .unwrap_or_default()
}

/// The organisation's data key; one is made where there is none.
pub async fn data_key(deps: &Dependencies, tx: &mut TenantTx) -> Result<DataKey, Problem> {
    let (org, sealer) = (tx.org(), deps.sign_in.sealer()?);
    let mut found = store::line::find_data_key(tx).await?;
    if found.is_none() {
        let (_, wrapped) = sealer.new_data_key(org);
        store::line::insert_data_key(tx, &wrapped, deps.clock.now()).await?;
        found = store::line::find_data_key(tx).await?;
    }
    let key = sealer.data_key(org, &found.unwrap_or_default());
    key.map_err(Problem::internal)
}

/// Seals the secret of a channel.
pub fn seal(key: &DataKey, secret: &Secret) -> Vec<u8> {
    key.seal(PURPOSE, secret)
}

/// Begins: the page at LINE. Refuses with `LINE_LOGIN_OFF`.
pub async fn start(
    deps: &Dependencies,
    org: OrganisationId,
    device: &str,
    member: Option<MemberId>,
    return_path: String,
    branch: Option<BranchId>,
) -> Result<String, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let channel = store::line::find_channel(&mut tx).await?;
    let channel = channel.filter(|channel| channel.enabled).ok_or_else(off)?;
    let random = || BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let attempt = Attempt {
        // The gateway reads the organisation off the state.
        state: format!("{org}.{}", random()),
        nonce: random(),
        code_verifier: format!("{}{}", random(), random()),
    };
    let login = Login {
        device: device.to_owned(),
        nonce: attempt.nonce.clone(),
        code_verifier: attempt.code_verifier.clone(),
        return_path,
        branch,
        member,
        created_at: deps.clock.now(),
    };
    store::line::insert_login(&mut tx, &hash(&attempt.state), &login).await?;
    tx.commit().await?;
    let access = &deps.sign_in.line_access_url;
    let callback = callback_url(deps);
    let url = line::authorize_url(access, &channel.channel_id, &callback, &attempt);
    Ok(url.map_err(Problem::internal)?.into())
}

/// What became of signing in.
#[derive(Debug)]
pub struct Finished {
    /// Secret of the session; empty for none.
    pub session: String,
    /// Where to go.
    pub return_path: String,
    /// What became of it.
    pub result: LineLoginResult,
}

/// Ends a try on the device that began it. Refuses with `LINE_LOGIN_FAILED` where no try of the last minutes
/// is known; a try that LINE does not confirm is an outcome.
pub async fn finish(
    deps: &Dependencies,
    org: OrganisationId,
    device: &str,
    (state, code, error): (&str, &str, &str),
    user_agent: &str,
) -> Result<Finished, Problem> {
    let mut tx = deps.db.tenant(org).await?;
    let login = store::line::take_login(&mut tx, &hash(state), device).await?;
    let channel = store::line::find_channel(&mut tx).await?;
    let key = data_key(deps, &mut tx).await?;
    tx.commit().await?;
    let now = deps.clock.now();
    let login = login
        .filter(|login| login.created_at + LOGIN_WITHIN > now)
        .ok_or_else(|| Problem::new(MembershipReason::LineLoginFailed))?;
    let finished = |result, session| Finished {
        session,
        return_path: login.return_path.clone(),
        result,
    };
    if !error.is_empty() || code.is_empty() {
        return Ok(finished(LineLoginResult::Cancelled, String::new()));
    }
    let Some(channel) = channel.filter(|channel| channel.enabled) else {
        return Ok(finished(LineLoginResult::Failed, String::new()));
    };
    let user = match identify(deps, &channel, &key, &login, code).await? {
        Ok(user) => user,
        Err(error) => {
            tracing::warn!(org.id = %org, %error, "LINE did not confirm a sign-in");
            return Ok(finished(LineLoginResult::Failed, String::new()));
        }
    };
    let mut tx = deps.db.tenant(org).await?;
    let (result, session) = take_user(deps, &mut tx, &login, &user, user_agent).await?;
    tx.commit().await?;
    Ok(finished(result, session))
}

/// Signs the owner of an account in LINE in, links it, or keeps it for the device.
async fn take_user(
    deps: &Dependencies,
    tx: &mut TenantTx,
    login: &Login,
    user: &LineUser,
    user_agent: &str,
) -> Result<(LineLoginResult, String), Problem> {
    let now = deps.clock.now();
    let owner = store::members::find_by_line(tx, &user.id).await?;
    if let Some(linking) = login.member {
        let linked = members::link_line(deps, tx, linking, &user.id, owner.as_ref()).await?;
        let result = if linked {
            LineLoginResult::SignedIn
        } else {
            LineLoginResult::Failed
        };
        return Ok((result, String::new()));
    }
    if let Some(owner) = owner {
        let session = sessions::open(deps, tx, &owner, &login.device, user_agent).await?;
        return Ok((LineLoginResult::SignedIn, session));
    }
    let name = chassis::text::typed(&user.name);
    let pending = PendingAccount {
        line_user: user.id.clone(),
        name: name.chars().take(LONGEST_NAME).collect(),
        branch: login.branch,
        created_at: now,
    };
    store::line::put_pending(tx, &login.device, &pending).await?;
    Ok((LineLoginResult::PhoneNeeded, String::new()))
}

#[derive(Deserialize)]
struct TokenResponse {
    id_token: String,
}

/// Exchanges LINE's code and checks who signed in; the inner error is LINE's refusal.
async fn identify(
    deps: &Dependencies,
    channel: &Channel,
    key: &DataKey,
    login: &Login,
    code: &str,
) -> Result<anyhow::Result<LineUser>, Problem> {
    let secret = key.open(PURPOSE, &channel.sealed_secret);
    let secret = secret.map_err(Problem::internal)?;
    let url = deps.sign_in.line_api_url.join("/oauth2/v2.1/token");
    let url = url.map_err(Problem::internal)?;
    let callback = callback_url(deps);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", callback.as_str()),
        ("client_id", channel.channel_id.as_str()),
        ("client_secret", secret.reveal().as_str()),
        ("code_verifier", login.code_verifier.as_str()),
    ];
    let sent = deps.sign_in.http.post_form(&url, &fields).await;
    let (status, body) = sent.map_err(Problem::unavailable)?;
    if status.is_server_error() || status.as_u16() == 429 {
        let why = anyhow::anyhow!("LINE answered {}", status.as_u16());
        return Err(Problem::unavailable(why));
    }
    if !status.is_success() {
        return Ok(Err(anyhow::anyhow!("LINE answered {}", status.as_u16())));
    }
    let token: TokenResponse = match serde_json::from_slice(&body) {
        Ok(token) => token,
        Err(error) => return Ok(Err(error.into())),
    };
    let now = deps.clock.now();
    let user = line::check_id_token(
        &token.id_token,
        &channel.channel_id,
        &secret,
        &login.nonce,
        now,
    );
    Ok(user.map_err(Into::into))
}

fn off() -> Problem {
    Problem::new(MembershipReason::LineLoginOff).message("the organisation has no LINE Login")
}

fn hash(state: &str) -> Vec<u8> {
    Sha256::digest(state).to_vec()
}
