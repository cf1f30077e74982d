//! `yizhimai.staff.v1.StaffService`.

use chassis::{
    authn::RequestExt as _,
    error::Violations,
    id::{self, SessionId},
    request,
    service::Context,
};
use proto::staff::v1::{staff_service_server::StaffService, *};
use tonic::{Request, Response, Status};

use super::{convert, create_account};
use crate::{
    app::{
        accounts,
        identity::TOKEN_TTL_SECS,
        organisations::{self, NewOrganisation},
        sessions::{self, PasswordChange, TypedPassword},
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
        let new = NewOrganisation {
            id: violations.finish(id)?,
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
        let (account, _) = request.identity().staff()?;
        let (account, organisation) = accounts::me(&self.ctx, request.org()?, account).await?;
        Ok(Response::new(GetMeResponse {
            me: Some(convert::me(&account, &organisation)),
        }))
    }

    async fn list_my_sessions(
        &self,
        request: Request<ListMySessionsRequest>,
    ) -> Answer<ListMySessionsResponse> {
        let (account, current) = request.identity().staff()?;
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
        let (account, _) = request.identity().staff()?;
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
        let (account, session) = request.identity().staff()?;
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

    async fn reauthenticate(
        &self,
        request: Request<ReauthenticateRequest>,
    ) -> Answer<ReauthenticateResponse> {
        let (account, session) = request.identity().staff()?;
        let org = request.org()?;
        let request = request.into_inner();
        let typed = TypedPassword {
            field: "password",
            password: request.password,
            remote_address: request.remote_address,
        };
        sessions::reauthenticate(&self.ctx, org, account, session, typed).await?;
        Ok(Response::new(ReauthenticateResponse {}))
    }

    async fn create_account(
        &self,
        request: Request<CreateAccountRequest>,
    ) -> Answer<CreateAccountResponse> {
        let org = request.org()?;
        let creator = request.identity().clone();
        let response =
            create_account::handle(&self.ctx, org, &creator, request.into_inner()).await?;
        Ok(Response::new(response))
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
        let mut violations = Violations::new();
        let page = request::page(page_size, &page_token, &mut violations);
        violations.into_result()?;
        let page = accounts::list(&self.ctx, org, &caller, &page).await?;
        Ok(Response::new(ListAccountsResponse {
            accounts: page.items.iter().map(convert::account).collect(),
            next_page_token: page.next_page_token,
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
        let id = id::parse("account_id", &account_id, &mut violations);
        let id = violations.finish(id)?;
        let account = accounts::set_enabled(&self.ctx, org, &changer, id, version, enabled).await?;
        Ok(Response::new(SetAccountStateResponse {
            account: Some(convert::account(&account)),
        }))
    }
}
