//! The RPCs of `MemberService` at the counter of a branch.

use chassis::{
    audit,
    authn::{Identity, RequestExt as _},
    db::TenantTx,
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId},
    idempotency::Once,
    request, text,
};
use prost::Message as _;
use proto::membership::v1::{
    CreateMemberRequest, CreateMemberResponse, FindMemberAtCounterRequest,
    FindMemberAtCounterResponse, RequestCounterCodeRequest, RequestCounterCodeResponse,
    find_member_at_counter_request::By,
};
use tonic::Request;

use super::{MemberService, member_convert as convert};
use crate::{
    app::{
        codes,
        members::{
            self, card, consents,
            join::{self, NewMember},
        },
    },
    domain::{
        code::{self, Purpose},
        contact,
        member::{Gender, JoinSource},
    },
    store,
};

impl MemberService {
    pub(super) async fn find_member_at_counter(
        &self,
        request: &Request<FindMemberAtCounterRequest>,
    ) -> Result<FindMemberAtCounterResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let phone = match &asked.by {
            Some(By::Phone(raw)) => Some(text::phone_mobile("phone", raw, &mut violations)),
            Some(By::Card(_)) => None,
            None => {
                violations.push("by", CommonReason::ValidationFailed);
                None
            }
        };
        let branch = violations.finish(branch)?;
        let org = request.org()?;
        let mut tx = self.deps.db.tenant(org).await?;
        require_branch(&mut tx, request.identity(), branch).await?;
        let found = match (&asked.by, phone) {
            (_, Some(phone)) => store::members::find_by_phone(&mut tx, &phone).await?,
            (Some(By::Card(card)), None) => match card::read(&self.deps, org, card)? {
                Some(id) => store::members::find_present(&mut tx, id).await?,
                None => None,
            },
            _ => None,
        };
        let member = found.ok_or_else(members::unknown)?;
        Ok(FindMemberAtCounterResponse {
            member: Some(self.row(&mut tx, member).await?),
        })
    }

    pub(super) async fn request_counter_code(
        &self,
        request: &Request<RequestCounterCodeRequest>,
    ) -> Result<RequestCounterCodeResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let phone = text::phone_mobile("phone", &asked.phone, &mut violations);
        let branch = violations.finish(branch)?;
        let org = request.org()?;
        let mut tx = self.deps.db.tenant(org).await?;
        require_branch(&mut tx, request.identity(), branch).await?;
        tx.rollback().await?;
        codes::send(&self.deps, org, &phone, Purpose::Counter, None).await?;
        Ok(RequestCounterCodeResponse {
            expires_in_secs: seconds(code::VALID),
            resend_in_secs: seconds(code::RESEND_AFTER),
        })
    }

    pub(super) async fn create_member(
        &self,
        request: &Request<CreateMemberRequest>,
    ) -> Result<CreateMemberResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        // A digest of the body is stored, which must not lead back to the person: the phone is enough.
        let digested = CreateMemberRequest {
            phone: asked.phone.clone(),
            branch_id: asked.branch_id.clone(),
            ..Default::default()
        };
        let key = &asked.idempotency_key;
        let once = Once::parse("CreateMember", key, &digested, &mut violations);
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let now = self.deps.clock.now();
        let birthday = asked.birthday.as_deref().unwrap_or_default();
        let email = asked.email.as_deref().unwrap_or_default();
        let gender = asked.gender.and_then(|gender| {
            request::optional_choice::<Gender>("gender", gender, &mut violations)
        });
        let new = NewMember {
            phone: text::phone_mobile("phone", &asked.phone, &mut violations),
            phone_verified: !asked.code.is_empty(),
            name: contact::name("name", &asked.name, &mut violations),
            birthday: contact::birthday("birthday", birthday, now, &mut violations),
            gender: gender.unwrap_or(Gender::NotGiven),
            email: contact::email("email", email, &mut violations),
            line_user: None,
            consents: convert::choices(&asked.consents, 0, &mut violations),
            source: JoinSource::Counter,
            branch,
        };
        let branch: BranchId = violations.finish(branch)?;
        consents::require_terms(&new.consents)?;
        let (org, identity) = (request.org()?, request.identity());
        let account = members::account(identity)?;
        let mut tx = self.deps.db.tenant(org).await?;
        require_branch(&mut tx, identity, branch).await?;
        if let Some(response) = once.begin(&mut tx, &*self.deps.clock).await? {
            return CreateMemberResponse::decode(response.as_slice()).map_err(Problem::internal);
        }
        // A wrong code is counted whatever becomes of this transaction.
        tx.rollback().await?;
        if new.phone_verified {
            codes::confirm(&self.deps, org, &new.phone, Purpose::Counter, &asked.code).await?;
        }
        let mut tx = self.deps.db.tenant(org).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let member = join::create(&self.deps, tx, new, Some(account)).await?;
                let row = self.row(tx, member).await?;
                audit::after(&row);
                Ok::<_, Problem>(CreateMemberResponse { member: Some(row) })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }
}

/// Refuses a branch that is not there with `NOT_FOUND`, and one outside the caller's scope.
async fn require_branch(
    tx: &mut TenantTx,
    identity: &Identity,
    branch: BranchId,
) -> Result<(), Problem> {
    let brand = store::branches::find_brand(tx, branch).await?;
    let brand = brand.ok_or_else(|| Problem::not_found("branch"))?;
    identity.require_branch(brand, branch)
}

/// Whole seconds of a span of the rules.
pub(super) fn seconds(span: chrono::TimeDelta) -> i32 {
    i32::try_from(span.num_seconds()).unwrap_or(i32::MAX)
}
