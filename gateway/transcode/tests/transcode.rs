//! Endpoints of a small proto, from HTTP request to message and from message to JSON.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage as _, Value};
use serde_json::{Value as Json, json};
use transcode::{Endpoint, HttpCall, describe};

fn pool() -> DescriptorPool {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proto");
    let protos = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto");
    let vendored = concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto/third_party");
    let mut compiler = protox::Compiler::new([folder, protos, vendored]).unwrap();
    compiler.include_imports(true).include_source_info(true);
    compiler.open_file(format!("{folder}/tea.proto")).unwrap();
    DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap()
}

fn endpoint(name: &str) -> Endpoint {
    form(name, 0)
}

/// One of the HTTP forms of an RPC.
fn form(name: &str, number: usize) -> Endpoint {
    let all = Endpoint::all(&pool()).unwrap();
    all.into_iter()
        .filter(|endpoint| endpoint.rpc().name() == name)
        .nth(number)
        .unwrap()
}

fn tea() -> Json {
    json!({
        "name": "紅茶", "warmth": "little_ice", "since": "2026-09-02T04:00:00Z",
        "parts": [{"name": "leaves", "grams": 3}], "prices": {"L": 35}, "latitude": 23.5,
    })
}

fn create(body: &Json) -> Result<DynamicMessage, Vec<String>> {
    let body = body.to_string();
    let call = HttpCall {
        path: &["s1"],
        body: body.as_bytes(),
        idempotency_key: Some("k"),
        ..HttpCall::default()
    };
    request(&endpoint("CreateTea"), call)
}

fn brew(endpoint: &Endpoint, body: &Json) -> Result<DynamicMessage, Vec<String>> {
    let body = body.to_string();
    let call = HttpCall {
        path: &["s1"],
        body: body.as_bytes(),
        ..HttpCall::default()
    };
    request(endpoint, call)
}

/// The message, or the fields that are wrong.
fn request(endpoint: &Endpoint, call: HttpCall<'_>) -> Result<DynamicMessage, Vec<String>> {
    endpoint.request(call).map_err(|violations| {
        let fields = violations.into_iter();
        fields.map(|violation| violation.field).collect()
    })
}

fn at(message: &DynamicMessage, path: &str) -> Value {
    let mut value = Value::Message(message.clone());
    for name in path.split('.') {
        value = value
            .as_message()
            .unwrap()
            .get_field_by_name(name)
            .unwrap()
            .into_owned();
    }
    value
}

#[test]
fn a_body_becomes_its_field_and_the_path_fills_what_it_names() {
    let request = create(&tea()).unwrap();
    assert_eq!(at(&request, "tea.shop_id").as_str(), Some("s1"));
    assert_eq!(at(&request, "tea.name").as_str(), Some("紅茶"));
    assert_eq!(at(&request, "tea.warmth").as_enum_number(), Some(2));
    assert_eq!(
        at(&request, "tea.since.seconds").as_i64(),
        Some(1_788_321_600)
    );
    assert_eq!(at(&request, "idempotency_key").as_str(), Some("k"));
}

#[test]
fn everything_wrong_is_reported_at_its_field_at_once() {
    let mut body = tea();
    body["name"] = json!(7);
    body["warmth"] = json!("unspecified");
    body["parts"] = json!([{"name": "leaves", "grams": 3}, {"name": "milk"}]);
    body["since"] = json!("+262142-01-01T00:00:00Z");
    body["shop_id"] = json!("s2");
    body["sugar"] = json!(1);
    assert_eq!(
        create(&body).unwrap_err(),
        [
            "shop_id",
            "sugar",
            "name",
            "warmth",
            "since",
            "parts[1].grams"
        ]
    );
    assert_eq!(create(&json!([])).unwrap_err(), ["body"]);
    body = tea();
    body["name"] = Json::Null;
    assert_eq!(create(&body).unwrap_err(), ["name"]);
}

#[test]
fn a_creation_without_a_key_is_refused() {
    let body = tea().to_string();
    for key in [None, Some(""), Some("two words")] {
        let call = HttpCall {
            path: &["s1"],
            body: body.as_bytes(),
            idempotency_key: key,
            ..HttpCall::default()
        };
        let violations = endpoint("CreateTea").request(call).unwrap_err();
        assert_eq!(violations[0].field, "idempotency_key", "{key:?}");
    }
}

#[test]
fn a_query_is_read_and_what_it_may_not_hold_refused() {
    let list = endpoint("ListTeas");
    let read = |query| {
        list.request(HttpCall {
            path: &["s1"],
            query: Some(query),
            ..HttpCall::default()
        })
    };
    let request =
        read("warmths=hot,little_ice&page_size=20&after=2026-09-02T04%3A00%3A00Z").unwrap();
    assert_eq!(at(&request, "warmths").as_list().unwrap().len(), 2);
    assert_eq!(at(&request, "page_size").as_i32(), Some(20));
    let fields: Vec<String> = read("warmths=cold&page_size=x&shop_id=s2&sort=name")
        .unwrap_err()
        .into_iter()
        .map(|violation| violation.field)
        .collect();
    assert_eq!(fields, ["warmths", "page_size", "shop_id", "sort"]);
}

