//! Settlement files pass as they are, with what staff chose their columns to be.

use std::sync::Arc;

use chassis::authn::Level;
use parking_lot::Mutex;
use proto::payments::v1::{
    ImportSettlementRequest, ImportSettlementResponse, SettlementMapping, SettlementSums,
};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::common::{Edge, refused};

const IMPORT: &str = "payments.v1.SettlementService/ImportSettlement";
const ACCOUNT: &str = "01900000-0000-7000-8000-000000000001";

async fn import(edge: &Edge, mapping: Option<&str>) -> Response {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("file_name", "撥款 9 月.csv")
        .append_pair("paid_on", "2026-09-01")
        .append_pair("dry_run", "true");
    if let Some(mapping) = mapping {
        query.append_pair("mapping", mapping);
    }
    let query = query.finish();
    let path = format!("/api/admin/payment-accounts/{ACCOUNT}/settlements?{query}");
    let request = edge.as_staff(Method::POST, &path);
    let request = request.header("content-type", "text/csv");
    request.body(b"\xa4\xa4\n1".to_vec()).send().await.unwrap()
}

#[tokio::test]
async fn a_file_and_its_mapping_reach_payments_as_they_are() {
    let edge = Edge::open().await;
    edge.sign_in(&[("report.transactions", Level::Manage)]);
    let received = Arc::new(Mutex::new(None));
    let kept = received.clone();
    edge.fake
        .on(IMPORT, move |request: ImportSettlementRequest| {
            *kept.lock() = Some(request);
            Ok(ImportSettlementResponse {
                columns: vec!["甲".to_owned()],
                row_count: 1,
                sums: Some(SettlementSums {
                    amount_e4: 1_650_000,
                    fee_e4: 45_375,
                    net_e4: 1_604_625,
                }),
                ..Default::default()
            })
        });
    let mapping = json!({"reference": "甲", "amount": "乙", "fees": ["手續費"]}).to_string();
    let answer = import(&edge, Some(&mapping)).await;
    assert_eq!(answer.status(), 200);
    let report: Value = answer.json().await.unwrap();
    assert_eq!(report["settlement"], Value::Null);
    assert_eq!(report["sums"]["fee_e4"], 45_375);
    let request = received.lock().take().unwrap();
    assert_eq!(request.content.as_ref(), b"\xa4\xa4\n1");
    assert_eq!(
        (request.account_id.as_str(), request.file_name.as_str()),
        (ACCOUNT, "撥款 9 月.csv")
    );
    assert!(request.dry_run);
    let expected = SettlementMapping {
        reference: "甲".to_owned(),
        amount: "乙".to_owned(),
        fees: vec!["手續費".to_owned()],
        ..Default::default()
    };
    assert_eq!(request.mapping, Some(expected));
}

#[tokio::test]
async fn a_mapping_that_is_none_is_refused_at_its_parameter() {
    let edge = Edge::open().await;
    edge.sign_in(&[("report.transactions", Level::Manage)]);
    for wrong in ["", "[", "{\"amount\": 7}", "{\"price\": \"甲\"}"] {
        let document = refused(import(&edge, Some(wrong)).await, 400, "VALIDATION_FAILED").await;
        assert_eq!(document["fields"][0]["field"], "mapping", "{wrong}");
    }
}
