//! A staff service of its own for each test, with an organisation and people in it.

use std::sync::Arc;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chassis::{
    authn::{Identity, Verifier},
    error::Problem,
    id::{BranchId, BrandId, OrganisationId},
    outbox::Event,
};
use proto::{
    catalog::v1::{Branch, BranchChanged},
    staff::v1::{staff_service_client::StaffServiceClient, *},
};
use redis::AsyncCommands as _;
use sha2::{Digest as _, Sha256};
use staff::{
    Staff,
    store::sessions::{self, NewSession},
};
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
        ok(office.found(office.org, "tea").await);
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
        StaffServiceClient::new(self.service.channel_anonymous())
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

    /// The person by a token of now.
    pub async fn refreshed(&self, person: &Person) -> Person {
        let exchanged = self.exchange(&person.session_token).await.unwrap();
        Person {
            identity: self.verify(&exchanged.identity_token).unwrap(),
            session_token: person.session_token.clone(),
            session_id: exchanged.session_id,
            account_id: exchanged.account_id,
        }
    }

    fn redis(&self) -> redis::aio::ConnectionManager {
        self.service.context().redis.clone()
    }

    /// A session as Redis keeps it.
    pub async fn stored_session(&self, person: &Person) -> String {
        self.redis().get(session_key(person)).await.unwrap()
    }

    /// Puts a session back that was removed.
    pub async fn restore_session(&self, person: &Person, stored: &str) {
        let key = session_key(person);
        self.redis().set::<_, _, ()>(key, stored).await.unwrap();
    }

    /// How many sessions the index of somebody's account holds.
    pub async fn indexed_sessions(&self, person: &Person) -> usize {
        let index = format!("staff:sessions:{}", person.account_id);
        self.redis().zcard(index).await.unwrap()
    }

    /// Opens as many further sessions as an account may have, without typing the password each time.
    pub async fn fill_sessions(&self, person: &Person) {
        let account = person.identity.account().unwrap();
        for _ in 1..staff::store::sessions::MOST {
            let new = NewSession {
                org: self.org,
                account,
                generation: 1,
                remote_address: "",
                user_agent: "",
            };
            let opened = sessions::open(&mut self.redis(), self.service.clock(), new).await;
            opened.unwrap();
        }
    }

    /// Delivers that a branch belongs to a brand, and waits until the service has stored it.
    pub async fn publish_branch(&self, brand: BrandId, branch: BranchId) {
        let body = BranchChanged {
            branch: Some(Branch {
                branch_id: branch.to_string(),
                brand_id: brand.to_string(),
                version: 1,
                ..Branch::default()
            }),
        };
        let event = Event::new("catalog.branch.changed.v1", branch.as_uuid(), 1, &body);
        self.service.deliver(self.org, &[event]).await;
        testkit::eventually(async || {
            let mut tx = self.service.db().db().tenant(self.org).await.unwrap();
            let known = staff::store::branches::list_of_brands(&mut tx, &[brand]).await;
            known.unwrap().contains(&branch)
        })
        .await;
    }

    /// Names of the accounts that somebody may see.
    pub async fn listed(&self, person: &Person) -> Vec<String> {
        let request = ListAccountsRequest::default();
        let page = ok(self.caller(person).list_accounts(request).await);
        page.accounts.into_iter().map(|it| it.account).collect()
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
        ok(self.caller(boss).create_account(request).await)
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

fn session_key(person: &Person) -> String {
    let hash = Sha256::digest(person.session_token.as_bytes());
    format!("staff:session:{}", BASE64_URL_SAFE_NO_PAD.encode(hash))
}

pub fn change_password(current: &str, new: &str) -> ChangeMyPasswordRequest {
    ChangeMyPasswordRequest {
        current_password: current.to_owned(),
        new_password: new.to_owned(),
        remote_address: "192.0.2.7".to_owned(),
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

pub fn brand(id: &str) -> Scope {
    Scope {
        brand_ids: vec![id.to_owned()],
        ..Scope::default()
    }
}

pub fn branch(id: &str) -> Scope {
    Scope {
        branch_ids: vec![id.to_owned()],
        ..Scope::default()
    }
}

/// The response; a rejection fails the test with its problem.
#[track_caller]
pub fn ok<T>(response: Result<Response<T>, Status>) -> T {
    match response {
        Ok(response) => response.into_inner(),
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
        .map(|it| (it.field.as_str(), &*it.reason))
        .collect()
}
