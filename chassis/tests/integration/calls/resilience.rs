//! Deadlines, overload, repeats, and peers that are away.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use chassis::{deadline, error::Problem};
use parking_lot::Mutex;
use proto::staff::v1::{
    ExchangeSessionRequest, SignInRequest, staff_service_client::StaffServiceClient,
};
use tokio::sync::Notify;
use tonic::{Code, Request, Status};

use super::{
    agreeable, reason,
    stub::{Platform, Stub},
};

#[tokio::test]
async fn a_call_that_takes_too_long_is_ended_on_both_sides() {
    let ended = Arc::new(Notify::new());
    let ended_inside = ended.clone();
    let platform = Platform::with(Stub::new(move |_| {
        let rings_when_dropped = Ring(ended_inside.clone());
        async move {
            let _held = rings_when_dropped;
            std::future::pending().await
        }
    }))
    .await;
    let mut request = Request::new(ExchangeSessionRequest::default());
    request.set_timeout(Duration::from_millis(50));
    let mut client = StaffServiceClient::new(platform.peers().channel("staff"));
    let refused = client.exchange_session(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::DeadlineExceeded);
    assert_eq!(reason(&refused), "DEADLINE_EXCEEDED");
    ended.notified().await;
}

struct Ring(Arc<Notify>);

impl Drop for Ring {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[tokio::test]
async fn the_server_ends_what_passes_its_own_limit() {
    let stub = Stub::new(|_| std::future::pending());
    let platform = Platform::start(stub, |config| {
        config.max_deadline = "30ms".parse().unwrap();
    })
    .await;
    let mut client = StaffServiceClient::new(platform.peers().channel("staff"));
    let refused = client
        .exchange_session(ExchangeSessionRequest::default())
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "DEADLINE_EXCEEDED");
}

#[tokio::test]
async fn the_handler_knows_how_long_its_caller_waits() {
    let left: Arc<Mutex<Duration>> = Arc::default();
    let left_inside = left.clone();
    let platform = Platform::with(Stub::new(move |_| {
        let left = left_inside.clone();
        async move {
            *left.lock() = deadline::remaining(deadline::current().unwrap());
            Ok(())
        }
    }))
    .await;
    let mut request = Request::new(ExchangeSessionRequest::default());
    request.set_timeout(Duration::from_secs(2));
    let mut client = StaffServiceClient::new(platform.peers().channel("staff"));
    client.exchange_session(request).await.unwrap();
    let left = *left.lock();
    assert!(
        left > Duration::from_secs(1) && left <= Duration::from_secs(2),
        "{left:?}"
    );
}

#[tokio::test]
async fn one_call_too_many_is_refused_at_once() {
    let (inside, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (inside_stub, go_on_stub) = (inside.clone(), go_on.clone());
    let stub = Stub::new(move |_| {
        let (inside, go_on) = (inside_stub.clone(), go_on_stub.clone());
        async move {
            inside.notify_one();
            go_on.notified().await;
            Ok(())
        }
    });
    let platform = Platform::start(stub, |config| config.max_in_flight = 1).await;
    let mut first = StaffServiceClient::new(platform.nobody());
    let first = tokio::spawn(async move { first.sign_in(SignInRequest::default()).await });
    inside.notified().await;

    let mut second = StaffServiceClient::new(platform.nobody());
    let refused = second.sign_in(SignInRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert_eq!(reason(&refused), "TEMPORARILY_UNAVAILABLE");

    go_on.notify_one();
    assert!(first.await.unwrap().is_ok());
}

#[tokio::test]
async fn a_panic_harms_only_its_own_call() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let platform = Platform::with(Stub::new(move |_| {
        let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            assert!(!first, "the first call goes wrong");
            Ok(())
        }
    }))
    .await;
    let mut client = StaffServiceClient::new(platform.nobody());
    let failed = client.sign_in(SignInRequest::default()).await.unwrap_err();
    assert_eq!(
        (failed.code(), failed.message()),
        (Code::Internal, "internal error")
    );
    assert!(client.sign_in(SignInRequest::default()).await.is_ok());
}

#[tokio::test]
async fn only_an_idempotent_call_is_repeated() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let platform = Platform::with(Stub::new(move |_| {
        let number = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            if number < 2 {
                Err(Status::unavailable("not yet"))
            } else {
                Ok(())
            }
        }
    }))
    .await;
    let mut nobody = StaffServiceClient::new(platform.nobody());
    let refused = nobody.sign_in(SignInRequest::default()).await.unwrap_err();
    assert_eq!(reason(&refused), "TEMPORARILY_UNAVAILABLE");
    assert_eq!(
        calls.load(Ordering::SeqCst),
        1,
        "signing in is not idempotent"
    );

    calls.store(0, Ordering::SeqCst);
    let mut service = StaffServiceClient::new(platform.peers().channel("staff"));
    service
        .exchange_session(ExchangeSessionRequest::default())
        .await
        .unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_refusal_of_the_business_is_not_repeated() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let platform = Platform::with(Stub::new(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Err(Problem::new("SESSION_EXPIRED").into()) }
    }))
    .await;
    let mut service = StaffServiceClient::new(platform.peers().channel("staff"));
    let refused = service
        .exchange_session(ExchangeSessionRequest::default())
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "SESSION_EXPIRED");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_neighbour_that_is_away_is_said_to_be() {
    let platform = Platform::with(agreeable()).await;
    let mut away = StaffServiceClient::new(platform.peers().channel("nowhere"));
    for _ in 0..6 {
        let refused = away.sign_in(SignInRequest::default()).await.unwrap_err();
        assert_eq!(reason(&refused), "TEMPORARILY_UNAVAILABLE");
    }
    let mut unknown = StaffServiceClient::new(platform.peers().channel("payments"));
    let refused = unknown.sign_in(SignInRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Internal);
}

#[tokio::test]
async fn a_call_under_way_is_finished_when_the_server_ends() {
    let (inside, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (inside_stub, go_on_stub) = (inside.clone(), go_on.clone());
    let platform = Platform::with(Stub::new(move |_| {
        let (inside, go_on) = (inside_stub.clone(), go_on_stub.clone());
        async move {
            inside.notify_one();
            go_on.notified().await;
            Ok(())
        }
    }))
    .await;
    let mut client = StaffServiceClient::new(platform.nobody());
    let call = tokio::spawn(async move { client.sign_in(SignInRequest::default()).await });
    inside.notified().await;
    platform.parts.token().cancel();
    go_on.notify_one();
    assert!(call.await.unwrap().is_ok());
    assert!(platform.parts.end(Duration::from_secs(5)).await);
    let addr = platform.addr;
    assert!(
        tokio::net::TcpStream::connect(addr).await.is_err(),
        "it still accepts"
    );
}
