//! `yizhimai.staff.v1.AuditService`.

use chassis::{
    authn::RequestExt as _,
    error::Violations,
    id::{self, AccountId, BranchId},
    request,
    service::Context,
    time,
};
use proto::{
    common::v1::FieldChange,
    staff::v1::{
        AuditEntry, ListAuditRecordsRequest, ListAuditRecordsResponse,
        audit_service_server::AuditService,
    },
};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{
    app::audit,
    store::audit_records::{Search, StoredRecord},
};

/// The service's RPCs.
pub struct AuditRpc {
    ctx: Context,
}

impl AuditRpc {
    /// RPCs over what the chassis has connected.
    pub fn new(ctx: Context) -> Self {
        Self { ctx }
    }
}

#[tonic::async_trait]
impl AuditService for AuditRpc {
    async fn list_audit_records(
        &self,
        request: Request<ListAuditRecordsRequest>,
    ) -> Result<Response<ListAuditRecordsResponse>, Status> {
        let org = request.org()?;
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let search = search(asked, &mut violations);
        let page = request::page(asked.page_size, &asked.page_token, &mut violations);
        violations.into_result()?;
        let before = page.after.unwrap_or(i64::MAX);
        let caller = request.identity();
        let records = audit::list(&self.ctx, org, caller, &search, before, page.limit()).await?;
        let page = page.page(records, |last| last.seq);
        Ok(Response::new(ListAuditRecordsResponse {
            records: page.items.into_iter().map(entry).collect(),
            next_page_token: page.next_page_token,
        }))
    }
}

fn search(asked: &ListAuditRecordsRequest, violations: &mut Violations) -> Search {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let account: Option<AccountId> =
        id::parse_optional("account_id", &asked.account_id, violations);
    let branch: Option<BranchId> = id::parse_optional("branch_id", &asked.branch_id, violations);
    Search {
        account,
        action: text(&asked.action),
        object: text(&asked.object_id),
        branch,
        from: time::parse_optional("recorded_from", asked.recorded_from.as_ref(), violations),
        until: time::parse_optional("recorded_until", asked.recorded_until.as_ref(), violations),
    }
}

fn entry(record: StoredRecord) -> AuditEntry {
    let id = |id: Option<Uuid>| id.map(|id| id.to_string());
    AuditEntry {
        seq: record.seq,
        recorded_at: Some(time::to_wire(record.recorded_at)),
        action: record.action,
        outcome: record.outcome,
        actor_kind: record.actor_kind,
        actor_id: record.actor_id,
        account_name: record.account_name,
        session_id: id(record.session_id),
        on_behalf_of: id(record.on_behalf_of),
        brand_id: id(record.brand_id),
        branch_id: id(record.branch_id),
        object_type: record.object_type,
        object_id: record.object_id,
        request_json: record
            .request
            .map(|request| request.0.to_string())
            .unwrap_or_default(),
        changes: record
            .changes
            .0
            .into_iter()
            .map(|change| FieldChange {
                field: change.field,
                before: change.before,
                after: change.after,
            })
            .collect(),
        omitted_changes: record.omitted_changes,
        reason: record.reason,
        trace_id: record.trace_id,
        network: record.network,
        user_agent: record.user_agent,
    }
}
