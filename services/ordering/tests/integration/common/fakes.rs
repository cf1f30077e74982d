//! Fakes of catalog and capacity behind gRPC.

use std::{collections::HashMap, convert::Infallible, sync::Arc};

use axum::Router;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chassis::{
    clock::Clock as _,
    error::{Problem, Reason},
    id::{BranchId, OrganisationId},
};
use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use proto::{capacity::v1 as capacity, catalog::v1 as catalog};
use testkit::ManualClock;
use tonic::{Request, Response, Status, server::Grpc};
use tonic_prost::ProstCodec;
use url::Url;
use uuid::{Uuid, uuid};

pub const TEA: Uuid = uuid!("01900000-0000-7000-8000-000000000101");
pub const TEA_M: Uuid = uuid!("01900000-0000-7000-8000-000000000201");
pub const DRINKS: Uuid = uuid!("01900000-0000-7000-8000-000000000501");
pub const SWEETNESS: Uuid = uuid!("01900000-0000-7000-8000-000000000301");
pub const HALF: Uuid = uuid!("01900000-0000-7000-8000-000000000401");
/// Three meats out of three kinds.
pub const ROLL: Uuid = uuid!("01900000-0000-7000-8000-000000000102");
pub const ROLL_ONE: Uuid = uuid!("01900000-0000-7000-8000-000000000202");
pub const MEAT: Uuid = uuid!("01900000-0000-7000-8000-000000000302");
pub const CHICKEN: Uuid = uuid!("01900000-0000-7000-8000-000000000411");
pub const BEEF: Uuid = uuid!("01900000-0000-7000-8000-000000000412");
pub const PORK: Uuid = uuid!("01900000-0000-7000-8000-000000000413");
pub const STATION: &str = "吧台";
pub const PRINT_TAG: &str = "冷飲";
/// Business day that every hold is for.
const HELD_DAY: &str = "2026-09-02";
const TIME_ZONE: &str = "Asia/Taipei";
const CUTOFF_MINUTES: i32 = 240;
pub const BRAND: Uuid = uuid!("01900000-0000-7000-8000-000000000001");

/// Adds one unary RPC to a server.
pub fn unary<Q, A, F>(router: Router, path: &str, answer: F) -> Router
where
    Q: prost::Message + Default + Send + 'static,
    A: prost::Message + Default + Send + 'static,
    F: Fn(Request<Q>) -> Result<A, Status> + Clone + Send + Sync + 'static,
{
    let service = tower::service_fn(move |request| {
        let answer = answer.clone();
        async move {
            let rpc = tower::service_fn(move |request: Request<Q>| {
                let answered = answer(request).map(Response::new);
                async move { answered }
            });
            Ok::<_, Infallible>(
                Grpc::new(ProstCodec::<A, Q>::default())
                    .unary(rpc, request)
                    .await,
            )
        }
    });
    router.route_service(path, service)
}

pub async fn serve(router: Router) -> Url {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    let routes = tonic::service::Routes::from(router);
    let incoming = tokio_stream::wrappers::TcpListenerStream::new(listener);
    tokio::spawn(
        tonic::transport::Server::builder()
            .add_routes(routes)
            .serve_with_incoming(incoming),
    );
    url
}

/// Organisation that the caller's token names; a fake trusts it.
pub fn org_of<T>(request: &Request<T>) -> OrganisationId {
    let header = request
        .metadata()
        .get("authorization")
        .unwrap()
        .to_str()
        .unwrap();
    let claims = URL_SAFE_NO_PAD
        .decode(header.split('.').nth(1).unwrap())
        .unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    claims["org"].as_str().unwrap().parse().unwrap()
}

/// Catalog with one branch of one organisation.
pub struct FakeCatalog {
    pub branch: BranchId,
    pub url: Url,
    pub state: Arc<Mutex<CatalogState>>,
}

/// What catalog knows.
pub struct CatalogState {
    pub price: i64,
    pub number: i64,
    /// Most portions of beef in a roll.
    pub beef_max: i32,
    pub away: bool,
    pub asked: usize,
    /// Products beside those that every menu has.
    pub more: Vec<catalog::Product>,
    /// Their groups of options.
    pub more_groups: Vec<catalog::OptionGroup>,
    /// Items that exist without being on the menu.
    pub archived: Vec<String>,
    /// What was asked for by id.
    pub asked_items: Vec<Vec<String>>,
}

