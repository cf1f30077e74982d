//! The RPCs of `MemberService`.

use chassis::{
    audit,
    authn::{Identity, RequestExt as _},
    db::TenantTx,
    error::{CommonReason, Problem, Violations},
    id::{self, BranchId, MemberId, MemberNoteId},
    idempotency::Once,
    request,
    secret::Secret,
    text, time,
};
use prost::Message as _;
use proto::membership::v1::{
    CopyMemberRequest, CopyMemberResponse, CreateMemberNoteRequest, CreateMemberNoteResponse,
    CreateMemberRequest, CreateMemberResponse, DeleteMemberNoteRequest, DeleteMemberNoteResponse,
    DismissDuplicateRequest, DismissDuplicateResponse, EraseMemberRequest, EraseMemberResponse,
    FindMemberAtCounterRequest, FindMemberAtCounterResponse, FindMembersRequest,
    FindMembersResponse, GetLineLoginRequest, GetLineLoginResponse, GetMemberRequest,
    GetMemberResponse, LineLogin, ListDuplicatesRequest, ListDuplicatesResponse, ListMergesRequest,
    ListMergesResponse, MemberCopy, MemberProfile, MemberRow, MemberSort, MemberStateChange,
    MembershipReason, MergeMembersRequest, MergeMembersResponse, ReadMemberExportRequest,
    ReadMemberExportResponse, RequestCounterCodeRequest, RequestCounterCodeResponse,
    SetLineLoginRequest, SetLineLoginResponse, SetMemberConsentsRequest, SetMemberConsentsResponse,
    SetMemberStateRequest, SetMemberStateResponse, StartMemberExportRequest,
    StartMemberExportResponse, UndoMergeRequest, UndoMergeResponse, UnmaskMemberRequest,
    UnmaskMemberResponse, UpdateMemberRequest, UpdateMemberResponse,
    find_member_at_counter_request::By, member_service_server as server,
};
use tonic::Request;

use super::{member_convert as convert, request::reason, rpcs::rpcs};
use crate::{
    app::{
        Dependencies, codes, line_login,
        members::{
            self, card, consents, duplicates, export,
            join::{self, NewMember},
            list, merge, update,
        },
    },
    domain::{
        code::{self, Purpose},
        contact, habits,
        member::{Gender, JoinSource, MOST_NOTES, Member, MemberState},
    },
    store::{
        self,
        line::Channel,
        member_list::{Cursor, Sort},
        notes::Note,
    },
};

/// Most members that a list counts.
const MOST_COUNTED: i64 = 10_000;
const ORDERS_OF_PROFILE: i64 = 20;
const ORDERS_OF_COPY: i64 = 5_000;
const UNMASK: &str = "member.unmask";

/// The gRPC service.
pub struct MemberService {
    deps: Dependencies,
}

impl MemberService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    MemberService: server::MemberService {
        find_members(FindMembersRequest) -> FindMembersResponse;
        get_member(GetMemberRequest) -> GetMemberResponse;
        find_member_at_counter(FindMemberAtCounterRequest) -> FindMemberAtCounterResponse;
        request_counter_code(RequestCounterCodeRequest) -> RequestCounterCodeResponse;
        create_member(CreateMemberRequest) -> CreateMemberResponse;
        update_member(UpdateMemberRequest) -> UpdateMemberResponse;
        set_member_state(SetMemberStateRequest) -> SetMemberStateResponse;
        set_member_consents(SetMemberConsentsRequest) -> SetMemberConsentsResponse;
        unmask_member(UnmaskMemberRequest) -> UnmaskMemberResponse;
        create_member_note(CreateMemberNoteRequest) -> CreateMemberNoteResponse;
        delete_member_note(DeleteMemberNoteRequest) -> DeleteMemberNoteResponse;
        list_duplicates(ListDuplicatesRequest) -> ListDuplicatesResponse;
        dismiss_duplicate(DismissDuplicateRequest) -> DismissDuplicateResponse;
        merge_members(MergeMembersRequest) -> MergeMembersResponse;
        list_merges(ListMergesRequest) -> ListMergesResponse;
        undo_merge(UndoMergeRequest) -> UndoMergeResponse;
        erase_member(EraseMemberRequest) -> EraseMemberResponse;
        copy_member(CopyMemberRequest) -> CopyMemberResponse;
        start_member_export(StartMemberExportRequest) -> StartMemberExportResponse;
        read_member_export(ReadMemberExportRequest) -> ReadMemberExportResponse;
        get_line_login(GetLineLoginRequest) -> GetLineLoginResponse;
        set_line_login(SetLineLoginRequest) -> SetLineLoginResponse;
    }
}