fn read_json(body: Option<Vec<u8>>) -> Json {
    serde_json::from_slice(&body.unwrap()).unwrap()
}

#[test]
fn what_was_sent_comes_back_and_absent_is_null() {
    let request = create(&tea()).unwrap();
    let endpoint = endpoint("CreateTea");
    let mut response = DynamicMessage::new(endpoint.rpc().output());
    response.set_field_by_name("tea", at(&request, "tea"));
    let (status, json) = endpoint.response(&response.encode_to_vec()).unwrap();
    assert_eq!(status, http::StatusCode::CREATED);
    let mut wanted = tea();
    wanted["shop_id"] = json!("s1");
    wanted["other_warmth"] = Json::Null;
    wanted["pours"] = json!(0);
    wanted["note"] = json!("");
    assert_eq!(read_json(json), json!({"tea": wanted}));
}

#[test]
fn a_request_has_no_fields_that_only_responses_have() {
    let mut body = tea();
    body["pours"] = json!(3);
    assert_eq!(create(&body).unwrap_err(), ["pours"]);
}

#[test]
fn what_has_a_default_may_be_left_out_of_a_request() {
    let mut body = tea();
    for note in [Json::Null, json!("strong")] {
        body["note"] = note.clone();
        let request = create(&body).unwrap();
        let wanted = note.as_str().unwrap_or_default();
        assert_eq!(at(&request, "tea.note").as_str(), Some(wanted));
    }
    let brewed = brew(&endpoint("BrewTea"), &json!({"tea": tea()})).unwrap();
    assert_eq!(at(&brewed, "idempotency_key").as_str(), Some(""));
}

#[test]
fn one_of_a_choice_may_be_given() {
    let endpoint = endpoint("BrewTea");
    let brewed = brew(
        &endpoint,
        &json!({"tea": tea(), "cup": null, "pot_litres": 2}),
    )
    .unwrap();
    assert!(!brewed.has_field_by_name("cup"));
    assert_eq!(at(&brewed, "pot_litres").as_i32(), Some(2));
    let both = json!({"tea": tea(), "cup": "blue", "pot_litres": 2});
    assert_eq!(brew(&endpoint, &both).unwrap_err(), ["pot_litres"]);

    let mut response = DynamicMessage::new(endpoint.rpc().output());
    response.set_field_by_name("cup", Value::String("blue".to_owned()));
    let (_, json) = endpoint.response(&response.encode_to_vec()).unwrap();
    assert_eq!(read_json(json), json!({"cup": "blue", "pot_litres": null}));
}

#[test]
fn a_path_chooses_and_the_query_cannot() {
    let list = form("ListBrews", 1);
    let call = |query| HttpCall {
        path: &["t1"],
        query: Some(query),
        ..HttpCall::default()
    };
    let listed = request(&list, call("page_size=20")).unwrap();
    assert_eq!(at(&listed, "tea_id").as_str(), Some("t1"));
    assert_eq!(request(&list, call("shop_id=s1")).unwrap_err(), ["shop_id"]);
}

#[test]
fn what_the_path_fills_deep_in_a_body_is_not_in_the_body() {
    let mut body = json!({"tea": tea()});
    let brewed = brew(&endpoint("BrewTea"), &body).unwrap();
    assert_eq!(at(&brewed, "tea.shop_id").as_str(), Some("s1"));
    body["tea"]["shop_id"] = json!("s2");
    let refused = brew(&endpoint("BrewTea"), &body).unwrap_err();
    assert_eq!(refused, ["tea.shop_id"]);
}

#[test]
fn money_is_the_number_of_its_minor_units() {
    let endpoint = endpoint("UpdateTea");
    let mut response = DynamicMessage::new(endpoint.rpc().output());
    let field = response.descriptor().get_field_by_name("cost").unwrap();
    let mut money = response.get_field(&field).as_message().unwrap().clone();
    money.set_field_by_name("amount", Value::I64(35));
    money.set_field_by_name("currency", Value::String("TWD".to_owned()));
    response.set_field(&field, Value::Message(money));
    let (_, json) = endpoint.response(&response.encode_to_vec()).unwrap();
    assert_eq!(read_json(json), json!({"cost": 35}));
}

#[test]
fn a_response_that_lacks_what_it_promises_is_refused() {
    let endpoint = endpoint("CreateTea");
    let response = DynamicMessage::new(endpoint.rpc().output());
    let incomplete = endpoint.response(&response.encode_to_vec()).unwrap_err();
    assert_eq!(incomplete.field, "tea.v1.CreateTeaResponse.tea");
}

