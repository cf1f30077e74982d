//! The RPCs of `PrintJobService`.

use chassis::{
    audit,
    authn::RequestExt as _,
    db::TenantTx,
    error::{CommonReason, Problem, Violations},
    id::{self, DeviceId, PrintPointId, PrintRuleId},
    idempotency::Once,
    request::{self, PageRequest},
};
use proto::printing::v1::{
    CancelPrintJobRequest, CancelPrintJobResponse, DecidePrintJobRequest, DecidePrintJobResponse,
    GetPrintJobRequest, GetPrintJobResponse, ListOrderPrintJobsRequest, ListOrderPrintJobsResponse,
    ListPrepPointsRequest, ListPrepPointsResponse, ListPrintJobsRequest, ListPrintJobsResponse,
    PreviewPrepListRequest, PreviewPrepListResponse, PreviewPrintJobRequest,
    PreviewPrintJobResponse, PrintDecision, PrintJob, PrintOrderRequest, PrintOrderResponse,
    PrintPrepListRequest, PrintPrepListResponse, ReprintJobRequest, ReprintJobResponse,
    print_job_service_server as server,
};
use tonic::Request;

use super::{convert, prep_lists, request::rpcs, template_convert};
use crate::{
    app::{
        Dependencies,
        jobs::{self, JobFilter},
        prep_lists as lists, print_points,
    },
    domain::job::{Job, State},
};

/// The gRPC service.
pub struct PrintJobService {
    deps: Dependencies,
}

impl PrintJobService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    PrintJobService: server::PrintJobService {
        list_print_jobs(ListPrintJobsRequest) -> ListPrintJobsResponse;
        list_order_print_jobs(ListOrderPrintJobsRequest) -> ListOrderPrintJobsResponse;
        get_print_job(GetPrintJobRequest) -> GetPrintJobResponse;
        preview_print_job(PreviewPrintJobRequest) -> PreviewPrintJobResponse;
        print_order(PrintOrderRequest) -> PrintOrderResponse;
        reprint_job(ReprintJobRequest) -> ReprintJobResponse;
        decide_print_job(DecidePrintJobRequest) -> DecidePrintJobResponse;
        cancel_print_job(CancelPrintJobRequest) -> CancelPrintJobResponse;
        list_prep_points(ListPrepPointsRequest) -> ListPrepPointsResponse;
        preview_prep_list(PreviewPrepListRequest) -> PreviewPrepListResponse;
        print_prep_list(PrintPrepListRequest) -> PrintPrepListResponse;
    }
}

/// A job on the wire, with its names.
async fn shown(tx: &mut TenantTx, job: Job) -> Result<PrintJob, Problem> {
    Ok(convert::job(&jobs::show_one(tx, job).await?))
}

/// Notes how a job changed for the audit record, and shows it.
async fn changed(tx: &mut TenantTx, (before, after): (Job, Job)) -> Result<PrintJob, Problem> {
    audit::before(&shown(tx, before).await?);
    let after = shown(tx, after).await?;
    audit::after(&after);
    Ok(after)
}

