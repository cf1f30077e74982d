//! Endpoints that RPCs declare themselves.

use chassis::{
    authn::Level,
    error::{CommonReason, Problem},
};
use gateway::rest::transcoded;
use proto::capacity::v1 as capacity;
use reqwest::Method;

use crate::common::{Edge, refused};

const DELETE: &str = "capacity.v1.LimitService/DeleteLimitTemplate";
const BRAND: &str = "01900000-0000-7000-8000-000000000001";
const TEMPLATE: &str = "01900000-0000-7000-8000-000000000002";

fn path() -> String {
    format!("/api/admin/brands/{BRAND}/limit-templates/{TEMPLATE}")
}

#[tokio::test]
async fn an_rpc_with_an_http_form_is_called_with_what_the_path_says() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::Manage)]);
    edge.fake
        .on(DELETE, |request: capacity::DeleteLimitTemplateRequest| {
            assert_eq!(
                (&*request.brand_id, &*request.template_id),
                (BRAND, TEMPLATE)
            );
            Ok(capacity::DeleteLimitTemplateResponse {})
        });
    let answer = edge.as_staff(Method::DELETE, &path()).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert!(answer.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_the_service_refuses_is_refused_with_its_reason() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::Manage)]);
    edge.fake
        .on(DELETE, |_: capacity::DeleteLimitTemplateRequest| {
            let refusal =
                Problem::new(CommonReason::OutOfScope).field("brand_id", CommonReason::OutOfScope);
            Err::<capacity::DeleteLimitTemplateResponse, _>(refusal.into())
        });
    let answer = edge.as_staff(Method::DELETE, &path()).send().await.unwrap();
    let document = refused(answer, 403, "OUT_OF_SCOPE").await;
    assert_eq!(document["fields"][0]["field"], "brand_id");
}

#[tokio::test]
async fn nobody_but_staff_is_let_in() {
    let edge = Edge::open().await;
    let answer = edge.request(Method::DELETE, &path()).send().await.unwrap();
    assert!(
        matches!(answer.status().as_u16(), 401 | 403),
        "{}",
        answer.status()
    );
}

#[tokio::test]
async fn a_parameter_that_does_not_exist_is_refused() {
    let edge = Edge::open().await;
    edge.sign_in(&[("ops.capacity", Level::Manage)]);
    let path = format!("{}?force=true", path());
    let answer = edge.as_staff(Method::DELETE, &path).send().await.unwrap();
    let document = refused(answer, 400, "VALIDATION_FAILED").await;
    assert_eq!(document["fields"][0]["field"], "force");
}

#[test]
fn every_http_form_lies_below_the_address_of_who_calls_it() {
    let rules = chassis::authz::Rules::global();
    for endpoint in transcoded::endpoints() {
        let rule = rules.get(endpoint.grpc_path().as_str()).unwrap();
        let template = endpoint.template();
        if transcoded::is_for_customers(endpoint) {
            assert!(rule.callers.customer, "{} is not for customers", rule.path);
        } else {
            assert!(rule.callers.staff, "{} is not for staff", rule.path);
            assert!(template.starts_with("/api/admin/"), "{template}");
        }
    }
}
