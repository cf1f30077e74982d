//! The RPCs of `MemberService` about what is kept of members: copies, exports, erasing.

use chassis::{
    authn::RequestExt as _,
    db::TenantTx,
    error::{CommonReason, Problem, Violations},
    id::{self, MemberId},
    request, time,
};
use proto::membership::v1::{
    CopyMemberRequest, CopyMemberResponse, EraseMemberRequest, EraseMemberResponse, MemberCopy,
    ReadMemberExportRequest, ReadMemberExportResponse, StartMemberExportRequest,
    StartMemberExportResponse,
};
use tonic::Request;

use super::{MemberService, member_convert as convert, request::reason};
use crate::{
    app::{
        Dependencies,
        members::{self, export, update},
    },
    domain::member::Member,
    store::{self, member_list::Cursor},
};

const ORDERS_OF_COPY: i64 = 5_000;
const UNMASK: &str = "member.unmask";

impl MemberService {
    pub(super) async fn erase_member(
        &self,
        request: &Request<EraseMemberRequest>,
    ) -> Result<EraseMemberResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("member_id", &asked.member_id, &mut violations);
        reason("reason", &asked.reason, &mut violations);
        let id: MemberId = violations.finish(id)?;
        members::require_editor(request.identity())?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = members::lock(&mut tx, id).await?;
        chassis::error::check_version(asked.version, member.version)?;
        update::erase(&self.deps, &mut tx, member).await?;
        tx.commit().await?;
        Ok(EraseMemberResponse {})
    }

    pub(super) async fn copy_member(
        &self,
        request: &Request<CopyMemberRequest>,
    ) -> Result<CopyMemberResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let id = id::parse("member_id", &asked.member_id, &mut violations);
        reason("reason", &asked.reason, &mut violations);
        let id = violations.finish(id)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let member = members::get(&mut tx, request.identity(), id).await?;
        let copy = copy(&self.deps, &mut tx, &member).await?;
        Ok(CopyMemberResponse { copy: Some(copy) })
    }

    pub(super) async fn start_member_export(
        &self,
        request: &Request<StartMemberExportRequest>,
    ) -> Result<StartMemberExportResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let mut filter = convert::filter(asked.filter.as_ref(), &mut violations);
        reason("reason", &asked.reason, &mut violations);
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

    pub(super) async fn read_member_export(
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