impl FakeCatalog {
    pub async fn start(org: OrganisationId) -> Self {
        let branch = BranchId::new(&chassis::clock::SystemClock);
        let state = Arc::new(Mutex::new(CatalogState {
            price: 25,
            number: 1,
            beef_max: 3,
            away: false,
            asked: 0,
            more: Vec::new(),
            more_groups: Vec::new(),
            archived: Vec::new(),
            asked_items: Vec::new(),
        }));
        let known = state.clone();
        let path = "/yizhimai.catalog.v1.CatalogService/GetMenuSnapshot";
        let router = unary(Router::new(), path, move |request| {
            let asker = org_of(&request);
            let request: catalog::GetMenuSnapshotRequest = request.into_inner();
            let mut state = known.lock();
            state.asked += 1;
            if state.away {
                return Err(Status::unavailable("catalog is away"));
            }
            if asker != org || request.branch_id != branch.to_string() {
                return Err(Problem::not_found("branch").into());
            }
            let snapshot = Some(snapshot(branch, &state));
            Ok(catalog::GetMenuSnapshotResponse { snapshot })
        });
        let known = state.clone();
        let path = "/yizhimai.catalog.v1.CatalogService/FindItems";
        let router = unary(router, path, move |request| {
            let request: catalog::FindItemsRequest = request.into_inner();
            let mut state = known.lock();
            state.asked_items.push(request.item_ids.clone());
            if state.away {
                return Err(Status::unavailable("catalog is away"));
            }
            let archived = |id: &String| state.archived.contains(id);
            let item_ids = request.item_ids.into_iter().filter(archived).collect();
            Ok(catalog::FindItemsResponse { item_ids })
        });
        Self {
            branch,
            url: serve(router).await,
            state,
        }
    }
}

fn snapshot(branch: BranchId, state: &CatalogState) -> catalog::MenuSnapshot {
    catalog::MenuSnapshot {
        menu_version_id: Uuid::from_u128(state.number.unsigned_abs().into()).to_string(),
        number: state.number,
        brand: Some(catalog::Brand {
            brand_id: BRAND.to_string(),
            currency: "TWD".to_owned(),
            ..Default::default()
        }),
        branch: Some(catalog::Branch {
            branch_id: branch.to_string(),
            brand_id: BRAND.to_string(),
            name: "信義店".to_owned(),
            // As it was when the menu was published: it has moved and opened since.
            time_zone: "America/New_York".to_owned(),
            cutoff_minutes: 0,
            state: catalog::BranchState::Setup.into(),
            ..Default::default()
        }),
        products: [
            catalog::Product {
                product_id: TEA.to_string(),
                name: "翠玉綠茶".to_owned(),
                variants: vec![catalog::Variant {
                    variant_id: TEA_M.to_string(),
                    name: "M".to_owned(),
                    price: state.price,
                }],
                option_group_ids: vec![SWEETNESS.to_string()],
                tax_type: Some(catalog::TaxType::Taxable.into()),
                display: catalog::DisplayState::Listed.into(),
                category_ids: vec![DRINKS.to_string()],
                make_seconds: 45,
                station: STATION.to_owned(),
                print_tag: PRINT_TAG.to_owned(),
                min_per_order: 1,
                max_per_order: 99,
                ..Default::default()
            },
            roll(),
        ]
        .into_iter()
        .chain(state.more.iter().cloned())
        .collect(),
        option_groups: [
            catalog::OptionGroup {
                option_group_id: SWEETNESS.to_string(),
                name: "甜度".to_owned(),
                min: 1,
                max: 1,
                options: vec![option(HALF, "半糖", 1)],
                ..Default::default()
            },
            catalog::OptionGroup {
                option_group_id: MEAT.to_string(),
                name: "肉".to_owned(),
                min: 3,
                max: 3,
                options: vec![
                    option(CHICKEN, "雞", 3),
                    option(BEEF, "牛", state.beef_max),
                    option(PORK, "豬", 3),
                ],
                ..Default::default()
            },
        ]
        .into_iter()
        .chain(state.more_groups.iter().cloned())
        .collect(),
        ..Default::default()
    }
}

fn roll() -> catalog::Product {
    catalog::Product {
        product_id: ROLL.to_string(),
        name: "三肉捲".to_owned(),
        variants: vec![catalog::Variant {
            variant_id: ROLL_ONE.to_string(),
            name: String::new(),
            price: 120,
        }],
        option_group_ids: vec![MEAT.to_string()],
        tax_type: Some(catalog::TaxType::Taxable.into()),
        display: catalog::DisplayState::Listed.into(),
        min_per_order: 1,
        max_per_order: 99,
        ..Default::default()
    }
}

