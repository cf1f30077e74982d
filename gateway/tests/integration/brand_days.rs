//! A special day of a brand settles the booked orders of all its branches.

use std::{collections::BTreeMap, sync::Arc};

use crate::common::{Edge, problem, refused};
use chassis::{
    authn::{Level, Scope, Verifier},
    error::Problem,
    id::BranchId,
};
use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use prost_types::Timestamp;
use proto::{capacity::v1 as capacity, ordering::v1 as ordering};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use testkit::keys;
use tonic::Status;

const SAVE_DAY: &str = "capacity.v1.HoursService/SaveSpecialDay";
const PREVIEW: &str = "capacity.v1.HoursService/PreviewHours";
const LIST: &str = "ordering.v1.OrderingService/ListOrders";
const GET: &str = "ordering.v1.OrderingService/GetOrder";
const FIND: &str = "ordering.v1.OrderingService/FindSlots";
const MOVE: &str = "ordering.v1.OrderingService/MoveOrder";
const TRANSITION: &str = "ordering.v1.OrderingService/TransitionOrder";

/// The orders lie at noon of the day that is closed.
const NOON: &str = "2026-09-05T04:00:00Z";
const TEN_NEXT_DAY: &str = "2026-09-06T02:00:00Z";
const PERMISSIONS: [(&str, Level); 2] = [
    ("store.hours", Level::Manage),
    ("ops.orders", Level::Manage),
];

fn order_id(n: u8) -> String {
    format!("01900000-0000-7000-8000-0000000000{n:02}")
}

fn at(raw: &str) -> Timestamp {
    let at: DateTime<Utc> = raw.parse().unwrap();
    Timestamp {
        seconds: at.timestamp(),
        nanos: 0,
    }
}

/// A brand of two branches, with orders 1 and 2 at the first and 3 to 5 at the second.
struct Chain {
    edge: Edge,
    branches: [String; 2],
    /// What was done, in order: the saving, then orders with the slot they were asked to.
    done: Arc<Mutex<Vec<String>>>,
}

impl Chain {
    async fn open() -> Self {
        let edge = Edge::open().await;
        let second = BranchId::new(&edge.clock).to_string();
        let chain = Self {
            branches: [edge.branch_id.clone(), second],
            done: Arc::default(),
            edge,
        };
        chain.teach_orders();
        chain.teach_saving();
        chain.teach_moves(BTreeMap::new());
        chain
    }

    fn branch_of(branches: &[String; 2], order: &str) -> String {
        let first = [order_id(1), order_id(2)].iter().any(|one| one == order);
        branches[usize::from(!first)].clone()
    }

    fn teach_orders(&self) {
        let branches = self.branches.clone();
        let order = move |order_id: String| ordering::Order {
            branch_id: Self::branch_of(&branches, &order_id),
            pickup_number: order_id[order_id.len() - 2..].to_owned(),
            contact_name: "林小姐".to_owned(),
            method: ordering::FulfilmentMethod::Delivery.into(),
            promised_at: Some(at(NOON)),
            state: ordering::OrderState::Accepted.into(),
            version: 3,
            order_id,
            ..Default::default()
        };
        let listed = order.clone();
        self.edge
            .fake
            .on(LIST, move |request: ordering::ListOrdersRequest| {
                let orders = (1..=5).map(|n| listed(order_id(n)));
                Ok(ordering::ListOrdersResponse {
                    orders: orders
                        .filter(|order| order.branch_id == request.branch_id)
                        .collect(),
                    ..Default::default()
                })
            });
        self.edge
            .fake
            .on(GET, move |request: ordering::GetOrderRequest| {
                Ok(ordering::GetOrderResponse {
                    order: Some(order(request.order_id)),
                    ..Default::default()
                })
            });
        let done = self.done.clone();
        self.edge.fake.on(
            TRANSITION,
            move |request: ordering::TransitionOrderRequest| {
                assert_eq!(request.to(), ordering::OrderState::Cancelled);
                done.lock().push(format!("cancel {}", request.order_id));
                Ok(ordering::TransitionOrderResponse::default())
            },
        );
    }