/// A service may be newer than we are, and may encode as it likes.
#[test]
fn a_response_is_read_however_it_is_encoded() {
    let list = endpoint("ListTeas");
    let tea = |name: &[u8]| {
        let mut tea = vec![0x12, name.len() as u8];
        tea.extend_from_slice(name);
        tea.extend_from_slice(&[0x18, 1]);
        tea
    };
    let field = |bytes: &[u8]| [&[0x0a, bytes.len() as u8], bytes].concat();
    let unknown = [0xf8, 0x3f, 7];
    let first = [tea("紅茶".as_bytes()), unknown.to_vec()].concat();
    // The later of two names counts.
    let second = [tea(b"a"), tea(b"b")].concat();
    let (_, json) = list
        .response(&[field(&first), field(&second)].concat())
        .unwrap();
    let json = read_json(json);
    assert_eq!(json["teas"][0]["name"], "紅茶");
    assert_eq!(json["teas"][1]["name"], "b");
    assert_eq!(json["teas"][1]["warmth"], "hot");

    let cut = &field(&first)[..5];
    assert_eq!(
        list.response(cut).unwrap_err().field,
        "tea.v1.ListTeasResponse"
    );
    let no_text = field(&tea(&[0xff]));
    assert_eq!(
        list.response(&no_text).unwrap_err().field,
        "tea.v1.Tea.name"
    );
    let no_warmth = field(&[0x12, 1, b'a']);
    assert_eq!(
        list.response(&no_warmth).unwrap_err().field,
        "tea.v1.Tea.warmth"
    );
}

#[test]
fn a_response_without_fields_has_no_body() {
    let endpoint = endpoint("PourTea");
    let response = DynamicMessage::new(endpoint.rpc().output());
    let (status, json) = endpoint.response(&response.encode_to_vec()).unwrap();
    assert_eq!((status, json), (http::StatusCode::NO_CONTENT, None));
}

#[test]
fn fields_the_service_names_are_named_as_they_were_sent() {
    let create = endpoint("CreateTea");
    assert_eq!(create.as_sent("tea.parts[1].grams"), "parts[1].grams");
    assert_eq!(create.as_sent("tea"), "body");
    assert_eq!(create.as_sent("teapot"), "teapot");
    assert_eq!(endpoint("PourTea").as_sent("cups"), "cups");
}

#[test]
fn the_description_has_what_the_proto_says() {
    let mut document = json!({"paths": {}, "components": {"schemas": {}}});
    describe(&mut document, &Endpoint::all(&pool()).unwrap(), &[]).unwrap();
    let create = &document["paths"]["/shops/{shop_id}/teas"]["post"];
    assert_eq!(create["operationId"], "create_tea");
    assert_eq!(create["summary"], "Creates a tea.");
    assert_eq!(create["parameters"][0]["name"], "shop_id");
    assert_eq!(
        create["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/CreateTeaBody"
    );
    let schemas = &document["components"]["schemas"];
    assert!(schemas["CreateTeaBody"]["properties"]["shop_id"].is_null());
    assert_eq!(schemas["Warmth"]["enum"], json!(["hot", "little_ice"]));
    assert_eq!(
        schemas["Tea"]["properties"]["since"]["type"],
        json!(["string", "null"])
    );
    assert_eq!(schemas["Part"]["description"], "What goes into a tea.");
    let update = &document["paths"]["/shops/{shop_id}/teas/{pours}"]["put"];
    assert_eq!(
        update["requestBody"]["content"]["application/json"]["schema"]["$ref"],
        "#/components/schemas/TeaInput"
    );
    assert_eq!(
        schemas["UpdateTeaResponse"]["properties"]["cost"]["type"],
        "integer"
    );
    let required = |schema: &str| schemas[schema]["required"].as_array().unwrap();
    assert!(required("Tea").contains(&json!("note")));
    assert!(required("Tea").contains(&json!("pours")));
    for body in ["CreateTeaBody", "BrewTeaTea", "BrewTeaTea2"] {
        assert!(!required(body).contains(&json!("note")), "{body}");
        assert!(schemas[body]["properties"]["pours"].is_null(), "{body}");
    }
    let vessel = json!(["integer", "null"]);
    let brew = &schemas["BrewTeaRequest"]["properties"];
    assert_eq!(brew["pot_litres"]["type"], vessel);
    assert!(schemas["BrewTeaTea"]["properties"]["shop_id"].is_null());
    assert!(schemas["BrewTeaTea2"]["properties"]["name"].is_null());
    let put = &document["paths"]["/brews/{name}"]["put"];
    assert_eq!(put["operationId"], "brew_tea_2");
    assert_eq!(put["parameters"][1]["required"], false);
    assert_eq!(
        document["paths"]["/teas/{tea_id}/pour"]["post"]["responses"],
        json!({"204": {"description": "Done."}})
    );
    let refused = describe(&mut document, &Endpoint::all(&pool()).unwrap(), &[]).unwrap_err();
    assert!(refused.to_string().contains("there already"));
}