fn option(id: Uuid, name: &str, max_quantity: i32) -> catalog::Option {
    catalog::Option {
        option_id: id.to_string(),
        name: name.to_owned(),
        max_quantity,
        ..Default::default()
    }
}

/// Capacity that grants every hold, unless a test sets it otherwise.
pub struct FakeCapacity {
    pub url: Url,
    pub state: Arc<Mutex<CapacityState>>,
}

/// What capacity knows.
#[derive(Default)]
pub struct CapacityState {
    /// Orders by hold key.
    pub holds: HashMap<String, String>,
    /// Orders whose hold was released.
    pub released: Vec<String>,
    /// Refuses every hold.
    pub refusal: Option<Problem>,
    /// What the latest hold asked for.
    pub asked: Option<capacity::HoldRequest>,
    /// Slots by their start.
    pub slots: Vec<capacity::Slot>,
    /// Slots differ by what is in a cart.
    pub by_cart: bool,
    /// What the latest question for availability was.
    pub asked_for: Option<capacity::GetAvailabilityRequest>,
    /// Slots that orders were to be rescheduled to and that were not refused to all, the latest last.
    pub requested_reschedules: Vec<(String, DateTime<Utc>)>,
    /// Slots that orders were rescheduled to, as requested, the latest last.
    pub reschedules: Vec<(String, DateTime<Utc>)>,
    /// Refuses every rescheduling.
    pub reschedule_refusal: Option<Problem>,
    /// Refuses single slots.
    pub slot_refusals: HashMap<DateTime<Utc>, Reason>,
    /// Business day that rescheduled orders get; empty for the day they were held for.
    pub rescheduled_day: String,
    /// Pauses in force.
    pub pauses: Vec<capacity::PublicPause>,
    /// Units left of what is tracked.
    pub left: HashMap<String, i64>,
    /// Units left of it on any other day than today.
    pub left_later: HashMap<String, i64>,
    /// Forgets hold keys, as after a long time.
    pub forgetful: bool,
    /// Life of a hold in seconds; 0 for two minutes.
    pub hold_secs: i64,
    /// Whether the branch takes orders for now; it does unless a test says otherwise.
    pub open_state: capacity::OpenState,
    /// Answers nothing.
    pub away: bool,
    /// The shop's clock.
    pub clock: Option<ManualClock>,
    /// Time promised as soon as possible.
    pub promise: Option<DateTime<Utc>>,
}

impl CapacityState {
    fn now(&self) -> DateTime<Utc> {
        self.clock.as_ref().unwrap().now()
    }
}

impl FakeCapacity {
    pub async fn start() -> Self {
        let state = Arc::new(Mutex::new(CapacityState::default()));
        let service = "/yizhimai.capacity.v1.HoldService";
        let known = state.clone();
        let router = unary(
            Router::new(),
            &format!("{service}/PlaceHold"),
            move |request| hold(&mut known.lock(), request.into_inner()),
        );
        let known = state.clone();
        let router = unary(router, &format!("{service}/ReleaseHold"), move |request| {
            let request: capacity::ReleaseHoldRequest = request.into_inner();
            let mut state = known.lock();
            state.holds.retain(|_, order| *order != request.order_id);
            state.released.push(request.order_id);
            Ok(capacity::ReleaseHoldResponse { released: true })
        });
        let known = state.clone();
        let router = unary(
            router,
            "/yizhimai.capacity.v1.AvailabilityService/GetAvailability",
            move |request| availability(&mut known.lock(), &request.into_inner()),
        );
        let known = state.clone();
        let router = unary(
            router,
            &format!("{service}/RescheduleHold"),
            move |request| reschedule_hold(&mut known.lock(), request.into_inner()),
        );
        Self {
            url: serve(router).await,
            state,
        }
    }
}