    /// Capacity saves what the caller may decide, as it does.
    fn teach_saving(&self) {
        let (branches, brand) = (self.branches.clone(), self.edge.brand_id.clone());
        let clock = Arc::new(self.edge.clock.clone());
        let verifier = Verifier::from_config(&keys::config("capacity"), clock);
        let done = self.done.clone();
        let save = move |token: Option<&str>, request: capacity::SaveSpecialDayRequest| {
            let caller = verifier.verify(token.unwrap())?;
            let day = request.special_day.unwrap();
            let brand = brand.parse().unwrap();
            if day.branch_id.is_empty() {
                caller.require_brand(brand)?;
            }
            let mut to_cancel = Vec::new();
            for one in request.decisions {
                let branch_id = Self::branch_of(&branches, &one.order_id);
                if let Err(out) = caller.require_branch(brand, branch_id.parse().unwrap()) {
                    let field = format!("decisions[order_id={}]", one.order_id);
                    return Err(Problem::new("OUT_OF_SCOPE").field(field, out.reason).into());
                }
                if one.decision() == capacity::Decision::Cancel {
                    to_cancel.push(affected(&one.order_id, branch_id));
                }
            }
            done.lock().push("save".to_owned());
            Ok::<_, Status>(capacity::SaveSpecialDayResponse {
                special_day: Some(day),
                to_cancel,
            })
        };
        self.edge.fake.on_with_token(SAVE_DAY, save);
    }

