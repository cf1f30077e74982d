//! An organisation with a brand and a branch, whose customers get their codes from the sandbox.

use chassis::{
    authn::{Identity, Plan},
    error::Problem,
    id::{BranchId, BrandId, MemberId, OrganisationId},
};
use chrono::TimeDelta;
use membership::Membership;
use proto::membership::v1::{
    CodePurpose, ConsentChoice, ConsentKind, FindMembersRequest, MemberFilter, MemberRow,
    MyAccount, RequestCodeRequest, SignInWithCodeRequest, SignInWithCodeResponse,
    member_account_service_client::MemberAccountServiceClient,
    member_service_client::MemberServiceClient,
};
use serde_json::Value;
use testkit::{CallerChannel, TestService, identities};
use tonic::Status;

pub type Accounts = MemberAccountServiceClient<CallerChannel>;
pub type Members = MemberServiceClient<CallerChannel>;

pub const PHONE: &str = "0911123456";
pub const E164: &str = "+886911123456";

pub struct Club {
    pub org: OrganisationId,
    pub brand: BrandId,
    pub branch: BranchId,
    pub service: TestService<Membership>,
    pub sandbox: sandbox::Running,
    pub http: reqwest::Client,
}

/// A customer on a device, who may be signed in.
pub struct Person {
    pub session: String,
    pub me: MyAccount,
    pub identity: Identity,
}

impl Club {
    pub async fn open() -> Self {
        let sandbox = sandbox::start(sandbox::Settings::default()).await.unwrap();
        let (line, sms) = (sandbox.url("line"), sandbox.url("sms"));
        let service = TestService::<Membership>::start(&[
            (
                "MEMBERSHIP_MASTER_KEY",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            ),
            ("MEMBERSHIP_PUBLIC_URL", "https://shop.example"),
            ("MEMBERSHIP_SMS_URL", &sms),
            ("MEMBERSHIP_SMS_TOKEN", "sandbox-sms-token"),
            ("MEMBERSHIP_LINE_ACCESS_URL", &line),
            ("MEMBERSHIP_LINE_API_URL", &line),
            ("TELEMETRY_LOG", "warn"),
        ])
        .await;
        let club = Self {
            org: testkit::organisation(),
            brand: BrandId::new(service.clock()),
            branch: BranchId::new(service.clock()),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            service,
            sandbox,
        };
        club.control("/clock", serde_json::json!({ "set": testkit::noon() }))
            .await;
        club.add_branch(club.org, club.brand, club.branch).await;
        club
    }

    /// A branch as catalog would have published it.
    pub async fn add_branch(&self, org: OrganisationId, brand: BrandId, branch: BranchId) {
        let mut superuser = self.service.db().superuser().await;
        sqlx::query(
            "INSERT INTO branches (org_id, branch_id, brand_id, version) VALUES ($1, $2, $3, 1)",
        )
        .bind(org.as_uuid())
        .bind(branch.as_uuid())
        .bind(brand.as_uuid())
        .execute(&mut superuser)
        .await
        .unwrap();
    }

