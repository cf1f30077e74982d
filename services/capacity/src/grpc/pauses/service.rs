//! The RPCs of `PauseService`.

use chassis::{
    audit,
    authn::RequestExt as _,
    error::{CommonReason, Problem, Violations},
    id,
    idempotency::Once,
    text,
};
use prost::Message as _;
use proto::capacity::v1::{
    self as wire, CreatePauseRequest, CreatePauseResponse, ListPausesRequest, ListPausesResponse,
    PreviewPauseRequest, PreviewPauseResponse, ResumePauseRequest, ResumePauseResponse,
    pause_service_server as server,
};
use tonic::Request;

use super::convert;
use crate::{
    app::{
        Dependencies,
        pauses::{self, CreatePause, PreviewPause, ResumePause},
    },
    domain::pauses::{End, Target},
    grpc::request::{actor, checked, rpcs},
    store::pauses::PauseInBranch,
    wire::ids,
};

const MOST_RESTOCKED: usize = 12;

/// The gRPC service.
pub struct PauseService {
    deps: Dependencies,
}

impl PauseService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(deps: Dependencies) -> Self {
        Self { deps }
    }
}

rpcs! {
    PauseService: server::PauseService {
        list_pauses(ListPausesRequest) -> ListPausesResponse;
        preview_pause(PreviewPauseRequest) -> PreviewPauseResponse;
        create_pause(CreatePauseRequest) -> CreatePauseResponse;
        resume_pause(ResumePauseRequest) -> ResumePauseResponse;
    }
}

impl PauseService {
    async fn list_pauses(
        &self,
        request: &Request<ListPausesRequest>,
    ) -> Result<ListPausesResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let branch_id = id::parse("branch_id", &asked.branch_id, &mut violations);
        let page = convert::page(asked.page_size, &asked.page_token, &mut violations);
        let branch_id = checked(branch_id, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        if !asked.ended {
            let found = pauses::list_active(&self.deps, identity, org, branch_id).await?;
            return Ok(ListPausesResponse {
                pauses: found.iter().map(convert::pause).collect(),
                next_page_token: None,
            });
        }
        let (before, limit) = (page.after, page.limit());
        let found = pauses::list_ended(&self.deps, identity, org, branch_id, before, limit).await?;
        let page = page.page(found, convert::place_in_history);
        Ok(ListPausesResponse {
            next_page_token: page.next_page_token,
            pauses: page.items.iter().map(convert::pause).collect(),
        })
    }

    async fn preview_pause(
        &self,
        request: &Request<PreviewPauseRequest>,
    ) -> Result<PreviewPauseResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let scope = convert::scope(
            asked.scope(),
            &asked.branch_ids,
            &asked.brand_id,
            &mut violations,
        );
        let target = convert::target("target", asked.target.as_ref(), &mut violations);
        let channels = convert::channels(&asked.channels, &mut violations);
        let end = convert::end(asked.end.as_ref(), &mut violations);
        let ((scope, target), end) = checked(scope.zip(target).zip(end), violations)?;
        let command = PreviewPause {
            scope,
            target,
            channels,
            end,
        };
        let (org, identity) = (request.org()?, request.identity());
        let preview = pauses::preview(&self.deps, identity, org, &command).await?;
        Ok(PreviewPauseResponse {
            orders: preview.orders.iter().map(convert::order).collect(),
            order_count: preview.order_count.try_into().unwrap_or(i32::MAX),
        })
    }

    async fn create_pause(
        &self,
        request: &Request<CreatePauseRequest>,
    ) -> Result<CreatePauseResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        // What the target is called and made of may change between two tries of one request.
        let meant = CreatePauseRequest {
            target_name: String::new(),
            restock_sku_ids: Vec::new(),
            ..asked.clone()
        };
        let once = Once::parse(
            "CreatePause",
            &asked.idempotency_key,
            &meant,
            &mut violations,
        );
        let target = convert::target("target", asked.target.as_ref(), &mut violations);
        let target_name = text::bounded("target_name", &asked.target_name, 0..=60, &mut violations);
        let scope = convert::scope(
            asked.scope(),
            &asked.branch_ids,
            &asked.brand_id,
            &mut violations,
        );
        let channels = convert::channels(&asked.channels, &mut violations);
        let note = text::bounded("note", &asked.note, 0..=200, &mut violations);
        let reason = convert::reason(asked.reason, &note, &mut violations);
        let end = convert::end(asked.end.as_ref(), &mut violations);
        let mut restock_sku_ids = ids(
            "restock_sku_ids",
            &asked.restock_sku_ids,
            MOST_RESTOCKED,
            &mut violations,
        );
        if end == Some(End::Restocked) {
            let own = target.as_ref().and_then(Target::sku);
            restock_sku_ids = own.map_or(restock_sku_ids, |own| vec![own]);
            if restock_sku_ids.is_empty() && asked.restock_sku_ids.is_empty() {
                violations.push_with(
                    "restock_sku_ids",
                    CommonReason::ValidationFailed,
                    [("min", 1)],
                );
            }
        } else {
            restock_sku_ids.clear();
        }
        let read = target.zip(scope).zip(reason).zip(end);
        let (((target, scope), reason), end) = checked(read, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let command = CreatePause {
            once,
            target,
            target_name,
            scope,
            channels,
            reason,
            note,
            end,
            locked: asked.locked,
            restock_sku_ids,
            actor: actor(identity),
        };
        let encode = |pause: &PauseInBranch| {
            let pause = convert::pause(pause);
            // Who paused is what the record itself says, without the name.
            audit::after(&wire::Pause {
                started_by: String::new(),
                ..pause.clone()
            });
            CreatePauseResponse { pause: Some(pause) }.encode_to_vec()
        };
        let answer = pauses::create(&self.deps, identity, org, &command, encode).await?;
        let answer = CreatePauseResponse::decode(answer.as_slice());
        answer.map_err(Problem::internal)
    }

    async fn resume_pause(
        &self,
        request: &Request<ResumePauseRequest>,
    ) -> Result<ResumePauseResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let pause_id = id::parse("pause_id", &asked.pause_id, &mut violations);
        let branch_id = id::parse_optional("branch_id", &asked.branch_id, &mut violations);
        let pause_id = checked(pause_id, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let command = ResumePause {
            pause_id,
            branch_id,
            version: asked.version,
            actor: actor(identity),
        };
        let pause = pauses::resume(&self.deps, identity, org, &command).await?;
        Ok(ResumePauseResponse {
            pause: Some(convert::pause(&pause)),
        })
    }
}