impl MemberService {
    async fn find_members(
        &self,
        request: &Request<FindMembersRequest>,
    ) -> Result<FindMembersResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let mut filter = convert::filter(asked.filter.as_ref(), &mut violations);
        let sort = match asked.sort() {
            MemberSort::Unspecified | MemberSort::Joined => Sort::Joined,
            MemberSort::LastOrder => Sort::LastOrder,
            MemberSort::Spent => Sort::Spent,
        };
        let (size, token) = (asked.page_size, &asked.page_token);
        let page = request::page::<Cursor>(size, token, &mut violations);
        violations.into_result()?;
        filter.of_branches = members::branches_of(request.identity());
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let after = page.after.as_ref();
        let ids = store::member_list::page(&mut tx, &filter, sort, after, page.limit()).await?;
        let counted = match after {
            None => Some(store::member_list::count(&mut tx, &filter, MOST_COUNTED + 1).await?),
            Some(_) => None,
        };
        let rows = list::load(&mut tx, &ids).await?;
        let page = page.page(rows, |row| Cursor {
            at: match sort {
                Sort::LastOrder => row.member.last_order_at,
                Sort::Joined | Sort::Spent => Some(row.member.joined_at),
            },
            spent: row.member.spent,
            id: row.member.id.as_uuid(),
        });
        Ok(FindMembersResponse {
            members: page.items.iter().map(convert::row).collect(),
            next_page_token: page.next_page_token,
            total: counted.and_then(|counted| i32::try_from(counted.min(MOST_COUNTED)).ok()),
            more: counted.is_some_and(|counted| counted > MOST_COUNTED),
        })
    }

    async fn get_member(
        &self,
        request: &Request<GetMemberRequest>,
    ) -> Result<GetMemberResponse, Problem> {
        let id = member_id(&request.get_ref().member_id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = members::get(&mut tx, request.identity(), id).await?;
        let profile = self.profile(&mut tx, member).await?;
        Ok(GetMemberResponse {
            profile: Some(profile),
        })
    }

    async fn profile(&self, tx: &mut TenantTx, member: Member) -> Result<MemberProfile, Problem> {
        let id = member.id;
        let all = store::consents::list(tx, id).await?;
        let addresses = store::addresses::list(tx, id).await?;
        let notes = store::notes::list(tx, id).await?;
        let state_change = store::members::find_state_change(tx, id).await?;
        let completed = store::member_orders::list_completed(tx, id, habits::LAST_ORDERS).await?;
        let orders = store::member_orders::list(tx, id, None, None, ORDERS_OF_PROFILE).await?;
        let changeable_at = member.birthday_changeable_at(self.deps.clock.now());
        let state = member.state.to_wire();
        Ok(MemberProfile {
            email: convert::email(&member),
            has_birth_year: member.birthday.is_some(),
            phone_verified: member.phone_verified,
            consents: consents::last(all).iter().map(convert::consent).collect(),
            addresses: addresses.iter().map(convert::masked_address).collect(),
            notes: notes.iter().map(convert::note).collect(),
            state_change: state_change.map(|change| MemberStateChange {
                state,
                reason: change.reason,
                account_id: change.by.to_string(),
                at: Some(time::to_wire(change.at)),
            }),
            habits: Some(convert::habits(&habits::of(&completed))),
            orders: orders.iter().map(convert::order).collect(),
            merged_into: member.merged_into.map(|into| into.to_string()),
            birthday_changeable_at: changeable_at.map(time::to_wire),
            member: Some(convert::row(&list::row(tx, member).await?)),
        })
    }

    async fn find_member_at_counter(
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

    async fn row(&self, tx: &mut TenantTx, member: Member) -> Result<MemberRow, Problem> {
        Ok(convert::row(&list::row(tx, member).await?))
    }

    async fn request_counter_code(
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

    async fn create_member(
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

    /// A member whom the caller may change, locked, as it is noted for the audit record.
    async fn lock(
        &self,
        tx: &mut TenantTx,
        identity: &Identity,
        id: MemberId,
    ) -> Result<Member, Problem> {
        members::require_editor(identity)?;
        let member = members::lock(tx, id).await?;
        audit::before(&self.row(tx, member.clone()).await?);
        Ok(member)
    }

    /// The member after a change, as it is noted for the audit record.
    async fn changed(&self, tx: &mut TenantTx, member: Member) -> Result<MemberRow, Problem> {
        let row = self.row(tx, member).await?;
        audit::after(&row);
        Ok(row)
    }

    async fn update_member(
        &self,
        request: &Request<UpdateMemberRequest>,
    ) -> Result<UpdateMemberResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("member_id", &asked.member_id, &mut violations);
        reason(&asked.reason, &mut violations);
        let now = self.deps.clock.now();
        let found = &mut violations;
        let change = update::Change {
            name: (asked.name.as_deref()).map(|raw| contact::name("name", raw, found)),
            phone: (asked.phone.as_deref())
                .map(|raw| (text::phone_mobile("phone", raw, found), false)),
            email: (asked.email.as_deref()).map(|raw| contact::email("email", raw, found)),
            birthday: (asked.birthday.as_deref())
                .map(|raw| contact::birthday("birthday", raw, now, found)),
            gender: (asked.gender)
                .and_then(|gender| request::choice::<Gender>("gender", gender, found)),
        };
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let before = self.lock(&mut tx, request.identity(), id).await?;
        let version = asked.version;
        let after = update::change(&self.deps, &mut tx, &before, version, change, false).await?;
        let row = self.changed(&mut tx, after).await?;
        tx.commit().await?;
        Ok(UpdateMemberResponse { member: Some(row) })
    }

    async fn set_member_state(
        &self,
        request: &Request<SetMemberStateRequest>,
    ) -> Result<SetMemberStateResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("member_id", &asked.member_id, &mut violations);
        let state = request::choice::<MemberState>("state", asked.state, &mut violations);
        if state.is_some_and(|state| !state.exists()) {
            violations.push("state", CommonReason::ValidationFailed);
        }
        let reason = reason(&asked.reason, &mut violations);
        let (id, state) = violations.finish((id, state))?;
        let identity = request.identity();
        let by = members::account(identity)?.as_uuid();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let before = self.lock(&mut tx, identity, id).await?;
        let after = update::set_state(
            &self.deps,
            &mut tx,
            &before,
            asked.version,
            state,
            (reason, by),
        )
        .await?;
        let row = self.changed(&mut tx, after).await?;
        tx.commit().await?;
        Ok(SetMemberStateResponse { member: Some(row) })
    }

    async fn set_member_consents(
        &self,
        request: &Request<SetMemberConsentsRequest>,
    ) -> Result<SetMemberConsentsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("member_id", &asked.member_id, &mut violations);
        let choices = convert::choices(&asked.consents, 1, &mut violations);
        reason(&asked.reason, &mut violations);
        let id = violations.finish(id)?;
        let identity = request.identity();
        let account = members::account(identity)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = self.lock(&mut tx, identity, id).await?;
        let set = consents::set(&self.deps, &mut tx, member, &choices, Some(account)).await?;
        let member = members::lock(&mut tx, id).await?;
        self.changed(&mut tx, member).await?;
        tx.commit().await?;
        Ok(SetMemberConsentsResponse {
            consents: set.iter().map(convert::consent).collect(),
        })
    }

    async fn unmask_member(
        &self,
        request: &Request<UnmaskMemberRequest>,
    ) -> Result<UnmaskMemberResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("member_id", &asked.member_id, &mut violations);
        reason(&asked.reason, &mut violations);
        let id: MemberId = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = members::get(&mut tx, request.identity(), id).await?;
        let addresses = store::addresses::list(&mut tx, id).await?;
        Ok(UnmaskMemberResponse {
            contact: Some(convert::contact(&member, &addresses)),
        })
    }

    async fn create_member_note(
        &self,
        request: &Request<CreateMemberNoteRequest>,
    ) -> Result<CreateMemberNoteResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("CreateMemberNote", key, asked, &mut violations);
        let id = id::parse("member_id", &asked.member_id, &mut violations);
        let text = text::bounded_multiline("text", &asked.text, 1..=500, &mut violations);
        let id: MemberId = violations.finish(id)?;
        let identity = request.identity();
        let note = Note {
            id: MemberNoteId::new(&*self.deps.clock),
            text,
            account: members::account(identity)?,
            at: self.deps.clock.now(),
        };
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                members::get(tx, identity, id).await?;
                // The member's row keeps two notes from being counted at the same time.
                members::lock(tx, id).await?;
                if !store::notes::insert(tx, id, &note, MOST_NOTES).await? {
                    return Err(Problem::new(MembershipReason::NoteLimit)
                        .message("a member has no more notes")
                        .param("max", MOST_NOTES));
                }
                Ok(CreateMemberNoteResponse {
                    note: Some(convert::note(&note)),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn delete_member_note(
        &self,
        request: &Request<DeleteMemberNoteRequest>,
    ) -> Result<DeleteMemberNoteResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("member_id", &asked.member_id, &mut violations);
        let note = id::parse("note_id", &asked.note_id, &mut violations);
        let (id, note) = violations.finish((id, note))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        members::get(&mut tx, request.identity(), id).await?;
        if !store::notes::delete(&mut tx, id, note).await? {
            return Err(Problem::not_found("note"));
        }
        tx.commit().await?;
        Ok(DeleteMemberNoteResponse {})
    }

    async fn list_duplicates(
        &self,
        request: &Request<ListDuplicatesRequest>,
    ) -> Result<ListDuplicatesResponse, Problem> {
        let mut violations = Violations::new();
        let raw = &request.get_ref().member_id;
        let member = id::parse_optional("member_id", raw, &mut violations);
        violations.into_result()?;
        members::require_editor(request.identity())?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let pairs = duplicates::list(&mut tx, member).await?;
        Ok(ListDuplicatesResponse {
            pairs: pairs.iter().map(convert::pair).collect(),
        })
    }

    async fn dismiss_duplicate(
        &self,
        request: &Request<DismissDuplicateRequest>,
    ) -> Result<DismissDuplicateResponse, Problem> {
        let asked = request.get_ref();
        let (one, other) = pair(&asked.member_id, &asked.other_member_id)?;
        let identity = request.identity();
        members::require_editor(identity)?;
        let account = members::account(identity)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        for id in [one, other] {
            members::get(&mut tx, identity, id).await?;
        }
        let now = self.deps.clock.now();
        let (one, other) = (one.as_uuid(), other.as_uuid());
        store::duplicates::dismiss(&mut tx, one, other, account, now).await?;
        tx.commit().await?;
        Ok(DismissDuplicateResponse {})
    }

    async fn merge_members(
        &self,
        request: &Request<MergeMembersRequest>,
    ) -> Result<MergeMembersResponse, Problem> {
        let asked = request.get_ref();
        let (one, other) = pair(&asked.member_id, &asked.other_member_id)?;
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("MergeMembers", key, asked, &mut violations);
        let reason = reason(&asked.reason, &mut violations);
        violations.into_result()?;
        let (org, identity) = (request.org()?, request.identity());
        members::require_editor(identity)?;
        let account = members::account(identity)?;
        merge::check_payments(&self.deps, org, one, other).await?;
        let read = ((one, asked.version), (other, asked.other_version));
        let mut tx = self.deps.db.tenant(org).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let (merge, kept) = merge::merge(&self.deps, tx, read, reason, account).await?;
                let merge = convert::merge(&merge);
                audit::after(&merge);
                Ok::<_, Problem>(MergeMembersResponse {
                    merge: Some(merge),
                    member: Some(self.row(tx, kept).await?),
                })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn list_merges(
        &self,
        request: &Request<ListMergesRequest>,
    ) -> Result<ListMergesResponse, Problem> {
        let id = member_id(&request.get_ref().member_id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        members::get(&mut tx, request.identity(), id).await?;
        let merges = store::merges::list(&mut tx, id).await?;
        Ok(ListMergesResponse {
            merges: merges.iter().map(convert::merge).collect(),
        })
    }

    async fn undo_merge(
        &self,
        request: &Request<UndoMergeRequest>,
    ) -> Result<UndoMergeResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("merge_id", &asked.merge_id, &mut violations);
        reason(&asked.reason, &mut violations);
        let id = violations.finish(id)?;
        members::require_editor(request.identity())?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let merge = merge::undo(&self.deps, &mut tx, id).await?;
        let merge = convert::merge(&merge);
        audit::after(&merge);
        tx.commit().await?;
        Ok(UndoMergeResponse { merge: Some(merge) })
    }

    async fn erase_member(
        &self,
        request: &Request<EraseMemberRequest>,
    ) -> Result<EraseMemberResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("member_id", &asked.member_id, &mut violations);
        reason(&asked.reason, &mut violations);
        let id: MemberId = violations.finish(id)?;
        members::require_editor(request.identity())?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = members::lock(&mut tx, id).await?;
        chassis::error::check_version(asked.version, member.version)?;
        update::erase(&self.deps, &mut tx, member).await?;
        tx.commit().await?;
        Ok(EraseMemberResponse {})
    }

    async fn copy_member(
        &self,
        request: &Request<CopyMemberRequest>,
    ) -> Result<CopyMemberResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("member_id", &asked.member_id, &mut violations);
        reason(&asked.reason, &mut violations);
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = members::get(&mut tx, request.identity(), id).await?;
        let copy = copy(&self.deps, &mut tx, &member).await?;
        Ok(CopyMemberResponse { copy: Some(copy) })
    }

    async fn start_member_export(
        &self,
        request: &Request<StartMemberExportRequest>,
    ) -> Result<StartMemberExportResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let mut filter = convert::filter(asked.filter.as_ref(), &mut violations);
        reason(&asked.reason, &mut violations);
        violations.into_result()?;
        let identity = request.identity();
        if asked.unmasked && !identity.actions.contains(UNMASK) {
            return Err(Problem::new(CommonReason::PermissionDenied)
                .message("exporting unmasked data needs the right to unmask")
                .param("action", UNMASK));
        }
        filter.of_branches = members::branches_of(identity);
        let org = request.org()?;
        let export = export::start(&self.deps, org, identity, filter, asked.unmasked).await?;
        Ok(StartMemberExportResponse {
            export_id: export.id.to_string(),
            rows: export.rows,
            expires_at: Some(time::to_wire(export.expires_at)),
        })
    }

    async fn read_member_export(
        &self,
        request: &Request<ReadMemberExportRequest>,
    ) -> Result<ReadMemberExportResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("export_id", &asked.export_id, &mut violations);
        // The size is the export's own; only the token is read.
        let page = request::page::<Cursor>(0, &asked.page_token, &mut violations);
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let after = page.after.clone();
        let identity = request.identity();
        let (csv, next) = export::read(&self.deps, &mut tx, identity, id, after).await?;
        Ok(ReadMemberExportResponse {
            csv: csv.into(),
            next_page_token: next.map(|next| request::token(&next)),
        })
    }

    async fn get_line_login(
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

    async fn set_line_login(
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

/// Everything that is kept about a member.
pub(super) async fn copy(
    deps: &Dependencies,
    tx: &mut TenantTx,
    member: &Member,
) -> Result<MemberCopy, Problem> {
    let addresses = store::addresses::list(tx, member.id).await?;
    let consents = store::consents::list(tx, member.id).await?;
    let orders = store::member_orders::list(tx, member.id, None, None, ORDERS_OF_COPY).await?;
    let notes = store::notes::list(tx, member.id).await?;
    Ok(MemberCopy {
        contact: Some(convert::contact(member, &addresses)),
        gender: member.gender.to_wire(),
        joined_at: Some(time::to_wire(member.joined_at)),
        source: member.source.to_wire(),
        consents: consents.iter().map(convert::consent).collect(),
        orders: orders.iter().map(convert::order).collect(),
        notes: notes.iter().rev().map(convert::note).collect(),
        made_at: Some(time::to_wire(deps.clock.now())),
    })
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

fn member_id(raw: &str) -> Result<MemberId, Problem> {
    let mut violations = Violations::new();
    let id = id::parse("member_id", raw, &mut violations);
    violations.finish(id)
}

/// Two different members.
fn pair(one: &str, other: &str) -> Result<(MemberId, MemberId), Problem> {
    let mut violations = Violations::new();
    let one = id::parse("member_id", one, &mut violations);
    let other = id::parse("other_member_id", other, &mut violations);
    if one.is_some() && one == other {
        violations.push("other_member_id", CommonReason::ValidationFailed);
    }
    violations.finish((one, other))
}

/// Whole seconds of a span of the rules.
pub(super) fn seconds(span: chrono::TimeDelta) -> i32 {
    i32::try_from(span.num_seconds()).unwrap_or(i32::MAX)
}