fn hold(
    state: &mut CapacityState,
    request: capacity::PlaceHoldRequest,
) -> Result<capacity::PlaceHoldResponse, Status> {
    if state.away {
        return Err(Status::unavailable("capacity is away"));
    }
    if let Some(refusal) = &state.refusal {
        let mut again = Problem::new(refusal.reason.clone());
        again.fields.clone_from(&refusal.fields);
        return Err(again.into());
    }
    let wanted = request.hold.unwrap();
    state.asked = Some(wanted.clone());
    if state.forgetful {
        state.holds.clear();
    }
    let wanted_key = wanted.hold_key.clone();
    let order_id = state
        .holds
        .entry(wanted_key)
        .or_insert(wanted.order_id)
        .clone();
    let secs = if state.hold_secs == 0 {
        120
    } else {
        state.hold_secs
    };
    let now = state.now();
    let promised = match wanted.wanted_at {
        Some(at) => at,
        None => timestamp(state.promise.unwrap()),
    };
    Ok(capacity::PlaceHoldResponse {
        hold: Some(capacity::Hold {
            order_id,
            expires_at: Some(timestamp(now + TimeDelta::seconds(secs))),
            promised_at: Some(promised),
            slot_starts_at: Some(promised),
            business_day: HELD_DAY.to_owned(),
            time_zone: TIME_ZONE.to_owned(),
            cutoff_minutes: CUTOFF_MINUTES,
        }),
    })
}

fn reschedule_hold(
    state: &mut CapacityState,
    request: capacity::RescheduleHoldRequest,
) -> Result<capacity::RescheduleHoldResponse, Status> {
    if state.away {
        return Err(Status::unavailable("capacity is away"));
    }
    if let Some(refusal) = &state.reschedule_refusal {
        let mut again = Problem::new(refusal.reason.clone());
        again.fields.clone_from(&refusal.fields);
        return Err(again.into());
    }
    let wanted_at = request.wanted_at.unwrap();
    let at = DateTime::from_timestamp(wanted_at.seconds, 0).unwrap();
    state
        .requested_reschedules
        .push((request.order_id.clone(), at));
    if let Some(reason) = state.slot_refusals.get(&at) {
        return Err(Problem::new(reason.clone()).into());
    }
    state.reschedules.push((request.order_id.clone(), at));
    let business_day = match state.rescheduled_day.as_str() {
        "" => HELD_DAY.to_owned(),
        day => day.to_owned(),
    };
    Ok(capacity::RescheduleHoldResponse {
        hold: Some(capacity::Hold {
            order_id: request.order_id,
            expires_at: Some(timestamp(state.now() + TimeDelta::minutes(2))),
            promised_at: Some(wanted_at),
            slot_starts_at: Some(wanted_at),
            business_day,
            time_zone: TIME_ZONE.to_owned(),
            cutoff_minutes: CUTOFF_MINUTES,
        }),
    })
}

fn availability(
    state: &mut CapacityState,
    request: &capacity::GetAvailabilityRequest,
) -> Result<capacity::GetAvailabilityResponse, Status> {
    state.asked_for = Some(request.clone());
    if state.away {
        return Err(Status::unavailable("capacity is away"));
    }
    let left = if request.business_day.is_empty() {
        &state.left
    } else {
        &state.left_later
    };
    let skus = left.iter().map(|(sku, left)| capacity::SkuAvailability {
        sku_id: sku.clone(),
        available: *left,
        ..Default::default()
    });
    Ok(capacity::GetAvailabilityResponse {
        availability: Some(capacity::Availability {
            branch_id: request.branch_id.clone(),
            state: match state.open_state {
                capacity::OpenState::Unspecified => capacity::OpenState::Open.into(),
                state => state.into(),
            },
            time_zone: TIME_ZONE.to_owned(),
            cutoff_minutes: CUTOFF_MINUTES,
            promised_at: state.promise.map(timestamp),
            skus: skus.collect(),
            pauses: state.pauses.clone(),
            earliest_slot_at: state
                .slots
                .iter()
                .find(|slot| slot.state() == capacity::SlotState::Open)
                .and_then(|slot| slot.starts_at),
            slots: state.slots.clone(),
            by_cart: state.by_cart,
            ..Default::default()
        }),
    })
}

/// A slot `minutes` after now.
pub fn slot(
    now: DateTime<Utc>,
    minutes: i64,
    state: capacity::SlotState,
    full_rules: &[&str],
) -> capacity::Slot {
    capacity::Slot {
        starts_at: Some(timestamp(now + TimeDelta::minutes(minutes))),
        state: state.into(),
        business_day: HELD_DAY.to_owned(),
        full_rule_ids: full_rules.iter().map(|&rule| rule.to_owned()).collect(),
    }
}

pub fn timestamp(at: DateTime<Utc>) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: at.timestamp(),
        nanos: 0,
    }
}