    /// Posts to the sandbox's control port.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let url = self.sandbox.url(sandbox::CONTROL) + path;
        let response = self.http.post(url).json(&body).send().await.unwrap();
        response.json().await.unwrap()
    }

    /// Texts that were sent to a phone, newest first.
    pub async fn texts(&self, e164: &str) -> Vec<String> {
        let control = self.sandbox.url(sandbox::CONTROL);
        let url = format!("{control}/sms/messages?to={}", e164.replace('+', "%2B"));
        let messages: Value = self
            .http
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let messages = messages.as_array().unwrap().iter();
        messages
            .map(|message| message["text"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The code in the newest text to a phone.
    pub async fn code(&self, e164: &str) -> String {
        let texts = self.texts(e164).await;
        let mut parts = texts[0].split(|c: char| !c.is_ascii_digit());
        parts.find(|part| part.len() == 6).unwrap().to_owned()
    }

    pub fn guest(&self, device: &str) -> Identity {
        Identity::customer(device, self.org, Plan::Basic)
    }

    pub fn accounts_as(&self, identity: &Identity) -> Accounts {
        MemberAccountServiceClient::new(self.service.channel_as(identity))
    }

    pub fn owner(&self) -> Identity {
        identities::owner(self.org)
    }

    pub fn members(&self) -> Members {
        self.members_as(&self.owner())
    }

    pub fn members_as(&self, identity: &Identity) -> Members {
        MemberServiceClient::new(self.service.channel_as(identity))
    }

    /// The gateway, which exchanges sessions.
    pub fn gateway(&self) -> Accounts {
        self.accounts_as(&identities::service("gateway", self.org))
    }

    pub async fn request_code(
        &self,
        identity: &Identity,
        phone: &str,
        purpose: CodePurpose,
    ) -> Result<(), Status> {
        let request = RequestCodeRequest {
            brand_id: self.brand.to_string(),
            phone: phone.to_owned(),
            purpose: purpose.into(),
            remote_address: "203.0.113.7".to_owned(),
        };
        let sent = self.accounts_as(identity).request_code(request).await;
        sent.map(drop)
    }

    pub fn sign_in_request(&self, phone: &str, code: &str, name: &str) -> SignInWithCodeRequest {
        SignInWithCodeRequest {
            brand_id: self.brand.to_string(),
            phone: phone.to_owned(),
            code: code.to_owned(),
            name: name.to_owned(),
            consents: vec![terms()],
            branch_id: self.branch.to_string(),
            remote_address: "203.0.113.7".to_owned(),
            user_agent: "test".to_owned(),
            ..Default::default()
        }
    }

    pub async fn sign_in(
        &self,
        device: &str,
        request: SignInWithCodeRequest,
    ) -> Result<SignInWithCodeResponse, Status> {
        let guest = self.guest(device);
        let answer = self.accounts_as(&guest).sign_in_with_code(request).await?;
        Ok(answer.into_inner())
    }

    /// Joins, or signs in, with a code on a device.
    pub async fn join(&self, device: &str, phone: &str, name: &str) -> Person {
        let guest = self.guest(device);
        self.request_code(&guest, phone, CodePurpose::SignIn)
            .await
            .unwrap();
        let e164 = format!("+886{}", phone[1..].replace('-', ""));
        let request = self.sign_in_request(phone, &self.code(&e164).await, name);
        let answer = self.sign_in(device, request).await.unwrap();
        self.person(device, answer.session_token, answer.me.unwrap())
    }

    pub fn person(&self, device: &str, session: String, me: MyAccount) -> Person {
        let member: MemberId = me.member_id.parse().unwrap();
        Person {
            session,
            identity: Identity::member(device, member, self.org, Plan::Basic),
            me,
        }
    }

    /// Whether a session stands for somebody.
    pub async fn lives(&self, session: &str) -> bool {
        let request = proto::membership::v1::ExchangeMemberSessionRequest {
            organisation_id: self.org.to_string(),
            session_token: session.to_owned(),
        };
        match self.gateway().exchange_member_session(request).await {
            Ok(_) => true,
            Err(status) => {
                assert_eq!(reason_of(&status), "SESSION_EXPIRED");
                false
            }
        }
    }

    /// Members that a text finds.
    pub async fn found(&self, text: &str) -> Vec<MemberRow> {
        let request = FindMembersRequest {
            filter: Some(MemberFilter {
                text: text.to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let found = self.members().find_members(request).await.unwrap();
        found.into_inner().members
    }

    pub async fn row(&self, member_id: &str) -> MemberRow {
        let request = proto::membership::v1::GetMemberRequest {
            member_id: member_id.to_owned(),
        };
        let found = self.members().get_member(request).await.unwrap();
        found.into_inner().profile.unwrap().member.unwrap()
    }

    pub fn advance(&self, delta: TimeDelta) {
        self.service.clock().advance(delta);
    }

    /// A number that SQL counts, seen from above all policies.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut superuser = self.service.db().superuser().await;
        sqlx::query_scalar(sql)
            .fetch_one(&mut superuser)
            .await
            .unwrap()
    }
}

/// Consent to the terms.
pub fn terms() -> ConsentChoice {
    ConsentChoice {
        kind: ConsentKind::Terms.into(),
        agreed: true,
        text_version: "2026-09".to_owned(),
    }
}

pub fn reason_of(status: &Status) -> String {
    Problem::from_status(status).reason.to_string()
}

/// The reason of a refusal.
pub fn reason<T>(answer: Result<T, Status>) -> String {
    let Err(status) = answer else {
        panic!("it should have been refused")
    };
    reason_of(&status)
}
