//! Which calls are admitted, and what is recorded about them.

use std::sync::Arc;

use chassis::{
    authn::{Level, RequestExt as _, Scope},
    error::Problem,
    id::OrganisationId,
    telemetry,
};
use parking_lot::Mutex;
use proto::staff::v1::{
    ExchangeSessionRequest, GetMeRequest, ListAccountsRequest, SetAccountStateRequest,
    SignInRequest, staff_service_client::StaffServiceClient,
};
use testkit::identities;

use super::{
    agreeable, reason,
    stub::{Platform, Stub},
};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn only_declared_callers_come_in() {
    let platform = Platform::with(agreeable()).await;
    let org = testkit::organisation();
    let mut nobody = StaffServiceClient::new(platform.nobody());
    assert!(nobody.sign_in(SignInRequest::default()).await.is_ok());
    let refused = nobody.get_me(GetMeRequest {}).await.unwrap_err();
    assert_eq!(reason(&refused), "UNAUTHENTICATED");

    let mut customer = StaffServiceClient::new(platform.caller(&identities::customer(org)));
    let refused = customer.get_me(GetMeRequest {}).await.unwrap_err();
    assert_eq!(reason(&refused), "PERMISSION_DENIED");

    let clerk = identities::staff(org, &[], Scope::whole_organisation());
    let mut clerk = StaffServiceClient::new(platform.caller(&clerk));
    assert!(clerk.get_me(GetMeRequest {}).await.is_ok());
    let refused = clerk
        .list_accounts(ListAccountsRequest::default())
        .await
        .unwrap_err();
    assert_eq!(
        Problem::from_status(&refused).params["permission"],
        "staff.accounts"
    );

    let permissions = [("staff.accounts", Level::View)];
    let manager = identities::staff(org, &permissions, Scope::whole_organisation());
    let mut manager = StaffServiceClient::new(platform.caller(&manager));
    assert!(
        manager
            .list_accounts(ListAccountsRequest::default())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_service_calls_with_its_own_token_for_the_organisation() {
    let seen: Arc<Mutex<Option<OrganisationId>>> = Arc::default();
    let seen_inside = seen.clone();
    let platform = Platform::with(Stub::new(move |request| {
        *seen_inside.lock() = Some(request.org().unwrap());
        async { Ok(()) }
    }))
    .await;
    let org = testkit::organisation();
    let channel = platform.peers().channel_for("staff", org);
    StaffServiceClient::new(channel)
        .exchange_session(ExchangeSessionRequest::default())
        .await
        .unwrap();
    assert_eq!(*seen.lock(), Some(org));
}

#[tokio::test]
async fn an_audited_call_is_recorded_without_its_secrets() {
    let platform = Platform::with(agreeable()).await;
    let request = SignInRequest {
        account: "mei".into(),
        password: "hunter2".into(),
        ..SignInRequest::default()
    };
    StaffServiceClient::new(platform.nobody())
        .sign_in(request)
        .await
        .unwrap();
    let clerk = identities::staff(testkit::organisation(), &[], Scope::whole_organisation());
    let mut clerk = StaffServiceClient::new(platform.caller(&clerk));
    clerk.get_me(GetMeRequest {}).await.unwrap();

    let records = platform.audit.0.lock();
    let [record] = records.as_slice() else {
        panic!("one audited call, found {records:?}");
    };
    assert_eq!(record.body.action, "staff.SignIn");
    assert_eq!(
        record.body.request_json,
        r#"{"account":"mei","password":"***"}"#
    );
    assert_eq!(record.body.outcome, "OK");
}

#[tokio::test]
async fn a_caller_without_the_permission_leaves_a_record() {
    let platform = Platform::with(agreeable()).await;
    let org = testkit::organisation();
    let clerk = identities::staff(org, &[], Scope::whole_organisation());
    let mut clerk = StaffServiceClient::new(platform.caller(&clerk));
    clerk
        .set_account_state(SetAccountStateRequest::default())
        .await
        .unwrap_err();

    let records = platform.audit.0.lock();
    let [record] = records.as_slice() else {
        panic!("one refused call, found {records:?}");
    };
    assert_eq!(record.org, Some(org));
    assert_eq!(record.body.action, "staff.SetAccountState");
    assert_eq!(record.body.outcome, "PERMISSION_DENIED");
    assert_eq!(record.body.actor_kind, "staff");
}

#[tokio::test]
async fn a_file_comes_through_an_audited_call_and_is_recorded_short() {
    let platform = Platform::with(agreeable()).await;
    let mut client = StaffServiceClient::new(platform.nobody());
    client.sign_in(of_size(11 * MIB)).await.unwrap();

    let records = platform.audit.0.lock();
    let expected = format!("{}… ({} characters)", "x".repeat(200), 11 * MIB);
    assert_eq!(
        records[0].body.request_json,
        format!(r#"{{"user_agent":"{expected}"}}"#)
    );
}

#[tokio::test]
async fn a_file_larger_than_any_is_refused_as_that() {
    let platform = Platform::with(agreeable()).await;
    let mut client = StaffServiceClient::new(platform.nobody());
    let refused = client.sign_in(of_size(12 * MIB)).await.unwrap_err();
    assert_eq!(reason(&refused), "FILE_TOO_LARGE");
}

#[tokio::test]
async fn text_with_a_nul_reaches_no_service_and_is_refused_at_its_field() {
    let platform = Platform::with(Stub::new(async |_| panic!("it came through"))).await;
    let org = testkit::organisation();
    let request = SignInRequest {
        account: "mei\0".to_owned(),
        ..SignInRequest::default()
    };
    let mut nobody = StaffServiceClient::new(platform.nobody());
    let refused = nobody.sign_in(request).await.unwrap_err();
    let problem = Problem::from_status(&refused);
    assert_eq!(problem.reason, "VALIDATION_FAILED");
    assert_eq!(problem.fields[0].field, "account");

    // Neither audited nor open to all.
    let mut gateway = StaffServiceClient::new(platform.caller(&identities::owner(org)));
    let request = ListAccountsRequest {
        page_token: "\0".to_owned(),
        ..ListAccountsRequest::default()
    };
    let refused = gateway.list_accounts(request).await.unwrap_err();
    let problem = Problem::from_status(&refused);
    assert_eq!(problem.fields[0].field, "page_token");
}

#[tokio::test]
async fn a_panic_answers_one_request_and_the_next_is_served() {
    let broken = Arc::new(Mutex::new(true));
    let platform = Platform::with(Stub::new(move |_| {
        let broken = std::mem::take(&mut *broken.lock());
        async move {
            assert!(!broken, "hunter2");
            Ok(())
        }
    }))
    .await;
    let mut client = StaffServiceClient::new(platform.nobody());
    let refused = client.sign_in(SignInRequest::default()).await.unwrap_err();
    assert_eq!(reason(&refused), "INTERNAL");
    assert!(!format!("{refused:?}").contains("hunter2"));
    client.sign_in(SignInRequest::default()).await.unwrap();
}

/// A request of an audited RPC that is a little larger than `bytes`.
fn of_size(bytes: usize) -> SignInRequest {
    SignInRequest {
        user_agent: "x".repeat(bytes),
        ..SignInRequest::default()
    }
}

#[tokio::test]
async fn health_and_reflection_answer_anybody() {
    use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
    let platform = Platform::with(agreeable()).await;
    let mut health = HealthClient::new(platform.nobody());
    let answer = health.check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(answer.into_inner().status, 1);

    let mut reflection =
        tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient::new(
            platform.nobody(),
        );
    let ask = tonic_reflection::pb::v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(
            tonic_reflection::pb::v1::server_reflection_request::MessageRequest::ListServices(
                String::new(),
            ),
        ),
    };
    let answers = reflection
        .server_reflection_info(futures::stream::iter([ask]))
        .await
        .unwrap();
    let answer = answers.into_inner().message().await.unwrap().unwrap();
    assert!(format!("{answer:?}").contains("yizhimai.staff.v1.StaffService"));
}

#[tokio::test]
async fn a_trace_goes_on_in_the_neighbour() {
    use tracing::Instrument as _;
    let config = chassis::config::section(
        "TELEMETRY_",
        &Default::default(),
        &mut chassis::config::Problems::default(),
    );
    telemetry::init("calls", &config.unwrap()).unwrap();
    let inside: Arc<Mutex<Option<String>>> = Arc::default();
    let seen = inside.clone();
    let platform = Platform::with(Stub::new(move |_| {
        let seen = seen.clone();
        async move {
            *seen.lock() = telemetry::trace_id();
            Ok(())
        }
    }))
    .await;
    let mut client = StaffServiceClient::new(platform.nobody());
    let call = async {
        client.sign_in(SignInRequest::default()).await.unwrap();
        telemetry::trace_id()
    };
    let outside = call.instrument(tracing::info_span!("order")).await;
    assert!(outside.is_some());
    assert_eq!(*inside.lock(), outside);
}