    /// Ordering moves orders but for what is refused to one: at a slot, or at all.
    fn teach_moves(&self, refusals: BTreeMap<(String, &'static str), &'static str>) {
        let (done, branches) = (self.done.clone(), self.branches.clone());
        let moving = move |request: ordering::MoveOrderRequest| {
            assert_eq!((request.version, &*request.reason), (3, "颱風假"));
            let wanted_at = request.wanted_at.unwrap();
            let slot = DateTime::from_timestamp(wanted_at.seconds, 0).unwrap();
            let slot = slot.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            done.lock()
                .push(format!("move {} {slot}", request.order_id));
            for (of, reason) in &refusals {
                if of.0 == request.order_id && (of.1.is_empty() || of.1 == slot) {
                    return Err(problem(reason));
                }
            }
            let order = ordering::Order {
                branch_id: Chain::branch_of(&branches, &request.order_id),
                order_id: request.order_id,
                pickup_number: "001".to_owned(),
                ..Default::default()
            };
            Ok(ordering::MoveOrderResponse { order: Some(order) })
        };
        self.edge.fake.on(MOVE, moving);
    }

    async fn save(&self, owner: &str, decisions: Value) -> Response {
        let path = format!("/api/admin/{owner}/special-days");
        let body = json!({
            "name": "颱風假", "from_date": "2026-09-05", "to_date": "2026-09-05",
            "decisions": decisions,
        });
        let request = self.edge.as_staff(Method::POST, &path).json(&body);
        let request = request.header("idempotency-key", "once");
        request.send().await.unwrap()
    }

    async fn save_of_brand(&self, decisions: Value) -> Response {
        let owner = format!("brands/{}", self.edge.brand_id);
        self.save(&owner, decisions).await
    }
}

fn affected(order_id: &str, branch_id: String) -> capacity::AffectedOrder {
    capacity::AffectedOrder {
        order_id: order_id.to_owned(),
        branch_id,
        promised_at: Some(at(NOON)),
        business_day: "2026-09-05".to_owned(),
        ..Default::default()
    }
}

fn slot(starts_at: &str, day: &str, state: capacity::SlotState) -> capacity::Slot {
    capacity::Slot {
        starts_at: Some(at(starts_at)),
        state: state.into(),
        business_day: day.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn orders_of_all_branches_are_moved_cancelled_and_kept_and_who_is_refused_is_named() {
    let chain = Chain::open().await;
    chain.edge.sign_in(&PERMISSIONS);
    chain.teach_moves([((order_id(4), ""), "ILLEGAL_TRANSITION")].into());
    let [moved, kept, cancelled, refused] = [1, 2, 3, 4].map(order_id);
    let answer = chain
        .save_of_brand(json!({"move_reason": "颱風假", "orders": [
            {"order_id": moved, "decision": "move", "wanted_at": TEN_NEXT_DAY},
            {"order_id": kept, "decision": "keep"},
            {"order_id": cancelled, "decision": "cancel"},
            {"order_id": refused, "decision": "move", "wanted_at": TEN_NEXT_DAY},
        ]}))
        .await;
    assert_eq!(answer.status(), 201);
    let answer: Value = answer.json().await.unwrap();
    let [first, second] = &chain.branches;
    assert_eq!(
        answer["moves"],
        json!([
            {"order_id": moved, "branch_id": first, "pickup_number": "001", "contact_name": null,
                "wanted_at": TEN_NEXT_DAY, "refused": null},
            {"order_id": refused, "branch_id": second, "pickup_number": "04", "contact_name": "林小姐",
                "wanted_at": TEN_NEXT_DAY, "refused": "ILLEGAL_TRANSITION"},
        ])
    );
    let cancellation = &answer["cancellations"][0];
    assert_eq!(cancellation["order"]["order_id"], json!(cancelled));
    assert_eq!(cancellation["order"]["branch_id"], json!(second));
    assert_eq!(cancellation["refused"], Value::Null);

    let mut done = chain.done.lock().clone();
    assert_eq!(done.remove(0), "save", "nothing is done before it is saved");
    done.sort();
    let expected = [
        format!("cancel {cancelled}"),
        format!("move {moved} {TEN_NEXT_DAY}"),
        format!("move {refused} {TEN_NEXT_DAY}"),
    ];
    assert_eq!(done, expected);
}

#[tokio::test]
async fn an_order_goes_to_the_next_slot_that_takes_it() {
    use capacity::SlotState::{Filling, Full, Open};
    const NIGHT: &str = "2026-09-05T12:00:00Z";
    const LATER: &str = "2026-09-05T12:15:00Z";
    let chain = Chain::open().await;
    chain.edge.sign_in(&PERMISSIONS);
    let slots = vec![
        slot("2026-09-05T03:00:00Z", "2026-09-05", Open),
        slot(NOON, "2026-09-05", Open),
        slot("2026-09-05T11:45:00Z", "2026-09-05", Full),
        slot(NIGHT, "2026-09-05", Open),
        slot(LATER, "2026-09-05", Filling),
        slot(TEN_NEXT_DAY, "2026-09-06", Open),
    ];
    let [crowded, closed, stuck, without] = [1, 3, 4, 5].map(order_id);
    let none = without.clone();
    let find = move |request: ordering::FindSlotsRequest| {
        let slots = match request.order_id {
            id if id == none => Vec::new(),
            _ => slots.clone(),
        };
        Ok(ordering::FindSlotsResponse {
            slots,
            ..Default::default()
        })
    };
    chain.edge.fake.on(FIND, find);
    let refusals = [
        ((crowded.clone(), NIGHT), "SLOT_FULL"),
        ((closed.clone(), NIGHT), "CLOSED"),
        ((stuck.clone(), ""), "SLOT_FULL"),
    ];
    chain.teach_moves(refusals.into());
    let wish = |id: &String| json!({"order_id": id, "decision": "move_next"});
    let orders = [&crowded, &closed, &stuck, &without].map(wish);
    let decisions = json!({"move_reason": "颱風假", "orders": orders});
    let answer: Value = chain.save_of_brand(decisions).await.json().await.unwrap();
    let told = |index: usize| {
        let one = &answer["moves"][index];
        (one["wanted_at"].clone(), one["refused"].clone())
    };
    assert_eq!(
        told(0),
        (json!(LATER), Value::Null),
        "somebody was faster: the slot after"
    );
    assert_eq!(
        told(1),
        (json!(TEN_NEXT_DAY), Value::Null),
        "a day that is closed is left as a whole"
    );
    assert_eq!(told(2), (Value::Null, json!("SLOT_FULL")));
    assert_eq!(told(3), (Value::Null, json!("NO_SLOT")));
    let done = chain.done.lock();
    let tried = done.iter().filter(|one| one.contains(&stuck)).count();
    assert_eq!(tried, 3, "each slot with room after its time, once");
}

#[tokio::test]
async fn the_search_for_a_slot_ends() {
    let chain = Chain::open().await;
    chain.edge.sign_in(&PERMISSIONS);
    chain.teach_moves([((order_id(1), ""), "SLOT_FULL")].into());
    let find = |_: ordering::FindSlotsRequest| {
        let slots = (1..200).map(|minute| capacity::Slot {
            starts_at: Some(Timestamp {
                seconds: at(TEN_NEXT_DAY).seconds + minute * 900,
                nanos: 0,
            }),
            state: capacity::SlotState::Open.into(),
            ..Default::default()
        });
        Ok(ordering::FindSlotsResponse {
            slots: slots.collect(),
            ..Default::default()
        })
    };
    chain.edge.fake.on(FIND, find);
    let orders = [json!({"order_id": order_id(1), "decision": "move_next"})];
    let decisions = json!({"move_reason": "颱風假", "orders": orders});
    let answer: Value = chain.save_of_brand(decisions).await.json().await.unwrap();
    assert_eq!(answer["moves"][0]["refused"], "SLOT_FULL");
    assert_eq!(chain.edge.fake.calls(MOVE), 12);
}

#[tokio::test]
async fn who_has_one_branch_decides_about_no_other() {
    let chain = Chain::open().await;
    let scope = Scope {
        branches: [chain.branches[0].parse().unwrap()].into(),
        ..Scope::default()
    };
    chain.edge.sign_in_within(&PERMISSIONS, scope);
    let [own, other] = [1, 3].map(order_id);
    let wish = |id: &String| json!({"order_id": id, "decision": "move", "wanted_at": TEN_NEXT_DAY});
    let with = |orders: &[&String]| {
        let orders: Vec<_> = orders.iter().map(|id| wish(id)).collect();
        json!({"move_reason": "颱風假", "orders": orders})
    };
    let of_branch = format!("branches/{}", chain.branches[0]);
    let answer = chain.save(&of_branch, with(&[&own, &other])).await;
    let document = refused(answer, 403, "OUT_OF_SCOPE").await;
    let field = &document["fields"][0];
    assert_eq!(
        field["field"],
        format!("decisions.orders[order_id={other}]")
    );
    assert_eq!(field["reason"], "OUT_OF_SCOPE");
    let of_brand = chain.save_of_brand(with(&[&own])).await;
    refused(of_brand, 403, "OUT_OF_SCOPE").await;
    assert!(chain.done.lock().is_empty(), "nothing was done");

    let answer = chain.save(&of_branch, with(&[&own])).await;
    assert_eq!(answer.status(), 201);
    assert_eq!(chain.edge.fake.calls(MOVE), 1);
}

#[tokio::test]
async fn decisions_are_limited_and_name_an_order_once() {
    let chain = Chain::open().await;
    chain.edge.sign_in(&PERMISSIONS);
    let keep = |n: usize| json!({"order_id": format!("{n}"), "decision": "keep"});
    let many: Vec<_> = (0..201).map(keep).collect();
    let answer = chain.save_of_brand(json!({"orders": many})).await;
    let document = refused(answer, 400, "VALIDATION_FAILED").await;
    assert_eq!(document["fields"][0]["field"], "decisions.orders");
    assert_eq!(document["params"]["max"], "200");

    let twice = json!({"orders": [keep(1), {"order_id": "1", "decision": "move_next"}]});
    let answer = chain.save_of_brand(twice).await;
    let document = refused(answer, 400, "VALIDATION_FAILED").await;
    let fields = [0, 1].map(|index| document["fields"][index]["field"].clone());
    assert_eq!(
        fields,
        ["decisions.orders[1].order_id", "decisions.move_reason"]
    );
    assert!(chain.done.lock().is_empty(), "nothing was saved");
}

#[tokio::test]
async fn the_list_is_by_branch_the_earliest_first_with_the_methods_of_its_orders() {
    let chain = Chain::open().await;
    chain.edge.sign_in(&PERMISSIONS);
    let [first, second] = chain.branches.clone();
    let orders = [(3, &second), (1, &first), (4, &second)];
    let orders = orders.map(|(n, branch)| affected(&order_id(n), branch.clone()));
    chain
        .edge
        .fake
        .on(PREVIEW, move |_: capacity::PreviewHoursRequest| {
            Ok(capacity::PreviewHoursResponse {
                affected: orders.to_vec(),
                affected_total: 3,
                ..Default::default()
            })
        });
    let path = format!("/api/admin/branches/{first}/hours/preview");
    let day = json!({"name": "颱風假", "from_date": "2026-09-05", "to_date": "2026-09-05"});
    let body = json!({"special_day": {"brand_id": chain.edge.brand_id, "day": day}});
    let request = chain.edge.as_staff(Method::POST, &path).json(&body);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    let branches = answer["affected"]["branches"].as_array().unwrap();
    let told: Vec<_> = branches
        .iter()
        .map(|branch| {
            let orders = branch["orders"].as_array().unwrap().iter();
            let ids = orders.map(|order| order["order_id"].as_str().unwrap());
            (branch["branch_id"].as_str().unwrap(), ids.collect())
        })
        .collect();
    let [of_first, early, late] = [1, 3, 4].map(order_id);
    let expected: [(&str, Vec<&str>); 2] =
        [(&second, vec![&early, &late]), (&first, vec![&of_first])];
    assert_eq!(told, expected);
    assert_eq!(branches[0]["orders"][0]["method"], "delivery");

    let asked = chain.edge.fake.calls(LIST);
    let mut counting = body;
    counting["count_only"] = json!(true);
    let request = chain.edge.as_staff(Method::POST, &path).json(&counting);
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["affected"], json!({"branches": [], "total": 3}));
    assert_eq!(
        chain.edge.fake.calls(LIST),
        asked,
        "ordering is not asked for names that nobody reads"
    );
}
