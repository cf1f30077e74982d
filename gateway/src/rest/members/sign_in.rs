use axum::{Json, extract::State};
use http::HeaderMap;
use proto::membership::v1 as pb;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{ToSchema, openapi::Ref};

use crate::{
    auth::{Customer, cookies},
    json::convert::present,
    rest::{Result, body::Body, transcoded},
    state::Gateway,
};

/// A phone with the code that was sent to it, and what is kept of somebody who joins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInMember {
    /// Taiwanese mobile number.
    pub phone: String,
    /// Code.
    pub code: String,
    /// Name, at most 30 characters.
    #[serde(default)]
    pub name: String,
    /// Birthday, YYYY-MM-DD; empty for none.
    #[serde(default)]
    pub birthday: String,
    /// Gender; left out for 未提供.
    #[serde(default)]
    pub gender: Option<MemberGender>,
    /// Consents; joining needs that to the terms.
    #[serde(default)]
    pub consents: Vec<GivenConsent>,
    /// Came by a QR code in a branch.
    #[serde(default)]
    pub by_qr: bool,
    /// Branch; empty for none.
    #[serde(default)]
    pub branch_id: String,
}

/// 性別.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberGender {
    /// 男.
    Male,
    /// 女.
    Female,
    /// 其他.
    Other,
    /// 未提供.
    NotGiven,
}

/// A consent that is given or withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenConsent {
    /// What it is about.
    pub kind: GivenConsentKind,
    /// Given, or withdrawn.
    pub agreed: bool,
    /// Version of the text that was shown, 1–40 characters.
    pub text_version: String,
}

/// What somebody agrees to.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GivenConsentKind {
    /// Terms of membership and the privacy notice.
    Terms,
    /// Marketing by LINE.
    MarketingLine,
    /// Marketing by SMS.
    MarketingSms,
    /// Marketing by e-mail.
    MarketingEmail,
}

/// Who signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberSignedIn {
    /// Somebody joined.
    pub joined: bool,
    /// The member.
    #[schema(schema_with = account)]
    pub me: Value,
}

fn account() -> Ref {
    Ref::from_schema_name("MyAccount")
}

/// Signs a member in with a code, or joins, and sets the cookies of the session.
///
/// Refuses with `VALIDATION_FAILED`, `TEXT_TOO_LONG`, `PHONE_INVALID`, `BIRTHDAY_INVALID`, `OTP_INVALID`, `OTP_EXPIRED`, `CONSENT_REQUIRED`, `NOT_FOUND` and `RATE_LIMITED`.
#[utoipa::path(
    post, path = "/api/members/{brand_id}/sign-in", tag = "members",
    request_body = SignInMember, responses((status = 200, body = MemberSignedIn))
)]
pub async fn sign_in_member(
    State(gateway): State<Gateway>,
    customer: Customer,
    Body(input): Body<SignInMember>,
) -> Result<(HeaderMap, Json<MemberSignedIn>)> {
    gateway.limits().member_sign_in(customer.address()).await?;
    let request = customer.request(input.into_wire(&customer));
    let answer = gateway.member_accounts().sign_in_with_code(request).await?;
    let answer = answer.into_inner();
    let me = transcoded::json(&present(answer.me, "who signed in")?)?.value()?;
    let cookies = cookies::member_signed_in(&gateway, customer.org(), &answer.session_token);
    let joined = answer.joined;
    Ok((cookies, Json(MemberSignedIn { joined, me })))
}

impl SignInMember {
    fn into_wire(self, customer: &Customer) -> pb::SignInWithCodeRequest {
        let gender = self.gender.map_or(pb::Gender::Unspecified, Into::into);
        let source = if self.by_qr {
            pb::JoinSource::Qr
        } else {
            pb::JoinSource::Storefront
        };
        pb::SignInWithCodeRequest {
            brand_id: customer.brand_id().to_owned(),
            phone: self.phone,
            code: self.code,
            name: self.name,
            birthday: self.birthday,
            gender: gender.into(),
            consents: self.consents.into_iter().map(Into::into).collect(),
            source: source.into(),
            branch_id: self.branch_id,
            remote_address: customer.address().to_string(),
            user_agent: customer.peer.user_agent.clone(),
        }
    }
}

impl From<MemberGender> for pb::Gender {
    fn from(gender: MemberGender) -> Self {
        match gender {
            MemberGender::Male => Self::Male,
            MemberGender::Female => Self::Female,
            MemberGender::Other => Self::Other,
            MemberGender::NotGiven => Self::NotGiven,
        }
    }
}

impl From<GivenConsentKind> for pb::ConsentKind {
    fn from(kind: GivenConsentKind) -> Self {
        match kind {
            GivenConsentKind::Terms => Self::Terms,
            GivenConsentKind::MarketingLine => Self::MarketingLine,
            GivenConsentKind::MarketingSms => Self::MarketingSms,
            GivenConsentKind::MarketingEmail => Self::MarketingEmail,
        }
    }
}

impl From<GivenConsent> for pb::ConsentChoice {
    fn from(given: GivenConsent) -> Self {
        Self {
            kind: pb::ConsentKind::from(given.kind).into(),
            agreed: given.agreed,
            text_version: given.text_version,
        }
    }
}
