//! A peer of several replicas, of which one may die.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use chassis::client::PeerChannel;
use proto::staff::v1::{
    ExchangeSessionRequest, SignInRequest, staff_service_client::StaffServiceClient,
};
use tokio::{runtime::Runtime, sync::Notify};
use tonic::Status;

use super::{
    reason,
    stub::{Platform, Stub},
};

/// A replica that agrees and counts.
async fn counting() -> (Platform, Arc<AtomicU32>) {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let platform = Platform::with(Stub::new(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Ok(()) }
    }))
    .await;
    (platform, calls)
}

async fn sign_in(channel: PeerChannel) -> Result<(), Status> {
    let mut client = StaffServiceClient::new(channel);
    client.sign_in(SignInRequest::default()).await.map(|_| ())
}

#[tokio::test]
async fn calls_are_spread_and_go_on_when_a_replica_is_gone() {
    let ((one, calls_of_one), (two, calls_of_two)) = (counting().await, counting().await);
    let peers = two.peers_over(&[one.addr, two.addr]);
    for _ in 0..10 {
        sign_in(peers.channel_anonymous("staff")).await.unwrap();
    }
    assert_eq!(calls_of_one.load(Ordering::SeqCst), 5);
    assert_eq!(calls_of_two.load(Ordering::SeqCst), 5);

    assert!(one.parts.end(Duration::from_secs(5)).await);
    for _ in 0..20 {
        // Signing in is not idempotent: it is not repeated, only what could not be sent goes on.
        sign_in(peers.channel_anonymous("staff")).await.unwrap();
    }
    assert_eq!(calls_of_two.load(Ordering::SeqCst), 25);
}

#[tokio::test]
async fn only_an_idempotent_call_survives_the_replica_that_worked_on_it() {
    for idempotent in [true, false] {
        let (survivor, calls) = counting().await;
        let inside = Arc::new(Notify::new());
        let inside_stub = inside.clone();
        let host = Runtime::new().unwrap();
        let stub = Stub::new(move |_| {
            inside_stub.notify_one();
            std::future::pending()
        });
        let victim = host.spawn(Platform::with(stub)).await.unwrap();

        let peers = survivor.peers_over(&[victim.addr, survivor.addr]);
        let call = tokio::spawn(async move {
            if idempotent {
                let mut client = StaffServiceClient::new(peers.channel("staff"));
                let request = ExchangeSessionRequest::default();
                client.exchange_session(request).await.map(|_| ())
            } else {
                sign_in(peers.channel_anonymous("staff")).await
            }
        });
        inside.notified().await;
        host.shutdown_background();
        let answer = call.await.unwrap();
        if idempotent {
            answer.unwrap();
            assert_eq!(calls.load(Ordering::SeqCst), 1);
        } else {
            assert_eq!(reason(&answer.unwrap_err()), "TEMPORARILY_UNAVAILABLE");
            assert_eq!(
                calls.load(Ordering::SeqCst),
                0,
                "it may have been done already"
            );
        }
    }
}
