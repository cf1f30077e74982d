//! The RPCs of `MemberService`; those at the counter, about duplicates, about what is kept of members and about LINE
//! Login are in files of their own.

use chassis::{
    audit,
    authn::{Identity, RequestExt as _},
    db::TenantTx,
    error::{CommonReason, Problem, Violations},
    id::{self, MemberId, MemberNoteId},
    idempotency::Once,
    request, text, time,
};
use proto::membership::v1::{
    CopyMemberRequest, CopyMemberResponse, CreateMemberNoteRequest, CreateMemberNoteResponse,
    CreateMemberRequest, CreateMemberResponse, DeleteMemberNoteRequest, DeleteMemberNoteResponse,
    DismissDuplicateRequest, DismissDuplicateResponse, EraseMemberRequest, EraseMemberResponse,
    FindMemberAtCounterRequest, FindMemberAtCounterResponse, FindMembersRequest,
    FindMembersResponse, GetLineLoginRequest, GetLineLoginResponse, GetMemberRequest,
    GetMemberResponse, ListDuplicatesRequest, ListDuplicatesResponse, ListMergesRequest,
    ListMergesResponse, MemberProfile, MemberRow, MemberSort, MemberStateChange, MembershipReason,
    MergeMembersRequest, MergeMembersResponse, ReadMemberExportRequest, ReadMemberExportResponse,
    RequestCounterCodeRequest, RequestCounterCodeResponse, SetLineLoginRequest,
    SetLineLoginResponse, SetMemberConsentsRequest, SetMemberConsentsResponse,
    SetMemberStateRequest, SetMemberStateResponse, StartMemberExportRequest,
    StartMemberExportResponse, UndoMergeRequest, UndoMergeResponse, UnmaskMemberRequest,
    UnmaskMemberResponse, UpdateMemberRequest, UpdateMemberResponse,
    member_service_server as server,
};
use tonic::Request;

use super::{member_convert as convert, request::reason, rpcs::rpcs};
use crate::{
    app::{
        Dependencies,
        members::{self, consents, list, update},
        tiers::named,
    },
    domain::{
        contact, habits,
        member::{Gender, MOST_NOTES, Member, MemberState},
    },
    store::{
        self,
        member_list::{Cursor, Sort},
        notes::Note,
    },
};

/// Most members that a list counts.
const MOST_COUNTED: i64 = 10_000;
const ORDERS_OF_PROFILE: i64 = 20;

/// The gRPC service.
pub struct MemberService {
    pub(super) deps: Dependencies,
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
        filter.base_programmes = named::base_programmes(&mut tx, &filter.tiers).await?;
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

    pub(super) async fn row(
        &self,
        tx: &mut TenantTx,
        member: Member,
    ) -> Result<MemberRow, Problem> {
        Ok(convert::row(&list::row(tx, member).await?))
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
        reason("reason", &asked.reason, &mut violations);
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
        let reason = reason("reason", &asked.reason, &mut violations);
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
        reason("reason", &asked.reason, &mut violations);
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
        reason("reason", &asked.reason, &mut violations);
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
}

/// Parses the id of a member.
pub(super) fn member_id(raw: &str) -> Result<MemberId, Problem> {
    let mut violations = Violations::new();
    let id = id::parse("member_id", raw, &mut violations);
    violations.finish(id)
}
