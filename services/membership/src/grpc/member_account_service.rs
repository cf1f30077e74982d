//! The RPCs of `MemberAccountService`.

use chassis::{
    authn::{Actor, Identity, RequestExt as _},
    db::TenantTx,
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId, BrandId, MemberId, MemberSessionId, OrderId, OrganisationId},
    idempotency::Once,
    request, text, time,
};
use chrono::{DateTime, Utc};
use proto::membership::v1::{
    ChangeMyPhoneRequest, ChangeMyPhoneResponse, CopyMeRequest, CopyMeResponse,
    CreateMyAddressRequest, CreateMyAddressResponse, DeleteMyAddressRequest,
    DeleteMyAddressResponse, EndMemberSessionRequest, EndMemberSessionResponse, EraseMeRequest,
    EraseMeResponse, ExchangeMemberSessionRequest, ExchangeMemberSessionResponse,
    FinishLineLoginRequest, FinishLineLoginResponse, GetMyAccountRequest, GetMyAccountResponse,
    GetMyCardRequest, GetMyCardResponse, GetSignInOptionsRequest, GetSignInOptionsResponse,
    JoinSource as WireSource, ListMemberSessionsRequest, ListMemberSessionsResponse,
    ListMyAddressesRequest, ListMyAddressesResponse, ListMyOrdersRequest, ListMyOrdersResponse,
    MembershipReason, MyAccount, RequestCodeRequest, RequestCodeResponse, SetMyConsentsRequest,
    SetMyConsentsResponse, SignInWithCodeRequest, SignInWithCodeResponse, SignOutMemberRequest,
    SignOutMemberResponse, StartLineLoginRequest, StartLineLoginResponse, UnlinkMyLineRequest,
    UnlinkMyLineResponse, UpdateMeRequest, UpdateMeResponse, UpdateMyAddressRequest,
    UpdateMyAddressResponse, member_account_service_server as server,
};
use tonic::Request;

use super::{member_convert as convert, member_counter::seconds, member_privacy::copy, rpcs::rpcs};
use crate::{
    app::{
        Dependencies, codes, line_login,
        members::{
            self, addresses, card, consents,
            join::{self, Device, NewMember},
            update,
        },
        sessions,
    },
    domain::{
        code::{self, Purpose},
        contact,
        line::{PENDING_FOR, is_return_path},
        member::{Gender, JoinSource, Member},
    },
    store::{self, addresses::StoredAddress},
};

/// Stands for every session in the place of one's id.
const ALL_SESSIONS: &str = "all";
const ORDERS_A_PAGE: i32 = 20;

/// The gRPC service.
pub struct MemberAccountService {
    deps: Dependencies,
}

impl MemberAccountService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    MemberAccountService: server::MemberAccountService {
        request_code(RequestCodeRequest) -> RequestCodeResponse;
        sign_in_with_code(SignInWithCodeRequest) -> SignInWithCodeResponse;
        start_line_login(StartLineLoginRequest) -> StartLineLoginResponse;
        finish_line_login(FinishLineLoginRequest) -> FinishLineLoginResponse;
        exchange_member_session(ExchangeMemberSessionRequest) -> ExchangeMemberSessionResponse;
        sign_out_member(SignOutMemberRequest) -> SignOutMemberResponse;
        get_sign_in_options(GetSignInOptionsRequest) -> GetSignInOptionsResponse;
        get_my_account(GetMyAccountRequest) -> GetMyAccountResponse;
        update_me(UpdateMeRequest) -> UpdateMeResponse;
        change_my_phone(ChangeMyPhoneRequest) -> ChangeMyPhoneResponse;
        unlink_my_line(UnlinkMyLineRequest) -> UnlinkMyLineResponse;
        get_my_card(GetMyCardRequest) -> GetMyCardResponse;
        list_my_addresses(ListMyAddressesRequest) -> ListMyAddressesResponse;
        create_my_address(CreateMyAddressRequest) -> CreateMyAddressResponse;
        update_my_address(UpdateMyAddressRequest) -> UpdateMyAddressResponse;
        delete_my_address(DeleteMyAddressRequest) -> DeleteMyAddressResponse;
        set_my_consents(SetMyConsentsRequest) -> SetMyConsentsResponse;
        list_my_orders(ListMyOrdersRequest) -> ListMyOrdersResponse;
        list_member_sessions(ListMemberSessionsRequest) -> ListMemberSessionsResponse;
        end_member_session(EndMemberSessionRequest) -> EndMemberSessionResponse;
        copy_me(CopyMeRequest) -> CopyMeResponse;
        erase_me(EraseMeRequest) -> EraseMeResponse;
    }
}

