//! `yizhimai.staff.v1.StaffService`.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chassis::{
    authn::{Actor, RequestExt as _},
    error::{Problem, Violations},
    id::{self, AccountId, SessionId},
    service::Context,
};
use prost::Message as _;
use proto::staff::v1::{staff_service_server::StaffService, *};
use sha2::{Digest as _, Sha256};
use tonic::{Request, Response, Status};

use super::convert;
use crate::{
    app::{
        accounts::{self, IdempotentRequest, NewAccount},
        identity::TOKEN_TTL_SECS,
        organisations::{self, NewOrganisation},
        sessions::{self, PasswordChange},
        sign_in::{self, Credentials},
    },
    store,
};

type Answer<T> = Result<Response<T>, Status>;

/// The service's RPCs.
pub struct StaffRpc {
    ctx: Context,
}

impl StaffRpc {
    /// RPCs over what the chassis has connected.
    pub fn new(ctx: Context) -> Self {
        Self { ctx }
    }
}

#[tonic::async_trait]
impl StaffService for StaffRpc {
    async fn create_organisation(
        &self,
        request: Request<CreateOrganisationRequest>,
    ) -> Answer<CreateOrganisationResponse> {
        let request = request.into_inner();
        let mut violations = Violations::new();
        let id = id::parse("organisation_id", &request.organisation_id, &mut violations);
        let plan = convert::plan("plan", request.plan, &mut violations);
        violations.into_result()?;
        let new = NewOrganisation {
            id: id.ok_or_else(|| Problem::new("VALIDATION_FAILED"))?,
            code: request.code,
            name: request.name,
            owner_account: request.owner_account,
            owner_name: request.owner_name,
            owner_password: request.owner_password,
            plan,
        };
        let organisation = organisations::create(&self.ctx, new).await?;
        Ok(Response::new(CreateOrganisationResponse {
            organisation: Some(convert::organisation(&organisation)),
        }))
    }

    async fn sign_in(&self, request: Request<SignInRequest>) -> Answer<SignInResponse> {
        let request = request.into_inner();
        let typed = Credentials {
            organisation_code: request.organisation_code,
            account: request.account,
            password: request.password,
            remote_address: request.remote_address,
            user_agent: request.user_agent,
        };
        let signed_in = sign_in::sign_in(&self.ctx, typed).await?;
        Ok(Response::new(SignInResponse {
            session_token: signed_in.session_token,
            me: Some(convert::me(&signed_in.account, &signed_in.organisation)),
        }))
    }

    async fn exchange_session(
        &self,
        request: Request<ExchangeSessionRequest>,
    ) -> Answer<ExchangeSessionResponse> {
        let secret = request.into_inner().session_token;
        let exchanged = sessions::exchange(&self.ctx, &secret).await?;
        Ok(Response::new(ExchangeSessionResponse {
            identity_token: self.ctx.signer.sign(&exchanged.identity, TOKEN_TTL_SECS),
            expires_in_secs: TOKEN_TTL_SECS.cast_signed(),
            session_id: exchanged.session.id.to_string(),
            account_id: exchanged.session.account.to_string(),
            organisation_id: exchanged.session.org.to_string(),
        }))
    }

    async fn sign_out(&self, request: Request<SignOutRequest>) -> Answer<SignOutResponse> {
        sessions::sign_out(&self.ctx, &request.into_inner().session_token).await?;
        Ok(Response::new(SignOutResponse {}))
    }

    async fn get_me(&self, request: Request<GetMeRequest>) -> Answer<GetMeResponse> {
        let (account, _) = who(&request)?;
        let (account, organisation) = accounts::me(&self.ctx, request.org()?, account).await?;
        Ok(Response::new(GetMeResponse {
            me: Some(convert::me(&account, &organisation)),
        }))
    }

    async fn list_my_sessions(
        &self,
        request: Request<ListMySessionsRequest>,
    ) -> Answer<ListMySessionsResponse> {
        let (account, current) = who(&request)?;
        let sessions = store::sessions::list(&mut self.ctx.redis.clone(), account).await?;
        Ok(Response::new(ListMySessionsResponse {
            sessions: sessions
                .iter()
                .map(|session| convert::session(session, current))
                .collect(),
        }))
    }

