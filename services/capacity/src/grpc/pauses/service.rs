//! The RPCs of `PauseService`.

use chassis::{
    authn::RequestExt as _,
    error::{Problem, Violations},
    id, text,
};
use prost::Message as _;
use proto::capacity::v1::{
    CreatePauseRequest, CreatePauseResponse, ListPausesRequest, ListPausesResponse,
    PreviewPauseRequest, PreviewPauseResponse, ResumePauseRequest, ResumePauseResponse,
    pause_service_server as server,
};
use tonic::Request;

use super::convert;
use crate::{
    app::{
        Core,
        pauses::{self, CreatePause, PreviewPause, ResumePause},
    },
    domain::pauses::{End, Target},
    grpc::{
        convert::ids,
        request::{actor, checked, cut_page, once, page_size, rpcs},
    },
    store::pauses::PauseInBranch,
};

const MOST_RESTOCKED: usize = 12;

/// The gRPC service.
pub struct PauseService {
    core: Core,
}

impl PauseService {
    /// A service on these use cases.
    #[must_use]
    pub const fn new(core: Core) -> Self {
        Self { core }
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
        let size = page_size(asked.page_size, 50, &mut violations);
        let before = convert::page_place(&asked.page_token, &mut violations);
        let (branch_id, before) = checked(branch_id.zip(before), violations)?;
        let (org, identity) = (request.org()?, request.identity());
        if !asked.ended {
            let found = pauses::list_lasting(&self.core, identity, org, branch_id).await?;
            return Ok(ListPausesResponse {
                pauses: found.iter().map(convert::pause).collect(),
                next_page_token: None,
            });
        }
        let mut found =
            pauses::list_ended(&self.core, identity, org, branch_id, before, size + 1).await?;
        let next_page_token = cut_page(&mut found, size, convert::page_token);
        Ok(ListPausesResponse {
            next_page_token,
            pauses: found.iter().map(convert::pause).collect(),
        })
    }

    async fn preview_pause(
        &self,
        request: &Request<PreviewPauseRequest>,
    ) -> Result<PreviewPauseResponse, Problem> {
        let asked = request.get_ref();
        let mut violations = Violations::new();
        let reach = convert::reach(
            asked.scope(),
            &asked.branch_ids,
            &asked.brand_id,
            &mut violations,
        );
        let target = convert::target("target", asked.target.as_ref(), &mut violations);
        let channels = convert::channels(&asked.channels, &mut violations);
        let end = convert::end(asked.end.as_ref(), &mut violations);
        let ((reach, target), end) = checked(reach.zip(target).zip(end), violations)?;
        let ask = PreviewPause {
            reach,
            target,
            channels,
            end,
        };
        let (org, identity) = (request.org()?, request.identity());
        let preview = pauses::preview(&self.core, identity, org, &ask).await?;
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
        let once = once(&asked.idempotency_key, &meant, &mut violations);
        let target = convert::target("target", asked.target.as_ref(), &mut violations);
        let target_name = text::bounded("target_name", &asked.target_name, 0..=60, &mut violations);
        let reach = convert::reach(
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
                violations.push_with("restock_sku_ids", "VALIDATION_FAILED", [("min", 1)]);
            }
        } else {
            restock_sku_ids.clear();
        }
        let read = target.zip(reach).zip(reason).zip(end);
        let (((target, reach), reason), end) = checked(read, violations)?;
        let (org, identity) = (request.org()?, request.identity());
        let ask = CreatePause {
            once,
            target,
            target_name,
            reach,
            channels,
            reason,
            note,
            end,
            locked: asked.locked,
            restock_sku_ids,
            actor: actor(identity),
        };
        let encode = |pause: &PauseInBranch| {
            let pause = Some(convert::pause(pause));
            CreatePauseResponse { pause }.encode_to_vec()
        };
        let answer = pauses::create(&self.core, identity, org, &ask, encode).await?;
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
        let ask = ResumePause {
            pause_id,
            branch_id,
            version: asked.version,
            actor: actor(identity),
        };
        let pause = pauses::resume(&self.core, identity, org, &ask).await?;
        Ok(ResumePauseResponse {
            pause: Some(convert::pause(&pause)),
        })
    }
}
