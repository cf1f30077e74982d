//! A staff service of its own for each test, with an organisation and people in it.

use std::sync::Arc;

use chassis::{
    authn::{Identity, Verifier},
    error::Problem,
    id::OrganisationId,
};
use proto::staff::v1::{staff_service_client::StaffServiceClient, *};
use staff::Staff;
use testkit::{CallerChannel, TestService, identities};
use tonic::{Response, Status, transport::Channel};

pub const PASSWORD: &str = "four cups of winter melon tea";

pub type Client = StaffServiceClient<CallerChannel>;

/// The service with everything it stands on, and the organisation `tea` with its owner `boss`.
pub struct Office {
    pub org: OrganisationId,
    pub service: TestService<Staff>,
}

/// Somebody who has signed in.
pub struct Person {
    pub session_token: String,
    pub session_id: String,
    pub account_id: String,
    pub identity: Identity,
}

impl Office {
    pub async fn open() -> Self {
        let office = Self {
            org: testkit::organisation(),
            service: TestService::start(&[]).await,
        };
        told(office.found(office.org, "tea").await);
        office
    }

    pub async fn found(
        &self,
        org: OrganisationId,
        code: &str,
    ) -> Result<Response<CreateOrganisationResponse>, Status> {
        let request = organisation(org, code);
        self.gateway().create_organisation(request).await
    }

    /// The gateway, which alone speaks for people who come in.
    pub fn gateway(&self) -> Client {
        let gateway = identities::service("gateway", self.org);
        StaffServiceClient::new(self.service.channel_as(&gateway))
    }

    pub fn nobody(&self) -> StaffServiceClient<Channel> {
        StaffServiceClient::new(self.service.channel_as_nobody())
    }

    pub fn caller(&self, person: &Person) -> Client {
        StaffServiceClient::new(self.service.channel_as(&person.identity))
    }

    pub async fn try_sign_in(
        &self,
        code: &str,
        account: &str,
        password: &str,
    ) -> Result<SignInResponse, Problem> {
        let request = SignInRequest {
            organisation_code: code.to_owned(),
            account: account.to_owned(),
            password: password.to_owned(),
            remote_address: "192.0.2.7".to_owned(),
            user_agent: "a browser".to_owned(),
        };
        let answer = self.nobody().sign_in(request).await;
        answer
            .map(Response::into_inner)
            .map_err(|status| Problem::from_status(&status))
    }

    pub async fn exchange(&self, session_token: &str) -> Result<ExchangeSessionResponse, Problem> {
        let request = ExchangeSessionRequest {
            session_token: session_token.to_owned(),
        };
        let answer = self.gateway().exchange_session(request).await;
        answer
            .map(Response::into_inner)
            .map_err(|status| Problem::from_status(&status))
    }

    /// Signs in to `tea`.
    pub async fn person(&self, account: &str) -> Person {
        self.person_of("tea", account).await
    }

    pub async fn person_of(&self, code: &str, account: &str) -> Person {
        let signed_in = self.try_sign_in(code, account, PASSWORD).await.unwrap();
        let exchanged = self.exchange(&signed_in.session_token).await.unwrap();
        Person {
            identity: self.verify(&exchanged.identity_token).unwrap(),
            session_token: signed_in.session_token,
            session_id: exchanged.session_id,
            account_id: exchanged.account_id,
        }
    }

    /// What every other service takes a token for.
    pub fn verify(&self, token: &str) -> Result<Identity, Problem> {
        let keys = testkit::keys::config("ordering");
        let clock = Arc::new(self.service.clock().clone());
        let identity = Verifier::from_config(&keys, clock).verify(token)?;
        Ok(Identity::clone(&identity))
    }

    /// An account for somebody else, made by the owner.
    pub async fn account(&self, boss: &Person, name: &str, role: &str, scope: Scope) -> Account {
        let request = account(name, role, scope);
        told(self.caller(boss).create_account(request).await)
            .account
            .unwrap()
    }

    pub async fn set_enabled(
        &self,
        by: &Person,
        account: &Account,
        enabled: bool,
    ) -> Result<Response<SetAccountStateResponse>, Status> {
        let request = SetAccountStateRequest {
            account_id: account.account_id.clone(),
            version: account.version,
            enabled,
        };
        self.caller(by).set_account_state(request).await
    }

    /// Ends the service; fails when an event was left unpublished.
    pub async fn close(self) {
        testkit::assert_no_unpublished(self.service.db()).await;
        self.service.stop().await;
    }
}

pub fn organisation(org: OrganisationId, code: &str) -> CreateOrganisationRequest {
    CreateOrganisationRequest {
        organisation_id: org.to_string(),
        code: code.to_owned(),
        name: "冬瓜茶專賣".to_owned(),
        owner_account: "boss".to_owned(),
        owner_name: "陳美玲".to_owned(),
        owner_password: PASSWORD.to_owned(),
        plan: 0,
    }
}

pub fn account(name: &str, role: &str, scope: Scope) -> CreateAccountRequest {
    CreateAccountRequest {
        idempotency_key: format!("account-{name}"),
        account: name.to_owned(),
        name: "林小華".to_owned(),
        role: role.to_owned(),
        password: PASSWORD.to_owned(),
        scope: Some(scope),
    }
}

pub fn everywhere() -> Scope {
    Scope {
        organisation: true,
        ..Scope::default()
    }
}

pub fn branch(id: &str) -> Scope {
    Scope {
        branch_ids: vec![id.to_owned()],
        ..Scope::default()
    }
}

/// The answer; a refusal fails the test with its problem.
#[track_caller]
pub fn told<T>(answer: Result<Response<T>, Status>) -> T {
    match answer {
        Ok(answer) => answer.into_inner(),
        Err(status) => panic!("refused: {} ({status:?})", Problem::from_status(&status)),
    }
}

/// The problem of a refusal.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(answer: Result<Response<T>, Status>) -> Problem {
    Problem::from_status(&answer.expect_err("the call should have been refused"))
}

/// Fields of a problem with their reasons.
pub fn fields(problem: &Problem) -> Vec<(&str, &str)> {
    problem
        .fields
        .iter()
        .map(|it| (it.field.as_str(), it.reason.as_ref()))
        .collect()
}
