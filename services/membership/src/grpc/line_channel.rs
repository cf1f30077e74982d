//! The RPCs of `MemberService` about LINE Login of the organisation.

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    secret::Secret,
};
use proto::membership::v1::{
    GetLineLoginRequest, GetLineLoginResponse, LineLogin, SetLineLoginRequest, SetLineLoginResponse,
};
use tonic::Request;

use super::MemberService;
use crate::{
    app::line_login,
    store::{self, line::Channel},
};

impl MemberService {
    pub(super) async fn get_line_login(
        &self,
        request: &Request<GetLineLoginRequest>,
    ) -> Result<GetLineLoginResponse, Problem> {
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let channel = store::line::find_channel(&mut tx).await?;
        Ok(GetLineLoginResponse {
            line_login: Some(self.line_login(channel.as_ref())),
        })
    }

    fn line_login(&self, channel: Option<&Channel>) -> LineLogin {
        LineLogin {
            channel_id: channel
                .map(|channel| channel.channel_id.clone())
                .unwrap_or_default(),
            secret_end: channel
                .map(|channel| channel.secret_end.clone())
                .unwrap_or_default(),
            enabled: channel.is_some_and(|channel| channel.enabled),
            callback_url: line_login::callback_url(&self.deps),
            version: channel.map(|channel| channel.version).unwrap_or_default(),
        }
    }

    pub(super) async fn set_line_login(
        &self,
        request: &Request<SetLineLoginRequest>,
    ) -> Result<SetLineLoginResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let is_id = asked.channel_id.len() == 10
            && asked.channel_id.bytes().all(|byte| byte.is_ascii_digit());
        if !is_id {
            violations.push("channel_id", CommonReason::ValidationFailed);
        }
        let secret = asked.channel_secret.clone().map(Secret::new);
        let is_secret = |secret: &Secret| {
            let text = secret.reveal();
            text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        if secret.as_ref().is_some_and(|secret| !is_secret(secret)) {
            violations.push("channel_secret", CommonReason::ValidationFailed);
        }
        request.identity().require_org_scope()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let known = store::line::find_channel(&mut tx).await?;
        if secret.is_none() && known.is_none() {
            violations.push("channel_secret", CommonReason::ValidationFailed);
        }
        violations.into_result()?;
        let version = known
            .as_ref()
            .map(|known| known.version)
            .unwrap_or_default();
        chassis::error::check_version(asked.version, version)?;
        let key = line_login::data_key(&self.deps, &mut tx).await?;
        let (sealed_secret, secret_end) = match (&secret, &known) {
            (Some(secret), _) => (line_login::seal(&key, secret), secret.last_four()),
            (None, Some(known)) => (known.sealed_secret.clone(), known.secret_end.clone()),
            (None, None) => return Err(Problem::new(CommonReason::ValidationFailed)),
        };
        let channel = Channel {
            version: version + 1,
            channel_id: asked.channel_id.clone(),
            sealed_secret,
            secret_end,
            enabled: asked.enabled,
        };
        let shown = |channel: Option<&Channel>| {
            let login = self.line_login(channel);
            serde_json::json!({
                "channel_id": login.channel_id,
                "secret_end": login.secret_end,
                "enabled": login.enabled,
            })
        };
        if !store::line::save_channel(&mut tx, &channel).await? {
            return Err(Problem::version_conflict(asked.version, version + 1));
        }
        let org = request.org()?;
        audit::changed(
            "line_login",
            org,
            &shown(known.as_ref()),
            &shown(Some(&channel)),
        );
        tx.commit().await?;
        Ok(SetLineLoginResponse {
            line_login: Some(self.line_login(Some(&channel))),
        })
    }
}
