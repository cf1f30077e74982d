//! The RPCs of `MemberService` about members that may be one person, and merging them.

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id::{self, MemberId},
    idempotency::Once,
};
use proto::membership::v1::{
    DismissDuplicateRequest, DismissDuplicateResponse, ListDuplicatesRequest,
    ListDuplicatesResponse, ListMergesRequest, ListMergesResponse, MergeMembersRequest,
    MergeMembersResponse, UndoMergeRequest, UndoMergeResponse,
};
use tonic::Request;

use super::{MemberService, member_convert as convert, member_service::member_id, request::reason};
use crate::{
    app::members::{self, duplicates, merge},
    store,
};

impl MemberService {
    pub(super) async fn list_duplicates(
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

    pub(super) async fn dismiss_duplicate(
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

    pub(super) async fn merge_members(
        &self,
        request: &Request<MergeMembersRequest>,
    ) -> Result<MergeMembersResponse, Problem> {
        let asked = request.get_ref();
        let (one, other) = pair(&asked.member_id, &asked.other_member_id)?;
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("MergeMembers", key, asked, &mut violations);
        let reason = reason("reason", &asked.reason, &mut violations);
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

    pub(super) async fn list_merges(
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

    pub(super) async fn undo_merge(
        &self,
        request: &Request<UndoMergeRequest>,
    ) -> Result<UndoMergeResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("merge_id", &asked.merge_id, &mut violations);
        reason("reason", &asked.reason, &mut violations);
        let id = violations.finish(id)?;
        members::require_editor(request.identity())?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let merge = merge::undo(&self.deps, &mut tx, id).await?;
        let merge = convert::merge(&merge);
        audit::after(&merge);
        tx.commit().await?;
        Ok(UndoMergeResponse { merge: Some(merge) })
    }
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