impl PrintJobService {
    async fn list_print_jobs(
        &self,
        request: &Request<ListPrintJobsRequest>,
    ) -> Result<ListPrintJobsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let states = convert::filter::<State>("states", &asked.states, &mut violations);
        let device: Option<DeviceId> =
            id::parse_optional("device_id", &asked.device_id, &mut violations);
        let page: PageRequest<i64> =
            request::page(asked.page_size, &asked.page_token, &mut violations);
        let branch = violations.finish(branch)?;
        let filter = JobFilter {
            branch,
            states,
            device,
        };
        let (org, identity) = (request.org()?, request.identity());
        let (after, limit) = (page.after, page.limit());
        let found = jobs::list(&self.deps, identity, org, &filter, after, limit).await?;
        let page = page.page(found, |(place, _)| *place);
        Ok(ListPrintJobsResponse {
            jobs: page
                .items
                .iter()
                .map(|(_, job)| convert::job(job))
                .collect(),
            next_page_token: page.next_page_token.unwrap_or_default(),
        })
    }

    async fn list_order_print_jobs(
        &self,
        request: &Request<ListOrderPrintJobsRequest>,
    ) -> Result<ListOrderPrintJobsResponse, Problem> {
        let mut violations = Violations::new();
        let order = id::parse("order_id", &request.get_ref().order_id, &mut violations);
        let order = violations.finish(order)?;
        let (org, identity) = (request.org()?, request.identity());
        let found = jobs::list_of_order(&self.deps, identity, org, order).await?;
        Ok(ListOrderPrintJobsResponse {
            jobs: found.iter().map(convert::job).collect(),
        })
    }

    async fn get_print_job(
        &self,
        request: &Request<GetPrintJobRequest>,
    ) -> Result<GetPrintJobResponse, Problem> {
        let mut violations = Violations::new();
        let job = id::parse("job_id", &request.get_ref().job_id, &mut violations);
        let job = violations.finish(job)?;
        let (org, identity) = (request.org()?, request.identity());
        let (job, attempts) = jobs::get(&self.deps, identity, org, job).await?;
        Ok(GetPrintJobResponse {
            job: Some(convert::job(&job)),
            attempts: attempts.iter().map(convert::attempt).collect(),
        })
    }

    async fn preview_print_job(
        &self,
        request: &Request<PreviewPrintJobRequest>,
    ) -> Result<PreviewPrintJobResponse, Problem> {
        let mut violations = Violations::new();
        let job = id::parse("job_id", &request.get_ref().job_id, &mut violations);
        let job = violations.finish(job)?;
        let (org, identity) = (request.org()?, request.identity());
        let drawn = jobs::preview(&self.deps, identity, org, job).await?;
        Ok(PreviewPrintJobResponse {
            pages: template_convert::pictures(drawn).await?,
        })
    }

    async fn print_order(
        &self,
        request: &Request<PrintOrderRequest>,
    ) -> Result<PrintOrderResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("PrintOrder", key, asked, &mut violations);
        let order = id::parse("order_id", &asked.order_id, &mut violations);
        let rule: Option<PrintRuleId> =
            id::parse_optional("rule_id", &asked.rule_id, &mut violations);
        let order = violations.finish(order)?;
        let (org, identity) = (request.org()?, request.identity());
        jobs::ensure_copy(&self.deps, org, order).await?;
        let mut tx = self.deps.db.tenant(org).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let new = jobs::print_order(&self.deps, tx, identity, order, rule).await?;
                let new = jobs::show(tx, new).await?;
                let jobs: Vec<PrintJob> = new.iter().map(convert::job).collect();
                for job in &jobs {
                    audit::after(job);
                }
                Ok::<_, Problem>(PrintOrderResponse { jobs })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn reprint_job(
        &self,
        request: &Request<ReprintJobRequest>,
    ) -> Result<ReprintJobResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("ReprintJob", key, asked, &mut violations);
        let job = id::parse("job_id", &asked.job_id, &mut violations);
        let job = violations.finish(job)?;
        let identity = request.identity();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let new = jobs::reprint(&self.deps, tx, identity, job).await?;
                let new = shown(tx, new).await?;
                audit::after(&new);
                Ok::<_, Problem>(ReprintJobResponse { job: Some(new) })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }

    async fn decide_print_job(
        &self,
        request: &Request<DecidePrintJobRequest>,
    ) -> Result<DecidePrintJobResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let job = id::parse("job_id", &asked.job_id, &mut violations);
        let printed = match asked.decision() {
            PrintDecision::Printed => Some(true),
            PrintDecision::NotPrinted => Some(false),
            PrintDecision::Unspecified => {
                violations.push("decision", CommonReason::ValidationFailed);
                None
            }
        };
        let (job, printed) = violations.finish((job, printed))?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (identity, version) = (request.identity(), asked.version);
        let decided = jobs::decide(&self.deps, &mut tx, identity, job, version, printed).await?;
        let job = changed(&mut tx, decided).await?;
        tx.commit().await?;
        Ok(DecidePrintJobResponse { job: Some(job) })
    }

    async fn cancel_print_job(
        &self,
        request: &Request<CancelPrintJobRequest>,
    ) -> Result<CancelPrintJobResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let job = id::parse("job_id", &asked.job_id, &mut violations);
        let job = violations.finish(job)?;
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let (identity, version) = (request.identity(), asked.version);
        let cancelled = jobs::cancel(&self.deps, &mut tx, identity, job, version).await?;
        let job = changed(&mut tx, cancelled).await?;
        tx.commit().await?;
        Ok(CancelPrintJobResponse { job: Some(job) })
    }

    async fn list_prep_points(
        &self,
        request: &Request<ListPrepPointsRequest>,
    ) -> Result<ListPrepPointsResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch = id::parse("branch_id", &asked.branch_id, &mut violations);
        let page: PageRequest<(String, PrintPointId)> =
            request::page(asked.page_size, &asked.page_token, &mut violations);
        let branch = violations.finish(branch)?;
        let (org, identity) = (request.org()?, request.identity());
        let (after, limit) = (page.after.as_ref(), page.limit());
        let found = print_points::list(&self.deps, identity, org, branch, after, limit).await?;
        let page = page.page(found, |last| (last.name.clone(), last.id));
        Ok(ListPrepPointsResponse {
            print_points: page.items.iter().map(prep_lists::point).collect(),
            next_page_token: page.next_page_token.unwrap_or_default(),
        })
    }

    async fn preview_prep_list(
        &self,
        request: &Request<PreviewPrepListRequest>,
    ) -> Result<PreviewPrepListResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let point = id::parse("print_point_id", &asked.print_point_id, &mut violations);
        let part = (asked.from_minute, asked.to_minute);
        let span = prep_lists::parse_span(&asked.business_day, part, &mut violations);
        let (point, span) = violations.finish((point, span))?;
        let (org, identity) = (request.org()?, request.identity());
        let found = lists::preview(&self.deps, identity, org, point, span).await?;
        let Some((drawn, orders)) = found else {
            return Ok(PreviewPrepListResponse::default());
        };
        Ok(PreviewPrepListResponse {
            pages: template_convert::pictures(drawn).await?,
            orders: i32::try_from(orders).unwrap_or(i32::MAX),
        })
    }

    async fn print_prep_list(
        &self,
        request: &Request<PrintPrepListRequest>,
    ) -> Result<PrintPrepListResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let key = &asked.idempotency_key;
        let once = Once::parse("PrintPrepList", key, asked, &mut violations);
        let point = id::parse("print_point_id", &asked.print_point_id, &mut violations);
        let part = (asked.from_minute, asked.to_minute);
        let span = prep_lists::parse_span(&asked.business_day, part, &mut violations);
        let (point, span) = violations.finish((point, span))?;
        let identity = request.identity();
        let mut tx = self.deps.db.tenant(request.org()?).await?;
        let response = once
            .run(&mut tx, &*self.deps.clock, async |tx| {
                let new = lists::print(&self.deps, tx, identity, point, span).await?;
                let new = shown(tx, new).await?;
                audit::after(&new);
                Ok::<_, Problem>(PrintPrepListResponse { job: Some(new) })
            })
            .await?;
        tx.commit().await?;
        Ok(response)
    }
}