    async fn end_my_session(
        &self,
        request: Request<EndMySessionRequest>,
    ) -> Answer<EndMySessionResponse> {
        let (account, _) = who(&request)?;
        let org = request.org()?;
        let mut violations = Violations::new();
        let chosen: Option<SessionId> =
            id::parse_optional("session_id", &request.get_ref().session_id, &mut violations);
        violations.into_result()?;
        let ended = sessions::end(&self.ctx, org, account, |session| {
            chosen.is_none_or(|chosen| session.id == chosen)
        })
        .await?;
        Ok(Response::new(EndMySessionResponse {
            ended: ended.try_into().unwrap_or(i32::MAX),
        }))
    }

    async fn change_my_password(
        &self,
        request: Request<ChangeMyPasswordRequest>,
    ) -> Answer<ChangeMyPasswordResponse> {
        let (account, session) = who(&request)?;
        let org = request.org()?;
        let request = request.into_inner();
        let change = PasswordChange {
            current: request.current_password,
            new: request.new_password,
            remote_address: request.remote_address,
        };
        sessions::change_password(&self.ctx, org, account, session, change).await?;
        Ok(Response::new(ChangeMyPasswordResponse {}))
    }

    async fn create_account(
        &self,
        request: Request<CreateAccountRequest>,
    ) -> Answer<CreateAccountResponse> {
        let org = request.org()?;
        let creator = request.identity().clone();
        let idempotent = idempotent(request.get_ref())?;
        let request = request.into_inner();
        let mut violations = Violations::new();
        let scope = convert::scope("scope", request.scope, &mut violations);
        violations.into_result()?;
        let new = NewAccount {
            account: request.account,
            name: request.name,
            role: request.role,
            password: request.password,
            scope,
        };
        let account = accounts::create(&self.ctx, org, &creator, new, idempotent).await?;
        Ok(Response::new(CreateAccountResponse {
            account: Some(convert::account(&account)),
        }))
    }

    async fn list_accounts(
        &self,
        request: Request<ListAccountsRequest>,
    ) -> Answer<ListAccountsResponse> {
        let org = request.org()?;
        let caller = request.identity().clone();
        let ListAccountsRequest {
            page_size,
            page_token,
        } = request.into_inner();
        let page_size = match page_size {
            0 | 50 => 50,
            20 => 20,
            100 => 100,
            _ => {
                return Err(Problem::new("VALIDATION_FAILED")
                    .field("page_size", "VALIDATION_FAILED")
                    .into());
            }
        };
        let page = accounts::list(&self.ctx, org, &caller, &page_token, page_size).await?;
        Ok(Response::new(ListAccountsResponse {
            next_page_token: page.next,
            accounts: page.accounts.iter().map(convert::account).collect(),
        }))
    }

    async fn set_account_state(
        &self,
        request: Request<SetAccountStateRequest>,
    ) -> Answer<SetAccountStateResponse> {
        let org = request.org()?;
        let changer = request.identity().clone();
        let SetAccountStateRequest {
            account_id,
            version,
            enabled,
        } = request.into_inner();
        let mut violations = Violations::new();
        let id = id::parse::<AccountId>("account_id", &account_id, &mut violations);
        violations.into_result()?;
        let id = id.ok_or_else(|| Problem::not_found("account"))?;
        let account = accounts::set_enabled(&self.ctx, org, &changer, id, version, enabled).await?;
        Ok(Response::new(SetAccountStateResponse {
            account: Some(convert::account(&account)),
        }))
    }
}

/// The account and session of a staff caller.
fn who<T>(request: &Request<T>) -> Result<(AccountId, SessionId), Problem> {
    match &request.identity().actor {
        Actor::Staff {
            account, session, ..
        } => Ok((*account, *session)),
        _ => Err(Problem::new("PERMISSION_DENIED")),
    }
}

/// The idempotency key and the digest of a request. The password counts, so that a repeat with
/// another one is noticed.
fn idempotent(request: &CreateAccountRequest) -> Result<IdempotentRequest, Problem> {
    let key = &request.idempotency_key;
    if key.is_empty() || key.len() > 128 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Problem::new("VALIDATION_FAILED").field_with(
            "idempotency_key",
            "VALIDATION_FAILED",
            [("allowed", "1-128 visible characters")],
        ));
    }
    Ok(IdempotentRequest {
        key: key.clone(),
        digest: BASE64_STANDARD.encode(Sha256::digest(request.encode_to_vec())),
    })
}