impl MemberAccountService {
    async fn request_code(
        &self,
        request: &Request<RequestCodeRequest>,
    ) -> Result<RequestCodeResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let purpose = Purpose::from_wire(asked.purpose);
        if purpose.is_none() {
            violations.push("purpose", CommonReason::ValidationFailed);
        }
        let phone = match purpose {
            Some(Purpose::Erase) => String::new(),
            _ => text::phone_mobile("phone", &asked.phone, &mut violations),
        };
        let address = asked.remote_address.parse().ok();
        if address.is_none() {
            violations.push("remote_address", CommonReason::ValidationFailed);
        }
        let (purpose, address) = violations.finish((purpose, address))?;
        let (org, identity) = (request.org()?, request.identity());
        let phone = match purpose {
            Purpose::SignIn | Purpose::Counter => phone,
            Purpose::ChangePhone => {
                members::caller(identity)?;
                phone
            }
            Purpose::Erase => self.own_phone(org, identity).await?,
        };
        codes::send(&self.deps, org, &phone, purpose, Some(address)).await?;
        Ok(RequestCodeResponse {
            expires_in_secs: seconds(code::VALID),
            resend_in_secs: seconds(code::RESEND_AFTER),
        })
    }

    /// The phone of the member who calls.
    async fn own_phone(&self, org: OrganisationId, identity: &Identity) -> Result<String, Problem> {
        let mut tx = self.deps.db.tenant(org).await?;
        let member = me(&mut tx, identity).await?;
        let missing = || Problem::new(CommonReason::PhoneInvalid).message("no phone is known");
        member.phone.ok_or_else(missing)
    }

    async fn sign_in_with_code(
        &self,
        request: &Request<SignInWithCodeRequest>,
    ) -> Result<SignInWithCodeResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse::<BrandId>("brand_id", &asked.brand_id, &mut violations);
        let branch = id::parse_optional("branch_id", &asked.branch_id, &mut violations);
        let now = self.deps.clock.now();
        let gender = request::optional_choice::<Gender>("gender", asked.gender, &mut violations);
        let new = NewMember {
            phone: text::phone_mobile("phone", &asked.phone, &mut violations),
            phone_verified: true,
            name: contact::name("name", &asked.name, &mut violations),
            birthday: contact::birthday("birthday", &asked.birthday, now, &mut violations),
            gender: gender.unwrap_or(Gender::NotGiven),
            email: None,
            line_user: None,
            consents: convert::choices(&asked.consents, 0, &mut violations),
            source: match asked.source() {
                WireSource::Qr => JoinSource::Qr,
                _ => JoinSource::Storefront,
            },
            branch,
        };
        let brand = violations.finish(brand)?;
        let org = request.org()?;
        if let Some(branch) = branch {
            self.require_branch(org, brand, branch).await?;
        }
        let device = Device {
            id: device(request.identity())?,
            user_agent: &asked.user_agent,
        };
        let signed_in = join::sign_in(&self.deps, org, device, &asked.code, new).await?;
        let mut tx = self.deps.db.tenant(org).await?;
        let me = self.account(&mut tx, &signed_in.member).await?;
        Ok(SignInWithCodeResponse {
            session_token: signed_in.session,
            joined: signed_in.joined,
            me: Some(me),
        })
    }

    /// Refuses a branch that is not the brand's with `NOT_FOUND`.
    async fn require_branch(
        &self,
        org: OrganisationId,
        brand: BrandId,
        branch: BranchId,
    ) -> Result<(), Problem> {
        let mut tx = self.deps.db.tenant(org).await?;
        let found = store::branches::find_brand(&mut tx, branch).await?;
        if found == Some(brand) {
            return Ok(());
        }
        Err(Problem::not_found("branch"))
    }

    async fn account(&self, tx: &mut TenantTx, member: &Member) -> Result<MyAccount, Problem> {
        let all = store::consents::list(tx, member.id).await?;
        let now = self.deps.clock.now();
        Ok(convert::account(member, &consents::last(all), now))
    }

    async fn start_line_login(
        &self,
        request: &Request<StartLineLoginRequest>,
    ) -> Result<StartLineLoginResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse::<BrandId>("brand_id", &asked.brand_id, &mut violations);
        let branch = id::parse_optional("branch_id", &asked.branch_id, &mut violations);
        if !is_return_path(&asked.return_path) {
            violations.push("return_path", CommonReason::ValidationFailed);
        }
        let brand = violations.finish(brand)?;
        let (org, identity) = (request.org()?, request.identity());
        if let Some(branch) = branch {
            self.require_branch(org, brand, branch).await?;
        }
        let (device, member) = (device(identity)?, identity.member_id());
        let path = asked.return_path.clone();
        let authorize_url =
            line_login::start(&self.deps, org, device, member, path, branch).await?;
        Ok(StartLineLoginResponse { authorize_url })
    }

    async fn finish_line_login(
        &self,
        request: &Request<FinishLineLoginRequest>,
    ) -> Result<FinishLineLoginResponse, Problem> {
        let asked = request.get_ref();
        let org = request.org()?;
        let device = device(request.identity())?;
        let returned = (&*asked.state, &*asked.code, &*asked.error);
        let agent = &asked.user_agent;
        let finished = line_login::finish(&self.deps, org, device, returned, agent).await?;
        Ok(FinishLineLoginResponse {
            session_token: finished.session,
            return_path: finished.return_path,
            result: finished.result.into(),
        })
    }

    async fn exchange_member_session(
        &self,
        request: &Request<ExchangeMemberSessionRequest>,
    ) -> Result<ExchangeMemberSessionResponse, Problem> {
        let asked = request.get_ref();
        let org = organisation(&asked.organisation_id)?;
        let session = sessions::exchange(&self.deps, org, &asked.session_token).await?;
        Ok(ExchangeMemberSessionResponse {
            member_id: session.member.to_string(),
            session_id: session.id.to_string(),
        })
    }

    async fn sign_out_member(
        &self,
        request: &Request<SignOutMemberRequest>,
    ) -> Result<SignOutMemberResponse, Problem> {
        let asked = request.get_ref();
        let org = organisation(&asked.organisation_id)?;
        sessions::sign_out(&self.deps, org, &asked.session_token).await?;
        Ok(SignOutMemberResponse {})
    }

    async fn get_sign_in_options(
        &self,
        request: &Request<GetSignInOptionsRequest>,
    ) -> Result<GetSignInOptionsResponse, Problem> {
        let identity = request.identity();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let channel = store::line::find_channel(&mut tx).await?;
        let since = self.deps.clock.now() - PENDING_FOR;
        let pending = store::line::find_pending(&mut tx, device(identity)?, since).await?;
        let me = match identity.member_id() {
            Some(id) => {
                let member = store::members::find_present(&mut tx, id).await?;
                match member {
                    Some(member) => Some(self.account(&mut tx, &member).await?),
                    None => None,
                }
            }
            None => None,
        };
        Ok(GetSignInOptionsResponse {
            line: channel.is_some_and(|channel| channel.enabled),
            line_name: pending.map(|pending| pending.name),
            me,
        })
    }

    async fn get_my_account(
        &self,
        request: &Request<GetMyAccountRequest>,
    ) -> Result<GetMyAccountResponse, Problem> {
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = me(&mut tx, request.identity()).await?;
        Ok(GetMyAccountResponse {
            me: Some(self.account(&mut tx, &member).await?),
        })
    }

    async fn update_me(
        &self,
        request: &Request<UpdateMeRequest>,
    ) -> Result<UpdateMeResponse, Problem> {
        let asked = request.get_ref();
        let now = self.deps.clock.now();
        let mut violations = Violations::new();
        let found = &mut violations;
        if asked.birthday.as_deref() == Some("") {
            let reason = MembershipReason::BirthdayInvalid;
            found.push("birthday", reason);
        }
        let change = update::Change {
            name: (asked.name.as_deref()).map(|raw| contact::name("name", raw, found)),
            phone: None,
            email: (asked.email.as_deref()).map(|raw| contact::email("email", raw, found)),
            birthday: (asked.birthday.as_deref())
                .map(|raw| contact::birthday("birthday", raw, now, found)),
            gender: (asked.gender)
                .and_then(|gender| request::choice::<Gender>("gender", gender, found)),
        };
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let before = members::lock_caller(&mut tx, request.identity()).await?;
        let version = asked.version;
        let after = update::change(&self.deps, &mut tx, &before, version, change, true).await?;
        let me = self.account(&mut tx, &after).await?;
        tx.commit().await?;
        Ok(UpdateMeResponse { me: Some(me) })
    }

    async fn change_my_phone(
        &self,
        request: &Request<ChangeMyPhoneRequest>,
    ) -> Result<ChangeMyPhoneResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let phone = text::phone_mobile("phone", &asked.phone, &mut violations);
        violations.into_result()?;
        let (org, identity) = (request.org()?, request.identity());
        members::caller(identity)?;
        codes::confirm(&self.deps, org, &phone, Purpose::ChangePhone, &asked.code).await?;
        let change = update::Change {
            phone: Some((phone.clone(), true)),
            ..Default::default()
        };
        let mut tx = self.deps.db.tenant(org).await?;
        let before = members::lock_caller(&mut tx, identity).await?;
        let version = asked.version;
        let changed = update::change(&self.deps, &mut tx, &before, version, change, true).await;
        let after = match changed {
            Ok(after) => after,
            Err(problem) => {
                tx.rollback().await?;
                return Err(self.claimed(org, before.id, &phone, problem).await?);
            }
        };
        let keep = Some(device(identity)?);
        sessions::end(&self.deps, &mut tx, after.id, None, keep).await?;
        let me = self.account(&mut tx, &after).await?;
        tx.commit().await?;
        Ok(ChangeMyPhoneResponse { me: Some(me) })
    }

    /// Suggests two members as one person where one confirmed the phone of the other; the refusal stays.
    async fn claimed(
        &self,
        org: OrganisationId,
        member: MemberId,
        phone: &str,
        problem: Problem,
    ) -> Result<Problem, Problem> {
        if problem.is(MembershipReason::PhoneTaken) {
            let mut tx = self.deps.db.tenant(org).await?;
            let now = self.deps.clock.now();
            store::duplicates::claim_phone(&mut tx, member, phone, now).await?;
            tx.commit().await?;
        }
        Ok(problem)
    }

    async fn unlink_my_line(
        &self,
        request: &Request<UnlinkMyLineRequest>,
    ) -> Result<UnlinkMyLineResponse, Problem> {
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let mut member = members::lock_caller(&mut tx, request.identity()).await?;
        if member.line_user.take().is_some() {
            member.version += 1;
            store::members::update(&mut tx, &member, false).await?;
            members::publish(&self.deps, &mut tx, &member).await?;
            tx.commit().await?;
        }
        Ok(UnlinkMyLineResponse {})
    }

    async fn get_my_card(
        &self,
        request: &Request<GetMyCardRequest>,
    ) -> Result<GetMyCardResponse, Problem> {
        let org = request.org()?;
        let mut tx = self.deps.db.tenant(org).await?;
        let member = me(&mut tx, request.identity()).await?;
        let (card, ends) = card::write(&self.deps, org, member.id)?;
        Ok(GetMyCardResponse {
            card,
            expires_at: Some(time::to_wire(ends)),
        })
    }

    async fn list_my_addresses(
        &self,
        request: &Request<ListMyAddressesRequest>,
    ) -> Result<ListMyAddressesResponse, Problem> {
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = me(&mut tx, request.identity()).await?;
        let found = store::addresses::list(&mut tx, member.id).await?;
        Ok(ListMyAddressesResponse {
            addresses: found.iter().map(convert::address).collect(),
        })
    }

    async fn create_my_address(
        &self,
        request: &Request<CreateMyAddressRequest>,
    ) -> Result<CreateMyAddressResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CreateMyAddress", key, asked, &mut violations);
        let address = convert::parse_address(asked.address.as_ref(), &mut violations);
        let address = violations.finish(address)?;
        let identity = request.identity();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let member = members::lock_caller(tx, identity).await?;
                let stored = addresses::create(&self.deps, tx, member.id, address).await?;
                Ok::<_, Problem>(CreateMyAddressResponse {
                    address: Some(convert::address(&stored)),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn update_my_address(
        &self,
        request: &Request<UpdateMyAddressRequest>,
    ) -> Result<UpdateMyAddressResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("address_id", &asked.address_id, &mut violations);
        let address = convert::parse_address(asked.address.as_ref(), &mut violations);
        let (id, address) = violations.finish((id, address))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = members::lock_caller(&mut tx, request.identity()).await?;
        let stored = StoredAddress { id, address };
        let stored = addresses::update(&mut tx, member.id, stored).await?;
        tx.commit().await?;
        Ok(UpdateMyAddressResponse {
            address: Some(convert::address(&stored)),
        })
    }

    async fn delete_my_address(
        &self,
        request: &Request<DeleteMyAddressRequest>,
    ) -> Result<DeleteMyAddressResponse, Problem> {
        let mut violations = Violations::new();
        let id = id::parse("address_id", &request.get_ref().address_id, &mut violations);
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = members::lock_caller(&mut tx, request.identity()).await?;
        addresses::delete(&mut tx, member.id, id).await?;
        tx.commit().await?;
        Ok(DeleteMyAddressResponse {})
    }

    async fn set_my_consents(
        &self,
        request: &Request<SetMyConsentsRequest>,
    ) -> Result<SetMyConsentsResponse, Problem> {
        let mut violations = Violations::new();
        let choices = convert::choices(&request.get_ref().consents, 1, &mut violations);
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = members::lock_caller(&mut tx, request.identity()).await?;
        let set = consents::set(&self.deps, &mut tx, member, &choices, None).await?;
        tx.commit().await?;
        Ok(SetMyConsentsResponse {
            consents: set.iter().map(convert::consent).collect(),
        })
    }

    async fn list_my_orders(
        &self,
        request: &Request<ListMyOrdersRequest>,
    ) -> Result<ListMyOrdersResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let brand = id::parse::<BrandId>("brand_id", &asked.brand_id, &mut violations);
        let page = request::page_or::<(DateTime<Utc>, OrderId)>(
            ORDERS_A_PAGE,
            asked.page_size,
            &asked.page_token,
            &mut violations,
        );
        let brand = violations.finish(brand)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = me(&mut tx, request.identity()).await?.id;
        let (after, limit) = (page.after, page.limit());
        let found = store::member_orders::list(&mut tx, member, Some(brand), after, limit).await?;
        let page = page.page(found, |order| (order.placed_at, order.id));
        Ok(ListMyOrdersResponse {
            orders: page.items.iter().map(convert::order).collect(),
            next_page_token: page.next_page_token,
        })
    }

    async fn list_member_sessions(
        &self,
        request: &Request<ListMemberSessionsRequest>,
    ) -> Result<ListMemberSessionsResponse, Problem> {
        let identity = request.identity();
        let device = device(identity)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = me(&mut tx, identity).await?;
        let found = store::sessions::list(&mut tx, member.id).await?;
        Ok(ListMemberSessionsResponse {
            sessions: found
                .iter()
                .filter(|session| session.generation == member.session_generation)
                .map(|session| convert::session(session, device))
                .collect(),
        })
    }

    async fn end_member_session(
        &self,
        request: &Request<EndMemberSessionRequest>,
    ) -> Result<EndMemberSessionResponse, Problem> {
        let mut violations = Violations::new();
        let raw = &request.get_ref().session_id;
        let only: Option<MemberSessionId> = if raw == ALL_SESSIONS {
            None
        } else {
            id::parse("session_id", raw, &mut violations)
        };
        violations.into_result()?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let mut member = members::lock_caller(&mut tx, request.identity()).await?;
        if only.is_none() {
            // A sign-in that is under way is of the generation before.
            member.session_generation += 1;
            store::members::update(&mut tx, &member, false).await?;
        }
        let ended = sessions::end(&self.deps, &mut tx, member.id, only, None).await?;
        tx.commit().await?;
        Ok(EndMemberSessionResponse {
            ended: i32::try_from(ended).unwrap_or(i32::MAX),
        })
    }

    async fn copy_me(&self, request: &Request<CopyMeRequest>) -> Result<CopyMeResponse, Problem> {
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = me(&mut tx, request.identity()).await?;
        let copy = copy(&self.deps, &mut tx, &member).await?;
        Ok(CopyMeResponse { copy: Some(copy) })
    }

    async fn erase_me(
        &self,
        request: &Request<EraseMeRequest>,
    ) -> Result<EraseMeResponse, Problem> {
        let (org, identity) = (request.org()?, request.identity());
        let phone = self.own_phone(org, identity).await?;
        let code = &request.get_ref().code;
        codes::confirm(&self.deps, org, &phone, Purpose::Erase, code).await?;
        let mut tx = self.deps.db.tenant(org).await?;
        let member = members::lock_caller(&mut tx, identity).await?;
        update::erase(&self.deps, &mut tx, member).await?;
        tx.commit().await?;
        Ok(EraseMeResponse {})
    }
}

/// The member who calls.
async fn me(tx: &mut TenantTx, identity: &Identity) -> Result<Member, Problem> {
    let found = store::members::find_present(tx, members::caller(identity)?).await?;
    found.ok_or_else(members::unknown)
}

/// The device that calls.
fn device(identity: &Identity) -> Result<&str, Problem> {
    match &identity.actor {
        Actor::Customer { device, .. } => Ok(device),
        _ => Err(Problem::new(CommonReason::PermissionDenied).message("only for customers")),
    }
}

fn organisation(raw: &str) -> Result<OrganisationId, Problem> {
    let mut violations = Violations::new();
    let org = id::parse("organisation_id", raw, &mut violations);
    violations.finish(org)
}
